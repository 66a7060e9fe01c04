use base::time::Timestamp;
use serde_json::{Value, json};

use super::{ApiUrl, Call, Outcome, Step, UrlError};
use crate::message::{Address, Mail, MailId, Mailbox};

fn mail() -> Mail {
    Mail {
        id: MailId::parse("event-1").unwrap(),
        at: Timestamp::from_ms(0),
        from: Mailbox { name: "Hotel \"Ñ\"".into(), address: Address::parse("desk@cepat.example").unwrap() },
        to: Mailbox { name: String::new(), address: Address::parse("ani@hotel.example").unwrap() },
        subject: "A tap\r\nBcc: x drips".into(),
        text: "It drips.".into(),
        html: "<p>It drips.</p>".into(),
        thread: None,
        unsubscribe: None,
    }
}

fn body(url: &str) -> (Call, Value) {
    let call = ApiUrl::parse(url).unwrap().call(&mail());
    let body = serde_json::from_str(&call.body).unwrap();
    (call, body)
}

#[test]
fn each_service_is_asked_in_its_own_form() {
    let marks =
        [("Auto-Submitted", "auto-generated"), ("X-Auto-Response-Suppress", "All"), ("X-CepatEdge-Id", "event-1")];
    let marks_object: serde_json::Map<_, _> =
        marks.map(|(name, value)| (name.to_owned(), json!(value))).into_iter().collect();
    let subject = "A tap  Bcc: x drips";
    let from = "\"Hotel \\\"Ñ\\\"\" <desk@cepat.example>";

    let (call, json) = body("https://:re_1@api.resend.com");
    assert_eq!(call.url, "https://api.resend.com/emails");
    assert_eq!(call.headers, [("Authorization", "Bearer re_1".into()), ("Idempotency-Key", "event-1".into())]);
    let expected = json!({ "from": from, "to": ["ani@hotel.example"], "subject": subject, "text": "It drips.",
        "html": "<p>It drips.</p>", "headers": marks_object });
    assert_eq!(json, expected);

    let (call, json) = body("https://token@api.postmarkapp.com/email");
    assert_eq!(call.url, "https://api.postmarkapp.com/email");
    assert_eq!(call.headers[0], ("X-Postmark-Server-Token", "token".into()));
    let headers: Vec<_> = marks.map(|(name, value)| json!({ "Name": name, "Value": value })).into();
    let expected = json!({ "From": from, "To": "ani@hotel.example", "Subject": subject, "TextBody": "It drips.",
        "HtmlBody": "<p>It drips.</p>", "MessageStream": "outbound", "Headers": headers });
    assert_eq!(json, expected);

    let (call, json) = body("http://:k%2F1@127.0.0.1:9000/send?form=brevo");
    assert_eq!(call.url, "http://127.0.0.1:9000/send");
    assert_eq!(call.headers[0], ("api-key", "k/1".into()));
    assert_eq!(json["sender"], json!({ "name": "Hotel \"Ñ\"", "email": "desk@cepat.example" }));
    assert_eq!(json["to"], json!([{ "email": "ani@hotel.example" }]));
}

#[test]
fn what_cannot_work_is_refused_without_repeating_it() {
    for (text, error) in [
        ("https://:k@mail.example/send", UrlError::Form),
        ("https://:k@mail.example/send?form=pigeon", UrlError::Form),
        ("https://api.resend.com", UrlError::Missing("key")),
        ("https://:%0A@api.resend.com", UrlError::Text("key")),
        ("http://:hunter2@api.resend.com", UrlError::Insecure),
        ("nonsense", UrlError::Malformed),
    ] {
        assert_eq!(ApiUrl::parse(text), Err(error), "{text}");
    }
    let shown = format!("{:?}", ApiUrl::parse("https://:hunter2@api.resend.com").unwrap());
    assert!(!shown.contains("hunter2"), "{shown}");
}

#[test]
fn an_answer_says_whether_it_was_taken_and_whom_to_blame() {
    let url = ApiUrl::parse("https://:hunter2@api.resend.com").unwrap();
    let taken = |answer: &str| Outcome::Taken { answer: answer.to_owned() };
    assert_eq!(url.outcome(200, r#"{"id":"49a3"}"#), taken("200 49a3"));
    assert_eq!(url.outcome(200, r#"{"ErrorCode":0,"MessageID":"b7bc","Message":"OK"}"#), taken("200 b7bc"));
    assert_eq!(url.outcome(201, r#"{"messageId":"<1@x>"}"#), taken("201 <1@x>"));

    let step = |status: u16, body: &str| url.outcome(status, body).failure().map(|failure| failure.step);
    assert_eq!(step(422, r#"{"ErrorCode":406,"Message":"inactive"}"#), Some(Step::Recipient));
    assert_eq!(step(401, r#"{"message":"API key is invalid"}"#), Some(Step::SignIn));
    assert_eq!(step(422, "not JSON"), Some(Step::Content));

    assert!(matches!(url.outcome(422, r#"{"message":"no"}"#), Outcome::Refused(_)));
    assert!(matches!(url.outcome(429, "{}"), Outcome::Later(_)));
    assert!(matches!(url.outcome(503, "{}"), Outcome::Later(_)));
    assert!(matches!(url.outcome(500, "{}"), Outcome::Unknown(_)));
    let told = url.outcome(400, r#"{"message":"the key hunter2\r\nis wrong"}"#);
    assert_eq!(told.failure().unwrap().detail, "the key … is wrong");
}
