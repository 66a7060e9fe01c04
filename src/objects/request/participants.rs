//! Who of the staff has taken part in a request, as far as the caller sees it: whom a requester may name in a comment.

use base::refusal::Refusal;

use super::{RequestObject, store};
use crate::domain::request::policy::sees_internal;
use crate::domain::user::Person;
use crate::objects::context::CallContext;

impl RequestObject {
    /// Those who did or said something, the latest first; then who has the work.
    pub(super) fn who_took_part(&self, cx: &CallContext) -> Result<Vec<Person>, Refusal> {
        let (request, caller) = self.visible(cx)?;
        let mut people = store::participants(&self.state.db, sees_internal(caller.role))?;
        let assignee = request.assignee.clone().filter(|one| !people.iter().any(|known| known.id == one.id));
        people.extend(assignee);
        Ok(people)
    }
}
