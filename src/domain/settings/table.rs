//! The table of settings: a row each, and nothing about them anywhere else. A default is what the rules themselves say
//! (`RequestRules::default` and its like), so that it stands once.

use base::refusal::Refusal;

use super::SettingGroup::{Caches, Files, Logs, Organisation, Sessions, SignIn, Times, Work};
use super::Unit::{Days, Hours, Megabytes};
use super::{InForce, SettingGroup, SettingKey, SettingValue, Unit};
use crate::domain::factor::Required;
use crate::domain::identity::{self, Newcomers, issuer};
use crate::domain::log::{LevelDays, StreamName};
use crate::domain::organisation::{Languages, TimeZone, Weekday};
use crate::domain::request::Approvers;

/// A year in hours, and in days: the most that people mean.
const YEAR_HOURS: u32 = 8_760;
const YEAR_DAYS: u32 = 365;
/// A session that nobody uses is not kept longer than a month; nor is anybody told of work that is due later.
const MONTH_HOURS: u32 = 720;
/// The most of a file, in megabytes: what the platform takes of a request, on its smaller plans.
const LARGEST_MB: u32 = 95;
/// The most files of a request, and their megabytes: what a page shows, and what somebody's connection loads.
const MOST_FILES: u32 = 200;
const MOST_FILES_MB: u32 = 2_000;

/// What a setting may be, and what of [`InForce`] it is.
#[derive(Debug)]
pub enum Form {
    /// A whole number within bounds.
    Number {
        /// What it counts.
        unit: Unit,
        /// The least.
        min: u32,
        /// The greatest.
        max: u32,
        /// What it is.
        place: fn(&mut InForce) -> &mut u32,
    },
    /// On or off.
    Switch {
        /// What it is.
        place: fn(&mut InForce) -> &mut bool,
    },
    /// One of some words.
    Word {
        /// The words.
        words: &'static [&'static str],
        /// The word in force.
        get: fn(&InForce) -> &'static str,
        /// Puts one of the words in force.
        put: fn(&mut InForce, &str),
    },
    /// A text that may be empty, which is the default.
    Text {
        /// The most characters.
        max: u32,
        /// How it is kept; what cannot be kept is refused as `Invalid` naming `value`.
        check: fn(&str) -> Result<String, Refusal>,
        /// What it is.
        place: fn(&mut InForce) -> &mut String,
    },
    /// The name of the organisation, which is kept with it and given at its setup: there is no default.
    OrganisationName,
    /// The organisation's time zone, likewise.
    TimeZone,
    /// The languages that are offered; the first is kept with the organisation, likewise.
    Languages,
    /// The categories that are offered.
    Categories,
    /// Categories of assets, with their fields.
    AssetCategories,
    /// Days by level that a log stream has of its own, where it has; by default none.
    LevelDays {
        /// The least.
        min: u32,
        /// The greatest.
        max: u32,
        /// Which stream.
        stream: StreamName,
    },
}

/// One setting.
#[derive(Debug)]
pub struct Setting {
    /// Its key.
    pub key: SettingKey,
    /// What it belongs to.
    pub group: SettingGroup,
    /// What it may be.
    pub form: Form,
}

impl Form {
    /// The default; none where there is none.
    #[must_use]
    pub fn default_value(&self) -> Option<SettingValue> {
        let mut defaults = InForce::default();
        match self {
            Self::Number { place, .. } => Some(SettingValue::Number(*place(&mut defaults))),
            Self::Switch { place } => Some(SettingValue::Switch(*place(&mut defaults))),
            Self::Word { get, .. } => Some(SettingValue::Text(get(&defaults).to_owned())),
            Self::Categories => Some(SettingValue::Categories(defaults.categories)),
            Self::AssetCategories => Some(SettingValue::AssetCategories(defaults.asset_categories)),
            Self::Text { place, .. } => Some(SettingValue::Text(place(&mut defaults).clone())),
            Self::LevelDays { .. } => Some(SettingValue::Levels(LevelDays::new())),
            Self::OrganisationName | Self::TimeZone | Self::Languages => None,
        }
    }

