//! A whole system of one's own for a test: a database, the Worker, their ports, their folder.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Mutex, PoisonError};
use std::{env, process, thread};

use anyhow::{Context, Result};
use nix::sys::signal::kill;
use nix::unistd::Pid;
use postgres::Client;

use crate::authority::Authority;
use crate::bundle::Bundle;
use crate::cluster::{self, Cluster};
use crate::mail::{self, MailServer};
use crate::oidc::{self, IdentityProvider};
use crate::proxy::Proxy;
use crate::runtime::{Cron, Runtime, Settings};
use crate::s3::S3Server;
use crate::secrets::Secrets;
use crate::{database, migrations, port, seed, workspace};

/// Names a PostgreSQL that all test binaries of a run share; `cargo xtask test` sets it. Without it each binary starts one.
pub const SHARED_POSTGRES: &str = "CEPATEDGE_TEST_DATABASE_URL";

/// Names the build that tests run on where they do not choose one: `dev` (the default) or `release`.
pub const BUNDLE: &str = "CEPATEDGE_TEST_BUNDLE";

/// TLS between the Worker and PostgreSQL.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Tls {
    /// None: the server is on the loopback interface.
    #[default]
    Off,
    /// Required, by an authority that the runtime trusts.
    Trusted,
    /// Required, by an authority that the runtime does not know.
    Untrusted,
}

/// Who sends the mails of a test's system, and of `cargo xtask dev`.
pub const MAIL_FROM: &str = "CepatEdge <desk@cepatedge.test>";

/// Who the Worker is at the mail server; the password has what a URL and base64 would trip over.
const MAIL_ACCOUNT: (&str, &str) = ("desk@cepatedge.test", "s\u{e9}cret:/+%?=");

/// A mail server for the system.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Mail {
    tls: Tls,
    implicit_tls: bool,
}

/// What a test wants of its system.
#[derive(Clone, Debug)]
pub struct StackBuilder {
    bundle: Bundle,
    app: Option<PathBuf>,
    vars: BTreeMap<String, String>,
    own_postgres: bool,
    postgres_parameters: Vec<String>,
    proxied: bool,
    cron: Cron,
    tls: Tls,
    mail: Option<Mail>,
    identity: bool,
    s3: Option<Bucket>,
    demo_users: bool,
    second_isolate: bool,
}

/// A server that speaks S3.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Bucket {
    Bare,
    Proxied,
}

/// A running system. Dropping it stops it and removes its data; a test that fails leaves the data and says where.
#[derive(Debug)]
pub struct Stack {
    /// Where the Worker listens, without a slash at the end.
    pub base_url: String,
    /// Where another isolate of it listens, if it was asked for.
    pub second_url: Option<String>,
    /// What the Worker connects to.
    pub database_url: String,
    /// The Worker.
    pub runtime: Runtime,
    /// Its PostgreSQL.
    pub postgres: Cluster,
    /// What stands between the two, if it was asked for.
    pub proxy: Option<Proxy>,
    /// Its mail server, if it was asked for.
    pub mail: Option<MailServer>,
    /// Its identity provider, if it was asked for.
    pub identity: Option<IdentityProvider>,
    /// Where its files are, if that is not R2.
    pub s3: Option<S3Server>,
    /// What signs its tokens and cursors.
    pub secrets: Secrets,
    database: String,
    data_dir: PathBuf,
}

impl Stack {
    /// A system with demo accounts, on a PostgreSQL that other tests use too.
    pub fn builder() -> StackBuilder {
        StackBuilder {
            bundle: match env::var(BUNDLE).as_deref() {
                Ok("release") => Bundle::release(),
                Ok(_) | Err(_) => Bundle::dev(),
            },
            app: None,
            vars: BTreeMap::new(),
            own_postgres: false,
            postgres_parameters: Vec::new(),
            proxied: false,
            cron: Cron::OnDemand,
            tls: Tls::Off,
            mail: None,
            identity: false,
            s3: None,
            demo_users: true,
            second_isolate: false,
        }
    }

