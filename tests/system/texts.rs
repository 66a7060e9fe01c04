//! What people write, and how it is found again.

use serde_json::{Value, json};

use crate::stack;
use crate::support::{Client, draft, new_user};

async fn titles(client: &Client, query: &str) -> Vec<Value> {
    let list = client.get(&format!("/api/requests?{query}")).await.expect(200).json();
    list["items"].as_array().expect("a list").iter().map(|item| item["title"].clone()).collect()
}

#[tokio::test]
async fn a_request_is_found_however_it_is_spelled() {
    let requester = Client::sign_in(stack(), &new_user(stack(), "requester").email).await;
    for title in ["ΟΔΟΣΗΜΑ", "İnşaat kapısı", "Café door", "Straße vor dem Tor", "ＲＯＯＭ　１２", "Fan\u{a0}belt"]
    {
        requester.report(title).await;
    }
    for (query, found) in [
        ("q=%CE%9F%CE%94%CE%9F%CE%A3", "ΟΔΟΣΗΜΑ"),
        ("q=in%C5%9Faat", "İnşaat kapısı"),
        ("q=cafe", "Café door"),
        ("q=CAFE%CC%81", "Café door"),
        ("q=STRASSE", "Straße vor dem Tor"),
        ("q=room%2012", "ＲＯＯＭ　１２"),
        ("q=fan%20belt", "Fan\u{a0}belt"),
    ] {
        assert_eq!(titles(&requester, query).await, [json!(found)], "{query}");
    }
    let record = requester.report("Numbered").await;
    let number = record["number"].as_str().expect("a number").to_owned();
    let digits = number.trim_start_matches("MR-").trim_start_matches('0').to_owned();
    for query in [number.to_lowercase(), format!("MR-{digits}"), format!("%23{digits}"), format!("mr-0{digits}")] {
        assert_eq!(titles(&requester, &format!("q={query}")).await, [json!("Numbered")], "{query}");
    }
    assert!(titles(&requester, &format!("q={digits}")).await.contains(&json!("Numbered")));
}

#[tokio::test]
async fn a_text_that_shows_nothing_is_refused_and_what_steers_is_taken_out() {
    let requester = Client::sign_in(stack(), &new_user(stack(), "requester").email).await;
    for nothing in ["\u{200b}\u{200d}", "\u{3164}", "\u{202e}"] {
        let problem = requester.post("/api/requests", &draft(nothing)).await.problem(400, "invalid");
        assert_eq!(
            (&problem["errors"][0]["field"], &problem["errors"][0]["code"]),
            (&json!("title"), &json!("required"))
        );
    }
    let record = requester.report("pay\u{202e}fdp 👩\u{200d}🔧 می\u{200c}شود").await;
    assert_eq!(record["title"], "payfdp 👩\u{200d}🔧 می\u{200c}شود");
}

#[tokio::test]
async fn spellings_of_a_category_are_one_category() {
    let requester = Client::sign_in(stack(), &new_user(stack(), "requester").email).await;
    for (title, category) in [("One", "Lift"), ("Two", "LIFT"), ("Three", "Li\u{200b}ft"), ("Four", "lifts")] {
        let mut draft = draft(title);
        draft["category"] = json!(category);
        requester.post("/api/requests", &draft).await.expect(201);
    }
    assert_eq!(titles(&requester, "category=lift&sort=created").await, [json!("One"), json!("Two"), json!("Three")]);
    assert_eq!(titles(&requester, "category=LIFT").await.len(), 3);
}

