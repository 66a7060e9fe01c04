//! A system of its own that counts: the built Worker on a bare workerd, behind `runtime/counted.js`.

use std::cell::Cell;
use std::path::PathBuf;
use std::time::Duration;

use testbed::secrets::Secrets;
use testbed::workerd::Settings;
use testbed::{Bundle, Cluster, Report, Workerd, seed, stack};
use tokio::time::{Instant, sleep};

use crate::support::{Client, eventually};

/// Keeps what goes on behind an answer from being counted before it: each call to an object takes so long.
const HOP_MS: u32 = 20;

/// A system that is still busy after this long never comes to rest.
const PATIENCE: Duration = Duration::from_secs(90);

/// Logs are gathered for a quarter of a second before they are sent: what is quiet for longer is at rest.
const QUIET: Duration = Duration::from_millis(300);

/// What a write puts on its alarm is due within 1.5 seconds.
const SOON_MS: f64 = 1_600.0;

/// The viewers' sessions are asked again every 30 seconds: not while something is measured.
const LATER_MS: f64 = 8_000.0;

/// The running system.
pub struct Counted {
    workerd: Workerd,
    postgres: Cluster,
    database: String,
    home: PathBuf,
    /// The moment at which it was last seen at rest.
    rested: Cell<Option<u64>>,
}

impl Counted {
    /// Brings it up, with the demo accounts.
    pub async fn start() -> Counted {
        let started = tokio::task::spawn_blocking(start).await.expect("no panic");
        let system = started.unwrap_or_else(|error| panic!("no system to measure: {error:?}"));
        let answers = async || system.control("GET", "").await.map_err(|error| format!("{error}\n{}", system.log()));
        eventually(PATIENCE, answers).await;
        system
    }

    fn log(&self) -> String {
        std::fs::read_to_string(self.home.join("workerd.log")).unwrap_or_default()
    }

    /// Somebody who is not signed in.
    pub fn anonymous(&self) -> Client {
        Client::at(&self.base_url())
    }

    /// Where it listens.
    pub fn base_url(&self) -> String {
        format!("http://127.0.0.1:{}", self.workerd.port)
    }

    /// Begins to count, once nothing goes on.
    pub async fn begin(&self) {
        self.rest(LATER_MS).await;
        self.control("POST", &format!("?hop_ms={HOP_MS}")).await.unwrap_or_else(|error| panic!("{error}"));
    }

    /// What was counted, once nothing goes on any more; calls cost no time from then on.
    pub async fn end(&self) -> Report {
        let report = self.rest(SOON_MS).await;
        self.control("POST", "").await.unwrap_or_else(|error| panic!("{error}"));
        report
    }

    async fn rest(&self, alarm_ms: f64) -> Report {
        let until = Instant::now() + PATIENCE;
        let mut before = self.rested.get();
        loop {
            let report = self.control("GET", "").await.unwrap_or_else(|error| panic!("{error}"));
            let waits = report.next_alarm_ms.is_some_and(|next| next < alarm_ms);
            if report.busy == 0 && !waits && before == Some(report.moment) {
                self.rested.set(before);
                return report;
            }
            assert!(Instant::now() < until, "no rest within {PATIENCE:?}: {report:?}");
            before = Some(report.moment);
            sleep(QUIET).await;
        }
    }

    async fn control(&self, method: &str, query: &str) -> Result<Report, String> {
        let method = method.parse().map_err(|_| method.to_owned())?;
        let client = self.anonymous();
        let reply =
            client.call(method, &format!("/__counts{query}")).try_send().await.map_err(|error| error.to_string())?;
        serde_json::from_slice(&reply.body).map_err(|error| format!("{error}: {reply}"))
    }
}

impl Drop for Counted {
    fn drop(&mut self) {
        // The pipes end whatever does not stop here, and the next run sweeps the folder.
        let _ = self.workerd.stop();
        let _ = self.postgres.drop_database(&self.database);
        if !std::thread::panicking() {
            let _ = std::fs::remove_dir_all(&self.home);
        }
    }
}

fn start() -> anyhow::Result<Counted> {
    let home = stack::scratch_dir("guards")?;
    let postgres = stack::shared_cluster()?;
    let database = format!("cepatedge_guards_{}", std::process::id());
    let url = seed::demo_database(&postgres, &database)?;
    let bundle = match std::env::var(stack::BUNDLE).as_deref() {
        Ok("dev") => Bundle::dev(),
        // The build that is deployed is what the record is about.
        Ok(_) | Err(_) => Bundle::release(),
    };
    let mut vars = stack::development_vars(1, &url, &Secrets::generate()?);
    // Which shard serves a request depends on its id, and what is written together on the shard.
    vars.insert("DATABASE_SHARDS".to_owned(), "1".to_owned());
    // The settings are looked at once, and not whenever enough time has passed.
    vars.insert("SETTINGS_KEPT_S".to_owned(), "86400".to_owned());
    let workerd = Workerd::serve(&Settings {
        home: home.clone(),
        main_module: bundle.main_module(),
        wasm_module: Some(bundle.wasm_module()),
        flags: Vec::new(),
        vars,
        driver: None,
        counted: true,
        bucket: None,
    })?;
    Ok(Counted { workerd, postgres, database, home, rested: Cell::default() })
}
