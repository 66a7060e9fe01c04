//! One's own data as a file: all that is kept of the signed-in user, and nothing that only others may see, nor a secret.

use base::refusal::Refusal;
use base::time::{Timestamp, rfc3339};
use durable::{ask, clock};
use serde::Serialize;
use serde_json::value::RawValue;

use crate::db::statements::own_data::OwnData;
use crate::domain::factor::Factors;
use crate::domain::log::NewEntry;
use crate::domain::notify::Chosen;
use crate::domain::user::{Actor, Draft, FactorKind};
use crate::objects::account::api::{AccountKey, Drafts};
use crate::objects::database::api::query;
use crate::objects::inbox::api::{Choose, DeviceShown, Devices, SetTimes};
use crate::objects::log_stream::api::tell_audit;
use crate::router::context::Exchange;
use crate::router::factors::mine;
use crate::router::http::reply::Reply;
use crate::router::inbox;
use crate::router::keys::{self, ApiKey};
use crate::router::notice_times::TimesShown;
use crate::router::sessions::{self, MySession};

/// All that is kept of one.
#[derive(Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct MyData {
    /// When it was put together.
    #[serde(with = "rfc3339")]
    #[cfg_attr(feature = "openapi", schema(value_type = String, format = DateTime))]
    pub exported_at: Timestamp,
    /// The account, with the identities at the organisation's provider that let one in.
    #[cfg_attr(feature = "openapi", schema(value_type = Object))]
    pub account: Box<RawValue>,
    /// Where one is signed in.
    pub sessions: Vec<MySession>,
    /// One's API keys, as `GET /api/keys` tells them: never a secret.
    pub keys: Vec<ApiKey>,
    /// By what one proves who one is, besides a password: never a secret.
    pub second_factors: Vec<FactorKept>,
    /// How many recovery codes were not used.
    pub recovery_codes_left: u32,
    /// The devices that are told what happens.
    pub devices: Vec<DeviceShown>,
    /// How one is told of each kind of notice.
    pub notices: Vec<Chosen>,
    /// When one chose to be written to; null for whoever has not.
    #[cfg_attr(feature = "openapi", schema(required = true))]
    pub notice_times: Option<TimesShown>,
    /// What one has begun to write.
    #[cfg_attr(feature = "openapi", schema(value_type = Vec<Object>))]
    pub drafts: Vec<Draft>,
    /// What one reported, newest first: 5,000 at most.
    #[cfg_attr(feature = "openapi", schema(value_type = Vec<Object>))]
    pub requests: Box<RawValue>,
    /// What one did and said, latest first: 5,000 at most.
    #[cfg_attr(feature = "openapi", schema(value_type = Vec<Object>))]
    pub events: Box<RawValue>,
}

/// A second factor, as its owner takes it along.
#[derive(Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct FactorKept {
    /// An authenticator app, or a passkey.
    pub kind: FactorKind,
    /// What a passkey is called; an app has no name.
    #[cfg_attr(feature = "openapi", schema(required = true))]
    pub name: Option<String>,
    /// Since when.
    #[serde(with = "rfc3339")]
    #[cfg_attr(feature = "openapi", schema(value_type = String, format = DateTime))]
    pub added_at: Timestamp,
    /// When it was used last; of an app, to the half minute of the code.
    #[serde(with = "rfc3339::option")]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<String>, format = DateTime, required = true))]
    pub last_used_at: Option<Timestamp>,
}

impl FactorKept {
    fn all_of(factors: Factors) -> Vec<Self> {
        let app = factors.totp.map(|app| FactorKept {
            kind: FactorKind::Totp,
            name: None,
            added_at: app.created_at,
            last_used_at: app.used_at(),
        });
        let passkeys = factors.passkeys.into_iter().map(|key| FactorKept {
            kind: FactorKind::Passkey,
            name: Some(key.name),
            added_at: key.created_at,
            last_used_at: key.used_at,
        });
        app.into_iter().chain(passkeys).collect()
    }
}

/// `GET /api/me/data`: a file. The audit knows of it before it leaves.
///
/// # Errors
/// `Unavailable` while PostgreSQL, the account, the inbox or the audit is away.
pub async fn read(exchange: &Exchange<'_>) -> Result<Reply, Refusal> {
    let (env, cx, caller) = (exchange.env, &exchange.cx, exchange.caller()?);
    let id = caller.user.id;
    let account = AccountKey::User { org: exchange.org().clone(), user: id };
    let inbox = inbox::my(exchange)?;
    let (rows, listings, drafts, keys, factors) = futures::join!(
        query(env, OwnData { id }, cx),
        sessions::listings(exchange, id),
        ask(env, &account, Drafts {}, cx),
        keys::own_keys(exchange),
        mine::found(exchange)
    );
    let (devices, notices, times) = futures::join!(
        ask(env, &inbox, Devices {}, cx),
        ask(env, &inbox, Choose { choices: Vec::new() }, cx),
        ask(env, &inbox, SetTimes { times: None }, cx)
    );
    let rows = rows?.ok_or(Refusal::Unauthenticated)?;
    let factors = factors?;
    let now = clock::now();
    let data = MyData {
        exported_at: now,
        account: rows.account,
        sessions: listings?.into_iter().map(|listing| sessions::shown(exchange, listing)).collect(),
        keys: keys?,
        recovery_codes_left: factors.codes,
        second_factors: FactorKept::all_of(factors),
        devices: devices?,
        notices: notices?,
        notice_times: times?.map(TimesShown::from),
        drafts: drafts?,
        requests: rows.requests,
        events: rows.events,
    };
    let entry =
        NewEntry::audit(exchange.access.trace(), now, Actor::from(caller), "data_exported", ("user", &id.to_string()));
    tell_audit(env, vec![entry], cx).await?;
    Ok(Reply::json(200, &data)?.with("content-disposition", "attachment; filename=\"cepatedge-my-data.json\""))
}

/// What each route takes and answers.
#[cfg(feature = "openapi")]
pub(super) mod describe {
    use super::MyData;
    use crate::openapi::operation::Operation;
    use crate::openapi::schemas::Schemas;

    pub fn read(schemas: &mut Schemas) -> Operation {
        Operation::new("myData", "session", "All that is kept of me, as a file.")
            .detail("Requests and events are the read model's: what is a moment old may be missing.")
            .replies(200, "The file.", schemas.of::<MyData>())
            .with_header("Content-Disposition", "A name for the file.")
            .refuses(&[503])
    }
}
