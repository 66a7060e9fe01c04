//! What those who manage do with places and assets: they make them, call them otherwise, move them, put them away, and delete some.

use std::sync::atomic::Ordering;
use std::thread;
use std::time::Duration;

use serde_json::{Value, json};

use super::super::history::{Thing, ThingAttempt, ThingOutcome, ThingWrite, Wish, Write};
use super::super::http::{Body, Failure};
use super::super::world::{KnownThing, Session, World};
use super::{Client, REPEATS};

/// So many of each are made, and no more: what is below a place is counted for each.
const MOST: usize = 40;

impl Client<'_> {
    /// Changes a place or an asset, or makes one.
    pub(super) fn change_thing(&mut self) {
        let thing = if self.random.chance(60) { Thing::Place } else { Thing::Asset };
        let known = self.world.things().iter().filter(|known| known.thing == thing).count();
        let chance = self.random.below(100);
        let number = self.world.next_number();
        let mark = Write::mark(number);
        let one = if known == 0 || (known < MOST && chance < 40) { None } else { self.any_thing(thing) };
        let (wish, body) = match (&one, thing, chance % 10) {
            (None, Thing::Place, _) => {
                let (name, code, parent) = (format!("Place {mark}"), thing.code(number), self.any_id(Thing::Place));
                (Wish::Make, json!({ "name": name, "code": code, "parent_id": parent }))
            }
            (None, Thing::Asset, _) => {
                let (name, code, at) = (format!("Asset {mark}"), thing.code(number), self.any_id(Thing::Place));
                (Wish::Make, json!({ "name": name, "code": code, "location_id": at, "parent_id": self.any_id(thing) }))
            }
            (Some(_), _, 0 | 1) => (Wish::Change, json!({ "name": format!("Called otherwise {mark}") })),
            (Some(_), _, 2..6) => (Wish::Change, json!({ "parent_id": self.any_id(thing) })),
            (Some(_), Thing::Asset, 6 | 7) => (Wish::Change, json!({ "location_id": self.any_id(Thing::Place) })),
            (Some(_), Thing::Place, 6..9) => (Wish::Change, json!({ "archived": self.random.chance(30) })),
            (Some(_), Thing::Asset, 8) => {
                let status = self.random.pick(&["in_service", "out_of_service", "retired"]).copied();
                (Wish::Change, json!({ "status": status, "status_reason": format!("It is so {mark}") }))
            }
            (Some(_), ..) => (Wish::Delete, Value::Null),
        };
        let id = one.map(|known| known.id);
        self.perform_thing(ThingWrite { number, thing, wish, id, body, attempts: Vec::new() });
    }

    /// What a report says of where something is broken and what.
    pub(super) fn where_and_what(&mut self) -> Value {
        let (place, asset) = (self.any_id(Thing::Place), self.any_id(Thing::Asset));
        match self.random.below(10) {
            0..5 => json!({ "location_id": place }),
            5 => json!({ "asset_id": asset }),
            6 => json!({ "location_id": place, "asset_id": asset }),
            _ => json!({}),
        }
    }

    fn any_thing(&mut self, thing: Thing) -> Option<KnownThing> {
        let things = self.world.things();
        let wanted: Vec<&KnownThing> = things.iter().filter(|known| known.thing == thing).collect();
        self.random.pick(&wanted).map(|known| (*known).clone())
    }

    /// One of them, or now and then none.
    fn any_id(&mut self, thing: Thing) -> String {
        let is_none = self.random.chance(20);
        self.any_thing(thing).filter(|_| !is_none).map(|known| known.id).unwrap_or_default()
    }

    /// Sends it until it is answered, or leaves it; what was left is never known to have happened.
    fn perform_thing(&mut self, mut write: ThingWrite) {
        for _ in 0..=REPEATS {
            write.attempts.extend(attempt(self.world, &mut self.session, &write));
            let is_open = write.attempts.last().is_none_or(|last| matches!(last.outcome, ThingOutcome::Unknown(_)));
            if !is_open || self.world.is_over() {
                break;
            }
            thread::sleep(Duration::from_millis(self.random.between(50, 500)));
        }
        if !write.attempts.is_empty() {
            self.diary.things.push(write);
        }
    }
}

/// Sends it once. `None` when it was not even sent.
fn attempt(world: &World, session: &mut Session, write: &ThingWrite) -> Option<ThingAttempt> {
    let key = format!("torture-{}", write.number);
    let path = match &write.id {
        None => write.thing.path().to_owned(),
        Some(id) => format!("{}/{id}", write.thing.path()),
    };
    let (method, headers, body) = match write.wish {
        Wish::Make => ("POST", &[("idempotency-key", key.as_str())][..], Body::Json(&write.body)),
        Wish::Change => ("PATCH", &[][..], Body::Json(&write.body)),
        Wish::Delete => ("DELETE", &[][..], Body::None),
    };
    let invoked = world.now();
    world.in_flight.fetch_add(1, Ordering::Relaxed);
    let answer = session.bring(method, &path, headers, body);
    world.in_flight.fetch_sub(1, Ordering::Relaxed);
    let returned = world.now();
    let outcome = match answer {
        Err(Failure::NotSent(_)) => return None,
        Err(Failure::Unknown(why)) => ThingOutcome::Unknown(why),
        Ok(reply) => match reply.status {
            200 | 201 | 204 => {
                world.acknowledged.fetch_add(1, Ordering::Relaxed);
                let record = reply.json();
                world.learn_thing(write.thing, write.id.as_deref().or(record["id"].as_str()), write.wish);
                ThingOutcome::Done(record)
            }
            status @ 400..500 => {
                let json = reply.json();
                let code = json["errors"][0]["code"].as_str().or(json["code"].as_str()).unwrap_or_default().to_owned();
                ThingOutcome::Refused { status, code }
            }
            status => ThingOutcome::Unknown(format!("{status} {}", reply.json()["code"].as_str().unwrap_or_default())),
        },
    };
    Some(ThingAttempt { invoked, returned, outcome })
}
