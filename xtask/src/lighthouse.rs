//! `cargo xtask lighthouse`: scores of the app's pages on a desktop and on a phone, release build, own system.
//!
//! Not a part of `cargo xtask test`: its performance score depends on how busy the machine is.

use anyhow::Result;
use clap::Args;
use testbed::{Bundle, Stack};

use crate::progress::step;
use crate::{build, chromium, demo, setup, web};

#[derive(Args)]
pub struct Options {
    /// How often each page is loaded; the median counts
    #[arg(long, default_value_t = 3)]
    runs: u32,
}

pub fn run(options: &Options) -> Result<()> {
    setup::ensure()?;
    let chromium = chromium::ensure()?;
    let bundle = Bundle::release();
    web::make()?;
    build::make(&bundle)?;
    let stack = step("Starting a system", |_| Stack::builder().own_postgres().bundle(bundle).start())?;
    step("Making demo requests", |step| demo::requests(step, &stack.base_url))?;
    web::lighthouse(&chromium, &web::origin(&stack.base_url), options.runs)
}
