//! Settings: what administrators change is in force everywhere within 10 seconds, and rewrites nothing.

use std::time::{Duration, Instant};

use cepatedge::domain::Timestamp;
use hyper::Method;
use serde_json::{Value, json};
use testbed::{Stack, seed};
use tokio::time::sleep;

use crate::stack;
use crate::support::{Client, Reply, demo, eventually, new_user};

/// Within so long of its answer a change is in force everywhere.
const IN_FORCE: Duration = Duration::from_secs(10);

/// A system of one's own: rules are everybody's.
async fn own() -> (Stack, Client) {
    let stack = Stack::builder().start().unwrap_or_else(|error| panic!("no system to test: {error:?}"));
    let admin = Client::sign_in(&stack, &demo("admin")).await;
    (stack, admin)
}

async fn admin() -> Client {
    Client::sign_in(stack(), &new_user(stack(), "admin").email).await
}

fn path(key: &str) -> String {
    format!("/api/system/settings/{key}")
}

async fn put(admin: &Client, key: &str, value: Value) -> Reply {
    admin.call(Method::PUT, &path(key)).json(&json!({ "value": value })).send().await
}

async fn put_matching(admin: &Client, key: &str, value: Value, tag: &str) -> Reply {
    admin.call(Method::PUT, &path(key)).header("if-match", tag).json(&json!({ "value": value })).send().await
}

async fn history(admin: &Client, key: &str) -> Vec<Value> {
    let page = admin.get(&format!("{}/history", path(key))).await.expect(200).json();
    page["items"].as_array().expect("items").clone()
}

fn due_in_ms(record: &Value) -> i64 {
    let time = |name: &str| Timestamp::parse_rfc3339(record[name].as_str().expect("a time")).expect("a time").as_ms();
    time("due_at") - time("created_at")
}

async fn urgent(client: &Client) -> Value {
    let body = json!({ "title": "The lift stands", "category": "Lift", "priority": "urgent" });
    client.post("/api/requests", &body).await.expect(201).json()
}

#[tokio::test]
async fn every_setting_is_told_with_its_bounds_and_its_default() {
    let admin = admin().await;
    let all = admin.get("/api/system/settings").await.expect(200).json();
    let items = all["items"].as_array().expect("items");
    assert!(items.len() >= 13);
    let low = items.iter().find(|item| item["key"] == "due_hours_low").expect("one");
    assert_eq!(low["form"], json!({ "type": "number", "unit": "hours", "min": 1, "max": 8_760 }));
    assert_eq!((&low["group"], &low["default"]), (&json!("times"), &json!(168)));
    for item in items {
        let one = admin.get(&path(item["key"].as_str().expect("a key"))).await.expect(200);
        assert_eq!(one.json()["form"], item["form"]);
        assert!(one.header("etag").is_some());
    }
    admin.get(&path("moon_phase")).await.problem(404, "not_found");
    let tag = admin.get(&path("due_hours_low")).await.header("etag").expect("a tag").to_owned();
    let same = admin.call(Method::GET, &path("due_hours_low")).header("if-none-match", &tag).send().await;
    assert_eq!(same.status, 304);
}

#[tokio::test]
async fn a_value_out_of_bounds_is_refused_and_nothing_is_written() {
    let admin = admin().await;
    for (key, value, code) in [
        ("due_hours_low", json!(0), "out_of_range"),
        ("due_hours_low", json!(8_761), "out_of_range"),
        ("due_hours_low", json!("soon"), "out_of_range"),
        ("due_hours_low", json!(1.5), "malformed"),
        ("due_hours_low", json!(-1), "malformed"),
        ("due_hours_low", json!([1]), "malformed"),
        ("reopen_days", json!(366), "out_of_range"),
        ("approvers", json!("everybody"), "unknown_value"),
        ("cache_users", json!("on"), "unknown_value"),
        ("organisation_name", json!(" "), "required"),
        ("organisation_name", Value::Null, "required"),
        ("organisation_name", json!("x".repeat(101)), "too_long"),
        ("session_days", json!(0), "out_of_range"),
    ] {
        let refused = put(&admin, key, value.clone()).await.problem(400, "invalid");
        assert_eq!(
            (&refused["errors"][0]["field"], &refused["errors"][0]["code"]),
            (&json!("value"), &json!(code)),
            "{key} = {value}"
        );
    }
    for body in [json!({}), json!({ "value": 1, "version": 1 }), json!([])] {
        admin.call(Method::PUT, &path("due_hours_low")).json(&body).send().await.problem(400, "invalid");
    }
    put_matching(&admin, "due_hours_low", json!(100), "v1").await.problem(400, "invalid");
    assert!(history(&admin, "due_hours_low").await.is_empty());
}

