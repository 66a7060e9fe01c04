//! Settings: what an organisation decides itself. [`table::SETTINGS`] says of each what it may be, what it is when nobody has set
//! it, and what it changes; the API, the page of the app and docs/settings.md follow that table.
//!
//! What is stored is a value per change. [`InForce`] is what the parts of the system go by: the defaults, with what was set put over
//! them. A value that is none any more, or of a newer release, leaves the default.

pub mod table;

use base::refusal::Refusal;
use base::time::Timestamp;
use base::words;
use serde::{Deserialize, Deserializer, Serialize};

use crate::domain::asset::fields::{self, CategoryFields};
use crate::domain::factor::Required;
use crate::domain::identity::IdentityRules;
use crate::domain::log::{LevelDays, Retention};
use crate::domain::organisation::{Language, Languages, OrganisationName, OrganisationRules, TimeZone};
use crate::domain::request::category::{self, OfferedCategory};
use crate::domain::request::{RequestRules, RulesInForce};
use crate::domain::session::SessionLimits;
use crate::domain::user::Actor;
pub use table::{Form, SETTINGS, Setting};

words! {
    /// A setting.
    pub enum SettingKey: "setting" {
        /// What the organisation is called.
        OrganisationName = "organisation_name",
        /// Where the clock is of whoever has chosen none.
        TimeZone = "time_zone",
        /// The day that the week begins with.
        WeekStart = "week_start",
        /// The languages that are offered, that of whoever has chosen none first.
        Languages = "languages",
        /// Who mails come from.
        MailFrom = "mail_from",
        /// Hours until an urgent request is due.
        DueHoursUrgent = "due_hours_urgent",
        /// Hours until a request of high priority is due.
        DueHoursHigh = "due_hours_high",
        /// Hours until a request of normal priority is due.
        DueHoursNormal = "due_hours_normal",
        /// Hours until a request of low priority is due.
        DueHoursLow = "due_hours_low",
        /// Hours before a request is due in which people are told so.
        DueSoonHours = "due_soon_hours",
        /// Days until a completed request closes by itself.
        AutoCloseDays = "auto_close_days",
        /// Days in which a closed request may be reopened.
        ReopenDays = "reopen_days",
        /// Who approves and rejects.
        Approvers = "approvers",
        /// The categories that are offered to whoever reports.
        Categories = "categories",
        /// What is to be known of assets, by their category.
        AssetCategories = "asset_categories",
        /// Whether technicians claim.
        TechniciansClaim = "technicians_claim",
        /// Whether technicians take over.
        TechniciansTakeOver = "technicians_take_over",
        /// Megabytes of one file.
        MaxFileMb = "max_file_mb",
        /// Files of one request.
        MaxFiles = "max_files",
        /// Megabytes of all files of one request.
        MaxFilesMb = "max_files_mb",
        /// Hours without use until a session ends.
        SessionIdleHours = "session_idle_hours",
        /// Days until a session ends in any case.
        SessionDays = "session_days",
        /// Who must have a second factor.
        SecondFactor = "second_factor",
        /// Whether people sign in with the organisation's identity provider.
        OidcOn = "oidc_on",
        /// Who that provider is.
        OidcIssuer = "oidc_issuer",
        /// Who we are to it.
        OidcClientId = "oidc_client_id",
        /// What it is called.
        OidcName = "oidc_name",
        /// Whether its addresses count as verified where it says nothing of that.
        OidcTrustsAddresses = "oidc_trusts_addresses",
        /// What becomes of somebody whom nobody has invited.
        OidcNewcomers = "oidc_newcomers",
        /// The domains of those who come in without an invitation.
        OidcDomains = "oidc_domains",
        /// Days that log entries of the level debug stay.
        LogDebugDays = "log_debug_days",
        /// Days that log entries of the level info stay.
        LogInfoDays = "log_info_days",
        /// Days that log entries of the level warn stay.
        LogWarnDays = "log_warn_days",
        /// Days that log entries of the level error stay.
        LogErrorDays = "log_error_days",
        /// What the stream of HTTP requests has of its own.
        LogDaysHttp = "log_days_http",
        /// What the stream of sign-ins has of its own.
        LogDaysAuth = "log_days_auth",
        /// What the stream of maintenance requests has of its own.
        LogDaysRequests = "log_days_requests",
        /// What the stream of mails has of its own.
        LogDaysMail = "log_days_mail",
        /// What the stream of deliveries has of its own.
        LogDaysSync = "log_days_sync",
        /// What the stream of the system has of its own.
        LogDaysSystem = "log_days_system",
        /// Whether people are read through their cache.
        CacheUsers = "cache_users",
        /// Whether what an identity provider says of itself is read through its cache.
        CacheIdentity = "cache_identity",
    }
}

