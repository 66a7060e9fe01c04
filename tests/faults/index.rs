//! What a create is worth while the index cannot be reached.

use std::fs;
use std::path::PathBuf;

use hyper::Method;
use serde_json::Value;
use testbed::Stack;

use crate::started;
use crate::support::{Client, Reply, demo, draft};

#[tokio::test]
async fn a_create_that_was_answered_without_a_number_is_answered_with_what_was_made_when_it_is_repeated() {
    let stack = started(Stack::builder());
    let requester = Client::sign_in(&stack, &demo("requester")).await;
    // The index has its database.
    requester.report("Lamp flickers").await;
    stop(&stack);
    let kept = damaged_index(&stack);
    let requester = started_again(&stack, &requester);
    let first = create(&requester).await;
    let id = first.json()["id"].as_str().expect("an id").to_owned();
    assert_eq!(first.json()["number"], Value::Null, "the index could be reached: {first}");
    stop(&stack);
    for (file, bytes) in kept {
        fs::write(file, bytes).expect("the index is whole again");
    }
    let requester = started_again(&stack, &requester);
    requester.comment(&id, "It drips faster now.", "public").await.expect(201);

    let again = create(&requester).await;
    let (mut before, mut after) = (first.json(), again.json());
    let number = after["number"].take();
    assert!(number.as_str().is_some_and(|number| number.starts_with("MR-")), "{again}");
    before["number"].take();
    assert_eq!(after, before);
    // It is kept from then on, number and all.
    let once_more = create(&requester).await;
    assert_eq!((once_more.text(), once_more.header("etag")), (again.text(), again.header("etag")));
}

async fn create(requester: &Client) -> Reply {
    let call = requester.call(Method::POST, "/api/requests").header("idempotency-key", "once");
    call.json(&draft("Tap drips")).send().await.expect(201)
}

fn stop(stack: &Stack) {
    stack.runtime.stop().unwrap_or_else(|error| panic!("{error:?}"));
}

fn started_again(stack: &Stack, client: &Client) -> Client {
    stack.runtime.start().unwrap_or_else(|error| panic!("{error:?}"));
    client.reconnected()
}

/// Makes the index's database unreadable; what its files held.
fn damaged_index(stack: &Stack) -> Vec<(PathBuf, Vec<u8>)> {
    let classes = fs::read_dir(stack.data_dir().join("objects/do")).expect("objects");
    let index = classes
        .map(|class| class.expect("a class").path())
        .find(|class| class.to_string_lossy().ends_with("-RequestIndexObject"))
        .expect("an index");
    let files = fs::read_dir(index).expect("files").map(|file| file.expect("a file").path());
    let own = files.filter(|file| !file.file_name().is_some_and(|name| name.to_string_lossy().starts_with("metadata")));
    let kept: Vec<_> = own.map(|file| (file.clone(), fs::read(file).expect("bytes"))).collect();
    assert!(!kept.is_empty(), "the index has no database");
    for (file, _) in &kept {
        fs::write(file, "This is no database.".repeat(500)).expect("damaged");
    }
    kept
}
