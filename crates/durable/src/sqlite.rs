//! An actor's own SQLite database: schema steps, queries and the one transaction of a write.
//!
//! The bindings are ours because `worker` 0.8.7 has no `transactionSync` and reads rows through calls that cannot
//! fail. Everything here may throw and says so.
//!
//! Architecture invariants: a database that was never written to is never created (a guessed id leaves no storage
//! behind), and nothing is written outside [`Database::atomically`] and [`Database::erase`].

use std::cell::Cell;

use base::refusal::Refusal;
use js_sys::Array;
use thiserror::Error;
use wasm_bindgen::prelude::wasm_bindgen;
use wasm_bindgen::{JsCast, JsValue};

use crate::page::Found;
use crate::text::Text;

#[wasm_bindgen]
extern "C" {
    /// `ctx.storage`.
    #[derive(Clone)]
    pub type Storage;
    #[wasm_bindgen(method, getter)]
    fn sql(this: &Storage) -> Sql;
    #[wasm_bindgen(method, catch, js_name = transactionSync)]
    fn transaction_sync(this: &Storage, body: &mut dyn FnMut() -> Result<JsValue, JsValue>)
    -> Result<JsValue, JsValue>;

    #[wasm_bindgen(method, catch, js_name = deleteAll)]
    fn delete_all(this: &Storage) -> Result<js_sys::Promise, JsValue>;

    type Sql;
    #[wasm_bindgen(method, getter, js_name = databaseSize)]
    fn database_size(this: &Sql) -> f64;

    /// Runs a statement with the values of a JSON array; its rows, as arrays of values. One crossing to JavaScript, not one per
    /// value and per step of the cursor.
    #[wasm_bindgen(catch, js_name = durable_rows)]
    fn rows_of(sql: &Sql, query: &str, values: &str) -> Result<Array, JsValue>;
    /// Of the rows of a statement whose columns are two integers and JSON: how many there are, the JSON of the first `most`
    /// as one text, and the integers of the last of these.
    #[wasm_bindgen(catch, js_name = durable_found)]
    fn found_by(sql: &Sql, query: &str, values: &str, most: u32) -> Result<Array, JsValue>;
    /// Runs a statement that has no rows.
    #[wasm_bindgen(catch, js_name = durable_run)]
    fn run_on(sql: &Sql, statement: &str, values: &str) -> Result<(), JsValue>;
}

/// SQLite, or the storage below it, refused a statement.
#[derive(Debug, Error)]
#[error("storage: {0}")]
pub struct StorageError(String);

impl From<JsValue> for StorageError {
    fn from(thrown: JsValue) -> Self {
        let message = js_sys::Reflect::get(&thrown, &JsValue::from_str("message")).ok();
        StorageError(message.and_then(|text| text.as_string()).unwrap_or_else(|| format!("{thrown:?}")))
    }
}

impl StorageError {
    /// What is stored, or is to be, is not what it should be.
    pub fn unreadable(error: &dyn std::error::Error) -> Self {
        StorageError(error.to_string())
    }
}

impl From<StorageError> for Refusal {
    fn from(error: StorageError) -> Self {
        worker::console_error!("{error}");
        Refusal::unavailable("storage", 1)
    }
}

/// One value bound to a `?`.
pub trait Bind {
    /// Writes the value as JSON: all values of a statement cross to JavaScript as one text. Booleans are 0 or 1; integers
    /// stay below 2^53.
    fn write_to(&self, json: &mut String);
}

impl Bind for i64 {
    fn write_to(&self, json: &mut String) {
        json.push_str(&self.to_string());
    }
}

impl Bind for bool {
    fn write_to(&self, json: &mut String) {
        json.push(if *self { '1' } else { '0' });
    }
}

impl Bind for str {
    fn write_to(&self, json: &mut String) {
        // A text is always JSON.
        json.push_str(&serde_json::to_string(self).unwrap_or_default());
    }
}

impl Bind for String {
    fn write_to(&self, json: &mut String) {
        self.as_str().write_to(json);
    }
}

impl<T: Bind + ?Sized> Bind for &T {
    fn write_to(&self, json: &mut String) {
        (**self).write_to(json);
    }
}

