//! Providers of mail and push that refuse, stall, die, and take what they have no answer for; and the runtime killed between them. Of
//! each event one notice, one mail and one message to the device: none is lost, and what came twice is the same, since its answer was lost.

use std::collections::BTreeMap;
use std::time::Duration;

use testbed::stack::Tls;
use testbed::{PushService, Stack, mail, push};

use crate::support::{Client, eventually, new_user};

/// What was said.
const COMMENTS: usize = 28;

/// So long each provider stays as it is.
const EACH: Duration = Duration::from_millis(700);

/// A message fails in one mood, perhaps in two: its third try comes within three minutes and a half.
const ALL_THERE: Duration = Duration::from_secs(300);

const MAIL: [mail::Mood; 7] = [
    mail::Mood::Fair,
    mail::Mood::LosesAnswer,
    mail::Mood::Busy,
    mail::Mood::HangsUp,
    mail::Mood::Dead,
    mail::Mood::Full,
    mail::Mood::WrongPassword,
];
const PUSH: [push::Mood; 7] = [
    push::Mood::Dead,
    push::Mood::Fair,
    push::Mood::LosesAnswer,
    push::Mood::Down,
    push::Mood::Stalled,
    push::Mood::Fair,
    push::Mood::Busy,
];

/// How often each came, by its id; the same id must be the same words.
fn counted(arrived: impl Iterator<Item = (String, String)>) -> BTreeMap<String, usize> {
    let mut all: BTreeMap<String, (String, usize)> = BTreeMap::new();
    for (id, words) in arrived {
        let known = all.entry(id).or_insert_with(|| (words.clone(), 0));
        assert_eq!(known.0, words, "what comes again is the same");
        known.1 += 1;
    }
    all.into_iter().map(|(id, (_, count))| (id, count)).collect()
}

#[tokio::test]
async fn whatever_providers_do_each_is_told_and_twice_only_where_an_answer_was_lost() {
    let stack = Stack::builder().mail(Tls::Off).start().expect("a system");
    let (server, service) =
        (stack.mail.as_ref().expect("a mail server"), PushService::start().expect("a push service"));
    let somebody = new_user(&stack, "requester");
    let requester = Client::sign_in(&stack, &somebody.email).await;
    let mut manager = Client::sign_in(&stack, &new_user(&stack, "manager").email).await;
    let key = requester.get("/api/me/push").await.expect(200).json()["key"].as_str().expect("a key").to_owned();
    let device = service.subscribe(&key).expect("a subscription");
    requester.call(hyper::Method::PUT, "/api/me/push").json(&device).send().await.expect(200);
    let id = requester.report("The lift stands").await["id"].as_str().expect("an id").to_owned();

    let mut kills = 0;
    for number in 0..COMMENTS {
        server.set_mood(MAIL[number % MAIL.len()]);
        service.set_mood(PUSH[(number / 2) % PUSH.len()]);
        manager.comment(&id, &format!("Number {number}"), "public").await.expect(201);
        tokio::time::sleep(EACH).await;
        if number % 10 == 9 {
            stack.runtime.kill9().expect("killed");
            stack.runtime.start().expect("started");
            manager = manager.reconnected();
            kills += 1;
        }
    }
    server.set_mood(mail::Mood::Fair);
    service.set_mood(push::Mood::Fair);

    let mails = || {
        let mails = server.mails_to(&somebody.email).into_iter();
        counted(mails.map(|mail| (mail.header("X-CepatEdge-Id").unwrap_or_default().to_owned(), mail.text)))
    };
    let pushed = || {
        let messages = service.arrived(&device).into_iter();
        counted(messages.map(|message| {
            (message.payload["id"].as_str().unwrap_or_default().to_owned(), message.payload.to_string())
        }))
    };
    eventually(ALL_THERE, async || {
        let there = (mails().len(), pushed().len());
        if there == (COMMENTS, COMMENTS) { Ok(()) } else { Err(there) }
    })
    .await;
    tokio::time::sleep(Duration::from_secs(3)).await;
    let inbox = requester.reconnected().get("/api/me/inbox?limit=200&total=true").await.expect(200).json();
    assert_eq!(inbox["total"], COMMENTS);
    let doubled = |all: BTreeMap<String, usize>| all.values().map(|count| count - 1).sum::<usize>();
    let (mails, pushed) = (doubled(mails()), doubled(pushed()));
    println!(
        "{COMMENTS} notices: {mails} mails and {pushed} messages came twice; the runtime was killed {kills} times"
    );
    // A provider that loses answers does so for what is sent meanwhile: what is new, and what is tried again just then.
    assert!(mails <= COMMENTS / 2 && pushed <= COMMENTS / 2, "{mails} mails and {pushed} messages came twice");
    assert_eq!(service.problems(), Vec::<String>::new());

    // And the list says so.
    let admin = Client::sign_in(&stack, &new_user(&stack, "admin").email).await;
    eventually(Duration::from_secs(100), async || {
        let mut states: BTreeMap<String, usize> = BTreeMap::new();
        let page = admin.get("/api/system/mail/deliveries?limit=200").await.expect(200).json();
        for item in page["items"].as_array().expect("items") {
            if item["user"]["id"] == somebody.id.as_str() {
                *states.entry(format!("{} {}", item["channel"], item["state"])).or_default() += 1;
            }
        }
        let all = [("\"mail\" \"sent\"", COMMENTS), ("\"push\" \"sent\"", COMMENTS)]
            .map(|(state, count)| (state.to_owned(), count));
        if states == BTreeMap::from(all) { Ok(()) } else { Err(states) }
    })
    .await;
}
