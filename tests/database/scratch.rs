//! A database of a test's own, with the schema of `migrations/`.

use std::sync::atomic::{AtomicU32, Ordering};
use std::{env, fs, process, thread};

use pg::session::Session;
use pg::url::DatabaseUrl;
use tokio_postgres::{Client, NoTls};

use crate::machine::Machine;

/// A database that goes away with this value.
pub struct Scratch {
    name: String,
    pub url: String,
    /// An ordinary driver's connection to it.
    pub driver: Client,
}

/// The server to test against.
pub fn server_url() -> String {
    env::var("CEPATEDGE_TEST_DATABASE_URL").expect(
        "CEPATEDGE_TEST_DATABASE_URL is not set: run these tests with `cargo xtask test`, which starts PostgreSQL",
    )
}

impl Scratch {
    pub async fn new() -> Self {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let name = format!("scratch_{}_{}", process::id(), COUNT.fetch_add(1, Ordering::Relaxed));
        let server = server_url();
        let admin = connect(&server).await;
        admin.batch_execute(&format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)")).await.unwrap();
        admin.batch_execute(&format!("CREATE DATABASE {name}")).await.unwrap();
        let (base, _) = server.rsplit_once('/').unwrap();
        let url = format!("{base}/{name}");
        let driver = connect(&url).await;
        for migration in migrations() {
            driver.batch_execute(&format!("BEGIN; {migration}; COMMIT")).await.unwrap();
        }
        Self { name, url, driver }
    }

    pub fn url(&self) -> DatabaseUrl {
        DatabaseUrl::parse(&self.url).unwrap()
    }

    pub fn session(&self) -> Session<Machine> {
        Session::new(Machine::new(), self.url())
    }

    /// The first column of the only row.
    pub async fn count(&self, sql: &str) -> i64 {
        self.driver.query_one(sql, &[]).await.unwrap().get(0)
    }

    /// Ends every other connection to the database, as a restart of the server would.
    pub async fn hang_up(&self) {
        self.driver
            .execute(
                "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity
                 WHERE datname = current_database() AND pid <> pg_backend_pid()",
                &[],
            )
            .await
            .unwrap();
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        let name = self.name.clone();
        let on_its_own = thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
            runtime.block_on(async {
                let admin = connect(&server_url()).await;
                admin.batch_execute(&format!("DROP DATABASE {name} WITH (FORCE)")).await.unwrap();
            });
        });
        // A database left behind is not worth a second panic.
        let _ = on_its_own.join();
    }
}

async fn connect(url: &str) -> Client {
    let (client, connection) = tokio_postgres::connect(url, NoTls).await.expect("PostgreSQL answers");
    tokio::spawn(async move {
        // It ends with the test, or when the test ends it.
        let _ = connection.await;
    });
    client
}

fn migrations() -> Vec<String> {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/migrations");
    let mut files: Vec<_> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    files.into_iter().map(|file| fs::read_to_string(file).unwrap()).collect()
}
