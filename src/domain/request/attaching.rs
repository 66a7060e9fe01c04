//! Who may attach a file to a request, mark it and remove it.
//!
//! Commands and events of their own: editing the report never touches a file, and a file nothing of the report.

use base::refusal::Refusal;
use base::time::Timestamp;

use super::attachment::{Arrived, Attachment, AttachmentId, Declared, Mark};
use super::event::{Event, EventBody};
use super::policy;
use super::rules::RequestRules;
use super::state::MaintenanceRequest;
use super::visibility::Visibility;
use crate::domain::file::FileKind;
use crate::domain::text::fold;
use crate::domain::user::Caller;

/// The files that the caller may know of.
pub fn visible<'a>(request: &'a MaintenanceRequest, caller: &Caller) -> impl Iterator<Item = &'a Attachment> {
    let role = caller.role;
    request.attachments.iter().filter(move |file| policy::may_read(role, file.visibility))
}

/// One of the files that the caller may know of.
///
/// # Errors
/// `NotFound`.
pub fn find<'a>(request: &'a MaintenanceRequest, id: AttachmentId, caller: &Caller) -> Result<&'a Attachment, Refusal> {
    visible(request, caller).find(|file| file.id == id).ok_or(Refusal::NotFound)
}

/// Whether a file may be attached as it was declared; gives what it then is. `comment` is the event that it names, if there is one: a
/// file of a comment is seen by whoever sees the comment.
///
/// # Errors
/// `Forbidden`; `InvalidTransition` where the request is final; `Invalid` naming `comment`; what
/// [`FileLimits::check`](crate::domain::file::FileLimits::check) says.
pub fn declare(
    request: &MaintenanceRequest,
    declared: Declared,
    comment: Option<&Event>,
    caller: &Caller,
    rules: &RequestRules,
) -> Result<Declared, Refusal> {
    let visibility = match (declared.comment, comment) {
        (None, _) => declared.visibility,
        (Some(seq), Some(event)) if event.seq == seq && event.actor.id() == Some(caller.user.id) => match &event.body {
            EventBody::Commented { visibility, .. } => *visibility,
            _ => return Err(no_comment()),
        },
        (Some(_), _) => return Err(no_comment()),
    };
    if !policy::may_comment(request, caller, visibility) {
        return Err(Refusal::FORBIDDEN);
    }
    while_open(request)?;
    let bytes = request.attachments.iter().fold(0_i64, |sum, file| sum.saturating_add(file.size));
    rules.files.check(declared.size, request.attachments.len(), bytes)?;
    Ok(Declared { visibility, ..declared })
}

fn no_comment() -> Refusal {
    Refusal::invalid("comment", "unknown_value", "There is no comment of yours with this seq.")
}

/// The file, now that its bytes are there.
///
/// # Errors
/// As [`declare`]: the request may have changed meanwhile. `Invalid` naming `mark` where it is no picture.
pub fn attach(
    request: &MaintenanceRequest,
    id: AttachmentId,
    declared: Declared,
    arrived: Arrived,
    caller: &Caller,
    now: Timestamp,
    rules: &RequestRules,
) -> Result<EventBody, Refusal> {
    // Whose comment it is was asked before, and does not change.
    let unbound = Declared { comment: None, ..declared.clone() };
    declare(request, unbound, None, caller, rules)?;
    let Declared { filename, size, visibility, mark, comment } = declared;
    let Arrived { kind, sha256, width, height } = arrived;
    if mark.is_some() && !kind.is_picture() {
        return Err(no_picture());
    }
    Ok(EventBody::Attached {
        attachment: Attachment {
            id,
            filename: filename.of_kind(kind).into(),
            content_type: kind.as_str().to_owned(),
            size,
            sha256,
            visibility,
            mark,
            comment,
            width,
            height,
            thumbnail: false,
            by: caller.user.clone(),
            created_at: now,
        },
    })
}

fn no_picture() -> Refusal {
    Refusal::invalid("mark", "not_a_picture", "Only a picture shows how it was before, or how it is now.")
}

/// Marks a picture, or takes its mark away: who attached it, who does the work, managers. None where it is marked so already.
///
/// # Errors
/// `NotFound`, `Forbidden`; `InvalidTransition` where the request is final; `Invalid` where it is no picture.
pub fn mark(
    request: &MaintenanceRequest,
    id: AttachmentId,
    mark: Option<Mark>,
    caller: &Caller,
) -> Result<Option<EventBody>, Refusal> {
    let file = find(request, id, caller)?;
    let is_assignee = policy::sees_internal(caller.role) && request.is_assigned_to(&caller.user);
    if !caller.role.manages() && !caller.is(&file.by) && !is_assignee {
        return Err(Refusal::FORBIDDEN);
    }
    while_open(request)?;
    if !file.content_type.parse::<FileKind>().is_ok_and(FileKind::is_picture) {
        return Err(no_picture());
    }
    let marked =
        || EventBody::Marked { attachment: id, filename: file.filename.clone(), mark, visibility: file.visibility };
    Ok((file.mark != mark).then(marked))
}

/// Whether work may be completed: in these categories (folded) only with a picture that is marked as after.
///
/// # Errors
/// `Conflict` with `after_picture_required`.
pub fn check_completion(request: &MaintenanceRequest, categories: &[String]) -> Result<(), Refusal> {
    let has_one = || request.attachments.iter().any(|file| file.mark == Some(Mark::After));
    if categories.is_empty() || !categories.contains(&fold(&request.report.category)) || has_one() {
        return Ok(());
    }
    let detail = "Work of this category is completed with a picture of how it is now: attach one, marked as after.";
    Err(Refusal::conflict("after_picture_required", detail))
}

/// Removes a file: who attached it while the request is open, managers always: what should not have been shown can be taken away.
///
/// # Errors
/// `NotFound`, `Forbidden`; `InvalidTransition` where the request is final.
pub fn detach(request: &MaintenanceRequest, id: AttachmentId, caller: &Caller) -> Result<EventBody, Refusal> {
    let file = find(request, id, caller)?;
    if !caller.role.manages() {
        if !caller.is(&file.by) {
            return Err(Refusal::FORBIDDEN);
        }
        while_open(request)?;
    }
    let Attachment { filename, size, visibility, .. } = file.clone();
    Ok(EventBody::Detached { attachment: id, filename, size, visibility })
}

/// Whether the caller may give the file its small picture: who attached it. Who may know of it, then.
///
/// # Errors
/// `NotFound`, `Forbidden`.
pub fn may_draw(request: &MaintenanceRequest, id: AttachmentId, caller: &Caller) -> Result<Visibility, Refusal> {
    let file = find(request, id, caller)?;
    if caller.is(&file.by) { Ok(file.visibility) } else { Err(Refusal::FORBIDDEN) }
}

fn while_open(request: &MaintenanceRequest) -> Result<(), Refusal> {
    if request.status.is_final() {
        return Err(Refusal::InvalidTransition { status: request.status.word(), allowed: Vec::new(), record: None });
    }
    Ok(())
}

impl MaintenanceRequest {
    /// How many files everybody sees who sees the request.
    #[must_use]
    pub fn public_attachments(&self) -> u32 {
        let count = self.attachments.iter().filter(|file| file.visibility == Visibility::Public).count();
        u32::try_from(count).unwrap_or(u32::MAX)
    }
}

#[cfg(test)]
mod tests;
