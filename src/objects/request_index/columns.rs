//! The columns that lists are filtered by: a line each says its name, its type, what it holds of a summary, and what a filter asks
//! of it. Schema, writes and queries follow.
//!
//! A column with which an index was made before is under `first`; one that came later, with its index, is a step of the schema under
//! `added`, at the end, and is filled by its default: what it holds of older rows comes with their next version. A column of the last
//! kind, `ordered`, is what an order goes by: it has its own indexes, and its step fills it. What a release before this one writes
//! of it is wrong until [`super::store::fold_some`] meets the row. What came after that is under `later`, and few rows have it: their
//! indexes, of all three orders, have those alone.

use std::fmt::Display;

use durable::keyset::Value;

use crate::domain::request::{ListFilter, Status, Summary};
use crate::domain::text::fold;

/// The tables as the first release made them.
const FIRST: &str = "
    CREATE TABLE request (
        number       INTEGER PRIMARY KEY,
        id           TEXT NOT NULL UNIQUE,
        epoch        INTEGER NOT NULL,
        version      INTEGER NOT NULL,
        status       TEXT NOT NULL,
        priority     TEXT NOT NULL,
        category     TEXT NOT NULL,
        requester_id TEXT NOT NULL,
        assignee_id  TEXT,
        created_ms   INTEGER NOT NULL,
        updated_ms   INTEGER NOT NULL,
        search       TEXT NOT NULL,
        json         TEXT NOT NULL
    );
    CREATE INDEX request_by_created ON request (created_ms);
    CREATE INDEX request_by_updated ON request (updated_ms);
    CREATE INDEX request_by_status_created ON request (status, created_ms);
    CREATE INDEX request_by_status_updated ON request (status, updated_ms);
    CREATE INDEX request_by_priority_created ON request (priority, created_ms);
    CREATE INDEX request_by_priority_updated ON request (priority, updated_ms);
    CREATE INDEX request_by_category_created ON request (category, created_ms);
    CREATE INDEX request_by_category_updated ON request (category, updated_ms);
    CREATE INDEX request_by_requester_id_created ON request (requester_id, created_ms);
    CREATE INDEX request_by_requester_id_updated ON request (requester_id, updated_ms);
    CREATE INDEX request_by_assignee_id_created ON request (assignee_id, created_ms) WHERE assignee_id IS NOT NULL;
    CREATE INDEX request_by_assignee_id_updated ON request (assignee_id, updated_ms) WHERE assignee_id IS NOT NULL;
    CREATE TABLE tally (
        status   TEXT PRIMARY KEY,
        requests INTEGER NOT NULL
    ) WITHOUT ROWID;
    CREATE TABLE counter (
        one         INTEGER PRIMARY KEY CHECK (one = 1),
        last_number INTEGER NOT NULL
    );
    CREATE TABLE watermark (
        one INTEGER PRIMARY KEY CHECK (one = 1),
        ts  INTEGER NOT NULL,
        id  TEXT NOT NULL
    );
";

/// What whoever does not read internal comments is shown has columns of its own, and texts are folded anew ([`super::store::fold_some`]).
const PUBLIC_AND_FOLDED: &str = "
    ALTER TABLE request ADD COLUMN public_ms INTEGER NOT NULL DEFAULT 0;
    ALTER TABLE request ADD COLUMN public_version INTEGER NOT NULL DEFAULT 0;
    ALTER TABLE request ADD COLUMN public_json TEXT;
    ALTER TABLE request ADD COLUMN folding INTEGER NOT NULL DEFAULT 0;
    UPDATE request SET public_ms = updated_ms, public_version = version;
    CREATE INDEX request_by_requester_id_public ON request (requester_id, public_ms);
    CREATE INDEX request_to_fold ON request (number) WHERE folding < 1;
";

/// A column, with its index in each order; where it has none, another column leads a list.
pub struct Column {
    /// Its name.
    pub name: &'static str,
    /// The index by creation.
    pub by_created: Option<&'static str>,
    /// The index by the last change.
    pub by_updated: Option<&'static str>,
    /// The index by `due_order`.
    pub by_due: Option<&'static str>,
    /// What it holds of a summary.
    pub of: fn(&Summary) -> Option<Value>,
    /// What a filter wants in it: any of these; nothing when the filter is not set.
    pub wanted: fn(&ListFilter) -> Vec<Value>,
}