#[tokio::test]
async fn a_change_is_kept_with_who_and_when_and_can_be_taken_back() {
    let (stack, admin) = own().await;
    let key = "auto_close_days";
    let before = admin.get(&path(key)).await.expect(200).json();
    assert_eq!((&before["value"], &before["version"], &before["changed_by"]), (&json!(7), &json!(0), &Value::Null));

    let first = put_matching(&admin, key, json!(3), "\"v0\"").await.expect(200);
    let tag = first.header("etag").expect("a tag").to_owned();
    let first = first.json();
    assert_eq!((&first["value"], &first["default"]), (&json!(3), &json!(7)));
    assert_eq!(first["changed_by"]["id"], json!(admin.id()));
    assert!(first["changed_at"].is_string());

    // Somebody else was quicker: nothing is overwritten, and it is told what is.
    let stale = put_matching(&admin, key, json!(5), "\"v0\"").await.problem(412, "stale");
    assert_eq!((&stale["record"]["value"], &stale["record"]["version"]), (&json!(3), &first["version"]));
    // What is in force already is no change: a lost answer may be asked for again.
    let same = put_matching(&admin, key, json!(3), "\"v0\"").await.expect(200).json();
    assert_eq!(same["version"], first["version"]);

    let second = put_matching(&admin, key, json!(9), &tag).await.expect(200).json();
    // Another setting counts through the same numbers.
    let other = put(&admin, "reopen_days", json!(10)).await.expect(200).json();
    assert!(other["version"].as_i64() > second["version"].as_i64());
    let back = put(&admin, key, Value::Null).await.expect(200).json();
    assert_eq!(back["value"], json!(7));
    let revert = json!({ "version": first["version"] });
    let reverted = admin.post(&format!("{}/revert", path(key)), &revert).await.expect(200).json();
    assert_eq!(reverted["value"], json!(3));
    for none in [json!(0), json!(999), other["version"].clone()] {
        let refused = admin.post(&format!("{}/revert", path(key)), &json!({ "version": none })).await;
        refused.problem(404, "not_found");
    }

    let told = history(&admin, key).await;
    let steps: Vec<_> = told.iter().map(|change| (change["old"].clone(), change["new"].clone())).collect();
    let step = |old: i64, new: Value| (json!(old), new);
    assert_eq!(steps, [step(7, json!(3)), step(9, Value::Null), step(3, json!(9)), step(7, json!(3))]);
    assert_eq!((&told[0]["restored"], &told[0]["by"]["role"]), (&first["version"], &json!("admin")));
    let paged = admin.get(&format!("{}/history?limit=3", path(key))).await.expect(200).json();
    let cursor = paged["next_cursor"].as_str().expect("a cursor");
    let rest = admin.get(&format!("{}/history?limit=3&cursor={cursor}", path(key))).await.expect(200).json();
    assert_eq!((&rest["items"], &rest["next_cursor"]), (&json!([told[3]]), &Value::Null));
    let elsewhere = format!("{}/history?limit=3&cursor={cursor}", path("reopen_days"));
    admin.get(&elsewhere).await.problem(400, "invalid_cursor");

    // The audit has each change once, with what was and what is, also where the router could not tell it at once.
    let rows = "SELECT count(*) FROM audit_owed";
    let owed: i64 = stack.sql(|client| Ok(client.query_one(rows, &[])?.get(0))).expect("a count");
    assert_eq!(owed, 5, "each is owed in the statement that makes it");
    let entries =
        "SELECT count(*) FROM audit_owed WHERE entry #> '{fields,old}' = '7' AND entry #> '{fields,new}' = '3'";
    let exact: i64 = stack.sql(|client| Ok(client.query_one(entries, &[])?.get(0))).expect("a count");
    assert_eq!(exact, 2);
    eventually(Duration::from_secs(5), async || {
        let audit = admin.get("/api/system/logs/audit?limit=200&q=setting").await.expect(200).json();
        let items = audit["items"].as_array().expect("items");
        let told = |old: Value, new: Value| {
            items.iter().any(|item| {
                let fields = &item["fields"];
                fields["object"]["id"] == key && fields["old"] == old && fields["new"] == new
            })
        };
        let all = items.len() == 5 && told(json!(7), json!(3)) && told(json!(3), json!(9)) && told(json!(9), json!(7));
        if all { Ok(()) } else { Err(audit) }
    })
    .await;
}

