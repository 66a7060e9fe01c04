//! What became of what was sent: seen by administrators, tried again by their word, and an address that has bounced is left alone.

use std::time::Duration;

use serde_json::{Value, json};
use testbed::Stack;
use testbed::mail::{MailServer, Mood};
use testbed::stack::Tls;

use crate::support::{Client, Reply, User, eventually, new_user};

/// The bound is for a busy machine.
const TOLD: Duration = Duration::from_secs(30);

const SECRET: &str = "hook-0123456789abcdef0123456789";

struct Place {
    stack: Stack,
    somebody: User,
    requester: Client,
    manager: Client,
    admin: Client,
    id: String,
}

impl Place {
    /// A system of its own: its mail server is in a mood.
    async fn new() -> Place {
        let stack = Stack::builder().mail(Tls::Off).env("MAIL_EVENTS_SECRET", SECRET).start().expect("a system");
        let somebody = new_user(&stack, "requester");
        let requester = Client::sign_in(&stack, &somebody.email).await;
        let manager = Client::sign_in(&stack, &new_user(&stack, "manager").email).await;
        let admin = Client::sign_in(&stack, &new_user(&stack, "admin").email).await;
        let id = requester.report("The tap drips").await["id"].as_str().expect("an id").to_owned();
        Place { stack, somebody, requester, manager, admin, id }
    }

    fn server(&self) -> &MailServer {
        self.stack.mail.as_ref().expect("a mail server")
    }

    async fn say(&self, words: &str) {
        self.manager.comment(&self.id, words, "public").await.expect(201);
    }

    /// The deliveries to the requester, newest first.
    async fn deliveries(&self, query: &str) -> Vec<Value> {
        let page = self.admin.get(&format!("/api/system/mail/deliveries?limit=200{query}")).await.expect(200).json();
        let items = page["items"].as_array().expect("items").iter();
        items.filter(|item| item["user"]["id"] == self.somebody.id.as_str()).cloned().collect()
    }

    /// Waits until the states of the deliveries to the requester are these, newest first.
    async fn become_of(&self, states: &[&str]) -> Vec<Value> {
        eventually(TOLD, async || {
            let found = self.deliveries("").await;
            let is_so = found.iter().map(|item| item["state"].as_str().unwrap_or_default()).eq(states.iter().copied());
            if is_so { Ok(()) } else { Err(found) }
        })
        .await;
        self.deliveries("").await
    }

    async fn order(&self, delivery: &Value, what: &str) -> Reply {
        let id = delivery["id"].as_str().expect("an id");
        self.admin.post(&format!("/api/system/mail/deliveries/{id}/{what}"), &json!({})).await
    }

    async fn paused(&self) -> Value {
        self.requester.get("/api/me/mail").await.expect(200).json()["paused"].clone()
    }

    async fn hook(&self, secret: &str, body: &Value) -> Reply {
        let call = Client::anonymous(&self.stack);
        let call =
            call.call(hyper::Method::POST, "/api/mail/events").header("authorization", &format!("Bearer {secret}"));
        call.header("origin", "https://provider.example").json(body).send().await
    }
}

