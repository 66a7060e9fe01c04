//! Faults on demand, in builds with the feature `fault-injection` only: comments that begin with certain words.
//!
//! Three sorts: a panic, which shows what a trap costs; what a platform does that delivers at least once, which must have no
//! effect; and bugs, by which `cargo xtask torture --planted` proves that its checker finds them.

mod effects;

use base::ids::UserId;
use base::refusal::Refusal;
use durable::outbox::Offsets;
use durable::release::{self, Release};
use durable::{Writer, clock};
use serde_json::json;

use super::owed::Destination;
use crate::domain::notify::{Parties, Reason};
use crate::domain::request::{Event, EventBody};

/// Whom the newer release owes events, too.
const ADDED_DESTINATION: &str = "destination_of_the_newer_release";

/// Panics in the middle of its transaction.
const PANIC_IN_TRANSACTION: &str = "fault: panic in the transaction";
/// What was delivered is delivered again, at once and the oldest versions last.
pub const DELIVER_AGAIN: &str = "fault: deliver again";
/// The alarm rings twice at the same time.
pub const RING_TWICE: &str = "fault: ring twice";

/// A bug: acknowledged and not written.
const ONLY_REMEMBER: &str = "fault: only remember";
/// A bug: the event is not owed to this destination. The destination's name follows.
const OWE_NOTHING_TO: &str = "fault: owe nothing to ";
/// A bug: the kept reply is not written.
const FORGET_THE_KEY: &str = "fault: forget the key";
/// A bug: the snapshot is not written.
const FORGET_THE_SNAPSHOT: &str = "fault: forget the snapshot";
/// A bug: no viewer is told.
const TELL_NOBODY: &str = "fault: tell nobody";
/// A bug: each viewer is told twice.
pub const TELL_TWICE: &str = "fault: tell twice";
/// A bug: an internal comment is told to everybody.
pub const TELL_EVERYBODY: &str = "fault: tell everybody";
/// A bug: done, and answered with a refusal.
pub const DENY: &str = "fault: deny";

/// A bug: the requester is told of an internal comment.
const TELL_THE_REQUESTER: &str = "fault: tell the requester";

/// Whether the event is a comment that begins with these words.
pub fn asks_for(event: &Event, words: &str) -> bool {
    matches!(&event.body, EventBody::Commented { body, .. } if body.starts_with(words))
}

/// Whether the event is to be in memory alone.
pub fn is_only_remembered(event: &Event) -> bool {
    asks_for(event, ONLY_REMEMBER)
}

/// Whether the viewers are not to be told.
pub fn is_kept_from_viewers(event: &Event) -> bool {
    asks_for(event, TELL_NOBODY)
}

/// Who is told of the event besides those who are to be.
pub fn wrongly_told(event: &Event, parties: &Parties<'_>) -> Option<(UserId, Reason)> {
    asks_for(event, TELL_THE_REQUESTER).then_some((parties.requester, Reason::Requester))
}

/// Does what the event asks for to what its transaction has written.
#[allow(clippy::disallowed_macros, reason = "one of the faults is a panic")]
pub fn in_transaction(write: &Writer<'_>, offsets: &mut Offsets<Destination>, event: &Event) -> Result<(), Refusal> {
    if release::speaker() == Release::Newer {
        let now = clock::now().as_ms();
        offsets.owe_unknown(json!({ "destination": ADDED_DESTINATION, "owed_seq": event.seq, "next_attempt_ms": now }));
    }
    let EventBody::Commented { body, .. } = &event.body else { return Ok(()) };
    assert!(!body.starts_with(PANIC_IN_TRANSACTION), "injected");
    if let Some(rest) = body.strip_prefix(OWE_NOTHING_TO) {
        offsets.forgive(rest.split(' ').next().unwrap_or_default());
    }
    if body.starts_with(FORGET_THE_KEY) {
        write.run("DELETE FROM idempotency WHERE seq = ?", &[&event.seq])?;
    }
    if body.starts_with(FORGET_THE_SNAPSHOT) {
        write.run(
            "UPDATE request SET snapshot = json_set(snapshot, '$.version', json_extract(snapshot, '$.version') - 1)",
            &[],
        )?;
    }
    Ok(())
}
