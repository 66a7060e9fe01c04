//! The bodies of the writes, as JSON and as the domain takes them.
//!
//! What is accepted is a JSON object whose fields say, to another parser, what was understood. A text of the domain,
//! read again, is itself: trimmed, within its length, without control characters. A command crosses to its object
//! unchanged. A refusal names its field and repeats nothing that could not be printed.

#![no_main]

use std::fmt::Debug;

use cepatedge::domain::organisation::OrganisationName;
use cepatedge::domain::request::table::{self, Needs};
use cepatedge::domain::request::{Category, Command, CommentBody, Description, Reason, Resolution, Title};
use cepatedge::domain::request::{EditBody, EditInput, NewRequest, NewRequestBody};
use cepatedge::domain::text::SearchText;
use cepatedge::domain::user::{Email, PersonName};
use cepatedge::domain::{Action, Refusal, Role};
use cepatedge::router::auth::Login;
use cepatedge::router::http::body::parse_json;
use cepatedge::router::me::EditMe;
use cepatedge::router::requests::bodies::{ActionBody, CommentBodyInput};
use cepatedge_fuzz::json::mutate;
use cepatedge_fuzz::{Input, begin, caller, check_refusal};
use libfuzzer_sys::{fuzz_mutator, fuzz_target};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

fuzz_target!(init: begin(), |data: &[u8]| {
    let mut input = Input(data);
    match input.byte() % 7 {
        0 => creates(input.0),
        1 => edits(input.0),
        2 => acts(&mut input),
        3 => comments(input.0),
        4 => signs_in(input.0),
        5 => renames(input.0),
        _ => texts_are_settled(&input.rest()),
    }
});

fuzz_mutator!(|data: &mut [u8], size: usize, max_size: usize, seed: u32| {
    // An action has a second byte in front of its body.
    let head = if data.first().is_some_and(|kind| kind % 7 == 2) { 2 } else { 1 };
    mutate(head, data, size, max_size, seed)
});

/// The body, and what another parser makes of it.
fn read<T: DeserializeOwned>(body: &[u8], fields: &[&str]) -> Option<(T, Value)> {
    let read = accepted(parse_json::<T>(body))?;
    let json: Value = serde_json::from_slice(body).expect("JSON");
    let names = json.as_object().expect("an object").keys();
    names.for_each(|name| assert!(fields.contains(&name.as_str()), "{name}"));
    Some((read, json))
}

fn accepted<T>(outcome: Result<T, Refusal>) -> Option<T> {
    outcome.inspect_err(check_refusal).ok()
}

fn creates(body: &[u8]) {
    let fields = [
        "title",
        "description",
        "category",
        "priority",
        "contact",
        "hazard",
        "location_id",
        "asset_id",
        "requester_id",
    ];
    let Some((body, json)) = read::<NewRequestBody>(body, &fields) else { return };
    assert_eq!([&json["title"], &json["category"], &json["priority"]], [&*body.title, &body.category, &body.priority]);
    assert_eq!(json["description"].as_str().unwrap_or_default(), body.description);
    assert_eq!(json["requester_id"].as_str(), body.requester_id.as_deref());
    let Some(draft) = accepted(body.draft(Some(caller(7, Role::Manager).user))) else { return };
    let NewRequest { title, description, category, priority, .. } = &draft;
    assert_eq!(Title::parse(title.as_str()).as_ref(), Ok(title));
    assert_eq!(Description::parse(description.as_str()).as_ref(), Ok(description));
    assert_eq!(Category::parse(category.as_str()).as_ref(), Ok(category));
    assert_eq!(priority.as_str(), body.priority);
    crosses(&draft);
}

