//! A child process that cannot outlive its owner.
//!
//! The child leads a process group of its own, so that a Ctrl-C at the terminal reaches only the owner, who then stops
//! things in their order, and so that one signal reaches the child and all it started. Its standard input is a pipe
//! that it watches: when the owner dies, by whatever cause, the pipe closes and the child ends itself.

use std::os::unix::process::CommandExt;
use std::process::{Child, ChildStdin, Command, ExitStatus, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use nix::sys::signal::{Signal, killpg};
use nix::unistd::Pid;

/// How often a wait looks again.
pub(crate) const POLL: Duration = Duration::from_millis(15);

/// A running child with the pipe that keeps it alive.
#[derive(Debug)]
pub(crate) struct Leashed {
    name: &'static str,
    child: Child,
    leash: Option<ChildStdin>,
}

impl Leashed {
    /// Starts `command`, which must end itself when its standard input ends.
    pub(crate) fn spawn(name: &'static str, command: &mut Command) -> Result<Self> {
        let mut child = command
            .stdin(Stdio::piped())
            .process_group(0)
            .spawn()
            .with_context(|| format!("{name} cannot be started ({})", command.get_program().to_string_lossy()))?;
        let leash = child.stdin.take();
        Ok(Self { name, child, leash })
    }

    pub(crate) fn child(&mut self) -> &mut Child {
        &mut self.child
    }

    /// The pipe into the child, for those that also take orders from it.
    pub(crate) fn leash(&mut self) -> Option<&mut ChildStdin> {
        self.leash.as_mut()
    }

    /// How the child ended, if it has.
    pub(crate) fn exited(&mut self) -> Result<Option<ExitStatus>> {
        Ok(self.child.try_wait()?)
    }

    /// Lets go of the child and waits for its orderly end; past `limit` the whole group is killed.
    pub(crate) fn stop(mut self, limit: Duration) -> Result<()> {
        self.leash = None;
        let deadline = Instant::now() + limit;
        while self.exited()?.is_none() {
            if Instant::now() > deadline {
                self.kill_group()?;
                bail!("{} did not stop within {limit:?} and was killed", self.name);
            }
            thread::sleep(POLL);
        }
        Ok(())
    }

    /// SIGKILL to the child and everything in its group: no handler runs, nothing is flushed.
    pub(crate) fn kill(mut self) -> Result<()> {
        self.kill_group()
    }

    fn kill_group(&mut self) -> Result<()> {
        let group = Pid::from_raw(i32::try_from(self.child.id())?);
        // The group may be gone already; then there is nothing to kill.
        let _ = killpg(group, Signal::SIGKILL);
        self.child.wait()?;
        Ok(())
    }
}

impl Drop for Leashed {
    /// Closing the pipe is enough for the child; waiting keeps it from becoming a zombie of a long-lived owner.
    fn drop(&mut self) {
        self.leash = None;
        let deadline = Instant::now() + Duration::from_secs(5);
        while matches!(self.child.try_wait(), Ok(None)) {
            if Instant::now() > deadline {
                let _ = self.kill_group();
                return;
            }
            thread::sleep(POLL);
        }
    }
}
