//! Lists, page by page, while others write: nothing is missed and nothing is seen twice.

use std::collections::BTreeSet;

use futures::StreamExt;
use futures::future::{join, join_all, join3};
use futures::stream;
use serde_json::{Value, json};
use testbed::Stack;

use crate::stack;
use crate::support::{Client, new_user};

const LIMITS: [usize; 4] = [1, 7, 50, 200];

const EVENTS: usize = 500;
const REQUESTS: usize = 2_000;

/// So many calls are made side by side while a list is filled.
const AT_ONCE: usize = 24;

/// A writer appends so many entries while the walks go on.
const APPENDED: usize = 60;

#[tokio::test]
async fn a_timeline_of_five_hundred_events_is_walked_without_a_gap_while_it_grows() {
    // A report is told to each of those who approve, of whom the shared system has very many.
    let stack = Stack::builder().start().unwrap_or_else(|error| panic!("no system to test: {error:?}"));
    let requester = Client::sign_in(&stack, &new_user(&stack, "requester").email).await;
    let technician = Client::sign_in(&stack, &new_user(&stack, "technician").email).await;
    let id = requester.report("A long story").await["id"].as_str().expect("an id").to_owned();
    // Every fifth comment is internal: the requester's pages are as full as anybody's, and have no trace of them.
    stream::iter(2..=EVENTS)
        .map(|number| comment(&technician, &id, number))
        .buffer_unordered(AT_ONCE)
        .collect::<Vec<()>>()
        .await;

    let path = format!("/api/requests/{id}/events");
    let walk = |who: &Client, limit: usize| {
        let (who, path) = (who.clone(), path.clone());
        async move { walk(&who, &path, limit).await.iter().map(seq_of).collect::<Vec<i64>>() }
    };
    let writer = async {
        for number in EVENTS + 1..=EVENTS + APPENDED {
            comment(&technician, &id, number).await;
        }
    };
    let all = join_all(LIMITS.map(|limit| walk(&technician, limit)));
    let public = join_all(LIMITS.map(|limit| walk(&requester, limit)));
    let (all, public, ()) = join3(all, public, writer).await;

    for (limit, seqs) in LIMITS.iter().zip(&all) {
        let unbroken: Vec<i64> = (1..).take(seqs.len()).collect();
        assert_eq!(seqs, &unbroken, "limit {limit}");
        assert!(seqs.len() >= EVENTS, "limit {limit}: {}", seqs.len());
    }
    // What a requester sees is everything but the internal comments, whose seqs are known from a walk that saw them.
    let internal = internal_seqs(&technician, &path).await;
    assert!(internal.len() >= EVENTS / 5, "{}", internal.len());
    for (limit, seqs) in LIMITS.iter().zip(&public) {
        let last = *seqs.last().expect("events");
        let visible: Vec<i64> = (1..=last).filter(|seq| !internal.contains(seq)).collect();
        assert_eq!(seqs, &visible, "limit {limit}");
        assert!(seqs.len() + internal.len() >= EVENTS, "limit {limit}: {}", seqs.len());
    }

    let after = technician.get(&format!("{path}?after=490&limit=5")).await.expect(200).json();
    let seqs: Vec<i64> = after["items"].as_array().expect("items").iter().map(seq_of).collect();
    assert_eq!(seqs, [491, 492, 493, 494, 495]);
    let beyond = technician.get(&format!("{path}?after=9007199254740991")).await.expect(200).json();
    assert_eq!(beyond, json!({ "items": [], "next_cursor": null }));
}

