//! Names compared by look: what reads as somebody else's name, or as the system's, is theirs.
//!
//! The idea is that of the skeletons of UTS #39, section 4, restricted to what a name of a person here can be made of,
//! and made coarser: case, accents, spaces, punctuation and symbols do not count.

use crate::look_table::LOOKS;
use crate::{fold, platform};

/// What nobody may be called, in English and Indonesian; compared by look, also several in a row ("CepatEdge Admin").
/// A word gets in here only if nobody is called so.
pub const RESERVED: &[&str] = &[
    "admin",
    "administrator",
    "cepatedge",
    "dukungan",
    "helpdesk",
    "moderator",
    "operator",
    "pengelola",
    "petugas",
    "root",
    "sistem",
    "staff",
    "superuser",
    "support",
    "sysadmin",
    "system",
];

/// The key by which a name is compared by look. Two names with the same key are taken for each other at a glance.
///
/// Each letter, without its marks and by the rules of [`fold`], becomes the Latin letter that it looks like: as it is
/// written (a Greek `Η` is an `h`, `η` an `n`), otherwise as it is folded. The scripts are Latin, Greek, Cyrillic, and
/// those parts of Armenian, Cherokee, Coptic and Lisu that look like Latin; a look-alike elsewhere, and a digit in a
/// foreign script, is not seen through. `0` is `o`; `1`, `l`, `I`, `i` and `|` are all `i`, since case does not count;
/// `rn` is `m`. Spaces, punctuation and symbols go, and so does everything that [`fold`] drops.
///
/// What is written in one script throughout is compared by look as well: a Cyrillic `Сора` is `copa`. `Рита` keeps its
/// `и` and is not `Pita`. The price are a few names that differ and have the same key: `Lia` and `Ila`, `Arni` and `Ami`.
///
/// A text of symbols alone is its own folding. The key is its own key; it is for comparing, not for showing (it is
/// decomposed: a Hangul syllable is two or three characters).
#[must_use]
pub fn looks_like(text: &str) -> String {
    let key = if text.is_ascii() {
        let is_seen = |character: &char| character.is_ascii_alphanumeric() || *character == '|';
        text.chars().filter(is_seen).map(|letter| look(letter.to_ascii_lowercase())).collect()
    } else {
        let mut key = String::new();
        for line in platform::letters(text).split('\n') {
            let mut letters = line.chars();
            match letters.next().and_then(known) {
                Some(latin) => key.push(latin),
                None => key.extend(letters.map(look)),
            }
        }
        key
    };
    if key.is_empty() { fold(text) } else { key.replace("rn", "m") }
}

/// Whether one name could be taken for the other: by look, or because they differ in case alone (in Greek and Cyrillic
/// capitals and small letters look like different Latin ones). A name without anything to be seen is taken for none.
///
/// To look a name up among many, keep [`looks_like`] and [`fold`] of each, indexed, and compare key with key.
#[must_use]
pub fn impersonates(name: &str, other: &str) -> bool {
    let is_same = |one: String, other: String| !one.is_empty() && one == other;
    is_same(looks_like(name), looks_like(other)) || is_same(fold(name), fold(other))
}

/// Whether a name looks like one of [`RESERVED`], or like several of them in a row.
#[must_use]
pub fn is_reserved(name: &str) -> bool {
    let reserved: Vec<String> = RESERVED.iter().map(|word| looks_like(word)).collect();
    let is_made_of_reserved = |key: &str| {
        // The places, in bytes, up to which the key consists of reserved words; at most one for each of its letters.
        let mut reached = vec![0];
        let mut at = 0;
        while let Some(place) = reached.get(at).copied() {
            let rest = key.get(place..).unwrap_or_default();
            for word in reserved.iter().filter(|word| rest.starts_with(word.as_str())) {
                let end = place + word.len();
                if !reached.contains(&end) {
                    reached.push(end);
                }
            }
            at += 1;
        }
        !key.is_empty() && reached.contains(&key.len())
    };
    is_made_of_reserved(&looks_like(name))
}

/// The Latin letter that a character looks like; itself where it looks like none.
fn look(character: char) -> char {
    known(character).unwrap_or(character)
}

fn known(character: char) -> Option<char> {
    let place = LOOKS.binary_search_by_key(&character, |(from, _)| *from).ok()?;
    LOOKS.get(place).map(|(_, latin)| *latin)
}
