//! A system with an identity provider, and people who go there and come back.

use hyper::Method;
use serde_json::{Value, json};
use testbed::oidc::{CLIENT_ID, Person, Shape};
use testbed::{IdentityProvider, Stack};

use super::{Client, Reply, demo};

/// A system of one's own whose people sign in with a provider.
pub struct Desk {
    /// The system.
    pub stack: Stack,
    /// Somebody who sets it up.
    pub admin: Client,
}

impl Desk {
    /// One with a provider that is not set up.
    pub async fn bare() -> Desk {
        let stack = Stack::builder().identity().env("SETTINGS_KEPT_S", "0").start();
        let stack = stack.unwrap_or_else(|error| panic!("no system to test: {error:?}"));
        let admin = Client::sign_in(&stack, &demo("admin")).await;
        Desk { stack, admin }
    }

    /// One with a provider of this shape, which is on.
    pub async fn with(shape: Shape) -> Desk {
        let desk = Desk::bare().await;
        desk.set("oidc_client_id", json!(CLIENT_ID)).await;
        desk.set("oidc_on", json!(true)).await;
        desk.shape(shape).await;
        desk
    }

    /// The provider.
    pub fn provider(&self) -> &IdentityProvider {
        self.stack.identity.as_ref().expect("a provider")
    }

    /// From now on the provider has this shape.
    pub async fn shape(&self, shape: Shape) {
        self.set("oidc_issuer", json!(self.provider().issuer(shape))).await;
    }

    /// Gives a setting a value.
    pub async fn set(&self, key: &str, value: Value) {
        let path = format!("/api/system/settings/{key}");
        self.admin.call(Method::PUT, &path).json(&json!({ "value": value })).send().await.expect(200);
    }

    /// Invites somebody; their id.
    pub async fn invite(&self, email: &str, role: &str) -> String {
        let invited = self.admin.post("/api/users", &json!({ "email": email, "role": role })).await.expect(201);
        invited.json()["user"]["id"].as_str().expect("an id").to_owned()
    }

    /// A browser that goes to the provider, with what binds the attempt to it, and where it is sent.
    pub async fn begin(&self, browser: &Client, to: &str) -> (Client, String) {
        let reply = browser.get(&format!("/api/auth/oidc/start?to={to}")).await.expect(303);
        let location = reply.header("location").expect("a location").to_owned();
        let cookie = reply.header("set-cookie").unwrap_or_else(|| panic!("sent to {location}, and bound to nothing"));
        (browser.with_cookie(cookie.split(';').next()), location)
    }

    /// As [`Desk::begin`], to prove anew who somebody is.
    pub async fn begin_proof(&self, browser: &Client) -> (Client, String) {
        self.begin(browser, "%2Fme&prove=yes").await
    }

    /// What somebody says at the provider; where that sends them, at this system.
    pub async fn say(&self, location: &str, form: &str) -> String {
        let path = location.strip_prefix(self.provider().base_url()).unwrap_or_else(|| panic!("sent to {location}"));
        let form_type = "application/x-www-form-urlencoded";
        let provider = Client::at(self.provider().base_url());
        provider.get(path).await.expect(200);
        let call = provider.call(Method::POST, path).header("content-type", form_type).untyped(form.to_owned());
        let reply = call.send().await.expect(303);
        let back = reply.header("location").expect("a way back");
        back.strip_prefix(&self.stack.base_url).unwrap_or_else(|| panic!("sent back to {back}")).to_owned()
    }

    /// The whole way of somebody, from a browser of their own: the session, or what the app says.
    pub async fn arrive(&self, person: &Person) -> Result<Client, String> {
        let (browser, location) = self.begin(&Client::anonymous(&self.stack), "/").await;
        let back = self.say(&location, &person.form()).await;
        outcome(&browser, &browser.get(&back).await)
    }

    /// Somebody who comes in.
    pub async fn enter(&self, person: &Person) -> Client {
        self.arrive(person).await.unwrap_or_else(|problem| panic!("{} is not let in: {problem}", person.email))
    }

    /// What the app says to somebody who does not.
    pub async fn problem(&self, person: &Person) -> String {
        match self.arrive(person).await {
            Err(problem) => problem,
            Ok(_) => panic!("{} is let in", person.email),
        }
    }

    /// How many rows a query counts.
    pub fn count(&self, from: &str) -> i64 {
        let count = format!("SELECT count(*) FROM {from}");
        self.stack.sql(|client| Ok(client.query_one(&count, &[])?.get(0))).expect("a count")
    }
}

/// The session of a browser that came back, or what the app says.
pub fn outcome(browser: &Client, reply: &Reply) -> Result<Client, String> {
    assert_eq!(reply.status.as_u16(), 303, "{reply}");
    let location = reply.header("location").expect("a location");
    match location.split_once("problem=") {
        Some((_, problem)) => {
            assert_eq!(reply.header("set-cookie"), None, "{reply}");
            Err(problem.to_owned())
        }
        None => {
            let cookie = reply.header("set-cookie").unwrap_or_else(|| panic!("no session: {reply}"));
            assert!(cookie.starts_with("__Host-ce_session="), "{cookie}");
            Ok(browser.with_cookie(cookie.split(';').next()))
        }
    }
}
