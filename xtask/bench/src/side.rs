//! One of the two builds that are compared, running on a workerd of its own, with a database of its own.

use std::collections::BTreeMap;
use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use serde_json::{Value, json};
use testbed::secrets::Secrets;
use testbed::workerd::{self, Settings};
use testbed::{Bundle, Cluster, Workerd, node, seed, stack, workspace};

use crate::http::{Call, Connection, Reply};
use crate::process;

const START_LIMIT: Duration = Duration::from_secs(60);

/// Which build.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Build {
    /// CepatEdge.
    Ours,
    /// The same API in TypeScript.
    Peer,
    /// A Worker that does nothing: what workerd itself takes.
    Empty,
}

impl Build {
    /// The word for it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Ours => "ours",
            Self::Peer => "peer",
            Self::Empty => "empty",
        }
    }

    /// Its main module.
    pub fn main_module(self) -> PathBuf {
        match self {
            Self::Ours => Bundle::release().main_module(),
            Self::Peer => workspace::target_dir().join("bench/peer/index.js"),
            Self::Empty => workspace::root().join("benches/empty.js"),
        }
    }

    /// Its wasm module, if it has one.
    pub fn wasm_module(self) -> Option<PathBuf> {
        (self == Self::Ours).then(|| Bundle::release().wasm_module())
    }
}

/// A running build.
pub struct Side {
    /// Which.
    pub build: Build,
    /// Its workerd.
    pub workerd: Workerd,
    /// What it connects to.
    pub database_url: String,
    home: PathBuf,
    secrets: Secrets,
    /// The port of its bucket.
    bucket: u16,
    /// Whether it runs behind what counts and delays its calls.
    counted: bool,
    cookies: BTreeMap<&'static str, String>,
}

impl Side {
    /// Brings a build up in `home`, with a folder of this name, and with accounts in a database of its own.
    pub fn start(
        name: &str,
        build: Build,
        home: &Path,
        postgres: &Cluster,
        secrets: &Secrets,
        bucket: u16,
    ) -> Result<Self> {
        let database_url = seed::demo_database(postgres, &format!("bench_{name}"))?;
        let home = home.join(name);
        let workerd = Workerd::serve(&settings(build, &home, &database_url, secrets, bucket))?;
        let (secrets, cookies) = (secrets.clone(), BTreeMap::new());
        let mut side = Self { build, workerd, database_url, home, secrets, bucket, counted: false, cookies };
        side.wait_until_ready()?;
        side.sign_in()?;
        Ok(side)
    }

    /// Ends the runtime, does `work` on what lies on the disk, and starts it again, with fresh sessions.
    pub fn restart_with(&mut self, work: impl FnOnce(&Path) -> Result<()>) -> Result<()> {
        self.rest()?;
        self.restart_bare(work)?;
        self.sign_in()
    }

    /// The same, with the sessions that there are.
    pub fn restart_bare(&mut self, work: impl FnOnce(&Path) -> Result<()>) -> Result<()> {
        let settings = settings(self.build, &self.home, &self.database_url, &self.secrets, self.bucket);
        let settings = Settings { counted: self.counted, ..settings };
        self.workerd.stop()?;
        work(&self.home)?;
        self.workerd = Workerd::serve(&settings)?;
        self.wait_until_ready()
    }

    /// Ends the runtime for good.
    pub fn stop(mut self) -> Result<()> {
        self.workerd.stop()
    }

    /// Starts it again, from now on counted and delayed or not.
    pub fn restart_counted(&mut self, counted: bool) -> Result<()> {
        self.counted = counted;
        self.restart_with(|_| Ok(()))
    }

    /// What signs its tokens, cursors and ids.
    pub fn secrets(&self) -> &Secrets {
        &self.secrets
    }

    /// A new connection.
    pub fn connect(&self) -> Result<Connection> {
        Connection::open(self.workerd.port)
    }

    /// One call as one of the demo accounts.
    pub fn call(&self, who: &'static str, call: Call) -> Result<Reply> {
        self.connect()?.call(&self.signed(who, call))
    }

    /// The call with the cookie of one of the demo accounts.
    pub fn signed(&self, who: &'static str, call: Call) -> Call {
        call.with("cookie", self.cookie(who))
    }

