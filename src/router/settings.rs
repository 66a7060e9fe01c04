//! Settings, for administrators: what is in force, what it was, who changed it when.
//!
//! A change is PostgreSQL's first, and then the cache's, where every isolate looks: `in_force`.

use base::cursor::Position;
use base::refusal::Refusal;
use base::time::{Timestamp, rfc3339};
use durable::page::Page;
use durable::text::Text;
use durable::{ask, clock};
use futures::future::join_all;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::db::statements::settings::{ChangeSetting, Changed, FindChange, PageChanges, ReadSettings};
use crate::domain::asset::fields;
use crate::domain::log::{NewEntry, StreamName};
use crate::domain::organisation::Language;
use crate::domain::request::MAX_CATEGORIES;
use crate::domain::settings::{
    Form, SETTINGS, Setting, SettingChange, SettingGroup, SettingKey, SettingValue, Stored, Unit, checked,
};
use crate::domain::user::Actor;
use crate::objects::database::api::query;
use crate::objects::log_stream::api::{Poke, StreamKey, tell_audit};
use crate::objects::settings::refresh;
use crate::router::context::Exchange;
use crate::router::http::body::parse_json;
use crate::router::http::etag;
use crate::router::http::paging::{self, Wanted};
use crate::router::http::reply::Reply;
use crate::router::setup::known_zone;
use crate::router::{gate, in_force};

/// What a setting may be.
#[derive(Serialize)]
#[serde(tag = "type", rename_all = "snake_case")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum SettingForm {
    /// A whole number.
    Number {
        /// What it counts.
        unit: Unit,
        /// The least.
        min: u32,
        /// The greatest.
        max: u32,
    },
    /// `true` or `false`.
    Switch,
    /// One of some words.
    Word {
        /// The words.
        words: Vec<&'static str>,
    },
    /// A text.
    Text {
        /// The most characters.
        max: u32,
    },
    /// The name of a time zone.
    TimeZone,
    /// A list of languages, that of whoever has chosen none first.
    Languages {
        /// Those that there are.
        languages: &'static [Language],
    },
    /// A whole number by level of log entries, for the levels that the stream has of its own.
    Levels {
        /// What it counts.
        unit: Unit,
        /// The least.
        min: u32,
        /// The greatest.
        max: u32,
    },
    /// A list of categories of assets, with their fields.
    AssetCategories {
        /// The most of them.
        max: u32,
    },
    /// A list of categories.
    Categories {
        /// The most of them.
        max: u32,
    },
}

/// A setting as it is now.
#[derive(Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[cfg_attr(feature = "openapi", schema(as = Setting))]
pub struct SettingShown {
    /// Which one.
    pub key: SettingKey,
    /// What it belongs to.
    pub group: SettingGroup,
    /// What it may be.
    pub form: SettingForm,
    /// What it is when nobody has set it; none where there is no such thing.
    #[cfg_attr(feature = "openapi", schema(required = true))]
    pub default: Option<SettingValue>,
    /// What is in force.
    pub value: SettingValue,
    /// The version of its last change, for `If-Match`; 0 where it was never changed.
    pub version: i64,
    /// When it was changed last.
    #[serde(with = "rfc3339::option")]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<String>, format = DateTime, required = true))]
    pub changed_at: Option<Timestamp>,
    /// By whom.
    #[cfg_attr(feature = "openapi", schema(value_type = Option<crate::domain::user::ActorSchema>, required = true))]
    pub changed_by: Option<Actor>,
}

/// All settings.
#[derive(Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Settings {
    /// Each, in the order in which they are shown.
    pub items: Vec<SettingShown>,
}

