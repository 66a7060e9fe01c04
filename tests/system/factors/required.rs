//! A second factor as a duty: whoever has none can do nothing but get one.

use std::time::Duration;

use hyper::Method;
use serde_json::{Value, json};
use testbed::Stack;
use tokio::time::{Instant, sleep};

use super::{Enrolled, enter, ticket};
use crate::support::authenticator::Authenticator;
use crate::support::{Client, demo, eventually, new_user};

fn started() -> Stack {
    Stack::builder().start().unwrap_or_else(|error| panic!("no system to test: {error:?}"))
}

async fn require(admin: &Client, value: &str) {
    let path = "/api/system/settings/second_factor";
    admin.call(Method::PUT, path).json(&json!({ "value": value })).send().await.expect(200);
}

/// In force everywhere within ten seconds.
async fn in_force(client: &Client) {
    let refused = || async {
        let reply = client.get("/api/requests").await;
        if reply.status == 403 { Ok(()) } else { Err(reply.to_string()) }
    };
    eventually(Duration::from_secs(10), refused).await;
}

#[tokio::test]
async fn what_is_refused_for_want_of_one_is_not_told_as_done() {
    let stack = started();
    let admin = Client::sign_in(&stack, &demo("admin")).await;
    let (user, boss) = (new_user(&stack, "manager"), new_user(&stack, "admin"));
    let (here, desk) = (Client::sign_in(&stack, &user.email).await, Client::sign_in(&stack, &boss.email).await);
    require(&admin, "managers").await;
    in_force(&here).await;
    for path in ["/api/requests.csv", "/api/me/data"] {
        here.get(path).await.problem(403, "second_factor_required");
    }
    let boss = Enrolled::with(&stack, boss, desk).await;
    let audit = boss.here.get(&format!("/api/system/logs/audit?limit=50&actor={}", user.id)).await.expect(200).json();
    let deeds = audit["items"].as_array().expect("a list").iter().map(|entry| &entry["fields"]["action"]);
    let told: Vec<_> = deeds.filter(|action| action.as_str().is_some_and(|word| word.ends_with("_exported"))).collect();
    assert!(told.is_empty(), "{told:?}");
}

#[tokio::test]
async fn whoever_must_have_one_and_has_none_can_do_nothing_but_get_one() {
    let stack = started();
    let admin = Client::sign_in(&stack, &demo("admin")).await;
    let manager = new_user(&stack, "manager");
    let (here, tech) = (Client::sign_in(&stack, &manager.email).await, Client::sign_in(&stack, &demo("tech")).await);
    require(&admin, "managers").await;
    in_force(&here).await;
    for path in
        ["/api/requests", "/api/users", "/api/me/preferences", "/api/me/inbox", "/api/requests.csv", "/api/me/data"]
    {
        here.get(path).await.problem(403, "second_factor_required");
    }
    let report = json!({ "title": "x", "category": "other", "priority": "low" });
    here.post("/api/requests", &report).await.problem(403, "second_factor_required");
    assert!(here.try_watch("/api/requests/live", Some(here.base_url())).await.is_err());
    let me = here.get("/api/me").await.expect(200).json();
    assert_eq!(me["session"]["lacks_second_factor"], json!(true));
    assert_eq!(here.get("/api/me/factors").await.expect(200).json()["is_required"], json!(true));
    // A password again is no second factor.
    here.post("/api/me/reauthenticate", &json!({ "password": "cepatedge-demo" })).await.expect(200);
    here.get("/api/requests").await.problem(403, "second_factor_required");
    // Whoever need not have one does not notice; whoever set it is no exception.
    assert_eq!(tech.get("/api/me").await.expect(200).json()["session"].get("lacks_second_factor"), None);
    tech.get("/api/requests").await.expect(200);
    admin.get("/api/system/settings").await.problem(403, "second_factor_required");

    let who = Enrolled::with(&stack, manager, here).await;
    who.here.get("/api/requests").await.expect(200);
    // The last one stays; with another it may go.
    who.here.delete("/api/me/totp").await.problem(409, "factor_needed");
    let options = who.here.post("/api/me/passkeys/options", &json!({})).await.expect(200).json();
    let made = Authenticator::new(who.here.base_url()).made(&options);
    who.here.post("/api/me/passkeys", &json!({ "name": "Phone", "passkey": made })).await.expect(201);
    who.here.delete("/api/me/totp").await.expect(204);
    // Signed out and in again: by what is there.
    let first = Client::anonymous(&stack).log_in(&who.user.email, "cepatedge-demo").await.expect(202).json();
    assert_eq!(first["second_factor"]["methods"], json!(["passkey", "recovery"]));
}

