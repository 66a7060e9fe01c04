//! The runtime's disk, made small enough to be filled: a file system in memory under the objects' folder.
//!
//! Mounting it needs root, and a namespace of mounts of our own, so that it goes with us however we end: `cargo xtask
//! torture` runs itself a second time inside one.

use std::env;
use std::fs::{self, File};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitStatus, Stdio};

use anyhow::{Context, Result, ensure};

/// Set inside the namespace.
const INSIDE: &str = "CEPATEDGE_TORTURE_MOUNTS";
/// More than the objects of a long run need; memory is taken for what they write, and not before.
const SIZE: &str = "8g";
/// What is left when the disk shrinks around its objects, and then filled.
const LEFT: u64 = 8 << 20;

/// Whether a disk can be filled here.
pub fn is_possible() -> bool {
    env::var_os(INSIDE).is_some()
}

/// Runs this very command in a namespace of its own. `None` when that is where we are, or when it cannot be had.
pub fn enter() -> Result<Option<ExitStatus>> {
    if is_possible() {
        return Ok(None);
    }
    let works = unshare().args(["mount", "--make-private", "/"]).stdout(Stdio::null()).stderr(Stdio::null()).status();
    if !works.is_ok_and(|status| status.success()) {
        return Ok(None);
    }
    let mut command = unshare();
    command.arg(env::current_exe()?).args(env::args_os().skip(1)).env(INSIDE, "1");
    Ok(Some(command.status().context("unshare cannot be started")?))
}

fn unshare() -> Command {
    let mut command = Command::new("unshare");
    command.args(["--mount", "--propagation", "private"]);
    command
}

/// Puts the small disk under `folder`.
pub fn mount(folder: &Path) -> Result<()> {
    fs::create_dir_all(folder)?;
    run_mount(&["-t", "tmpfs", "-o", &format!("size={SIZE}"), "tmpfs"], folder)
}

fn resize(folder: &Path, size: &str) -> Result<()> {
    run_mount(&["-o", &format!("remount,size={size}")], folder)
}

fn run_mount(arguments: &[&str], folder: &Path) -> Result<()> {
    let status = Command::new("mount").args(arguments).arg(folder).status().context("mount cannot be started")?;
    ensure!(status.success(), "mount {} {} failed", arguments.join(" "), folder.display());
    Ok(())
}

/// How much is written there, in bytes.
fn used(folder: &Path) -> Result<u64> {
    let output = Command::new("df").args(["--block-size=1", "--output=used"]).arg(folder).output()?;
    let text = String::from_utf8(output.stdout)?;
    text.lines().last().and_then(|line| line.trim().parse().ok()).context("df says otherwise than expected")
}

/// The disk shrunk to what is on it, and a file that takes the rest, until it is dropped.
pub struct Filler(PathBuf);

impl Filler {
    pub fn fill(folder: &Path) -> Result<Filler> {
        let filler = Filler(folder.join("filler"));
        resize(folder, &(used(folder)? + LEFT).to_string())?;
        let mut file = File::create(&filler.0)?;
        let mut piece = vec![0; 1 << 20];
        // Large pieces first, and then what is left.
        while !piece.is_empty() {
            if file.write_all(&piece).is_err() {
                piece.truncate(piece.len() / 2);
            }
        }
        Ok(filler)
    }
}

impl Drop for Filler {
    fn drop(&mut self) {
        let _ = fs::remove_file(&self.0);
        // Were it to fail, the run would stand still, which it notices.
        let _ = self.0.parent().map(|folder| resize(folder, SIZE));
    }
}
