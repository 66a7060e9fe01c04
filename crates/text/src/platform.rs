//! What this crate asks about Unicode, of whoever knows it: the JavaScript runtime in wasm, the ICU crates elsewhere.
//!
//! Both answer alike, except for characters that one of them does not know yet: each brings its own version of Unicode.

#[cfg(target_arch = "wasm32")]
#[path = "platform/runtime.rs"]
mod source;

#[cfg(not(target_arch = "wasm32"))]
#[path = "platform/icu.rs"]
mod source;

pub(crate) use source::{fold, kinds, letters, visible, words};
