//! What a counted Worker says at `/__counts`: see `runtime/counting.js`.

use std::collections::BTreeMap;

use serde::Deserialize;

/// What was counted so far.
#[derive(Clone, Debug, Deserialize)]
pub struct Report {
    /// Ticks with whatever is counted: a system at rest says the same moment again.
    pub moment: u64,
    /// Calls and alarms that have not ended.
    pub busy: u64,
    /// Until the next alarm rings, in milliseconds; negative when it is late.
    pub next_alarm_ms: Option<f64>,
    /// What had been counted when the Worker answered its first request.
    pub answer: Option<Counts>,
    /// What was counted until now.
    pub total: Counts,
}

/// What a slow machine does not change.
#[derive(Clone, Debug, Deserialize)]
pub struct Counts {
    /// Calls to objects that came one behind the other. Means something only with a delay for each.
    pub hops: u64,
    /// The same until the first row that a RequestObject wrote.
    pub hops_before_commit: Option<u64>,
    /// All calls to objects.
    pub calls: u64,
    /// Bytes of their messages and replies, where these are text.
    pub call_bytes: u64,
    /// Crossings from JavaScript into wasm.
    pub into_wasm: u64,
    /// The bytes that JavaScript copied into wasm.
    pub bytes_into_wasm: u64,
    /// Crossings from wasm to JavaScript.
    pub out_of_wasm: u64,
    /// The same by import, for whoever looks for one that is new.
    pub imports: BTreeMap<String, u64>,
    /// The bytes of the texts that JavaScript made of what is in wasm.
    pub text_out_of_wasm: u64,
    /// SQL by the class of the object.
    pub sql: BTreeMap<String, Sql>,
    /// Messages to live sockets.
    pub messages: u64,
    /// Their bytes.
    pub message_bytes: u64,
}

/// The SQL of the objects of one class.
#[derive(Clone, Copy, Debug, Default, Deserialize)]
pub struct Sql {
    /// Statements run.
    pub statements: u64,
    /// Rows that SQLite read for them.
    pub rows_read: u64,
    /// Rows that it wrote, of indexes too.
    pub rows_written: u64,
    /// Transactions begun.
    pub transactions: u64,
}
