//! Devices are told: once, encrypted for them alone, as long as their session holds; and whatever a push service does, nothing is lost.

use std::time::Duration;

use hyper::Method;
use serde_json::{Value, json};
use testbed::push::{Arrived, Mood};
use testbed::{PushService, Stack};

use crate::stack;
use crate::support::{Client, Reply, eventually, new_user};

/// The bound is for a busy machine, and for a retry: the first comes after half a minute at most.
const TOLD: Duration = Duration::from_secs(50);

async fn key(client: &Client) -> String {
    client.get("/api/me/push").await.expect(200).json()["key"].as_str().expect("a key").to_owned()
}

async fn put(client: &Client, subscription: &Value) -> Reply {
    client.call(Method::PUT, "/api/me/push").json(subscription).send().await
}

/// A device of this person at this service.
async fn subscribed(client: &Client, service: &PushService) -> Value {
    let subscription = service.subscribe(&key(client).await).expect("a subscription");
    put(client, &subscription).await.expect(200);
    subscription
}

/// Waits for so many messages, and a moment for one too many.
async fn arrived(service: &PushService, subscription: &Value, count: usize) -> Vec<Arrived> {
    eventually(TOLD, async || {
        let (messages, problems) = (service.arrived(subscription), service.problems());
        if messages.len() >= count { Ok(()) } else { Err(format!("{messages:?} {problems:?}")) }
    })
    .await;
    tokio::time::sleep(Duration::from_millis(500)).await;
    let messages = service.arrived(subscription);
    assert_eq!((messages.len(), service.problems()), (count, Vec::<String>::new()), "{messages:?}");
    messages
}

async fn pair(stack: &Stack) -> (Client, Client) {
    let requester = Client::sign_in(stack, &new_user(stack, "requester").email).await;
    (requester, Client::sign_in(stack, &new_user(stack, "manager").email).await)
}

async fn reported(requester: &Client, title: &str) -> String {
    requester.report(title).await["id"].as_str().expect("an id").to_owned()
}

#[tokio::test]
async fn a_device_is_told_what_concerns_its_owner_and_nothing_internal() {
    let service = PushService::start().expect("a push service");
    let (requester, manager) = pair(stack()).await;
    let device = subscribed(&requester, &service).await;
    let id = reported(&requester, "The lamp flickers").await;
    manager.comment(&id, "They never pay", "internal").await.expect(201);
    manager.comment(&id, &"We come at nine. ".repeat(30), "public").await.expect(201);
    let first = arrived(&service, &device, 1).await.remove(0);
    let text = |name: &str| first.payload[name].as_str().unwrap_or_default().to_owned();
    assert!(text("title").starts_with("MR-") && text("title").ends_with(" The lamp flickers"), "{first:?}");
    assert!(
        text("body").contains("wrote a comment")
            && text("body").contains("We come at nine.")
            && text("body").ends_with('…')
    );
    assert!(!first.payload.to_string().contains("never pay") && first.payload.to_string().len() < 1_000);
    assert_eq!((text("path"), text("request")), (format!("/requests/{id}#event-3"), id.clone()));
    assert_eq!((first.ttl, first.urgency.as_str()), (86_400, "normal"));
    assert!(first.subject.starts_with("mailto:"), "{}", first.subject);

    manager.act(&id, "approve", &json!({})).await.expect(200);
    let both = arrived(&service, &device, 2).await;
    assert_ne!(both[0].payload["id"], both[1].payload["id"]);
    assert_eq!(both[0].topic, both[1].topic, "a newer one takes the place of one that the device has not had");
    assert!(!both[0].topic.is_empty() && !both[0].topic.contains(&id));
}

