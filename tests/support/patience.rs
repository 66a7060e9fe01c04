//! Waiting for what happens by itself, with a stated bound.

use std::fmt::Debug;
use std::time::Duration;

use tokio::time::{Instant, sleep};

/// How often is looked.
const INTERVAL: Duration = Duration::from_millis(50);

/// Looks again and again until it is so, and gives what was found; panics with what was last seen when it is not so within
/// the bound.
pub async fn eventually<T, E: Debug, Looking>(within: Duration, mut look: impl FnMut() -> Looking) -> T
where
    Looking: Future<Output = Result<T, E>>,
{
    let until = Instant::now() + within;
    loop {
        match look().await {
            Ok(found) => return found,
            Err(seen) if Instant::now() >= until => panic!("not within {within:?}; last seen: {seen:?}"),
            Err(_) => sleep(INTERVAL).await,
        }
    }
}
