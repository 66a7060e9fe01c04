//! The whole URL table: a line per route.
//!
//! A line says method, pattern with its parameters and their types, who may call it, its kind, and its handler. The pattern serves
//! matching, logs and the API's description; the handler's description stands beside it, under `describe`. A line without a permission
//! does not compile, nor does a handler whose parameters are others than the pattern's.
//!
//! Architecture invariant: a path is matched here and nowhere else.

use base::ids::{EntryId, KeyId, SessionName, UserId};
use base::refusal::Refusal;

use crate::domain::asset::AssetId;
use crate::domain::factor::Credential;
use crate::domain::label::LabelCode;
use crate::domain::log::StreamName;
use crate::domain::notify::{DeliveryId, DeviceId};
use crate::domain::place::PlaceId;
use crate::domain::request::{Action, AttachmentId, RequestId};
use crate::domain::settings::SettingKey;
use crate::domain::user::{AvatarId, AvatarSize, DraftId};
use crate::objects::cache::api::CacheNamespace;
use crate::router::factors::{again, codes, mine, passkeys, sign_in, taken, totp};
use crate::router::path::{self, Parameters};
use crate::router::requests::{export, files, links, mentions};
use crate::router::route::{Kind, Permission, Route};
use crate::router::system::{deliveries, files as stored, mail};
use crate::router::{
    assets, auth, avatars, caches, categories, downtime, drafts, identity, inbox, invitations, keys, labels, language,
    mail_pauses, me, notice_times, oidc, organisation, own_data, passwords, people, places, preferences, probes, push,
    requests, resets, scopes, sessions, settings, setup, system, users, watched,
};

macro_rules! routes {
    ($(
        $method:ident $pattern:literal $(($($name:ident: $type:ty),+))?
        $permission:ident $kind:ident $module:ident::$handler:ident;
    )+) => {
        /// Every route, once.
        pub static ROUTES: &[Route] = &[$(Route {
            method: stringify!($method),
            pattern: concat!("/api", $pattern),
            stem: path::stem($pattern),
            permission: Permission::$permission,
            kind: Kind::$kind,
            key: scopes::needs(stringify!($method), concat!("/api", $pattern)),
            parameters: <($($($type,)+)?) as Parameters>::KINDS,
            fits: |segments| <($($($type,)+)?) as Parameters>::parse(segments).is_some(),
            handle: |exchange, segments| match <($($($type,)+)?) as Parameters>::parse(segments) {
                Some(($($($name,)+)?)) => Box::pin($module::$handler(exchange, $($($name,)+)?)),
                None => Box::pin(async { Err(Refusal::NotFound) }),
            },
            #[cfg(feature = "openapi")]
            describe: $module::describe::$handler,
        },)+];
    };
}