/// A change, as the history shows it.
#[derive(Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct SettingChanged {
    /// Its version.
    pub version: i64,
    /// When.
    #[serde(with = "rfc3339")]
    #[cfg_attr(feature = "openapi", schema(value_type = String, format = DateTime))]
    pub at: Timestamp,
    /// Who.
    #[cfg_attr(feature = "openapi", schema(value_type = crate::domain::user::ActorSchema))]
    pub by: Actor,
    /// What was in force until then.
    pub old: SettingValue,
    /// What came into force; none for the default.
    #[cfg_attr(feature = "openapi", schema(required = true))]
    pub new: Option<SettingValue>,
    /// The version of the change whose value was brought back, if it was one.
    #[cfg_attr(feature = "openapi", schema(required = true))]
    pub restored: Option<i64>,
}

impl From<SettingChange> for SettingChanged {
    fn from(change: SettingChange) -> Self {
        let SettingChange { version, value: new, before: old, restored, at, by, .. } = change;
        SettingChanged { version, at, by, old, new, restored }
    }
}

/// Another value.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct SettingBody {
    /// The value; `null` for the default.
    #[cfg_attr(feature = "openapi", schema(value_type = Option<SettingValue>, required = true))]
    pub value: Value,
}

/// Which value to bring back.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct RevertBody {
    /// The version of the change that brought it into force.
    pub version: i64,
}

impl SettingShown {
    fn of(setting: &Setting, stored: &Stored) -> Self {
        let Setting { key, group, form } = setting;
        let newest = stored.changes.iter().find(|change| change.key == key.as_str());
        let set = newest.and_then(|change| change.value.clone());
        // A value that this release does not take is not in force.
        let set = set.and_then(|value| checked(setting, value).ok());
        let default = form.default_value();
        let value = set.or_else(|| default.clone());
        SettingShown {
            key: *key,
            group: *group,
            form: match form {
                Form::Number { unit, min, max, .. } => SettingForm::Number { unit: *unit, min: *min, max: *max },
                Form::Switch { .. } => SettingForm::Switch,
                Form::Word { words, .. } => SettingForm::Word { words: words.to_vec() },
                Form::Text { max, .. } => SettingForm::Text { max: *max },
                Form::OrganisationName => SettingForm::Text { max: 100 },
                Form::TimeZone => SettingForm::TimeZone,
                Form::LevelDays { min, max, .. } => SettingForm::Levels { unit: Unit::Days, min: *min, max: *max },
                Form::Languages => SettingForm::Languages { languages: Language::ALL },
                Form::Categories => SettingForm::Categories { max: MAX_CATEGORIES as u32 },
                Form::AssetCategories => SettingForm::AssetCategories { max: fields::MAX_CATEGORIES as u32 },
            },
            default,
            value: value.unwrap_or_else(|| stored.as_set_up(form)),
            version: newest.map_or(0, |change| change.version),
            changed_at: newest.map(|change| change.at),
            changed_by: newest.map(|change| change.by.clone()),
        }
    }
}

/// `GET /api/system/settings`.
///
/// # Errors
/// `Unavailable` while PostgreSQL is away.
pub async fn list(exchange: &Exchange<'_>) -> Result<Reply, Refusal> {
    let stored = stored(exchange).await?;
    let items = SETTINGS.iter().map(|setting| SettingShown::of(setting, &stored)).collect();
    Reply::json(200, &Settings { items })
}

/// `GET /api/system/settings/:key`.
///
/// # Errors
/// `Unavailable` while PostgreSQL is away.
pub async fn read(exchange: &Exchange<'_>, key: SettingKey) -> Result<Reply, Refusal> {
    shown(exchange, &SettingShown::of(row(key)?, &stored(exchange).await?))
}