#[tokio::test]
async fn two_thousand_requests_are_walked_without_a_gap_while_more_are_reported() {
    // A system of its own: a report is told to each manager, and the other tests have made many.
    let stack = testbed::Stack::builder().start().expect("a system");
    let user = new_user(&stack, "requester");
    let requester = Client::sign_in(&stack, &user.email).await;
    let manager = Client::sign_in(&stack, &new_user(&stack, "manager").email).await;
    let reported: BTreeSet<String> = stream::iter(0..REQUESTS)
        .map(|number| report(&requester, number))
        .buffer_unordered(AT_ONCE)
        .collect::<Vec<String>>()
        .await
        .into_iter()
        .collect();
    assert_eq!(reported.len(), REQUESTS);

    let writer = async {
        let mut more = BTreeSet::new();
        for number in 0..APPENDED {
            more.insert(report(&requester, REQUESTS + number).await);
        }
        more
    };
    let own = "/api/requests".to_owned();
    let theirs = format!("/api/requests?requester={}&status=submitted,approved", user.id);
    let oldest_first = format!("/api/requests?requester={}&sort=created", user.id);
    let walks = LIMITS.iter().flat_map(|limit| {
        // Page by page with one item each is the long way; once is enough.
        let lists = if *limit == 1 {
            vec![(&requester, &own)]
        } else {
            vec![(&requester, &own), (&manager, &theirs), (&manager, &oldest_first)]
        };
        lists.into_iter().map(move |(who, path)| async move { (limit, path, walk(who, path, *limit).await) })
    });
    let (walked, more) = join(join_all(walks), writer).await;

    for (limit, path, items) in walked {
        let times: Vec<&str> = items.iter().map(|item| item["created_at"].as_str().expect("a time")).collect();
        let in_order = if path.ends_with("sort=created") { times.is_sorted() } else { times.iter().rev().is_sorted() };
        assert!(in_order, "{path}, limit {limit}");
        let ids: BTreeSet<String> = items.iter().map(id_of).collect();
        assert_eq!(ids.len(), items.len(), "{path}, limit {limit}: something was seen twice");
        let missed = reported.difference(&ids).count();
        assert_eq!(missed, 0, "{path}, limit {limit}: {missed} of {REQUESTS} were missed");
        assert!(ids.iter().all(|id| reported.contains(id) || more.contains(id)), "{path}, limit {limit}: foreign");
    }
    let numbers = walk(&requester, &own, 200).await;
    let numbers: BTreeSet<String> = numbers.iter().map(|item| item["number"].to_string()).collect();
    assert_eq!(numbers.len(), REQUESTS + APPENDED, "everything that was reported is there, each with its own number");
}

#[tokio::test]
async fn a_walk_ends_with_the_last_item_and_an_empty_list_at_once() {
    let user = new_user(stack(), "requester");
    let requester = Client::sign_in(stack(), &user.email).await;
    let empty = requester.get("/api/requests").await.expect(200);
    assert_eq!(empty.json(), json!({ "items": [], "next_cursor": null }));
    assert_eq!(empty.header("link"), None);
    for number in 0..4 {
        report(&requester, number).await;
    }
    for (limit, pages) in [(1, 4), (2, 2), (3, 2), (4, 1), (200, 1)] {
        assert_eq!(pages_of(&requester, "/api/requests", limit).await.len(), pages, "limit {limit}");
    }
}

#[tokio::test]
async fn a_cursor_is_good_for_its_own_list_and_its_own_viewer_alone() {
    let user = new_user(stack(), "requester");
    let requester = Client::sign_in(stack(), &user.email).await;
    let manager = Client::sign_in(stack(), &new_user(stack(), "manager").email).await;
    let other_manager = Client::sign_in(stack(), &new_user(stack(), "manager").email).await;
    let admin = Client::sign_in(stack(), &new_user(stack(), "admin").email).await;
    let (first, second) = (report(&requester, 1).await, report(&requester, 2).await);
    manager.comment(&first, "A second event.", "public").await.expect(201);
    manager.comment(&second, "A second event.", "public").await.expect(201);

    let own = next_cursor(&requester, "/api/requests?limit=1").await;
    let filtered = format!("/api/requests?requester={}&limit=1", user.id);
    let theirs = next_cursor(&manager, &filtered).await;
    let events = next_cursor(&manager, &format!("/api/requests/{first}/events?limit=1")).await;
    let logs = next_cursor(&admin, "/api/system/logs/http?limit=1").await;

    // Each opens where it was made.
    requester.get(&format!("/api/requests?limit=1&cursor={own}")).await.expect(200);
    manager.get(&format!("{filtered}&cursor={theirs}")).await.expect(200);
    manager.get(&format!("/api/requests/{first}/events?cursor={events}")).await.expect(200);
    admin.get(&format!("/api/system/logs/http?cursor={logs}")).await.expect(200);
    // The limit is no filter: a client may change it from page to page.
    requester.get(&format!("/api/requests?limit=200&cursor={own}")).await.expect(200);

    for (who, path, what) in [
        (&manager, format!("/api/requests?limit=1&cursor={own}"), "another viewer, another role"),
        (&other_manager, format!("{filtered}&cursor={theirs}"), "another viewer of the same role"),
        (&manager, format!("/api/requests?cursor={theirs}"), "no filter"),
        (&manager, format!("{filtered}&status=submitted&cursor={theirs}"), "one filter more"),
        (&manager, format!("{filtered}&sort=created&cursor={theirs}"), "another order"),
        (&manager, format!("/api/requests?cursor={events}"), "another list"),
        (&manager, format!("/api/requests/{first}/events?cursor={theirs}"), "another list"),
        (&manager, format!("/api/requests/{second}/events?cursor={events}"), "another request's timeline"),
        (&requester, format!("/api/requests/{first}/events?cursor={events}"), "another viewer of the timeline"),
        (&admin, format!("/api/system/logs/auth?cursor={logs}"), "another stream"),
        (&admin, format!("/api/system/logs/http?level=warn&cursor={logs}"), "another level"),
        (&admin, format!("/api/requests?cursor={logs}"), "a log's cursor in a list of requests"),
    ] {
        let reply = who.get(&path).await;
        assert_eq!(reply.status, 400, "{what}: {reply}");
        reply.problem(400, "invalid_cursor");
    }
}

