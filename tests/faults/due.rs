//! Work falls due while the clock goes on, the runtime dies, and alarms come days too late: people are told once.
//!
//! The build has the feature `fault-injection`; `runtime/faults.js` moves the clock of the Worker alone.

use std::time::Duration;

use hyper::Method;
use serde_json::{Value, json};
use testbed::Stack;
use testbed::stack::Tls;

use crate::support::{Client, demo, draft, eventually};
use crate::{PROMPT, started};

/// The variable that says how far the clock is ahead.
const CLOCK_MS: &str = "CLOCK_MS";
const MINUTE_MS: i64 = 60_000;
const HOUR_MS: i64 = 60 * MINUTE_MS;
/// So long nothing more comes, where nothing may come.
const SILENCE: Duration = Duration::from_secs(2);

/// The runtime dies, and starts on a clock that is so far ahead.
fn dies_and_starts_at(stack: &Stack, ahead_ms: i64) {
    stack.runtime.kill9().expect("the runtime is killed");
    stack.runtime.set_var(CLOCK_MS, &ahead_ms.to_string());
    stack.runtime.start().expect("the runtime starts again");
}

/// An urgent report, due in four hours, that somebody has.
async fn assigned(stack: &Stack, title: &str) -> String {
    let manager = Client::sign_in(stack, &demo("manager")).await;
    let technician = Client::sign_in(stack, &demo("tech")).await;
    let mut body = draft(title);
    body["priority"] = json!("urgent");
    let record = manager.post("/api/requests", &body).await.expect(201).json();
    let id = record["id"].as_str().expect("an id").to_owned();
    manager.act(&id, "approve", &json!({})).await.expect(200);
    manager.act(&id, "assign", &json!({ "assignee_id": technician.id() })).await.expect(200);
    id
}

/// An alarm of before a start waits by the machine's clock, which was not moved: a write sets it anew.
async fn wake(manager: &Client, id: &str) {
    manager.comment(id, "How far is it?", "internal").await.expect(201);
}

/// The same of the inbox of whoever reported: a word for them is a write there.
async fn wake_inbox(manager: &Client, id: &str) {
    manager.comment(id, "Is somebody there?", "public").await.expect(201);
}

/// What somebody was told of the due time of a request.
async fn told(stack: &Stack, who: &str, id: &str) -> Vec<Value> {
    let inbox = Client::sign_in(stack, &demo(who)).await.get("/api/me/inbox?limit=200").await.expect(200).json();
    let items = inbox["items"].as_array().expect("a list").iter();
    let is_of_due = |item: &&Value| item["request"]["id"] == id && item["seq"].is_null();
    items.filter(is_of_due).cloned().collect()
}

/// Waits until exactly these kinds were told of it, newest first, and then for one too many.
async fn hears(stack: &Stack, who: &str, id: &str, kinds: &[&str]) -> Vec<Value> {
    let of = |items: &[Value]| {
        items.iter().map(|item| item["kind"].as_str().unwrap_or_default().to_owned()).collect::<Vec<_>>()
    };
    eventually(PROMPT, async || {
        let items = told(stack, who, id).await;
        if of(&items) == kinds { Ok(()) } else { Err(format!("{who}: {:?}", of(&items))) }
    })
    .await;
    tokio::time::sleep(SILENCE).await;
    let items = told(stack, who, id).await;
    assert_eq!(of(&items), kinds, "{who}");
    items
}

