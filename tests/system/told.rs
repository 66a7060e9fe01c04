//! Being told as one likes: by which way, at which hours, of requests that one watches, and of one's own account.

use std::time::Duration;

use hyper::Method;
use serde_json::{Value, json};
use testbed::mail::Received;

use crate::mailing as stack;
use crate::support::{Client, User, demo, eventually, new_user};

/// What is told is told at once; the bound is for a busy machine.
const TOLD: Duration = Duration::from_secs(15);
/// So long nothing more comes, where nothing may come.
const SILENCE: Duration = Duration::from_millis(1_200);

async fn inbox(client: &Client) -> Vec<Value> {
    client.get("/api/me/inbox?limit=200").await.expect(200).json()["items"].as_array().expect("a list").clone()
}

/// Waits for the newest notice of this kind.
async fn hears(client: &Client, kind: &str) -> Value {
    eventually(TOLD, async || {
        let items = inbox(client).await;
        items.iter().find(|item| item["kind"] == kind).cloned().ok_or(items)
    })
    .await
}

fn mails_to(email: &str) -> Vec<Received> {
    stack().mail.as_ref().expect("a mail server").mails_to(email)
}

/// Waits for so many mails, and a moment for one too many.
async fn mails(email: &str, count: usize) -> Vec<Received> {
    eventually(TOLD, async || if mails_to(email).len() >= count { Ok(()) } else { Err(mails_to(email).len()) }).await;
    tokio::time::sleep(SILENCE).await;
    assert_eq!(mails_to(email).len(), count, "{:?}", mails_to(email));
    mails_to(email)
}

async fn put(client: &Client, path: &str, body: Value) -> crate::support::Reply {
    client.call(Method::PUT, path).json(&body).send().await
}

async fn somebody(role: &str) -> (User, Client) {
    let user = new_user(stack(), role);
    let client = Client::sign_in(stack(), &user.email).await;
    (user, client)
}

fn id_of(record: &Value) -> String {
    record["id"].as_str().expect("an id").to_owned()
}

#[tokio::test]
async fn who_watches_a_request_is_told_of_everything_and_of_nothing_once_they_may_not_see_it() {
    let (_, requester) = somebody("requester").await;
    let (_, manager) = somebody("manager").await;
    let (watcher, technician) = somebody("technician").await;
    let id = id_of(&requester.report("The pump is loud").await);
    let path = format!("/api/me/watched/{id}");
    assert_eq!(technician.get(&path).await.expect(200).json(), json!({ "watching": false }));
    // Muted before, it is not any more.
    put(&technician, &format!("/api/me/muted/{id}"), json!({ "muted": true })).await.expect(200);
    for _ in 0..2 {
        put(&technician, &path, json!({ "watching": true })).await.expect(200);
    }
    assert_eq!(technician.get(&path).await.expect(200).json(), json!({ "watching": true }));
    assert_eq!(technician.get(&format!("/api/me/muted/{id}")).await.expect(200).json()["muted"], false);
    put(&requester, &path, json!({ "watching": true })).await.problem(403, "forbidden");
    let (_, stranger) = somebody("requester").await;
    stranger.get(&path).await.problem(404, "not_found");
    put(&technician, &format!("/api/me/watched/{}", uuid::Uuid::now_v7()), json!({ "watching": true }))
        .await
        .problem(404, "not_found");

    manager.comment(&id, "They must not hear this", "internal").await.expect(201);
    let told = hears(&technician, "commented").await;
    assert_eq!((&told["reason"], &told["words"]), (&json!("watcher"), &json!("They must not hear this")));
    let mail = mails(&watcher.email, 1).await.remove(0);
    assert!(mail.text.contains("because you watch the request"), "{}", mail.text);

    // Whoever is no technician any more is told nothing, though they never said that they had enough.
    let admin = Client::sign_in(stack(), &demo("admin")).await;
    admin.patch(&format!("/api/users/{}", watcher.id), &json!({ "role": "requester" })).await.expect(200);
    manager.comment(&id, "Between us again", "internal").await.expect(201);
    manager.act(&id, "approve", &json!({})).await.expect(200);
    let known = Client::sign_in(stack(), &watcher.email).await;
    hears(&requester, "approved").await;
    tokio::time::sleep(SILENCE).await;
    assert!(inbox(&known).await.iter().all(|item| item["kind"] != "approved" && item["words"] != "Between us again"));
    let role = hears(&known, "role_changed").await;
    assert_eq!(
        (&role["role"], &role["reason"], &role["request"]),
        (&json!("requester"), &json!("account"), &Value::Null)
    );
}

#[tokio::test]
async fn one_stops_watching() {
    let (_, requester) = somebody("requester").await;
    let (_, technician) = somebody("technician").await;
    let id = id_of(&requester.report("The pump drips").await);
    let path = format!("/api/me/watched/{id}");
    put(&technician, &path, json!({ "watching": true })).await.expect(200);
    requester.comment(&id, "Heard", "public").await.expect(201);
    hears(&technician, "commented").await;
    put(&technician, &path, json!({ "watching": false })).await.expect(200);
    requester.comment(&id, "Not heard", "public").await.expect(201);
    tokio::time::sleep(SILENCE).await;
    assert!(inbox(&technician).await.iter().all(|item| item["words"] != "Not heard"));
}

