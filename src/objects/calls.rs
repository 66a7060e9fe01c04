//! Calls that wait for their reply, by number.
//!
//! `entry.js` makes the call and says by its number what came of it. A promise that wasm waits for costs two closures, each
//! known to the garbage collector; a number costs nothing there.

use std::cell::{Cell, RefCell};
use std::collections::HashMap;
use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll, Waker};

use js_sys::JsString;
use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::wasm_bindgen;

use crate::objects::protocol::Wire;
use crate::objects::text::Text;

#[wasm_bindgen]
extern "C" {
    /// The namespace of a Durable Object class.
    #[derive(Clone)]
    pub type Namespace;
    #[wasm_bindgen(catch, js_name = cepatedge_call)]
    fn send(namespace: &Namespace, name: &str, message: &str, limit_ms: u32, number: u32) -> Result<(), JsValue>;
}

/// What came of a call: the reply, or what was thrown.
type Outcome = Result<Wire, JsValue>;

enum State {
    Waiting(Option<Waker>),
    Over(Outcome),
}

thread_local! {
    static CALLS: RefCell<HashMap<u32, State>> = RefCell::default();
    static LAST: Cell<u32> = const { Cell::new(0) };
}

/// The object answered: the reply's first line, and what stands behind it.
#[wasm_bindgen(js_name = cepatedge_replied)]
pub fn replied(number: u32, head: String, items: Option<JsString>) {
    end(number, Ok(Wire { head, items: items.map(Text::Kept) }));
}

/// The call was lost, or took too long.
#[wasm_bindgen(js_name = cepatedge_lost)]
pub fn lost(number: u32, error: JsValue) {
    end(number, Err(error));
}

fn end(number: u32, outcome: Outcome) {
    // Nobody waits any more for a call that was given up.
    let before = CALLS
        .with_borrow_mut(|calls| calls.get_mut(&number).map(|state| std::mem::replace(state, State::Over(outcome))));
    if let Some(State::Waiting(Some(waker))) = before {
        waker.wake();
    }
}

/// Calls the object `name` with a limit in milliseconds; 0 is none.
///
/// # Errors
/// What the platform throws when it does not take the call.
pub fn call(namespace: &Namespace, name: &str, message: &str, limit_ms: u32) -> Result<Call, JsValue> {
    // Four thousand million calls later the first of them has ended.
    let number = LAST.get().wrapping_add(1);
    LAST.set(number);
    send(namespace, name, message, limit_ms, number)?;
    CALLS.with_borrow_mut(|calls| calls.insert(number, State::Waiting(None)));
    Ok(Call(number))
}

/// A call on its way; dropped, nobody waits for its reply.
#[derive(Debug)]
pub struct Call(u32);

impl Future for Call {
    type Output = Outcome;

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Outcome> {
        CALLS.with_borrow_mut(|calls| match calls.remove(&self.0) {
            Some(State::Over(outcome)) => Poll::Ready(outcome),
            Some(State::Waiting(_)) => {
                calls.insert(self.0, State::Waiting(Some(context.waker().clone())));
                Poll::Pending
            }
            // Polled again behind its end.
            None => Poll::Pending,
        })
    }
}

impl Drop for Call {
    fn drop(&mut self) {
        CALLS.with_borrow_mut(|calls| calls.remove(&self.0));
    }
}
