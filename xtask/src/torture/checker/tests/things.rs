//! Places and assets that are lost, doubled, in a circle, or told otherwise, and lists that do not find what is at a place.

use super::*;

const HALL: &str = "hall";
const ROOM: &str = "room";
const TAP: &str = "tap";

fn write(
    number: u64,
    thing: Thing,
    wish: Wish,
    id: Option<&str>,
    body: serde_json::Value,
    record: serde_json::Value,
) -> ThingWrite {
    let (invoked, returned) = (number * 1_000, number * 1_000 + 500);
    let attempts = vec![ThingAttempt { invoked, returned, outcome: ThingOutcome::Done(record) }];
    ThingWrite { number, thing, wish, id: id.map(str::to_owned), body, attempts }
}

/// A room in a hall with a tap, a request at the room, and a place that was deleted.
fn furnished() -> History {
    let mut history = System::history();
    let record = |id: &str, version: i64| json!({ "id": id, "version": version });
    let body = |name: &str, code: &str, parent: &str| json!({ "name": name, "code": code, "parent_id": parent });
    history.thing_writes = vec![
        write(1, Thing::Place, Wish::Make, None, body("Hall", "P-1", ""), record(HALL, 1)),
        write(2, Thing::Place, Wish::Make, None, body("Room", "P-2", ""), record(ROOM, 1)),
        write(3, Thing::Place, Wish::Change, Some(ROOM), json!({ "parent_id": HALL }), record(ROOM, 2)),
        write(4, Thing::Place, Wish::Change, Some(ROOM), json!({ "name": "Large room" }), record(ROOM, 3)),
        write(
            5,
            Thing::Asset,
            Wish::Make,
            None,
            json!({ "name": "Tap", "code": "A-5", "location_id": ROOM }),
            record(TAP, 1),
        ),
        write(6, Thing::Place, Wish::Make, None, body("Shed", "P-6", ""), record("shed", 1)),
        write(7, Thing::Place, Wish::Delete, Some("shed"), json!(null), json!(null)),
    ];
    let rows = [
        (
            Thing::Place,
            HALL,
            json!({ "id": HALL, "name": "Hall", "code": "P-1", "parent_id": null, "ancestors": [], "archived": false, "version": 1 }),
        ),
        (
            Thing::Place,
            ROOM,
            json!({ "id": ROOM, "name": "Large room", "code": "P-2", "parent_id": HALL, "ancestors": [HALL], "archived": false, "version": 3 }),
        ),
        (
            Thing::Asset,
            TAP,
            json!({ "id": TAP, "name": "Tap", "code": "A-5", "parent_id": null, "location_id": ROOM, "status": "in_service", "version": 1 }),
        ),
    ];
    for (thing, id, row) in rows {
        let mut told = row.clone();
        (told["location"], told["parent"]) = (json!({ "id": row["location_id"] }), json!({ "id": row["parent_id"] }));
        told["open_requests"] = json!(1);
        history.things.told.insert((thing, id.to_owned()), Ok(told));
        history.things.rows.insert((thing, id.to_owned()), row);
        if thing == Thing::Place {
            history.things.below.insert(id.to_owned(), [SECOND.to_owned()].into());
        }
    }
    for (thing, id) in
        [(Thing::Place, HALL), (Thing::Place, ROOM), (Thing::Place, ROOM), (Thing::Place, ROOM), (Thing::Asset, TAP)]
    {
        tell_audit(&mut history, thing, id);
    }
    let record = &mut history.objects.get_mut(SECOND).unwrap().record;
    (record["location"], record["asset"]) = (json!({ "id": ROOM }), json!({ "id": TAP }));
    history
}

