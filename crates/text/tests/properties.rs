//! What holds for every text: nothing changes when it is done twice, and what is removed was never to be seen.

#![cfg(not(target_arch = "wasm32"))]

use proptest::prelude::{ProptestConfig, any, prop, prop_assert, prop_assert_eq, prop_assume, proptest};
use proptest::strategy::{Strategy, Union};
use text::{Format, clean, fold, impersonates, looks_like, visible, words};

/// What meets in real texts and in bad ones: letters of many scripts, what changes under case and normalization, marks
/// of all classes, spaces, emoji, and every kind of format character.
const PIECES: &str = "aZiIlL01|rnvsSßẞﬁŉǰ ßΣσςΑᾳᾼΰİıſK\u{212B}ÅÉøĐłАвёйЇгпшꓮᎠꭰԵևაᲐЬᴀ\u{300}\u{301}\u{307}\u{308}\u{323}\u{345}\u{34F}\u{5B0}\
    שבאإؤی\u{64E}\u{651}ـ۰\u{670}กำา\u{E34}\u{E49}ะनक\u{93C}\u{94D}ि\u{915}\u{9BE}\u{9C7}\u{BC6}\u{BBE}ꦗ\u{A9C0}ស\u{17D2}\
    かガｶﾞﾟ\u{3099}\u{309A}゛한\u{1112}\u{1161}\u{11AB}\u{115F}\u{1160}\u{3164}ㄱㅏ\u{FFA0}葛㍿①Ⅷ½™ﷺ´¨ \t\n\u{B}\u{85}\u{A0}\u{1680}\u{2003}\u{2028}\u{3000}\u{2800}\
    \u{0}\u{1F}\u{7F}\u{AD}\u{200B}\u{200C}\u{200D}\u{200E}\u{202E}\u{2060}\u{2066}\u{FEFF}\u{180B}\u{180E}ᠠ\u{FE00}\u{FE0E}\u{FE0F}\u{E0100}\u{E0067}\u{E007F}\
    👩🔧🏽❤☠🏴🇮🇩1#\u{20E3}∩€+.,-_'“”\u{E000}\u{FFFE}\u{FFFC}\u{378}\u{1D159}\u{1D15E}𝐀";

fn texts() -> impl Strategy<Value = String> {
    let piece = || prop::sample::select(PIECES.chars().collect::<Vec<_>>());
    let pieces = prop::collection::vec(piece(), 0..12).prop_map(String::from_iter);
    let mixed =
        prop::collection::vec(Union::new([piece().boxed(), any::<char>().boxed()]), 0..8).prop_map(String::from_iter);
    Union::new([pieces.boxed(), mixed.boxed(), any::<String>().boxed()])
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2_000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_folded_text_is_its_own_folding(text in texts()) {
        let folded = fold(&text);
        prop_assert_eq!(fold(&folded), folded);
    }

    #[test]
    fn a_folded_text_has_single_spaces_inside_and_none_at_its_ends(text in texts()) {
        let folded = fold(&text);
        prop_assert!(!folded.starts_with(' ') && !folded.ends_with(' ') && !folded.contains("  "));
        prop_assert!(folded.chars().all(|character| character == ' ' || !character.is_whitespace()));
    }

    #[test]
    fn composed_and_decomposed_texts_fold_alike(text in texts()) {
        let decomposed = icu_normalizer::DecomposingNormalizerBorrowed::new_nfd().normalize(&text);
        prop_assert_eq!(fold(&decomposed), fold(&text));
    }

    #[test]
    fn case_makes_no_difference_to_a_folding(text in texts()) {
        // The iota below is a mark, and a letter in capitals: a mark behind it changes sides (The Unicode Standard, 3.13).
        let decomposed = icu_normalizer::DecomposingNormalizerBorrowed::new_nfd().normalize(&text);
        prop_assume!(!decomposed.contains('\u{345}'));
        prop_assert_eq!(fold(&text.to_lowercase()), fold(&text));
        prop_assert_eq!(fold(&text.to_uppercase()), fold(&text));
    }

    #[test]
    fn what_is_cleaned_is_clean_and_folds_as_before(text in texts()) {
        let cleaned = clean(&text);
        prop_assert_eq!(&clean(&cleaned), &cleaned);
        prop_assert_eq!(fold(&cleaned), fold(&text));
        prop_assert_eq!(visible(&cleaned), visible(&text));
        prop_assert_eq!(Format::Refused.apply(&text).is_ok(), cleaned == text);
    }

    #[test]
    fn words_are_parts_of_the_folded_text_and_their_own_foldings(text in texts()) {
        let folded = fold(&text);
        let found = words(&text);
        prop_assert_eq!(&words(&folded), &found);
        let mut rest = folded.as_str();
        for word in &found {
            prop_assert_eq!(&fold(word), word);
            prop_assert!(!word.is_empty());
            let at = rest.find(word.as_str());
            prop_assert!(at.is_some(), "{:?} is not in {:?}", word, rest);
            rest = &rest[at.unwrap() + word.len()..];
        }
    }

    #[test]
    fn a_key_by_look_is_its_own_key_and_texts_that_fold_alike_are_taken_for_each_other(text in texts()) {
        let key = looks_like(&text);
        prop_assert_eq!(looks_like(&key), key);
        let folded = fold(&text);
        prop_assert_eq!(impersonates(&folded, &text), !folded.is_empty());
    }

    #[test]
    fn a_text_in_ascii_comes_out_as_it_would_beside_a_letter_that_is_not(text in "[ -~\\t\\n\\x0B\\x00]{0,30}") {
        let longer = |text: &str| format!("{text} é");
        let expected = format!("{} e", fold(&text));
        prop_assert_eq!(fold(&longer(&text)), expected.trim_start());
        let mut expected = words(&text);
        expected.push("e".to_owned());
        prop_assert_eq!(words(&longer(&text)), expected);
        if text.contains(|character: char| character.is_ascii_alphanumeric() || character == '|') {
            prop_assert_eq!(looks_like(&longer(&text)), looks_like(&text) + "e");
        }
    }
}
