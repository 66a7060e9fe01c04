//! One HTTP exchange: what a handler has at hand.

use std::borrow::Cow;

use base::ids::{OrgId, UserId};
use base::refusal::Refusal;
use worker::Env;

use crate::domain::asset::{AssetId, NamedAsset};
use crate::domain::place::PlaceId;
use crate::domain::request::RequestRules;
use crate::domain::user::Caller;
use crate::domain::user::User;
use crate::objects::context::CallContext;
use crate::objects::request_index::api::NamedPlace;
use crate::objects::session::api::LiveSession;
use crate::router::access_log::Access;
use crate::router::config::Config;
use crate::router::http::incoming::Incoming;
use crate::router::http::origin;

/// What was found out while the session was asked; by default nothing.
#[derive(Default)]
pub struct Prefetched {
    /// A user whom the body names.
    pub user: Option<(UserId, Result<Option<User>, Refusal>)>,
    /// A place that it names.
    pub place: Option<(PlaceId, Result<NamedPlace, Refusal>)>,
    /// An asset that it names.
    pub asset: Option<(AssetId, Result<NamedAsset, Refusal>)>,
}

impl Prefetched {
    /// What was found out about a place, if that was looked up.
    pub fn place(&self, id: PlaceId) -> Option<Result<NamedPlace, Refusal>> {
        self.place.as_ref().filter(|(known, _)| *known == id).map(|(_, found)| found.clone())
    }

    /// What was found out about an asset, if that was looked up.
    pub fn asset(&self, id: AssetId) -> Option<Result<NamedAsset, Refusal>> {
        self.asset.as_ref().filter(|(known, _)| *known == id).map(|(_, found)| found.clone())
    }

    /// What was found out about a user, if that was looked up.
    pub fn user(&self, id: UserId) -> Option<Result<Option<User>, Refusal>> {
        self.user.as_ref().filter(|(known, _)| *known == id).map(|(_, found)| found.clone())
    }
}

/// A request that came in, on its way to its answer.
pub struct Exchange<'a> {
    /// The environment.
    pub env: &'a Env,
    /// The deployment's configuration.
    pub config: &'a Config,
    /// The request.
    pub incoming: &'a Incoming,
    /// What the logs are told of it.
    pub access: &'a Access,
    /// For whom the actors are called, and in which trace.
    pub cx: CallContext,
    /// The session's word, where it was waited for.
    pub session: Option<LiveSession>,
    /// What was found out while the session was asked.
    pub prefetched: Prefetched,
}

impl Exchange<'_> {
    /// The organisation.
    pub fn org(&self) -> &OrgId {
        &self.config.org
    }

    /// Where the app is, for links that leave it: what the caller's page came from, if it is one of ours; else the first of
    /// `APP_ORIGINS`; else where the request went. Without a slash at the end.
    pub fn app_origin(&self) -> String {
        let (own, ours) = (self.incoming.own_origin(), &self.config.origins);
        let origin = self.incoming.header("origin");
        let known = origin.filter(|origin| origin == own || ours.iter().any(|listed| listed == origin));
        known.map(Cow::into_owned).or_else(|| ours.first().cloned()).unwrap_or_else(|| own.to_owned())
    }

    /// Where this deployment is for the browser that asks: as it was addressed, with the scheme of `APP_ORIGINS`, which a proxy in front may
    /// have taken away. Without a slash at the end.
    pub fn public_origin(&self) -> &str {
        origin::public(self.incoming.own_origin(), &self.config.origins)
    }

    /// Who is signed in.
    ///
    /// # Errors
    /// `Unauthenticated` on a public route.
    pub fn caller(&self) -> Result<&Caller, Refusal> {
        self.cx.require_caller()
    }

    /// The rules of requests in force.
    pub fn rules(&self) -> RequestRules {
        self.cx.rules.unwrap_or_default().rules
    }

    /// The session's word.
    ///
    /// # Errors
    /// `Unauthenticated` on a route that does not wait for it.
    pub fn session(&self) -> Result<&LiveSession, Refusal> {
        self.session.as_ref().ok_or(Refusal::Unauthenticated)
    }
}
