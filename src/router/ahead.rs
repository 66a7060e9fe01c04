//! What a write wants to know of somebody before its object can decide, looked up while its session is asked: so a
//! write that names a person takes two sequential hops before its commit, as others do.
//!
//! Architecture invariant: nothing of it is shown, and nothing is done with it, unless the session holds.

use base::ids::UserId;
use base::refusal::Refusal;
use serde::Deserialize;

use crate::domain::request::Action;
use crate::domain::role::Role;
use crate::objects::database::api::User;
use crate::router::routes::Route;
use crate::router::{Visitor, people};

/// What is known ahead; by default nothing.
#[derive(Default)]
pub struct Ahead {
    user: Option<(UserId, Result<Option<User>, Refusal>)>,
}

/// The people that a body can name, whatever else is in it.
#[derive(Deserialize)]
struct Named {
    assignee_id: Option<String>,
    requester_id: Option<String>,
}

impl Ahead {
    /// Reads the body of a route whose body can name a person, and looks up whom it names.
    pub async fn of(route: &Route, visitor: &Visitor<'_>) -> Ahead {
        if !matches!(route, Route::CreateRequest | Route::ActOnRequest(_, Action::Assign)) {
            return Ahead::default();
        }
        // What is wrong with the body is told once the session holds.
        let Some(id) = visitor.incoming.body().await.ok().and_then(|body| named(visitor, body)) else {
            return Ahead::default();
        };
        Ahead { user: Some((id, people::find(visitor, id).await)) }
    }

    /// What was found out about a user, if that was looked up.
    pub fn user(&self, id: UserId) -> Option<Result<Option<User>, Refusal>> {
        self.user.as_ref().filter(|(known, _)| *known == id).map(|(_, found)| found.clone())
    }
}

/// Whom the body names, where the caller may name others.
fn named(visitor: &Visitor<'_>, body: &[u8]) -> Option<UserId> {
    let caller = visitor.cx.caller.as_ref().filter(|caller| caller.role != Role::Requester)?;
    let named: Named = serde_json::from_str(std::str::from_utf8(body).ok()?).ok()?;
    let id: UserId = named.assignee_id.or(named.requester_id)?.parse().ok()?;
    (id != caller.user.id).then_some(id)
}
