//! What the organisation decides for whoever has not: the zone of times, the first day of the week, the languages.

use std::time::{Duration, Instant};

use hyper::Method;
use serde_json::{Value, json};
use testbed::Stack;
use testbed::mail::Received;
use testbed::stack::Tls;
use tokio::time::sleep;

use crate::support::{Client, Reply, demo, eventually};

/// Within so long of its answer a change is in force everywhere.
const IN_FORCE: Duration = Duration::from_secs(10);
/// What is told is told at once; the bound is for a busy machine.
const TOLD: Duration = Duration::from_secs(15);
/// So long nothing more comes, where nothing may come.
const SILENCE: Duration = Duration::from_millis(1_500);

/// A system of one's own, with mail: what it decides is everybody's.
async fn own() -> (Stack, Client) {
    let stack = Stack::builder().mail(Tls::Off).start().unwrap_or_else(|error| panic!("no system to test: {error:?}"));
    let admin = Client::sign_in(&stack, &demo("admin")).await;
    (stack, admin)
}

async fn put(admin: &Client, key: &str, value: Value) -> Reply {
    let path = format!("/api/system/settings/{key}");
    admin.call(Method::PUT, &path).json(&json!({ "value": value })).send().await
}

async fn setting(admin: &Client, key: &str) -> Value {
    admin.get(&format!("/api/system/settings/{key}")).await.expect(200).json()
}

async fn ways(client: &Client) -> Value {
    client.get("/api/organisation").await.expect(200).json()
}

/// Waits until the organisation says this, wherever it is asked.
async fn is_told(client: &Client, name: &str, value: &Value) {
    eventually(IN_FORCE, async || {
        let told = ways(client).await;
        if &told[name] == value { Ok(()) } else { Err(told) }
    })
    .await;
}

/// Waits for so many mails, and a moment for one too many.
async fn mails(stack: &Stack, email: &str, count: usize) -> Vec<Received> {
    let all = || stack.mail.as_ref().expect("a mail server").mails_to(email);
    eventually(TOLD, async || if all().len() >= count { Ok(()) } else { Err(all().len()) }).await;
    sleep(SILENCE).await;
    assert_eq!(all().len(), count, "{:?}", all());
    all()
}

#[tokio::test]
async fn what_the_setup_said_is_in_force_and_is_changed_as_any_setting() {
    let stack = Stack::builder().without_demo_users().start().expect("a system");
    let stranger = Client::anonymous(&stack);
    // Nobody has said anything yet, and this isolate has looked.
    assert_eq!(ways(&stranger).await, json!({ "time_zone": "UTC", "week_start": "monday", "languages": ["en", "id"] }));
    let (email, password) = ("wayan@melati.test", "kata sandi yang panjang");
    let body = json!({
        "token": stack.secrets.setup_token, "organisation": "Hotel Melati", "time_zone": "Asia/Makassar", "language": "id",
        "name": "Wayan Sudarma", "email": email, "password": password,
    });
    stranger.post("/api/setup", &body).await.expect(201);
    is_told(&stranger, "time_zone", &json!("Asia/Makassar")).await;
    is_told(&stranger, "languages", &json!(["id", "en"])).await;

    let entered = stranger.log_in(email, password).await.expect(200);
    let cookie = entered.header("set-cookie").expect("a cookie").split(';').next().expect("a value").to_owned();
    let admin = Client::anonymous(&stack).with_cookie(Some(&cookie));
    for (key, value) in [("time_zone", json!("Asia/Makassar")), ("languages", json!(["id", "en"]))] {
        let shown = setting(&admin, key).await;
        assert_eq!((&shown["value"], &shown["default"], &shown["version"]), (&value, &Value::Null, &json!(0)));
        // What the setup said is no change, and there is no default to go back to.
        assert_eq!(put(&admin, key, value).await.expect(200).json()["version"], 0);
        put(&admin, key, Value::Null).await.problem(400, "invalid");
    }
    let first = put(&admin, "time_zone", json!(" Asia/Jayapura ")).await.expect(200).json();
    assert_eq!(first["value"], "Asia/Jayapura");
    put(&admin, "time_zone", json!("Asia/Jakarta")).await.expect(200);
    let revert = json!({ "version": first["version"] });
    admin.post("/api/system/settings/time_zone/revert", &revert).await.expect(200);
    put(&admin, "languages", json!(["en", "id"])).await.expect(200);
    put(&admin, "week_start", json!("saturday")).await.expect(200);
    let wished = json!({ "time_zone": "Asia/Jayapura", "week_start": "saturday", "languages": ["en", "id"] });
    for (name, value) in wished.as_object().expect("an object") {
        is_told(&stranger, name, value).await;
    }
    let history = admin.get("/api/system/settings/time_zone/history").await.expect(200).json();
    let steps: Vec<_> = history["items"].as_array().expect("items").iter().map(|one| one["old"].clone()).collect();
    assert_eq!(steps, [json!("Asia/Jakarta"), json!("Asia/Jayapura"), json!("Asia/Makassar")]);

    // What is refused says why, and loses nothing.
    for (key, value, code) in [
        ("time_zone", json!("Asia/Atlantis"), "unknown_value"),
        ("time_zone", json!("+09:00"), "unknown_value"),
        ("time_zone", json!(""), "required"),
        ("week_start", json!("tuesday"), "unknown_value"),
        ("languages", json!([]), "required"),
        ("languages", json!(["id", "id"]), "duplicate"),
        ("languages", json!(["tlh"]), "malformed"),
    ] {
        let refused = put(&admin, key, value.clone()).await.problem(400, "invalid");
        assert_eq!(
            (&refused["errors"][0]["field"], &refused["errors"][0]["code"]),
            (&json!("value"), &json!(code)),
            "{key} = {value}"
        );
    }
    assert_eq!(ways(&stranger).await, wished);
}

