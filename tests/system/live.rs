//! Watching: each event once, over reconnects, and nothing that is not the viewer's to see.

use std::time::Duration;

use futures::future::join;
use serde_json::{Value, json};

use crate::stack;
use crate::support::{Client, Live, eventually, new_user};

/// What is seen live is seen at once; the bound is for a busy machine.
const LIVE: Duration = Duration::from_secs(10);

#[tokio::test]
async fn a_viewer_who_reconnects_sees_each_event_once() {
    let requester = Client::sign_in(stack(), &new_user(stack(), "requester").email).await;
    let manager = Client::sign_in(stack(), &new_user(stack(), "manager").email).await;
    let id = report(&requester).await;

    // The writer does not wait for the viewer, who hangs up after every third event and comes back.
    const COMMENTS: i64 = 40;
    let writer = async {
        for number in 0..COMMENTS {
            manager.comment(&id, &format!("Comment {number}"), "public").await.expect(201);
        }
    };
    let viewer = async {
        let mut seen: Vec<i64> = Vec::new();
        while seen.last() != Some(&(COMMENTS + 1)) {
            let mut live = requester.watch(&live_path(&id, seen.last().copied().unwrap_or(0))).await;
            for _ in 0..3 {
                seen.push(seq_of(&live.next_event(LIVE).await));
                if seen.last() == Some(&(COMMENTS + 1)) {
                    break;
                }
            }
            live.hang_up().await;
        }
        seen
    };
    let ((), seen) = join(writer, viewer).await;
    assert_eq!(seen, (1..=COMMENTS + 1).collect::<Vec<i64>>());
}

#[tokio::test]
async fn what_happened_while_nobody_watched_is_replayed_first_and_then_comes_the_rest() {
    let manager = Client::sign_in(stack(), &new_user(stack(), "manager").email).await;
    let id = report(&manager).await;
    for number in 2..=250 {
        manager.comment(&id, &format!("Comment {number}"), "public").await.expect(201);
    }
    let mut live = manager.watch(&live_path(&id, 20)).await;
    // More than one slice of the replay.
    for seq in 21..=250 {
        assert_eq!(seq_of(&live.next(LIVE).await), seq, "in order, without a gap");
    }
    let ready = live.next(LIVE).await;
    assert_eq!((&ready["type"], &ready["version"]), (&json!("ready"), &json!(250)), "{ready}");
    assert_eq!(ready["request"]["id"], id.as_str());
    manager.act(&id, "approve", &json!({})).await.expect(200);
    let approved = live.next(LIVE).await;
    assert_eq!((seq_of(&approved), &approved["event"]["kind"]), (251, &json!("approved")));
    assert_eq!(approved["request"]["version"], 251);
    assert_eq!(approved["request"]["allowed_actions"], json!(["assign", "cancel"]), "the record is the viewer's own");

    // Whoever does not say what he has is told from now on.
    let mut fresh = manager.watch(&format!("/api/requests/{id}/live")).await;
    assert_eq!(fresh.next(LIVE).await["type"], "ready");
    live.say("ping").await;
    assert_eq!(live.next(LIVE).await, "pong");
    // Whoever claims to have more than there is has everything, and misses nothing of what comes.
    let mut ahead = manager.watch(&live_path(&id, 9_999)).await;
    assert_eq!(ahead.next(LIVE).await["type"], "ready");
    manager.comment(&id, "For all three.", "public").await.expect(201);
    for live in [&mut live, &mut fresh, &mut ahead] {
        assert_eq!(seq_of(&live.next(LIVE).await), 252);
    }
}

