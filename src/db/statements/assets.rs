//! Assets: their pages and their changes.
//!
//! A change writes its audit entry in its own transaction. Changes wait for each other: an asset cannot become a part of its own part.

use base::ids::OrgId;
use base::refusal::Refusal;
use base::time::Timestamp;
use pg::statement::Statement;
use uuid::Uuid;

use super::audit::written;
use super::thing::{PageThings, RemoveThing, SaveThing, behind, listed, removal};

/// The place of an asset `l`, as requests name it.
macro_rules! place_of {
    () => {
        concat!(
            "(SELECT json_build_object('id', p.id, 'name', p.name, 'path', ",
            path_of!("p.ancestors"),
            ") FROM locations p WHERE p.id = l.location_id)"
        )
    };
}

/// An asset `l` as the API tells it.
macro_rules! asset {
    () => {
        concat!(
            "json_build_object('id', l.id, 'name', l.name, 'code', l.body ->> 'code', 'category', l.body ->> 'category',
                 'location', ",
            place_of!(),
            ", 'parent', (SELECT json_build_object('id', p.id, 'name', p.name, 'code', p.body ->> 'code') FROM assets p WHERE p.id = l.parent_id),
                 'parts', (SELECT count(*) FROM assets c WHERE c.org_id = l.org_id AND c.parent_id = l.id),
                 'maker', l.body ->> 'maker', 'model', l.body ->> 'model', 'serial', l.body ->> 'serial',
                 'bought', l.body ->> 'bought', 'warranty_until', l.body ->> 'warranty_until', 'cost', l.body ->> 'cost',
                 'notes', l.body ->> 'notes', 'custom', coalesce(l.body -> 'custom', '{}'),
                 'status', l.status, 'history', l.history, 'down', ",
            is_down!(),
            ",
                 'version', l.version, 'created_at', ",
            moment!("l.created_at"),
            ", 'updated_at', ",
            moment!("l.updated_at"),
            ")"
        )
    };
}

const PAGE: &str = concat!(
    "WITH found AS (
         SELECT l.id, l.sort FROM assets l
         WHERE l.org_id = $1
           AND ($2::uuid IS NULL
                OR l.location_id IN (SELECT id FROM locations WHERE id = $2::uuid OR ancestors @> ARRAY[$2::uuid]))
           AND ($3::uuid IS NULL OR l.parent_id = $3::uuid)
           AND ($4::text IS NULL OR l.category = $4)
           AND l.status IN (SELECT jsonb_array_elements_text($5::jsonb))
           AND ($6::jsonb IS NULL
                OR NOT EXISTS (SELECT FROM jsonb_array_elements_text($6::jsonb) w(word) WHERE strpos(l.search, word) = 0))
           AND ($7::uuid IS NULL OR (l.sort, l.id) > ($8::text, $7::uuid))",
    page_of!(asset, "assets", "$9"),
);

const FIND: &str = concat!(
    "SELECT json_build_object('version', l.version, 'record', ",
    asset!(),
    ") FROM assets l WHERE l.org_id = $1 AND l.id = $2::uuid",
);

