//! Passwords are changed by whoever knows the old one, and a change of an account ends what was opened before it.

use std::time::Duration;

use futures::future::join_all;
use serde_json::{Value, json};
use testbed::seed::PASSWORD;

use crate::stack;
use crate::support::{Client, Reply, User, eventually, new_user};

const WORDS: &str = "hujan di atap seng";

/// A wait that a call does not take, however busy the machine is.
const LONG_WAIT_S: u64 = 7;

async fn change(client: &Client, old: &str, new: &str) -> Reply {
    client.post("/api/me/password", &json!({ "old_password": old, "new_password": new })).await
}

fn problem(reply: &Reply) -> (Value, Value) {
    let wrong = reply.clone().problem(400, "invalid")["errors"][0].take();
    (wrong["field"].clone(), wrong["code"].clone())
}

#[tokio::test]
async fn another_password_ends_every_other_session_before_the_answer() {
    let User { email, .. } = new_user(stack(), "technician");
    let [here, phone, desk] = [(); 3].map(|()| Client::sign_in(stack(), &email));
    let (here, phone, desk) = (here.await, phone.await, desk.await);
    let mut viewer = desk.watch("/api/requests/live").await;

    let changed = change(&here, PASSWORD, WORDS).await.expect(200);
    assert_eq!(changed.json(), json!({ "ended_sessions": 2 }));
    // A token of theirs that could still be renewed is refused too: it names a session that has ended.
    for device in [&phone, &desk] {
        device.get("/api/me").await.problem(401, "unauthenticated");
    }
    let sessions = here.get("/api/me/sessions").await.expect(200).json();
    assert_eq!(sessions["items"].as_array().map(Vec::len), Some(1), "{sessions}");
    assert_eq!(viewer.closed(Duration::from_secs(70)).await, 1008);

    Client::anonymous(stack()).log_in(&email, PASSWORD).await.problem(401, "invalid_credentials");
    Client::anonymous(stack()).log_in(&email, WORDS).await.expect(200);
    // Told again, as behind an answer that was lost: nothing but what is missing, and the session opened since stays.
    let again = change(&here, PASSWORD, WORDS).await.expect(200);
    assert_eq!(again.json(), json!({ "ended_sessions": 0 }));
    let sessions = here.get("/api/me/sessions").await.expect(200).json();
    assert_eq!(sessions["items"].as_array().map(Vec::len), Some(2), "{sessions}");
}

#[tokio::test]
async fn a_wrong_old_password_is_a_try_as_at_sign_in() {
    let User { email, .. } = new_user(stack(), "requester");
    let here = Client::sign_in(stack(), &email).await;
    let guesses: Vec<String> = (0..20).map(|n| format!("guess {n}")).collect();
    let replies = join_all(guesses.iter().map(|guess| change(&here, guess, WORDS))).await.into_iter();
    let (tried, throttled): (Vec<Reply>, Vec<Reply>) = replies.partition(|reply| reply.status == 400);
    assert!((5..=8).contains(&tried.len()), "{} guesses were tried at once", tried.len());
    for reply in &tried {
        assert_eq!(problem(reply), (json!("old_password"), json!("wrong_password")));
    }
    for reply in throttled {
        reply.problem(429, "too_many_attempts");
    }
    // It is one throttle: whoever guesses here cannot go on there. The wait has to be longer than a busy machine takes to ask.
    for _ in 0..20 {
        let reply = change(&here, "one more guess", WORDS).await;
        let wait_s = reply.header("retry-after").map_or(0, |text| text.parse().expect("seconds"));
        if wait_s >= LONG_WAIT_S {
            break;
        }
        tokio::time::sleep(Duration::from_secs(wait_s)).await;
    }
    Client::anonymous(stack()).log_in(&email, PASSWORD).await.problem(429, "too_many_attempts");
    here.get("/api/me").await.expect(200);
}

#[tokio::test]
async fn a_password_that_is_tried_first_is_refused_and_is_no_try() {
    let User { email, name, .. } = new_user(stack(), "manager");
    let here = Client::sign_in(stack(), &email).await;
    let longest = "ab c".repeat(33);
    for (new, code) in [
        ("short", "too_short"),
        (longest.as_str(), "too_long"),
        ("Password1", "too_common"),
        ("1234567890", "too_common"),
        ("aaaaaaaaaa", "too_common"),
        (email.as_str(), "too_personal"),
        (&format!("{}!{}", name.replace(' ', ""), 99), "too_personal"),
        ("CepatEdge-2026", "too_personal"),
    ] {
        assert_eq!(problem(&change(&here, PASSWORD, new).await), (json!("new_password"), json!(code)), "{new}");
    }
    // More than would be free as tries; no rule about what it is made of.
    change(&here, PASSWORD, "dua belas angsa").await.expect(200);
    here.post("/api/me/password", &json!({ "old_password": 7 })).await.problem(400, "invalid");
}

#[tokio::test]
async fn every_place_that_sets_a_password_refuses_the_most_common() {
    let admin = Client::sign_in(stack(), &new_user(stack(), "admin").email).await;
    let invite = json!({ "email": format!("{}@melati.test", uuid::Uuid::now_v7()), "role": "requester" });
    let token = admin.post("/api/users", &invite).await.expect(201).json()["token"].take();
    for (password, code) in [("Qwertyuiop", "too_common"), ("melati2026", "too_personal")] {
        let accept = json!({ "token": token, "name": "Sari", "password": password, "language": "en" });
        let refused = Client::anonymous(stack()).post("/api/auth/invitations/accept", &accept).await;
        assert_eq!(problem(&refused), (json!("password"), json!(code)));
    }
}

