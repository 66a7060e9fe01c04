//! How far each destination is, as plain data: an offset per destination.

use base::time::Timestamp;
use serde::de::{self, DeserializeOwned};
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::Value;

use super::{Debt, Destination};
use crate::backoff;

/// At most this many events are sent at once.
pub const BATCH: i64 = 1_000;

/// The first retry comes this long after the write, in milliseconds: the push right behind the reply is usually done.
const GRACE_MS: i64 = 1_500;

/// What is being sent is looked at again at the latest after this long, in milliseconds: should its object end, that is how
/// much later it is sent once more.
const LOOK_MS: i64 = 12_000;

/// Events that are sent together: an unbroken run of seqs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SeqRange {
    /// The oldest.
    pub first: i64,
    /// The newest.
    pub last: i64,
}

/// How far each destination of one actor is.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(transparent, bound(deserialize = "D: DeserializeOwned"))]
pub struct Offsets<D>(Vec<Entry<D>>);

/// An offset, or what a newer release owes to whom this one does not know: it is kept for that release and wakes nobody.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(untagged)]
enum Entry<D> {
    Known(Offset<D>),
    Unknown(Value),
}

impl<'de, D: DeserializeOwned> Deserialize<'de> for Entry<D> {
    fn deserialize<R: Deserializer<'de>>(deserializer: R) -> Result<Self, R::Error> {
        let entry = Value::deserialize(deserializer)?;
        match entry.get("destination").map(D::deserialize) {
            Some(Err(_)) => Ok(Entry::Unknown(entry)),
            Some(Ok(_)) | None => serde_json::from_value(entry).map(Entry::Known).map_err(de::Error::custom),
        }
    }
}

/// What is owed to one destination: the events behind `delivered_seq`, up to `owed_seq`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct Offset<D> {
    destination: D,
    owed_seq: i64,
    delivered_seq: i64,
    attempts: i64,
    next_attempt_ms: i64,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    parked_seq: Option<i64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    error: Option<String>,
}

