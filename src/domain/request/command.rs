//! What a caller wants of a request, in the imperative and already parsed. Whether he may have it is `decide`'s matter.

use base::refusal::Refusal;
use serde::{Deserialize, Serialize};

use super::action::Action;
use super::event::Visibility;
use super::report::{EditInput, NewRequest};
use super::texts::{CommentBody, Rating, Reason, Resolution};
use crate::domain::user::Person;

/// A wish, with its inputs validated by their types.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "command", rename_all = "snake_case")]
pub enum Command {
    /// Report a fault.
    Create(NewRequest),
    /// Accept it.
    Approve,
    /// Turn it down.
    Reject {
        /// Why.
        reason: Reason,
    },
    /// Give it to somebody, or claim it.
    Assign {
        /// To whom; that he may do the work is checked by who looked him up.
        assignee: Person,
        /// A technician claims what somebody else has, and knows it.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        take_over: bool,
    },
    /// Give the work back.
    Release {
        /// Why.
        reason: Reason,
    },
    /// Begin the work.
    Start,
    /// Wait for something.
    Hold {
        /// For what.
        reason: Reason,
    },
    /// Go on.
    Resume,
    /// Finish the work.
    Complete {
        /// What was done.
        resolution: Resolution,
    },
    /// Agree that it is done.
    Close {
        /// How satisfied one is.
        #[serde(default)]
        rating: Option<Rating>,
    },
    /// Disagree that it is done.
    Reopen {
        /// Why.
        reason: Reason,
    },
    /// Withdraw it.
    Cancel {
        /// Why.
        reason: Reason,
    },
    /// Correct what was reported.
    Edit(EditInput),
    /// Say something about it.
    Comment {
        /// What.
        body: CommentBody,
        /// To whom.
        visibility: Visibility,
    },
}

/// The unparsed inputs of `POST /api/requests/:id/{action}`; each action takes the ones that it needs.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ActionInput {
    /// For whatever needs a reason.
    pub reason: Option<String>,
    /// For assign: the person behind `assignee_id`.
    pub assignee: Option<Person>,
    /// For assign: to claim what somebody else has.
    pub take_over: Option<bool>,
    /// For complete.
    pub resolution: Option<String>,
    /// For close, if one likes.
    pub rating: Option<i64>,
}

impl Command {
    /// The command for an action and its inputs.
    ///
    /// # Errors
    /// [`Refusal::Invalid`] if an input is missing (`required`), breaks its type's rule, or is one that the action does not
    /// take (`unexpected`): dropping it silently would lose what somebody wrote.
    pub fn for_action(action: Action, input: ActionInput) -> Result<Self, Refusal> {
        let mut input = input;
        let command = match action {
            Action::Approve => Self::Approve,
            Action::Reject => Self::Reject { reason: take_reason(&mut input)? },
            Action::Assign => {
                let take_over = input.take_over.take().unwrap_or(false);
                Self::Assign { assignee: take_assignee(&mut input)?, take_over }
            }
            Action::Release => Self::Release { reason: take_reason(&mut input)? },
            Action::Start => Self::Start,
            Action::Hold => Self::Hold { reason: take_reason(&mut input)? },
            Action::Resume => Self::Resume,
            Action::Complete => {
                Self::Complete { resolution: Resolution::required(input.resolution.take().as_deref())? }
            }
            Action::Close => Self::Close { rating: input.rating.take().map(Rating::try_from).transpose()? },
            Action::Reopen => Self::Reopen { reason: take_reason(&mut input)? },
            Action::Cancel => Self::Cancel { reason: take_reason(&mut input)? },
        };
        match input.leftover() {
            None => Ok(command),
            Some(field) => Err(Refusal::invalid(field, "unexpected", format!("{action} does not take {field}."))),
        }
    }

    /// The action of the state machine that this command is; none for create, edit and comment.
    #[must_use]
    pub const fn action(&self) -> Option<Action> {
        match self {
            Self::Approve => Some(Action::Approve),
            Self::Reject { .. } => Some(Action::Reject),
            Self::Assign { .. } => Some(Action::Assign),
            Self::Release { .. } => Some(Action::Release),
            Self::Start => Some(Action::Start),
            Self::Hold { .. } => Some(Action::Hold),
            Self::Resume => Some(Action::Resume),
            Self::Complete { .. } => Some(Action::Complete),
            Self::Close { .. } => Some(Action::Close),
            Self::Reopen { .. } => Some(Action::Reopen),
            Self::Cancel { .. } => Some(Action::Cancel),
            Self::Create(_) | Self::Edit(_) | Self::Comment { .. } => None,
        }
    }
}

impl ActionInput {
    /// The API's name of the first input that is still there.
    const fn leftover(&self) -> Option<&'static str> {
        match self {
            Self { reason: Some(_), .. } => Some("reason"),
            Self { assignee: Some(_), .. } => Some("assignee_id"),
            Self { take_over: Some(_), .. } => Some("take_over"),
            Self { resolution: Some(_), .. } => Some("resolution"),
            Self { rating: Some(_), .. } => Some("rating"),
            Self { reason: None, assignee: None, take_over: None, resolution: None, rating: None } => None,
        }
    }
}

fn take_reason(input: &mut ActionInput) -> Result<Reason, Refusal> {
    Reason::required(input.reason.take().as_deref())
}

fn take_assignee(input: &mut ActionInput) -> Result<Person, Refusal> {
    input.assignee.take().ok_or_else(|| Refusal::invalid("assignee_id", "required", "assignee_id is required."))
}

#[cfg(test)]
mod tests;