#[tokio::test]
async fn whoever_has_one_and_signed_in_without_it_proves_it() {
    let stack = started();
    let admin = Enrolled::new(&stack, "admin").await;
    let user = new_user(&stack, "technician");
    let (here, before) = (Client::sign_in(&stack, &user.email).await, Client::sign_in(&stack, &user.email).await);
    let key = Authenticator::new(here.base_url());
    let options = here.post("/api/me/passkeys/options", &json!({})).await.expect(200).json();
    here.post("/api/me/passkeys", &json!({ "name": "Phone", "passkey": key.made(&options) })).await.expect(201);
    require(&admin.here, "everybody").await;
    in_force(&before).await;
    here.get("/api/requests").await.expect(200);
    let options = before.post("/api/me/reauthenticate/options", &json!({})).await.expect(200).json();
    let proved = before.post("/api/me/reauthenticate", &json!({ "passkey": key.used(&options) })).await.expect(200);
    assert_eq!(proved.json()["session"].get("lacks_second_factor"), None::<&Value>);
    before.get("/api/requests").await.expect(200);
    // Both steps of a sign-in are enough.
    enter(&stack, &admin.user.email, &admin.code(0)).await.get("/api/system/settings").await.expect(200);
    assert!(ticket(&stack, &user.email).await.is_string());
}

/// DESIGN: a socket is closed within this once whoever looks through it may not any more.
const SOCKETS: Duration = Duration::from_secs(60);

#[tokio::test]
async fn whoever_must_have_one_from_now_on_looks_on_no_longer_than_a_minute() {
    let stack = started();
    let admin = Enrolled::new(&stack, "admin").await;
    let [without, enrolled] = [new_user(&stack, "manager"), new_user(&stack, "manager")];
    let without = Client::sign_in(&stack, &without.email).await;
    let here = Client::sign_in(&stack, &enrolled.email).await;
    let enrolled = Enrolled::with(&stack, enrolled, here).await;
    let technician = Client::sign_in(&stack, &new_user(&stack, "technician").email).await;
    let body = json!({ "name": "Screen in the hall", "scopes": ["read"] });
    let made = without.post("/api/keys", &body).await.expect(201).json();
    let program = without.with_key(made["secret"].as_str().expect("a secret"));
    let id = technician.report("The gate squeaks").await["id"].as_str().expect("an id").to_owned();
    let path = format!("/api/requests/{id}/live");
    let mut closed = [
        without.watch(&path).await,
        without.watch("/api/requests/live").await,
        without.watch("/api/me/inbox/live").await,
    ];
    // Who has one, who need not, and a program, which cannot have one.
    let mut open = [enrolled.here.watch(&path).await, technician.watch(&path).await, program.watch(&path).await];

    let set = Instant::now();
    require(&admin.here, "managers").await;
    in_force(&without).await;
    for live in &mut closed {
        assert_eq!(live.closed(SOCKETS).await, 1008);
    }
    assert!(set.elapsed() <= SOCKETS, "the sockets outlived it by {:?}", set.elapsed());
    assert!(without.try_watch(&path, Some(without.base_url())).await.is_err());
    without.get("/api/requests").await.problem(403, "second_factor_required");
    // Each of the others has been looked at by then, and hears on.
    sleep(Duration::from_secs(35).saturating_sub(set.elapsed())).await;
    technician.comment(&id, "Still here?", "public").await.expect(201);
    for live in &mut open {
        let told = live.next_of("event", Duration::from_secs(10)).await;
        assert_eq!(told["event"]["kind"], "commented", "{told}");
    }
}
