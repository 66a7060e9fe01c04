//! The SQL of the tree of places: a row per place, with the one that it is in. A place that became a part of another is below that.

use base::ids::UserId;
use durable::{Database, StorageError, Writer};

use crate::domain::place::PlaceId;

/// The table, and how far it follows PostgreSQL.
pub const TABLE: &str = "
    CREATE TABLE place (
        id          TEXT PRIMARY KEY,
        parent      TEXT,
        name        TEXT NOT NULL,
        archived    INTEGER NOT NULL,
        merged_into TEXT
    ) WITHOUT ROWID;
    CREATE INDEX place_by_parent ON place (parent);
    CREATE TABLE places_known (
        one     INTEGER PRIMARY KEY CHECK (one = 1),
        through INTEGER NOT NULL
    )";

/// The ids of a place `?` and of all below it.
macro_rules! below {
    ($id:literal) => {
        concat!(
            "WITH RECURSIVE below(id) AS (
                 SELECT coalesce((SELECT merged_into FROM place WHERE id = ",
            $id,
            "), ",
            $id,
            ")
                 UNION SELECT place.id FROM below JOIN place ON place.parent = below.id) "
        )
    };
}

/// The place that is asked for and all below it; it is bound once.
macro_rules! asked_and_below {
    ($asked:literal) => {
        concat!(
            "WITH RECURSIVE asked(id) AS (SELECT ",
            $asked,
            "), below(id) AS (
                 SELECT coalesce((SELECT merged_into FROM place WHERE place.id = asked.id), asked.id) FROM asked
                 UNION SELECT place.id FROM below JOIN place ON place.parent = below.id)
             SELECT id FROM below"
        )
    };
}

/// What is at a place `{}` or below it, as a condition.
pub const IS_BELOW: &str = concat!("location_id IN (", asked_and_below!("{}"), ")");

/// What a place `here` is called, as JSON.
macro_rules! label {
    () => {
        "json_object('id', here.id, 'name', here.name, 'path', json((
             WITH RECURSIVE up(id, names, level) AS (
                 SELECT here.parent, '', 0
                 UNION ALL SELECT place.parent, json_object('id', place.id, 'name', place.name) || iif(names = '', '', ',' || names), level + 1
                 FROM up JOIN place ON place.id = up.id WHERE level < 20)
             SELECT '[' || names || ']' FROM (SELECT names, max(level) FROM up))))"
    };
}

/// A request's JSON with the place as it is called now, of `$json`, a column or an expression.
macro_rules! with_place {
    ($json:literal) => {
        concat!(
            "iif(location_id IS NULL, ",
            $json,
            ", coalesce((
                 SELECT json_set(",
            $json,
            ", '$.location', json(",
            label!(),
            "))
                 FROM place AS asked JOIN place AS here ON here.id = coalesce(asked.merged_into, asked.id)
                 WHERE asked.id = location_id), ",
            $json,
            "))"
        )
    };
}

/// The JSON of a request for whoever reads internal comments.
pub const JSON: &str = with_place!("json");

/// That for everybody else.
pub const PUBLIC_JSON: &str = with_place!("coalesce(public_json, json)");

const NAMED: &str = concat!(
    "SELECT ", label!(), ", here.archived OR EXISTS (
         WITH RECURSIVE up(id, archived, level) AS (
             SELECT here.parent, 0, 0
             UNION ALL SELECT place.parent, place.archived, up.level + 1 FROM up JOIN place ON place.id = up.id WHERE up.level < 20)
         SELECT 1 FROM up WHERE archived)
     FROM place AS asked JOIN place AS here ON here.id = coalesce(asked.merged_into, asked.id) WHERE asked.id = ?"
);

const OPEN_AT: &str = concat!(
    below!("?1"),
    "SELECT count(*) FROM below CROSS JOIN request INDEXED BY request_by_location_id_created ON request.location_id = below.id
     WHERE status IN ('submitted', 'approved', 'assigned', 'in_progress', 'on_hold') AND (?2 IS NULL OR requester_id = ?2)"
);

const PUT: &str = "
    INSERT INTO place (id, parent, name, archived, merged_into)
    SELECT value ->> 'id', value ->> 'parent', value ->> 'name', value ->> 'archived', value ->> 'merged_into' FROM json_each(?)
    WHERE value ->> 'gone' IS NULL
    ON CONFLICT (id) DO UPDATE SET parent = excluded.parent, name = excluded.name, archived = excluded.archived,
        merged_into = excluded.merged_into";

const GONE: &str =
    "DELETE FROM place WHERE id IN (SELECT value ->> 'id' FROM json_each(?) WHERE value ->> 'gone' IS NOT NULL)";

/// Takes places as they are now, a JSON array, those that are gone among them, with which it has all changes up to `through`.
///
/// # Errors
/// When SQLite refuses.
pub fn put(write: &Writer<'_>, places: &str, through: i64) -> Result<(), StorageError> {
    write.run(PUT, &[&places])?;
    write.run(GONE, &[&places])?;
    write.run(
        "INSERT INTO places_known (one, through) VALUES (1, ?) ON CONFLICT (one) DO UPDATE SET through = excluded.through",
        &[&through],
    )
}

/// How far it follows PostgreSQL's changes.
///
/// # Errors
/// When SQLite refuses.
pub fn through(db: &Database) -> Result<i64, StorageError> {
    Ok(db.row("SELECT through FROM places_known", &[])?.map_or(0, |row| row.int(0)))
}

/// The place and those below it, `most` at most.
///
/// # Errors
/// When SQLite refuses.
pub fn below(db: &Database, id: PlaceId, most: u32) -> Result<Vec<String>, StorageError> {
    let rows = db.rows(concat!(below!("?1"), "SELECT id FROM below LIMIT ?2"), &[&id.to_string(), &i64::from(most)])?;
    Ok(rows.iter().map(|row| row.text(0)).collect())
}

/// What a place is called, as JSON, and whether it is not to be named any more.
///
/// # Errors
/// When SQLite refuses.
pub fn named(db: &Database, id: PlaceId) -> Result<Option<(String, bool)>, StorageError> {
    Ok(db.row(NAMED, &[&id.to_string()])?.map(|row| (row.text(0), row.int(1) != 0)))
}

/// As [`named`], for what is being written.
///
/// # Errors
/// When SQLite refuses.
pub fn label(write: &Writer<'_>, id: PlaceId) -> Result<Option<String>, StorageError> {
    Ok(write.rows(NAMED, &[&id.to_string()])?.first().map(|row| row.text(0)))
}

/// How many open requests are at a place or below, of `only`'s or all.
///
/// # Errors
/// When SQLite refuses.
pub fn open_at(db: &Database, id: PlaceId, only: Option<UserId>) -> Result<i64, StorageError> {
    let only = only.map(|user| user.to_string());
    Ok(db.row(OPEN_AT, &[&id.to_string(), &only])?.map_or(0, |row| row.int(0)))
}

#[cfg(all(test, not(target_arch = "wasm32")))]
mod tests;
