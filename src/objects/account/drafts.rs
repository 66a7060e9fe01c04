//! The drafts of one user, in the SQLite of their account. The last one who writes is kept, by the clocks of
//! their devices; what nobody touches goes, by ours: a device whose clock is wrong loses nothing.

use base::refusal::Refusal;
use base::time::Timestamp;
use durable::State;

use super::store;
use crate::domain::user::{DRAFT_LASTS_MS, Draft, DraftId, MOST_DRAFTS};

/// Keeps a draft, unless a newer one is kept under its id; those that are too many, or too old, go.
pub fn put(state: &State, draft: &Draft, now: Timestamp) -> Result<(), Refusal> {
    state.db.atomically(|write| {
        store::put_draft(write, draft, now)?;
        store::purge_drafts(write, now.plus_ms(-DRAFT_LASTS_MS), MOST_DRAFTS)
    })?;
    state.alarm.set_by(Some(now.plus_ms(DRAFT_LASTS_MS)));
    Ok(())
}

/// It was sent, or thrown away.
pub fn remove(state: &State, id: DraftId) -> Result<(), Refusal> {
    if state.db.exists()? {
        state.db.atomically(|write| store::drop_draft(write, id))?;
    }
    Ok(())
}

/// Those that are not too old, the one that was touched last first.
pub fn all(state: &State, now: Timestamp) -> Result<Vec<Draft>, Refusal> {
    store::drafts(&state.db, now.plus_ms(-DRAFT_LASTS_MS))
}