#[tokio::test]
async fn each_way_is_chosen_for_itself_and_safety_is_not_a_choice() {
    let (user, requester) = somebody("requester").await;
    let (_, manager) = somebody("manager").await;
    let choose = |choice: Value| put(&requester, "/api/me/notifications", json!({ "choices": [choice] }));
    let chosen = choose(json!({ "kind": "commented", "app": false, "push": false })).await.expect(200).json();
    let of = |kind: &str| chosen["choices"].as_array().unwrap().iter().find(|one| one["kind"] == kind).unwrap().clone();
    assert_eq!(of("commented"), json!({ "kind": "commented", "app": false, "mail": true, "push": false, "fixed": [] }));
    assert_eq!(of("password_changed")["fixed"], json!(["app", "mail"]));
    assert_eq!(of("welcome")["fixed"], json!(["app", "mail", "push"]));
    for (kind, way) in
        [("new_device", "mail"), ("password_changed", "app"), ("role_changed", "app"), ("security_changed", "mail")]
    {
        let problem = choose(json!({ "kind": kind, way: false })).await.problem(400, "invalid");
        assert_eq!(problem["errors"][0]["code"], "always_told", "{problem}");
    }
    choose(json!({ "kind": "commented", "phone": true })).await.problem(400, "invalid");

    // Only mailed, it is in no list and in no number.
    let id = id_of(&requester.report("The bulb flickers").await);
    manager.comment(&id, "By mail alone", "public").await.expect(201);
    assert!(mails(&user.email, 1).await[0].text.contains("By mail alone"));
    let page = requester.get("/api/me/inbox?total=true").await.expect(200).json();
    assert_eq!((&page["total"], page["items"].as_array().map(Vec::len)), (&json!(0), Some(0)));
    assert_eq!(requester.post("/api/me/inbox/read", &json!({ "ids": [] })).await.expect(200).json()["unread"], 0);
}

/// Quiet hours that begin an hour ago and end in three, or that are over, in a zone of their own.
fn quiet(is_now: bool) -> Value {
    let hour =
        std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).expect("a clock").as_secs() / 3_600 + 7;
    let at = |hours: u64| format!("{:02}:00", (hour + hours) % 24);
    if is_now { json!({ "from": at(23), "to": at(3) }) } else { json!({ "from": at(4), "to": at(6) }) }
}

fn times(quiet: Value, mails: &str) -> Value {
    json!({ "time_zone": "Asia/Jakarta", "quiet": quiet, "urgent_at_once": true, "mails": mails })
}

#[tokio::test]
async fn quiet_hours_hold_mails_but_not_the_app_what_is_urgent_nor_what_is_of_safety() {
    const PATH: &str = "/api/me/notifications/times";
    let (user, requester) = somebody("requester").await;
    let (_, manager) = somebody("manager").await;
    assert_eq!(requester.get(PATH).await.expect(200).json(), json!({ "times": null }));
    for (wrong, code) in [
        (json!({ "time_zone": "Asia/Atlantis" }), "unknown_value"),
        (json!({ "quiet": { "from": "22:00", "to": "22:00" } }), "no_window"),
        (json!({ "quiet": { "from": "22", "to": "07:00" } }), "malformed_time"),
        (json!({ "mails": "monthly" }), "unknown_value"),
        (json!({ "hour": 24 }), "out_of_range"),
        (json!({ "weekday": "someday" }), "unknown_value"),
    ] {
        let mut body = times(Value::Null, "at_once");
        body.as_object_mut().unwrap().extend(wrong.as_object().unwrap().clone());
        let problem = put(&requester, PATH, body).await.problem(400, "invalid");
        assert_eq!(problem["errors"][0]["code"], code, "{problem}");
    }
    let set = put(&requester, PATH, times(quiet(true), "at_once")).await.expect(200).json();
    assert_eq!((&set["times"]["quiet"], &set["times"]["weekday"]), (&quiet(true), &Value::Null));

    let id = id_of(&requester.report("The chair wobbles").await);
    manager.comment(&id, "In the quiet hours", "public").await.expect(201);
    assert_eq!(hears(&requester, "commented").await["mail"], Value::Null);
    mails(&user.email, 0).await;
    // People are in danger.
    let mut danger = crate::support::draft("Sparks from the socket");
    danger["hazard"] = json!(true);
    let hazard = id_of(&requester.post("/api/requests", &danger).await.expect(201).json());
    manager.comment(&hazard, "Leave the room", "public").await.expect(201);
    assert!(mails(&user.email, 1).await[0].text.contains("Leave the room"));
    // Somebody else may be in.
    let body = json!({ "old_password": testbed::seed::PASSWORD, "new_password": "jalan-jalan ke kota" });
    requester.post("/api/me/password", &body).await.expect(200);
    assert!(mails(&user.email, 2).await[1].text.contains("password of your account was changed"));

    // Quiet hours that are not now let go what was held.
    put(&requester, PATH, times(quiet(false), "at_once")).await.expect(200);
    assert!(mails(&user.email, 3).await[2].text.contains("In the quiet hours"));
}