#[tokio::test]
async fn that_work_is_due_is_told_once_whatever_happens_to_the_clock_and_the_runtime() {
    let stack = started(Stack::builder().features("fault-injection").own_postgres().env(CLOCK_MS, "0"));
    let soon = assigned(&stack, "The boiler is cold").await;
    let held = assigned(&stack, "This one waits for a part").await;
    let manager = Client::sign_in(&stack, &demo("manager")).await;
    manager.act(&held, "start", &json!({})).await.expect(200);
    manager.act(&held, "hold", &json!({ "reason": "A part" })).await.expect(200);

    // Three hours and ten minutes on: the last quarter of its four hours. Whoever does something wakes it.
    let moved = manager.call(Method::PUT, &format!("/api/fault/clock?ms={}", 190 * MINUTE_MS)).send().await;
    moved.expect(204);
    wake(&manager, &soon).await;
    let notices = hears(&stack, "tech", &soon, &["due_soon"]).await;
    assert_eq!((&notices[0]["reason"], &notices[0]["actor"]["id"]), (&json!("assignee"), &Value::Null));
    assert!(notices[0]["due_at"].is_string() && notices[0].get("urgent") == Some(&json!(true)), "{}", notices[0]);
    hears(&stack, "manager", &soon, &[]).await;

    // It is over, and the runtime dies and comes back more than once.
    for ahead in [250 * MINUTE_MS, 251 * MINUTE_MS] {
        dies_and_starts_at(&stack, ahead);
        let manager = Client::sign_in(&stack, &demo("manager")).await;
        wake(&manager, &soon).await;
        hears(&stack, "tech", &soon, &["overdue", "due_soon"]).await;
        let approver = hears(&stack, "manager", &soon, &["overdue"]).await;
        assert_eq!(approver[0]["reason"], "approver");
        // A clock that is put back tells nothing again.
        dies_and_starts_at(&stack, 0);
        wake(&Client::sign_in(&stack, &demo("manager")).await, &soon).await;
        hears(&stack, "tech", &soon, &["overdue", "due_soon"]).await;
    }

    // Three days late, it tells that it is late, and not that it will be. What is on hold tells nothing. (Reported only now: a job
    // may have woken it meanwhile, and told that it is due soon.)
    let late = assigned(&stack, "The alarm of this one is late").await;
    dies_and_starts_at(&stack, 72 * HOUR_MS);
    let manager = Client::sign_in(&stack, &demo("manager")).await;
    for id in [&late, &held] {
        wake(&manager, id).await;
    }
    hears(&stack, "tech", &late, &["overdue"]).await;
    hears(&stack, "tech", &held, &[]).await;
    // It goes on with the time that was left, which is told when that is short.
    manager.act(&held, "resume", &json!({})).await.expect(200);
    hears(&stack, "tech", &held, &[]).await;
    dies_and_starts_at(&stack, 72 * HOUR_MS + 230 * MINUTE_MS);
    let manager = Client::sign_in(&stack, &demo("manager")).await;
    wake(&manager, &held).await;
    hears(&stack, "tech", &held, &["due_soon"]).await;
}

/// How far the next Sunday, seven o'clock in Makassar, is away: eight hours ahead of UTC, all year long.
fn until_sunday_in_makassar_ms() -> i64 {
    const WEEK_MS: i64 = 7 * 24 * HOUR_MS;
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).expect("a clock");
    let shown_ms = i64::try_from(now.as_millis()).expect("a time") + 8 * HOUR_MS;
    // The first day of 1970 was a Thursday.
    let since_sunday = (shown_ms + 4 * 24 * HOUR_MS) % WEEK_MS;
    (7 * HOUR_MS - since_sunday).rem_euclid(WEEK_MS)
}

#[tokio::test]
async fn a_weekly_mail_comes_on_the_first_day_of_the_organisations_week_by_its_clock() {
    let stack = started(Stack::builder().features("fault-injection").own_postgres().mail(Tls::Off).env(CLOCK_MS, "0"));
    let server = stack.mail.as_ref().expect("a mail server");
    // Between six and seven the test could not look before.
    let (in_ms, ahead_ms) = match until_sunday_in_makassar_ms() {
        near @ 0..4_200_000 => (near + 7 * 24 * HOUR_MS, 2 * HOUR_MS),
        far => (far, 0),
    };
    if ahead_ms > 0 {
        dies_and_starts_at(&stack, ahead_ms);
    }
    let admin = Client::sign_in(&stack, &demo("admin")).await;
    for (key, value) in [("time_zone", "Asia/Makassar"), ("week_start", "sunday")] {
        let path = format!("/api/system/settings/{key}");
        admin.call(Method::PUT, &path).json(&json!({ "value": value })).send().await.expect(200);
    }
    let requester = Client::sign_in(&stack, &demo("requester")).await;
    let manager = Client::sign_in(&stack, &demo("manager")).await;
    let times = json!({ "urgent_at_once": false, "mails": "weekly", "hour": 7 });
    requester.call(Method::PUT, "/api/me/notifications/times").json(&times).send().await.expect(200);
    let id = requester.report("The gate is open").await["id"].as_str().expect("an id").to_owned();
    manager.comment(&id, "It is shut", "public").await.expect(201);
    let unread = async |client: &Client| {
        client.get("/api/me/inbox?unread=true&total=true").await.expect(200).json()["total"].clone()
    };
    eventually(PROMPT, async || if unread(&requester).await == 1 { Ok(()) } else { Err("not yet") }).await;
    tokio::time::sleep(SILENCE).await;
    assert_eq!(server.mails_to(&demo("requester")).len(), 0);

    for (at_ms, count) in [(in_ms - HOUR_MS, 0), (in_ms + 10 * MINUTE_MS, 1)] {
        dies_and_starts_at(&stack, at_ms);
        let manager = Client::sign_in(&stack, &demo("manager")).await;
        wake_inbox(&manager, &id).await;
        let arrived = || server.mails_to(&demo("requester")).len();
        eventually(PROMPT, async || if arrived() >= count { Ok(()) } else { Err(arrived()) }).await;
        tokio::time::sleep(SILENCE).await;
        assert_eq!(arrived(), count);
    }
}

