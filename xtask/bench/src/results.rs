//! What was measured: lines of a table, each with its ratio and the goal that it is held against.

use serde::{Deserialize, Serialize};

/// Which way is better.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Better {
    /// More is better; the ratio must reach the goal.
    More,
    /// Less is better; the ratio, or ours where there is no other, must not exceed the goal.
    Less,
}

/// One line.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Line {
    /// The scenario.
    pub scenario: String,
    /// What was measured, with its unit.
    pub measure: String,
    /// Ours.
    pub ours: f64,
    /// What it is compared with.
    pub other: Option<f64>,
    /// What that is, `peer` if nothing else.
    pub against: String,
    /// Which way is better.
    pub better: Better,
    /// What the ratio (or ours, without another) is to reach or to stay below.
    pub goal: Option<f64>,
}

impl Line {
    /// Ours against the peer's.
    pub fn new(scenario: &str, measure: &str, ours: f64, peer: f64, better: Better, goal: Option<f64>) -> Self {
        Self {
            scenario: scenario.to_owned(),
            measure: measure.to_owned(),
            ours,
            other: Some(peer),
            against: "peer".to_owned(),
            better,
            goal,
        }
    }

    /// Ours against something else.
    pub fn against(mut self, what: &str) -> Self {
        what.clone_into(&mut self.against);
        self
    }

    /// Ours alone.
    pub fn alone(scenario: &str, measure: &str, ours: f64, better: Better, goal: Option<f64>) -> Self {
        Self { other: None, ..Self::new(scenario, measure, ours, 0.0, better, goal) }.against("")
    }

    /// Ours over the other.
    pub fn ratio(&self) -> Option<f64> {
        self.other.filter(|other| *other > 0.0).map(|other| self.ours / other)
    }

    /// Whether the goal is met; none without a goal.
    pub fn is_met(&self) -> Option<bool> {
        let (goal, value) = (self.goal?, self.ratio().unwrap_or(self.ours));
        Some(match self.better {
            Better::More => value >= goal,
            Better::Less => value <= goal,
        })
    }
}

/// A whole run.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Results {
    /// The day.
    pub date: String,
    /// The machine: processor, cores, memory, system.
    pub machine: String,
    /// The runtime and PostgreSQL.
    pub software: String,
    /// What was typed.
    pub command: String,
    /// The load average when it began and when it ended.
    pub load: [f64; 2],
    /// Rounds of each comparison, and the seconds of each round.
    pub rounds: usize,
    /// See `rounds`.
    pub seconds: f64,
    /// The lines.
    pub lines: Vec<Line>,
}

/// A number with as many digits as say something.
pub fn number(value: f64) -> String {
    match value.abs() {
        size if size >= 100.0 => thousands(value.round()),
        size if size >= 10.0 => format!("{value:.1}"),
        _ => format!("{value:.2}"),
    }
}

fn thousands(value: f64) -> String {
    let digits = format!("{}", value.abs() as u64);
    let mut text = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    if value < 0.0 { format!("-{text}") } else { text }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_short_and_readable() {
        assert_eq!([0.123, 12.34, 123.4, 1_234_567.0].map(number), ["0.12", "12.3", "123", "1,234,567"]);
    }

    #[test]
    fn a_goal_is_met_from_the_better_side() {
        let more = Line::new("a", "b", 12.0, 10.0, Better::More, Some(1.2));
        let less = Line::new("a", "b", 12.0, 10.0, Better::Less, Some(1.0));
        assert_eq!((more.is_met(), less.is_met()), (Some(true), Some(false)));
        assert_eq!(Line::alone("a", "b", 40.0, Better::Less, Some(50.0)).is_met(), Some(true));
    }
}
