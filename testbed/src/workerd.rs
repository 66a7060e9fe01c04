//! A built Worker on workerd alone, without Miniflare: what measurements run on.
//!
//! The bindings, variables and dates are those of wrangler.toml. Beside the Worker may run a driver, a small Worker with
//! the same object namespaces, through which objects can be called that no route reaches.

use std::collections::BTreeMap;
use std::fs::{self, OpenOptions};
use std::io::{BufRead, BufReader, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

use anyhow::{Context, Result, ensure};

use crate::process::Leashed;
use crate::wrangler::Wrangler;
use crate::{port, secrets, workspace};

const STOP_LIMIT: Duration = Duration::from_secs(10);

/// What a counted Worker runs behind, in `runtime/`; the first is what workerd starts.
const COUNTED: [&str; 2] = ["counted.js", "counting.js"];

/// Tells the server's process id, and ends the server when the pipe on standard input closes.
const SUPERVISOR: &str = r#"
exec 3<&0 </dev/null
"$@" 3<&- >&2 &
server=$!
echo "$server"
( while read -r _ <&3; do :; done; kill -KILL "$server" 2>/dev/null ) &
watcher=$!
wait "$server"
status=$?
kill "$watcher" 2>/dev/null
exit "$status"
"#;

/// What to run.
#[derive(Clone, Debug)]
pub struct Settings {
    /// Holds the configuration, the log and, in `objects`, object storage.
    pub home: PathBuf,
    /// The Worker's main module.
    pub main_module: PathBuf,
    /// Its wasm module, imported as `./index_bg.wasm`.
    pub wasm_module: Option<PathBuf>,
    /// Compatibility flags on top of wrangler.toml's.
    pub flags: Vec<String>,
    /// Variables and secrets on top of wrangler.toml's.
    pub vars: BTreeMap<String, String>,
    /// The main module of the driver; it sees the Worker's variables and namespaces.
    pub driver: Option<PathBuf>,
    /// Whether it runs behind `runtime/counted.js`, which counts what it does. Its objects then stay in memory: an
    /// eviction would be counted too.
    pub counted: bool,
    /// The port of 127.0.0.1 on which R2 answers for the bucket of wrangler.toml, as workerd's binding speaks to it. Without it there is
    /// no bucket.
    pub bucket: Option<u16>,
}

/// A running workerd. Dropping it ends it.
#[derive(Debug)]
pub struct Workerd {
    /// Where the Worker listens, on 127.0.0.1.
    pub port: u16,
    /// Where the driver listens.
    pub driver_port: u16,
    /// The process id of workerd itself.
    pub pid: u32,
    process: Option<Leashed>,
}

impl Workerd {
    /// Starts it; whether it answers already is for the caller to find out.
    pub fn serve(settings: &Settings) -> Result<Self> {
        fs::create_dir_all(settings.home.join("objects"))?;
        let (port, driver_port) = (port::free()?, port::free()?);
        let config = settings.home.join("config.capnp");
        copy_modules(settings)?;
        secrets::write_private(&config, &configuration(settings, port, driver_port)?)?;
        let log = fs::File::create(settings.home.join("workerd.log"))?;
        let mut command = Command::new("sh");
        command.args(["-c", SUPERVISOR, "sh"]).arg(program()?).arg("serve").arg("--experimental").arg(&config);
        command.stdout(Stdio::piped()).stderr(log);
        let mut process = Leashed::spawn("workerd", &mut command)?;
        let said = process.child().stdout.take().context("workerd's supervisor has no output")?;
        let mut line = String::new();
        BufReader::new(said).read_line(&mut line)?;
        let pid = line.trim().parse().context("workerd's supervisor told no process id")?;
        Ok(Self { port, driver_port, pid, process: Some(process) })
    }

    /// Ends it at once; what objects have committed stays.
    pub fn stop(&mut self) -> Result<()> {
        self.process.take().map_or(Ok(()), |process| process.stop(STOP_LIMIT))
    }
}

/// The SQLite file of an object: `class` is its class's name, `id` the platform's id in hexadecimal.
pub fn object_file(home: &Path, class: &str, id: &str) -> PathBuf {
    home.join("objects").join(class).join(format!("{id}.sqlite"))
}

/// The workerd that npm brought.
pub fn program() -> Result<PathBuf> {
    let platform = match (std::env::consts::OS, std::env::consts::ARCH) {
        ("linux", "x86_64") => "workerd-linux-64",
        ("linux", "aarch64") => "workerd-linux-arm64",
        ("macos", "x86_64") => "workerd-darwin-64",
        ("macos", "aarch64") => "workerd-darwin-arm64",
        (os, arch) => anyhow::bail!("there is no workerd for {os} on {arch}"),
    };
    let program = workspace::node_modules().join("@cloudflare").join(platform).join("bin/workerd");
    ensure!(program.exists(), "workerd is not installed: run `cargo xtask setup`");
    Ok(program)
}

/// `embed` takes paths below the configuration alone.
fn copy_modules(settings: &Settings) -> Result<()> {
    let mut modules = vec![(settings.main_module.clone(), "index.js")];
    modules.extend(settings.wasm_module.clone().map(|file| (file, "index_bg.wasm")));
    modules.extend(settings.driver.clone().map(|file| (file, "driver.js")));
    if settings.counted {
        modules.extend(COUNTED.map(|name| (workspace::root().join("runtime").join(name), name)));
    }
    for (file, name) in modules {
        fs::copy(&file, settings.home.join(name)).with_context(|| format!("{} cannot be copied", file.display()))?;
    }
    if settings.counted {
        let mut module = OpenOptions::new().append(true).open(settings.home.join(COUNTED[0]))?;
        for (_, class) in Wrangler::read()?.namespaces() {
            writeln!(module, "export const {class} = object(worker.{class}, \"{class}\");")?;
        }
    }
    Ok(())
}

fn configuration(settings: &Settings, port: u16, driver_port: u16) -> Result<String> {
    let wrangler = Wrangler::read()?;
    let quoted = |text: &str| serde_json::to_string(text).map_err(anyhow::Error::from);
    let mut vars = String::new();
    for (name, value) in wrangler.text_vars().iter().filter(|(name, _)| !settings.vars.contains_key(*name)) {
        vars += &format!("(name = {}, text = {}), ", quoted(name)?, quoted(value)?);
    }
    for (name, value) in &settings.vars {
        vars += &format!("(name = {}, text = {}), ", quoted(name)?, quoted(value)?);
    }
    let (mut own, mut others, mut classes) = (String::new(), String::new(), String::new());
    for (binding, class) in wrangler.namespaces() {
        own += &format!("(name = {}, durableObjectNamespace = {}), ", quoted(binding)?, quoted(class)?);
        others += &format!(
            "(name = {}, durableObjectNamespace = (className = {}, serviceName = \"app\")), ",
            quoted(binding)?,
            quoted(class)?
        );
        let (class, stays) = (quoted(class)?, settings.counted);
        classes +=
            &format!("(className = {class}, uniqueKey = {class}, enableSql = true, preventEviction = {stays}), ");
    }
    let mut bucket = String::new();
    if let Some(port) = settings.bucket {
        for binding in wrangler.buckets() {
            own += &format!("(name = {}, r2Bucket = \"bucket\"), ", quoted(binding)?);
        }
        bucket = format!(r#"(name = "bucket", external = (address = "127.0.0.1:{port}", http = ())), "#);
    }
    let mut modules = String::new();
    for name in settings.counted.then_some(COUNTED).into_iter().flatten().chain(["index.js"]) {
        modules += &format!(r#"(name = "{name}", esModule = embed "{name}"), "#);
    }
    if settings.wasm_module.is_some() {
        modules += r#"(name = "./index_bg.wasm", wasm = embed "index_bg.wasm"), "#;
    }
    let flags: Vec<_> = settings.flags.iter().map(|flag| quoted(flag)).collect::<Result<_>>()?;
    let (date, flags) = (quoted(wrangler.compatibility_date())?, flags.join(", "));
    let (driver_service, driver_socket, driver) = match &settings.driver {
        None => (String::new(), String::new(), String::new()),
        Some(_) => (
            r#"(name = "driver", worker = .driver), "#.to_owned(),
            format!(r#"(name = "driver", address = "127.0.0.1:{driver_port}", http = (), service = "driver"), "#),
            format!(
                "const driver :Workerd.Worker = (\n  modules = [(name = \"driver.js\", esModule = embed \"driver.js\")],\n  \
                 compatibilityDate = {date},\n  bindings = [{vars}{others}],\n);\n"
            ),
        ),
    };
    Ok(format!(
        r#"using Workerd = import "/workerd/workerd.capnp";
const config :Workerd.Config = (
  services = [
    (name = "app", worker = .app), {driver_service}{bucket}
    (name = "internet", network = (allow = ["public", "private"])),
    (name = "disk", disk = (path = {disk}, writable = true)),
  ],
  sockets = [(name = "http", address = "127.0.0.1:{port}", http = (), service = "app"), {driver_socket}],
);
const app :Workerd.Worker = (
  modules = [{modules}],
  compatibilityDate = {date},
  compatibilityFlags = [{flags}],
  bindings = [{vars}{own}],
  durableObjectNamespaces = [{classes}],
  durableObjectStorage = (localDisk = "disk"),
  globalOutbound = "internet",
);
{driver}"#,
        disk = quoted(&settings.home.join("objects").to_string_lossy())?,
    ))
}
