//! What a request's object remembers of bytes besides what its events say: those that are on their way, those that are to be removed, and
//! which files have a small picture.
//!
//! It makes that nothing is in the bucket that nobody knows of: what is on its way is written down before its first byte is, and what is
//! to be removed is remembered until the bucket has said that it is gone.

use base::refusal::Refusal;
use base::time::Timestamp;
use base::words;
use serde::{Deserialize, Serialize};

use super::attachment::{Attachment, AttachmentId, Declared, Mark};
use super::event::EventBody;
use super::rules::DAY_MS;
use super::visibility::Visibility;
use crate::domain::file::FileName;

/// What is on its way for longer than this will not arrive any more, in milliseconds: a day.
pub const PENDING_MS: i64 = DAY_MS;

/// So many files may be on their way to one request at once.
pub const MOST_PENDING: usize = 64;

/// The longest wait before a removal is tried again, in milliseconds: five minutes.
const LONGEST_WAIT_MS: i64 = 5 * 60 * 1_000;

words! {
    /// What bytes are to a request.
    pub enum HeldAs: "state of bytes" {
        /// They are on their way.
        Pending = "pending",
        /// They are to be removed, with their small picture.
        Removing = "removing",
        /// They are the small picture of a file.
        Thumbnail = "thumbnail",
        /// They are a file.
        File = "file",
    }
}

/// Bytes that a request knows of, and what is known of them: what is stored, and what is told, in one form, since each form is code that
/// every isolate loads.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Held {
    /// What they are.
    pub what: HeldAs,
    /// Of which file.
    pub id: AttachmentId,
    /// Since when they are on their way, or when their removal is tried next.
    #[serde(default)]
    pub at: Timestamp,
    /// How often their removal was tried.
    #[serde(default)]
    pub attempts: u32,
    /// How many there are.
    #[serde(default)]
    pub size: i64,
    /// What the file is called.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub filename: Option<String>,
    /// Its media type.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub content_type: Option<String>,
    /// The SHA-256 of its bytes, in hexadecimal.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sha256: Option<String>,
    /// Who may know of it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub visibility: Option<Visibility>,
    /// What the picture shows of the work.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mark: Option<Mark>,
    /// The seq of the comment that it belongs to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub comment: Option<i64>,
    /// Pixels from left to right.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub width: Option<u32>,
    /// Pixels from top to bottom.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub height: Option<u32>,
}

impl Held {
    /// Nothing but what they are, and of which file.
    #[must_use]
    pub const fn new(what: HeldAs, id: AttachmentId) -> Self {
        Self {
            what,
            id,
            at: Timestamp::MIN,
            attempts: 0,
            size: 0,
            filename: None,
            content_type: None,
            sha256: None,
            visibility: None,
            mark: None,
            comment: None,
            width: None,
            height: None,
        }
    }

    /// A file that was declared.
    #[must_use]
    pub fn declared(id: AttachmentId, declared: Declared, at: Timestamp) -> Self {
        let Declared { filename, size, visibility, mark, comment } = declared;
        Self {
            at,
            size,
            filename: Some(filename.into()),
            visibility: Some(visibility),
            mark,
            comment,
            ..Self::new(HeldAs::Pending, id)
        }
    }

    /// What was said of it; none where that is no declaration.
    #[must_use]
    pub fn as_declared(&self) -> Option<Declared> {
        Some(Declared {
            filename: FileName::parse(self.filename.as_deref()?).ok()?,
            size: self.size,
            visibility: self.visibility?,
            mark: self.mark,
            comment: self.comment,
        })
    }
}

impl From<&Attachment> for Held {
    fn from(file: &Attachment) -> Self {
        Self {
            size: file.size,
            filename: Some(file.filename.clone()),
            content_type: Some(file.content_type.clone()),
            sha256: Some(file.sha256.clone()),
            ..Self::new(HeldAs::File, file.id)
        }
    }
}

/// What is remembered of bytes that are no file: what is on its way, what is to be removed, and small pictures.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct FileLedger(Vec<Held>);

impl FileLedger {
    /// All of it.
    #[must_use]
    pub fn all(&self) -> &[Held] {
        &self.0
    }

    fn of(&self, what: HeldAs) -> impl Iterator<Item = &Held> {
        self.0.iter().filter(move |held| held.what == what)
    }

    /// A file is on its way.
    ///
    /// # Errors
    /// `Conflict` with `too_many_uploads` where too many are.
    pub fn begin(&mut self, id: AttachmentId, declared: Declared, now: Timestamp) -> Result<(), Refusal> {
        if self.of(HeldAs::Pending).count() >= MOST_PENDING {
            let detail = "Too many files are on their way to this request at once. Try again later.";
            return Err(Refusal::conflict("too_many_uploads", detail));
        }
        self.0.push(Held::declared(id, declared, now));
        Ok(())
    }

    /// What was said of a file that is on its way.
    #[must_use]
    pub fn declared(&self, id: AttachmentId) -> Option<Declared> {
        self.of(HeldAs::Pending).find(|held| held.id == id)?.as_declared()
    }

    /// A file will not arrive: whatever of it has is to be removed.
    pub fn give_up(&mut self, id: AttachmentId, now: Timestamp) {
        if self.of(HeldAs::Pending).any(|held| held.id == id) {
            self.remove(id, now);
        }
    }

