//! Group commit: deliveries that arrive while others are being committed go together in the next transaction.
//!
//! There is no task in the background. Of the callers that wait, one gets the turn, commits everything that is queued, and
//! tells the others; if it is cut off, they learn that their outcome is unknown and deliver again. Borrows of the queue
//! never last across an await.

use std::cell::{Cell, RefCell};
use std::time::Duration;

use futures::channel::oneshot;
use futures::future::{Either, select};
use futures::lock::Mutex;
use pg::error::{Class, Fault};
use pg::platform::Platform;
use pg::session::Session;
use serde::{Deserialize, Serialize};

use super::batch::{MAX_ROWS, Outcome, apply};
use crate::domain::delivery::Packed;

/// How long the one whose turn it is waits for company.
const GATHER: Duration = Duration::from_millis(3);
/// The most JSON that may wait; beyond it deliveries are sent back at once, because an isolate's memory is small.
const MAX_WAITING_BYTES: usize = 8 * 1024 * 1024;

/// The queue of one session's deliveries.
#[derive(Debug, Default)]
pub struct GroupCommit {
    waiting: RefCell<Vec<Waiting>>,
    turn: Mutex<()>,
    tally: Cell<Tally>,
}

#[derive(Debug)]
struct Waiting {
    delivery: Packed,
    reply: oneshot::Sender<Outcome>,
}

/// What has become of deliveries since the object started, for `/api/system/monitor`.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tally {
    /// Times that a turn was taken; `applied / turns` says how well grouping works.
    pub turns: u64,
    /// Deliveries committed.
    pub applied: u64,
    /// Deliveries put off.
    pub deferred: u64,
    /// Deliveries refused for good.
    pub refused: u64,
}

impl GroupCommit {
    /// Delivers, together with whatever else is waiting. Answers only after COMMIT, or its failure.
    pub async fn deliver<P: Platform>(&self, session: &Session<P>, delivery: Packed) -> Outcome {
        if self.waiting_bytes() + delivery.bytes() > MAX_WAITING_BYTES {
            return Outcome::Deferred(fault(Class::Transient, "too many deliveries are waiting"));
        }
        let (reply, outcome) = oneshot::channel();
        self.waiting.borrow_mut().push(Waiting { delivery, reply });
        let outcome = match select(outcome, self.turn.lock()).await {
            Either::Left((outcome, _)) => outcome,
            Either::Right((_turn, outcome)) => {
                if !self.fills_a_transaction() {
                    session.platform().sleep(GATHER).await;
                }
                self.commit(session).await;
                outcome.await
            }
        };
        outcome.unwrap_or_else(|oneshot::Canceled| {
            Outcome::Deferred(fault(Class::Transient, "the call that was committing this delivery was cut off"))
        })
    }

    /// Whether company would have to travel apart.
    fn fills_a_transaction(&self) -> bool {
        self.waiting.borrow().iter().map(|waiting| waiting.delivery.rows()).sum::<usize>() >= MAX_ROWS
    }

    /// How much JSON is waiting for its turn.
    pub fn waiting_bytes(&self) -> usize {
        self.waiting.borrow().iter().map(|waiting| waiting.delivery.bytes()).sum()
    }

    /// What has become of deliveries so far.
    pub fn tally(&self) -> Tally {
        self.tally.get()
    }

    async fn commit<P: Platform>(&self, session: &Session<P>) {
        let waiting = std::mem::take(&mut *self.waiting.borrow_mut());
        let (deliveries, replies): (Vec<_>, Vec<_>) =
            waiting.into_iter().map(|waiting| (waiting.delivery, waiting.reply)).unzip();
        let outcomes = apply(session, &deliveries).await;
        let mut tally = self.tally.get();
        tally.turns += 1;
        for (reply, outcome) in replies.into_iter().zip(outcomes) {
            match outcome {
                Outcome::Applied => tally.applied += 1,
                Outcome::Deferred(_) => tally.deferred += 1,
                Outcome::Refused(_) => tally.refused += 1,
            }
            // A caller that has gone away needs no answer.
            let _ = reply.send(outcome);
        }
        self.tally.set(tally);
    }
}

fn fault(class: Class, message: impl Into<String>) -> Fault {
    Fault { class, sqlstate: None, message: message.into() }
}
