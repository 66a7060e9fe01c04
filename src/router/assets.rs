//! Assets over HTTP. PostgreSQL has them and makes what is shown of them.

#[cfg(feature = "openapi")]
pub(super) mod describe;

use base::cursor::{put, put_all};
use base::refusal::Refusal;
use base::text::{parse_value, parse_words, required};
use durable::clock;
use serde_json::{Map, Value, json};
use uuid::Uuid;

use crate::db::statements::things::{SaveThing, Thing};
use crate::domain::asset::fields;
use crate::domain::asset::{
    self, AssetCategory, AssetCode, AssetId, AssetName, AssetStatus, Cost, Maker, Model, NamedAsset, Notes, Serial,
    StatusReason,
};
use crate::domain::patch::{Patch, TextField, text_in};
use crate::domain::place::PlaceId;
use crate::domain::text::fold;
use crate::router::context::Exchange;
use crate::router::http::body::parse_object;
use crate::router::http::etag;
use crate::router::http::reply::Reply;
use crate::router::in_force;
use crate::router::places::nameable;
use crate::router::things::{self, change_of, page_of, page_reply, record, reference_in};

/// What may be said of an asset; `describe.rs` says what each is.
const FIELDS: [&str; 15] = [
    "name",
    "code",
    "category",
    "location_id",
    "parent_id",
    "maker",
    "model",
    "serial",
    "bought",
    "warranty_until",
    "cost",
    "notes",
    "custom",
    "status",
    "status_reason",
];

const TEXTS: &[TextField] = crate::texts![
    AssetName One true, AssetCode One true, AssetCategory One true, Maker One true, Model One true, Serial One true, Cost One false,
    Notes Many false,
];

/// `GET /api/assets`.
///
/// # Errors
/// `Invalid`, `InvalidCursor`; `Unavailable` while PostgreSQL is away.
pub async fn list(exchange: &Exchange<'_>) -> Result<Reply, Refusal> {
    let known = ["q", "location", "parent", "category", "status", "limit", "cursor"];
    let parameters = exchange.incoming.query(&known)?;
    let location = parameters.get("location").map(|text| parse_value::<PlaceId>("location", text)).transpose()?;
    let parent = parameters.get("parent").map(|text| parse_value::<AssetId>("parent", text)).transpose()?;
    let category = parameters.get("category").map(AssetCategory::parse).transpose()?;
    let mut status: Vec<AssetStatus> =
        parameters.get("status").map(|text| parse_words("status", text)).transpose()?.unwrap_or_default();
    if status.is_empty() {
        status = vec![AssetStatus::InService, AssetStatus::OutOfService];
    }
    let mut scope = "assets".to_owned();
    put(&mut scope, "q", parameters.get("q"));
    put(&mut scope, "location", location);
    put(&mut scope, "parent", parent);
    put(&mut scope, "category", category.as_ref());
    put_all(&mut scope, "status", &status);
    let mut wanted = page_of(exchange, Thing::Asset, &scope, &parameters)?;
    (wanted.location, wanted.status) = (location, status);
    wanted.parent = parent.map(|parent| parent.to_string());
    wanted.category = category.map(|category| fold(category.as_str()));
    let page = things::page(exchange, wanted).await?;
    Ok(page_reply(exchange, &scope, page, &[]))
}

/// `GET /api/assets/:id`.
///
/// # Errors
/// `NotFound`; `Unavailable` while PostgreSQL is away.
pub async fn read(exchange: &Exchange<'_>, id: AssetId) -> Result<Reply, Refusal> {
    exchange.incoming.query(&[])?;
    let found = things::find(exchange, Thing::Asset, id.0).await?.ok_or(Refusal::NotFound)?;
    let tag = etag::of(found.version, found.record.get());
    if exchange.incoming.header("if-none-match").is_some_and(|named| etag::is_among(&tag, &named)) {
        return Ok(Reply::empty(304).with("etag", tag));
    }
    Ok(record(200, &found))
}

/// `POST /api/assets`.
///
/// # Errors
/// `Invalid`; `IdempotencyKeyReused`; `Unavailable` while PostgreSQL is away.
pub async fn make(exchange: &Exchange<'_>) -> Result<Reply, Refusal> {
    save(exchange, None).await
}

