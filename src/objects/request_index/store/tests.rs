//! What the index's tables allow, on a real SQLite.

use durable::keyset::native::database;

use super::*;
use crate::domain::request::fixtures::Story;

fn put(connection: &rusqlite::Connection, statement: &str, number: i64, version: i64, updated_ms: i64) -> usize {
    put_as(connection, statement, &format!("r-{number}"), number, version, updated_ms).unwrap()
}

fn put_as(
    connection: &rusqlite::Connection,
    statement: &str,
    id: &str,
    number: i64,
    version: i64,
    updated_ms: i64,
) -> rusqlite::Result<usize> {
    let (none, nobody) = (None::<String>, None::<String>);
    let row = rusqlite::params![
        number, id, 0, version, 1, updated_ms, "", "{}", updated_ms, version, none, "u", nobody, "closed", "power",
        "low", false, 7, nobody, nobody,
    ];
    connection.execute(statement, row)
}

fn versions(connection: &rusqlite::Connection, after: (i64, &str), before: i64, limit: i64) -> Vec<(String, i64)> {
    let mut versions = connection.prepare(VERSIONS).unwrap();
    let rows = versions.query_map((after.0, after.1, before, limit), |row| Ok((row.get(0)?, row.get(2)?))).unwrap();
    rows.collect::<Result<_, _>>().unwrap()
}

#[test]
fn a_newer_version_takes_the_place_of_the_older_one() {
    let connection = database(&SCHEMA.whole.join(";"));
    put(&connection, INSERT, 1, 1, 10);
    let everything: Vec<&Column> = COLUMNS.iter().collect();
    assert_eq!(put(&connection, &update(true, &everything), 1, 2, 20), 1);
    assert_eq!(versions(&connection, (0, ""), 100, 10), [("r-1".to_owned(), 2)]);
}

#[test]
fn a_number_is_given_once() {
    let connection = database(&SCHEMA.whole.join(";"));
    put(&connection, INSERT, 1, 1, 10);
    assert!(put_as(&connection, INSERT, "r-2", 1, 1, 10).is_err());
}

#[test]
fn versions_go_on_behind_a_request_even_among_changes_of_one_moment() {
    let connection = database(&SCHEMA.whole.join(";"));
    (1..=5).for_each(|number| {
        put(&connection, INSERT, number, number, 10);
    });
    put(&connection, INSERT, 6, 6, 30);
    let query = |after, limit| {
        versions(&connection, after, 20, limit).into_iter().map(|(_, version)| version).collect::<Vec<_>>()
    };
    assert_eq!(query((0, ""), 2), [1, 2]);
    assert_eq!(query((10, "r-2"), 2), [3, 4]);
    assert_eq!(query((10, "r-4"), 2), [5]);
    // An unknown request repeats its moment rather than leaving any of it out.
    assert_eq!(query((10, "gone"), 9), [1, 2, 3, 4, 5]);
}

#[test]
fn a_change_of_status_is_counted_in_both() {
    let connection = database(&SCHEMA.whole.join(";"));
    for (before, after) in [(None, "submitted"), (None, "submitted"), (Some("submitted"), "approved")] {
        connection.execute(TALLY, (before, after)).unwrap();
    }
    let mut tallies = connection.prepare("SELECT status, requests FROM tally ORDER BY status").unwrap();
    let tallies = tallies.query_map((), |row| Ok((row.get(0)?, row.get(1)?))).unwrap();
    assert_eq!(
        tallies.collect::<Result<Vec<(String, i64)>, _>>().unwrap(),
        [("approved".to_owned(), 1), ("submitted".to_owned(), 1)]
    );
}

#[test]
fn a_change_that_comes_late_is_met_by_the_reconciler_all_the_same() {
    let connection = database(&SCHEMA.whole.join(";"));
    put(&connection, INSERT, 1, 1, 100);
    connection.execute("INSERT INTO watermark (one, ts, id) VALUES (1, 100, 'r-1')", []).unwrap();
    let watermark = || {
        let read = |row: &rusqlite::Row| Ok((row.get(0)?, row.get::<_, String>(1)?));
        connection.query_row("SELECT ts, id FROM watermark", [], read).unwrap()
    };
    // As `upsert` does after each.
    put(&connection, INSERT, 2, 1, 150);
    connection.execute(LOOK_AGAIN, [150 - 1]).unwrap();
    assert_eq!(watermark(), (100, "r-1".to_owned()));
    put(&connection, INSERT, 3, 1, 40);
    connection.execute(LOOK_AGAIN, [40 - 1]).unwrap();
    let (ts, id) = watermark();
    let met = versions(&connection, (ts, &id), 1_000, 10);
    assert_eq!(met.iter().map(|(id, _)| id.as_str()).collect::<Vec<_>>(), ["r-3", "r-1", "r-2"]);
}

