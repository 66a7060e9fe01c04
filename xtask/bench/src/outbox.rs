//! How fast what many objects owe reaches PostgreSQL: everything is written while PostgreSQL is away, then it comes back.
//!
//! The rate is taken between the first row that arrives and the last, so that the wait for the return does not count. The
//! same rows then go in by `COPY`, the fastest way there is, and by one transaction each, as pgbench does.

use std::io::{Read, Write};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use serde_json::json;
use testbed::driver::types::ToSql;
use testbed::driver::{Client, Statement};
use testbed::{Cluster, database};

use crate::Bench;
use crate::http::{Call, Connection};
use crate::report::say;
use crate::results::{Better, Line};
use crate::routes::draft;
use crate::side::{Side, text};

const PATIENCE: Duration = Duration::from_secs(300);
const LOOK: Duration = Duration::from_millis(20);
/// As many as the deployment has shards.
const CONNECTIONS: usize = 2;
const TABLES: [&str; 3] = ["requests", "request_events", "audit_entries"];

/// Both builds' outboxes, then PostgreSQL's own ways.
pub fn run(bench: &mut Bench, postgres: &Cluster) -> Result<()> {
    let (objects, events) = (bench.options.pick(100, 1_000), bench.options.pick(3, 10));
    let ours = drain(&mut bench.ours, postgres, objects, events)?;
    let peer = drain(&mut bench.peer, postgres, objects, events)?;
    let (copied, single) = database::run(&bench.ours.database_url, |client| {
        Ok((by_copy(client)?, by_single_rows(&bench.ours.database_url, client)?))
    })?;
    let measure = format!("rows per second, {objects} objects");
    let line = |other| Line::new("outbox", &measure, ours, other, Better::More, None);
    let lines = [Line { goal: Some(1.0), ..line(peer) }, line(copied).against("COPY"), line(single).against("single")];
    lines.iter().for_each(say);
    bench.lines.extend(lines);
    Ok(())
}

fn drain(side: &mut Side, postgres: &Cluster, objects: usize, events: usize) -> Result<f64> {
    side.rest()?;
    let before = database::run(&side.database_url, count)?;
    postgres.stop()?;
    let ids = write_while_away(side, objects, events)?;
    // A fresh runtime remembers no outage: nobody waits for a breaker, and what is measured is the way into PostgreSQL.
    side.restart_bare(|_| postgres.start())?;
    let side = &*side;
    // An event is a row of the timeline and one of the audit; the request itself is one more.
    let owed = (objects * events * 2 + objects) as i64;
    let poked = thread::scope(|scope| {
        let poking = scope.spawn(|| poke(side, &ids));
        let rate = database::run(&side.database_url, |client| watch(client, before, owed));
        poking.join().map_err(|_| anyhow::anyhow!("the one who pokes panicked"))??;
        rate
    });
    poked.with_context(|| format!("{}'s outboxes", side.build.name()))
}

/// Creates the requests and comments on each of them. Nothing of it needs PostgreSQL.
fn write_while_away(side: &Side, objects: usize, events: usize) -> Result<Vec<String>> {
    const WRITERS: usize = 8;
    let written: Vec<Result<Vec<String>>> = thread::scope(|scope| {
        let writers: Vec<_> = (0..WRITERS)
            .map(|writer| {
                scope.spawn(move || {
                    let mut wire = side.connect()?;
                    (writer..objects)
                        .step_by(WRITERS)
                        .map(|number| one_object(side, &mut wire, number, events))
                        .collect()
                })
            })
            .collect();
        let join =
            |writer: thread::ScopedJoinHandle<'_, _>| writer.join().unwrap_or_else(|_| bail!("a writer panicked"));
        writers.into_iter().map(join).collect()
    });
    Ok(written.into_iter().collect::<Result<Vec<_>>>()?.concat())
}

