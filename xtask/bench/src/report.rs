//! The table on the terminal, and `docs/benchmarks.md`.

use crate::results::{Line, number};

/// Prints one line as soon as it is known.
pub fn say(line: &Line) {
    let other = line.other.map_or_else(|| "-".to_owned(), number);
    let ratio = line.ratio().map_or_else(|| "-".to_owned(), |ratio| format!("{ratio:.2}"));
    let goal = line.goal.map_or_else(String::new, |goal| format!("goal {goal}"));
    let verdict = match line.is_met() {
        Some(true) => "met",
        Some(false) => "MISSED",
        None => "",
    };
    println!(
        "{:<12} {:<26} {:>10} {:>10} {:<8} {ratio:>6} {goal:<9} {verdict}",
        line.scenario,
        line.measure,
        number(line.ours),
        other,
        line.against
    );
}
