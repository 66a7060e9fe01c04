//! What a line of the URL table says: the types of `routes.rs`.

use base::refusal::Refusal;
use futures::future::LocalBoxFuture;

#[cfg(feature = "openapi")]
use crate::openapi::operation::Operation;
#[cfg(feature = "openapi")]
use crate::openapi::schemas::Schemas;
use crate::router::context::Exchange;
use crate::router::http::reply::Reply;
use crate::router::path::Parameter;
use crate::router::scopes::Needs;

/// Who may use a route at all; the actors decide about the single record.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Permission {
    /// Anyone.
    Public,
    /// Anyone who is signed in.
    SignedIn,
    /// Anyone who is signed in, also who may do nothing else because they have no second factor yet.
    Enrolling,
    /// Technicians, managers and admins.
    Staff,
    /// Managers and admins.
    Managers,
    /// Admins, who operate the system.
    Operators,
}

/// What a route does, which decides how it is guarded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// It reads: the session is asked while the target works, and the answer is released only if it holds.
    Read,
    /// It reads what the session says, or what leaves in bulk and is told to the audit: the session is asked first.
    OfSession,
    /// It changes something: where it is called from is checked, and the session is asked before the target.
    Write,
    /// As [`Kind::Write`], and whom its body names is looked up while the session is asked.
    WriteNaming,
    /// As [`Kind::Write`], by somebody who has just proved who they are: a stolen session that lies around cannot do it.
    FreshWrite,
    /// A write that a mail program makes for its reader: no page of ours is behind it, and what its address carries is its permission.
    OneClick,
    /// It opens a WebSocket; the session is asked first.
    Socket,
}

impl Kind {
    /// Whether it changes something.
    pub const fn is_write(self) -> bool {
        matches!(self, Kind::Write | Kind::WriteNaming | Kind::FreshWrite)
    }
}

/// A route's answer.
pub type Answer<'a> = LocalBoxFuture<'a, Result<Reply, Refusal>>;

/// One line of the table.
pub struct Route {
    /// The method, in upper case. `HEAD` is answered by the `GET` of the same pattern.
    pub method: &'static str,
    /// The path with `/api` in front and its parameters by name, in braces.
    pub pattern: &'static str,
    /// What a path begins with that could be its, without `/api`.
    pub(super) stem: &'static str,
    /// Who may use it.
    pub permission: Permission,
    /// What it does.
    pub kind: Kind,
    /// What an API key needs for it, as `scopes.rs` says: the compiler asks there, and no request has to.
    pub key: Option<Needs>,
    /// The types of the pattern's parameters, in their order.
    pub parameters: &'static [Parameter],
    /// Whether the segments at the parameters' places are of their types.
    pub(super) fits: fn(&[&str]) -> bool,
    /// Answers.
    pub(super) handle: for<'a> fn(&'a Exchange<'a>, &[&str]) -> Answer<'a>,
    /// What it takes and answers.
    #[cfg(feature = "openapi")]
    pub describe: fn(&mut Schemas) -> Operation,
}
