//! The PostgreSQL schema, brought up to date: `migrations/NNNN_name.sql` in order, forward only.
//!
//! Each file runs in a transaction together with its entry in `schema_migrations`, so a failed one leaves nothing. The
//! entry keeps the file's SHA-256: a file that was changed after it ran is refused, since two databases would then differ
//! under one number.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use postgres::{Client, Transaction};
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
///
/// Nothing outlives a transaction, so it works behind a pooler as well.
pub fn apply(client: &mut Client, migrations: &[Migration]) -> Result<Vec<String>> {
    let mut transaction = locked(client)?;
    transaction.batch_execute(LEDGER)?;
    transaction.commit()?;
    let mut applied = Vec::new();
    for migration in migrations {
        if apply_one(client, migration)? {
            applied.push(migration.name.clone());
        }
    }
    Ok(applied)
}

/// Whether it was missing.
fn apply_one(client: &mut Client, migration: &Migration) -> Result<bool> {
    let checksum = migration.checksum();
    let mut transaction = locked(client)?;
    let known =
        transaction.query_opt("SELECT checksum FROM schema_migrations WHERE version = $1", &[&migration.version])?;
    if let Some(row) = known {
        if row.try_get::<_, String>(0)? != checksum {
            bail!("{} was changed after it ran here: put it back and write a new one", migration.name);
        }
        return Ok(false);
    }
    transaction.batch_execute(&migration.sql).with_context(|| format!("{} failed", migration.name))?;
    transaction.execute(
        "INSERT INTO schema_migrations (version, name, checksum) VALUES ($1, $2, $3)",
        &[&migration.version, &migration.name, &checksum],
    )?;
    transaction.commit()?;
    Ok(true)
}

fn locked(client: &mut Client) -> Result<Transaction<'_>> {
    let mut transaction = client.transaction()?;
    transaction.execute("SELECT pg_advisory_xact_lock($1)", &[&LOCK])?;
    Ok(transaction)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::workspace;

    /// A folder of its own with these files in it, all empty.
    fn folder(name: &str, files: &[&str]) -> PathBuf {
        let dir = workspace::target_dir().join("testbed-unit").join(name);
        let _ = fs::remove_dir_all(&dir);
        fs::create_dir_all(&dir).unwrap();
        for file in files {
            fs::write(dir.join(file), "").unwrap();
        }
        dir
    }

    #[test]
    fn migrations_come_in_the_order_of_their_numbers() {
        let dir = folder("order", &["0010_later.sql", "0002_first.sql", "README.md"]);
        let names: Vec<String> = read(&dir).unwrap().into_iter().map(|migration| migration.name).collect();
        assert_eq!(names, ["0002_first.sql", "0010_later.sql"]);
    }

    #[test]
    fn two_migrations_with_one_number_are_refused() {
        let dir = folder("twice", &["0002_one.sql", "0002_other.sql"]);
        assert!(read(&dir).unwrap_err().to_string().contains("the same number"));
    }

    #[test]
    fn the_migrations_of_the_repository_are_numbered_without_a_gap() {
        let versions: Vec<i32> = read(&workspace::migrations_dir()).unwrap().iter().map(|one| one.version).collect();
        let expected: Vec<i32> = (1..).take(versions.len()).collect();
        assert_eq!(versions, expected);
    }
}
