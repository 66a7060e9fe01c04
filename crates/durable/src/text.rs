//! JSON that passes through: nobody here reads it.
//!
//! What SQLite wrote is a text of JavaScript, and so is a reply on its way to a client. To bring it into wasm and out again
//! costs two conversions at each end, so it stays where it is and only a reference to it travels.

use std::borrow::Cow;

use js_sys::JsString;
use wasm_bindgen::prelude::wasm_bindgen;

#[wasm_bindgen]
extern "C" {
    /// A text between two others, in one crossing.
    #[wasm_bindgen(js_name = durable_around)]
    fn around(before: &str, text: &JsString, after: &str) -> JsString;
}

/// A text that may stay outside of wasm.
#[derive(Clone, Debug, PartialEq)]
pub enum Text {
    /// It was written here.
    Written(String),
    /// JavaScript has it.
    Kept(JsString),
}

impl From<&str> for Text {
    fn from(text: &str) -> Self {
        Text::Written(text.to_owned())
    }
}

impl Text {
    /// The text in JavaScript.
    pub fn into_js(self) -> JsString {
        match self {
            Text::Written(text) => JsString::from(text),
            Text::Kept(text) => text,
        }
    }

    /// The text here.
    pub fn read(&self) -> Cow<'_, str> {
        match self {
            Text::Written(text) => Cow::Borrowed(text),
            Text::Kept(text) => Cow::Owned(String::from(text)),
        }
    }

    /// This text behind `before` and before `after`.
    #[must_use]
    pub fn between(self, before: &str, after: &str) -> Text {
        match self {
            Text::Written(text) => Text::Written(format!("{before}{text}{after}")),
            Text::Kept(text) => Text::Kept(around(before, &text, after)),
        }
    }

    /// This text, then `more`.
    #[must_use]
    pub fn followed_by(self, more: Text) -> Text {
        match (self, more) {
            (Text::Written(text), Text::Written(more)) => Text::Written(text + &more),
            (text, more) => Text::Kept(text.into_js().concat(&more.into_js())),
        }
    }
}
