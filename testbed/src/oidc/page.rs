//! The page on which somebody says who they are, and the code that they are sent back with.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sha2::{Digest as _, Sha256};

use super::http::{Answer, Call, encoded};
use super::shape::Shape;
use super::{CLIENT_ID, Flaw, Shared, lock};
use crate::secrets;

const STYLE: &str = "body{margin:0 auto;max-width:30rem;padding:2rem;font:16px/1.5 system-ui,sans-serif;color-scheme:light dark}\
label{display:block;margin:1rem 0}input,select,button{font:inherit;padding:.5rem;width:100%;box-sizing:border-box}button{margin:.5rem 0}";

/// What the provider says of an address.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Said {
    /// That it is theirs.
    #[default]
    Yes,
    /// That it is not known whether it is theirs.
    No,
    /// Nothing.
    Nothing,
}

/// Who somebody is at the provider.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Person {
    /// For ever.
    pub subject: String,
    /// Now.
    pub email: String,
    /// Whether that is theirs.
    pub verified: Said,
    /// What they are called.
    pub name: String,
}

impl Person {
    /// Somebody whose address is theirs.
    pub fn new(email: &str, name: &str) -> Self {
        Self { subject: subject_of(email), email: email.to_owned(), verified: Said::Yes, name: name.to_owned() }
    }

    /// What the page's form posts for them.
    pub fn form(&self) -> String {
        let verified = match self.verified {
            Said::Yes => "yes",
            Said::No => "no",
            Said::Nothing => "nothing",
        };
        let pairs =
            [("subject", self.subject.as_str()), ("email", &self.email), ("verified", verified), ("name", &self.name)];
        pairs.map(|(name, value)| format!("{name}={}", encoded(value))).join("&")
    }
}

/// A code that was given.
#[derive(Clone, Debug)]
pub(super) struct Grant {
    pub(super) shape: Shape,
    pub(super) redirect_uri: String,
    pub(super) challenge: String,
    pub(super) nonce: String,
    pub(super) person: Person,
    /// Whether they were to prove anew who they are, and to have it said when (`prompt=login`, `max_age`).
    pub(super) is_proof: bool,
}

/// The page.
pub(super) fn ask(shape: Shape, call: &Call) -> Answer {
    if let Some(wrong) = wrong(shape, call) {
        return Answer::html("400 Bad Request", shell("Not possible", &format!("<h1>Not possible</h1><p>{wrong}</p>")));
    }
    let hidden: String = call
        .query
        .iter()
        .map(|(name, value)| format!("<input type=\"hidden\" name=\"{}\" value=\"{}\">", escaped(name), escaped(value)))
        .collect();
    let name = escaped(&format!("{shape:?}"));
    Answer::html(
        "200 OK",
        shell(
            &format!("Sign in as at {name}"),
            &format!(
                "<h1>Who are you?</h1>\n<p>A provider for tests, in the form of {name}. It believes you.</p>\n<form method=\"post\">{hidden}\
                 <label>Email <input name=\"email\" type=\"email\" autofocus></label>\
                 <label>Name <input name=\"name\"></label>\
                 <label>The address is verified <select name=\"verified\"><option value=\"yes\">yes<option value=\"no\">no\
                 <option value=\"nothing\">it is not said</select></label>\
                 <button>Continue</button><button name=\"deny\" value=\"yes\" formnovalidate>Cancel</button></form>"
            ),
        ),
    )
}