#[tokio::test]
async fn an_address_that_has_bounced_is_left_alone_until_somebody_tries_it_again() {
    let place = Place::new().await;
    place.server().set_mood(Mood::NobodyHere);
    place.say("First").await;
    let refused = place.become_of(&["refused"]).await.remove(0);
    assert_eq!(
        (&refused["channel"], &refused["kind"], &refused["tries"]),
        (&json!("mail"), &json!("commented"), &json!(1))
    );
    assert_eq!((&refused["request"], &refused["user"]["name"]), (&json!(place.id), &json!(place.somebody.name)));
    assert!(refused["last"]["words"].as_str().is_some_and(|words| words.contains("5.1.1")), "{refused}");
    assert_eq!(place.paused().await["why"], "bounced");
    assert_eq!(place.paused().await["words"], "", "the provider's words are for administrators");
    let undelivered = place.manager.get(&format!("/api/requests/{}/undelivered", place.id)).await.expect(200).json();
    assert_eq!(undelivered["items"][0]["user"]["name"], json!(place.somebody.name));
    assert!(!undelivered.to_string().contains("5.1.1") && !undelivered.to_string().contains('@'), "{undelivered}");
    let list = place.admin.get("/api/system/mail/paused").await.expect(200).json();
    assert!(
        list["items"]
            .as_array()
            .is_some_and(|items| items.iter().any(|item| item["user"]["id"] == place.somebody.id.as_str())),
        "{list}"
    );

    // Nothing more is sent there: nor what is about the account itself.
    place.server().set_mood(Mood::Fair);
    place.say("Second").await;
    place.become_of(&["refused", "refused"]).await;
    let forgot = json!({ "email": place.somebody.email });
    place.requester.post("/api/auth/forgot", &forgot).await.expect(204);
    tokio::time::sleep(Duration::from_secs(2)).await;
    assert_eq!(place.server().mails_to(&place.somebody.email).len(), 0);

    for _ in 0..2 {
        place.requester.post("/api/me/mail/resume", &json!({})).await.expect(204);
    }
    assert_eq!(place.paused().await, Value::Null);
    let stuck = place.deliveries("&state=refused&channel=mail").await;
    place.order(&stuck[1], "resend").await.expect(204);
    place.order(&stuck[0], "give-up").await.expect(204);
    place.become_of(&["dropped", "sent"]).await;
    let mails = place.server().mails_to(&place.somebody.email);
    assert_eq!(mails.len(), 1);
    assert!(mails[0].text.contains("First"), "{}", mails[0]);
    for what in ["resend", "give-up"] {
        place.order(&stuck[1], what).await.problem(409, "not_stuck");
    }
    let undelivered = place.manager.get(&format!("/api/requests/{}/undelivered", place.id)).await.expect(200).json();
    assert_eq!(undelivered["items"], json!([]));

    // Who did that is known; and of the system's deed, to whom.
    place.stack.runtime.run_scheduled().expect("the cron handler runs");
    eventually(TOLD, async || {
        let page = place.admin.get("/api/system/logs/audit?limit=200").await.expect(200).json();
        let items = page["items"].as_array().expect("items").clone();
        let done = |action: &str| items.iter().filter(|item| item["fields"]["action"] == action).count();
        let paused = items.iter().find(|item| item["fields"]["action"] == "mail_paused");
        let of = paused.map(|entry| entry["fields"]["object"]["id"].clone());
        let told = (done("delivery_resent"), done("delivery_given_up"), done("mail_resumed"), of);
        // Each order is told before it is carried out, also one that is refused then.
        if told == (2, 2, 1, Some(json!(place.somebody.id))) { Ok(()) } else { Err(told) }
    })
    .await;
}

#[tokio::test]
async fn the_list_is_in_pages_and_what_waits_is_in_it() {
    let place = Place::new().await;
    place.server().set_mood(Mood::Full);
    for number in 1..=3 {
        place.say(&format!("Number {number}")).await;
    }
    let waiting = place.become_of(&["waiting", "waiting", "waiting"]).await;
    eventually(TOLD, async || {
        let found = place.deliveries("").await;
        if found.iter().all(|item| item["last"]["outcome"] == "later") { Ok(()) } else { Err(found) }
    })
    .await;
    place.order(&waiting[0], "resend").await.problem(409, "not_stuck");
    let (mut seen, mut cursor) = (Vec::new(), String::new());
    loop {
        let page = place.admin.get(&format!("/api/system/mail/deliveries?limit=1{cursor}")).await.expect(200).json();
        seen.extend(page["items"].as_array().expect("items").iter().map(|item| item["id"].clone()));
        let Some(next) = page["next_cursor"].as_str() else { break };
        cursor = format!("&cursor={next}");
    }
    let whole = place.admin.get("/api/system/mail/deliveries?limit=200").await.expect(200).json();
    let whole: Vec<Value> = whole["items"].as_array().expect("items").iter().map(|item| item["id"].clone()).collect();
    assert_eq!(seen, whole);
    place.admin.get("/api/system/mail/deliveries?state=lost").await.problem(400, "invalid");
    place.admin.get("/api/system/mail/deliveries?channel=pigeon").await.problem(400, "invalid");
}