#[tokio::test]
async fn of_many_who_change_the_same_at_once_one_does() {
    let (_stack, admin) = own().await;
    let changes = (1..=10).map(|hours| put_matching(&admin, "due_hours_high", json!(hours), "\"v0\""));
    let replies = futures::future::join_all(changes).await;
    let (made, refused): (Vec<&Reply>, Vec<&Reply>) = replies.iter().partition(|reply| reply.status == 200);
    assert_eq!(made.len(), 1, "{replies:?}");
    for reply in refused {
        assert_eq!(reply.problem(412, "stale")["record"]["value"], made[0].json()["value"], "{reply}");
    }
    // Without a precondition each is made, one behind the other, and none is lost.
    let keys = ["due_hours_low", "due_hours_normal", "reopen_days"];
    let changes = keys.iter().flat_map(|key| (11..=15).map(|value| put(&admin, key, json!(value))));
    for reply in futures::future::join_all(changes).await {
        reply.expect(200);
    }
    for key in keys {
        let told = history(&admin, key).await;
        assert_eq!(told.len(), 5, "{key}");
        for (newer, older) in told.iter().zip(&told[1..]) {
            assert_eq!(newer["old"], older["new"], "{key}: an unbroken chain");
        }
    }
}

#[tokio::test]
async fn a_change_is_in_force_within_ten_seconds_and_rewrites_nothing() {
    let (stack, admin) = own().await;
    let [requester, manager] = ["requester", "manager"].map(|role| Client::sign_in(&stack, &demo(role)));
    let (requester, manager) = (requester.await, manager.await);
    let open = urgent(&requester).await;
    assert_eq!(due_in_ms(&open), 4 * 3_600_000);
    let id = open["id"].as_str().expect("an id").to_owned();

    let changed = Instant::now();
    put(&admin, "due_hours_urgent", json!(1)).await.expect(200);
    put(&admin, "auto_close_days", json!(2)).await.expect(200);
    while due_in_ms(&urgent(&requester).await) != 3_600_000 {
        assert!(changed.elapsed() < IN_FORCE, "it is not in force");
        sleep(Duration::from_millis(100)).await;
    }
    println!("in force {:?} after it was asked for", changed.elapsed());
    // It stays in force: no older value comes back.
    for _ in 0..20 {
        assert_eq!(due_in_ms(&urgent(&requester).await), 3_600_000);
    }
    // What was open keeps its due time, whatever is done to it, but for another priority.
    manager.act(&id, "approve", &json!({})).await.expect(200);
    let same = manager.patch(&format!("/api/requests/{id}"), &json!({ "title": "It stands still" })).await;
    assert_eq!(same.expect(200).json()["due_at"], open["due_at"]);
    for priority in ["high", "urgent"] {
        manager.patch(&format!("/api/requests/{id}"), &json!({ "priority": priority })).await.expect(200);
    }
    let raised = manager.get(&format!("/api/requests/{id}")).await.expect(200).json();
    assert_eq!(due_in_ms(&raised), 3_600_000);

    // What is completed closes by the rules of that moment.
    manager.act(&id, "assign", &json!({ "assignee_id": manager.id() })).await.expect(200);
    manager.act(&id, "start", &json!({})).await.expect(200);
    manager.act(&id, "complete", &json!({ "resolution": "Done." })).await.expect(200);
    put(&admin, "auto_close_days", json!(30)).await.expect(200);
    sleep(Duration::from_secs(5)).await;
    let events = manager.get(&format!("/api/requests/{id}/events?limit=200")).await.expect(200).json();
    let completed = events["items"].as_array().expect("events").last().expect("one").clone();
    assert_eq!(completed["body"], json!({ "resolution": "Done.", "auto_close_ms": 2 * 86_400_000_i64 }));
}