routes! {
    GET    "/health"                                                Public    Read        probes::health;
    GET    "/ready"                                                 Public    Read        probes::ready;
    GET    "/openapi.json"                                          Public    Read        probes::openapi;
    GET    "/organisation"                                          Public    Read        organisation::read;

    POST   "/auth/login"                                            Public    Write       auth::login;
    POST   "/auth/logout"                                           Public    Write       auth::logout;
    POST   "/auth/forgot"                                           Public    Write       resets::forgot;
    GET    "/auth/methods"                                          Public    Read        oidc::methods;
    GET    "/auth/oidc/start"                                       Public    Read        oidc::start;
    GET    "/auth/oidc/callback"                                    Public    Read        oidc::callback;
    POST   "/auth/factor"                                           Public    Write       sign_in::second;
    POST   "/auth/passkey/options"                                  Public    Write       sign_in::options;
    POST   "/auth/passkey"                                          Public    Write       sign_in::passkey;
    GET    "/setup"                                                 Public    Read        setup::read;
    POST   "/setup"                                                 Public    Write       setup::run;
    POST   "/auth/invitations/look"                                 Public    Write       invitations::look;
    POST   "/auth/invitations/ask"                                  Public    Write       invitations::ask;
    POST   "/auth/invitations/accept"                               Public    Write       invitations::accept;
    POST   "/auth/resets/look"                                      Public    Write       resets::look;
    POST   "/auth/resets/accept"                                    Public    Write       resets::accept;
    GET    "/me"                                                    Enrolling OfSession   me::read;
    PATCH  "/me"                                                    SignedIn  Write       me::edit;
    POST   "/me/password"                                           SignedIn  Write       passwords::change;
    POST   "/me/reauthenticate"                                     Enrolling Write       again::prove;
    POST   "/me/reauthenticate/options"                             Enrolling Write       again::options;
    GET    "/me/factors"                                            Enrolling Read        mine::read;
    POST   "/me/totp"                                               Enrolling FreshWrite  totp::begin;
    PUT    "/me/totp"                                               Enrolling FreshWrite  totp::confirm;
    DELETE "/me/totp"                                               SignedIn  FreshWrite  totp::remove;
    POST   "/me/passkeys/options"                                   Enrolling FreshWrite  passkeys::options;
    POST   "/me/passkeys"                                           Enrolling FreshWrite  passkeys::add;
    PATCH  "/me/passkeys/{id}" (id: Credential)                     SignedIn  Write       passkeys::rename;
    DELETE "/me/passkeys/{id}" (id: Credential)                     SignedIn  FreshWrite  passkeys::remove;
    POST   "/me/recovery-codes"                                     SignedIn  FreshWrite  codes::make;
    GET    "/me/preferences"                                        SignedIn  Read        preferences::read;
    PUT    "/me/preferences"                                        SignedIn  Write       preferences::save;
    GET    "/me/language"                                           SignedIn  Read        language::read;
    PUT    "/me/language"                                           SignedIn  Write       language::choose;
    GET    "/me/data"                                               SignedIn  OfSession   own_data::read;
    GET    "/me/sessions"                                           SignedIn  Read        me::sessions;
    DELETE "/me/sessions/{sid}" (sid: SessionName)                  SignedIn  Write       me::revoke;
    GET    "/me/identities"                                         SignedIn  Read        identity::mine;
    GET    "/me/drafts"                                             SignedIn  Read        drafts::all;
    PUT    "/me/drafts/{id}" (id: DraftId)                          SignedIn  Write       drafts::put;
    DELETE "/me/drafts/{id}" (id: DraftId)                          SignedIn  Write       drafts::remove;
    GET    "/me/inbox"                                              SignedIn  Read        inbox::list;
    POST   "/me/inbox/read"                                         SignedIn  Write       inbox::mark;
    GET    "/me/inbox/live"                                         SignedIn  Socket      inbox::watch;
    GET    "/me/notifications"                                      SignedIn  Read        inbox::choices;
    PUT    "/me/notifications"                                      SignedIn  Write       inbox::choose;
    GET    "/me/muted/{id}" (id: RequestId)                         SignedIn  Read        inbox::muted;
    PUT    "/me/muted/{id}" (id: RequestId)                         SignedIn  Write       inbox::mute;
    GET    "/me/notifications/times"                                SignedIn  Read        notice_times::read;
    PUT    "/me/notifications/times"                                SignedIn  Write       notice_times::save;
    GET    "/me/watched/{id}" (id: RequestId)                       SignedIn  Read        watched::read;
    PUT    "/me/watched/{id}" (id: RequestId)                       SignedIn  Write       watched::set;
    GET    "/keys"                                                  Managers  Read        keys::list;
    POST   "/keys"                                                  Managers  FreshWrite  keys::make;
    PATCH  "/keys/{id}" (id: KeyId)                                 Managers  FreshWrite  keys::change;
    DELETE "/keys/{id}" (id: KeyId)                                 Managers  Write       keys::end;
    POST   "/keys/{id}/rotate" (id: KeyId)                          Managers  FreshWrite  keys::rotate;
    GET    "/me/push"                                               SignedIn  Read        push::read;
    PUT    "/me/push"                                               SignedIn  Write       push::save;
    DELETE "/me/push/{id}" (id: DeviceId)                           SignedIn  Write       push::remove;
    GET    "/me/mail"                                               SignedIn  Read        mail_pauses::mine;
    POST   "/me/mail/resume"                                        SignedIn  Write       mail_pauses::resume_mine;
    POST   "/mail/events"                                           Public    OneClick    mail_pauses::told;
    POST   "/mail/unsubscribe"                                      Public    OneClick    inbox::unsubscribe;
    GET    "/avatars"                                               SignedIn  Read        avatars::list;
    PUT    "/me/avatar"                                             SignedIn  Write       avatars::put;
    DELETE "/me/avatar"                                             SignedIn  Write       avatars::remove;
    GET    "/users/{id}/avatar/{avatar}/{size}" (id: UserId, avatar: AvatarId, size: AvatarSize) SignedIn Read avatars::read;
    GET    "/users"                                                 Managers  Read        users::list;
    POST   "/users"                                                 Operators Write       people::invite;
    GET    "/users/{id}" (id: UserId)                               Managers  Read        users::read;
    PATCH  "/users/{id}" (id: UserId)                               Operators FreshWrite  people::change;
    POST   "/users/{id}/invitation" (id: UserId)                    Operators FreshWrite  people::invite_again;
    POST   "/users/{id}/reset" (id: UserId)                         Managers  FreshWrite  resets::make;
    DELETE "/users/{id}/factors" (id: UserId)                       Managers  FreshWrite  taken::remove;
    DELETE "/users/{id}/identities" (id: UserId)                    Operators FreshWrite  identity::unlink;

    GET    "/categories"                                            SignedIn  Read        categories::list;
    GET    "/requests"                                              SignedIn  Read        requests::list;
    POST   "/requests"                                              SignedIn  WriteNaming requests::create;
    GET    "/requests.csv"                                          SignedIn  OfSession   export::csv;
    GET    "/requests/live"                                         SignedIn  Socket      requests::watch_list;
    GET    "/requests/{id}" (id: RequestId)                         SignedIn  Read        requests::read;
    PATCH  "/requests/{id}" (id: RequestId)                         SignedIn  WriteNaming requests::edit;
    GET    "/requests/{id}/events" (id: RequestId)                  SignedIn  Read        requests::events;
    GET    "/requests/{id}/mentionable" (id: RequestId)             SignedIn  Read        mentions::mentionable;
    GET    "/requests/{id}/undelivered" (id: RequestId)             Managers  Read        deliveries::undelivered;
    GET    "/requests/{id}/live" (id: RequestId)                    SignedIn  Socket      requests::watch;
    POST   "/requests/{id}/comments" (id: RequestId)                SignedIn  Write       requests::comment;
    POST   "/requests/{id}/links" (id: RequestId)                   Staff     Write       links::link;
    DELETE "/requests/{id}/links/{other}" (id: RequestId, other: RequestId) Staff Write   links::unlink;
    POST   "/requests/{id}/attachments" (id: RequestId)             SignedIn  Write       files::attach;
    GET    "/requests/{id}/attachments/{file}" (id: RequestId, file: AttachmentId) SignedIn Read files::read;
    PATCH  "/requests/{id}/attachments/{file}" (id: RequestId, file: AttachmentId) SignedIn Write files::mark;
    DELETE "/requests/{id}/attachments/{file}" (id: RequestId, file: AttachmentId) SignedIn Write files::detach;
    GET    "/requests/{id}/attachments/{file}/thumbnail" (id: RequestId, file: AttachmentId) SignedIn Read files::thumbnail;
    PUT    "/requests/{id}/attachments/{file}/thumbnail" (id: RequestId, file: AttachmentId) SignedIn Write files::draw;
    POST   "/requests/{id}/{action}" (id: RequestId, action: Action) SignedIn WriteNaming requests::act;

    GET    "/locations"                                             SignedIn  Read        places::list;
    POST   "/locations"                                             Managers  Write       places::make;
    GET    "/locations/{id}" (id: PlaceId)                          SignedIn  Read        places::read;
    PATCH  "/locations/{id}" (id: PlaceId)                          Managers  Write       places::change;
    DELETE "/locations/{id}" (id: PlaceId)                          Managers  Write       places::remove;
    POST   "/locations/{id}/merge" (id: PlaceId)                    Managers  Write       places::merge;
    GET    "/asset-categories"                                      SignedIn  Read        categories::of_assets;
    GET    "/assets"                                                SignedIn  Read        assets::list;
    POST   "/assets"                                                Managers  WriteNaming assets::make;
    GET    "/assets/{id}" (id: AssetId)                             SignedIn  Read        assets::read;
    GET    "/assets/{id}/downtime" (id: AssetId)                    SignedIn  Read        downtime::read;
    PATCH  "/assets/{id}" (id: AssetId)                             Managers  WriteNaming assets::change;
    DELETE "/assets/{id}" (id: AssetId)                             Managers  Write       assets::remove;
    POST   "/labels"                                                Managers  Write       labels::make;
    GET    "/labels/{code}" (code: LabelCode)                       SignedIn  Read        labels::read;
    POST   "/labels/{code}/bind" (code: LabelCode)                  Staff     Write       labels::bind;

    GET    "/system/logs"                                           Operators Read        system::log_streams;
    GET    "/system/logs/{stream}" (stream: StreamName)             Operators Read        system::log_entries;
    GET    "/system/logs/{stream}/tail" (stream: StreamName)        Operators Socket      system::tail;
    GET    "/system/logs/{stream}/{id}" (stream: StreamName, id: EntryId) Operators Read  system::log_entry;
    GET    "/system/sessions"                                       Operators Read        sessions::list;
    DELETE "/system/sessions/{user}/{sid}" (user: UserId, sid: SessionName) Operators Write sessions::revoke;
    GET    "/system/keys"                                           Operators Read        keys::list_all;
    DELETE "/system/keys/{id}" (id: KeyId)                          Operators Write       keys::end_any;
    GET    "/system/mail"                                           Operators Read        mail::read;
    GET    "/system/mail/records"                                   Operators Read        mail::records;
    POST   "/system/mail/test"                                      Operators Write       mail::test;
    GET    "/system/identity"                                       Operators Read        identity::read;
    POST   "/system/identity/test"                                  Operators Write       identity::test;
    GET    "/system/mail/paused"                                    Operators Read        mail_pauses::list;
    POST   "/system/mail/paused/{user}/resume" (user: UserId)       Operators Write       mail_pauses::resume;
    GET    "/system/mail/deliveries"                                Operators Read        deliveries::list;
    POST   "/system/mail/deliveries/{id}/resend" (id: DeliveryId)   Operators Write       deliveries::resend;
    POST   "/system/mail/deliveries/{id}/give-up" (id: DeliveryId)  Operators Write       deliveries::give_up;
    GET    "/system/users"                                          Operators Read        people::list;
    GET    "/system/settings"                                       Operators Read        settings::list;
    GET    "/system/settings/{key}" (key: SettingKey)               Operators Read        settings::read;
    PUT    "/system/settings/{key}" (key: SettingKey)               Operators Write       settings::change;
    GET    "/system/settings/{key}/history" (key: SettingKey)       Operators Read        settings::history;
    POST   "/system/settings/{key}/revert" (key: SettingKey)        Operators Write       settings::revert;
    GET    "/system/files"                                          Operators Read        stored::read;
    POST   "/system/files/check"                                    Operators Write       stored::check;
    GET    "/system/cache"                                          Operators Read        caches::list;
    DELETE "/system/cache/{namespace}" (namespace: CacheNamespace)  Operators Write       caches::purge;
    GET    "/system/monitor"                                        Operators Read        system::monitor;
    GET    "/system/sync"                                           Operators Read        system::sync;
    POST   "/system/sync/replay"                                    Operators Write       system::replay;
    GET    "/system/requests/{id}/inspect" (id: RequestId)          Operators Read        system::inspect;
}

