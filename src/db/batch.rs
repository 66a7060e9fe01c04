//! Deliveries of many objects as few transactions, and an honest outcome for each of them.
//!
//! A delivery is applied whole or not at all. When PostgreSQL refuses the data of a transaction, it is halved until the
//! culprit stands alone: its neighbours commit, and it costs its object a parked row and nobody else anything.

use std::collections::VecDeque;
use std::ops::Range;

use pg::error::{Class, DbError, Fault};
use pg::platform::Platform;
use pg::session::Session;
use pg::statement::Statement;
use serde_json::value::RawValue;

use super::statements::apply;
use crate::domain::delivery::Packed;

/// The most rows of one transaction.
pub const MAX_ROWS: usize = 200;
/// The most bytes of JSON of one transaction. A delivery beyond `MAX_ROWS` or `MAX_BYTES` is accepted and travels alone.
pub const MAX_BYTES: usize = 1024 * 1024;

/// What became of a delivery.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// Committed, or already there in this or a newer version.
    Applied,
    /// Not committed, as far as is known. Deliver it again later; the fault's class says how patiently.
    Deferred(Fault),
    /// Never to be accepted as it is. Park it.
    Refused(Fault),
}

/// Cuts deliveries, in order, into runs that each fit one transaction.
pub fn plan(deliveries: &[Packed]) -> Vec<Range<usize>> {
    let mut runs = Vec::new();
    let (mut start, mut rows, mut bytes) = (0, 0, 0);
    for (index, delivery) in deliveries.iter().enumerate() {
        let fits = rows + delivery.rows() <= MAX_ROWS && bytes + delivery.bytes() <= MAX_BYTES;
        if !fits && index > start {
            runs.push(start..index);
            (start, rows, bytes) = (index, 0, 0);
        }
        rows += delivery.rows();
        bytes += delivery.bytes();
    }
    if start < deliveries.len() {
        runs.push(start..deliveries.len());
    }
    runs
}

/// The statements that apply deliveries together: at most one per table.
pub fn statements(deliveries: &[Packed]) -> Vec<Statement> {
    [
        array(deliveries.iter().flat_map(|delivery| &delivery.request)).map(apply::requests),
        array(deliveries.iter().flat_map(|delivery| &delivery.events)).map(apply::events),
        array(deliveries.iter().flat_map(|delivery| &delivery.audit)).map(apply::audit_entries),
    ]
    .into_iter()
    .flatten()
    .collect()
}

fn array<'a>(rows: impl Iterator<Item = &'a Box<RawValue>>) -> Option<String> {
    let rows: Vec<&str> = rows.map(|row| row.get()).collect();
    (!rows.is_empty()).then(|| format!("[{}]", rows.join(",")))
}

/// Applies deliveries and answers for each of them, in order.
pub async fn apply<P: Platform>(session: &Session<P>, deliveries: &[Packed]) -> Vec<Outcome> {
    let mut outcomes = vec![Outcome::Applied; deliveries.len()];
    let mut waiting = VecDeque::from(plan(deliveries));
    while let Some(run) = waiting.pop_front() {
        let Err(error) = write(session, deliveries.get(run.clone()).unwrap_or_default()).await else {
            continue;
        };
        match verdict(&error, run.len()) {
            Verdict::Halve => {
                let middle = run.start + run.len() / 2;
                waiting.push_front(middle..run.end);
                waiting.push_front(run.start..middle);
            }
            Verdict::All(outcome) => settle(&mut outcomes, run, &outcome),
            Verdict::Everything(outcome) => {
                settle(&mut outcomes, run, &outcome);
                waiting.drain(..).for_each(|run| settle(&mut outcomes, run, &outcome));
            }
        }
    }
    outcomes
}

async fn write<P: Platform>(session: &Session<P>, deliveries: &[Packed]) -> Result<(), DbError> {
    let statements = statements(deliveries);
    if statements.is_empty() {
        return Ok(());
    }
    session.write(&statements).await.map(drop)
}

/// What a failed transaction says about the deliveries in it.
enum Verdict {
    /// One of them is to blame: try each half.
    Halve,
    /// The same for all of them.
    All(Outcome),
    /// The same for all of them and for all that wait behind: the server is away.
    Everything(Outcome),
}

fn verdict(error: &DbError, deliveries: usize) -> Verdict {
    match error.class() {
        Class::Refused if deliveries > 1 => Verdict::Halve,
        Class::Refused => Verdict::All(Outcome::Refused(error.into())),
        Class::Transient | Class::Skew | Class::Configuration => match error {
            DbError::CircuitOpen { .. } => Verdict::Everything(Outcome::Deferred(error.into())),
            error if error.is_outage() => Verdict::Everything(Outcome::Deferred(error.into())),
            error => Verdict::All(Outcome::Deferred(error.into())),
        },
    }
}

fn settle(outcomes: &mut [Outcome], run: Range<usize>, outcome: &Outcome) {
    if let Some(outcomes) = outcomes.get_mut(run) {
        outcomes.fill(outcome.clone());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn packed(rows: usize, bytes_each: usize) -> Packed {
        let row = RawValue::from_string("1".repeat(bytes_each.max(1))).unwrap();
        Packed { events: vec![row; rows], ..Packed::default() }
    }

    #[test]
    fn a_run_is_full_at_200_rows_or_one_megabyte() {
        assert_eq!(plan(&[]), []);
        assert_eq!(plan(&vec![packed(1, 10); 200]).len(), 1);
        assert_eq!(plan(&vec![packed(1, 10); 201]), [0..200, 200..201]);
        assert_eq!(plan(&vec![packed(1, 400_000); 5]), [0..2, 2..4, 4..5]);
    }

    #[test]
    fn a_delivery_over_the_cap_travels_alone() {
        let deliveries = [packed(1, 10), packed(500, 10), packed(1, 10), packed(1, 3_000_000), packed(1, 10)];
        assert_eq!(plan(&deliveries), [0..1, 1..2, 2..3, 3..4, 4..5]);
    }

    #[test]
    fn every_delivery_is_in_exactly_one_run() {
        for sizes in [[1, 199, 1, 1], [200, 1, 200, 1], [201, 201, 1, 1], [0, 0, 0, 0]] {
            let deliveries = sizes.map(|rows| packed(rows, 10));
            let covered: Vec<usize> = plan(&deliveries).into_iter().flatten().collect();
            assert_eq!(covered, [0, 1, 2, 3], "{sizes:?}");
        }
    }

    #[test]
    fn a_table_without_rows_has_no_statement() {
        let both = statements(&[packed(2, 1), packed(1, 1)]);
        assert_eq!(both, [apply::events("[1,1,1]".to_owned())]);
        assert_eq!(statements(&[packed(0, 0)]), []);
    }
}
