//! `cargo xtask dev`: the whole system on this machine until Ctrl-C.
//!
//! The data directory holds everything that must survive: PostgreSQL's cluster, the objects' storage, the secrets. A
//! second start finds it and has nothing to do but start.

use std::fs::{self, File, TryLockError};
use std::path::{Path, PathBuf};
use std::sync::mpsc::{Receiver, RecvTimeoutError, TryRecvError, channel};
use std::time::{Duration, Instant};
use std::{env, thread};

use anyhow::{Context, Result, anyhow, bail};
use clap::Args;
use testbed::mail;
use testbed::runtime::{Cron, Runtime, Settings};
use testbed::secrets::Secrets;
use testbed::seed::{DEMO_USERS, PASSWORD};
use testbed::{
    Bundle, Cluster, IdentityProvider, MailServer, cluster, database, migrations, port, seed, stack, workspace,
};

use crate::progress::{self, step};
use crate::{build, demo, setup, web};

const DATABASE: &str = "cepatedge";
/// As in wrangler.toml.
const CRON: Duration = Duration::from_secs(60);
/// Where the page of mails is, unless something else is there.
const MAIL_PAGE_PORT: u16 = 8025;
/// Where the identity provider is, unless something else is there.
const IDENTITY_PORT: u16 = 8026;
/// How often the running system is looked after.
const WATCH: Duration = Duration::from_millis(500);

#[derive(Args)]
pub struct Options {
    /// The port of the Worker on 127.0.0.1
    #[arg(long, default_value_t = 8787)]
    port: u16,
    /// Where everything that survives a restart is kept
    #[arg(long, default_value = ".data")]
    data_dir: PathBuf,
    /// Run the build that is deployed instead of the quick one
    #[arg(long)]
    release: bool,
    /// No demo accounts and no demo requests
    #[arg(long)]
    no_seed: bool,
}

pub fn run(options: &Options) -> Result<()> {
    let began = Instant::now();
    let interrupted = on_interrupt()?;
    if !port::is_free(options.port) {
        bail!("port {} is in use: stop what listens there, or choose another with --port", options.port);
    }
    fs::create_dir_all(&options.data_dir)?;
    let data_dir = options.data_dir.canonicalize()?;
    let _lock = lock(&data_dir)?;
    setup::ensure()?;
    let bundle = if options.release { Bundle::release() } else { Bundle::dev() };

    // PostgreSQL is ready long before the compiler is.
    let (database, built) = thread::scope(|scope| {
        let database = scope.spawn(|| open_database(&data_dir, options));
        let web = scope.spawn(web::make);
        let built = build::make(&bundle);
        let web = web.join().unwrap_or_else(|_| Err(anyhow!("the thread of the app's build panicked")));
        (database.join(), built.and(web))
    });
    let database = database.map_err(|_| anyhow!("the thread of the database panicked"))??;
    built?;
    stop_if(&interrupted)?;

    let secrets = Secrets::load_or_generate(&data_dir.join("secrets.json"))?;
    let mail = mail_server()?;
    let mut vars = stack::development_vars(options.port, &database.url, &secrets);
    match &mail {
        Some(server) => vars.extend(stack::mail_vars(server)),
        None => vars.extend(
            ["MAIL_URL", "MAIL_FROM"].into_iter().filter_map(|name| Some((name.to_owned(), env::var(name).ok()?))),
        ),
    }
    // A server of S3 instead of R2, where one is named.
    let s3 = ["ENDPOINT", "REGION", "BUCKET", "ACCESS_KEY", "SECRET_KEY"].map(|name| format!("FILES_S3_{name}"));
    vars.extend(
        s3.into_iter().filter_map(|name| Some((env::var(&name).ok()?, name))).map(|(value, name)| (name, value)),
    );
    let identity = IdentityProvider::start(Some(IDENTITY_PORT))?;
    vars.extend([stack::identity_var()]);
    let runtime = step("Starting the runtime", |_| {
        Runtime::run(Settings {
            bundle,
            app: None,
            data_dir: data_dir.clone(),
            vars,
            port: options.port,
            second_port: None,
            cron: Cron::Every(CRON),
            trust: None,
        })
    })?;
    stop_if(&interrupted)?;
    if !options.no_seed {
        ensure_demo_requests(&data_dir, &runtime.base_url());
    }

    welcome(options, &runtime, &database, mail.as_ref(), &identity, &secrets, began.elapsed());
    let outcome = watch(&runtime, &interrupted);
    step("Stopping", |_| {
        runtime.stop()?;
        database.cluster.as_ref().map_or(Ok(()), Cluster::stop)
    })?;
    outcome
}

/// A mail server of our own, in memory; none where MAIL_URL names one.
fn mail_server() -> Result<Option<MailServer>> {
    if env::var("MAIL_URL").is_ok() {
        return Ok(None);
    }
    MailServer::start(mail::Settings { page_port: Some(MAIL_PAGE_PORT), ..mail::Settings::default() }).map(Some)
}

