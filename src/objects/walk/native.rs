//! Runs walks on a real SQLite: what they find, how they are planned, and how many steps they take.
//!
//! A step is one instruction of SQLite's virtual machine, so a cost is the same number on every machine.

use rusqlite::{Connection, StatementStatus, ToSql, types::ToSqlOutput};

use super::{Found, Statement, Value, Walk};
use crate::domain::cursor::Position;
use crate::domain::refusal::Refusal;
use crate::objects::page::Page;

impl ToSql for Value {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        match self {
            // The platform binds every number as a double.
            Value::Int(number) => Ok(ToSqlOutput::from(*number as f64)),
            Value::Text(text) => text.to_sql(),
        }
    }
}

/// A database in memory with this schema.
pub(crate) fn database(schema: &str) -> Connection {
    let connection = Connection::open_in_memory().unwrap();
    connection.execute_batch(schema).unwrap();
    connection
}

fn run(connection: &Connection, statement: &Statement) -> (Vec<Found>, i32) {
    assert!(statement.values.len() <= 100, "the platform binds 100 parameters at most");
    let mut prepared = connection.prepare(&statement.sql).unwrap();
    let found = prepared
        .query_map(rusqlite::params_from_iter(&statement.values), |row| {
            let json = if row.as_ref().column_count() > 2 { row.get(2)? } else { String::new() };
            Ok(Found { time: row.get(0)?, key: row.get(1)?, json })
        })
        .unwrap()
        .collect::<Result<Vec<_>, _>>()
        .unwrap();
    let steps = prepared.get_status(StatementStatus::VmStep);
    (found, steps)
}

/// A page, and the steps it took.
pub(crate) fn page(
    connection: &Connection,
    walk: &Walk,
    after: Option<&Position>,
    limit: u32,
) -> Result<(Page, i32), Refusal> {
    let steps = std::cell::Cell::new(0);
    let read = |statement: &Statement| {
        let (found, taken) = run(connection, statement);
        steps.set(steps.get() + taken);
        Ok::<_, Refusal>(found)
    };
    let page = walk.page_by(read, after, limit)?;
    Ok((page, steps.get()))
}

/// The items of a page whose rows are JSON numbers.
pub(crate) fn items(page: &Page) -> Vec<i64> {
    serde_json::from_str(&page.items).unwrap()
}

/// Every item of a walk, page by page; `between` runs before each further page.
pub(crate) fn all(connection: &Connection, walk: &Walk, limit: u32, mut between: impl FnMut(usize)) -> Vec<i64> {
    let (mut seen, mut after, mut pages) = (Vec::new(), None, 0);
    loop {
        let (page, _) = self::page(connection, walk, after.as_ref(), limit).unwrap();
        assert!(items(&page).len() <= limit as usize);
        seen.extend(items(&page));
        let Some(next) = page.next else { return seen };
        assert_ne!(Some(&next), after.as_ref(), "the walk stands still");
        after = Some(next);
        pages += 1;
        between(pages);
    }
}

/// SQLite's plan of a statement, a line per step.
pub(crate) fn plan(connection: &Connection, statement: &Statement) -> Vec<String> {
    let mut prepared = connection.prepare(&format!("EXPLAIN QUERY PLAN {}", statement.sql)).unwrap();
    let lines = prepared.query_map(rusqlite::params_from_iter(&statement.values), |row| row.get(3)).unwrap();
    lines.collect::<Result<Vec<_>, _>>().unwrap()
}
