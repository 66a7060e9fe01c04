//! What an actor answers with, as it travels: JSON on one line and, behind a page's, its items on those that follow.

use base::refusal::Refusal;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use crate::text::Text;

/// A reply on the wire.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Reply<R> {
    /// The call was carried out.
    Ok(R),
    /// The actor refused.
    Refused(Refusal),
}

/// The text of a reply, in two parts: nobody on the way has to look for the end of the first.
#[derive(Clone, Debug, PartialEq)]
pub struct Wire {
    /// JSON on one line: a [`Reply`].
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
        serde_json::to_string(&Reply::Ok(self)).map(Wire::from)
    }

    fn read(wire: Wire) -> serde_json::Result<Result<Self, Refusal>> {
        Ok(match serde_json::from_str(&wire.head)? {
            Reply::Ok(reply) => Ok(reply),
            Reply::Refused(refusal) => Err(refusal),
        })
    }
}