    /// An ordinary connection to the Worker's database. Blocking: not to be called inside an async runtime, see
    /// [`Stack::sql`].
    pub fn connect(&self) -> Result<Client> {
        database::connect(&self.plain_database_url())
    }

    /// Work on the Worker's database over an ordinary connection, callable from async tests as well.
    pub fn sql<T: Send>(&self, work: impl FnOnce(&mut Client) -> Result<T> + Send) -> Result<T> {
        database::run(&self.plain_database_url(), work)
    }

    /// [`Stack::database_url`] for an ordinary driver: without TLS.
    pub fn plain_database_url(&self) -> String {
        self.postgres.url(&self.database)
    }

    /// Everything that the Worker wrote to its console so far.
    pub fn worker_log(&self) -> Result<String> {
        fs::read_to_string(self.runtime.log_file()).context("the Worker's log cannot be read")
    }

    /// The folder of the system's data.
    pub fn data_dir(&self) -> &Path {
        &self.data_dir
    }
}

impl StackBuilder {
    /// Runs the build with these Cargo features, separated by commas.
    pub fn features(mut self, features: &str) -> Self {
        self.bundle = self.bundle.features(features);
        self
    }

    /// Runs this build.
    pub fn bundle(mut self, bundle: Bundle) -> Self {
        self.bundle = bundle;
        self
    }

    /// The build of the app in this folder, instead of `web/dist`.
    pub fn app(mut self, dir: &Path) -> Self {
        self.app = Some(dir.to_owned());
        self
    }

    /// Sets a variable or secret of the Worker, over the default.
    pub fn env(mut self, name: &str, value: &str) -> Self {
        self.vars.insert(name.to_owned(), value.to_owned());
        self
    }

    /// A PostgreSQL server of its own, which the test may stop and kill.
    pub fn own_postgres(mut self) -> Self {
        self.own_postgres = true;
        self
    }

    /// A parameter of a PostgreSQL server of its own, as in `max_connections=20`.
    pub fn postgres_parameter(mut self, assignment: &str) -> Self {
        self.postgres_parameters.push(assignment.to_owned());
        self.own_postgres = true;
        self
    }

    /// A [`Proxy`] between the Worker and a PostgreSQL server of its own.
    pub fn proxied(mut self) -> Self {
        self.proxied = true;
        self.own_postgres = true;
        self
    }

    /// Runs the cron handler by the clock, as the deployment does.
    pub fn cron(mut self, cron: Cron) -> Self {
        self.cron = cron;
        self
    }

    /// TLS between the Worker and a PostgreSQL server of its own.
    pub fn tls(mut self, tls: Tls) -> Self {
        self.tls = tls;
        self.own_postgres |= tls != Tls::Off;
        self
    }

    /// A mail server; with TLS, by STARTTLS.
    pub fn mail(mut self, tls: Tls) -> Self {
        self.mail = Some(Mail { tls, implicit_tls: false });
        self
    }

    /// A mail server that speaks TLS from the first byte on.
    pub fn mail_with_implicit_tls(mut self, tls: Tls) -> Self {
        self.mail = Some(Mail { tls, implicit_tls: true });
        self
    }

    /// An identity provider, whose client's secret the Worker has. It is on when the settings say so.
    pub fn identity(mut self) -> Self {
        self.identity = true;
        self
    }

    /// A server that speaks S3 for the files, instead of R2.
    pub fn s3(mut self) -> Self {
        self.s3 = Some(Bucket::Bare);
        self
    }

    /// The same, behind an [`S3Proxy`](crate::s3::S3Proxy).
    pub fn s3_proxied(mut self) -> Self {
        self.s3 = Some(Bucket::Proxied);
        self
    }

    /// Leaves the accounts empty.
    pub fn without_demo_users(mut self) -> Self {
        self.demo_users = false;
        self
    }

    /// Another isolate of the Worker, reached at [`Stack::second_url`], with the same objects.
    pub fn second_isolate(mut self) -> Self {
        self.second_isolate = true;
        self
    }