macro_rules! indexes {
    (@three $name:literal) => {
        concat!(
            indexes!($name " WHERE " $name " IS NOT NULL"),
            "; CREATE INDEX request_by_", $name, "_due ON request (", $name, ", due_order) WHERE ", $name, " IS NOT NULL"
        )
    };
    ($name:literal $($condition:literal)*) => {
        concat!(
            "; CREATE INDEX request_by_", $name, "_created ON request (", $name, ", created_ms)", $($condition,)*
            "; CREATE INDEX request_by_", $name, "_updated ON request (", $name, ", updated_ms)", $($condition,)*
        )
    };
}

macro_rules! columns {
    (
        first { $($name:literal $sql:literal $([$condition:literal])? $(due $by_due:literal)? => $of:expr, $wanted:expr;)+ }
        added { $($later:literal $later_sql:literal $([$later_condition:literal])? => $later_of:expr, $later_wanted:expr;)* }
        ordered { $($place:literal $place_sql:literal $indexes:literal $fill:literal => $place_of:expr;)* }
        later { $($last:literal => $last_of:expr, $last_wanted:expr;)* }
    ) => {
        /// The columns; the one that is likely to leave the fewest rows comes first.
        pub static COLUMNS: &[Column] = &[
            $(columns!(@column $name, $($by_due)?, $of, $wanted),)+
            $(columns!(@column $later, , $later_of, $later_wanted),)*
            $(Column { name: $place, by_created: None, by_updated: None, by_due: None, of: $place_of, wanted: |_| Vec::new() },)*
            $(columns!(@column $last, concat!("request_by_", $last, "_due"), $last_of, $last_wanted),)*
        ];

        /// The table and its indexes, whole.
        pub const TABLE: &str = concat!(
            "CREATE TABLE request (
                number INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, epoch INTEGER NOT NULL, version INTEGER NOT NULL,
                created_ms INTEGER NOT NULL, updated_ms INTEGER NOT NULL, search TEXT NOT NULL, json TEXT NOT NULL,
                public_ms INTEGER NOT NULL DEFAULT 0, public_version INTEGER NOT NULL DEFAULT 0, public_json TEXT,
                folding INTEGER NOT NULL DEFAULT 0",
            $(", ", $name, " ", $sql,)+ $(", ", $later, " ", $later_sql,)* $(", ", $place, " ", $place_sql,)* $(", ", $last, " TEXT",)*
            "); CREATE INDEX request_by_created ON request (created_ms); CREATE INDEX request_by_updated ON request (updated_ms);
             CREATE INDEX request_by_requester_id_public ON request (requester_id, public_ms);
             CREATE INDEX request_to_fold ON request (number) WHERE folding < 1",
            $(indexes!($name $($condition)?),)+ $(indexes!($later $($later_condition)?),)* $($indexes,)*
            $(indexes!(@three $last),)*
        );

        /// How an index gets there from nothing: as the first release made it, and a step for each column that came later.
        pub const STEPS: &[&str] = &[
            FIRST,
            PUBLIC_AND_FOLDED,
            $(concat!("ALTER TABLE request ADD COLUMN ", $later, " ", $later_sql, indexes!($later $($later_condition)?)),)*
            $(concat!("ALTER TABLE request ADD COLUMN ", $place, " ", $place_sql, "; ", $fill, $indexes),)*
            $(concat!("ALTER TABLE request ADD COLUMN ", $last, " TEXT", indexes!(@three $last)),)*
            super::places::store::TABLE,
            super::said::store::STEP,
        ];

        /// Writes a request that is new: number, id, epoch, version, creation, last change, searched text and JSON; time, version and
        /// JSON (if it is another) of the last event that is not internal; then the columns.
        pub const INSERT: &str = concat!(
            "INSERT INTO request (number, id, epoch, version, created_ms, updated_ms, search, json, public_ms, public_version,
                                  public_json, folding",
            $(", ", $name,)+ $(", ", $later,)* $(", ", $place,)* $(", ", $last,)*
            ") VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, 2",
            $(columns!(@bind $name),)+ $(columns!(@bind $later),)* $(columns!(@bind $place),)* $(columns!(@bind $last),)* ")"
        );

        /// What is known of the request `?1`: number, epoch, version, status and version of the last event that is not internal; then,
        /// as a text of zeros and ones, whether its creation is another than `?2` and each column another than the value behind that.
        pub const KNOWN: &str = concat!(
            "SELECT number, epoch, version, status, public_version, (created_ms IS NOT ?2)",
            $(" || (", $name, " IS NOT ?)",)+ $(" || (", $later, " IS NOT ?)",)*
            $(" || (", $place, " IS NOT ?)",)* $(" || (", $last, " IS NOT ?)",)*
            " FROM request WHERE id = ?1"
        );
    };
    (@column $name:literal, $($by_due:expr)?, $of:expr, $wanted:expr) => {
        Column {
            name: $name,
            by_created: Some(concat!("request_by_", $name, "_created")),
            by_updated: Some(concat!("request_by_", $name, "_updated")),
            by_due: [$(Some($by_due),)? None][0],
            of: $of,
            wanted: $wanted,
        }
    };
    (@bind $name:literal) => { ", ?" };
}

