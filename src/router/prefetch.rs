//! What a write wants to know of somebody or something that it names before its object can decide, looked up while its session is
//! asked: so such a write takes two sequential hops before its commit, as others do.
//!
//! Architecture invariant: nothing of it is shown, and nothing is done with it, unless the session holds.

use base::ids::UserId;
use serde::Deserialize;

use crate::domain::asset::AssetId;
use crate::domain::place::PlaceId;
use crate::domain::request::policy;
use crate::router::context::{Exchange, Prefetched};
use crate::router::route::Kind;
use crate::router::{assets, places, users};

/// The people and things that a body can name, whatever else is in it.
#[derive(Deserialize)]
struct Named {
    assignee_id: Option<String>,
    requester_id: Option<String>,
    location_id: Option<String>,
    asset_id: Option<String>,
}

/// Reads the body of a route whose body can name somebody or something, and looks up what it names.
pub async fn of(kind: Kind, exchange: &Exchange<'_>) -> Prefetched {
    if kind != Kind::WriteNaming {
        return Prefetched::default();
    }
    // What is wrong with the body is told once the session holds.
    let body = exchange.incoming.body().await.ok().and_then(|body| str::from_utf8(body).ok());
    let Some(named) = body.and_then(|body| base::json::from_str::<Named>(body).ok()) else {
        return Prefetched::default();
    };
    let place: Option<PlaceId> = named.location_id.as_deref().and_then(|text| text.parse().ok());
    let asset: Option<AssetId> = named.asset_id.as_deref().and_then(|text| text.parse().ok());
    let user = async {
        let id = person(exchange, named)?;
        Some((id, users::find(exchange, id).await))
    };
    let place = async {
        let id = place?;
        Some((id, places::nameable(exchange, id).await))
    };
    let asset = async {
        let id = asset?;
        Some((id, assets::named(exchange, id).await))
    };
    let (user, place, asset) = futures::join!(user, place, asset);
    Prefetched { user, place, asset }
}

/// Whom the body names, unless it is the caller, who is known; a requester names nobody.
fn person(exchange: &Exchange<'_>, named: Named) -> Option<UserId> {
    let caller = exchange.caller().ok().filter(|caller| policy::sees_only(caller).is_none())?;
    let id: UserId = named.assignee_id.or(named.requester_id)?.parse().ok()?;
    (id != caller.user.id).then_some(id)
}