fn one_object(side: &Side, wire: &mut Connection, number: usize, events: usize) -> Result<String> {
    let call = Call::post("/api/requests", draft(&format!("Written while away, {number}")));
    let record = wire.call(&side.signed("requester", call))?.expect(201)?;
    let id = text(&record, "/id")?.to_owned();
    for _ in 1..events {
        let call = Call::post(&format!("/api/requests/{id}/comments"), r#"{"body":"Still broken."}"#);
        wire.call(&side.signed("manager", call))?.expect(201)?;
    }
    Ok(id)
}

/// Makes every object try now, as the reconciler would.
fn poke(side: &Side, ids: &[String]) -> Result<()> {
    let call = Call::post("/poke", json!(ids).to_string());
    // Whoever was put off in between comes by its alarm.
    side.drive(&call).map(|_| ())
}

fn watch(client: &mut Client, before: i64, owed: i64) -> Result<f64> {
    let deadline = Instant::now() + PATIENCE;
    let mut first = None;
    loop {
        let (arrived, now) = (count(client)? - before, Instant::now());
        match first {
            None if arrived > 0 => first = Some((arrived, now)),
            Some((then, since)) if arrived >= owed => {
                return Ok((arrived - then) as f64 / now.duration_since(since).as_secs_f64());
            }
            _ if now > deadline => bail!("only {arrived} of {owed} rows arrived in {PATIENCE:?}"),
            _ => {}
        }
        thread::sleep(LOOK);
    }
}

fn count(client: &mut Client) -> Result<i64> {
    let sql = "SELECT (SELECT count(*) FROM requests) + (SELECT count(*) FROM request_events)
                      + (SELECT count(*) FROM audit_entries)";
    Ok(client.query_one(sql, &[])?.get(0))
}

/// Rows per second when the same rows are copied into the same tables, in one transaction.
fn by_copy(client: &mut Client) -> Result<f64> {
    let rows = count(client)?;
    let mut texts = Vec::new();
    for table in TABLES {
        let mut bytes = Vec::new();
        client.copy_out(&format!("COPY {table} TO STDOUT"))?.read_to_end(&mut bytes)?;
        client.batch_execute(&format!("CREATE TABLE copied_{table} (LIKE {table} INCLUDING ALL)"))?;
        texts.push((table, bytes));
    }
    let began = Instant::now();
    let mut transaction = client.transaction()?;
    for (table, bytes) in &texts {
        let mut into = transaction.copy_in(&format!("COPY copied_{table} FROM STDIN"))?;
        into.write_all(bytes)?;
        into.finish()?;
    }
    transaction.commit()?;
    Ok(rows as f64 / began.elapsed().as_secs_f64())
}

/// Rows per second when each is a transaction of its own, over as many connections as there are shards.
fn by_single_rows(url: &str, client: &mut Client) -> Result<f64> {
    /// More would only take longer.
    const MOST: i64 = 3_000;
    let mut work: Vec<(String, Vec<Vec<Option<String>>>)> = Vec::new();
    for table in TABLES {
        client.batch_execute(&format!("CREATE TABLE single_{table} (LIKE {table} INCLUDING ALL)"))?;
        let columns = columns(client, table)?;
        let shown: Vec<String> = columns.iter().map(|(name, _)| format!("{name}::text")).collect();
        let rows = client.query(&format!("SELECT {} FROM {table} LIMIT {MOST}", shown.join(", ")), &[])?;
        let rows = rows.iter().map(|row| (0..row.len()).map(|column| row.get(column)).collect()).collect();
        let values: Vec<String> =
            columns.iter().enumerate().map(|(index, (_, kind))| format!("${}::text::{kind}", index + 1)).collect();
        work.push((format!("INSERT INTO single_{table} VALUES ({})", values.join(", ")), rows));
    }
    let total: usize = work.iter().map(|(_, rows)| rows.len()).sum();
    let began = Instant::now();
    let inserted: Vec<Result<()>> = thread::scope(|scope| {
        let writers: Vec<_> = (0..CONNECTIONS)
            .map(|writer| {
                let work = &work;
                scope.spawn(move || database::run(url, |client| insert_own(client, work, writer)))
            })
            .collect();
        writers.into_iter().map(|writer| writer.join().unwrap_or_else(|_| bail!("a writer panicked"))).collect()
    });
    inserted.into_iter().collect::<Result<()>>()?;
    Ok(total as f64 / began.elapsed().as_secs_f64())
}

fn insert_own(client: &mut Client, work: &[(String, Vec<Vec<Option<String>>>)], writer: usize) -> Result<()> {
    for (sql, rows) in work {
        let statement: Statement = client.prepare(sql)?;
        for row in rows.iter().skip(writer).step_by(CONNECTIONS) {
            let binds: Vec<&(dyn ToSql + Sync)> = row.iter().map(|value| value as &(dyn ToSql + Sync)).collect();
            client.execute(&statement, &binds)?;
        }
    }
    Ok(())
}

fn columns(client: &mut Client, table: &str) -> Result<Vec<(String, String)>> {
    let sql = "SELECT attname::text, format_type(atttypid, atttypmod) FROM pg_attribute
               WHERE attrelid = $1::text::regclass AND attnum > 0 AND NOT attisdropped ORDER BY attnum";
    Ok(client.query(sql, &[&table])?.iter().map(|row| (row.get(0), row.get(1))).collect())
}

/// Requests in the peer's PostgreSQL, as many as its index has.
pub fn fill_read_model(side: &Side, summaries: u64) -> Result<()> {
    database::run(&side.database_url, |client| {
        client.execute(
            "INSERT INTO requests (id, org_id, epoch, version, number, body)
             SELECT gen_random_uuid(), 'default', 0, 1, 'MR-' || lpad(i::text, 6, '0'), jsonb_build_object(
                    'title', 'Something is broken', 'description', '', 'category', 'category ' || i % 12, 'priority', 'high',
                    'status', (ARRAY['submitted', 'approved', 'rejected', 'assigned', 'in_progress', 'on_hold', 'completed',
                                     'closed', 'cancelled'])[1 + i % 9],
                    'requester', jsonb_build_object('id', gen_random_uuid(), 'name', 'Eka Putri'),
                    'due_at', at, 'created_at', at, 'updated_at', at)
             FROM generate_series(1, $1::bigint) AS i, LATERAL (SELECT (1700000000 + i * 60) * 1000 AS at) AS moment",
            &[&(summaries as i64)],
        )?;
        Ok(client.batch_execute("ANALYZE requests")?)
    })
}