impl<T: Bind> Bind for Option<T> {
    fn write_to(&self, json: &mut String) {
        match self {
            Some(value) => value.write_to(json),
            None => json.push_str("null"),
        }
    }
}

/// One row, its columns by position.
pub struct Row(Array);

impl Row {
    /// A text column; empty when it is NULL.
    pub fn text(&self, column: u32) -> String {
        self.0.get(column).as_string().unwrap_or_default()
    }

    /// A text column that may be NULL.
    pub fn optional_text(&self, column: u32) -> Option<String> {
        self.0.get(column).as_string()
    }

    /// An integer column; 0 when it is NULL.
    pub fn int(&self, column: u32) -> i64 {
        self.optional_int(column).unwrap_or_default()
    }

    /// An integer column that may be NULL.
    pub fn optional_int(&self, column: u32) -> Option<i64> {
        self.0.get(column).as_f64().map(|number| number as i64)
    }
}

/// What is bound to the `?`s of a statement, in order.
pub type Binds<'a> = &'a [&'a dyn Bind];

/// The tables of one actor.
#[derive(Clone, Copy)]
pub struct Schema {
    /// What a new database is made of, in one go.
    pub whole: &'static [&'static str],
    /// How a database gets there from nothing, one release after the other; only ever added to.
    pub steps: &'static [&'static str],
}

impl Schema {
    /// A schema that has not changed yet.
    pub const fn first(whole: &'static [&'static str]) -> Self {
        Schema { whole, steps: whole }
    }
}

/// The database of one actor.
pub struct Database {
    storage: Storage,
    sql: Sql,
    schema: Schema,
    open: Cell<bool>,
}

impl Database {
    /// The database in `storage`, with these tables.
    pub fn new(storage: Storage, schema: Schema) -> Self {
        let sql = storage.sql();
        Database { storage, sql, schema, open: Cell::new(false) }
    }

    /// Whether anything was ever written; brings an older schema up to date.
    ///
    /// # Errors
    /// When the storage cannot be read, or a step fails.
    pub fn exists(&self) -> Result<bool, StorageError> {
        if self.open.get() {
            return Ok(true);
        }
        if self.sql.database_size() == 0.0 {
            return Ok(false);
        }
        if !self.has_tables()? {
            return Ok(false);
        }
        self.atomically(|_| Ok::<_, StorageError>(()))?;
        Ok(true)
    }

    fn has_tables(&self) -> Result<bool, StorageError> {
        Ok(!self.query("SELECT 1 FROM sqlite_master WHERE name = 'schema_step'", &[])?.is_empty())
    }

    fn bring_up_to_date(&self) -> Result<(), StorageError> {
        let Schema { whole, steps } = self.schema;
        if !self.has_tables()? {
            let (whole, last) = (whole.join(";"), steps.len());
            let step =
                format!("CREATE TABLE schema_step (step INTEGER PRIMARY KEY); INSERT INTO schema_step VALUES ({last})");
            return self.execute(&format!("{whole};{step}"), &[]);
        }
        let done = self.query("SELECT coalesce(max(step), 0) FROM schema_step", &[])?;
        let done = done.first().map_or(0, |row| row.int(0));
        for (step, statement) in (1_i64..).zip(steps) {
            if step > done {
                self.execute(statement, &[])?;
                self.execute("INSERT INTO schema_step (step) VALUES (?)", &[&step])?;
            }
        }
        Ok(())
    }

