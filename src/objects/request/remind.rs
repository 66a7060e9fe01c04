//! Whom a request tells besides what its events owe: that it is due, and who watches it.
//!
//! That it is due is told by the alarm, and marked once everybody has it: an object that dies in between tells it again, under the same
//! id, and an inbox takes it once. People are told in rounds, so that no event asks for more calls at once than a platform allows.

use std::collections::BTreeMap;

use base::ids::UserId;
use base::refusal::Refusal;
use base::time::Timestamp;
use durable::{CALL_LIMIT_MS, ask_within, clock};
use futures::future::join_all;

use super::api::{Follow, Following};
use super::{RequestObject, store};
use crate::db::statements::users::ListStaff;
use crate::domain::notify::{MOST_WATCHERS, Notice, Parties, told_of_due};
use crate::domain::request::MaintenanceRequest;
use crate::domain::request::due::{Due, Reminders};
use crate::domain::request::policy::sees_internal;
use crate::objects::context::CallContext;
use crate::objects::database::api::query_within;
use crate::objects::inbox::api::{InboxKey, Tell};

/// So many people are told side by side.
const ROUND: usize = 40;

/// When people could not be told that it is due, it is tried again after so long, in milliseconds.
const RETRY_MS: i64 = 30_000;

impl RequestObject {
    /// What was told of the due time; none before there was anything to tell.
    pub(super) fn reminders(&self) -> Result<Option<Reminders>, Refusal> {
        if let Some(known) = self.told.reminders.get() {
            return Ok(known);
        }
        let found = store::reminders(&self.state.db)?;
        self.told.reminders.set(Some(found));
        Ok(found)
    }

    /// Those after an event that made `after`.
    pub(super) fn reminders_after(&self, after: &MaintenanceRequest, now: Timestamp) -> Result<Reminders, Refusal> {
        let rules = self.rules.get();
        Ok(match (self.reminders()?, self.load()?) {
            (Some(kept), Some(before)) => {
                // Where no call has brought any rules since the object woke, those of before hold.
                let soon_ms = if rules.version > 0 { rules.rules.due_soon_ms() } else { kept.soon_ms };
                kept.moved(&before, after, soon_ms, now)
            }
            _ => Reminders::begin(after, rules.rules.due_soon_ms(), now),
        })
    }

    /// When people are to be told next that it is due.
    pub(super) fn next_reminder(&self) -> Option<Timestamp> {
        let request = self.load().ok().flatten()?;
        let reminders = self.reminders().ok().flatten()?;
        Some(reminders.next(&request)?.max(self.told.not_before.get()))
    }

    /// Tells that it is due, if the time for that has come.
    pub(super) async fn remind(&self) {
        let now = clock::now();
        if now < self.told.not_before.get() {
            return;
        }
        if let Err(refusal) = self.remind_at(now).await {
            worker::console_error!("a request could not tell that it is due: {refusal}");
            self.told.not_before.set(now.plus_ms(RETRY_MS));
        }
    }

    async fn remind_at(&self, now: Timestamp) -> Result<(), Refusal> {
        let (Some(request), Some(reminders)) = (self.load()?, self.reminders()?) else { return Ok(()) };
        let Some(due) = reminders.due(&request, now) else { return Ok(()) };
        let Some(cx) = self.system_context(clock::trace())? else { return Ok(()) };
        if request.number.is_none() {
            return Err(Refusal::unavailable("its number", 1));
        }
        let assignee = request.assignee.as_ref().map(|person| person.id);
        let needs_staff = due == Due::Over || assignee.is_none();
        let staff = if needs_staff {
            query_within(&self.state.env, ListStaff {}, &cx, CALL_LIMIT_MS).await?
        } else {
            Vec::new()
        };
        let watchers = store::watchers(&self.state.db)?;
        let requester = request.requester.id;
        let parties = Parties { requester, reporters: &[], assignee, staff: &staff, watchers: &watchers };
        let mut notices = BTreeMap::new();
        for (user, reason) in told_of_due(due, &parties) {
            let notice = Notice::of_due(due, &request, reason, now).ok_or(Refusal::Internal)?;
            notices.insert(user, vec![notice]);
        }
        self.tell(notices, &cx).await?;
        // An event may have come meanwhile, with marks of its own.
        let marked = self.reminders()?.unwrap_or(reminders).told(due, request.due_at);
        self.state.db.atomically(|write| store::put_reminders(write, &marked))?;
        self.told.keep(marked);
        Ok(())
    }

    /// Tells each person their notices. Who has been told in an attempt that failed is not asked again in the next.
    pub(super) async fn tell(&self, notices: BTreeMap<UserId, Vec<Notice>>, cx: &CallContext) -> Result<(), Refusal> {
        let mark = |user: UserId, notices: &[Notice]| notices.last().map(|last| (user, last.id.0.as_str().to_owned()));
        let has = |mark: &Option<_>| mark.as_ref().is_some_and(|mark| self.told.already.borrow().contains(mark));
        let mut all: Vec<_> = notices.into_iter().filter(|(user, notices)| !has(&mark(*user, notices))).collect();
        while !all.is_empty() {
            let round = all.drain(..ROUND.min(all.len()));
            let calls = round.map(async |(user, notices)| {
                let key = InboxKey { org: cx.org.clone(), user };
                let mark = mark(user, &notices);
                ask_within(&self.state.env, &key, Tell { notices }, cx, CALL_LIMIT_MS).await?;
                self.told.already.borrow_mut().extend(mark);
                Ok::<_, Refusal>(())
            });
            // Of a round everybody is told who can be.
            join_all(calls).await.into_iter().collect::<Result<(), Refusal>>()?;
        }
        self.told.already.borrow_mut().clear();
        Ok(())
    }

    /// Whether the caller watches the request; `watching` says so first. Who may not see internal comments is told of their own
    /// requests anyway, and of no others.
    pub(super) fn follow_or_not(&self, message: &Follow, cx: &CallContext) -> Result<Following, Refusal> {
        let (_, caller) = self.visible(cx)?;
        let watchers = store::watchers(&self.state.db)?;
        let is_known = watchers.contains(&caller.user.id);
        match message.watching {
            Some(true) if !sees_internal(caller.role) => return Err(Refusal::FORBIDDEN),
            Some(true) if !is_known && watchers.len() >= MOST_WATCHERS => {
                return Err(Refusal::conflict("too_many_watchers", "A hundred people watch this request already."));
            }
            Some(wanted) if wanted != is_known => {
                self.state.db.atomically(|write| store::watch(write, caller.user.id, wanted))?;
            }
            _ => {}
        }
        Ok(Following { watching: message.watching.unwrap_or(is_known) })
    }
}
