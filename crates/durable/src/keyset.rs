//! Queries through a table in order of (time, key), a page at a time, at a cost that the table's length does not change.
//!
//! A query has one range or several. A range is a run of one index whose first columns equal constants, so SQLite reads it in
//! order of (time, key); several ranges are merged as they are read. Nothing is sorted, and counted only when asked to. What no
//! index answers is checked row by row: then a page looks at [`SCAN`] rows at most, and says that more follow. Once it has
//! found enough it looks at none further.
//!
//! Architecture invariant: every value is bound; columns, indexes and conditions are constants of the actor's own code.

use base::cursor::Position;
use base::refusal::Refusal;

use crate::page::{Found, Page, Place, position};
use crate::sqlite::{Bind, Database, StorageError};

/// How many rows one page looks at when it checks them row by row.
pub const SCAN: u32 = 10_000;

/// The platform's limit on the terms of one compound SELECT.
const COMPOUND_TERMS: usize = 5;

/// A bound value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Value {
    /// An integer, below 2^53.
    Int(i64),
    /// A text.
    Text(String),
}

impl Bind for Value {
    fn write_to(&self, json: &mut String) {
        match self {
            Value::Int(number) => number.write_to(json),
            Value::Text(text) => text.write_to(json),
        }
    }
}

/// Which way a query goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Direction {
    /// The newest row first.
    Newest,
    /// The oldest row first.
    Oldest,
}