    /// Brings the system up: database, schema, accounts, Worker.
    pub fn start(self) -> Result<Stack> {
        static NUMBER: AtomicU32 = AtomicU32::new(1);
        let number = NUMBER.fetch_add(1, Ordering::Relaxed);
        let data_dir = scratch_dir(&number.to_string())?;

        let mail_tls = self.mail.map_or(Tls::Off, |mail| mail.tls);
        let authority = match (self.tls, mail_tls) {
            (Tls::Off, Tls::Off) => None,
            _ => Some(Authority::generate(&data_dir.join("tls"))?),
        };
        let mail = self.mail.map(|mail| {
            let account = Some((MAIL_ACCOUNT.0.to_owned(), MAIL_ACCOUNT.1.to_owned()));
            let authority = authority.clone().filter(|_| mail.tls != Tls::Off);
            let implicit_tls = mail.implicit_tls;
            MailServer::start(mail::Settings { authority, implicit_tls, account, page_port: None, keeps_all: true })
        });
        let mail = mail.transpose()?;
        let identity = if self.identity { Some(IdentityProvider::start(None)?) } else { None };
        let s3 = self.s3.map(|bucket| {
            let server = S3Server::start(&data_dir.join("s3"))?;
            if bucket == Bucket::Proxied { server.proxied() } else { Ok(server) }
        });
        let s3 = s3.transpose()?;
        let postgres = if self.own_postgres {
            let authority = authority.iter().filter(|_| self.tls != Tls::Off);
            let settings = authority.cloned().fold(test_settings(), cluster::Settings::tls);
            let parameters = self.postgres_parameters.iter();
            let settings = parameters.fold(settings, |settings, parameter| settings.parameter(parameter));
            Cluster::start_in(&data_dir.join("postgres"), settings)?
        } else {
            shared_cluster()?
        };
        let database = format!("cepatedge_test_{}_{number}", process::id());
        postgres.create_database(&database)?;
        database::run(&postgres.url(&database), |client| {
            migrations::apply(client, &migrations::read(&workspace::migrations_dir())?)?;
            if self.demo_users {
                seed::demo_users(client)?;
            }
            Ok(())
        })?;

        let database_url = match self.tls {
            Tls::Off => postgres.url(&database),
            Tls::Trusted | Tls::Untrusted => with_tls(&postgres.url(&database)),
        };
        let proxy = if self.proxied { Some(Proxy::to(postgres.port()?)?) } else { None };
        let database_url = match &proxy {
            Some(proxy) => database_url.replace(&format!(":{}/", postgres.port()?), &format!(":{}/", proxy.port())),
            None => database_url,
        };
        let secrets = Secrets::generate()?;
        let port = port::free()?;
        let second_port = if self.second_isolate { Some(port::free()?) } else { None };
        let runtime = Runtime::run(Settings {
            vars: development_vars(port, &database_url, &secrets)
                .into_iter()
                .chain(mail.as_ref().map(mail_vars).into_iter().flatten())
                .chain(identity.as_ref().map(|_| identity_var()))
                .chain(s3.as_ref().map(S3Server::vars).into_iter().flatten())
                .chain(self.vars)
                .collect(),
            bundle: self.bundle,
            app: self.app,
            data_dir: data_dir.clone(),
            port,
            second_port,
            cron: self.cron,
            trust: authority
                .filter(|_| self.tls == Tls::Trusted || mail_tls == Tls::Trusted)
                .map(|authority| authority.certificate),
        })?;
        let (base_url, second_url) = (runtime.base_url(), second_port.map(|port| format!("http://127.0.0.1:{port}")));
        Ok(Stack {
            base_url,
            second_url,
            database_url,
            runtime,
            postgres,
            proxy,
            mail,
            identity,
            s3,
            secrets,
            database,
            data_dir,
        })
    }
}

impl Drop for Stack {
    fn drop(&mut self) {
        // The pipes end whatever does not stop here, and the next run sweeps the folder.
        let _ = self.runtime.stop();
        let _ = self.postgres.drop_database(&self.database);
        let _ = self.postgres.stop();
        if thread::panicking() {
            eprintln!("the data of this test's system stays in {}", self.data_dir.display());
        } else {
            let _ = fs::remove_dir_all(&self.data_dir);
        }
    }
}

