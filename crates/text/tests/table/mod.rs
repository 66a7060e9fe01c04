//! The golden tables: `golden/cases.tsv`, what each function makes of a text, and `golden/characters.tsv`, a hash of what
//! the functions make of each single character, by blocks of 256.
//!
//! Both are written natively (`BLESS=1 cargo test -p cepatedge-text --test golden`) and compared natively and in wasm.

use std::ops::RangeInclusive;

pub const CASES: &str = include_str!("../golden/cases.tsv");
pub const CHARACTERS: &str = include_str!("../golden/characters.tsv");

/// The lines of [`CASES`] with what comes out today in the last column.
pub fn cases() -> String {
    let line = |line: &str| match line.split('\t').collect::<Vec<_>>()[..] {
        [function, given, ..] => format!("{function}\t{given}\t{}\n", answer(function, &unescaped(given))),
        _ => format!("{line}\n"),
    };
    CASES.lines().map(line).collect()
}

fn answer(function: &str, given: &str) -> String {
    match function {
        "fold" => escaped(&text::fold(given)),
        "words" => text::words(given).iter().map(|word| escaped(word)).collect::<Vec<_>>().join(", "),
        "visible" => text::visible(given).to_string(),
        "clean" => escaped(&text::clean(given)),
        "looks_like" => escaped(&text::looks_like(given)),
        "is_reserved" => text::is_reserved(given).to_string(),
        other => panic!("there is no function {other}"),
    }
}

/// What Unicode 14.0 had assigned, by ranges, so that all newer versions agree about it; without ideographs, syllables
/// of Hangul and great old scripts, whose characters are all alike.
const ASSIGNED: &str = include_str!("../golden/assigned.tsv");

/// A line for each block: its first character, and a hash of what comes out.
pub fn characters() -> String {
    let mut blocks: Vec<(u32, Hash)> = Vec::new();
    for character in ASSIGNED.lines().flat_map(range).filter_map(char::from_u32) {
        let first = u32::from(character) & !0xFF;
        if blocks.last().is_none_or(|(block, _)| *block != first) {
            blocks.push((first, Hash(0xcbf2_9ce4_8422_2325)));
        }
        let (_, hash) = blocks.last_mut().unwrap();
        hash.add(&text::fold(&format!("x{character}x")));
        hash.add(&text::words(&format!("x{character}x")).join(" "));
        hash.add(&text::looks_like(&character.to_string()));
        hash.add(&text::visible(&character.to_string()).to_string());
        // What stands around each format character decides about it.
        hash.add(&text::clean(&format!("{character}\u{200D}\u{2695}{character}\u{200C}x{character}\u{FE0F}")));
        hash.add(&text::clean(&format!("{character}\u{200B}{character}\u{FE00}\u{E0100}")));
    }
    blocks.into_iter().map(|(first, hash)| format!("{first:04X}\t{:016x}\n", hash.0)).collect()
}

fn range(line: &str) -> RangeInclusive<u32> {
    let (first, last) = line.split_once('\t').unwrap();
    let number = |digits| u32::from_str_radix(digits, 16).unwrap();
    number(first)..=number(last)
}

/// FNV-1a: it is the same everywhere and needs nothing.
struct Hash(u64);

impl Hash {
    fn add(&mut self, text: &str) {
        for byte in text.bytes().chain([0xFF]) {
            self.0 = (self.0 ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
        }
    }
}

/// As Rust writes it, so that what is invisible is seen.
fn escaped(text: &str) -> String {
    text.escape_debug().collect()
}

fn unescaped(text: &str) -> String {
    let mut plain = String::new();
    let mut rest = text;
    while let Some((before, behind)) = rest.split_once('\\') {
        plain.push_str(before);
        let (character, after) = match behind.split_at(1) {
            ("n", after) => ('\n', after),
            ("t", after) => ('\t', after),
            ("r", after) => ('\r', after),
            ("u", after) => {
                let (digits, after) = after.strip_prefix('{').unwrap().split_once('}').unwrap();
                (char::from_u32(u32::from_str_radix(digits, 16).unwrap()).unwrap(), after)
            }
            (_, after) => (behind.chars().next().unwrap(), after),
        };
        plain.push(character);
        rest = after;
    }
    plain + rest
}
