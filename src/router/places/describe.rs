//! What each route of places takes and answers.

use serde_json::json;

use crate::domain::place::{Address, PlaceCode, PlaceId, PlaceInPath, PlaceKind, PlaceName};
use crate::domain::user::Person;
use crate::openapi::operation::Operation;
use crate::openapi::schemas::{Schemas, text};

/// What is said of a place. Of one that is made, the name is needed; of one that is changed, what is absent stays.
#[derive(serde::Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
#[allow(dead_code, reason = "it is read by a table; its schema is what is wanted")]
pub struct PlaceBody {
    /// What it is called: 1 to 100 characters.
    #[schema(value_type = Option<PlaceName>, inline)]
    name: Option<String>,
    /// What kind of place it is: at most 40 characters; empty takes it away.
    #[schema(value_type = Option<PlaceKind>, inline)]
    kind: Option<String>,
    /// What is written on its door: at most 40 characters, unlike those of the others; empty takes it away.
    #[schema(value_type = Option<PlaceCode>, inline)]
    code: Option<String>,
    /// Where to find it: at most 300 characters; empty takes it away.
    #[schema(value_type = Option<Address>, inline)]
    address: Option<String>,
    /// A name of the IANA time zone database; empty takes it away.
    time_zone: Option<String>,
    /// Who looks after it; empty takes them away.
    manager_id: Option<String>,
    /// The place that it is in; empty for none.
    parent_id: Option<String>,
    /// Whether it is not to be named any more, nor what is below it.
    archived: Option<bool>,
}

/// What a place becomes a part of.
#[derive(serde::Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
#[allow(dead_code, reason = "it is read by a table; its schema is what is wanted")]
pub struct MergeBody {
    /// The place that stays.
    #[schema(value_type = PlaceId)]
    into: String,
}

/// A place.
#[derive(utoipa::ToSchema)]
#[schema(as = Place)]
#[allow(dead_code, reason = "PostgreSQL makes it; its schema is what is wanted")]
pub struct PlaceShown {
    /// The place.
    id: PlaceId,
    /// What it is called.
    name: String,
    /// What kind of place it is, in the organisation's own words.
    #[schema(required = true)]
    kind: Option<String>,
    /// What is written on its door.
    #[schema(required = true)]
    code: Option<String>,
    /// Where to find it.
    #[schema(required = true)]
    address: Option<String>,
    /// Where its clock is, if that is elsewhere than the organisation's.
    #[schema(required = true)]
    time_zone: Option<String>,
    /// Who looks after it.
    #[schema(required = true)]
    manager: Option<Person>,
    /// The place that it is in.
    #[schema(required = true)]
    parent_id: Option<PlaceId>,
    /// The places that it is in, the outermost first.
    path: Vec<PlaceInPath>,
    /// Whether it is not to be named any more.
    archived: bool,
    /// Whether a place that it is in is not to be named any more, and so neither is this one.
    in_archived: bool,
    /// How many places are in it, without archived ones.
    places: i64,
    /// How many assets are at it, without retired ones.
    assets: i64,
    /// How many open requests that the caller may see are at it or below. In lists only with `counts=true`.
    #[schema(nullable = false)]
    open_requests: Option<i64>,
    /// Counts its changes; the `ETag` begins with it.
    version: i64,
    /// When it was made.
    #[schema(format = DateTime)]
    created_at: String,
    /// When it was last changed.
    #[schema(format = DateTime)]
    updated_at: String,
}

pub fn list(schemas: &mut Schemas) -> Operation {
    let parent = json!({ "anyOf": [schemas.of::<PlaceId>(), { "const": "none" }] });
    Operation::new("places", "places", "Places, in alphabetical order.")
        .query(
            "q",
            text(100),
            "Words in any order, one of them in name, code or kind of the place, the others there or in those of the places that it is in. \
             Case, marks and width do not matter; eight words count.",
        )
        .query("parent", parent, "The places in this one; `none` for the outermost.")
        .query("archived", json!({ "type": "boolean" }), "Those that are not named any more, instead of those that are.")
        .query("counts", json!({ "type": "boolean" }), "Whether to count the open requests at each or below.")
        .paged()
        .replies(200, "One page.", schemas.page::<PlaceShown>("PlacePage"))
        .with_header("Link", "`rel=\"next\"`, when more follow.")
}

pub fn read(schemas: &mut Schemas) -> Operation {
    Operation::new("readPlace", "places", "A place.")
        .detail("One that became a part of another answers with that one.")
        .replies(200, "The place.", schemas.of::<PlaceShown>())
        .with_header("ETag", "Its version, and a hash of what is shown.")
}

pub fn make(schemas: &mut Schemas) -> Operation {
    Operation::new("makePlace", "places", "Make a place.")
        .body(schemas.of::<PlaceBody>())
        .idempotent()
        .replies(201, "Made.", schemas.of::<PlaceShown>())
        .with_header("Location", "Where it is.")
        .with_header("ETag", "Its version, and a hash of what is shown.")
}

pub fn change(schemas: &mut Schemas) -> Operation {
    Operation::new("changePlace", "places", "Change a place, move it, or archive it.")
        .detail("What is below it moves along. A place cannot be in itself, and the tree has 16 levels at most.")
        .body(schemas.of::<PlaceBody>())
        .fenced()
        .replies(200, "The place after it.", schemas.of::<PlaceShown>())
        .with_header("ETag", "Its version, and a hash of what is shown.")
}

pub fn merge(schemas: &mut Schemas) -> Operation {
    Operation::new("mergePlaces", "places", "Make a place a part of another.")
        .detail("The places in it, its assets and the requests that name it are the other's then; its id leads there.")
        .body(schemas.of::<MergeBody>())
        .fenced()
        .replies(200, "The other place.", schemas.of::<PlaceShown>())
        .with_header("ETag", "Its version, and a hash of what is shown.")
}

pub fn remove(_schemas: &mut Schemas) -> Operation {
    Operation::new("removePlace", "places", "Delete a place that nothing names.")
        .detail(
            "A place that nothing has ever been in, at, or said of: one that was made by mistake. Archive the others.",
        )
        .fenced()
        .replies_empty(204, "Deleted.")
        .refuses(&[409])
}
