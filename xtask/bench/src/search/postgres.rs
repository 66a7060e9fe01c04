//! The same requests in PostgreSQL, found by its own full-text search: a `tsvector` of all texts of a request, with a GIN index.

use std::time::{Duration, Instant};

use anyhow::Result;
use testbed::driver::Client;

use super::corpus::Row;
use crate::load::percentile_ms;
use crate::process;

/// The words of a request and of what was said about it are one document, and no language's rules are applied: the least work there is.
const TABLE: &str = "
    CREATE TABLE sought (number bigint PRIMARY KEY, created_ms bigint NOT NULL, body text NOT NULL, words tsvector NOT NULL);
    CREATE INDEX sought_by_words ON sought USING gin (words);
    CREATE INDEX sought_by_created ON sought (created_ms, number)";

/// What one search takes.
pub struct Taken {
    /// Half of the answers were there within this, in milliseconds.
    pub p50_ms: f64,
    /// 99 of 100 were.
    pub p99_ms: f64,
    /// Processor time of the connection's process for an answer, in microseconds.
    pub cpu_us: f64,
}

/// Makes the table.
pub fn create(client: &mut Client) -> Result<()> {
    Ok(client.batch_execute(TABLE)?)
}

/// Adds requests.
pub fn insert(client: &mut Client, rows: &[Row]) -> Result<()> {
    let numbers: Vec<i64> = rows.iter().map(|row| row.number.cast_signed()).collect();
    let created: Vec<i64> = rows.iter().map(|row| row.created_ms.cast_signed()).collect();
    let bodies: Vec<&str> = rows.iter().map(|row| row.json.as_str()).collect();
    let texts: Vec<String> =
        rows.iter().map(|row| row.said.iter().fold(row.search.clone(), |text, (_, said)| text + "\n" + said)).collect();
    client.execute(
        "INSERT INTO sought SELECT number, created_ms, body, to_tsvector('simple', texts)
         FROM unnest($1::bigint[], $2::bigint[], $3::text[], $4::text[]) AS given (number, created_ms, body, texts)",
        &[&numbers, &created, &bodies, &texts],
    )?;
    Ok(())
}

/// What PostgreSQL does by itself a while after it was filled.
pub fn settle(client: &mut Client) -> Result<()> {
    Ok(client.batch_execute("VACUUM ANALYZE sought")?)
}

/// Megabytes of table and indexes.
pub fn megabytes(client: &mut Client) -> Result<f64> {
    let bytes: i64 = client.query_one("SELECT pg_total_relation_size('sought')", &[])?.get(0);
    Ok(bytes as f64 / 1e6)
}

/// The numbers of the first page, the newest first.
pub fn page(client: &mut Client, words: &str) -> Result<Vec<i64>> {
    Ok(client.query(&statement(words), &[])?.iter().take(super::PAGE).map(|row| row.get(0)).collect())
}

/// Asks the same again and again, over one connection, with a statement that is prepared once.
pub fn ask(client: &mut Client, words: &str, lasting: Duration) -> Result<Taken> {
    let pid: i32 = client.query_one("SELECT pg_backend_pid()", &[])?.get(0);
    let prepared = client.prepare(&statement(words))?;
    let mut latencies = Vec::new();
    for warm in [true, false] {
        latencies.clear();
        let (before_ms, began) = (process::cpu_ms(pid.unsigned_abs())?, Instant::now());
        while began.elapsed() < if warm { lasting / 4 } else { lasting } {
            let asked = Instant::now();
            client.query(&prepared, &[])?;
            latencies.push(asked.elapsed());
        }
        if !warm {
            latencies.sort_unstable();
            let cpu_us = (process::cpu_ms(pid.unsigned_abs())? - before_ms) * 1_000.0 / latencies.len().max(1) as f64;
            return Ok(Taken {
                p50_ms: percentile_ms(&latencies, 0.5),
                p99_ms: percentile_ms(&latencies, 0.99),
                cpu_us,
            });
        }
    }
    anyhow::bail!("nothing was asked")
}

/// One row more than the page has says whether there is a next one. The words stand in the text, so that the plan fits them.
fn statement(words: &str) -> String {
    format!(
        "SELECT number, body FROM sought WHERE words @@ plainto_tsquery('simple', '{words}')
         ORDER BY created_ms DESC, number DESC LIMIT {}",
        super::PAGE + 1
    )
}
