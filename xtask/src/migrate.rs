//! `cargo xtask migrate`: brings the schema of the database that DATABASE_URL names up to date, before a deploy.

use std::env;

use anyhow::{Context, Result};
use testbed::{database, migrations, workspace};

use crate::progress::{self, step};

pub fn run() -> Result<()> {
    let url = env::var("DATABASE_URL").context("DATABASE_URL must name the database")?;
    let migrations = migrations::read(&workspace::migrations_dir())?;
    let applied = step("Bringing the schema up to date", |_| {
        database::run(&url, |client| migrations::apply(client, &migrations))
    })?;
    for name in &applied {
        progress::line(&format!("✓ Applied {name}"));
    }
    progress::line(&format!("{} of {} migrations were missing", applied.len(), migrations.len()));
    Ok(())
}
