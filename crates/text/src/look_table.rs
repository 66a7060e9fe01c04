//! Which Latin letter another character looks like: hand-kept, for the comparison of names in `look.rs` alone.
//!
//! Source: `confusables.txt` of UTS #39 (Unicode 18.0), those of its letters of Latin, Greek, Cyrillic, Armenian,
//! Cherokee, Coptic and Lisu whose prototype is a single ASCII letter, in lower case; `l`, and what looks like it, is
//! `i`. Not in that file, and here by eye: letters of the shape of a small capital (`ᴀ`, `в`, `к`, `м`, `н`, `т`, `п`,
//! `β`, `κ`, `τ`), `η` and `χ`, and letters with a stroke (`ø`, `đ`, `ł`), which is to them what an accent is to others.
//! Letters that Unicode decomposes (UAX #15) are not here: they are decomposed before.

/// Each character and the Latin letter, sorted. No character on the right stands on the left, so that a key is its own
/// key.
#[rustfmt::skip]
pub(crate) const LOOKS: [(char, char); 272] = [
    // ASCII
    ('0', 'o'), ('1', 'i'), ('l', 'i'), ('|', 'i'),
    // Latin
    ('ø', 'o'), ('þ', 'p'), ('đ', 'd'), ('ħ', 'h'), ('ı', 'i'), ('ł', 'i'), ('ŧ', 't'), ('ƀ', 'b'),
    ('Ƅ', 'b'), ('ƍ', 'g'), ('ƒ', 'f'), ('Ɩ', 'i'), ('Ʀ', 'r'), ('ƶ', 'z'), ('ƽ', 's'), ('ƿ', 'p'),
    ('ǀ', 'i'), ('ǥ', 'g'), ('ȷ', 'j'), ('ȼ', 'c'), ('ɇ', 'e'), ('ɉ', 'j'), ('ɍ', 'r'), ('ɏ', 'y'),
    ('ɑ', 'a'), ('ɡ', 'g'), ('ɢ', 'g'), ('ɣ', 'y'), ('ɨ', 'i'), ('ɩ', 'i'), ('ɪ', 'i'), ('ɯ', 'w'),
    ('ɴ', 'n'), ('ʀ', 'r'), ('ʄ', 'f'), ('ʋ', 'u'), ('ʏ', 'y'), ('ʙ', 'b'), ('ʜ', 'h'), ('ʟ', 'i'),
    // Greek
    ('Ϳ', 'j'), ('Α', 'a'), ('Β', 'b'), ('Ε', 'e'), ('Ζ', 'z'), ('Η', 'h'), ('Ι', 'i'), ('Κ', 'k'),
    ('Μ', 'm'), ('Ν', 'n'), ('Ο', 'o'), ('Ρ', 'p'), ('Τ', 't'), ('Υ', 'y'), ('Χ', 'x'), ('α', 'a'),
    ('β', 'b'), ('γ', 'y'), ('η', 'n'), ('ι', 'i'), ('κ', 'k'), ('ν', 'v'), ('ο', 'o'), ('ρ', 'p'),
    ('σ', 'o'), ('τ', 't'), ('υ', 'u'), ('χ', 'x'), ('Ϝ', 'f'),
    // Coptic
    ('ϭ', 'o'),
    // Greek
    ('ϳ', 'j'), ('ϸ', 'p'), ('Ϻ', 'm'),
    // Cyrillic
    ('Ѕ', 's'), ('І', 'i'), ('Ј', 'j'), ('А', 'a'), ('В', 'b'), ('Е', 'e'), ('К', 'k'), ('М', 'm'),
    ('Н', 'h'), ('О', 'o'), ('Р', 'p'), ('С', 'c'), ('Т', 't'), ('У', 'y'), ('Х', 'x'), ('Ь', 'b'),
    ('а', 'a'), ('в', 'b'), ('г', 'r'), ('е', 'e'), ('к', 'k'), ('м', 'm'), ('н', 'h'), ('о', 'o'),
    ('п', 'n'), ('р', 'p'), ('с', 'c'), ('т', 't'), ('у', 'y'), ('х', 'x'), ('ш', 'w'), ('ѕ', 's'),
    ('і', 'i'), ('ј', 'j'), ('ѡ', 'w'), ('Ѵ', 'v'), ('ѵ', 'v'), ('Ү', 'y'), ('ү', 'y'), ('Һ', 'h'),
    ('һ', 'h'), ('ҽ', 'e'), ('Ӏ', 'i'), ('ӏ', 'i'), ('ԁ', 'd'), ('Ԍ', 'g'), ('Ԛ', 'q'), ('ԛ', 'q'),
    ('Ԝ', 'w'), ('ԝ', 'w'),
    // Armenian
    ('Ս', 'u'), ('Տ', 's'), ('Օ', 'o'), ('ա', 'w'), ('գ', 'q'), ('զ', 'q'), ('հ', 'h'), ('յ', 'j'),
    ('ո', 'n'), ('ռ', 'n'), ('ս', 'u'), ('ց', 'g'), ('ւ', 'i'), ('ք', 'f'), ('օ', 'o'),
    // Cherokee
    ('Ꭰ', 'd'), ('Ꭱ', 'r'), ('Ꭲ', 't'), ('Ꭵ', 'i'), ('Ꭹ', 'y'), ('Ꭺ', 'a'), ('Ꭻ', 'j'), ('Ꭼ', 'e'),
    ('Ꮃ', 'w'), ('Ꮇ', 'm'), ('Ꮋ', 'h'), ('Ꮍ', 'y'), ('Ꮐ', 'g'), ('Ꮒ', 'h'), ('Ꮓ', 'z'), ('Ꮟ', 'b'),
    ('Ꮢ', 'r'), ('Ꮤ', 'w'), ('Ꮥ', 's'), ('Ꮩ', 'v'), ('Ꮪ', 's'), ('Ꮮ', 'i'), ('Ꮯ', 'c'), ('Ꮲ', 'p'),
    ('Ꮶ', 'k'), ('Ꮷ', 'd'), ('Ᏻ', 'g'), ('Ᏼ', 'b'),
    // Cyrillic
    ('ᲂ', 'o'), ('ᲃ', 'c'),
    // Latin
    ('ᴀ', 'a'), ('ᴄ', 'c'), ('ᴅ', 'd'), ('ᴇ', 'e'), ('ᴊ', 'j'), ('ᴋ', 'k'), ('ᴍ', 'm'), ('ᴏ', 'o'),
    ('ᴑ', 'o'), ('ᴘ', 'p'), ('ᴛ', 't'), ('ᴜ', 'u'), ('ᴠ', 'v'), ('ᴡ', 'w'), ('ᴢ', 'z'), ('ᶃ', 'g'),
    ('ᶌ', 'y'), ('ẝ', 'f'), ('ỿ', 'y'), ('Ⱬ', 'z'), ('ⱬ', 'z'),
    // Coptic
    ('Ⲃ', 'b'), ('ⲅ', 'r'), ('Ⲍ', 'z'), ('ⲍ', 'z'), ('Ⲏ', 'h'), ('Ⲓ', 'i'), ('ⲓ', 'i'), ('Ⲕ', 'k'),
    ('Ⲙ', 'm'), ('Ⲛ', 'n'), ('Ⲟ', 'o'), ('ⲟ', 'o'), ('Ⲣ', 'p'), ('ⲣ', 'p'), ('Ⲥ', 'c'), ('ⲥ', 'c'),
    ('Ⲧ', 't'), ('Ⲩ', 'y'), ('ⲩ', 'y'), ('Ⲭ', 'x'), ('ⲽ', 'w'), ('Ⳏ', 'p'), ('ⳏ', 'p'), ('Ⳑ', 'i'),
    // Lisu
    ('ꓐ', 'b'), ('ꓑ', 'p'), ('ꓒ', 'd'), ('ꓓ', 'd'), ('ꓔ', 't'), ('ꓖ', 'g'), ('ꓗ', 'k'), ('ꓙ', 'j'),
    ('ꓚ', 'c'), ('ꓜ', 'z'), ('ꓝ', 'f'), ('ꓟ', 'm'), ('ꓠ', 'n'), ('ꓡ', 'i'), ('ꓢ', 's'), ('ꓣ', 'r'),
    ('ꓦ', 'v'), ('ꓧ', 'h'), ('ꓪ', 'w'), ('ꓫ', 'x'), ('ꓬ', 'y'), ('ꓮ', 'a'), ('ꓰ', 'e'), ('ꓲ', 'i'),
    ('ꓳ', 'o'), ('ꓴ', 'u'),
    // Cyrillic
    ('ꙇ', 'i'),
    // Latin
    ('ꜱ', 's'), ('ꞁ', 'i'), ('Ꞙ', 'f'), ('ꞙ', 'f'), ('ꞟ', 'u'), ('Ɪ', 'i'), ('Ʝ', 'j'), ('Ꭓ', 'x'),
    ('Ꞵ', 'b'), ('ꟺ', 'w'), ('ꟾ', 'i'), ('ꬲ', 'e'), ('ꬵ', 'f'), ('ꬽ', 'o'), ('ꭇ', 'r'), ('ꭈ', 'r'),
    ('ꭎ', 'u'), ('ꭒ', 'u'), ('ꭚ', 'y'), ('ꭤ', 'a'),
    // Cherokee
    ('ꭵ', 'i'), ('ꮁ', 'r'), ('ꮃ', 'w'), ('ꮓ', 'z'), ('ꮤ', 'w'), ('ꮩ', 'v'), ('ꮪ', 's'), ('ꮯ', 'c'),
];

#[cfg(test)]
mod tests {
    use super::LOOKS;

    #[test]
    fn the_table_is_sorted_and_has_each_character_once() {
        assert!(LOOKS.is_sorted_by(|one, other| one.0 < other.0));
    }

    #[test]
    fn what_a_character_looks_like_is_a_small_latin_letter_that_looks_like_no_other() {
        for (from, latin) in LOOKS {
            assert!(latin.is_ascii_lowercase(), "{from}");
            assert!(LOOKS.binary_search_by_key(&latin, |(from, _)| *from).is_err(), "{from}");
        }
    }
}
