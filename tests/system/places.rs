//! Places over HTTP: the tree, who may change it, what it does not become, and the requests that name one.

use std::time::Duration;

use futures::future::join_all;
use hyper::Method;
use serde_json::{Value, json};

use crate::stack;
use crate::support::{Client, Reply, eventually, new_user};

async fn somebody(role: &str) -> Client {
    Client::sign_in(stack(), &new_user(stack(), role).email).await
}

/// A name that no other test uses.
pub fn fresh(name: &str) -> String {
    format!("{name} {}", uuid::Uuid::now_v7().simple())
}

/// Makes a place; its record.
pub async fn make(client: &Client, name: &str, parent: Option<&Value>) -> Value {
    let body = json!({ "name": name, "parent_id": parent.map_or("", |parent| parent["id"].as_str().expect("an id")) });
    client.post("/api/locations", &body).await.expect(201).json()
}

fn id(record: &Value) -> &str {
    record["id"].as_str().expect("an id")
}

async fn change(client: &Client, place: &Value, body: Value) -> Reply {
    client.patch(&format!("/api/locations/{}", id(place)), &body).await
}

async fn read(client: &Client, place: &Value) -> Value {
    client.get(&format!("/api/locations/{}", id(place))).await.expect(200).json()
}

/// The names on a page of places.
async fn names(client: &Client, query: &str) -> Vec<String> {
    let page = client.get(&format!("/api/locations?{query}")).await.expect(200).json();
    page["items"]
        .as_array()
        .expect("items")
        .iter()
        .map(|place| place["name"].as_str().expect("a name").to_owned())
        .collect()
}

fn path(place: &Value) -> Vec<&str> {
    place["path"].as_array().expect("a path").iter().map(|place| place["name"].as_str().expect("a name")).collect()
}

/// The titles of the requests at a place and below.
async fn requests_at(client: &Client, place: &Value) -> Vec<String> {
    let page = client.get(&format!("/api/requests?sort=created&location={}", id(place))).await.expect(200).json();
    page["items"]
        .as_array()
        .expect("items")
        .iter()
        .map(|row| row["title"].as_str().expect("a title").to_owned())
        .collect()
}

async fn report_at(client: &Client, title: &str, place: &Value) -> Value {
    let body = json!({ "title": title, "category": "other", "priority": "low", "location_id": id(place) });
    client.post("/api/requests", &body).await.expect(201).json()
}

#[tokio::test]
async fn a_tree_is_made_searched_moved_and_archived() {
    let (manager, requester) = (somebody("manager").await, somebody("requester").await);
    let (hotel, annex) = (fresh("Hotel Melati"), fresh("Annex"));
    let site = make(&manager, &hotel, None).await;
    let body = json!({ "name": "Lantai 2", "kind": "floor", "code": fresh("F"), "address": "Jl. Diponegoro 12\nBandung",
                       "time_zone": "Asia/Jakarta", "manager_id": manager.id(), "parent_id": id(&site) });
    let reply = manager.post("/api/locations", &body).await.expect(201);
    let floor = reply.json();
    assert_eq!(reply.header("location"), Some(format!("/api/locations/{}", id(&floor)).as_str()));
    assert_eq!((floor["kind"].as_str(), floor["manager"]["name"].as_str()), (Some("floor"), Some(manager.name())));
    let room10 = make(&manager, "Kamar 10", Some(&floor)).await;
    make(&manager, "Kamar 9", Some(&floor)).await;
    assert_eq!(path(&room10), [hotel.as_str(), "Lantai 2"]);
    assert_eq!(names(&requester, &format!("parent={}", id(&floor))).await, ["Kamar 9", "Kamar 10"]);
    assert_eq!(read(&requester, &floor).await["places"], 2);

    // As one types: words in any order and any case, of the place and of those that it is in.
    let token = hotel.rsplit(' ').next().expect("a word");
    for q in [format!("kamar {token} 10"), format!("10 KAMAR {token}"), format!("{token} LANTAI kam 10")] {
        assert_eq!(names(&requester, &format!("q={}", q.replace(' ', "%20"))).await, ["Kamar 10"], "{q}");
    }
    // What only the path has does not bring everything below.
    assert_eq!(names(&requester, &format!("q={token}")).await, [hotel.as_str()]);

    let other = make(&manager, &annex, None).await;
    change(&manager, &floor, json!({ "parent_id": id(&other), "name": "Lantai 3", "kind": "" })).await.expect(200);
    let moved = read(&requester, &room10).await;
    assert_eq!(path(&moved), [annex.as_str(), "Lantai 3"]);
    assert_eq!(read(&requester, &floor).await["kind"], Value::Null);
    change(&manager, &other, json!({ "archived": true })).await.expect(200);
    let archived = read(&requester, &room10).await;
    assert_eq!((&archived["archived"], &archived["in_archived"]), (&json!(false), &json!(true)));
    assert_eq!(
        names(&requester, &format!("q=kamar%2010%20{}", annex.rsplit(' ').next().expect("a word"))).await,
        [""; 0]
    );
    let body = json!({ "title": "Tap", "category": "other", "priority": "low", "location_id": id(&room10) });
    let refused = requester.post("/api/requests", &body).await;
    refused.problem(400, "invalid");
    assert_eq!(
        (&refused.json()["errors"][0]["field"], &refused.json()["errors"][0]["code"]),
        (&json!("location_id"), &json!("archived"))
    );
}