#[tokio::test]
async fn words_find_a_request_in_any_order_and_an_internal_one_for_the_staff_alone() {
    let user = new_user(stack(), "requester");
    let requester = Client::sign_in(stack(), &user.email).await;
    let manager = Client::sign_in(stack(), &new_user(stack(), "manager").email).await;
    let mut described = draft("AC bocor");
    described["description"] = json!("Air menetes\ndi dekat pintu utama.");
    described["contact"] = json!("ruang 4711");
    let record = requester.post("/api/requests", &described).await.expect(201).json();
    let id = record["id"].as_str().expect("an id");
    requester.report("Lampu mati").await;
    let digits =
        record["number"].as_str().expect("a number").trim_start_matches("MR-").trim_start_matches('0').to_owned();
    let found = [json!("AC bocor")];
    let queries = [
        "bocor AC".to_owned(),
        "AC  bocor".into(),
        "menetes bocor".into(),
        "4711 pintu".into(),
        "bocor, AC!".into(),
        format!("mr {digits}"),
        format!("mr{digits} ac"),
        format!("bocor #{digits}"),
        format!("MR-{digits} menetes"),
    ];
    let encoded = |query: &str| {
        let bytes = query.bytes().map(|byte| format!("%{byte:02X}")).collect::<String>();
        format!("requester={}&q={bytes}", user.id)
    };
    for query in &queries {
        assert_eq!(titles(&requester, &encoded(query)).await, found, "{query}");
        assert_eq!(titles(&manager, &encoded(query)).await, found, "{query}");
    }
    let turned = user.name.split(' ').rev().collect::<Vec<_>>().join(" ");
    assert_eq!(titles(&requester, &encoded(&turned)).await.len(), 2);

    manager.comment(id, "kepercayaan", "internal").await.expect(201);
    manager.comment(id, "terbuka", "public").await.expect(201);
    for query in ["bocor mati", "???", "acbocor"] {
        assert!(titles(&manager, &encoded(query)).await.is_empty(), "{query}");
    }
    assert_eq!(titles(&manager, &encoded("kepercayaan")).await, found);
    assert!(titles(&requester, &encoded("kepercayaan")).await.is_empty());
    assert_eq!(titles(&requester, &encoded("buka bocor")).await, found);
    manager.act(id, "approve", &json!({})).await.expect(200);
    manager.act(id, "assign", &json!({ "assignee_id": manager.id() })).await.expect(200);
    assert_eq!(titles(&requester, &encoded(&format!("{} menetes", manager.name()))).await, found);
    manager
        .call(hyper::Method::PATCH, &format!("/api/requests/{id}"))
        .json(&json!({ "description": "Kering" }))
        .send()
        .await
        .expect(200);
    assert!(titles(&manager, &encoded("menetes")).await.is_empty());
    assert_eq!(titles(&manager, &encoded("kering ac")).await, found);
}

#[tokio::test]
async fn what_was_said_is_found_and_internal_words_by_the_staff_alone() {
    let user = new_user(stack(), "requester");
    let requester = Client::sign_in(stack(), &user.email).await;
    let manager = Client::sign_in(stack(), &new_user(stack(), "manager").email).await;
    let id = requester.report("Lampu koridor").await["id"].as_str().expect("an id").to_owned();
    requester.report("Lampu tangga").await;
    requester.comment(&id, "Ada kebocoran di xylofon", "public").await.expect(201);
    manager.comment(&id, "Zanzibarsupplier asks twice", "internal").await.expect(201);
    for query in
        ["q=xylofon", "q=bocor%20xylofon", "q=lampu%20xylofon", "q=xylofon&sort=due", "q=xylofon&status=submitted"]
    {
        assert_eq!(titles(&requester, query).await, [json!("Lampu koridor")], "{query}");
    }
    assert!(titles(&requester, "q=zanzibarsupplier").await.is_empty());
    let theirs = format!("requester={}&q=zanzibarsupplier", user.id);
    assert_eq!(titles(&manager, &theirs).await, [json!("Lampu koridor")]);
    assert!(titles(&manager, &format!("requester={}&q=zanzibarsupplier%20tangga", user.id)).await.is_empty());
    // It is said once, however often the request changes.
    manager.act(&id, "approve", &json!({})).await.expect(200);
    assert_eq!(titles(&requester, "q=xylofon").await, [json!("Lampu koridor")]);
    let counted = requester.get("/api/requests?q=xylofon&total=true").await.expect(200).json();
    assert_eq!(counted["total"], 1);
}
