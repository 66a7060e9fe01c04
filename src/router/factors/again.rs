//! The proof within a session: by whoever is signed in, before what needs it anew.
//!
//! A password is tried under the throttle of sign-in, a code under that of codes. The session keeps when it was proved and by what.

use base::refusal::Refusal;
use durable::ask;
use serde::Deserialize;

use super::about::request;
use super::proof::{self, PasskeyAnswer, Proven};
use crate::db::statements::factors::FindFactors;
use crate::domain::factor::{Factors, Method, Purpose};
use crate::domain::log::{Level, StreamName};
use crate::domain::user::{UserStatus, password};
use crate::objects::account::api::{Attempt, Released, Succeeded};
use crate::objects::database::api::query;
use crate::objects::session::api::{LiveSession, Proved, SessionKey};
use crate::router::auth::throttle_of;
use crate::router::context::Exchange;
use crate::router::http::body::parse_json;
use crate::router::http::reply::Reply;
use crate::router::me::Profile;

/// The proof: one of the three.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ProofBody {
    /// The password.
    #[serde(default)]
    #[cfg_attr(feature = "openapi", schema(format = Password))]
    pub password: Option<String>,
    /// A code of the authenticator app, or a recovery code.
    #[serde(default)]
    pub code: Option<String>,
    /// What a passkey answered.
    #[serde(default)]
    pub passkey: Option<PasskeyAnswer>,
}

/// `POST /api/me/reauthenticate`.
///
/// # Errors
/// `Invalid` naming `password` (`wrong_password`), `code` (`wrong_code`) or `passkey` (`wrong_passkey`); `TooManyAttempts`; `Unavailable`
/// while PostgreSQL is away.
pub async fn prove(exchange: &Exchange<'_>) -> Result<Reply, Refusal> {
    let body: ProofBody = parse_json(exchange.incoming.body().await?)?;
    let user = exchange.session()?.caller.user.id;
    let proven = match (&body.password, &body.code, &body.passkey) {
        (Some(tried), None, None) => by_password(exchange, tried).await?,
        (None, Some(code), None) => {
            let factors = active(proof::attempt(exchange, user).await?)?;
            proof::code(exchange, &factors, code).await?
        }
        (None, None, Some(answer)) => {
            let factors = active(found(exchange).await?)?;
            proof::passkey(exchange, &factors, answer, (Purpose::Again, &user.to_string())).await?
        }
        _ => return Err(Refusal::invalid("password", "required", "Send a password, a code, or a passkey's answer.")),
    };
    let method = match proven.method {
        Method::Password => Method::Password,
        _ => match proven.spend(exchange, user, None).await {
            Err(Refusal::Conflict { detail, .. }) => return Err(Refusal::invalid("passkey", "wrong_passkey", detail)),
            spent => spent?,
        },
    };
    let session = proved(exchange, method).await?;
    exchange.access.note(StreamName::Auth, Level::Info, "proved again", &[("by", method.as_str().into())]);
    Profile::reply(&session, exchange)
}

/// `POST /api/me/reauthenticate/options`.
///
/// # Errors
/// `Unavailable` while PostgreSQL is away.
pub async fn options(exchange: &Exchange<'_>) -> Result<Reply, Refusal> {
    let factors = active(found(exchange).await?)?;
    Reply::json(200, &request(exchange, Purpose::Again, &factors.user.id.to_string(), Some(&factors))?)
}

/// Tells the session what its owner has proved.
///
/// # Errors
/// `Unauthenticated` when it does not hold any more; `Unavailable`.
pub async fn proved(exchange: &Exchange<'_>, method: Method) -> Result<LiveSession, Refusal> {
    let key = SessionKey { org: exchange.org().clone(), session: exchange.session()?.session.clone() };
    ask(exchange.env, &key, Proved { methods: vec![method] }, &exchange.cx).await
}

async fn by_password(exchange: &Exchange<'_>, tried: &str) -> Result<Proven, Refusal> {
    let (env, cx) = (exchange.env, &exchange.cx);
    let throttle = throttle_of(exchange.org(), &exchange.session()?.login);
    if let Err(refusal) = ask(env, &throttle, Attempt {}, cx).await {
        exchange.access.note(StreamName::Auth, Level::Warn, "proof throttled", &[]);
        return Err(refusal);
    }
    let found = match found(exchange).await {
        Ok(found) => found,
        Err(refusal) => {
            // An outage is not a wrong password.
            let _still_counted = ask(env, &throttle, Released {}, cx).await;
            return Err(refusal);
        }
    };
    let factors = active(found)?;
    let fits = tried.chars().count() <= password::MAX_CHARS;
    if !fits || !password::verify(factors.user.password_hash.as_deref(), tried) {
        exchange.access.note(StreamName::Auth, Level::Warn, "proof refused", &[]);
        return Err(Refusal::invalid("password", "wrong_password", "This is not your password."));
    }
    ask(env, &throttle, Succeeded {}, cx).await?;
    Ok(Proven::by(Method::Password))
}

async fn found(exchange: &Exchange<'_>) -> Result<Option<Factors>, Refusal> {
    let id = exchange.session()?.caller.user.id;
    query(exchange.env, FindFactors { id: Some(id), credential: None }, &exchange.cx).await
}

/// Whoever was disabled meanwhile is signed out in a moment.
fn active(found: Option<Factors>) -> Result<Factors, Refusal> {
    found.filter(|factors| factors.user.status == UserStatus::Active).ok_or(Refusal::Unauthenticated)
}

/// What each route takes and answers.
#[cfg(feature = "openapi")]
pub(crate) mod describe {
    use super::ProofBody;
    use crate::openapi::operation::Operation;
    use crate::openapi::schemas::Schemas;
    use crate::router::factors::about::PasskeyRequest;
    use crate::router::me::Profile;

    pub fn prove(schemas: &mut Schemas) -> Operation {
        Operation::new("reauthenticate", "session", "Prove again that it is me.")
            .detail("One of `password`, `code` and `passkey`. It is good for ten minutes of what answers 403 `reauthentication_required` without.")
            .body(schemas.of::<ProofBody>())
            .replies(200, "It is.", schemas.of::<Profile<'_>>())
            .refuses(&[429, 503])
    }

    pub fn options(schemas: &mut Schemas) -> Operation {
        Operation::new("reauthenticateOptions", "session", "What a page asks one of my passkeys with.")
            .replies(200, "For `navigator.credentials.get`.", schemas.of::<PasskeyRequest>())
            .refuses(&[503])
    }
}
