//! What the functions are for, in the words of those who use them; `golden/cases.tsv` has the many cases.

#![cfg(not(target_arch = "wasm32"))]

use text::{Format, FormatCharacter, RESERVED, clean, fold, impersonates, is_reserved, looks_like, visible, words};

/// Whether a search for one finds the other.
fn finds(searched: &str, text: &str) -> bool {
    fold(text).contains(&fold(searched))
}

#[test]
fn a_search_finds_a_text_whatever_its_case() {
    for (searched, text) in [
        ("ΟΔΟΣ", "ΟΔΟΣΗΜΑ"),
        ("οδός", "ΟΔΟΣ 5"),
        ("inşaat", "İnşaat"),
        ("ISIK", "ışık"),
        ("STRASSE", "Straße"),
        ("straẞe", "STRASSE"),
        ("ΑΙΔΗΣ", "ᾅδης"),
    ] {
        assert!(finds(searched, text), "{searched} in {text}");
    }
}

#[test]
fn a_search_finds_a_text_however_it_was_typed() {
    for (searched, text) in [
        ("cafe", "Café"),
        ("Cafe\u{301}", "Café"),
        ("boiler room", "Boiler\u{A0}room"),
        ("boiler room", "boiler \u{3000} room"),
        ("MR-15", "ＭＲ－１５"),
        ("fire", "ﬁre"),
        ("admin", "ad\u{AD}min"),
        ("محمد", "مُحَمَّد"),
        ("шалом", "Ша\u{301}лом"),
    ] {
        assert!(finds(searched, text), "{searched} in {text}");
    }
}

#[test]
fn a_search_tells_apart_what_the_writing_tells_apart() {
    for (searched, text) in [("か", "が"), ("กา", "กิ"), ("कि", "की"), ("søren", "soren")] {
        assert!(!finds(searched, text), "{searched} in {text}");
    }
}

#[test]
fn case_is_folded_as_unicode_says_but_for_dotless_i_and_cherokee() {
    // Pairs of CaseFolding.txt with the status F (full) and C (common), which a simple lower case would miss.
    for (one, other) in [
        ("ß", "ss"),
        ("ŉ", "ʼn"),
        ("ΐ", "ΐ"),
        ("և", "եւ"),
        ("ﬅ", "st"),
        ("ﬗ", "մխ"),
        ("ς", "σ"),
        ("ϐ", "β"),
        ("ẛ", "ṡ"),
        ("ᲀ", "в"),
        ("Ა", "ა"),
        ("ꭰ", "Ꭰ"),
        ("𐐀", "𐐨"),
        ("Ǆ", "ǆ"),
        ("ǅ", "ǆ"),
    ] {
        assert_eq!(fold(one), fold(other), "{one} {other}");
    }
    assert_eq!(fold("ı"), "i");
}

#[test]
fn a_reference_falls_into_its_parts() {
    assert_eq!(words("MR-15: Pump  #3 (Café)"), ["mr", "15", "pump", "3", "cafe"]);
    assert_eq!(words(" … "), Vec::<String>::new());
}

#[test]
fn a_text_of_nothing_to_be_seen_is_not_visible() {
    for blank in ["", " \t\n", "\u{200B}\u{200D}", "\u{3164}", "\u{2800}", "\u{E000}", "\u{301}", "\u{FE0F}", "\u{378}"]
    {
        assert!(!visible(blank), "{blank:?}");
    }
    for text in ["a", "👩\u{200D}🔧", "🇮🇩", "مرحبا", "שלום", "สวัสดี", "ꦱꦸꦒꦼꦁ", "中文"]
    {
        assert!(visible(text), "{text}");
    }
}

#[test]
fn emoji_and_languages_that_need_joiners_come_out_byte_for_byte() {
    for text in [
        "👨\u{200D}👩\u{200D}👧",
        "🏴\u{E0067}\u{E0062}\u{E0065}\u{E006E}\u{E0067}\u{E007F}",
        "🏳\u{FE0F}\u{200D}🌈",
        "1\u{FE0F}\u{20E3}",
        "می\u{200C}خواهم",
        "क्\u{200D}ष",
        "ශ්\u{200D}රී",
    ] {
        assert!(matches!(clean(text), std::borrow::Cow::Borrowed(_)) || clean(text) == text, "{text}");
        assert!(Format::Refused.apply(text).is_ok(), "{text}");
    }
}

#[test]
fn a_bidi_override_is_removed_or_refused_by_the_rule_of_the_field() {
    let text = "see \u{202E}gpj.exe";
    assert_eq!(Format::Removed.apply(text).as_deref(), Ok("see gpj.exe"));
    assert_eq!(Format::Refused.apply(text), Err(FormatCharacter('\u{202E}')));
    assert_eq!(FormatCharacter('\u{202E}').to_string(), "U+202E");
}

#[test]
fn a_name_that_looks_like_another_is_taken_for_it() {
    for name in [
        "Аdmin",
        "аdmіn",
        "ADMIN",
        "Аⅾmin",
        "admin\u{200B}",
        "Ad min",
        "αdmin",
        "adrnin",
        "adm1n",
        "ádmin",
        "ꓮꓓꓟꓲꓠ",
        "аdмin",
    ] {
        assert!(impersonates(name, "Admin"), "{name}: {}", looks_like(name));
        assert!(is_reserved(name), "{name}");
    }
    assert!(impersonates("Вudi", "Budi"));
    assert!(impersonates("ѕуstem", "System"));
    // Case alone: the capitals look like other Latin letters than the small ones.
    assert!(impersonates("νίκη", "ΝΙΚΗ"));
}

#[test]
fn names_that_look_different_are_not_taken_for_each_other() {
    for (name, other) in [("Andi", "Budi"), ("Рита", "Pita"), ("محمد", "محمود"), ("王伟", "王伟明"), ("がか", "かか")]
    {
        assert!(!impersonates(name, other), "{name} {other}");
    }
    // Nothing to be seen is nobody's name.
    assert!(!impersonates("\u{200B}", ""));
}

#[test]
fn what_is_written_in_another_script_throughout_is_compared_by_look_as_well() {
    assert!(impersonates("Сора", "Copa"));
}

#[test]
fn a_reserved_word_is_reserved_and_so_are_several_in_a_row() {
    for word in RESERVED {
        assert!(is_reserved(word), "{word}");
    }
    assert!(is_reserved("СераtEdge Support"));
    for name in ["Andi", "Budi Support", "Adminah", "Rootham", "", "🔥"] {
        assert!(!is_reserved(name), "{name}");
    }
}
