//! Calls that wait for their reply, by number.
//!
//! `js/bridge.js` makes the call and says by its number what came of it. A promise that wasm waits for costs two closures, each
//! known to the garbage collector; a number costs nothing there.

use std::cell::{Cell, RefCell};
use std::collections::HashMap;

use futures::channel::oneshot;
use js_sys::JsString;
use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::wasm_bindgen;

use crate::text::Text;
use crate::wire::Wire;

#[wasm_bindgen]
extern "C" {
    /// The namespace of a Durable Object class.
    #[derive(Clone)]
    pub type Namespace;
    #[wasm_bindgen(catch, js_name = durable_call)]
    fn send(namespace: &Namespace, name: &str, message: &str, limit_ms: u32, number: u32) -> Result<(), JsValue>;
}

/// What came of a call: the reply, or what was thrown.
type Outcome = Result<Wire, JsValue>;

thread_local! {
    static WAITING: RefCell<HashMap<u32, oneshot::Sender<Outcome>>> = RefCell::default();
    static LAST: Cell<u32> = const { Cell::new(0) };
}

/// The object answered: the reply's first line, and what stands behind it.
#[wasm_bindgen(js_name = durable_replied)]
pub fn replied(number: u32, head: String, items: Option<JsString>) {
    end(number, Ok(Wire { head, items: items.map(Text::Kept) }));
}

/// The call was lost, or took too long.
#[wasm_bindgen(js_name = durable_lost)]
pub fn lost(number: u32, error: JsValue) {
    end(number, Err(error));
}

fn end(number: u32, outcome: Outcome) {
    // Not while the map is borrowed: who waits goes on at once, and may call again.
    let waiting = WAITING.with_borrow_mut(|waiting| waiting.remove(&number));
    if let Some(reply) = waiting {
        // Whoever gave the call up does not listen any more.
        let _given_up = reply.send(outcome);
    }
}

/// Calls the object `name` with a limit in milliseconds; 0 is none.
///
/// # Errors
/// What the platform throws when it does not take the call.
pub fn call(
    namespace: &Namespace,
    name: &str,
    message: &str,
    limit_ms: u32,
) -> Result<impl Future<Output = Outcome> + use<>, JsValue> {
    // Four thousand million calls later the first of them has ended.
    let number = LAST.get().wrapping_add(1);
    LAST.set(number);
    let (reply, outcome) = oneshot::channel();
    WAITING.with_borrow_mut(|waiting| waiting.insert(number, reply));
    if let Err(thrown) = send(namespace, name, message, limit_ms, number) {
        WAITING.with_borrow_mut(|waiting| waiting.remove(&number));
        return Err(thrown);
    }
    Ok(async move { outcome.await.unwrap_or_else(|oneshot::Canceled| Err(JsValue::from_str("the call was dropped"))) })
}
