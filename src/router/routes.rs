//! The whole URL table: every route once, with its permission.
//!
//! Architecture invariant: a path is matched here and nowhere else, and a route without a permission does not compile.

use base::ids::{SessionName, UserId};

use crate::domain::log::StreamName;
use crate::domain::request::Action;
use crate::domain::request::RequestId;

/// One route, its path parameters parsed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Route {
    /// Whether the Worker answers.
    Health,
    /// Whether each dependency answers.
    Ready,
    /// The API's description.
    OpenApi,
    /// Signs in.
    Login,
    /// Signs out.
    Logout,
    /// Who am I.
    Me,
    /// Edits my profile.
    EditMe,
    /// My live sessions.
    MySessions,
    /// Ends one of them.
    RevokeMySession(SessionName),
    /// Users, for pickers.
    Users,
    /// A list of requests.
    ListRequests,
    /// Reports a fault.
    CreateRequest,
    /// Live list.
    WatchRequests,
    /// One request.
    ReadRequest(RequestId),
    /// Edits one request.
    EditRequest(RequestId),
    /// One step of the state machine.
    ActOnRequest(RequestId, Action),
    /// The timeline.
    RequestEvents(RequestId),
    /// Adds a comment.
    CommentOnRequest(RequestId),
    /// Live timeline.
    WatchRequest(RequestId),
    /// The log streams.
    LogStreams,
    /// Entries of a stream.
    LogEntries(StreamName),
    /// One entry.
    LogEntry(StreamName, String),
    /// Entries as they come.
    TailLog(StreamName),
    /// Who is signed in where.
    Sessions,
    /// Ends a session of anyone.
    RevokeSession(UserId, SessionName),
    /// The state of the parts.
    Monitor,
    /// What has not reached PostgreSQL.
    Sync,
    /// Tries again what was parked.
    ReplaySync,
    /// An object and its row in the read model, side by side.
    InspectRequest(RequestId),
}

/// Who may use a route at all; the actors decide about the single record.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Permission {
    /// Anyone.
    Public,
    /// Anyone who is signed in.
    SignedIn,
    /// Managers and admins.
    Managers,
    /// Admins, who operate the system.
    Operators,
}

/// What a method and a path lead to.
#[derive(Debug, PartialEq, Eq)]
pub enum Found {
    /// A route.
    Route(Route),
    /// The path exists, with another method.
    OtherMethod,
    /// There is no such path.
    Nothing,
}

/// Finds the route.
pub fn find(method: &str, path: &str) -> Found {
    let Some(path) = path.strip_prefix('/') else { return Found::Nothing };
    let segments: Vec<&str> = path.split('/').collect();
    match route(method, &segments) {
        Some(route) => Found::Route(route),
        None => {
            let others = ["GET", "POST", "PATCH", "DELETE", "PUT"];
            let elsewhere = others.iter().any(|other| *other != method && route(other, &segments).is_some());
            if elsewhere { Found::OtherMethod } else { Found::Nothing }
        }
    }
}

fn route(method: &str, segments: &[&str]) -> Option<Route> {
    let parsed = match (method, segments) {
        ("GET", ["health"]) => Route::Health,
        ("GET", ["ready"]) => Route::Ready,
        ("GET", ["openapi.json"]) => Route::OpenApi,

        ("POST", ["auth", "login"]) => Route::Login,
        ("POST", ["auth", "logout"]) => Route::Logout,
        ("GET", ["me"]) => Route::Me,
        ("PATCH", ["me"]) => Route::EditMe,
        ("GET", ["me", "sessions"]) => Route::MySessions,
        ("DELETE", ["me", "sessions", session]) => Route::RevokeMySession(session.parse().ok()?),
        ("GET", ["users"]) => Route::Users,

        ("GET", ["requests"]) => Route::ListRequests,
        ("POST", ["requests"]) => Route::CreateRequest,
        ("GET", ["requests", "live"]) => Route::WatchRequests,
        ("GET", ["requests", id]) => Route::ReadRequest(id.parse().ok()?),
        ("PATCH", ["requests", id]) => Route::EditRequest(id.parse().ok()?),
        ("GET", ["requests", id, "events"]) => Route::RequestEvents(id.parse().ok()?),
        ("GET", ["requests", id, "live"]) => Route::WatchRequest(id.parse().ok()?),
        ("POST", ["requests", id, "comments"]) => Route::CommentOnRequest(id.parse().ok()?),
        ("POST", ["requests", id, action]) => Route::ActOnRequest(id.parse().ok()?, action.parse().ok()?),

        ("GET", ["system", "logs"]) => Route::LogStreams,
        ("GET", ["system", "logs", stream]) => Route::LogEntries(stream.parse().ok()?),
        ("GET", ["system", "logs", stream, "tail"]) => Route::TailLog(stream.parse().ok()?),
        ("GET", ["system", "logs", stream, id]) => Route::LogEntry(stream.parse().ok()?, (*id).to_owned()),
        ("GET", ["system", "sessions"]) => Route::Sessions,
        ("DELETE", ["system", "sessions", user, session]) => {
            Route::RevokeSession(user.parse().ok()?, session.parse().ok()?)
        }
        ("GET", ["system", "monitor"]) => Route::Monitor,
        ("GET", ["system", "sync"]) => Route::Sync,
        ("POST", ["system", "sync", "replay"]) => Route::ReplaySync,
        ("GET", ["system", "requests", id, "inspect"]) => Route::InspectRequest(id.parse().ok()?),
        _ => return None,
    };
    Some(parsed)
}

