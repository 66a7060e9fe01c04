//! The mail with a link for a new password, to whoever says that they have forgotten theirs.
//!
//! It is made behind the answer: whoever asks is told the same, as fast, whether there is such an account or not.

use base::ids::TraceId;
use base::refusal::Refusal;
use durable::{State, clock};
use mail::platform::Limits;
use mail::{Address, MailId, Mailbox};

use super::api::Forgot;
use crate::db::statements::invitations::NewLink;
use crate::db::statements::people::WriteTo;
use crate::db::statements::resets::MakeReset;
use crate::db::statements::users::FindCredentials;
use crate::domain::log::NewEntry;
use crate::domain::user::{Actor, LinkToken, RESET_LASTS_MS, UserStatus};
use crate::mail::letters::Reset;
use crate::mail::{Outgoing, Setting};
use crate::objects::context::CallContext;
use crate::objects::database::api::query;
use crate::objects::mail_pause;

const MS_PER_MINUTE: i64 = 60_000;

/// Makes a link for whoever signs in with this, if there is somebody active who has an address, and mails it to them.
pub async fn mail_a_link(state: &State, forgot: &Forgot, cx: &CallContext) {
    if let Err(refusal) = tried(state, forgot, cx).await {
        worker::console_error!("a link for a new password could not be mailed: {refusal}");
    }
}

async fn tried(state: &State, forgot: &Forgot, cx: &CallContext) -> Result<(), Refusal> {
    let env = &state.env;
    let Setting::On(mailer) = Setting::of(env) else { return Ok(()) };
    let found = query(env, FindCredentials { email: forgot.login.clone() }, cx).await?;
    let Some(user) = found.filter(|user| user.status == UserStatus::Active && user.email.is_some()) else {
        return Ok(());
    };
    let Some(reader) = query(env, WriteTo { id: user.id }, cx).await?.filter(|reader| !reader.is_paused) else {
        return Ok(());
    };
    let random: [u8; 32] = clock::random()?;
    let (token, now) = (LinkToken::of(random), clock::now());
    let link = NewLink { hash: token.hash(), expires_at: now.plus_ms(RESET_LASTS_MS) };
    // One of its own: the HTTP request that asked may have written others.
    let trace: TraceId = clock::trace();
    let entry = NewEntry::audit(&trace, now, Actor::System, "reset_mailed", ("user", &user.id.to_string()));
    if query(env, MakeReset { id: user.id, of_managers: true, link, entry }, cx).await?.is_none() {
        return Ok(());
    }
    let letter = Reset {
        organisation: &reader.organisation,
        url: &format!("{}/reset#{}", forgot.app, token.text()),
        minutes: RESET_LASTS_MS / MS_PER_MINUTE,
    };
    let (id, address) = (MailId::parse(&format!("reset-{trace}")), reader.email.as_deref().and_then(Address::parse));
    let (Some(id), Some(address)) = (id, address) else { return Ok(()) };
    let outgoing = Outgoing {
        id,
        from: reader.sender(),
        to: Mailbox { name: reader.name.clone(), address },
        letter: letter.letter(reader.language),
        at: now,
        thread: None,
        unsubscribe: None,
    };
    let address = outgoing.to.address.as_str().to_owned();
    let outcome = mailer.send(env, &state.id, &Limits::BEHIND, outgoing).await;
    mail_pause::after(env, &address, &outcome, cx).await;
    if !outcome.is_taken() {
        // Without the provider's words, which may name an address.
        worker::console_error!("a link for a new password was not taken by the provider");
    }
    Ok(())
}
