//! What the tree of places knows, on a real SQLite.

use durable::keyset::native::database;
use rusqlite::{Connection, params};

use super::{JSON, NAMED, OPEN_AT, PUT};
use crate::objects::request_index::store::SCHEMA;

/// A hotel with a floor and a room; another room became a part of that one.
fn hotel() -> Connection {
    let connection = database(&SCHEMA.whole.join(";"));
    let place = |id: &str, parent: Option<&str>, name: &str, archived: bool, merged_into: Option<&str>| serde_json::json!({ "id": id, "parent": parent, "name": name, "archived": archived, "merged_into": merged_into });
    let places = serde_json::json!([
        place("hotel", None, "Hotel \"Melati\"", false, None),
        place("floor", Some("hotel"), "Lantai 2", false, None),
        place("room", Some("floor"), "201", false, None),
        place("old", Some("room"), "Room 201", true, Some("room")),
        place("annex", Some("hotel"), "Annex", true, None),
        place("cellar", Some("annex"), "Cellar", false, None),
    ]);
    // Told again, they are as they are.
    for _ in 0..2 {
        connection.execute(PUT, [places.to_string()]).unwrap();
    }
    connection
}

fn request(connection: &Connection, number: i64, status: &str, location: Option<&str>) {
    let json = serde_json::json!({ "number": number, "location": location.map(|id| serde_json::json!({ "id": id, "name": "then" })) });
    let row = params![number, format!("r{number}"), status, location, json.to_string()];
    connection
        .execute(
            "INSERT INTO request (number, id, epoch, version, created_ms, updated_ms, search, status, location_id, json,
                                  requester_id, category, priority)
             VALUES (?1, ?2, 0, 1, ?1, ?1, '', ?3, ?4, ?5, 'u', '', '')",
            row,
        )
        .unwrap();
}

fn texts(connection: &Connection, sql: &str, id: &str) -> Vec<String> {
    let mut prepared = connection.prepare(sql).unwrap();
    prepared.query_map([id], |row| row.get(0)).unwrap().collect::<Result<_, _>>().unwrap()
}

#[test]
fn what_is_below_a_place_has_what_became_a_part_of_it() {
    let connection = hotel();
    let below = |id: &str| {
        let mut ids = texts(&connection, asked_and_below!("?"), id);
        ids.sort();
        ids
    };
    assert_eq!(below("hotel"), ["annex", "cellar", "floor", "hotel", "old", "room"]);
    assert_eq!(below("room"), ["old", "room"]);
    assert_eq!(below("old"), ["old", "room"]);
    assert_eq!(below("nowhere"), ["nowhere"]);
}

#[test]
fn a_place_is_called_what_it_is_called_now() {
    let connection = hotel();
    let named =
        |id: &str| connection.query_row(NAMED, [id], |row| Ok((row.get::<_, String>(0)?, row.get::<_, bool>(1)?))).ok();
    let room = r#"{"id":"room","name":"201","path":[{"id":"hotel","name":"Hotel \"Melati\""},{"id":"floor","name":"Lantai 2"}]}"#;
    assert_eq!(named("room"), Some((room.to_owned(), false)));
    assert_eq!(named("old"), named("room"));
    assert_eq!(named("annex").map(|(_, archived)| archived), Some(true));
    assert_eq!(named("cellar").map(|(_, archived)| archived), Some(true));
    assert_eq!(named("nowhere"), None);
    for (number, location) in [(1, Some("old")), (2, None), (3, Some("nowhere"))] {
        request(&connection, number, "submitted", location);
    }
    connection.execute("UPDATE place SET name = 'Lobby' WHERE id = 'room'", ()).unwrap();
    let mut shown = connection.prepare(&format!("SELECT {JSON} FROM request ORDER BY number")).unwrap();
    let shown: Vec<String> = shown.query_map((), |row| row.get(0)).unwrap().collect::<Result<_, _>>().unwrap();
    let locations: Vec<serde_json::Value> =
        shown.iter().map(|json| serde_json::from_str::<serde_json::Value>(json).unwrap()["location"].take()).collect();
    assert_eq!(locations[0]["name"], "Lobby");
    assert_eq!(locations[1], serde_json::Value::Null);
    assert_eq!(locations[2]["name"], "then");
}

#[test]
fn open_requests_are_counted_with_all_below() {
    let connection = hotel();
    for (number, status, location) in [
        (1, "submitted", Some("old")),
        (2, "closed", Some("room")),
        (3, "on_hold", Some("floor")),
        (4, "assigned", None),
        (5, "assigned", Some("cellar")),
    ] {
        request(&connection, number, status, location);
    }
    let open = |id: &str, only: Option<&str>| {
        connection.query_row(OPEN_AT, params![id, only], |row| row.get::<_, i64>(0)).unwrap()
    };
    assert_eq!([open("hotel", None), open("floor", None), open("old", None), open("nowhere", None)], [3, 2, 1, 0]);
    assert_eq!([open("hotel", Some("u")), open("hotel", Some("v"))], [3, 0]);
}