#[tokio::test]
async fn a_daily_mail_waits_and_what_is_read_meanwhile_is_not_in_it() {
    const PATH: &str = "/api/me/notifications/times";
    let (user, requester) = somebody("requester").await;
    let (_, manager) = somebody("manager").await;
    put(&requester, PATH, times(Value::Null, "daily")).await.expect(200);
    let id = id_of(&requester.report("The blind is stuck").await);
    for words in ["One", "Two"] {
        manager.comment(&id, words, "public").await.expect(201);
    }
    eventually(TOLD, async || if inbox(&requester).await.len() == 2 { Ok(()) } else { Err("not yet") }).await;
    mails(&user.email, 0).await;
    // Chosen anew, each is a mail again; what was read is none.
    let first = inbox(&requester).await[1]["id"].clone();
    requester.post("/api/me/inbox/read", &json!({ "ids": [first] })).await.expect(200);
    put(&requester, PATH, times(Value::Null, "at_once")).await.expect(200);
    assert!(mails(&user.email, 1).await[0].text.contains("> Two"));
}

#[tokio::test]
async fn another_password_is_told_in_the_app_and_by_mail_with_what_to_do() {
    let (user, client) = somebody("technician").await;
    // Nothing ends these mails.
    let off: Vec<Value> = ["commented", "assigned"].iter().map(|kind| json!({ "kind": kind, "mail": false })).collect();
    put(&client, "/api/me/notifications", json!({ "choices": off })).await.expect(200);
    let body = json!({ "old_password": testbed::seed::PASSWORD, "new_password": "jalan-jalan ke kota" });
    client.post("/api/me/password", &body).await.expect(200);
    let told = hears(&client, "password_changed").await;
    assert_eq!((&told["reason"], &told["seq"]), (&json!("account"), &Value::Null));
    let mail = mails(&user.email, 1).await.remove(0);
    assert!(mail.text.contains("If not, ask for a new password"), "{}", mail.text);
    assert_eq!(mail.header("List-Unsubscribe"), None);
    assert_eq!(mail.header("Auto-Submitted"), Some("auto-generated"));
}

#[tokio::test]
async fn a_device_that_was_not_seen_before_is_told_once_and_the_first_is_not() {
    const FIREFOX: &str = "Mozilla/5.0 (X11; Linux x86_64; rv:145.0) Gecko/20100101 Firefox/145.0";
    const PHONE: &str = "Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/143.0.0.0 Mobile Safari/537.36";
    let user = new_user(stack(), "requester");
    let body = json!({ "email": user.email, "password": testbed::seed::PASSWORD });
    let anonymous = Client::anonymous(stack());
    let sign_in = |agent: &'static str| {
        anonymous.call(Method::POST, "/api/auth/login").header("user-agent", agent).json(&body).send()
    };
    let first = sign_in(FIREFOX).await.expect(200);
    let cookie = first.header("set-cookie").expect("a session").split(';').next().expect("its value").to_owned();
    let client = anonymous.with_cookie(Some(&cookie));
    // The same browser, newer.
    sign_in("Mozilla/5.0 (X11; Linux x86_64; rv:146.0) Gecko/20100101 Firefox/146.0").await.expect(200);
    mails(&user.email, 0).await;
    assert_eq!(inbox(&client).await.len(), 0);
    for _ in 0..2 {
        sign_in(PHONE).await.expect(200);
    }
    let told = hears(&client, "new_device").await;
    assert_eq!((&told["device"], &told["reason"]), (&json!("Chrome, Android"), &json!("account")));
    let mail = mails(&user.email, 1).await.remove(0);
    assert!(mail.text.contains("not seen before: Chrome, Android."), "{}", mail.text);
    assert!(mail.text.contains("change your password"), "{}", mail.text);
    assert_eq!(inbox(&client).await.len(), 1);
}

#[tokio::test]
async fn whoever_comes_in_by_an_invitation_is_welcomed_in_the_app_alone() {
    let admin = Client::sign_in(stack(), &demo("admin")).await;
    let email = format!("welcome-{}@cepatedge.test", uuid::Uuid::now_v7());
    let made = admin.post("/api/users", &json!({ "email": email, "role": "technician" })).await.expect(201).json();
    let before = mails_to(&email).len();
    let body =
        json!({ "token": made["token"], "name": "Wayan Suka", "password": "pohon mangga tua", "language": "id" });
    let entered = Client::anonymous(stack()).post("/api/auth/invitations/accept", &body).await.expect(200);
    let cookie = entered.header("set-cookie").expect("a session").split(';').next().expect("its value").to_owned();
    let client = Client::anonymous(stack()).with_cookie(Some(&cookie));
    let told = hears(&client, "welcome").await;
    assert_eq!((&told["reason"], &told["unread"]), (&json!("account"), &json!(true)));
    tokio::time::sleep(SILENCE).await;
    assert!(
        mails_to(&email)
            .iter()
            .skip(before)
            .all(|mail| mail.subject.contains("undang") || mail.subject.contains("invite"))
    );
}
