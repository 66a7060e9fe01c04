//! What the request's tables give, on a real SQLite.

use durable::keyset::native::{database, found};

use super::*;

#[test]
fn what_is_owed_goes_together_up_to_so_many_bytes_and_the_first_always() {
    let connection = database(TABLES);
    for (seq, json) in [(1, "{}"), (2, "{\"of\":\"\u{1F527}\"}"), (3, "{}"), (4, "{}")] {
        connection.execute("INSERT INTO event VALUES (?, 10, 0, 't', ?)", (seq, json)).unwrap();
    }
    let mut owed = connection.prepare(OWED).unwrap();
    // The second has 10 characters in 13 bytes.
    for (first, most, events) in [(1, 1, 1), (1, 2, 1), (1, 3, 2), (2, 13, 1), (2, 14, 2), (2, 100, 3)] {
        let sent = owed.query_map((first, 4, most), |row| row.get::<_, String>(1)).unwrap();
        assert_eq!(sent.count(), events, "from {first} at most {most}");
    }
}

#[test]
fn a_page_of_the_longest_comments_is_no_value_of_sqlite() {
    let connection = database(TABLES);
    // The platform's limit for a string, which a local runtime does not have.
    connection.set_limit(rusqlite::limits::Limit::SQLITE_LIMIT_LENGTH, 2_000_000).unwrap();
    let json = format!("{{\"body\":\"{}\"}}", "\u{1F527}".repeat(10_000));
    for seq in 1..=201 {
        connection.execute("INSERT INTO event VALUES (?, 10, ?, 't', ?)", (seq, seq % 2, &json)).unwrap();
    }
    for (timeline, shown) in TIMELINE.into_iter().zip([200, 100]) {
        let mut timeline = connection.prepare(timeline).unwrap();
        let found = found(timeline.query((0, 201)).unwrap(), 200);
        assert_eq!(found.last, Some((10, 200)));
        assert_eq!(found.shown.read().len(), shown * (json.len() + 1) - 1);
    }
}
