//! Resets: links that set a new password, made by a manager or an admin and handed over.

use base::ids::UserId;
use base::refusal::Refusal;
use base::time::{Timestamp, rfc3339};
use durable::{ask, clock};
use serde::{Deserialize, Serialize};

use crate::db::statements::resets::{FindReset, MakeReset, UseReset};
use crate::db::statements::users::KnowsUser;
use crate::domain::log::{Level, NewEntry, StreamName};
use crate::domain::user::LinkToken;
use crate::domain::user::{AccountNews, Actor, LinkState, LoginName, RESET_LASTS_MS, Reset, Role};
use crate::jobs::accounts;
use crate::mail::Setting;
use crate::objects::account::api::{Forgot, Succeeded};
use crate::objects::database::api::query;
use crate::objects::log_stream::api::tell_audit;
use crate::router::context::Exchange;
use crate::router::http::body::parse_json;
use crate::router::http::reply::Reply;
use crate::router::{auth, entry, people};

/// A link that was made, whose secret is told once.
#[derive(Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ResetMade {
    /// The token of the link: `/reset#<token>` in the app.
    pub token: String,
    /// When it ends.
    #[serde(with = "rfc3339")]
    #[cfg_attr(feature = "openapi", schema(value_type = String, format = DateTime))]
    pub expires_at: Timestamp,
}

/// The secret of a link.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ResetToken {
    /// What the link has behind its `#`.
    pub token: String,
}

/// What setting a new password needs.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ResetBody {
    /// What the link has behind its `#`.
    pub token: String,
    /// The new password, 8 to 128 characters. The most common ones are refused, and one's name and address.
    #[cfg_attr(feature = "openapi", schema(format = Password))]
    pub password: String,
}

/// A reset as its holder sees it.
#[derive(Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ResetShown {
    /// What the organisation is called.
    pub organisation: String,
    /// Whose password it sets: their name.
    pub name: String,
    /// What they sign in with: an address or a user name.
    pub login: String,
    /// Whether it may be used.
    pub state: LinkState,
}

/// `POST /api/users/:id/reset`: a new link; the old ones set nothing any more. A manager makes them for requesters and technicians.
///
/// # Errors
/// `NotFound` where nobody is active under this id; `Forbidden` for a manager, of managers and admins; `Unavailable` while PostgreSQL is
/// away.
pub async fn make(exchange: &Exchange<'_>, id: UserId) -> Result<Reply, Refusal> {
    let (token, link) = people::new_link(RESET_LASTS_MS)?;
    let entry = people::audit(exchange, "reset_made", id)?;
    let of_managers = exchange.caller()?.role == Role::Admin;
    let expires_at = link.expires_at;
    let made = query(exchange.env, MakeReset { id, of_managers, link, entry: entry.clone() }, &exchange.cx).await?;
    if made.is_none() {
        let is_known = !of_managers && query(exchange.env, KnowsUser { id }, &exchange.cx).await?;
        return Err(if is_known { Refusal::FORBIDDEN } else { Refusal::NotFound });
    }
    let _carried_later = tell_audit(exchange.env, vec![entry], &exchange.cx).await;
    Reply::json(201, &ResetMade { token: token.text(), expires_at })
}

/// What somebody signs in with.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ForgotBody {
    /// The address.
    pub email: String,
}

/// `POST /api/auth/forgot`: a link by mail, if there is such an account. The answer is the same, and as fast, if there is none, or if it
/// was asked for too often.
///
/// # Errors
/// `Conflict` with `mail_off` where no mails are sent; `Invalid`; `TooManyAttempts` for a network address.
pub async fn forgot(exchange: &Exchange<'_>) -> Result<Reply, Refusal> {
    auth::limit_by_address(exchange).await?;
    let body: ForgotBody = parse_json(exchange.incoming.body().await?)?;
    let login = LoginName::parse(&body.email)?;
    if !Setting::of(exchange.env).is_on() {
        return Err(Refusal::conflict(
            "mail_off",
            "No mails are sent here: ask an administrator or a manager for a link.",
        ));
    }
    let key = auth::throttle_of(exchange.org(), &format!("forgot {}", login.as_str()));
    let forgot = Forgot { login: login.as_str().to_owned(), app: exchange.app_origin() };
    ask(exchange.env, &key, forgot, &exchange.cx).await?;
    Ok(Reply::empty(204))
}

