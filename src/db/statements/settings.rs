//! Settings: a row per change, the newest of a key in force. A change writes its audit entry in its own statement.
//!
//! Name, time zone and language of the organisation are kept with the organisation, where the setup writes them and other statements
//! read them; a change of one is a row as any other.

use base::refusal::Refusal;
use base::time::Timestamp;
use pg::statement::Statement;
use serde::{Deserialize, Serialize};

use crate::db::query::{Postgres, Query};
use crate::domain::log::NewEntry;
use crate::domain::organisation::Language;
use crate::domain::settings::{Setting, SettingChange, SettingKey, SettingValue, Stored};
use crate::domain::user::Actor;
use crate::domain::{Limit, OrgId, Position};

/// A `SettingChange`.
macro_rules! change {
    () => {
        concat!(
            "json_build_object('key', key, 'version', version, 'value', value, 'before', before, 'restored', restored,
                               'at', ",
            ms!("changed_at"),
            ", 'by', changed_by)"
        )
    };
}

const READ: &str = concat!(
    "SELECT json_build_object('organisation', name, 'time_zone', time_zone, 'language', language, 'changes', coalesce((
         SELECT json_agg(change) FROM (
             SELECT DISTINCT ON (key) ",
    change!(),
    " AS change FROM setting_changes WHERE org_id = $1 ORDER BY key, version DESC
         ) newest), '[]'))
     FROM organisations WHERE id = $1",
);

const PAGE: &str = concat!(
    "SELECT ",
    change!(),
    " FROM setting_changes
     WHERE org_id = $1 AND key = $2 AND ($3::bigint IS NULL OR version < $3::bigint)
     ORDER BY version DESC
     LIMIT $4::bigint",
);

const FIND: &str =
    concat!("SELECT ", change!(), " FROM setting_changes WHERE org_id = $1 AND key = $2 AND version = $3::bigint",);

/// Behind the lock of the organisation's row: of two changes at once the second sees the first.
const CHANGE: &str = concat!(
    "WITH newest AS (
         SELECT version, value FROM setting_changes WHERE org_id = $1 AND key = $2 ORDER BY version DESC LIMIT 1
     ), known AS (
         SELECT coalesce((SELECT version FROM newest), 0) AS version,
                coalesce((SELECT value FROM newest), $4::jsonb, CASE $2
                    WHEN 'time_zone' THEN to_jsonb(time_zone)
                    WHEN 'languages' THEN to_jsonb(language) || ($11::jsonb - language)
                    ELSE to_jsonb(name)
                END) AS value
         FROM organisations WHERE id = $1
     ), changed AS (
         INSERT INTO setting_changes (org_id, version, key, value, before, restored, changed_at, changed_by)
         SELECT $1, 1 + coalesce((SELECT max(version) FROM setting_changes WHERE org_id = $1), 0), $2, $3::jsonb,
                known.value, $6::bigint, ",
    time!("$7"),
    ", $8::jsonb
         FROM known
         WHERE known.value <> coalesce($3::jsonb, $4::jsonb) AND ($5::bigint IS NULL OR known.version = $5::bigint)
         RETURNING *
     ), named AS (
         UPDATE organisations
         SET name = CASE changed.key WHEN 'organisation_name' THEN changed.value #>> '{}' ELSE name END,
             time_zone = CASE changed.key WHEN 'time_zone' THEN changed.value #>> '{}' ELSE time_zone END,
             language = CASE changed.key WHEN 'languages' THEN changed.value #>> '{0}' ELSE language END
         FROM changed
         WHERE organisations.id = $1 AND changed.key IN ('organisation_name', 'time_zone', 'languages')
     ), owed AS (
         INSERT INTO audit_owed (org_id, id, ts, entry)
         SELECT org_id, $9, changed_at, jsonb_set($10::jsonb, '{fields,old}', before) FROM changed
     )
     SELECT ",
    change!(),
    " FROM changed",
);

fn lock(org: &OrgId) -> Statement {
    Statement::new("SELECT to_json(id) FROM organisations WHERE id = $1 FOR UPDATE").bind(org.to_string())
}

fn json(value: &impl Serialize) -> Result<String, Refusal> {
    serde_json::to_string(value).map_err(|_| Refusal::Internal)
}

/// What is set; `None` without an organisation, which only an installation that was never set up is.
#[derive(Debug, Serialize, Deserialize)]
pub struct ReadSettings {}

impl Query for ReadSettings {
    const NAME: &'static str = "read_settings";
    type Reply = Option<Stored>;

    async fn run(self, postgres: &impl Postgres) -> Result<Self::Reply, Refusal> {
        postgres.record(Statement::new(READ).bind(postgres.org().to_string())).await
    }
}

