//! The files of a request: each is written down before its bytes come, and becomes an event when they are there; the bytes of one that is
//! removed, or that never became one, are owed to nobody until the bucket has said that they are gone.
//!
//! Architecture invariant: no byte lies in the bucket that is not written down here first, as on its way, as a file, or as to be removed.

use std::rc::Rc;

use base::refusal::Refusal;
use durable::{Answer, clock};
use serde_json::value::RawValue;

use super::api::{File, FileDeed, FilesHeld};
use super::{RequestObject, store};
use crate::domain::file::place;
use crate::domain::request::{
    Arrived, Attachment, AttachmentId, EventBody, FileLedger, Held, HeldAs, MaintenanceRequest, attaching,
};
use crate::domain::user::{Actor, Caller};
use crate::files;
use crate::objects::context::CallContext;

impl RequestObject {
    /// What is remembered of bytes, to be changed.
    fn ledger(&self) -> FileLedger {
        self.files.borrow().clone()
    }

    /// Remembers something else of bytes, and sees to it that the alarm rings for it.
    fn remember(&self, ledger: FileLedger) -> Result<(), Refusal> {
        if *self.files.borrow() == ledger {
            return Ok(());
        }
        self.state.db.atomically(|write| store::put_files(write, &ledger))?;
        *self.files.borrow_mut() = ledger;
        self.state.alarm.set_by(durable::Object::next_due(self));
        Ok(())
    }

    /// Does something with a file, or tells of it.
    pub(super) fn do_with_file(&self, message: File, cx: &CallContext) -> Result<String, Refusal> {
        let File { deed, file } = message;
        let id = file.id;
        match deed {
            FileDeed::Drop => self.give_up(id).map(|()| NOTHING.to_owned()),
            FileDeed::List => store::json(&self.files_held()?),
            // Where the same file has come by another way meanwhile, or is not wanted any more, its bytes go again.
            FileDeed::Commit => {
                let attached = self.visible(cx).and_then(|(request, caller)| self.attach(&request, &caller, file, cx));
                self.give_up(id)?;
                attached
            }
            FileDeed::Begin | FileDeed::Read | FileDeed::Draw | FileDeed::Mark | FileDeed::Detach => {
                let (request, caller) = self.visible(cx)?;
                match deed {
                    FileDeed::Begin => self.begin(&request, &caller, &file, cx),
                    FileDeed::Read => self.read_file(&request, &caller, id),
                    FileDeed::Draw => self.draw(&request, &caller, file),
                    _ => self.change(&request, &caller, deed, &file, cx),
                }
            }
        }
    }

    /// A file is to come.
    fn begin(
        &self,
        request: &MaintenanceRequest,
        caller: &Caller,
        file: &Held,
        cx: &CallContext,
    ) -> Result<String, Refusal> {
        if let Some(reply) = self.replied(cx)? {
            return Ok(reply);
        }
        let declared = file.as_declared().ok_or(Refusal::Internal)?;
        let comment = match declared.comment {
            Some(seq) => store::event(&self.state.db, seq)?,
            None => None,
        };
        let declared = attaching::declare(request, declared, comment.as_ref(), caller, &self.rules())
            .map_err(|refusal| self.with_record(refusal, request, caller))?;
        let mut ledger = self.ledger();
        ledger.begin(file.id, declared, clock::now())?;
        self.remember(ledger)?;
        Ok(NOTHING.to_owned())
    }

    /// The bytes of a file are there.
    fn attach(
        &self,
        request: &MaintenanceRequest,
        caller: &Caller,
        file: Held,
        cx: &CallContext,
    ) -> Result<String, Refusal> {
        if let Some(reply) = self.replied(cx)? {
            return Ok(reply);
        }
        let id = file.id;
        if request.attachments.iter().any(|known| known.id == id) {
            // The answer to the first time was lost.
            return self.file_as_json(request, id);
        }
        let declared = self.files.borrow().declared(id).ok_or(Refusal::NotFound)?;
        let kind = file.content_type.and_then(|kind| kind.parse().ok()).ok_or(Refusal::Internal)?;
        let sha256 = file.sha256.ok_or(Refusal::Internal)?;
        let arrived = Arrived { kind, sha256, width: file.width, height: file.height };
        let body = attaching::attach(request, id, declared, arrived, caller, clock::now(), &self.rules())
            .map_err(|refusal| self.with_record(refusal, request, caller))?;
        self.make_event(request, caller, body, id, cx)
    }

    /// Marks a file, or removes it.
    fn change(
        &self,
        request: &MaintenanceRequest,
        caller: &Caller,
        deed: FileDeed,
        file: &Held,
        cx: &CallContext,
    ) -> Result<String, Refusal> {
        if let Some(reply) = self.replied(cx)? {
            return Ok(reply);
        }
        let decided = match deed {
            FileDeed::Detach => attaching::detach(request, file.id, caller).map(Some),
            _ => attaching::mark(request, file.id, file.mark, caller),
        };
        match decided.map_err(|refusal| self.with_record(refusal, request, caller))? {
            Some(body) => self.make_event(request, caller, body, file.id, cx),
            None => self.file_as_json(request, file.id),
        }
    }

