//! What each route of assets takes and answers.

use crate::domain::asset::{
    AssetCategory, AssetCode, AssetId, AssetLabel, AssetName, AssetStatus, Cost, Maker, Model, Notes, Serial,
    StatusReason,
};
use crate::domain::place::{PlaceId, PlaceLabel};
use crate::domain::user::Person;
use crate::openapi::operation::Operation;
use crate::openapi::schemas::{Schemas, any_of, text};

/// What is said of an asset. Of one that is made, the name is needed; of one that is changed, what is absent stays, and an empty text
/// takes away what was there.
#[derive(serde::Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
#[allow(dead_code, reason = "it is read by a table; its schema is what is wanted")]
pub struct AssetBody {
    /// What it is called: 1 to 120 characters.
    #[schema(value_type = Option<AssetName>, inline)]
    name: Option<String>,
    /// What stands on its label: at most 40 characters, unlike those of the others.
    #[schema(value_type = Option<AssetCode>, inline)]
    code: Option<String>,
    /// What kind of thing it is: at most 60 characters.
    #[schema(value_type = Option<AssetCategory>, inline)]
    category: Option<String>,
    /// The place where it is.
    location_id: Option<String>,
    /// The asset that it is a part of.
    parent_id: Option<String>,
    /// Who made it: at most 100 characters.
    #[schema(value_type = Option<Maker>, inline)]
    maker: Option<String>,
    /// Its model: at most 100 characters.
    #[schema(value_type = Option<Model>, inline)]
    model: Option<String>,
    /// Its serial number: at most 100 characters.
    #[schema(value_type = Option<Serial>, inline)]
    serial: Option<String>,
    /// When it was bought, a date.
    bought: Option<String>,
    /// The last day of its warranty, a date.
    warranty_until: Option<String>,
    /// What it cost, in words of your own: at most 40 characters.
    #[schema(value_type = Option<Cost>, inline)]
    cost: Option<String>,
    /// Whatever else there is to know: at most 5,000 characters.
    #[schema(value_type = Option<Notes>, inline)]
    notes: Option<String>,
    /// Fields of your own, all of them, in place of those of before: texts, numbers, yes or no; at most 40. Those that the category asks
    /// for (`GET /api/asset-categories`) are checked; a refusal names one `custom.` and its name.
    #[schema(value_type = Option<Object>)]
    custom: Option<serde_json::Value>,
    /// Whether it does its work.
    #[schema(value_type = Option<AssetStatus>)]
    status: Option<String>,
    /// Why it is in another state, for its history: at most 300 characters.
    #[schema(value_type = Option<StatusReason>, inline)]
    status_reason: Option<String>,
}

/// An asset.
#[derive(utoipa::ToSchema)]
#[schema(as = Asset)]
#[allow(dead_code, reason = "PostgreSQL makes it; its schema is what is wanted")]
pub struct AssetShown {
    /// The asset.
    id: AssetId,
    /// What it is called.
    name: String,
    /// What stands on its label.
    #[schema(required = true)]
    code: Option<String>,
    /// What kind of thing it is, in the organisation's own words.
    #[schema(required = true)]
    category: Option<String>,
    /// Where it is.
    #[schema(required = true)]
    location: Option<PlaceLabel>,
    /// The asset that it is a part of.
    #[schema(required = true)]
    parent: Option<AssetLabel>,
    /// How many parts it has.
    parts: i64,
    /// Who made it.
    #[schema(required = true)]
    maker: Option<String>,
    /// Its model.
    #[schema(required = true)]
    model: Option<String>,
    /// Its serial number.
    #[schema(required = true)]
    serial: Option<String>,
    /// When it was bought, a date.
    #[schema(required = true)]
    bought: Option<String>,
    /// The last day of its warranty, a date.
    #[schema(required = true)]
    warranty_until: Option<String>,
    /// What it cost.
    #[schema(required = true)]
    cost: Option<String>,
    /// Whatever else there is to know.
    #[schema(required = true)]
    notes: Option<String>,
    /// The organisation's own fields, by name: texts, numbers, yes or no.
    #[schema(value_type = Object)]
    custom: serde_json::Value,
    /// Whether it does its work.
    status: AssetStatus,
    /// Its states, the newest first; at most 100.
    history: Vec<AssetState>,
    /// Whether it stands still now: it is out of service, or a request says so whose work is not completed.
    down: bool,
    /// Counts its changes; the `ETag` begins with it.
    version: i64,
    /// When it was made.
    #[schema(format = DateTime)]
    created_at: String,
    /// When it was last changed.
    #[schema(format = DateTime)]
    updated_at: String,
}

/// A state of an asset.
#[derive(utoipa::ToSchema)]
#[allow(dead_code, reason = "PostgreSQL makes it; its schema is what is wanted")]
pub struct AssetState {
    /// Which.
    status: AssetStatus,
    /// Since when.
    #[schema(format = DateTime)]
    at: String,
    /// Who said so.
    by: Person,
    /// Why.
    #[schema(required = true)]
    reason: Option<String>,
}

pub fn list(schemas: &mut Schemas) -> Operation {
    let status = any_of(schemas.of::<AssetStatus>());
    Operation::new("assets", "places", "Assets, in alphabetical order.")
        .query(
            "q",
            text(100),
            "Words in any order, each in name, code, category, maker, model or serial number; eight count.",
        )
        .query("location", schemas.of::<PlaceId>(), "At this place, or anywhere below it.")
        .query("parent", schemas.of::<AssetId>(), "The parts of this one.")
        .query("category", text(60), "This category, however it is spelled.")
        .query("status", status, "Any of these states; all but `retired` unless told.")
        .paged()
        .replies(200, "One page.", schemas.page::<AssetShown>("AssetPage"))
        .with_header("Link", "`rel=\"next\"`, when more follow.")
}

pub fn read(schemas: &mut Schemas) -> Operation {
    Operation::new("readAsset", "places", "An asset.")
        .conditional()
        .replies(200, "The asset.", schemas.of::<AssetShown>())
        .replies_empty(304, "It is as the caller has it.")
        .with_header("ETag", "Its version, and a hash of what is shown.")
}

pub fn make(schemas: &mut Schemas) -> Operation {
    Operation::new("makeAsset", "places", "Make an asset.")
        .body(schemas.of::<AssetBody>())
        .idempotent()
        .replies(201, "Made.", schemas.of::<AssetShown>())
        .with_header("Location", "Where it is.")
        .with_header("ETag", "Its version, and a hash of what is shown.")
}

pub fn change(schemas: &mut Schemas) -> Operation {
    Operation::new("changeAsset", "places", "Change an asset.")
        .body(schemas.of::<AssetBody>())
        .fenced()
        .replies(200, "The asset after it.", schemas.of::<AssetShown>())
        .with_header("ETag", "Its version, and a hash of what is shown.")
}

pub fn remove(_schemas: &mut Schemas) -> Operation {
    Operation::new("removeAsset", "assets", "Delete an asset that nothing names.")
        .detail("An asset that no request has ever named and that has no parts: one that was made by mistake. Retire the others.")
        .fenced()
        .replies_empty(204, "Deleted.")
        .refuses(&[409])
}
