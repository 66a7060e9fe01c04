//! A list as a file.

use std::time::Duration;

use serde_json::{Value, json};

use crate::stack;
use crate::support::{Client, Reply, draft, eventually, new_user};

/// The lines of a file, each field under its column's name.
fn lines(reply: &Reply) -> Vec<Value> {
    let text = reply.text();
    let mut reader = csv::Reader::from_reader(text.trim_start_matches('\u{feff}').as_bytes());
    reader
        .deserialize::<std::collections::BTreeMap<String, String>>()
        .map(|line| json!(line.expect("a line")))
        .collect()
}

async fn listed(client: &Client, filter: &str) -> Vec<String> {
    let page = client.get(&format!("/api/requests?limit=200&{filter}")).await.expect(200).json();
    let items = page["items"].as_array().expect("a list").clone();
    items.iter().map(|item| item["id"].as_str().expect("an id").to_owned()).collect()
}

fn ids(lines: &[Value]) -> Vec<String> {
    lines.iter().map(|line| line["id"].as_str().expect("an id").to_owned()).collect()
}

#[tokio::test]
async fn a_file_has_what_the_list_has_in_its_order_and_in_full() {
    let user = new_user(stack(), "requester");
    let requester = Client::sign_in(stack(), &user.email).await;
    let manager = Client::sign_in(stack(), &new_user(stack(), "manager").email).await;
    let mut wild = draft("=HYPERLINK(\"x\")");
    wild["description"] = json!("It drips, \"badly\"\nand all night");
    wild["contact"] = json!("+62 812 000");
    requester.post("/api/requests", &wild).await.expect(201);
    for title in ["Second", "Third"] {
        requester.report(title).await;
    }
    // A busy index has them a moment later.
    eventually(Duration::from_secs(20), async || {
        let listed = listed(&requester, "").await.len();
        if listed == 3 { Ok(()) } else { Err(listed) }
    })
    .await;
    for (client, filter) in
        [(&requester, String::new()), (&manager, format!("requester={}", user.id)), (&requester, "sort=created".into())]
    {
        // Each may be ahead of PostgreSQL, which has the long texts.
        let reply = client.get(&format!("/api/requests.csv?{filter}")).await.expect(200);
        assert_eq!(reply.header("content-type"), Some("text/csv; charset=utf-8; header=present"));
        let name = reply.header("content-disposition").expect("a name").to_owned();
        assert!(name.starts_with("attachment; filename=\"requests-20") && name.ends_with(".csv\""), "{name}");
        let lines = lines(&reply);
        assert_eq!(ids(&lines), listed(client, &filter).await, "{filter}");
        let wild = lines.iter().find(|line| line["title"] == "'=HYPERLINK(\"x\")").expect("what was reported");
        assert_eq!(wild["description"], "It drips, \"badly\"\nand all night");
        assert_eq!((&wild["contact"], &wild["status"]), (&json!("'+62 812 000"), &json!("submitted")));
        assert_eq!((&wild["place"], &wild["asset_code"]), (&json!(""), &json!("")));
        assert!(wild["number"].as_str().is_some_and(|number| number.starts_with("MR-")), "{wild}");
    }
    let found = requester.get("/api/requests.csv?q=second&bom=true").await.expect(200);
    assert!(found.text().starts_with("\u{feff}number,title,"), "{}", found.text());
    assert_eq!(lines(&found).len(), 1);
    let nothing = requester.get("/api/requests.csv?q=nothing-like-it").await.expect(200);
    assert_eq!(nothing.text().lines().count(), 1);
}

#[tokio::test]
async fn a_file_goes_on_behind_the_first_page() {
    let requester = Client::sign_in(stack(), &new_user(stack(), "requester").email).await;
    let titles: Vec<String> = (0..230).map(|number| format!("Lamp {number}")).collect();
    for some in titles.chunks(10) {
        futures::future::join_all(some.iter().map(|title| requester.report(title))).await;
    }
    let lines = lines(&requester.get("/api/requests.csv?sort=created").await.expect(200));
    let mut found: Vec<&str> = lines.iter().map(|line| line["title"].as_str().expect("a title")).collect();
    assert_eq!(found.len(), titles.len());
    found.sort_unstable();
    found.dedup();
    assert_eq!(found.len(), titles.len());
}

#[tokio::test]
async fn a_file_is_told_to_the_audit_and_refused_like_the_list() {
    let admin = Client::sign_in(stack(), &new_user(stack(), "admin").email).await;
    admin.get("/api/requests.csv?status=nonsense").await.problem(400, "invalid");
    admin.get("/api/requests.csv?limit=5").await.problem(400, "invalid");
    // Whoever only asks what it would be has taken nothing.
    let head = admin.call(hyper::Method::HEAD, "/api/requests.csv?status=closed").send().await.expect(200);
    assert_eq!(head.header("content-type"), Some("text/csv; charset=utf-8; header=present"));
    admin.get("/api/requests.csv?status=rejected&q=nothing-like-it").await.expect(200);
    let audit = admin.get(&format!("/api/system/logs/audit?actor={}&limit=5", admin.id())).await.expect(200).json();
    let entries = audit["items"].as_array().expect("a list").iter();
    let told: Vec<_> = entries.filter(|entry| entry["fields"]["action"] == "requests_exported").collect();
    let [entry] = told.as_slice() else { panic!("{audit}") };
    assert_eq!(entry["fields"]["filter"]["status"], json!(["rejected"]));
}
