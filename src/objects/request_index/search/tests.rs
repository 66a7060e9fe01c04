//! What is sought is found, however it is spelled and in whichever order.

use proptest::prelude::*;

use super::*;
use crate::domain::request::Status;
use crate::domain::request::fixtures::Story;
use crate::domain::user::Person;

fn request(title: &str, description: &str) -> String {
    let mut summary = Summary::from(&Story::in_status(Status::Assigned).request);
    summary.title = title.into();
    summary.category = "Élévator".into();
    summary.requester = Person { name: "Budi Santoso".into(), ..summary.requester };
    let rest = Searched { description: description.into(), contact: Some("ext. 4711".into()) };
    text(453, &summary, Some(&rest))
}

fn finds(text: &str, query: &str) -> bool {
    let Sought { number, words } = sought(query);
    number.is_none_or(|number| number == 453) && words.iter().all(|word| text.contains(word.as_str()))
}

#[test]
fn words_are_found_in_any_order_and_in_any_of_the_texts() {
    let text = request("AC bocor di lantai 3", "Air menetes\nsejak pagi, ＲＯＯＭ　１２. It's 3/4 full");
    for query in [
        "bocor AC",
        "AC  bocor",
        "  bocor   ac  ",
        "lantai menetes",
        "pagi menetes",
        "elevator bocor",
        "santoso budi",
        "room 12",
        "ａｃ",
        "4711 ac",
        "bocor, (AC)!",
        "bocor -",
        "3/4",
        "it's",
        "MR-453",
        "mr 453",
        "#453",
        "MR-000453",
        "453",
        "mr453",
        "MR–453",
        "ＭＲ－４５３",
        "MR-453 bocor",
        "#453 ac",
        "mr 453 bocor",
        "tono",
    ] {
        assert!(finds(&text, query), "{query}");
    }
    for query in ["bocor pompa", "453ac", "000453ac", "3elevator", "MR-454 bocor", "#45", "???", "3/5", "bocorac"] {
        assert!(!finds(&text, query), "{query}");
    }
}

#[test]
fn signs_alone_are_sought_as_they_are_and_what_shows_nothing_finds_everything() {
    assert_eq!(sought("?! --").words, ["?!", "--"]);
    assert!(finds(&request("Broken?! -- again", ""), "?! --"));
    assert_eq!(sought("\u{301}"), Sought { number: None, words: Vec::new() });
    assert_eq!(sought("#0"), Sought { number: None, words: vec!["0".into()] });
}

#[test]
fn ten_words_count_and_no_more() {
    let hundred = (0..100).map(|n| format!("w{n}")).collect::<Vec<_>>().join(" ");
    assert_eq!(sought(&hundred).words.len(), 10);
}

#[test]
fn what_a_release_before_this_one_tells_is_found_by_the_rest() {
    let summary = Summary::from(&Story::in_status(Status::Submitted).request);
    let text = text(453, &summary, None);
    assert!(finds(&text, &summary.title) && finds(&text, "mr-453"));
}

proptest! {
    #[test]
    fn any_words_of_a_text_find_it_in_any_order(title in "\\PC{1,60}", description in "\\PC{0,80}", turn in 0usize..20) {
        let text = request(&title, &description);
        let mut tokens: Vec<&str> = title.split_whitespace().chain(description.split_whitespace()).collect();
        prop_assume!(!tokens.is_empty());
        let turn = turn % tokens.len();
        tokens.rotate_left(turn);
        // A number in the text names another request.
        tokens.retain(|token| number::parse(&fold(token)).is_none());
        let query = tokens.join(" ");
        prop_assume!(number::parse(&fold(&query)).is_none());
        prop_assert!(finds(&text, &query), "{query:?} in {text:?}");
    }
}