#[tokio::test]
async fn an_internal_comment_never_reaches_a_requester() {
    let requester = Client::sign_in(stack(), &new_user(stack(), "requester").email).await;
    let manager = Client::sign_in(stack(), &new_user(stack(), "manager").email).await;
    let technician = Client::sign_in(stack(), &new_user(stack(), "technician").email).await;
    let id = report(&requester).await;
    let mut his_request = requester.watch(&live_path(&id, 0)).await;
    let mut his_list = requester.watch("/api/requests/live").await;
    let mut theirs = technician.watch(&live_path(&id, 0)).await;

    const SECRET: &str = "He reports this every week.";
    let secret = manager.comment(&id, SECRET, "internal").await.expect(201).json();
    assert_eq!((&secret["seq"], &secret["kind"]), (&json!(2), &json!("commented")));
    technician.comment(&id, SECRET, "internal").await.expect(201);
    manager.comment(&id, "We are coming.", "public").await.expect(201);

    // Those who may read it saw all of it.
    let seen: Vec<i64> = vec![
        seq_of(&theirs.next_event(LIVE).await),
        seq_of(&theirs.next_event(LIVE).await),
        seq_of(&theirs.next_event(LIVE).await),
        seq_of(&theirs.next_event(LIVE).await),
    ];
    assert_eq!(seen, [1, 2, 3, 4]);

    // His socket goes from his report straight to the public comment.
    let mut told = vec![his_request.next(LIVE).await, his_request.next(LIVE).await, his_request.next(LIVE).await];
    assert_eq!(seq_of(&told[0]), 1);
    assert_eq!(told[1]["type"], "ready");
    assert_eq!(seq_of(&told[2]), 4, "{:?}", told[2]);
    // So do a replay, and a timeline by whichever page.
    let mut again = requester.watch(&live_path(&id, 0)).await;
    told.extend([again.next(LIVE).await, again.next(LIVE).await, again.next(LIVE).await]);
    assert_eq!(seq_of(&told[4]), 4);
    let mut middle = requester.watch(&live_path(&id, 1)).await;
    told.extend([middle.next(LIVE).await, middle.next(LIVE).await]);
    assert_eq!(seq_of(&told[6]), 4);
    for query in ["", "?after=1", "?after=2", "?limit=1"] {
        let page = requester.get(&format!("/api/requests/{id}/events{query}")).await.expect(200).json();
        assert_ne!(page["items"], json!([]), "{query}");
        told.push(page);
    }
    told.push(requester.get(&format!("/api/requests/{id}")).await.expect(200).json());
    told.push(requester.get("/api/requests").await.expect(200).json());
    told.push(requester.get("/api/requests?q=every%20week").await.expect(200).json());
    told.push(until_version(&mut his_list, &id, 4).await);
    told.push(requester.get(&format!("/api/system/requests/{id}/inspect")).await.expect(403).json());
    told.push(requester.get("/api/system/logs/audit").await.expect(403).json());
    for told in told {
        assert!(!told.to_string().contains("every week"), "{told}");
    }
    // He cannot find out by its number either.
    let after = requester.get(&format!("/api/requests/{id}/events?after=1&limit=1")).await.expect(200).json();
    assert_eq!(after["items"][0]["seq"], 4);
    // Nor does the audit stream repeat what people said to each other.
    let admin = Client::sign_in(stack(), &new_user(stack(), "admin").email).await;
    let audit = eventually(LIVE, || async {
        let page = admin.get(&format!("/api/system/logs/audit?actor={}", manager.id())).await.expect(200).json();
        if page["items"].as_array().is_some_and(|items| items.len() >= 2) { Ok(page) } else { Err(page) }
    })
    .await;
    assert!(!audit.to_string().contains("every week"), "{audit}");
}

#[tokio::test]
async fn a_requesters_live_list_shows_his_own_requests_alone() {
    let one = Client::sign_in(stack(), &new_user(stack(), "requester").email).await;
    let other = Client::sign_in(stack(), &new_user(stack(), "requester").email).await;
    let manager = Client::sign_in(stack(), &new_user(stack(), "manager").email).await;
    let mut his = one.watch("/api/requests/live").await;
    let mut all = manager.watch("/api/requests/live").await;
    let foreign = report(&other).await;
    let own = report(&one).await;
    // The first that he is told of is his own, although the other's came before.
    let told = his.next(LIVE).await;
    assert_eq!(told["request"]["id"], own.as_str(), "{told}");
    for id in [&foreign, &own] {
        until_version(&mut all, id, 1).await;
    }
    // One that is raised on his behalf is his too.
    let raised = manager
        .post(
            "/api/requests",
            &json!({ "title": "For him", "category": "other", "priority": "low", "requester_id": one.id() }),
        )
        .await
        .expect(201)
        .json();
    assert_eq!(raised["requester"]["id"], one.id());
    assert_eq!(raised["raised_by"]["id"], manager.id());
    until_version(&mut his, raised["id"].as_str().expect("an id"), 1).await;
}