    /// Runs `write` as one transaction: when it fails, or panics, nothing of it remains.
    ///
    /// # Errors
    /// What `write` returned; a `StorageError` when the transaction cannot be made.
    pub fn atomically<T, E: From<StorageError>>(
        &self,
        write: impl FnOnce(&Writer<'_>) -> Result<T, E>,
    ) -> Result<T, E> {
        let mut write = Some(write);
        let mut outcome = None;
        let committed = self.transaction(&mut || {
            outcome = write.take().map(|write| write(&Writer(self)));
            matches!(outcome, Some(Ok(_)))
        });
        match (outcome, committed) {
            (Some(Err(error)), _) => Err(error),
            (Some(Ok(done)), Ok(())) => Ok(done),
            (_, Err(error)) => Err(error.into()),
            (None, Ok(())) => Err(StorageError("the transaction did not run".into()).into()),
        }
    }

    /// The transaction itself, for whatever is written: there is one of it. It is rolled back unless `work` says that it is done.
    fn transaction(&self, work: &mut dyn FnMut() -> bool) -> Result<(), StorageError> {
        self.storage.transaction_sync(&mut || {
            if !self.open.get() {
                self.bring_up_to_date().map_err(|error| JsValue::from_str(&error.to_string()))?;
            }
            if work() { Ok(JsValue::UNDEFINED) } else { Err(JsValue::from_str("rolled back")) }
        })?;
        self.open.set(true);
        Ok(())
    }

    /// Gives everything back to the platform: tables, schema and alarm. It takes effect in the same turn; the next write
    /// starts anew.
    ///
    /// # Errors
    /// When the storage refuses.
    pub fn erase(&self) -> Result<(), StorageError> {
        self.open.set(false);
        let _same_turn = self.storage.delete_all()?;
        Ok(())
    }

    /// All rows of a query; none where nothing was ever written.
    ///
    /// # Errors
    /// When SQLite refuses the statement.
    pub fn rows(&self, query: &str, binds: Binds<'_>) -> Result<Vec<Row>, StorageError> {
        if !self.exists()? {
            return Ok(Vec::new());
        }
        self.query(query, binds)
    }

    /// What a query for a time, a key and JSON finds; at most `most` rows of it are to be shown. Their JSON stays in
    /// JavaScript. SQLite does not join it: no value there may have more than 2 MB.
    ///
    /// # Errors
    /// As [`Database::rows`].
    pub fn found(&self, query: &str, binds: Binds<'_>, most: u32) -> Result<Found, StorageError> {
        if !self.exists()? {
            return Ok(Found::nothing());
        }
        let found = Row(found_by(&self.sql, query, &array_of(binds), most)?);
        let count = u32::try_from(found.int(0)).unwrap_or_default();
        let last = found.optional_int(2).zip(found.optional_int(3));
        Ok(Found { count, last, shown: Text::Kept(found.0.get(1).unchecked_into()) })
    }

    /// The first row of a query.
    ///
    /// # Errors
    /// As [`Database::rows`].
    pub fn row(&self, query: &str, binds: Binds<'_>) -> Result<Option<Row>, StorageError> {
        Ok(self.rows(query, binds)?.into_iter().next())
    }

    /// The size on disk, in bytes.
    pub fn size_bytes(&self) -> i64 {
        self.sql.database_size() as i64
    }

    fn execute(&self, statement: &str, binds: Binds<'_>) -> Result<(), StorageError> {
        Ok(run_on(&self.sql, statement, &array_of(binds))?)
    }

    fn query(&self, query: &str, binds: Binds<'_>) -> Result<Vec<Row>, StorageError> {
        let rows = rows_of(&self.sql, query, &array_of(binds))?;
        Ok(rows.iter().map(|row| Row(row.unchecked_into())).collect())
    }
}

fn array_of(binds: Binds<'_>) -> String {
    let mut json = String::from("[");
    for (place, value) in binds.iter().enumerate() {
        if place > 0 {
            json.push(',');
        }
        value.write_to(&mut json);
    }
    json.push(']');
    json
}

/// The right to write, held inside one transaction.
pub struct Writer<'a>(&'a Database);

impl Writer<'_> {
    /// Runs one statement.
    ///
    /// # Errors
    /// When SQLite refuses the statement; the whole transaction is then to be given up.
    pub fn run(&self, statement: &str, binds: Binds<'_>) -> Result<(), StorageError> {
        self.0.execute(statement, binds)
    }

    /// The rows of a query, or of a `RETURNING` clause.
    ///
    /// # Errors
    /// As [`Writer::run`].
    pub fn rows(&self, query: &str, binds: Binds<'_>) -> Result<Vec<Row>, StorageError> {
        self.0.query(query, binds)
    }
}