#[tokio::test]
async fn what_a_provider_tells_afterwards_pauses_an_address_once_and_not_for_what_was_before() {
    let place = Place::new().await;
    let bounce = |at: &str| json!({ "RecordType": "Bounce", "Type": "HardBounce", "Email": place.somebody.email.to_uppercase(), "BouncedAt": at, "Description": "gone" });
    let long_ago = bounce("2026-01-01T00:00:00Z");
    for secret in ["", "hook", "hook-0123456789abcdef012345678"] {
        place.hook(secret, &long_ago).await.problem(401, "unauthenticated");
    }
    assert_eq!(place.paused().await, Value::Null);
    place.hook(SECRET, &json!({ "RecordType": "Open", "Email": place.somebody.email })).await.expect(204);
    place.hook(SECRET, &json!([1, null, { "event": "hard_bounce" }])).await.expect(204);
    assert_eq!(place.paused().await, Value::Null);
    for _ in 0..2 {
        place.hook(SECRET, &long_ago).await.expect(204);
    }
    assert_eq!(place.paused().await["at"], "2026-01-01T00:00:00.000Z");

    place.admin.post(&format!("/api/system/mail/paused/{}/resume", place.somebody.id), &json!({})).await.expect(204);
    place.hook(SECRET, &long_ago).await.expect(204);
    assert_eq!(place.paused().await, Value::Null, "it was tried again since");
    // The provider's clock is ahead: that is now.
    place.hook(SECRET, &bounce("2099-01-01T00:00:00Z")).await.expect(204);
    assert!(place.paused().await["at"].as_str().is_some_and(|at| at < "2099"));

    // Another address is another mailbox.
    place
        .stack
        .sql(|client| {
            Ok(client.execute("UPDATE users SET email = 'new-' || email WHERE id::text = $1", &[&place.somebody.id])?)
        })
        .expect("changed");
    assert_eq!(place.paused().await, Value::Null);
    // And the old one is nobody's.
    place.hook(SECRET, &bounce("2099-01-01T00:00:00Z")).await.expect(204);
    assert_eq!(place.paused().await, Value::Null);
    let log = place.stack.worker_log().expect("a log");
    assert!(!log.contains(&place.somebody.email) && !log.contains(SECRET), "neither an address nor a secret is logged");
}

#[tokio::test]
async fn who_may_be_named_is_whoever_takes_part() {
    let place = Place::new().await;
    let technician = Client::sign_in(&place.stack, &new_user(&place.stack, "technician").email).await;
    let path = format!("/api/requests/{}/mentionable", place.id);
    let names = async |client: &Client| {
        let people = client.get(&path).await.expect(200).json();
        people["items"]
            .as_array()
            .expect("people")
            .iter()
            .map(|one| one["name"].as_str().unwrap_or_default().to_owned())
            .collect::<Vec<_>>()
    };
    assert_eq!(names(&place.requester).await, Vec::<String>::new());
    place.admin.comment(&place.id, "Between us", "internal").await.expect(201);
    assert_eq!(names(&place.requester).await, Vec::<String>::new(), "who has spoken where they do not see it");
    place.say("We are on it").await;
    assert_eq!(names(&place.requester).await, [place.manager.name()]);
    let of_staff = names(&technician).await;
    assert!(of_staff.contains(&place.admin.name().to_owned()) && of_staff.contains(&place.manager.name().to_owned()));
    assert!(
        !of_staff.contains(&technician.name().to_owned()) && !of_staff.contains(&place.somebody.name),
        "{of_staff:?}"
    );
    let stranger = Client::sign_in(&place.stack, &new_user(&place.stack, "requester").email).await;
    stranger.get(&path).await.problem(404, "not_found");

    // A name that a requester knows is no bell to ring: the technician has no part in it, the manager has.
    let words = format!("@{} and @{}", technician.name(), place.manager.name());
    place.requester.comment(&place.id, &words, "public").await.expect(201);
    eventually(TOLD, async || {
        let told = place.manager.get("/api/me/inbox?limit=1").await.expect(200).json();
        if told["items"][0]["reason"] == "mentioned" { Ok(()) } else { Err(told) }
    })
    .await;
    assert_eq!(technician.get("/api/me/inbox").await.expect(200).json()["items"], json!([]));
}
