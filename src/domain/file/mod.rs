//! A file that somebody attaches: what it may be called, what it is by its bytes, how large it may be, where its bytes lie and how they
//! are served.
//!
//! Nothing that a client says of a file is believed but its name, and of that only what does no harm. The bytes themselves never come
//! here: [`HEAD_BYTES`] from their beginning do.

pub mod kind;
pub mod limits;
pub mod look;
pub mod name;
pub mod picture;
pub mod place;
pub mod report;
pub mod serve;
mod sniff;
mod zip;

#[cfg(all(test, not(target_arch = "wasm32")))]
mod properties;

pub use kind::FileKind;
pub use limits::FileLimits;
pub use look::{HEAD_BYTES, Looked, look};
pub use name::FileName;
pub use picture::{MAX_PIXELS, Size};

#[cfg(test)]
mod tests;
