//! Where things lie in the work tree. The paths are those of the checkout that compiled this crate.

use std::env;
use std::path::{Path, PathBuf};

/// The root of the repository.
pub fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap_or(Path::new("."))
}

/// Cargo's target directory, which also holds the bundles and what tests leave behind.
pub fn target_dir() -> PathBuf {
    match env::var_os("CARGO_TARGET_DIR") {
        Some(dir) => root().join(dir),
        None => root().join("target"),
    }
}

/// The npm packages that `cargo xtask` installed.
pub fn node_modules() -> PathBuf {
    root().join("node_modules")
}

/// The app's sources and, in `dist`, what is served of them.
pub fn web_dir() -> PathBuf {
    root().join("web")
}

/// The PostgreSQL schema, one numbered file a step.
pub fn migrations_dir() -> PathBuf {
    root().join("migrations")
}

/// Folders of test systems: `<pid>-<number>`, so that the next run can tell which owners are gone.
pub fn scratch_dir() -> PathBuf {
    target_dir().join("testbed")
}
