//! The first admin of an empty installation.
//!
//! It opens with the token of the deployment (`SETUP_TOKEN`), which whoever deploys has and nobody else, and only while nobody has
//! ever been in it: afterwards its address leads nowhere, for ever.

use std::cell::Cell;

use base::ids::UserId;
use base::refusal::Refusal;
use base::text::{parse_value, required};
use durable::clock;
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};
use uuid::{Builder, Uuid};

use crate::db::statements::organisation::{IsEmpty, SetUp};
use crate::domain::log::NewEntry;
use crate::domain::organisation::{Language, OrganisationName, TimeZone};
use crate::domain::user::{Actor, Email, Person, PersonName, Role, UserRow};
use crate::objects::database::api::query;
use crate::objects::log_stream::api::tell_audit;
use crate::objects::settings::refresh;
use crate::objects::zones;
use crate::router::context::Exchange;
use crate::router::http::body::parse_json;
use crate::router::http::reply::Reply;
use crate::router::{auth, entry, in_force};

thread_local! {
    /// This isolate knows that somebody is in: that never changes again.
    static IS_CLOSED: Cell<bool> = const { Cell::new(false) };
}

/// That the installation waits for its first admin.
#[derive(Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Setup {
    /// Whether the deployment has a token; without one the setup does not open.
    pub has_token: bool,
}

/// An organisation and its first admin.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct SetupBody {
    /// The token of the deployment.
    pub token: String,
    /// What the organisation is called.
    #[cfg_attr(feature = "openapi", schema(value_type = OrganisationName, inline))]
    pub organisation: String,
    /// Where its clock is: a name of the IANA time zone database, such as `Asia/Jakarta`.
    pub time_zone: String,
    /// What it speaks, and its first admin.
    #[cfg_attr(feature = "openapi", schema(value_type = Language))]
    pub language: String,
    /// The first admin's name.
    #[cfg_attr(feature = "openapi", schema(value_type = PersonName, inline))]
    pub name: String,
    /// The first admin's address.
    pub email: String,
    /// The first admin's password, 8 to 128 characters.
    #[cfg_attr(feature = "openapi", schema(format = Password))]
    pub password: String,
}

/// `GET /api/setup`.
///
/// # Errors
/// `NotFound` when somebody has ever been in; `Unavailable` while PostgreSQL is away.
pub async fn read(exchange: &Exchange<'_>) -> Result<Reply, Refusal> {
    check_open(exchange).await?;
    Reply::json(200, &Setup { has_token: exchange.config.setup_token.is_some() })
}

/// `POST /api/setup`: signs the first admin in.
///
/// # Errors
/// `NotFound` when somebody has ever been in; `Invalid` for the token (`wrong`) and the fields; `Unavailable` while PostgreSQL is
/// away: then it may have been carried out, which a second call answers with `NotFound`.
pub async fn run(exchange: &Exchange<'_>) -> Result<Reply, Refusal> {
    let address = auth::limit_by_address(exchange).await?;
    check_open(exchange).await?;
    let body: SetupBody = parse_json(exchange.incoming.body().await?)?;
    check_token(exchange, &body.token)?;
    let name = PersonName::parse(&body.name)?;
    let id = new_user_id()?;
    let email = Email::parse(&body.email)?;
    let admin = Actor::User(Person { id, name: name.to_string() }, Some(Role::Admin), None);
    let trace = exchange.access.trace();
    let message = SetUp {
        organisation: OrganisationName::parse(&body.organisation)?,
        time_zone: known_zone(&body.time_zone)?,
        language: parse_value::<Language>("language", &body.language)?,
        id,
        password_hash: auth::hashed("password", &body.password, &[name.as_str(), email.as_str(), &body.organisation])?,
        name,
        email,
        entry: NewEntry::audit(trace, clock::now(), admin, "set_up", ("organisation", exchange.org().as_str())),
    };
    let entry = message.entry.clone();
    let made: Option<UserRow> = query(exchange.env, message, &exchange.cx).await?;
    IS_CLOSED.set(true);
    let admin = made.ok_or(Refusal::NotFound)?;
    // What does not arrive now is carried by the jobs: the audit's entry, and the settings that go by what was said here.
    let _owed = tell_audit(exchange.env, vec![entry], &exchange.cx).await;
    if let Ok(stored) = refresh(exchange.env, &exchange.cx).await {
        in_force::learn(stored.in_force());
    }
    entry::enter(exchange, 201, admin, address, entry::Stays::WhileUsed).await
}

async fn check_open(exchange: &Exchange<'_>) -> Result<(), Refusal> {
    if !IS_CLOSED.get() && query(exchange.env, IsEmpty {}, &exchange.cx).await? {
        return Ok(());
    }
    IS_CLOSED.set(true);
    Err(Refusal::NotFound)
}

/// Hashes are compared, so that the time of a comparison tells nothing about the token.
fn check_token(exchange: &Exchange<'_>, token: &str) -> Result<(), Refusal> {
    let token = token.trim();
    if token.is_empty() {
        return Err(required("token"));
    }
    let presented: [u8; 32] = Sha256::digest(token.as_bytes()).into();
    if exchange.config.setup_token == Some(presented) {
        return Ok(());
    }
    Err(Refusal::invalid("token", "wrong_token", "This is not the token of this installation."))
}

/// A time zone that the platform knows.
///
/// # Errors
/// `Invalid` naming `time_zone`.
pub fn known_zone(text: &str) -> Result<TimeZone, Refusal> {
    let zone = TimeZone::parse(text)?;
    if zones::is_known(&zone) { Ok(zone) } else { Err(TimeZone::unknown()) }
}

/// An id for a new account, in the order of time.
///
/// # Errors
/// `Internal` when the platform has no random bytes.
pub fn new_user_id() -> Result<UserId, Refusal> {
    let random: [u8; 10] = clock::random()?;
    let ms = u64::try_from(clock::now().as_ms()).map_err(|_| Refusal::Internal)?;
    let id: Uuid = Builder::from_unix_timestamp_millis(ms, &random).into_uuid();
    Ok(UserId(id))
}

/// What each route takes and answers.
#[cfg(feature = "openapi")]
pub(super) mod describe {
    use super::{Setup, SetupBody};
    use crate::openapi::operation::Operation;
    use crate::openapi::schemas::Schemas;
    use crate::router::me::Profile;

    pub fn read(schemas: &mut Schemas) -> Operation {
        Operation::new("readSetup", "session", "Whether the installation waits for its first admin.")
            .detail("404 as soon as somebody has ever been in, for ever.")
            .replies(200, "It does.", schemas.of::<Setup>())
            .refuses(&[404, 503])
    }

    pub fn run(schemas: &mut Schemas) -> Operation {
        Operation::new("setUp", "session", "Make the first admin, and sign them in.")
            .detail(
                "With the token that `cargo xtask setup` prints. Works once; afterwards the answer is 404, for ever.",
            )
            .body(schemas.of::<SetupBody>())
            .replies(201, "The admin is signed in.", schemas.of::<Profile<'_>>())
            .with_header("Set-Cookie", "The session.")
            .refuses(&[404, 429, 503])
    }
}