fn tell_audit(history: &mut History, thing: Thing, id: &str) {
    let seq = history.audit.len() + 1;
    let kind = if thing == Thing::Place { "place" } else { "asset" };
    let json = json!({ "id": format!("{id}-{seq}"), "seq": seq,
                       "fields": { "action": "changed", "object": { "type": kind, "id": id } } });
    let text = json.to_string();
    let before = history.audit_copy.last().unwrap()["hash"].as_str().unwrap().to_owned();
    let hash = sha256(format!("{before}{text}").as_bytes());
    history.audit_copy.push(json!({
        "id": json["id"], "seq": seq, "ts": null, "actor": null, "request_id": null, "action": "changed", "object_id": id,
        "hash": hash,
    }));
    history.audit.push(AuditEntry { text, json });
}

/// The kinds of what is found when this was changed in one place.
fn found(change: impl FnOnce(&mut History)) -> Vec<Kind> {
    let mut history = furnished();
    change(&mut history);
    let mut kinds: Vec<Kind> = check(&history).into_iter().map(|violation| violation.kind).collect();
    kinds.dedup();
    kinds
}

fn row<'h>(history: &'h mut History, thing: Thing, id: &str) -> &'h mut serde_json::Value {
    history.things.rows.get_mut(&(thing, id.to_owned())).unwrap()
}

/// The row, and what is told of it.
fn set(history: &mut History, id: &str, field: &str, value: serde_json::Value) {
    let place = (Thing::Place, id.to_owned());
    row(history, Thing::Place, id)[field] = value.clone();
    history.things.told.get_mut(&place).unwrap().as_mut().unwrap()[field] = value;
}

#[test]
fn a_tree_without_a_fault_has_no_violation() {
    assert_eq!(check(&furnished()), []);
}

#[test]
fn a_change_that_is_not_there_is_lost_unless_one_is_unknown() {
    assert_eq!(found(|history| set(history, ROOM, "name", json!("Room"))), [Kind::Lost]);
    assert_eq!(found(|history| set(history, ROOM, "archived", json!(true))), []);
    assert_eq!(found(|history| set(history, ROOM, "version", json!(2))), [Kind::Lost, Kind::Audit]);
    let unknown = found(|history| {
        set(history, ROOM, "name", json!("Small room"));
        let mut write = history.thing_writes[3].clone();
        (write.number, write.body) = (9, json!({ "name": "Small room" }));
        write.attempts[0].outcome = ThingOutcome::Unknown("503".to_owned());
        history.thing_writes.push(write);
    });
    assert_eq!(unknown, []);
    // What it began with stands where nobody knows of a change.
    let begun = found(|history| {
        for (number, thing, id, body) in [
            (9, Thing::Asset, TAP, json!({ "status": "retired", "status_reason": "Old" })),
            (10, Thing::Place, ROOM, json!({ "archived": true })),
            (11, Thing::Asset, TAP, json!({ "parent_id": "another" })),
        ] {
            let mut write = write(number, thing, Wish::Change, Some(id), body, json!(null));
            write.attempts[0].outcome = ThingOutcome::Unknown("the connection ended".to_owned());
            history.thing_writes.push(write);
        }
    });
    assert_eq!(begun, []);
    assert_eq!(found(|history| row(history, Thing::Asset, TAP)["status"] = json!("retired")), [Kind::ShownOtherwise]);
}

#[test]
fn things_that_are_gone_doubled_refused_or_nobodys_are_found() {
    let gone = found(|history| drop(history.things.rows.remove(&(Thing::Asset, TAP.to_owned()))));
    assert_eq!(gone, [Kind::Lost]);
    let nobodys = found(|history| drop(history.thing_writes.remove(4)));
    assert_eq!(nobodys, [Kind::Causeless]);
    let refused = found(|history| {
        let outcome = ThingOutcome::Refused { status: 400, code: "code_taken".to_owned() };
        history.thing_writes[4].attempts[0].outcome = outcome;
    });
    assert_eq!(refused, [Kind::RefusedButApplied]);
    let doubled = found(|history| row(history, Thing::Asset, TAP)["code"] = json!("P-1"));
    assert!(doubled.contains(&Kind::Doubled), "{doubled:?}");
    let absent = found(|history| {
        let outcome = ThingOutcome::Refused { status: 404, code: "not_found".to_owned() };
        history.thing_writes[3].attempts.insert(0, ThingAttempt { invoked: 1, returned: 2, outcome });
    });
    assert_eq!(absent, [Kind::Lost]);
    let deleted = found(|history| {
        let mut write = history.thing_writes[6].clone();
        (write.number, write.id, write.thing) = (9, Some(TAP.to_owned()), Thing::Asset);
        history.thing_writes.push(write);
    });
    assert_eq!(deleted, [Kind::Lost]);
}

