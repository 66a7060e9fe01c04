//! What the functions make of the golden tables, natively; `BLESS=1` writes these.

#![cfg(not(target_arch = "wasm32"))]

mod table;

use std::path::PathBuf;

#[test]
fn every_case_comes_out_as_it_was_written_down() {
    check("cases.tsv", table::CASES, &table::cases());
}

#[test]
fn every_character_comes_out_as_it_was_written_down() {
    check("characters.tsv", table::CHARACTERS, &table::characters());
}

fn check(file: &str, written: &str, today: &str) {
    if std::env::var_os("BLESS").is_some() {
        let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/golden").join(file);
        std::fs::write(path, today).unwrap();
        return;
    }
    let differs = written.lines().zip(today.lines()).filter(|(written, today)| written != today);
    let differs: Vec<_> = differs.map(|(written, today)| format!("{written}\n  now {today}")).collect();
    assert!(differs.is_empty(), "\n{}", differs.join("\n"));
    assert_eq!(written.lines().count(), today.lines().count());
}