    /// The session cookie of one of the demo accounts.
    pub fn cookie(&self, who: &'static str) -> &str {
        self.cookies.get(who).map_or("", String::as_str)
    }

    /// A call to the driver, which reaches objects without a route.
    pub fn drive(&self, call: &Call) -> Result<String> {
        let reply = Connection::open(self.workerd.driver_port)?.call(call)?;
        let text = String::from_utf8_lossy(&reply.body).into_owned();
        if reply.status == 200 { Ok(text) } else { bail!("the driver says {}: {text}", reply.status) }
    }

    /// The SQLite file of the object of `class`, bound as `binding`, that is called `name`.
    pub fn object_file(&self, binding: &str, class: &str, name: &str) -> Result<PathBuf> {
        let id = self.drive(&Call::get(&format!("/id?binding={binding}&name={name}")))?;
        Ok(workerd::object_file(&self.home, class, &id))
    }

    /// Waits until what goes on behind the replies is done.
    pub fn rest(&self) -> Result<()> {
        process::rest(&[self.workerd.pid], Duration::from_secs(30))
    }

    /// Fresh sessions: a cookie that is older than ten minutes is renewed with each answer, which is not what is measured.
    pub fn sign_in(&mut self) -> Result<()> {
        for who in ["admin", "manager", "tech", "requester"] {
            let body = json!({ "email": format!("{who}@{}", seed::DOMAIN), "password": seed::PASSWORD });
            let reply = self.connect()?.call(&Call::post("/api/auth/login", body.to_string()))?;
            reply.expect(200).with_context(|| format!("{who} cannot sign in to {}", self.build.name()))?;
            let cookie = reply.header("set-cookie").and_then(|set| set.split(';').next());
            self.cookies.insert(who, cookie.context("a sign-in without a cookie")?.to_owned());
        }
        Ok(())
    }

    fn wait_until_ready(&self) -> Result<()> {
        wait_until_ready(self.workerd.port).with_context(|| {
            let log = fs::read_to_string(self.home.join("workerd.log")).unwrap_or_default();
            format!("{} did not start:\n{log}", self.build.name())
        })
    }
}

/// Waits for the first answer.
pub fn wait_until_ready(port: u16) -> Result<()> {
    let deadline = Instant::now() + START_LIMIT;
    let health = Call::get("/api/health");
    loop {
        match Connection::open(port).and_then(|mut wire| wire.call(&health)) {
            Ok(reply) if reply.status == 200 => return Ok(()),
            Ok(reply) => bail!("{}: {}", reply.status, String::from_utf8_lossy(&reply.body)),
            Err(error) if Instant::now() > deadline => return Err(error),
            Err(_) => thread::sleep(Duration::from_millis(2)),
        }
    }
}

/// How a build is run, with the bucket that listens on this port.
pub fn settings(build: Build, home: &Path, database_url: &str, secrets: &Secrets, bucket: u16) -> Settings {
    // Port 1 is nobody's: these origins are only there so that both builds have a list to compare with.
    let mut vars = stack::development_vars(1, database_url, secrets);
    vars.insert("BUILD".to_owned(), build.name().to_owned());
    Settings {
        home: home.to_owned(),
        main_module: build.main_module(),
        wasm_module: build.wasm_module(),
        flags: Vec::new(),
        vars,
        driver: Some(workspace::root().join("benches/driver.js")),
        counted: false,
        bucket: Some(bucket),
    }
}

/// Runs SQL on an object's file; the runtime must not run.
pub fn fill(file: &Path, sql: &str) -> Result<()> {
    let node = node::find().context("no Node that is new enough: run `cargo xtask setup`")?;
    let mut child = Command::new(node)
        .arg("--no-warnings")
        .arg(workspace::root().join("benches/seed.mjs"))
        .arg(file)
        .stdin(Stdio::piped())
        .spawn()
        .context("Node cannot be started")?;
    child.stdin.take().context("Node has no input")?.write_all(sql.as_bytes())?;
    let status = child.wait()?;
    if status.success() { Ok(()) } else { bail!("filling {} failed", file.display()) }
}

/// A text field of a JSON value.
pub fn text<'v>(value: &'v Value, pointer: &str) -> Result<&'v str> {
    value.pointer(pointer).and_then(Value::as_str).with_context(|| format!("no text at {pointer} in {value}"))
}
