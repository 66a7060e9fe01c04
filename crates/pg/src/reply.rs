//! The replies to one write: what may come when, and what it adds up to.
//!
//! Pure: messages in, outcome out. The server answers statements in order; after an error it is silent until Sync.

use super::error::ServerError;
use super::frame::{Backend, ProtocolError, TransactionStatus};
use super::row::{Row, Rows};

/// The most that all rows of one exchange may take, in bytes of memory: a quarter of an isolate's memory is not ours.
const MAX_REPLY_BYTES: usize = 32 * 1024 * 1024;

/// Collects the replies to a number of statements and one Sync.
#[derive(Debug)]
pub(super) struct Reply {
    expected: usize,
    done: Vec<Rows>,
    rows: Vec<Row>,
    bytes: usize,
    stage: Stage,
    error: Option<Box<ServerError>>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Stage {
    Parse,
    Bind,
    Execute,
}

/// What an exchange came to.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Outcome {
    /// The rows of each statement in order, or the error at which the server stopped.
    pub(super) result: Result<Vec<Rows>, Box<ServerError>>,
    /// The session's state afterwards; `None` when the server is closing the connection.
    pub(super) status: Option<TransactionStatus>,
}

impl Reply {
    pub(super) fn to(expected: usize) -> Self {
        Self {
            expected,
            done: Vec::with_capacity(expected),
            rows: Vec::new(),
            bytes: 0,
            stage: Stage::Parse,
            error: None,
        }
    }

    /// Takes one message; the outcome with the last one.
    pub(super) fn accept(&mut self, message: Backend) -> Result<Option<Outcome>, ProtocolError> {
        match (message, self.stage) {
            (Backend::Ignored, _) => {}
            (Backend::Error(error), _) if error.severity != "ERROR" => {
                return Ok(Some(Outcome { result: Err(error), status: None }));
            }
            (Backend::Error(error), _) if self.error.is_none() => self.error = Some(error),
            (Backend::Ready(status), _) if self.error.is_some() || self.is_complete() => {
                let result = match self.error.take() {
                    Some(error) => Err(error),
                    None => Ok(std::mem::take(&mut self.done)),
                };
                return Ok(Some(Outcome { result, status: Some(status) }));
            }
            (message, _) if self.error.is_some() || self.is_complete() => {
                return Err(ProtocolError::unexpected(&message, "ReadyForQuery"));
            }
            (Backend::ParseComplete, Stage::Parse) => self.stage = Stage::Bind,
            (Backend::BindComplete, Stage::Bind) => self.stage = Stage::Execute,
            (Backend::Row(row), Stage::Execute) => self.keep(row)?,
            (Backend::Complete(tag), Stage::Execute) => self.finish(tag),
            (Backend::EmptyQuery, Stage::Execute) => self.finish(String::new()),
            (message, stage) => return Err(ProtocolError::unexpected(&message, stage.awaiting())),
        }
        Ok(None)
    }

    fn is_complete(&self) -> bool {
        self.done.len() == self.expected
    }

    fn keep(&mut self, row: Row) -> Result<(), ProtocolError> {
        // What holds the texts counts too: a row of NULLs has none, and a server may send it without end.
        self.bytes += size_of::<Row>() + row.0.len() * size_of::<Option<String>>();
        self.bytes += row.0.iter().flatten().map(String::len).sum::<usize>();
        if self.bytes > MAX_REPLY_BYTES {
            return Err(ProtocolError::ReplyTooLarge(MAX_REPLY_BYTES));
        }
        self.rows.push(row);
        Ok(())
    }

    fn finish(&mut self, tag: String) {
        self.done.push(Rows { rows: std::mem::take(&mut self.rows), tag });
        self.stage = Stage::Parse;
    }
}

