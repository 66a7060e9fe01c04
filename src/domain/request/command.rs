//! What a caller wants of a request, in the imperative and already parsed. Whether he may have it is `decide`'s matter.

use base::refusal::Refusal;
use base::time::Timestamp;
use serde::{Deserialize, Serialize};

use super::id::RequestId;
use super::link::Link;
use super::report::EditInput;
use super::table::{self, Action, Needs};
use super::texts::{CommentBody, Rating, Reason, Resolution};
use super::visibility::Visibility;
use crate::domain::user::Person;

/// A wish, with its inputs validated by their types.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "command", rename_all = "snake_case")]
#[allow(clippy::large_enum_variant, reason = "a call has one, and none is kept")]
pub enum Command {
    /// Correct what was reported.
    Edit(EditInput),
    /// Say something about it.
    Comment {
        /// What.
        body: CommentBody,
        /// To whom.
        visibility: Visibility,
    },
    /// Say what it is to another request.
    Link {
        /// What, and to which.
        link: Link,
        /// It was said of the other, which has the opposite already.
        #[serde(default)]
        theirs: bool,
    },
    /// Say so no more.
    Unlink {
        /// Of which.
        other: RequestId,
        /// It is said of the other no more, where it had been said then.
        #[serde(default)]
        made_at: Option<Timestamp>,
    },
    /// An action of the state machine: any other word.
    #[serde(untagged)]
    Step(Step),
}

/// An action with what its row of the [state table](super::table) says that it needs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "Unparsed", into = "Unparsed")]
pub struct Step {
    action: Action,
    input: Input,
}

/// What an action needs, parsed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Input {
    /// Nothing.
    Nothing,
    /// Why.
    Reason(Reason),
    /// To whom the work goes.
    Assignee {
        /// That he may do the work is checked by who looked him up.
        assignee: Person,
        /// A technician claims what somebody else has, and knows it.
        take_over: bool,
    },
    /// What was done.
    Resolution(Resolution),
    /// How satisfied one is, if one likes.
    Rating(Option<Rating>),
}

/// The unparsed inputs of `POST /api/requests/:id/{action}`; each action takes the ones that it needs.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct ActionInput {
    /// For whatever needs a reason.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// For assign: the person behind `assignee_id`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub assignee: Option<Person>,
    /// For assign: to claim what somebody else has.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub take_over: Option<bool>,
    /// For complete.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub resolution: Option<String>,
    /// For close, if one likes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rating: Option<i64>,
}

/// A step as it crosses to the request's object.
#[derive(Serialize, Deserialize)]
struct Unparsed {
    command: Action,
    #[serde(flatten)]
    input: ActionInput,
}

impl Step {
    /// An action with its inputs.
    ///
    /// # Errors
    /// [`Refusal::Invalid`] if an input is missing (`required`), breaks its type's rule, or is one that the action does not
    /// take (`unexpected`): dropping it silently would lose what somebody wrote.
    pub fn new(action: Action, mut given: ActionInput) -> Result<Self, Refusal> {
        let input = match table::needs(action).ok_or(Refusal::Internal)? {
            Needs::Nothing(_) => Input::Nothing,
            Needs::Reason(_) => Input::Reason(Reason::required(given.reason.take().as_deref())?),
            Needs::Assignee => {
                let missing = || Refusal::invalid("assignee_id", "required", "assignee_id is required.");
                let take_over = given.take_over.take().unwrap_or(false);
                Input::Assignee { assignee: given.assignee.take().ok_or_else(missing)?, take_over }
            }
            Needs::Resolution(_) => Input::Resolution(Resolution::required(given.resolution.take().as_deref())?),
            Needs::Rating(_) => Input::Rating(given.rating.take().map(Rating::try_from).transpose()?),
        };
        match given.leftover() {
            None => Ok(Self { action, input }),
            Some(field) => Err(Refusal::invalid(field, "unexpected", format!("{action} does not take {field}."))),
        }
    }

    /// The action.
    #[must_use]
    pub const fn action(&self) -> Action {
        self.action
    }

    /// What it was given, which is what it needs.
    #[must_use]
    pub const fn input(&self) -> &Input {
        &self.input
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

impl TryFrom<Unparsed> for Step {
    type Error = Refusal;

    fn try_from(step: Unparsed) -> Result<Self, Refusal> {
        Self::new(step.command, step.input)
    }
}

impl From<Step> for Unparsed {
    fn from(step: Step) -> Self {
        let mut input = ActionInput::default();
        match step.input {
            Input::Nothing => {}
            Input::Reason(reason) => input.reason = Some(reason.into()),
            Input::Assignee { assignee, take_over } => {
                input.assignee = Some(assignee);
                input.take_over = take_over.then_some(true);
            }
            Input::Resolution(resolution) => input.resolution = Some(resolution.into()),
            Input::Rating(rating) => input.rating = rating.map(|rating| i64::from(rating.stars())),
        }
        Self { command: step.action, input }
    }
}

#[cfg(test)]
mod tests;