#[tokio::test]
async fn the_audit_knows_who_changed_a_password_and_no_log_knows_the_password() {
    let user = new_user(stack(), "requester");
    let here = Client::sign_in(stack(), &user.email).await;
    change(&here, PASSWORD, WORDS).await.expect(200);
    let admin = Client::sign_in(stack(), &new_user(stack(), "admin").email).await;
    let told = async || {
        for stream in ["audit", "auth", "http"] {
            let text = admin.get(&format!("/api/system/logs/{stream}?limit=200")).await.expect(200).text();
            assert!(!text.contains(WORDS) && !text.contains(PASSWORD), "{stream}");
        }
        let path = format!("/api/system/logs/audit?limit=50&actor={}", user.id);
        let items = admin.get(&path).await.expect(200).json()["items"].take();
        let is_told = |item: &Value| {
            let fields = &item["fields"];
            fields["action"] == "password_changed" && fields["object"]["id"] == json!(user.id)
        };
        if items.as_array().is_some_and(|items| items.iter().any(is_told)) { Ok(()) } else { Err(items.to_string()) }
    };
    eventually(Duration::from_secs(10), told).await;
}

/// A change is under way to PostgreSQL's account while its objects know of it already: whoever signs in reads what was before it.
#[tokio::test]
async fn credentials_that_were_read_before_the_account_was_changed_open_no_session() {
    let User { email, id, .. } = new_user(stack(), "technician");
    Client::anonymous(stack()).log_in(&email, PASSWORD).await.expect(200);
    let owe = "INSERT INTO account_owed (org_id, user_id, version, ts, reason)
        SELECT org_id, id, version + 1, now(), 'changed' FROM users WHERE id = $1::text::uuid";
    stack().sql(|client| Ok(client.execute(owe, &[&id])?)).expect("PostgreSQL answers");
    stack().runtime.run_scheduled().expect("the cron handler runs");
    let refused = Client::anonymous(stack()).log_in(&email, PASSWORD).await;
    refused.problem(401, "invalid_credentials");
    assert_eq!(refused.header("set-cookie"), None);
    let admin = Client::sign_in(stack(), &new_user(stack(), "admin").email).await;
    let of_them = admin.get(&format!("/api/system/sessions?q={email}")).await.expect(200).json();
    assert_eq!(of_them["items"][0]["sessions"], json!([]), "{of_them}");
    // What is read behind the change is as good as ever.
    let change = "UPDATE users SET version = version + 1 WHERE id = $1::text::uuid";
    stack().sql(|client| Ok(client.execute(change, &[&id])?)).expect("PostgreSQL answers");
    Client::sign_in(stack(), &email).await.get("/api/me").await.expect(200);
}

#[tokio::test]
async fn of_many_sign_ins_that_race_with_the_end_of_an_account_none_stays() {
    let admin = Client::sign_in(stack(), &new_user(stack(), "admin").email).await;
    for round in 0..4 {
        let User { email, id, .. } = new_user(stack(), "technician");
        let anyone = Client::anonymous(stack());
        let signing_in = join_all((0..5).map(|_| anyone.log_in(&email, PASSWORD)));
        let disabling = async {
            tokio::time::sleep(Duration::from_millis(60 + 40 * round)).await;
            admin.patch(&format!("/api/users/{id}"), &json!({ "status": "disabled" })).await.expect(200)
        };
        let (entered, _) = futures::join!(signing_in, disabling);
        for reply in entered {
            let Some(cookie) = reply.header("set-cookie").map(str::to_owned) else {
                reply.problem(401, "invalid_credentials");
                continue;
            };
            // Whoever was faster than the change was ended by it.
            let device = anyone.with_cookie(cookie.split(';').next());
            device.get("/api/me").await.problem(401, "unauthenticated");
        }
        let of_them = admin.get(&format!("/api/system/sessions?q={email}")).await.expect(200).json();
        assert_eq!(of_them["items"][0]["sessions"], json!([]), "{of_them}");
    }
}

/// The Worker died behind the change, and before it ended anything.
#[tokio::test]
async fn what_a_change_still_has_to_end_is_ended_by_the_job() {
    let User { email, id, .. } = new_user(stack(), "technician");
    let [phone, kept] = [Client::sign_in(stack(), &email).await, Client::sign_in(stack(), &email).await];
    let change = "WITH changed AS (
            UPDATE users SET version = version + 1 WHERE id = $1::text::uuid RETURNING *
        ) INSERT INTO account_owed (org_id, user_id, version, ts, reason, keep)
          SELECT org_id, id, version, now(), 'password_changed', $2 FROM changed";
    stack().sql(|client| Ok(client.execute(change, &[&id, &kept.session()])?)).expect("PostgreSQL answers");
    phone.get("/api/me").await.expect(200);
    let ended = || async {
        stack().runtime.run_scheduled().expect("the cron handler runs");
        match phone.get("/api/me").await.status.as_u16() {
            401 => Ok(()),
            status => Err(format!("the phone is answered {status}")),
        }
    };
    eventually(Duration::from_secs(30), ended).await;
    kept.get("/api/me").await.expect(200);
    let left = "SELECT count(*) FROM account_owed WHERE user_id = $1::text::uuid";
    let left: i64 = stack().sql(|client| Ok(client.query_one(left, &[&id])?.get(0))).expect("a count");
    assert_eq!(left, 0);
}