#[test]
fn two_changes_of_one_version_and_one_before_its_time_are_found() {
    let version = |at: usize, version: i64| {
        found(move |history| {
            let attempt = &mut history.thing_writes[at].attempts[0];
            attempt.outcome = ThingOutcome::Done(json!({ "id": ROOM, "version": version }));
        })
    };
    assert_eq!(version(3, 2), [Kind::Versions]);
    let early = found(|history| {
        for (at, version) in [(2, 3), (3, 2)] {
            let outcome = ThingOutcome::Done(json!({ "id": ROOM, "version": version }));
            history.thing_writes[at].attempts[0].outcome = outcome;
        }
    });
    assert_eq!(early, [Kind::RealTime]);
}

#[test]
fn what_is_no_tree_is_found() {
    let circle = found(|history| {
        (row(history, Thing::Place, HALL)["parent_id"], row(history, Thing::Place, HALL)["ancestors"]) =
            (json!(ROOM), json!([ROOM]));
    });
    assert!(circle.contains(&Kind::Illegal), "{circle:?}");
    let astray = found(|history| row(history, Thing::Place, ROOM)["ancestors"] = json!([]));
    assert!(astray.contains(&Kind::Illegal), "{astray:?}");
    let nowhere = found(|history| row(history, Thing::Asset, TAP)["parent_id"] = json!("nothing"));
    assert!(nowhere.contains(&Kind::Illegal), "{nowhere:?}");
}

#[test]
fn a_list_of_a_place_that_is_not_what_is_there_is_found() {
    assert_eq!(found(|history| drop(history.things.below.insert(HALL.to_owned(), [].into()))), [Kind::Index]);
    let more = [FIRST.to_owned(), SECOND.to_owned()];
    assert_eq!(found(|history| drop(history.things.below.insert(ROOM.to_owned(), more.into()))), [Kind::Index]);
    let counted = found(|history| {
        history.things.told.get_mut(&(Thing::Place, HALL.to_owned())).unwrap().as_mut().unwrap()["open_requests"] =
            json!(2);
    });
    assert_eq!(counted, [Kind::Index]);
}

#[test]
fn a_change_that_the_audit_does_not_tell_or_twice_is_found() {
    assert_eq!(found(|history| tell_audit(history, Thing::Asset, TAP)), [Kind::Audit]);
    assert_eq!(found(|history| drop((history.audit.pop(), history.audit_copy.pop()))), [Kind::Audit]);
}

#[test]
fn what_is_told_otherwise_or_named_and_not_there_is_found() {
    let told = found(|history| {
        history.things.told.get_mut(&(Thing::Asset, TAP.to_owned())).unwrap().as_mut().unwrap()["name"] = json!("Pipe");
    });
    assert_eq!(told, [Kind::ShownOtherwise]);
    let names = |id: &'static str, created: Moment| {
        found(move |history| {
            let object = history.objects.get_mut(SECOND).unwrap();
            (object.record["location"], object.record["asset"]) = (json!({ "id": id }), json!(null));
            history.things.below.values_mut().for_each(|below| below.clear());
            for told in history.things.told.values_mut() {
                told.as_mut().unwrap()["open_requests"] = json!(0);
            }
            let write = history.writes.iter_mut().find(|write| write.request.as_deref() == Some(SECOND)).unwrap();
            write.attempts[0].invoked = created;
        })
    };
    // The index may not have heard of it for a minute.
    assert_eq!(names("shed", 6_500), []);
    assert!(names("shed", 100_000_000).contains(&Kind::Lost));
    assert!(names("nowhere", 6_000).contains(&Kind::Lost));
}
