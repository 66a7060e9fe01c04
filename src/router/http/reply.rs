//! An HTTP response in the making, and the one place that knows the HTTP statuses of refusals.

use std::borrow::Cow;
use std::cell::RefCell;
use std::rc::Rc;

use base::ids::TraceId;
use base::refusal::Refusal;
use durable::text::Text;
use futures::StreamExt as _;
use futures::stream::LocalBoxStream;
use js_sys::{JsString, Promise};
use serde::Serialize;
use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::{Closure, wasm_bindgen};
use wasm_bindgen_futures::future_to_promise;
use web_sys::Response;

use crate::router::http::problem::Problem;

#[wasm_bindgen]
extern "C" {
    /// A response with the headers of `head`, name and value on alternate lines, and those that every answer carries.
    #[wasm_bindgen(catch, js_name = cepatedge_respond)]
    fn respond(status: u16, head: &str, body: Option<&str>) -> Result<Response, JsValue>;
    /// The same with `kept` in the body, which stays in JavaScript.
    #[wasm_bindgen(catch, js_name = cepatedge_respond_around)]
    fn respond_around(status: u16, head: &str, before: &str, kept: &JsString, after: &str)
    -> Result<Response, JsValue>;
    /// A stream of the texts that `next` promises, one after the other, until it promises nothing.
    #[wasm_bindgen(js_name = cepatedge_stream)]
    fn stream_of(next: JsValue) -> JsValue;
    /// A response with a stream of JavaScript as its body.
    #[wasm_bindgen(catch, js_name = cepatedge_respond)]
    fn respond_with(status: u16, head: &str, stream: &JsValue) -> Result<Response, JsValue>;
}

/// A body that is written while it is sent.
pub type Parts = LocalBoxStream<'static, Result<String, Refusal>>;

/// A body that is handed on as it is.
enum Body {
    Written(String),
    Around { before: String, kept: JsString, after: String },
    Stream(JsValue),
}

/// What a route answers.
pub struct Reply {
    status: u16,
    content_type: &'static str,
    headers: Vec<(&'static str, Cow<'static, str>)>,
    body: Option<Body>,
    socket: Option<Response>,
}

impl Reply {
    /// JSON text that is handed on as it is.
    pub fn json_text(status: u16, body: impl Into<String>) -> Self {
        Reply {
            status,
            content_type: "application/json",
            headers: Vec::new(),
            body: Some(Body::Written(body.into())),
            socket: None,
        }
    }

    /// JSON text of which a part is not ours.
    pub fn json_around(status: u16, before: &str, text: Text, after: &str) -> Self {
        match text {
            Text::Written(text) => Reply::json_text(status, format!("{before}{text}{after}")),
            Text::Kept(kept) => {
                let body = Body::Around { before: before.to_owned(), kept, after: after.to_owned() };
                Reply { body: Some(body), ..Reply::json_text(status, "") }
            }
        }
    }

    /// A value as JSON.
    ///
    /// # Errors
    /// `Internal` when it cannot be written as JSON.
    pub fn json(status: u16, value: &impl Serialize) -> Result<Self, Refusal> {
        serde_json::to_string(value).map(|body| Reply::json_text(status, body)).map_err(|_| Refusal::Internal)
    }

    /// 200, and a text that is written while it is sent. Where a part of it is refused, it breaks off.
    pub fn streamed(content_type: &'static str, parts: Parts) -> Self {
        Reply::stream(200, content_type, stream_of(pulled(parts)))
    }

    /// Bytes that go from where they lie to the client, as a stream of JavaScript.
    pub fn stream(status: u16, content_type: &'static str, stream: JsValue) -> Self {
        Reply { content_type, body: Some(Body::Stream(stream)), ..Reply::empty(status) }
    }

    /// What is said of such bytes, without them.
    pub fn head(status: u16, content_type: &'static str) -> Self {
        Reply { content_type, ..Reply::empty(status) }
    }

    /// The bytes that are wanted are behind the end of `size` bytes (RFC 9110 section 15.5.17).
    pub fn out_of_range(size: i64, trace: &TraceId) -> Self {
        let problem = Problem::new(Refusal::NotFound, 416, trace.clone());
        Reply::problem(&Problem {
            title: "Range not satisfiable".into(),
            detail: "The file ends before the range begins.".into(),
            code: "range_not_satisfiable".into(),
            ..problem
        })
        .with("content-range", format!("bytes */{size}"))
    }

    /// Nothing to say.
    pub fn empty(status: u16) -> Self {
        Reply { status, content_type: "", headers: Vec::new(), body: None, socket: None }
    }

    /// The way to another page (RFC 9110 section 15.4.4).
    pub fn see_other(location: String) -> Self {
        Reply::empty(303).with("location", location)
    }

    /// The same headers without the body, and the way to another page.
    #[must_use]
    pub fn and_see_other(self, location: String) -> Self {
        Reply { headers: self.headers, ..Reply::empty(303) }.with("location", location)
    }

    /// A WebSocket upgrade.
    pub fn socket(response: Response) -> Self {
        Reply { status: 101, content_type: "", headers: Vec::new(), body: None, socket: Some(response) }
    }

