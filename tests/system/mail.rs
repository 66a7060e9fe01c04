//! Mails are sent to a real SMTP server, or it is said why not; what was to be done is done all the same.

use std::time::Duration;

use hyper::Method;
use serde_json::{Value, json};
use testbed::mail::{MailServer, Mood, Received};
use testbed::stack::Tls;
use testbed::{Stack, port};
use uuid::Uuid;

use crate::mailing as stack;
use crate::support::{Client, Reply, new_user};

/// A mail is at the server before the answer is at its caller; this is for a busy machine.
const SOON: Duration = Duration::from_secs(5);

fn started(builder: testbed::StackBuilder) -> Stack {
    builder.start().unwrap_or_else(|error| panic!("no system to test: {error:?}"))
}

fn server(stack: &Stack) -> &MailServer {
    stack.mail.as_ref().expect("a mail server")
}

fn address() -> String {
    format!("{}@melati.test", Uuid::now_v7())
}

async fn admin(stack: &Stack) -> Client {
    Client::sign_in(stack, &new_user(stack, "admin").email).await
}

async fn tested(admin: &Client) -> Value {
    admin.post("/api/system/mail/test", &json!({ "language": "id" })).await.expect(200).json()
}

async fn invite(admin: &Client, email: &str, language: &str) -> Reply {
    admin.post("/api/users", &json!({ "email": email, "role": "technician", "language": language })).await
}

fn received(stack: &Stack, email: &str) -> Received {
    server(stack).wait_for(email, SOON).unwrap_or_else(|| panic!("no mail to {email}"))
}

#[tokio::test]
async fn an_administrator_sends_a_mail_to_oneself_and_reads_the_providers_answer() {
    let somebody = new_user(stack(), "admin");
    let admin = Client::sign_in(stack(), &somebody.email).await;
    let setup = admin.get("/api/system/mail").await.expect(200);
    assert!(!String::from_utf8_lossy(&setup.body).contains("cret"), "{setup}");
    let setup = setup.json();
    assert_eq!((&setup["status"], &setup["transport"]), (&json!("on"), &json!("smtp")));
    assert_eq!(setup["host"], json!(format!("localhost:{}", server(stack()).port)));
    assert_eq!((&setup["sender"], &setup["sender_name"]), (&json!("desk@cepatedge.test"), &json!("CepatEdge")));

    let mailed = tested(&admin).await;
    assert_eq!((&mailed["outcome"], &mailed["step"]), (&json!("taken"), &Value::Null), "{mailed}");
    assert!(mailed["words"].as_str().is_some_and(|words| words.contains("queued as test-")), "{mailed}");
    let mail = received(stack(), &somebody.email);
    assert!(mail.subject.starts_with("Email dari"), "{mail}");
    assert!(mail.text.contains(admin.name()) && mail.html.contains("<html lang=\"id\">"), "{mail}");
    assert_eq!(mail.user.as_deref(), Some("desk@cepatedge.test"));
    assert_eq!(mail.header("Auto-Submitted"), Some("auto-generated"));
    let id = mail.header("X-CepatEdge-Id").expect("an id");
    assert_eq!(mail.header("Message-ID"), Some(format!("<{id}@cepatedge.test>").as_str()));

    // Five at once, and then ever fewer. Refused ones reach nobody.
    for _ in 0..4 {
        tested(&admin).await;
    }
    let refused = admin.post("/api/system/mail/test", &json!({})).await;
    refused.problem(429, "too_many_attempts");
    assert_eq!(server(stack()).mails_to(&somebody.email).len(), 5);

    // Who tried it is in the audit, and what became of it in the log of mails: without an address.
    let audit = admin.get(&format!("/api/system/logs/audit?actor={}&limit=20", admin.id())).await.expect(200).json();
    let entries = audit["items"].as_array().expect("entries");
    assert_eq!(entries.iter().filter(|entry| entry["message"] == "mail tested").count(), 5, "{audit}");
}