/// `GET /api/system/settings/:key/history?limit=&cursor=`.
///
/// # Errors
/// `Invalid`, `InvalidCursor`; `Unavailable` while PostgreSQL is away.
pub async fn history(exchange: &Exchange<'_>, key: SettingKey) -> Result<Reply, Refusal> {
    let parameters = exchange.incoming.query(&["limit", "cursor"])?;
    let scope = format!("setting {key}");
    let wanted = Wanted::read(exchange, &scope, &parameters)?;
    let before = wanted.from.as_ref().map(Position::seq).transpose()?;
    let page = query(exchange.env, PageChanges { key, before, limit: wanted.limit }, &exchange.cx).await?;
    let items: Vec<SettingChanged> = page.items.into_iter().map(SettingChanged::from).collect();
    let items = serde_json::to_string(&items).map_err(|_| Refusal::Internal)?;
    Ok(paging::reply(exchange, &scope, Page { items: Text::Written(items), next: page.next, total: None }))
}

/// `PUT /api/system/settings/:key`. The value that is in force already changes nothing.
///
/// # Errors
/// `Invalid` for a value that breaks the setting's bounds; `Stale` with the setting as it is; `Unavailable` while PostgreSQL or the
/// cache is away: told again, the change does what is still missing.
pub async fn change(exchange: &Exchange<'_>, key: SettingKey) -> Result<Reply, Refusal> {
    let body: SettingBody = parse_json(exchange.incoming.body().await?)?;
    let value = match body.value {
        Value::Null => None,
        value => {
            let detail = "It is a number, a text, true or false, a list, or numbers by level.";
            let unreadable = |_| Refusal::invalid("value", "malformed", detail);
            Some(serde_json::from_value(value).map_err(unreadable)?)
        }
    };
    put(exchange, row(key)?, value, None).await
}

/// `POST /api/system/settings/:key/revert`: what a change brought into force is in force again.
///
/// # Errors
/// `NotFound` for a change that is none of this setting's; and those of [`change`].
pub async fn revert(exchange: &Exchange<'_>, key: SettingKey) -> Result<Reply, Refusal> {
    let RevertBody { version } = parse_json(exchange.incoming.body().await?)?;
    let found = query(exchange.env, FindChange { key, version }, &exchange.cx).await?;
    put(exchange, row(key)?, found.ok_or(Refusal::NotFound)?.value, Some(version)).await
}

async fn put(
    exchange: &Exchange<'_>,
    setting: &Setting,
    value: Option<SettingValue>,
    restored: Option<i64>,
) -> Result<Reply, Refusal> {
    let Setting { key, group, form } = setting;
    if *group == SettingGroup::Sessions {
        // Who must prove what to get in is not decided by a screen that was left.
        gate::check_fresh(exchange.session()?, exchange.config)?;
    }
    let if_match = exchange.incoming.header("if-match").map_or(Ok(None), |text| etag::version_in(&text))?;
    let default = form.default_value();
    let value = value.map(|value| checked(setting, value)).transpose()?;
    if let (Form::TimeZone, Some(SettingValue::Text(zone))) = (form, &value)
        && known_zone(zone).is_err()
    {
        return Err(Refusal::invalid("value", "unknown_value", "There is no time zone of this name."));
    }
    if value.is_none() && default.is_none() {
        return Err(base::text::required("value"));
    }
    let by = Actor::from(exchange.caller()?);
    let new = json!(value.as_ref().or(default.as_ref()));
    let object = ("setting", key.as_str());
    let entry = NewEntry::audit(exchange.access.trace(), clock::now(), by.clone(), "changed", object).with("new", new);
    let entry = if let Some(version) = restored { entry.with("restored", version) } else { entry };
    let message = ChangeSetting { key: *key, value, default, if_match, restored, by, entry: entry.clone() };
    let outcome = query(exchange.env, message, &exchange.cx).await?;
    if let Changed::Now(change) = &outcome {
        let entry = entry.with("old", json!(change.before));
        let _carried_later = tell_audit(exchange.env, vec![entry], &exchange.cx).await;
    }
    let stored = refresh(exchange.env, &exchange.cx).await?;
    in_force::learn(stored.in_force());
    if setting.group == SettingGroup::Logs {
        tell_streams(exchange).await;
    }
    let now = SettingShown::of(setting, &stored);
    if let Changed::Stale(version) = outcome {
        return Err(Refusal::Stale { version, record: serde_json::to_value(&now).ok() });
    }
    shown(exchange, &now)
}

