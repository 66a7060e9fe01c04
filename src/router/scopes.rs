//! What an API key needs for each route: decided for every line of the URL table, or the table does not compile.
//!
//! A key never has what its owner's role has not; a scope only takes away. Routes about who somebody is (passwords, sessions, keys,
//! drafts, preferences, and links that sign somebody in) are closed to keys: a key that was stolen must not become more than a key.

use base::refusal::Refusal;

use crate::domain::key::Scope;

/// What a key needs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Needs {
    /// Nothing: the route is everybody's, and no credential is read.
    Nothing,
    /// To hold: a program may ask whose key it has.
    AnyKey,
    /// This scope.
    Scope(Scope),
    /// To be a person: no key may.
    Person,
}

impl Needs {
    /// Whether a key with these scopes may.
    ///
    /// # Errors
    /// `InsufficientScope` when not.
    pub fn check(self, scopes: &[Scope]) -> Result<(), Refusal> {
        match self {
            Needs::Nothing | Needs::AnyKey => Ok(()),
            Needs::Scope(needed) if scopes.contains(&needed) => Ok(()),
            Needs::Scope(needed) => Err(Refusal::InsufficientScope { needs: Some(needed.as_str().into()) }),
            Needs::Person => Err(Refusal::InsufficientScope { needs: None }),
        }
    }
}

const READ: Option<Needs> = Some(Needs::Scope(Scope::Read));
const REPORT: Option<Needs> = Some(Needs::Scope(Scope::Report));
const WORK: Option<Needs> = Some(Needs::Scope(Scope::Work));
const OPERATE: Option<Needs> = Some(Needs::Scope(Scope::Operate));
const PERSON: Option<Needs> = Some(Needs::Person);

