//! The secrets that every installation needs, in the form in which the Worker reads them.

use std::collections::BTreeMap;
use std::fs::{self, OpenOptions};
use std::io::Write;
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;

use anyhow::{Context, Result, anyhow};
use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use serde::{Deserialize, Serialize};

/// Keys that sign: tokens, cursors and request ids.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Secrets {
    /// Signs session tokens: the text `{"current":"k1","keys":{"k1":"<base64>"}}`.
    pub jwt_keys: String,
    /// Signs page cursors: 32 bytes, base64.
    pub cursor_key: String,
    /// Seals the ids of requests: 32 bytes, base64. It must outlive every request.
    pub id_key: String,
    /// Opens the setup while nobody is in: 64 hexadecimal digits. Empty in a file of before there was one.
    #[serde(default)]
    pub setup_token: String,
    /// Signs what is sent to devices: 32 bytes, base64url. Empty in a file of before there was one.
    #[serde(default)]
    pub vapid_private_key: String,
}

#[derive(Serialize)]
struct KeySet {
    current: &'static str,
    keys: BTreeMap<&'static str, String>,
}

impl Secrets {
    /// New random ones.
    pub fn generate() -> Result<Self> {
        let keys = KeySet { current: "k1", keys: BTreeMap::from([("k1", random_base64()?)]) };
        Ok(Self {
            jwt_keys: serde_json::to_string(&keys)?,
            cursor_key: random_base64()?,
            id_key: random_base64()?,
            setup_token: setup_token()?,
            vapid_private_key: vapid_key()?,
        })
    }

    /// Those kept in `file`, made on the first call. They survive restarts, so sessions and cursors do too.
    pub fn load_or_generate(file: &Path) -> Result<Self> {
        let mut secrets = Self::generate()?;
        if file.exists() {
            let text = fs::read_to_string(file)?;
            let kept: Self =
                serde_json::from_str(&text).with_context(|| format!("{} cannot be read", file.display()))?;
            if !kept.setup_token.is_empty() && !kept.vapid_private_key.is_empty() {
                return Ok(kept);
            }
            let or = |kept: &str, new: String| if kept.is_empty() { new } else { kept.to_owned() };
            secrets = Self {
                setup_token: or(&kept.setup_token, secrets.setup_token),
                vapid_private_key: or(&kept.vapid_private_key, secrets.vapid_private_key),
                ..kept
            };
        }
        write_private(file, &serde_json::to_string_pretty(&secrets)?)?;
        Ok(secrets)
    }
}

/// 32 random bytes as base64.
fn random_base64() -> Result<String> {
    Ok(STANDARD.encode(random_bytes::<32>()?))
}

/// A password that needs no quoting anywhere: 48 hexadecimal digits.
pub(crate) fn random_password() -> Result<String> {
    Ok(hex(&random_bytes::<24>()?))
}

/// A token that opens the setup of an empty installation: 64 hexadecimal digits, which no address and no shell changes.
pub fn setup_token() -> Result<String> {
    Ok(hex(&random_bytes::<32>()?))
}

/// A key that signs what is sent to devices (RFC 8292): a scalar of P-256, which nearly every 32 bytes are.
pub fn vapid_key() -> Result<String> {
    Ok(URL_SAFE_NO_PAD.encode(random_bytes::<32>()?))
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn random_bytes<const N: usize>() -> Result<[u8; N]> {
    let mut bytes = [0; N];
    getrandom::getrandom(&mut bytes).map_err(|error| anyhow!("the system gave no random bytes: {error}"))?;
    Ok(bytes)
}

/// Writes a file that only its owner may read, from its first byte on.
pub(crate) fn write_private(file: &Path, text: &str) -> Result<()> {
    if let Some(dir) = file.parent() {
        fs::create_dir_all(dir)?;
    }
    let mut handle = OpenOptions::new()
        .write(true)
        .create(true)
        .truncate(true)
        .mode(0o600)
        .open(file)
        .with_context(|| format!("{} cannot be written", file.display()))?;
    handle.write_all(text.as_bytes())?;
    Ok(())
}