    /// Puts a value in force; one that is none of this setting's changes nothing.
    pub fn put(&self, in_force: &mut InForce, value: &SettingValue) {
        match (self, value) {
            (Self::Number { min, max, place, .. }, SettingValue::Number(number)) if (min..=max).contains(&number) => {
                *place(in_force) = *number;
            }
            (Self::Switch { place }, SettingValue::Switch(on)) => *place(in_force) = *on,
            (Self::Word { put, .. }, SettingValue::Text(word)) => put(in_force, word),
            (Self::Categories, SettingValue::Categories(list)) => in_force.categories.clone_from(list),
            (Self::AssetCategories, SettingValue::AssetCategories(list)) => in_force.asset_categories.clone_from(list),
            (Self::LevelDays { min, max, stream }, SettingValue::Levels(days))
                if days.values().all(|number| (min..=max).contains(&number)) =>
            {
                in_force.logs.put_own(*stream, days);
            }
            (Self::TimeZone, SettingValue::Text(zone)) => {
                if let Ok(zone) = TimeZone::parse(zone) {
                    in_force.organisation.time_zone = zone;
                }
            }
            (Self::Languages, SettingValue::Languages(list)) => {
                if let Ok(languages) = Languages::new(list.clone()) {
                    in_force.organisation.languages = languages;
                }
            }
            (Self::Text { check, place, .. }, SettingValue::Text(text)) => {
                if let Ok(text) = check(text) {
                    *place(in_force) = text;
                }
            }
            _ => {}
        }
    }
}

impl Setting {
    /// The row of a key.
    #[must_use]
    pub fn of(key: SettingKey) -> Option<&'static Self> {
        SETTINGS.iter().find(|setting| setting.key == key)
    }
}

const fn number(
    key: SettingKey,
    group: SettingGroup,
    (min, max, unit): (u32, u32, Unit),
    place: fn(&mut InForce) -> &mut u32,
) -> Setting {
    Setting { key, group, form: Form::Number { unit, min, max, place } }
}

const fn switch(key: SettingKey, group: SettingGroup, place: fn(&mut InForce) -> &mut bool) -> Setting {
    Setting { key, group, form: Form::Switch { place } }
}

const fn text(
    key: SettingKey,
    group: SettingGroup,
    max: u32,
    check: fn(&str) -> Result<String, Refusal>,
    place: fn(&mut InForce) -> &mut String,
) -> Setting {
    Setting { key, group, form: Form::Text { max, check, place } }
}

const fn own_days(key: SettingKey, stream: StreamName) -> Setting {
    Setting { key, group: Logs, form: Form::LevelDays { min: 1, max: YEAR_DAYS, stream } }
}

const NEWCOMERS: Form = Form::Word {
    words: &[Newcomers::InvitedOnly.as_str(), Newcomers::Requester.as_str(), Newcomers::Technician.as_str()],
    get: |now| now.identity.newcomers.as_str(),
    put: |now, word| now.identity.newcomers = word.parse().unwrap_or(now.identity.newcomers),
};

const WEEK_START: Form = Form::Word {
    words: &[Weekday::Monday.as_str(), Weekday::Sunday.as_str(), Weekday::Saturday.as_str()],
    get: |now| now.organisation.week_start.as_str(),
    put: |now, word| now.organisation.week_start = word.parse().unwrap_or(now.organisation.week_start),
};

const APPROVERS: Form = Form::Word {
    words: &[Approvers::Managers.as_str(), Approvers::Admins.as_str()],
    get: |now| now.rules.approvers.as_str(),
    put: |now, word| now.rules.approvers = word.parse().unwrap_or(now.rules.approvers),
};

const SECOND_FACTOR: Form = Form::Word {
    words: &[
        Required::Nobody.as_str(),
        Required::Admins.as_str(),
        Required::Managers.as_str(),
        Required::Everybody.as_str(),
    ],
    get: |now| now.second_factor.as_str(),
    put: |now, word| now.second_factor = word.parse().unwrap_or(now.second_factor),
};

/// A name of 60 characters and an address of 254 (RFC 5321 section 4.5.3.1.3), with the brackets between.
const MAX_SENDER: u32 = 320;

/// An address that mails may come from, with a name before it or alone; or nothing.
fn checked_sender(text: &str) -> Result<String, Refusal> {
    let text = text.trim();
    if text.is_empty() || mail::Mailbox::parse(text).is_some() {
        return Ok(text.to_owned());
    }
    let detail = "It is an address, such as `Building services <desk@example.com>`.";
    Err(Refusal::invalid("value", "malformed", detail))
}

