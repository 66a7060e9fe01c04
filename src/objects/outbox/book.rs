//! What is owed to whom, as plain data: a line per destination.

use serde::{Deserialize, Deserializer, Serialize, de};
use serde_json::Value;

use super::{Debt, Destination};
use crate::domain::backoff;
use crate::domain::time::Timestamp;

/// At most this many events are sent at once.
pub const BATCH: i64 = 1_000;

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
pub struct Book(Vec<Entry>);

/// A line, or what a newer release owes to whom this one does not know: it is kept for that release and wakes nobody.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(untagged)]
enum Entry {
    Ours(Line),
    Stranger(Value),
}

impl<'de> Deserialize<'de> for Entry {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let entry = Value::deserialize(deserializer)?;
        match entry.get("destination").map(Destination::deserialize) {
            Some(Err(_)) => Ok(Entry::Stranger(entry)),
            Some(Ok(_)) | None => serde_json::from_value(entry).map(Entry::Ours).map_err(de::Error::custom),
        }
    }
}

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

    /// When it is due, seen at `now`. No wait is longer than the window of its attempts: a time further away was set by a
    /// clock that has gone back since, and has come.
    fn due_at(&self, now: Timestamp) -> Timestamp {
        let retry = u32::try_from(self.attempts - 1).map_or(0, backoff::window_ms);
        let due = Timestamp::from_ms(self.next_attempt_ms);
        if due > now.plus_ms(retry.max(GRACE_MS)) { now } else { due }
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
    fn lines(&self) -> impl Iterator<Item = &Line> {
        self.0.iter().filter_map(|entry| match entry {
            Entry::Ours(line) => Some(line),
            Entry::Stranger(_) => None,
        })
    }

    fn lines_mut(&mut self) -> impl Iterator<Item = &mut Line> {
        self.0.iter_mut().filter_map(|entry| match entry {
            Entry::Ours(line) => Some(line),
            Entry::Stranger(_) => None,
        })
    }

    fn line(&self, destination: Destination) -> Option<&Line> {
        self.lines().find(|line| line.destination == destination)
    }

    fn line_mut(&mut self, destination: Destination) -> Option<&mut Line> {
        self.lines_mut().find(|line| line.destination == destination)
    }

    /// Owes the event `seq` to each of `destinations`. Seqs grow without a gap.
    pub fn owe(&mut self, destinations: &[Destination], seq: i64, now: Timestamp) {
        for destination in destinations {
            if self.line(*destination).is_none() {
                self.0.push(Entry::Ours(Line::new(*destination)));
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
        for line in self.lines_mut().filter(|line| line.destination.as_str() == destination) {
            line.delivered_seq = line.owed_seq;
        }
    }

    /// Owes something to somebody unknown, as a newer release may.
    #[cfg(feature = "fault-injection")]
    pub fn owe_stranger(&mut self, line: Value) {
        self.0.retain(|entry| matches!(entry, Entry::Ours(_)));
        self.0.push(Entry::Stranger(line));
    }

    /// The oldest events owed to `destination`, unless it is parked.
    pub fn pending(&self, destination: Destination) -> Option<Run> {
        self.line(destination)?.run()
    }

    /// The oldest events owed to `destination`, if it may be tried at `now`.
    pub fn due(&self, destination: Destination, now: Timestamp) -> Option<Run> {
        let line = self.line(destination)?;
        let may_try = line.attempts == 0 || line.due_at(now) <= now;
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
        for line in self.lines_mut() {
            (line.parked_seq, line.error, line.attempts, line.next_attempt_ms) = (None, None, 0, now.as_ms());
        }
    }

    /// Makes what waits for its backoff due now: somebody knows that the destination is back.
    pub fn hurry(&mut self, now: Timestamp) {
        for line in self.lines_mut().filter(|line| line.parked_seq.is_none() && line.attempts > 0) {
            line.next_attempt_ms = line.next_attempt_ms.min(now.as_ms());
        }
    }

    /// When the next delivery is due, seen at `now`, if one is owed and not parked. One that is being sent is due again
    /// after its grace.
    pub fn next_due(&self, now: Timestamp, is_sent: impl Fn(Destination) -> bool) -> Option<Timestamp> {
        let due_at = |line: &Line| match line.due_at(now) {
            due if is_sent(line.destination) => due.max(now.plus_ms(GRACE_MS)),
            due => due,
        };
        self.lines().filter(|line| line.is_open()).map(due_at).min()
    }

    /// What is owed, per destination, in the order of their names.
    pub fn debts(&self) -> Vec<Debt> {
        Destination::ALL.iter().rev().filter_map(|destination| self.line(*destination)).map(Line::debt).collect()
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
        assert_eq!(book.next_due(NOW, |_| false), Some(NOW.plus_ms(GRACE_MS)));
    }

    #[test]
    fn what_is_being_sent_is_looked_at_again_after_its_grace() {
        let mut book = owing(1);
        book.delivered(Destination::Index, Run { first: 1, last: 1 }, NOW);
        let late = NOW.plus_ms(60_000);
        assert_eq!(book.next_due(late, |_| false), Some(late.plus_ms(GRACE_MS - 60_000)));
        assert_eq!(book.next_due(late, |_| true), Some(late.plus_ms(GRACE_MS)));
        // What nobody sends does not wait for it.
        let due = book.next_due(late, |destination| destination == Destination::Audit);
        assert_eq!(due, Some(late.plus_ms(GRACE_MS - 60_000)));
    }

    #[test]
    fn a_long_debt_is_sent_in_runs_without_a_gap() {
        let mut book = owing(2 * BATCH + 50);
        let mut runs = Vec::new();
        while let Some(run) = book.due(Destination::Postgres, NOW) {
            book.delivered(Destination::Postgres, run, NOW);
            runs.push((run.first, run.last));
        }
        assert_eq!(runs, [(1, BATCH), (BATCH + 1, 2 * BATCH), (2 * BATCH + 1, 2 * BATCH + 50)]);
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

    /// A book that owes one event to PostgreSQL, after so many failures, and waits so long.
    fn waiting(attempts: i64, wait_ms: i64) -> Book {
        let line =
            Line { owed_seq: 1, attempts, next_attempt_ms: NOW.as_ms() + wait_ms, ..Line::new(Destination::Postgres) };
        Book(vec![Entry::Ours(line)])
    }

    #[test]
    fn every_wait_that_the_backoff_makes_is_waited_for() {
        for attempts in 1..20 {
            let wait_ms = backoff::delay_ms(attempts - 1, 1.0);
            let book = waiting(attempts.into(), wait_ms);
            assert_eq!(book.next_due(NOW, |_| false), Some(NOW.plus_ms(wait_ms)));
            assert_eq!(book.due(Destination::Postgres, NOW), None);
        }
        assert_eq!(waiting(0, GRACE_MS).next_due(NOW, |_| false), Some(NOW.plus_ms(GRACE_MS)));
    }

    #[test]
    fn a_time_that_a_clock_ahead_has_set_has_come() {
        const HOUR_MS: i64 = 3_600_000;
        for (attempts, wait_ms) in [(0, 1_501), (1, HOUR_MS), (5, 64_000), (40, backoff::CAP_MS + 1), (40, HOUR_MS)] {
            let book = waiting(attempts, wait_ms);
            assert_eq!(book.next_due(NOW, |_| false), Some(NOW), "after {attempts} attempts, in {wait_ms} ms");
            assert!(book.due(Destination::Postgres, NOW).is_some());
        }
    }

    #[test]
    fn what_a_newer_release_owes_to_a_stranger_is_kept_and_wakes_nobody() {
        let line = r#"{"destination":"mail","owed_seq":3,"to_come":[1]}"#;
        let mut book: Book = serde_json::from_str(&format!("[{line}]")).unwrap();
        assert_eq!((book.next_due(NOW, |_| false), book.debts().len()), (None, 0));
        book.owe(&[Destination::Audit], 4, NOW);
        book.replay(NOW);
        let text = serde_json::to_string(&book).unwrap();
        let entries: Vec<Value> = serde_json::from_str(&text).unwrap();
        assert_eq!(entries[0], serde_json::from_str::<Value>(line).unwrap());
        assert_eq!(serde_json::from_str::<Book>(&text).unwrap(), book);
        // A line of ours that is broken is no stranger's.
        assert!(serde_json::from_str::<Book>(r#"[{"destination":"audit"}]"#).is_err());
    }
}
