//! One operation in the making. What follows from the route itself (path parameters, who may call it, which refusals are
//! possible) is worked out here, so that its description says only what it alone knows.

use std::collections::BTreeSet;

use base::ids::{EntryId, SessionName, UserId};
use base::page::{Limit, PageSize};
use serde_json::{Map, Value, json};

use super::REFUSED;
use super::schemas::Schemas;
use crate::domain::log::StreamName;
use crate::domain::request::Action;
use crate::domain::request::RequestId;
use crate::router::path::Parameter;
use crate::router::routes::{Kind, Permission, Route};

/// One operation.
pub struct Operation {
    id: &'static str,
    tag: &'static str,
    summary: &'static str,
    details: Vec<String>,
    parameters: Vec<Value>,
    body: Option<(Value, bool)>,
    replies: Map<String, Value>,
    refusals: BTreeSet<u16>,
    messages: Option<Value>,
}

impl Operation {
    /// An operation that answers nothing yet.
    pub fn new(id: &'static str, tag: &'static str, summary: &'static str) -> Self {
        let (details, parameters, replies) = (Vec::new(), Vec::new(), Map::new());
        Operation { id, tag, summary, details, parameters, body: None, replies, refusals: [500].into(), messages: None }
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

    /// What it answers.
    pub fn replies(mut self, status: u16, description: &str, schema: Value) -> Self {
        let content = json!({ "application/json": { "schema": schema } });
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

    /// The operation as the document has it.
    pub fn into_json(mut self, route: &Route, schemas: &mut Schemas) -> Value {
        let permission = route.permission;
        let who = match permission {
            Permission::Public => "Anyone.",
            Permission::SignedIn => "Anyone who is signed in.",
            Permission::Managers => "Managers and admins.",
            Permission::Operators => "Admins.",
        };
        if permission != Permission::Public {
            self.refusals.extend([401, 503]);
        }
        if route.kind.is_write()
            || route.kind == Kind::Socket
            || !matches!(permission, Permission::Public | Permission::SignedIn)
        {
            self.refusals.insert(403);
        }
        let in_path = path_parameters(route, schemas);
        if !in_path.is_empty() {
            self.refusals.insert(404);
        }
        for (status, name) in REFUSED.iter().filter(|(status, _)| self.refusals.contains(status)) {
            self.replies.insert(status.to_string(), json!({ "$ref": format!("#/components/responses/{name}") }));
        }
        let description = [&[format!("For: {who}")], self.details.as_slice()].concat().join(" ");
        let mut json = json!({
            "operationId": self.id,
            "tags": [self.tag],
            "summary": self.summary,
            "description": description,
            "responses": self.replies,
        });
        if permission == Permission::Public {
            json["security"] = json!([]);
        }
        let parameters = [in_path, self.parameters].concat();
        if !parameters.is_empty() {
            json["parameters"] = parameters.into();
        }
        if let Some((schema, required)) = self.body {
            json["requestBody"] =
                json!({ "required": required, "content": { "application/json": { "schema": schema } } });
        }
        if let Some(messages) = self.messages {
            json["x-websocket"] = json!({ "sends": messages });
        }
        json
    }
}

/// The parameters in the path's pattern.
fn path_parameters(route: &Route, schemas: &mut Schemas) -> Vec<Value> {
    let names = route.pattern.split('{').skip(1).filter_map(|rest| rest.split('}').next());
    let mut parameters = Vec::new();
    for (name, kind) in names.zip(route.parameters) {
        let schema = match kind {
            Parameter::Request => schemas.of::<RequestId>(),
            Parameter::Action => schemas.of::<Action>(),
            Parameter::User => schemas.of::<UserId>(),
            Parameter::Session => schemas.of::<SessionName>(),
            Parameter::Stream => schemas.of::<StreamName>(),
            Parameter::Entry => schemas.of::<EntryId>(),
        };
        parameters.push(json!({ "name": name, "in": "path", "required": true, "schema": schema }));
    }
    parameters
}
