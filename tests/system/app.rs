//! The app comes from the same origin as the API, under a policy that lets nothing else in.

use std::fs;
use std::path::Path;
use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use sha2::{Digest, Sha256};
use testbed::{Stack, workspace};

use crate::stack;
use crate::support::{Client, Reply, demo, eventually};

/// A build of the app that replaces the one that is served is served within this time, pages and policy.
const NEWS: Duration = Duration::from_secs(10);

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

#[tokio::test]
async fn a_system_that_runs_while_the_app_is_built_anew_serves_pages_and_policy_of_one_build() {
    let app = testbed::stack::scratch_dir("app").expect("a folder");
    copy(&workspace::web_dir().join("dist"), &app);
    let stack = Stack::builder().app(&app).start().unwrap_or_else(|error| panic!("no system to test: {error:?}"));
    let requester = Client::sign_in(&stack, &demo("requester")).await;
    let id = requester.report("Said before the app was built").await["id"].as_str().expect("an id").to_owned();
    let anyone = Client::anonymous(&stack);
    let first = anyone.get("/").await.expect(200);
    assert_eq!(scripts_that_are_refused(&first), [""; 0]);

    // As the build does: everything goes, and comes again while the system runs.
    let script = inline_scripts(&first.text()).next().expect("an inline script").to_owned();
    let other = format!("{script}/* of another build */");
    let page = first.text().replace(&script, &other);
    let headers = fs::read_to_string(app.join("_headers")).expect("headers").replace(&hash(&script), &hash(&other));
    fs::remove_file(app.join("_headers")).expect("it was there");
    fs::write(app.join("index.html"), &page).expect("a page");
    tokio::time::sleep(Duration::from_millis(700)).await;
    let between = anyone.get("/").await.expect(200);
    assert_eq!(scripts_that_are_refused(&between), [""; 0], "in the middle of the build");
    fs::write(app.join("_headers"), headers).expect("headers");

    let client = Client::anonymous(&stack);
    eventually(NEWS, async || {
        let Ok(reply) = client.call(hyper::Method::GET, "/").try_send().await else { return Err("away".to_owned()) };
        let refused = scripts_that_are_refused(&reply);
        assert!(refused.is_empty(), "the page refuses its own script {refused:?}");
        if reply.text().contains("of another build") { Ok(()) } else { Err("still the old page".to_owned()) }
    })
    .await;
    requester.reconnected().get(&format!("/api/requests/{id}")).await.expect(200);
    drop(stack);
    fs::remove_dir_all(&app).expect("it was there");
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).expect("a folder");
    for entry in fs::read_dir(from).expect("a build of the app").map(|entry| entry.expect("an entry")) {
        let target = to.join(entry.file_name());
        if entry.path().is_dir() {
            copy(&entry.path(), &target);
        } else {
            fs::copy(entry.path(), target).expect("a copy");
        }
    }
}

/// The page's own scripts that its policy does not let run.
fn scripts_that_are_refused(page: &Reply) -> Vec<String> {
    let policy = page.header("content-security-policy").unwrap_or_default().to_owned();
    inline_scripts(&page.text()).filter(|script| !policy.contains(&hash(script))).map(str::to_owned).collect()
}

fn inline_scripts(page: &str) -> impl Iterator<Item = &str> {
    page.split("<script>").skip(1).filter_map(|rest| rest.split("</script>").next())
}

fn hash(script: &str) -> String {
    format!("'sha256-{}'", STANDARD.encode(Sha256::digest(script)))
}
