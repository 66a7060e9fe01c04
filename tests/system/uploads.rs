//! What large files cost while they come, and what is left of those that do not come whole.
//!
//! Memory is that of workerd, which has the platform's part in it: every isolate, the entry of Miniflare before them, all buffers of sockets.
//! What is measured is the peak that Linux keeps for a process, against what it held right before. Heaps do not shrink by themselves, so
//! nothing large has come before: the first measure is that of the first large file of a runtime's life.

use std::time::Duration;

use futures::future::join_all;
use serde_json::json;
use testbed::{Memory, Stack};
use tokio::io::AsyncWriteExt;

use crate::files::{answer, attach, by_hand, kinds, png, reported, swept};
use crate::support::{Client, demo, eventually};

/// The largest file that is taken: 25 MB.
const LARGEST: usize = 25 * 1_048_576;

const MEGABYTE: u64 = 1_048_576;
const FOR_ONE: u64 = 32 * MEGABYTE;
const FOR_TEN: u64 = 64 * MEGABYTE;

const SOON: Duration = Duration::from_secs(20);

fn large() -> Vec<u8> {
    png(LARGEST - png(0).len())
}

/// By how much the peak during something lies above what was held before it, in bytes.
async fn growth(memory: Memory, during: impl Future<Output = ()>) -> u64 {
    memory.forget_peak().expect("a process of our own");
    let before = memory.resident().expect("a figure");
    during.await;
    memory.peak().expect("a figure").saturating_sub(before)
}

/// Somebody with ten requests, on a runtime that has had small files.
async fn warmed_up(stack: &Stack) -> (Client, Vec<String>) {
    let (requester, first) = reported(stack).await;
    let mut ids = vec![first];
    for _ in 1..10 {
        ids.push(requester.report("A large file").await["id"].as_str().expect("an id").to_owned());
    }
    for id in ids.iter().cycle().take(30) {
        attach(&requester, id, "filename=small.png", &png(300_000)).await.expect(201);
    }
    (requester, ids)
}

#[tokio::test]
async fn a_file_of_25_mb_takes_less_than_32_mb_and_ten_at_once_less_than_64() {
    let stack = Stack::builder().s3().start().expect("a system");
    let (requester, ids) = warmed_up(&stack).await;
    let memory = stack.runtime.memory().expect("a process");
    let bytes = large();
    let one = growth(memory, async {
        attach(&requester, &ids[0], "filename=large.png", &bytes).await.expect(201);
    });
    let one = one.await;
    let ten = growth(memory, async {
        let uploads = ids.iter().map(|id| attach(&requester, id, "filename=large.png", &bytes));
        join_all(uploads).await.into_iter().for_each(|reply| drop(reply.expect(201)));
    });
    let ten = ten.await;
    println!("one file of 25 MB: {} kB more, ten at once: {} kB more", one / 1_024, ten / 1_024);
    assert!(one < FOR_ONE, "one took {} kB", one / 1_024);
    assert!(one + ten < FOR_TEN, "ten took {} kB after one had taken {}", ten / 1_024, one / 1_024);
    // They have come whole.
    let record = requester.get(&format!("/api/requests/{}", ids[9])).await.expect(200).json();
    assert_eq!(record["attachments"][3]["size"], LARGEST);
}

#[tokio::test]
async fn ten_stalled_files_hold_little_memory_no_row_and_no_bytes() {
    let stack = Stack::builder().s3_proxied().start().expect("a system");
    let (requester, ids) = warmed_up(&stack).await;
    let memory = stack.runtime.memory().expect("a process");
    let bytes = large();
    let stalled = growth(memory, async {
        let answers = ids.iter().map(async |id| {
            let mut socket = by_hand(&requester, id, LARGEST as u64).await;
            socket.write_all(&bytes[..LARGEST / 2]).await.expect("written");
            answer(socket, Duration::from_secs(60)).await
        });
        for said in join_all(answers).await {
            assert!(said.contains(" 408 ") && said.contains("timed_out"), "{said}");
        }
    });
    let stalled = stalled.await;
    println!("ten stalled files: {} kB more", stalled / 1_024);
    assert!(stalled < FOR_TEN, "they took {} kB", stalled / 1_024);
    is_clean(&stack, 30).await;
    assert_eq!(kinds(&requester, &ids[0]).await, ["created", "attached", "attached", "attached"]);
}

#[tokio::test]
async fn a_kill_among_large_files_leaves_nothing_that_nobody_knows_of() {
    let stack = Stack::builder().s3_proxied().start().expect("a system");
    let (requester, ids) = warmed_up(&stack).await;
    let bytes = large();
    let mut sockets = Vec::new();
    for id in &ids {
        let mut socket = by_hand(&requester, id, LARGEST as u64).await;
        socket.write_all(&bytes[..LARGEST / 2]).await.expect("written");
        sockets.push(socket);
    }
    stack.runtime.kill9().expect("killed");
    stack.runtime.start().expect("started");
    is_clean(&stack, 30).await;
    let record = requester.reconnected().get(&format!("/api/requests/{}", ids[0])).await.expect(200).json();
    assert_eq!(record["attachments"].as_array().map(Vec::len), Some(3));
}

/// So many files and nothing else lie in the bucket, as the sweep says and as it looks behind the system's back.
async fn is_clean(stack: &Stack, files: usize) {
    let admin = Client::sign_in(stack, &demo("admin")).await;
    eventually(SOON, async || {
        let found = swept(&admin).await;
        let counts = ["objects", "files", "rows", "orphans", "missing", "pending", "removing"].map(|name| &found[name]);
        let expected = [files, files, files, 0, 0, 0, 0].map(|count| json!(count));
        if counts == expected.each_ref() { Ok(()) } else { Err(found) }
    })
    .await;
    let lying = stack.s3.as_ref().expect("a server").objects().expect("a folder");
    assert_eq!(lying.len(), files);
}
