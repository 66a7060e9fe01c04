//! What a write wants to know of somebody before its object can decide, looked up while its session is asked: so a
//! write that names a person takes two sequential hops before its commit, as others do.
//!
//! Architecture invariant: nothing of it is shown, and nothing is done with it, unless the session holds.

use base::ids::UserId;
use serde::Deserialize;

use crate::domain::request::policy;
use crate::router::context::{Exchange, Prefetched};
use crate::router::route::Kind;
use crate::router::users;

/// The people that a body can name, whatever else is in it.
#[derive(Deserialize)]
struct Named {
    assignee_id: Option<String>,
    requester_id: Option<String>,
}

/// Reads the body of a route whose body can name a person, and looks up whom it names.
pub async fn of(kind: Kind, exchange: &Exchange<'_>) -> Prefetched {
    if kind != Kind::WriteNaming {
        return Prefetched::default();
    }
    // What is wrong with the body is told once the session holds.
    let Some(id) = exchange.incoming.body().await.ok().and_then(|body| named(exchange, body)) else {
        return Prefetched::default();
    };
    Prefetched { user: Some((id, users::find(exchange, id).await)) }
}

/// Whom the body names, unless it is the caller, who is known; a requester names nobody.
fn named(exchange: &Exchange<'_>, body: &[u8]) -> Option<UserId> {
    let caller = exchange.caller().ok().filter(|caller| policy::sees_only(caller).is_none())?;
    let named: Named = base::json::from_str(str::from_utf8(body).ok()?).ok()?;
    let id: UserId = named.assignee_id.or(named.requester_id)?.parse().ok()?;
    (id != caller.user.id).then_some(id)
}
