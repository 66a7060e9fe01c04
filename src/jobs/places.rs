//! Brings the tree of places, which PostgreSQL has, to the index of requests: what was changed since it heard of a change last.
//!
//! Idempotent; takes no input. A change of the tree runs it at once; where it did not come so far, the cron trigger does.

use base::ids::OrgId;
use base::refusal::Refusal;
use durable::{ask, clock};
use worker::Env;

use crate::db::statements::places::{ChangedPlaces, PlaceNews};
use crate::objects::context::CallContext;
use crate::objects::database::api::query;
use crate::objects::request_index::api::{IndexKey, LearnPlaces};

/// One run.
///
/// # Errors
/// `Unavailable` while PostgreSQL, or the index, is away.
pub async fn run(env: &Env, org: &OrgId) -> Result<(), Refusal> {
    settle(env, &CallContext::system(org.clone(), clock::trace())).await
}

/// The same on somebody's behalf.
///
/// # Errors
/// As [`run`].
pub async fn settle(env: &Env, cx: &CallContext) -> Result<(), Refusal> {
    let index = IndexKey { org: cx.org.clone() };
    let after = ask(env, &index, LearnPlaces { places: String::new(), through: 0 }, cx).await?;
    let PlaceNews { places, through } = query(env, ChangedPlaces { after }, cx).await?;
    if through != after {
        ask(env, &index, LearnPlaces { places: places.get().to_owned(), through }, cx).await?;
    }
    Ok(())
}
