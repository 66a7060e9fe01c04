//! The fold: what an event makes of a state. Total, free of rules about who and when (those were `decide`'s), and
//! idempotent: an event that the state already contains changes nothing.

use super::id::RequestId;
use super::{
    event::{Event, EventBody},
    link::{ANOTHER, Link, LinkKind},
    report::Change,
    state::MaintenanceRequest,
    status::Status,
    visibility::Visibility,
};

/// Applies `event` to `request`, unless its seq is at or below the request's version.
pub fn apply(request: &mut MaintenanceRequest, event: &Event) {
    if event.seq <= request.version {
        return;
    }
    request.last_public = match event.visibility() {
        Visibility::Public => None,
        Visibility::Internal => Some(request.last_event(false)),
    };
    request.version = event.seq;
    request.updated_at = event.ts;
    match &event.body {
        // A request is created once, by `MaintenanceRequest::begin`; a comment changes nothing but the version.
        EventBody::Created { .. } | EventBody::Commented { .. } => {}
        EventBody::Approved {} => request.status = Status::Approved,
        EventBody::Rejected { reason } => end(request, event, Status::Rejected, reason),
        EventBody::Assigned { assignee, .. } => {
            request.assignee = Some(assignee.clone());
            if matches!(request.status, Status::Approved) {
                request.status = Status::Assigned;
            }
        }
        EventBody::Released { .. } => {
            request.status = Status::Approved;
            request.status_reason = None;
            request.assignee = None;
            if let Some(held_since) = request.held_since.take() {
                stand_still(request, event.ts.ms_since(held_since));
            }
        }
        EventBody::Started {} => {
            request.status = Status::InProgress;
            request.started_at = request.started_at.or(Some(event.ts));
        }
        EventBody::Held { reason } => {
            request.status = Status::OnHold;
            request.status_reason = Some(reason.clone());
            request.held_since = Some(event.ts);
        }
        EventBody::Resumed {} => {
            request.status = Status::InProgress;
            request.status_reason = None;
            let held_since = request.held_since.take().unwrap_or(event.ts);
            stand_still(request, event.ts.ms_since(held_since));
        }
        EventBody::Completed { resolution, auto_close_ms } => {
            request.status = Status::Completed;
            request.auto_close_ms = *auto_close_ms;
            request.resolution = Some(resolution.clone());
            request.completed_at = Some(event.ts);
        }
        EventBody::Closed { rating } => {
            request.status = Status::Closed;
            request.rating = *rating;
            request.closed_at = Some(event.ts);
        }
        EventBody::Reopened { .. } => {
            request.status = Status::InProgress;
            request.resolution = None;
            request.rating = None;
            request.closed_at = None;
            let completed_at = request.completed_at.take().unwrap_or(event.ts);
            stand_still(request, event.ts.ms_since(completed_at));
        }
        EventBody::Cancelled { reason } => end(request, event, Status::Cancelled, reason),
        EventBody::Edited { changes, target_ms } => {
            request.report.change(changes);
            Change::make(target_ms.as_ref(), &mut request.target_ms);
            fix_due_at(request);
        }
        EventBody::Attached { attachment } => request.attachments.push(attachment.clone()),
        EventBody::Marked { attachment, mark, .. } => {
            for file in request.attachments.iter_mut().filter(|file| file.id == *attachment) {
                file.mark = *mark;
            }
        }
        EventBody::Detached { attachment, .. } => request.attachments.retain(|file| file.id != *attachment),
        EventBody::Linked { link, .. } => link_to(request, event, link),
        EventBody::Unlinked { link, .. } => unlink(request, event, link),
    }
}

/// What a link makes of a request.
fn link_to(request: &mut MaintenanceRequest, event: &Event, link: &Link) {
    let mut link = link.clone();
    if link.kind == LinkKind::DuplicateOf {
        link.was = Some(request.status);
        link.was_reason = request.status_reason.take();
        if let Some(held_since) = request.held_since.take() {
            stand_still(request, event.ts.ms_since(held_since));
        }
        let reason = format!("Duplicate of {}.", link.number.as_deref().unwrap_or(ANOTHER));
        end(request, event, Status::Cancelled, &reason);
    }
    request.links.retain(|known| known.other != link.other);
    request.links.push(link);
}

/// What a link that is removed makes of a request: a duplicate stands where it stood, and its clock stood still meanwhile.
fn unlink(request: &mut MaintenanceRequest, event: &Event, link: &Link) {
    request.links.retain(|known| known.other != link.other);
    let Some(was) = link.was.filter(|_| link.kind == LinkKind::DuplicateOf) else { return };
    request.status = was;
    request.status_reason.clone_from(&link.was_reason);
    request.held_since = (was == Status::OnHold).then_some(event.ts);
    let closed_at = request.closed_at.take().unwrap_or(event.ts);
    stand_still(request, event.ts.ms_since(closed_at));
}

fn end(request: &mut MaintenanceRequest, event: &Event, status: Status, reason: &str) {
    request.status = status;
    request.status_reason = Some(reason.to_owned());
    request.closed_at = Some(event.ts);
}

/// The clock stood still for `ms`: the request is due that much later.
fn stand_still(request: &mut MaintenanceRequest, ms: i64) {
    request.held_ms = request.held_ms.saturating_add(ms.max(0));
    fix_due_at(request);
}

fn fix_due_at(request: &mut MaintenanceRequest) {
    request.due_at = request.created_at.plus_ms(request.target_ms.saturating_add(request.held_ms));
}

impl MaintenanceRequest {
    /// The request that these events, in order, make; none if they do not begin with a creation. Without its number.
    #[must_use]
    pub fn replay<'a>(id: RequestId, epoch: i64, events: impl IntoIterator<Item = &'a Event>) -> Option<Self> {
        let mut events = events.into_iter();
        let mut request = Self::begin(id, epoch, events.next()?)?;
        events.for_each(|event| apply(&mut request, event));
        Some(request)
    }
}