#[tokio::test]
async fn a_cursor_that_was_tampered_with_is_refused() {
    let requester = Client::sign_in(stack(), &new_user(stack(), "requester").email).await;
    report(&requester, 1).await;
    report(&requester, 2).await;
    let good = next_cursor(&requester, "/api/requests?limit=1").await;
    assert!(good.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_'), "{good}");

    let mut bad =
        ["", "x", "null", "%00", "%F0%9F%94%A7", "AAAA", "..%2F..", "'%20OR%201=1"].map(str::to_owned).to_vec();
    bad.push("A".repeat(5_000));
    bad.push(format!("{good}A"));
    bad.push(format!("{good}="));
    bad.push(good.to_lowercase());
    bad.push(good.chars().rev().collect());
    bad.extend((1..good.len()).step_by(9).map(|length| good[..length].to_owned()));
    bad.extend((0..good.len()).step_by(5).map(|at| {
        let flipped = if good.as_bytes()[at] == b'A' { "B" } else { "A" };
        format!("{}{flipped}{}", &good[..at], &good[at + 1..])
    }));
    for cursor in bad.into_iter().filter(|cursor| !cursor.is_empty()) {
        requester.get(&format!("/api/requests?limit=1&cursor={cursor}")).await.problem(400, "invalid_cursor");
    }
}

async fn comment(technician: &Client, id: &str, number: usize) {
    let visibility = if number.is_multiple_of(5) { "internal" } else { "public" };
    technician.comment(id, &format!("Comment {number}"), visibility).await.expect(201);
}

async fn report(client: &Client, number: usize) -> String {
    id_of(&client.report(&format!("Fault {number}")).await)
}

fn id_of(item: &Value) -> String {
    item["id"].as_str().expect("an id").to_owned()
}

fn seq_of(event: &Value) -> i64 {
    event["seq"].as_i64().expect("a seq")
}

async fn internal_seqs(technician: &Client, path: &str) -> BTreeSet<i64> {
    let events = walk(technician, path, 200).await;
    events.iter().filter(|event| event["body"]["visibility"] == "internal").map(seq_of).collect()
}

async fn next_cursor(client: &Client, path: &str) -> String {
    let page = client.get(path).await.expect(200).json();
    page["next_cursor"].as_str().unwrap_or_else(|| panic!("{path} has no next page: {page}")).to_owned()
}

/// Every item of a list.
async fn walk(client: &Client, path: &str, limit: usize) -> Vec<Value> {
    pages_of(client, path, limit).await.into_iter().flatten().collect()
}

/// Every page of a list, by way of the links. Each but the last is full.
async fn pages_of(client: &Client, path: &str, limit: usize) -> Vec<Vec<Value>> {
    let separator = if path.contains('?') { '&' } else { '?' };
    let mut next = Some(format!("{path}{separator}limit={limit}"));
    let mut pages = Vec::new();
    while let Some(here) = next {
        let reply = client.get(&here).await.expect(200);
        let page = reply.json();
        let items = page["items"].as_array().unwrap_or_else(|| panic!("no items: {reply}"));
        next = match page["next_cursor"].as_str() {
            Some(cursor) => {
                assert_eq!(items.len(), limit, "only the last page may be short: {here}");
                let link = reply.header("link").unwrap_or_else(|| panic!("no link: {here}"));
                let target = link.strip_prefix('<').and_then(|link| link.strip_suffix(">; rel=\"next\""));
                let target = target.unwrap_or_else(|| panic!("not a link: {link}"));
                assert_eq!(
                    target,
                    format!("{path}{separator}limit={limit}&cursor={cursor}"),
                    "the link is the same list"
                );
                Some(target.to_owned())
            }
            None => {
                assert_eq!(reply.header("link"), None, "{here}");
                None
            }
        };
        pages.push(items.clone());
    }
    pages
}
