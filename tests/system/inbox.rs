//! Being told: each event once to whom it concerns, and nothing that is not theirs to know.

use std::time::Duration;

use hyper::Method;
use serde_json::{Value, json};
use testbed::Stack;
use testbed::mail::{Mood, Received};
use testbed::stack::Tls;

use crate::mailing as stack;
use crate::support::{Client, eventually, new_user};

/// What is told is told at once; the bound is for a busy machine.
const TOLD: Duration = Duration::from_secs(15);

/// What this person has been told about one request, newest first: kind, reason and words.
async fn told(client: &Client, id: &str) -> Vec<(String, String, Value)> {
    let inbox = client.get("/api/me/inbox?limit=200").await.expect(200).json();
    let items = inbox["items"].as_array().expect("a list").clone();
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let about = items.iter().filter(|item| item["request"]["id"] == id);
    about.map(|item| (text(&item["kind"]), text(&item["reason"]), item["words"].clone())).collect()
}

/// Waits until this person has been told exactly these of it, newest first: kind and reason.
async fn hears(client: &Client, id: &str, expected: &[(&str, &str)]) {
    eventually(TOLD, async || {
        let heard = told(client, id).await;
        let heard: Vec<_> = heard.iter().map(|(kind, reason, _)| (kind.as_str(), reason.as_str())).collect();
        if heard == expected { Ok(()) } else { Err(format!("{heard:?}")) }
    })
    .await;
}

#[tokio::test]
async fn everybody_hears_of_what_concerns_them_once_and_of_nothing_else() {
    // A system of its own, with few managers: of very many not all are told.
    let stack = Stack::builder().start().expect("a system");
    let sign_in = |role: &str| Client::sign_in(&stack, &new_user(&stack, role).email);
    let (requester, stranger) = (sign_in("requester").await, sign_in("requester").await);
    let (technician, other) = (sign_in("technician").await, sign_in("technician").await);
    let manager = sign_in("manager").await;
    let id = requester.report("The gate does not close").await["id"].as_str().expect("an id").to_owned();
    hears(&manager, &id, &[("created", "approver")]).await;

    manager.act(&id, "approve", &json!({})).await.expect(200);
    manager.act(&id, "assign", &json!({ "assignee_id": technician.id() })).await.expect(200);
    manager.comment(&id, "They have not paid", "internal").await.expect(201);
    technician.act(&id, "start", &json!({})).await.expect(200);
    technician.comment(&id, "I need a ladder", "public").await.expect(201);
    requester.comment(&id, "There is one in the shed", "public").await.expect(201);
    manager.act(&id, "assign", &json!({ "assignee_id": other.id() })).await.expect(200);
    other.act(&id, "complete", &json!({ "resolution": "A new hinge" })).await.expect(200);
    requester.act(&id, "close", &json!({ "rating": 5 })).await.expect(200);

    let requesters = [
        ("completed", "requester"),
        ("assigned", "requester"),
        ("commented", "requester"),
        ("started", "requester"),
        ("assigned", "requester"),
        ("approved", "requester"),
    ];
    hears(&requester, &id, &requesters).await;
    let technicians = [
        ("assigned", "former_assignee"),
        ("commented", "assignee"),
        ("commented", "assignee"),
        ("assigned", "assignee"),
    ];
    hears(&technician, &id, &technicians).await;
    hears(&other, &id, &[("closed", "assignee"), ("assigned", "assignee")]).await;
    hears(&manager, &id, &[("created", "approver")]).await;
    assert_eq!(told(&stranger, &id).await, []);

    let words = told(&requester, &id).await;
    assert_eq!((&words[0].2, &words[2].2), (&json!("A new hinge"), &json!("I need a ladder")));
    let inbox = requester.get("/api/me/inbox").await.expect(200);
    assert!(!inbox.text().contains("paid"), "no internal word reaches a requester");
    let notice = &inbox.json()["items"][0];
    assert_eq!(notice["request"]["title"], "The gate does not close");
    assert!(notice["request"]["number"].as_str().is_some_and(|number| number.starts_with("MR-")), "{notice}");
    assert_eq!((&notice["actor"]["id"], &notice["unread"]), (&json!(other.id()), &json!(true)));
}

