//! Entries that an earlier release folded otherwise for searches: their search texts are made anew, in slices, from their JSON.
//!
//! The rule of folding runs in the Worker and not in SQL, so a step of the schema marks what is to be folded, and the object
//! does it when it starts. Until it has, such entries are found by their old folding. Entries themselves never change: only what
//! they are searched by.

use durable::{Database, StorageError};
use serde_json::json;

use super::stored::search_text;
use crate::domain::log::Entry;

/// Marks which entries the rule of [`crate::domain::text::fold`] has folded: none of those that are there.
pub const STEP: &str = "
    ALTER TABLE entry ADD COLUMN folding INTEGER NOT NULL DEFAULT 0;
    CREATE INDEX entry_to_fold ON entry (seq) WHERE folding < 1;
    DROP TRIGGER entry_never_changes;
    CREATE TRIGGER entry_never_changes BEFORE UPDATE OF seq, id, ts, level, actor_id, request_id, hash, json ON entry
        BEGIN SELECT RAISE(ABORT, 'entries never change'); END;
";

/// The oldest entries that are to be folded.
const TO_FOLD: &str = "SELECT seq, json FROM entry INDEXED BY entry_to_fold WHERE folding < 1 ORDER BY seq LIMIT ?";

/// Writes search texts: a JSON array with a pair of seq and text per entry. What has none keeps what it had.
const FOLD: &str = "
    UPDATE entry SET search = coalesce(folded.value->>1, entry.search), folding = 1
    FROM json_each(?) AS folded WHERE entry.seq = folded.value->>0";

/// Folds at most `most` entries; whether there may be more.
///
/// # Errors
/// When SQLite refuses.
pub fn fold_some(db: &Database, most: u32) -> Result<bool, StorageError> {
    let rows = db.rows(TO_FOLD, &[&i64::from(most)])?;
    if rows.is_empty() {
        return Ok(false);
    }
    let folded = folded(rows.iter().map(|row| (row.int(0), row.text(1))));
    db.atomically(|write| write.run(FOLD, &[&folded]))?;
    Ok(true)
}

/// What [`FOLD`] takes of entries, each a seq and its JSON.
fn folded(entries: impl Iterator<Item = (i64, String)>) -> String {
    let pair = |(seq, json): (i64, String)| {
        // What cannot be read is found as it was.
        json!([seq, serde_json::from_str::<Entry>(&json).ok().as_ref().map(search_text)])
    };
    serde_json::Value::from_iter(entries.map(pair)).to_string()
}

#[cfg(all(test, not(target_arch = "wasm32")))]
mod tests {
    use base::ids::EntryId;
    use base::time::Timestamp;
    use durable::keyset::native::{database, page};
    use rusqlite::Connection;

    use super::super::store::SCHEMA;
    use super::super::{query, store, stored::Stored};
    use super::*;
    use crate::domain::log::{Level, LogFilter, NewEntry};
    use crate::domain::text::SearchText;

    fn entry(seq: i64, message: &str) -> Stored {
        let id: EntryId = format!("e-{seq}").parse().unwrap();
        Stored::new(NewEntry::new(id, Timestamp::from_ms(seq), Level::Info, message), seq).unwrap()
    }

    /// The seqs of the entries that a search finds.
    fn found(connection: &Connection, q: &str) -> Vec<i64> {
        let filter = LogFilter { q: Some(SearchText::parse(q).unwrap()), ..LogFilter::default() };
        let (page, _) = page(connection, &query::of(&filter), None, 50).unwrap();
        let entries: Vec<Entry> = serde_json::from_str(&page.items.read()).unwrap();
        entries.iter().map(|entry| entry.seq).collect()
    }

    /// A stream of the first release: each entry is searched by its message in lower case.
    fn old(messages: &[&str]) -> Connection {
        let connection = database(SCHEMA.steps[0]);
        for (seq, message) in (1..).zip(messages) {
            connection
                .execute(
                    "INSERT INTO entry (seq, id, ts, level, hash, search, json) VALUES (?1, ?1, ?1, 'info', 'link', ?2, ?3)",
                    (seq, message.to_lowercase(), entry(seq, message).json),
                )
                .unwrap();
        }
        connection.execute_batch(&SCHEMA.steps[1..].join(";")).unwrap();
        connection
    }

    fn to_fold(connection: &Connection, most: u32) -> Vec<(i64, String)> {
        let mut rows = connection.prepare(TO_FOLD).unwrap();
        let rows = rows.query_map([most], |row| Ok((row.get(0)?, row.get(1)?))).unwrap();
        rows.collect::<Result<_, _>>().unwrap()
    }

    #[test]
    fn entries_of_an_earlier_release_are_folded_anew_in_slices_and_then_found() {
        let connection = old(&["Straße gesperrt", "plain", "Café"]);
        let row = json!([store::row(&entry(4, "Café anew"), None)]).to_string();
        connection.execute(store::INSERT, [row]).unwrap();
        assert_eq!(found(&connection, "cafe"), [4], "what is new is folded at once");

        for (slice, seqs) in [(2, &[1, 2][..]), (2, &[3]), (2, &[])] {
            let rows = to_fold(&connection, slice);
            assert_eq!(rows.iter().map(|(seq, _)| *seq).collect::<Vec<_>>(), seqs);
            connection.execute(FOLD, [folded(rows.into_iter())]).unwrap();
        }
        assert_eq!(found(&connection, "cafe"), [4, 3]);
        assert_eq!(found(&connection, "STRASSE"), [1]);
        assert_eq!(found(&connection, "plain"), [2]);
    }

    #[test]
    fn what_cannot_be_read_is_found_as_it_was_and_not_looked_at_again() {
        let connection = old(&["Plain"]);
        connection.execute(FOLD, [folded([(1, "no entry".to_owned())].into_iter())]).unwrap();
        assert_eq!(found(&connection, "plain"), [1]);
        assert_eq!(to_fold(&connection, 10), []);
    }

    #[test]
    fn an_entry_itself_changes_no_more_than_before() {
        let connection = old(&["Plain"]);
        for column in ["seq", "id", "ts", "level", "actor_id", "request_id", "hash", "json"] {
            assert!(connection.execute(&format!("UPDATE entry SET {column} = 7"), ()).is_err(), "{column}");
        }
        assert!(connection.execute("DELETE FROM entry", ()).is_err());
    }

    #[test]
    fn a_stream_of_any_release_comes_to_the_same_tables() {
        let tables = |statements: &[&str]| -> Vec<(String, String)> {
            let connection = database(&statements.join(";"));
            let mut rows =
                connection.prepare("SELECT name, sql FROM sqlite_master WHERE sql != '' ORDER BY name").unwrap();
            let rows = rows.query_map((), |row| Ok((row.get(0)?, row.get(1)?))).unwrap();
            rows.collect::<Result<_, _>>().unwrap()
        };
        assert_eq!(tables(SCHEMA.whole), tables(SCHEMA.steps));
    }
}
