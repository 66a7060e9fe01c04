//! Assets over HTTP: made, found, changed, retired; and the requests that name one.

use hyper::Method;
use serde_json::{Value, json};

use crate::places::{fresh, make as make_place};
use crate::stack;
use crate::support::{Client, Reply, new_user};

async fn somebody(role: &str) -> Client {
    Client::sign_in(stack(), &new_user(stack(), role).email).await
}

fn id(record: &Value) -> &str {
    record["id"].as_str().expect("an id")
}

async fn make(client: &Client, body: Value) -> Value {
    client.post("/api/assets", &body).await.expect(201).json()
}

async fn change(client: &Client, asset: &Value, body: Value) -> Reply {
    client.patch(&format!("/api/assets/{}", id(asset)), &body).await
}

/// Says what is to be known of assets.
async fn put(admin: &Client, list: &Value) -> Reply {
    admin.call(Method::PUT, "/api/system/settings/asset_categories").json(&json!({ "value": list })).send().await
}

/// The names on a page of assets.
async fn names(client: &Client, query: &str) -> Vec<String> {
    let page = client.get(&format!("/api/assets?{}", query.replace(' ', "%20"))).await.expect(200).json();
    page["items"]
        .as_array()
        .expect("items")
        .iter()
        .map(|asset| asset["name"].as_str().expect("a name").to_owned())
        .collect()
}

#[tokio::test]
async fn an_asset_is_made_found_and_retired_and_its_history_is_kept() {
    let (manager, requester) = (somebody("manager").await, somebody("requester").await);
    let site = make_place(&manager, &fresh("Site"), None).await;
    let room = make_place(&manager, "Plant room", Some(&site)).await;
    let serial = fresh("S");
    let pump = make(
        &manager,
        json!({
            "name": "Pompa 1", "code": fresh("PMP"), "category": "Pump", "location_id": id(&room), "maker": "Grundfos",
            "model": "CR 15-4", "serial": serial, "bought": "2023-01-10", "warranty_until": "2027-01-09", "cost": "Rp 42.000.000",
            "notes": "Twice a year.", "custom": { "Flow": 17.5, "Spare": true, "Colour": "blue" },
        }),
    )
    .await;
    assert_eq!(pump["location"]["path"][0]["id"], site["id"]);
    assert_eq!(pump["custom"], json!({ "Flow": 17.5, "Spare": true, "Colour": "blue" }));
    assert_eq!((&pump["status"], &pump["history"][0]["by"]["name"]), (&json!("in_service"), &json!(manager.name())));
    let motor = make(&manager, json!({ "name": "Motor", "parent_id": id(&pump), "location_id": id(&room) })).await;
    assert_eq!(motor["parent"]["id"], pump["id"]);

    let word = serial.rsplit(' ').next().expect("a word");
    assert_eq!(names(&requester, &format!("q=pompa {word}")).await, ["Pompa 1"]);
    assert_eq!(names(&requester, &format!("location={}", id(&site))).await, ["Motor", "Pompa 1"]);
    assert_eq!(names(&requester, &format!("location={}&category=PUMP", id(&site))).await, ["Pompa 1"]);
    assert_eq!(names(&requester, &format!("parent={}", id(&pump))).await, ["Motor"]);

    let retired = json!({ "status": "retired", "status_reason": "Worn out.", "custom": { "Flow": 12 }, "notes": "" });
    let after = change(&manager, &pump, retired).await.expect(200).json();
    assert_eq!(
        (&after["history"][0]["status"], &after["history"][0]["reason"]),
        (&json!("retired"), &json!("Worn out."))
    );
    assert_eq!(after["history"][1]["status"], "in_service");
    assert_eq!((&after["custom"], &after["notes"]), (&json!({ "Flow": 12 }), &Value::Null));
    assert_eq!(names(&requester, &format!("location={}", id(&site))).await, ["Motor"]);
    assert_eq!(names(&requester, &format!("location={}&status=retired", id(&site))).await, ["Pompa 1"]);
    let body = json!({ "title": "Hums", "category": "other", "priority": "low", "asset_id": id(&pump) });
    let refused = requester.post("/api/requests", &body).await;
    refused.problem(400, "invalid");
    assert_eq!(refused.json()["errors"][0]["code"], "retired");
}

