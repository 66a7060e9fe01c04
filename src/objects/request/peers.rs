//! The request at the other end of a link: what is said of both is said to it once, by who said it here.
//!
//! It takes the opposite under a key of the event, so that a delivery that is repeated changes nothing; what it refuses is taken back here.

use std::rc::Rc;

use base::refusal::Refusal;
use durable::outbox::Failure;
use durable::{CALL_LIMIT_MS, ask_within};

use super::RequestObject;
use super::api::{Act, RequestKey};
use super::owed::Delivery;
use crate::domain::request::linking::{self, Outcome};
use crate::domain::request::{Event, EventBody, MaintenanceRequest};
use crate::domain::user::{Actor, Caller};
use crate::objects::context::{CallContext, Idempotency};

impl RequestObject {
    /// Tells each other end what was said of it, in order.
    pub(super) async fn to_peers(
        &self,
        request: &MaintenanceRequest,
        events: &[Rc<Delivery>],
        cx: &CallContext,
    ) -> Result<(), Failure> {
        for Delivery { event, trace } in events.iter().map(Rc::as_ref) {
            let cx = CallContext { trace: trace.clone(), ..cx.clone() };
            if self.to_peer(request, event, &cx).await? == Outcome::Refused {
                self.take_back(event, &cx)?;
            }
        }
        Ok(())
    }

    async fn to_peer(&self, request: &MaintenanceRequest, event: &Event, cx: &CallContext) -> Result<Outcome, Refusal> {
        let (Some((id, command)), Actor::User(user, Some(role), via)) =
            (linking::for_the_other(request, event), &event.actor)
        else {
            return Ok(Outcome::Taken);
        };
        let key = format!("peer/{}/{}/{}", request.id, request.epoch, event.seq);
        let cx = CallContext {
            caller: Some(Caller { user: user.clone(), role: *role, via: via.clone() }),
            idempotency: Some(Idempotency { key, body_hash: String::new() }),
            ..cx.clone()
        };
        let act = Act { command, if_match: None, after_pictures: Vec::new() };
        let key = RequestKey { org: cx.org.clone(), id };
        linking::settled(ask_within(&self.state.env, &key, act, &cx, CALL_LIMIT_MS).await.map(drop))
    }

    /// What the other end refused is not so.
    fn take_back(&self, event: &Event, cx: &CallContext) -> Result<(), Refusal> {
        let EventBody::Linked { link, .. } = &event.body else { return Ok(()) };
        let Some(request) = self.load()? else { return Ok(()) };
        if let Some(body) = linking::taken_back(&request, link) {
            self.carry_out(&request, body, Actor::System, cx, |_, _| Ok(String::new()))?;
        }
        Ok(())
    }
}
