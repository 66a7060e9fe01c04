//! What is taken at the edge, in which form, and what is refused, under which code.

use std::fmt;

use base::refusal::Refusal;
use base::text::{parse_time, parse_value, parse_words};

use crate::domain::request::{Category, CommentBody, Description, Rating, Reason, Resolution, Title};
use crate::domain::text::{SearchText, fold};
use crate::domain::user::{Email, PersonName};
use crate::domain::{Priority, Status};

#[track_caller]
fn code_of<T: fmt::Debug>(outcome: Result<T, Refusal>) -> (String, String) {
    match outcome {
        Err(Refusal::Invalid { field, code, .. }) => (field, code),
        other => panic!("{other:?} is not an invalid input"),
    }
}

#[track_caller]
fn is_refused<T: fmt::Debug>(outcome: Result<T, Refusal>, field: &str, code: &str) {
    assert_eq!(code_of(outcome), (field.to_owned(), code.to_owned()));
}

#[test]
fn a_title_is_trimmed_and_measured_in_characters() {
    assert_eq!(Title::parse("  Lift B  ").unwrap().as_str(), "Lift B");
    assert!(Title::parse(&"🛗".repeat(200)).is_ok());
    is_refused(Title::parse(&"a".repeat(201)), "title", "too_long");
    is_refused(Title::parse(&"a".repeat(1_000_000)), "title", "too_long");
    is_refused(Title::parse(" \t\n "), "title", "required");
    is_refused(Title::required(None), "title", "required");
}

#[test]
fn control_characters_are_refused() {
    for bad in ["a\0b", "a\nb", "a\tb", "a\u{1b}[31mb", "a\u{7f}b", "a\u{85}b", "a\u{2028}b"] {
        is_refused(Title::parse(bad), "title", "control_character");
        is_refused(SearchText::parse(bad), "q", "control_character");
    }
    for bad in ["a\0b", "a\rb", "a\u{1b}[31mb"] {
        is_refused(CommentBody::parse(bad), "body", "control_character");
    }
}

#[test]
fn a_text_of_several_lines_keeps_them() {
    assert_eq!(Description::parse("one\r\ntwo\n\tthree\n").unwrap().as_str(), "one\ntwo\n\tthree");
    assert_eq!(Description::parse("").unwrap().as_str(), "");
    let lines = "\r\n".repeat(5_000);
    let long = format!("a{lines}b");
    assert_eq!(Description::parse(&long).unwrap().as_str().chars().count(), 5_002);
}

#[test]
fn each_text_has_its_own_length() {
    let lengths = [
        (Title::MAX_CHARS, 200),
        (Description::MAX_CHARS, 10_000),
        (Category::MAX_CHARS, 60),
        (Reason::MAX_CHARS, 2_000),
        (Resolution::MAX_CHARS, 5_000),
        (CommentBody::MAX_CHARS, 10_000),
        (SearchText::MAX_CHARS, 100),
    ];
    assert!(lengths.iter().all(|(actual, planned)| actual == planned));
    is_refused(Reason::parse(&"a".repeat(2_001)), "reason", "too_long");
    is_refused(Resolution::parse(""), "resolution", "required");
}

#[test]
fn a_message_cannot_smuggle_an_invalid_text_in() {
    assert!(serde_json::from_str::<Title>("\"Lift B\"").is_ok());
    assert!(serde_json::from_str::<Title>("\"\"").is_err());
    assert!(serde_json::from_str::<Rating>("6").is_err());
}

#[test]
fn an_address_is_found_in_any_spelling() {
    assert_eq!(Email::parse(" Manager@CepatEdge.test ").unwrap().as_str(), "manager@cepatedge.test");
    assert!(Email::parse("a.b+c@sub.example.org").is_ok());
    let long_local = format!("{}@example.org", "a".repeat(65));
    let long_domain = format!("a@{}.org", "a".repeat(250));
    let strangers = [
        "a",
        "@",
        "a@",
        "@b.org",
        "a@b",
        "a@b..org",
        "a@-b.org",
        "a@b-.org",
        ".a@b.org",
        "a.@b.org",
        "a..b@b.org",
        "a b@c.org",
        "a@b@c.org",
        "a@b.org\0",
        "ä@b.org",
        "a\n@b.org",
        &long_local,
        &long_domain,
    ];
    for stranger in strangers {
        is_refused(Email::parse(stranger), "email", "malformed");
    }
    is_refused(Email::parse(" "), "email", "required");
    assert_eq!(format!("{:?}", Email::parse("a@b.org").unwrap()), "Email(…)");
}

