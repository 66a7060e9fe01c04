//! The SQLite of an organisation's index: a row per request, the tally of each status, the counter of numbers, and the
//! reconciler's watermark.
//!
//! A request's number is its row's key: given once, in the transaction of its first upsert, and never again.

use base::cursor::Position;
use base::ids::UserId;
use base::refusal::Refusal;
use base::time::Timestamp;
use durable::keyset::Value;
use durable::sqlite::{Bind, Row};
use durable::{Database, Schema, StorageError, Writer};

use super::api::{IndexedVersion, Upsert};
use super::columns::{COLUMNS, Column, INSERT, KNOWN, STEPS, TABLE, update};
use super::said::store as said;
use super::{number, places, search};
use crate::domain::request::{ListFilter, Moment, Status, Summary};
use crate::domain::text::fold;

/// What is not the table of requests.
const OTHERS: &str = "
    CREATE TABLE tally (
        status   TEXT PRIMARY KEY,
        requests INTEGER NOT NULL
    ) WITHOUT ROWID;
    CREATE TABLE counter (
        one         INTEGER PRIMARY KEY CHECK (one = 1),
        last_number INTEGER NOT NULL
    );
    CREATE TABLE watermark (
        one INTEGER PRIMARY KEY CHECK (one = 1),
        ts  INTEGER NOT NULL,
        id  TEXT NOT NULL
    );
";

/// The schema.
pub const SCHEMA: Schema = Schema { whole: &[TABLE, OTHERS, places::store::TABLE, said::TABLES], steps: STEPS };

/// Counts a request in its status, and no more in the one before.
const TALLY: &str = "
    INSERT INTO tally (status, requests) SELECT ?1, -1 WHERE ?1 IS NOT NULL UNION ALL SELECT ?2, 1 WHERE true
    ON CONFLICT (status) DO UPDATE SET requests = requests + excluded.requests";

/// Moves the watermark to just before a change that lies behind it.
pub(super) const LOOK_AGAIN: &str = "UPDATE watermark SET ts = ?1, id = '' WHERE ts > ?1";

/// What an upsert did.
pub struct Taken {
    /// The request's number.
    pub number: String,
    /// The summary as it is now stored; `None` when the index had this version or a newer one.
    pub changed: Option<Changed>,
}

/// A summary that is new to the index.
pub struct Changed {
    /// It, with its number.
    pub summary: Summary,
    /// Its JSON.
    pub json: String,
    /// Its JSON for whoever does not read internal comments, if that is another.
    pub public_json: Option<String>,
    /// Whether something happened that these may see.
    pub is_public: bool,
}

/// Takes a summary, unless the index has this version or a newer one.
///
/// # Errors
/// When SQLite refuses.
pub fn upsert(write: &Writer<'_>, message: Upsert) -> Result<Taken, Refusal> {
    let Upsert { mut summary, epoch, last_public, searched, said } = message;
    if let Some(place) = &mut summary.location
        && let Some(now) = places::store::label(write, place.id)?
    {
        // The request knows what it was called when it was named.
        *place = base::json::from_str(&now).map_err(|_| Refusal::Internal)?;
    }
    let id = summary.id.to_string();
    let created_ms = summary.created_at.as_ms();
    let columns: Vec<Option<Value>> = COLUMNS.iter().map(|column| (column.of)(&summary)).collect();
    let mut sought: Vec<&dyn Bind> = vec![&id, &created_ms];
    sought.extend(columns.iter().map(|value| value as &dyn Bind));
    let known = write.rows(KNOWN, &sought)?;
    let status = summary.status.as_str();
    let (number, before) = match known.first() {
        Some(row) if (epoch, summary.version) <= (row.int(1), row.int(2)) => {
            return Ok(Taken { number: number::text(row.int(0)), changed: None });
        }
        Some(row) => (row.int(0), Some(row)),
        None => (next_number(write, summary.number.as_deref())?, None),
    };
    let text = number::text(number);
    summary.number = Some(text.clone());
    let written = |summary: &Summary| serde_json::to_string(summary).map_err(|_| Refusal::Internal);
    let json = written(&summary)?;
    let public = last_public.unwrap_or(Moment { version: summary.version, at: summary.updated_at });
    let public_json = last_public.map(|last| written(&summary.as_of(last))).transpose()?;

    let updated_ms = summary.updated_at.as_ms();
    let search = search::text(number, &summary, searched.as_ref());
    let mut values: Vec<&dyn Bind> =
        vec![&number, &id, &epoch, &summary.version, &created_ms, &updated_ms, &search, &json];
    let public_ms = public.at.as_ms();
    values.extend([&public_ms as &dyn Bind, &public.version, &public_json]);
    match before {
        None => {
            values.extend(columns.iter().map(|value| value as &dyn Bind));
            write.run(INSERT, &values)?;
            tally(write, None, status)?;
        }
        Some(row) => {
            let others = row.text(5);
            let mut is_another = others.bytes().map(|flag| flag == b'1');
            let is_created_anew = is_another.next().unwrap_or(true);
            let mut changed: Vec<&Column> = Vec::new();
            for ((column, value), is_another) in COLUMNS.iter().zip(&columns).zip(is_another) {
                if is_another {
                    changed.push(column);
                    values.push(value);
                }
            }
            write.run(&update(is_created_anew, &changed), &values)?;
            if changed.iter().any(|column| column.name == "status") {
                tally(write, Some(&row.text(3)), status)?;
            }
        }
    }
    if before.is_some_and(|row| epoch > row.int(1)) {
        said::forget(write, number)?;
    }
    said::keep(write, number, &said)?;
    let is_public = before.is_none_or(|row| epoch > row.int(1) || public.version > row.int(4));
    Ok(Taken { number: text, changed: Some(Changed { summary, json, public_json, is_public }) })
}

