//! Addresses that nothing more is sent to: what a provider's refusal, or what it tells afterwards, does to them.

use base::refusal::Refusal;
use durable::clock;
use mail::Outcome;
use worker::Env;

use crate::db::statements::mail_pauses::{Pause, PauseMail};
use crate::domain::log::NewEntry;
use crate::domain::user::Actor;
use crate::objects::context::CallContext;
use crate::objects::database::api::query;

/// Sends nothing more to an address, if somebody here has it.
///
/// # Errors
/// `Unavailable` while PostgreSQL is away.
pub async fn pause(env: &Env, address: &str, pause: Pause, cx: &CallContext) -> Result<(), Refusal> {
    // An entry of its own for each: one call of a provider may tell of many. Whose address it is, the statement knows.
    let entry = NewEntry::audit(&clock::trace(), clock::now(), Actor::System, "mail_paused", ("user", ""));
    let entry = entry.with("why", pause.why.as_str());
    query(env, PauseMail { address: address.to_owned(), pause, entry }, cx).await.map(|_| ())
}

/// The same where a provider has refused a mail since there is no such mailbox. Where PostgreSQL is away the next refusal does it.
pub async fn after(env: &Env, address: &str, outcome: &Outcome, cx: &CallContext) {
    let Outcome::Refused(failure) = outcome else { return };
    if !failure.blames_recipient() {
        return;
    }
    let why = Pause { at: clock::now(), why: "bounced".to_owned(), words: failure.to_string() };
    if let Err(refusal) = pause(env, address, why, cx).await {
        worker::console_log!("an address that has bounced could not be paused: {refusal}");
    }
}
