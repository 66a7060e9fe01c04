//! Places: the tree, its pages, its changes. What is shown of a place is JSON that nobody between PostgreSQL and the client reads.
//!
//! Changes come one behind the other (`things::lock`), so that each decides on the tree that the one before left. Each writes its
//! audit entry in its own transaction, and raises the count of changes that the index of requests follows.

use base::ids::OrgId;
use base::refusal::Refusal;
use base::time::Timestamp;
use pg::statement::Statement;
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use uuid::Uuid;

use super::audit::written;
use super::thing::{PageThings, RemoveThing, SaveThing, behind, listed, removal};
use crate::db::query::{Postgres, Query};

/// A place `l` as the API tells it.
macro_rules! place {
    () => {
        concat!(
            "json_build_object('id', l.id, 'name', l.name, 'kind', l.body ->> 'kind', 'code', l.body ->> 'code',
                 'address', l.body ->> 'address', 'time_zone', l.body ->> 'time_zone',
                 'manager', (SELECT json_build_object('id', users.id, 'name', users.name) FROM users
                             WHERE users.org_id = l.org_id AND users.id = (l.body ->> 'manager_id')::uuid),
                 'parent_id', l.parent_id,
                 'path', ",
            path_of!("l.ancestors"),
            ",
                 'archived', l.archived_at IS NOT NULL,
                 'in_archived', EXISTS (SELECT FROM locations a WHERE a.id = ANY(l.ancestors) AND a.archived_at IS NOT NULL),
                 'places', (SELECT count(*) FROM locations c
                            WHERE c.org_id = l.org_id AND c.parent_id = l.id AND c.merged_into IS NULL AND c.archived_at IS NULL),
                 'assets', (SELECT count(*) FROM assets WHERE assets.org_id = l.org_id AND assets.location_id = l.id AND assets.status <> 'retired'),
                 'version', l.version, 'created_at', ",
            moment!("l.created_at"),
            ", 'updated_at', ",
            moment!("l.updated_at"),
            ")"
        )
    };
}

/// What is searched for in the places around one is looked for once, in those that have others in them.
const PAGE: &str = concat!(
    "WITH around AS MATERIALIZED (
         SELECT id, search FROM locations
         WHERE org_id = $1 AND id IN (SELECT unnest(ancestors) FROM locations WHERE org_id = $1)
     ), hit AS MATERIALIZED (
         SELECT word, coalesce(array_agg(around.id) FILTER (WHERE strpos(search, word) > 0), '{}') AS ids
         FROM jsonb_array_elements_text($4::jsonb) w(word) LEFT JOIN around ON true GROUP BY word
     ), found AS (
         SELECT l.id, l.sort FROM locations l
         WHERE l.org_id = $1 AND l.merged_into IS NULL
           AND ($2::text IS NULL OR $2::text = 'none' AND l.parent_id IS NULL OR l.parent_id = nullif($2::text, 'none')::uuid)
           AND (l.archived_at IS NOT NULL
                OR l.ancestors && (SELECT coalesce(array_agg(id), '{}') FROM locations
                                   WHERE org_id = $1 AND archived_at IS NOT NULL AND merged_into IS NULL)) = $3::boolean
           AND ($4::jsonb IS NULL
                OR EXISTS (SELECT FROM hit WHERE strpos(l.search, word) > 0)
                   AND NOT EXISTS (SELECT FROM hit WHERE strpos(l.search, word) = 0 AND NOT l.ancestors && ids))
           AND ($5::uuid IS NULL OR (l.sort, l.id) > ($6::text, $5::uuid))",
    page_of!(place, "locations", "$7"),
);

/// Whatever became a part of another leads there.
const FIND: &str = concat!(
    "SELECT json_build_object('version', l.version, 'record', ",
    place!(),
    ") FROM locations l
     WHERE l.org_id = $1
       AND l.id = coalesce((SELECT merged_into FROM locations WHERE org_id = $1 AND id = $2::uuid), $2::uuid)",
);

