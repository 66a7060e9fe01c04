//! What a query is: a question to PostgreSQL under a name, with arguments, a reply, and the statements between them. Each is in
//! the file of its noun (`statements/<noun>.rs`) and has a line in `queries.rs`.

use base::ids::OrgId;
use base::refusal::Refusal;
use base::time::Timestamp;
use pg::row::{DecodeError, Rows};
use pg::statement::Statement;
use serde::Serialize;
use serde::de::DeserializeOwned;

/// PostgreSQL, as a query reaches it.
pub trait Postgres {
    /// The organisation that is asked for.
    fn org(&self) -> &OrgId;

    /// The time, for what is written.
    fn now(&self) -> Timestamp;

    /// The rows of a statement that changes nothing.
    ///
    /// # Errors
    /// `Unavailable` while PostgreSQL is away.
    fn read(&self, statement: Statement) -> impl Future<Output = Result<Rows, Refusal>>;

    /// The rows of a statement that may change something, committed.
    ///
    /// # Errors
    /// `Unavailable` while PostgreSQL is away: whether it was committed is not known.
    fn write(&self, statement: Statement) -> impl Future<Output = Result<Rows, Refusal>>;

    /// The rows of statements in one transaction, committed. Each sees what was committed before it began, also while the one before
    /// it waited for a lock.
    ///
    /// # Errors
    /// As [`write`](Self::write).
    fn write_all(&self, statements: Vec<Statement>) -> impl Future<Output = Result<Vec<Rows>, Refusal>>;

    /// What is answered for rows that are not what their statement promises.
    fn unreadable(&self, error: DecodeError) -> Refusal;

    /// What is answered for a query that this release does not know: the newer side's to repeat.
    fn unknown(&self, name: &str) -> Refusal;

    /// As [`read`](Self::read), each row as a record.
    ///
    /// # Errors
    /// Those of [`read`](Self::read), and `Unavailable` for rows of another shape.
    fn records<T: DeserializeOwned>(&self, statement: Statement) -> impl Future<Output = Result<Vec<T>, Refusal>> {
        async move { self.read(statement).await?.records().map_err(|error| self.unreadable(error)) }
    }

    /// As [`records`](Self::records), for at most one.
    ///
    /// # Errors
    /// Those of [`records`](Self::records).
    fn record<T: DeserializeOwned>(&self, statement: Statement) -> impl Future<Output = Result<Option<T>, Refusal>> {
        async move { Ok(self.records(statement).await?.into_iter().next()) }
    }
}

/// A question to PostgreSQL: the fields are its arguments, and its name and their JSON are a contract between releases.
pub trait Query: Serialize + DeserializeOwned {
    /// Its name.
    const NAME: &'static str;
    /// What it answers.
    type Reply: Serialize + DeserializeOwned;

    /// Asks.
    ///
    /// # Errors
    /// `Unavailable` while PostgreSQL is away, and the query's own.
    fn run(self, postgres: &impl Postgres) -> impl Future<Output = Result<Self::Reply, Refusal>>;
}