    /// A refusal as problem+json (RFC 9457).
    pub fn refused(refusal: Refusal, trace: &TraceId) -> Self {
        let (status, retry_after_s) = (status_of(&refusal), refusal.retry_after_s());
        let challenge = challenge_of(&refusal);
        let reply = Reply::problem(&Problem::new(refusal, status, trace.clone()));
        let reply = match challenge {
            Some(challenge) => reply.with("www-authenticate", challenge),
            None => reply,
        };
        match retry_after_s {
            Some(seconds) => reply.with("retry-after", seconds.to_string()),
            None => reply,
        }
    }

    /// The path exists, with the methods of `allow` (RFC 9110 section 15.5.6).
    pub fn other_method(allow: String, trace: &TraceId) -> Self {
        let problem = Problem::new(Refusal::NotFound, 405, trace.clone());
        Reply::problem(&Problem {
            title: "Method not allowed".into(),
            detail: "This path has other methods.".into(),
            code: "method_not_allowed".into(),
            ..problem
        })
        .with("allow", allow)
    }

    fn problem(problem: &Problem) -> Self {
        let body = serde_json::to_string(problem).unwrap_or_default();
        Reply { content_type: "application/problem+json", ..Reply::json_text(problem.status, body) }
    }

    /// With one more header.
    #[must_use]
    pub fn with(mut self, name: &'static str, value: impl Into<Cow<'static, str>>) -> Self {
        self.headers.push((name, value.into()));
        self
    }

    /// The status.
    pub fn status(&self) -> u16 {
        self.status
    }

    /// The response for the platform, with the headers that every answer of the API carries; those that are always the same
    /// stand in `entry.js`, and do not cross with each answer.
    ///
    /// # Errors
    /// When the platform refuses a header.
    pub fn into_response(self, trace: &TraceId) -> Result<Response, JsValue> {
        if let Some(response) = self.socket {
            return Ok(response);
        }
        let mut head = format!("x-request-id\n{}", trace.as_str());
        let content_type = Some(("content-type", self.content_type)).filter(|(_, kind)| !kind.is_empty());
        let own = self.headers.iter().map(|(name, value)| (*name, value.as_ref()));
        for (name, value) in content_type.into_iter().chain(own) {
            // A line would become a header of its own.
            if value.contains(['\n', '\r']) {
                return Err(JsValue::from_str("a header has more than one line"));
            }
            head.extend(["\n", name, "\n", value]);
        }
        match self.body {
            None => respond(self.status, &head, None),
            Some(Body::Written(text)) => respond(self.status, &head, Some(&text)),
            Some(Body::Around { before, kept, after }) => respond_around(self.status, &head, &before, &kept, &after),
            Some(Body::Stream(stream)) => respond_with(self.status, &head, &stream),
        }
    }
}

/// The function that JavaScript pulls the parts with, one after the other.
fn pulled(parts: Parts) -> JsValue {
    let rest = Rc::new(RefCell::new(Some(parts)));
    let next = move || -> Promise {
        let rest = rest.clone();
        future_to_promise(async move {
            let Some(mut parts) = rest.take() else { return Ok(JsValue::UNDEFINED) };
            match parts.next().await {
                None => Ok(JsValue::UNDEFINED),
                Some(Ok(text)) => {
                    rest.replace(Some(parts));
                    Ok(JsValue::from(text))
                }
                Some(Err(refusal)) => {
                    worker::console_error!("an answer breaks off: {refusal}");
                    Err(JsValue::from(refusal.to_string()))
                }
            }
        })
    };
    Closure::<dyn FnMut() -> Promise>::new(next).into_js_value()
}

/// How a caller who is not known, or may not with this key, is told to prove who they are (RFC 6750 section 3).
fn challenge_of(refusal: &Refusal) -> Option<Cow<'static, str>> {
    match refusal {
        Refusal::Unauthenticated => Some("Bearer realm=\"cepatedge\"".into()),
        Refusal::InvalidKey => Some("Bearer realm=\"cepatedge\", error=\"invalid_token\"".into()),
        Refusal::InsufficientScope { needs: Some(scope) } => {
            Some(format!("Bearer realm=\"cepatedge\", error=\"insufficient_scope\", scope=\"{scope}\"").into())
        }
        Refusal::InsufficientScope { needs: None } => {
            Some("Bearer realm=\"cepatedge\", error=\"insufficient_scope\"".into())
        }
        _ => None,
    }
}

/// The HTTP status of each refusal.
pub fn status_of(refusal: &Refusal) -> u16 {
    match refusal {
        Refusal::Invalid { .. } | Refusal::InvalidCursor => 400,
        Refusal::Unauthenticated | Refusal::InvalidCredentials | Refusal::InvalidKey => 401,
        Refusal::Forbidden { .. }
        | Refusal::InsufficientScope { .. }
        | Refusal::SecondFactorRequired
        | Refusal::ReauthenticationRequired => 403,
        Refusal::NotFound => 404,
        Refusal::InvalidTransition { .. } | Refusal::Conflict { .. } => 409,
        Refusal::TimedOut => 408,
        Refusal::Stale { .. } => 412,
        Refusal::LengthRequired => 411,
        Refusal::TooLarge { .. } | Refusal::FileTooLarge { .. } => 413,
        Refusal::UnsupportedEncoding | Refusal::Unsupported { .. } => 415,
        Refusal::IdempotencyKeyReused => 422,
        Refusal::TooManyAttempts { .. } => 429,
        Refusal::Internal => 500,
        Refusal::Unavailable { .. } => 503,
    }
}