/// Makes a place, or changes one. A place that is moved takes along what is below it.
const SAVE: &str = concat!(
    "WITH was AS (
         SELECT * FROM locations WHERE org_id = $1 AND id = $2::uuid AND merged_into IS NULL
     ), wanted AS (
         SELECT CASE WHEN $5::boolean THEN $6::uuid ELSE (SELECT parent_id FROM was) END AS parent_id,
                jsonb_strip_nulls(coalesce((SELECT body FROM was), '{}') || $7::jsonb) AS body,
                jsonb_strip_nulls(coalesce((SELECT folded FROM was), '{}') || $8::jsonb) AS folded
     ), parent AS (
         SELECT id, ancestors || id AS path FROM locations
         WHERE org_id = $1 AND id = (SELECT parent_id FROM wanted) AND merged_into IS NULL
     ), facts AS (
         SELECT coalesce((SELECT path FROM parent), '{}') AS ancestors,
                coalesce((SELECT cardinality(ancestors) FROM was), 0) AS depth,
                (SELECT max(cardinality(ancestors)) FROM locations WHERE ancestors @> ARRAY[$2::uuid]) AS deepest,
                (SELECT version FROM was) AS version,
                last_place_change($1) + 1 AS change
     ), verdict AS (
         SELECT CASE
             WHEN $3::boolean AND version = 1 AND (SELECT body FROM was) <> (SELECT body FROM wanted) THEN 'other_body'
             WHEN $3::boolean AND EXISTS (SELECT FROM locations WHERE org_id = $1 AND id = $2::uuid) THEN 'done'
             WHEN NOT $3::boolean AND version IS NULL THEN 'missing'
             WHEN version <> $4::bigint THEN 'stale'
             WHEN (SELECT parent_id FROM wanted) IS NOT NULL AND NOT EXISTS (SELECT FROM parent) THEN 'unknown_parent'
             WHEN ancestors @> ARRAY[$2::uuid] THEN 'under_itself'
             WHEN cardinality(ancestors) + 1 + greatest(deepest - depth, 0) > 16 THEN 'too_deep'
             WHEN EXISTS (SELECT FROM locations other
                          WHERE other.org_id = $1 AND other.id <> $2::uuid AND other.merged_into IS NULL
                            AND other.code = (SELECT lower(body ->> 'code') FROM wanted)) THEN 'code_taken'
             ELSE 'write' END AS word
         FROM facts
     ), written AS (
         INSERT INTO locations (id, org_id, parent_id, ancestors, body, folded, archived_at, version, change, created_at, updated_at)
         SELECT $2::uuid, $1, wanted.parent_id, facts.ancestors, wanted.body, wanted.folded,
                CASE WHEN coalesce($9::boolean, (SELECT archived_at IS NOT NULL FROM was), false)
                     THEN coalesce((SELECT archived_at FROM was), ",
    time!("$10"),
    ") END,
                1, facts.change, ",
    time!("$10"),
    ", ",
    time!("$10"),
    " FROM wanted, facts, verdict WHERE verdict.word = 'write'
         ON CONFLICT (id) DO UPDATE SET parent_id = excluded.parent_id, ancestors = excluded.ancestors, body = excluded.body,
             folded = excluded.folded, archived_at = excluded.archived_at, version = locations.version + 1,
             change = excluded.change, updated_at = excluded.updated_at
         RETURNING id, ancestors
     ), below AS (
         UPDATE locations SET ancestors = facts.ancestors || locations.ancestors[facts.depth + 1:]
         FROM facts, written, was
         WHERE locations.ancestors @> ARRAY[$2::uuid] AND written.ancestors <> was.ancestors
     ), owed AS (
         INSERT INTO audit_owed (org_id, id, ts, entry) SELECT $1, $11, ",
    time!("$10"),
    ", $12::jsonb FROM written
     )
     SELECT to_json(word) FROM verdict",
);

/// Makes a place a part of another: what is below it, its assets and whatever names it are there then.
const MERGE: &str = concat!(
    "WITH was AS (
         SELECT * FROM locations WHERE org_id = $1 AND id = $2::uuid AND merged_into IS NULL
     ), target AS (
         SELECT id, ancestors, ancestors || id AS path FROM locations
         WHERE org_id = $1 AND id = $4::uuid AND merged_into IS NULL
     ), facts AS (
         SELECT (SELECT path FROM target) AS path, cardinality(was.ancestors) AS depth, was.version,
                (SELECT max(cardinality(ancestors)) FROM locations WHERE ancestors @> ARRAY[$2::uuid]) AS deepest,
                last_place_change($1) + 1 AS change
         FROM was
     ), verdict AS (
         SELECT CASE
             WHEN EXISTS (SELECT FROM locations WHERE org_id = $1 AND id = $2::uuid AND merged_into = $4::uuid) THEN 'done'
             WHEN NOT EXISTS (SELECT FROM facts) THEN 'missing'
             WHEN (SELECT version FROM facts) <> $3::bigint THEN 'stale'
             WHEN NOT EXISTS (SELECT FROM target) THEN 'unknown_into'
             WHEN (SELECT path FROM target) @> ARRAY[$2::uuid] THEN 'into_itself'
             WHEN (SELECT cardinality(path) + greatest(deepest - depth, 1) FROM facts) > 16 THEN 'too_deep'
             ELSE 'write' END AS word
     ), written AS (
         UPDATE locations SET parent_id = $4::uuid, ancestors = facts.path, merged_into = $4::uuid,
             archived_at = coalesce(archived_at, ",
    time!("$5"),
    "), version = locations.version + 1, change = facts.change, updated_at = ",
    time!("$5"),
    " FROM facts, verdict WHERE verdict.word = 'write' AND locations.id = $2::uuid
         RETURNING locations.id
     ), below AS (
         UPDATE locations SET ancestors = facts.path || locations.ancestors[facts.depth + 2:],
             parent_id = CASE WHEN locations.parent_id = $2::uuid THEN $4::uuid ELSE locations.parent_id END,
             merged_into = CASE WHEN locations.merged_into = $2::uuid THEN $4::uuid ELSE locations.merged_into END,
             change = CASE WHEN locations.parent_id = $2::uuid THEN facts.change ELSE locations.change END
         FROM facts, written WHERE locations.ancestors @> ARRAY[$2::uuid]
     ), things AS (
         UPDATE assets SET location_id = $4::uuid, version = assets.version + 1, updated_at = ",
    time!("$5"),
    " FROM written WHERE assets.org_id = $1 AND assets.location_id = $2::uuid
     ), owed AS (
         INSERT INTO audit_owed (org_id, id, ts, entry) SELECT $1, $6, ",
    time!("$5"),
    ", $7::jsonb FROM written
     )
     SELECT to_json(word) FROM verdict",
);

