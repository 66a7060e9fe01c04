//! The integration tests by what each needs, read off its files.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::Result;
use testbed::{stack, workspace};

/// What an integration test needs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Nothing: it runs by itself.
    Native,
    /// A wasm engine.
    Wasm,
    /// PostgreSQL.
    Database,
    /// Everything, in the build that is deployed.
    Guards,
    /// Everything: it brings up systems of its own.
    System,
}

/// `--test <name>` for each integration test of this kind. Those whose names start with `wasm` run in wasm, `guards` is
/// a kind of its own; those that use the crate `testbed` or name the variable of the shared PostgreSQL need what these
/// stand for.
pub fn named(kind: Kind) -> Result<Vec<String>> {
    let mut arguments = Vec::new();
    let dir = workspace::root().join("tests");
    if !dir.exists() {
        return Ok(arguments);
    }
    let mut paths: Vec<PathBuf> = fs::read_dir(&dir)?.map(|entry| Ok(entry?.path())).collect::<Result<_>>()?;
    paths.sort();
    for path in paths {
        let is_test = path.join("main.rs").exists() || path.extension().is_some_and(|extension| extension == "rs");
        let name = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
        if is_test && kind_of(&name, &path)? == kind {
            arguments.extend(["--test".to_owned(), name]);
        }
    }
    Ok(arguments)
}

fn kind_of(name: &str, path: &Path) -> Result<Kind> {
    if name.starts_with("wasm") {
        Ok(Kind::Wasm)
    } else if name == "guards" {
        Ok(Kind::Guards)
    } else if mentions("testbed::", path)? {
        Ok(Kind::System)
    } else if mentions(stack::SHARED_POSTGRES, path)? {
        Ok(Kind::Database)
    } else {
        Ok(Kind::Native)
    }
}

/// Itself, or by a module beside it that it shares with other tests.
fn mentions(word: &str, path: &Path) -> Result<bool> {
    if path.is_dir() {
        for entry in fs::read_dir(path)? {
            if mentions(word, &entry?.path())? {
                return Ok(true);
            }
        }
        return Ok(false);
    }
    let text = fs::read_to_string(path).unwrap_or_default();
    if text.contains(word) {
        return Ok(true);
    }
    let folder = path.parent().unwrap_or(path);
    let modules = text.lines().filter_map(|line| line.strip_prefix("mod ")?.strip_suffix(';'));
    for module in modules.map(|module| folder.join(module)).filter(|module| module.is_dir()) {
        if mentions(word, &module)? {
            return Ok(true);
        }
    }
    Ok(false)
}