/// `PATCH /api/assets/:id`.
///
/// # Errors
/// `Invalid`; `NotFound`; `Stale`; `Unavailable` while PostgreSQL is away.
pub async fn change(exchange: &Exchange<'_>, id: AssetId) -> Result<Reply, Refusal> {
    save(exchange, Some(id.0)).await
}

/// `DELETE /api/assets/:id`.
///
/// # Errors
/// Those of [`things::remove`].
pub async fn remove(exchange: &Exchange<'_>, id: AssetId) -> Result<Reply, Refusal> {
    things::remove(exchange, Thing::Asset, id.0).await
}

async fn save(exchange: &Exchange<'_>, id: Option<Uuid>) -> Result<Reply, Refusal> {
    let body = parse_object(exchange.incoming.body().await?, &FIELDS)?;
    let mut patch = Patch::of(&body, TEXTS)?;
    if id.is_none() && !patch.body.contains_key(AssetName::FIELD) {
        return Err(required(AssetName::FIELD));
    }
    for name in ["bought", "warranty_until"] {
        patch.set(name, text_in(&body, name)?.map(|text| asset::date(name, text)).transpose()?);
    }
    match body.get("custom") {
        None | Some(Value::Null) => {}
        Some(Value::Object(fields)) => patch.set("custom", Some(asset::custom(fields.clone())?)),
        Some(_) => return Err(Refusal::invalid("custom", "wrong_type", "This field is an object.")),
    }
    check_fields(exchange, id, &patch).await?;
    let mut location = reference_in(&body, "location_id")?;
    if let Some(Some(place)) = location {
        location = Some(Some(nameable(exchange, PlaceId(place)).await?.label.id.0));
    }
    let status = text_in(&body, "status")?.map(|text| parse_value("status", text)).transpose()?;
    let reason = text_in(&body, "status_reason")?.map(StatusReason::parse).transpose()?;
    let noted = json!({
        "at": clock::now().rfc3339(),
        "by": exchange.caller()?.user,
        "reason": reason.as_ref().map(StatusReason::as_str).filter(|reason| !reason.is_empty()),
    });
    let parent = reference_in(&body, "parent_id")?;
    let save = SaveThing { patch, location, parent, status, noted, ..change_of(exchange, Thing::Asset, id)? };
    things::save(exchange, save).await
}

/// Checks the fields that the asset's category asks for, where these or the category change. Only then what there is already is read.
async fn check_fields(exchange: &Exchange<'_>, id: Option<Uuid>, patch: &Patch) -> Result<(), Refusal> {
    let in_force = in_force::known();
    let (category, custom) = (patch.body.get(AssetCategory::FIELD), patch.body.get("custom"));
    if in_force.asset_categories.is_empty() || (category.is_none() && custom.is_none()) {
        return Ok(());
    }
    let found = match id {
        Some(id) => things::find(exchange, Thing::Asset, id).await?,
        None => None,
    };
    let kept: Value = found.and_then(|found| base::json::from_str(found.record.get()).ok()).unwrap_or_default();
    let (nothing, was) = (Map::new(), kept.get(AssetCategory::FIELD).and_then(Value::as_str).unwrap_or_default());
    let (category, kept) = (category.map_or(was, |now| now.as_str().unwrap_or_default()), kept.get("custom"));
    // Of another category, what there is was never checked.
    let kept = kept.and_then(Value::as_object).unwrap_or(&nothing);
    let custom = custom.and_then(Value::as_object).unwrap_or(kept);
    let known = if fold(category) == fold(was) { kept } else { &nothing };
    fields::check(&in_force.asset_categories, category, custom, known)
}

/// The asset that a body names.
///
/// # Errors
/// `Invalid` for one that is not there, or is retired; `Unavailable` while PostgreSQL is away.
pub async fn named(exchange: &Exchange<'_>, id: AssetId) -> Result<NamedAsset, Refusal> {
    if let Some(found) = exchange.prefetched.asset(id) {
        return found;
    }
    let invalid = |code: &str, detail: &str| Refusal::invalid("asset_id", code, detail);
    let found = things::find(exchange, Thing::Asset, id.0).await?;
    let read = found.and_then(|found| base::json::from_str(found.record.get()).ok()).and_then(NamedAsset::read);
    match read {
        Some(asset) if asset.is_retired => Err(invalid("retired", "This asset is retired.")),
        Some(asset) => Ok(asset),
        None => Err(invalid("unknown_asset", "There is no asset with this id.")),
    }
}
