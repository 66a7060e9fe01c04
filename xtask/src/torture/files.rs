//! Where the bytes of all files are in the end: as the system serves them, as its sweep counts them, as PostgreSQL has them, and as they
//! lie in the bucket.
//!
//! What was on its way when the runtime died is known to its request for a day. That day is waited for by the clock of the runtime.

use std::collections::BTreeMap;
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use serde_json::{Value, json};
use testbed::Stack;

use super::client::files::read;
use super::faults::clock;
use super::history::{Files, History, Lying, Role, sha256};
use super::world::{Session, World};

/// How far the clock is ahead then: a day after the farthest that it was before.
const A_DAY_LATER_MS: u64 = 30 * 3_600_000;
/// What is given up, and what is to be removed, is gone by then.
const CLEARED_WITHIN: Duration = Duration::from_secs(60);
/// A sweep has gone through everything by then.
const SWEPT_WITHIN: Duration = Duration::from_secs(120);
const GLANCE: Duration = Duration::from_millis(500);

/// The attachments of all requests as PostgreSQL has them.
const ROWS: &str = "
    SELECT id::text, file->>'id', (file->>'size')::bigint, file->>'sha256'
    FROM requests, jsonb_array_elements(body::jsonb->'attachments') AS file";

/// Sweeps the bucket; then again a day later, and reads every byte that there is. The system must have come to rest.
pub fn observe(stack: &Stack, world: &World, history: &History) -> Result<Files> {
    let admin = *world.with_role(Role::Admin).first().context("nobody is an admin")?;
    let swept = swept(&mut Session::sign_in(world, admin)?)?;
    stack.runtime.stop()?;
    clock::put_ahead(stack, A_DAY_LATER_MS);
    stack.runtime.start()?;
    let mut session = Session::sign_in(world, admin)?;
    // An object that nobody calls sleeps on until it would have woken by the machine's clock.
    for id in history.objects.keys() {
        session.get(&format!("/api/requests/{id}"))?;
    }
    let swept_later = cleared(&mut session)?;
    Ok(Files { swept, swept_later, ..look(stack, &mut session, history)? })
}

/// Reads every byte that there is.
pub fn look(stack: &Stack, session: &mut Session, history: &History) -> Result<Files> {
    let rows: BTreeMap<_, _> = stack.sql(|client| {
        let rows = client.query(ROWS, &[])?.into_iter().map(|row| {
            let size = usize::try_from(row.get::<_, i64>(2)).unwrap_or_default();
            ((row.get(0), row.get(1)), Lying { size, sha256: row.get(3) })
        });
        Ok(rows.collect())
    })?;
    let bucket = stack.s3.as_ref().context("the files lie in no bucket of ours")?.objects()?;
    let lying = |(key, bytes): (String, Vec<u8>)| (key, Lying { size: bytes.len(), sha256: sha256(&bytes) });
    let mut served = BTreeMap::new();
    for (id, object) in &history.objects {
        for file in object.record["attachments"].as_array().into_iter().flatten() {
            let file = file["id"].as_str().unwrap_or_default();
            let reply = match read(session, id, file, None) {
                Ok(reply) => (reply.status, sha256(&reply.body)),
                // An answer that breaks off is none.
                Err(failure) => (0, failure.to_string()),
            };
            served.insert((id.clone(), file.to_owned()), reply);
        }
    }
    let bucket = bucket.into_iter().map(lying).collect();
    Ok(Files { rows, bucket, served, ..Files::default() })
}

/// What a sweep of the whole bucket finds now.
pub fn swept(session: &mut Session) -> Result<Value> {
    let until = Instant::now() + SWEPT_WITHIN;
    loop {
        let reply = session.send("POST", "/api/system/files/check", &[], Some(&json!({})));
        let reply = reply.map_err(|failure| anyhow::anyhow!("the bucket is not swept: {failure}"))?;
        let mut state = reply.json();
        if reply.status == 200 && state["going"].is_null() {
            return Ok(state["last"].take());
        }
        if Instant::now() > until {
            bail!("the bucket is not swept: {} {}", reply.status, reply.text());
        }
    }
}

/// What a sweep finds when nothing is on its way or to be removed any more, or when that has been waited for long enough.
fn cleared(session: &mut Session) -> Result<Value> {
    let until = Instant::now() + CLEARED_WITHIN;
    loop {
        let found = swept(session)?;
        let is_clear = ["pending", "removing", "orphans"].iter().all(|count| found[*count] == 0);
        if is_clear || Instant::now() > until {
            return Ok(found);
        }
        thread::sleep(GLANCE);
    }
}
