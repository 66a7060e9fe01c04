//! `cargo xtask bench`: builds both sides of the comparison and hands over to `xtask/bench`, which measures.
//!
//! The peer's npm packages are installed below `target/`, so that the work tree keeps one `node_modules`.

use std::fs;
use std::process::Command;

use anyhow::{Context, Result, bail};
use clap::Args;
use testbed::{Bundle, workspace};

use crate::progress::step;
use crate::{build, cargo, npm, setup};

/// Options of the program that measures; `cargo xtask bench --help` shows them.
#[derive(Args)]
#[command(disable_help_flag = true)]
pub struct Options {
    /// Handed on as they are
    #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
    arguments: Vec<String>,
}

/// Builds what is missing and measures.
pub fn run(options: &Options) -> Result<()> {
    const PACKAGE: &str = "cepatedge-bench";
    step("Compiling the load generator", |step| {
        cargo::run(step, cargo::command().args(["build", "--package", PACKAGE]))
    })?;
    let asks_for_help = options.arguments.iter().any(|argument| argument == "--help" || argument == "-h");
    if !asks_for_help {
        setup::ensure()?;
        build::make(&Bundle::release())?;
        make_peer()?;
    }
    let program = workspace::target_dir().join("debug").join(PACKAGE);
    let status = Command::new(program).args(&options.arguments).current_dir(workspace::root()).status()?;
    if status.success() { Ok(()) } else { bail!("the benchmark failed") }
}

fn make_peer() -> Result<()> {
    let (source, target) = (workspace::root().join("benches/peer"), workspace::target_dir().join("bench/peer"));
    fs::create_dir_all(&target)?;
    for file in ["package.json", "package-lock.json"] {
        fs::copy(source.join(file), target.join(file)).with_context(|| format!("the peer's {file}"))?;
    }
    npm::ensure(&target, "Installing the peer's npm packages", &["--omit=dev"], || Ok(()))?;
    let output = Command::new(build::esbuild()?)
        .arg(source.join("src/index.ts"))
        .args(["--bundle", "--minify", "--format=esm", "--target=esnext", "--conditions=workerd,worker"])
        .args(["--external:cloudflare:*", "--external:node:*", "--log-level=warning"])
        .arg(format!("--outfile={}", target.join("index.js").display()))
        .env("NODE_PATH", target.join("node_modules"))
        .output()
        .context("esbuild cannot be started")?;
    if output.status.success() { Ok(()) } else { bail!("{}", String::from_utf8_lossy(&output.stderr)) }
}
