//! What was measured against what is recorded.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{Write, stderr};
use std::path::PathBuf;
use std::{env, fs};

use testbed::{Counts, workspace};

/// Costs by what they are; what is not there is nothing.
pub type Costs = BTreeMap<String, u64>;

/// What was measured of each route.
pub type Table = BTreeMap<&'static str, Measured>;

/// What was measured of one route.
#[derive(Debug)]
pub struct Measured {
    /// What is recorded of it.
    pub costs: Costs,
    /// How often each import of the wasm module was called until everything was done: tells where a new crossing is.
    pub imports: BTreeMap<String, u64>,
}

/// Set by `cargo xtask guards --write`.
const WRITE: &str = "CEPATEDGE_GUARDS_WRITE";

/// Calls to objects, one behind the other, before the answer.
pub const HOPS: &str = "answer: hops in sequence";

/// The same before the first row that the request's object wrote.
pub const HOPS_BEFORE_COMMIT: &str = "commit: hops in sequence";

/// The bytes of the HTTP answer, headers and body.
pub const ANSWER_BYTES: &str = "answer: bytes";

/// The costs of one call: until the answer, and until everything behind it was done.
pub fn costs(answer: &Counts, total: &Counts) -> Costs {
    let mut costs = Costs::new();
    costs.insert(HOPS.to_owned(), answer.hops);
    costs.insert(HOPS_BEFORE_COMMIT.to_owned(), answer.hops_before_commit.unwrap_or_default());
    // What goes on behind the answer has durations in its messages, which have more digits on a slow machine.
    costs.insert("answer: bytes between objects".to_owned(), answer.call_bytes);
    costs.insert("answer: bytes into wasm".to_owned(), answer.bytes_into_wasm);
    costs.insert("answer: bytes of text out of wasm".to_owned(), answer.text_out_of_wasm);
    for (when, counts) in [("answer", answer), ("rest", total)] {
        let mut cost = |what: &str, count: u64| costs.insert(format!("{when}: {what}"), count);
        cost("calls to objects", counts.calls);
        cost("crossings into wasm", counts.into_wasm);
        cost("crossings out of wasm", counts.out_of_wasm);
        for (class, sql) in &counts.sql {
            cost(&format!("{class}, statements"), sql.statements);
            cost(&format!("{class}, rows read"), sql.rows_read);
            cost(&format!("{class}, rows written"), sql.rows_written);
            cost(&format!("{class}, transactions"), sql.transactions);
        }
    }
    costs.insert("rest: live messages".to_owned(), total.messages);
    costs.insert("rest: bytes of live messages".to_owned(), total.message_bytes);
    without_zeros(costs)
}

/// The least of each cost.
pub fn least(all: &[Costs]) -> Costs {
    let names: BTreeSet<&String> = all.iter().flat_map(BTreeMap::keys).collect();
    let least = |name: &String| all.iter().map(|costs| costs.get(name).copied().unwrap_or_default()).min();
    without_zeros(names.into_iter().filter_map(|name| Some((name.clone(), least(name)?))).collect())
}

fn without_zeros(mut costs: Costs) -> Costs {
    costs.retain(|_, count| *count > 0);
    costs
}

/// Fails when something has grown past its record; or writes the record.
pub fn check(now: &Table) {
    if env::var_os(WRITE).is_some() {
        let costs: BTreeMap<_, _> = now.iter().map(|(route, measured)| (route, &measured.costs)).collect();
        let text = serde_json::to_string_pretty(&costs).unwrap_or_else(|error| panic!("{error}"));
        return fs::write(file(), format!("{text}\n")).unwrap_or_else(|error| panic!("{error}"));
    }
    let text = fs::read_to_string(file()).unwrap_or_else(|error| panic!("{}: {error}", file().display()));
    let recorded: BTreeMap<String, Costs> =
        serde_json::from_str(&text).unwrap_or_else(|error| panic!("{}: {error}", file().display()));
    let (mut grown, mut shrunk) = (Vec::new(), Vec::new());
    for route in recorded.keys().filter(|route| !now.contains_key(route.as_str())) {
        grown.push(format!("{route}: in the record, and not measured"));
    }
    for (route, measured) in now {
        let Some(recorded) = recorded.get(*route) else {
            grown.push(format!("{route}: measured, and not in the record"));
            continue;
        };
        let changes = changes(recorded, &measured.costs);
        for (what, before, after) in &changes {
            let line = format!("{route}: {what}: {before} recorded, now {after}");
            if after > before { grown.push(line) } else { shrunk.push(line) }
        }
        if changes.iter().any(|(what, before, after)| after > before && what.contains("crossings")) {
            grown.push(format!("{route}: calls of imports until rest: {}", in_words(&measured.imports)));
        }
    }
    if !shrunk.is_empty() {
        // Past the test harness, which keeps to itself what a test that passes prints.
        let note = "less than recorded; `cargo xtask guards --write` lowers the record";
        let _no_terminal = writeln!(stderr(), "{note}:\n  {}", shrunk.join("\n  "));
    }
    assert!(
        grown.is_empty(),
        "\n  {}\n\nWhere this is meant to be, `cargo xtask guards --write` writes the record anew.\n",
        grown.join("\n  ")
    );
}

/// Each cost that is not as recorded: what, before, now.
fn changes<'a>(recorded: &'a Costs, now: &'a Costs) -> Vec<(&'a str, u64, u64)> {
    let names: BTreeSet<_> = recorded.keys().chain(now.keys()).collect();
    let count = |costs: &Costs, what: &str| costs.get(what).copied().unwrap_or_default();
    let all = names.into_iter().map(|what| (what.as_str(), count(recorded, what), count(now, what)));
    all.filter(|(_, before, after)| before != after).collect()
}

/// The imports, the busiest first, without what the bindgen adds to their names.
fn in_words(imports: &BTreeMap<String, u64>) -> String {
    let mut imports: Vec<_> = imports.iter().collect();
    imports.sort_by_key(|(_, count)| std::cmp::Reverse(**count));
    let name = |import: &str| {
        let name = import.trim_start_matches("__wbg_").trim_start_matches('_');
        name.rsplit_once('_').filter(|(_, hash)| hash.len() == 16).map_or(name, |(name, _)| name).to_owned()
    };
    imports.into_iter().map(|(import, count)| format!("{} {count}", name(import))).collect::<Vec<_>>().join(", ")
}

fn file() -> PathBuf {
    workspace::root().join("tests/guards/recorded.json")
}
