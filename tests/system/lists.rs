//! Lists of requests: their orders, and how many there are.

use serde_json::{Value, json};

use crate::files::attach;
use crate::stack;
use crate::support::{Client, draft, new_user};

async fn page(client: &Client, query: &str) -> Value {
    client.get(&format!("/api/requests?{query}")).await.expect(200).json()
}

fn titles(page: &Value) -> Vec<&str> {
    page["items"].as_array().expect("a list").iter().map(|item| item["title"].as_str().expect("a title")).collect()
}

/// Every title of a list, two a page.
async fn walk(client: &Client, query: &str) -> Vec<String> {
    let (mut seen, mut cursor) = (Vec::new(), String::new());
    loop {
        let page = page(client, &format!("{query}&limit=2{cursor}")).await;
        seen.extend(titles(&page).into_iter().map(str::to_owned));
        match page["next_cursor"].as_str() {
            Some(next) => cursor = format!("&cursor={next}"),
            None => return seen,
        }
    }
}

async fn report(client: &Client, title: &str, priority: &str) -> String {
    let mut draft = draft(title);
    draft["priority"] = json!(priority);
    let record = client.post("/api/requests", &draft).await.expect(201).json();
    record["id"].as_str().expect("an id").to_owned()
}

#[tokio::test]
async fn what_is_open_comes_by_its_due_time_and_the_rest_behind_it() {
    let user = new_user(stack(), "requester");
    let requester = Client::sign_in(stack(), &user.email).await;
    let manager = Client::sign_in(stack(), &new_user(stack(), "manager").email).await;
    let low = report(&requester, "Low", "low").await;
    let first = report(&requester, "Withdrawn first", "urgent").await;
    let second = report(&requester, "Withdrawn second", "low").await;
    let urgent = report(&requester, "Urgent", "urgent").await;
    report(&requester, "Normal", "normal").await;
    for id in [&second, &first] {
        requester.act(id, "cancel", &json!({ "reason": "Not needed." })).await.expect(200);
    }
    let theirs = format!("requester={}&sort=due", user.id);
    let expected = ["Urgent", "Normal", "Low", "Withdrawn second", "Withdrawn first"];
    assert_eq!(walk(&requester, "sort=due").await, expected);
    assert_eq!(walk(&manager, &theirs).await, expected);
    assert_eq!(
        walk(&manager, &format!("{theirs}&status=submitted,cancelled&priority=low")).await,
        ["Low", "Withdrawn second"]
    );

    // A higher priority is due sooner; what nobody but staff may read moves nothing.
    manager
        .call(hyper::Method::PATCH, &format!("/api/requests/{low}"))
        .json(&json!({ "priority": "high" }))
        .send()
        .await
        .expect(200);
    manager.comment(&urgent, "A hidden note", "internal").await.expect(201);
    assert_eq!(walk(&requester, "sort=due").await[..3], ["Urgent", "Low", "Normal"]);

    // What is completed is behind, and comes back when it is reopened.
    manager.act(&urgent, "approve", &json!({})).await.expect(200);
    manager.act(&urgent, "assign", &json!({ "assignee_id": manager.id() })).await.expect(200);
    manager.act(&urgent, "start", &json!({})).await.expect(200);
    assert_eq!(walk(&manager, "assignee=me&sort=due").await, ["Urgent"]);
    manager.act(&urgent, "complete", &json!({ "resolution": "Done." })).await.expect(200);
    assert_eq!(walk(&requester, "sort=due").await, ["Low", "Normal", "Urgent", "Withdrawn second", "Withdrawn first"]);
    requester.act(&urgent, "reopen", &json!({ "reason": "Again." })).await.expect(200);
    assert_eq!(walk(&requester, "sort=due").await[0], "Urgent");
}