    /// Bytes are to be removed.
    fn remove(&mut self, id: AttachmentId, now: Timestamp) {
        self.0.retain(|held| held.id != id);
        self.0.push(Held { at: now, ..Held::new(HeldAs::Removing, id) });
    }

    /// A file has a small picture. The first one stays.
    pub fn draw(&mut self, thumbnail: Held) {
        if self.thumbnail(thumbnail.id).is_none() {
            self.0.push(thumbnail);
        }
    }

    /// The small picture of a file.
    #[must_use]
    pub fn thumbnail(&self, id: AttachmentId) -> Option<&Held> {
        self.of(HeldAs::Thumbnail).find(|held| held.id == id)
    }

    /// What it is after an event; none where the event is about no file.
    #[must_use]
    pub fn after(&self, event: &EventBody, now: Timestamp) -> Option<Self> {
        let mut after = self.clone();
        match event {
            EventBody::Attached { attachment } => after.0.retain(|held| held.id != attachment.id),
            EventBody::Detached { attachment, .. } => after.remove(*attachment, now),
            _ => return None,
        }
        Some(after)
    }

    /// What has been on its way for too long is to be removed.
    pub fn expire(&mut self, now: Timestamp) {
        let old = self.of(HeldAs::Pending).filter(|held| now.ms_since(held.at) >= PENDING_MS);
        let old: Vec<AttachmentId> = old.map(|held| held.id).collect();
        old.iter().for_each(|id| self.remove(*id, now));
    }

    /// Whose removal is due.
    #[must_use]
    pub fn due(&self, now: Timestamp) -> Vec<AttachmentId> {
        self.of(HeldAs::Removing).filter(|held| held.at <= now).map(|held| held.id).collect()
    }

    /// These bytes are gone.
    pub fn removed(&mut self, ids: &[AttachmentId]) {
        self.0.retain(|held| held.what != HeldAs::Removing || !ids.contains(&held.id));
    }

    /// These could not be removed: they are tried again, later each time.
    pub fn postpone(&mut self, ids: &[AttachmentId], now: Timestamp) {
        for held in self.0.iter_mut().filter(|held| held.what == HeldAs::Removing && ids.contains(&held.id)) {
            let wait_ms = 1_000_i64.checked_shl(held.attempts.min(20)).unwrap_or(LONGEST_WAIT_MS);
            held.attempts = held.attempts.saturating_add(1);
            held.at = now.plus_ms(wait_ms.min(LONGEST_WAIT_MS));
        }
    }

    /// When something is to be done next.
    #[must_use]
    pub fn next(&self) -> Option<Timestamp> {
        let at = |held: &Held| match held.what {
            HeldAs::Pending => Some(held.at.plus_ms(PENDING_MS)),
            HeldAs::Removing => Some(held.at),
            HeldAs::Thumbnail | HeldAs::File => None,
        };
        self.0.iter().filter_map(at).min()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::file::FileName;
    use crate::domain::request::Visibility;
    use crate::domain::request::fixtures::at;
    use uuid::Uuid;

    fn id(number: u128) -> AttachmentId {
        AttachmentId(Uuid::from_u128(number))
    }

    fn declared() -> Declared {
        let filename = FileName::parse("leak.jpg").unwrap();
        Declared { filename, size: 7, visibility: Visibility::Public, mark: None, comment: None }
    }

    fn detached(id: AttachmentId) -> EventBody {
        EventBody::Detached { attachment: id, filename: "leak.jpg".into(), size: 7, visibility: Visibility::Public }
    }

    #[test]
    fn what_does_not_arrive_in_a_day_is_removed() {
        let mut ledger = FileLedger::default();
        ledger.begin(id(1), declared(), at(0)).unwrap();
        assert_eq!(ledger.next(), Some(at(0).plus_ms(PENDING_MS)));
        ledger.expire(at(0).plus_ms(PENDING_MS - 1));
        assert!(ledger.due(at(1)).is_empty());
        let late = at(0).plus_ms(PENDING_MS);
        ledger.expire(late);
        assert_eq!((ledger.declared(id(1)), ledger.due(late)), (None, vec![id(1)]));
        ledger.removed(&[id(1)]);
        assert_eq!(ledger, FileLedger::default());
    }

    #[test]
    fn a_removal_is_tried_until_it_is_done_and_later_each_time() {
        let mut ledger = FileLedger::default();
        ledger.draw(Held { size: 9, ..Held::new(HeldAs::Thumbnail, id(1)) });
        let mut ledger = ledger.after(&detached(id(1)), at(0)).unwrap();
        assert_eq!(ledger.thumbnail(id(1)), None);
        let mut waits = Vec::new();
        for _ in 0..12 {
            ledger.postpone(&[id(1)], at(0));
            waits.push(ledger.next().unwrap().ms_since(at(0)));
        }
        assert_eq!(waits, [1, 2, 4, 8, 16, 32, 64, 128, 256, 300, 300, 300].map(|seconds| seconds * 1_000));
        assert!(ledger.due(at(0)).is_empty());
        assert_eq!(ledger.due(at(5)), [id(1)]);
    }

    #[test]
    fn what_was_never_on_its_way_is_not_given_up() {
        let mut ledger = FileLedger::default();
        ledger.give_up(id(1), at(0));
        assert_eq!(ledger, FileLedger::default());
        for number in 0..MOST_PENDING as u128 {
            ledger.begin(id(number), declared(), at(0)).unwrap();
        }
        assert_eq!(ledger.begin(id(99), declared(), at(0)).unwrap_err().code(), "too_many_uploads");
    }
}