#[tokio::test]
async fn an_operator_sees_log_entries_as_they_come() {
    let admin = Client::sign_in(stack(), &new_user(stack(), "admin").email).await;
    let manager = Client::sign_in(stack(), &new_user(stack(), "manager").email).await;
    let mut tail = admin.watch(&format!("/api/system/logs/audit/tail?actor={}", manager.id())).await;
    assert_eq!(tail.next(LIVE).await["type"], "ready");
    let id = report(&manager).await;
    manager.act(&id, "approve", &json!({})).await.expect(200);
    let mut actions = Vec::new();
    while actions.len() < 2 {
        let told = tail.next_of("entries", LIVE).await;
        for entry in told["entries"].as_array().expect("entries") {
            assert_eq!(entry["fields"]["object"]["id"], id.as_str(), "{entry}");
            actions.push(entry["fields"]["action"].clone());
        }
    }
    assert_eq!(actions, ["created", "approved"]);
}

#[tokio::test]
async fn a_live_path_without_an_upgrade_says_what_it_is() {
    let admin = Client::sign_in(stack(), &new_user(stack(), "admin").email).await;
    let id = report(&admin).await;
    for path in ["/api/requests/live".into(), live_path(&id, 0), "/api/system/logs/http/tail".into()] {
        let reply = admin.call(hyper::Method::GET, &path).header("origin", admin.base_url()).send().await;
        assert_eq!(reply.problem(400, "invalid")["errors"][0]["code"], "upgrade_required", "{reply}");
    }
    for after in ["-1", "x", "1.5", "9007199254740993"] {
        for path in [format!("/api/requests/{id}/live"), "/api/system/logs/http/tail".into()] {
            let refusal = admin.try_watch(&format!("{path}?after={after}"), Some(admin.base_url())).await;
            let problem = refusal.expect_err("a bad number").problem(400, "invalid");
            assert_eq!(problem["errors"][0]["field"], "after", "{path}");
        }
        // The list has no places to go on from.
        let path = format!("/api/requests/live?after={after}");
        let refusal = admin.try_watch(&path, Some(admin.base_url())).await.expect_err("no such parameter");
        assert_eq!(refusal.problem(400, "invalid")["errors"][0]["code"], "unknown_parameter");
    }
}

#[tokio::test]
async fn a_close_is_answered_at_once_on_every_kind_of_socket() {
    let admin = Client::sign_in(stack(), &new_user(stack(), "admin").email).await;
    let id = report(&admin).await;
    for path in ["/api/requests/live".into(), live_path(&id, 0), "/api/system/logs/http/tail".into()] {
        for code in [1000, 1001, 3000, 4321] {
            let mut live = admin.watch(&path).await;
            // The runtime would wait ten seconds, and break the connection.
            assert_eq!(live.close(code, Duration::from_secs(5)).await, code, "{path}");
        }
        let mut live = admin.watch(&path).await;
        // RFC 6455 section 7.4.1: 1005 stands for no code, and is never sent.
        let answered = live.close_without_a_code(Duration::from_secs(5)).await;
        assert!([1000, 1005].contains(&answered), "{path}: {answered}");
    }
}

async fn report(client: &Client) -> String {
    client.report("The heating knocks").await["id"].as_str().expect("an id").to_owned()
}

fn live_path(id: &str, after: i64) -> String {
    format!("/api/requests/{id}/live?after={after}")
}

fn seq_of(message: &Value) -> i64 {
    message["event"]["seq"].as_i64().unwrap_or_else(|| panic!("not an event: {message}"))
}

/// The message of a live list that shows this version of this request.
async fn until_version(list: &mut Live, id: &str, version: i64) -> Value {
    loop {
        let told = list.next_of("request", LIVE).await;
        if told["request"]["id"] == id && told["request"]["version"] == version {
            return told;
        }
    }
}
