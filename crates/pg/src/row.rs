//! What comes back from a statement: rows of text columns, and how to read them.
//!
//! Statements that return records select one column of JSON whose keys are the fields of the record, so that a
//! column is matched by name by serde and not by its position.

use serde::de::DeserializeOwned;
use thiserror::Error;

/// One row, each column in PostgreSQL's text format; `None` is NULL.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row(pub(super) Vec<Option<String>>);

impl Row {
    /// The text of a column; `None` when it is NULL or not there.
    pub fn text(&self, column: usize) -> Option<&str> {
        self.0.get(column).and_then(Option::as_deref)
    }
}

/// The reply to one statement.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Rows {
    pub(super) rows: Vec<Row>,
    pub(super) tag: String,
}

impl Rows {
    /// The rows, in the order they came.
    pub fn iter(&self) -> impl Iterator<Item = &Row> {
        self.rows.iter()
    }

    /// The command tag, as in `INSERT 0 3` or `COMMIT`.
    pub fn tag(&self) -> &str {
        &self.tag
    }

    /// How many rows the statement touched or returned.
    pub fn affected(&self) -> u64 {
        self.tag.rsplit(' ').next().and_then(|count| count.parse().ok()).unwrap_or(0)
    }

    /// The JSON texts of the first column, unparsed, for replies that only pass through.
    pub fn json(&self) -> Result<Vec<&str>, DecodeError> {
        self.rows.iter().map(|row| row.text(0).ok_or(DecodeError::Null)).collect()
    }

    /// Every row as a record, from the JSON of its first column.
    pub fn records<T: DeserializeOwned>(&self) -> Result<Vec<T>, DecodeError> {
        self.json()?.into_iter().map(|json| base::json::from_str(json).map_err(DecodeError::Json)).collect()
    }

    /// The first row as a record, if there is one.
    pub fn record<T: DeserializeOwned>(&self) -> Result<Option<T>, DecodeError> {
        Ok(self.records()?.into_iter().next())
    }
}

/// A row that is not what its statement promises.
#[derive(Debug, Error)]
pub enum DecodeError {
    /// The column is NULL or absent.
    #[error("a column that cannot be NULL is NULL")]
    Null,
    /// The column's JSON is not the record.
    #[error("a column does not hold the record it should")]
    Json(#[source] serde_json::Error),
    /// Fewer replies than statements.
    #[error("a statement has no reply")]
    NoReply,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_count_is_the_tags_last_word() {
        let affected = |tag: &str| Rows { rows: Vec::new(), tag: tag.to_owned() }.affected();
        assert_eq!([affected("INSERT 0 3"), affected("SELECT 12"), affected("COMMIT"), affected("")], [3, 12, 0, 0]);
    }

    #[test]
    fn a_null_where_a_record_should_be_is_an_error() {
        let rows = Rows { rows: vec![Row(vec![None])], tag: "SELECT 1".to_owned() };
        assert!(matches!(rows.records::<u32>(), Err(DecodeError::Null)));
    }
}