/// Until the record offers `action` to `client`, or no more.
async fn offered(client: &Client, id: &str, action: &str, expected: bool) {
    eventually(IN_FORCE, async || {
        let record = client.get(&format!("/api/requests/{id}")).await.expect(200).json();
        let is_offered = record["allowed_actions"].as_array().expect("actions").iter().any(|one| one == action);
        if is_offered == expected { Ok(()) } else { Err(record) }
    })
    .await;
}

#[tokio::test]
async fn who_approves_claims_and_takes_over_is_the_organisations_choice() {
    let (stack, admin) = own().await;
    let [requester, manager, tech, tech2] =
        ["requester", "manager", "tech", "tech2"].map(|role| Client::sign_in(&stack, &demo(role)));
    let (requester, manager, tech, tech2) = futures::join!(requester, manager, tech, tech2);
    let id = requester.report("Who decides?").await["id"].as_str().expect("an id").to_owned();
    put(&admin, "approvers", json!("admins")).await.expect(200);
    put(&admin, "technicians_claim", json!(false)).await.expect(200);
    offered(&manager, &id, "approve", false).await;
    manager.act(&id, "approve", &json!({})).await.problem(403, "forbidden");
    let withheld = async |who: &Client| who.get("/api/me").await.expect(200).json()["user"]["withheld"].take();
    assert_eq!((withheld(&manager).await, withheld(&tech).await), (json!(["approve"]), json!(["claim"])));
    assert_eq!((withheld(&admin).await, withheld(&requester).await), (Value::Null, Value::Null));
    admin.act(&id, "approve", &json!({})).await.expect(200);
    let claim = |who: &Client| json!({ "assignee_id": who.id() });
    tech.act(&id, "assign", &claim(&tech)).await.problem(409, "invalid_transition");
    put(&admin, "technicians_claim", Value::Null).await.expect(200);
    put(&admin, "technicians_take_over", json!(false)).await.expect(200);
    offered(&tech, &id, "assign", true).await;
    tech.act(&id, "assign", &claim(&tech)).await.expect(200);
    let mut take_over = claim(&tech2);
    take_over["take_over"] = json!(true);
    tech2.act(&id, "assign", &take_over).await.problem(409, "invalid_transition");
    manager.act(&id, "assign", &claim(&tech2)).await.expect(200);
}

