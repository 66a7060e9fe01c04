//! Whom somebody may name in a comment.
//!
//! The staff see each other. A requester is told of those alone who have taken part in what they see: there is no list of people in it.

use base::refusal::Refusal;
use durable::ask;
use serde::Serialize;

use super::key_of;
use crate::db::statements::users::ListStaff;
use crate::domain::request::RequestId;
use crate::domain::request::policy::sees_internal;
use crate::domain::user::Person;
use crate::objects::database::api::query;
use crate::objects::request::api::Participants;
use crate::router::context::Exchange;
use crate::router::http::reply::Reply;
use crate::router::users;

/// Whom one may name.
#[derive(Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Mentionable {
    /// Those who have taken part first, the latest before the others.
    pub items: Vec<Person>,
}

/// `GET /api/requests/:id/mentionable`.
///
/// # Errors
/// `NotFound`; `Unavailable` while PostgreSQL is away and nothing is cached.
pub async fn mentionable(exchange: &Exchange<'_>, id: RequestId) -> Result<Reply, Refusal> {
    let caller = exchange.caller()?;
    let mut items = ask(exchange.env, &key_of(exchange, id)?, Participants {}, &exchange.cx).await?;
    if sees_internal(caller.role) {
        let source = query(exchange.env, ListStaff {}, &exchange.cx);
        let staff = users::through_cache(exchange, "staff", source).await?.value;
        // Who has left is told nothing, and who is called otherwise by now is named as they are.
        items.retain(|person| staff.iter().any(|one| one.id == person.id && one.name == person.name));
        let others = staff.into_iter().map(|one| Person { id: one.id, name: one.name });
        let others: Vec<Person> = others.filter(|one| !items.iter().any(|known| known.id == one.id)).collect();
        items.extend(others);
    }
    items.retain(|person| person.id != caller.user.id);
    Reply::json(200, &Mentionable { items })
}

/// What it takes and answers.
#[cfg(feature = "openapi")]
pub(crate) mod describe {
    use super::Mentionable;
    use crate::openapi::operation::Operation;
    use crate::openapi::schemas::Schemas;

    pub fn mentionable(schemas: &mut Schemas) -> Operation {
        Operation::new("mentionable", "requests", "Whom I may name in a comment, by `@` and the whole name.")
            .detail("For requesters: the staff who have taken part in what they see. For the staff: all of it.")
            .replies(200, "The people.", schemas.of::<Mentionable>())
    }
}
