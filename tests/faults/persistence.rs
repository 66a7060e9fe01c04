//! A client that does not give up: what was lost, or put off with a 503, it sends again, writes under the same
//! Idempotency-Key.

use std::time::Duration;

use hyper::Method;
use serde_json::Value;
use tokio::time::{Instant, sleep, timeout_at};

use crate::support::{Call, Client, Reply};

/// How long such a client waits between two attempts.
const PAUSE: Duration = Duration::from_millis(50);

/// A call that was answered in the end.
#[derive(Debug)]
pub struct Answered {
    /// The answer.
    pub reply: Reply,
    /// How often there was none, or a 503.
    pub lost: usize,
    /// How long the longest attempt took.
    pub slowest: Duration,
}

/// Posts JSON until there is an answer that is neither lost nor 503. Panics when there is none within the bound.
pub async fn post(client: &Client, path: &str, key: &str, body: &Value, within: Duration) -> Answered {
    repeated(|| client.call(Method::POST, path).header("idempotency-key", key).json(body), path, within).await
}

/// Reads until there is an answer that is neither lost nor 503. Panics when there is none within the bound.
pub async fn get(client: &Client, path: &str, within: Duration) -> Answered {
    repeated(|| client.call(Method::GET, path), path, within).await
}

async fn repeated<'c>(call: impl Fn() -> Call<'c>, path: &str, within: Duration) -> Answered {
    let until = Instant::now() + within;
    let (mut lost, mut slowest) = (0, Duration::ZERO);
    loop {
        let since = Instant::now();
        let Ok(outcome) = timeout_at(until, call().try_send()).await else {
            panic!("{path} was not answered within {within:?}")
        };
        slowest = slowest.max(since.elapsed());
        match outcome {
            Ok(reply) if !is_passing(&reply) => return Answered { reply, lost, slowest },
            _ => lost += 1,
        }
        sleep(PAUSE).await;
    }
}

/// Whether the system asks to try again, or the connection broke in the middle of the answer.
fn is_passing(reply: &Reply) -> bool {
    match reply.status.as_u16() {
        502 => true,
        503 => {
            reply.problem(503, "unavailable");
            assert!(reply.header("retry-after").is_some(), "503 without Retry-After: {reply}");
            true
        }
        _ => false,
    }
}
