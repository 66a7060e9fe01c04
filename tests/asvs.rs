//! docs/asvs.md names a test for each requirement. A test that was renamed or removed takes its line with it.

use std::fs;
use std::path::Path;

#[test]
fn every_test_that_the_table_names_exists() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let paper = fs::read_to_string(root.join("docs/asvs.md")).expect("docs/asvs.md");
    let rows: Vec<&str> = paper.lines().filter(|line| line.starts_with("| ") && line.contains('`')).collect();
    assert!(rows.len() > 15, "{} rows", rows.len());
    for row in rows {
        let tests = row.trim_end_matches('|').rsplit('|').next().unwrap_or_default();
        let (mut file, mut found) = (String::new(), 0);
        // Within backticks: a path, then the tests in it.
        for quoted in tests.split('`').skip(1).step_by(2) {
            if quoted.contains('/') {
                file = fs::read_to_string(root.join(quoted)).unwrap_or_else(|error| panic!("{quoted}: {error}"));
            } else {
                assert!(file.contains(quoted), "there is no test `{quoted}`: {row}");
                found += 1;
            }
        }
        assert!(found > 0, "no test: {row}");
    }
}
