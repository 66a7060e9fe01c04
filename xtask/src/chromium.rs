//! The browser of the tests: found on this machine, or installed on it where that needs nobody's word.

use std::env;
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context, Result, bail};

use crate::progress::{self, Step, step};

/// Names another browser than those that are looked for.
const VARIABLE: &str = "CHROMIUM";
/// Without a window: half the work for each page, but no sound and no camera.
const SHELLS: [&str; 2] = ["chromium-headless-shell", "chrome-headless-shell"];
const PROGRAMS: [&str; 4] = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"];
const MAC: &str = "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome";
const HINT: &str = "install Chromium or Chrome (on Debian: `sudo apt-get install chromium`), or name one in CHROMIUM";

/// A browser that speaks Chromium's protocol. Debian's package is installed where there is none and apt-get may be used.
///
/// # Errors
/// Says what to do when there is none and none can be installed.
pub fn ensure() -> Result<PathBuf> {
    if let Some(named) = env::var_os(VARIABLE).map(PathBuf::from) {
        if named.exists() {
            return Ok(named);
        }
        bail!("{VARIABLE} names {}, which does not exist", named.display());
    }
    if let Some(found) = whole() {
        return Ok(found);
    }
    let Some(apt) = apt_get() else { bail!("there is no browser for the tests: {HINT}") };
    step("Installing Chromium", |step| install(&apt, "chromium", step)).context(HINT)?;
    whole().context(HINT)
}

/// The one without a window, for what needs none: Debian's package, installed as the other; else `whole`.
pub fn ensure_shell(whole: &Path) -> PathBuf {
    if env::var_os(VARIABLE).is_some() {
        return whole.to_owned();
    }
    if find(&SHELLS).is_none()
        && let Some(apt) = apt_get()
        && let Err(error) = step("Installing Chromium's headless shell", |step| install(&apt, SHELLS[0], step))
    {
        progress::line(&format!("the tests take longer without it: {error:#}"));
    }
    find(&SHELLS).unwrap_or_else(|| whole.to_owned())
}

fn whole() -> Option<PathBuf> {
    find(&PROGRAMS).or_else(|| Some(PathBuf::from(MAC)).filter(|path| path.is_file()))
}

fn find(programs: &[&str]) -> Option<PathBuf> {
    let path = env::var_os("PATH").unwrap_or_default();
    let folders: Vec<PathBuf> = env::split_paths(&path).collect();
    programs.iter().flat_map(|name| folders.iter().map(move |folder| folder.join(name))).find(|path| path.is_file())
}

/// The beginning of a command that may install a package: apt-get as root, or by a sudo that does not ask.
fn apt_get() -> Option<Vec<OsString>> {
    if !Path::new("/usr/bin/apt-get").exists() {
        return None;
    }
    let works = |program: &str, arguments: &[&str]| {
        Command::new(program)
            .args(arguments)
            .stdin(Stdio::null())
            .output()
            .ok()
            .filter(|output| output.status.success())
    };
    let is_root = works("id", &["-u"]).is_some_and(|output| output.stdout.trim_ascii() == b"0");
    let sudo = ["sudo", "-n"].map(OsString::from);
    if is_root {
        Some(vec!["apt-get".into()])
    } else if works("sudo", &["-n", "true"]).is_some() {
        Some(sudo.into_iter().chain(["apt-get".into()]).collect())
    } else {
        None
    }
}

fn install(apt: &[OsString], package: &str, step: &Step) -> Result<()> {
    for arguments in [&["update"][..], &["install", "--yes", "--no-install-recommends", package]] {
        step.detail(&format!("apt-get {}", arguments[0]));
        let (program, first) = apt.split_first().context("no program")?;
        let output = Command::new(program)
            .args(first)
            .arg("--quiet")
            .args(arguments)
            .env("DEBIAN_FRONTEND", "noninteractive")
            .stdin(Stdio::null())
            .output()?;
        if !output.status.success() {
            bail!("apt-get {} failed:\n{}", arguments[0], String::from_utf8_lossy(&output.stderr));
        }
    }
    Ok(())
}
