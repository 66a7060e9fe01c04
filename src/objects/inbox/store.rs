//! The SQLite of an InboxObject: its notices.

use base::ids::{OrgId, UserId};
use base::refusal::Refusal;
use base::time::Timestamp;
use durable::keyset::{Condition, Direction, IndexRange, KeysetQuery, Value};
use durable::sqlite::Row;
use durable::{Database, Schema, StorageError, Writer};

use crate::domain::mailed::Mailed;
use crate::domain::notify::times::{Slot, Times};
use crate::domain::notify::{Choices, Notice, NoticeId};
use crate::domain::request::RequestId;

/// Schema steps: notices; devices, and what is told of deliveries; ways and times of one's choice.
pub const SCHEMA: Schema =
    Schema::first(&[NOTICES, super::push::store::TABLES, super::deliveries::store::TABLES, WAYS]);

const WAYS: &str = "
    -- Whether the app shows it; one that is only mailed it does not. And the daily or weekly mail that it is a part of, named by its time.
    ALTER TABLE notice ADD COLUMN app INTEGER NOT NULL DEFAULT 1;
    ALTER TABLE notice ADD COLUMN digest INTEGER;
    CREATE INDEX notice_by_digest ON notice (digest) WHERE due IS NOT NULL AND digest IS NOT NULL;
    -- Choices about other ways than mail, and when they want to be written to.
    ALTER TABLE person ADD COLUMN others TEXT NOT NULL DEFAULT '{}';
    ALTER TABLE person ADD COLUMN times TEXT;
";

const NOTICES: &str = "
    CREATE TABLE notice (
        key    INTEGER PRIMARY KEY,
        id     TEXT NOT NULL UNIQUE,
        ts     INTEGER NOT NULL,
        unread INTEGER NOT NULL,
        json   TEXT NOT NULL,
        -- When a mail about it is to be sent, while one is owed, how often that was tried, and what became of it.
        due    INTEGER,
        tries  INTEGER NOT NULL DEFAULT 0,
        mailed TEXT
    );
    CREATE INDEX notice_by_ts ON notice (ts);
    CREATE INDEX notice_by_unread ON notice (unread, ts);
    CREATE INDEX notice_by_due ON notice (due) WHERE due IS NOT NULL;
    CREATE TABLE person (
        one     INTEGER PRIMARY KEY CHECK (one = 1),
        org     TEXT NOT NULL,
        user    TEXT NOT NULL,
        -- Ends mails without a session: what is in their links.
        secret  TEXT NOT NULL,
        choices TEXT NOT NULL
    );
    CREATE TABLE muted (
        request TEXT PRIMARY KEY
    ) WITHOUT ROWID;
";

/// So many notices are kept, and those that came since it was last looked; the oldest go first.
pub const MOST_NOTICES: i64 = 1_000;

/// The oldest are looked for with every so manieth notice: it is a look at all that are too many.
const PURGED_EVERY: i64 = 32;

/// One that something is still to be sent about stays until so many have come after it: more than anybody is told while a provider is
/// tried again, and so few that an inbox stays small whatever happens.
const MOST_OWED: i64 = 10 * MOST_NOTICES;

/// What a client is shown of a row.
const SHOWN: &str =
    "json_set(json, '$.unread', json(iif(unread, 'true', 'false')), '$.mail', json_extract(mailed, '$.outcome'))";

/// What of a notice is told by which way.
#[derive(Clone, Copy)]
pub struct Ways {
    /// Whether the app shows it.
    pub app: bool,
    /// When a mail about it is due, if one is owed.
    pub mail: Option<Slot>,
    /// When devices are told of it, if they are.
    pub push: Option<Timestamp>,
}

/// Keeps a notice; its row, if it is new.
///
/// # Errors
/// When SQLite refuses, or the notice cannot be written as JSON.
pub fn put(write: &Writer<'_>, notice: &Notice, ways: Ways) -> Result<Option<i64>, Refusal> {
    let Ways { app, mail, .. } = ways;
    let digest = mail.and_then(|slot| slot.digest);
    let json = serde_json::to_string(notice).map_err(|_| Refusal::Internal)?;
    let rows = write.rows(
        "INSERT INTO notice (id, ts, unread, json, due, app, digest) VALUES (?, ?, 1, ?, ?, ?, ?)
         ON CONFLICT (id) DO NOTHING RETURNING key",
        &[
            &notice.id.0.as_str(),
            &notice.ts.as_ms(),
            &json,
            &mail.map(|slot| slot.due.as_ms()),
            &i64::from(app),
            &digest.map(Timestamp::as_ms),
        ],
    )?;
    Ok(rows.first().map(|row| row.int(0)))
}

const PURGE: &str = "DELETE FROM notice WHERE key <= (SELECT max(key) FROM notice) - ?
    AND (key <= (SELECT max(key) FROM notice) - ?
         OR due IS NULL AND NOT EXISTS (SELECT 1 FROM push WHERE push.notice = notice.key AND push.due IS NOT NULL)
                        AND NOT EXISTS (SELECT 1 FROM report WHERE report.notice = notice.key AND version > told))";