#[tokio::test]
async fn a_language_that_is_not_offered_nobody_begins_with_and_who_has_it_keeps_it() {
    let (stack, admin) = own().await;
    let requester = Client::sign_in(&stack, &demo("requester")).await;
    let mine = async || requester.get("/api/me/language").await.expect(200).json()["language"].take();
    let choose = async |language: Value| {
        requester.call(Method::PUT, "/api/me/language").json(&json!({ "language": language })).send().await
    };
    assert_eq!(mine().await, Value::Null);
    assert_eq!(choose(json!("en")).await.expect(200).json(), json!({ "language": "en" }));
    put(&admin, "languages", json!(["id"])).await.expect(200);
    is_told(&requester, "languages", &json!(["id"])).await;

    let code = |reply: &Reply| {
        let errors = reply.problem(400, "invalid")["errors"].take();
        (errors[0]["field"].clone(), errors[0]["code"].clone())
    };
    let not_offered = (json!("language"), json!("not_offered"));
    let invite = |email: &str, language: &str| {
        let body = json!({ "email": email, "role": "technician", "language": language });
        let admin = &admin;
        async move { admin.post("/api/users", &body).await }
    };
    assert_eq!(code(&invite("sari@melati.test", "en").await), not_offered);
    let made = invite("sari@melati.test", "id").await.expect(201).json();
    let accept = json!({ "token": made["token"], "name": "Sari", "password": "pohon mangga tua", "language": "en" });
    assert_eq!(code(&Client::anonymous(&stack).post("/api/auth/invitations/accept", &accept).await), not_offered);
    assert_eq!(code(&choose(json!("en")).await), not_offered);
    assert_eq!(code(&choose(json!("tlh")).await), (json!("language"), json!("unknown_value")));

    // Whoever has it reads on in it, until they change.
    assert_eq!(mine().await, "en");
    let manager = Client::sign_in(&stack, &demo("manager")).await;
    let id = requester.report("The tap drips").await["id"].as_str().expect("an id").to_owned();
    manager.comment(&id, "On the way", "public").await.expect(201);
    let mail = mails(&stack, &demo("requester"), 1).await.remove(0);
    assert!(mail.text.contains("wrote a comment"), "{}", mail.text);
    choose(json!("id")).await.expect(200);
    manager.comment(&id, "Sudah dekat", "public").await.expect(201);
    let mail = mails(&stack, &demo("requester"), 2).await.remove(1);
    assert!(mail.text.contains("menulis komentar"), "{}", mail.text);
}