/// A line for which nobody has decided what an API key needs does not compile: `scopes::needs`.
#[allow(clippy::disallowed_macros, reason = "the compiler runs it, and nobody else")]
const _: () = {
    let mut rest: &[Route] = ROUTES;
    while let [route, others @ ..] = rest {
        assert!(
            route.key.is_some(),
            "a route has no line in src/router/scopes.rs: decide what an API key needs for it"
        );
        rest = others;
    }
};

/// What a method and a path lead to.
pub enum Found<'p> {
    /// A route, and the segments at the places of its parameters.
    Route(&'static Route, Vec<&'p str>),
    /// The path exists, with other methods: those of `Allow`.
    OtherMethods(String),
    /// There is no such path.
    Nothing,
}

impl Found<'_> {
    /// The route's pattern, as the logs tell it.
    pub fn pattern(&self) -> &'static str {
        match self {
            Found::Route(route, _) => route.pattern,
            Found::OtherMethods(_) | Found::Nothing => "unknown",
        }
    }
}

/// Finds the route; `path` is without the `/api` prefix.
pub fn find<'p>(method: &str, path: &'p str) -> Found<'p> {
    let wanted = if method == "HEAD" { "GET" } else { method };
    let mut allowed: Vec<&str> = Vec::new();
    for route in ROUTES.iter().filter(|route| path.starts_with(route.stem)) {
        let Some(segments) = path::matched(route.pattern, route.fits, path) else { continue };
        if route.method == wanted {
            return Found::Route(route, segments);
        }
        if !allowed.contains(&route.method) {
            allowed.push(route.method);
        }
    }
    if allowed.is_empty() {
        return Found::Nothing;
    }
    if allowed.contains(&"GET") {
        allowed.push("HEAD");
    }
    allowed.push("OPTIONS");
    Found::OtherMethods(allowed.join(", "))
}

