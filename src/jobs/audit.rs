//! Carries what PostgreSQL owes the audit stream to it: see `db::statements::audit`.
//!
//! Idempotent; takes no input. The stream skips an entry that it has, so a run that ends half-way is repeated whole.

use base::ids::OrgId;
use base::refusal::Refusal;
use durable::clock;
use worker::Env;

use crate::db::statements::audit::{Owed, Told};
use crate::objects::context::CallContext;
use crate::objects::database::api::query;
use crate::objects::log_stream::api::tell_audit;

/// Entries carried at once.
const PAGE: u32 = 200;

/// Pages in one run: the next run goes on where this one ended.
const MOST_PAGES: usize = 25;

/// One run; gives how many entries it carried.
///
/// # Errors
/// `Unavailable` while PostgreSQL, or the stream, is away.
pub async fn run(env: &Env, org: &OrgId) -> Result<usize, Refusal> {
    let cx = CallContext::system(org.clone(), clock::trace());
    let mut carried = 0;
    for _ in 0..MOST_PAGES {
        let entries = query(env, Owed { limit: PAGE }, &cx).await?;
        if entries.is_empty() {
            break;
        }
        carried += entries.len();
        let ids = entries.iter().map(|entry| entry.id.clone()).collect();
        tell_audit(env, entries, &cx).await?;
        query(env, Told { ids }, &cx).await?;
    }
    Ok(carried)
}