#[tokio::test]
async fn whoever_is_invited_gets_the_link_in_the_chosen_language_and_comes_in_with_it() {
    let (admin, email) = (admin(stack()).await, address());
    let made = invite(&admin, &email, "id").await.expect(201).json();
    assert_eq!(made["user"]["invitation"]["mailed"]["outcome"], "taken", "{made}");
    let mail = received(stack(), &email);
    assert!(mail.subject.contains("mengundang Anda ke"), "{mail}");
    let token = made["token"].as_str().expect("a token");
    let link = mail.link("/invitation#").expect("a link").to_owned();
    assert_eq!(link, format!("{}/invitation#{token}", stack().base_url));
    assert!(mail.html.contains(&format!("href=\"{link}\"")), "{}", mail.html);
    assert_eq!(mail.header("Auto-Submitted"), Some("auto-generated"));

    // Again: another link in the same language, and the list knows the mail.
    let id = made["user"]["id"].as_str().expect("an id");
    let again = admin.post(&format!("/api/users/{id}/invitation"), &json!({})).await.expect(201).json();
    let mails = server(stack()).mails_to(&email);
    assert_eq!(mails.len(), 2);
    assert!(mails[1].subject.contains("mengundang") && mails[1].header("Message-ID") != mails[0].header("Message-ID"));
    let listed = admin.get(&format!("/api/system/users?q={email}")).await.expect(200).json();
    assert_eq!(listed["items"][0]["invitation"]["mailed"], again["user"]["invitation"]["mailed"]);

    let token = mails[1].link("/invitation#").and_then(|link| link.split_once('#')).expect("a token").1;
    let name = format!("Sari {}", Uuid::now_v7().simple());
    let body = json!({ "token": token, "name": name, "password": "kata sandi yang panjang", "language": "id" });
    Client::anonymous(stack()).post("/api/auth/invitations/accept", &body).await.expect(200);

    invite(&admin, &address(), "fr").await.problem(400, "invalid");
}

#[tokio::test]
async fn a_name_with_line_breaks_and_markup_makes_neither_headers_nor_tags() {
    let somebody = new_user(stack(), "admin");
    let name = format!("Ani \"<b>\" {}, Desk", Uuid::now_v7().simple());
    stack()
        .sql(|client| Ok(client.execute("UPDATE users SET name = $1 WHERE email = $2", &[&name, &somebody.email])?))
        .expect("renamed");
    let (admin, email) = (Client::sign_in(stack(), &somebody.email).await, address());
    invite(&admin, &email, "en").await.expect(201);
    let mail = received(stack(), &email);
    assert!(mail.subject.starts_with(&name), "{mail}");
    assert!(mail.text.contains(&name) && !mail.html.contains("<b>"), "{}", mail.html);
}

#[tokio::test]
async fn each_way_to_fail_is_told_and_no_invitation_is_lost() {
    let stack = started(Stack::builder().mail(Tls::Off));
    let server = server(&stack);
    for (mood, outcome, step, words) in [
        (Mood::Busy, "later", "greeting", "Too busy"),
        (Mood::WrongPassword, "refused", "sign_in", "User name or password is wrong"),
        (Mood::NobodyHere, "refused", "recipient", "There is no such user here"),
        (Mood::Full, "later", "content", "No room"),
        (Mood::Spam, "refused", "content", "Not wanted"),
        (Mood::HangsUp, "later", "data", ""),
        (Mood::LosesAnswer, "unknown", "content", ""),
        (Mood::Dead, "later", "greeting", ""),
        (Mood::Stalled, "later", "hello", "no answer within"),
    ] {
        server.set_mood(mood);
        let (admin, email) = (admin(&stack).await, address());
        let made = invite(&admin, &email, "en").await.expect(201).json();
        let mailed = &made["user"]["invitation"]["mailed"];
        assert_eq!((&mailed["outcome"], &mailed["step"]), (&json!(outcome), &json!(step)), "{mood:?}: {mailed}");
        assert!(mailed["words"].as_str().is_some_and(|said| said.contains(words)), "{mood:?}: {mailed}");
        let has_it = usize::from(mood == Mood::LosesAnswer);
        assert_eq!(server.mails_to(&email).len(), has_it, "{mood:?}");

        // The link holds, and the list says what became of the mail.
        let look = json!({ "token": made["token"] });
        let look = Client::anonymous(&stack).post("/api/auth/invitations/look", &look).await.expect(200).json();
        assert_eq!(look["state"], "open", "{mood:?}");
        let listed = admin.get(&format!("/api/system/users?q={email}")).await.expect(200).json();
        assert_eq!(&listed["items"][0]["invitation"]["mailed"], mailed, "{mood:?}");

        let said = tested(&admin).await;
        assert_eq!((&said["outcome"], &said["step"]), (&json!(outcome), &json!(step)), "{mood:?}: {said}");
    }
    let log = stack.worker_log().expect("a log");
    assert!(!log.contains("cret:/+%"), "the password is in the log");
    server.set_mood(Mood::Fair);
    assert_eq!(tested(&admin(&stack).await).await["outcome"], "taken");
}

