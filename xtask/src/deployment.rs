//! The deployment as wrangler takes it: everything but the upload, so that neither an account nor a network is needed.

use std::process::{Command, Stdio};

use anyhow::{Context, Result, ensure};
use testbed::{Bundle, node, stack, workspace};

use crate::progress::{self, step};
use crate::{build, cargo, web};

/// wrangler's own word where it does not know a key, or would do something else than it says. It stands between brackets, and
/// codes of color between those.
const WARNING: &str = "WARNING";

/// That wrangler accepts `wrangler.toml` and the build, and has nothing to warn of.
pub fn check() -> Result<()> {
    web::make()?;
    build::make(&Bundle::release())?;
    let said = step("Showing the deployment to wrangler", |_| {
        let wrangler = workspace::node_modules().join("wrangler/bin/wrangler.js");
        let scratch = stack::scratch_dir("deployment")?;
        let mut command = Command::new(node::find().context("no Node that is new enough: run `cargo xtask setup`")?);
        // wrangler.toml has it run `cargo xtask build`.
        cargo::forget_package(&mut command);
        let output = command
            .arg(wrangler)
            .args(["deploy", "--dry-run", "--outdir"])
            .arg(scratch.join("bundle"))
            .env("WRANGLER_LOG_PATH", scratch.join("logs"))
            .current_dir(workspace::root())
            .envs([("CI", "1"), ("NO_COLOR", "1"), ("CLOUDFLARE_CF_FETCH_ENABLED", "false")])
            .envs([("WRANGLER_SEND_METRICS", "false"), ("WRANGLER_SEND_ERROR_REPORTS", "false")])
            .stdin(Stdio::null())
            .output()
            .context("wrangler cannot be started")?;
        let said = [output.stdout, output.stderr].map(|said| String::from_utf8_lossy(&said).into_owned()).concat();
        ensure!(output.status.success(), "wrangler refuses the deployment:\n{said}");
        ensure!(!said.contains(WARNING), "wrangler warns:\n{said}");
        Ok(said)
    })?;
    said.lines().filter(|line| line.starts_with("Total Upload")).for_each(progress::line);
    Ok(())
}
