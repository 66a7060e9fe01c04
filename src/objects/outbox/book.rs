//! What is owed to whom, as plain data: a line per destination.

use serde::{Deserialize, Serialize};

use super::{Debt, Destination};
use crate::domain::backoff;
use crate::domain::time::Timestamp;

/// At most this many events are sent at once.
pub const BATCH: i64 = 100;

/// The first retry comes this long after the write, in milliseconds: the push right behind the reply is usually done.
const GRACE_MS: i64 = 1_500;

/// Events that are sent together: an unbroken run of seqs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Run {
    /// The oldest.
    pub first: i64,
    /// The newest.
    pub last: i64,
}

/// Everything that one actor owes.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Book(Vec<Line>);

/// What is owed to one destination: the events behind `delivered_seq`, up to `owed_seq`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct Line {
    destination: Destination,
    owed_seq: i64,
    delivered_seq: i64,
    attempts: i64,
    next_attempt_ms: i64,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    parked_seq: Option<i64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    error: Option<String>,
}

impl Line {
    fn new(destination: Destination) -> Self {
        Line {
            destination,
            owed_seq: 0,
            delivered_seq: 0,
            attempts: 0,
            next_attempt_ms: 0,
            parked_seq: None,
            error: None,
        }
    }

    fn pending(&self) -> i64 {
        (self.owed_seq - self.delivered_seq).max(0)
    }

    fn is_open(&self) -> bool {
        self.parked_seq.is_none() && self.pending() > 0
    }

    fn run(&self) -> Option<Run> {
        let first = self.delivered_seq + 1;
        self.is_open().then(|| Run { first, last: self.owed_seq.min(self.delivered_seq + BATCH) })
    }

    fn debt(&self) -> Debt {
        let pending = self.pending();
        Debt {
            destination: self.destination,
            pending,
            delivered_seq: self.delivered_seq,
            attempts: self.attempts,
            next_attempt_at: (pending > 0).then(|| Timestamp::from_ms(self.next_attempt_ms)),
            parked_seq: self.parked_seq,
            error: self.error.clone(),
        }
    }
}

impl Book {
    fn line(&self, destination: Destination) -> Option<&Line> {
        self.0.iter().find(|line| line.destination == destination)
    }

    fn line_mut(&mut self, destination: Destination) -> Option<&mut Line> {
        self.0.iter_mut().find(|line| line.destination == destination)
    }

    /// Owes the event `seq` to each of `destinations`. Seqs grow without a gap.
    pub fn owe(&mut self, destinations: &[Destination], seq: i64, now: Timestamp) {
        for destination in destinations {
            if self.line(*destination).is_none() {
                self.0.push(Line::new(*destination));
            }
            let Some(line) = self.line_mut(*destination) else { continue };
            line.owed_seq = line.owed_seq.max(seq);
            if line.attempts == 0 {
                line.next_attempt_ms = now.as_ms() + GRACE_MS;
            }
        }
    }

    /// Owes everything behind `seq` to `destination` once more: it was found not to have it, whatever it said.
    pub fn owe_again(&mut self, destination: Destination, behind: i64) {
        if let Some(line) = self.line_mut(destination) {
            line.delivered_seq = line.delivered_seq.min(behind.max(0));
        }
    }

    /// Forgets that anything is owed to `destination`: a bug, for the checker of `cargo xtask torture` to find.
    #[cfg(feature = "fault-injection")]
    pub fn forgive(&mut self, destination: &str) {
        for line in self.0.iter_mut().filter(|line| line.destination.as_str() == destination) {
            line.delivered_seq = line.owed_seq;
        }
    }

    /// The oldest events owed to `destination`, unless it is parked.
    pub fn pending(&self, destination: Destination) -> Option<Run> {
        self.line(destination)?.run()
    }

    /// The oldest events owed to `destination`, if it may be tried at `now`.
    pub fn due(&self, destination: Destination, now: Timestamp) -> Option<Run> {
        let line = self.line(destination)?;
        let may_try = line.attempts == 0 || line.next_attempt_ms <= now.as_ms();
        line.run().filter(|_| may_try)
    }

    /// `destination` has the events of `run`. They count only as the next ones: what was owed again meanwhile stays owed.
    pub fn delivered(&mut self, destination: Destination, run: Run, now: Timestamp) {
        let Some(line) = self.line_mut(destination) else { return };
        if run.first <= line.delivered_seq + 1 {
            line.delivered_seq = line.delivered_seq.max(run.last);
        }
        line.attempts = 0;
        line.error = None;
        line.next_attempt_ms = now.as_ms() + GRACE_MS;
    }

    /// `destination` could not be reached: it is tried again after a backoff; `chance` is in [0, 1).
    pub fn postpone(&mut self, destination: Destination, error: String, chance: f64, now: Timestamp) {
        let Some(line) = self.line_mut(destination) else { return };
        let delay_ms = backoff::delay_ms(line.attempts.try_into().unwrap_or(u32::MAX), chance);
        line.attempts += 1;
        line.next_attempt_ms = now.as_ms() + delay_ms;
        line.error = Some(error);
    }

    /// `destination` refused the event `seq`: nothing more is sent there until a replay.
    pub fn park(&mut self, destination: Destination, seq: i64, error: String) {
        if let Some(line) = self.line_mut(destination) {
            (line.parked_seq, line.error) = (Some(seq), Some(error));
        }
    }

