//! Whose name nobody else can take, and who is found by a name in another spelling.

use serde_json::json;

use crate::stack;
use crate::support::{Client, User, new_user};

/// A new admin of this name.
fn admin_called(name: &str) -> User {
    let admin = new_user(stack(), "admin");
    let renamed = stack()
        .sql(|client| Ok(client.execute("UPDATE users SET name = $1 WHERE id::text = $2", &[&name, &admin.id])?));
    assert_eq!(renamed.expect("PostgreSQL answers"), 1);
    User { name: name.into(), ..admin }
}

#[tokio::test]
async fn nobody_takes_the_name_of_an_admin_or_of_the_system() {
    let admin = admin_called("Ratna Cooper");
    let user = Client::sign_in(stack(), &new_user(stack(), "requester").email).await;
    for (name, code) in [
        ("Ratna Cooper", "taken"),
        ("ratna  COOPER", "taken"),
        // Cyrillic а, С, о, е.
        ("R\u{430}tna \u{421}\u{43e}op\u{435}r", "taken"),
        ("Ratna\u{200b}Cooper", "taken"),
        ("system", "reserved"),
        ("CepatEdge Support", "reserved"),
        ("s\u{443}stem", "reserved"),
    ] {
        let problem = user.patch("/api/me", &json!({ "name": name })).await.problem(400, "invalid");
        let error = &problem["errors"][0];
        assert_eq!((&error["field"], &error["code"]), (&json!("name"), &json!(code)), "{name:?}: {problem}");
    }
    assert_eq!(user.get("/api/me").await.expect(200).json()["user"]["name"], user.name());

    // A name that is free, and the own one again.
    for _ in 0..2 {
        let profile = user.patch("/api/me", &json!({ "name": "Dewi Anggraini" })).await.expect(200).json();
        assert_eq!(profile["user"]["name"], "Dewi Anggraini", "{profile}");
    }
    let admin = Client::sign_in(stack(), &admin.email).await;
    for name in ["Ratna Cooper", "Ratna COOPER"] {
        let profile = admin.patch("/api/me", &json!({ "name": name })).await.expect(200).json();
        assert_eq!(profile["user"]["name"], name, "{profile}");
    }
}

#[tokio::test]
async fn a_name_that_is_reserved_since_can_be_kept() {
    let admin = Client::sign_in(stack(), &admin_called("Petugas").email).await;
    admin.patch("/api/me", &json!({ "name": "Petugas" })).await.expect(200);
    admin.patch("/api/me", &json!({ "name": "Operator" })).await.problem(400, "invalid");
}

#[tokio::test]
async fn an_operator_finds_people_in_any_spelling() {
    let admin = Client::sign_in(stack(), &new_user(stack(), "admin").email).await;
    let user = Client::sign_in(stack(), &new_user(stack(), "requester").email).await;
    user.patch("/api/me", &json!({ "name": "Ren\u{e9}e Gro\u{df}" })).await.expect(200);
    // "renee gross", plain, decomposed and in full width.
    for q in ["renee%20gross", "Rene%CC%81e%20GROSS", "%EF%BC%B2enee"] {
        let found = admin.get(&format!("/api/system/sessions?q={q}")).await.expect(200).json();
        let items = found["items"].as_array().expect("items");
        assert!(items.iter().any(|item| item["user"]["id"] == user.id()), "{q}: {found}");
    }
}
