//! An authenticator app, its codes, and recovery codes.

use std::time::Duration;

use futures::future::join_all;
use serde_json::{Value, json};
use testbed::mail::Received;
use testbed::seed::PASSWORD;

use super::{Enrolled, code, confirm, device, enter, problem, second, ticket, unbase32, wrong_code};
use crate::mailing as stack;
use crate::support::{Client, User, eventually, new_user};

#[tokio::test]
async fn an_app_counts_from_its_first_code_on_and_every_other_session_ends() {
    let User { email, .. } = new_user(stack(), "technician");
    let here = Client::sign_in(stack(), &email).await;
    let elsewhere = Client::sign_in(stack(), &email).await;
    let begun = here.post("/api/me/totp", &json!({})).await.expect(200).json();
    let uri = begun["uri"].as_str().expect("a URI");
    assert!(uri.starts_with("otpauth://totp/") && uri.contains(begun["secret"].as_str().expect("a secret")), "{uri}");
    // Whoever only looked at the picture is not asked for a code.
    elsewhere.log_in(&email, PASSWORD).await.expect(200);
    let secret = unbase32(begun["secret"].as_str().expect("a secret"));
    assert_eq!(problem(&confirm(&here, &begun, "000000").await), wrong_code());
    assert_eq!(problem(&confirm(&here, &begun, &code(&secret, -3)).await), wrong_code());
    // Somebody else's picture.
    let other = Client::sign_in(stack(), &new_user(stack(), "technician").email).await;
    assert_eq!(problem(&confirm(&other, &begun, &code(&secret, 0)).await).0, "enrolment");

    let first = code(&secret, 0);
    let codes = confirm(&here, &begun, &first).await.expect(201).json();
    assert_eq!(codes["recovery_codes"].as_array().map(Vec::len), Some(10));
    elsewhere.get("/api/me").await.problem(401, "unauthenticated");
    here.get("/api/me").await.expect(200);
    let mine = here.get("/api/me/factors").await.expect(200).json();
    assert!(mine["totp_since"].is_string() && mine["recovery_codes_left"] == 10, "{mine}");
    confirm(&here, &begun, &code(&secret, 1)).await.problem(409, "already_exists");

    let told = here.log_in(&email, PASSWORD).await.expect(202).json();
    assert_eq!(told["second_factor"]["methods"], json!(["totp", "recovery"]));
    // The code that set it up has been used.
    assert_eq!(problem(&second(stack(), &ticket(stack(), &email).await, &first).await), wrong_code());
    enter(stack(), &email, &code(&secret, 1)).await.get("/api/me").await.expect(200);
}

#[tokio::test]
async fn a_code_works_once_also_of_two_at_once_and_none_before_it() {
    let who = Enrolled::new(stack(), "technician").await;
    let tickets = [ticket(stack(), &who.user.email).await, ticket(stack(), &who.user.email).await];
    let typed = who.code(0);
    let replies = join_all(tickets.iter().map(|ticket| second(stack(), ticket, &typed))).await;
    let mut statuses: Vec<u16> = replies.iter().map(|reply| reply.status.as_u16()).collect();
    statuses.sort_unstable();
    assert_eq!(statuses, [200, 400], "{replies:?}");
    let again = ticket(stack(), &who.user.email).await;
    for steps in [-1, 0] {
        assert_eq!(problem(&second(stack(), &again, &who.code(steps)).await), wrong_code(), "{steps}");
    }
}

#[tokio::test]
async fn an_old_code_and_the_code_of_another_person_are_refused() {
    let (who, other) = (Enrolled::new(stack(), "manager").await, Enrolled::new(stack(), "manager").await);
    let own = ticket(stack(), &who.user.email).await;
    // As many as are free.
    for wrong in [who.code(-3), other.code(0), other.codes[0].clone(), "not a code".to_owned()] {
        assert_eq!(problem(&second(stack(), &own, &wrong).await), wrong_code(), "{wrong}");
    }
    // And it was not used up by that.
    second(stack(), &own, &who.code(0)).await.expect(200);
    second(stack(), &ticket(stack(), &other.user.email).await, &other.codes[0]).await.expect(200);
}

#[tokio::test]
async fn codes_are_tried_as_slowly_as_passwords_recovery_codes_too() {
    let who = Enrolled::new(stack(), "requester").await;
    let own = ticket(stack(), &who.user.email).await;
    let guesses: Vec<String> =
        (0..20).map(|n| if n % 2 == 0 { format!("{n:06}") } else { format!("zzzzz-zz0{n:02}") }).collect();
    let replies = join_all(guesses.iter().map(|guess| second(stack(), &own, guess))).await;
    let tried = replies.iter().filter(|reply| reply.status == 400).count();
    assert!((5..=8).contains(&tried), "{tried} guesses were tried at once");
    for reply in replies.iter().filter(|reply| reply.status != 400) {
        reply.problem(429, "too_many_attempts");
    }
    // Nor can one go on with it elsewhere.
    let here = who.here.post("/api/me/reauthenticate", &json!({ "code": "123456" })).await;
    here.problem(429, "too_many_attempts");
}

