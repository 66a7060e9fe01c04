//! Time to wait, from the runtime's own `setTimeout`.
//!
//! A dropped `Sleep` clears its timer: a timer that nobody waits for would keep an object from hibernating.

use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use js_sys::{Function, Promise};
use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::wasm_bindgen;
use wasm_bindgen_futures::JsFuture;

#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(js_name = setTimeout)]
    fn set_timeout(handler: &Function, delay_ms: f64) -> JsValue;
    #[wasm_bindgen(js_name = clearTimeout)]
    fn clear_timeout(id: &JsValue);
}

/// Completes after `duration`, at millisecond resolution. Only in a JavaScript runtime.
pub fn sleep(duration: Duration) -> Sleep {
    let mut id = JsValue::UNDEFINED;
    let promise = Promise::new(&mut |resolve, _reject| {
        id = set_timeout(&resolve, duration.as_secs_f64() * 1000.0);
    });
    Sleep { fired: JsFuture::from(promise), id }
}

/// The future of `sleep`.
#[derive(Debug)]
pub struct Sleep {
    fired: JsFuture,
    id: JsValue,
}

impl Future for Sleep {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<()> {
        // The promise is never rejected: nothing holds its `reject`.
        Pin::new(&mut self.fired).poll(context).map(|_| ())
    }
}

impl Drop for Sleep {
    fn drop(&mut self) {
        clear_timeout(&self.id);
    }
}
