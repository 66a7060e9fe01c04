//! Somebody's factors, taken away by those who may: for a phone that was lost with everything on it.
//!
//! Their sessions end, the audit knows who did it, and they are told in the app, and by mail where mail is on. Whoever must have a second
//! factor gets one at the next sign-in.

use base::ids::UserId;
use base::refusal::Refusal;
use serde::Serialize;

use crate::db::statements::factors::{FindFactors, RemoveFactor};
use crate::domain::factor::Removed;
use crate::domain::user::Role;
use crate::jobs::accounts;
use crate::objects::database::api::query;
use crate::objects::log_stream::api::tell_audit;
use crate::router::context::Exchange;
use crate::router::http::reply::Reply;
use crate::router::people;

/// What it has ended.
#[derive(Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct FactorsRemoved {
    /// Whether there were any.
    pub removed: bool,
    /// How many of their sessions were ended by it.
    pub ended_sessions: u32,
}

/// `DELETE /api/users/:id/factors`. A manager does it for requesters and technicians. Told again, it does what is missing.
///
/// # Errors
/// `NotFound` where nobody is under this id; `Forbidden` for a manager, of managers and admins; `Unavailable` while PostgreSQL, or a session,
/// is away.
pub async fn remove(exchange: &Exchange<'_>, id: UserId) -> Result<Reply, Refusal> {
    let of_managers = exchange.caller()?.role == Role::Admin;
    let found = query(exchange.env, FindFactors { id: Some(id), credential: None }, &exchange.cx).await?;
    let user = found.ok_or(Refusal::NotFound)?.user;
    if !of_managers && matches!(user.role, Role::Manager | Role::Admin) {
        return Err(Refusal::FORBIDDEN);
    }
    let entry = people::audit(exchange, "factors_removed", id)?;
    let message = RemoveFactor { id, removed: Removed::All, of_managers, keep: None, entry: entry.clone() };
    let taken = query(exchange.env, message, &exchange.cx).await?;
    if taken.is_some() {
        let _carried_later = tell_audit(exchange.env, vec![entry], &exchange.cx).await;
    }
    let ended_sessions = accounts::settle(exchange.env, id, &exchange.cx).await?.ended_sessions;
    Reply::json(200, &FactorsRemoved { removed: taken.is_some(), ended_sessions })
}

/// What each route takes and answers.
#[cfg(feature = "openapi")]
pub(crate) mod describe {
    use super::FactorsRemoved;
    use crate::openapi::operation::Operation;
    use crate::openapi::schemas::Schemas;

    pub fn remove(schemas: &mut Schemas) -> Operation {
        Operation::new("removeFactors", "people", "Take away somebody's second factors, for a phone that was lost.")
            .detail(
                "Their sessions end, and they are told, by mail too where mail is on. Managers do it for requesters and technicians.",
            )
            .replies(200, "They are gone.", schemas.of::<FactorsRemoved>())
            .refuses(&[503])
    }
}