#[tokio::test]
async fn a_recovery_code_works_once_also_of_two_at_once_and_new_ones_end_the_old() {
    let who = Enrolled::new(stack(), "technician").await;
    let email = &who.user.email;
    let tickets = [ticket(stack(), email).await, ticket(stack(), email).await];
    let typed = who.codes[0].to_uppercase().replace('-', " ");
    let replies = join_all(tickets.iter().map(|ticket| second(stack(), ticket, &typed))).await;
    let entered: Vec<_> = replies.iter().filter(|reply| reply.status == 200).collect();
    assert_eq!(entered.len(), 1, "{replies:?}");
    assert_eq!(who.here.get("/api/me/factors").await.json()["recovery_codes_left"], 9);

    let made = who.here.post("/api/me/recovery-codes", &json!({})).await.expect(201).json();
    assert_eq!(problem(&second(stack(), &ticket(stack(), email).await, &who.codes[1]).await), wrong_code());
    let new = made["recovery_codes"][0].as_str().expect("a code");
    second(stack(), &ticket(stack(), email).await, new).await.expect(200);
    // Whoever has nothing to recover has no codes.
    let plain = Client::sign_in(stack(), &new_user(stack(), "technician").email).await;
    plain.post("/api/me/recovery-codes", &json!({})).await.problem(409, "no_factor");
}

#[tokio::test]
async fn a_ticket_lets_in_once_and_not_after_the_account_was_changed() {
    let who = Enrolled::new(stack(), "technician").await;
    let email = &who.user.email;
    let once = ticket(stack(), email).await;
    second(stack(), &once, &who.code(0)).await.expect(200);
    second(stack(), &once, &who.codes[0]).await.problem(409, "ticket_over");
    for damaged in [json!("AAAA"), json!(""), json!(format!("{}A", once.as_str().expect("a text")))] {
        second(stack(), &damaged, &who.code(0)).await.problem(409, "ticket_over");
    }
    // That of somebody else, under this one's name.
    let other = Enrolled::new(stack(), "technician").await;
    let theirs = ticket(stack(), &other.user.email).await;
    let forged = theirs.as_str().expect("a text").replace(&other.user.id, &who.user.id);
    second(stack(), &json!(forged), &who.codes[1]).await.problem(409, "ticket_over");

    let admin = Client::sign_in(stack(), &new_user(stack(), "admin").email).await;
    let pending = ticket(stack(), email).await;
    let path = format!("/api/users/{}", who.user.id);
    admin.patch(&path, &json!({ "status": "disabled" })).await.expect(200);
    second(stack(), &pending, &who.codes[2]).await.problem(409, "ticket_over");
    admin.patch(&path, &json!({ "status": "active" })).await.expect(200);
    second(stack(), &pending, &who.codes[2]).await.problem(409, "ticket_over");
    second(stack(), &ticket(stack(), email).await, &who.codes[2]).await.expect(200);
}

#[tokio::test]
async fn a_link_for_a_new_password_leads_to_the_second_step() {
    let who = Enrolled::new(stack(), "technician").await;
    let manager = Client::sign_in(stack(), &new_user(stack(), "manager").email).await;
    let path = format!("/api/users/{}/reset", who.user.id);
    let token = manager.post(&path, &json!({})).await.expect(201).json()["token"].take();
    let accept = json!({ "token": token, "password": "angin dari timur laut" });
    let set = Client::anonymous(stack()).post("/api/auth/resets/accept", &accept).await.expect(202);
    assert_eq!(set.header("set-cookie"), None);
    let entered = second(stack(), &set.json()["second_factor"]["ticket"], &who.code(0)).await.expect(200);
    device(stack(), &entered).get("/api/me").await.expect(200);
}

