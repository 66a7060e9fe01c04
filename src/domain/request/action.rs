//! The actions of the state machine: the words of `POST /api/requests/:id/{action}` and of `allowed_actions`.

use base::words;

words! {
    /// An action of the state machine; who may take it from which state is the state table in docs/requests.md. `x-needs` is the
    /// input of its body that each one needs.
    pub enum Action: "action" {
        /// Accept a submitted request.
        Approve = "approve",
        /// Turn it down, with a reason.
        Reject = "reject",
        /// Give it to somebody, or claim it.
        Assign = "assign",
        /// Give the work back, with a reason.
        Release = "release",
        /// Begin the work.
        Start = "start",
        /// Wait for something, with a reason.
        Hold = "hold",
        /// Go on after a hold.
        Resume = "resume",
        /// Finish the work, with a resolution.
        Complete = "complete",
        /// Agree that it is done, with a rating if one likes.
        Close = "close",
        /// Disagree, with a reason.
        Reopen = "reopen",
        /// Withdraw it, with a reason.
        Cancel = "cancel",
    }
}
