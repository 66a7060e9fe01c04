//! A second factor: an authenticator app and its codes, recovery codes, passkeys, and the proof within a session.

mod again;
mod app;
mod passkeys;
mod required;

use cepatedge::domain::factor::totp;
use hyper::Method;
use serde_json::{Value, json};
use testbed::Stack;
use testbed::seed::PASSWORD;

use crate::support::{Client, Reply, User, new_user};

/// Somebody with an authenticator app.
pub struct Enrolled {
    pub user: User,
    /// The session in which it was set up.
    pub here: Client,
    secret: Vec<u8>,
    pub codes: Vec<String>,
}

impl Enrolled {
    pub async fn new(stack: &Stack, role: &str) -> Self {
        let user = new_user(stack, role);
        let here = Client::sign_in(stack, &user.email).await;
        Self::with(stack, user, here).await
    }

    async fn with(stack: &Stack, user: User, here: Client) -> Self {
        let begun = here.post("/api/me/totp", &json!({})).await.expect(200).json();
        let secret = unbase32(begun["secret"].as_str().expect("a secret"));
        let confirmed = confirm(&here, &begun, &code(&secret, 0)).await.expect(201).json();
        let codes = confirmed["recovery_codes"].as_array().expect("codes").iter();
        let codes = codes.map(|code| code.as_str().expect("a code").to_owned()).collect();
        let enrolled = Enrolled { user, here, secret, codes };
        enrolled.forget_step(stack);
        enrolled
    }

    /// A minute has passed, as far as the codes that were used are concerned.
    fn forget_step(&self, stack: &Stack) {
        let forget = "UPDATE user_totp SET step = 0 WHERE user_id = $1::text::uuid";
        stack.sql(|client| Ok(client.execute(forget, &[&self.user.id])?)).expect("PostgreSQL answers");
    }

    /// The code of the half minute that is `steps` from now.
    fn code(&self, steps: i64) -> String {
        code(&self.secret, steps)
    }
}

async fn confirm(client: &Client, begun: &Value, code: &str) -> Reply {
    let body = json!({ "enrolment": begun["enrolment"], "code": code });
    client.call(Method::PUT, "/api/me/totp").json(&body).send().await
}

fn code(secret: &[u8], steps: i64) -> String {
    let now_s = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).expect("after 1970").as_secs();
    let step = i64::try_from(now_s / 30).expect("soon") + steps;
    format!("{:06}", totp::code(secret, step).expect("a code"))
}

fn unbase32(text: &str) -> Vec<u8> {
    let digit = |byte| b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567".iter().position(|known| *known == byte).expect("a digit");
    let bits: Vec<u8> =
        text.bytes().flat_map(|byte| (0..5).rev().map(move |bit| (digit(byte) >> bit & 1) as u8)).collect();
    bits.chunks_exact(8).map(|bits| bits.iter().fold(0, |byte, bit| byte << 1 | bit)).collect()
}

/// The ticket of a first step; there is no session yet.
async fn ticket(stack: &Stack, email: &str) -> Value {
    let first = Client::anonymous(stack).log_in(email, PASSWORD).await.expect(202);
    assert_eq!(first.header("set-cookie"), None);
    first.json()["second_factor"]["ticket"].take()
}

async fn second(stack: &Stack, ticket: &Value, code: &str) -> Reply {
    Client::anonymous(stack).post("/api/auth/factor", &json!({ "ticket": ticket, "code": code })).await
}

/// Both steps; the session.
async fn enter(stack: &Stack, email: &str, code: &str) -> Client {
    let reply = second(stack, &ticket(stack, email).await, code).await.expect(200);
    device(stack, &reply)
}

fn device(stack: &Stack, entered: &Reply) -> Client {
    let cookie = entered.header("set-cookie").expect("a cookie").split(';').next();
    Client::anonymous(stack).with_cookie(cookie)
}

/// Which field is wrong, and how.
fn problem(reply: &Reply) -> (Value, Value) {
    let wrong = reply.clone().problem(400, "invalid")["errors"][0].take();
    (wrong["field"].clone(), wrong["code"].clone())
}

fn wrong_code() -> (Value, Value) {
    (json!("code"), json!("wrong_code"))
}
