//! Whether PostgreSQL has what the objects have: row for row and event for event.

use std::collections::BTreeMap;
use std::time::Duration;

use serde_json::{Value, json};
use testbed::{READ_MODEL, Stack};
use tokio::time::Instant;

use crate::support::{Client, eventually};

/// Versions by request id: how far each request is, by what the system acknowledged.
pub type Versions = BTreeMap<String, i64>;

/// The version of each request in PostgreSQL.
pub fn versions(stack: &Stack) -> Versions {
    let read = stack.sql(|client| {
        let rows = client.query("SELECT id::text, version FROM requests", &[])?;
        Ok(rows.iter().map(|row| (row.get(0), row.get(1))).collect())
    });
    read.unwrap_or_else(|error| panic!("the read model cannot be read: {error:?}"))
}

/// Waits until PostgreSQL has exactly these versions; gives how long it took.
pub async fn catches_up(stack: &Stack, acknowledged: &Versions, within: Duration) -> Duration {
    let since = Instant::now();
    eventually(within, || async {
        let found = versions(stack);
        let behind: Vec<_> = acknowledged.iter().filter(|(id, version)| found.get(*id) != Some(version)).collect();
        if behind.is_empty() { Ok(()) } else { Err(format!("{} requests are behind: {behind:?}", behind.len())) }
    })
    .await;
    since.elapsed()
}

/// Checks that every request and every event is in PostgreSQL exactly as its object has it, and nothing else is there.
pub async fn assert_equals_the_objects(stack: &Stack, admin: &Client) {
    let written = stack.sql(|client| {
        let rows = client.query(READ_MODEL, &[])?;
        let row = |row: &testbed::driver::Row| Ok((row.get(0), serde_json::from_str(row.get(1))?));
        rows.iter().map(row).collect::<anyhow::Result<BTreeMap<String, Value>>>()
    });
    let written = written.unwrap_or_else(|error| panic!("the read model cannot be read: {error:?}"));
    let listed = all_requests(admin).await;
    assert_eq!(listed, written.keys().cloned().collect::<Vec<_>>(), "the index and PostgreSQL know other requests");
    for (id, written) in &written {
        assert_eq!(*written, as_the_object_has_it(admin, id, &written["row"]).await, "request {id}");
    }
    let events: usize = written.values().map(|request| request["events"].as_array().map_or(0, Vec::len)).sum();
    let stray = stack.sql(|client| Ok(client.query_one("SELECT count(*) FROM request_events", &[])?.get::<_, i64>(0)));
    assert_eq!(stray.ok(), i64::try_from(events).ok(), "PostgreSQL has events of requests that it does not have");
}

/// The request in the shape of [`READ_MODEL`], with those fields of the record that `row` has.
async fn as_the_object_has_it(admin: &Client, id: &str, row: &Value) -> Value {
    let record = admin.get(&format!("/api/requests/{id}")).await.expect(200).json();
    let known = row.as_object().into_iter().flat_map(|row| row.keys());
    let row: serde_json::Map<_, _> = known.map(|field| (field.clone(), record[field].clone())).collect();
    let inspected = admin.get(&format!("/api/system/requests/{id}/inspect")).await.expect(200).json();
    json!({ "row": row, "snapshot": inspected["object"]["snapshot"], "events": events(admin, id).await })
}

/// The whole timeline.
pub async fn events(client: &Client, id: &str) -> Vec<Value> {
    let page = client.get(&format!("/api/requests/{id}/events?limit=200")).await.expect(200).json();
    assert_eq!(page["next_cursor"], Value::Null, "more than 200 events in {id}");
    page["items"].as_array().cloned().unwrap_or_default()
}

/// The id of every request in the list, in order of id.
pub async fn all_requests(client: &Client) -> Vec<String> {
    let (mut ids, mut cursor) = (Vec::new(), String::new());
    loop {
        let page = client.get(&format!("/api/requests?limit=200{cursor}")).await.expect(200).json();
        let items = page["items"].as_array().into_iter().flatten();
        ids.extend(items.filter_map(|item| item["id"].as_str().map(str::to_owned)));
        match page["next_cursor"].as_str() {
            Some(next) => cursor = format!("&cursor={next}"),
            None => break,
        }
    }
    ids.sort();
    ids
}
