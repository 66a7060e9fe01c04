//! Cargo run from inside `cargo xtask`, as if it were typed at the prompt.

use std::env;
use std::io::{BufRead, BufReader, IsTerminal, stderr};
use std::process::{Command, Stdio};

use anyhow::{Context, Result, bail};
use testbed::workspace;

use crate::progress::{self, Step};

/// Cargo's own words about what it is doing, which become the step's detail instead of lines.
const ACTIVITIES: [&str; 10] = [
    "Blocking",
    "Checking",
    "Compiling",
    "Downloaded",
    "Downloading",
    "Executable",
    "Finished",
    "Fresh",
    "Locking",
    "Updating",
];

/// The cargo that runs us, without what it told us about our own package: build scripts that watch those variables would
/// run again, and their crates compile again, at each change between `cargo xtask` and plain cargo.
pub fn command() -> Command {
    let mut command = Command::new(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    forget_package(&mut command);
    command.current_dir(workspace::root());
    command
}

/// For a program that may run cargo: takes out of its environment what cargo told us about our own package.
pub fn forget_package(command: &mut Command) {
    for (name, _) in env::vars_os() {
        let is_about_us = ["CARGO_PKG_", "CARGO_MANIFEST_", "CARGO_BIN_", "CARGO_CRATE_"]
            .iter()
            .any(|prefix| name.to_string_lossy().starts_with(prefix));
        if is_about_us {
            command.env_remove(name);
        }
    }
}

/// Runs a cargo command whose work is compiling; its progress goes to `step`, its warnings and errors to the terminal.
pub fn run(step: &Step, command: &mut Command) -> Result<()> {
    let color = if stderr().is_terminal() { "always" } else { "never" };
    let mut child = command
        .env("CARGO_TERM_COLOR", color)
        .env("CARGO_FUTURE_INCOMPAT_REPORT_FREQUENCY", "never")
        .stdin(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .context("cargo cannot be started")?;
    let output = child.stderr.take().context("cargo has no output")?;
    let mut said = Vec::new();
    for line in BufReader::new(output).lines().map_while(Result::ok) {
        let plain = without_colors(&line);
        let activity = plain.split_whitespace().next().unwrap_or_default();
        if plain.starts_with(' ') && ACTIVITIES.contains(&activity) {
            step.detail(plain.trim());
        } else {
            said.push(line);
        }
    }
    let status = child.wait()?;
    for line in said {
        progress::line(&line);
    }
    if !status.success() {
        bail!("cargo failed");
    }
    Ok(())
}

fn without_colors(line: &str) -> String {
    let mut plain = String::with_capacity(line.len());
    let mut chars = line.chars();
    while let Some(char) = chars.next() {
        if char == '\x1b' {
            // A color is ESC [ numbers m.
            for end in chars.by_ref() {
                if end.is_ascii_alphabetic() {
                    break;
                }
            }
        } else {
            plain.push(char);
        }
    }
    plain
}
