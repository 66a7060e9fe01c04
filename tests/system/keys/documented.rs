//! docs/api-keys.md says how a program calls: what it says is run as it stands there.

use std::process::Command;

use super::{make, secret, somebody};
use crate::stack;

#[tokio::test]
async fn the_examples_of_the_documentation_work() {
    let paper = include_str!("../../../docs/api-keys.md");
    let blocks = paper.split("```sh\n").skip(1).filter_map(|rest| rest.split("```").next());
    // Where one's own address and key are put is not run: the key there is none.
    let examples: Vec<&str> = blocks.filter(|block| !block.starts_with("export ")).collect();
    assert!(examples.len() >= 3, "{examples:?}");
    let (_, manager) = somebody(stack(), "manager").await;
    let made = make(&manager, &["read", "report"]).await;
    for example in examples {
        let mut shell = Command::new("sh");
        shell.args(["-euc", example]).env("CEPATEDGE_URL", &stack().base_url).env("CEPATEDGE_KEY", secret(&made));
        let ran = tokio::task::spawn_blocking(move || shell.output()).await.expect("it runs").expect("a shell");
        let said = String::from_utf8_lossy(&ran.stdout).into_owned();
        assert!(
            ran.status.success() && said.starts_with('{'),
            "{example}\n{said}{}",
            String::from_utf8_lossy(&ran.stderr)
        );
    }
    let requests = manager.get("/api/requests?q=Cold%20room%202").await.expect(200).json();
    assert!(requests["items"].as_array().is_some_and(|items| !items.is_empty()), "{requests}");
}