impl Route {
    /// Who may use it.
    pub fn permission(&self) -> Permission {
        match self {
            Route::Health | Route::Ready | Route::OpenApi | Route::Login | Route::Logout => Permission::Public,
            Route::Me | Route::EditMe | Route::MySessions | Route::RevokeMySession(_) => Permission::SignedIn,
            Route::ListRequests | Route::CreateRequest | Route::WatchRequests => Permission::SignedIn,
            Route::ReadRequest(_) | Route::EditRequest(_) | Route::ActOnRequest(..) => Permission::SignedIn,
            Route::RequestEvents(_) | Route::CommentOnRequest(_) | Route::WatchRequest(_) => Permission::SignedIn,
            Route::Users => Permission::Managers,
            Route::LogStreams | Route::LogEntries(_) | Route::LogEntry(..) | Route::TailLog(_) => Permission::Operators,
            Route::Sessions | Route::RevokeSession(..) => Permission::Operators,
            Route::Monitor | Route::Sync | Route::ReplaySync | Route::InspectRequest(_) => Permission::Operators,
        }
    }

    /// Whether it changes something: such a route checks where it is called from, and asks the session before the
    /// target.
    pub fn is_write(&self) -> bool {
        match self {
            Route::Login | Route::Logout | Route::EditMe | Route::RevokeMySession(_) | Route::RevokeSession(..) => true,
            Route::CreateRequest | Route::EditRequest(_) | Route::ActOnRequest(..) => true,
            Route::CommentOnRequest(_) | Route::ReplaySync => true,
            Route::Health | Route::Ready | Route::OpenApi | Route::Me | Route::MySessions | Route::Users => false,
            Route::ListRequests | Route::WatchRequests | Route::ReadRequest(_) | Route::RequestEvents(_) => false,
            Route::WatchRequest(_) | Route::LogStreams | Route::LogEntries(_) | Route::LogEntry(..) => false,
            Route::Sessions | Route::TailLog(_) | Route::Monitor | Route::Sync | Route::InspectRequest(_) => false,
        }
    }

    /// Whether it opens a WebSocket.
    pub fn is_socket(&self) -> bool {
        matches!(self, Route::WatchRequests | Route::WatchRequest(_) | Route::TailLog(_))
    }

    /// The path with its parameters unnamed, for logs and the API description.
    pub fn pattern(&self) -> &'static str {
        match self {
            Route::Health => "/api/health",
            Route::Ready => "/api/ready",
            Route::OpenApi => "/api/openapi.json",
            Route::Login => "/api/auth/login",
            Route::Logout => "/api/auth/logout",
            Route::Me | Route::EditMe => "/api/me",
            Route::MySessions => "/api/me/sessions",
            Route::RevokeMySession(_) => "/api/me/sessions/{sid}",
            Route::Users => "/api/users",
            Route::ListRequests | Route::CreateRequest => "/api/requests",
            Route::WatchRequests => "/api/requests/live",
            Route::ReadRequest(_) | Route::EditRequest(_) => "/api/requests/{id}",
            Route::ActOnRequest(..) => "/api/requests/{id}/{action}",
            Route::RequestEvents(_) => "/api/requests/{id}/events",
            Route::CommentOnRequest(_) => "/api/requests/{id}/comments",
            Route::WatchRequest(_) => "/api/requests/{id}/live",
            Route::LogStreams => "/api/system/logs",
            Route::LogEntries(_) => "/api/system/logs/{stream}",
            Route::LogEntry(..) => "/api/system/logs/{stream}/{id}",
            Route::TailLog(_) => "/api/system/logs/{stream}/tail",
            Route::Sessions => "/api/system/sessions",
            Route::RevokeSession(..) => "/api/system/sessions/{user}/{sid}",
            Route::Monitor => "/api/system/monitor",
            Route::Sync => "/api/system/sync",
            Route::ReplaySync => "/api/system/sync/replay",
            Route::InspectRequest(_) => "/api/system/requests/{id}/inspect",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Found, Permission, Route, find};

    const ID: &str = "0190a5b8-0000-7000-8000-000000000001";

    #[test]
    fn a_path_leads_to_its_route() {
        assert_eq!(find("GET", "/me"), Found::Route(Route::Me));
        assert!(matches!(find("POST", &format!("/requests/{ID}/approve")), Found::Route(Route::ActOnRequest(..))));
        assert!(matches!(find("POST", &format!("/requests/{ID}/comments")), Found::Route(Route::CommentOnRequest(_))));
        assert!(matches!(find("GET", "/requests/live"), Found::Route(Route::WatchRequests)));
    }

    #[test]
    fn what_is_not_in_the_table_is_nothing() {
        for path in ["/", "/requests/7", "/requests/../me", "/system", "/system/logs/nostream", "/requests//approve"] {
            assert_eq!(find("GET", path), Found::Nothing, "{path}");
        }
        assert_eq!(find("DELETE", "/me"), Found::OtherMethod);
        assert_eq!(find("GET", &format!("/requests/{ID}/approve")), Found::OtherMethod);
    }

    #[test]
    fn every_system_route_is_for_operators() {
        for path in ["/system/logs", "/system/logs/http", "/system/logs/http/tail", "/system/monitor", "/system/sync"] {
            let Found::Route(route) = find("GET", path) else { panic!("{path}") };
            assert_eq!(route.permission(), Permission::Operators, "{path}");
        }
    }
}