/// Forgets all but those that came last, where it is time for it: `key` is the row of the newest. A notice that has left is one that came so
/// long ago that its event is delivered no more. One that something is still to be sent about, or told of, stays, up to [`MOST_OWED`].
///
/// # Errors
/// When SQLite refuses.
pub fn purge_at(write: &Writer<'_>, key: i64) -> Result<(), StorageError> {
    if key % PURGED_EVERY != 0 {
        return Ok(());
    }
    write.run(PURGE, &[&MOST_NOTICES, &MOST_OWED])
}

/// How many are unread.
///
/// # Errors
/// When SQLite refuses.
pub fn unread(db: &Database) -> Result<u32, StorageError> {
    let row = db.row("SELECT count(*) FROM notice WHERE unread = 1 AND app = 1", &[])?;
    Ok(row.map_or(0, |row| u32::try_from(row.int(0)).unwrap_or(u32::MAX)))
}

/// Marks these as read.
///
/// # Errors
/// When SQLite refuses.
pub fn mark(write: &Writer<'_>, ids: &[NoticeId]) -> Result<(), StorageError> {
    for NoticeId(id) in ids {
        write.run("UPDATE notice SET unread = 0 WHERE id = ? AND unread = 1", &[&id.as_str()])?;
    }
    Ok(())
}

/// Marks this one and those before it as read; none if there is no such notice.
///
/// # Errors
/// When SQLite refuses.
pub fn mark_until(write: &Writer<'_>, NoticeId(id): &NoticeId) -> Result<(), StorageError> {
    write.run(
        "UPDATE notice SET unread = 0
         WHERE unread = 1 AND app = 1 AND (ts, key) <= (SELECT ts, key FROM notice WHERE id = ?)",
        &[&id.as_str()],
    )
}

/// The notices, newest first; all, or those that are not read.
pub fn query(unread: bool) -> KeysetQuery {
    let range = if unread {
        IndexRange { index: Some("notice_by_unread"), equals: vec![("unread", Value::Int(1))] }
    } else {
        IndexRange { index: Some("notice_by_ts"), equals: Vec::new() }
    };
    KeysetQuery {
        table: "notice",
        json: SHOWN,
        json_of: &[],
        time: "ts",
        key: "key",
        direction: Direction::Newest,
        ranges: vec![range],
        from: None,
        to: None,
        conditions: vec![Condition::OneOf("app", vec![Value::Int(1)])],
    }
}

/// Whose inbox it is, once somebody was told something or has chosen.
pub struct Person {
    /// The organisation.
    pub org: OrgId,
    /// The person.
    pub user: UserId,
    /// What ends their mails without a session.
    pub secret: String,
    /// What they have chosen.
    pub choices: Choices,
    /// When they want to be written to, if they have said so.
    pub times: Option<Times>,
}

/// Whose inbox it is.
///
/// # Errors
/// When SQLite refuses, or holds what cannot be read.
pub fn person(db: &Database) -> Result<Option<Person>, Refusal> {
    let Some(row) = db.row("SELECT org, user, secret, choices, others, times FROM person", &[])? else {
        return Ok(None);
    };
    Ok(Some(Person {
        org: row.text(0).parse().map_err(|_| Refusal::Internal)?,
        user: row.text(1).parse().map_err(|_| Refusal::Internal)?,
        secret: row.text(2),
        choices: Choices {
            mail: base::json::from_str(&row.text(3)).map_err(|_| Refusal::Internal)?,
            others: base::json::from_str(&row.text(4)).map_err(|_| Refusal::Internal)?,
        },
        times: row
            .optional_text(5)
            .map(|text| base::json::from_str(&text))
            .transpose()
            .map_err(|_| Refusal::Internal)?,
    }))
}

/// Remembers whose inbox it is, and what they have chosen.
///
/// # Errors
/// When SQLite refuses.
pub fn put_person(write: &Writer<'_>, person: &Person) -> Result<(), Refusal> {
    let Person { org, user, secret, choices, times } = person;
    let mail = serde_json::to_string(&choices.mail).map_err(|_| Refusal::Internal)?;
    let others = serde_json::to_string(&choices.others).map_err(|_| Refusal::Internal)?;
    let times = times.as_ref().map(serde_json::to_string).transpose().map_err(|_| Refusal::Internal)?;
    write.run(PUT_PERSON, &[&org.to_string(), &user.to_string(), secret, &mail, &others, &times])?;
    Ok(())
}

const PUT_PERSON: &str =
    "INSERT INTO person (one, org, user, secret, choices, others, times) VALUES (1, ?, ?, ?, ?, ?, ?)
    ON CONFLICT (one) DO UPDATE SET choices = excluded.choices, others = excluded.others, times = excluded.times
    WHERE (choices, others, times) IS NOT (excluded.choices, excluded.others, excluded.times)";

