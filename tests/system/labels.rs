//! Labels over HTTP: made, found by what people type, bound, and what they lead to when things have changed.

use std::time::Duration;

use hyper::Method;
use serde_json::{Value, json};

use crate::places::{fresh, make};
use crate::stack;
use crate::support::{Client, eventually, new_user};

async fn somebody(role: &str) -> Client {
    Client::sign_in(stack(), &new_user(stack(), role).email).await
}

fn text<'a>(record: &'a Value, name: &str) -> &'a str {
    record[name].as_str().unwrap_or_else(|| panic!("no {name} in {record}"))
}

async fn labels(client: &Client, body: Value) -> Vec<Value> {
    let made = client.post("/api/labels", &body).await.expect(201).json();
    assert!(text(&made, "address").ends_with("/t/"), "{made}");
    made["items"].as_array().expect("items").clone()
}

async fn find(client: &Client, code: &str) -> Value {
    client.get(&format!("/api/labels/{code}")).await.expect(200).json()
}

#[tokio::test]
async fn each_thing_keeps_its_label_and_people_type_its_code_as_they_like() {
    let (manager, requester) = (somebody("manager").await, somebody("requester").await);
    let (site, room) = (make(&manager, &fresh("Site"), None).await, fresh("Room"));
    let room = make(&manager, &room, Some(&site)).await;
    let first = labels(&manager, json!({ "location_ids": [text(&room, "id"), text(&site, "id")] })).await;
    let names: Vec<&str> = first.iter().map(|label| text(&label["location"], "name")).collect();
    assert_eq!(names, [text(&room, "name"), text(&site, "name")]);
    let again = labels(&manager, json!({ "location_ids": [text(&site, "id"), text(&room, "id")] })).await;
    assert_eq!([&again[1]["code"], &again[0]["code"]], [&first[0]["code"], &first[1]["code"]]);

    let code = text(&first[0], "code");
    let plain = code.replace('-', "").to_lowercase().replace('0', "o").replace('1', "l");
    for typed in [code, &plain, &code.to_lowercase()] {
        let found = find(&requester, typed).await;
        assert_eq!((text(&found["location"], "id"), text(&found, "code")), (text(&room, "id"), code));
        assert_eq!(text(&found["location"]["path"][0], "name"), text(&site, "name"));
        assert_eq!((&found["asset"], &found["was"]), (&Value::Null, &Value::Null));
    }
    // Of no label, and no code at all.
    requester.get("/api/labels/00000000").await.problem(404, "not_found");
    requester.get("/api/labels/7K3M").await.problem(404, "not_found");

    let query = format!("/api/system/logs/audit?q=label%20made&actor={}", manager.id());
    let admin = somebody("admin").await;
    eventually(Duration::from_secs(10), || async {
        let logged = admin.get(&query).await.expect(200).json();
        // What was there already is no change.
        if logged["items"].as_array().map(Vec::len) == Some(1) { Ok(()) } else { Err(logged) }
    })
    .await;
}

#[tokio::test]
async fn a_label_made_beforehand_is_bound_by_who_works_and_never_twice_by_mistake() {
    let (manager, technician, requester) =
        (somebody("manager").await, somebody("technician").await, somebody("requester").await);
    let made = labels(&manager, json!({ "count": 240 })).await;
    assert_eq!(made.len(), 240);
    let distinct: std::collections::HashSet<&str> = made.iter().map(|label| text(label, "code")).collect();
    assert_eq!(distinct.len(), 240);
    let code = text(&made[0], "code");
    assert_eq!((&made[0]["location"], &made[0]["bound_at"]), (&Value::Null, &Value::Null));

    let asset = manager.post("/api/assets", &json!({ "name": fresh("Pump") })).await.expect(201).json();
    let place = make(&manager, &fresh("Pump room"), None).await;
    let bind = format!("/api/labels/{code}/bind");
    let on_asset = json!({ "asset_id": asset["id"] });
    requester.post(&bind, &on_asset).await.problem(403, "forbidden");
    for body in [
        json!({}),
        json!({ "asset_id": "x" }),
        json!({ "asset_id": place["id"] }),
        json!({ "asset_id": asset["id"], "location_id": place["id"] }),
        json!({ "asset_id": asset["id"], "rebind": "yes" }),
        json!({ "asset_id": asset["id"], "name": "Pump" }),
    ] {
        technician.post(&bind, &body).await.problem(400, "invalid");
    }
    let bound = technician.post(&bind, &on_asset).await.expect(200).json();
    assert_eq!(text(&bound["asset"], "id"), text(&asset, "id"));
    // Once more is no change.
    technician.post(&bind, &on_asset).await.expect(200);
    let refused = technician.post(&bind, &json!({ "location_id": place["id"] })).await;
    let problem = refused.problem(409, "label_bound");
    assert_eq!(text(&problem["record"]["asset"], "name"), text(&asset, "name"));
    let moved = technician.post(&bind, &json!({ "location_id": place["id"], "rebind": true })).await.expect(200).json();
    assert_eq!((text(&moved["location"], "id"), &moved["asset"]), (text(&place, "id"), &Value::Null));

    let admin = somebody("admin").await;
    let query = format!("/api/system/logs/audit?q=label%20bound&actor={}", technician.id());
    eventually(Duration::from_secs(10), || async {
        let logged = admin.get(&query).await.expect(200).json();
        if logged["items"].as_array().map(Vec::len) == Some(2) { Ok(()) } else { Err(logged) }
    })
    .await;
}

