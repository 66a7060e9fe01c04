//! npm: the packages of a folder, installed when its lock file is another than the one that was installed last.

use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};

use anyhow::{Context, Result, bail};
use sha2::{Digest, Sha256};

use crate::progress::step;

/// Brings `node_modules` of `dir` up to date; `after` does what no package's own script may do. Not `npm ci`: it insists that
/// the registry has the optional packages of every platform, even of those that this machine is not.
pub fn ensure(dir: &Path, title: &str, arguments: &[&str], after: impl FnOnce() -> Result<()>) -> Result<()> {
    let lock = dir.join("package-lock.json");
    let lock = fs::read(&lock).with_context(|| format!("{} is missing", lock.display()))?;
    let wanted: String = Sha256::digest(&lock).iter().map(|byte| format!("{byte:02x}")).collect();
    let marker = dir.join("node_modules/.installed-lock");
    if fs::read_to_string(&marker).is_ok_and(|installed| installed == wanted) {
        return Ok(());
    }
    step(title, |_| {
        // No package's own scripts run.
        let output = Command::new("npm")
            .args(["install", "--no-save", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"])
            .args(arguments)
            .current_dir(dir)
            .stdin(Stdio::null())
            .output()
            .context("npm cannot be started: install Node, which brings it")?;
        if !output.status.success() {
            bail!("`npm install` failed in {}:\n{}", dir.display(), String::from_utf8_lossy(&output.stderr));
        }
        after()?;
        Ok(fs::write(&marker, &wanted)?)
    })
}