/// Whether they want to hear nothing of this request.
///
/// # Errors
/// When SQLite refuses.
pub fn is_muted(db: &Database, request: RequestId) -> Result<bool, StorageError> {
    Ok(db.row("SELECT 1 FROM muted WHERE request = ?", &[&request.to_string()])?.is_some())
}

/// Remembers that they want to hear nothing of a request, or that they do again.
///
/// # Errors
/// When SQLite refuses.
pub fn mute(write: &Writer<'_>, request: RequestId, muted: bool) -> Result<(), StorageError> {
    let statement = if muted {
        "INSERT INTO muted (request) VALUES (?) ON CONFLICT DO NOTHING"
    } else {
        "DELETE FROM muted WHERE request = ?"
    };
    write.run(statement, &[&request.to_string()])
}

/// A mail that is owed.
pub struct Owed {
    /// The row.
    pub key: i64,
    /// What it is about.
    pub notice: Notice,
    /// Whether that is not read yet.
    pub unread: bool,
    /// How often it was tried.
    pub tries: u32,
    /// The daily or weekly mail that it is a part of.
    pub digest: Option<Timestamp>,
}

const FIRST_OWED: &str = "SELECT key, json, unread, tries, digest FROM notice
    WHERE due IS NOT NULL AND due <= ? ORDER BY due, key LIMIT 1";

const OWED_IN_DIGEST: &str = "SELECT key, json, unread, tries, digest FROM notice
    WHERE digest = ? AND due IS NOT NULL ORDER BY key";

const OWED_AND_NOT_TRIED: &str = "SELECT key, json, unread, tries, digest FROM notice
    WHERE due IS NOT NULL AND tries = 0 ORDER BY key";

/// The mail that is owed first, if it is due.
///
/// # Errors
/// When SQLite refuses, or holds what cannot be read.
pub fn owed(db: &Database, now: Timestamp) -> Result<Option<Owed>, Refusal> {
    db.row(FIRST_OWED, &[&now.as_ms()])?.as_ref().map(read_owed).transpose()
}

/// What goes into one daily or weekly mail, oldest first.
///
/// # Errors
/// When SQLite refuses, or holds what cannot be read.
pub fn owed_in(db: &Database, digest: Timestamp) -> Result<Vec<Owed>, Refusal> {
    db.rows(OWED_IN_DIGEST, &[&digest.as_ms()])?.iter().map(read_owed).collect()
}

/// The mails that are owed and that nobody has tried to send yet.
///
/// # Errors
/// When SQLite refuses, or holds what cannot be read.
pub fn owed_and_not_tried(db: &Database) -> Result<Vec<Owed>, Refusal> {
    db.rows(OWED_AND_NOT_TRIED, &[])?.iter().map(read_owed).collect()
}

fn read_owed(row: &Row) -> Result<Owed, Refusal> {
    Ok(Owed {
        key: row.int(0),
        notice: base::json::from_str(&row.text(1)).map_err(|_| Refusal::Internal)?,
        unread: row.int(2) == 1,
        tries: u32::try_from(row.int(3)).unwrap_or(u32::MAX),
        digest: row.optional_int(4).map(Timestamp::from_ms),
    })
}

/// Puts off a mail that is owed.
///
/// # Errors
/// When SQLite refuses.
pub fn put_off(write: &Writer<'_>, key: i64, slot: Slot) -> Result<(), StorageError> {
    let digest = slot.digest.map(Timestamp::as_ms);
    write.run("UPDATE notice SET due = ?, digest = ? WHERE key = ?", &[&slot.due.as_ms(), &digest, &key])
}

/// When the next mail is due, if one is owed.
///
/// # Errors
/// When SQLite refuses.
pub fn next_mail(db: &Database) -> Result<Option<Timestamp>, StorageError> {
    let row = db.row("SELECT min(due) FROM notice WHERE due IS NOT NULL", &[])?;
    Ok(row.and_then(|row| row.optional_int(0)).map(Timestamp::from_ms))
}

/// Writes down what became of a mail; `again` is when it is tried once more.
///
/// # Errors
/// When SQLite refuses.
pub fn settle(write: &Writer<'_>, key: i64, mailed: Option<&Mailed>, again: Option<Timestamp>) -> Result<(), Refusal> {
    let mailed = mailed.map(serde_json::to_string).transpose().map_err(|_| Refusal::Internal)?;
    write.run(
        // One that was given up while it was on its way is not tried again, and one that was not needed is given up.
        "UPDATE notice SET due = iif(given_up, NULL, ?), tries = tries + 1, mailed = coalesce(?, mailed), given_up = iif(?, 1, given_up)
         WHERE key = ?",
        &[&again.map(Timestamp::as_ms), &mailed, &mailed.is_none(), &key],
    )?;
    Ok(())
}

#[cfg(all(test, not(target_arch = "wasm32")))]
mod tests;
