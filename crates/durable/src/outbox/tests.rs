//! How the tables of an outbox come to be, on a real SQLite.

use serde_json::{Value, json};

use super::*;
use crate::keyset::native::database;

base::words! {
    /// Some destinations.
    pub enum Place: "destination" {
        /// One.
        Mirror = "mirror",
        /// Another.
        Index = "index",
        /// A third.
        Archive = "archive",
    }
}

impl Destination for Place {
    const ALL: &'static [Self] = Self::ALL;
}

#[test]
fn what_was_owed_in_rows_is_owed_by_offsets() {
    let connection = database(ROWS_STEP);
    connection
        .execute_batch(
            "INSERT INTO outbox VALUES ('mirror', 3), ('mirror', 4), ('archive', 4);
             INSERT INTO delivery VALUES ('mirror', 2, 50, 1, 900, 3, 'malformed'), ('archive', 3, 50, 0, 700, NULL, NULL),
                                         ('index', 4, 60, 0, 800, NULL, NULL);",
        )
        .unwrap();
    connection.execute_batch(&[TABLES, BOOK_STEP].concat()).unwrap();
    let lines: String = connection.query_row("SELECT lines FROM book", (), |row| row.get(0)).unwrap();
    let offsets: Offsets<Place> = serde_json::from_str(&lines).unwrap();
    let debts = offsets.debts();
    let shown: Vec<Value> =
        debts.iter().map(|debt| json!([debt.destination, debt.pending, debt.delivered_seq])).collect();
    assert_eq!(shown, [json!(["archive", 1, 3]), json!(["index", 0, 4]), json!(["mirror", 2, 2])]);
    assert_eq!((debts[2].parked_seq, debts[2].error.as_deref(), debts[2].attempts), (Some(3), Some("malformed"), 1));
    assert_eq!(offsets.next_due(Timestamp::from_ms(0), |_| false), Some(Timestamp::from_ms(700)));
}

#[test]
fn the_offsets_are_read_as_earlier_releases_wrote_it() {
    let lines = r#"[{"destination":"mirror","owed_seq":7,"delivered_seq":5,"attempts":2,"next_attempt_ms":900,
                     "error":"away","of_a_newer_release":true}]"#;
    let offsets: Offsets<Place> = serde_json::from_str(lines).unwrap();
    assert_eq!(offsets.pending(Place::Mirror), Some(SeqRange { first: 6, last: 7 }));
}
