//! How fast it is over: from an admin's click to the last call that is accepted of three devices and a program, and to the last message
//! of two live connections.
//!
//! `cargo test -p cepatedge --features openapi --test system -- revocation --nocapture` prints the figures of docs/reliability.md.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use futures::future::join_all;
use serde_json::json;
use tokio::time::sleep;

use super::{program, somebody};
use crate::stack;
use crate::support::{Client, Live};

/// DESIGN: the socket of an ended session is closed within this.
const SOCKETS: Duration = Duration::from_secs(60);

/// How often somebody comments, so that there is something to say on the live connections.
const TALK: Duration = Duration::from_millis(250);

/// Calls without end until one is refused; gives when the last accepted one was sent, and what refused the next.
async fn keep_calling(who: Client, path: &'static str, stop: Arc<AtomicBool>) -> (Instant, u16) {
    let mut accepted = Instant::now();
    loop {
        let sent = Instant::now();
        let status = who.get(path).await.status.as_u16();
        if status != 200 {
            return (accepted, status);
        }
        accepted = sent;
        assert!(!stop.load(Ordering::Relaxed), "a call was accepted long after the click");
    }
}

/// Listens until the connection is closed; gives when the last event came, when it was closed, and with which code.
async fn keep_listening(mut live: Live) -> (Instant, Instant, u16) {
    let mut last = Instant::now();
    loop {
        match live.event_or_end(SOCKETS + Duration::from_secs(10)).await {
            Ok(_) => last = Instant::now(),
            Err(code) => return (last, Instant::now(), code),
        }
    }
}

#[tokio::test]
async fn the_revocation_of_everything_that_somebody_has() {
    let (_, admin) = somebody(stack(), "admin").await;
    let (user, first) = somebody(stack(), "manager").await;
    let devices = [first, Client::sign_in(stack(), &user.email).await, Client::sign_in(stack(), &user.email).await];
    let (key, _) = program(&devices[0], &["read"]).await;
    let request = admin.report("The pump hums").await["id"].as_str().expect("an id").to_owned();
    let path = format!("/api/requests/{request}/live");
    let sockets = [devices[1].watch(&path).await, key.watch(&path).await];
    let over = Arc::new(AtomicBool::new(false));
    let callers: Vec<_> = devices
        .into_iter()
        .chain([key])
        .map(|client| tokio::spawn(keep_calling(client, "/api/requests?limit=1", over.clone())))
        .collect();
    let listeners = sockets.map(|live| tokio::spawn(keep_listening(live)));
    let talk = tokio::spawn({
        let (admin, request) = (admin.clone(), request.clone());
        async move {
            loop {
                admin.comment(&request, "It still hums.", "public").await.expect(201);
                sleep(TALK).await;
            }
        }
    });
    sleep(Duration::from_secs(1)).await;

    let clicked = Instant::now();
    let ended = admin.patch(&format!("/api/users/{}", user.id), &json!({ "status": "disabled" })).await.expect(200);
    let answered = Instant::now();
    assert_eq!(ended.json()["ended_sessions"], 3);
    sleep(Duration::from_millis(500)).await;
    over.store(true, Ordering::Relaxed);
    let calls = join_all(callers).await.into_iter().map(|call| call.expect("a caller")).collect::<Vec<_>>();
    let heard = join_all(listeners).await.into_iter().map(|one| one.expect("a listener")).collect::<Vec<_>>();
    talk.abort();

    let last_call = calls.iter().map(|(accepted, _)| *accepted).max().expect("calls");
    let last_word = heard.iter().map(|(last, ..)| *last).max().expect("sockets");
    let last_end = heard.iter().map(|(_, closed, _)| *closed).max().expect("sockets");
    println!(
        "revocation: answered {} ms after the click; the last accepted call was sent {} ms after it; \
         the last live message came {:.1} s after it, the last socket closed {:.1} s after it",
        (answered - clicked).as_millis(),
        last_call.saturating_duration_since(clicked).as_millis(),
        last_word.saturating_duration_since(clicked).as_secs_f64(),
        last_end.saturating_duration_since(clicked).as_secs_f64(),
    );
    assert!(calls.iter().all(|(_, status)| *status == 401), "{calls:?}");
    assert!(last_call <= answered, "no call is accepted that is made after the answer to the click");
    assert!(heard.iter().all(|(.., code)| *code == 1008), "{heard:?}");
    assert!(last_end - clicked <= SOCKETS, "a socket outlived its session by {:?}", last_end - clicked);
}
