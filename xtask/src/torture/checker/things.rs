//! Places and assets: every acknowledged change is there, each is there once, places are a tree, and what is listed at a place and below is
//! what a count by hand finds there.

use std::collections::{BTreeMap, BTreeSet};
use std::iter;

use serde_json::Value;

use super::super::history::{History, Moment, Thing, ThingOutcome, ThingWrite, Wish};
use super::{Case, Findings, Kind};

/// The most levels of places, and far more than assets have.
const MOST_LEVELS: usize = 16;
/// What a change may set; a reason is kept in the history.
const FIELDS: [&str; 5] = ["name", "parent_id", "location_id", "archived", "status"];
/// The index of requests has heard by then that a place is gone: once a minute it asks. In microseconds.
const HEARD: Moment = 90_000_000;

/// All that is known of one place or asset.
struct Story<'a> {
    thing: Thing,
    id: &'a str,
    row: Option<&'a Value>,
    writes: Vec<&'a ThingWrite>,
}

pub(super) fn check(history: &History, cases: &BTreeMap<&str, Case<'_>>, findings: &mut Findings) {
    for story in stories(history, findings) {
        story.check(history, findings);
    }
    tree(history, findings);
    audit(history, findings);
    lists(history, cases, findings);
    for case in cases.values() {
        named(history, case, findings);
    }
}

/// The writes by what they are about; of those that make something, by the code that they give it.
fn stories<'a>(history: &'a History, findings: &mut Findings) -> Vec<Story<'a>> {
    let rows = &history.things.rows;
    let mut by_code: BTreeMap<&str, &str> = BTreeMap::new();
    for ((_, id), row) in rows {
        let code = row["code"].as_str().unwrap_or_default();
        if let Some(other) = by_code.insert(code, id) {
            findings.add_to_all(Kind::Doubled, format!("{other} and {id} both have the code {code}"));
        }
    }
    let mut stories: BTreeMap<(Thing, &str), Story<'_>> = BTreeMap::new();
    for ((thing, id), row) in rows {
        stories.insert((*thing, id), Story { thing: *thing, id, row: Some(row), writes: Vec::new() });
    }
    for write in &history.thing_writes {
        let told = write.done().and_then(|(_, record)| record["id"].as_str());
        let made = || by_code.get(write.thing.code(write.number).as_str()).copied();
        let Some(id) = write.id.as_deref().or(told).or_else(made) else { continue };
        let story = || Story { thing: write.thing, id, row: None, writes: Vec::new() };
        stories.entry((write.thing, id)).or_insert_with(story).writes.push(write);
    }
    stories.into_values().collect()
}

