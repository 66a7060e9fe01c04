//! A query visits every row that matches once, whatever the page size, ties of time and direction.

use super::native::{all, database, items, page, plan};
use super::*;

const SCHEMA: &str = "
    CREATE TABLE item (key INTEGER PRIMARY KEY, ts INTEGER NOT NULL, kind TEXT NOT NULL, said TEXT NOT NULL, json TEXT NOT NULL);
    CREATE INDEX item_by_time ON item (ts);
    CREATE INDEX item_by_kind ON item (kind, ts);
";

const KINDS: [&str; 7] = ["a", "b", "c", "d", "e", "f", "g"];

/// Rows 1 to `count`: three share a time, kinds take turns, every hundredth says something.
fn filled(count: i64) -> rusqlite::Connection {
    let connection = database(SCHEMA);
    for key in 1..=count {
        insert(&connection, key);
    }
    connection
}

fn insert(connection: &rusqlite::Connection, key: i64) {
    let kind = KINDS[(key % 7) as usize];
    let said = if key % 100 == 0 { "needle in hay" } else { "hay" };
    let row = (key, key / 3, kind, said, key.to_string());
    connection.execute("INSERT INTO item VALUES (?, ?, ?, ?, ?)", row).unwrap();
}

fn of_kinds(kinds: &[&str]) -> Vec<IndexRange> {
    let range = |kind: &&str| IndexRange {
        index: Some("item_by_kind"),
        equals: vec![("kind", Value::Text((*kind).to_owned()))],
    };
    kinds.iter().map(range).collect()
}

fn query(direction: Direction, ranges: Vec<IndexRange>) -> KeysetQuery {
    KeysetQuery {
        table: "item",
        json: "json",
        json_of: &[],
        time: "ts",
        key: "key",
        direction,
        ranges,
        from: None,
        to: None,
        conditions: Vec::new(),
    }
}

fn everything(direction: Direction) -> KeysetQuery {
    query(direction, vec![IndexRange { index: Some("item_by_time"), equals: Vec::new() }])
}

fn with(query: KeysetQuery, condition: Condition) -> KeysetQuery {
    KeysetQuery { conditions: vec![condition], ..query }
}

fn needle() -> Condition {
    Condition::Contains("said", "needle".into())
}

#[test]
fn every_row_is_met_once_whatever_the_limit_and_the_legs() {
    let connection = filled(500);
    let newest: Vec<i64> = (1..=500).rev().collect();
    let oldest: Vec<i64> = (1..=500).collect();
    for limit in [1, 7, 50, 200] {
        assert_eq!(all(&connection, &everything(Direction::Newest), limit, |_| ()), newest);
        assert_eq!(all(&connection, &everything(Direction::Oldest), limit, |_| ()), oldest);
        assert_eq!(all(&connection, &query(Direction::Newest, of_kinds(&KINDS)), limit, |_| ()), newest);
        assert_eq!(all(&connection, &query(Direction::Oldest, of_kinds(&KINDS)), limit, |_| ()), oldest);
    }
}

#[test]
fn a_writer_in_between_causes_no_gap_and_no_repetition() {
    let connection = filled(300);
    let ranges = of_kinds(&KINDS);
    let seen = all(&connection, &query(Direction::Newest, ranges), 7, |pages| insert(&connection, 300 + pages as i64));
    assert_eq!(seen, (1..=300).rev().collect::<Vec<_>>());
}

#[test]
fn only_the_legs_the_range_and_the_checks_are_met() {
    let connection = filled(500);
    let query = KeysetQuery { from: Some(20), to: Some(100), ..query(Direction::Newest, of_kinds(&["b", "c"])) };
    let expected = |key: &i64| (20..100).contains(&(key / 3)) && matches!(key % 7, 1 | 2);
    let expected: Vec<i64> = (1..=500).rev().filter(expected).collect();
    assert_eq!(all(&connection, &query, 10, |_| ()), expected);
    let oldest = KeysetQuery { direction: Direction::Oldest, ..query.clone() };
    assert_eq!(all(&connection, &oldest, 10, |_| ()), expected.iter().rev().copied().collect::<Vec<_>>());
    // What is checked may also order the query, and may be checked twice.
    let conditions = vec![Condition::Below("key", 200), Condition::AtLeast("key", 100), Condition::AtLeast("ts", 40)];
    let few = expected.into_iter().filter(|key| (120..200).contains(key)).collect::<Vec<_>>();
    assert_eq!(all(&connection, &KeysetQuery { conditions, ..query }, 10, |_| ()), few);
}