words! {
    /// What belongs together.
    pub enum SettingGroup: "group of settings" {
        /// The organisation.
        Organisation = "organisation",
        /// The clock of requests.
        Times = "times",
        /// Who does what.
        Work = "work",
        /// Files.
        Files = "files",
        /// Sessions.
        Sessions = "sessions",
        /// Sign-in with an identity provider.
        SignIn = "sign_in",
        /// Logs.
        Logs = "logs",
        /// Caches.
        Caches = "caches",
    }
}

words! {
    /// What a number counts.
    pub enum Unit: "unit" {
        /// Hours.
        Hours = "hours",
        /// Days.
        Days = "days",
        /// Megabytes.
        Megabytes = "megabytes",
        /// Files.
        Files = "files",
    }
}

/// The value of a setting.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum SettingValue {
    /// On or off.
    Switch(bool),
    /// A number.
    Number(u32),
    /// A word, or a text.
    Text(String),
    /// Categories, in the order in which they are offered.
    Categories(Vec<OfferedCategory>),
    /// Languages, that of whoever has chosen none first.
    Languages(Vec<Language>),
    /// Categories of assets, with their fields.
    AssetCategories(Vec<CategoryFields>),
    /// Numbers by level of log entries.
    Levels(LevelDays),
}

/// A change of a setting.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SettingChange {
    /// Which one; as text, since a newer release may know more.
    pub key: String,
    /// Counts the changes of the organisation, whatever their key.
    pub version: i64,
    /// The new value; none for the default.
    #[serde(default)]
    pub value: Option<SettingValue>,
    /// What was in force until then.
    pub before: SettingValue,
    /// The version of the change whose value was brought back, if it was one.
    #[serde(default)]
    pub restored: Option<i64>,
    /// When.
    pub at: Timestamp,
    /// Who.
    pub by: Actor,
}

/// What is set: of each setting that was ever changed its newest change.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Stored {
    /// What the organisation is called, set or not.
    pub organisation: String,
    /// Where its clock is, set or not; an older release does not tell.
    #[serde(default)]
    pub time_zone: Option<TimeZone>,
    /// The language of whoever has chosen none, set or not; an older release does not tell.
    #[serde(default)]
    pub language: Option<Language>,
    /// The changes. One that cannot be read, since a newer release made it, leaves the default and does not hide the others.
    #[serde(deserialize_with = "readable")]
    pub changes: Vec<SettingChange>,
}

impl Stored {
    /// The settings that the parts of the system go by: the defaults, what the setup said put over them, and over that what was set.
    #[must_use]
    pub fn in_force(&self) -> InForce {
        let mut in_force = InForce::default();
        if let Some(time_zone) = &self.time_zone {
            in_force.organisation.time_zone.clone_from(time_zone);
        }
        if let Some(language) = self.language {
            in_force.organisation.languages = Languages::all_after(language);
        }
        for change in &self.changes {
            in_force.version = in_force.version.max(change.version);
            let setting = change.key.parse().ok().and_then(Setting::of);
            if let (Some(setting), Some(value)) = (setting, &change.value) {
                setting.form.put(&mut in_force, value);
            }
        }
        in_force
    }

    /// What a setting is that has no default: what the setup said.
    #[must_use]
    pub fn as_set_up(&self, form: &Form) -> SettingValue {
        let OrganisationRules { time_zone, languages, .. } = OrganisationRules::default();
        match form {
            Form::TimeZone => SettingValue::Text(self.time_zone.as_ref().unwrap_or(&time_zone).to_string()),
            Form::Languages => {
                let languages = self.language.map_or(languages, Languages::all_after);
                SettingValue::Languages(languages.as_slice().to_vec())
            }
            // Of these the name alone has no default.
            Form::OrganisationName
            | Form::Number { .. }
            | Form::Switch { .. }
            | Form::Word { .. }
            | Form::Text { .. }
            | Form::Categories
            | Form::AssetCategories
            | Form::LevelDays { .. } => SettingValue::Text(self.organisation.clone()),
        }
    }
}

fn readable<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<SettingChange>, D::Error> {
    let changes = Vec::<serde_json::Value>::deserialize(deserializer)?;
    Ok(changes.into_iter().filter_map(|change| serde_json::from_value(change).ok()).collect())
}

/// Which values are read through a cache.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Caches {
    /// People.
    pub users: bool,
    /// What an identity provider says of itself.
    pub identity: bool,
}

/// The settings that the parts of the system go by.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InForce {
    /// The version of the newest change; 0 where nobody has set anything.
    pub version: i64,
    /// What whoever has chosen nothing goes by.
    pub organisation: OrganisationRules,
    /// Who mails come from; empty where the deployment says it.
    pub mail_from: String,
    /// The rules of requests.
    pub rules: RequestRules,
    /// The limits of new sessions.
    pub sessions: SessionLimits,
    /// Who must have a second factor.
    pub second_factor: Required,
    /// The identity provider.
    pub identity: IdentityRules,
    /// How long log entries stay.
    pub logs: Retention,
    /// The caches.
    pub caches: Caches,
    /// The categories that are offered, and those that were.
    pub categories: Vec<OfferedCategory>,
    /// What is to be known of assets, by their category.
    pub asset_categories: Vec<CategoryFields>,
}