/// Every setting, in the order in which they are shown.
pub static SETTINGS: &[Setting] = &[
    Setting { key: SettingKey::OrganisationName, group: Organisation, form: Form::OrganisationName },
    Setting { key: SettingKey::TimeZone, group: Organisation, form: Form::TimeZone },
    Setting { key: SettingKey::WeekStart, group: Organisation, form: WEEK_START },
    Setting { key: SettingKey::Languages, group: Organisation, form: Form::Languages },
    text(SettingKey::MailFrom, Organisation, MAX_SENDER, checked_sender, |now| &mut now.mail_from),
    number(SettingKey::DueHoursUrgent, Times, (1, YEAR_HOURS, Hours), |now| &mut now.rules.target_hours.urgent),
    number(SettingKey::DueHoursHigh, Times, (1, YEAR_HOURS, Hours), |now| &mut now.rules.target_hours.high),
    number(SettingKey::DueHoursNormal, Times, (1, YEAR_HOURS, Hours), |now| &mut now.rules.target_hours.normal),
    number(SettingKey::DueHoursLow, Times, (1, YEAR_HOURS, Hours), |now| &mut now.rules.target_hours.low),
    number(SettingKey::DueSoonHours, Times, (0, MONTH_HOURS, Hours), |now| &mut now.rules.due_soon_hours),
    number(SettingKey::AutoCloseDays, Times, (1, YEAR_DAYS, Days), |now| &mut now.rules.auto_close_days),
    number(SettingKey::ReopenDays, Times, (1, YEAR_DAYS, Days), |now| &mut now.rules.reopen_days),
    Setting { key: SettingKey::Approvers, group: Work, form: APPROVERS },
    Setting { key: SettingKey::Categories, group: Work, form: Form::Categories },
    Setting { key: SettingKey::AssetCategories, group: Work, form: Form::AssetCategories },
    switch(SettingKey::TechniciansClaim, Work, |now| &mut now.rules.technicians_claim),
    switch(SettingKey::TechniciansTakeOver, Work, |now| &mut now.rules.technicians_take_over),
    number(SettingKey::MaxFileMb, Files, (1, LARGEST_MB, Megabytes), |now| &mut now.rules.files.max_file_mb),
    number(SettingKey::MaxFiles, Files, (1, MOST_FILES, Unit::Files), |now| &mut now.rules.files.max_files),
    number(SettingKey::MaxFilesMb, Files, (1, MOST_FILES_MB, Megabytes), |now| &mut now.rules.files.max_files_mb),
    number(SettingKey::SessionIdleHours, Sessions, (1, MONTH_HOURS, Hours), |now| &mut now.sessions.idle_hours),
    number(SettingKey::SessionDays, Sessions, (1, YEAR_DAYS, Days), |now| &mut now.sessions.days),
    Setting { key: SettingKey::SecondFactor, group: Sessions, form: SECOND_FACTOR },
    switch(SettingKey::OidcOn, SignIn, |now| &mut now.identity.on),
    text(SettingKey::OidcIssuer, SignIn, identity::MAX_TEXT, issuer::checked, |now| &mut now.identity.issuer),
    text(SettingKey::OidcClientId, SignIn, identity::MAX_TEXT, identity::checked_client_id, |now| {
        &mut now.identity.client_id
    }),
    text(SettingKey::OidcName, SignIn, identity::MAX_NAME, identity::checked_name, |now| &mut now.identity.name),
    switch(SettingKey::OidcTrustsAddresses, SignIn, |now| &mut now.identity.trusts_addresses),
    Setting { key: SettingKey::OidcNewcomers, group: SignIn, form: NEWCOMERS },
    text(SettingKey::OidcDomains, SignIn, identity::MAX_DOMAINS, identity::checked_domains, |now| {
        &mut now.identity.domains
    }),
    number(SettingKey::LogDebugDays, Logs, (1, YEAR_DAYS, Days), |now| &mut now.logs.debug_days),
    number(SettingKey::LogInfoDays, Logs, (1, YEAR_DAYS, Days), |now| &mut now.logs.info_days),
    number(SettingKey::LogWarnDays, Logs, (1, YEAR_DAYS, Days), |now| &mut now.logs.warn_days),
    number(SettingKey::LogErrorDays, Logs, (1, YEAR_DAYS, Days), |now| &mut now.logs.error_days),
    own_days(SettingKey::LogDaysHttp, StreamName::Http),
    own_days(SettingKey::LogDaysAuth, StreamName::Auth),
    own_days(SettingKey::LogDaysRequests, StreamName::Requests),
    own_days(SettingKey::LogDaysMail, StreamName::Mail),
    own_days(SettingKey::LogDaysSync, StreamName::Sync),
    own_days(SettingKey::LogDaysSystem, StreamName::System),
    switch(SettingKey::CacheUsers, Caches, |now| &mut now.caches.users),
    switch(SettingKey::CacheIdentity, Caches, |now| &mut now.caches.identity),
];