    /// Makes everything due now: what was parked is tried again, what waits for its backoff too.
    pub fn replay(&mut self, now: Timestamp) {
        for line in &mut self.0 {
            (line.parked_seq, line.error, line.attempts, line.next_attempt_ms) = (None, None, 0, now.as_ms());
        }
    }

    /// Makes what waits for its backoff due now: somebody knows that the destination is back.
    pub fn hurry(&mut self, now: Timestamp) {
        for line in self.0.iter_mut().filter(|line| line.parked_seq.is_none() && line.attempts > 0) {
            line.next_attempt_ms = line.next_attempt_ms.min(now.as_ms());
        }
    }

    /// When the next delivery is due, if one is owed and not parked.
    pub fn next_due(&self) -> Option<Timestamp> {
        let open = self.0.iter().filter(|line| line.is_open());
        open.map(|line| Timestamp::from_ms(line.next_attempt_ms)).min()
    }

    /// What is owed, per destination, in the order of their names.
    pub fn debts(&self) -> Vec<Debt> {
        let mut debts: Vec<Debt> = self.0.iter().map(Line::debt).collect();
        debts.sort_unstable_by_key(|debt| debt.destination.as_str());
        debts
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Any moment.
    const NOW: Timestamp = Timestamp::MIN;

    fn owing(seq: i64) -> Book {
        let mut book = Book::default();
        (1..=seq).for_each(|seq| book.owe(&Destination::ALL, seq, NOW));
        book
    }

    #[test]
    fn events_are_owed_to_each_destination_until_it_has_them() {
        let mut book = owing(3);
        assert_eq!(book.pending(Destination::Index), Some(Run { first: 1, last: 3 }));
        book.delivered(Destination::Index, Run { first: 1, last: 2 }, NOW);
        assert_eq!(book.pending(Destination::Index), Some(Run { first: 3, last: 3 }));
        book.delivered(Destination::Index, Run { first: 3, last: 3 }, NOW);
        assert_eq!(book.pending(Destination::Index), None);
        assert_eq!(book.pending(Destination::Audit), Some(Run { first: 1, last: 3 }));
        assert_eq!(book.next_due(), Some(NOW.plus_ms(GRACE_MS)));
    }

    #[test]
    fn a_long_debt_is_sent_in_runs_without_a_gap() {
        let mut book = owing(250);
        let mut runs = Vec::new();
        while let Some(run) = book.due(Destination::Postgres, NOW) {
            book.delivered(Destination::Postgres, run, NOW);
            runs.push((run.first, run.last));
        }
        assert_eq!(runs, [(1, 100), (101, 200), (201, 250)]);
    }

    #[test]
    fn what_is_owed_again_survives_the_success_of_a_run_that_was_on_its_way() {
        let mut book = owing(8);
        book.delivered(Destination::Postgres, Run { first: 1, last: 7 }, NOW);
        let on_its_way = book.pending(Destination::Postgres).unwrap();
        book.owe_again(Destination::Postgres, 3);
        book.delivered(Destination::Postgres, on_its_way, NOW);
        assert_eq!(book.pending(Destination::Postgres), Some(Run { first: 4, last: 8 }));
        book.owe_again(Destination::Postgres, 6);
        assert_eq!(book.pending(Destination::Postgres), Some(Run { first: 4, last: 8 }));
    }

    #[test]
    fn two_runs_that_overlap_count_once() {
        let mut book = owing(2);
        book.delivered(Destination::Index, Run { first: 1, last: 2 }, NOW);
        book.delivered(Destination::Index, Run { first: 1, last: 1 }, NOW);
        assert_eq!(book.debts().iter().find(|debt| debt.destination == Destination::Index).unwrap().delivered_seq, 2);
    }

    #[test]
    fn a_failure_waits_for_its_backoff_and_a_hurry_ends_the_wait() {
        let mut book = owing(1);
        book.postpone(Destination::Postgres, "away".into(), 0.5, NOW);
        assert_eq!(book.due(Destination::Postgres, NOW), None);
        assert_eq!(book.due(Destination::Postgres, NOW.plus_ms(125)), Some(Run { first: 1, last: 1 }));
        // A new event does not shorten the wait.
        book.owe(&Destination::ALL, 2, NOW);
        assert_eq!(book.due(Destination::Postgres, NOW), None);
        book.hurry(NOW);
        assert_eq!(book.due(Destination::Postgres, NOW), Some(Run { first: 1, last: 2 }));
    }

    #[test]
    fn a_refused_event_stops_its_destination_alone_until_a_replay() {
        let mut book = owing(2);
        book.park(Destination::Postgres, 1, "22P02".into());
        assert_eq!(book.pending(Destination::Postgres), None);
        assert!(book.pending(Destination::Audit).is_some());
        book.hurry(NOW.plus_ms(1));
        assert_eq!(book.due(Destination::Postgres, NOW.plus_ms(GRACE_MS)), None);
        book.replay(NOW);
        assert_eq!(book.due(Destination::Postgres, NOW), Some(Run { first: 1, last: 2 }));
        assert_eq!(book.debts().iter().filter(|debt| debt.error.is_some()).count(), 0);
    }
}
