//! The devices that somebody has signed in on, and that they are told of a new one.
//!
//! A device is what [`device::family`] tells apart. Of the first nobody is told, nor of one on which a link was used that only they were
//! given. What is to be told is kept with the device until the inbox has it.

use std::collections::BTreeSet;

use base::ids::OrgId;
use base::refusal::Refusal;
use base::time::Timestamp;
use durable::{CALL_LIMIT_MS, State, ask_within, clock};
use serde::{Deserialize, Serialize};

use super::api::{Listing, Opened};
use super::store;
use crate::domain::notify::Notice;
use crate::domain::user::device;
use crate::objects::context::CallContext;
use crate::objects::inbox::api::{InboxKey, Tell};

/// So many devices of one account are remembered: those that were seen last.
pub(super) const MOST_DEVICES: usize = 50;

/// A device to be remembered.
pub(super) struct Seen {
    /// Its family.
    pub(super) family: String,
    /// What is to be told of it, as JSON.
    pub(super) owed: Option<String>,
}

/// What is to be told, and in whose inbox.
#[derive(Serialize, Deserialize)]
struct Owed {
    inbox: (OrgId, base::ids::UserId),
    notice: Notice,
}

/// The device of a session that is opened, and those of the sessions of a time when none were remembered. `listed` are the sessions so
/// far.
///
/// # Errors
/// When the storage fails.
pub(super) fn seen(state: &State, opened: &Opened, listed: &[Listing], cx: &CallContext) -> Result<Vec<Seen>, Refusal> {
    let mut known: BTreeSet<String> = store::devices(&state.db)?.into_iter().collect();
    let mut seen = Vec::new();
    if known.is_empty() {
        known.extend(listed.iter().map(|listing| device::family(&listing.user_agent)));
        seen.extend(known.iter().map(|family| Seen { family: family.clone(), owed: None }));
    }
    let Opened { listing, tells_device, .. } = opened;
    let family = device::family(&listing.user_agent);
    // What does not say what it is cannot be told apart: it is nobody's first device.
    let has_first = known.iter().any(|family| family != device::UNKNOWN);
    let is_new = has_first && !known.contains(&family);
    let owner = cx.caller.as_ref().filter(|_| is_new && *tells_device);
    let notice = owner.and_then(|caller| {
        let notice = Notice::of_device(&family, listing.session.as_str(), &caller.user, listing.opened_at)?;
        Some(Owed { inbox: (cx.org.clone(), caller.user.id), notice })
    });
    let owed = notice.map(|owed| serde_json::to_string(&owed)).transpose().map_err(|_| Refusal::Internal)?;
    seen.push(Seen { family, owed });
    Ok(seen)
}

/// Tells what is owed; when that is to be tried again, if it could not be told.
pub(super) async fn tell(state: &State, now: Timestamp, retry_ms: i64) -> Option<Timestamp> {
    match told(state).await {
        Ok(()) => None,
        Err(refusal) => {
            worker::console_error!("a new device could not be told: {refusal}");
            Some(now.plus_ms(retry_ms))
        }
    }
}

async fn told(state: &State) -> Result<(), Refusal> {
    if !state.db.exists()? {
        return Ok(());
    }
    for (family, owed) in store::owed_devices(&state.db)? {
        // What a newer release owes it tells itself, when it is there again.
        let Ok(Owed { inbox: (org, user), notice }) = base::json::from_str(&owed) else { continue };
        let cx = CallContext::system(org.clone(), clock::trace());
        ask_within(&state.env, &InboxKey { org, user }, Tell { notices: vec![notice] }, &cx, CALL_LIMIT_MS).await?;
        state.db.atomically(|write| store::device_told(write, &family))?;
    }
    Ok(())
}
