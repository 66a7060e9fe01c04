//! What people choose for themselves, and what is kept of them, as a file.

use std::time::Duration;

use hyper::Method;
use serde_json::{Value, json};

use crate::stack;
use crate::support::{Client, eventually, new_user};

async fn save(client: &Client, body: &Value) -> crate::support::Reply {
    client.call(Method::PUT, "/api/me/preferences").json(body).send().await
}

#[tokio::test]
async fn phone_time_zone_and_start_page_are_kept_for_each_person() {
    let [one, other] = [new_user(stack(), "technician"), new_user(stack(), "technician")];
    let (one, other) = (Client::sign_in(stack(), &one.email).await, Client::sign_in(stack(), &other.email).await);
    let nothing = json!({ "phone": null, "time_zone": null, "start_page": null });
    assert_eq!(one.get("/api/me/preferences").await.expect(200).json(), nothing);
    let chosen = json!({ "phone": "+62 812-345 678", "time_zone": "Asia/Makassar", "start_page": "work" });
    assert_eq!(save(&one, &chosen).await.expect(200).json(), chosen);
    assert_eq!(one.get("/api/me/preferences").await.expect(200).json(), chosen);
    assert_eq!(other.get("/api/me/preferences").await.expect(200).json(), nothing);
    for (field, value, code) in [
        ("phone", json!("call me"), "malformed_phone"),
        ("phone", json!("123"), "malformed_phone"),
        ("phone", json!(7), "wrong_type"),
        ("time_zone", json!("Asia/Atlantis"), "unknown_value"),
        ("time_zone", json!("+07:00"), "unknown_value"),
        ("start_page", json!("moon"), "unknown_value"),
        ("shoe_size", json!(43), "unknown_field"),
    ] {
        let mut body = chosen.clone();
        body[field] = value;
        let refused = save(&one, &body).await.problem(400, "invalid")["errors"][0].take();
        assert_eq!((&refused["field"], &refused["code"]), (&json!(field), &json!(code)));
    }
    assert_eq!(one.get("/api/me/preferences").await.expect(200).json(), chosen, "nothing was lost");
    assert_eq!(save(&one, &json!({})).await.expect(200).json(), nothing);
}

#[tokio::test]
async fn ones_own_data_is_a_file_that_has_ones_own_alone_and_the_audit_knows_of_it() {
    let (user, colleague) = (new_user(stack(), "requester"), new_user(stack(), "technician"));
    let me = Client::sign_in(stack(), &user.email).await;
    let colleague = Client::sign_in(stack(), &colleague.email).await;
    let id = me.report("The window rattles").await["id"].as_str().expect("an id").to_owned();
    me.comment(&id, "Since the storm.", "public").await.expect(201);
    colleague.comment(&id, "He says this every year.", "internal").await.expect(201);
    colleague.report("Somebody else's lamp").await;
    let draft = json!({ "scope": "new", "body": "half a sentence", "updated_at": "2026-11-28T10:00:00.000Z" });
    let path = format!("/api/me/drafts/{}", uuid::Uuid::now_v7());
    me.call(Method::PUT, &path).json(&draft).send().await.expect(204);

    // The read model is a moment behind.
    let whole = || async {
        let reply = me.get("/api/me/data").await.expect(200);
        let events = reply.json()["events"].as_array().map_or(0, Vec::len);
        if events == 2 { Ok(reply) } else { Err(format!("{events} events: {reply}")) }
    };
    let reply = eventually(Duration::from_secs(15), whole).await;
    let disposition = reply.header("content-disposition").expect("a name");
    assert_eq!(disposition, "attachment; filename=\"cepatedge-my-data.json\"");
    let data = reply.json();
    assert_eq!((&data["account"]["email"], &data["account"]["id"]), (&json!(user.email), &json!(user.id)));
    assert_eq!(data["requests"].as_array().map(Vec::len), Some(1));
    assert_eq!(data["requests"][0]["title"], "The window rattles");
    assert_eq!(data["sessions"].as_array().map(Vec::len), Some(1));
    assert_eq!(data["drafts"][0]["body"], "half a sentence");
    let text = reply.text();
    assert!(text.contains("Since the storm.") && !text.contains("every year") && !text.contains("lamp"), "{text}");
    assert!(!text.contains("argon2"), "{text}");

    let admin = Client::sign_in(stack(), &new_user(stack(), "admin").email).await;
    let told = admin.get(&format!("/api/system/logs/audit?limit=50&actor={}", user.id)).await.expect(200).json();
    let is_told = |item: &Value| item["fields"]["action"] == "data_exported";
    assert!(told["items"].as_array().is_some_and(|items| items.iter().any(is_told)), "{told}");
}