#[tokio::test]
async fn over_tls_a_trusted_certificate_lets_mails_through() {
    for builder in [Stack::builder().mail(Tls::Trusted), Stack::builder().mail_with_implicit_tls(Tls::Trusted)] {
        let stack = started(builder);
        let admin = admin(&stack).await;
        let mailed = tested(&admin).await;
        assert_eq!(mailed["outcome"], "taken", "{mailed}");
        let mails = server(&stack).mails();
        assert!(mails.len() == 1 && mails[0].encrypted, "{mails:?}");
    }
}

#[tokio::test]
async fn over_tls_an_untrusted_certificate_gets_neither_password_nor_mail() {
    for (builder, step) in [
        (Stack::builder().mail(Tls::Untrusted), "encrypt"),
        (Stack::builder().mail_with_implicit_tls(Tls::Untrusted), "connect"),
    ] {
        let stack = started(builder);
        let admin = admin(&stack).await;
        let mailed = tested(&admin).await;
        assert_eq!((&mailed["outcome"], &mailed["step"]), (&json!("later"), &json!(step)), "{mailed}");
        assert!(server(&stack).mails().is_empty());
    }
}

#[tokio::test]
async fn without_mail_or_with_mail_that_makes_no_sense_everything_else_works() {
    let nobody_listens = format!("smtp://localhost:{}", port::free().expect("a port"));
    for (url, status, code) in [
        ("", "off", "mail_off"),
        ("smtp://u:hunter2@mail.example:25", "unusable", "mail_unusable"),
        (nobody_listens.as_str(), "on", ""),
    ] {
        let stack = started(Stack::builder().env("MAIL_URL", url).env("MAIL_FROM", "desk@cepatedge.test"));
        let (admin, email) = (admin(&stack).await, address());
        let setup = admin.get("/api/system/mail").await.expect(200);
        assert!(!String::from_utf8_lossy(&setup.body).contains("hunter2"), "{setup}");
        assert_eq!(setup.json()["status"], status);
        let made = invite(&admin, &email, "en").await.expect(201).json();
        let mailed = &made["user"]["invitation"]["mailed"];
        if code.is_empty() {
            assert_eq!((&mailed["outcome"], &mailed["step"]), (&json!("later"), &json!("connect")), "{made}");
            continue;
        }
        assert_eq!(mailed, &Value::Null, "{made}");
        admin.post("/api/system/mail/test", &json!({})).await.problem(409, code);
    }
}

