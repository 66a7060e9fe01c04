//! What one tells of oneself, and how one likes the app.

use base::refusal::Refusal;
use base::text::parse_value;
use serde::{Deserialize, Serialize};

use crate::db::statements::accounts::{FindPreferences, SavePreferences};
use crate::domain::log::{Level, StreamName};
use crate::domain::user::{Phone, Preferences, StartPage};
use crate::objects::database::api::query;
use crate::router::context::Exchange;
use crate::router::http::body::parse_json;
use crate::router::http::reply::Reply;
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

/// What each route takes and answers.
#[cfg(feature = "openapi")]
pub(super) mod describe {
    use super::PreferencesShown;
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
}
