//! `cargo xtask guards`: what each route costs in what a slow machine does not change, against
//! `tests/guards/recorded.json`.

use anyhow::Result;
use clap::Args;

use crate::{setup, test};

#[derive(Args)]
pub struct Options {
    /// Write the record anew instead of comparing with it
    #[arg(long)]
    write: bool,
}

pub fn run(options: &Options) -> Result<()> {
    setup::ensure()?;
    // tests/guards/record.rs reads it.
    let write = [("CEPATEDGE_GUARDS_WRITE", "1")];
    test::guards(if options.write { &write } else { &[] })
}
