//! Sessions as operators see them: how long a page is.

use serde_json::json;

use crate::stack;
use crate::support::{Client, new_user};

#[tokio::test]
async fn a_page_of_sessions_has_25_users_unless_told_and_50_at_most() {
    let admin = Client::sign_in(stack(), &new_user(stack(), "admin").email).await;
    for _ in 0..51 {
        new_user(stack(), "requester");
    }
    for (query, users) in [("", 25), ("?limit=50", 50), ("?limit=1", 1)] {
        let page = admin.get(&format!("/api/system/sessions{query}")).await.expect(200);
        assert_eq!(page.json()["items"].as_array().map(Vec::len), Some(users), "{query}");
        assert!(page.header("link").is_some(), "{query}: {page}");
    }
    for limit in ["51", "200", "0"] {
        let problem = admin.get(&format!("/api/system/sessions?limit={limit}")).await.problem(400, "invalid");
        assert_eq!(
            (&problem["errors"][0]["field"], &problem["errors"][0]["code"]),
            (&json!("limit"), &json!("out_of_range"))
        );
    }
}