/// What a key needs for a line of the table, `pattern` with `/api` in front; nothing where nobody has decided, which no line of the
/// table is.
pub const fn needs(method: &str, pattern: &str) -> Option<Needs> {
    match (method.as_bytes(), pattern.as_bytes()) {
        (
            _,
            b"/api/health"
            | b"/api/ready"
            | b"/api/openapi.json"
            | b"/api/organisation"
            | b"/api/setup"
            | b"/api/mail/unsubscribe"
            | b"/api/mail/events",
        ) => Some(Needs::Nothing),
        (_, b"/api/auth/login" | b"/api/auth/logout" | b"/api/auth/forgot") => Some(Needs::Nothing),
        (_, b"/api/auth/invitations/look" | b"/api/auth/invitations/ask" | b"/api/auth/invitations/accept") => {
            Some(Needs::Nothing)
        }
        (_, b"/api/auth/resets/look" | b"/api/auth/resets/accept") => Some(Needs::Nothing),
        (_, b"/api/auth/factor" | b"/api/auth/passkey/options" | b"/api/auth/passkey") => Some(Needs::Nothing),
        (_, b"/api/auth/methods" | b"/api/auth/oidc/start" | b"/api/auth/oidc/callback") => Some(Needs::Nothing),

        (b"GET", b"/api/me") => Some(Needs::AnyKey),
        (b"PATCH", b"/api/me") => PERSON,
        (
            _,
            b"/api/me/password"
            | b"/api/me/preferences"
            | b"/api/me/language"
            | b"/api/me/data"
            | b"/api/me/identities",
        ) => PERSON,
        (_, b"/api/me/sessions" | b"/api/me/sessions/{sid}" | b"/api/me/drafts" | b"/api/me/drafts/{id}") => PERSON,
        (_, b"/api/me/reauthenticate" | b"/api/me/reauthenticate/options" | b"/api/me/factors" | b"/api/me/totp") => {
            PERSON
        }
        (_, b"/api/me/passkeys" | b"/api/me/passkeys/options" | b"/api/me/passkeys/{id}") => PERSON,
        (_, b"/api/me/recovery-codes") => PERSON,
        (_, b"/api/keys" | b"/api/keys/{id}" | b"/api/keys/{id}/rotate") => PERSON,
        (b"GET", b"/api/me/inbox" | b"/api/me/inbox/live") => READ,
        (
            _,
            b"/api/me/inbox/read"
            | b"/api/me/notifications"
            | b"/api/me/notifications/times"
            | b"/api/me/watched/{id}"
            | b"/api/me/muted/{id}",
        ) => PERSON,

        (_, b"/api/me/push" | b"/api/me/push/{id}" | b"/api/me/mail" | b"/api/me/mail/resume") => PERSON,
        (b"GET", b"/api/users" | b"/api/users/{id}") => READ,
        (b"GET", b"/api/avatars" | b"/api/users/{id}/avatar/{avatar}/{size}") => READ,
        (_, b"/api/me/avatar") => PERSON,
        (b"POST", b"/api/users" | b"/api/users/{id}/invitation") | (b"PATCH", b"/api/users/{id}") => OPERATE,
        // What it answers signs in as somebody.
        (b"POST", b"/api/users/{id}/reset") => PERSON,
        (b"DELETE", b"/api/users/{id}/identities" | b"/api/users/{id}/factors") => PERSON,

        (b"GET", b"/api/categories" | b"/api/asset-categories") => READ,
        (b"GET", b"/api/requests" | b"/api/requests.csv" | b"/api/requests/live" | b"/api/requests/{id}") => READ,
        (b"GET", b"/api/requests/{id}/mentionable" | b"/api/requests/{id}/undelivered") => READ,
        (b"GET", b"/api/requests/{id}/events" | b"/api/requests/{id}/live") => READ,
        (b"POST", b"/api/requests" | b"/api/requests/{id}/comments") | (b"PATCH", b"/api/requests/{id}") => REPORT,
        (b"GET", b"/api/requests/{id}/attachments/{file}" | b"/api/requests/{id}/attachments/{file}/thumbnail") => READ,
        (_, b"/api/requests/{id}/attachments" | b"/api/requests/{id}/attachments/{file}") => REPORT,
        (_, b"/api/requests/{id}/attachments/{file}/thumbnail") => REPORT,
        (b"POST", b"/api/requests/{id}/{action}") => WORK,
        (_, b"/api/requests/{id}/links" | b"/api/requests/{id}/links/{other}") => WORK,
        (b"GET", b"/api/locations" | b"/api/locations/{id}" | b"/api/assets" | b"/api/assets/{id}") => READ,
        (b"GET", b"/api/labels/{code}") => READ,
        (_, b"/api/locations" | b"/api/locations/{id}" | b"/api/locations/{id}/merge") => WORK,
        (_, b"/api/assets" | b"/api/assets/{id}") => WORK,
        (b"GET", b"/api/assets/{id}/downtime") => READ,
        (_, b"/api/labels" | b"/api/labels/{code}/bind") => WORK,

        (_, b"/api/system/keys" | b"/api/system/keys/{id}") => PERSON,
        (_, b"/api/system/logs" | b"/api/system/logs/{stream}" | b"/api/system/logs/{stream}/tail") => OPERATE,
        (_, b"/api/system/logs/{stream}/{id}" | b"/api/system/sessions" | b"/api/system/sessions/{user}/{sid}") => {
            OPERATE
        }
        (_, b"/api/system/mail" | b"/api/system/mail/records" | b"/api/system/mail/test" | b"/api/system/users") => {
            OPERATE
        }
        (_, b"/api/system/settings" | b"/api/system/settings/{key}" | b"/api/system/settings/{key}/history") => OPERATE,
        (_, b"/api/system/settings/{key}/revert" | b"/api/system/cache" | b"/api/system/cache/{namespace}") => OPERATE,
        (_, b"/api/system/mail/paused" | b"/api/system/mail/paused/{user}/resume") => OPERATE,
        (_, b"/api/system/mail/deliveries" | b"/api/system/mail/deliveries/{id}/resend") => OPERATE,
        (_, b"/api/system/mail/deliveries/{id}/give-up") => OPERATE,
        (_, b"/api/system/identity" | b"/api/system/identity/test") => OPERATE,
        (_, b"/api/system/monitor" | b"/api/system/sync" | b"/api/system/sync/replay") => OPERATE,
        (_, b"/api/system/requests/{id}/inspect" | b"/api/system/files" | b"/api/system/files/check") => OPERATE,
        _ => None,
    }
}
