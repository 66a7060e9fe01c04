//! What each route takes and answers, as one table.

use base::ids::{TraceId, UserId};
use serde_json::{Value, json};

use super::messages::{ListMessage, RequestMessage, TailMessage};
use super::operation::Operation;
use super::schemas::Schemas;
use crate::domain::list::Sort;
use crate::domain::log::{Entry, Level};
use crate::domain::record::Record;
use crate::domain::request::{Event, Priority, Status};
use crate::domain::role::Role;
use crate::domain::summary::Summary;
use crate::router::auth::Login;
use crate::router::bodies::{ActionBody, CommentBodyInput, EditBody, NewRequestBody};
use crate::router::me::{EditMe, MySessions, Profile};
use crate::router::people::Users;
use crate::router::probes::Readiness;
use crate::router::routes::Route;
use crate::router::sessions::{PAGE_SIZE, UserSessions};
use crate::router::system::{BothSides, LogStreams, Monitor, Replayed, SyncState};

/// Describes a route.
pub fn describe(route: &Route, schemas: &mut Schemas) -> Operation {
    match route {
        Route::Health | Route::Ready | Route::OpenApi => probe(route, schemas),
        Route::Login | Route::Logout | Route::Me | Route::EditMe | Route::Users => person(route, schemas),
        Route::MySessions | Route::RevokeMySession(_) | Route::Sessions | Route::RevokeSession(..) => {
            sessions(route, schemas)
        }
        Route::ListRequests => list(schemas),
        Route::WatchRequests => Operation::new("watchRequests", "live", "The list as it changes.")
            .detail("Sends the summary of each request that is reported or changes and that the viewer may see.")
            .sends(schemas.of::<ListMessage>()),
        Route::CreateRequest
        | Route::ReadRequest(_)
        | Route::EditRequest(_)
        | Route::ActOnRequest(..)
        | Route::RequestEvents(_)
        | Route::CommentOnRequest(_)
        | Route::WatchRequest(_) => request(route, schemas),
        Route::LogStreams | Route::LogEntries(_) | Route::LogEntry(..) | Route::TailLog(_) => logs(route, schemas),
        Route::Monitor | Route::Sync | Route::ReplaySync | Route::InspectRequest(_) => state(route, schemas),
    }
}

fn probe(route: &Route, schemas: &mut Schemas) -> Operation {
    match route {
        Route::Health => Operation::new("health", "system", "Whether the Worker answers.").replies(
            200,
            "It does.",
            json!({ "type": "object", "required": ["status"], "properties": { "status": { "const": "ok" } } }),
        ),
        Route::Ready => Operation::new("ready", "system", "Whether each dependency answers.")
            .replies(200, "All of them do.", schemas.of::<Readiness>())
            .replies(503, "One does not, and why.", schemas.of::<Readiness>()),
        _ => Operation::new("openapi", "system", "This document.").replies(200, "It.", json!({ "type": "object" })),
    }
}

