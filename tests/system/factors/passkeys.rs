//! Passkeys: made, used alone and as a second step, and everything that is not one.

use serde_json::{Value, json};
use testbed::seed::PASSWORD;

use super::{device, problem, second, ticket};
use crate::mailing as stack;
use crate::support::authenticator::{Authenticator, PRESENT, VERIFIED};
use crate::support::{Client, Reply, User, new_user};

fn key(client: &Client) -> Authenticator {
    Authenticator::new(client.base_url())
}

async fn options(client: &Client) -> Value {
    client.post("/api/me/passkeys/options", &json!({})).await.expect(200).json()
}

async fn add(client: &Client, key: &Authenticator) -> Reply {
    let made = key.made(&options(client).await);
    client.post("/api/me/passkeys", &json!({ "name": "Phone", "passkey": made })).await
}

/// What a sign-in by a passkey is asked for.
async fn asked() -> Value {
    Client::anonymous(stack()).post("/api/auth/passkey/options", &json!({})).await.expect(200).json()
}

async fn alone(answer: &Value) -> Reply {
    Client::anonymous(stack()).post("/api/auth/passkey", &json!({ "passkey": answer })).await
}

/// Somebody with a passkey.
async fn owner(role: &str) -> (User, Client, Authenticator) {
    let user = new_user(stack(), role);
    let here = Client::sign_in(stack(), &user.email).await;
    let key = key(&here);
    let added = add(&here, &key).await.expect(201).json();
    assert_eq!(added["recovery_codes"].as_array().map(Vec::len), Some(10));
    (user, here, key)
}

#[tokio::test]
async fn a_passkey_lets_in_alone_and_as_a_second_step() {
    let (user, here, key) = owner("technician").await;
    here.get("/api/me").await.expect(200);
    let entered = alone(&key.used(&asked().await)).await.expect(200);
    assert_eq!(device(stack(), &entered).get("/api/me").await.expect(200).json()["user"]["id"], json!(user.id));

    let first = here.log_in(&user.email, PASSWORD).await.expect(202).json();
    assert_eq!(first["second_factor"]["methods"], json!(["passkey", "recovery"]));
    let ticket = &first["second_factor"]["ticket"];
    let wanted = here.post("/api/auth/passkey/options", &json!({ "ticket": ticket })).await.expect(200).json();
    assert_eq!(wanted["allowCredentials"], json!([{ "type": "public-key", "id": key.id() }]));
    let body = json!({ "ticket": ticket, "passkey": key.used(&wanted) });
    here.post("/api/auth/factor", &body).await.expect(200);
    here.post("/api/auth/factor", &body).await.problem(409, "ticket_over");
    let mine = here.get("/api/me/factors").await.expect(200).json();
    let shown = &mine["passkeys"][0];
    assert_eq!((&shown["name"], &shown["is_backed_up"]), (&json!("Phone"), &json!(true)), "{mine}");
    assert!(shown["used_at"].is_string(), "{mine}");
}

#[tokio::test]
async fn an_answer_works_once_for_what_it_was_asked_for() {
    let (user, here, key) = owner("technician").await;
    let answer = key.used(&asked().await);
    alone(&answer).await.expect(200);
    alone(&answer).await.problem(401, "invalid_credentials");
    // Asked for within a session, or for a second step, it is no sign-in; nor the other way round.
    let within = here.post("/api/me/reauthenticate/options", &json!({})).await.expect(200).json();
    alone(&key.used(&within)).await.problem(401, "invalid_credentials");
    let reply = here.post("/api/me/reauthenticate", &json!({ "passkey": key.used(&asked().await) })).await;
    assert_eq!(problem(&reply), (json!("passkey"), json!("wrong_passkey")));
    let proof = json!({ "passkey": key.used(&within) });
    here.post("/api/me/reauthenticate", &proof).await.expect(200);
    assert_eq!(problem(&here.post("/api/me/reauthenticate", &proof).await).0, "passkey");
    // A challenge that nobody here made.
    let mut forged = asked().await;
    forged["challenge"] = json!("AAAA");
    alone(&key.used(&forged)).await.problem(401, "invalid_credentials");
    // A new one is not made twice from the same options.
    let once = options(&here).await;
    let [one, two] = [(); 2].map(|()| Authenticator::new(here.base_url()));
    let body = |key: &Authenticator| json!({ "name": "Tablet", "passkey": key.made(&once) });
    here.post("/api/me/passkeys", &body(&one)).await.expect(201);
    assert_eq!(problem(&here.post("/api/me/passkeys", &body(&two)).await).1, "wrong_passkey");
    let ticket = ticket(stack(), &user.email).await;
    let stolen = here.post("/api/auth/factor", &json!({ "ticket": ticket, "passkey": key.used(&within) })).await;
    assert_eq!(problem(&stolen).0, "passkey");
}

