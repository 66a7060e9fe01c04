//! What an actor answers with, as it travels: JSON on one line and, behind a page's, its items on those that follow.

use base::json;
use base::refusal::Refusal;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use crate::text::Text;

/// What stands around the JSON of a reply where the call was carried out. There is one code for it, not one for each type.
const CARRIED_OUT: (&str, &str) = ("{\"ok\":", "}");

/// A refusal, in the place of a reply.
#[derive(Debug, Serialize, Deserialize)]
struct Refused {
    refused: Refusal,
}

/// The text of a reply, in two parts: nobody on the way has to look for the end of the first.
#[derive(Clone, Debug, PartialEq)]
pub struct Wire {
    /// JSON on one line: an object with the reply as `ok`, or with the refusal as `refused`.
    pub head: String,
    /// What stands on the lines behind it, and is handed on as it is.
    pub items: Option<Text>,
}

impl From<String> for Wire {
    /// A reply that has nothing behind it.
    fn from(head: String) -> Self {
        Wire { head, items: None }
    }
}

impl Wire {
    /// The reply of a call that was carried out, as JSON.
    fn carried_out(reply: String) -> Wire {
        let (before, after) = CARRIED_OUT;
        format!("{before}{reply}{after}").into()
    }

    /// A refusal.
    pub fn refused(refused: Refusal) -> Wire {
        serde_json::to_string(&Refused { refused }).unwrap_or_else(|_| String::from("{}")).into()
    }

    /// The JSON of the reply, if the call was carried out.
    fn reply(&self) -> Option<&str> {
        let (before, after) = CARRIED_OUT;
        self.head.strip_prefix(before)?.strip_suffix(after)
    }

    /// The parts of a text; in a running system `js/bridge.js` takes it apart.
    pub fn parse(text: &str) -> Wire {
        match text.split_once('\n') {
            Some((head, items)) => Wire { head: head.to_owned(), items: Some(Text::Written(items.to_owned())) },
            None => text.to_owned().into(),
        }
    }

    /// The whole text.
    pub fn whole(self) -> Text {
        match self.items {
            Some(items) => items.between(&(self.head + "\n"), ""),
            None => Text::Written(self.head),
        }
    }
}

/// What can be a reply. Everything that is JSON is its own JSON; a page keeps its items apart.
pub trait OnTheWire: Sized {
    /// The reply as it travels.
    ///
    /// # Errors
    /// Those of `serde_json`.
    fn write(self) -> serde_json::Result<Wire>;

    /// Reads a reply, or the refusal in its place.
    ///
    /// # Errors
    /// Those of `serde_json`: it is neither.
    fn read(wire: Wire) -> serde_json::Result<Result<Self, Refusal>>;
}

impl<R: Serialize + DeserializeOwned> OnTheWire for R {
    fn write(self) -> serde_json::Result<Wire> {
        serde_json::to_string(&self).map(Wire::carried_out)
    }

    fn read(wire: Wire) -> serde_json::Result<Result<Self, Refusal>> {
        match wire.reply() {
            Some(reply) => json::from_str(reply).map(Ok),
            None => json::from_str::<Refused>(&wire.head).map(|Refused { refused }| Err(refused)),
        }
    }
}
