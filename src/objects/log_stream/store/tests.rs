//! What the stream's tables allow, on a real SQLite.

use base::ids::EntryId;
use durable::keyset::native::{database, page};
use rusqlite::Connection;

use super::super::query;
use super::*;
use crate::domain::log::LogFilter;
use crate::domain::text::SearchText;

const ROW: &str = "INSERT INTO entry (seq, id, ts, level, hash, search, json) VALUES (?, ?, ?, 'info', ?, '', '{}')";

#[test]
fn a_chained_entry_can_be_neither_changed_nor_deleted() {
    let connection = database(&SCHEMA.whole.join(";"));
    connection.execute(ROW, (1, "a", 10, "hash")).unwrap();
    for statement in ["DELETE FROM entry", "UPDATE entry SET json = '{\"forged\":true}'"] {
        assert!(connection.execute(statement, ()).is_err());
    }
}

#[test]
fn many_entries_are_one_statement_and_those_that_came_before_are_told_apart() {
    let connection = database(&SCHEMA.whole.join(";"));
    let row = |seq: i64, id: &str| json!([seq, id, 10, "info", null, "t-1", "link", "said \u{1F527}", "{\"seq\":1}"]);
    assert_eq!(connection.execute(INSERT, [json!([row(1, "a"), row(2, "b")]).to_string()]).unwrap(), 2);
    let mut known = connection.prepare(KNOWN).unwrap();
    let known = known.query_map([json!(["b", "c"]).to_string()], |row| row.get(0)).unwrap();
    assert_eq!(known.collect::<Result<Vec<String>, _>>().unwrap(), ["b"]);
    let stored = connection.query_row(
        "SELECT typeof(seq), typeof(ts), actor_id, request_id, hash, search, json FROM entry WHERE id = 'b'",
        (),
        |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?, row.get(4)?, row.get(5)?, row.get(6)?)),
    );
    let expected = ("integer", "integer", None::<String>, "t-1", "link", "said \u{1F527}", "{\"seq\":1}");
    let (seq, ts, actor, request, hash, search, kept): (String, String, _, String, String, String, String) =
        stored.unwrap();
    assert_eq!((&*seq, &*ts, actor, &*request, &*hash, &*search, &*kept), expected);
    // The same id again ends the statement: nothing is written twice.
    assert!(connection.execute(INSERT, [json!([row(3, "b")]).to_string()]).is_err());
}

#[test]
fn tallies_of_several_levels_change_in_one_statement() {
    let connection = database(&SCHEMA.whole.join(";"));
    for changes in [json!([["info", 3], ["warn", 1]]), json!([["info", -2]])] {
        connection.execute(TALLY, [changes.to_string()]).unwrap();
    }
    let mut tallies = connection.prepare("SELECT level, entries FROM tally ORDER BY level").unwrap();
    let tallies = tallies.query_map((), |row| Ok((row.get(0)?, row.get(1)?))).unwrap();
    assert_eq!(
        tallies.collect::<Result<Vec<(String, i64)>, _>>().unwrap(),
        [("info".to_owned(), 1), ("warn".to_owned(), 1)]
    );
}

#[test]
fn a_sweep_takes_the_oldest_of_one_level_up_to_the_time() {
    let connection = database(&SCHEMA.whole.join(";"));
    for seq in 1..=20_i64 {
        connection.execute(ROW, (seq, seq.to_string(), 100 - seq, None::<String>)).unwrap();
    }
    let mut sweep = connection.prepare(SWEEP_SLICE).unwrap();
    let mut left: Vec<i64> =
        sweep.query_map(("info", 88, 5), |row| row.get(0)).unwrap().collect::<Result<_, _>>().unwrap();
    left.sort_unstable();
    assert_eq!(left, [16, 17, 18, 19, 20]);
    assert_eq!(sweep.query_map(("warn", 88, 5), |row| row.get::<_, i64>(0)).unwrap().count(), 0);
    assert_eq!(sweep.query_map(("info", 88, 50), |row| row.get::<_, i64>(0)).unwrap().count(), 4);
}

#[test]
fn what_is_owed_goes_together_up_to_so_many_bytes_and_the_first_always() {
    let connection = database(&SCHEMA.whole.join(";"));
    for seq in 1..=5_i64 {
        connection.execute(ROW, (seq, seq.to_string(), 10, "hash")).unwrap();
    }
    let mut owed = connection.prepare(OWED).unwrap();
    // An entry of these has two bytes.
    for (most, expected) in [(1, &[2][..]), (2, &[2]), (3, &[2, 3]), (100, &[2, 3, 4])] {
        let seqs = owed.query_map((2, 4, most), |row| row.get(0)).unwrap();
        assert_eq!(seqs.collect::<Result<Vec<i64>, _>>().unwrap(), expected, "at most {most}");
    }
}

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
    let row = json!([row(&entry(4, "Café anew"), None)]).to_string();
    connection.execute(INSERT, [row]).unwrap();
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
        let mut rows = connection.prepare("SELECT name, sql FROM sqlite_master WHERE sql != '' ORDER BY name").unwrap();
        let rows = rows.query_map((), |row| Ok((row.get(0)?, row.get(1)?))).unwrap();
        rows.collect::<Result<_, _>>().unwrap()
    };
    assert_eq!(tables(SCHEMA.whole), tables(SCHEMA.steps));
}
