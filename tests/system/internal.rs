//! What a viewer may not see leaves no trace: a requester is shown everything as of the last event that they may see.

use std::time::Duration;

use hyper::Method;
use serde_json::{Value, json};

use crate::stack;
use crate::support::{Client, new_user};

/// What is seen live is seen at once; the bound is for a busy machine.
const LIVE: Duration = Duration::from_secs(10);

#[tokio::test]
async fn an_internal_comment_leaves_no_trace_for_the_requester() {
    let requester = Client::sign_in(stack(), &new_user(stack(), "requester").email).await;
    let technician = Client::sign_in(stack(), &new_user(stack(), "technician").email).await;
    let first = requester.report("The first").await["id"].as_str().expect("an id").to_owned();
    let second = requester.report("The second").await["id"].as_str().expect("an id").to_owned();
    let path = format!("/api/requests/{first}");
    let order = async |client: &Client| {
        let query = format!("/api/requests?sort=-updated&requester={}", requester.id());
        let list = client.get(&query).await.expect(200).json();
        list["items"].as_array().expect("a list").iter().map(|item| item["id"].clone()).collect::<Vec<Value>>()
    };
    let mut list = requester.watch("/api/requests/live").await;
    let before = requester.get(&path).await.expect(200);
    let page = requester.get("/api/requests?sort=-updated").await.expect(200).text();

    technician.comment(&first, "The part is on its way.", "internal").await.expect(201);

    // Nothing that the requester is shown has changed.
    let after = requester.get(&path).await.expect(200);
    assert_eq!((after.header("etag"), after.text()), (before.header("etag"), before.text()));
    assert_eq!(requester.get("/api/requests?sort=-updated").await.expect(200).text(), page);
    let tag = before.header("etag").expect("an ETag").to_owned();
    requester.call(Method::GET, &path).header("if-none-match", &tag).send().await.expect(304);
    let mut live = requester.watch(&format!("{path}/live?after=0")).await;
    assert_eq!(live.next_of("ready", LIVE).await["version"], 1);
    // Staff see it, and see the request come first.
    let staff = technician.get(&path).await.expect(200).json();
    assert_eq!((&staff["version"], &before.json()["version"]), (&json!(2), &json!(1)));
    assert_eq!(order(&technician).await, [json!(first), json!(second)]);
    assert_eq!(order(&requester).await, [json!(second), json!(first)]);

    // Their edit, with the tag that they hold, is not stale.
    let edit =
        requester.call(Method::PATCH, &path).header("if-match", &tag).json(&json!({ "title": "The first, edited" }));
    let edited = edit.send().await.expect(200).json();
    assert_eq!(edited["version"], 3);
    // And the first that they are told of is that edit.
    let told = list.next_of("request", LIVE).await;
    assert_eq!((&told["request"]["title"], &told["request"]["version"]), (&json!("The first, edited"), &json!(3)));
    assert_eq!(live.next_event(LIVE).await["event"]["kind"], "created");
    assert_eq!(live.next_event(LIVE).await["event"]["kind"], "edited", "and nothing in between");
    assert_eq!(order(&requester).await, [json!(first), json!(second)]);

    // The cursor of a page is one of the times that they are shown.
    technician.comment(&second, "Not yet.", "internal").await.expect(201);
    let page = requester.get("/api/requests?sort=-updated&limit=1").await.expect(200).json();
    assert_eq!(page["items"][0]["id"], first.as_str());
    let cursor = page["next_cursor"].as_str().expect("a cursor");
    let page = requester.get(&format!("/api/requests?sort=-updated&limit=1&cursor={cursor}")).await.expect(200).json();
    assert_eq!((&page["items"][0]["id"], &page["items"][0]["version"]), (&json!(second), &json!(1)));
    // A stale edit is told the version that they may know.
    let stale = requester.call(Method::PATCH, &path).header("if-match", "\"v1\"").json(&json!({ "title": "Again" }));
    assert_eq!(stale.send().await.problem(412, "stale")["record"]["version"], 3);
}
