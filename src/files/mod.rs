//! The bucket that files lie in: R2, or any server that speaks S3, as the deployment says. `src/files/stores.js` has the two.
//!
//! Architecture invariant: the bytes of a file never enter wasm, but for the first of them, which tell what it is. They go from the
//! request into the bucket, and from the bucket into the answer, in `src/files/files.js`.

use base::refusal::Refusal;
use base::words;
use js_sys::{Reflect, Uint8Array};
use wasm_bindgen::prelude::wasm_bindgen;
use wasm_bindgen::{JsCast, JsValue};
use web_sys::Request;
use worker::Env;

#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(js_name = cepatedge_file_head)]
    async fn file_head(request: &Request, most: u32, patience_ms: u32) -> JsValue;
    #[wasm_bindgen(js_name = cepatedge_file_put)]
    async fn file_put(
        env: &JsValue,
        request: &Request,
        key: &str,
        length: f64,
        digest: &str,
        patience_ms: u32,
    ) -> JsValue;
    #[wasm_bindgen(js_name = cepatedge_file_drain)]
    async fn file_drain(request: &Request, most: f64, patience_ms: u32);
    #[wasm_bindgen(js_name = cepatedge_file_get)]
    async fn file_get(env: &JsValue, key: &str, first: f64, length: f64, is_part: bool) -> JsValue;
    #[wasm_bindgen(js_name = cepatedge_file_remove)]
    async fn file_remove(env: &JsValue, keys: &str) -> JsValue;
    #[wasm_bindgen(js_name = cepatedge_file_list)]
    async fn file_list(env: &JsValue, prefix: &str, after: &str, limit: u32) -> JsValue;
}

/// So long a connection may be silent while a file comes, in milliseconds.
const PATIENCE_MS: u32 = 20_000;

/// Of a file that is refused so much is read on, in bytes, and for so long, in milliseconds.
const DRAINED: f64 = 64.0 * 1024.0 * 1024.0;
const DRAINED_MS: u32 = 10_000;

/// So many objects are on one page of a list at most; R2 and S3 have no more.
pub const PAGE: u32 = 1_000;

words! {
    /// Where files lie.
    pub enum Store: "store" {
        /// In R2.
        R2 = "r2",
        /// On a server that speaks S3.
        S3 = "s3",
        /// Nowhere: the deployment names no bucket.
        Nowhere = "nowhere",
    }
}

impl Store {
    /// Where they lie in this environment.
    #[must_use]
    pub fn of(env: &Env) -> Self {
        let has = |name: &str| Reflect::get(env, &JsValue::from_str(name)).is_ok_and(|value| value.is_truthy());
        match (has("FILES_S3_ENDPOINT"), has("FILES")) {
            (true, _) => Self::S3,
            (false, true) => Self::R2,
            (false, false) => Self::Nowhere,
        }
    }
}

/// An object of the bucket.
#[derive(Clone, Debug)]
pub struct Object {
    /// Its key.
    pub key: String,
    /// Its size in bytes.
    pub size: i64,
    /// When it was stored, in milliseconds since 1970.
    pub at: i64,
}

/// A page of objects.
#[derive(Debug)]
pub struct Page {
    /// In the order of their keys.
    pub items: Vec<Object>,
    /// What to ask for the next page with.
    pub next: Option<String>,
}

impl Object {
    /// A line of `files.js`: `size at key`.
    fn read(line: &str) -> Option<Self> {
        let (size, rest) = line.split_once(' ')?;
        let (at, key) = rest.split_once(' ')?;
        Some(Self { key: key.to_owned(), size: size.parse().ok()?, at: at.parse().ok()? })
    }
}

/// The part of a file that is wanted, in bytes.
#[derive(Clone, Copy, Debug)]
pub struct Part {
    /// The first.
    pub first: i64,
    /// How many; of all of a file, it may be less than 0 where that is not known.
    pub length: i64,
    /// Whether it is less than all of the file.
    pub is_part: bool,
}

fn away() -> Refusal {
    Refusal::unavailable("the storage of files", 5)
}

/// A word of `files.js` as a refusal.
fn refusal(word: &str) -> Refusal {
    match word {
        "encoding" => Refusal::UnsupportedEncoding,
        "time" => Refusal::TimedOut,
        "digest" => {
            Refusal::invalid("Content-Digest", "digest_mismatch", "What arrived is not what Content-Digest says.")
        }
        "length" => Refusal::invalid("body", "length_mismatch", "What arrived is not as long as Content-Length says."),
        "broken" => Refusal::invalid("body", "unreadable", "The body did not arrive whole."),
        _ => away(),
    }
}

/// The first bytes of the body of a request, at most `most`; [`put`] goes on behind them.
///
/// # Errors
/// `UnsupportedEncoding`, `TimedOut`, `Invalid` when the connection breaks.
pub async fn head(request: &Request, most: u32) -> Result<Vec<u8>, Refusal> {
    let head = file_head(request, most, PATIENCE_MS).await;
    match head.as_string() {
        Some(word) => Err(refusal(&word)),
        None => Ok(head.unchecked_into::<Uint8Array>().to_vec()),
    }
}

/// Stores the body of a request, whose first bytes [`head`] has read, under `key`; gives its SHA-256 in hexadecimal. What fails leaves
/// nothing, or what a later [`remove`] takes away.
///
/// # Errors
/// `Unavailable` while the bucket is away; `TimedOut`; `Invalid` where the length or `digest` (base64, or empty) is another.
pub async fn put(env: &Env, request: &Request, key: &str, length: i64, digest: &str) -> Result<String, Refusal> {
    let said = file_put(env, request, key, length as f64, digest, PATIENCE_MS).await.as_string().unwrap_or_default();
    if said.len() == 64 { Ok(said) } else { Err(refusal(&said)) }
}

/// Reads what is left of a refused body, up to a bound, so that its sender hears why.
pub async fn drain(request: &Request) {
    file_drain(request, DRAINED, DRAINED_MS).await;
}

/// The bytes of an object, as a stream of JavaScript.
///
/// # Errors
/// `NotFound` where it is not there, `Unavailable` while the bucket is away.
pub async fn get(env: &Env, key: &str, part: Part) -> Result<JsValue, Refusal> {
    let Part { first, length, is_part } = part;
    let found = file_get(env, key, first as f64, length as f64, is_part).await;
    match found.as_string().as_deref() {
        None => Ok(found),
        Some("absent") => Err(Refusal::NotFound),
        Some(_) => Err(away()),
    }
}

/// Removes objects; those that are not there are gone as well.
///
/// # Errors
/// `Unavailable` while the bucket is away: some may be gone.
pub async fn remove(env: &Env, keys: &[String]) -> Result<(), Refusal> {
    if keys.is_empty() {
        return Ok(());
    }
    match file_remove(env, &keys.join("\n")).await.as_string().as_deref() {
        Some("") => Ok(()),
        _ => Err(away()),
    }
}

/// A page of the objects whose keys begin with `prefix`, of at most `most`.
///
/// # Errors
/// `Unavailable` while the bucket is away.
pub async fn list(env: &Env, prefix: &str, after: Option<&str>, most: u32) -> Result<Page, Refusal> {
    let said = file_list(env, prefix, after.unwrap_or_default(), most).await.as_string().unwrap_or_default();
    if said == "away" {
        return Err(away());
    }
    let mut lines = said.split('\n');
    let next = lines.next().filter(|next| !next.is_empty()).map(str::to_owned);
    Ok(Page { items: lines.filter_map(Object::read).collect(), next })
}