impl Default for InForce {
    fn default() -> Self {
        Self {
            version: 0,
            organisation: OrganisationRules::default(),
            mail_from: String::new(),
            rules: RequestRules::default(),
            sessions: SessionLimits::default(),
            second_factor: Required::Nobody,
            identity: IdentityRules::default(),
            logs: Retention::default(),
            caches: Caches { users: true, identity: true },
            categories: category::offered_at_first(),
            asset_categories: Vec::new(),
        }
    }
}

impl InForce {
    /// The rules as they travel with a call; none where nobody has set anything.
    #[must_use]
    pub fn travelling(&self) -> Option<RulesInForce> {
        (self.version > 0).then_some(RulesInForce { version: self.version, rules: self.rules })
    }
}

/// A value that a setting can take.
///
/// # Errors
/// `Invalid` naming `value`: `required`, `unknown_value`, `out_of_range`, `too_long`, `malformed`, or what [`OrganisationName::parse`],
/// [`TimeZone::parse`] and [`Languages::new`] say. Whether there is a time zone of this name, the platform knows.
pub fn checked(setting: &Setting, value: SettingValue) -> Result<SettingValue, Refusal> {
    let wrong = |code: &str, detail: String| Err(Refusal::invalid("value", code, detail));
    match (&setting.form, value) {
        (Form::Number { min, max, .. }, SettingValue::Number(number)) => {
            if (*min..=*max).contains(&number) {
                return Ok(SettingValue::Number(number));
            }
            wrong("out_of_range", format!("It is a whole number from {min} to {max}."))
        }
        (Form::Switch { .. }, SettingValue::Switch(on)) => Ok(SettingValue::Switch(on)),
        (Form::Word { words, .. }, SettingValue::Text(word)) => {
            if words.contains(&word.as_str()) {
                return Ok(SettingValue::Text(word));
            }
            wrong("unknown_value", format!("It is one of {}.", words.join(", ")))
        }
        (Form::Text { max, check, .. }, SettingValue::Text(text)) => {
            if text.trim().chars().count() > *max as usize {
                return wrong("too_long", format!("It has at most {max} characters."));
            }
            check(&text).map(SettingValue::Text)
        }
        (Form::OrganisationName, SettingValue::Text(name)) => match OrganisationName::parse(&name) {
            Ok(name) => Ok(SettingValue::Text(name.into_string())),
            Err(Refusal::Invalid { code, detail, .. }) => wrong(&code, detail),
            Err(refusal) => Err(refusal),
        },
        (Form::TimeZone, SettingValue::Text(zone)) => match TimeZone::parse(&zone) {
            Ok(zone) => Ok(SettingValue::Text(zone.to_string())),
            Err(Refusal::Invalid { code, detail, .. }) => wrong(&code, detail),
            Err(refusal) => Err(refusal),
        },
        (Form::Categories, SettingValue::Categories(list)) => category::checked(list).map(SettingValue::Categories),
        (Form::AssetCategories, SettingValue::AssetCategories(list)) => {
            fields::checked(list).map(SettingValue::AssetCategories)
        }
        // An empty list may be of anything.
        (Form::AssetCategories, SettingValue::Categories(list)) if list.is_empty() => {
            Ok(SettingValue::AssetCategories(Vec::new()))
        }
        (Form::Languages, SettingValue::Languages(list)) => {
            Languages::new(list).map(|languages| SettingValue::Languages(languages.as_slice().to_vec()))
        }
        (Form::LevelDays { min, max, .. }, SettingValue::Levels(days)) => {
            if days.values().all(|number| (*min..=*max).contains(number)) {
                return Ok(SettingValue::Levels(days));
            }
            wrong("out_of_range", format!("Each is a whole number from {min} to {max}."))
        }
        (Form::LevelDays { .. }, _) => wrong("malformed", "It is a number by level, such as {\"info\":30}.".into()),
        (Form::Number { min, max, .. }, _) => {
            wrong("out_of_range", format!("It is a whole number from {min} to {max}."))
        }
        (Form::Switch { .. }, _) => wrong("unknown_value", "It is true or false.".into()),
        (Form::Word { words, .. }, _) => wrong("unknown_value", format!("It is one of {}.", words.join(", "))),
        (Form::AssetCategories, _) => wrong("malformed", "It is a list of categories with their fields.".into()),
        (Form::Categories, _) => wrong("required", "It is a list of categories.".into()),
        (Form::Languages, _) => wrong("required", "It is a list of languages.".into()),
        (Form::Text { .. }, _) => wrong("malformed", "It is a text.".into()),
        (Form::OrganisationName | Form::TimeZone, _) => wrong("required", "It is a text.".into()),
    }
}

#[cfg(all(test, not(target_arch = "wasm32")))]
mod tests;
