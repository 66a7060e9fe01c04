//! What one tells of oneself, how one likes the app, and one's own data as a file.

use base::refusal::Refusal;
use base::text::parse_value;
use base::time::{Timestamp, rfc3339};
use durable::{ask, clock};
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use crate::db::statements::accounts::{FindPreferences, SavePreferences};
use crate::db::statements::own_data::OwnData;
use crate::domain::log::{Level, NewEntry, StreamName};
use crate::domain::user::{Actor, Draft, Phone, Preferences, StartPage};
use crate::objects::account::api::{AccountKey, Drafts};
use crate::objects::database::api::query;
use crate::objects::log_stream::api::tell_audit;
use crate::objects::session::api::{Check, SessionKey};
use crate::router::context::Exchange;
use crate::router::http::body::parse_json;
use crate::router::http::reply::Reply;
use crate::router::sessions::{self, MySession};
use crate::router::setup::known_zone;

/// What one chose; null is nothing.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct PreferencesShown {
    /// Where to call one: 5 to 30 digits, spaces and `+ - ( ) . /`.
    #[serde(default)]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<Phone>, inline, required = true))]
    pub phone: Option<String>,
    /// Where one's clock is, where that is not what the device says: a name of the IANA time zone database.
    #[serde(default)]
    #[cfg_attr(feature = "openapi", schema(required = true))]
    pub time_zone: Option<String>,
    /// The page that one sees first after signing in.
    #[serde(default)]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<StartPage>, required = true))]
    pub start_page: Option<String>,
}

impl From<Preferences> for PreferencesShown {
    fn from(Preferences { phone, time_zone, start_page }: Preferences) -> Self {
        PreferencesShown {
            phone: phone.map(|phone| phone.to_string()),
            time_zone: time_zone.map(|zone| zone.to_string()),
            start_page: start_page.map(|page| page.to_string()),
        }
    }
}

/// All that is kept of one.
#[derive(Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct MyData {
    /// When it was put together.
    #[serde(with = "rfc3339")]
    #[cfg_attr(feature = "openapi", schema(value_type = String, format = DateTime))]
    pub exported_at: Timestamp,
    /// The account.
    #[cfg_attr(feature = "openapi", schema(value_type = Object))]
    pub account: Box<RawValue>,
    /// Where one is signed in.
    pub sessions: Vec<MySession>,
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

/// `GET /api/me/preferences`.
///
/// # Errors
/// `Unavailable` while PostgreSQL is away.
pub async fn read(exchange: &Exchange<'_>) -> Result<Reply, Refusal> {
    let id = exchange.caller()?.user.id;
    let found = query(exchange.env, FindPreferences { id }, &exchange.cx).await?.ok_or(Refusal::Unauthenticated)?;
    Reply::json(200, &PreferencesShown::from(found))
}

/// `PUT /api/me/preferences`: all of them, in place of those of before.
///
/// # Errors
/// `Invalid` naming `phone`, `time_zone` or `start_page`; `Unavailable` while PostgreSQL is away.
pub async fn save(exchange: &Exchange<'_>) -> Result<Reply, Refusal> {
    let body: PreferencesShown = parse_json(exchange.incoming.body().await?)?;
    let preferences = Preferences {
        phone: body.phone.as_deref().map(Phone::dialled).transpose()?,
        time_zone: body.time_zone.as_deref().map(known_zone).transpose()?,
        start_page: body.start_page.as_deref().map(|text| parse_value::<StartPage>("start_page", text)).transpose()?,
    };
    let id = exchange.caller()?.user.id;
    let message = SavePreferences { id, preferences: preferences.clone() };
    if !query(exchange.env, message, &exchange.cx).await? {
        return Err(Refusal::Unauthenticated);
    }
    exchange.access.note(StreamName::Auth, Level::Info, "preferences edited", &[]);
    Reply::json(200, &PreferencesShown::from(preferences))
}

/// `GET /api/me/data`: a file. The audit knows of it before it leaves.
///
/// # Errors
/// `Unavailable` while PostgreSQL, the account or the audit is away.
pub async fn data(exchange: &Exchange<'_>) -> Result<Reply, Refusal> {
    let (env, cx, caller) = (exchange.env, &exchange.cx, exchange.caller()?);
    let id = caller.user.id;
    // A read is answered beside the session; what the audit is told must be true, so this one waits for it.
    let session = cx.session.clone().ok_or(Refusal::Unauthenticated)?;
    ask(env, &SessionKey { org: exchange.org().clone(), session }, Check {}, cx).await?;
    let account = AccountKey::User { org: exchange.org().clone(), user: id };
    let (rows, listings, drafts) = futures::join!(
        query(env, OwnData { id }, cx),
        sessions::listings(exchange, id),
        ask(env, &account, Drafts {}, cx)
    );
    let rows = rows?.ok_or(Refusal::Unauthenticated)?;
    let now = clock::now();
    let data = MyData {
        exported_at: now,
        account: rows.account,
        sessions: listings?.into_iter().map(|listing| sessions::shown(exchange, listing)).collect(),
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
    use super::{MyData, PreferencesShown};
    use crate::openapi::operation::Operation;
    use crate::openapi::schemas::Schemas;

    pub fn read(schemas: &mut Schemas) -> Operation {
        Operation::new("preferences", "session", "What I chose.")
            .replies(200, "Phone, time zone, start page.", schemas.of::<PreferencesShown>())
            .refuses(&[503])
    }

    pub fn save(schemas: &mut Schemas) -> Operation {
        Operation::new("savePreferences", "session", "Choose phone, time zone and start page.")
            .detail("All of them, in place of those of before; null, or not there, is nothing.")
            .body(schemas.of::<PreferencesShown>())
            .replies(200, "As they are now.", schemas.of::<PreferencesShown>())
            .refuses(&[503])
    }

    pub fn data(schemas: &mut Schemas) -> Operation {
        Operation::new("myData", "session", "All that is kept of me, as a file.")
            .detail("Requests and events are the read model's: what is a moment old may be missing.")
            .replies(200, "The file.", schemas.of::<MyData>())
            .with_header("Content-Disposition", "A name for the file.")
            .refuses(&[503])
    }
}
