//! A search of requests by words, of 100,000 with ten comments each: ours over HTTP, PostgreSQL's own full-text search asked
//! directly. And whether ours stays flat as the requests grow.
//!
//! Ours runs on a runtime and in a home of its own, so that the rest of the run has none of its rows.

mod corpus;
mod postgres;

use std::fs;
use std::time::Duration;

use anyhow::{Context, Result, ensure};
use testbed::driver::Client;
use testbed::{Cluster, database};

use self::corpus::{QUESTIONS, Question};
use self::postgres::Taken;
use crate::compare::{CONNECTIONS, OPEN_CONNECTIONS, SHARE, middle};
use crate::http::Call;
use crate::load::{self, Load, Measured};
use crate::report::say;
use crate::results::{Better, Line, number};
use crate::seed::INDEX;
use crate::side::{Build, Side, fill};
use crate::{Bench, Options, flat, routes};

/// Requests on a page.
const PAGE: usize = 50;
/// Requests that are written in one transaction.
const CHUNK: usize = 5_000;
/// What an answer may take over 100,000 requests, in milliseconds.
const LIMIT_MS: f64 = 50.0;

/// Fills a few and asks, fills the rest and asks again, each beside PostgreSQL.
pub fn run(bench: &mut Bench, cluster: &Cluster) -> Result<()> {
    let options = &bench.options;
    let (small, large) = (options.pick(500, 1_000), options.summaries());
    let mut side = Side::start("search", Build::Ours, &bench.home, cluster, bench.ours.secrets(), bench.bucket.port)?;
    // Makes the tables.
    routes::requests(&side, "search", 1)?;
    let file = side.object_file("REQUEST_INDEX", "RequestIndexObject", INDEX)?;
    let url = side.database_url.clone();
    database::run(&url, postgres::create)?;
    let grow = |side: &mut Side, from: u64, upto: u64| {
        side.restart_with(|_| {
            database::run(&url, |client| {
                let numbers: Vec<u64> = (from..=upto).collect();
                for numbers in numbers.chunks(CHUNK) {
                    let rows: Vec<_> = numbers.iter().map(|number| corpus::row(*number, small)).collect();
                    fill(&file, &corpus::insert(&rows))?;
                    postgres::insert(client, &rows)?;
                }
                postgres::settle(client)
            })
        })
    };
    grow(&mut side, 2, small)?;
    let few = QUESTIONS.iter().map(|question| growth(options, &side, question)).collect::<Result<Vec<_>>>()?;
    grow(&mut side, small + 1, large)?;
    let mut lines = Vec::new();
    for (question, few_us) in QUESTIONS.iter().zip(few) {
        let url = side.database_url.clone();
        let theirs = database::run(&url, |client| {
            alike(&side, client, question)?;
            postgres::ask(client, question.words, options.lasting())
        })?;
        let ours = measure(options, &side, question)?;
        let many_us = growth(options, &side, question)?;
        let own = compared(question, &ours, &theirs, Growth { requests: large, few_us, many_us });
        own.iter().for_each(say);
        lines.extend(own);
    }
    let kept = fs::metadata(&file)?.len() as f64 / 1e6;
    let theirs = database::run(&side.database_url, postgres::megabytes)?;
    let line = Line::new("search", "on the disk, MB", kept, theirs, Better::Less, None).against("postgres");
    say(&line);
    lines.push(line);
    bench.lines.extend(lines);
    side.stop()
}

/// The cost of an answer of ours at the two sizes, in microseconds of processor time.
struct Growth {
    requests: u64,
    few_us: f64,
    many_us: f64,
}

