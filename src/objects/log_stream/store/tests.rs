//! What the stream's tables allow, on a real SQLite.

use super::*;
use crate::objects::walk::native::database;

const ROW: &str = "INSERT INTO entry (seq, id, ts, level, hash, search, json) VALUES (?, ?, ?, 'info', ?, '', '{}')";

#[test]
fn a_chained_entry_can_be_neither_changed_nor_deleted() {
    let connection = database(ENTRIES);
    connection.execute(ROW, (1, "a", 10, "hash")).unwrap();
    for statement in ["DELETE FROM entry", "UPDATE entry SET json = '{\"forged\":true}'"] {
        assert!(connection.execute(statement, ()).is_err());
    }
}

#[test]
fn an_entry_comes_once_and_its_second_delivery_is_told_apart() {
    let connection = database(ENTRIES);
    let append = |seq: i64| {
        let mut insert = connection.prepare(INSERT).unwrap();
        let row = (seq, "same", 10, "info", None::<String>, None::<String>, None::<String>, "", "{}");
        insert.query(row).unwrap().next().unwrap().is_some()
    };
    assert!(append(1));
    assert!(!append(2));
}

#[test]
fn a_sweep_takes_the_oldest_of_one_level_up_to_the_time() {
    let connection = database(ENTRIES);
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
