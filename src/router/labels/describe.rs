//! What each route of labels takes and answers.

use crate::domain::asset::{AssetId, AssetStatus};
use crate::domain::label::LabelCode;
use crate::domain::place::{PlaceId, PlaceInPath, PlaceLabel};
use crate::openapi::operation::Operation;
use crate::openapi::schemas::Schemas;

/// Which labels: one of the three.
#[derive(serde::Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
#[allow(dead_code, reason = "it is read by a table; its schema is what is wanted")]
pub struct LabelsBody {
    /// So many that are on nothing yet.
    #[schema(minimum = 1, maximum = 240)]
    count: Option<u32>,
    /// The label of each of these places.
    #[schema(value_type = Option<Vec<PlaceId>>, min_items = 1, max_items = 240)]
    location_ids: Option<Vec<String>>,
    /// The label of each of these assets.
    #[schema(value_type = Option<Vec<AssetId>>, min_items = 1, max_items = 240)]
    asset_ids: Option<Vec<String>>,
}

/// What a label is on: a place or an asset.
#[derive(serde::Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
#[allow(dead_code, reason = "it is read by a table; its schema is what is wanted")]
pub struct BindBody {
    /// This place.
    #[schema(value_type = Option<PlaceId>)]
    location_id: Option<String>,
    /// This asset.
    #[schema(value_type = Option<AssetId>)]
    asset_id: Option<String>,
    /// Also if it is on something else.
    rebind: Option<bool>,
}

/// A place that a label is on.
#[derive(utoipa::ToSchema)]
#[allow(dead_code, reason = "PostgreSQL makes it; its schema is what is wanted")]
pub struct LabelledPlace {
    /// The place.
    id: PlaceId,
    /// What it is called.
    name: String,
    /// The places that it is in, the outermost first.
    path: Vec<PlaceInPath>,
    /// Whether it is not to be named any more.
    archived: bool,
}

/// An asset that a label is on.
#[derive(utoipa::ToSchema)]
#[allow(dead_code, reason = "PostgreSQL makes it; its schema is what is wanted")]
pub struct LabelledAsset {
    /// The asset.
    id: AssetId,
    /// What it is called.
    name: String,
    /// What stands on its own label.
    #[schema(required = true)]
    code: Option<String>,
    /// Its state; a retired one is not to be named any more.
    status: AssetStatus,
    /// Where it is.
    #[schema(required = true)]
    location: Option<PlaceLabel>,
}

/// A label. One without a place and without an asset is on nothing yet.
#[derive(utoipa::ToSchema)]
#[schema(as = Label)]
#[allow(dead_code, reason = "PostgreSQL makes it; its schema is what is wanted")]
pub struct LabelShown {
    /// Its code.
    code: LabelCode,
    /// The place that it is on; of one that became a part of another, that one.
    #[schema(required = true)]
    location: Option<LabelledPlace>,
    /// What that place was called before it became a part of this one.
    #[schema(required = true)]
    was: Option<String>,
    /// The asset that it is on.
    #[schema(required = true)]
    asset: Option<LabelledAsset>,
    /// When it was made.
    #[schema(format = DateTime)]
    made_at: String,
    /// When somebody said what it is on.
    #[schema(format = DateTime, required = true)]
    bound_at: Option<String>,
}

/// Labels to be printed.
#[derive(utoipa::ToSchema)]
#[allow(dead_code, reason = "its schema is what is wanted")]
pub struct Labels {
    /// They; those of things in the order in which the things were named.
    items: Vec<LabelShown>,
    /// What a camera reads: this, and the code behind it.
    address: String,
}

pub fn make(schemas: &mut Schemas) -> Operation {
    Operation::new("makeLabels", "places", "Make labels, or get those of places or assets.")
        .detail("A thing that has a label keeps it; of several, the one that was bound last is answered. 240 at once. With the same key the same ones are made once.")
        .idempotent()
        .body(schemas.of::<LabelsBody>())
        .replies(201, "The labels.", schemas.of::<Labels>())
}

pub fn read(schemas: &mut Schemas) -> Operation {
    Operation::new("readLabel", "places", "What a label is on.")
        .detail("The code is read as people write it: in either case, with or without the hyphen, `O` as `0`, `I` and `L` as `1`.")
        .replies(200, "The label.", schemas.of::<LabelShown>())
}

pub fn bind(schemas: &mut Schemas) -> Operation {
    Operation::new("bindLabel", "places", "Say what a label is on.")
        .detail("A label that is on something else is refused, unless `rebind` is true: `label_bound`, with the label as it is.")
        .body(schemas.of::<BindBody>())
        .replies(200, "The label.", schemas.of::<LabelShown>())
        .refuses(&[409])
}