/// The changes of a setting, newest first.
#[derive(Debug, Serialize, Deserialize)]
pub struct PageChanges {
    /// Which setting.
    pub key: SettingKey,
    /// Older than this version.
    #[serde(default)]
    pub before: Option<i64>,
    /// At most so many.
    pub limit: Limit,
}

/// One page of changes.
#[derive(Debug, Serialize, Deserialize)]
pub struct ChangesPage {
    /// The changes.
    pub items: Vec<SettingChange>,
    /// Where the next page begins, when more may follow.
    #[serde(default)]
    pub next: Option<Position>,
}

impl Query for PageChanges {
    const NAME: &'static str = "page_setting_changes";
    type Reply = ChangesPage;

    async fn run(self, postgres: &impl Postgres) -> Result<Self::Reply, Refusal> {
        let most = self.limit.get() as usize;
        let statement = Statement::new(PAGE)
            .bind(postgres.org().to_string())
            .bind(self.key.to_string())
            .bind(self.before.map(|version| version.to_string()))
            .bind(most.saturating_add(1).to_string());
        let mut items: Vec<SettingChange> = postgres.records(statement).await?;
        let more = items.len() > most;
        items.truncate(most);
        let last = items.last().filter(|_| more);
        let next = last.map(|change| Position { ts: change.at.as_ms(), id: change.version.to_string() });
        Ok(ChangesPage { items, next })
    }
}

/// One change of a setting.
#[derive(Debug, Serialize, Deserialize)]
pub struct FindChange {
    /// Which setting.
    pub key: SettingKey,
    /// Its version.
    pub version: i64,
}

impl Query for FindChange {
    const NAME: &'static str = "find_setting_change";
    type Reply = Option<SettingChange>;

    async fn run(self, postgres: &impl Postgres) -> Result<Self::Reply, Refusal> {
        let statement = Statement::new(FIND)
            .bind(postgres.org().to_string())
            .bind(self.key.to_string())
            .bind(self.version.to_string());
        postgres.record(statement).await
    }
}

/// Gives a setting another value. What is in force already is no change, whatever `if_match` says: so the same wish may be told
/// again.
#[derive(Debug, Serialize, Deserialize)]
pub struct ChangeSetting {
    /// Which setting.
    pub key: SettingKey,
    /// The value; none for the default.
    #[serde(default)]
    pub value: Option<SettingValue>,
    /// The default; none where there is none, and then the value is given.
    #[serde(default)]
    pub default: Option<SettingValue>,
    /// The version of the setting that was seen, if that is told.
    #[serde(default)]
    pub if_match: Option<i64>,
    /// The version of the change whose value is brought back, if it is one.
    #[serde(default)]
    pub restored: Option<i64>,
    /// Who changes it.
    pub by: Actor,
    /// What the audit is told; what was in force until then is added to it.
    pub entry: NewEntry,
}

/// What came of it.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[allow(clippy::large_enum_variant, reason = "there is one of them at a time")]
pub enum Changed {
    /// It has another value.
    Now(SettingChange),
    /// It has had that value.
    Already,
    /// It has another version than was seen.
    Stale(i64),
}

impl Query for ChangeSetting {
    const NAME: &'static str = "change_setting";
    type Reply = Changed;

    async fn run(self, postgres: &impl Postgres) -> Result<Self::Reply, Refusal> {
        let Self { key, value, default, if_match, restored, by, entry } = self;
        let org = postgres.org();
        let now: Timestamp = postgres.now();
        let change = Statement::new(CHANGE)
            .bind(org.to_string())
            .bind(key.to_string())
            .bind(value.as_ref().map(json).transpose()?)
            .bind(default.as_ref().map(json).transpose()?)
            .bind(if_match.map(|version| version.to_string()))
            .bind(restored.map(|version| version.to_string()))
            .bind(now.as_ms().to_string())
            .bind(json(&by)?)
            .bind(entry.id.to_string())
            .bind(json(&entry)?)
            .bind(json(&Language::ALL)?);
        let rows = postgres.write_all(vec![lock(org), change]).await?;
        let changed = rows.last().map(|rows| rows.record()).transpose().map_err(|error| postgres.unreadable(error))?;
        if let Some(change) = changed.flatten() {
            return Ok(Changed::Now(change));
        }
        let stored = ReadSettings {}.run(postgres).await?.ok_or(Refusal::NotFound)?;
        let newest = stored.changes.iter().find(|change| change.key == key.as_str());
        let version = newest.map_or(0, |change| change.version);
        let in_force = newest.and_then(|change| change.value.clone()).or_else(|| default.clone());
        let has_no_default = |setting: &&Setting| setting.form.default_value().is_none();
        let as_set_up = || Setting::of(key).filter(has_no_default).map(|setting| stored.as_set_up(&setting.form));
        let in_force = in_force.or_else(as_set_up);
        if in_force == value.or(default) { Ok(Changed::Already) } else { Ok(Changed::Stale(version)) }
    }
}