#[tokio::test]
async fn a_subscription_is_of_the_open_web_and_one_device_however_often_it_is_told() {
    let service = PushService::start().expect("a push service");
    let (requester, _) = pair(stack()).await;
    let good = service.subscribe(&key(&requester).await).expect("a subscription");
    let with = |name: &str, value: Value| {
        let mut body = good.clone();
        body[name] = value;
        body
    };
    for endpoint in [
        "http://10.0.0.5/x",
        "https://169.254.169.254/latest",
        "https://printer.local/x",
        "https://push.example:8443/x",
        "file:///etc/passwd",
        "",
    ] {
        let problem = put(&requester, &with("endpoint", json!(endpoint))).await;
        problem.problem(400, "invalid");
    }
    let nowhere = json!({ "p256dh": format!("BA{}", "A".repeat(85)), "auth": good["keys"]["auth"] });
    for keys in [json!({ "p256dh": "AAAA", "auth": "AAAA" }), nowhere, json!({ "p256dh": 1, "auth": 2 })] {
        put(&requester, &with("keys", keys)).await.problem(400, "invalid");
    }
    assert_eq!(requester.get("/api/me/push").await.expect(200).json()["devices"], json!([]));
    for _ in 0..2 {
        let setup = put(&requester, &good).await.expect(200).json();
        let devices = setup["devices"].as_array().expect("devices");
        assert_eq!((devices.len(), &devices[0]["current"]), (1, &json!(true)));
        assert!(!setup.to_string().contains("127.0.0.1"), "the address of the push service is nobody's to read");
    }
    for number in 0..11 {
        let more = service.subscribe(&key(&requester).await).expect("a subscription");
        let count = put(&requester, &more).await.expect(200).json()["devices"].as_array().map(Vec::len);
        assert_eq!(count, Some(usize::min(10, number + 2)));
    }
}

#[tokio::test]
async fn a_device_that_is_signed_out_removed_or_gone_is_told_nothing() {
    let service = PushService::start().expect("a push service");
    let user = new_user(stack(), "requester");
    let (phone, desk) = (Client::sign_in(stack(), &user.email).await, Client::sign_in(stack(), &user.email).await);
    let manager = Client::sign_in(stack(), &new_user(stack(), "manager").email).await;
    let (on_phone, on_desk) = (subscribed(&phone, &service).await, subscribed(&desk, &service).await);
    let id = reported(&desk, "The door squeaks").await;
    manager.comment(&id, "First", "public").await.expect(201);
    arrived(&service, &on_phone, 1).await;
    arrived(&service, &on_desk, 1).await;

    phone.post("/api/auth/logout", &json!({})).await.expect(204);
    let devices = desk.get("/api/me/push").await.expect(200).json()["devices"].clone();
    assert_eq!(devices.as_array().map(Vec::len), Some(1), "{devices}");
    manager.comment(&id, "Second", "public").await.expect(201);
    arrived(&service, &on_desk, 2).await;
    assert_eq!(service.arrived(&on_phone).len(), 1);

    // The service says that nobody is subscribed any more.
    service.set_mood(Mood::Gone);
    manager.comment(&id, "Third", "public").await.expect(201);
    eventually(TOLD, async || {
        let devices = desk.get("/api/me/push").await.expect(200).json()["devices"].clone();
        if devices == json!([]) { Ok(()) } else { Err(devices) }
    })
    .await;
    service.set_mood(Mood::Fair);

    let again = subscribed(&desk, &service).await;
    let device =
        desk.get("/api/me/push").await.expect(200).json()["devices"][0]["id"].as_str().expect("an id").to_owned();
    // Somebody else's device is nothing to me.
    manager.delete(&format!("/api/me/push/{device}")).await.expect(204);
    for _ in 0..2 {
        desk.delete(&format!("/api/me/push/{device}")).await.expect(204);
    }
    let calls = service.calls();
    manager.comment(&id, "Fourth", "public").await.expect(201);
    tokio::time::sleep(Duration::from_secs(2)).await;
    assert_eq!((service.calls(), service.arrived(&again).len()), (calls, 0));
}