#[tokio::test]
async fn of_more_managers_than_are_told_at_once_the_last_is_told_too() {
    let stack = Stack::builder().start().expect("a system");
    let managers: Vec<_> = (0..90).map(|_| new_user(&stack, "manager")).collect();
    let requester = Client::sign_in(&stack, &new_user(&stack, "requester").email).await;
    let id = requester.report("The hall is dark").await["id"].as_str().expect("an id").to_owned();
    for place in [0, 39, 40, 89] {
        let manager = Client::sign_in(&stack, &managers[place].email).await;
        hears(&manager, &id, &[("created", "approver")]).await;
    }
}

#[tokio::test]
async fn who_is_mentioned_is_told() {
    let manager = Client::sign_in(stack(), &new_user(stack(), "manager").email).await;
    let technician = Client::sign_in(stack(), &new_user(stack(), "technician").email).await;
    let requester = Client::sign_in(stack(), &new_user(stack(), "requester").email).await;
    let id = requester.report("The roof leaks").await["id"].as_str().expect("an id").to_owned();
    let name = technician.get("/api/me").await.expect(200).json()["user"]["name"].as_str().expect("a name").to_owned();
    manager.comment(&id, &format!("@{name}, have you seen it?"), "internal").await.expect(201);
    hears(&technician, &id, &[("commented", "mentioned")]).await;
    assert_eq!(told(&requester, &id).await, []);
}

#[tokio::test]
async fn notices_are_live_and_what_is_read_is_read_in_every_window() {
    let requester = Client::sign_in(stack(), &new_user(stack(), "requester").email).await;
    let manager = Client::sign_in(stack(), &new_user(stack(), "manager").email).await;
    let mut first = requester.watch("/api/me/inbox/live").await;
    let mut second = requester.watch("/api/me/inbox/live").await;
    assert_eq!(first.next(TOLD).await, json!({ "type": "unread", "unread": 0 }));
    assert_eq!(second.next(TOLD).await["unread"], 0);
    let id = requester.report("The bell is silent").await["id"].as_str().expect("an id").to_owned();
    for number in 1..=3 {
        manager.comment(&id, &format!("Comment {number}"), "public").await.expect(201);
        let told = first.next_of("notice", TOLD).await;
        assert_eq!((&told["notice"]["words"], &told["unread"]), (&json!(format!("Comment {number}")), &json!(number)));
        assert_eq!(second.next_of("notice", TOLD).await["notice"]["id"], told["notice"]["id"]);
    }

    let page = requester.get("/api/me/inbox?limit=2&total=true").await.expect(200).json();
    assert_eq!((page["total"].clone(), page["items"].as_array().map(Vec::len)), (json!(3), Some(2)));
    let cursor = page["next_cursor"].as_str().expect("a cursor");
    let rest = requester.get(&format!("/api/me/inbox?limit=2&cursor={cursor}")).await.expect(200).json();
    assert_eq!((&rest["items"][0]["words"], &rest["next_cursor"]), (&json!("Comment 1"), &Value::Null));

    // What came behind what was on the screen stays unread.
    let seen = page["items"][1]["id"].clone();
    let left = requester.post("/api/me/inbox/read", &json!({ "until": seen })).await.expect(200).json();
    assert_eq!(left["unread"], 1);
    assert_eq!(second.next_of("unread", TOLD).await["unread"], 1);
    let unread = requester.get("/api/me/inbox?unread=true&total=true").await.expect(200).json();
    assert_eq!((&unread["total"], &unread["items"][0]["words"]), (&json!(1), &json!("Comment 3")));
    let newest = unread["items"][0]["id"].clone();
    for _ in 0..2 {
        let left = requester.post("/api/me/inbox/read", &json!({ "ids": [newest] })).await.expect(200).json();
        assert_eq!(left["unread"], 0);
    }
    let all = requester.get("/api/me/inbox").await.expect(200).json();
    assert!(all["items"].as_array().expect("a list").iter().all(|item| item["unread"] == false));
    // Somebody else's notice is nothing to me, and too many at once are refused.
    let other = manager.post("/api/me/inbox/read", &json!({ "until": newest })).await.expect(200).json();
    assert!(other["unread"].is_number());
    let many: Vec<Value> = (0..201).map(|number| json!(format!("none-{number}"))).collect();
    requester.post("/api/me/inbox/read", &json!({ "ids": many })).await.problem(400, "invalid");
}