#[tokio::test]
async fn sessions_names_and_caches_go_by_the_settings_too() {
    let (stack, admin) = own().await;
    put(&admin, "session_idle_hours", json!(2)).await.expect(200);
    put(&admin, "session_days", json!(1)).await.expect(200);
    put(&admin, "cache_users", json!(false)).await.expect(200);
    put(&admin, "organisation_name", json!(" Hotel Melati ")).await.expect(200);
    assert_eq!(admin.get(&path("organisation_name")).await.expect(200).json()["value"], "Hotel Melati");
    let email = "sari@melati.test";
    let made = admin.post("/api/users", &json!({ "email": email, "role": "technician" })).await.expect(201).json();
    let look = Client::anonymous(&stack).post("/api/auth/invitations/look", &json!({ "token": made["token"] })).await;
    assert_eq!(look.expect(200).json()["organisation"], "Hotel Melati");

    sleep(Duration::from_secs(5)).await;
    let ends = async |client: &Client| {
        let me = client.get("/api/me").await.expect(200).json();
        let mine = client.get("/api/me/sessions").await.expect(200).json();
        let all = mine["items"].as_array().expect("items");
        let own = all.iter().find(|session| session["current"] == true).expect("one");
        let ms = |time: &Value| Timestamp::parse_rfc3339(time.as_str().expect("a time")).expect("a time").as_ms();
        let opened = ms(&own["opened_at"]);
        [&me["session"]["expires_at"], &own["ends_at"]].map(|end| (ms(end) - opened) / 3_600_000)
    };
    assert_eq!(ends(&Client::sign_in(&stack, &demo("manager")).await).await, [2, 24]);
    // A session that holds keeps its limits.
    assert_eq!(ends(&admin).await, [12, 168]);

    // Whoever is looked up comes from PostgreSQL: what is changed there is seen at once.
    let manager = Client::sign_in(&stack, &demo("manager")).await;
    let tech = seed::DEMO_USERS.iter().find(|user| user.email == demo("tech")).expect("one").id();
    let read = async || manager.get(&format!("/api/users/{tech}")).await.expect(200).json()["name"].take();
    for name in ["Citra Satu", "Citra Dua"] {
        let rename = "UPDATE users SET name = $1 WHERE email = $2";
        stack.sql(|client| Ok(client.execute(rename, &[&name, &demo("tech")])?)).expect("renamed");
        assert_eq!(read().await, name);
    }
    let people = async || manager.get("/api/users").await.expect(200).json()["items"].take();
    let everybody = people().await;
    put(&admin, "cache_users", json!(true)).await.expect(200);
    sleep(Duration::from_secs(5)).await;
    for _ in 0..2 {
        assert_eq!(people().await, everybody, "the answers are the same");
    }
}

#[tokio::test]
async fn a_cache_is_told_in_numbers_and_emptied_and_the_audit_knows_who_did() {
    let (_stack, admin) = own().await;
    let users = async || {
        let all = admin.get("/api/system/cache").await.expect(200).json();
        let names: Vec<_> =
            all["items"].as_array().expect("items").iter().map(|one| one["namespace"].clone()).collect();
        assert_eq!(names, ["users", "settings", "identity"]);
        all["items"][0].clone()
    };
    let before = users().await;
    assert_eq!((&before["entries"], &before["oldest_at"]), (&json!(0), &Value::Null));
    let asked = async || admin.get("/api/users?role=technician").await.expect(200).json()["as_of"].clone();
    let first = asked().await;
    assert!(first.is_string());
    for _ in 0..2 {
        assert_eq!(asked().await, first, "a cached answer says when its source was asked");
    }
    let warm = users().await;
    assert_eq!((&warm["entries"], &warm["misses"], &warm["hits"]), (&json!(1), &json!(1), &json!(2)));
    assert_eq!(warm["oldest_at"], first);
    assert!(warm["storage_bytes"].as_i64() > Some(0));
    let purged = admin.delete("/api/system/cache/users").await.expect(200).json();
    assert_eq!(purged, json!({ "forgotten": 1 }));
    assert_eq!(users().await["entries"], 0);
    assert!(asked().await.as_str() > first.as_str());
    assert_eq!(users().await["entries"], 1);
    // By tag; the audit names it.
    assert_eq!(admin.delete("/api/system/cache/users?tag=moon").await.expect(200).json(), json!({ "forgotten": 0 }));
    assert_eq!(admin.delete("/api/system/cache/users?tag=users").await.expect(200).json(), json!({ "forgotten": 1 }));
    admin.delete("/api/system/cache/users?tags=users").await.problem(400, "invalid");
    // What is in force is not lost with its cache.
    put(&admin, "reopen_days", json!(9)).await.expect(200);
    admin.delete("/api/system/cache/settings").await.expect(200);
    sleep(Duration::from_secs(5)).await;
    assert_eq!(admin.get(&path("reopen_days")).await.expect(200).json()["value"], 9);
    admin.get("/api/me").await.expect(200);
    let settings = admin.get("/api/system/cache").await.expect(200).json()["items"][1].take();
    assert_eq!(settings["entries"], 1, "it was asked for again: {settings}");
    admin.delete("/api/system/cache/moon").await.problem(404, "not_found");
    let audit = admin.get("/api/system/logs/audit?q=purged").await.expect(200).json();
    let told: Vec<_> =
        audit["items"].as_array().expect("items").iter().map(|one| one["fields"]["object"]["id"].clone()).collect();
    assert_eq!(told, ["settings", "users", "users", "users"]);
    let tags: Vec<_> =
        audit["items"].as_array().expect("items").iter().map(|one| one["fields"]["tag"].clone()).collect();
    assert_eq!(tags, [Value::Null, json!("users"), json!("moon"), Value::Null]);
}

