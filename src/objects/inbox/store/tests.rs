//! What is kept of notices and choices, on a real SQLite.

use durable::keyset::native::database;
use rusqlite::Connection;

use super::*;

fn keys(connection: &Connection, statement: &str, value: i64) -> Vec<i64> {
    let mut rows = connection.prepare(statement).unwrap();
    rows.query_map([value], |row| row.get(0)).unwrap().collect::<Result<_, _>>().unwrap()
}

#[test]
fn what_a_release_of_before_has_kept_is_shown_mailed_and_chosen_as_it_was() {
    let [first, later @ ..] = SCHEMA.steps else { panic!("no steps") };
    let connection = database(first);
    connection
        .execute_batch(
            "
        INSERT INTO notice (id, ts, unread, json, due) VALUES ('a', 10, 1, '{}', 20);
        INSERT INTO person VALUES (1, 'default', 'u', 's', '{\"started\":true}');",
        )
        .unwrap();
    connection.execute_batch(&later.join(";")).unwrap();
    assert_eq!(keys(&connection, FIRST_OWED, 20), [1]);
    let kept: (i64, Option<i64>) =
        connection.query_row("SELECT app, digest FROM notice", [], |row| Ok((row.get(0)?, row.get(1)?))).unwrap();
    assert_eq!(kept, (1, None));
    let person: (String, String, Option<String>) = connection
        .query_row("SELECT choices, others, times FROM person", [], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))
        .unwrap();
    assert_eq!(person, ("{\"started\":true}".into(), "{}".into(), None));
}

#[test]
fn a_person_is_written_where_something_has_changed_and_nowhere_else() {
    let connection = database(&SCHEMA.whole.join(";"));
    let put = |others: &str, times: Option<&str>| {
        connection.execute(PUT_PERSON, ("default", "u", "s", "{}", others, times)).unwrap()
    };
    assert_eq!((put("{}", None), put("{}", None)), (1, 0));
    assert_eq!((put("{}", Some("1")), put("{}", Some("1")), put("{\"app\":{}}", Some("1"))), (1, 0, 1));
    assert_eq!(put("{\"app\":{}}", None), 1);
}

#[test]
fn a_daily_mail_has_what_waits_for_it_and_nothing_else() {
    let connection = database(&SCHEMA.whole.join(";"));
    let rows = [
        ("a", Some(50), Some(50)),
        ("b", None, Some(50)),
        ("c", Some(60), Some(50)),
        ("d", Some(40), None),
        ("e", Some(70), Some(70)),
    ];
    for (id, due, digest) in rows {
        let values = (id, due, digest);
        connection
            .execute("INSERT INTO notice (id, ts, unread, json, due, digest) VALUES (?, 1, 1, '{}', ?, ?)", values)
            .unwrap();
    }
    assert_eq!(keys(&connection, FIRST_OWED, 100), [4]);
    assert_eq!(keys(&connection, OWED_IN_DIGEST, 50), [1, 3]);
    let plan: String =
        connection.query_row(&format!("EXPLAIN QUERY PLAN {OWED_IN_DIGEST}"), [50], |row| row.get(3)).unwrap();
    assert!(plan.contains("notice_by_digest"), "{plan}");
}

#[test]
fn a_notice_that_is_still_to_be_sent_stays_while_thousands_come_after_it() {
    let connection = database(&SCHEMA.whole.join(";"));
    connection
        .execute_batch(
            "INSERT INTO notice (id, ts, unread, json) VALUES ('read in the app', 1, 1, '{}');
             INSERT INTO notice (id, ts, unread, json, due) VALUES ('mailed', 1, 1, '{}', 5);
             INSERT INTO notice (id, ts, unread, json) VALUES ('pushed', 1, 1, '{}');
             INSERT INTO push (notice, device, due) VALUES (3, 'd', 5);
             UPDATE report SET told = version;",
        )
        .unwrap();
    let left_after = |newer: i64| {
        let last = newer + 3;
        connection
            .execute("INSERT INTO notice (key, id, ts, unread, json) VALUES (?1, ?1, 1, 1, '{}')", [last])
            .unwrap();
        connection.execute(PURGE, [MOST_NOTICES, MOST_OWED]).unwrap();
        keys(&connection, "SELECT key FROM notice WHERE key <= 3 AND ? ORDER BY key", 1)
    };
    assert_eq!(left_after(MOST_NOTICES - 3), [1, 2, 3]);
    assert_eq!(left_after(MOST_NOTICES), [2, 3]);
    assert_eq!(left_after(MOST_OWED - 4), [2, 3]);
    assert_eq!(left_after(MOST_OWED), Vec::<i64>::new());
}
