//! Each word is the same wherever it stands: in JSON, in texts, in the OpenAPI document.

use std::{fmt::Debug, str::FromStr};

use serde::{Serialize, de::DeserializeOwned};

use crate::domain::organisation::Language;
use crate::domain::{Action, Level, Priority, Role, Sort, Status, StreamName, UnknownWord, Visibility};

fn says_the_same_everywhere<W>(all: &[W], words: &[&str])
where
    W: Copy + Debug + PartialEq + ToString + Serialize + DeserializeOwned + FromStr<Err = UnknownWord>,
{
    assert_eq!(all.iter().map(ToString::to_string).collect::<Vec<_>>(), words);
    for (&value, &word) in all.iter().zip(words) {
        assert_eq!(word.parse::<W>(), Ok(value));
        assert_eq!(serde_json::to_value(value).unwrap(), serde_json::json!(word));
        assert_eq!(serde_json::from_value::<W>(serde_json::json!(word)).unwrap(), value);
    }
    for stranger in ["", " ", "SUBMITTED", "submitted ", "\0", "ünknown"] {
        assert!(stranger.parse::<W>().is_err(), "{stranger:?} was accepted");
    }
}

#[test]
fn each_word_is_the_same_in_json_and_in_text() {
    says_the_same_everywhere(
        Status::ALL,
        &[
            "submitted",
            "approved",
            "rejected",
            "assigned",
            "in_progress",
            "on_hold",
            "completed",
            "closed",
            "cancelled",
        ],
    );
    says_the_same_everywhere(Priority::ALL, &["low", "normal", "high", "urgent"]);
    says_the_same_everywhere(
        Action::ALL,
        &["approve", "reject", "assign", "release", "start", "hold", "resume", "complete", "close", "reopen", "cancel"],
    );
    says_the_same_everywhere(Role::ALL, &["requester", "technician", "manager", "admin"]);
    says_the_same_everywhere(Language::ALL, &["en", "id"]);
    says_the_same_everywhere(Visibility::ALL, &["public", "internal"]);
    says_the_same_everywhere(Level::ALL, &["debug", "info", "warn", "error"]);
    says_the_same_everywhere(StreamName::ALL, &["http", "auth", "audit", "requests", "mail", "sync", "system"]);
    says_the_same_everywhere(Sort::ALL, &["-created", "created", "-updated", "due"]);
}

#[cfg(feature = "openapi")]
#[test]
fn the_openapi_document_has_the_same_words() {
    fn schema_of<W: utoipa::PartialSchema>() -> serde_json::Value {
        serde_json::to_value(W::schema()).unwrap()["enum"].take()
    }
    assert_eq!(schema_of::<Status>(), serde_json::to_value(Status::ALL).unwrap());
    assert_eq!(schema_of::<Sort>(), serde_json::to_value(Sort::ALL).unwrap());
}