impl Stage {
    fn awaiting(self) -> &'static str {
        match self {
            Stage::Parse => "ParseComplete",
            Stage::Bind => "BindComplete",
            Stage::Execute => "a row or CommandComplete",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn error(severity: &str) -> Backend {
        Backend::Error(Box::new(ServerError {
            severity: severity.to_owned(),
            sqlstate: "22P02".to_owned(),
            message: "no".to_owned(),
            detail: None,
            constraint: None,
        }))
    }

    fn outcome(expected: usize, messages: impl IntoIterator<Item = Backend>) -> Result<Option<Outcome>, ProtocolError> {
        let mut reply = Reply::to(expected);
        for message in messages {
            if let Some(outcome) = reply.accept(message)? {
                return Ok(Some(outcome));
            }
        }
        Ok(None)
    }

    fn statement(rows: &[&str], tag: &str) -> Vec<Backend> {
        let rows = rows.iter().map(|text| Backend::Row(Row(vec![Some((*text).to_owned())])));
        [Backend::ParseComplete, Backend::BindComplete]
            .into_iter()
            .chain(rows)
            .chain([Backend::Complete(tag.to_owned())])
            .collect()
    }

    #[test]
    fn each_statement_gets_its_own_rows() {
        let messages =
            [statement(&["a", "b"], "SELECT 2"), statement(&[], "INSERT 0 0"), statement(&["c"], "SELECT 1")];
        let messages = messages.into_iter().flatten().chain([Backend::Ready(TransactionStatus::Idle)]);
        let Outcome { result, status } = outcome(3, messages).unwrap().unwrap();
        let lengths: Vec<_> = result.unwrap().iter().map(|rows| (rows.iter().count(), rows.affected())).collect();
        assert_eq!(lengths, [(2, 2), (0, 0), (1, 1)]);
        assert_eq!(status, Some(TransactionStatus::Idle));
    }

    #[test]
    fn an_error_ends_the_exchange_at_ready_for_query() {
        let messages = statement(&[], "BEGIN").into_iter().chain([
            Backend::ParseComplete,
            error("ERROR"),
            Backend::Ready(TransactionStatus::Failed),
        ]);
        let Outcome { result, status } = outcome(4, messages).unwrap().unwrap();
        assert_eq!(result.unwrap_err().sqlstate, "22P02");
        assert_eq!(status, Some(TransactionStatus::Failed));
    }

    #[test]
    fn a_fatal_error_ends_it_at_once() {
        let outcome = outcome(1, [Backend::Ignored, error("FATAL")]).unwrap().unwrap();
        assert_eq!(outcome.status, None);
    }

    #[test]
    fn a_server_that_skips_or_repeats_a_step_is_not_believed() {
        let ready = || Backend::Ready(TransactionStatus::Idle);
        for messages in [
            vec![ready()],
            vec![Backend::BindComplete],
            vec![Backend::ParseComplete, Backend::ParseComplete],
            vec![Backend::ParseComplete, Backend::Complete("SELECT 1".to_owned())],
            vec![Backend::ParseComplete, Backend::BindComplete, ready()],
            vec![Backend::Row(Row(vec![]))],
            vec![error("ERROR"), Backend::ParseComplete],
            vec![error("ERROR"), error("ERROR")],
            [statement(&[], "SELECT 0"), statement(&[], "SELECT 0")].concat(),
        ] {
            assert!(matches!(outcome(1, messages), Err(ProtocolError::Unexpected { .. })));
        }
    }

    #[test]
    fn rows_without_end_are_cut_off() {
        for columns in [vec![Some("x".repeat(1024 * 1024))], vec![None; 65_535], vec![]] {
            let rows = std::iter::repeat_with(|| Backend::Row(Row(columns.clone()))).take(MAX_REPLY_BYTES);
            let messages = [Backend::ParseComplete, Backend::BindComplete].into_iter().chain(rows);
            assert!(matches!(outcome(1, messages), Err(ProtocolError::ReplyTooLarge(_))));
        }
    }
}
