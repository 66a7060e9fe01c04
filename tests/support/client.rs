//! One person's browser, as far as the API can tell: it keeps the session cookie and sends JSON.

use std::convert::Infallible;
use std::time::Duration;

use http_body_util::combinators::BoxBody;
use http_body_util::{BodyExt, Full, StreamBody};
use hyper::body::{Bytes, Frame};
use hyper::{Method, Request, StatusCode};
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::client::legacy::{self, Client as Http};
use hyper_util::rt::TokioExecutor;
use serde_json::{Value, json};
use testbed::{Stack, seed};
use tokio::time::timeout;

use super::live::Live;
use super::reply::Reply;

/// Nothing that is asked of the system may take longer; a test that hangs says what hung.
const PATIENCE: Duration = Duration::from_secs(30);

/// Somebody who speaks with the system; signed in or not.
#[derive(Clone, Debug)]
pub struct Client {
    base_url: String,
    http: Http<HttpConnector, BoxBody<Bytes, Infallible>>,
    cookie: Option<String>,
    also: Vec<(String, String)>,
    profile: Value,
}

impl Client {
    /// Somebody who is not signed in.
    pub fn anonymous(stack: &Stack) -> Client {
        Client::at(&stack.base_url)
    }

    /// Somebody who is not signed in, where a system listens.
    pub fn at(base_url: &str) -> Client {
        Client {
            base_url: base_url.to_owned(),
            http: Http::builder(TokioExecutor::new()).build_http(),
            cookie: None,
            also: Vec::new(),
            profile: Value::Null,
        }
    }

    /// Signs in with the password of all test accounts.
    #[track_caller]
    pub fn sign_in(stack: &Stack, email: &str) -> impl Future<Output = Client> + use<> {
        let (client, email) = (Client::anonymous(stack), email.to_owned());
        async move { client.signed_in(&email).await }
    }

    /// The same person, signed in with the password of all test accounts.
    pub async fn signed_in(self, email: &str) -> Client {
        let reply = self.log_in(email, seed::PASSWORD).await.expect(200);
        let cookie = reply.header("set-cookie").unwrap_or_else(|| panic!("no cookie: {reply}"));
        let cookie = cookie.split(';').next().map(str::to_owned);
        Client { cookie, profile: reply.json(), ..self }
    }

    /// Tries to sign in; keeps nothing.
    pub async fn log_in(&self, email: &str, password: &str) -> Reply {
        self.post("/api/auth/login", &json!({ "email": email, "password": password })).await
    }

    /// The same person with another cookie header, or none.
    pub fn with_cookie(&self, cookie: Option<&str>) -> Client {
        Client { cookie: cookie.map(str::to_owned), ..self.clone() }
    }

    /// The same with one more header of every call, live ones among them.
    pub fn with_header(&self, name: &str, value: &str) -> Client {
        let mut client = self.clone();
        client.also.push((name.to_owned(), value.to_owned()));
        client
    }

    /// A program with an API key, and without a cookie.
    pub fn with_key(&self, secret: &str) -> Client {
        self.with_cookie(None).with_header("authorization", &format!("Bearer {secret}"))
    }

    /// The same person on new connections: after a restart the old ones are dead, and nobody has noticed yet.
    pub fn reconnected(&self) -> Client {
        Client { http: Http::builder(TokioExecutor::new()).build_http(), ..self.clone() }
    }

    /// The cookie header that is sent: `name=token`.
    pub fn cookie(&self) -> &str {
        self.cookie.as_deref().expect("signed in")
    }

    /// The signed-in user's id.
    pub fn id(&self) -> &str {
        self.profile["user"]["id"].as_str().expect("signed in")
    }

    /// The signed-in user's name.
    pub fn name(&self) -> &str {
        self.profile["user"]["name"].as_str().expect("signed in")
    }

    /// The session's id, as the list of sessions shows it.
    pub fn session(&self) -> &str {
        self.profile["session"]["id"].as_str().expect("signed in")
    }

    /// Where the system is, without a slash at the end; also the origin of its pages.
    pub fn base_url(&self) -> &str {
        &self.base_url
    }

    /// Reads.
    pub async fn get(&self, path: &str) -> Reply {
        self.call(Method::GET, path).send().await
    }

    /// Posts JSON.
    pub async fn post(&self, path: &str, body: &Value) -> Reply {
        self.call(Method::POST, path).json(body).send().await
    }

    /// Patches with JSON.
    pub async fn patch(&self, path: &str, body: &Value) -> Reply {
        self.call(Method::PATCH, path).json(body).send().await
    }

    /// Deletes.
    pub async fn delete(&self, path: &str) -> Reply {
        self.call(Method::DELETE, path).header("x-cepatedge", "test").send().await
    }

