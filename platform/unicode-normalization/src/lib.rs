//! Unicode normalization form KC by the JavaScript runtime, which has the tables anyway.
//!
//! Stands in for the crate of this name (`[patch.crates-io]`), of which one user is left: `stringprep`, which prepares a
//! password for SCRAM as RFC 4013 says. The tables of that crate are 60 kB of the gzipped module, and every isolate would load them
//! for a password that is not ASCII. Off the platform, in tests, `icu_normalizer` does it.

use std::str::Chars;

/// What can be normalized. `S` keeps iterators and strings apart, as in the crate that this stands in for.
pub trait UnicodeNormalization<S> {
    /// Its characters in normalization form KC (Unicode Standard Annex 15).
    fn nfkc(self) -> impl Iterator<Item = char>;
}

impl<I: Iterator<Item = char>> UnicodeNormalization<I> for I {
    fn nfkc(self) -> impl Iterator<Item = char> {
        characters(&nfkc(&self.collect::<String>()))
    }
}

impl<'a> UnicodeNormalization<Chars<'a>> for &'a str {
    fn nfkc(self) -> impl Iterator<Item = char> {
        characters(&nfkc(self))
    }
}

#[cfg(target_arch = "wasm32")]
fn nfkc(text: &str) -> String {
    js_sys::JsString::from(text).normalize("NFKC").into()
}

#[cfg(not(target_arch = "wasm32"))]
fn nfkc(text: &str) -> String {
    icu_normalizer::ComposingNormalizerBorrowed::new_nfkc().normalize(text).into_owned()
}

fn characters(text: &str) -> std::vec::IntoIter<char> {
    text.chars().collect::<Vec<_>>().into_iter()
}