impl<'a> Story<'a> {
    fn wished(&self, wish: Wish) -> impl Iterator<Item = &'a ThingWrite> {
        self.writes.iter().copied().filter(move |write| write.wish == wish)
    }

    fn say(&self, findings: &mut Findings, kind: Kind, what: &str) {
        let writes: Vec<String> = self.writes.iter().map(|write| write.story()).collect();
        findings.add_to_all(kind, format!("{:?} {}: {what}; {}", self.thing, self.id, writes.join("; ")));
    }

    fn check(&self, history: &History, findings: &mut Findings) {
        match self.wished(Wish::Make).next() {
            None => self.say(findings, Kind::Causeless, "nobody has made it"),
            Some(make) if self.row.is_some() && make.done().is_none() && !make.has_been_unknown() => {
                self.say(findings, Kind::RefusedButApplied, "it was refused, and is there");
            }
            Some(_) => {}
        }
        let mut deletions =
            self.wished(Wish::Delete).filter(|write| write.done().is_some() || write.has_been_unknown());
        let deletion = deletions.next();
        for write in &self.writes {
            let is_absent = |outcome: &ThingOutcome| matches!(outcome, ThingOutcome::Refused { status: 404, .. });
            if deletion.is_none() && write.attempts.iter().any(|attempt| is_absent(&attempt.outcome)) {
                self.say(
                    findings,
                    Kind::Lost,
                    &format!("write {} did not find it, and nobody had deleted it", write.number),
                );
            }
        }
        match self.row {
            None if deletion.is_none() && self.writes.iter().any(|write| write.done().is_some()) => {
                self.say(findings, Kind::Lost, "it is gone, and nobody has deleted it");
            }
            Some(_) if self.wished(Wish::Delete).any(|write| write.done().is_some()) => {
                self.say(findings, Kind::Lost, "it is there, and was deleted");
            }
            Some(row) => {
                self.versions(row, findings);
                FIELDS.iter().for_each(|field| self.field(field, row, findings));
                self.told(row, history, findings);
            }
            None => {}
        }
    }

    /// Each acknowledged change is a version of its own, and one that came later is a later one.
    fn versions(&self, row: &Value, findings: &mut Findings) {
        let mut seen: BTreeMap<i64, &ThingWrite> = BTreeMap::new();
        for write in self.writes.iter().filter(|write| write.wish != Wish::Delete) {
            let Some(version) = write.version() else { continue };
            // Who makes a thing again under the same key is told of it as it is by then.
            if write.wish == Wish::Make && write.attempts.len() > 1 {
                continue;
            }
            if let Some(other) = seen.insert(version, write) {
                let what = format!("writes {} and {} are both version {version}", other.number, write.number);
                self.say(findings, Kind::Versions, &what);
            }
            if row["version"].as_i64().is_none_or(|last| last < version) {
                let what = format!("write {} was version {version}; it is at {}", write.number, row["version"]);
                self.say(findings, Kind::Lost, &what);
            }
        }
        for ((version, earlier), (later, write)) in seen.iter().zip(seen.iter().skip(1)) {
            let is_known = write.done().map(|(attempt, _)| attempt.returned);
            if is_known.is_some_and(|known| known < earlier.invoked()) {
                let what = format!("version {version} began when version {later} was known already");
                self.say(findings, Kind::RealTime, &what);
            }
        }
    }

    /// A field has the value that the last acknowledged change gave it, or, without one, that it began with; or that one gave it whose
    /// outcome stayed unknown.
    fn field(&self, field: &str, row: &Value, findings: &mut Findings) {
        let wanted = |write: &ThingWrite| match &write.body[field] {
            Value::String(none) if none.is_empty() => Value::Null,
            value => value.clone(),
        };
        let touching = || self.writes.iter().filter(|write| !write.body[field].is_null());
        let last = touching().filter_map(|write| Some((write.version()?, *write))).max_by_key(|(version, _)| *version);
        let open = touching().filter(|write| write.has_been_unknown()).map(|write| wanted(write));
        let begun = || match field {
            "status" => Value::from("in_service"),
            "archived" => Value::from(false),
            _ => Value::Null,
        };
        let known = last.map_or_else(begun, |(_, write)| wanted(write));
        let possible: Vec<Value> = iter::once(known).chain(open).collect();
        let may_have_changed = last.is_some() || touching().any(|write| write.has_been_unknown());
        if may_have_changed && !possible.contains(&row[field]) {
            let last = last.map_or(0, |(_, write)| write.number);
            let what = format!("its {field} is {}; write {last} has made it otherwise: {possible:?}", row[field]);
            self.say(findings, Kind::Lost, &what);
        }
    }

    /// The API tells what PostgreSQL has.
    fn told(&self, row: &Value, history: &History, findings: &mut Findings) {
        let told = match history.things.told.get(&(self.thing, self.id.to_owned())) {
            Some(Ok(told)) => told,
            other => return self.say(findings, Kind::ShownOtherwise, &format!("it is told as {other:?}")),
        };
        let mut names = vec!["id", "name", "code", "version"];
        names.push(if self.thing == Thing::Place { "archived" } else { "status" });
        let parent = if self.thing == Thing::Place { &told["parent_id"] } else { &told["parent"]["id"] };
        if names.iter().any(|name| told[*name] != row[*name])
            || *parent != row["parent_id"]
            || (self.thing == Thing::Asset && told["location"]["id"] != row["location_id"])
        {
            self.say(findings, Kind::ShownOtherwise, &format!("it is told as {told}, and is {row}"));
        }
    }
}

