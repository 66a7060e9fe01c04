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