/// The variables of a Worker that is reached at `port` of this machine.
pub fn development_vars(port: u16, database_url: &str, secrets: &Secrets) -> BTreeMap<String, String> {
    let origins = format!("http://127.0.0.1:{port},http://localhost:{port}");
    [
        ("ENVIRONMENT", "development"),
        ("APP_ORIGINS", &origins),
        ("DATABASE_URL", database_url),
        ("JWT_KEYS", &secrets.jwt_keys),
        ("CURSOR_KEY", &secrets.cursor_key),
        ("ID_KEY", &secrets.id_key),
        ("SETUP_TOKEN", &secrets.setup_token),
        ("VAPID_PRIVATE_KEY", &secrets.vapid_private_key),
    ]
    .map(|(name, value)| (name.to_owned(), value.to_owned()))
    .into()
}

/// The variables of a Worker that sends by this server.
pub fn mail_vars(server: &MailServer) -> BTreeMap<String, String> {
    let vars = [
        ("MAIL_URL", server.url()),
        ("MAIL_FROM", MAIL_FROM.to_owned()),
        ("DNS_RESOLVER", format!("{}/dns-query", server.page_url())),
    ];
    vars.map(|(name, value)| (name.to_owned(), value)).into()
}

/// The variable of a Worker whose people sign in with [`IdentityProvider`].
pub fn identity_var() -> (String, String) {
    ("OIDC_CLIENT_SECRET".to_owned(), oidc::CLIENT_SECRET.to_owned())
}

/// The certificate is for `localhost` as well, and a name is what a real deployment connects to.
fn with_tls(url: &str) -> String {
    format!("{}?sslmode=require", url.replace("@127.0.0.1:", "@localhost:"))
}

/// Kills of processes are what tests do, and those an unsynced write survives. One that was not even written does not: the
/// Worker must ask for that itself, wherever the server is set up like this one.
pub fn test_settings() -> cluster::Settings {
    ["fsync=off", "synchronous_commit=off", "full_page_writes=off", "max_connections=200"]
        .into_iter()
        .fold(cluster::Settings::default(), cluster::Settings::parameter)
}

/// The PostgreSQL that tests share; started once a process where nobody names one.
pub fn shared_cluster() -> Result<Cluster> {
    static OURS: Mutex<Option<Cluster>> = Mutex::new(None);
    if let Ok(url) = env::var(SHARED_POSTGRES) {
        return Cluster::at(&url);
    }
    let mut ours = OURS.lock().unwrap_or_else(PoisonError::into_inner);
    let cluster = match ours.take() {
        Some(cluster) => cluster,
        None => Cluster::start_in(&scratch_dir("postgres")?, test_settings())?,
    };
    Cluster::at(&ours.insert(cluster).url("postgres"))
}

/// A new folder of this process. The first call also removes the folders of processes that are gone.
pub fn scratch_dir(name: &str) -> Result<PathBuf> {
    static SWEPT: Mutex<bool> = Mutex::new(false);
    let scratch = workspace::scratch_dir();
    let mut swept = SWEPT.lock().unwrap_or_else(PoisonError::into_inner);
    if !*swept {
        sweep(&scratch)?;
        *swept = true;
    }
    let dir = scratch.join(format!("{}-{name}", process::id()));
    fs::create_dir_all(&dir)?;
    Ok(dir)
}

fn sweep(scratch: &Path) -> Result<()> {
    fs::create_dir_all(scratch)?;
    for entry in fs::read_dir(scratch)? {
        let entry = entry?;
        let name = entry.file_name().to_string_lossy().into_owned();
        let owner = name.split('-').next().and_then(|pid| pid.parse::<i32>().ok());
        let is_gone = owner.is_none_or(|pid| kill(Pid::from_raw(pid), None).is_err());
        if is_gone {
            // Two sweepers may meet; the other one then does the work.
            let _ = fs::remove_dir_all(entry.path());
        }
    }
    Ok(())
}
