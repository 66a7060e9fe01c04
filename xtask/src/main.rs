//! `cargo xtask …`: everything that a developer or operator types. Each command is a file of its own; this one only
//! reads the command line.

mod bench;
mod beside;
mod build;
mod cargo;
mod chromium;
mod demo;
mod deployment;
mod dev;
mod fuzz;
mod guards;
mod integration;
mod lighthouse;
mod migrate;
mod npm;
mod progress;
mod setup;
mod test;
mod torture;
mod web;

use std::process::ExitCode;

use clap::{Args, Parser, Subcommand};
use testbed::Bundle;

#[derive(Parser)]
#[command(
    name = "cargo xtask",
    about = "Builds, runs and tests CepatEdge on this machine",
    arg_required_else_help = true
)]
struct CommandLine {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Check for what the project needs on this machine and install what is missing; print a token for the first admin
    Setup(setup::Options),
    /// Build the Worker into target/edge/<profile>/
    Build(BuildOptions),
    /// Bring the schema of the database that DATABASE_URL names up to date
    Migrate,
    /// Check everything that must hold: format, lints, unit, wasm and black-box tests
    Test(test::Options),
    /// Compare what each route costs in calls, crossings, SQL and bytes with its record, or write the record anew
    Guards(guards::Options),
    /// Measure the app's pages with Lighthouse, as a desktop and as a phone
    Lighthouse(lighthouse::Options),
    /// Break everything that can break under load, and check that nothing was lost and nothing done twice
    Torture(torture::Options),
    /// Feed everything that reads bytes from outside with inputs that reach further and further
    Fuzz(fuzz::Options),
    /// Measure the deployed build against the same API in TypeScript, and PostgreSQL's own ways
    Bench(bench::Options),
    /// Run the whole system here: PostgreSQL, schema, Worker, demo data; Ctrl-C stops it
    Dev(dev::Options),
}

#[derive(Args)]
struct BuildOptions {
    /// The build that is deployed instead of the quick one
    #[arg(long)]
    release: bool,
    /// Cargo features of the Worker, separated by commas
    #[arg(long, default_value = "")]
    features: String,
}

impl BuildOptions {
    fn bundle(&self) -> Bundle {
        let bundle = if self.release { Bundle::release() } else { Bundle::dev() };
        bundle.features(&self.features)
    }
}

fn main() -> ExitCode {
    let outcome = match CommandLine::parse().command {
        Command::Setup(options) => setup::run(&options),
        Command::Migrate => migrate::run(),
        Command::Test(options) => test::run(&options),
        Command::Guards(options) => guards::run(&options),
        Command::Lighthouse(options) => lighthouse::run(&options),
        Command::Torture(options) => torture::run(&options),
        Command::Fuzz(options) => fuzz::run(&options),
        Command::Bench(options) => bench::run(&options),
        Command::Dev(options) => dev::run(&options),
        Command::Build(options) => {
            setup::ensure().and_then(|()| web::make()).and_then(|()| build::run(&options.bundle()))
        }
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            progress::line(&format!("error: {error:#}"));
            ExitCode::FAILURE
        }
    }
}
