//! Golden files: the bytes of every stored and wire struct, in `src/domain/golden/`. A changed file in a diff is a changed
//! format. `BLESS=1 cargo test` rewrites them.

use std::{fs, path::PathBuf};

use serde::Serialize;

fn path(name: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("src/domain/golden").join(name)
}

/// The text of a golden file.
pub(crate) fn read(name: &str) -> String {
    fs::read_to_string(path(name)).unwrap_or_else(|error| panic!("golden/{name}: {error}"))
}

/// Compares the JSON of `value` with a golden file, or rewrites the file if `BLESS` is set.
pub(crate) fn assert_golden(name: &str, value: &impl Serialize) {
    let actual = serde_json::to_string_pretty(value).unwrap() + "\n";
    if std::env::var_os("BLESS").is_some() {
        fs::write(path(name), actual).unwrap();
    } else {
        assert_eq!(actual, read(name), "golden/{name} differs; if that is meant, run with BLESS=1");
    }
}
