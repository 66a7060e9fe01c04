//! Time, timers and chance, as the platform gives them.
//!
//! The domain takes time and randomness as arguments; this is where they come from. In a Worker the clock stands still
//! while code runs and moves with I/O.

use std::cell::RefCell;
use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};

use futures::future::{Either, select};
use js_sys::{Function, Promise};
use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::wasm_bindgen;
use wasm_bindgen_futures::JsFuture;

use crate::domain::time::Timestamp;

#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(js_name = setTimeout)]
    fn set_timeout(callback: &Function, delay_ms: f64) -> JsValue;
    #[wasm_bindgen(js_name = clearTimeout)]
    fn clear_timeout(id: &JsValue);
}

/// The present moment.
pub fn now() -> Timestamp {
    Timestamp(js_sys::Date::now() as i64)
}

/// A number in [0, 1), for jitter; never for secrets.
pub fn chance() -> f64 {
    js_sys::Math::random()
}

/// A timer that is cleared when it is dropped, so that an abandoned wait does not keep an object awake.
pub struct Timer {
    id: JsValue,
    fired: JsFuture,
}

impl Timer {
    /// Fires once, after `delay_ms` milliseconds.
    pub fn after_ms(delay_ms: u32) -> Self {
        let id = RefCell::new(JsValue::UNDEFINED);
        let promise = Promise::new(&mut |resolve, _| {
            *id.borrow_mut() = set_timeout(&resolve, f64::from(delay_ms));
        });
        Timer { id: id.into_inner(), fired: JsFuture::from(promise) }
    }
}

impl Future for Timer {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        Pin::new(&mut self.fired).poll(cx).map(|_| ())
    }
}

impl Drop for Timer {
    fn drop(&mut self) {
        clear_timeout(&self.id);
    }
}

/// The outcome of `work`, or `None` when it took longer than `limit_ms` milliseconds.
pub async fn within<T>(limit_ms: u32, work: impl Future<Output = T>) -> Option<T> {
    let work = std::pin::pin!(work);
    match select(work, Timer::after_ms(limit_ms)).await {
        Either::Left((outcome, _)) => Some(outcome),
        Either::Right(_) => None,
    }
}

/// Goes on with `work` after the present call has answered; the object stays alive for it.
pub fn in_background(work: impl Future<Output = ()> + 'static) {
    wasm_bindgen_futures::spawn_local(work);
}
