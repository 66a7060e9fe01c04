//! Assets: the things that break. What may be said of one, how one is named by a request, and why a change is refused.

pub mod fields;

use base::refusal::Refusal;
use base::text::Lines;
use base::{text_type, uuid_id, words};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::domain::place::PlaceLabel;

uuid_id! {
    /// An asset.
    AssetId, "asset id"
}

/// The most parts in parts of an asset.
pub const MOST_LEVELS: u32 = 8;

/// The most fields of an organisation's own that an asset has.
const MOST_CUSTOM: usize = 40;

/// The longest name of such a field, and the longest text in one, in characters.
const CUSTOM_CHARS: usize = 200;

words! {
    /// Whether an asset does its work.
    #[derive(Default)]
    pub enum AssetStatus: "status" {
        /// It does.
        #[default]
        InService = "in_service",
        /// It does not, for now.
        OutOfService = "out_of_service",
        /// It will not again: requests do not name it any more.
        Retired = "retired",
    }
}

text_type! {
    /// What an asset is called, 1 to 120 characters.
    AssetName, "name", 1..=120, Lines::One
}

text_type! {
    /// What stands on its label, at most 40 characters; no two assets have the same, whatever the case.
    AssetCode, "code", 0..=40, Lines::One
}

text_type! {
    /// What kind of thing it is, in the organisation's own words: at most 60 characters.
    AssetCategory, "category", 0..=60, Lines::One
}

text_type! {
    /// Who made it, at most 100 characters.
    Maker, "maker", 0..=100, Lines::One
}

text_type! {
    /// Its model, at most 100 characters.
    Model, "model", 0..=100, Lines::One
}

text_type! {
    /// Its serial number, at most 100 characters.
    Serial, "serial", 0..=100, Lines::One
}

text_type! {
    /// Whatever else there is to know, at most 5,000 characters.
    Notes, "notes", 0..=5_000, Lines::Many
}

text_type! {
    /// What it cost, as the organisation writes it: at most 40 characters.
    Cost, "cost", 0..=40, Lines::One
}

text_type! {
    /// Why it is in another state, at most 300 characters.
    StatusReason, "status_reason", 0..=300, Lines::One
}

/// An asset as a request names it: as it was called when it was named.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "Value")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct AssetLabel {
    /// The asset.
    pub id: AssetId,
    /// What it is called.
    pub name: String,
    /// What stands on its label.
    #[cfg_attr(feature = "openapi", schema(required = true))]
    pub code: Option<String>,
}

/// By hand, as a place's label.
impl TryFrom<Value> for AssetLabel {
    type Error = &'static str;

    fn try_from(value: Value) -> Result<Self, Self::Error> {
        let text = |name: &str| value.get(name).and_then(Value::as_str);
        let id = text("id").and_then(|id| id.parse().ok()).ok_or("an asset has an id")?;
        let name = text("name").ok_or("an asset has a name")?.to_owned();
        Ok(Self { id, name, code: text("code").map(str::to_owned) })
    }
}

/// An asset that a body names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NamedAsset {
    /// What it is called.
    pub label: AssetLabel,
    /// Where it is.
    pub location: Option<PlaceLabel>,
    /// Whether requests name it no more.
    pub is_retired: bool,
}

impl NamedAsset {
    /// What the API tells of an asset, as far as a request wants to know it.
    #[must_use]
    pub fn read(record: Value) -> Option<Self> {
        let location = record.get("location").cloned().and_then(|location| PlaceLabel::try_from(location).ok());
        let is_retired = record.get("status").and_then(Value::as_str) == Some(AssetStatus::Retired.as_str());
        Some(Self { location, is_retired, label: AssetLabel::try_from(record).ok()? })
    }
}

/// A civil date, `2026-11-30`; an empty text takes it away.
///
/// # Errors
/// `Invalid` naming `field`, `malformed_date`.
pub fn date<'a>(field: &str, text: &'a str) -> Result<&'a str, Refusal> {
    let text = text.trim();
    if text.is_empty() || is_date(text) {
        return Ok(text);
    }
    Err(Refusal::invalid(field, "malformed_date", format!("{field} is a date such as 2026-11-30.")))
}

