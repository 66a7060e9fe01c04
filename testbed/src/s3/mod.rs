//! A server that speaks S3, on a folder: what stands in for R2 where the deployment says so.
//!
//! It is `runtime/s3.mjs`: a program of others, which checks the signature of each request. Before it may stand an [`S3Proxy`], which does
//! to its callers what such servers do.

mod proxy;

use std::collections::BTreeMap;
use std::fs;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context, Result};
use serde_json::Value;

use crate::process::Leashed;
use crate::{node, workspace};

pub use proxy::{Mood, S3Proxy};

/// Where the files are.
const BUCKET: &str = "cepatedge-files";
/// Who the Worker is to that server; it has this account and no other.
const ACCOUNT: (&str, &str) = ("S3RVER", "S3RVER");

/// What the server appends to a key for the name of the file that has the bytes.
const BYTES: &str = "._S3rver_object";

/// A running server. Dropping it stops it.
#[derive(Debug)]
pub struct S3Server {
    port: u16,
    directory: PathBuf,
    proxy: Option<S3Proxy>,
    _process: Leashed,
}

impl S3Server {
    /// Starts one on a folder, on a port of its own.
    pub fn start(directory: &Path) -> Result<Self> {
        fs::create_dir_all(directory)?;
        let mut command = Command::new(node::find().context("no Node that is new enough: run `cargo xtask setup`")?);
        let script = workspace::root().join("runtime/s3.mjs");
        command.arg("--openssl-legacy-provider").arg(script).arg(directory).arg(BUCKET).stdout(Stdio::piped());
        let mut process = Leashed::spawn("the S3 server", &mut command)?;
        let stdout = process.child().stdout.take().context("the S3 server has no output")?;
        let mut line = String::new();
        BufReader::new(stdout).read_line(&mut line)?;
        let said: Value = serde_json::from_str(&line).context("the S3 server did not start")?;
        let port =
            said["port"].as_u64().and_then(|port| u16::try_from(port).ok()).context("the S3 server has no port")?;
        Ok(Self { port, directory: directory.to_owned(), proxy: None, _process: process })
    }

    /// The same, with a proxy before it: a Worker that is given [`vars`](Self::vars) from now on goes there.
    pub fn proxied(self) -> Result<Self> {
        Ok(Self { proxy: Some(S3Proxy::to(self.port)?), ..self })
    }

    /// What stands before it, if it was asked for.
    pub fn proxy(&self) -> Option<&S3Proxy> {
        self.proxy.as_ref()
    }

    /// The variables of a Worker whose files are there.
    pub fn vars(&self) -> BTreeMap<String, String> {
        let port = self.proxy.as_ref().map_or(self.port, S3Proxy::port);
        let vars = [
            ("FILES_S3_ENDPOINT", format!("http://127.0.0.1:{port}")),
            ("FILES_S3_REGION", "us-east-1".to_owned()),
            ("FILES_S3_BUCKET", BUCKET.to_owned()),
            ("FILES_S3_ACCESS_KEY", ACCOUNT.0.to_owned()),
            ("FILES_S3_SECRET_KEY", ACCOUNT.1.to_owned()),
        ];
        vars.map(|(name, value)| (name.to_owned(), value)).into()
    }

    /// The folder that its bucket is in.
    pub fn directory(&self) -> &Path {
        &self.directory
    }

    /// What lies in its bucket, by key, read behind its back.
    pub fn objects(&self) -> Result<BTreeMap<String, Vec<u8>>> {
        let (bucket, mut found) = (self.directory.join(BUCKET), BTreeMap::new());
        let mut folders = vec![bucket.clone()];
        while let Some(folder) = folders.pop() {
            for entry in fs::read_dir(&folder)? {
                let path = entry?.path();
                if path.is_dir() {
                    folders.push(path);
                    continue;
                }
                let name = path.strip_prefix(&bucket)?.to_string_lossy().into_owned();
                if let Some(key) = name.strip_suffix(BYTES) {
                    found.insert(key.to_owned(), fs::read(&path)?);
                }
            }
        }
        Ok(found)
    }

    /// Puts an object there behind its back.
    pub fn put(&self, key: &str, bytes: &[u8]) -> Result<()> {
        let path = self.directory.join(BUCKET).join(format!("{key}{BYTES}"));
        fs::create_dir_all(path.parent().context("the bucket is a folder")?)?;
        // It keeps a hash beside the bytes, and makes one where there is none.
        let _none = fs::remove_file(self.directory.join(BUCKET).join(format!("{key}{BYTES}.md5")));
        Ok(fs::write(path, bytes)?)
    }

    /// Takes an object away behind its back.
    pub fn remove(&self, key: &str) -> Result<()> {
        Ok(fs::remove_file(self.directory.join(BUCKET).join(format!("{key}{BYTES}")))?)
    }
}
