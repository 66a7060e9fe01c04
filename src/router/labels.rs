//! Labels over HTTP: made for things or beforehand, looked up by their code, bound to what they are on.

#[cfg(feature = "openapi")]
pub(super) mod describe;

use base::refusal::Refusal;
use base::text::required;
use durable::clock;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::db::statements::labels::{FindLabel, WriteLabels, ids_of};
use crate::db::statements::thing::{Found, Thing};
use crate::domain::label::{LabelCode, MOST};
use crate::domain::log::NewEntry;
use crate::domain::user::Actor;
use crate::objects::database::api::query;
use crate::objects::log_stream::api::tell_audit;
use crate::router::context::Exchange;
use crate::router::http::body::parse_object;
use crate::router::http::reply::Reply;
use crate::router::things::{Body, new_id, reference_in};

/// `POST /api/labels`.
///
/// # Errors
/// `Invalid`; `Unavailable` while PostgreSQL is away.
pub async fn make(exchange: &Exchange<'_>) -> Result<Reply, Refusal> {
    let body = parse_object(exchange.incoming.body().await?, &["count", "location_ids", "asset_ids"])?;
    let things = [Thing::Place, Thing::Asset].into_iter().find(|thing| body.contains_key(ids_of(Some(*thing))));
    if body.len() > 1 {
        return Err(Refusal::invalid("body", "too_many", "Say count, location_ids or asset_ids: one of them."));
    }
    let (thing, ids, count) = match things {
        Some(thing) => {
            let ids = ids_in(&body, ids_of(Some(thing)))?;
            let count = ids.len();
            (Some(thing), ids, count)
        }
        None => (None, Vec::new(), count_in(&body)?),
    };
    // With an idempotency key they are the same ones again.
    let id = new_id(exchange, &format!("label/{count}"))?;
    let codes: Vec<_> = (0..count).map(|n| LabelCode::nth_of(id, n)).collect();
    let first = codes.first().map(ToString::to_string).unwrap_or_default();
    let mut entry = audit(exchange, "made", &first)?.with("count", count);
    match thing {
        Some(thing) => entry = entry.with(ids_of(Some(thing)), json!(ids)),
        None => entry = entry.with("codes", json!(codes)),
    }
    let by = exchange.caller()?.user.id;
    let labels = write(exchange, WriteLabels { code: None, rebind: false, thing, ids, codes, by, entry }).await?;
    let address = json!(format!("{}/t/", exchange.app_origin()));
    Ok(Reply::json_text(201, format!("{{\"items\":{},\"address\":{address}}}", labels.record)))
}

fn ids_in(body: &Body, field: &str) -> Result<Vec<Uuid>, Refusal> {
    let wrong = || Refusal::invalid(field, "wrong_type", "This field is a list of ids.");
    let list = body.get(field).and_then(Value::as_array).ok_or_else(wrong)?;
    if list.is_empty() || list.len() > MOST {
        return Err(Refusal::invalid(field, "out_of_range", format!("1 to {MOST} at once.")));
    }
    let id = |value: &Value| value.as_str().and_then(|text| Uuid::try_parse(text).ok()).ok_or_else(wrong);
    list.iter().map(id).collect()
}

fn count_in(body: &Body) -> Result<usize, Refusal> {
    let count = body.get("count").ok_or_else(|| required("count"))?;
    let count = count.as_u64().and_then(|count| usize::try_from(count).ok());
    let range = || Refusal::invalid("count", "out_of_range", format!("1 to {MOST} at once."));
    count.filter(|count| (1..=MOST).contains(count)).ok_or_else(range)
}

fn audit(exchange: &Exchange<'_>, action: &str, code: &str) -> Result<NewEntry, Refusal> {
    let actor = Actor::from(exchange.caller()?);
    Ok(NewEntry::audit(exchange.access.trace(), clock::now(), actor, action, ("label", code)))
}

/// `GET /api/labels/:code`.
///
/// # Errors
/// `NotFound`; `Unavailable` while PostgreSQL is away.
pub async fn read(exchange: &Exchange<'_>, code: LabelCode) -> Result<Reply, Refusal> {
    exchange.incoming.query(&[])?;
    let found = query(exchange.env, FindLabel { code }, &exchange.cx).await?.ok_or(Refusal::NotFound)?;
    Ok(Reply::json_text(200, found.record.get()))
}

/// `POST /api/labels/:code/bind`.
///
/// # Errors
/// `Invalid`; `NotFound`; `Conflict` for a label that is on something else; `Unavailable` while PostgreSQL is
/// away.
pub async fn bind(exchange: &Exchange<'_>, code: LabelCode) -> Result<Reply, Refusal> {
    let caller = exchange.caller()?;
    let body = parse_object(exchange.incoming.body().await?, &["location_id", "asset_id", "rebind"])?;
    let rebind = match body.get("rebind") {
        None => false,
        Some(value) => {
            value.as_bool().ok_or_else(|| Refusal::invalid("rebind", "wrong_type", "This field is true or false."))?
        }
    };
    let (place, asset) = (reference_in(&body, "location_id")?.flatten(), reference_in(&body, "asset_id")?.flatten());
    let (thing, id) = match (place, asset) {
        (Some(id), None) => (Thing::Place, id),
        (None, Some(id)) => (Thing::Asset, id),
        (None, None) => return Err(required("location_id")),
        (Some(_), Some(_)) => return Err(Refusal::invalid("body", "too_many", "A label is on one thing.")),
    };
    let field = if thing == Thing::Place { "location" } else { "asset" };
    let entry = audit(exchange, "bound", &code.to_string())?.with(field, json!(id)).with("rebind", rebind);
    let (by, thing) = (caller.user.id, Some(thing));
    let bind = WriteLabels { code: Some(code), rebind, thing, ids: vec![id], codes: Vec::new(), by, entry };
    Ok(Reply::json_text(200, write(exchange, bind).await?.record.get()))
}

async fn write(exchange: &Exchange<'_>, labels: WriteLabels) -> Result<Found, Refusal> {
    let entry = labels.entry.clone();
    let found = query(exchange.env, labels, &exchange.cx).await?;
    if found.written {
        let _carried_later = tell_audit(exchange.env, vec![entry], &exchange.cx).await;
    }
    Ok(found)
}