    /// A call to be filled in.
    pub fn call(&self, method: Method, path: &str) -> Call<'_> {
        Call { client: self, method, path: path.to_owned(), headers: Vec::new(), body: Bytes::new(), in_chunks: false }
    }

    /// Reports a fault of this title; the reply is its record.
    pub async fn report(&self, title: &str) -> Value {
        self.post("/api/requests", &draft(title)).await.expect(201).json()
    }

    /// Takes a step with a request.
    pub async fn act(&self, id: &str, action: &str, body: &Value) -> Reply {
        self.post(&format!("/api/requests/{id}/{action}"), body).await
    }

    /// Comments on a request.
    pub async fn comment(&self, id: &str, text: &str, visibility: &str) -> Reply {
        self.post(&format!("/api/requests/{id}/comments"), &json!({ "body": text, "visibility": visibility })).await
    }

    /// Opens a live connection from a page of the system.
    pub async fn watch(&self, path: &str) -> Live {
        match self.try_watch(path, Some(&self.base_url)).await {
            Ok(live) => live,
            Err(refusal) => panic!("{refusal}"),
        }
    }

    /// Asks for a live connection from a page of `origin`; a refusal is a reply.
    pub async fn try_watch(&self, path: &str, origin: Option<&str>) -> Result<Live, Reply> {
        let opened = Live::open(&self.base_url, path, self.cookie.as_deref(), origin, &self.also);
        match timeout(PATIENCE, opened).await {
            Ok(outcome) => outcome,
            Err(_) => panic!("{path} did not answer within {PATIENCE:?}"),
        }
    }
}

/// What a report of this title says.
pub fn draft(title: &str) -> Value {
    json!({ "title": title, "description": "Seen this morning.", "category": "plumbing", "priority": "normal" })
}

/// A call that is being filled in.
#[derive(Clone, Debug)]
pub struct Call<'c> {
    client: &'c Client,
    method: Method,
    path: String,
    headers: Vec<(String, String)>,
    body: Bytes,
    in_chunks: bool,
}

impl Call<'_> {
    /// With one more header; a second one of the same name is sent too.
    pub fn header(mut self, name: &str, value: &str) -> Self {
        self.headers.push((name.to_owned(), value.to_owned()));
        self
    }

    /// With a JSON body.
    pub fn json(self, body: &Value) -> Self {
        self.bytes(body.to_string().into_bytes())
    }

    /// With these bytes, called JSON.
    pub fn bytes(mut self, body: impl Into<Bytes>) -> Self {
        self.body = body.into();
        self.header("content-type", "application/json")
    }

    /// With these bytes, called nothing.
    pub fn untyped(mut self, body: impl Into<Bytes>) -> Self {
        self.body = body.into();
        self
    }

    /// Sends the body in chunks, without saying how long it will be.
    pub fn chunked(mut self) -> Self {
        self.in_chunks = true;
        self
    }

    /// The answer. Panics when there is none.
    ///
    /// A read is sent a second time when its connection died: a kept connection may be one to a runtime that has been
    /// restarted since.
    pub async fn send(self) -> Reply {
        let line = format!("{} {}", self.method, self.path);
        let answer = async {
            match self.clone().try_send().await {
                Err(_) if self.method == Method::GET => self.try_send().await,
                outcome => outcome,
            }
        };
        match timeout(PATIENCE, answer).await {
            Ok(Ok(reply)) => reply,
            Ok(Err(error)) => panic!("{line} was not answered: {error:?}"),
            Err(_) => panic!("{line} was not answered within {PATIENCE:?}"),
        }
    }

    /// The answer, for whoever does not keep the client: calls that are made side by side.
    pub fn send_owned(self) -> impl Future<Output = Reply> + use<> {
        let Call { client, method, path, headers, body, in_chunks } = self;
        let client = client.clone();
        async move { Call { client: &client, method, path, headers, body, in_chunks }.send().await }
    }

    /// The answer, or what the connection died of.
    pub async fn try_send(self) -> Result<Reply, legacy::Error> {
        let to = format!("{} {}", self.method, self.path);
        let mut request = Request::builder().method(self.method).uri(format!("{}{}", self.client.base_url, self.path));
        if let Some(cookie) = &self.client.cookie {
            request = request.header("cookie", cookie);
        }
        for (name, value) in self.client.also.iter().cloned().chain(self.headers) {
            request = request.header(name, value);
        }
        let body = if self.in_chunks { in_chunks(&self.body) } else { Full::new(self.body).boxed() };
        let request = request.body(body).unwrap_or_else(|error| panic!("{to}: {error}"));
        let response = self.client.http.request(request).await?;
        let (head, body) = response.into_parts();
        let mut reply = Reply { to, status: head.status, headers: head.headers, body: Vec::new() };
        match body.collect().await {
            Ok(body) => reply.body = body.to_bytes().to_vec(),
            // The answer broke off: for the caller it is the same as none of the statuses.
            Err(error) => {
                reply.status = StatusCode::BAD_GATEWAY;
                reply.body = error.to_string().into_bytes();
            }
        }
        Ok(reply)
    }
}

fn in_chunks(body: &Bytes) -> BoxBody<Bytes, Infallible> {
    let chunks: Vec<_> = body.chunks(16 * 1024).map(|chunk| Ok(Frame::data(Bytes::copy_from_slice(chunk)))).collect();
    BodyExt::boxed(StreamBody::new(futures::stream::iter(chunks)))
}
