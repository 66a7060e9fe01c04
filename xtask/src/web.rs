//! The app: its npm packages and its build, `web/dist`. What did not change is not done again.

use std::ffi::OsStr;
use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};
use std::{env, iter};

use anyhow::{Context, Result, bail};
use sha2::{Digest, Sha256};
use testbed::{IdentityProvider, MailServer, Stack, node, workspace};

use crate::progress::{self, step};

/// What the build is made of, in `web/`.
const SOURCES: [&str; 9] = [
    "src",
    "public",
    "scripts",
    "boot.js",
    "headers",
    "index.html",
    "package-lock.json",
    "tsconfig.json",
    "vite.config.ts",
];

/// Brings `web/dist` up to date.
pub fn make() -> Result<()> {
    let dir = workspace::web_dir();
    ensure_packages(&dir)?;
    let mut hash = Sha256::new();
    for name in SOURCES {
        digest(&mut hash, &dir.join(name))?;
    }
    let wanted = hex(hash);
    // Beside `dist`, not in it: what is in it is served.
    let marker = dir.join("node_modules/.built");
    let is_built = dir.join("dist/index.html").exists();
    if is_built && fs::read_to_string(&marker).is_ok_and(|built| built == wanted) {
        return Ok(());
    }
    let said = step("Building the app", |_| npm(&dir, &["run", "--silent", "build"]))?;
    if let Some(size) = said.lines().find(|line| line.starts_with("First load")) {
        progress::line(size);
    }
    Ok(fs::write(&marker, wanted)?)
}

/// Everything that can be said of the app without a browser.
pub fn check() -> Result<()> {
    let dir = workspace::web_dir();
    ensure_packages(&dir)?;
    let said = step("Checking the app", |_| npm(&dir, &["run", "--silent", "check"]))?;
    print!("{said}");
    make()
}

/// What the browser's tests are given.
pub struct Browsing<'a> {
    pub chromium: &'a Path,
    /// A system with people in it, which is killed and started again when a test makes the file `restart`.
    pub inhabited: &'a Stack,
    pub restart: &'a Path,
    /// A system in which nobody is.
    pub empty: &'a Stack,
}

/// `web/tests`.
pub fn browse(given: &Browsing<'_>) -> Result<()> {
    let dir = workspace::web_dir();
    let (base_url, empty_url) = (origin(&given.inhabited.base_url), origin(&given.empty.base_url));
    let mails_url = given.inhabited.mail.as_ref().map(MailServer::page_url).unwrap_or_default();
    let identity_url = given.inhabited.identity.as_ref().map_or("", IdentityProvider::base_url);
    let environment: [(&str, &OsStr); 8] = [
        ("RETRIES", "1".as_ref()),
        ("BASE_URL", base_url.as_ref()),
        ("CHROMIUM", given.chromium.as_ref()),
        ("MAILS_URL", mails_url.as_ref()),
        ("IDENTITY_URL", identity_url.as_ref()),
        ("RESTART_FILE", given.restart.as_ref()),
        ("EMPTY_URL", empty_url.as_ref()),
        ("EMPTY_TOKEN", given.empty.secrets.setup_token.as_ref()),
    ];
    let said =
        step("Testing the app in a browser", |_| npm_with(&dir, &["run", "--silent", "test:browser"], &environment))?;
    print!("{said}");
    Ok(())
}

/// The system at `base_url` under the name for which Chromium keeps `__Host-` cookies without TLS.
pub fn origin(base_url: &str) -> String {
    base_url.replace("127.0.0.1", "localhost")
}

/// Lighthouse, as web/lighthouse says; what it says goes straight to the terminal.
pub fn lighthouse(chromium: &Path, origin: &str, runs: u32) -> Result<()> {
    let dir = workspace::web_dir().join("lighthouse");
    ensure_packages(&dir)?;
    let node = node::find().unwrap_or_else(|| "node".into());
    let script = [dir.join("run.mjs").into_os_string(), origin.into(), runs.to_string().into()];
    let status = Command::new(node).args(script).env("CHROMIUM", chromium).stdin(Stdio::null()).status()?;
    if !status.success() {
        bail!("a page is below the goal, or could not be measured");
    }
    Ok(())
}

fn ensure_packages(dir: &Path) -> Result<()> {
    let name = dir.file_name().unwrap_or_default().display();
    crate::npm::ensure(dir, &format!("Installing the npm packages of {name}"), &[], || Ok(()))
}

/// npm on the Node that was brought for Miniflare, where there is one; returns what it said.
fn npm(dir: &Path, arguments: &[&str]) -> Result<String> {
    npm_with(dir, arguments, &[])
}

fn npm_with(dir: &Path, arguments: &[&str], environment: &[(&str, &OsStr)]) -> Result<String> {
    let path = env::var_os("PATH").unwrap_or_default();
    let folders = iter::once(workspace::node_modules().join(".bin")).chain(env::split_paths(&path));
    let output = Command::new("npm")
        .args(arguments)
        .current_dir(dir)
        .env("PATH", env::join_paths(folders)?)
        .env("NO_COLOR", "1")
        .envs(environment.iter().copied())
        .stdin(Stdio::null())
        .output()
        .context("npm cannot be started: install Node, which brings it")?;
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    if !output.status.success() {
        bail!("`npm {}` failed in web/:\n{said}{}", arguments.join(" "), String::from_utf8_lossy(&output.stderr));
    }
    Ok(said)
}

/// Names and contents, in the order of the names.
fn digest(hash: &mut Sha256, path: &Path) -> Result<()> {
    if path.is_dir() {
        let mut entries = fs::read_dir(path)?.map(|entry| Ok(entry?.path())).collect::<Result<Vec<_>>>()?;
        entries.sort();
        return entries.iter().try_for_each(|entry| digest(hash, entry));
    }
    hash.update(path.as_os_str().as_encoded_bytes());
    hash.update(fs::read(path).with_context(|| format!("{} is missing", path.display()))?);
    Ok(())
}

fn hex(hash: Sha256) -> String {
    hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect()
}
