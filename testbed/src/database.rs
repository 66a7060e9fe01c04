//! Short work on a PostgreSQL database, callable from anywhere.
//!
//! The driver's blocking client drives an async runtime of its own and panics inside another one, as an async test would
//! have it. So the work is done on a thread that has none.

use std::sync::Arc;
use std::thread;
use std::time::Duration;

use anyhow::{Context, Result, anyhow};
use postgres::config::{Host, SslMode};
use postgres::{Client, Config, NoTls};
use rustls::crypto::ring;
use rustls::{ClientConfig, RootCertStore};
use tokio_postgres_rustls::MakeRustlsConnect;

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

/// A connection: to a host of this machine as it is, to any other with TLS and a certificate that the public authorities
/// vouch for. Blocking: not to be called inside an async runtime.
pub fn connect(url: &str) -> Result<Client> {
    let mut config: Config = url.parse().context("the PostgreSQL URL cannot be read")?;
    config.connect_timeout(Duration::from_secs(10)).application_name("cepatedge testbed");
    let client = if config.get_hosts().iter().all(is_here) {
        config.connect(NoTls)
    } else {
        config.ssl_mode(SslMode::Require);
        config.connect(verified_tls()?)
    };
    client.context("PostgreSQL cannot be reached")
}

fn is_here(host: &Host) -> bool {
    match host {
        Host::Tcp(name) => matches!(name.as_str(), "127.0.0.1" | "::1" | "localhost"),
        Host::Unix(_) => true,
    }
}

fn verified_tls() -> Result<MakeRustlsConnect> {
    let roots: RootCertStore = webpki_roots::TLS_SERVER_ROOTS.iter().cloned().collect();
    let config = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()?
        .with_root_certificates(roots)
        .with_no_client_auth();
    Ok(MakeRustlsConnect::new(config))
}
