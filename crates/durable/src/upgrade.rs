//! How a live viewer gets to an object: an upgrade, with what is asked for in its URL.

use base::refusal::Refusal;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use js_sys::Promise;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use wasm_bindgen::prelude::wasm_bindgen;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{Request, RequestInit, Response};
use worker::Env;

use crate::call::{namespace, unavailable};
use crate::calls::Namespace;
use crate::contract::{Contract, Key};

#[wasm_bindgen]
extern "C" {
    /// A namespace as the maker of stubs.
    #[wasm_bindgen(extends = Namespace)]
    type Stubs;
    #[wasm_bindgen(method, catch, js_name = getByName)]
    fn get_by_name(this: &Stubs, name: &str) -> Result<Stub, JsValue>;

    /// The caller's end of one object.
    type Stub;
    #[wasm_bindgen(method, catch)]
    fn fetch(this: &Stub, request: &Request) -> Result<Promise, JsValue>;
}

/// A request for a live socket, on the wire.
#[derive(Debug, Serialize, Deserialize)]
pub struct Upgrade<W, C> {
    /// The object's own name.
    pub to: String,
    /// For whom and in which trace.
    pub cx: C,
    /// What the viewer wants to see.
    pub watch: W,
}

/// Opens a live socket on an object: the upgrade response, with the client's end in it.
///
/// The request is built from scratch, so that no header of the client reaches the object.
///
/// # Errors
/// The actor's refusal, or `Unavailable`.
pub async fn watch<C: Contract>(
    env: &Env,
    key: &C::Key,
    watch: C::Watch,
    cx: &C::Context,
) -> Result<Response, Refusal> {
    let upgrade = Upgrade { to: key.name(), cx: cx.clone(), watch };
    let text = serde_json::to_vec(&upgrade).map_err(|_| Refusal::Internal)?;
    let response =
        open_socket(env, C::BINDING, &upgrade.to, &text).await.map_err(|lost| unavailable(C::BINDING, &lost))?;
    if response.status() == 101 {
        return Ok(response);
    }
    let body = match response.text() {
        Ok(body) => JsFuture::from(body).await.map_err(|lost| unavailable(C::BINDING, &lost))?,
        Err(lost) => return Err(unavailable(C::BINDING, &lost)),
    };
    let refusal = body.as_string().and_then(|text| base::json::from_str::<Refusal>(&text).ok());
    Err(refusal.unwrap_or(Refusal::Internal))
}

async fn open_socket(env: &Env, binding: &'static str, name: &str, upgrade: &[u8]) -> Result<Response, JsValue> {
    let url = format!("https://object/{}", URL_SAFE_NO_PAD.encode(upgrade));
    let request = Request::new_with_str_and_init(&url, &RequestInit::new())?;
    request.headers().set("upgrade", "websocket")?;
    let response =
        JsFuture::from(namespace(env, binding)?.unchecked_ref::<Stubs>().get_by_name(name)?.fetch(&request)?).await?;
    response.dyn_into()
}

/// Reads what [`watch`] wrote.
pub fn read_upgrade<W: DeserializeOwned, C: DeserializeOwned>(url: &str) -> Option<Upgrade<W, C>> {
    let encoded = url.rsplit('/').next()?;
    base::json::from_str(&String::from_utf8(URL_SAFE_NO_PAD.decode(encoded).ok()?).ok()?).ok()
}