#[tokio::test]
async fn another_isolate_that_went_by_the_old_settings_goes_by_the_new_ones_within_ten_seconds() {
    let stack =
        Stack::builder().second_isolate().start().unwrap_or_else(|error| panic!("no system to test: {error:?}"));
    let elsewhere = || Client::at(stack.second_url.as_deref().expect("a second isolate"));
    let admin = Client::sign_in(&stack, &demo("admin")).await;
    let there = elsewhere().signed_in(&demo("requester")).await;
    let mut slowest = Duration::ZERO;
    for hours in 1..=3 {
        // It has just looked.
        urgent(&there).await;
        put(&admin, "due_hours_urgent", json!(hours)).await.expect(200);
        let changed = Instant::now();
        while due_in_ms(&urgent(&there).await) != hours * 3_600_000 {
            assert!(changed.elapsed() < IN_FORCE, "it is not in force there");
            sleep(Duration::from_millis(50)).await;
        }
        slowest = slowest.max(changed.elapsed());
    }
    println!("in force in another isolate after {slowest:?} at most");
}

#[tokio::test]
async fn categories_are_offered_in_their_order_and_no_report_is_refused_for_its_own() {
    let (stack, admin) = own().await;
    let requester = Client::sign_in(&stack, &demo("requester")).await;
    let first = requester.get("/api/categories").await.expect(200).json();
    assert_eq!(first["items"][0], json!({ "name": "building", "colour": "grey", "priority": null, "archived": false }));
    let list = json!([
        { "name": " Kolam renang ", "colour": "teal", "priority": "high", "archived": false },
        { "name": "lift", "colour": "purple", "archived": true },
    ]);
    put(&admin, "categories", list).await.expect(200);
    let offered = json!([
        { "name": "Kolam renang", "colour": "teal", "priority": "high", "archived": false },
        { "name": "lift", "colour": "purple", "priority": null, "archived": true },
    ]);
    eventually(IN_FORCE, || async {
        let told = requester.get("/api/categories").await.expect(200).json();
        if told["items"] == offered { Ok(()) } else { Err(told) }
    })
    .await;
    // It was written on a device that was offline, or by a program: it is what the report says.
    assert_eq!(urgent(&requester).await["category"], "Lift");
    for (wrong, code) in [
        (json!([]), "required"),
        (json!([{ "name": "A", "colour": "mauve" }]), "malformed"),
        (json!([{ "name": "A", "colour": "red" }, { "name": "a", "colour": "blue" }]), "duplicate"),
        (json!("Lift"), "required"),
    ] {
        let refused = put(&admin, "categories", wrong).await.problem(400, "invalid");
        assert_eq!(refused["errors"][0]["code"], code);
    }
    put(&admin, "categories", Value::Null).await.expect(200);
    let versions: Vec<Value> = history(&admin, "categories").await;
    assert_eq!(versions.len(), 2);
    assert_eq!(versions[0]["old"], offered);
}