/// No place is in itself, nor is an asset a part of itself; each is in something that there is; and the way up is as it is written down.
fn tree(history: &History, findings: &mut Findings) {
    let rows = &history.things.rows;
    for ((thing, id), row) in rows {
        let (mut way, mut at) = (Vec::new(), row);
        while let Some(parent) = at["parent_id"].as_str().filter(|_| way.len() <= MOST_LEVELS) {
            way.insert(0, parent);
            match rows.get(&(*thing, parent.to_owned())) {
                Some(above) => at = above,
                None => {
                    findings.add_to_all(Kind::Illegal, format!("{thing:?} {id} is below {parent}, which is not there"));
                    break;
                }
            }
        }
        if way.len() >= MOST_LEVELS || way.contains(&id.as_str()) {
            findings.add_to_all(Kind::Illegal, format!("{thing:?} {id} is below itself, or too deep: {way:?}"));
        }
        if *thing == Thing::Place && row["ancestors"] != Value::from(way.clone()) {
            findings.add_to_all(Kind::Illegal, format!("place {id} is in {way:?}, and says {}", row["ancestors"]));
        }
    }
}

/// Each version is in the audit once.
fn audit(history: &History, findings: &mut Findings) {
    let mut told: BTreeMap<&str, usize> = BTreeMap::new();
    for entry in &history.audit {
        *told.entry(entry.json["fields"]["object"]["id"].as_str().unwrap_or_default()).or_default() += 1;
    }
    for ((thing, id), row) in &history.things.rows {
        let told = told.get(id.as_str()).copied().unwrap_or_default();
        if row["version"] != told {
            findings.add_to_all(Kind::Audit, format!("{thing:?} {id} is in the audit {told} times, and is {row}"));
        }
    }
}

/// What is listed at a place and below is what is there.
fn lists(history: &History, cases: &BTreeMap<&str, Case<'_>>, findings: &mut Findings) {
    let things = &history.things;
    for (place, listed) in &things.below {
        let is_there = |at: &str| {
            let row = things.rows.get(&(Thing::Place, at.to_owned()));
            at == place
                || row.is_some_and(|row| {
                    row["ancestors"].as_array().is_some_and(|all| all.contains(&Value::from(place.as_str())))
                })
        };
        let at = |case: &Case<'_>| case.object.record["location"]["id"].as_str().is_some_and(is_there);
        let there: Vec<&Case<'_>> = cases.values().filter(|case| at(case)).collect();
        let expected: BTreeSet<&str> = there.iter().map(|case| case.id).collect();
        if !listed.iter().map(String::as_str).eq(expected.iter().copied()) {
            let what = format!("at place {place} and below {listed:?} are listed, and {expected:?} are there");
            findings.add_to_all(Kind::Index, what);
        }
        let is_open = |case: &&&Case<'_>| {
            !matches!(case.object.record["status"].as_str(), Some("completed" | "closed" | "rejected" | "cancelled"))
        };
        let open = there.iter().filter(is_open).count();
        let told = things.told.get(&(Thing::Place, place.clone()));
        if told.is_some_and(|told| told.as_ref().is_ok_and(|told| told["open_requests"] != open)) {
            let what = format!("at place {place} and below {open} requests are open, and it tells {told:?}");
            findings.add_to_all(Kind::Index, what);
        }
    }
}

/// A report names what there is, or what was deleted when nobody could know it yet.
fn named(history: &History, case: &Case<'_>, findings: &mut Findings) {
    for (thing, field) in [(Thing::Place, "location"), (Thing::Asset, "asset")] {
        let Some(id) = case.object.record[field]["id"].as_str() else { continue };
        if history.things.rows.contains_key(&(thing, id.to_owned())) {
            continue;
        }
        let began = case.writes.iter().find(|write| write.deed == "create").map_or(0, |write| write.invoked());
        let is_deletion = |write: &&ThingWrite| write.wish == Wish::Delete && write.id.as_deref() == Some(id);
        let deletions = history.thing_writes.iter().filter(is_deletion);
        let known = deletions.flat_map(|write| &write.attempts).map(|attempt| attempt.returned + HEARD);
        if known.max().is_none_or(|known| known < began) {
            findings.add(Kind::Lost, case.id, format!("it names the {field} {id}, which is not there"));
        }
    }
}