/// A condition on one row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Condition {
    /// The column is one of the values.
    OneOf(&'static str, Vec<Value>),
    /// The column contains the text: both are folded, by whoever stores and whoever asks.
    Contains(&'static str, String),
    /// The column is this or greater.
    AtLeast(&'static str, i64),
    /// The column is less than this.
    Below(&'static str, i64),
    /// An expression of the actor's own about one of its columns, in which `{}` stands for the value.
    Holds(&'static str, &'static str, Value),
}

impl Condition {
    fn column(&self) -> &'static str {
        match self {
            Condition::OneOf(column, _)
            | Condition::Contains(column, _)
            | Condition::AtLeast(column, _)
            | Condition::Below(column, _)
            | Condition::Holds(column, ..) => column,
        }
    }
}

/// A run of an index.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IndexRange {
    /// The index: the columns of `equals`, then the time (then, as in every index, the key). Without one the key itself
    /// is among `equals`; where these are empty, a condition finds the rows by itself, and finds few: they are sorted.
    pub index: Option<&'static str>,
    /// What its first columns are.
    pub equals: Vec<(&'static str, Value)>,
}

/// Which rows, in which order.
#[derive(Clone, Debug)]
pub struct KeysetQuery {
    /// The table.
    pub table: &'static str,
    /// What of a row is its JSON: a column, or an expression.
    pub json: &'static str,
    /// The columns that the expression is made of, where it costs enough not to be worked out for a row that is not shown.
    pub json_of: &'static [&'static str],
    /// The column of the time, in milliseconds.
    pub time: &'static str,
    /// The INTEGER PRIMARY KEY, which orders rows of the same time.
    pub key: &'static str,
    /// Which way.
    pub direction: Direction,
    /// The runs; no row is in two of them.
    pub ranges: Vec<IndexRange>,
    /// Not before this time.
    pub from: Option<i64>,
    /// Before this time.
    pub to: Option<i64>,
    /// What is checked row by row.
    pub conditions: Vec<Condition>,
}

/// A statement and what is bound to it.
#[derive(Clone, Debug)]
pub struct Statement {
    /// The text, with `?1`, `?2`…
    pub sql: String,
    /// The values, in that order.
    pub values: Vec<Value>,
}

/// Runs a statement, of whose rows so many are to be shown.
type Read<'a> = &'a dyn Fn(&Statement, u32) -> Result<Found, Refusal>;

impl KeysetQuery {
    /// The page behind `after`, read from `db`.
    ///
    /// # Errors
    /// `InvalidCursor` when `after` is not a position of a query; `Unavailable` when SQLite refuses.
    pub fn page(&self, db: &Database, after: Option<&Position>, limit: u32) -> Result<Page, Refusal> {
        self.page_by(|statement, most| statement.found_in(db, most), after, limit)
    }

    /// As [`KeysetQuery::page`], with statements run by `read`, which is told how many rows are to be shown.
    pub fn page_by<E: Into<Refusal>>(
        &self,
        read: impl Fn(&Statement, u32) -> Result<Found, E>,
        after: Option<&Position>,
        limit: u32,
    ) -> Result<Page, Refusal> {
        let read = |statement: &Statement, most: u32| read(statement, most).map_err(Into::into);
        let after = after.map(|position| Ok::<_, Refusal>((position.ts, position.seq()?))).transpose()?;
        // More ranges than that are sorted in between: only their places, and not the rows of a whole scan.
        let (found, end) = if !self.is_scanned() || self.ranges.len() > COMPOUND_TERMS {
            self.by_index(&read, after, limit)?
        } else {
            self.by_scan(&read, after, limit)?
        };
        let mut page = Page::of(found, limit);
        if page.next.is_none() {
            page.next = end.map(position);
        }
        Ok(page)
    }

    /// The rows of a page, each looked for by an index; and the end of the scan, if there are conditions and so many rows.
    fn by_index(&self, read: Read<'_>, after: Option<Place>, limit: u32) -> Result<(Found, Option<Place>), Refusal> {
        let end = if self.is_scanned() { read(&self.scan_end(after), 1)?.last } else { None };
        let (near, far) = Start::parts(after);
        let mut found = read(&self.rows(near, end, limit + 1), limit)?;
        if let Some(far) = far.filter(|_| found.count <= limit) {
            let more = read(&self.rows(far, end, limit + 1 - found.count), limit - found.count)?;
            found = found.and(more);
        }
        Ok((found, end))
    }

    /// Whether rows are looked at that may not be shown.
    fn is_scanned(&self) -> bool {
        !self.conditions.is_empty() && !self.finds_itself()
    }

    /// Whether a condition finds the rows by itself.
    fn finds_itself(&self) -> bool {
        self.ranges.iter().all(|range| range.index.is_none() && range.equals.is_empty())
    }

    /// The rows of a page, found by looking at each; and the end of the scan, if the page did not fill before.
    fn by_scan(&self, read: Read<'_>, after: Option<Place>, limit: u32) -> Result<(Found, Option<Place>), Refusal> {
        let found = read(&self.scan(after, limit + 1), limit)?;
        let end = if found.count > limit { None } else { read(&self.scan_end(after), 1)?.last };
        Ok((found, end))
    }

    /// The rows from `near` on, up to and including `end`.
    pub fn rows(&self, near: Start, end: Option<Place>, limit: u32) -> Statement {
        let mut text = Text::default();
        let wheres = self.wheres(&mut text, near, end, &self.conditions);
        let (time, key, json) = (self.time, self.key, format!("{} AS json", self.json));
        // Rows that are sorted are all in hand before the first is shown.
        let is_sorted = self.finds_itself() && !self.json_of.is_empty();
        let columns = if is_sorted { self.json_of.join(", ") } else { json.clone() };
        text.merge(self, &wheres, &format!(", {columns}"), limit, &format!("LIMIT {limit}"));
        if is_sorted {
            text.0.sql = format!("SELECT {time}, {key}, {json} FROM ({})", text.0.sql);
        }
        text.0
    }

    /// The rows behind `after`: [`SCAN`] are looked at and no more, and none behind the last that is wanted.
    pub fn scan(&self, after: Option<Place>, limit: u32) -> Statement {
        let mut text = Text::default();
        let wheres = self.wheres(&mut text, Start::behind(after), None, &[]);
        let conditions: Vec<_> = self.conditions.iter().map(|condition| text.condition(condition)).collect();
        let (time, key) = (self.time, self.key);
        let json = format!("{} AS json", self.json);
        let (mut columns, shown) = match self.json_of {
            [] => (vec![json.as_str()], "json"),
            columns => (columns.to_vec(), json.as_str()),
        };
        for column in self.conditions.iter().map(Condition::column) {
            if ![time, key].contains(&column) && !columns.contains(&column) {
                columns.push(column);
            }
        }
        text.merge(self, &wheres, &format!(", {}", columns.join(", ")), SCAN, &format!("LIMIT {SCAN}"));
        let (scanned, conditions) = (text.0.sql, conditions.join(" AND "));
        Statement {
            sql: format!("SELECT {time}, {key}, {shown} FROM ({scanned}) WHERE {conditions} LIMIT {limit}"),
            ..text.0
        }
    }

    /// The place of the last row that a page behind `after` looks at, when there are so many.
    pub fn scan_end(&self, after: Option<Place>) -> Statement {
        let mut text = Text::default();
        let wheres = self.wheres(&mut text, Start::behind(after), None, &[]);
        text.merge(self, &wheres, ", ''", SCAN, &format!("LIMIT 1 OFFSET {}", SCAN - 1));
        text.0
    }

    /// How many rows there are in all, `most` at most. What no index answers is checked on every row until so many are found.
    ///
    /// # Errors
    /// When SQLite refuses.
    pub fn count(&self, db: &Database, most: u32) -> Result<u32, StorageError> {
        let statement = self.counting(most);
        let row = db.row(&statement.sql, &statement.binds())?;
        Ok(row.and_then(|row| u32::try_from(row.int(0)).ok()).unwrap_or_default())
    }

    /// Counts the rows.
    pub fn counting(&self, most: u32) -> Statement {
        let mut text = Text::default();
        let wheres = self.wheres(&mut text, Start::Beginning, None, &self.conditions);
        let selects: Vec<_> =
            self.ranges.iter().zip(&wheres).map(|(range, wheres)| select(self, range, wheres, "")).collect();
        let parts = selects.chunks(COMPOUND_TERMS);
        let parts = parts.map(|part| format!("SELECT 1 FROM ({} LIMIT {most})", part.join(" UNION ALL ")));
        let all = parts.collect::<Vec<_>>().join(" UNION ALL ");
        Statement { sql: format!("SELECT count(*) FROM ({all} LIMIT {most})"), ..text.0 }
    }

    /// The WHERE clause of each range: its constants, then the near edge, the far edge and the conditions, which all share.
    fn wheres(&self, text: &mut Text, near: Start, end: Option<Place>, conditions: &[Condition]) -> Vec<String> {
        let near = self.near(text, near);
        let far = self.far(text, end);
        let conditions = conditions.iter().map(|condition| text.condition(condition)).collect::<Vec<_>>();
        let shared = near.into_iter().chain(far).chain(conditions).collect::<Vec<_>>();
        let mut wheres = Vec::with_capacity(self.ranges.len());
        for range in &self.ranges {
            let own = range.equals.iter().map(|(column, value)| format!("{column} = {}", text.bind(value.clone())));
            wheres.push(own.chain(shared.iter().cloned()).collect::<Vec<_>>().join(" AND "));
        }
        wheres
    }

    fn near(&self, text: &mut Text, near: Start) -> Option<String> {
        let (time, key) = (self.time, self.key);
        let (onward, start) = match self.direction {
            Direction::Newest => ("<", self.to.map(|to| ("<", to))),
            Direction::Oldest => (">", self.from.map(|from| (">=", from))),
        };
        match near {
            Start::Beginning => start.map(|(compare, edge)| format!("{time} {compare} {}", text.int(edge))),
            Start::Tied((at, of)) => Some(format!("{time} = {} AND {key} {onward} {}", text.int(at), text.int(of))),
            Start::Past((at, _)) => Some(format!("{time} {onward} {}", text.int(at))),
            Start::Behind((at, of)) => Some(format!("({time}, {key}) {onward} ({}, {})", text.int(at), text.int(of))),
        }
    }

    fn far(&self, text: &mut Text, end: Option<Place>) -> Option<String> {
        let (time, key) = (self.time, self.key);
        let (upto, edge) = match self.direction {
            Direction::Newest => (">=", self.from.map(|from| (">=", from))),
            Direction::Oldest => ("<=", self.to.map(|to| ("<", to))),
        };
        match end {
            // The end of a scan is inside of the time range.
            Some((at, of)) => Some(format!("({time}, {key}) {upto} ({}, {})", text.int(at), text.int(of))),
            None => edge.map(|(compare, edge)| format!("{time} {compare} {}", text.int(edge))),
        }
    }
}

/// Where a statement begins. SQLite does not seek by (time, key) where the key is the table's own, so what has the time
/// of the last row shown is read first, and then what is past that time: however many share it, each is a seek.
#[derive(Clone, Copy, Debug)]
pub enum Start {
    /// At the near end of the time range.
    Beginning,
    /// Behind a place, at the same time.
    Tied(Place),
    /// Past the time of a place.
    Past(Place),
    /// Behind a place; only good for a scan.
    Behind(Place),
}

impl Start {
    fn parts(after: Option<Place>) -> (Start, Option<Start>) {
        after.map_or((Start::Beginning, None), |place| (Start::Tied(place), Some(Start::Past(place))))
    }

    fn behind(after: Option<Place>) -> Start {
        after.map_or(Start::Beginning, Start::Behind)
    }
}

impl Statement {
    fn found_in(&self, db: &Database, most: u32) -> Result<Found, StorageError> {
        db.found(&self.sql, &self.binds(), most)
    }

    fn binds(&self) -> Vec<&dyn Bind> {
        self.values.iter().map(|value| value as &dyn Bind).collect()
    }
}

/// A statement that is being written.
struct Text(Statement);

impl Default for Text {
    fn default() -> Self {
        Text(Statement { sql: String::new(), values: Vec::new() })
    }
}

impl Text {
    fn bind(&mut self, value: Value) -> String {
        self.0.values.push(value);
        format!("?{}", self.0.values.len())
    }

    fn int(&mut self, number: i64) -> String {
        self.bind(Value::Int(number))
    }

    fn condition(&mut self, condition: &Condition) -> String {
        match condition {
            Condition::OneOf(column, values) => {
                let values: Vec<_> = values.iter().map(|value| self.bind(value.clone())).collect();
                format!("{column} IN ({})", values.join(", "))
            }
            Condition::Contains(column, needle) => {
                format!("instr({column}, {}) > 0", self.bind(Value::Text(needle.clone())))
            }
            Condition::AtLeast(column, least) => format!("{column} >= {}", self.int(*least)),
            Condition::Below(column, bound) => format!("{column} < {}", self.int(*bound)),
            Condition::Holds(_, expression, value) => {
                let bound = self.bind(value.clone());
                format!("({})", expression.replace("{}", &bound))
            }
        }
    }

    /// Merges the ranges. More ranges than a compound may have are merged in two steps; the inner ones are then cut to the
    /// `most` rows that can be wanted of them, so that what is sorted between the two is bounded.
    fn merge(&mut self, query: &KeysetQuery, wheres: &[String], also: &str, most: u32, tail: &str) {
        let selects: Vec<_> =
            query.ranges.iter().zip(wheres).map(|(range, wheres)| select(query, range, wheres, also)).collect();
        let order = match query.direction {
            Direction::Newest => "ORDER BY 1 DESC, 2 DESC",
            Direction::Oldest => "ORDER BY 1, 2",
        };
        let merged = if selects.len() > COMPOUND_TERMS {
            let parts = selects.chunks(COMPOUND_TERMS);
            parts
                .map(|part| format!("SELECT * FROM ({} {order} LIMIT {most})", part.join(" UNION ALL ")))
                .collect::<Vec<_>>()
                .join(" UNION ALL ")
        } else {
            selects.join(" UNION ALL ")
        };
        self.0.sql = format!("{merged} {order} {tail}");
    }
}

fn select(query: &KeysetQuery, range: &IndexRange, wheres: &str, also: &str) -> String {
    let (table, time, key) = (query.table, query.time, query.key);
    let index = range.index.map_or_else(|| "NOT INDEXED".to_owned(), |index| format!("INDEXED BY {index}"));
    let wheres = if wheres.is_empty() { String::new() } else { format!(" WHERE {wheres}") };
    format!("SELECT {time}, {key}{also} FROM {table} {index}{wheres}")
}

/// A real SQLite for native tests of queries.
#[cfg(all(any(test, feature = "native"), not(target_arch = "wasm32")))]
pub mod native;
#[cfg(all(test, not(target_arch = "wasm32")))]
mod tests;
