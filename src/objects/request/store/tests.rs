//! What the request's tables give, on a real SQLite.

use super::*;
use crate::objects::walk::native::database;

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
