//! A statement as it goes over the wire: SQL known at compile time, and parameters in text format.
//!
//! SQL is `&'static str`, so no value can become part of it. Statements are unnamed: behind a pooler in transaction mode
//! a name would be another connection's.

use std::io;

use bytes::{BufMut, BytesMut};
use postgres_protocol::IsNull;
use postgres_protocol::message::frontend;

/// SQL with its parameters.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Statement {
    sql: &'static str,
    parameters: Vec<Option<String>>,
}

impl Statement {
    /// A statement without parameters.
    pub const fn new(sql: &'static str) -> Self {
        Self { sql, parameters: Vec::new() }
    }

    /// Adds the next parameter, `$1` first; `None` is NULL. The server infers its type from the SQL.
    #[must_use]
    pub fn bind(mut self, parameter: impl Into<Option<String>>) -> Self {
        self.parameters.push(parameter.into());
        self
    }

    /// Its SQL.
    pub fn sql(&self) -> &'static str {
        self.sql
    }

    /// Its parameters.
    pub fn parameters(&self) -> &[Option<String>] {
        &self.parameters
    }

    /// Writes Parse, Bind and Execute.
    pub(super) fn encode(&self, out: &mut BytesMut) -> io::Result<()> {
        frontend::parse("", self.sql, [], out)?;
        let serialize = |parameter: &Option<String>, out: &mut BytesMut| {
            Ok(match parameter {
                Some(text) => {
                    out.put_slice(text.as_bytes());
                    IsNull::No
                }
                None => IsNull::Yes,
            })
        };
        // No format codes: parameters and results are all text.
        frontend::bind("", "", [], &self.parameters, serialize, [], out).map_err(|error| match error {
            frontend::BindError::Conversion(error) => io::Error::other(error),
            frontend::BindError::Serialization(error) => error,
        })?;
        frontend::execute("", 0, out)
    }
}
