//! Labels: made, found, bound. What is shown of one is JSON that nobody between PostgreSQL and the client reads.
//!
//! What is made or bound waits for other changes of places and assets (`things::lock`): two who ask for the label of a thing at once get
//! the same one, and of two who bind a label one is told that it is bound. Each change writes its audit entry in its own transaction.

use base::ids::{OrgId, UserId};
use base::refusal::Refusal;
use pg::statement::Statement;
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use uuid::Uuid;

use super::audit::written;
use super::thing::{Found, Thing, listed};
use super::things::lock;
use crate::db::query::{Postgres, Query};
use crate::domain::label::{self, LabelCode};
use crate::domain::log::NewEntry;

/// A label `b` as the API tells it. A place that became a part of another leads there, and says what it was called.
macro_rules! label {
    () => {
        concat!(
            "json_build_object('code', substr(b.code, 1, 4) || '-' || substr(b.code, 5),
                 'location', (SELECT json_build_object('id', l.id, 'name', l.name, 'path', ",
            path_of!("l.ancestors"),
            ", 'archived', l.archived_at IS NOT NULL
                      OR EXISTS (SELECT FROM locations a WHERE a.id = ANY(l.ancestors) AND a.archived_at IS NOT NULL))
                  FROM locations o JOIN locations l ON l.id = coalesce(o.merged_into, o.id) WHERE o.id = b.location_id),
                 'was', (SELECT name FROM locations o WHERE o.id = b.location_id AND o.merged_into IS NOT NULL),
                 'asset', (SELECT json_build_object('id', t.id, 'name', t.name, 'code', t.body ->> 'code', 'status', t.status,
                      'location', (SELECT json_build_object('id', l.id, 'name', l.name, 'path', ",
            path_of!("l.ancestors"),
            ") FROM locations l WHERE l.id = t.location_id)) FROM assets t WHERE t.id = b.asset_id),
                 'made_at', ",
            moment!("b.made_at"),
            ", 'bound_at', ",
            moment!("b.bound_at"),
            ")"
        )
    };
}

/// Labels that are on nothing yet. Those that were made before stay as they are.
const MAKE: &str = concat!(
    "WITH b AS (
         INSERT INTO labels (org_id, code, made_at, made_by)
         SELECT $1, replace(code, '-', ''), ",
    time!("$3"),
    ", $4::uuid FROM jsonb_array_elements_text($2::jsonb) t(code)
         ON CONFLICT DO NOTHING
         RETURNING code
     ), owed AS (
         INSERT INTO audit_owed (org_id, id, ts, entry) SELECT $1, $5, ",
    time!("$3"),
    ", $6::jsonb WHERE EXISTS (SELECT FROM b)
     )
     SELECT to_json(CASE WHEN EXISTS (SELECT FROM b) THEN 'write' ELSE 'done' END)",
);

/// The labels with these codes, in their order.
const OF_CODES: &str = concat!(
    "SELECT coalesce(json_agg(",
    label!(),
    " ORDER BY t.n), '[]')
     FROM jsonb_array_elements_text($2::jsonb) WITH ORDINALITY t(code, n)
     JOIN labels b ON b.org_id = $1 AND b.code = replace(t.code, '-', '')",
);

/// Which things are wanted, in their order: `$2` says of which kind.
macro_rules! wanted {
    () => {
        "wanted AS (
             SELECT t.n, CASE WHEN $2 = 'place'
                 THEN (SELECT coalesce(merged_into, l.id) FROM locations l WHERE l.org_id = $1 AND l.id = t.id::uuid)
                 ELSE (SELECT a.id FROM assets a WHERE a.org_id = $1 AND a.id = t.id::uuid) END AS id
             FROM jsonb_array_elements_text($3::jsonb) WITH ORDINALITY t(id, n)
         )"
    };
}

/// A label for each thing that has none.
const LABEL: &str = concat!(
    "WITH ",
    wanted!(),
    ", lacking AS (
         SELECT id, min(n) AS n FROM wanted
         WHERE NOT EXISTS (SELECT FROM wanted WHERE id IS NULL)
           AND NOT EXISTS (SELECT FROM labels WHERE org_id = $1 AND (location_id = wanted.id OR asset_id = wanted.id))
         GROUP BY id
     ), made AS (
         INSERT INTO labels (org_id, code, location_id, asset_id, made_at, made_by, bound_at, bound_by)
         SELECT $1, replace(fresh.code, '-', ''), CASE WHEN $2 = 'place' THEN lacking.id END, CASE WHEN $2 <> 'place' THEN lacking.id END, ",
    time!("$5"),
    ", $6::uuid, ",
    time!("$5"),
    ", $6::uuid
         FROM lacking JOIN jsonb_array_elements_text($4::jsonb) WITH ORDINALITY fresh(code, n) USING (n)
         RETURNING code
     ), owed AS (
         INSERT INTO audit_owed (org_id, id, ts, entry) SELECT $1, $7, ",
    time!("$5"),
    ", $8::jsonb WHERE EXISTS (SELECT FROM made)
     )
     SELECT to_json(CASE WHEN EXISTS (SELECT FROM wanted WHERE id IS NULL) THEN 'unknown'
                         WHEN EXISTS (SELECT FROM made) THEN 'write' ELSE 'done' END)",
);

/// The label of each thing: of several the one that was bound last.
const OF_THINGS: &str = concat!(
    "WITH ",
    wanted!(),
    "SELECT coalesce(json_agg(",
    label!(),
    " ORDER BY wanted.n), '[]')
     FROM wanted CROSS JOIN LATERAL (
         SELECT * FROM labels WHERE org_id = $1 AND (location_id = wanted.id OR asset_id = wanted.id)
         ORDER BY bound_at DESC, code LIMIT 1) b",
);

const FIND: &str = concat!("SELECT ", label!(), " FROM labels b WHERE b.org_id = $1 AND b.code = $2");

/// Says what a label is on. What it is on already is no change.
const BIND: &str = concat!(
    "WITH ",
    wanted!(),
    ", was AS (
         SELECT coalesce((SELECT coalesce(merged_into, o.id) FROM locations o WHERE o.id = labels.location_id), asset_id) AS id
         FROM labels WHERE org_id = $1 AND code = $4
     ), verdict AS (
         SELECT CASE
             WHEN NOT EXISTS (SELECT FROM was) THEN 'missing'
             WHEN (SELECT id FROM wanted) IS NULL THEN 'unknown'
             WHEN (SELECT id FROM was) = (SELECT id FROM wanted) THEN 'done'
             WHEN (SELECT id FROM was) IS NOT NULL AND NOT $5::boolean THEN 'label_bound'
             ELSE 'write' END AS word
     ), written AS (
         UPDATE labels SET location_id = CASE WHEN $2 = 'place' THEN wanted.id END, asset_id = CASE WHEN $2 <> 'place' THEN wanted.id END,
             bound_at = ",
    time!("$6"),
    ", bound_by = $7::uuid
         FROM wanted, verdict WHERE verdict.word = 'write' AND labels.org_id = $1 AND labels.code = $4
         RETURNING labels.code
     ), owed AS (
         INSERT INTO audit_owed (org_id, id, ts, entry) SELECT $1, $8, ",
    time!("$6"),
    ", $9::jsonb FROM written
     )
     SELECT to_json(word) FROM verdict",
);