#[test]
fn an_index_of_any_release_comes_to_the_same_tables() {
    let tables = |statements: &[&str]| {
        let connection = database(&statements.join(";"));
        let sql = "SELECT m.type, m.name, coalesce(group_concat(c.name || ' ' || c.type || c.\"notnull\"), '')
                   FROM (SELECT type, name FROM sqlite_master WHERE name NOT LIKE 'sqlite_%') AS m
                   LEFT JOIN (SELECT m.name AS owner, t.* FROM sqlite_master AS m, pragma_table_info(m.name) AS t
                              ORDER BY m.name, t.name) AS c ON c.owner = m.name
                   GROUP BY m.type, m.name ORDER BY m.type, m.name";
        let mut described = connection.prepare(sql).unwrap();
        let rows = described.query_map((), |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?))).unwrap();
        rows.collect::<Result<Vec<(String, String, String)>, _>>().unwrap()
    };
    assert_eq!(tables(SCHEMA.whole), tables(SCHEMA.steps));
    for column in COLUMNS {
        let names = tables(SCHEMA.whole).into_iter().map(|(_, name, _)| name).collect::<Vec<_>>();
        let indexes = [column.by_created, column.by_updated, column.by_due];
        assert!(indexes.into_iter().flatten().all(|index| names.iter().any(|name| name == index)));
    }
}

#[test]
fn what_an_earlier_release_folded_is_found_once_and_the_rest_never() {
    let connection = database(SCHEMA.steps[0]);
    connection.execute_batch("
        INSERT INTO request VALUES (1, 'r-1', 0, 7, 'closed', 'low', 'Café', 'u', NULL, 1, 10, 'mr-000001\nstraße', '{}')").unwrap();
    connection.execute_batch(&SCHEMA.steps[1..].join(";")).unwrap();
    put(&connection, INSERT, 2, 1, 20);
    let to_fold = |connection: &rusqlite::Connection| {
        let mut rows = connection.prepare(TO_FOLD).unwrap();
        rows.query_map([10], |row| row.get::<_, i64>(0)).unwrap().collect::<Result<Vec<_>, _>>().unwrap()
    };
    assert_eq!(to_fold(&connection), [1]);
    let public: (i64, i64) = connection
        .query_row("SELECT public_ms, public_version FROM request WHERE number = 1", (), |row| {
            Ok((row.get(0)?, row.get(1)?))
        })
        .unwrap();
    assert_eq!(public, (10, 7), "what was shown before is shown on");
    connection.execute("UPDATE request SET folding = 2 WHERE number = 1", ()).unwrap();
    assert!(to_fold(&connection).is_empty());
    // A release before this one comes back, takes a newer version, and goes again.
    connection.execute("UPDATE request SET version = 8, folding = 1 WHERE number = 1", ()).unwrap();
    assert_eq!(to_fold(&connection), [1]);
}

#[test]
fn the_rows_of_an_earlier_release_come_to_their_place_by_due_time() {
    let place = |status: Status| {
        let connection = database(SCHEMA.steps[0]);
        let mut summary = Summary::from(&Story::in_status(status).request);
        summary.due_at = summary.due_at.plus_ms(123);
        let row = rusqlite::params![
            1,
            "r-1",
            0,
            7,
            status.as_str(),
            "low",
            "power",
            "u",
            None::<String>,
            summary.created_at.as_ms(),
            10,
            "",
            serde_json::to_string(&summary).unwrap(),
        ];
        connection.execute("INSERT INTO request VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", row).unwrap();
        connection.execute("INSERT INTO request SELECT 2, 'r-2', 0, 1, status, priority, category, requester_id, NULL, 5, 10, '', 'broken' FROM request", ()).unwrap();
        connection.execute_batch(&SCHEMA.steps[1..].join(";")).unwrap();
        let stored: i64 =
            connection.query_row("SELECT due_order FROM request WHERE number = 1", (), |row| row.get(0)).unwrap();
        (stored, summary.due_order())
    };
    for status in Status::ALL {
        let (stored, meant) = place(*status);
        assert_eq!(stored, meant, "{status}");
    }
}

#[test]
fn a_newer_version_names_the_columns_that_change_and_no_other() {
    let connection = database(&SCHEMA.whole.join(";"));
    put(&connection, INSERT, 1, 1, 10);
    let stored: [rusqlite::types::Value; 9] = [
        "u".to_owned().into(),
        rusqlite::types::Value::Null,
        "closed".to_owned().into(),
        "power".to_owned().into(),
        "low".to_owned().into(),
        0.into(),
        7.into(),
        rusqlite::types::Value::Null,
        rusqlite::types::Value::Null,
    ];
    let changed = |created_ms: i64, columns: &[rusqlite::types::Value]| -> Vec<bool> {
        let values = [vec!["r-1".to_owned().into(), created_ms.into()], columns.to_vec()].concat();
        let flags = connection.query_row(KNOWN, rusqlite::params_from_iter(values), |row| row.get::<_, String>(5));
        flags.unwrap().bytes().map(|flag| flag == b'1').collect()
    };
    assert_eq!(changed(1, &stored), [false; 10]);
    let created: Vec<bool> = (0..10).map(|column| column == 0).collect();
    assert_eq!(changed(2, &stored), created);
    for place in 0..COLUMNS.len() {
        let mut other = stored.clone();
        other[place] = "another".to_owned().into();
        let expected: Vec<bool> = (0..10).map(|column| column == place + 1).collect();
        assert_eq!(changed(1, &other), expected, "{}", COLUMNS[place].name);
        let column: &Column = &COLUMNS[place];
        let sql = update(false, &[column]);
        assert!(sql.contains(&format!(", {} = ?", column.name)) && !sql.contains("created_ms ="), "{sql}");
        assert_eq!(COLUMNS.iter().filter(|column| sql.contains(&format!(", {} = ?", column.name))).count(), 1);
    }
}