fn edits(body: &[u8]) {
    let fields = ["title", "description", "category", "priority", "contact"];
    let Some((body, json)) = read::<EditBody>(body, &[&fields[..], &["hazard", "location_id", "asset_id"]].concat())
    else {
        return;
    };
    let understood = [&body.title, &body.description, &body.category, &body.priority, &body.contact];
    for (name, understood) in fields.into_iter().zip(understood) {
        assert_eq!(json[name].as_str(), understood.as_deref(), "{name}");
    }
    let Some(input) = accepted(body.input()) else { return };
    let EditInput { title, description, category, priority, contact, .. } = &input;
    let given = [title.is_some(), description.is_some(), category.is_some(), priority.is_some(), contact.is_some()];
    assert_eq!(given, understood.map(Option::is_some));
    crosses(&Command::Edit(input));
}

fn acts(input: &mut Input<'_>) {
    let action = Action::ALL[input.below(Action::ALL.len())];
    let fields = ["reason", "assignee_id", "take_over", "resolution", "rating"];
    let Some((body, json)) = read::<ActionBody>(input.0, &fields) else { return };
    assert_eq!(json["rating"].as_i64(), body.rating);
    let given: Vec<&str> = fields.into_iter().filter(|name| !json[name].is_null()).collect();
    let assignee = body.assignee_id.as_ref().map(|_| caller(7, Role::Technician).user);
    let Some(command) = accepted(body.command(action, assignee)) else { return };
    assert!(matches!(&command, Command::Step(step) if step.action() == action));
    // Nothing that somebody wrote was dropped.
    let needed = table::needs(action).and_then(Needs::input);
    let is_taken = |name: &&str| Some(*name) == needed || (*name == "take_over" && needed == Some("assignee_id"));
    assert!(given.iter().all(is_taken), "{action} took {given:?}");
    crosses(&command);
}

fn comments(body: &[u8]) {
    let Some((body, json)) = read::<CommentBodyInput>(body, &["body", "visibility"]) else { return };
    assert_eq!(json["body"], body.body);
    let Some(comment) = accepted(body.comment()) else { return };
    assert_eq!(comment.visibility.as_str(), json["visibility"].as_str().unwrap_or("public"));
    crosses(&Command::Comment { body: comment.body, visibility: comment.visibility });
}

fn signs_in(body: &[u8]) {
    let Some((login, json)) = read::<Login>(body, &["email", "password"]) else { return };
    assert_eq!([&json["email"], &json["password"]], [&login.email, &login.password]);
    let Some(email) = accepted(Email::parse(&login.email)) else { return };
    assert!(email.as_str().len() <= 254 && email.as_str().bytes().all(|byte| byte.is_ascii_graphic()));
    assert_eq!(Email::parse(email.as_str()).as_ref(), Ok(&email));
    assert_eq!(Email::parse(&login.email.to_ascii_uppercase()), Ok(email), "however it is spelled");
}

fn renames(body: &[u8]) {
    let Some((edit, json)) = read::<EditMe>(body, &["name"]) else { return };
    assert_eq!(json["name"], edit.name);
    accepted(PersonName::parse(&edit.name));
}

fn crosses<T: Serialize + DeserializeOwned + PartialEq + Debug>(message: &T) {
    let sent = serde_json::to_string(message).unwrap();
    assert_eq!(&serde_json::from_str::<T>(&sent).unwrap(), message);
}

fn texts_are_settled(text: &str) {
    macro_rules! settled {
        ($($type:ident)*) => {
            $(
                if let Some(parsed) = accepted($type::parse(text)) {
                    let written = parsed.as_str();
                    assert!(written.chars().count() <= $type::MAX_CHARS);
                    assert_eq!(written.trim(), written);
                    assert!(!written.chars().any(|char| char.is_control() && !matches!(char, '\n' | '\t')));
                    assert_eq!($type::parse(written).as_ref(), Ok(&parsed));
                    assert_eq!(serde_json::from_value::<$type>(json!(written)).ok(), Some(parsed));
                }
            )*
        };
    }
    settled!(Title Description Category Reason Resolution CommentBody PersonName SearchText OrganisationName);
}