/// Statements begin with the organisation and with things of a kind.
fn of_things(sql: &'static str, org: &OrgId, thing: Thing, ids: &[Uuid]) -> Result<Statement, Refusal> {
    Ok(Statement::new(sql).bind(org.to_string()).bind(thing.noun().to_owned()).bind(listed(Some(&ids))?))
}

/// Makes labels (one for each of these things that has none, or as many as there are codes, on nothing), or says what one is on. Answers
/// with a list of them, or with the one. All of it is one query, so that the Worker has its code once.
#[derive(Debug, Serialize, Deserialize)]
pub struct WriteLabels {
    /// The label that is put on the one thing of `ids`; none where labels are made.
    #[serde(default)]
    pub code: Option<LabelCode>,
    /// Also if it is on something else.
    #[serde(default)]
    pub rebind: bool,
    /// Of which kind the things are; none for labels that are on nothing.
    #[serde(default)]
    pub thing: Option<Thing>,
    /// The things.
    #[serde(default)]
    pub ids: Vec<Uuid>,
    /// The codes of labels that are made: one for each thing, in case that it has none.
    #[serde(default)]
    pub codes: Vec<LabelCode>,
    /// By whom.
    pub by: UserId,
    /// What the audit is told.
    pub entry: NewEntry,
}

