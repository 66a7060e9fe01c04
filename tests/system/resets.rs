//! Forgotten passwords, and people who have a user name instead of an address.

use std::time::Duration;

use futures::future::join_all;
use serde_json::{Value, json};
use testbed::seed::PASSWORD;
use uuid::Uuid;

use crate::mailing as stack;
use crate::support::{Client, Reply, User, new_user};

const WORDS: &str = "angin dari timur laut";

async fn signed_in(role: &str) -> Client {
    Client::sign_in(stack(), &new_user(stack(), role).email).await
}

/// A link for somebody; its token.
async fn reset(by: &Client, id: &str) -> String {
    let made = by.post(&format!("/api/users/{id}/reset"), &json!({})).await.expect(201).json();
    made["token"].as_str().expect("a token").to_owned()
}

async fn accept(token: &str, password: &str) -> Reply {
    let body = json!({ "token": token, "password": password });
    Client::anonymous(stack()).post("/api/auth/resets/accept", &body).await
}

async fn look(token: &str) -> Value {
    Client::anonymous(stack()).post("/api/auth/resets/look", &json!({ "token": token })).await.expect(200).json()
}

fn device(entered: &Reply) -> Client {
    let cookie = entered.header("set-cookie").expect("a cookie").split(';').next();
    Client::anonymous(stack()).with_cookie(cookie)
}

#[tokio::test]
async fn a_reset_sets_a_password_once_ends_every_session_and_signs_in() {
    let manager = signed_in("manager").await;
    let User { id, email, name } = new_user(stack(), "technician");
    let phone = Client::sign_in(stack(), &email).await;
    for guess in 0..6 {
        phone.log_in(&email, &format!("guess {guess}")).await;
    }
    let token = reset(&manager, &id).await;
    let shown = look(&token).await;
    assert_eq!((&shown["name"], &shown["login"], &shown["state"]), (&json!(name), &json!(email), &json!("open")));
    let refused = accept(&token, "password").await.problem(400, "invalid")["errors"][0].take();
    assert_eq!((&refused["field"], &refused["code"]), (&json!("password"), &json!("too_common")));
    // It waits until it is used.
    phone.get("/api/me").await.expect(200);

    let entered = accept(&token, WORDS).await.expect(200);
    assert_eq!(entered.json()["user"]["id"], json!(id));
    phone.get("/api/me").await.problem(401, "unauthenticated");
    device(&entered).get("/api/me").await.expect(200);
    assert_eq!(look(&token).await["state"], "used");
    accept(&token, WORDS).await.problem(409, "reset_used");
    Client::anonymous(stack()).log_in(&email, PASSWORD).await.problem(401, "invalid_credentials");
    // Whoever guessed before keeps nobody out.
    Client::anonymous(stack()).log_in(&email, WORDS).await.expect(200);
}

#[tokio::test]
async fn of_many_at_once_one_sets_the_password() {
    let admin = signed_in("admin").await;
    let User { id, email, .. } = new_user(stack(), "requester");
    let token = reset(&admin, &id).await;
    let words: Vec<String> = (0..5).map(|n| format!("kata yang ke-{n}")).collect();
    let replies = join_all(words.iter().map(|words| accept(&token, words))).await;
    let mut statuses: Vec<u16> = replies.iter().map(|reply| reply.status.as_u16()).collect();
    let winner = statuses.iter().position(|status| *status == 200).expect("one");
    statuses.sort_unstable();
    assert_eq!(statuses, [200, 409, 409, 409, 409]);
    Client::anonymous(stack()).log_in(&email, &words[winner]).await.expect(200);
}