#[tokio::test]
async fn whoever_has_chosen_no_language_is_written_to_in_the_one_that_the_organisation_begins_with() {
    let (stack, admin) = own().await;
    let invite = async |email: &str| {
        admin.post("/api/users", &json!({ "email": email, "role": "technician" })).await.expect(201);
        mails(&stack, email, 1).await.remove(0).subject
    };
    let english = invite("one@melati.test").await;
    put(&admin, "languages", json!(["id", "en"])).await.expect(200);
    let indonesian = invite("two@melati.test").await;
    assert_ne!(english, indonesian);
    assert!(indonesian.contains("Undangan") || indonesian.contains("undang"), "{indonesian}");
}

/// Quiet hours that began an hour ago and end in three on a clock that is so many hours ahead of UTC.
fn quiet_now(ahead_hours: u64) -> Value {
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).expect("a clock");
    let hour = now.as_secs() / 3_600 + ahead_hours;
    let at = |hours: u64| format!("{:02}:00", (hour + hours) % 24);
    json!({ "from": at(23), "to": at(3) })
}

#[tokio::test]
async fn quiet_hours_without_a_zone_are_of_the_profiles_or_else_the_organisations_clock() {
    const PATH: &str = "/api/me/notifications/times";
    let (stack, admin) = own().await;
    let [requester, manager] = ["requester", "manager"].map(|role| Client::sign_in(&stack, &demo(role)));
    let (requester, manager) = futures::join!(requester, manager);
    // In Jakarta, all year long seven hours ahead, it is quiet; half around the world it is not.
    put(&admin, "time_zone", json!("Asia/Jakarta")).await.expect(200);
    let times = json!({ "quiet": quiet_now(7), "urgent_at_once": false, "mails": "at_once" });
    let kept = requester.call(Method::PUT, PATH).json(&times).send().await.expect(200).json();
    assert_eq!((&kept["times"]["time_zone"], &kept["times"]["weekday"]), (&Value::Null, &Value::Null));
    let id = requester.report("The chair wobbles").await["id"].as_str().expect("an id").to_owned();
    manager.comment(&id, "In the night of Jakarta", "public").await.expect(201);
    mails(&stack, &demo("requester"), 0).await;

    put(&admin, "time_zone", json!("America/Lima")).await.expect(200);
    let changed = Instant::now();
    for said in 0.. {
        manager.comment(&id, &format!("By day {said}"), "public").await.expect(201);
        sleep(Duration::from_secs(1)).await;
        if !stack.mail.as_ref().expect("a mail server").mails_to(&demo("requester")).is_empty() {
            break;
        }
        assert!(changed.elapsed() < IN_FORCE, "the organisation's clock is not in force");
    }
    println!("in force {:?} after it was asked for", changed.elapsed());

    // A zone of one's own profile goes before the organisation's.
    let preferences = json!({ "time_zone": "Asia/Jakarta" });
    requester.call(Method::PUT, "/api/me/preferences").json(&preferences).send().await.expect(200);
    sleep(Duration::from_secs(5)).await;
    let told = stack.mail.as_ref().expect("a mail server").mails_to(&demo("requester")).len();
    manager.comment(&id, "In the night again", "public").await.expect(201);
    mails(&stack, &demo("requester"), told).await;
}

#[tokio::test]
async fn another_isolate_goes_by_the_organisations_new_ways_within_ten_seconds() {
    let stack =
        Stack::builder().second_isolate().start().unwrap_or_else(|error| panic!("no system to test: {error:?}"));
    let admin = Client::sign_in(&stack, &demo("admin")).await;
    let there = Client::at(stack.second_url.as_deref().expect("a second isolate"));
    for zone in ["Asia/Jakarta", "Asia/Makassar", "Asia/Jayapura"] {
        // It has just looked.
        ways(&there).await;
        put(&admin, "time_zone", json!(zone)).await.expect(200);
        is_told(&there, "time_zone", &json!(zone)).await;
    }
}