#[tokio::test]
async fn a_repeated_report_is_answered_as_before_though_its_place_was_put_away() {
    let (manager, requester) = (somebody("manager").await, somebody("requester").await);
    let place = make(&manager, &fresh("Shed"), None).await;
    let body = json!({ "title": "Door", "category": "other", "priority": "low", "location_id": id(&place) });
    let report = |key: &str| {
        let client = requester.clone().with_header("idempotency-key", key);
        let body = body.clone();
        async move { client.post("/api/requests", &body).await }
    };
    let first = report("first").await.expect(201).json();
    change(&manager, &place, json!({ "archived": true })).await.expect(200);
    assert_eq!(report("first").await.expect(201).json(), first);
    report("second").await.problem(400, "invalid");
}

#[tokio::test]
async fn what_would_be_no_tree_is_refused() {
    let manager = somebody("manager").await;
    let top = make(&manager, &fresh("Top"), None).await;
    let inner = make(&manager, "Inner", Some(&top)).await;
    let code = |reply: Reply| {
        reply.problem(400, "invalid");
        reply.json()["errors"][0]["code"].as_str().expect("a code").to_owned()
    };
    assert_eq!(code(change(&manager, &top, json!({ "parent_id": id(&inner) })).await), "under_itself");
    assert_eq!(code(change(&manager, &top, json!({ "parent_id": id(&top) })).await), "under_itself");
    assert_eq!(code(change(&manager, &top, json!({ "parent_id": manager.id() })).await), "unknown_place");
    assert_eq!(code(change(&manager, &top, json!({ "time_zone": "Mars/Olympus" })).await), "unknown_value");
    assert_eq!(code(change(&manager, &top, json!({ "manager_id": id(&inner) })).await), "unknown_user");
    let door = fresh("D");
    change(&manager, &top, json!({ "code": door })).await.expect(200);
    assert_eq!(code(change(&manager, &inner, json!({ "code": door.to_uppercase() })).await), "code_taken");
    assert_eq!(code(change(&manager, &inner, json!({})).await), "no_change");
    assert_eq!(code(change(&manager, &inner, json!({ "name": " " })).await), "required");
    let mut deepest = inner;
    for level in 3..=16 {
        deepest = make(&manager, &format!("Level {level}"), Some(&deepest)).await;
    }
    let body = json!({ "name": "Level 17", "parent_id": id(&deepest) });
    assert_eq!(code(manager.post("/api/locations", &body).await), "too_deep");
    let other = make(&manager, &fresh("Other"), None).await;
    assert_eq!(code(change(&manager, &top, json!({ "parent_id": id(&other) })).await), "too_deep");
}

#[tokio::test]
async fn of_two_who_move_two_places_into_each_other_one_is_refused() {
    let (one, two) = (somebody("manager").await, somebody("manager").await);
    for _ in 0..5 {
        let (a, b) = (make(&one, &fresh("A"), None).await, make(&one, &fresh("B"), None).await);
        let (first, second) = futures::join!(
            change(&one, &a, json!({ "parent_id": id(&b) })),
            change(&two, &b, json!({ "parent_id": id(&a) })),
        );
        let mut statuses = [first.status.as_u16(), second.status.as_u16()];
        statuses.sort_unstable();
        assert_eq!(statuses, [200, 400], "{first} {second}");
    }
}