#[test]
fn a_checked_page_may_be_short_and_says_where_to_go_on() {
    let connection = database(SCHEMA);
    let scan = i64::from(SCAN);
    (1..=scan * 2 + 50).for_each(|key| insert(&connection, key));
    connection.execute("UPDATE item SET said = 'hay' WHERE key > 200", ()).unwrap();
    for (direction, ranges) in
        [(Direction::Newest, of_kinds(&KINDS)), (Direction::Newest, everything(Direction::Newest).ranges)]
    {
        let search = with(query(direction, ranges), needle());
        let (first, _) = page(&connection, &search, None, 10).unwrap();
        assert!(items(&first).is_empty());
        let next = first.next.unwrap();
        assert_eq!(next.seq().unwrap(), scan + 51);
        assert_eq!(all(&connection, &search, 10, |_| ()), [200, 100]);
    }
    let oldest = with(everything(Direction::Oldest), needle());
    assert_eq!(all(&connection, &oldest, 1, |_| ()), [100, 200]);
}

#[test]
fn nothing_is_sorted_and_nothing_but_the_index_is_read() {
    let connection = filled(50);
    for query in [everything(Direction::Newest), query(Direction::Oldest, of_kinds(&KINDS[..5]))] {
        let query = KeysetQuery { from: Some(3), to: Some(12), ..with(query, needle()) };
        for statement in [
            query.scan_end(Some((9, 9))),
            query.scan(None, 10),
            query.scan(Some((9, 9)), 10),
            query.rows(Start::Beginning, None, 10),
            query.rows(Start::Tied((9, 9)), Some((4, 4)), 10),
            query.rows(Start::Past((9, 9)), Some((4, 4)), 10),
        ] {
            let plan = plan(&connection, &statement).join("\n");
            assert!(!plan.contains("TEMP B-TREE"), "{plan}\n{}", statement.sql);
            assert!(!plan.contains("SCAN item\n"), "{plan}\n{}", statement.sql);
            assert!(plan.contains("USING INDEX") || plan.contains("USING COVERING INDEX"), "{plan}");
        }
    }
}

#[test]
fn a_page_costs_the_same_wherever_it_is_and_however_long_the_table() {
    let (short, long) = (filled(1_000), filled(30_000));
    let near_the_start = |count: i64| Position { ts: (count - 100) / 3, id: (count - 100).to_string() };
    for query in [everything(Direction::Newest), query(Direction::Newest, of_kinds(&KINDS))] {
        let costs = [
            page(&short, &query, Some(&near_the_start(1_000)), 50),
            page(&long, &query, Some(&near_the_start(30_000)), 50),
            page(&long, &query, Some(&near_the_start(600)), 50),
        ];
        let costs = costs.map(|page| page.unwrap().1);
        assert!(costs.iter().all(|cost| cost.abs_diff(costs[0]) < costs[0].unsigned_abs() / 10), "{costs:?}");
    }
}

#[test]
fn a_page_costs_the_same_however_many_rows_share_its_time() {
    let connection = filled(6_000);
    connection.execute("UPDATE item SET ts = 7", ()).unwrap();
    let query = query(Direction::Newest, of_kinds(&["a", "b"]));
    let costs = [5_900, 3_000, 200].map(|key: i64| {
        let (page, cost) = page(&connection, &query, Some(&Position { ts: 7, id: key.to_string() }), 50).unwrap();
        assert_eq!(items(&page).len(), 50);
        cost
    });
    assert!(costs.iter().all(|cost| cost.abs_diff(costs[0]) < 50), "{costs:?}");
}

#[test]
fn a_scan_is_bounded_by_its_rows_and_not_by_the_table() {
    let connection = filled(30_000);
    let search = with(everything(Direction::Newest), Condition::Contains("said", "nowhere".into()));
    let (_, cost) = page(&connection, &search, None, 50).unwrap();
    assert!(cost < 25 * SCAN as i32, "{cost}");
}

#[test]
fn a_scan_ends_where_the_page_is_full() {
    let connection = filled(30_000);
    for ranges in [everything(Direction::Newest).ranges, of_kinds(&["a", "b"]), of_kinds(&KINDS[..COMPOUND_TERMS])] {
        let number = ranges.len();
        let search = with(query(Direction::Newest, ranges), needle());
        // Every hundredth row matches: ten and one more are among the first eleven hundred of all kinds.
        let (found, cost) = page(&connection, &search, None, 10).unwrap();
        assert_eq!(items(&found).len(), 10);
        assert!(cost < 100_000, "{number} ranges: {cost}");
    }
}

#[test]
fn a_position_of_another_kind_is_refused() {
    let connection = filled(3);
    let foreign = Position { ts: 1, id: "not a key".into() };
    let refused = page(&connection, &everything(Direction::Newest), Some(&foreign), 10);
    assert!(matches!(refused, Err(Refusal::InvalidCursor)));
}
