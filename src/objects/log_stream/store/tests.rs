//! What the stream's tables allow, on a real SQLite.

use durable::keyset::native::database;

use super::*;

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