/// Deletes a place that nothing names; the index of requests hears of it as of any change.
const REMOVE: &str = remove_of!(
    "locations",
    " AND merged_into IS NULL",
    "EXISTS (SELECT FROM locations WHERE org_id = $1 AND parent_id = $2::uuid)
                 OR EXISTS (SELECT FROM assets WHERE org_id = $1 AND location_id = $2::uuid)
                 OR EXISTS (SELECT FROM labels WHERE org_id = $1 AND location_id = $2::uuid)
                 OR EXISTS (SELECT FROM requests WHERE org_id = $1 AND location_id = $2::uuid)",
    ", gone AS (
         INSERT INTO locations_gone (org_id, id, change) SELECT $1, id, last_place_change($1) + 1 FROM written
         ON CONFLICT (id) DO UPDATE SET change = excluded.change
     )"
);

/// Where the count is below what is known, PostgreSQL is an earlier one: all of it is news.
const CHANGED: &str = "
    WITH last AS (SELECT last_place_change($1) AS change), news AS (
        SELECT id, change, json_build_object('id', id, 'parent', parent_id, 'name', name, 'archived', archived_at IS NOT NULL,
                                             'merged_into', merged_into) AS item
        FROM locations WHERE org_id = $1
        UNION ALL
        SELECT id, change, json_build_object('id', id, 'name', '', 'archived', true, 'gone', true)
        FROM locations_gone g WHERE org_id = $1 AND NOT EXISTS (SELECT FROM locations WHERE id = g.id))
    SELECT json_build_object('through', last.change, 'places', (
        SELECT coalesce(json_agg(item), '[]'::json) FROM news WHERE news.change > $2::bigint OR last.change < $2::bigint))
    FROM last";

/// A page of places.
pub(super) fn page(org: &OrgId, page: PageThings) -> Result<Statement, Refusal> {
    let (id, sort) = behind(page.after);
    Ok(Statement::new(PAGE)
        .bind(org.to_string())
        .bind(page.parent)
        .bind(page.archived.to_string())
        .bind(listed(page.words.as_ref())?)
        .bind(id)
        .bind(sort)
        .bind(page.limit.get().to_string()))
}

/// A place, or the one that it became a part of.
pub(super) fn find(org: &OrgId, id: Uuid) -> Statement {
    Statement::new(FIND).bind(org.to_string()).bind(id.to_string())
}

/// Makes a place, changes one, or makes one a part of another.
pub(super) fn save(org: &OrgId, now: Timestamp, save: SaveThing) -> Result<Statement, Refusal> {
    let version = save.version.map(|version| version.to_string());
    let (now, entry) = (now.as_ms().to_string(), written(&save.entry)?);
    if let Some(into) = save.into {
        return Ok(Statement::new(MERGE)
            .bind(org.to_string())
            .bind(save.id.to_string())
            .bind(version)
            .bind(into.to_string())
            .bind(now)
            .bind(save.entry.id.to_string())
            .bind(entry));
    }
    Ok(Statement::new(SAVE)
        .bind(org.to_string())
        .bind(save.id.to_string())
        .bind(save.is_new.to_string())
        .bind(version)
        .bind((save.parent.is_some() || save.is_new).to_string())
        .bind(save.parent.flatten().map(|parent| parent.to_string()))
        .bind(listed(Some(&save.patch.body))?)
        .bind(listed(Some(&save.patch.folded))?)
        .bind(save.archived.map(|archived| archived.to_string()))
        .bind(now)
        .bind(save.entry.id.to_string())
        .bind(entry))
}

/// Deletes a place.
pub(super) fn remove(org: &OrgId, now: Timestamp, remove: &RemoveThing) -> Result<Statement, Refusal> {
    removal(REMOVE, org, now, remove)
}

/// Places that were changed since the index of requests heard of some last.
#[derive(Debug, Serialize, Deserialize)]
pub struct ChangedPlaces {
    /// The count of changes that it knows.
    pub after: i64,
}

/// What it has to learn.
#[derive(Debug, Serialize, Deserialize)]
pub struct PlaceNews {
    /// The places, as the index takes them: nobody in between reads them.
    pub places: Box<RawValue>,
    /// The count of changes with these.
    pub through: i64,
}

impl Query for ChangedPlaces {
    const NAME: &'static str = "changed_places";
    type Reply = PlaceNews;

    async fn run(self, postgres: &impl Postgres) -> Result<Self::Reply, Refusal> {
        let changed = Statement::new(CHANGED).bind(postgres.org().to_string()).bind(self.after.to_string());
        postgres.record(changed).await?.ok_or(Refusal::Internal)
    }
}