fn is_date(text: &str) -> bool {
    let parts: Vec<&str> = text.split('-').collect();
    let [year, month, day] = parts.as_slice() else { return false };
    let number = |text: &str, length: usize| {
        let is_number = text.len() == length && text.bytes().all(|byte| byte.is_ascii_digit());
        if is_number { text.parse::<u32>().ok() } else { None }
    };
    let (Some(year), Some(month), Some(day)) = (number(year, 4), number(month, 2), number(day, 2)) else {
        return false;
    };
    let is_leap = year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400));
    let days = match month {
        4 | 6 | 9 | 11 => 30,
        2 if is_leap => 29,
        2 => 28,
        1..=12 => 31,
        _ => return false,
    };
    (1900..=9999).contains(&year) && (1..=days).contains(&day)
}

/// Fields of the organisation's own, all of them: texts, numbers, yes or no.
///
/// # Errors
/// `Invalid` naming `custom`: `too_many`, `too_long` or `wrong_type`.
pub fn custom(fields: Map<String, Value>) -> Result<Value, Refusal> {
    let wrong = |code: &str, detail: &str| Err(Refusal::invalid("custom", code, detail));
    if fields.len() > MOST_CUSTOM {
        return wrong("too_many", "An asset has at most 40 fields of your own.");
    }
    for (name, value) in &fields {
        let length = value.as_str().map_or(0, |text| text.chars().count()).max(name.chars().count());
        if length > CUSTOM_CHARS || name.trim().is_empty() {
            return wrong("too_long", "A field's name has 1 to 200 characters, and its text at most 200.");
        }
        if value.is_array() || value.is_object() {
            return wrong("wrong_type", "A field is a text, a number, or yes or no.");
        }
    }
    Ok(Value::Object(fields))
}

/// Why a change is refused, by PostgreSQL's word for it.
#[must_use]
pub fn refused(word: &str) -> Refusal {
    match word {
        "missing" => Refusal::NotFound,
        "unknown_place" => Refusal::invalid("location_id", "unknown_place", "There is no place with this id."),
        "unknown_parent" => Refusal::invalid("parent_id", "unknown_asset", "There is no asset with this id."),
        "under_itself" => Refusal::invalid("parent_id", "under_itself", "An asset cannot be a part of itself."),
        "too_deep" => Refusal::invalid("parent_id", "too_deep", format!("Parts have at most {MOST_LEVELS} levels.")),
        "code_taken" => Refusal::invalid("code", "code_taken", "Another asset has this code."),
        "other_body" => Refusal::IdempotencyKeyReused,
        _ => Refusal::Internal,
    }
}

#[cfg(all(test, not(target_arch = "wasm32")))]
mod tests {
    use super::*;

    #[test]
    fn a_date_is_one_of_the_calendar() {
        for text in ["2026-11-30", " 2024-02-29 ", "2000-02-29", ""] {
            assert_eq!(date("bought", text), Ok(text.trim()));
        }
        for text in [
            "2026-11-31",
            "2023-02-29",
            "1900-02-29",
            "2026-13-01",
            "2026-00-01",
            "26-11-30",
            "2026-11-30Z",
            "+026-1-1",
        ] {
            assert!(date("bought", text).is_err(), "{text}");
        }
    }

    #[test]
    fn own_fields_are_small_and_flat() {
        let fields = |value: Value| value.as_object().unwrap().clone();
        assert!(
            custom(fields(serde_json::json!({ "Voltage": 230, "Filter": "F7", "Leased": true, "Old": null }))).is_ok()
        );
        assert!(custom(fields(serde_json::json!({ "Nested": { "a": 1 } }))).is_err());
        assert!(custom(fields(serde_json::json!({ "Long": "a".repeat(201) }))).is_err());
        assert!(custom((0..41).map(|n| (n.to_string(), Value::Null)).collect()).is_err());
    }
}
