//! Who links requests, and what both ends make of it.
//!
//! A link stands at both of its ends. Who makes it decides at one; the request at the other end takes the opposite, once. A duplicate is
//! closed, and whoever reported it sees and hears what becomes of the request that stays.
//!
//! Architecture invariant: a request is a duplicate, or it has duplicates, and never both; so there is no circle of them.

use base::refusal::Refusal;
use base::time::Timestamp;

use super::command::Command;
use super::event::{Event, EventBody};
use super::link::{Link, LinkKind};
use super::policy::{Verdict, sees_internal};
use super::state::MaintenanceRequest;
use crate::domain::request::RequestId;
use crate::domain::user::{Caller, Role};

/// So many links a request has at most.
pub const MOST_LINKS: usize = 50;

/// The links that the caller may know of: the staff all, others that it is a duplicate, or that theirs is one of it.
pub fn visible<'a>(request: &'a MaintenanceRequest, caller: &Caller) -> impl Iterator<Item = &'a Link> {
    request.links.iter().filter(move |link| match link.kind {
        _ if sees_internal(caller.role) => true,
        LinkKind::DuplicateOf => true,
        LinkKind::HasDuplicate => link.reporter.as_ref().is_some_and(|reporter| caller.is(reporter)),
        _ => false,
    })
}

/// What is said about a link of this kind: managers make all of them, technicians those that mean nothing more than themselves. What
/// becomes a duplicate is still to be done.
#[must_use]
pub const fn verdict(request: &MaintenanceRequest, kind: LinkKind, role: Role) -> Verdict {
    match kind {
        LinkKind::Relates if sees_internal(role) => Verdict::Allowed,
        _ if !role.manages() => Verdict::Never,
        LinkKind::DuplicateOf if !request.status.is_open() => Verdict::NotNow,
        _ => Verdict::Allowed,
    }
}

/// The event of a link. One of another kind takes the place of one that there is, unless that is a merge. `theirs` is one that was made
/// at the other end: of two that were made at once, one at each, the later stays, and a merge in any case.
///
/// # Errors
/// `Invalid` for one to itself; `Conflict` with `already_linked`, `too_many_links`, `has_duplicates`, or `merged` for a duplicate of what is
/// itself one.
pub fn linked(request: &MaintenanceRequest, link: &Link, theirs: bool) -> Result<EventBody, Refusal> {
    if link.other == request.id {
        return Err(Refusal::invalid("other", "itself", "A request has no link to itself."));
    }
    if link.kind == LinkKind::HasDuplicate && request.has_link(LinkKind::DuplicateOf) {
        return Err(Refusal::conflict("merged", "This request is itself a duplicate."));
    }
    let known = request.link_to(link.other);
    let is_late = |known: &Link| theirs && !link.kind.is_merge() && known.at > link.at;
    let stays = |known: &Link| known.kind == link.kind || known.kind.is_merge() || is_late(known);
    if known.is_some_and(stays) {
        return Err(Refusal::conflict(ALREADY_LINKED, "These two requests are linked already."));
    }
    if known.is_none() && request.links.len() >= MOST_LINKS {
        return Err(Refusal::conflict("too_many_links", "A request has at most 50 links."));
    }
    if link.kind == LinkKind::DuplicateOf && request.has_link(LinkKind::HasDuplicate) {
        let detail = "Others were merged into this request: merge the other into it, or undo that first.";
        return Err(Refusal::conflict("has_duplicates", detail));
    }
    Ok(EventBody::Linked { link: link.clone(), visibility: link.kind.visibility(), theirs })
}

/// The event of a link that is removed; of a merge, that it is undone. `made_at` is there where it was removed at the other end: one that
/// was made later stays.
///
/// # Errors
/// `NotFound`; `Forbidden`; `Conflict` with `undo_at_duplicate`: a merge is undone where it was made, so that its two ends cannot differ.
pub fn unlinked(
    request: &MaintenanceRequest,
    other: RequestId,
    made_at: Option<Timestamp>,
    role: Role,
) -> Result<EventBody, Refusal> {
    let is_meant =
        |link: &&Link| made_at.is_none_or(|made_at| link.at <= made_at && link.kind != LinkKind::DuplicateOf);
    let known = request.link_to(other).filter(is_meant);
    let link = known.ok_or(Refusal::NotFound)?;
    if link.kind != LinkKind::Relates && !role.manages() {
        return Err(Refusal::FORBIDDEN);
    }
    if link.kind == LinkKind::HasDuplicate && made_at.is_none() {
        return Err(Refusal::conflict("undo_at_duplicate", "A merge is undone at the request that was merged."));
    }
    Ok(removed(link, made_at.is_some()))
}

fn removed(link: &Link, theirs: bool) -> EventBody {
    EventBody::Unlinked { link: link.clone(), visibility: link.kind.visibility(), theirs }
}

/// The event that takes a link back which the other end refused; none if it is not there any more.
#[must_use]
pub fn taken_back(request: &MaintenanceRequest, refused: &Link) -> Option<EventBody> {
    let is_refused = |link: &&Link| (link.kind, link.at) == (refused.kind, refused.at);
    request.link_to(refused.other).filter(is_refused).map(|link| removed(link, true))
}

/// What the other end is to do because of an event of `request`, and which that is; none where it knows, or nobody is to be told.
#[must_use]
pub fn for_the_other(request: &MaintenanceRequest, event: &Event) -> Option<(RequestId, Command)> {
    match &event.body {
        EventBody::Linked { link, theirs: false, .. } => {
            Some((link.other, Command::Link { link: seen_from_there(link, request), theirs: true }))
        }
        EventBody::Unlinked { link, theirs: false, .. } => {
            Some((link.other, Command::Unlink { other: request.id, made_at: Some(link.at) }))
        }
        _ => None,
    }
}

/// What the other end has of a link of `request`.
fn seen_from_there(link: &Link, request: &MaintenanceRequest) -> Link {
    let is_duplicate = link.kind == LinkKind::DuplicateOf;
    Link {
        kind: link.kind.opposite(),
        other: request.id,
        number: request.number.clone(),
        title: (!is_duplicate).then(|| request.report.title.clone()),
        at: link.at,
        reporter: is_duplicate.then(|| request.requester.clone()),
        was: None,
        was_reason: None,
    }
}

/// What became of a link at its other end: it is there, or may not be.
///
/// # Errors
/// The refusal, where that may be another later.
pub fn settled(answer: Result<(), Refusal>) -> Result<Outcome, Refusal> {
    match answer {
        Ok(()) | Err(Refusal::NotFound) => Ok(Outcome::Taken),
        Err(Refusal::Conflict { code, .. }) if code == ALREADY_LINKED => Ok(Outcome::Taken),
        Err(Refusal::Conflict { .. } | Refusal::Forbidden { .. } | Refusal::InvalidTransition { .. }) => {
            Ok(Outcome::Refused)
        }
        Err(refusal) => Err(refusal),
    }
}

/// See [`settled`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// The other end has it, or has it no more.
    Taken,
    /// The other end will not have it.
    Refused,
}

/// Why a link is refused that is there already.
const ALREADY_LINKED: &str = "already_linked";

#[cfg(test)]
mod tests;