/// Rows that an earlier release wrote. It looks for its own by `request_to_fold`, which stays as long as it may come back.
pub(super) const TO_FOLD: &str = "
    SELECT number, json FROM request INDEXED BY request_to_fold_again WHERE folding < 2 ORDER BY number LIMIT ?";

/// Folds so many rows of an earlier release anew, and puts them in their place by due time; whether there may be more.
///
/// # Errors
/// When SQLite refuses.
pub fn fold_some(db: &Database, most: u32) -> Result<bool, StorageError> {
    let rows = db.rows(TO_FOLD, &[&i64::from(most)])?;
    if rows.is_empty() {
        return Ok(false);
    }
    db.atomically(|write| {
        for row in &rows {
            let number = row.int(0);
            match base::json::from_str::<Summary>(&row.text(1)) {
                Ok(summary) => write.run(
                    "UPDATE request SET search = ?2, category = ?3, due_order = ?4, folding = 2 WHERE number = ?1",
                    &[&number, &search::text(number, &summary, None), &fold(&summary.category), &summary.due_order()],
                )?,
                // What cannot be read is found as it was.
                Err(_) => write.run("UPDATE request SET folding = 2 WHERE number = ?", &[&number])?,
            }
        }
        Ok(true)
    })
}

/// Counts a request that was in status `before`, if it is not new, and is in `after` now.
fn tally(write: &Writer<'_>, before: Option<&str>, after: &str) -> Result<(), StorageError> {
    write.run(TALLY, &[&before, &after])
}

/// The number of a request that is new to the index: the next one, or the one that it got from an index that was lost
/// since, if nobody else has it.
fn next_number(write: &Writer<'_>, earlier: Option<&str>) -> Result<i64, StorageError> {
    let last = write.rows("SELECT last_number FROM counter", &[])?.first().map_or(0, |row| row.int(0));
    let earlier = match earlier.and_then(number::parse) {
        Some(number) if write.rows("SELECT 1 FROM request WHERE number = ?", &[&number])?.is_empty() => Some(number),
        Some(_) | None => None,
    };
    let number = earlier.unwrap_or(last + 1);
    write.run(
        "INSERT INTO counter (one, last_number) VALUES (1, ?)
         ON CONFLICT (one) DO UPDATE SET last_number = max(last_number, excluded.last_number)",
        &[&number],
    )?;
    Ok(number)
}

/// Requests in order of their last change (and, where it is the same, of their number).
pub(super) const VERSIONS: &str = "
    SELECT id, epoch, version, updated_ms FROM request INDEXED BY request_by_updated
    WHERE (updated_ms, number) > (?1, coalesce((SELECT number FROM request WHERE id = ?2), 0)) AND updated_ms < ?3
    ORDER BY updated_ms, number LIMIT ?4";

