//! One operation in the making. What follows from the route itself (path parameters, who may call it, which refusals are
//! possible) is worked out in the document, so that a description says only what it alone knows.

use std::collections::BTreeSet;

use base::page::{Limit, PageSize};
use serde_json::{Map, Value, json};

/// One operation.
pub struct Operation {
    pub(super) id: &'static str,
    pub(super) tag: &'static str,
    pub(super) summary: &'static str,
    pub(super) details: Vec<String>,
    pub(super) parameters: Vec<Value>,
    pub(super) body: Option<(Value, bool)>,
    pub(super) is_bytes: bool,
    pub(super) replies: Map<String, Value>,
    pub(super) refusals: BTreeSet<u16>,
    pub(super) messages: Option<Value>,
}

impl Operation {
    /// An operation that answers nothing yet.
    pub fn new(id: &'static str, tag: &'static str, summary: &'static str) -> Self {
        let (details, parameters, replies) = (Vec::new(), Vec::new(), Map::new());
        Operation {
            id,
            tag,
            summary,
            details,
            parameters,
            body: None,
            is_bytes: false,
            replies,
            refusals: [500].into(),
            messages: None,
        }
    }

    /// One more sentence about it.
    pub fn detail(mut self, sentence: &str) -> Self {
        self.details.push(sentence.to_owned());
        self
    }

    /// A query parameter.
    pub fn query(mut self, name: &str, schema: Value, description: &str) -> Self {
        let mut parameter = json!({ "name": name, "in": "query", "schema": schema, "description": description });
        if parameter["schema"]["type"] == "array" {
            // Several values in one parameter, with commas.
            parameter["style"] = json!("form");
            parameter["explode"] = json!(false);
        }
        self.parameters.push(parameter);
        self.refuses(&[400])
    }

    /// The parameters of a list of the usual size.
    pub fn paged(self) -> Self {
        self.paged_within(PageSize::USUAL)
    }

    /// The parameters of a list.
    pub fn paged_within(self, size: PageSize) -> Self {
        let limit = json!({ "type": "integer", "minimum": Limit::MIN, "maximum": size.most, "default": size.usual });
        self.query("limit", limit, "At most so many items.").query(
            "cursor",
            json!({ "type": "string" }),
            "`next_cursor` of the page before; opaque, and of this list alone.",
        )
    }

    /// The header that makes a repeated call harmless.
    pub fn idempotent(self) -> Self {
        let schema = json!({ "type": "string", "minLength": 1, "maxLength": 255 });
        let description = "The same key and body are answered alike and take effect once; the same key with another body is \
                           refused. Kept for two days.";
        self.header("Idempotency-Key", schema, description).refuses(&[400, 422])
    }

    /// The header that refuses to overwrite what the caller has not seen.
    pub fn fenced(self) -> Self {
        let schema = json!({ "type": "string", "examples": ["\"v7\""] });
        self.header(
            "If-Match",
            schema,
            "The ETag that the caller acts on; if it is no longer true, 412 with the fresh record.",
        )
        .refuses(&[400, 412])
    }

    /// The header that spares an answer that the caller has.
    pub fn conditional(self) -> Self {
        let description = "The ETag of what the caller has; if it is still true, 304 without a body.";
        self.header("If-None-Match", json!({ "type": "string" }), description)
    }

    fn header(mut self, name: &str, schema: Value, description: &str) -> Self {
        self.parameters.push(json!({ "name": name, "in": "header", "schema": schema, "description": description }));
        self
    }

    /// The JSON that it needs.
    pub fn body(mut self, schema: Value) -> Self {
        self.body = Some((schema, true));
        self.refuses(&[400, 408, 413, 415])
    }

    /// The JSON that it takes, if there is any.
    pub fn optional_body(mut self, schema: Value) -> Self {
        self.body = Some((schema, false));
        self.refuses(&[400, 408, 413, 415])
    }

    /// The bytes of a file that it needs.
    pub fn takes_bytes(mut self) -> Self {
        self.body = Some((json!({ "type": "string", "format": "binary" }), true));
        self.is_bytes = true;
        self.refuses(&[400, 408, 411, 413, 415])
    }

    /// The bytes of a file that it answers, whole or in part.
    pub fn replies_bytes(mut self, status: u16, description: &str) -> Self {
        let content = json!({ "*/*": { "schema": { "type": "string", "format": "binary" } } });
        self.replies.insert(status.to_string(), json!({ "description": description, "content": content }));
        self
    }

    /// A header that it reads.
    pub fn reads_header(self, name: &str, description: &str) -> Self {
        self.header(name, json!({ "type": "string" }), description)
    }

    /// What it answers.
    pub fn replies(mut self, status: u16, description: &str, schema: Value) -> Self {
        let content = json!({ "application/json": { "schema": schema } });
        self.replies.insert(status.to_string(), json!({ "description": description, "content": content }));
        self
    }

    /// What it answers with a text of this media type.
    pub fn replies_text(mut self, status: u16, description: &str, media_type: &str) -> Self {
        let content = json!({ media_type: { "schema": { "type": "string" } } });
        self.replies.insert(status.to_string(), json!({ "description": description, "content": content }));
        self
    }

    /// What it answers without a body.
    pub fn replies_empty(mut self, status: u16, description: &str) -> Self {
        self.replies.insert(status.to_string(), json!({ "description": description }));
        self
    }

    /// A header of every reply so far.
    pub fn with_header(mut self, name: &str, description: &str) -> Self {
        for reply in self.replies.values_mut() {
            reply["headers"][name] = json!({ "description": description, "schema": { "type": "string" } });
        }
        self
    }

    /// It is a WebSocket that sends these messages.
    pub fn sends(mut self, schema: Value) -> Self {
        self.messages = Some(schema);
        self.replies_empty(101, "The socket is open; it sends the messages of `x-websocket`.").refuses(&[400, 429])
    }

    /// Statuses of refusals that its route does not tell.
    pub fn refuses(mut self, statuses: &[u16]) -> Self {
        self.refusals.extend(statuses);
        self
    }
}
