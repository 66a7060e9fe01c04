//! The mail with an invitation's link, where mail is on.
//!
//! The invitation is there before the mail is sent, and stays whatever becomes of it: the link is in the answer, to be handed over
//! in another way. A mail that was not taken is not sent again by itself; another link is.

use durable::clock;
use mail::platform::Limits;
use mail::{Address, Failure, MailId, Mailbox, Outcome, Step};

use crate::db::statements::invitations::{NewLink, NoteMailed};
use crate::db::statements::people::{Reader, WriteTo};
use crate::domain::mailed::Mailed;
use crate::domain::user::LinkToken;
use crate::domain::user::{INVITATION_LASTS_MS, UserRow};
use crate::mail::letters::Invitation;
use crate::mail::{Mailer, Outgoing, Setting};
use crate::objects::database::api::query;
use crate::objects::mail_pause;
use crate::router::context::Exchange;
use crate::router::system;

const MS_PER_DAY: i64 = 24 * 60 * 60 * 1_000;

/// Sends the link, and keeps what became of it; `None` where mail is off or the reader could not be looked up.
pub async fn send(exchange: &Exchange<'_>, user: &UserRow, link: &NewLink, token: &LinkToken) -> Option<Mailed> {
    let Setting::On(mailer) = Setting::of(exchange.env) else { return None };
    let reader = query(exchange.env, WriteTo { id: user.id }, &exchange.cx).await.ok()??;
    let outgoing = written(exchange, &reader, user, link, token)?;
    let mailed = if reader.is_paused {
        let failure = Failure::at(Step::Recipient, "nothing is sent to this address, since it has bounced");
        Mailed::new(Outcome::Refused(failure), clock::now())
    } else {
        by(exchange, &mailer, outgoing).await
    };
    let note = NoteMailed { hash: link.hash.clone(), mailed: mailed.clone() };
    // What the list does not know then, the answer says.
    let _unknown_to_the_list = query(exchange.env, note, &exchange.cx).await;
    Some(mailed)
}

async fn by(exchange: &Exchange<'_>, mailer: &Mailer, outgoing: Outgoing) -> Mailed {
    let address = outgoing.to.address.as_str().to_owned();
    let outcome = mailer.send(exchange.env, "", &Limits::WAITED_FOR, outgoing).await;
    mail_pause::after(exchange.env, &address, &outcome, &exchange.cx).await;
    let mailed = Mailed::new(outcome, clock::now());
    system::mail::note(exchange, "invitation", &mailed);
    mailed
}

fn written(
    exchange: &Exchange<'_>,
    reader: &Reader,
    user: &UserRow,
    link: &NewLink,
    token: &LinkToken,
) -> Option<Outgoing> {
    let inviter = &exchange.caller().ok()?.user.name;
    // Behind its `#`, so that no server on the way sees the secret.
    let url = format!("{}/invitation#{}", exchange.app_origin(), token.text());
    let letter = Invitation {
        organisation: &reader.organisation,
        inviter,
        role: user.role,
        url: &url,
        days: INVITATION_LASTS_MS / MS_PER_DAY,
    };
    Some(Outgoing {
        id: MailId::parse(&format!("invitation-{}-{}", user.id, link.expires_at.as_ms()))?,
        from: reader.sender(),
        to: Mailbox { name: String::new(), address: Address::parse(reader.email.as_deref()?)? },
        letter: letter.letter(reader.language),
        at: clock::now(),
        thread: None,
        unsubscribe: None,
    })
}
