//! Places: where things are broken. What may be said of one, how one is named by a request, and why a change of the tree is refused.
//!
//! The tree is PostgreSQL's, which also decides what would make it a tree no more, behind a lock (`db::statements::places`); the words
//! for that are here.

use base::refusal::Refusal;
use base::text::Lines;
use base::{text_type, uuid_id};
use serde::{Deserialize, Serialize};
use serde_json::Value;

uuid_id! {
    /// A place.
    PlaceId, "place id"
}

/// The most levels that the tree has.
pub const MOST_LEVELS: u32 = 16;

text_type! {
    /// What a place is called, 1 to 100 characters.
    PlaceName, "name", 1..=100, Lines::One
}

text_type! {
    /// What kind of place it is, in the organisation's own words (site, building, floor, room): at most 40 characters.
    PlaceKind, "kind", 0..=40, Lines::One
}

text_type! {
    /// What is written on its door or in its plan, at most 40 characters; no two places have the same, whatever the case.
    PlaceCode, "code", 0..=40, Lines::One
}

text_type! {
    /// Where to find it, at most 300 characters.
    Address, "address", 0..=300, Lines::Many
}

/// A place as a request names it: as it was called when it was named. An index of requests knows what it is called now.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "Value")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct PlaceLabel {
    /// The place.
    pub id: PlaceId,
    /// What it is called.
    pub name: String,
    /// The places that it is in, the outermost first.
    #[cfg_attr(feature = "openapi", schema(required = true))]
    pub path: Vec<PlaceInPath>,
}

/// By hand, since it is in many a message: each way to read it would be code of its own.
impl TryFrom<Value> for PlaceLabel {
    type Error = &'static str;

    fn try_from(value: Value) -> Result<Self, Self::Error> {
        let PlaceInPath { id, name } = PlaceInPath::read(&value).ok_or("a place has an id and a name")?;
        let path = value.get("path").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
        Ok(Self { id, name, path: path.iter().filter_map(PlaceInPath::read).collect() })
    }
}

/// A place that another is in.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct PlaceInPath {
    /// The place.
    pub id: PlaceId,
    /// What it is called.
    pub name: String,
}

impl PlaceInPath {
    fn read(value: &Value) -> Option<Self> {
        let text = |name: &str| value.get(name).and_then(Value::as_str);
        Some(Self { id: text("id")?.parse().ok()?, name: text("name")?.to_owned() })
    }
}

/// Why a change of the tree is refused, by PostgreSQL's word for it.
#[must_use]
pub fn refused(word: &str) -> Refusal {
    match word {
        "missing" => Refusal::NotFound,
        "unknown_parent" => Refusal::invalid("parent_id", "unknown_place", "There is no place with this id."),
        "unknown_into" => Refusal::invalid("into", "unknown_place", "There is no place with this id."),
        "under_itself" => {
            Refusal::invalid("parent_id", "under_itself", "A place cannot be in itself, or in what is below it.")
        }
        "into_itself" => {
            Refusal::invalid("into", "under_itself", "A place cannot become a part of itself, or of what is below it.")
        }
        "too_deep" => {
            Refusal::invalid("parent_id", "too_deep", format!("The tree would have more than {MOST_LEVELS} levels."))
        }
        "code_taken" => Refusal::invalid("code", "code_taken", "Another place has this code."),
        "other_body" => Refusal::IdempotencyKeyReused,
        _ => Refusal::Internal,
    }
}