impl<D: Destination> Offset<D> {
    /// Begins with the event `seq`: what was before is not owed.
    fn new(destination: D, seq: i64) -> Self {
        Offset {
            destination,
            owed_seq: 0,
            delivered_seq: seq - 1,
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

    fn run(&self) -> Option<SeqRange> {
        let first = self.delivered_seq + 1;
        self.is_open().then(|| SeqRange { first, last: self.owed_seq.min(self.delivered_seq + BATCH) })
    }

    fn debt(&self) -> Debt {
        let pending = self.pending();
        Debt {
            destination: self.destination.to_string(),
            pending,
            delivered_seq: self.delivered_seq,
            attempts: self.attempts,
            next_attempt_at: (pending > 0).then(|| Timestamp::from_ms(self.next_attempt_ms)),
            parked_seq: self.parked_seq,
            error: self.error.clone(),
        }
    }
}

impl<D> Default for Offsets<D> {
    fn default() -> Self {
        Offsets(Vec::new())
    }
}

impl<D: Destination> Offsets<D> {
    fn known(&self) -> impl Iterator<Item = &Offset<D>> {
        self.0.iter().filter_map(|entry| match entry {
            Entry::Known(offset) => Some(offset),
            Entry::Unknown(_) => None,
        })
    }

    fn known_mut(&mut self) -> impl Iterator<Item = &mut Offset<D>> {
        self.0.iter_mut().filter_map(|entry| match entry {
            Entry::Known(offset) => Some(offset),
            Entry::Unknown(_) => None,
        })
    }

    fn offset(&self, destination: D) -> Option<&Offset<D>> {
        self.known().find(|offset| offset.destination == destination)
    }

    fn offset_mut(&mut self, destination: D) -> Option<&mut Offset<D>> {
        self.known_mut().find(|offset| offset.destination == destination)
    }

    /// Owes the event `seq` to each of `destinations`. Seqs grow without a gap. To a destination that was owed nothing before, what
    /// happened before is not owed: a newer release may know one that an old object has never told.
    pub fn owe(&mut self, destinations: &[D], seq: i64, now: Timestamp) {
        for destination in destinations {
            if self.offset(*destination).is_none() {
                self.0.push(Entry::Known(Offset::new(*destination, seq)));
            }
            let Some(offset) = self.offset_mut(*destination) else { continue };
            offset.owed_seq = offset.owed_seq.max(seq);
            if offset.attempts == 0 {
                offset.next_attempt_ms = now.as_ms() + GRACE_MS;
            }
        }
    }

    /// Owes everything behind `seq` to `destination` once more: it was found not to have it, whatever it said.
    pub fn owe_again(&mut self, destination: D, behind: i64) {
        if let Some(offset) = self.offset_mut(destination) {
            offset.delivered_seq = offset.delivered_seq.min(behind.max(0));
        }
    }

    /// Forgets that anything is owed to `destination`: a bug, for a checker to find.
    #[cfg(feature = "fault-injection")]
    pub fn forgive(&mut self, destination: &str) {
        for offset in self.known_mut().filter(|offset| offset.destination.to_string() == destination) {
            offset.delivered_seq = offset.owed_seq;
        }
    }

    /// Owes something to somebody unknown, as a newer release may.
    #[cfg(feature = "fault-injection")]
    pub fn owe_unknown(&mut self, offset: Value) {
        self.0.retain(|entry| matches!(entry, Entry::Known(_)));
        self.0.push(Entry::Unknown(offset));
    }

    /// The oldest events owed to `destination`, unless it is parked.
    pub fn pending(&self, destination: D) -> Option<SeqRange> {
        self.offset(destination)?.run()
    }

    /// The oldest events owed to `destination`, if it may be tried at `now`.
    pub fn due(&self, destination: D, now: Timestamp) -> Option<SeqRange> {
        let offset = self.offset(destination)?;
        let may_try = offset.attempts == 0 || offset.due_at(now) <= now;
        offset.run().filter(|_| may_try)
    }

    /// `destination` has the events of `run`. They count only as the next ones: what was owed again meanwhile stays owed.
    pub fn delivered(&mut self, destination: D, run: SeqRange, now: Timestamp) {
        let Some(offset) = self.offset_mut(destination) else { return };
        if run.first <= offset.delivered_seq + 1 {
            offset.delivered_seq = offset.delivered_seq.max(run.last);
        }
        offset.attempts = 0;
        offset.error = None;
        offset.next_attempt_ms = now.as_ms() + GRACE_MS;
    }

    /// `destination` could not be reached: it is tried again after a backoff; `chance` is in [0, 1).
    pub fn postpone(&mut self, destination: D, error: String, chance: f64, now: Timestamp) {
        let Some(offset) = self.offset_mut(destination) else { return };
        let delay_ms = backoff::delay_ms(offset.attempts.try_into().unwrap_or(u32::MAX), chance);
        offset.attempts += 1;
        offset.next_attempt_ms = now.as_ms() + delay_ms;
        offset.error = Some(error);
    }

    /// `destination` refused the event `seq`: nothing more is sent there until a replay.
    pub fn park(&mut self, destination: D, seq: i64, error: String) {
        if let Some(offset) = self.offset_mut(destination) {
            (offset.parked_seq, offset.error) = (Some(seq), Some(error));
        }
    }

    /// Makes everything due now: what was parked is tried again, what waits for its backoff too.
    pub fn replay(&mut self, now: Timestamp) {
        for offset in self.known_mut() {
            (offset.parked_seq, offset.error, offset.attempts, offset.next_attempt_ms) = (None, None, 0, now.as_ms());
        }
    }

    /// Makes what waits for its backoff due now: somebody knows that the destination is back.
    pub fn hurry(&mut self, now: Timestamp) {
        for offset in self.known_mut().filter(|offset| offset.parked_seq.is_none() && offset.attempts > 0) {
            offset.next_attempt_ms = offset.next_attempt_ms.min(now.as_ms());
        }
    }

    /// When the next delivery is due, seen at `now`, if one is owed and not parked. One that is being sent is due again
    /// after its grace, and each time after twice as long: setting an alarm is a commit, and thousands of objects that wait
    /// for one slow destination would commit more than their process can.
    pub fn next_due(&self, now: Timestamp, is_sent: impl Fn(D) -> bool) -> Option<Timestamp> {
        let due_at = |offset: &Offset<D>| match offset.due_at(now) {
            due if is_sent(offset.destination) => {
                let overdue_ms = now.as_ms() - due.as_ms();
                due.max(now.plus_ms(overdue_ms.clamp(GRACE_MS, LOOK_MS)))
            }
            due => due,
        };
        self.known().filter(|offset| offset.is_open()).map(due_at).min()
    }

    /// What is owed, per destination, in the order of their names.
    pub fn debts(&self) -> Vec<Debt> {
        let mut debts: Vec<Debt> = self.known().map(Offset::debt).collect();
        debts.sort_by(|one, other| one.destination.cmp(&other.destination));
        debts
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::Place as Destination;
    use super::*;

    type Offsets = super::Offsets<Destination>;

    /// Any moment.
    const NOW: Timestamp = Timestamp::MIN;

    fn owing(seq: i64) -> Offsets {
        let mut offsets = Offsets::default();
        (1..=seq).for_each(|seq| offsets.owe(Destination::ALL, seq, NOW));
        offsets
    }

    #[test]
    fn events_are_owed_to_each_destination_until_it_has_them() {
        let mut offsets = owing(3);
        assert_eq!(offsets.pending(Destination::Index), Some(SeqRange { first: 1, last: 3 }));
        offsets.delivered(Destination::Index, SeqRange { first: 1, last: 2 }, NOW);
        assert_eq!(offsets.pending(Destination::Index), Some(SeqRange { first: 3, last: 3 }));
        offsets.delivered(Destination::Index, SeqRange { first: 3, last: 3 }, NOW);
        assert_eq!(offsets.pending(Destination::Index), None);
        assert_eq!(offsets.pending(Destination::Archive), Some(SeqRange { first: 1, last: 3 }));
        assert_eq!(offsets.next_due(NOW, |_| false), Some(NOW.plus_ms(GRACE_MS)));
    }

    #[test]
    fn what_is_being_sent_is_looked_at_again_after_its_grace_and_then_later_each_time() {
        let mut offsets = owing(1);
        offsets.delivered(Destination::Index, SeqRange { first: 1, last: 1 }, NOW);
        let mut looks = vec![NOW.plus_ms(GRACE_MS)];
        while looks.len() < 7 {
            looks.extend(offsets.next_due(*looks.last().unwrap(), |_| true));
        }
        let since: Vec<i64> = looks.iter().map(|look| look.as_ms() - NOW.as_ms()).collect();
        assert_eq!(since, [1_500, 3_000, 4_500, 7_500, 13_500, 25_500, 37_500]);
        // What nobody sends does not wait for it.
        let late = NOW.plus_ms(60_000);
        let due = offsets.next_due(late, |destination| destination == Destination::Archive);
        assert_eq!(due, Some(NOW.plus_ms(GRACE_MS)));
        assert_eq!(offsets.next_due(late, |_| false), Some(NOW.plus_ms(GRACE_MS)));
    }

    #[test]
    fn a_long_debt_is_sent_in_runs_without_a_gap() {
        let mut offsets = owing(2 * BATCH + 50);
        let mut runs = Vec::new();
        while let Some(run) = offsets.due(Destination::Mirror, NOW) {
            offsets.delivered(Destination::Mirror, run, NOW);
            runs.push((run.first, run.last));
        }
        assert_eq!(runs, [(1, BATCH), (BATCH + 1, 2 * BATCH), (2 * BATCH + 1, 2 * BATCH + 50)]);
    }

    #[test]
    fn what_is_owed_again_survives_the_success_of_a_run_that_was_on_its_way() {
        let mut offsets = owing(8);
        offsets.delivered(Destination::Mirror, SeqRange { first: 1, last: 7 }, NOW);
        let on_its_way = offsets.pending(Destination::Mirror).unwrap();
        offsets.owe_again(Destination::Mirror, 3);
        offsets.delivered(Destination::Mirror, on_its_way, NOW);
        assert_eq!(offsets.pending(Destination::Mirror), Some(SeqRange { first: 4, last: 8 }));
        offsets.owe_again(Destination::Mirror, 6);
        assert_eq!(offsets.pending(Destination::Mirror), Some(SeqRange { first: 4, last: 8 }));
    }

    #[test]
    fn two_runs_that_overlap_count_once() {
        let mut offsets = owing(2);
        offsets.delivered(Destination::Index, SeqRange { first: 1, last: 2 }, NOW);
        offsets.delivered(Destination::Index, SeqRange { first: 1, last: 1 }, NOW);
        assert_eq!(offsets.debts().iter().find(|debt| debt.destination == "index").unwrap().delivered_seq, 2);
    }

    #[test]
    fn a_failure_waits_for_its_backoff_and_a_hurry_ends_the_wait() {
        let mut offsets = owing(1);
        offsets.postpone(Destination::Mirror, "away".into(), 0.5, NOW);
        assert_eq!(offsets.due(Destination::Mirror, NOW), None);
        assert_eq!(offsets.due(Destination::Mirror, NOW.plus_ms(125)), Some(SeqRange { first: 1, last: 1 }));
        // A new event does not shorten the wait.
        offsets.owe(Destination::ALL, 2, NOW);
        assert_eq!(offsets.due(Destination::Mirror, NOW), None);
        offsets.hurry(NOW);
        assert_eq!(offsets.due(Destination::Mirror, NOW), Some(SeqRange { first: 1, last: 2 }));
    }

    #[test]
    fn a_refused_event_stops_its_destination_alone_until_a_replay() {
        let mut offsets = owing(2);
        offsets.park(Destination::Mirror, 1, "malformed".into());
        assert_eq!(offsets.pending(Destination::Mirror), None);
        assert!(offsets.pending(Destination::Archive).is_some());
        offsets.hurry(NOW.plus_ms(1));
        assert_eq!(offsets.due(Destination::Mirror, NOW.plus_ms(GRACE_MS)), None);
        offsets.replay(NOW);
        assert_eq!(offsets.due(Destination::Mirror, NOW), Some(SeqRange { first: 1, last: 2 }));
        assert_eq!(offsets.debts().iter().filter(|debt| debt.error.is_some()).count(), 0);
    }

    /// Offsets that owe one event to a mirror, after so many failures, and wait so long.
    fn waiting(attempts: i64, wait_ms: i64) -> Offsets {
        let offset = Offset {
            owed_seq: 1,
            attempts,
            next_attempt_ms: NOW.as_ms() + wait_ms,
            ..Offset::new(Destination::Mirror, 1)
        };
        super::Offsets(vec![Entry::Known(offset)])
    }

    #[test]
    fn every_wait_that_the_backoff_makes_is_waited_for() {
        for attempts in 1..20 {
            let wait_ms = backoff::delay_ms(attempts - 1, 1.0);
            let offsets = waiting(attempts.into(), wait_ms);
            assert_eq!(offsets.next_due(NOW, |_| false), Some(NOW.plus_ms(wait_ms)));
            assert_eq!(offsets.due(Destination::Mirror, NOW), None);
        }
        assert_eq!(waiting(0, GRACE_MS).next_due(NOW, |_| false), Some(NOW.plus_ms(GRACE_MS)));
    }

    #[test]
    fn a_time_that_a_clock_ahead_has_set_has_come() {
        const HOUR_MS: i64 = 3_600_000;
        for (attempts, wait_ms) in [(0, 1_501), (1, HOUR_MS), (5, 64_000), (40, backoff::CAP_MS + 1), (40, HOUR_MS)] {
            let offsets = waiting(attempts, wait_ms);
            assert_eq!(offsets.next_due(NOW, |_| false), Some(NOW), "after {attempts} attempts, in {wait_ms} ms");
            assert!(offsets.due(Destination::Mirror, NOW).is_some());
        }
    }

    #[test]
    fn what_a_newer_release_owes_to_a_stranger_is_kept_and_wakes_nobody() {
        let offset = r#"{"destination":"mail","owed_seq":3,"to_come":[1]}"#;
        let mut offsets: Offsets = serde_json::from_str(&format!("[{offset}]")).unwrap();
        assert_eq!((offsets.next_due(NOW, |_| false), offsets.debts().len()), (None, 0));
        offsets.owe(&[Destination::Archive], 4, NOW);
        offsets.replay(NOW);
        let text = serde_json::to_string(&offsets).unwrap();
        let entries: Vec<Value> = serde_json::from_str(&text).unwrap();
        assert_eq!(entries[0], serde_json::from_str::<Value>(offset).unwrap());
        assert_eq!(serde_json::from_str::<Offsets>(&text).unwrap(), offsets);
        // An offset of ours that is broken is no unknown's.
        assert!(serde_json::from_str::<Offsets>(r#"[{"destination":"archive"}]"#).is_err());
    }
}
