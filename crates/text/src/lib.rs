//! How texts are compared, by word and by look, and what a text may consist of: pure functions of `&str`.
//!
//! What Unicode says about a character is asked of the platform, so that the module has none of Unicode's tables: in wasm
//! of the JavaScript runtime (`text.js`, one crossing for each call), natively of the ICU crates. Texts of ASCII alone,
//! which are most, are decided here and cross nothing. Nothing in here fails, keeps anything or looks at a locale.

mod clean;
mod fold;
mod look;
mod look_table;
mod platform;
mod visible;

pub use clean::{Format, FormatCharacter, clean};
pub use fold::{fold, words};
pub use look::{RESERVED, impersonates, is_reserved, looks_like};
pub use visible::visible;

/// `text.js`, for wasm tests, which have no `entry.js`: they evaluate it (`js_sys::eval`) before anything else.
pub const JAVASCRIPT: &str = include_str!("../text.js");