#[tokio::test]
async fn what_is_wrong_with_an_answer_keeps_it_out() {
    let (_, here, mut key) = owner("manager").await;
    let origin = key.origin.clone();
    for other in ["https://evil.example", "null", &format!("{origin}.evil.example")] {
        key.origin = other.to_owned();
        alone(&key.used(&asked().await)).await.problem(401, "invalid_credentials");
        assert_eq!(problem(&add(&here, &key).await).1, "wrong_passkey");
    }
    key.origin = origin;
    // Another party, and a user who was not there or not verified.
    let mut other_party = asked().await;
    other_party["rpId"] = json!("evil.example");
    alone(&key.used(&other_party)).await.problem(401, "invalid_credentials");
    for flags in [0, PRESENT, VERIFIED] {
        key.flags = flags;
        alone(&key.used(&asked().await)).await.problem(401, "invalid_credentials");
    }
    key.flags = PRESENT | VERIFIED;
    // Another key under the same id.
    let mut signed = Authenticator::new(here.base_url()).used(&asked().await);
    signed["id"] = json!(key.id());
    alone(&signed).await.problem(401, "invalid_credentials");
    // The counter goes up, or it is a copy.
    for (count, status) in [(5, 200), (5, 401), (4, 401), (0, 401), (6, 200)] {
        key.count = count;
        alone(&key.used(&asked().await)).await.expect(status);
    }
    for garbage in [json!({}), json!({ "id": "", "response": {} }), json!("text"), json!(null)] {
        alone(&garbage).await.problem(400, "invalid");
    }
    let parts = json!({ "clientDataJSON": "!", "authenticatorData": "AA", "signature": "AA" });
    alone(&json!({ "id": key.id(), "response": parts })).await.problem(401, "invalid_credentials");
}

#[tokio::test]
async fn a_passkey_of_another_person_is_no_second_factor() {
    let (one, _, _) = owner("technician").await;
    let (_, _, others) = owner("technician").await;
    let ticket = ticket(stack(), &one.email).await;
    let wanted = Client::anonymous(stack()).post("/api/auth/passkey/options", &json!({ "ticket": ticket })).await;
    let body = json!({ "ticket": ticket, "passkey": others.used(&wanted.expect(200).json()) });
    let reply = Client::anonymous(stack()).post("/api/auth/factor", &body).await;
    assert_eq!(problem(&reply), (json!("passkey"), json!("wrong_passkey")));
}

#[tokio::test]
async fn a_passkey_has_a_name_of_its_owners_and_goes_by_their_word() {
    let (user, here, key) = owner("technician").await;
    let (_, stranger, _) = owner("technician").await;
    let path = format!("/api/me/passkeys/{}", key.id());
    stranger.patch(&path, &json!({ "name": "Mine" })).await.problem(404, "not_found");
    stranger.delete(&path).await.problem(404, "not_found");
    assert_eq!(problem(&here.patch(&path, &json!({ "name": " " })).await).0, "name");
    here.patch(&path, &json!({ "name": "Kunci kantor" })).await.expect(204);
    // The same authenticator is not there twice, nor under somebody else.
    add(&here, &key).await.problem(409, "already_exists");
    add(&stranger, &key).await.problem(409, "already_exists");
    let second_key = Authenticator::new(here.base_url());
    let added = add(&here, &second_key).await.expect(201).json();
    assert_eq!(added["recovery_codes"], json!([]));
    let mine = here.get("/api/me/factors").await.expect(200).json();
    assert_eq!(mine["passkeys"][0]["name"], "Kunci kantor");
    here.delete(&path).await.expect(204);
    alone(&key.used(&asked().await)).await.problem(401, "invalid_credentials");
    assert_eq!(here.get("/api/me/factors").await.json()["recovery_codes_left"], 10);
    here.delete(&format!("/api/me/passkeys/{}", second_key.id())).await.expect(204);
    assert_eq!(here.get("/api/me/factors").await.json()["recovery_codes_left"], 0);
    here.log_in(&user.email, PASSWORD).await.expect(200);
}

#[tokio::test]
async fn nobody_has_more_than_twenty_and_a_disabled_account_has_none_that_works() {
    let (user, here, key) = owner("technician").await;
    for _ in 1..20 {
        add(&here, &Authenticator::new(here.base_url())).await.expect(201);
    }
    here.post("/api/me/passkeys/options", &json!({})).await.problem(409, "too_many");
    let disable = "UPDATE users SET status = 'disabled' WHERE id = $1::text::uuid";
    stack().sql(|client| Ok(client.execute(disable, &[&user.id])?)).expect("PostgreSQL answers");
    alone(&key.used(&asked().await)).await.problem(401, "invalid_credentials");
}

#[tokio::test]
async fn a_recovery_code_stands_in_for_a_passkey() {
    let user = new_user(stack(), "requester");
    let here = Client::sign_in(stack(), &user.email).await;
    let added = add(&here, &key(&here)).await.expect(201).json();
    let code = added["recovery_codes"][9].as_str().expect("a code");
    second(stack(), &ticket(stack(), &user.email).await, code).await.expect(200);
}
