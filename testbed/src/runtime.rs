//! The built Worker on workerd, by way of `runtime/serve.mjs` and Miniflare.
//!
//! Object storage lies in the data directory and is what a real deployment would have committed: a [`Runtime::kill9`]
//! followed by a [`Runtime::start`] is a crash and a recovery.

use std::collections::BTreeMap;
use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::Duration;

use anyhow::{Context, Result, bail};
use serde_json::{Value, json};

use crate::bundle::Bundle;
use crate::memory::Memory;
use crate::process::Leashed;
use crate::wrangler::Wrangler;
use crate::{clock, node, port, secrets, workspace};

/// A cold start with a large dev build takes about a second; a busy machine gets its time.
const START_LIMIT: Duration = Duration::from_secs(60);
/// A workerd that was killed lets go of its port only when the kernel has taken it apart.
const PORT_LIMIT: Duration = Duration::from_secs(2);
const STOP_LIMIT: Duration = Duration::from_secs(10);
const SCHEDULED_LIMIT: Duration = Duration::from_secs(60);

/// When the cron handler runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cron {
    /// As in the deployment, by the clock.
    Every(Duration),
    /// Only by [`Runtime::run_scheduled`].
    OnDemand,
}

/// What to run and how.
#[derive(Clone, Debug)]
pub struct Settings {
    /// The build.
    pub bundle: Bundle,
    /// A folder with a build of the app, instead of `web/dist`.
    pub app: Option<PathBuf>,
    /// Holds object storage, R2, the Worker's log.
    pub data_dir: PathBuf,
    /// Variables and secrets, on top of wrangler.toml's.
    pub vars: BTreeMap<String, String>,
    /// The port on 127.0.0.1.
    pub port: u16,
    /// The port on 127.0.0.1 of another isolate of the Worker: its router has a memory of its own, its objects are the first one's.
    pub second_port: Option<u16>,
    /// When the cron handler runs.
    pub cron: Cron,
    /// A certificate authority (PEM) that outgoing TLS trusts besides the public ones.
    pub trust: Option<PathBuf>,
}

/// A runtime that answers at [`Runtime::base_url`].
#[derive(Debug)]
pub struct Runtime {
    settings: Mutex<Settings>,
    port: u16,
    data_dir: PathBuf,
    server: Mutex<Option<Server>>,
    deaths_ms: Mutex<Vec<u64>>,
}

#[derive(Debug)]
struct Server {
    process: Leashed,
    answers: Receiver<Value>,
}

impl Runtime {
    /// Starts the Worker and waits until it is ready.
    pub fn run(settings: Settings) -> Result<Self> {
        let (port, data_dir) = (settings.port, settings.data_dir.clone());
        let (server, deaths_ms) = (Mutex::default(), Mutex::default());
        let runtime = Self { settings: Mutex::new(settings), port, data_dir, server, deaths_ms };
        runtime.start()?;
        Ok(runtime)
    }