fn compared(question: &Question, ours: &(f64, Measured), theirs: &Taken, growth: Growth) -> Vec<Line> {
    let (name, (rate, ours)) = (question.name, ours);
    let Growth { requests, few_us, many_us } = growth;
    let at = number(*rate);
    let line = |measure: String, ours, theirs| {
        Line::new("search", &measure, ours, theirs, Better::Less, None).against("postgres")
    };
    vec![
        line(format!("{name}: p50 at {at}/s, ms"), ours.p50_ms, theirs.p50_ms),
        line(format!("{name}: p99 at {at}/s, ms"), ours.p99_ms, theirs.p99_ms),
        line(format!("{name}: CPU at {at}/s, µs"), ours.cpu_us, theirs.cpu_us),
        Line::alone(
            "search",
            &format!("{name}: its p50 against the goal, ms"),
            ours.p50_ms,
            Better::Less,
            Some(LIMIT_MS),
        ),
        Line::new(
            "search",
            &format!("{name}: CPU µs at {} requests", number(requests as f64)),
            many_us,
            few_us,
            Better::Less,
            Some(flat::GOAL),
        )
        .against("small"),
    ]
}

/// Ours as fast as it answers, then at half of that; the rate, and what was measured at it.
fn measure(options: &Options, side: &Side, question: &Question) -> Result<(f64, Measured)> {
    let request = call(side, question).bytes();
    let make = |_: usize, _: u64| request.clone();
    let load = Load { port: side.workerd.port, pid: side.workerd.pid, make: &make, expect: 200 };
    load::closed(&load, CONNECTIONS, warm(options))?;
    let most = rounds(options, side, || load::closed(&load, CONNECTIONS, options.lasting()))?;
    let rate = (most.per_second * SHARE).floor().max(1.0);
    Ok((rate, rounds(options, side, || load::open(&load, OPEN_CONNECTIONS, rate, options.lasting()))?))
}

/// The processor time of an answer, as [`flat`] takes it.
fn growth(options: &Options, side: &Side, question: &Question) -> Result<f64> {
    let request = call(side, question).bytes();
    let make = |_: usize, _: u64| request.clone();
    let load = Load { port: side.workerd.port, pid: side.workerd.pid, make: &make, expect: 200 };
    load::closed(&load, flat::CONNECTIONS, warm(options))?;
    Ok(rounds(options, side, || load::closed(&load, flat::CONNECTIONS, options.lasting()))?.cpu_us)
}

fn rounds(options: &Options, side: &Side, once: impl Fn() -> Result<Measured>) -> Result<Measured> {
    let mut all = Vec::new();
    for _ in 0..options.rounds() {
        side.rest()?;
        all.push(once()?);
    }
    Ok(middle(&all))
}

fn warm(options: &Options) -> Duration {
    options.pick(Duration::from_millis(500), Duration::from_secs(3))
}

fn call(side: &Side, question: &Question) -> Call {
    let words = question.words.replace(' ', "%20");
    side.signed("manager", Call::get(&format!("/api/requests?q={words}&limit={PAGE}")))
}

/// That both find the same requests. A page of ours may end before it is full; then it says that there is more.
fn alike(side: &Side, client: &mut Client, question: &Question) -> Result<()> {
    let page = side.connect()?.call(&call(side, question))?.expect(200)?;
    let items = page.get("items").and_then(serde_json::Value::as_array).context("a page without items")?;
    let numbers = items.iter().map(|item| item.get("number")?.as_str()?.strip_prefix("MR-")?.parse::<i64>().ok());
    let ours = numbers.collect::<Option<Vec<_>>>().context("an item without a number")?;
    let theirs = postgres::page(client, question.words)?;
    let goes_on = page.get("next_cursor").is_some_and(serde_json::Value::is_string);
    ensure!(
        theirs.starts_with(&ours) && (ours.len() == theirs.len() || goes_on),
        "{} is found otherwise by PostgreSQL: {ours:?} and {theirs:?}",
        question.words
    );
    println!(
        "{:<12} {}: {} of the newest {} requests that PostgreSQL finds",
        "search",
        question.name,
        ours.len(),
        theirs.len()
    );
    Ok(())
}
