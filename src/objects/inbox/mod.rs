//! The InboxObject: what one person is told.
//!
//! It owns their notices, and which of them are read. A request's object tells it of an event as often as it takes until that
//! has arrived; a notice that it has, it takes no second time.
//!
//! Architecture invariants: of one event a person has one notice; a read leaves no storage behind.

pub mod api;
mod store;

use std::rc::Rc;

use base::refusal::Refusal;
use base::time::Timestamp;
use durable::page::Page;
use durable::sockets::{Accepted, Sockets};
use durable::{Answer, Object, Schema, State, Wire};
use futures::future::LocalBoxFuture;
use js_sys::JsString;
use serde::Serialize;

use crate::domain::notify::Notice;
use crate::objects::context::CallContext;
use crate::objects::viewer::{self, Viewer};
use api::{Inbox, List, Mark, Marked, Notices, Tell, Watch};

/// One person's inbox.
pub struct InboxObject {
    state: State,
    sockets: Sockets<Viewer>,
}

/// A message to a viewer.
#[derive(Serialize)]
#[serde(tag = "type", rename_all = "snake_case")]
enum Message<'a> {
    /// Somebody is told something.
    Notice { notice: Shown<'a>, unread: u32 },
    /// So many are unread: when the socket opens, and when some were read.
    Unread { unread: u32 },
}

/// A notice as a page shows it.
#[derive(Serialize)]
struct Shown<'a> {
    #[serde(flatten)]
    notice: &'a Notice,
    unread: bool,
}

impl InboxObject {
    fn keep(&self, notices: &[Notice]) -> Result<(), Refusal> {
        let new = self.state.db.atomically(|write| {
            let mut new = Vec::new();
            for notice in notices {
                if store::put(write, notice)? {
                    new.push(notice);
                }
            }
            store::purge(write)?;
            Ok::<_, Refusal>(new)
        })?;
        let unread = store::unread(&self.state.db)?;
        for notice in new {
            self.say(&Message::Notice { notice: Shown { notice, unread: true }, unread });
        }
        Ok(())
    }

    fn mark_read(&self, mark: &Mark) -> Result<Marked, Refusal> {
        if self.state.db.exists()? {
            self.state.db.atomically(|write| {
                store::mark(write, &mark.ids)?;
                mark.until.as_ref().map_or(Ok(()), |until| store::mark_until(write, until))
            })?;
        }
        let unread = store::unread(&self.state.db)?;
        self.say(&Message::Unread { unread });
        Ok(Marked { unread })
    }

    fn say(&self, message: &Message<'_>) {
        let viewers = self.sockets.viewers();
        if viewers.is_empty() {
            return;
        }
        let Ok(text) = serde_json::to_string(message).map(JsString::from) else { return };
        for (socket, _) in viewers.iter() {
            socket.send(&text);
        }
    }
}

impl api::Handler for InboxObject {
    fn tell(self: Rc<Self>, message: Tell, _: CallContext) -> Answer<()> {
        self.keep(&message.notices).into()
    }

    fn list(self: Rc<Self>, message: List, _: CallContext) -> Answer<Page> {
        let query = store::query(message.unread);
        let page = || {
            let page = query.page(&self.state.db, message.after.as_ref(), message.limit.get())?;
            let most = u32::try_from(store::MOST_NOTICES).unwrap_or(u32::MAX);
            let total = if message.total { Some(query.count(&self.state.db, most)?) } else { None };
            Ok::<_, Refusal>(Page { total, ..page })
        };
        page().into()
    }

    fn mark(self: Rc<Self>, message: Mark, _: CallContext) -> Answer<Marked> {
        self.mark_read(&message).into()
    }
}

impl Object for InboxObject {
    type Contract = Notices;
    const SCHEMA: Schema = store::SCHEMA;

    fn start(state: State) -> Self {
        let sockets = Sockets::new(&state);
        InboxObject { state, sockets }
    }

    fn answer(self: Rc<Self>, message: Inbox, cx: CallContext) -> Answer<Wire> {
        api::dispatch(self, message, cx)
    }

    fn watch(self: Rc<Self>, _: Watch, cx: CallContext) -> Result<Accepted, Refusal> {
        let accepted = self.sockets.accept(&Viewer::of(&cx)?)?;
        let unread = store::unread(&self.state.db)?;
        if let Ok(text) = serde_json::to_string(&Message::Unread { unread }) {
            accepted.socket().send(&text.into());
        }
        Ok(accepted)
    }

    fn alarm(self: Rc<Self>) -> LocalBoxFuture<'static, ()> {
        Box::pin(async move { viewer::drop_ended_sessions(&self.sockets, &self.state.env).await })
    }

    fn viewer_left(&self) {
        self.sockets.changed();
    }

    fn state(&self) -> &State {
        &self.state
    }

    fn next_due(&self) -> Option<Timestamp> {
        viewer::next_check(&self.sockets)
    }
}