columns! {
    first {
        "requester_id" "TEXT NOT NULL" due "request_by_requester_id_due" =>
            |summary| text(summary.requester.id), |filter| filter.requester.iter().filter_map(text).collect();
        "assignee_id" "TEXT" [" WHERE assignee_id IS NOT NULL"] due "request_by_assignee_id_due" =>
            |summary| summary.assignee.as_ref().and_then(|assignee| text(assignee.id)),
            |filter| filter.assignee.iter().filter_map(text).collect();
        "status" "TEXT NOT NULL" due "request_by_status_due" =>
            |summary| text(summary.status), |filter| words(&filter.status, Status::ALL.len());
        // Spellings that differ in case, or in what nobody sees, are one category.
        "category" "TEXT NOT NULL" =>
            |summary| text(fold(&summary.category)),
            |filter| filter.category.iter().map(|category| fold(category.as_str())).filter_map(text).collect();
        "priority" "TEXT NOT NULL" => |summary| text(summary.priority), |filter| words(&filter.priority, 4);
    }
    added {
        "hazard" "INTEGER NOT NULL DEFAULT 0" =>
            |summary| Some(Value::Int(summary.hazard.into())), |filter| filter.hazard.map(|is| Value::Int(is.into())).into_iter().collect();
    }
    ordered {
        "due_order" "INTEGER NOT NULL DEFAULT 0"
            "; CREATE INDEX request_by_due ON request (due_order)
             ; CREATE INDEX request_by_requester_id_due ON request (requester_id, due_order)
             ; CREATE INDEX request_by_assignee_id_due ON request (assignee_id, due_order) WHERE assignee_id IS NOT NULL
             ; CREATE INDEX request_by_status_due ON request (status, due_order)
             ; CREATE INDEX request_to_fold_again ON request (number) WHERE folding < 2"
            // What `Summary::due_order` says, of the summary as JSON.
            "UPDATE request SET due_order = coalesce(
                CASE WHEN status NOT IN ('submitted', 'approved', 'assigned', 'in_progress', 'on_hold') THEN 4503599627370496 - created_ms
                     WHEN json_valid(json) THEN
                         CAST(round((julianday(json_extract(json, '$.due_at')) - 2440587.5) * 86400000) AS INTEGER) END,
                created_ms)" =>
            |summary| Some(Value::Int(summary.due_order()));
    }
    later {
        // What is below a place is asked for in `query.rs`.
        "location_id" => |summary| summary.location.as_ref().and_then(|location| text(location.id)), |_| Vec::new();
        "asset_id" =>
            |summary| summary.asset.as_ref().and_then(|asset| text(asset.id)), |filter| filter.asset.iter().filter_map(text).collect();
    }
}

fn text(value: impl ToString) -> Option<Value> {
    Some(Value::Text(value.to_string()))
}

/// Each word once; none when all of the vocabulary is asked for, which filters nothing.
fn words<W: Copy + Ord + Display>(words: &[W], vocabulary: usize) -> Vec<Value> {
    let mut words = words.to_vec();
    words.sort_unstable();
    words.dedup();
    if words.len() == vocabulary { Vec::new() } else { words.iter().filter_map(text).collect() }
}

/// Writes a newer version of a request; its parameters are those of [`INSERT`], but of the columns only those that change. SQLite
/// writes the entry of each index of which a column is named here, whether its value is another or not.
pub fn update(is_created_anew: bool, changed: &[&Column]) -> String {
    let created = if is_created_anew { ", created_ms = ?5" } else { "" };
    let columns: String = changed.iter().map(|column| format!(", {} = ?", column.name)).collect();
    format!(
        "UPDATE request SET epoch = ?3, version = ?4, updated_ms = ?6, search = ?7, json = ?8, public_ms = ?9,
                            public_version = ?10, public_json = ?11, folding = 2{created}{columns}
         WHERE number = ?1 AND id = ?2"
    )
}

/// The column of this name.
pub fn column(name: &str) -> Option<&'static Column> {
    COLUMNS.iter().find(|column| column.name == name)
}