/// A channel that tells of Ctrl-C and SIGTERM. The second one ends the process at once; what it started then ends too.
fn on_interrupt() -> Result<Receiver<()>> {
    let (sender, receiver) = channel();
    let mut asked = false;
    ctrlc::set_handler(move || {
        if asked || sender.send(()).is_err() {
            std::process::exit(130);
        }
        asked = true;
    })?;
    Ok(receiver)
}

fn stop_if(interrupted: &Receiver<()>) -> Result<()> {
    match interrupted.try_recv() {
        Ok(()) => bail!("interrupted"),
        Err(TryRecvError::Empty | TryRecvError::Disconnected) => Ok(()),
    }
}

/// Two systems on one data directory would tear it apart. The lock goes with the process, whatever its end.
fn lock(data_dir: &Path) -> Result<File> {
    let file = File::create(data_dir.join("lock"))?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => {
            bail!("another `cargo xtask dev` uses {}", data_dir.display())
        }
        Err(TryLockError::Error(error)) => Err(error).context("the data directory cannot be locked"),
    }
}

struct Database {
    url: String,
    /// Only where it is ours to stop.
    cluster: Option<Cluster>,
    /// Nobody has ever been in.
    is_empty: bool,
}

/// PostgreSQL with the current schema and the demo accounts: the one that DATABASE_URL names, otherwise our own.
fn open_database(data_dir: &Path, options: &Options) -> Result<Database> {
    let mut database = match env::var("DATABASE_URL") {
        Ok(url) => Database { url, cluster: None, is_empty: false },
        Err(_) => step("Starting PostgreSQL", |_| {
            let cluster = Cluster::start_in(&data_dir.join("postgres"), cluster::Settings::default())?;
            cluster.ensure_database(DATABASE)?;
            Ok(Database { url: cluster.url(DATABASE), cluster: Some(cluster), is_empty: false })
        })?,
    };
    let (applied, is_empty) = database::run(&database.url, |client| {
        let applied = migrations::apply(client, &migrations::read(&workspace::migrations_dir())?)?;
        if !options.no_seed {
            seed::demo_users(client)?;
        }
        Ok((applied, client.query_opt("SELECT 1 FROM users LIMIT 1", &[])?.is_none()))
    })?;
    database.is_empty = is_empty;
    for name in applied {
        progress::line(&format!("✓ Applied {name}"));
    }
    Ok(database)
}

/// Without them the system is as good, so a failure is told and no more.
fn ensure_demo_requests(data_dir: &Path, base_url: &str) {
    let marker = data_dir.join("demo-requests");
    if marker.exists() {
        return;
    }
    let made = step("Making demo requests", |step| {
        let count = demo::requests(step, base_url)?;
        Ok(fs::write(&marker, count.to_string())?)
    });
    if let Err(error) = made {
        progress::line(&format!("warning: not all demo requests could be made: {error:#}"));
    }
}

fn welcome(
    options: &Options,
    runtime: &Runtime,
    database: &Database,
    mail: Option<&MailServer>,
    identity: &IdentityProvider,
    secrets: &Secrets,
    elapsed: Duration,
) {
    let url = format!("http://localhost:{}", options.port);
    println!();
    println!("CepatEdge runs ({}).", progress::seconds(elapsed));
    println!();
    println!("  App          {url}");
    println!("  API          {url}/api");
    println!("  Health       {url}/api/health and {url}/api/ready");
    println!("  Worker log   {}", runtime.log_file().display());
    match &database.cluster {
        Some(_) => println!("  PostgreSQL   {}", database.url),
        None => println!("  PostgreSQL   as DATABASE_URL says"),
    }
    match mail {
        Some(server) => println!("  Mails        {}", server.page_url()),
        None => println!("  Mails        as MAIL_URL says"),
    }
    println!("  Identities   {} (off until the settings say so)", identity.base_url());
    if !options.no_seed {
        println!();
        println!("  Demo accounts, password {PASSWORD}:");
        for user in &DEMO_USERS {
            println!("    {:<28} {:<11} {}", user.email, user.role, user.name);
        }
    }
    if database.is_empty {
        println!();
        println!("  Nobody is in yet. The first admin is made here:");
        println!("    {}", setup::link(&url, &secrets.setup_token));
    }
    println!();
    println!("Ctrl-C stops everything.");
}

/// Waits for Ctrl-C, or for the runtime to end by itself.
fn watch(runtime: &Runtime, interrupted: &Receiver<()>) -> Result<()> {
    loop {
        match interrupted.recv_timeout(WATCH) {
            Ok(()) | Err(RecvTimeoutError::Disconnected) => return Ok(()),
            Err(RecvTimeoutError::Timeout) => {}
        }
        if !runtime.is_running()? {
            bail!("the runtime ended by itself; see {}", runtime.log_file().display());
        }
    }
}