#[tokio::test]
async fn many_movers_at_once_leave_a_tree() {
    let manager = somebody("manager").await;
    let top = make(&manager, &fresh("Top"), None).await;
    let places: Vec<Value> = join_all((0..6).map(|n| make_in(&manager, format!("P{n}"), &top))).await;
    for round in 0..4 {
        let moves = places.iter().enumerate().map(|(n, place)| {
            let to = &places[(n + 1 + round) % places.len()];
            change(&manager, place, json!({ "parent_id": id(to) }))
        });
        for reply in join_all(moves).await {
            assert!([200, 400].contains(&reply.status.as_u16()), "{reply}");
        }
    }
    for place in &places {
        let shown = read(&manager, place).await;
        let path = path(&shown);
        assert!(path.len() <= 7 && path.first() == top["name"].as_str().as_ref(), "{path:?}");
    }
}

async fn make_in(client: &Client, name: String, parent: &Value) -> Value {
    make(client, &name, Some(parent)).await
}

#[tokio::test]
async fn a_request_names_a_place_and_is_found_at_all_that_are_around_it() {
    let (manager, requester) = (somebody("manager").await, somebody("requester").await);
    let site = make(&manager, &fresh("Site"), None).await;
    let floor = make(&manager, "Lantai 2", Some(&site)).await;
    let room = make(&manager, "Kamar 201", Some(&floor)).await;
    let record = report_at(&requester, "Tap drips", &room).await;
    assert_eq!(record["location"]["name"], "Kamar 201");
    assert_eq!(record["location"]["path"][1]["name"], "Lantai 2");
    let row = requester.report("No place").await;
    for place in [&site, &floor, &room] {
        assert_eq!(requests_at(&manager, place).await, ["Tap drips"]);
        assert_eq!(read(&manager, place).await["open_requests"], 1);
    }
    // Counts are of what one sees.
    assert_eq!(read(&somebody("requester").await, &site).await["open_requests"], 0);

    let edit = |body: Value| {
        let (manager, path) = (manager.clone(), format!("/api/requests/{}", id(&row)));
        async move { manager.patch(&path, &body).await.expect(200).json() }
    };
    assert_eq!(edit(json!({ "location_id": id(&floor) })).await["location"]["name"], "Lantai 2");
    assert_eq!(requests_at(&manager, &site).await, ["Tap drips", "No place"]);
    assert_eq!(requests_at(&manager, &room).await, ["Tap drips"]);
    let events = manager.get(&format!("/api/requests/{}/events", id(&row))).await.expect(200).json();
    assert_eq!(events["items"][1]["body"]["location"]["to"]["name"], "Lantai 2");
    assert_eq!(edit(json!({ "location_id": "" })).await["location"], Value::Null);
    assert_eq!(requests_at(&manager, &site).await, ["Tap drips"]);

    // What it is called now is what lists tell; what it was called then stays in the timeline.
    change(&manager, &room, json!({ "name": "Suite 201" })).await.expect(200);
    let other = make(&manager, &fresh("Other site"), None).await;
    change(&manager, &floor, json!({ "parent_id": id(&other) })).await.expect(200);
    let list = manager.get(&format!("/api/requests?location={}", id(&other))).await.expect(200).json();
    assert_eq!(list["items"][0]["location"]["name"], "Suite 201");
    assert_eq!(list["items"][0]["location"]["path"][0]["name"], other["name"]);
    assert_eq!(requests_at(&manager, &site).await, [""; 0]);
    let events = manager.get(&format!("/api/requests/{}/events", id(&record))).await.expect(200).json();
    assert_eq!(events["items"][0]["body"]["location"]["name"], "Kamar 201");
}