    /// Where it listens, without a slash at the end.
    pub fn base_url(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    /// Starts it again on the same port and data; nothing happens when it runs.
    pub fn start(&self) -> Result<()> {
        let mut slot = self.slot();
        if slot.is_none() {
            *slot = Some(launch(&self.settings())?);
        }
        Ok(())
    }

    /// Gives the Worker another value of a variable, from the next start on.
    pub fn set_var(&self, name: &str, value: &str) {
        self.settings().vars.insert(name.to_owned(), value.to_owned());
    }

    /// Ends it in an orderly way. The objects get no notice, as on the platform.
    pub fn stop(&self) -> Result<()> {
        self.ended().map_or(Ok(()), |server| server.process.stop(STOP_LIMIT))
    }

    /// SIGKILL to workerd and all around it.
    pub fn kill9(&self) -> Result<()> {
        self.ended().map_or(Ok(()), |server| server.process.kill())
    }

    /// Stop, then start.
    pub fn restart(&self) -> Result<()> {
        self.stop()?;
        self.start()
    }

    /// Whether it is running, as far as its process tells.
    pub fn is_running(&self) -> Result<bool> {
        match self.slot().as_mut() {
            Some(server) => Ok(server.process.exited()?.is_none()),
            None => Ok(false),
        }
    }

    /// The memory of workerd, until it is ended.
    pub fn memory(&self) -> Result<Memory> {
        let mut slot = self.slot();
        Memory::of(slot.as_mut().context("the runtime is gone")?.process.child().id(), "workerd")
    }

    /// Fires the cron handler now and waits for its end.
    pub fn run_scheduled(&self) -> Result<()> {
        let mut slot = self.slot();
        let server = slot.as_mut().context("the runtime does not run")?;
        let orders = server.process.leash().context("the runtime takes no orders")?;
        orders.write_all(b"scheduled\n").context("the runtime is gone")?;
        let answer = server.answers.recv_timeout(SCHEDULED_LIMIT).context("the cron handler did not end")?;
        if answer["scheduled"] != json!(true) {
            bail!("the cron handler failed: {}", answer["error"]);
        }
        Ok(())
    }

    /// What the Worker wrote to its console, and Miniflare's warnings.
    pub fn log_file(&self) -> PathBuf {
        log_file(&self.data_dir)
    }

    /// Runs another build, from the next start on.
    pub fn set_bundle(&self, bundle: &Bundle) {
        self.settings().bundle = bundle.clone();
    }

    /// When it was killed or stopped, in milliseconds since 1970, oldest first: what it had heard and not written down by then is lost.
    pub fn deaths_ms(&self) -> Vec<u64> {
        self.deaths().clone()
    }

    /// The server that is to be ended, if one runs.
    fn ended(&self) -> Option<Server> {
        let server = self.slot().take()?;
        self.deaths().push(clock::now_ms());
        Some(server)
    }

    fn deaths(&self) -> MutexGuard<'_, Vec<u64>> {
        self.deaths_ms.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn settings(&self) -> MutexGuard<'_, Settings> {
        self.settings.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn slot(&self) -> MutexGuard<'_, Option<Server>> {
        self.server.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn log_file(data_dir: &Path) -> PathBuf {
    data_dir.join("worker.log")
}

fn launch(settings: &Settings) -> Result<Server> {
    if !settings.bundle.main_module().exists() {
        bail!("there is no build at {}: run `{}`", settings.bundle.dir().display(), settings.bundle.build_command());
    }
    if !port::becomes_free(settings.port, PORT_LIMIT) {
        bail!("port {} is in use: stop what listens there, or choose another", settings.port);
    }
    let mut command = Command::new(node::find().context("no Node that is new enough: run `cargo xtask setup`")?);
    command.arg(workspace::root().join("runtime/serve.mjs")).arg(write_config(settings)?);
    command.env("CLOUDFLARE_CF_FETCH_ENABLED", "false").env("NO_COLOR", "1");
    if let Some(authority) = &settings.trust {
        command.env("NODE_EXTRA_CA_CERTS", authority);
    }
    let stderr = fs::OpenOptions::new().create(true).append(true).open(log_file(&settings.data_dir))?;
    command.stdout(Stdio::piped()).stderr(stderr);
    let mut process = Leashed::spawn("the runtime", &mut command)?;

    let stdout = process.child().stdout.take().context("the runtime has no output")?;
    let (sender, answers) = channel();
    thread::spawn(move || {
        for line in BufReader::new(stdout).lines().map_while(Result::ok) {
            let answer = serde_json::from_str(&line).unwrap_or(Value::String(line));
            if sender.send(answer).is_err() {
                return;
            }
        }
    });

    let log = log_file(&settings.data_dir);
    match answers.recv_timeout(START_LIMIT) {
        Ok(answer) if answer["ready"] == json!(true) => Ok(Server { process, answers }),
        Ok(answer) => bail!("the runtime did not start: {}", answer["error"].as_str().unwrap_or("no reason given")),
        Err(RecvTimeoutError::Disconnected) => {
            bail!("the runtime ended at its start; see {}", log.display())
        }
        Err(RecvTimeoutError::Timeout) => {
            bail!("the runtime was not ready after {START_LIMIT:?}; see {}", log.display())
        }
    }
}

/// The config holds secrets, so only its owner may read it.
fn write_config(settings: &Settings) -> Result<PathBuf> {
    let wrangler = Wrangler::read()?;
    let cron_interval = match settings.cron {
        Cron::Every(interval) => Some(interval.as_secs_f64()),
        Cron::OnDemand => None,
    };
    let config = json!({
        "host": "127.0.0.1",
        "port": settings.port,
        "secondPort": settings.second_port,
        "bundle": settings.bundle.dir(),
        "dataDir": settings.data_dir.join("objects"),
        "pagesDir": settings.data_dir.join("pages"),
        "logFile": log_file(&settings.data_dir),
        "worker": wrangler.worker(&settings.vars, settings.app.as_deref()),
        "crons": wrangler.crons(),
        "cronInterval": cron_interval,
    });
    let file = settings.data_dir.join("runtime.json");
    secrets::write_private(&file, &serde_json::to_string_pretty(&config)?)?;
    Ok(file)
}