/// A stream looks at the settings when its next entry is to leave, which may be long from now. One that cannot be told does then.
async fn tell_streams(exchange: &Exchange<'_>) {
    let told = StreamName::ALL.iter().map(|stream| async move {
        let key = StreamKey { org: exchange.org().clone(), stream: *stream };
        ask(exchange.env, &key, Poke { replay: false }, &exchange.cx).await
    });
    join_all(told).await;
}

fn row(key: SettingKey) -> Result<&'static Setting, Refusal> {
    Setting::of(key).ok_or(Refusal::NotFound)
}

/// What PostgreSQL says: whoever looks at settings sees what was just changed.
async fn stored(exchange: &Exchange<'_>) -> Result<Stored, Refusal> {
    query(exchange.env, ReadSettings {}, &exchange.cx).await?.ok_or(Refusal::NotFound)
}

fn shown(exchange: &Exchange<'_>, setting: &SettingShown) -> Result<Reply, Refusal> {
    let text = serde_json::to_string(setting).map_err(|_| Refusal::Internal)?;
    let tag = etag::of(setting.version, &text);
    if exchange.incoming.method() != "PUT" && exchange.incoming.method() != "POST" {
        let named = exchange.incoming.header("if-none-match");
        if named.is_some_and(|named| etag::is_among(&tag, &named)) {
            return Ok(Reply::empty(304).with("etag", tag));
        }
    }
    Ok(Reply::json_text(200, text).with("etag", tag))
}

/// What each route takes and answers.
#[cfg(feature = "openapi")]
pub(super) mod describe {
    use super::{RevertBody, SettingBody, SettingChanged, SettingShown, Settings};
    use crate::openapi::operation::Operation;
    use crate::openapi::schemas::Schemas;

    const TAG: &str = "The version of its last change, and a hash of what is shown.";

    pub fn list(schemas: &mut Schemas) -> Operation {
        Operation::new(
            "settings",
            "settings",
            "Every setting: what is in force, its default, its bounds, its last change.",
        )
        .replies(200, "The settings.", schemas.of::<Settings>())
        .refuses(&[503])
    }

    pub fn read(schemas: &mut Schemas) -> Operation {
        Operation::new("readSetting", "settings", "One setting.")
            .conditional()
            .replies(200, "The setting.", schemas.of::<SettingShown>())
            .replies_empty(304, "It is as the caller has it.")
            .with_header("ETag", TAG)
            .refuses(&[503])
    }

    pub fn history(schemas: &mut Schemas) -> Operation {
        Operation::new("settingHistory", "settings", "The changes of a setting, newest first.")
            .paged()
            .replies(200, "One page.", schemas.page::<SettingChanged>("SettingChangePage"))
            .with_header("Link", "`rel=\"next\"`, when more follow.")
            .refuses(&[503])
    }

    pub fn change(schemas: &mut Schemas) -> Operation {
        Operation::new("changeSetting", "settings", "Give a setting another value.")
            .detail("In force everywhere within 10 seconds. The value that is in force already changes nothing.")
            .body(schemas.of::<SettingBody>())
            .fenced()
            .replies(200, "The setting after it.", schemas.of::<SettingShown>())
            .with_header("ETag", TAG)
            .refuses(&[503])
    }

    pub fn revert(schemas: &mut Schemas) -> Operation {
        Operation::new("revertSetting", "settings", "Bring back a value that a setting had.")
            .detail("It is a change like any other.")
            .body(schemas.of::<RevertBody>())
            .fenced()
            .replies(200, "The setting after it.", schemas.of::<SettingShown>())
            .with_header("ETag", TAG)
            .refuses(&[503])
    }
}
