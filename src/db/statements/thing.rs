//! What places and assets have in common: what is asked of them, and what is answered. Their JSON PostgreSQL makes for the API.

use base::ids::OrgId;
use base::page::Limit;
use base::refusal::Refusal;
use base::time::Timestamp;
use pg::statement::Statement;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use serde_json::value::RawValue;
use uuid::Uuid;

use super::audit::written;
use crate::domain::Position;
use crate::domain::asset::AssetStatus;
use crate::domain::log::NewEntry;
use crate::domain::patch::{Patch, told};
use crate::domain::place::PlaceId;

/// What a query is of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Thing {
    /// Places.
    Place,
    /// Assets.
    Asset,
}

impl Thing {
    /// What one is called.
    #[must_use]
    pub const fn noun(self) -> &'static str {
        match self {
            Self::Place => "place",
            Self::Asset => "asset",
        }
    }
}

/// A thing as the API tells it, and its version.
#[derive(Debug, Serialize, Deserialize)]
pub struct Found {
    /// The version.
    pub version: i64,
    /// It.
    pub record: Box<RawValue>,
    /// Whether this very call has changed it.
    #[serde(default)]
    pub written: bool,
}

/// One page of things.
#[derive(Debug, Serialize, Deserialize)]
pub struct ThingPage {
    /// Each as the API tells it.
    pub items: Vec<Box<RawValue>>,
    /// Their ids, in the same order.
    pub ids: Vec<Uuid>,
    /// Where the next page begins, when more follow.
    #[serde(default)]
    pub next: Option<Position>,
}

/// A page of things in alphabetical order.
#[derive(Debug, Serialize, Deserialize)]
pub struct PageThings {
    /// Of which.
    pub thing: Thing,
    /// Folded words: of a place all in name, code or kind of it or of those that it is in, one of them in its own; of an asset each in
    /// what is searched of it.
    #[serde(default)]
    pub words: Option<Vec<String>>,
    /// In this place, or a part of this asset; `none` for the outermost places; all if none.
    #[serde(default)]
    pub parent: Option<String>,
    /// Assets at this place or below.
    #[serde(default)]
    pub location: Option<PlaceId>,
    /// Assets of this category, folded.
    #[serde(default)]
    pub category: Option<String>,
    /// Assets in one of these states.
    #[serde(default)]
    pub status: Vec<AssetStatus>,
    /// Places that are not named any more, instead of those that are.
    #[serde(default)]
    pub archived: bool,
    /// Behind this one.
    #[serde(default)]
    pub after: Option<Position>,
    /// At most so many.
    pub limit: Limit,
}

/// A thing; of a place that became a part of another, that one.
#[derive(Debug, Serialize, Deserialize)]
pub struct FindThing {
    /// Of which.
    pub thing: Thing,
    /// Its id.
    pub id: Uuid,
}

/// Makes a thing, changes one, or makes a place a part of another; answers with what there is then.
#[derive(Debug, Serialize, Deserialize)]
pub struct SaveThing {
    /// Of which.
    pub thing: Thing,
    /// Its id.
    pub id: Uuid,
    /// Whether it is made.
    #[serde(default)]
    pub is_new: bool,
    /// The version that it must have.
    #[serde(default)]
    pub version: Option<i64>,
    /// The place that it is to be in, or the asset that it is to be a part of, where that changes; nothing for none.
    #[serde(default, deserialize_with = "told", skip_serializing_if = "Option::is_none")]
    pub parent: Option<Option<Uuid>>,
    /// Where an asset is to be, where that changes: at a place, or nowhere.
    #[serde(default, deserialize_with = "told", skip_serializing_if = "Option::is_none")]
    pub location: Option<Option<Uuid>>,
    /// The place that this one becomes a part of.
    #[serde(default)]
    pub into: Option<Uuid>,
    /// What else changes.
    #[serde(default)]
    pub patch: Patch,
    /// Whether a place is not to be named any more, where that changes.
    #[serde(default)]
    pub archived: Option<bool>,
    /// The state of an asset, where that changes.
    #[serde(default)]
    pub status: Option<AssetStatus>,
    /// What its history is told of another state: when, by whom and why.
    #[serde(default)]
    pub noted: Value,
    /// What the audit is told.
    pub entry: NewEntry,
}

/// Deletes a thing that nothing names: one that was made by mistake.
#[derive(Debug, Serialize, Deserialize)]
pub struct RemoveThing {
    /// Of which.
    pub thing: Thing,
    /// Its id.
    pub id: Uuid,
    /// The version that it must have.
    #[serde(default)]
    pub version: Option<i64>,
    /// What the audit is told.
    pub entry: NewEntry,
}

/// The parameters of a removal.
pub(super) fn removal(
    text: &'static str,
    org: &OrgId,
    now: Timestamp,
    remove: &RemoveThing,
) -> Result<Statement, Refusal> {
    Ok(Statement::new(text)
        .bind(org.to_string())
        .bind(remove.id.to_string())
        .bind(remove.version.map(|version| version.to_string()))
        .bind(now.as_ms().to_string())
        .bind(remove.entry.id.to_string())
        .bind(written(&remove.entry)?))
}

/// The two parts of a position in an alphabetical list: the id, and what it is sorted by.
pub(super) fn behind(after: Option<Position>) -> (Option<String>, Option<String>) {
    let parts = after.as_ref().and_then(|after| after.id.split_at_checked(36));
    (parts.map(|(id, _)| id.to_owned()), parts.map(|(_, sort)| sort.to_owned()))
}

/// A list, or fields, as a parameter.
pub(super) fn listed<T: Serialize>(list: Option<&T>) -> Result<Option<String>, Refusal> {
    list.map(serde_json::to_string).transpose().map_err(|_| Refusal::Internal)
}
