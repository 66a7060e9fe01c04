//! What all the parts hold in the end, read as an operator reads it: through the API, and from PostgreSQL's tables.

use std::collections::{BTreeMap, BTreeSet};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use serde::Deserialize;
use serde_json::Value;
use serde_json::value::RawValue;
use testbed::driver::Row as Line;
use testbed::{READ_MODEL, Stack};

use super::history::{AuditEntry, History, Object, Role, Row};
use super::viewers::Final;
use super::world::{Session, World};

/// A read of a system that has come to rest.
const PATIENCE: Duration = Duration::from_secs(30);

/// A notice that could not be sent in an outage is there by then.
const NOTICES_WITHIN: Duration = Duration::from_secs(310);

const AUDIT: &str = r#"
    SELECT json_build_object(
        'id', id, 'seq', seq, 'ts', to_char(ts AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'),
        'actor', jsonb_build_object('id', actor_id, 'name', actor_name)
            || jsonb_strip_nulls(jsonb_build_object('role', actor_role)), 'request_id', request_id, 'action', action,
        'object_id', object_id, 'hash', fields->>'hash')::text
    FROM audit_entries ORDER BY seq"#;

/// How far PostgreSQL is.
#[derive(Debug)]
pub struct Progress {
    pub versions: BTreeMap<String, i64>,
    pub events: i64,
    pub audited: i64,
}

/// What PostgreSQL has now.
pub fn progress(stack: &Stack) -> Result<Progress> {
    stack.sql(|client| {
        let versions = client.query("SELECT id::text, version FROM requests", &[])?;
        let count = |table: &str| format!("SELECT count(*) FROM {table}");
        // Of places and assets the audit is told as well, and of an address that bounces.
        let audited = format!("{} WHERE object_type = 'request'", count("audit_entries"));
        Ok(Progress {
            versions: versions.iter().map(|row| (row.get(0), row.get(1))).collect(),
            events: client.query_one(&count("request_events"), &[])?.get(0),
            audited: client.query_one(&audited, &[])?.get(0),
        })
    })
}

/// When PostgreSQL had everything, counted from the return of the last dependency.
#[derive(Clone, Copy, Debug)]
pub struct CaughtUp {
    /// All requests with their events.
    pub requests: Duration,
    /// The audit as well.
    pub all: Duration,
}

/// Waits until PostgreSQL has these versions and as many events and audit entries; how long that took, or what is missing.
pub fn catches_up(
    stack: &Stack,
    versions: &BTreeMap<String, i64>,
    since: Instant,
    within: Duration,
) -> Result<CaughtUp> {
    let (expected, mut requests): (i64, _) = (versions.values().sum(), None);
    loop {
        let elapsed = since.elapsed();
        let found = progress(stack)?;
        if found.versions == *versions && found.events == expected {
            requests = requests.or(Some(elapsed));
        }
        if let Some(requests) = requests.filter(|_| found.audited == expected) {
            return Ok(CaughtUp { requests, all: elapsed });
        }
        if elapsed > within {
            let behind = versions.iter().filter(|(id, version)| found.versions.get(*id) != Some(version));
            let behind: Vec<String> = behind
                .map(|(id, version)| format!("{id} at {:?} of {version}", found.versions.get(id).copied()))
                .collect();
            bail!(
                "{} requests behind, {} events and {} audit entries of {expected}: {}",
                behind.len(),
                found.events,
                found.audited,
                behind.iter().take(5).cloned().collect::<Vec<_>>().join(", ")
            );
        }
        std::thread::sleep(Duration::from_millis(100));
    }
}

/// The version of each request that anybody knows of, by its object.
pub fn versions(world: &World, admin: &mut Session) -> Result<BTreeMap<String, i64>> {
    let mut ids: BTreeSet<String> = world.requests().iter().map(|known| known.id.clone()).collect();
    ids.extend(list(admin)?.iter().filter_map(|line| line["id"].as_str()).map(str::to_owned));
    let version = |id: String| {
        let record = admin.get(&format!("/api/requests/{id}"))?;
        let version = record["version"].as_i64().with_context(|| format!("{id} has no version"))?;
        Ok((id, version))
    };
    ids.into_iter().map(version).collect()
}

/// How far each request went, for those who watch.
pub fn finals(history: &History) -> BTreeMap<String, Final> {
    let last = |events: &[Value]| events.last().and_then(|event| event["seq"].as_i64()).unwrap_or(0);
    let ends = history.objects.iter().map(|(id, object)| {
        (id.clone(), Final { last: last(&object.timeline), last_public: last(&object.requesters_timeline) })
    });
    ends.collect()
}

/// Reads all requests from their objects, the lists and the audit stream, and all tables.
pub fn observe(
    stack: &Stack,
    sessions: &mut [Session],
    ids: impl Iterator<Item = String>,
    history: &mut History,
) -> Result<()> {
    let admin = history.people.iter().position(|person| person.role == Role::Admin).context("nobody is an admin")?;
    for id in ids {
        let object = object(history, sessions, admin, &id).with_context(|| format!("request {id}"))?;
        history.objects.insert(id, object);
    }
    let requesters = history.people.iter().enumerate().filter(|(_, person)| person.role == Role::Requester);
    for place in requesters.map(|(place, _)| place).collect::<Vec<_>>() {
        let lines = list(session(sessions, place)?)?;
        let ids = lines.iter().filter_map(|line| line["id"].as_str()).map(str::to_owned).collect();
        history.requesters_lists.insert(place, ids);
    }
    for place in 0..history.people.len() {
        let Some(reader) = sessions.iter_mut().find(|session| session.by == place) else { continue };
        history.notices.insert(place, pages(reader, "/api/me/inbox?limit=200")?);
    }
    history.index = list(session(sessions, admin)?)?;
    history.audit = audit(session(sessions, admin)?)?;
    stack.sql(|client| {
        for row in client.query(READ_MODEL, &[])? {
            let mut json: Value = serde_json::from_str(row.get(1))?;
            let events = json["events"].as_array().cloned().unwrap_or_default();
            let row_of = Row { row: json["row"].take(), snapshot: json["snapshot"].take(), events };
            history.read_model.insert(row.get(0), row_of);
        }
        history.read_model_events = client.query_one("SELECT count(*) FROM request_events", &[])?.get(0);
        let copy = client.query(AUDIT, &[])?;
        let entry = |row: &Line| Ok(serde_json::from_str(row.get(0))?);
        history.audit_copy = copy.iter().map(entry).collect::<Result<_>>()?;
        Ok(())
    })
}

/// Somebody's session.
pub fn session(sessions: &mut [Session], by: usize) -> Result<&mut Session> {
    sessions.iter_mut().find(|session| session.by == by).context("somebody is not signed in")
}

fn object(history: &History, sessions: &mut [Session], admin: usize, id: &str) -> Result<Object> {
    let reader = session(sessions, admin)?;
    let record = reader.get(&format!("/api/requests/{id}"))?;
    let timeline = pages(reader, &format!("/api/requests/{id}/events?limit=200"))?;
    let inspection = notices_sent(reader, id)?;
    let requester = history.people.iter().position(|person| record["requester"]["id"] == person.id);
    // A manager's own request is no secret to him.
    let requester = requester.filter(|place| history.people[*place].role == Role::Requester);
    let requesters_timeline = match requester {
        Some(place) => pages(session(sessions, place)?, &format!("/api/requests/{id}/events?limit=200"))?,
        None => timeline.iter().filter(|event| event["body"]["visibility"] != "internal").cloned().collect(),
    };
    Ok(Object { record, timeline, requesters_timeline, inspection })
}

/// What the operator's view says of a request, once its notices have been sent: what could not be is tried again by itself, after
/// five minutes at the latest.
fn notices_sent(reader: &mut Session, id: &str) -> Result<Value> {
    let until = Instant::now() + NOTICES_WITHIN;
    loop {
        let inspection = reader.get(&format!("/api/system/requests/{id}/inspect"))?;
        let mut debts = inspection["object"]["outbox"].as_array().into_iter().flatten();
        let is_owed = debts.any(|debt| debt["destination"] == "inbox" && debt["pending"] != 0);
        if !is_owed || Instant::now() > until {
            return Ok(inspection);
        }
        thread::sleep(Duration::from_millis(500));
    }
}

fn list(session: &mut Session) -> Result<Vec<Value>> {
    pages(session, "/api/requests?limit=200")
}

/// The items of all pages.
pub fn pages(session: &mut Session, path: &str) -> Result<Vec<Value>> {
    let (mut items, mut cursor) = (Vec::new(), String::new());
    loop {
        let mut page = session.get(&format!("{path}{cursor}"))?;
        if let Some(found) = page["items"].as_array_mut() {
            items.append(found);
        }
        match page["next_cursor"].as_str() {
            Some(next) => cursor = format!("&cursor={next}"),
            None => return Ok(items),
        }
    }
}

#[derive(Deserialize)]
struct AuditPage {
    items: Vec<Box<RawValue>>,
    next_cursor: Option<String>,
}

/// The audit stream, oldest first, each entry also as its text.
fn audit(admin: &mut Session) -> Result<Vec<AuditEntry>> {
    let (mut entries, mut cursor) = (Vec::new(), String::new());
    loop {
        let reply = admin.read(&format!("/api/system/logs/audit?limit=200{cursor}"), PATIENCE)?;
        let page: AuditPage = serde_json::from_slice(&reply.body).context("a page of the audit cannot be read")?;
        for item in page.items {
            let json = serde_json::from_str(item.get())?;
            entries.push(AuditEntry { text: item.get().to_owned(), json });
        }
        match page.next_cursor {
            Some(next) => cursor = format!("&cursor={next}"),
            None => break,
        }
    }
    // The stream is shown newest first by time; the chain goes by seq.
    entries.sort_by_key(|entry| entry.json["seq"].as_i64());
    Ok(entries)
}