/// `POST /api/auth/resets/look`. The token is in the body, where no log has it.
///
/// # Errors
/// `NotFound` for a link that nobody made; `TooManyAttempts`; `Unavailable` while PostgreSQL is away.
pub async fn look(exchange: &Exchange<'_>) -> Result<Reply, Refusal> {
    auth::limit_by_address(exchange).await?;
    let body: ResetToken = parse_json(exchange.incoming.body().await?)?;
    let found = found(exchange, &LinkToken::parse(&body.token)?).await?;
    let (state, login) = (found.state(clock::now()), found.user.login().to_owned());
    Reply::json(200, &ResetShown { organisation: found.organisation, name: found.user.name, login, state })
}

/// `POST /api/auth/resets/accept`: sets the password, ends every session, and signs in.
///
/// # Errors
/// `NotFound` for a link that nobody made; `Conflict` for one that is over (`reset_used`, `_replaced`, `_expired`, `_withdrawn`); `Invalid`
/// naming `password`; `TooManyAttempts`; `Unavailable` while PostgreSQL, or a session, is away.
pub async fn accept(exchange: &Exchange<'_>) -> Result<Reply, Refusal> {
    let address = auth::limit_by_address(exchange).await?;
    let body: ResetBody = parse_json(exchange.incoming.body().await?)?;
    let token = LinkToken::parse(&body.token)?;
    // Before a tenth of a second of hashing.
    let reset = found(exchange, &token).await?;
    Reset::check(reset.state(clock::now()))?;
    let (id, login) = (reset.user.id, reset.user.login().to_owned());
    let password_hash = auth::hashed("password", &body.password, &[&reset.user.name, &login])?;
    let actor = Actor::User(reset.user.person(), Some(reset.user.role), None);
    let entry = NewEntry::audit(
        exchange.access.trace(),
        clock::now(),
        actor.clone(),
        "password_reset",
        ("user", &id.to_string()),
    );
    let news = Some(AccountNews::of("password_changed", actor));
    let message = UseReset { hash: token.hash(), password_hash, entry: entry.clone(), news };
    let user = query(exchange.env, message, &exchange.cx).await?;
    let _carried_later = tell_audit(exchange.env, vec![entry], &exchange.cx).await;
    accounts::settle(exchange.env, id, &exchange.cx).await?;
    // Whoever guessed before keeps nobody out who has the link.
    ask(exchange.env, &auth::throttle_of(exchange.org(), &login), Succeeded {}, &exchange.cx).await?;
    exchange.access.note(StreamName::Auth, Level::Info, "password reset", &[]);
    // Whoever has a second factor proves it here as well: a link is no more than a password.
    entry::enter(exchange, 200, user, address, entry::Stays::OnDevice).await
}

async fn found(exchange: &Exchange<'_>, token: &LinkToken) -> Result<Reset, Refusal> {
    query(exchange.env, FindReset { hash: token.hash() }, &exchange.cx).await?.ok_or(Refusal::NotFound)
}

/// What each route takes and answers.
#[cfg(feature = "openapi")]
pub(super) mod describe {
    use super::{ForgotBody, ResetBody, ResetMade, ResetShown, ResetToken};
    use crate::openapi::operation::Operation;
    use crate::openapi::schemas::Schemas;
    use crate::router::entry::SecondStep;
    use crate::router::me::Profile;

    pub fn make(schemas: &mut Schemas) -> Operation {
        Operation::new("makeReset", "people", "Make a link with which somebody sets a new password; the old ones end.")
            .detail("The token is told once. It works once, for an hour. Managers make them for requesters and technicians.")
            .replies(201, "The token.", schemas.of::<ResetMade>())
            .refuses(&[503])
    }

    pub fn forgot(schemas: &mut Schemas) -> Operation {
        Operation::new("forgotPassword", "session", "Ask for a link for a new password, by mail.")
            .detail("Answered alike whether there is such an account or not. A link works once, for an hour, and ends the ones before it.")
            .body(schemas.of::<ForgotBody>())
            .replies_empty(204, "If there is such an account, a mail is on its way.")
            .refuses(&[409, 429, 503])
    }

    pub fn look(schemas: &mut Schemas) -> Operation {
        Operation::new("lookAtReset", "session", "Whose password a link sets, for its holder.")
            .body(schemas.of::<ResetToken>())
            .replies(200, "The reset.", schemas.of::<ResetShown>())
            .refuses(&[404, 429, 503])
    }

    pub fn accept(schemas: &mut Schemas) -> Operation {
        Operation::new(
            "resetPassword",
            "session",
            "Set a new password with a link; every session ends, and be signed in.",
        )
        .body(schemas.of::<ResetBody>())
        .replies(200, "Signed in.", schemas.of::<Profile<'_>>())
        .with_header("Set-Cookie", "The session.")
        .replies(202, "The password is set; a second factor is needed.", schemas.of::<SecondStep>())
        .refuses(&[404, 409, 429, 503])
    }
}
