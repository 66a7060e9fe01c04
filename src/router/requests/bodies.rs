//! The bodies of the writes on maintenance requests as clients send them, and what the domain makes of each.

#[cfg(feature = "openapi")]
use base::ids::UserId;
use base::refusal::Refusal;
use base::text::parse_value;
use serde::Deserialize;

#[cfg(feature = "openapi")]
use crate::domain::request::Priority;
use crate::domain::request::{Action, ActionInput, Command, EditInput, NewRequest, Visibility};
use crate::domain::request::{Category, CommentBody, Description, Title};
use crate::domain::user::Person;
use crate::objects::request::api::Comment;

/// The body of `POST /api/requests`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct NewRequestBody {
    /// What is broken: 1 to 200 characters.
    #[cfg_attr(feature = "openapi", schema(min_length = 1, max_length = 200))]
    pub title: String,
    /// The report: at most 10,000 characters.
    #[serde(default)]
    #[cfg_attr(feature = "openapi", schema(max_length = 10_000))]
    pub description: String,
    /// The kind of fault: 1 to 60 characters.
    #[cfg_attr(feature = "openapi", schema(min_length = 1, max_length = 60))]
    pub category: String,
    /// `low`, `normal`, `high` or `urgent`.
    #[cfg_attr(feature = "openapi", schema(value_type = Priority))]
    pub priority: String,
    /// On whose behalf it is raised (managers and admins).
    #[serde(default)]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<UserId>))]
    pub requester_id: Option<String>,
}

impl NewRequestBody {
    /// What is to be created, for `requester` if not for the caller.
    ///
    /// # Errors
    /// `Invalid`, naming the field.
    pub fn draft(&self, requester: Option<Person>) -> Result<NewRequest, Refusal> {
        Ok(NewRequest {
            title: Title::parse(&self.title)?,
            description: Description::parse(&self.description)?,
            category: Category::parse(&self.category)?,
            priority: parse_value("priority", &self.priority)?,
            requester,
        })
    }
}

/// The body of `PATCH /api/requests/:id`; what is absent stays.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct EditBody {
    /// 1 to 200 characters.
    #[serde(default)]
    #[cfg_attr(feature = "openapi", schema(min_length = 1, max_length = 200))]
    pub title: Option<String>,
    /// At most 10,000 characters.
    #[serde(default)]
    #[cfg_attr(feature = "openapi", schema(max_length = 10_000))]
    pub description: Option<String>,
    /// 1 to 60 characters.
    #[serde(default)]
    #[cfg_attr(feature = "openapi", schema(min_length = 1, max_length = 60))]
    pub category: Option<String>,
    /// `low`, `normal`, `high` or `urgent`.
    #[serde(default)]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<Priority>))]
    pub priority: Option<String>,
}

impl EditBody {
    /// What is to be changed.
    ///
    /// # Errors
    /// `Invalid`, naming the field.
    pub fn input(&self) -> Result<EditInput, Refusal> {
        Ok(EditInput {
            title: self.title.as_deref().map(Title::parse).transpose()?,
            description: self.description.as_deref().map(Description::parse).transpose()?,
            category: self.category.as_deref().map(Category::parse).transpose()?,
            priority: self.priority.as_deref().map(|text| parse_value("priority", text)).transpose()?,
        })
    }
}

/// The body of `POST /api/requests/:id/{action}`.
#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ActionBody {
    /// For reject, hold, reopen and cancel: 1 to 2,000 characters.
    #[serde(default)]
    #[cfg_attr(feature = "openapi", schema(min_length = 1, max_length = 2_000))]
    pub reason: Option<String>,
    /// For assign.
    #[serde(default)]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<UserId>))]
    pub assignee_id: Option<String>,
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
    /// As [`Command::for_action`].
    pub fn command(self, action: Action, assignee: Option<Person>) -> Result<Command, Refusal> {
        let Self { reason, assignee_id: _, resolution, rating } = self;
        Command::for_action(action, ActionInput { reason, assignee, resolution, rating })
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
