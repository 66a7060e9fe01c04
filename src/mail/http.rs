//! The call of a provider's HTTP API.

use js_sys::{Promise, Reflect};
use mail::api::ApiUrl;
use mail::platform::Limits;
use mail::{Failure, Mail, Outcome, Step};
use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::wasm_bindgen;
use wasm_bindgen_futures::JsFuture;

#[wasm_bindgen]
extern "C" {
    /// The status and the answer, a line apart; `src/mail/provider.js`.
    #[wasm_bindgen(js_name = cepatedge_post)]
    fn post(url: &str, head: &str, body: &str, limit_ms: f64) -> Promise;
}

pub(super) async fn send(url: &ApiUrl, limits: &Limits, mail: &Mail) -> Outcome {
    let call = url.call(mail);
    let head: Vec<String> = call.headers.iter().map(|(name, value)| format!("{name}\n{value}")).collect();
    let limit_ms = limits.content.as_secs_f64() * 1_000.0;
    match JsFuture::from(post(&call.url, &head.join("\n"), &call.body, limit_ms)).await {
        Ok(answer) => {
            let answer = answer.as_string().unwrap_or_default();
            let (status, body) = answer.split_once('\n').unwrap_or_default();
            url.outcome(status.parse().unwrap_or_default(), body)
        }
        // Whether the call arrived, the platform does not say.
        Err(error) => Outcome::Unknown(Failure::at(Step::Connect, message(&error))),
    }
}

fn message(error: &JsValue) -> String {
    let message = Reflect::get(error, &"message".into()).ok().and_then(|message| message.as_string());
    message.unwrap_or_else(|| "the call failed".to_owned())
}
