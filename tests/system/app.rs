//! The app comes from the same origin as the API, under a policy that lets nothing else in.

use crate::stack;
use crate::support::Client;

#[tokio::test]
async fn every_page_is_the_app_under_a_strict_policy() {
    let anyone = Client::anonymous(stack());
    for page in ["/", "/requests", "/requests/7d0339e7-2b16-8aca-beb4-735e4d1a548c", "/system/logs", "/apirequests"] {
        let reply = anyone.get(page).await.expect(200);
        assert!(reply.header("content-type").is_some_and(|kind| kind.starts_with("text/html")), "{page}: {reply}");
        let policy = reply.header("content-security-policy").unwrap_or_else(|| panic!("{page} has no policy: {reply}"));
        for rule in ["default-src 'none'", "script-src 'self'", "frame-ancestors 'none'", "base-uri 'none'"] {
            assert!(policy.contains(rule), "{page}: {policy}");
        }
        assert!(!policy.contains("unsafe"), "{page}: {policy}");
        assert_eq!(reply.header("x-content-type-options"), Some("nosniff"), "{page}");
        assert!(reply.header("strict-transport-security").is_some(), "{page}");
        assert!(reply.header("referrer-policy").is_some(), "{page}");
        assert!(reply.header("permissions-policy").is_some(), "{page}");
    }
}

#[tokio::test]
async fn what_is_under_api_is_never_the_app() {
    let anyone = Client::anonymous(stack());
    for path in ["/api", "/api/", "/api/nothing", "/api/requests/7"] {
        anyone.get(path).await.problem(404, "not_found");
    }
}
