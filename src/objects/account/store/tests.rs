//! What is kept of drafts, on a real SQLite.

use durable::keyset::native::database;
use rusqlite::Connection;

use super::*;

fn put(connection: &Connection, id: &str, body: &str, updated_ms: i64, touched_ms: i64) {
    connection.execute(PUT_DRAFT, (id, "new", body, updated_ms, touched_ms)).unwrap();
}

fn bodies(connection: &Connection) -> Vec<String> {
    let mut rows = connection.prepare("SELECT body FROM draft ORDER BY id").unwrap();
    rows.query_map([], |row| row.get(0)).unwrap().collect::<Result<_, _>>().unwrap()
}

#[test]
fn the_last_who_wrote_is_kept_whichever_comes_last() {
    let connection = database(&SCHEMA.whole.join(";"));
    put(&connection, "a", "second", 20, 1);
    put(&connection, "a", "first", 10, 2);
    put(&connection, "a", "the same moment", 20, 3);
    assert_eq!(bodies(&connection), ["second"]);
    put(&connection, "a", "third", 21, 4);
    put(&connection, "b", "another", 5, 5);
    assert_eq!(bodies(&connection), ["third", "another"]);
}

#[test]
fn what_nobody_touches_goes_first_whatever_the_clock_of_its_device_says() {
    let connection = database(&SCHEMA.whole.join(";"));
    for touched in 1..=5 {
        put(&connection, &touched.to_string(), &touched.to_string(), 100 - touched, touched);
    }
    connection.execute(PURGE_REST, [3]).unwrap();
    assert_eq!(bodies(&connection), ["3", "4", "5"]);
    connection.execute(PURGE_OLD, [5]).unwrap();
    assert_eq!(bodies(&connection), ["5"]);
}

#[test]
fn of_very_many_devices_the_ones_seen_last_are_kept_and_what_is_owed_is_not_forgotten() {
    let connection = database(&SCHEMA.whole.join(";"));
    let put =
        |family: &str, seen: i64, owed: Option<&str>| connection.execute(PUT_DEVICE, (family, seen, owed)).unwrap();
    put("a", 1, Some("owed"));
    put("b", 2, None);
    put("c", 3, None);
    // Seen again, it is the one that was seen last, and what is owed about it stays.
    put("b", 4, None);
    put("a", 1, None);
    connection.execute(PURGE_DEVICES, [1]).unwrap();
    let mut rows = connection.prepare("SELECT family, owed FROM device ORDER BY family").unwrap();
    let left: Vec<(String, Option<String>)> =
        rows.query_map([], |row| Ok((row.get(0)?, row.get(1)?))).unwrap().collect::<Result<_, _>>().unwrap();
    assert_eq!(left, [("a".into(), Some("owed".into())), ("b".into(), None)]);
}