#[cfg(test)]
mod tests {
    use super::*;

    const ID: &str = "0190a5b8-0000-7000-8000-000000000001";

    fn pattern(method: &str, path: &str) -> Option<&'static str> {
        match find(method, path) {
            Found::Route(route, _) => Some(route.pattern),
            Found::OtherMethods(_) | Found::Nothing => None,
        }
    }

    fn allow(method: &str, path: &str) -> Option<String> {
        match find(method, path) {
            Found::OtherMethods(allow) => Some(allow),
            Found::Route(..) | Found::Nothing => None,
        }
    }

    #[test]
    fn a_path_leads_to_its_route() {
        assert_eq!(pattern("GET", "/me"), Some("/api/me"));
        assert_eq!(pattern("POST", &format!("/requests/{ID}/approve")), Some("/api/requests/{id}/{action}"));
        assert_eq!(pattern("POST", &format!("/requests/{ID}/comments")), Some("/api/requests/{id}/comments"));
        assert_eq!(pattern("GET", &format!("/requests/{}", ID.to_uppercase())), Some("/api/requests/{id}"));
        assert_eq!(pattern("GET", "/requests/live"), Some("/api/requests/live"));
        assert_eq!(pattern("GET", "/system/logs/http/tail"), Some("/api/system/logs/{stream}/tail"));
    }

    #[test]
    fn a_stem_is_what_stands_before_the_first_parameter() {
        assert_eq!(path::stem("/requests/{id}/{action}"), "/requests/");
        assert_eq!((path::stem("/me"), path::stem("")), ("/me", ""));
    }

    #[test]
    fn head_is_answered_wherever_get_is() {
        for route in ROUTES.iter().filter(|route| route.method == "GET" && route.parameters.is_empty()) {
            let path = route.pattern.trim_start_matches("/api");
            assert_eq!(pattern("HEAD", path), Some(route.pattern));
        }
    }

    #[test]
    fn what_is_not_in_the_table_is_nothing() {
        for path in
            ["/", "/requests/7", "/requests/../me", "/system", "/system/logs/nostream", "/requests//approve", "me"]
        {
            assert!(matches!(find("GET", path), Found::Nothing), "{path}");
        }
        assert!(matches!(find("POST", &format!("/requests/{ID}/frobnicate")), Found::Nothing));
    }

    #[test]
    fn another_method_is_told_which_there_are() {
        assert_eq!(allow("DELETE", "/me").as_deref(), Some("GET, PATCH, HEAD, OPTIONS"));
        assert_eq!(allow("GET", &format!("/requests/{ID}/approve")).as_deref(), Some("POST, OPTIONS"));
        assert_eq!(allow("OPTIONS", "/requests").as_deref(), Some("GET, POST, HEAD, OPTIONS"));
    }

    #[test]
    fn every_system_route_is_for_operators() {
        for route in ROUTES.iter().filter(|route| route.pattern.starts_with("/api/system")) {
            assert_eq!(route.permission, Permission::Operators, "{}", route.pattern);
        }
    }

    #[test]
    fn no_two_lines_are_the_same_and_each_names_its_parameters() {
        for (at, route) in ROUTES.iter().enumerate() {
            assert!(
                !ROUTES.iter().skip(at + 1).any(|other| (other.method, other.pattern) == (route.method, route.pattern))
            );
            assert_eq!(route.pattern.matches('{').count(), route.parameters.len(), "{}", route.pattern);
        }
    }
}