#[tokio::test]
async fn the_http_apis_of_three_services_are_spoken_and_their_refusals_understood() {
    let provider = MailServer::start(testbed::mail::Settings {
        account: Some(("api".to_owned(), "k/1+ey".to_owned())),
        ..testbed::mail::Settings::default()
    });
    let provider = provider.expect("a provider");
    let mut stack = None;
    for form in ["resend", "postmark", "brevo"] {
        drop(stack.take());
        let started = started(
            Stack::builder().env("MAIL_URL", &provider.api_url(form)).env("MAIL_FROM", "Desk <desk@cepatedge.test>"),
        );
        let somebody = new_user(&started, "admin");
        let admin = Client::sign_in(&started, &somebody.email).await;
        let mailed = tested(&admin).await;
        assert_eq!(mailed["outcome"], "taken", "{form}: {mailed}");
        assert!(mailed["words"].as_str().is_some_and(|words| words.starts_with("200 test-")), "{form}: {mailed}");
        let mail = provider.mails().pop().expect("a mail");
        assert!(mail.to.contains(&somebody.email) && mail.subject.starts_with("Email dari"), "{form}: {mail}");
        assert!(mail.html.contains("<html lang=\"id\">") && !mail.text.is_empty(), "{form}");
        assert_eq!(mail.header("Auto-Submitted"), Some("auto-generated"), "{form}");
        stack = Some(started);
    }
    let stack = stack.expect("a system");
    for (mood, outcome, step) in [
        (Mood::WrongPassword, "refused", "sign_in"),
        (Mood::NobodyHere, "refused", "recipient"),
        (Mood::Spam, "refused", "content"),
        (Mood::Full, "later", "content"),
        // The platform does not say whether a call arrived.
        (Mood::LosesAnswer, "unknown", "connect"),
        (Mood::Dead, "unknown", "connect"),
    ] {
        provider.set_mood(mood);
        let mailed = tested(&admin(&stack).await).await;
        assert_eq!((&mailed["outcome"], &mailed["step"]), (&json!(outcome), &json!(step)), "{mood:?}: {mailed}");
    }
}

#[tokio::test]
async fn the_platforms_own_binding_is_used_where_there_is_one() {
    let stack =
        started(Stack::builder().env("MAIL_URL", "binding:EMAIL").env("MAIL_FROM", "Desk <desk@cepatedge.test>"));
    let admin = admin(&stack).await;
    let setup = admin.get("/api/system/mail").await.expect(200).json();
    assert_eq!((&setup["transport"], &setup["host"]), (&json!("binding"), &Value::Null));
    let mailed = tested(&admin).await;
    assert_eq!(mailed["outcome"], "taken", "{mailed}");
}

#[tokio::test]
async fn what_the_domain_says_in_the_dns_is_shown() {
    let stack = started(Stack::builder().mail(Tls::Off));
    let admin = admin(&stack).await;
    let records = admin.get("/api/system/mail/records").await.expect(200).json();
    let expected = json!({ "domain": "cepatedge.test", "spf": "v=spf1 include:mail.test -all", "dmarc": null });
    assert_eq!(records, expected);
    server(&stack).set_mood(Mood::Busy);
    admin.get("/api/system/mail/records").await.problem(503, "unavailable");
}

#[tokio::test]
async fn mails_come_from_whom_the_organisation_says_and_else_from_whom_the_deployment_does() {
    let stack = Stack::builder().mail(Tls::Off).start().unwrap_or_else(|error| panic!("no system to test: {error:?}"));
    let admin = admin(&stack).await;
    let set = async |value: Value| {
        admin.call(Method::PUT, "/api/system/settings/mail_from").json(&json!({ "value": value })).send().await
    };
    set(json!("desk")).await.problem(400, "invalid");
    set(json!("Hotel Melati <housekeeping@melati.example>")).await.expect(200);
    let setup = admin.get("/api/system/mail").await.expect(200).json();
    assert_eq!(
        (&setup["sender"], &setup["sender_name"]),
        (&json!("housekeeping@melati.example"), &json!("Hotel Melati"))
    );
    let first = address();
    invite(&admin, &first, "en").await.expect(201);
    let mail = received(&stack, &first);
    assert_eq!(mail.header("From"), Some("\"Hotel Melati\" <housekeeping@melati.example>"));
    assert_eq!(mail.from, "housekeeping@melati.example", "{mail}");

    set(Value::Null).await.expect(200);
    let second = address();
    invite(&admin, &second, "en").await.expect(201);
    assert_eq!(received(&stack, &second).from, "desk@cepatedge.test");
}
