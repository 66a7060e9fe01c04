//! What changes about a thing that PostgreSQL keeps as JSON: its fields by name, and what of them is searched, folded.
//!
//! A field that is null is taken away, one that is not there stays.

use base::refusal::Refusal;
use base::text::{Lines, parse};
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::{Map, Value};

use super::text::fold;

/// Digits of a number in a name, so that room 9 stands before room 10.
const DIGITS: usize = 10;

/// The longest that a place in an alphabetical list is, in bytes: it is a part of a cursor.
const SORT_BYTES: usize = 400;

/// A text that may be said of a thing.
pub struct TextField {
    /// Its name in the API.
    pub name: &'static str,
    /// The least and the greatest length, in characters.
    pub chars: (usize, usize),
    /// One line or many.
    pub lines: Lines,
    /// Whether it is searched.
    pub is_searched: bool,
}

/// Declares texts by their types: `texts![PlaceName One true, Address Many false]`, with their lines, and whether they are searched.
#[macro_export]
macro_rules! texts {
    ($($text:ident $lines:ident $is_searched:literal),+ $(,)?) => {
        &[$($crate::domain::patch::TextField {
            name: $text::FIELD,
            chars: ($text::MIN_CHARS, $text::MAX_CHARS),
            lines: base::text::Lines::$lines,
            is_searched: $is_searched,
        }),+]
    };
}

/// A text of a body, if it has one under this name.
///
/// # Errors
/// `Invalid`, `wrong_type`.
pub fn text_in<'a>(body: &'a Map<String, Value>, name: &str) -> Result<Option<&'a str>, Refusal> {
    match body.get(name) {
        None | Some(Value::Null) => Ok(None),
        Some(Value::String(text)) => Ok(Some(text)),
        Some(_) => Err(Refusal::invalid(name, "wrong_type", "This field is a text.")),
    }
}

/// What changes.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Patch {
    /// The fields.
    pub body: Map<String, Value>,
    /// What of them is searched, and the place in an alphabetical list.
    pub folded: Map<String, Value>,
}

impl Patch {
    /// The texts of a body.
    ///
    /// # Errors
    /// `Invalid`, naming the field.
    pub fn of(body: &Map<String, Value>, fields: &[TextField]) -> Result<Self, Refusal> {
        let mut patch = Self::default();
        for TextField { name, chars: (least, most), lines, is_searched } in fields {
            let Some(text) = text_in(body, name)? else { continue };
            let text = parse(text, name, *least, *most, *lines)?;
            match (*name, is_searched) {
                ("name", _) => patch.set_name(Some(&text)),
                (_, true) => patch.set_searched(name, Some(&text)),
                (_, false) => patch.set(name, Some(text)),
            }
        }
        Ok(patch)
    }

    /// A field that was told; an empty text takes it away.
    pub fn set(&mut self, name: &str, value: Option<impl Into<Value>>) {
        if let Some(value) = value.map(Into::into) {
            self.body.insert(name.to_owned(), without_nothing(value));
        }
    }

    /// A field that is also searched.
    pub fn set_searched(&mut self, name: &str, text: Option<&str>) {
        if let Some(text) = text {
            self.folded.insert(name.to_owned(), without_nothing(fold(text).into()));
        }
        self.set(name, text);
    }

    /// The name, which is searched, and gives the place in an alphabetical list.
    pub fn set_name(&mut self, name: Option<&str>) {
        self.set_searched("name", name);
        if let Some(name) = name {
            self.folded.insert("sort".to_owned(), sort_key(name).into());
        }
    }

    /// Whether nothing changes.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.body.is_empty()
    }
}

/// Reads what was told: null is nothing, which is something else than what was not told.
///
/// # Errors
/// Those of the value.
pub fn told<'de, T: Deserialize<'de>, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Option<T>>, D::Error> {
    Option::deserialize(deserializer).map(Some)
}

fn without_nothing(value: Value) -> Value {
    match value {
        Value::String(text) if text.is_empty() => Value::Null,
        value => value,
    }
}

/// Where a name stands in an alphabetical list: folded, with numbers in the order of their size.
#[must_use]
pub fn sort_key(name: &str) -> String {
    let (mut key, mut digits) = (String::new(), String::new());
    for character in fold(name).chars().chain(['\0']) {
        if character.is_ascii_digit() {
            digits.push(character);
            continue;
        }
        if !digits.is_empty() {
            let number = digits.trim_start_matches('0');
            key.extend(std::iter::repeat_n('0', DIGITS.saturating_sub(number.len())));
            key.push_str(number);
            digits.clear();
        }
        if key.len() > SORT_BYTES {
            break;
        }
        if character != '\0' {
            key.push(character);
        }
    }
    key
}

#[cfg(all(test, not(target_arch = "wasm32")))]
mod tests {
    use super::*;

    #[test]
    fn room_nine_stands_before_room_ten() {
        let mut names = ["Room 10", "room 9", "Room 9a", "Lobby", "Ruang 007", "Ruang 7"];
        names.sort_by_key(|name| sort_key(name));
        assert_eq!(names, ["Lobby", "room 9", "Room 9a", "Room 10", "Ruang 007", "Ruang 7"]);
        assert!(sort_key(&"1a".repeat(5_000)).len() < SORT_BYTES + 2 * DIGITS);
    }

    #[test]
    fn an_empty_text_takes_a_field_away_and_what_was_not_told_stays() {
        let mut patch = Patch::default();
        patch.set_name(Some("Café 2"));
        patch.set_searched("code", Some(""));
        patch.set_searched("kind", None);
        assert_eq!(Value::Object(patch.body), serde_json::json!({ "name": "Café 2", "code": null }));
        assert_eq!(
            Value::Object(patch.folded),
            serde_json::json!({ "name": "cafe 2", "sort": "cafe 0000000002", "code": null })
        );
    }
}
