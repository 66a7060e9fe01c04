//! The second step of a sign-in, and the sign-in by a passkey alone.
//!
//! The second step goes: ticket (a MAC) -> throttle (the AccountObject of its user) -> factors (PostgreSQL) -> the proof, marked as used ->
//! the ticket, used up -> session. So a code is tried as slowly as a password, and a ticket lets in once.

use base::refusal::Refusal;
use durable::clock;
use serde::Deserialize;

use super::about::request;
use super::proof::{self, PasskeyAnswer, Proven};
use crate::db::statements::factors::FindFactors;
use crate::domain::factor::{Credential, Factors, Method, Purpose};
use crate::domain::log::{Level, StreamName};
use crate::domain::user::UserStatus;
use crate::objects::database::api::query;
use crate::router::auth::limit_by_address;
use crate::router::context::Exchange;
use crate::router::entry::{Proof, Stays, Ticket, open_session, ticket_over};
use crate::router::http::body::parse_json;
use crate::router::http::reply::Reply;

/// The second step: one of the two.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct SecondStepBody {
    /// What the first step was answered with.
    pub ticket: String,
    /// A code of the authenticator app, or a recovery code.
    #[serde(default)]
    pub code: Option<String>,
    /// What a passkey answered.
    #[serde(default)]
    pub passkey: Option<PasskeyAnswer>,
}

/// For whom a passkey is asked.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct PasskeyBody {
    /// Of a first step, where there was one; without it, the passkey alone says who it is.
    #[serde(default)]
    pub ticket: Option<String>,
}

/// A passkey alone.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct PasskeySignIn {
    /// What it answered.
    pub passkey: PasskeyAnswer,
}

/// `POST /api/auth/factor`.
///
/// # Errors
/// `Conflict` with `ticket_over`; `Invalid` naming `code` (`wrong_code`) or `passkey` (`wrong_passkey`); `TooManyAttempts`; `Unavailable`
/// while PostgreSQL is away.
pub async fn second(exchange: &Exchange<'_>) -> Result<Reply, Refusal> {
    let address = limit_by_address(exchange).await?;
    let body: SecondStepBody = parse_json(exchange.incoming.body().await?)?;
    let ticket = Ticket::read(exchange.config, &body.ticket, clock::now())?;
    let (factors, proven) = match (&body.code, &body.passkey) {
        (Some(code), None) => {
            let factors = still(&ticket, proof::attempt(exchange, ticket.user).await?)?;
            let proven = proof::code(exchange, &factors, code).await?;
            (factors, proven)
        }
        (None, Some(answer)) => {
            let factors = still(&ticket, factors_of(exchange, &ticket).await?)?;
            let about = ticket.user.to_string();
            let proven = proof::passkey(exchange, &factors, answer, (Purpose::SecondStep, &about)).await?;
            (factors, proven)
        }
        _ => return Err(Refusal::invalid("code", "required", "Send a code, or what a passkey answered.")),
    };
    let method = match proven.spend(exchange, ticket.user, Some(ticket.sealed)).await {
        Err(Refusal::Conflict { .. }) => return Err(ticket_over()),
        spent => spent?,
    };
    open_session(exchange, 200, factors.user, address, ticket.stays, Proof::now(vec![Method::Password, method])).await
}

/// `POST /api/auth/passkey/options`.
///
/// # Errors
/// `Conflict` with `ticket_over`; `TooManyAttempts`; `Unavailable` while PostgreSQL is away.
pub async fn options(exchange: &Exchange<'_>) -> Result<Reply, Refusal> {
    limit_by_address(exchange).await?;
    let body: PasskeyBody = parse_json(exchange.incoming.body().await?)?;
    let Some(ticket) = body.ticket else {
        return Reply::json(200, &request(exchange, Purpose::SignIn, "", None)?);
    };
    let ticket = Ticket::read(exchange.config, &ticket, clock::now())?;
    let factors = still(&ticket, factors_of(exchange, &ticket).await?)?;
    Reply::json(200, &request(exchange, Purpose::SecondStep, &ticket.user.to_string(), Some(&factors))?)
}