#[tokio::test]
async fn what_a_push_service_does_not_take_is_told_later_and_the_same_again() {
    let service = PushService::start().expect("a push service");
    let (requester, manager) = pair(stack()).await;
    let device = subscribed(&requester, &service).await;
    let id = reported(&requester, "The heating is cold").await;
    for mood in [Mood::Down, Mood::Dead, Mood::Busy] {
        let calls = service.calls();
        service.set_mood(mood);
        manager.comment(&id, &format!("While it is {mood:?}"), "public").await.expect(201);
        eventually(TOLD, async || if mood == Mood::Dead || service.calls() > calls { Ok(()) } else { Err(calls) })
            .await;
    }
    tokio::time::sleep(Duration::from_secs(1)).await;
    service.set_mood(Mood::Fair);
    let all = arrived(&service, &device, 3).await;
    let mut words: Vec<_> = all.iter().map(|message| message.payload["body"].to_string()).collect();
    words.sort();
    words.dedup();
    assert_eq!(words.len(), 3, "{words:?}");

    // It has the message, and its answer is lost: it comes again under the same id, which the browser shows once.
    service.set_mood(Mood::LosesAnswer);
    manager.comment(&id, "Taken", "public").await.expect(201);
    eventually(TOLD, async || if service.arrived(&device).len() > 3 { Ok(()) } else { Err(()) }).await;
    service.set_mood(Mood::Fair);
    eventually(TOLD, async || if service.arrived(&device).len() > 4 { Ok(()) } else { Err(()) }).await;
    let all = service.arrived(&device);
    assert_eq!(all[3].payload, all[4].payload);
}

#[tokio::test]
async fn a_push_service_that_leads_elsewhere_is_not_followed_and_one_that_refuses_is_not_asked_again() {
    let service = PushService::start().expect("a push service");
    let (requester, manager) = pair(stack()).await;
    subscribed(&requester, &service).await;
    let id = reported(&requester, "The roof leaks").await;
    let admin = Client::sign_in(stack(), &new_user(stack(), "admin").email).await;
    for mood in [Mood::Redirects, Mood::Refuses] {
        service.set_mood(mood);
        let calls = service.calls();
        manager.comment(&id, &format!("{mood:?}"), "public").await.expect(201);
        eventually(TOLD, async || if service.calls() > calls { Ok(()) } else { Err(calls) }).await;
    }
    // Each of the two is in the list of what has not arrived.
    eventually(TOLD, async || {
        let page =
            admin.get("/api/system/mail/deliveries?state=refused&channel=push&limit=200").await.expect(200).json();
        let items = page["items"].as_array().expect("items").clone();
        let ours = items.iter().filter(|item| item["request"] == id.as_str()).count();
        if ours == 2 { Ok(()) } else { Err(page) }
    })
    .await;
    assert_eq!(service.calls(), 2);
}

#[tokio::test]
async fn who_reads_it_in_the_app_first_is_not_told_again() {
    let service = PushService::start().expect("a push service");
    let (requester, manager) = pair(stack()).await;
    let device = subscribed(&requester, &service).await;
    let id = reported(&requester, "The bell rings").await;
    let mut live = requester.watch("/api/me/inbox/live").await;
    manager.comment(&id, "Seen", "public").await.expect(201);
    let told = live.next_of("notice", TOLD).await;
    requester.post("/api/me/inbox/read", &json!({ "ids": [told["notice"]["id"]] })).await.expect(200);
    live.hang_up().await;
    manager.comment(&id, "Not seen", "public").await.expect(201);
    let message = arrived(&service, &device, 1).await.remove(0);
    assert!(message.payload["body"].as_str().is_some_and(|body| body.ends_with("Not seen")), "{message:?}");
}

#[tokio::test]
async fn without_a_key_devices_are_not_told_and_the_app_says_so() {
    let service = PushService::start().expect("a push service");
    let stack = Stack::builder().env("VAPID_PRIVATE_KEY", "").start().expect("a system");
    let user = Client::sign_in(&stack, &new_user(&stack, "requester").email).await;
    assert_eq!(user.get("/api/me/push").await.expect(200).json(), json!({ "key": null, "devices": [] }));
    let subscription = service.subscribe("none").expect("a subscription");
    put(&user, &subscription).await.problem(409, "push_off");
}