const SAVE: &str = concat!(
    "WITH RECURSIVE was AS (
         SELECT * FROM assets WHERE org_id = $1 AND id = $2::uuid
     ), wanted AS (
         SELECT CASE WHEN $5::boolean THEN $6::uuid ELSE (SELECT location_id FROM was) END AS location_id,
                CASE WHEN $7::boolean THEN $8::uuid ELSE (SELECT parent_id FROM was) END AS parent_id,
                jsonb_strip_nulls(coalesce((SELECT body FROM was), '{}') || $9::jsonb) AS body,
                jsonb_strip_nulls(coalesce((SELECT folded FROM was), '{}') || $10::jsonb) AS folded,
                coalesce($11, (SELECT status FROM was), 'in_service') AS status,
                coalesce((SELECT history FROM was), '[]') AS history
     ), up AS (
         SELECT id, parent_id, 1 AS level FROM assets WHERE org_id = $1 AND id = (SELECT parent_id FROM wanted)
         UNION ALL
         SELECT a.id, a.parent_id, up.level + 1 FROM assets a JOIN up ON a.id = up.parent_id WHERE up.level < 20
     ), verdict AS (
         SELECT CASE
             WHEN $3::boolean AND (SELECT version FROM was) = 1 AND (SELECT body FROM was) <> wanted.body THEN 'other_body'
             WHEN $3::boolean AND EXISTS (SELECT FROM was) THEN 'done'
             WHEN NOT $3::boolean AND NOT EXISTS (SELECT FROM was) THEN 'missing'
             WHEN (SELECT version FROM was) <> $4::bigint THEN 'stale'
             WHEN wanted.location_id IS NOT NULL AND NOT EXISTS (
                 SELECT FROM locations WHERE org_id = $1 AND id = wanted.location_id AND merged_into IS NULL) THEN 'unknown_place'
             WHEN wanted.parent_id IS NOT NULL AND NOT EXISTS (SELECT FROM up) THEN 'unknown_parent'
             WHEN wanted.parent_id = $2::uuid OR EXISTS (SELECT FROM up WHERE up.id = $2::uuid) THEN 'under_itself'
             WHEN (SELECT max(level) FROM up) >= 8 THEN 'too_deep'
             WHEN EXISTS (SELECT FROM assets other
                          WHERE other.org_id = $1 AND other.id <> $2::uuid AND other.code = lower(wanted.body ->> 'code')) THEN 'code_taken'
             ELSE 'write' END AS word
         FROM wanted
     ), written AS (
         INSERT INTO assets (id, org_id, parent_id, location_id, body, folded, status, history, version, created_at, updated_at)
         SELECT $2::uuid, $1, wanted.parent_id, wanted.location_id, wanted.body, wanted.folded, wanted.status,
                CASE WHEN wanted.status IS NOT DISTINCT FROM (SELECT status FROM was) THEN wanted.history
                     ELSE (SELECT jsonb_agg(item ORDER BY n)
                           FROM jsonb_array_elements(jsonb_build_array($13::jsonb || jsonb_build_object('status', wanted.status)) || wanted.history)
                                WITH ORDINALITY t(item, n) WHERE n <= 100) END,
                1, ",
    time!("$12"),
    ", ",
    time!("$12"),
    " FROM wanted, verdict WHERE verdict.word = 'write'
         ON CONFLICT (id) DO UPDATE SET parent_id = excluded.parent_id, location_id = excluded.location_id, body = excluded.body,
             folded = excluded.folded, status = excluded.status, history = excluded.history,
             version = assets.version + 1, updated_at = excluded.updated_at
         RETURNING id
     ), owed AS (
         INSERT INTO audit_owed (org_id, id, ts, entry) SELECT $1, $14, ",
    time!("$12"),
    ", $15::jsonb FROM written
     )
     SELECT to_json(word) FROM verdict",
);

/// Deletes an asset that nothing names.
const REMOVE: &str = remove_of!(
    "assets",
    "",
    "EXISTS (SELECT FROM assets WHERE org_id = $1 AND parent_id = $2::uuid)
                 OR EXISTS (SELECT FROM labels WHERE org_id = $1 AND asset_id = $2::uuid)
                 OR EXISTS (SELECT FROM requests WHERE org_id = $1 AND asset_id = $2::uuid)",
    ""
);

/// A page of assets.
pub(super) fn page(org: &OrgId, page: PageThings) -> Result<Statement, Refusal> {
    let (id, sort) = behind(page.after);
    Ok(Statement::new(PAGE)
        .bind(org.to_string())
        .bind(page.location.map(|id| id.to_string()))
        .bind(page.parent)
        .bind(page.category)
        .bind(listed(Some(&page.status))?)
        .bind(listed(page.words.as_ref())?)
        .bind(id)
        .bind(sort)
        .bind(page.limit.get().to_string()))
}

/// An asset.
pub(super) fn find(org: &OrgId, id: Uuid) -> Statement {
    Statement::new(FIND).bind(org.to_string()).bind(id.to_string())
}

/// Makes an asset, or changes one.
pub(super) fn save(org: &OrgId, now: Timestamp, save: SaveThing) -> Result<Statement, Refusal> {
    Ok(Statement::new(SAVE)
        .bind(org.to_string())
        .bind(save.id.to_string())
        .bind(save.is_new.to_string())
        .bind(save.version.map(|version| version.to_string()))
        .bind(save.location.is_some().to_string())
        .bind(save.location.flatten().map(|id| id.to_string()))
        .bind(save.parent.is_some().to_string())
        .bind(save.parent.flatten().map(|id| id.to_string()))
        .bind(listed(Some(&save.patch.body))?)
        .bind(listed(Some(&save.patch.folded))?)
        .bind(save.status.map(|status| status.to_string()))
        .bind(now.as_ms().to_string())
        .bind(save.noted.to_string())
        .bind(save.entry.id.to_string())
        .bind(written(&save.entry)?))
}

/// Deletes an asset.
pub(super) fn remove(org: &OrgId, now: Timestamp, remove: &RemoveThing) -> Result<Statement, Refusal> {
    removal(REMOVE, org, now, remove)
}