#[tokio::test]
async fn it_leads_to_what_a_place_became_and_tells_what_is_not_used_any_more() {
    let manager = somebody("manager").await;
    let (old, kept) = (make(&manager, &fresh("Room 201"), None).await, make(&manager, &fresh("Kamar 201"), None).await);
    let code = text(&labels(&manager, json!({ "location_ids": [old["id"]] })).await[0], "code").to_owned();
    let merge = format!("/api/locations/{}/merge", text(&old, "id"));
    manager.post(&merge, &json!({ "into": kept["id"] })).await.expect(200);
    let found = find(&manager, &code).await;
    assert_eq!((text(&found["location"], "id"), text(&found, "was")), (text(&kept, "id"), text(&old, "name")));
    assert_eq!(found["location"]["archived"], false);
    // Whoever says so once more says nothing new.
    let bind = format!("/api/labels/{code}/bind");
    manager.post(&bind, &json!({ "location_id": kept["id"] })).await.expect(200);
    manager.patch(&format!("/api/locations/{}", text(&kept, "id")), &json!({ "archived": true })).await.expect(200);
    assert_eq!(find(&manager, &code).await["location"]["archived"], true);

    let asset = manager.post("/api/assets", &json!({ "name": fresh("Fan") })).await.expect(201).json();
    let code = text(&labels(&manager, json!({ "asset_ids": [asset["id"]] })).await[0], "code").to_owned();
    manager.patch(&format!("/api/assets/{}", text(&asset, "id")), &json!({ "status": "retired" })).await.expect(200);
    assert_eq!(find(&manager, &code).await["asset"]["status"], "retired");
}

#[tokio::test]
async fn labels_are_made_in_numbers_that_fit_on_sheets_and_of_what_is_there() {
    let manager = somebody("manager").await;
    let id = "0190a5b8-0000-7000-8000-00000000dead";
    for (body, field, code) in [
        (json!({}), "count", "required"),
        (json!({ "count": 0 }), "count", "out_of_range"),
        (json!({ "count": 241 }), "count", "out_of_range"),
        (json!({ "count": "3" }), "count", "out_of_range"),
        (json!({ "count": 1, "asset_ids": [id] }), "body", "too_many"),
        (json!({ "asset_ids": [] }), "asset_ids", "out_of_range"),
        (json!({ "asset_ids": vec![id; 241] }), "asset_ids", "out_of_range"),
        (json!({ "asset_ids": [7] }), "asset_ids", "wrong_type"),
        (json!({ "asset_ids": [id] }), "asset_ids", "unknown_thing"),
        (json!({ "location_ids": [id] }), "location_ids", "unknown_thing"),
        (json!({ "number": 1 }), "number", "unknown_field"),
    ] {
        let problem = manager.post("/api/labels", &body).await.problem(400, "invalid");
        assert_eq!((&problem["errors"][0]["field"], &problem["errors"][0]["code"]), (&json!(field), &json!(code)));
    }
}

#[tokio::test]
async fn labels_whose_answer_was_lost_are_made_once() {
    let manager = somebody("manager").await;
    let make = |key: &'static str, count: usize| {
        let call = manager.call(Method::POST, "/api/labels").header("idempotency-key", key);
        async move {
            let made = call.json(&json!({ "count": count })).send().await.expect(201).json();
            made["items"]
                .as_array()
                .expect("a list")
                .iter()
                .map(|label| text(label, "code").to_owned())
                .collect::<Vec<_>>()
        }
    };
    let (first, second) = tokio::join!(make("sheet-1", 24), make("sheet-1", 24));
    assert_eq!((first.len(), &first), (24, &second));
    assert_eq!(make("sheet-1", 24).await, first);
    for other in [make("sheet-2", 24).await, make("sheet-1", 8).await] {
        assert!(other.iter().all(|code| !first.contains(code)));
    }
}
