//! The app: its npm packages and its build, `web/dist`. What did not change is not done again.

use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::{env, iter};

use anyhow::{Context, Result, bail};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use testbed::{IdentityProvider, MailServer, Stack, node, workspace};

use crate::chromium;
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

const NO_NPM: &str = "npm cannot be started: install Node, which brings it";

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

/// A system that the browser's tests work in, and the file that a test makes to have its runtime killed and started again.
pub struct Inhabited {
    pub stack: Stack,
    pub restart: PathBuf,
}

/// `web/tests`, in as many browsers at once as there are systems with people in them, and one in which nobody is.
pub fn browse(inhabited: &[Inhabited], empty: &Stack) -> Result<()> {
    let whole = chromium::ensure()?;
    let shell = chromium::ensure_shell(&whole);
    let dir = workspace::web_dir();
    let systems: Vec<Value> = inhabited
        .iter()
        .map(|Inhabited { stack, restart }| {
            json!({
                "BASE_URL": origin(&stack.base_url),
                "MAILS_URL": stack.mail.as_ref().map(MailServer::page_url),
                "IDENTITY_URL": stack.identity.as_ref().map(IdentityProvider::base_url),
                "RESTART_FILE": restart,
                "EMPTY_URL": origin(&empty.base_url),
                "EMPTY_TOKEN": empty.secrets.setup_token,
            })
        })
        .collect();
    let systems = Value::from(systems).to_string();
    let environment: [(&str, &OsStr); 4] = [
        ("RETRIES", "1".as_ref()),
        ("CHROMIUM", whole.as_ref()),
        ("CHROMIUM_SHELL", shell.as_ref()),
        ("SYSTEMS", systems.as_ref()),
    ];
    progress::line("Testing the app in a browser");
    // It speaks for itself: a line for each test, with how long it took, and what failed once more at the end.
    let mut command = command(&dir, &["run", "--silent", "test:browser"], &environment)?;
    let status = command.status().context(NO_NPM)?;
    if status.success() { Ok(()) } else { bail!("tests in a browser failed") }
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
    let output = command(dir, arguments, &[])?.output().context(NO_NPM)?;
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    if !output.status.success() {
        bail!("`npm {}` failed in web/:\n{said}{}", arguments.join(" "), String::from_utf8_lossy(&output.stderr));
    }
    Ok(said)
}

fn command(dir: &Path, arguments: &[&str], environment: &[(&str, &OsStr)]) -> Result<Command> {
    let path = env::var_os("PATH").unwrap_or_default();
    let folders = iter::once(workspace::node_modules().join(".bin")).chain(env::split_paths(&path));
    let mut command = Command::new("npm");
    command
        .args(arguments)
        .current_dir(dir)
        .env("PATH", env::join_paths(folders)?)
        .env("NO_COLOR", "1")
        .envs(environment.iter().copied())
        .stdin(Stdio::null());
    Ok(command)
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
