//! What the deployment configures, read from the environment once per isolate.
//!
//! Architecture invariant: a Worker with a missing or weak secret answers nothing but an explanation in its own log;
//! it does not run with a default key.

use std::cell::OnceCell;
use std::rc::Rc;

use base::ids::OrgId;
use js_sys::Reflect;
use sha2::{Digest as _, Sha256};
use thiserror::Error;
use wasm_bindgen::JsValue;
use worker::Env;

use crate::domain::factor::FactorKeys;
use crate::domain::request::IdSeal;
use crate::router::http::cookie::SessionCookie;
use crate::router::http::token::Keys;

/// The shortest acceptable key for cursors, and the shortest token of the setup, in bytes.
const SHORTEST_KEY: usize = 32;

/// With the call that looks them up, well within the 10 seconds in which a change of the settings comes into force everywhere.
const SETTINGS_KEPT_S: i64 = 4;

/// Ten minutes: long enough to finish what one came for, short enough for a screen that was left.
const FRESH_S: i64 = 600;

/// The configuration of this deployment.
pub struct Config {
    /// The organisation that signs in here.
    pub org: OrgId,
    /// The keys of the session token.
    pub keys: Keys,
    /// Makes and knows the ids of requests; its key never changes.
    pub id_seal: IdSeal,
    /// The key that seals cursors.
    pub cursor_key: Vec<u8>,
    /// The exact origins, besides the own one, that may write and open sockets.
    pub origins: Vec<String>,
    /// So long an isolate goes by the settings that it has looked up, in milliseconds (`SETTINGS_KEPT_S`).
    pub settings_kept_ms: i64,
    /// The SHA-256 of the token that opens the setup of an empty installation (`SETUP_TOKEN`).
    pub setup_token: Option<[u8; 32]>,
    /// What proves to the identity provider who we are (`OIDC_CLIENT_SECRET`); a public client has none.
    pub oidc_secret: Option<String>,
    /// Whether this is a developer's machine (`ENVIRONMENT`): an identity provider may be on it, too.
    pub is_development: bool,
    /// The keys of second factors, which follow from `ID_KEY`.
    pub factor_keys: FactorKeys,
    /// So long what somebody has proved is enough for what needs it anew, in milliseconds (`FRESH_S`).
    pub fresh_ms: i64,
    /// The session cookie; `COOKIE_DOMAIN` shares it among a domain's hosts.
    pub cookie: SessionCookie,
}

/// A variable that is missing or unusable.
#[derive(Debug, Error)]
#[error("the variable {name} {problem}")]
pub struct Misconfigured {
    name: &'static str,
    problem: String,
}

thread_local! {
    static CONFIG: OnceCell<Rc<Config>> = const { OnceCell::new() };
}

impl Config {
    /// The configuration in `env`.
    ///
    /// # Errors
    /// When a variable is missing or unusable.
    pub fn of(env: &Env) -> Result<Rc<Config>, Misconfigured> {
        if let Some(known) = CONFIG.with(|cell| cell.get().cloned()) {
            return Ok(known);
        }
        let config = Rc::new(Config::read(env)?);
        CONFIG.with(|cell| {
            let _already = cell.set(config.clone());
        });
        Ok(config)
    }

    fn read(env: &Env) -> Result<Config, Misconfigured> {
        let org = text(env, "ORG").unwrap_or_else(|| "default".into());
        let cursor_key = required(env, "CURSOR_KEY")?.into_bytes();
        if cursor_key.len() < SHORTEST_KEY {
            return Err(Misconfigured {
                name: "CURSOR_KEY",
                problem: format!("is shorter than {SHORTEST_KEY} characters"),
            });
        }
        let id_key = required(env, "ID_KEY")?;
        let origins = text(env, "APP_ORIGINS").unwrap_or_default();
        Ok(Config {
            org: org.parse().map_err(|error| misconfigured("ORG", error))?,
            keys: Keys::parse(&required(env, "JWT_KEYS")?).map_err(|error| misconfigured("JWT_KEYS", error))?,
            id_seal: IdSeal::new(id_key.as_bytes())
                .ok_or_else(|| misconfigured("ID_KEY", "is shorter than 32 characters"))?,
            cursor_key,
            factor_keys: FactorKeys::derived(id_key.as_bytes()).ok_or_else(|| misconfigured("ID_KEY", "is no key"))?,
            fresh_ms: text(env, "FRESH_S").map_or(Ok(FRESH_S), |text| seconds("FRESH_S", &text))? * 1_000,
            origins: origins.split(',').map(str::trim).filter(|origin| !origin.is_empty()).map(str::to_owned).collect(),
            settings_kept_ms: text(env, "SETTINGS_KEPT_S")
                .map_or(Ok(SETTINGS_KEPT_S), |text| seconds("SETTINGS_KEPT_S", &text))?
                * 1_000,
            setup_token: text(env, "SETUP_TOKEN").map(|token| setup_token(&token)).transpose()?,
            oidc_secret: text(env, "OIDC_CLIENT_SECRET").map(|secret| secret.trim().to_owned()),
            is_development: text(env, "ENVIRONMENT").as_deref() == Some("development"),
            cookie: match text(env, "COOKIE_DOMAIN") {
                Some(domain) => {
                    SessionCookie::for_domain(&domain).map_err(|error| misconfigured("COOKIE_DOMAIN", error))?
                }
                None => SessionCookie::host_only(),
            },
        })
    }
}

fn setup_token(token: &str) -> Result<[u8; 32], Misconfigured> {
    if token.len() < SHORTEST_KEY {
        return Err(misconfigured("SETUP_TOKEN", format!("is shorter than {SHORTEST_KEY} characters")));
    }
    Ok(Sha256::digest(token.as_bytes()).into())
}

fn seconds(name: &'static str, text: &str) -> Result<i64, Misconfigured> {
    let read = text.parse().ok().filter(|seconds| (0..=86_400).contains(seconds));
    read.ok_or_else(|| misconfigured(name, "is no number of seconds from 0 to 86400"))
}

fn misconfigured(name: &'static str, error: impl std::fmt::Display) -> Misconfigured {
    Misconfigured { name, problem: error.to_string() }
}

fn required(env: &Env, name: &'static str) -> Result<String, Misconfigured> {
    text(env, name).ok_or_else(|| misconfigured(name, "is not set"))
}

fn text(env: &Env, name: &str) -> Option<String> {
    Reflect::get(env, &JsValue::from_str(name)).ok()?.as_string().filter(|value| !value.is_empty())
}
