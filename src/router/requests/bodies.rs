//! The bodies of the writes on maintenance requests as clients send them, and what the domain makes of each.

#[cfg(feature = "openapi")]
use base::ids::UserId;
use base::refusal::Refusal;
use base::text::parse_value;
use serde::Deserialize;

use crate::domain::request::CommentBody;
use crate::domain::request::{Action, ActionInput, Command, Step, Visibility};
use crate::domain::user::Person;
use crate::objects::request::api::Comment;

/// The body of `POST /api/requests/:id/{action}`.
#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ActionBody {
    /// For an action that needs a reason: 1 to 2,000 characters.
    #[serde(default)]
    #[cfg_attr(feature = "openapi", schema(min_length = 1, max_length = 2_000))]
    pub reason: Option<String>,
    /// For assign.
    #[serde(default)]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<UserId>))]
    pub assignee_id: Option<String>,
    /// For assign, by a technician: to take over what somebody else has.
    #[serde(default)]
    pub take_over: Option<bool>,
    /// For complete: 1 to 5,000 characters.
    #[serde(default)]
    #[cfg_attr(feature = "openapi", schema(min_length = 1, max_length = 5_000))]
    pub resolution: Option<String>,
    /// For close, if one likes: 1 to 5.
    #[serde(default)]
    #[cfg_attr(feature = "openapi", schema(minimum = 1, maximum = 5))]
    pub rating: Option<i64>,
}

impl ActionBody {
    /// The command, with the person behind `assignee_id`.
    ///
    /// # Errors
    /// As [`Step::new`].
    pub fn command(self, action: Action, assignee: Option<Person>) -> Result<Command, Refusal> {
        let Self { reason, assignee_id: _, take_over, resolution, rating } = self;
        Step::new(action, ActionInput { reason, assignee, take_over, resolution, rating }).map(Command::Step)
    }
}

/// The body of `POST /api/requests/:id/comments`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct CommentBodyInput {
    /// 1 to 10,000 characters.
    #[cfg_attr(feature = "openapi", schema(min_length = 1, max_length = 10_000))]
    pub body: String,
    /// `public` (the default) or `internal`.
    #[serde(default)]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<Visibility>))]
    pub visibility: Option<String>,
}

impl CommentBodyInput {
    /// What is said, and to whom.
    ///
    /// # Errors
    /// `Invalid`, naming the field.
    pub fn comment(&self) -> Result<Comment, Refusal> {
        let visibility = self.visibility.as_deref().map(|text| parse_value("visibility", text)).transpose()?;
        Ok(Comment { body: CommentBody::parse(&self.body)?, visibility: visibility.unwrap_or(Visibility::Public) })
    }
}