fn person(route: &Route, schemas: &mut Schemas) -> Operation {
    match route {
        Route::Login => Operation::new("login", "session", "Sign in.")
            .detail("Unknown addresses and wrong passwords are answered alike.")
            .body(schemas.of::<Login>())
            .replies(200, "Signed in.", schemas.of::<Profile<'_>>())
            .with_header("Set-Cookie", "The session.")
            .refuses(&[401, 429, 503]),
        Route::Logout => Operation::new("logout", "session", "Sign out.")
            .detail("Without a session there is nothing to end, and the answer is the same.")
            .replies_empty(204, "The session has ended and the cookie is gone.")
            .refuses(&[503]),
        Route::Me => Operation::new("me", "session", "Who is signed in.").replies(
            200,
            "The user and the session.",
            schemas.of::<Profile<'_>>(),
        ),
        Route::EditMe => Operation::new("editMe", "session", "Edit my profile.")
            .detail("Every session of mine has the new name at once; what I did before keeps the old one.")
            .body(schemas.of::<EditMe>())
            .replies(200, "The user after it, and the session.", schemas.of::<Profile<'_>>())
            .refuses(&[503]),
        _ => Operation::new("users", "people", "Active users, by name.")
            .query("role", schemas.of::<Role>(), "Only users with this role.")
            .replies(200, "The users.", schemas.of::<Users>()),
    }
}

fn sessions(route: &Route, schemas: &mut Schemas) -> Operation {
    match route {
        Route::MySessions => Operation::new("mySessions", "session", "Where I am signed in.").replies(
            200,
            "The live sessions, newest first.",
            schemas.of::<MySessions>(),
        ),
        Route::RevokeMySession(_) => Operation::new("revokeMySession", "session", "End one of my sessions, at once.")
            .replies_empty(204, "It has ended."),
        Route::Sessions => Operation::new("sessions", "system", "Who is signed in where.")
            .detail("Users, disabled ones among them, oldest account first.")
            .query("q", text(100), "The name or the address contains this, whatever the case.")
            .paged_within(PAGE_SIZE)
            .replies(200, "One page.", schemas.page::<UserSessions>("UserSessionsPage"))
            .with_header("Link", "`rel=\"next\"`, when more follow.")
            .refuses(&[503]),
        _ => Operation::new("revokeSession", "system", "End a session of anyone, at once.")
            .replies_empty(204, "It has ended.")
            .refuses(&[503]),
    }
}

fn list(schemas: &mut Schemas) -> Operation {
    let someone = json!({ "anyOf": [schemas.of::<UserId>(), { "const": "me" }] });
    let (status, priority) = (any_of(schemas.of::<Status>()), any_of(schemas.of::<Priority>()));
    Operation::new("listRequests", "requests", "A list of requests.")
        .detail("A requester finds his own alone. All filters that are given must hold.")
        .query("status", status, "Any of these states.")
        .query("priority", priority, "Any of these priorities.")
        .query("assignee", someone.clone(), "The work is this user's.")
        .query("requester", someone, "The request is this user's.")
        .query("category", text(60), "Exactly this category.")
        .query("q", text(100), "The number or the title contains this, whatever the case.")
        .query("from", time(), "Reported at or after.")
        .query("to", time(), "Reported before.")
        .query("sort", schemas.of::<Sort>(), "The order; `-created` unless told.")
        .paged()
        .replies(200, "One page.", schemas.page::<Summary>("SummaryPage"))
        .with_header("Link", "`rel=\"next\"`, when more follow.")
}

fn request(route: &Route, schemas: &mut Schemas) -> Operation {
    match route {
        Route::CreateRequest => Operation::new("createRequest", "requests", "Report a fault.")
            .body(schemas.of::<NewRequestBody>())
            .idempotent()
            .replies(201, "Reported.", schemas.of::<Record<'_>>())
            .with_header("Location", "Where the request is.")
            .with_header("ETag", "Its version.")
            .refuses(&[409]),
        Route::ReadRequest(_) => Operation::new("readRequest", "requests", "One request.")
            .replies(200, "The request, as the caller may see it.", schemas.of::<Record<'_>>())
            .with_header("ETag", "Its version."),
        Route::EditRequest(_) => Operation::new("editRequest", "requests", "Correct what was reported.")
            .detail("The requester while it is submitted; managers and admins until it is final.")
            .body(schemas.of::<EditBody>())
            .idempotent()
            .fenced()
            .replies(200, "The request after it.", schemas.of::<Record<'_>>())
            .with_header("ETag", "Its version.")
            .refuses(&[409]),
        Route::ActOnRequest(..) => Operation::new("actOnRequest", "requests", "Take one step of the state machine.")
            .detail("The record's `allowed_actions` are exactly the ones that the caller may take.")
            .optional_body(schemas.of::<ActionBody>())
            .idempotent()
            .fenced()
            .replies(200, "The request after it.", schemas.of::<Record<'_>>())
            .with_header("ETag", "Its version.")
            .refuses(&[409]),
        Route::RequestEvents(_) => Operation::new("requestEvents", "requests", "The timeline, oldest first.")
            .query("after", seq(), "Only events with a greater seq.")
            .paged()
            .replies(200, "One page.", schemas.page::<Event>("EventPage"))
            .with_header("Link", "`rel=\"next\"`, when more follow."),
        Route::CommentOnRequest(_) => Operation::new("commentOnRequest", "requests", "Say something about a request.")
            .body(schemas.of::<CommentBodyInput>())
            .idempotent()
            .replies(201, "The comment, as its event.", schemas.of::<Event>()),
        _ => Operation::new("watchRequest", "live", "The timeline of a request as it happens.")
            .detail("Sends the events behind `after`, then `ready`, then each event that the viewer may see, once.")
            .query("after", seq(), "The last seq that the client has; without it, nothing is replayed.")
            .sends(schemas.of::<RequestMessage<'_>>()),
    }
}

fn logs(route: &Route, schemas: &mut Schemas) -> Operation {
    match route {
        Route::LogStreams => Operation::new("logStreams", "system", "The log streams in numbers.").replies(
            200,
            "Each stream; one that cannot be asked is absent.",
            schemas.of::<LogStreams>(),
        ),
        Route::LogEntries(_) => matching(Operation::new("logEntries", "system", "Entries, newest first."), schemas)
            .detail("With `q`, a page looks at 10,000 entries at most: it may be short, even empty, and still go on.")
            .query("from", time(), "Happened at or after.")
            .query("to", time(), "Happened before.")
            .paged()
            .replies(200, "One page.", schemas.page::<Entry>("EntryPage"))
            .with_header("Link", "`rel=\"next\"`, when more follow."),
        Route::LogEntry(..) => {
            Operation::new("logEntry", "system", "One entry.").replies(200, "The entry.", schemas.of::<Entry>())
        }
        _ => matching(Operation::new("tailLog", "live", "Entries as they come."), schemas)
            .query("after", seq(), "The last seq that the client has; without it, nothing is replayed.")
            .sends(schemas.of::<TailMessage>()),
    }
}

/// The filters of entries.
fn matching(operation: Operation, schemas: &mut Schemas) -> Operation {
    operation
        .query("level", any_of(schemas.of::<Level>()), "Any of these levels.")
        .query("q", text(100), "The message contains this, whatever the case.")
        .query("actor", schemas.of::<UserId>(), "Caused by this user.")
        .query("request_id", schemas.of::<TraceId>(), "Of this HTTP request (its `X-Request-Id`).")
}

fn state(route: &Route, schemas: &mut Schemas) -> Operation {
    match route {
        Route::Monitor => Operation::new("monitor", "system", "The state of the parts.").replies(
            200,
            "What could be asked.",
            schemas.of::<Monitor>(),
        ),
        Route::Sync => Operation::new("sync", "system", "What has not reached PostgreSQL.").replies(
            200,
            "The requests that are behind, with what their objects owe.",
            schemas.of::<SyncState>(),
        ),
        Route::ReplaySync => Operation::new("replaySync", "system", "Have every object that is behind try again.")
            .detail("Also what was parked because PostgreSQL refused it.")
            .replies(200, "What came of it.", schemas.of::<Replayed>()),
        _ => Operation::new("inspectRequest", "system", "One request from both sides.")
            .detail("The stored forms, with times in milliseconds.")
            .replies(200, "The object, and its row in the read model.", schemas.of::<BothSides>()),
    }
}

fn any_of(schema: Value) -> Value {
    json!({ "type": "array", "items": schema })
}

fn text(most: u32) -> Value {
    json!({ "type": "string", "maxLength": most })
}

fn time() -> Value {
    json!({ "type": "string", "format": "date-time" })
}

fn seq() -> Value {
    json!({ "type": "integer", "minimum": 0 })
}