#[test]
fn a_text_that_shows_nothing_is_none() {
    // Zero-width characters, fillers, format characters, a braille blank, an unassigned character.
    for nothing in [
        "\u{200b}",
        "\u{200d}\u{200c}",
        "\u{feff}",
        "\u{3164}",
        "\u{115f}\u{1160}",
        "\u{2800}",
        "\u{202e}",
        "\u{e0001}",
        "\u{2060} \u{ad}",
        "\u{378}",
    ] {
        is_refused(Title::parse(nothing), "title", "required");
        is_refused(Reason::parse(nothing), "reason", "required");
        is_refused(CommentBody::parse(nothing), "body", "required");
        is_refused(PersonName::parse(nothing), "name", "required");
        assert_eq!(Description::parse(nothing).unwrap().as_str(), "", "it may be empty");
    }
}

#[test]
fn what_only_steers_how_others_are_shown_is_taken_out_and_words_are_left_alone() {
    for (sent, taken) in [
        ("pay\u{202e}fdp.exe", "payfdp.exe"),
        ("\u{2066}a\u{2069}b", "ab"),
        ("\u{feff}Lift\u{200b} B", "Lift B"),
        // An emoji of several, a flag, a skin: they need their joiners and selectors.
        ("👩‍🔧 kerja", "👩‍🔧 kerja"),
        ("❤️", "❤️"),
        ("👍🏽", "👍🏽"),
        // Persian needs its non-joiner, Sinhala its joiner.
        ("می‌شود", "می‌شود"),
        ("ශ්‍රී", "ශ්‍රී"),
        ("مصعد لا يعمل", "مصعد لا يعمل"),
        ("המעלית תקועה", "המעלית תקועה"),
        ("ลิฟต์ค้าง", "ลิฟต์ค้าง"),
        ("ꦭꦶꦥ꦳꧀ꦠ꧀", "ꦭꦶꦥ꦳꧀ꦠ꧀"),
    ] {
        assert_eq!(Title::parse(sent).unwrap().as_str(), taken, "{sent:?}");
    }
}

#[test]
fn a_search_finds_what_looks_the_same_to_people() {
    for (text, sought) in [
        ("ΟΔΟΣΗΜΑ", "ΟΔΟΣ"),
        ("İnşaat", "inşaat"),
        ("Caf\u{e9}", "Cafe\u{301}"),
        ("floor\u{a0}3", "floor 3"),
        ("Straße", "STRASSE"),
        ("ＲＯＯＭ　１２", "room 12"),
        ("Café", "cafe"),
        ("soft\u{ad}ware", "software"),
        ("a  b", "a b"),
    ] {
        assert!(fold(text).contains(&fold(sought)), "{sought} in {text}: {:?} in {:?}", fold(sought), fold(text));
    }
}

#[test]
fn a_rating_is_one_to_five() {
    for stars in 1..=5 {
        assert_eq!(i64::from(Rating::try_from(stars).unwrap().stars()), stars);
    }
    for stars in [i64::MIN, -1, 0, 6, 257, i64::MAX] {
        is_refused(Rating::try_from(stars), "rating", "out_of_range");
    }
}

#[test]
fn a_list_of_words_is_sorted_and_has_no_duplicates() {
    let words = parse_words::<Status>("status", "closed, submitted,closed,,");
    assert_eq!(words, Ok(vec![Status::Submitted, Status::Closed]));
    assert_eq!(parse_words::<Priority>("priority", ""), Ok(Vec::new()));
    is_refused(parse_words::<Status>("status", "submitted,gone"), "status", "unknown_value");
}

#[test]
fn values_and_times_name_their_field() {
    is_refused(parse_value::<Priority>("priority", "asap"), "priority", "unknown_value");
    is_refused(parse_time("from", "yesterday"), "from", "malformed");
    assert!(parse_time("from", "2026-11-24T05:46:02Z").is_ok());
}

#[cfg(not(target_arch = "wasm32"))]
mod properties {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn no_text_is_too_strange(text in any::<String>(), stars in any::<i64>()) {
            let one_line = [
                Title::parse(&text).map(Title::into_string),
                Category::parse(&text).map(Category::into_string),
                SearchText::parse(&text).map(SearchText::into_string),
            ];
            for parsed in one_line.into_iter().flatten() {
                prop_assert!(!parsed.is_empty() && parsed.trim() == parsed);
                prop_assert!(!parsed.chars().any(char::is_control));
            }
            if let Ok(parsed) = CommentBody::parse(&text) {
                // What was taken once is taken again, unchanged.
                prop_assert_eq!(CommentBody::parse(parsed.as_str()), Ok(parsed.clone()));
            }
            let _ = (Description::parse(&text), Reason::parse(&text), Resolution::parse(&text));
            let _ = (Email::parse(&text), Rating::try_from(stars), parse_time("from", &text));
            let _ = (parse_words::<Status>("status", &text), parse_value::<Priority>("priority", &text));
        }

        #[test]
        fn what_parses_as_an_address_has_one_at_and_no_space(text in "[a-zA-Z0-9.@ -]{0,40}") {
            if let Ok(email) = Email::parse(&text) {
                prop_assert_eq!(email.as_str().matches('@').count(), 1);
                prop_assert!(!email.as_str().contains(' '));
            }
        }
    }
}