#[tokio::test]
async fn what_cannot_be_is_refused_and_says_why() {
    let manager = somebody("manager").await;
    let (lift, door) =
        (make(&manager, json!({ "name": fresh("Lift") })).await, make(&manager, json!({ "name": "Door" })).await);
    change(&manager, &door, json!({ "parent_id": id(&lift), "code": id(&door) })).await.expect(200);
    let cases = [
        (json!({ "parent_id": id(&lift) }), "parent_id", "under_itself"),
        (json!({ "parent_id": id(&door) }), "parent_id", "under_itself"),
        (json!({ "parent_id": manager.id() }), "parent_id", "unknown_asset"),
        (json!({ "location_id": manager.id() }), "location_id", "unknown_place"),
        (json!({ "code": id(&door).to_uppercase() }), "code", "code_taken"),
        (json!({ "bought": "2023-02-29" }), "bought", "malformed_date"),
        (json!({ "status": "broken" }), "status", "unknown_value"),
        (json!({ "custom": { "a": [] } }), "custom", "wrong_type"),
        (json!({ "name": "" }), "name", "required"),
        (json!({}), "body", "no_change"),
    ];
    for (body, field, code) in cases {
        let reply = change(&manager, &lift, body.clone()).await;
        reply.problem(400, "invalid");
        let error = &reply.json()["errors"][0];
        assert_eq!((&error["field"], &error["code"]), (&json!(field), &json!(code)), "{body}");
    }
}

#[tokio::test]
async fn what_was_made_by_mistake_is_deleted_and_what_a_request_names_is_not() {
    let (manager, requester) = (somebody("manager").await, somebody("requester").await);
    let (room, spare) =
        (make_place(&manager, &fresh("Room"), None).await, make_place(&manager, &fresh("Spare"), None).await);
    let asset = make(&manager, json!({ "name": "Fan", "location_id": id(&room) })).await;
    let mistake = make(&manager, json!({ "name": "Fann" })).await;
    let body = json!({ "title": "Hums", "category": "hvac", "priority": "low", "asset_id": id(&asset) });
    requester.post("/api/requests", &body).await.expect(201);
    let path = |noun: &str, thing: &Value| format!("/api/{noun}/{}", id(thing));
    // At once: the index knows of the request before PostgreSQL does.
    for (noun, thing) in [("assets", &asset), ("locations", &room)] {
        manager.delete(&path(noun, thing)).await.problem(409, "in_use");
        manager.get(&path(noun, thing)).await.expect(200);
    }
    requester.delete(&path("assets", &mistake)).await.problem(403, "forbidden");
    for (noun, thing) in [("assets", &mistake), ("locations", &spare)] {
        manager.delete(&path(noun, thing)).await.expect(204);
        manager.get(&path(noun, thing)).await.problem(404, "not_found");
        manager.delete(&path(noun, thing)).await.problem(404, "not_found");
    }
    let body = json!({ "title": "Dark", "category": "other", "priority": "low", "location_id": id(&spare) });
    let refused = requester.post("/api/requests", &body).await;
    refused.problem(400, "invalid");
    assert_eq!(refused.json()["errors"][0]["code"], "unknown_place");
}

#[tokio::test]
async fn a_request_about_an_asset_is_where_that_is() {
    let (manager, requester) = (somebody("manager").await, somebody("requester").await);
    let room = make_place(&manager, &fresh("Room"), None).await;
    let other = make_place(&manager, &fresh("Other room"), None).await;
    let code = fresh("AC");
    let asset = make(&manager, json!({ "name": "AC split", "code": code, "location_id": id(&room) })).await;
    let report = |more: Value| {
        let mut body = json!({ "title": "Not cold", "category": "hvac", "priority": "low", "asset_id": id(&asset) });
        body.as_object_mut().expect("an object").extend(more.as_object().expect("an object").clone());
        let requester = requester.clone();
        async move { requester.post("/api/requests", &body).await.expect(201).json() }
    };
    let record = report(json!({})).await;
    assert_eq!(record["asset"], json!({ "id": asset["id"], "name": "AC split", "code": code }));
    assert_eq!(record["location"]["id"], room["id"]);
    assert_eq!(report(json!({ "location_id": id(&other) })).await["location"]["id"], other["id"]);
    let list = manager.get(&format!("/api/requests?asset={}&status=submitted", id(&asset))).await.expect(200).json();
    assert_eq!(list["items"].as_array().expect("items").len(), 2);
    let edit = format!("/api/requests/{}", id(&record));
    let edited = manager.patch(&edit, &json!({ "asset_id": "" })).await.expect(200).json();
    assert_eq!((&edited["asset"], &edited["location"]["id"]), (&Value::Null, &room["id"]));
    let list = manager.get(&format!("/api/requests?asset={}", id(&asset))).await.expect(200).json();
    assert_eq!(list["items"].as_array().expect("items").len(), 1);
}

