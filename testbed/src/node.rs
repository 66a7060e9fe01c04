//! The Node that runs Miniflare and wrangler.

use std::path::{Path, PathBuf};
use std::process::Command;

use crate::workspace;

/// Miniflare 5 and wrangler 4 refuse anything older.
pub const OLDEST: (u32, u32) = (22, 12);

/// The Node to use: the one that npm brought for this platform, otherwise the system's if it is new enough.
pub fn find() -> Option<PathBuf> {
    let candidates = [workspace::node_modules().join(".bin/node"), PathBuf::from("node")];
    candidates.into_iter().find(|node| version(node).is_some_and(|version| version >= OLDEST))
}

/// Major and minor version of the Node at `path`; `None` where it does not run.
pub fn version(path: &Path) -> Option<(u32, u32)> {
    let output = Command::new(path).arg("--version").output().ok()?;
    let text = String::from_utf8(output.stdout).ok()?;
    let mut parts = text.trim().trim_start_matches('v').split('.');
    Some((parts.next()?.parse().ok()?, parts.next()?.parse().ok()?))
}
