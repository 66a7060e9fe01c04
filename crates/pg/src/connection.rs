//! One signed-in connection: pipelines of unnamed statements, each a single write.
//!
//! Owns the answer to "was it committed?": only CommandComplete `COMMIT` followed by ReadyForQuery `I` says so.

use postgres_protocol::message::frontend;
use tokio::io::{AsyncRead, AsyncWrite};

use super::error::DbError;
use super::frame::TransactionStatus;
use super::handshake;
use super::reply::Reply;
use super::row::{DecodeError, Rows};
use super::statement::Statement;
use super::url::DatabaseUrl;
use super::wire::Wire;

/// A connection that is signed in. Any `Err` that leaves `is_idle` false has broken it: drop it.
#[derive(Debug)]
pub struct Connection<S> {
    wire: Wire<S>,
    idle: bool,
}

/// What a transaction may do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Access {
    /// Reads only; the server holds it to that.
    ReadOnly,
    /// Reads and writes.
    ReadWrite,
}

static SET_UP: [Statement; 3] = [
    // `SET LOCAL` ends with the transaction, which is what a pooler in transaction mode asks for.
    Statement::new("SET LOCAL statement_timeout = '5s'"),
    Statement::new("SET LOCAL lock_timeout = '2s'"),
    // Where it is off, COMMIT is answered before it is on disk, and the outbox forgets what a crash of the server then
    // takes back. The stricter settings are left as they are.
    Statement::new(
        "SELECT set_config('synchronous_commit', 'on', true) WHERE current_setting('synchronous_commit') = 'off'",
    ),
];
static COMMIT: Statement = Statement::new("COMMIT");
static ROLLBACK: Statement = Statement::new("ROLLBACK");

impl<S: AsyncRead + AsyncWrite + Unpin> Connection<S> {
    /// Signs in on an open stream.
    pub async fn sign_in(stream: S, url: &DatabaseUrl) -> Result<Self, DbError> {
        let mut wire = Wire::new(stream);
        handshake::sign_in(&mut wire, url).await?;
        Ok(Self { wire, idle: true })
    }

    /// Whether the connection is between transactions and can be used again.
    pub fn is_idle(&self) -> bool {
        self.idle
    }

    /// Asks for a sign of life: one round trip, no statement.
    pub async fn ping(&mut self) -> Result<(), DbError> {
        self.pipeline(&[]).await.map(drop)
    }

    /// Runs statements in one round trip, as the implicit transaction that lasts until Sync: all or nothing.
    pub async fn pipeline(&mut self, statements: &[Statement]) -> Result<Vec<Rows>, DbError> {
        self.exchange(&statements.iter().collect::<Vec<_>>()).await
    }

    /// Runs statements between BEGIN and COMMIT with their timeouts, all in one write, and gives the rows of each.
    /// `Ok` means committed. After a loss or a timeout nobody knows: the statements must bear being repeated.
    pub async fn transaction(&mut self, access: Access, statements: &[Statement]) -> Result<Vec<Rows>, DbError> {
        let begin = Statement::new(match access {
            Access::ReadOnly => "BEGIN READ ONLY",
            Access::ReadWrite => "BEGIN READ WRITE",
        });
        let all: Vec<_> = [&begin].into_iter().chain(&SET_UP).chain(statements).chain([&COMMIT]).collect();
        match self.exchange(&all).await {
            Ok(mut rows) => {
                let commit = rows.pop().ok_or(DecodeError::NoReply)?;
                if commit.tag() != "COMMIT" {
                    return Err(DbError::NotCommitted { tag: commit.tag().to_owned() });
                }
                if !self.idle {
                    return Err(DbError::NotCommitted { tag: "COMMIT in an open transaction".to_owned() });
                }
                Ok(rows.split_off(SET_UP.len() + 1))
            }
            Err(error) => {
                self.roll_back(&error).await;
                Err(error)
            }
        }
    }

    /// Says goodbye, so that the server does not log a lost client.
    pub async fn close(mut self) -> Result<(), DbError> {
        self.wire
            .send(|out| {
                frontend::terminate(out);
                Ok(())
            })
            .await?;
        self.wire.shut_down().await
    }

    /// After an error that the server survived, the transaction is open and failed; its COMMIT was skipped. A failure to
    /// leave it is not reported: the caller has the first error, and the connection is not idle.
    async fn roll_back(&mut self, error: &DbError) {
        if !self.idle && error.server().is_some_and(|error| error.severity == "ERROR") {
            let _ = self.exchange(&[&ROLLBACK]).await;
        }
    }

    /// One write, one Sync, and its replies. Not idle until ReadyForQuery says so: if this future is dropped half-way, or
    /// fails, the connection stays marked as unusable.
    async fn exchange(&mut self, statements: &[&Statement]) -> Result<Vec<Rows>, DbError> {
        self.idle = false;
        self.wire
            .send(|out| {
                statements.iter().try_for_each(|statement| statement.encode(out))?;
                frontend::sync(out);
                Ok(())
            })
            .await?;
        let mut reply = Reply::to(statements.len());
        let outcome = loop {
            if let Some(outcome) = reply.accept(self.wire.receive().await?)? {
                break outcome;
            }
        };
        self.idle = outcome.status == Some(TransactionStatus::Idle);
        outcome.result.map_err(DbError::Server)
    }
}