#[tokio::test]
async fn an_asset_of_a_category_has_the_fields_that_are_asked_for_and_keeps_what_it_had() {
    let (admin, manager) = (somebody("admin").await, somebody("manager").await);
    let pump = fresh("Pump");
    let before = make(&manager, json!({ "name": "Old", "category": pump, "custom": { "Flow": "much" } })).await;
    let fields = json!([
        { "name": "Flow", "kind": "number", "unit": "m³/h", "required": true },
        { "name": "Drive", "kind": "choice", "choices": ["electric", "diesel"] },
    ]);
    let list = json!([{ "name": pump, "fields": fields }]);
    put(&admin, &list).await.expect(200);
    let told = manager.get("/api/asset-categories").await.expect(200).json();
    assert_eq!(told["items"], list);
    let refused = |reply: Reply, field: &str, code: &str| {
        reply.problem(400, "invalid");
        let error = &reply.json()["errors"][0];
        assert_eq!((&error["field"], &error["code"]), (&json!(field), &json!(code)));
    };
    let body = |custom: Value| json!({ "name": "New", "category": pump.to_uppercase(), "custom": custom });
    for (custom, field, code) in [
        (json!({}), "custom.Flow", "required"),
        (json!({ "Flow": "17" }), "custom.Flow", "wrong_type"),
        (json!({ "Flow": 17, "Drive": "steam" }), "custom.Drive", "unknown_value"),
    ] {
        refused(manager.post("/api/assets", &body(custom)).await, field, code);
    }
    let new = make(&manager, body(json!({ "Flow": 17, "Drive": "diesel", "Own": "F7" }))).await;
    assert_eq!(new["custom"], json!({ "Flow": 17, "Drive": "diesel", "Own": "F7" }));
    // What was valid before stays until somebody edits it; what is not said again is missing.
    change(&manager, &before, json!({ "notes": "It hums." })).await.expect(200);
    change(&manager, &before, json!({ "custom": { "Flow": "much", "Own": 1 } })).await.expect(200);
    refused(change(&manager, &before, json!({ "custom": { "Flow": "more" } })).await, "custom.Flow", "wrong_type");
    refused(change(&manager, &before, json!({ "custom": {} })).await, "custom.Flow", "required");
    // Another category asks for what it asks for.
    let other = make(&manager, json!({ "name": "Other", "category": "Lift", "custom": { "Flow": "much" } })).await;
    refused(change(&manager, &other, json!({ "category": pump })).await, "custom.Flow", "wrong_type");
    change(&manager, &other, json!({ "category": pump, "custom": { "Flow": 3 } })).await.expect(200);
    change(&manager, &other, json!({ "category": "Lift", "custom": {} })).await.expect(200);

    for (value, code) in [
        (json!([{ "name": pump, "fields": [{ "name": "A", "kind": "choice" }] }]), "required"),
        (json!([{ "name": pump, "fields": [] }, { "name": pump, "fields": [] }]), "duplicate"),
        (json!([{ "name": pump, "fields": [{ "name": "A", "kind": "colour" }] }]), "malformed"),
        (json!("none"), "malformed"),
    ] {
        refused(put(&admin, &value).await, "value", code);
    }
    put(&admin, &json!([])).await.expect(200);
    make(&manager, body(json!({}))).await;
}
