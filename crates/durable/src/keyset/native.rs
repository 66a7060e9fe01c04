//! Runs queries on a real SQLite: what they find, how they are planned, and how many steps they take.
//!
//! A step is one instruction of SQLite's virtual machine, so a cost is the same number on every machine.

use base::cursor::Position;
use base::refusal::Refusal;
use rusqlite::{Connection, StatementStatus, ToSql, types::ToSqlOutput};

use super::{KeysetQuery, Statement, Value};
use crate::page::{Found, Page, Place};
use crate::text::Text;

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
pub fn database(schema: &str) -> Connection {
    let connection = Connection::open_in_memory().unwrap();
    connection.execute_batch(schema).unwrap();
    connection
}

fn run(connection: &Connection, statement: &Statement, most: u32) -> (Found, i32) {
    assert!(statement.values.len() <= 100, "the platform binds 100 parameters at most");
    let mut prepared = connection.prepare(&statement.sql).unwrap();
    let found = found(prepared.query(rusqlite::params_from_iter(&statement.values)).unwrap(), most);
    let steps = prepared.get_status(StatementStatus::VmStep);
    (found, steps)
}

/// What `Database::found` makes of such rows.
pub fn found(rows: rusqlite::Rows<'_>, most: u32) -> Found {
    let row = |row: &rusqlite::Row<'_>| Ok(((row.get(0)?, row.get(1)?), row.get::<_, String>(2)?));
    let rows: Vec<(Place, String)> = rows.mapped(row).collect::<Result<_, _>>().unwrap();
    let shown = &rows[..rows.len().min(most as usize)];
    let json: Vec<_> = shown.iter().map(|(_, json)| json.as_str()).collect();
    Found {
        count: rows.len() as u32,
        last: shown.last().map(|(place, _)| *place),
        shown: Text::Written(json.join(",")),
    }
}

/// A page, and the steps it took.
pub fn page(
    connection: &Connection,
    query: &KeysetQuery,
    after: Option<&Position>,
    limit: u32,
) -> Result<(Page, i32), Refusal> {
    let steps = std::cell::Cell::new(0);
    let read = |statement: &Statement, most| {
        let (found, taken) = run(connection, statement, most);
        steps.set(steps.get() + taken);
        Ok::<_, Refusal>(found)
    };
    let page = query.page_by(read, after, limit)?;
    Ok((page, steps.get()))
}

/// What a statement counts.
pub fn counted(connection: &Connection, statement: &Statement) -> i64 {
    assert!(statement.values.len() <= 100, "the platform binds 100 parameters at most");
    let values = rusqlite::params_from_iter(&statement.values);
    connection.query_row(&statement.sql, values, |row| row.get(0)).unwrap()
}

/// The items of a page whose rows are JSON numbers.
pub fn items(page: &Page) -> Vec<i64> {
    serde_json::from_str(&page.items.read()).unwrap()
}

/// Every item of a query, page by page; `between` runs before each further page.
pub fn all(connection: &Connection, query: &KeysetQuery, limit: u32, mut between: impl FnMut(usize)) -> Vec<i64> {
    let (mut seen, mut after, mut pages) = (Vec::new(), None, 0);
    loop {
        let (page, _) = self::page(connection, query, after.as_ref(), limit).unwrap();
        assert!(items(&page).len() <= limit as usize);
        seen.extend(items(&page));
        let Some(next) = page.next else { return seen };
        assert_ne!(Some(&next), after.as_ref(), "the query stands still");
        after = Some(next);
        pages += 1;
        between(pages);
    }
}

/// SQLite's plan of a statement, a line per step.
pub fn plan(connection: &Connection, statement: &Statement) -> Vec<String> {
    let mut prepared = connection.prepare(&format!("EXPLAIN QUERY PLAN {}", statement.sql)).unwrap();
    let lines = prepared.query_map(rusqlite::params_from_iter(&statement.values), |row| row.get(3)).unwrap();
    lines.collect::<Result<Vec<_>, _>>().unwrap()
}
