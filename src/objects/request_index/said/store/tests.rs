//! A search finds the same whether a word leads it or each text is looked at, on a real SQLite.

use durable::keyset::native::{all, counted, database, items, page};
use proptest::prelude::*;
use rusqlite::Connection;

use super::super::super::{columns, query, search, store};
use super::*;
use crate::domain::request::{ListFilter, Sort};
use crate::domain::text::SearchText;

/// A request whose JSON is its number.
fn put(connection: &Connection, number: i64, text: &str) {
    let row = (number, number.to_string(), number / 3, 1_000 - number, fold(text));
    let statement = "INSERT INTO request (number, id, epoch, version, created_ms, updated_ms, public_ms, search, json, status, priority, category,
                                          requester_id)
                     VALUES (?1, ?2, 0, 1, ?3, ?4, ?4, ?5, ?2, 'submitted', 'low', 'other', 'u')";
    connection.execute(statement, row).unwrap();
}

fn say(connection: &Connection, request: i64, seq: i64, public: bool, text: &str) {
    let row = (request, seq, public, fold(text));
    connection.execute("INSERT INTO said (request, seq, public, text) VALUES (?, ?, ?, ?)", row).unwrap();
}

fn filter(text: &str, sort: Sort) -> ListFilter {
    ListFilter { q: Some(SearchText::parse(text).unwrap()), sort, ..ListFilter::default() }
}

fn found(connection: &Connection, text: &str, sort: Sort, reads_internal: bool, leads: Option<&str>) -> Vec<i64> {
    all(connection, &query::of(&filter(text, sort), None, reads_internal, None, leads), 3, |_| {})
}

const SYLLABLES: [&str; 8] = ["bo", "cor", "ke", "an", "pom", "pa", "\"", "水漏"];

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn properties_a_word_that_leads_finds_what_a_look_at_each_text_finds(
        texts in prop::collection::vec(prop::collection::vec(0..SYLLABLES.len(), 1..9), 1..24),
        comments in prop::collection::vec((1..24_i64, any::<bool>(), prop::collection::vec(0..SYLLABLES.len(), 1..6)), 0..24),
        sought in prop::collection::vec(0..SYLLABLES.len(), 1..4),
        reads_internal in any::<bool>(),
    ) {
        let connection = database(&store::SCHEMA.whole.join(";"));
        // Every third syllable ends a word.
        let written = |syllables: &[usize]| -> String {
            let word = |(place, syllable): (usize, &usize)| format!("{}{}", SYLLABLES[*syllable], if place % 3 == 2 { " " } else { "" });
            syllables.iter().enumerate().map(word).collect()
        };
        for (place, text) in texts.iter().enumerate() {
            put(&connection, place as i64 + 1, &written(text));
        }
        for (seq, (request, public, text)) in comments.iter().enumerate() {
            say(&connection, *request, seq as i64, *public, &written(text));
        }
        let text: String = sought.iter().map(|syllable| SYLLABLES[*syllable]).collect();
        let words = search::sought(&text).words;
        let [word] = words.as_slice() else { return Ok(()) };
        prop_assume!(is_long(word));
        for sort in Sort::ALL.iter().copied() {
            let looked = found(&connection, &text, sort, reads_internal, None);
            prop_assert_eq!(&found(&connection, &text, sort, reads_internal, Some(word)), &looked, "{} {:?}", text, sort);
            let query = query::of(&filter(&text, sort), None, reads_internal, None, Some(word));
            prop_assert_eq!(counted(&connection, &query.counting(100)), looked.len() as i64);
        }
    }
}

#[test]
fn what_was_said_is_found_and_an_internal_word_by_those_alone_who_read_it() {
    let connection = database(&store::SCHEMA.whole.join(";"));
    (1..=40).for_each(|number| put(&connection, number, "Lampu mati"));
    say(&connection, 7, 2, true, "Kebocoran di ATAP");
    say(&connection, 9, 2, false, "bocor, kata pemasok");
    for (leads, public, internal) in [(None, vec![7], vec![9, 7]), (Some("bocor"), vec![7], vec![9, 7])] {
        assert_eq!(found(&connection, "bocor", Sort::Newest, false, leads), public, "{leads:?}");
        assert_eq!(found(&connection, "bocor", Sort::Newest, true, leads), internal, "{leads:?}");
    }
    // One word of it in the title, another in what was said.
    assert_eq!(found(&connection, "lampu atap", Sort::Newest, false, Some("atap")), [7]);
    assert_eq!(found(&connection, "bocor pemasok", Sort::Newest, false, Some("pemasok")), Vec::<i64>::new());
    connection.execute("DELETE FROM said WHERE request = 7", []).unwrap();
    assert_eq!(found(&connection, "atap", Sort::Newest, false, Some("atap")), Vec::<i64>::new());
}

#[test]
fn a_text_that_has_changed_is_found_as_it_is() {
    let connection = database(&store::SCHEMA.whole.join(";"));
    put(&connection, 1, "Pompa bocor");
    connection.execute("UPDATE request SET search = 'atap roboh' WHERE number = 1", []).unwrap();
    assert_eq!(found(&connection, "pompa", Sort::Newest, true, Some("pompa")), Vec::<i64>::new());
    assert_eq!(found(&connection, "robo", Sort::Newest, true, Some("robo")), [1]);
}

#[test]
fn an_index_of_a_release_of_before_is_searched_like_a_new_one() {
    let (step, earlier) = columns::STEPS.split_last().unwrap();
    let connection = database(&earlier.join(";"));
    put(&connection, 1, "Pompa bocor");
    connection.execute_batch(step).unwrap();
    put(&connection, 2, "Bocor lagi");
    assert_eq!(found(&connection, "bocor", Sort::Newest, true, Some("bocor")), [2, 1]);
}

#[test]
fn a_rare_word_costs_what_it_finds_however_many_requests_there_are() {
    let steps = |count: i64| {
        let connection = database(&store::SCHEMA.whole.join(";"));
        connection.execute_batch("BEGIN").unwrap();
        (1..=count)
            .for_each(|number| put(&connection, number, if number == 5 { "Sumbat wastafel" } else { "Lampu mati" }));
        connection.execute_batch("COMMIT").unwrap();
        let query = query::of(&filter("wastafel", Sort::Newest), None, true, None, Some("wastafel"));
        let (page, steps) = page(&connection, &query, None, 50).unwrap();
        assert_eq!((items(&page), page.next), (vec![5], None));
        steps
    };
    let (few, many) = (steps(1_000), steps(20_000));
    assert!(many <= few + few / 5, "{few} steps of 1,000, {many} of 20,000");
}