/// Waits for so many mails to this address, and a moment for one too many.
async fn mails(email: &str, count: usize) -> Vec<Received> {
    let server = stack().mail.as_ref().expect("a mail server");
    eventually(TOLD, async || {
        let mails = server.mails_to(email);
        if mails.len() >= count { Ok(()) } else { Err(mails.len()) }
    })
    .await;
    tokio::time::sleep(Duration::from_millis(500)).await;
    let mails = server.mails_to(email);
    assert_eq!(mails.len(), count, "{mails:?}");
    mails
}

#[tokio::test]
async fn what_concerns_one_is_mailed_once_in_a_thread_and_ended_with_one_click() {
    let somebody = new_user(stack(), "requester");
    let requester = Client::sign_in(stack(), &somebody.email).await;
    let manager = Client::sign_in(stack(), &new_user(stack(), "manager").email).await;
    let id = requester.report("The tap <b>drips</b>").await["id"].as_str().expect("an id").to_owned();
    manager.comment(&id, "Between us: they never pay", "internal").await.expect(201);
    manager.act(&id, "approve", &json!({})).await.expect(200);
    manager.comment(&id, "We come at nine.\n.\nBring a key", "public").await.expect(201);
    let sent = mails(&somebody.email, 2).await;
    let (approved, comment) = (&sent[0], &sent[1]);
    assert!(approved.text.contains("approved the request"), "{approved}");
    assert!(comment.subject.contains("The tap <b>drips</b>") && comment.subject.contains("MR-"), "{comment}");
    assert!(comment.text.contains("> We come at nine.\n> .\n> Bring a key"), "{}", comment.text);
    assert!(!comment.html.contains("<b>drips") && comment.text.contains("it is your request"), "{}", comment.html);
    assert!(sent.iter().all(|mail| !mail.text.contains("never pay") && !mail.html.contains("never pay")));
    assert_eq!(approved.subject, comment.subject, "programs show them together");
    assert_eq!(approved.header("References"), comment.header("References"));
    assert!(comment.header("References").is_some() && comment.header("Message-ID") != approved.header("Message-ID"));
    assert_eq!(comment.header("Auto-Submitted"), Some("auto-generated"));
    let page = comment.link("/requests/").expect("a link").to_owned();
    assert_eq!(page, format!("{}/requests/{id}#event-4", stack().base_url));
    eventually(TOLD, async || {
        let item = requester.get("/api/me/inbox?limit=1").await.expect(200).json()["items"][0].clone();
        if item["mail"] == "taken" { Ok(()) } else { Err(item) }
    })
    .await;

    // RFC 8058: the program posts to that address, with no session and from nowhere that we know.
    let header = comment.header("List-Unsubscribe").expect("a way to end it").trim_matches(['<', '>']).to_owned();
    assert_eq!(comment.header("List-Unsubscribe-Post"), Some("List-Unsubscribe=One-Click"));
    let path = header.strip_prefix(&stack().base_url).expect("our address").to_owned();
    let stranger = Client::anonymous(stack());
    let post = |path: &str| {
        stranger
            .call(Method::POST, path)
            .header("content-type", "application/x-www-form-urlencoded")
            .header("origin", "https://mail.example")
            .header("sec-fetch-site", "cross-site")
            .untyped("List-Unsubscribe=One-Click")
            .send()
    };
    post(&format!("{path}0")).await.problem(404, "not_found");
    for _ in 0..2 {
        post(&path).await.expect(204);
    }
    let chosen = requester.get("/api/me/notifications").await.expect(200).json();
    let mailed = |kind: &str| {
        let choices = chosen["choices"].as_array().expect("choices");
        choices.iter().find(|choice| choice["kind"] == kind).map(|choice| choice["mail"] == true)
    };
    assert_eq!((mailed("commented"), mailed("approved"), mailed("started")), (Some(false), Some(true), Some(false)));
    manager.comment(&id, "No mail of this", "public").await.expect(201);
    eventually(TOLD, async || {
        let item = requester.get("/api/me/inbox?limit=1").await.expect(200).json()["items"][0].clone();
        if item["words"] == "No mail of this" { Ok(()) } else { Err(item) }
    })
    .await;
    mails(&somebody.email, 2).await;

    // And chosen again.
    let body = json!({ "choices": [{ "kind": "commented", "mail": true }] });
    requester.call(Method::PUT, "/api/me/notifications").json(&body).send().await.expect(200);
    manager.comment(&id, "But of this", "public").await.expect(201);
    mails(&somebody.email, 3).await;
    let body = json!({ "choices": [{ "kind": "edited", "mail": true }] });
    requester.call(Method::PUT, "/api/me/notifications").json(&body).send().await.problem(400, "invalid");
}

