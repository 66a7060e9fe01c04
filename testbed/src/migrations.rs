//! The PostgreSQL schema, brought up to date: `migrations/NNNN_name.sql` in order, forward only.
//!
//! Each file runs in a transaction together with its entry in `schema_migrations`, so a failed one leaves nothing. The
//! entry keeps the file's SHA-256: a file that was changed after it ran is refused, since two databases would then differ
//! under one number.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use postgres::Client;
use sha2::{Digest, Sha256};

/// Two migrations at the same time would race: this advisory lock lets one wait. The number is arbitrary.
const LOCK: i64 = 0x6365_7061_7465;

const LEDGER: &str = "CREATE TABLE IF NOT EXISTS schema_migrations (
    version integer PRIMARY KEY,
    name text NOT NULL,
    checksum text NOT NULL,
    applied_at timestamptz NOT NULL DEFAULT now()
)";

/// A migration file.
#[derive(Clone, Debug)]
pub struct Migration {
    /// The number at the start of its file name.
    pub version: i32,
    /// Its file name.
    pub name: String,
    sql: String,
}

impl Migration {
    fn checksum(&self) -> String {
        Sha256::digest(self.sql.as_bytes()).iter().map(|byte| format!("{byte:02x}")).collect()
    }
}

/// The migrations in `dir`, in order. Two with one number are refused.
pub fn read(dir: &Path) -> Result<Vec<Migration>> {
    let mut migrations = Vec::new();
    if !dir.exists() {
        return Ok(migrations);
    }
    for entry in fs::read_dir(dir)? {
        let path = entry?.path();
        if path.extension().is_some_and(|extension| extension == "sql") {
            migrations.push(read_one(path)?);
        }
    }
    migrations.sort_by_key(|migration| migration.version);
    for pair in migrations.windows(2) {
        if let [first, second] = pair
            && first.version == second.version
        {
            bail!("{} and {} have the same number", first.name, second.name);
        }
    }
    Ok(migrations)
}

fn read_one(path: PathBuf) -> Result<Migration> {
    let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
    let number = name.split('_').next().unwrap_or_default();
    let version = number.parse().with_context(|| format!("{name} does not start with a number, as in 0001_{name}"))?;
    let sql = fs::read_to_string(&path)?;
    Ok(Migration { version, name, sql })
}

/// Applies what `client`'s database lacks; returns the names of the files that ran.
pub fn apply(client: &mut Client, migrations: &[Migration]) -> Result<Vec<String>> {
    client.execute("SELECT pg_advisory_lock($1)", &[&LOCK])?;
    let applied = apply_locked(client, migrations);
    client.execute("SELECT pg_advisory_unlock($1)", &[&LOCK])?;
    applied
}

fn apply_locked(client: &mut Client, migrations: &[Migration]) -> Result<Vec<String>> {
    client.batch_execute("SET client_min_messages = warning")?;
    client.batch_execute(LEDGER)?;
    let mut applied = Vec::new();
    for migration in migrations {
        let checksum = migration.checksum();
        let known =
            client.query_opt("SELECT checksum FROM schema_migrations WHERE version = $1", &[&migration.version])?;
        if let Some(row) = known {
            if row.get::<_, String>(0) != checksum {
                bail!("{} was changed after it ran here: put it back and write a new one", migration.name);
            }
            continue;
        }
        let mut transaction = client.transaction()?;
        transaction.batch_execute(&migration.sql).with_context(|| format!("{} failed", migration.name))?;
        transaction.execute(
            "INSERT INTO schema_migrations (version, name, checksum) VALUES ($1, $2, $3)",
            &[&migration.version, &migration.name, &checksum],
        )?;
        transaction.commit()?;
        applied.push(migration.name.clone());
    }
    Ok(applied)
}