#[tokio::test]
async fn a_reset_ends_by_a_newer_one_by_another_password_by_the_hour_and_with_the_account() {
    let admin = signed_in("admin").await;
    let User { id, email, .. } = new_user(stack(), "manager");
    let [first, second] = [reset(&admin, &id).await, reset(&admin, &id).await];
    accept(&first, WORDS).await.problem(409, "reset_replaced");
    assert_eq!(look(&second).await["state"], "open");
    let here = Client::sign_in(stack(), &email).await;
    let change = json!({ "old_password": PASSWORD, "new_password": WORDS });
    here.post("/api/me/password", &change).await.expect(200);
    accept(&second, WORDS).await.problem(409, "reset_replaced");

    let third = reset(&admin, &id).await;
    let lasts = "SELECT (extract(epoch FROM expires_at - created_at))::float8 FROM user_links
        WHERE user_id = $1::text::uuid AND kind = 'reset' AND replaced_at IS NULL";
    let lasts: f64 = stack().sql(|client| Ok(client.query_one(lasts, &[&id])?.get(0))).expect("a link");
    assert!((3_590.0..=3_600.0).contains(&lasts), "{lasts} s");
    let expire = "UPDATE user_links SET expires_at = now() - interval '1 second' WHERE user_id = $1::text::uuid";
    stack().sql(|client| Ok(client.execute(expire, &[&id])?)).expect("it is old");
    accept(&third, WORDS).await.problem(409, "reset_expired");

    let fourth = reset(&admin, &id).await;
    admin.patch(&format!("/api/users/{id}"), &json!({ "status": "disabled" })).await.expect(200);
    accept(&fourth, WORDS).await.problem(409, "reset_withdrawn");
    admin.post(&format!("/api/users/{id}/reset"), &json!({})).await.problem(404, "not_found");
    for token in ["", "AAAA", &"A".repeat(43)] {
        accept(token, WORDS).await.problem(404, "not_found");
    }
    // An invitation is no reset.
    let invite = json!({ "email": format!("{}@melati.test", Uuid::now_v7()), "role": "requester" });
    let invited = admin.post("/api/users", &invite).await.expect(201).json();
    accept(invited["token"].as_str().expect("a token"), WORDS).await.problem(404, "not_found");
}

#[tokio::test]
async fn a_manager_lets_in_nobody_who_may_do_more() {
    let manager = signed_in("manager").await;
    for role in ["manager", "admin"] {
        let path = format!("/api/users/{}/reset", new_user(stack(), role).id);
        manager.post(&path, &json!({})).await.problem(403, "forbidden");
    }
    for role in ["requester", "technician"] {
        reset(&manager, &new_user(stack(), role).id).await;
    }
    manager.post(&format!("/api/users/{}/reset", Uuid::now_v7()), &json!({})).await.problem(404, "not_found");
}

