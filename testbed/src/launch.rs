//! How PostgreSQL, which refuses to run as root, is run by root.

use std::fs;
use std::os::unix::fs::{MetadataExt, chown};
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::OnceLock;

use anyhow::{Context, Result};
use nix::unistd::geteuid;

/// The user `nobody` of nearly every system.
const NOBODY: u32 = 65_534;

/// The way on this machine, found out once.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Launch {
    /// We are not root: nothing to do.
    AsWeAre,
    /// In a user namespace of its own, where root of outside is user 1000. Works inside folders that only root may
    /// enter, and files keep belonging to root.
    InUserNamespace,
    /// As `nobody`: where user namespaces are forbidden. Every parent folder must be open to others.
    AsNobody,
}

impl Launch {
    pub(crate) fn detect() -> Self {
        static FOUND: OnceLock<Launch> = OnceLock::new();
        *FOUND.get_or_init(|| {
            if !geteuid().is_root() {
                Self::AsWeAre
            } else if namespaces_work() {
                Self::InUserNamespace
            } else {
                Self::AsNobody
            }
        })
    }

    /// A command that runs `program` this way, with PostgreSQL's own environment variables taken away.
    pub(crate) fn command(self, program: &Path) -> Command {
        let mut command = match self {
            Self::AsWeAre => Command::new(program),
            Self::InUserNamespace => {
                let mut command = unshare();
                command.arg(program);
                command
            }
            Self::AsNobody => {
                let mut command = Command::new(program);
                command.uid(NOBODY).gid(NOBODY);
                command
            }
        };
        for variable in ["PGDATA", "PGPORT", "PGHOST", "PGUSER", "PGPASSWORD", "PGDATABASE", "PGOPTIONS"] {
            command.env_remove(variable);
        }
        command.env("TZ", "UTC").env("LC_ALL", "C");
        command
    }

    /// Makes `dir` and what is in it belong to whoever PostgreSQL runs as.
    pub(crate) fn hand_over(self, dir: &Path) -> Result<()> {
        match self {
            Self::AsWeAre | Self::InUserNamespace => Ok(()),
            Self::AsNobody => hand_to_nobody(dir),
        }
    }
}

fn unshare() -> Command {
    let mut command = Command::new("unshare");
    command.args(["--user", "--map-user=1000", "--map-group=1000"]);
    command
}

fn namespaces_work() -> bool {
    let status = unshare().arg("true").stdout(Stdio::null()).stderr(Stdio::null()).status();
    status.is_ok_and(|status| status.success())
}

fn hand_to_nobody(path: &Path) -> Result<()> {
    let metadata = fs::symlink_metadata(path)?;
    if metadata.uid() != NOBODY {
        chown(path, Some(NOBODY), Some(NOBODY))
            .with_context(|| format!("{} cannot be given to the user nobody", path.display()))?;
    }
    if metadata.is_dir() {
        for entry in fs::read_dir(path)? {
            hand_to_nobody(&entry?.path())?;
        }
    }
    Ok(())
}
