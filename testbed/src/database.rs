//! Short work on a PostgreSQL database, callable from anywhere.
//!
//! The driver's blocking client drives an async runtime of its own and panics inside another one, as an async test would
//! have it. So the work is done on a thread that has none.

use std::thread;
use std::time::Duration;

use anyhow::{Context, Result, anyhow};
use postgres::{Client, Config, NoTls};

/// Connects to `url`, does `work`, hangs up.
pub fn run<T, Work>(url: &str, work: Work) -> Result<T>
where
    T: Send,
    Work: FnOnce(&mut Client) -> Result<T> + Send,
{
    let on_its_own = thread::scope(|scope| {
        scope
            .spawn(|| {
                let mut client = connect(url)?;
                let outcome = work(&mut client)?;
                client.close().context("PostgreSQL did not close the connection well")?;
                Ok(outcome)
            })
            .join()
    });
    on_its_own.unwrap_or_else(|_| Err(anyhow!("the work on PostgreSQL panicked")))
}

/// A connection without TLS, for hosts of this machine. Blocking: not to be called inside an async runtime.
pub fn connect(url: &str) -> Result<Client> {
    let mut config: Config = url.parse().context("the PostgreSQL URL cannot be read")?;
    config.connect_timeout(Duration::from_secs(10)).application_name("cepatedge testbed");
    config.connect(NoTls).context("PostgreSQL cannot be reached")
}