/// `POST /api/auth/passkey`: in, by a passkey that knows its user.
///
/// # Errors
/// `InvalidCredentials` for whatever is wrong with it; `TooManyAttempts`; `Unavailable` while PostgreSQL is away.
pub async fn passkey(exchange: &Exchange<'_>) -> Result<Reply, Refusal> {
    let address = limit_by_address(exchange).await?;
    let body: PasskeySignIn = parse_json(exchange.incoming.body().await?)?;
    let (factors, proven) = match proven(exchange, &body.passkey).await {
        Err(Refusal::Invalid { .. } | Refusal::NotFound) => {
            exchange.access.note(StreamName::Auth, Level::Warn, "sign-in refused", &[("address", address.into())]);
            return Err(Refusal::InvalidCredentials);
        }
        proven => proven?,
    };
    let method = match proven.spend(exchange, factors.user.id, None).await {
        Err(Refusal::Conflict { .. }) => return Err(Refusal::InvalidCredentials),
        spent => spent?,
    };
    open_session(exchange, 200, factors.user, address, Stays::WhileUsed, Proof::now(vec![method])).await
}

async fn proven(exchange: &Exchange<'_>, answer: &PasskeyAnswer) -> Result<(Factors, Proven), Refusal> {
    // Before PostgreSQL is asked for what anybody can send.
    let of = (Purpose::SignIn, "");
    if proof::opened(exchange, &answer.response.client_data_json, of, clock::now()).is_none() {
        return Err(Refusal::NotFound);
    }
    let credential: Credential = answer.id.parse()?;
    let found = query(exchange.env, FindFactors { id: None, credential: Some(credential) }, &exchange.cx).await?;
    let factors = found.filter(|factors| factors.user.status == UserStatus::Active).ok_or(Refusal::NotFound)?;
    let proven = proof::passkey(exchange, &factors, answer, of).await?;
    Ok((factors, proven))
}

async fn factors_of(exchange: &Exchange<'_>, ticket: &Ticket) -> Result<Option<Factors>, Refusal> {
    query(exchange.env, FindFactors { id: Some(ticket.user), credential: None }, &exchange.cx).await
}

/// The account of a ticket, if it is as it was at the first step: neither disabled since, nor given another password or factor.
fn still(ticket: &Ticket, found: Option<Factors>) -> Result<Factors, Refusal> {
    let is_same = |factors: &Factors| {
        factors.user.status == UserStatus::Active && factors.user.version.unwrap_or_default() == ticket.version
    };
    found.filter(is_same).ok_or_else(ticket_over)
}

/// What each route takes and answers.
#[cfg(feature = "openapi")]
pub(crate) mod describe {
    use super::{PasskeyBody, PasskeySignIn, SecondStepBody};
    use crate::openapi::operation::Operation;
    use crate::openapi::schemas::Schemas;
    use crate::router::factors::about::PasskeyRequest;
    use crate::router::me::Profile;

    pub fn second(schemas: &mut Schemas) -> Operation {
        Operation::new("secondStep", "session", "Sign in: the second step.")
            .detail("One of `code` and `passkey`. 409 `ticket_over` where the first step has to be made again. Codes are tried as passwords are.")
            .body(schemas.of::<SecondStepBody>())
            .replies(200, "Signed in.", schemas.of::<Profile<'_>>())
            .with_header("Set-Cookie", "The session.")
            .refuses(&[409, 429, 503])
    }

    pub fn options(schemas: &mut Schemas) -> Operation {
        Operation::new("passkeyOptions", "session", "What a page asks a passkey with, to sign in.")
            .detail("The challenge works once, for five minutes.")
            .body(schemas.of::<PasskeyBody>())
            .replies(200, "For `navigator.credentials.get`.", schemas.of::<PasskeyRequest>())
            .refuses(&[409, 429, 503])
    }

    pub fn passkey(schemas: &mut Schemas) -> Operation {
        Operation::new("passkeySignIn", "session", "Sign in with a passkey, without a password.")
            .body(schemas.of::<PasskeySignIn>())
            .replies(200, "Signed in.", schemas.of::<Profile<'_>>())
            .with_header("Set-Cookie", "The session.")
            .refuses(&[401, 429, 503])
    }
}
