//! The answers of the ICU crates and of `std`, for tests and tools: what `text.js` does, function by function, in the same
//! order.

use std::borrow::Cow;

use icu_normalizer::{ComposingNormalizerBorrowed, DecomposingNormalizerBorrowed};
use icu_properties::props::{
    BinaryProperty, DefaultIgnorableCodePoint, EmojiModifier, ExtendedPictographic, GeneralCategory,
    GeneralCategoryGroup, Ideographic, Script, WhiteSpace,
};
use icu_properties::script::ScriptWithExtensions;
use icu_properties::{CodePointMapData, CodePointSetData};

/// Writing whose letters join, stack or carry signs, or that puts no space between words: here joiners do something.
const COMPLEX: [Script; 33] = [
    Script::Adlam,
    Script::Arabic,
    Script::Balinese,
    Script::Batak,
    Script::Bengali,
    Script::Buginese,
    Script::Cham,
    Script::Devanagari,
    Script::Gujarati,
    Script::Gurmukhi,
    Script::HanifiRohingya,
    Script::Javanese,
    Script::Kannada,
    Script::Khmer,
    Script::Lao,
    Script::Lepcha,
    Script::Limbu,
    Script::Malayalam,
    Script::Mandaic,
    Script::MeeteiMayek,
    Script::Mongolian,
    Script::Myanmar,
    Script::Nko,
    Script::Oriya,
    Script::PhagsPa,
    Script::Sinhala,
    Script::Sundanese,
    Script::Syriac,
    Script::TaiTham,
    Script::Tamil,
    Script::Telugu,
    Script::Thai,
    Script::Tibetan,
];

pub(crate) fn fold(text: &str) -> String {
    let folded = ComposingNormalizerBorrowed::new_nfkc().normalize(&caseless(&decomposed(&bare(text)))).into_owned();
    joined(folded.split(is_space))
}

pub(crate) fn words(text: &str) -> String {
    let is_in_a_word = |character| {
        let kept = [GeneralCategoryGroup::Letter, GeneralCategoryGroup::Mark, GeneralCategoryGroup::Number];
        kept.iter().any(|group| group.contains(category(character)))
            || category(character) == GeneralCategory::OtherSymbol
    };
    joined(fold(text).split(|character| !is_in_a_word(character)))
}

pub(crate) fn visible(text: &str) -> bool {
    let blank = ['\u{2800}', '\u{FFFC}', '\u{1D159}', '\u{13441}', '\u{13442}'];
    text.chars().any(|character| {
        let shown = [
            GeneralCategoryGroup::Letter,
            GeneralCategoryGroup::Number,
            GeneralCategoryGroup::Punctuation,
            GeneralCategoryGroup::Symbol,
        ];
        shown.iter().any(|group| group.contains(category(character)))
            && !has::<DefaultIgnorableCodePoint>(character)
            && !blank.contains(&character)
    })
}

pub(crate) fn kinds(text: &str) -> String {
    text.chars().map(kind).collect()
}

pub(crate) fn letters(text: &str) -> String {
    let is_seen = |character: &char| {
        let unseen = [GeneralCategoryGroup::Punctuation, GeneralCategoryGroup::Symbol];
        *character == '|' || !(is_space(*character) || unseen.iter().any(|group| group.contains(category(*character))))
    };
    let line = |letter: char| format!("{letter}{}", caseless(letter.encode_utf8(&mut [0; 4])));
    let seen: String = bare(text).chars().filter(is_seen).collect();
    decomposed(&seen).chars().map(line).collect::<Vec<_>>().join("\n")
}

/// To be brought into canonical order again: what is gone may have kept two marks apart.
fn bare(text: &str) -> String {
    decomposed(text).chars().filter(|character| !is_unheard(*character)).collect()
}

fn decomposed(text: &str) -> Cow<'_, str> {
    DecomposingNormalizerBorrowed::new_nfkd().normalize(text)
}

/// By `std`, a character at a time: a final sigma becomes the other one in either case.
fn caseless(text: &str) -> String {
    let characters =
        text.chars().flat_map(char::to_lowercase).flat_map(char::to_uppercase).flat_map(char::to_lowercase);
    characters.map(|character| if character == 'ς' { 'σ' } else { character }).collect()
}

fn is_unheard(character: char) -> bool {
    has::<DefaultIgnorableCodePoint>(character)
        || category(character) == GeneralCategory::Format
        || character == '\u{640}'
        || (category(character) == GeneralCategory::Control && !has::<WhiteSpace>(character))
        || is_optional_mark(character)
}

fn is_optional_mark(character: char) -> bool {
    let is_mark = matches!(category(character), GeneralCategory::NonspacingMark | GeneralCategory::EnclosingMark);
    let scripts = [
        Script::Inherited,
        Script::Common,
        Script::Latin,
        Script::Greek,
        Script::Cyrillic,
        Script::Hebrew,
        Script::Arabic,
    ];
    is_mark
        && scripts.contains(&CodePointMapData::<Script>::new().get(character))
        && !matches!(character, '\u{345}' | '\u{3099}' | '\u{309A}')
}

fn kind(character: char) -> char {
    let is_in = |group: GeneralCategoryGroup| group.contains(category(character));
    let is_textual =
        is_in(GeneralCategoryGroup::Letter) || is_in(GeneralCategoryGroup::Mark) || is_in(GeneralCategoryGroup::Number);
    let scripts = ScriptWithExtensions::new();
    if character.is_ascii() {
        'x'
    } else if has::<ExtendedPictographic>(character) {
        'p'
    } else if has::<EmojiModifier>(character) {
        'e'
    } else if is_in(GeneralCategoryGroup::Symbol) {
        's'
    } else if has::<Ideographic>(character) {
        'i'
    } else if is_textual && COMPLEX.iter().any(|script| scripts.has_script(character, *script)) {
        'c'
    } else if is_in(GeneralCategoryGroup::Mark) {
        'm'
    } else {
        'x'
    }
}

fn is_space(character: char) -> bool {
    has::<WhiteSpace>(character) || character == '\u{2800}'
}

fn has<P: BinaryProperty>(character: char) -> bool {
    CodePointSetData::new::<P>().contains(character)
}

fn category(character: char) -> GeneralCategory {
    CodePointMapData::<GeneralCategory>::new().get(character)
}

/// The parts that are not empty, one space between two.
fn joined<'a>(parts: impl Iterator<Item = &'a str>) -> String {
    parts.filter(|part| !part.is_empty()).collect::<Vec<_>>().join(" ")
}
