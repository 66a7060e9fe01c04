//! What people choose for themselves, and what is kept of them, as a file.

use std::time::Duration;

use hyper::Method;
use serde_json::{Value, json};
use testbed::PushService;

use crate::factors::Enrolled;
use crate::stack;
use crate::support::authenticator::Authenticator;
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

#[tokio::test]
async fn what_lets_one_in_is_in_the_file_by_name_and_never_its_secret() {
    let who = Enrolled::new(stack(), "manager").await;
    let me = &who.here;
    let options = me.post("/api/me/passkeys/options", &json!({})).await.expect(200).json();
    let made = Authenticator::new(me.base_url()).made(&options);
    me.post("/api/me/passkeys", &json!({ "name": "Work phone", "passkey": made })).await.expect(201);
    let key = json!({ "name": "Sensor", "scopes": ["read", "report"], "days": 30 });
    let key = me.post("/api/keys", &key).await.expect(201).json();
    let secret = key["secret"].as_str().expect("a secret").to_owned();
    me.with_key(&secret).get("/api/me").await.expect(200);
    let service = PushService::start().expect("a push service");
    let push = me.get("/api/me/push").await.expect(200).json()["key"].as_str().expect("a key").to_owned();
    let subscription = service.subscribe(&push).expect("a subscription");
    me.call(Method::PUT, "/api/me/push").json(&subscription).send().await.expect(200);
    let choice = json!({ "choices": [{ "kind": "commented", "mail": false }] });
    me.call(Method::PUT, "/api/me/notifications").json(&choice).send().await.expect(200);
    let link = "INSERT INTO user_identities (org_id, issuer, subject, user_id, linked_at)
                SELECT org_id, 'https://id.example.com', 'subject-of-' || id, id, now() FROM users WHERE id = $1::text::uuid";
    stack().sql(|client| Ok(client.execute(link, &[&who.user.id])?)).expect("PostgreSQL answers");
    // Of somebody else there is nothing.
    let other = Client::sign_in(stack(), &new_user(stack(), "manager").email).await;
    other.post("/api/keys", &json!({ "name": "Theirs", "scopes": ["read"] })).await.expect(201);

    let reply = me.get("/api/me/data").await.expect(200);
    let (data, text) = (reply.json(), reply.text());
    let keys = data["keys"].as_array().expect("keys");
    assert_eq!((keys.len(), &keys[0]["name"], &keys[0]["scopes"]), (1, &json!("Sensor"), &json!(["read", "report"])));
    assert!(["created_at", "expires_at"].iter().all(|name| keys[0][name].is_string()), "{data}");
    assert!(keys[0]["last_use"]["at"].is_string(), "{data}");
    let factors = data["second_factors"].as_array().expect("factors");
    let named: Vec<_> = factors.iter().map(|one| (one["kind"].as_str(), one["name"].as_str())).collect();
    assert_eq!(named, [(Some("totp"), None), (Some("passkey"), Some("Work phone"))]);
    assert!(factors.iter().all(|one| one["added_at"].is_string() && one.get("last_used_at").is_some()), "{data}");
    assert_eq!(data["recovery_codes_left"], 10);
    assert_eq!(data["account"]["identities"][0]["issuer"], "https://id.example.com");
    assert!(data["devices"][0]["name"].is_string() && data["devices"][0]["added_at"].is_string(), "{data}");
    let of_comments = data["notices"].as_array().expect("choices").iter().find(|one| one["kind"] == "commented");
    assert_eq!(of_comments.expect("a choice")["mail"], false);
    assert_eq!(data["notice_times"], Value::Null);

    let kept = "SELECT json_build_array(
        (SELECT secret FROM user_totp WHERE user_id = $1::text::uuid), (SELECT public_key FROM user_passkeys WHERE user_id = $1::text::uuid),
        (SELECT session FROM api_keys WHERE user_id = $1::text::uuid), (SELECT password_hash FROM users WHERE id = $1::text::uuid),
        (SELECT min(hash) FROM user_recovery_codes WHERE user_id = $1::text::uuid))::text";
    let kept: String = stack().sql(|client| Ok(client.query_one(kept, &[&who.user.id])?.get(0))).expect("a row");
    let kept: Vec<String> = serde_json::from_str(&kept).expect("texts");
    let endpoint = subscription["endpoint"].as_str().expect("an address").to_owned();
    let secrets = kept.iter().chain(&who.codes).chain([&secret, &endpoint]);
    for hidden in secrets {
        assert!(!text.contains(hidden.as_str()), "{hidden} is in {text}");
    }
    assert!(!text.contains("Theirs"), "{text}");
}