    /// What was decided about a file happens; the reply is the file after it.
    fn make_event(
        &self,
        request: &MaintenanceRequest,
        caller: &Caller,
        body: EventBody,
        id: AttachmentId,
        cx: &CallContext,
    ) -> Result<String, Refusal> {
        self.carry_out(request, body, Actor::from(caller), cx, |after, _| self.file_as_json(after, id))
    }

    /// A file of the request, as it is shown; `null` where it is none any more.
    fn file_as_json(&self, request: &MaintenanceRequest, id: AttachmentId) -> Result<String, Refusal> {
        let file = request.attachments.iter().find(|file| file.id == id);
        let is_drawn = self.files.borrow().thumbnail(id).is_some();
        store::json(&file.map(|file| Attachment { thumbnail: is_drawn, ..file.clone() }))
    }

    /// What is known of a file, and of its small picture.
    fn read_file(&self, request: &MaintenanceRequest, caller: &Caller, id: AttachmentId) -> Result<String, Refusal> {
        let file = Held::from(attaching::find(request, id, caller)?);
        let thumbnail = self.files.borrow().thumbnail(id).cloned();
        store::json(&FilesHeld {
            version: request.version,
            items: [Some(file), thumbnail].into_iter().flatten().collect(),
        })
    }

    /// Whether a file has its small picture; or it has one now. That is no event: the viewers are told how the request looks.
    fn draw(&self, request: &MaintenanceRequest, caller: &Caller, file: Held) -> Result<String, Refusal> {
        let visibility = attaching::may_draw(request, file.id, caller)?;
        let is_drawn = self.files.borrow().thumbnail(file.id).is_some();
        if is_drawn || file.content_type.is_none() {
            return store::json(&is_drawn);
        }
        let mut ledger = self.ledger();
        ledger.draw(Held { what: HeldAs::Thumbnail, ..file });
        self.remember(ledger)?;
        self.show_again(request, visibility);
        store::json(&true)
    }

    /// A file will not come; one that has become an event is not on its way any more.
    fn give_up(&self, id: AttachmentId) -> Result<(), Refusal> {
        self.load()?;
        let mut ledger = self.ledger();
        ledger.give_up(id, clock::now());
        self.remember(ledger)
    }

    /// All files, and what else is remembered of bytes.
    fn files_held(&self) -> Result<FilesHeld, Refusal> {
        let Some(request) = self.load()? else { return Ok(FilesHeld::default()) };
        let files = request.attachments.iter().map(Held::from);
        Ok(FilesHeld {
            version: request.version,
            items: files.chain(self.files.borrow().all().iter().cloned()).collect(),
        })
    }

    /// What was decided, unless it completes work that lacks its picture.
    pub(super) fn complete_or_not(
        &self,
        body: EventBody,
        request: &MaintenanceRequest,
        categories: &[String],
    ) -> Result<EventBody, Refusal> {
        match body {
            EventBody::Completed { .. } => attaching::check_completion(request, categories).map(|()| body),
            _ => Ok(body),
        }
    }

    /// The answer to a change, when the index has it.
    pub(super) fn after_a_change(self: Rc<Self>, reply: Result<String, Refusal>) -> Answer<Box<RawValue>> {
        let reply = match reply {
            Ok(reply) => reply,
            Err(refusal) => return Answer::Ready(Err(refusal)),
        };
        Answer::after(async move {
            self.settle().await;
            RawValue::from_string(reply).map_err(|_| Refusal::Internal)
        })
    }

    /// What has been on its way for too long is to be removed.
    pub(super) fn expire_files(&self) {
        let expired = self.load().and_then(|_| {
            let mut ledger = self.ledger();
            ledger.expire(clock::now());
            self.remember(ledger)
        });
        if let Err(refusal) = expired {
            worker::console_error!("files that did not arrive could not be given up: {refusal}");
        }
    }

    /// Removes the bytes of what is to be removed, with their small pictures.
    pub(super) async fn remove_files(&self) {
        let ids = self.files.borrow().due(clock::now());
        if ids.is_empty() {
            return;
        }
        if let Err(refusal) = self.remove_now(&ids).await {
            worker::console_error!("what became of the bytes of files could not be written down: {refusal}");
        }
    }

    async fn remove_now(&self, ids: &[AttachmentId]) -> Result<(), Refusal> {
        let (Some(request), Some(cx)) = (self.load()?, self.system_context(clock::trace())?) else { return Ok(()) };
        let places = |id: &AttachmentId| {
            [place::of_attachment(&cx.org, request.id.0, id.0), place::of_thumbnail(&cx.org, request.id.0, id.0)]
        };
        let keys: Vec<String> = ids.iter().flat_map(places).collect();
        let gone = files::remove(&self.state.env, &keys).await;
        let mut ledger = self.ledger();
        match gone {
            Ok(()) => ledger.removed(ids),
            Err(_) => ledger.postpone(ids, clock::now()),
        }
        self.remember(ledger)
    }
}

/// The JSON of nothing.
const NOTHING: &str = "null";
