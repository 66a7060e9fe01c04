//! One connection kept open, opened again when it breaks, used by one caller at a time, behind a circuit breaker.
//!
//! Invariant: the connection is taken out of its slot for the time of a call and put back only when the server has said
//! that it is idle. So a call that fails, times out or is cut off in the middle takes its connection with it, and no
//! reply can be read by the wrong caller.

use std::cell::Cell;
use std::time::Duration;

use futures::lock::Mutex;

use super::breaker::{Breaker, BreakerState};
use super::connection::{Access, Connection};
use super::error::{Class, DbError, Step};
use super::platform::{Platform, within};
use super::row::Rows;
use super::statement::Statement;
use super::url::DatabaseUrl;

/// TCP, TLS and sign-in together.
const CONNECT_LIMIT: Duration = Duration::from_secs(5);
/// A write and all of its replies.
const REPLY_LIMIT: Duration = Duration::from_secs(10);
/// A connection unused for longer is asked for a sign of life first: a server or a pooler may have closed it meanwhile,
/// and a lost reply would leave open whether the statements took effect.
const IDLE_MS: i64 = 5_000;
const PING_LIMIT: Duration = Duration::from_secs(2);

/// A way to PostgreSQL that survives the loss of its connection.
#[derive(Debug)]
pub struct Session<P: Platform> {
    platform: P,
    url: DatabaseUrl,
    slot: Mutex<Option<Idle<P::Stream>>>,
    breaker: Cell<Breaker>,
}

#[derive(Debug)]
struct Idle<S> {
    connection: Connection<S>,
    since_ms: i64,
}

impl<P: Platform> Session<P> {
    /// A session that connects when it is first used.
    pub fn new(platform: P, url: DatabaseUrl) -> Self {
        Self { platform, url, slot: Mutex::new(None), breaker: Cell::new(Breaker::default()) }
    }

    /// Reads in one read-only transaction and one round trip.
    pub async fn read(&self, statements: &[Statement]) -> Result<Vec<Rows>, DbError> {
        self.run(Access::ReadOnly, statements).await
    }

    /// Writes in one transaction and one round trip; `Ok` means committed.
    pub async fn write(&self, statements: &[Statement]) -> Result<Vec<Rows>, DbError> {
        self.run(Access::ReadWrite, statements).await
    }

    /// The circuit breaker's state, without waiting for a call in flight.
    pub fn breaker(&self) -> BreakerState {
        self.breaker.get().state(self.platform.now_ms())
    }

    /// Closes the connection, if one is open and idle.
    pub async fn close(&self) -> Result<(), DbError> {
        match self.slot.lock().await.take() {
            Some(idle) => within(&self.platform, Step::Reply, PING_LIMIT, idle.connection.close()).await,
            None => Ok(()),
        }
    }

    /// The platform beneath, for its clock.
    pub fn platform(&self) -> &P {
        &self.platform
    }

    async fn run(&self, access: Access, statements: &[Statement]) -> Result<Vec<Rows>, DbError> {
        self.fail_fast()?;
        let mut slot = self.slot.lock().await;
        self.admit()?;
        let outcome = match self.connected(slot.take()).await {
            Ok(mut connection) => {
                let transaction = connection.transaction(access, statements);
                let outcome = within(&self.platform, Step::Reply, REPLY_LIMIT, transaction).await;
                if connection.is_idle() && keeps_connection(&outcome) {
                    *slot = Some(Idle { connection, since_ms: self.platform.now_ms() });
                }
                outcome
            }
            Err(error) => Err(error),
        };
        self.note(&outcome);
        outcome
    }

    async fn connected(&self, idle: Option<Idle<P::Stream>>) -> Result<Connection<P::Stream>, DbError> {
        if let Some(Idle { mut connection, since_ms }) = idle {
            let is_fresh = (0..IDLE_MS).contains(&(self.platform.now_ms() - since_ms));
            if is_fresh || within(&self.platform, Step::Reply, PING_LIMIT, connection.ping()).await.is_ok() {
                return Ok(connection);
            }
        }
        let connect = async {
            let stream = self.platform.open(&self.url).await?;
            Connection::sign_in(stream, &self.url).await
        };
        within(&self.platform, Step::Connect, CONNECT_LIMIT, connect).await
    }

    /// Nobody queues behind a probe: while the circuit is open, callers learn it before they wait for their turn.
    fn fail_fast(&self) -> Result<(), DbError> {
        match self.breaker() {
            BreakerState::Open { .. } => self.admit(),
            BreakerState::Closed { .. } | BreakerState::HalfOpen => Ok(()),
        }
    }

    fn admit(&self) -> Result<(), DbError> {
        let mut breaker = self.breaker.get();
        let admitted = breaker.admit(self.platform.now_ms());
        self.breaker.set(breaker);
        admitted.map_err(|retry_after| DbError::CircuitOpen { retry_after })
    }

    fn note(&self, outcome: &Result<Vec<Rows>, DbError>) {
        let mut breaker = self.breaker.get();
        match outcome {
            Err(error) if error.is_outage() => breaker.failed(self.platform.now_ms()),
            Ok(_) | Err(_) => breaker.succeeded(),
        }
        self.breaker.set(breaker);
    }
}

/// Only what says something about the statements alone leaves the connection in use. After a transient error, such as a
/// server that has become read-only, a new connection may reach a better server.
fn keeps_connection(outcome: &Result<Vec<Rows>, DbError>) -> bool {
    match outcome {
        Ok(_) => true,
        Err(error) => match error.class() {
            Class::Refused | Class::Skew => true,
            Class::Transient | Class::Configuration => false,
        },
    }
}