#[tokio::test]
async fn who_reads_it_in_the_app_is_not_mailed_and_a_muted_request_is_silent() {
    let somebody = new_user(stack(), "requester");
    let requester = Client::sign_in(stack(), &somebody.email).await;
    let manager = Client::sign_in(stack(), &new_user(stack(), "manager").email).await;
    let id = requester.report("The door squeaks").await["id"].as_str().expect("an id").to_owned();
    let mut live = requester.watch("/api/me/inbox/live").await;
    manager.comment(&id, "Seen at once", "public").await.expect(201);
    let told = live.next_of("notice", TOLD).await;
    requester.post("/api/me/inbox/read", &json!({ "ids": [told["notice"]["id"]] })).await.expect(200);

    let muted = format!("/api/me/muted/{id}");
    assert_eq!(requester.get(&muted).await.expect(200).json(), json!({ "muted": false }));
    let mute = |muted: bool| json!({ "muted": muted });
    let set = requester.call(Method::PUT, &muted).json(&mute(true)).send().await.expect(200).json();
    assert_eq!(set, mute(true));
    manager.comment(&id, "Not heard", "public").await.expect(201);
    requester.call(Method::PUT, &muted).json(&mute(false)).send().await.expect(200);
    live.hang_up().await;
    manager.comment(&id, "Heard", "public").await.expect(201);
    let sent = mails(&somebody.email, 1).await;
    assert!(sent[0].text.contains("Heard") && !sent[0].text.contains("Not heard"), "{}", sent[0].text);
    let heard: Vec<Value> = told_words(&requester, &id).await;
    assert_eq!(heard, [json!("Heard"), json!("Seen at once")]);
    let foreign = format!("/api/me/muted/{}", uuid::Uuid::now_v7());
    requester.call(Method::PUT, &foreign).json(&mute(true)).send().await.problem(404, "not_found");
}

async fn told_words(client: &Client, id: &str) -> Vec<Value> {
    told(client, id).await.into_iter().map(|(_, _, words)| words).collect()
}

#[tokio::test]
async fn a_mail_that_its_server_could_not_take_is_sent_again_and_one_that_it_took_is_not() {
    let stack = Stack::builder().mail(Tls::Off).start().expect("a system");
    let server = stack.mail.as_ref().expect("a mail server");
    let somebody = new_user(&stack, "requester");
    let requester = Client::sign_in(&stack, &somebody.email).await;
    let manager = Client::sign_in(&stack, &new_user(&stack, "manager").email).await;
    let id = requester.report("The sink is full").await["id"].as_str().expect("an id").to_owned();
    let fate = async |expected: &str| {
        eventually(TOLD, async || {
            let item = requester.get("/api/me/inbox?limit=1").await.expect(200).json()["items"][0].clone();
            if item["mail"] == expected { Ok(()) } else { Err(item) }
        })
        .await;
    };
    server.set_mood(Mood::NobodyHere);
    manager.comment(&id, "Refused for good", "public").await.expect(201);
    fate("refused").await;
    // The address is left alone from then on, until its owner tries it again.
    requester.post("/api/me/mail/resume", &json!({})).await.expect(204);
    // A wrong password is the operator's fault, not the mail's.
    server.set_mood(Mood::WrongPassword);
    manager.comment(&id, "Once the password is right", "public").await.expect(201);
    fate("refused").await;
    server.set_mood(Mood::Busy);
    manager.comment(&id, "Later", "public").await.expect(201);
    fate("later").await;
    server.set_mood(Mood::Fair);
    stack.runtime.restart().expect("a runtime");
    eventually(Duration::from_secs(70), async || match server.mails_to(&somebody.email).len() {
        2 => Ok(()),
        count => Err(count),
    })
    .await;
    fate("taken").await;
    let mails = server.mails_to(&somebody.email);
    let of = |words: &str| mails.iter().filter(|mail| mail.text.contains(words)).count();
    assert_eq!((mails.len(), of("Later"), of("Once the password is right"), of("Refused for good")), (2, 1, 1, 0));
}
