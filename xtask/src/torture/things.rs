//! Places and assets in the end: as PostgreSQL has them, as the API tells them, and what is listed at each place and below.

use std::collections::BTreeMap;
use std::time::Duration;

use anyhow::Result;
use serde_json::Value;
use testbed::Stack;

use super::history::{Thing, Things};
use super::observe::pages;
use super::world::Session;

/// A read of a system that has come to rest.
const PATIENCE: Duration = Duration::from_secs(30);

const PLACES: &str = "
    SELECT id::text, json_build_object('id', id, 'name', name, 'code', body->>'code', 'parent_id', parent_id,
        'ancestors', ancestors, 'archived', archived_at IS NOT NULL, 'version', version)::text FROM locations";

const ASSETS: &str = "
    SELECT id::text, json_build_object('id', id, 'name', name, 'code', body->>'code', 'parent_id', parent_id,
        'location_id', location_id, 'status', status, 'version', version)::text FROM assets";

/// Reads all of it.
pub fn observe(stack: &Stack, admin: &mut Session) -> Result<Things> {
    let rows: BTreeMap<(Thing, String), Value> = stack.sql(|client| {
        let mut rows = BTreeMap::new();
        for (thing, statement) in [(Thing::Place, PLACES), (Thing::Asset, ASSETS)] {
            for row in client.query(statement, &[])? {
                rows.insert((thing, row.get(0)), serde_json::from_str(row.get(1))?);
            }
        }
        Ok(rows)
    })?;
    let (mut told, mut below) = (BTreeMap::new(), BTreeMap::new());
    for (thing, id) in rows.keys() {
        let reply = admin.read(&format!("{}/{id}", thing.path()), PATIENCE)?;
        let record = if reply.status == 200 { Ok(reply.json()) } else { Err(reply.status) };
        told.insert((*thing, id.clone()), record);
        if *thing == Thing::Place {
            let lines = pages(admin, &format!("/api/requests?limit=200&location={id}"))?;
            let ids = lines.iter().filter_map(|line| line["id"].as_str().map(str::to_owned)).collect();
            below.insert(id.clone(), ids);
        }
    }
    Ok(Things { rows, told, below })
}