#[tokio::test]
async fn a_daily_mail_comes_the_next_day_with_what_is_unread_by_request() {
    let stack = started(Stack::builder().features("fault-injection").own_postgres().mail(Tls::Off).env(CLOCK_MS, "0"));
    let server = stack.mail.as_ref().expect("a mail server");
    let requester = Client::sign_in(&stack, &demo("requester")).await;
    let manager = Client::sign_in(&stack, &demo("manager")).await;
    let times = json!({ "time_zone": "Asia/Makassar", "urgent_at_once": false, "mails": "daily", "hour": 7 });
    requester.call(Method::PUT, "/api/me/notifications/times").json(&times).send().await.expect(200);
    let mut ids = Vec::new();
    for title in ["The first door", "The second door"] {
        let id = requester.report(title).await["id"].as_str().expect("an id").to_owned();
        manager.comment(&id, &format!("About <b>{title}</b>"), "public").await.expect(201);
        manager.act(&id, "approve", &json!({})).await.expect(200);
        ids.push(id);
    }
    let count = async |client: &Client| {
        client.get("/api/me/inbox?unread=true&total=true").await.expect(200).json()["total"].clone()
    };
    eventually(PROMPT, async || if count(&requester).await == 4 { Ok(()) } else { Err("not yet") }).await;
    assert_eq!(server.mails_to(&demo("requester")).len(), 0);

    dies_and_starts_at(&stack, 25 * HOUR_MS);
    let requester = Client::sign_in(&stack, &demo("requester")).await;
    requester.get("/api/me/inbox").await.expect(200);
    eventually(PROMPT, async || {
        let mails = server.mails_to(&demo("requester"));
        if mails.len() == 1 { Ok(()) } else { Err(mails.len()) }
    })
    .await;
    tokio::time::sleep(SILENCE).await;
    let mails = server.mails_to(&demo("requester"));
    assert_eq!(mails.len(), 1);
    let mail = &mails[0];
    assert!(mail.subject.ends_with("4 unread"), "{}", mail.subject);
    for (title, id) in ["The first door", "The second door"].iter().zip(&ids) {
        assert!(mail.text.contains(title) && mail.text.contains(&format!("/requests/{id}")), "{}", mail.text);
        assert!(mail.text.contains(&format!("wrote a comment. “About <b>{title}</b>”")), "{}", mail.text);
    }
    assert!(!mail.html.contains("<b>The first"), "{}", mail.html);

    // Its link ends all mails, without signing in.
    let header = mail.header("List-Unsubscribe").expect("a way to end it").trim_matches(['<', '>']).to_owned();
    let path = header.strip_prefix(&stack.base_url).expect("our address").to_owned();
    let stranger = Client::anonymous(&stack);
    let post = |path: &str| stranger.call(Method::POST, path).untyped("List-Unsubscribe=One-Click").send();
    post(&format!("{path}0")).await.problem(404, "not_found");
    post(&path).await.expect(204);
    let chosen = requester.get("/api/me/notifications").await.expect(200).json();
    let mailed: Vec<&Value> =
        chosen["choices"].as_array().expect("choices").iter().filter(|one| one["mail"] == true).collect();
    assert_eq!(
        mailed.iter().map(|one| &one["kind"]).collect::<Vec<_>>(),
        ["password_changed", "new_device", "security_changed"]
    );

    // Nothing is sent when there is nothing.
    dies_and_starts_at(&stack, 50 * HOUR_MS);
    Client::sign_in(&stack, &demo("requester")).await.get("/api/me/inbox").await.expect(200);
    tokio::time::sleep(SILENCE).await;
    assert_eq!(server.mails_to(&demo("requester")).len(), 1);
}