impl WriteLabels {
    fn statements(&self, postgres: &impl Postgres) -> Result<Vec<Statement>, Refusal> {
        let org = postgres.org();
        let by = |statement: Statement| -> Result<Statement, Refusal> {
            let statement = statement.bind(postgres.now().as_ms().to_string()).bind(self.by.to_string());
            Ok(statement.bind(self.entry.id.to_string()).bind(written(&self.entry)?))
        };
        let Some(thing) = self.thing else {
            let of_codes =
                |sql| Ok::<_, Refusal>(Statement::new(sql).bind(org.to_string()).bind(listed(Some(&self.codes))?));
            return Ok(vec![lock(org), by(of_codes(MAKE)?)?, of_codes(OF_CODES)?]);
        };
        let (write, then) = match &self.code {
            Some(code) => {
                let bind = of_things(BIND, org, thing, &self.ids)?.bind(code.as_str().to_owned());
                (bind.bind(self.rebind.to_string()), found(org, code))
            }
            None => {
                let label = of_things(LABEL, org, thing, &self.ids)?.bind(listed(Some(&self.codes))?);
                (label, of_things(OF_THINGS, org, thing, &self.ids)?)
            }
        };
        Ok(vec![lock(org), by(write)?, then])
    }

    /// The field of a body that names the things.
    fn field(&self) -> &'static str {
        match (&self.code, self.thing) {
            (Some(_), Some(Thing::Asset)) => "asset_id",
            (Some(_), _) => "location_id",
            (None, thing) => ids_of(thing),
        }
    }
}

impl Query for WriteLabels {
    const NAME: &'static str = "write_labels";
    type Reply = Found;

    async fn run(self, postgres: &impl Postgres) -> Result<Self::Reply, Refusal> {
        let rows = postgres.write_all(self.statements(postgres)?).await?;
        let word: Option<String> = match rows.as_slice() {
            [_, word, _] => word.record().map_err(|error| postgres.unreadable(error))?,
            _ => None,
        };
        let last = rows.last().ok_or(Refusal::Internal)?;
        let record: Option<Box<RawValue>> = last.record().map_err(|error| postgres.unreadable(error))?;
        match (word.as_deref(), record) {
            (Some(word @ ("write" | "done")), Some(record)) => {
                Ok(Found { version: 0, record, written: word == "write" })
            }
            (word, record) => {
                let refused = label::refused(word.unwrap_or("missing"), self.field());
                let record = record.filter(|_| self.code.is_some());
                let record = record.and_then(|record| base::json::from_str(record.get()).ok());
                Err(match record {
                    Some(record) => refused.with_record(record),
                    None => refused,
                })
            }
        }
    }
}

/// The field of a body that names things.
#[must_use]
pub const fn ids_of(thing: Option<Thing>) -> &'static str {
    match thing {
        Some(Thing::Asset) => "asset_ids",
        Some(Thing::Place) | None => "location_ids",
    }
}

/// A label.
#[derive(Debug, Serialize, Deserialize)]
pub struct FindLabel {
    /// Its code.
    pub code: LabelCode,
}

fn found(org: &OrgId, code: &LabelCode) -> Statement {
    Statement::new(FIND).bind(org.to_string()).bind(code.as_str().to_owned())
}

impl Query for FindLabel {
    const NAME: &'static str = "find_label";
    type Reply = Option<Found>;

    async fn run(self, postgres: &impl Postgres) -> Result<Self::Reply, Refusal> {
        let record: Option<Box<RawValue>> = postgres.record(found(postgres.org(), &self.code)).await?;
        Ok(record.map(|record| Found { version: 0, record, written: false }))
    }
}
