//! The secrets of a user's API keys, as an AccountObject lists them: what a change of the account is carried through with.
//!
//! A key of an older version of the account ends as a session does, but where only the password is another: nobody signs in with that
//! to a key, and a program that stops because its owner has chosen a better password would teach people not to.

use base::ids::SessionName;
use base::refusal::Refusal;
use base::time::Timestamp;
use durable::State;

use super::api::{Changed, KeyOpened};
use super::store;

/// The changes that end sessions and no keys.
const OF_THE_PASSWORD: [&str; 2] = ["password_changed", "password_reset"];

/// Lists the secret of a key, unless the account was changed since it was read.
pub fn list(state: &State, KeyOpened { session, ends_at, version }: &KeyOpened) -> Result<(), Refusal> {
    let changed_to = if state.db.exists()? { store::changed_to(&state.db)? } else { None };
    if changed_to.is_some_and(|changed_to| *version < changed_to) {
        return Err(Refusal::Unauthenticated);
    }
    state.db.atomically(|write| store::put_key(write, session, *ends_at, *version))?;
    state.alarm.set_by(Some(*ends_at));
    Ok(())
}

/// Those that a change ends.
pub fn outdated(state: &State, message: &Changed) -> Result<Vec<SessionName>, Refusal> {
    if OF_THE_PASSWORD.contains(&message.reason.as_str()) {
        return Ok(Vec::new());
    }
    store::keys_before(&state.db, message.version)
}

/// Those that have not reached their end.
pub fn all(state: &State, now: Timestamp) -> Result<Vec<SessionName>, Refusal> {
    if state.db.exists()? { store::keys(&state.db, now) } else { Ok(Vec::new()) }
}
