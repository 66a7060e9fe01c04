//! Limits as they stand in query strings.

use super::*;

fn code(text: &str) -> String {
    match Limit::parse(Some(text)) {
        Err(Refusal::Invalid { field, code, .. }) if field == "limit" => code,
        other => panic!("{text:?} gave {other:?}"),
    }
}

#[test]
fn a_limit_is_one_to_two_hundred_and_fifty_unless_told() {
    assert_eq!(Limit::parse(None).unwrap().get(), 50);
    for limit in [1, 7, 50, 200] {
        assert_eq!(Limit::parse(Some(&limit.to_string())).unwrap().get(), limit);
    }
    for text in ["0", "-1", "201", "-0", "4294967297", "99999999999999999999"] {
        assert_eq!(code(text), "out_of_range", "{text:?}");
    }
    for text in ["", " ", "-", "ten", "1.5", "+5", "5 ", "٥", "1e2", "0x10"] {
        assert_eq!(code(text), "malformed", "{text:?}");
    }
}

#[test]
fn a_list_of_its_own_size_keeps_to_it() {
    let size = PageSize { usual: 25, most: 50 };
    let parsed = |text| Limit::parse_within(text, size).map(Limit::get);
    assert_eq!(parsed(None).unwrap(), 25);
    assert_eq!(parsed(Some("50")).unwrap(), 50);
    for text in ["0", "51", "200"] {
        assert!(matches!(parsed(Some(text)), Err(Refusal::Invalid { code, .. }) if code == "out_of_range"), "{text}");
    }
}

#[test]
fn a_message_cannot_smuggle_a_limit_in() {
    assert!(serde_json::from_str::<Limit>("200").is_ok());
    assert!(serde_json::from_str::<Limit>("201").is_err());
}

#[cfg(not(target_arch = "wasm32"))]
mod properties {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(10_000))]

        #[test]
        fn no_text_is_too_strange(text in any::<String>(), number in any::<i128>()) {
            let _ = Limit::parse(Some(&text));
            let limit = Limit::parse(Some(&number.to_string()));
            prop_assert_eq!(limit.is_ok(), (1..=200).contains(&number));
        }
    }
}
