//! The demo requests, and the places and assets that they name: made through the public API by the demo accounts, as people would make
//! them.
//!
//! Each call carries an idempotency key of its own that never changes, so that going through the list again, whole or from
//! where it broke off, adds nothing.

use std::collections::BTreeMap;

use anyhow::{Context, Result, bail};
use serde_json::{Map, Value, json};
use testbed::seed::{DEMO_USERS, DOMAIN, DemoUser, PASSWORD};
use ureq::Agent;
use ureq::http::Response;

use crate::progress::Step;

const REQUESTS: &str = include_str!("../demo-requests.json");
const PLACES: &str = include_str!("../demo-places.json");

/// The ids of what the manager made, by code.
type Made = BTreeMap<String, String>;

/// Goes through the list; returns how many requests it has.
pub fn requests(step: &Step, base_url: &str) -> Result<usize> {
    let requests: Vec<Value> = serde_json::from_str(REQUESTS)?;
    let mut people = People::new(base_url);
    step.detail("places and assets");
    let made = places(&mut people)?;
    for (index, request) in requests.iter().enumerate() {
        step.detail(&format!("{} of {}", index + 1, requests.len()));
        let number = index + 1;
        make(&mut people, &made, number, request).with_context(|| format!("demo request {number}"))?;
    }
    Ok(requests.len())
}

/// Makes the places, the outer ones first, and then the assets.
fn places(people: &mut People) -> Result<Made> {
    let all: Value = serde_json::from_str(PLACES)?;
    let mut made = Made::new();
    for (list, path) in [("places", "/api/locations"), ("assets", "/api/assets")] {
        for thing in all[list].as_array().context("there is no such list")? {
            let code = thing["code"].as_str().context("it has no code")?;
            let mut body = fields(thing, &["in", "at", "part_of"])?;
            for (ours, field) in [("in", "parent_id"), ("at", "location_id"), ("part_of", "parent_id")] {
                name_by_code(&made, thing, ours, field, &mut body)?;
            }
            let record = people.post("manager", path, &format!("demo-{code}"), &Value::Object(body))?;
            made.insert(code.to_owned(), record["id"].as_str().context("the record has no id")?.to_owned());
        }
    }
    Ok(made)
}

/// Puts the id of what `ours` names by its code into `field`.
fn name_by_code(made: &Made, of: &Value, ours: &str, field: &str, body: &mut Map<String, Value>) -> Result<()> {
    if let Some(code) = of[ours].as_str() {
        let id = made.get(code).with_context(|| format!("there is no {code}"))?;
        body.insert(field.to_owned(), json!(id));
    }
    Ok(())
}

fn make(people: &mut People, made: &Made, number: usize, request: &Value) -> Result<()> {
    let mut body = fields(request, &["as", "steps", "place", "asset"])?;
    name_by_code(made, request, "place", "location_id", &mut body)?;
    name_by_code(made, request, "asset", "asset_id", &mut body)?;
    let key = format!("demo-{number}");
    let record = people.post(name(request)?, "/api/requests", &key, &Value::Object(body.clone()))?;
    let id = record["id"].as_str().context("the record has no id")?;
    let steps = request["steps"].as_array().context("it has no steps")?;
    for (index, step) in steps.iter().enumerate() {
        let what = step["do"].as_str().context("a step does nothing")?;
        body = fields(step, &["as", "do", "assignee"])?;
        if let Some(assignee) = step["assignee"].as_str() {
            body.insert("assignee_id".to_owned(), json!(account(assignee)?.id().to_string()));
        }
        let path = match what {
            "comment" => format!("/api/requests/{id}/comments"),
            action => format!("/api/requests/{id}/{action}"),
        };
        people.post(name(step)?, &path, &format!("{key}-{}", index + 1), &Value::Object(body))?;
    }
    Ok(())
}

/// The object without what is meant for us.
fn fields(value: &Value, ours: &[&str]) -> Result<Map<String, Value>> {
    let mut fields = value.as_object().context("it is not an object")?.clone();
    fields.retain(|field, _| !ours.contains(&field.as_str()));
    Ok(fields)
}

fn name(value: &Value) -> Result<&str> {
    value["as"].as_str().context("nobody does it")
}

/// The demo account with this name before the @.
fn account(name: &str) -> Result<&'static DemoUser> {
    let email = format!("{name}@{DOMAIN}");
    DEMO_USERS.iter().find(|user| user.email == email).with_context(|| format!("there is no demo account {email}"))
}

/// The signed-in demo accounts.
struct People {
    agent: Agent,
    base_url: String,
    cookies: BTreeMap<String, String>,
}

impl People {
    fn new(base_url: &str) -> Self {
        let agent = Agent::config_builder().http_status_as_error(false).build().into();
        Self { agent, base_url: base_url.to_owned(), cookies: BTreeMap::new() }
    }

    fn post(&mut self, name: &str, path: &str, key: &str, body: &Value) -> Result<Value> {
        let cookie = self.cookie(name)?;
        let request = self.agent.post(format!("{}{path}", self.base_url));
        let response = request
            .header("origin", &self.base_url)
            .header("cookie", cookie)
            .header("idempotency-key", key)
            .send_json(body)?;
        accepted(path, response).map(|(_, body)| body)
    }

    /// The account's session cookie; the first question signs it in.
    fn cookie(&mut self, name: &str) -> Result<String> {
        if let Some(cookie) = self.cookies.get(name) {
            return Ok(cookie.clone());
        }
        let path = "/api/auth/login";
        let credentials = json!({ "email": account(name)?.email, "password": PASSWORD });
        let request = self.agent.post(format!("{}{path}", self.base_url));
        let response = request.header("origin", &self.base_url).send_json(credentials)?;
        let (cookie, _) = accepted(path, response)?;
        let cookie = cookie.context("the sign-in brought no cookie")?;
        self.cookies.insert(name.to_owned(), cookie.clone());
        Ok(cookie)
    }
}

/// The cookie and body of a reply that is a success.
fn accepted(path: &str, mut response: Response<ureq::Body>) -> Result<(Option<String>, Value)> {
    let status = response.status();
    let cookie = response.headers().get("set-cookie").and_then(|value| value.to_str().ok());
    let cookie = cookie.and_then(|value| value.split(';').next()).map(str::to_owned);
    let text = response.body_mut().read_to_string()?;
    if !status.is_success() {
        bail!("{path} answered {status}: {text}");
    }
    Ok((cookie, serde_json::from_str(&text)?))
}