#[tokio::test]
async fn a_lost_phone_is_taken_away_by_those_who_may_and_its_owner_is_told() {
    let who = Enrolled::new(stack(), "technician").await;
    let path = format!("/api/users/{}/factors", who.user.id);
    let colleague = Client::sign_in(stack(), &new_user(stack(), "technician").email).await;
    colleague.delete(&path).await.problem(403, "forbidden");
    let boss = Enrolled::new(stack(), "manager").await;
    boss.here.delete(&format!("/api/users/{}/factors", boss.user.id)).await.problem(403, "forbidden");
    boss.here.delete("/api/users/0190a5b8-0000-7000-8000-00000000dead/factors").await.problem(404, "not_found");

    let pending = ticket(stack(), &who.user.email).await;
    let admin = Client::sign_in(stack(), &new_user(stack(), "admin").email).await;
    let has_one = async || {
        let listed = admin.get(&format!("/api/system/users?q={}", who.user.email)).await.expect(200).json();
        listed["items"][0]["has_second_factor"].clone()
    };
    assert_eq!(has_one().await, json!(true));
    assert_eq!(boss.here.delete(&path).await.expect(200).json(), json!({ "removed": true, "ended_sessions": 1 }));
    who.here.get("/api/me").await.problem(401, "unauthenticated");
    second(stack(), &pending, &who.code(0)).await.problem(409, "ticket_over");
    Client::anonymous(stack()).log_in(&who.user.email, PASSWORD).await.expect(200);
    // Told again, it does nothing.
    assert_eq!(boss.here.delete(&path).await.expect(200).json(), json!({ "removed": false, "ended_sessions": 0 }));
    let server = stack().mail.as_ref().expect("a mail server");
    // Besides what they are told of what they did themselves.
    let written = async || {
        let mails = server.mails_to(&who.user.email);
        let is_of_it = |mail: &&Received| mail.text.contains(&format!("{} has removed", boss.user.name));
        let count = mails.iter().filter(is_of_it).count();
        if count == 1 { Ok(()) } else { Err(format!("{count} of {}", mails.len())) }
    };
    eventually(Duration::from_secs(5), written).await;

    assert_eq!(has_one().await, json!(false));
    let told = async || {
        let path = format!("/api/system/logs/audit?limit=50&actor={}", boss.user.id);
        let items = admin.get(&path).await.expect(200).json()["items"].take();
        let is_told = |item: &Value| {
            item["fields"]["action"] == "factors_removed" && item["fields"]["object"]["id"] == json!(who.user.id)
        };
        let entries = items.as_array().map_or(0, |items| items.iter().filter(|item| is_told(item)).count());
        if entries == 1 { Ok(()) } else { Err(items.to_string()) }
    };
    eventually(Duration::from_secs(10), told).await;
    // No log has a secret of anybody's.
    for stream in ["audit", "auth", "http"] {
        let text = admin.get(&format!("/api/system/logs/{stream}?limit=200")).await.expect(200).text();
        assert!(!who.codes.iter().any(|code| text.contains(code)), "{stream}");
    }
}

#[tokio::test]
async fn the_secret_of_an_app_is_encrypted_for_its_account_alone() {
    let (who, other) = (Enrolled::new(stack(), "technician").await, Enrolled::new(stack(), "technician").await);
    let kept = "SELECT secret FROM user_totp WHERE user_id = $1::text::uuid";
    let secret: String = stack().sql(|client| Ok(client.query_one(kept, &[&who.user.id])?.get(0))).expect("a row");
    assert!(secret.starts_with("id1."), "{secret}");
    // Put into another row it opens nothing.
    let steal = "UPDATE user_totp SET secret = $2 WHERE user_id = $1::text::uuid";
    stack().sql(|client| Ok(client.execute(steal, &[&other.user.id, &secret])?)).expect("PostgreSQL answers");
    let theirs = ticket(stack(), &other.user.email).await;
    assert_eq!(problem(&second(stack(), &theirs, &who.code(0)).await), wrong_code());
    // A key of a newer release is waited for.
    let newer = secret.replacen("id1", "id2", 1);
    stack().sql(|client| Ok(client.execute(steal, &[&other.user.id, &newer])?)).expect("PostgreSQL answers");
    second(stack(), &theirs, &who.code(1)).await.problem(503, "unavailable");
}

#[tokio::test]
async fn the_last_factor_takes_the_recovery_codes_along() {
    let who = Enrolled::new(stack(), "requester").await;
    let elsewhere = enter(stack(), &who.user.email, &who.code(0)).await;
    who.here.delete("/api/me/totp").await.expect(204);
    elsewhere.get("/api/me").await.problem(401, "unauthenticated");
    let mine = who.here.get("/api/me/factors").await.expect(200).json();
    assert_eq!((&mine["totp_since"], &mine["recovery_codes_left"]), (&Value::Null, &json!(0)));
    who.here.delete("/api/me/totp").await.problem(404, "not_found");
    let reply = who.here.post("/api/me/reauthenticate", &json!({ "code": who.codes[0] })).await;
    assert_eq!(problem(&reply), wrong_code());
}