#[tokio::test]
async fn a_technician_without_an_address_comes_in_by_a_link_and_later_by_a_user_name() {
    let admin = signed_in("admin").await;
    let username = format!("budi.{}", &Uuid::now_v7().simple().to_string()[20..]);
    let name = format!("Budi {username}");
    let invite = json!({ "username": username.to_uppercase(), "name": name, "role": "technician" });
    let made = admin.post("/api/users", &invite).await.expect(201).json();
    let (id, token) = (made["user"]["id"].as_str().expect("an id"), made["token"].as_str().expect("a token"));
    assert_eq!((&made["user"]["email"], &made["user"]["username"]), (&Value::Null, &json!(username)));
    admin.post("/api/users", &invite).await.problem(409, "already_exists");
    let shown = Client::anonymous(stack()).post("/api/auth/invitations/look", &json!({ "token": token })).await;
    let shown = shown.expect(200).json();
    assert_eq!((&shown["email"], &shown["username"], &shown["name"]), (&Value::Null, &json!(username), &json!(name)));

    let body = |password: &str| json!({ "token": token, "name": name, "password": password, "language": "id" });
    let accepting = Client::anonymous(stack());
    let personal = accepting.post("/api/auth/invitations/accept", &body(&username)).await;
    assert_eq!(personal.problem(400, "invalid")["errors"][0]["code"], "too_personal");
    let entered = accepting.post("/api/auth/invitations/accept", &body(WORDS)).await.expect(200);
    let me = device(&entered).get("/api/me").await.expect(200).json();
    assert_eq!((&me["user"]["email"], &me["user"]["username"]), (&Value::Null, &json!(username)));
    // The phone stays in over days off: unused, until its absolute limit.
    let of_session = |text: &Value| text.as_str().expect("a time")[..10].to_owned();
    let listed = device(&entered).get("/api/me/sessions").await.expect(200).json();
    assert_eq!(of_session(&me["session"]["expires_at"]), of_session(&listed["items"][0]["ends_at"]));

    let again = Client::anonymous(stack()).log_in(&username.to_uppercase(), WORDS).await.expect(200);
    assert_eq!(again.json()["user"]["id"], json!(id));
    assert_ne!(again.json()["session"]["expires_at"], me["session"]["expires_at"]);
    let found = admin.get(&format!("/api/system/users?q={username}")).await.expect(200).json();
    assert_eq!(found["items"][0]["id"], json!(id));
    let found = admin.get(&format!("/api/system/sessions?q={username}")).await.expect(200).json();
    assert_eq!(found["items"][0]["user"]["username"], json!(username));
    let picked = admin.get(&format!("/api/users/{id}")).await.expect(200).json();
    assert_eq!((&picked["email"], &picked["name"]), (&Value::Null, &json!(name)));

    // Another link later, by their manager; the password is changed by whoever has one.
    let entered = accept(&reset(&signed_in("manager").await, id).await, "batu di sungai").await.expect(200);
    let change = json!({ "old_password": "batu di sungai", "new_password": WORDS });
    device(&entered).post("/api/me/password", &change).await.expect(200);

    for (body, field, code) in [
        (json!({ "role": "technician" }), "email", "required"),
        (json!({ "username": "ab", "role": "technician" }), "username", "malformed_username"),
        (json!({ "username": "budi@melati", "role": "technician" }), "username", "malformed_username"),
        (json!({ "username": "budi", "email": "b@melati.test", "role": "technician" }), "username", "not_both"),
    ] {
        let refused = admin.post("/api/users", &body).await.problem(400, "invalid")["errors"][0].take();
        assert_eq!((&refused["field"], &refused["code"]), (&json!(field), &json!(code)), "{body}");
    }
}

#[tokio::test]
async fn who_has_forgotten_a_password_gets_a_link_by_mail_and_nobody_learns_who_is_here() {
    let somebody = new_user(stack(), "manager");
    let server = stack().mail.as_ref().expect("a mail server");
    let stranger = Client::anonymous(stack());
    let forget = |email: &str| {
        let body = json!({ "email": email });
        let stranger = &stranger;
        async move { stranger.post("/api/auth/forgot", &body).await }
    };
    let known = forget(&somebody.email.to_uppercase()).await.expect(204);
    let unknown = forget(&format!("{}@melati.test", Uuid::now_v7())).await.expect(204);
    assert_eq!(known.body, unknown.body);
    let mail = server.wait_for(&somebody.email, Duration::from_secs(15)).expect("a mail");
    let link = mail.link("/reset#").expect("a link");
    assert!(link.starts_with(&format!("{}/reset#", stack().base_url)), "{link}");
    let token = link.split_once('#').expect("a token").1.to_owned();
    assert_eq!(look(&token).await["state"], "open");
    accept(&token, "sungai di belakang").await.expect(200);
    Client::anonymous(stack()).log_in(&somebody.email, "sungai di belakang").await.expect(200);

    // Asked for again and again, it is mailed a few times, and always answered alike.
    for _ in 0..8 {
        forget(&somebody.email).await.expect(204);
    }
    tokio::time::sleep(Duration::from_secs(2)).await;
    // What tells of the new password has no link to another.
    let mails = server.mails_to(&somebody.email).iter().filter(|mail| mail.link("/reset#").is_some()).count();
    assert!((2..=5).contains(&mails), "{mails} mails");
    // To sign in counts by itself.
    Client::anonymous(stack()).log_in(&somebody.email, "sungai di belakang").await.expect(200);
    forget("").await.problem(400, "invalid");
}