/// Requests in order of their last change, behind the one of `after`, last changed before `changed_before`.
///
/// # Errors
/// When SQLite refuses.
pub fn versions(
    db: &Database,
    after: Option<&Position>,
    changed_before: Timestamp,
    limit: u32,
) -> Result<Vec<IndexedVersion>, StorageError> {
    let (ts, id) = after.map_or((Timestamp::MIN.as_ms(), ""), |position| (position.ts, position.id.as_str()));
    let rows = db.rows(VERSIONS, &[&ts, &id, &changed_before.as_ms(), &i64::from(limit)])?;
    Ok(rows.iter().filter_map(version).collect())
}

/// Open work of somebody, by when it is due.
pub(super) const OPEN_WORK: &str = "
    SELECT id, epoch, version, updated_ms FROM request INDEXED BY request_by_assignee_id_due
    WHERE assignee_id = ?1 AND status IN ('assigned', 'in_progress', 'on_hold')
    ORDER BY due_order LIMIT ?2";

/// Open work of somebody, by when it is due.
///
/// # Errors
/// When SQLite refuses.
pub fn open_work(db: &Database, assignee: UserId, limit: u32) -> Result<Vec<IndexedVersion>, StorageError> {
    let rows = db.rows(OPEN_WORK, &[&assignee.to_string(), &i64::from(limit)])?;
    Ok(rows.iter().filter_map(version).collect())
}

fn version(row: &Row) -> Option<IndexedVersion> {
    Some(IndexedVersion {
        id: row.text(0).parse().ok()?,
        epoch: row.int(1),
        version: row.int(2),
        updated_at: Timestamp::from_ms(row.int(3)),
    })
}

/// Requests per status, in the order of the state table.
///
/// # Errors
/// When SQLite refuses.
pub fn tallies(db: &Database) -> Result<Vec<(String, i64)>, StorageError> {
    let rows = db.rows("SELECT status, requests FROM tally", &[])?;
    let of = |status: &Status| {
        let row = rows.iter().find(|row| row.text(0) == status.as_str());
        (status.to_string(), row.map_or(0, |row| row.int(1)))
    };
    Ok(Status::ALL.iter().map(of).collect())
}

/// How many requests a list of everybody's has, if nothing but their states is asked for: the tallies know it.
///
/// # Errors
/// When SQLite refuses.
pub fn tallied(db: &Database, filter: &ListFilter) -> Result<Option<i64>, StorageError> {
    let of_states = ListFilter { status: filter.status.clone(), sort: filter.sort, ..ListFilter::default() };
    if *filter != of_states {
        return Ok(None);
    }
    let is_wanted = |word: &str| filter.status.is_empty() || filter.status.iter().any(|status| status.as_str() == word);
    let tallies = tallies(db)?.into_iter().filter(|(status, _)| is_wanted(status));
    Ok(Some(tallies.map(|(_, requests)| requests).sum()))
}

/// Where the reconciler is.
///
/// # Errors
/// When SQLite refuses.
pub fn watermark(db: &Database) -> Result<Option<Position>, StorageError> {
    let row = db.row("SELECT ts, id FROM watermark", &[])?;
    Ok(row.map(|row| Position { ts: row.int(0), id: row.text(1) }))
}

/// Moves the reconciler's watermark back to just before a change at `moment`, which came late, or by a clock that has
/// gone back: or nobody would ever look at it.
///
/// # Errors
/// When SQLite refuses.
pub fn look_again(write: &Writer<'_>, moment: Timestamp) -> Result<(), StorageError> {
    write.run(LOOK_AGAIN, &[&(moment.as_ms() - 1)])
}

/// Moves the reconciler's watermark.
///
/// # Errors
/// When SQLite refuses.
pub fn set_watermark(db: &Database, reached: &Position) -> Result<(), StorageError> {
    db.atomically(|write| {
        write.run(
            "INSERT INTO watermark (one, ts, id) VALUES (1, ?, ?)
             ON CONFLICT (one) DO UPDATE SET ts = excluded.ts, id = excluded.id",
            &[&reached.ts, &reached.id],
        )?;
        Ok(())
    })
}

#[cfg(all(test, not(target_arch = "wasm32")))]
mod tests;