#[tokio::test]
async fn a_list_is_counted_when_asked_to_as_its_viewer_sees_it() {
    let user = new_user(stack(), "requester");
    let requester = Client::sign_in(stack(), &user.email).await;
    let stranger = Client::sign_in(stack(), &new_user(stack(), "requester").email).await;
    let manager = Client::sign_in(stack(), &new_user(stack(), "manager").email).await;
    for (title, priority) in [("One pump", "low"), ("Two pumps", "high"), ("A lamp", "high")] {
        report(&requester, title, priority).await;
    }
    let total = async |client: &Client, query: &str| {
        page(client, &format!("{query}&total=true&limit=1")).await["total"].clone()
    };
    assert_eq!(total(&requester, "sort=due").await, 3);
    assert_eq!(total(&stranger, "sort=due").await, 0);
    assert_eq!(total(&requester, "q=PUMP&priority=high").await, 1);
    let theirs = format!("requester={}", user.id);
    assert_eq!(total(&manager, &theirs).await, 3);
    assert_eq!(total(&manager, &format!("{theirs}&status=submitted,closed&q=pump")).await, 2);
    assert_eq!(page(&requester, "limit=1").await.get("total"), None);
    assert_eq!(page(&requester, "total=false").await.get("total"), None);
    requester.get("/api/requests?total=yes").await.problem(400, "invalid");

    // It is said on each page, and the link to the next one asks for it again.
    let first = page(&requester, "total=true&limit=2").await;
    let next = format!("total=true&limit=2&cursor={}", first["next_cursor"].as_str().expect("more"));
    assert_eq!((&first["total"], &page(&requester, &next).await["total"]), (&json!(3), &json!(3)));
    // What everybody has is known by state.
    let (all, submitted) = (total(&manager, "sort=due").await, total(&manager, "status=submitted").await);
    assert!(all.as_u64() >= submitted.as_u64() && submitted.as_u64() >= Some(3), "{all} {submitted}");
}

#[tokio::test]
async fn a_list_has_what_is_due_before_a_moment_and_what_has_files() {
    let user = new_user(stack(), "requester");
    let requester = Client::sign_in(stack(), &user.email).await;
    let manager = Client::sign_in(stack(), &new_user(stack(), "manager").email).await;
    let urgent = report(&requester, "Urgent", "urgent").await;
    let low = report(&requester, "Low", "low").await;
    let withdrawn = report(&requester, "Withdrawn", "urgent").await;
    requester.act(&withdrawn, "cancel", &json!({ "reason": "Not needed." })).await.expect(200);
    let theirs = format!("requester={}", user.id);
    let due_at = requester.get(&format!("/api/requests/{urgent}")).await.expect(200).json()["due_at"].clone();
    let due_at = due_at.as_str().expect("a time").to_owned();
    for (sort, query) in ["-created", "created", "-updated", "due"].into_iter().flat_map(|sort| {
        // The moment itself is too late.
        [("9999-01-01T00:00:00Z", vec!["Low", "Urgent"]), (due_at.as_str(), vec![])].map(|moment| (sort, moment))
    }) {
        let (moment, expected) = query;
        let mut found = walk(&manager, &format!("{theirs}&due_before={moment}&sort={sort}")).await;
        found.sort();
        assert_eq!(found, expected, "{sort} {moment}");
    }
    assert_eq!(walk(&manager, &format!("{theirs}&overdue=true")).await, Vec::<String>::new());
    requester.get("/api/requests?overdue=false").await.problem(400, "invalid");
    requester.get("/api/requests?due_before=soon").await.problem(400, "invalid");
    requester.get("/api/requests?files=2").await.problem(400, "invalid");

    attach(&requester, &low, "filename=note.txt", b"It drips.").await.expect(201);
    attach(&manager, &urgent, "filename=offer.txt&visibility=internal", b"Too dear.").await.expect(201);
    for client in [&requester, &manager] {
        assert_eq!(walk(client, &format!("{theirs}&files=true")).await, ["Low"]);
        assert_eq!(walk(client, &format!("{theirs}&files=false")).await, ["Withdrawn", "Urgent"]);
        assert_eq!(page(client, &format!("{theirs}&files=true&total=true")).await["total"], 1);
    }
    let file = requester.get("/api/requests.csv?files=true").await.expect(200);
    assert_eq!(file.text().lines().count(), 2, "{}", file.text());
}