#[tokio::test]
async fn two_places_become_one_with_all_that_is_theirs() {
    let manager = somebody("manager").await;
    let site = make(&manager, &fresh("Site"), None).await;
    let (right, wrong) =
        (make(&manager, "Kamar 201", Some(&site)).await, make(&manager, "Room 201", Some(&site)).await);
    let bath = make(&manager, "Bath", Some(&wrong)).await;
    let asset = json!({ "name": "AC 201", "location_id": id(&wrong) });
    let asset = manager.post("/api/assets", &asset).await.expect(201).json();
    for (title, place) in [("One", &right), ("Two", &wrong), ("Three", &bath)] {
        report_at(&manager, title, place).await;
    }
    let merge = format!("/api/locations/{}/merge", id(&wrong));
    let merged = manager.post(&merge, &json!({ "into": id(&right) })).await.expect(200).json();
    assert_eq!(id(&merged), id(&right));
    // Told again, it is as it is.
    assert_eq!(id(&manager.post(&merge, &json!({ "into": id(&right) })).await.expect(200).json()), id(&right));
    assert_eq!(requests_at(&manager, &right).await, ["One", "Two", "Three"]);
    assert_eq!(id(&read(&manager, &wrong).await), id(&right));
    assert_eq!(path(&read(&manager, &bath).await)[1], "Kamar 201");
    let list = manager.get(&format!("/api/requests?sort=created&location={}", id(&wrong))).await.expect(200).json();
    assert_eq!(list["items"][1]["location"]["id"], right["id"]);
    let moved = manager.get(&format!("/api/assets/{}", id(&asset))).await.expect(200).json();
    assert_eq!(moved["location"]["id"], right["id"]);
    // A report that was written before names the one that is left.
    assert_eq!(report_at(&manager, "Four", &wrong).await["location"]["id"], right["id"]);
    let into_itself = manager.post(&format!("/api/locations/{}/merge", id(&site)), &json!({ "into": id(&bath) })).await;
    into_itself.problem(400, "invalid");
}

#[tokio::test]
async fn a_place_is_made_once_and_is_not_overwritten_unseen() {
    let (one, two) = (somebody("manager").await, somebody("admin").await);
    let name = fresh("Once");
    let make = |body: Value| {
        one.call(Method::POST, "/api/locations").header("idempotency-key", &name.replace(' ', "-")).json(&body).send()
    };
    let body = json!({ "name": name });
    let (first, second) = futures::join!(make(body.clone()), make(body.clone()));
    let (first, second) = (first.expect(201).json(), second.expect(201).json());
    assert_eq!(id(&first), id(&second));
    make(json!({ "name": "Another" })).await.problem(422, "idempotency_key_reused");
    assert_eq!(names(&one, &format!("q={}", name.replace(' ', "%20"))).await.len(), 1);
    change(&two, &first, json!({ "kind": "room" })).await.expect(200);
    let stale = one.call(Method::PATCH, &format!("/api/locations/{}", id(&first))).header("if-match", "\"v1\"");
    let stale = stale.json(&json!({ "kind": "hall" })).send().await;
    stale.problem(412, "stale");
    assert_eq!(stale.json()["record"]["kind"], "room");

    // The audit knows who did what, once.
    eventually(Duration::from_secs(10), || async {
        let found =
            two.get(&format!("/api/system/logs/audit?q=place%20made&actor={}", one.id())).await.expect(200).json();
        let made = found["items"].as_array().map_or(0, Vec::len);
        if made == 1 { Ok(()) } else { Err(made) }
    })
    .await;
}

#[tokio::test]
async fn pages_of_places_have_no_gap_and_no_repetition() {
    let manager = somebody("manager").await;
    let top = make(&manager, &fresh("Top"), None).await;
    for n in 0..23 {
        make(&manager, &format!("Kamar {n}"), Some(&top)).await;
    }
    let (mut seen, mut cursor) = (Vec::new(), String::new());
    loop {
        let page = manager.get(&format!("/api/locations?parent={}&limit=5{cursor}", id(&top))).await.expect(200).json();
        seen.extend(
            page["items"]
                .as_array()
                .expect("items")
                .iter()
                .map(|place| place["name"].as_str().expect("a name").to_owned()),
        );
        match page["next_cursor"].as_str() {
            Some(next) => cursor = format!("&cursor={next}"),
            None => break,
        }
    }
    assert_eq!(seen, (0..23).map(|n| format!("Kamar {n}")).collect::<Vec<_>>());
    // A cursor is of its list alone.
    manager.get(&format!("/api/locations?parent=none{cursor}")).await.problem(400, "invalid_cursor");
}