/// What is wrong with how somebody was sent here. A client that is not known, or another address to go back to, is not gone back to.
fn wrong(shape: Shape, call: &Call) -> Option<&'static str> {
    let has = |name: &str, value: &str| call.query.get(name).is_some_and(|given| given == value);
    let is_long = |name: &str| call.query.get(name).is_some_and(|given| given.len() >= 43);
    if !has("client_id", CLIENT_ID) {
        return Some("unknown client");
    }
    if !call.query.get("redirect_uri").is_some_and(|uri| uri.ends_with("/api/auth/oidc/callback")) {
        return Some("unknown redirect_uri");
    }
    if !has("response_type", "code") || !has("code_challenge_method", "S256") || !is_long("code_challenge") {
        return Some("no code flow with PKCE");
    }
    if !call.query.get("scope").is_some_and(|scope| scope.split(' ').any(|word| word == "openid")) {
        return Some("no openid in the scope");
    }
    if call.query.contains_key("prompt") && !shape.asks_anew() {
        return Some("unknown prompt");
    }
    if !is_long("state") || !is_long("nonce") {
        return Some("no state, or no nonce");
    }
    None
}

/// What somebody said on the page: back with a code, or with a no.
pub(super) fn decide(shared: &Shared, shape: Shape, call: &Call) -> Answer {
    // The page posts what it was asked with, or stands at the address that has it.
    let asked = |name: &str| call.form.get(name).or_else(|| call.query.get(name)).cloned().unwrap_or_default();
    let (redirect_uri, state) = (asked("redirect_uri"), asked("state"));
    let flaw = shared.flaw();
    let issuer = match flaw {
        Flaw::OtherInAnswer => Some("https://evil.example".to_owned()),
        Flaw::NoneInAnswer => None,
        _ => shape.names_itself().then(|| shape.issuer(&shared.base_url)),
    };
    let issuer = issuer.map(|issuer| format!("&iss={}", encoded(&issuer))).unwrap_or_default();
    let state = encoded(&state);
    if call.form.contains_key("deny") {
        return Answer::to(format!(
            "{redirect_uri}?error=access_denied&error_description=No+means+no&state={state}{issuer}"
        ));
    }
    let email = call.form.get("email").cloned().unwrap_or_default();
    let subject = call.form.get("subject").filter(|subject| !subject.is_empty()).cloned();
    let person = Person {
        subject: subject.unwrap_or_else(|| subject_of(&email)),
        verified: match call.form.get("verified").map(String::as_str) {
            Some("no") => Said::No,
            Some("nothing") => Said::Nothing,
            _ => Said::Yes,
        },
        name: call.form.get("name").cloned().unwrap_or_default(),
        email,
    };
    let Ok(code) = secrets::setup_token() else {
        return Answer::html("500 Internal Server Error", String::new());
    };
    let grant = Grant {
        shape,
        redirect_uri: redirect_uri.clone(),
        challenge: asked("code_challenge"),
        nonce: asked("nonce"),
        person,
        is_proof: asked("prompt") == "login" && asked("max_age") == "0",
    };
    lock(&shared.grants).insert(code.clone(), grant);
    // Providers add what they like.
    Answer::to(format!(
        "{redirect_uri}?code={code}&state={state}&session_state=a3b1&authuser=0&prompt=none&scope=email+openid{issuer}"
    ))
}

/// What stands at the front, for people who look.
pub(super) fn front(base_url: &str) -> String {
    let shapes = [Shape::Google, Shape::Microsoft, Shape::Keycloak, Shape::Lean];
    let rows: String =
        shapes.map(|shape| format!("<li>{shape:?}: <code>{}</code></li>\n", shape.issuer(base_url))).concat();
    shell(
        "An identity provider for tests",
        &format!(
            "<h1>An identity provider for tests</h1>\n<p>Issuers:</p>\n<ul>\n{rows}</ul>\n<p>Client id: <code>{CLIENT_ID}</code></p>"
        ),
    )
}

fn subject_of(email: &str) -> String {
    URL_SAFE_NO_PAD.encode(&Sha256::digest(email.to_ascii_lowercase().as_bytes())[..12])
}

fn shell(title: &str, body: &str) -> String {
    format!(
        "<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"><title>{title}</title>\
         <meta name=\"viewport\" content=\"width=device-width\"><style>{STYLE}</style></head>\n<body>\n<main>{body}</main>\n</body></html>\n"
    )
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}
