//! What the `audit` stream owes: each of its entries to PostgreSQL.
//!
//! The shard is always the first one: audit entries come from everywhere, and one connection keeps their order.

use base::ids::{OrgId, TraceId};
use durable::outbox::{Deliver, Failure, Outbox, SeqRange};
use durable::{CALL_LIMIT_MS, Database, ask_within};
use serde_json::{Value, json};

use super::LogStreamObject;
use super::owed::Destination;
use super::store::{self, Kept};
use crate::domain::delivery::Packed;
use crate::domain::log::AuditRow;
use crate::domain::log::Entry;
use crate::domain::user::Actor;
use crate::objects::context::CallContext;
use crate::objects::database::api::{Apply, DatabaseKey};

impl Deliver for LogStreamObject {
    type Destination = Destination;

    fn outbox(&self) -> &Outbox<Destination> {
        &self.outbox
    }

    fn database(&self) -> &Database {
        &self.state.db
    }

    async fn deliver(&self, destination: Destination, run: SeqRange) -> Result<SeqRange, Failure> {
        match destination {
            Destination::Postgres => self.to_postgres(run).await,
        }
    }
}

impl LogStreamObject {
    async fn to_postgres(&self, run: SeqRange) -> Result<SeqRange, Failure> {
        let Some(key) = self.key()? else { return Ok(run) };
        let kept = store::owed(&self.state.db, run)?;
        let rows = kept.iter().map(|kept| audit_row(&key.org, kept)).collect::<Result<Vec<_>, _>>()?;
        up_to_refusal(&rows, async |rows| self.apply(&key.org, rows).await).await?;
        Ok(SeqRange { last: rows.last().map_or(run.last, |row| row.seq), ..run })
    }

    async fn apply(&self, org: &OrgId, rows: &[AuditRow]) -> Result<(), Failure> {
        let Some(first) = rows.first() else { return Ok(()) };
        let cx = CallContext::system(org.clone(), first.request_id.clone());
        let key = DatabaseKey::first(org);
        let apply = Packed::of_audit(rows).map_err(|error| Failure::Transient(error.to_string()))?;
        ask_within(&self.state.env, &key, Apply(apply), &cx, CALL_LIMIT_MS).await?.settled(first.seq)
    }
}

/// Sends rows together. When they are refused, the first that is refused alone is found by halves, and those before it
/// arrive. They come again after a replay, which PostgreSQL bears.
async fn up_to_refusal<T>(rows: &[T], send: impl AsyncFn(&[T]) -> Result<(), Failure>) -> Result<(), Failure> {
    let (mut rest, mut most) = (rows, rows.len());
    while !rest.is_empty() {
        let (now, later) = rest.split_at(most.min(rest.len()));
        match send(now).await {
            Ok(()) => rest = later,
            Err(Failure::Refused { .. }) if now.len() > 1 => most = now.len() / 2,
            Err(failure) => return Err(failure),
        }
    }
    Ok(())
}

/// The row of an entry. What was done to what is in its fields `action` and `object`; message and link go along, so that
/// the copy can be verified too.
fn audit_row(org: &OrgId, kept: &Kept) -> Result<AuditRow, Failure> {
    let refused = |error: &dyn ToString| Failure::Refused { seq: kept.seq, error: error.to_string() };
    let entry: Entry = base::json::from_str(&kept.json).map_err(|error| refused(&error))?;
    let request_id: TraceId = entry.request_id.ok_or_else(|| refused(&"the entry has no request id"))?;
    let mut fields = entry.fields;
    let text = |value: Option<&Value>| value.and_then(Value::as_str).unwrap_or_default().to_owned();
    let object = fields.get("object");
    let (object_type, object_id) =
        (text(object.and_then(|it| it.get("type"))), text(object.and_then(|it| it.get("id"))));
    let action = fields.get("action").and_then(Value::as_str).unwrap_or(&entry.message).to_owned();
    fields.insert("message".to_owned(), json!(entry.message));
    fields.insert("hash".to_owned(), json!(kept.hash));
    let actor = entry.actor.unwrap_or(Actor::System);
    Ok(AuditRow {
        org_id: org.clone(),
        id: entry.id,
        seq: entry.seq,
        ts: entry.ts,
        actor_id: actor.id(),
        actor_name: actor.name().to_owned(),
        actor_role: actor.role(),
        actor_via: actor.via().cloned(),
        action,
        object_type,
        object_id,
        request_id,
        fields: Value::Object(fields),
    })
}

#[cfg(test)]
mod tests;
