//! What a reporter says of a fault: this file alone knows its fields.
//!
//! A field is in each of six structures, from the body that a client sends to the change that a timeline shows, and every other part
//! of the product takes them whole: snapshot, record, rows, events and the API's description follow by themselves. A field that lists
//! show or filter by is in [`Summary`](super::Summary) and in the index's columns, too.

use base::refusal::Refusal;
use base::text::{Lines, parse_time_or_none, parse_value};
use base::text_type;
use base::time::ApiTime;
use serde::{Deserialize, Serialize};

pub use super::change::Change;
use super::status::Priority;
use crate::domain::asset::AssetLabel;
use crate::domain::patch::told;
use crate::domain::place::PlaceLabel;
use crate::domain::user::Person;

text_type! {
    /// What is broken, in one line of 1 to 200 characters.
    Title, "title", 1..=200, Lines::One
}

text_type! {
    /// The report itself, at most 10,000 characters; may be empty.
    Description, "description", 0..=10_000, Lines::Many
}

text_type! {
    /// The kind of fault in the organisation's own words, 1 to 60 characters.
    Category, "category", 1..=60, Lines::One
}

text_type! {
    /// How to reach the reporter, a phone number or a room: at most 120 characters; empty for nothing.
    Contact, "contact", 0..=120, Lines::One
}

/// What was reported, as it is kept and shown. Texts are plain: a rule that became stricter must not make what is stored unreadable.
/// A new field has a default, which reports made before have.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Report {
    /// What is broken.
    pub title: String,
    /// The report.
    pub description: String,
    /// The kind of fault.
    pub category: String,
    /// How urgent it is.
    pub priority: Priority,
    /// How to reach the reporter.
    #[serde(default)]
    #[cfg_attr(feature = "openapi", schema(required = true))]
    pub contact: Option<String>,
    /// Whether people are in danger.
    #[serde(default)]
    #[cfg_attr(feature = "openapi", schema(required = true))]
    pub hazard: bool,
    /// Where it is broken, as that was called when it was named.
    #[serde(default)]
    #[cfg_attr(feature = "openapi", schema(required = true))]
    pub location: Option<PlaceLabel>,
    /// What it is that is broken, as that was called when it was named.
    #[serde(default)]
    #[cfg_attr(feature = "openapi", schema(required = true))]
    pub asset: Option<AssetLabel>,
    /// Since when the asset stands still; absent where it does not.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<String>, format = DateTime))]
    pub down_since: Option<ApiTime>,
    /// Until when; absent where that is when the work is completed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<String>, format = DateTime))]
    pub down_until: Option<ApiTime>,
}

/// The body of `POST /api/requests`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct NewRequestBody {
    /// What is broken: 1 to 200 characters.
    #[cfg_attr(feature = "openapi", schema(value_type = Title, inline))]
    pub title: String,
    /// The report: at most 10,000 characters.
    #[serde(default)]
    #[cfg_attr(feature = "openapi", schema(value_type = Description, inline))]
    pub description: String,
    /// The kind of fault: 1 to 60 characters.
    #[cfg_attr(feature = "openapi", schema(value_type = Category, inline))]
    pub category: String,
    /// `low`, `normal`, `high` or `urgent`.
    #[cfg_attr(feature = "openapi", schema(value_type = Priority))]
    pub priority: String,
    /// How to reach the reporter: at most 120 characters.
    #[serde(default)]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<Contact>, inline))]
    pub contact: Option<String>,
    /// Whether people are in danger.
    #[serde(default)]
    pub hazard: bool,
    /// Where it is broken; without it, where the asset is.
    #[serde(default)]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<crate::domain::place::PlaceId>))]
    pub location_id: Option<String>,
    /// What it is that is broken.
    #[serde(default)]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<crate::domain::asset::AssetId>))]
    pub asset_id: Option<String>,
    /// Since when the asset stands still, if it does: not in the future.
    #[serde(default)]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<String>, format = DateTime))]
    pub down_since: Option<String>,
    /// Until when it did; without it, until the work is completed.
    #[serde(default)]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<String>, format = DateTime))]
    pub down_until: Option<String>,
    /// On whose behalf it is raised (managers and admins).
    #[serde(default)]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<base::ids::UserId>))]
    pub requester_id: Option<String>,
}

/// The body of `PATCH /api/requests/:id`; what is absent stays.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct EditBody {
    /// 1 to 200 characters.
    #[cfg_attr(feature = "openapi", schema(value_type = Option<Title>, inline))]
    pub title: Option<String>,
    /// At most 10,000 characters.
    #[cfg_attr(feature = "openapi", schema(value_type = Option<Description>, inline))]
    pub description: Option<String>,
    /// 1 to 60 characters.
    #[cfg_attr(feature = "openapi", schema(value_type = Option<Category>, inline))]
    pub category: Option<String>,
    /// `low`, `normal`, `high` or `urgent`.
    #[cfg_attr(feature = "openapi", schema(value_type = Option<Priority>))]
    pub priority: Option<String>,
    /// At most 120 characters; empty takes it away.
    #[cfg_attr(feature = "openapi", schema(value_type = Option<Contact>, inline))]
    pub contact: Option<String>,
    /// Whether people are in danger.
    pub hazard: Option<bool>,
    /// Where it is broken; empty takes it away. Without it, another asset brings its own place.
    #[cfg_attr(feature = "openapi", schema(value_type = Option<String>))]
    pub location_id: Option<String>,
    /// What it is that is broken; empty takes it away.
    #[cfg_attr(feature = "openapi", schema(value_type = Option<String>))]
    pub asset_id: Option<String>,
    /// Since when the asset stands still, a time that is not in the future; empty: it does not.
    pub down_since: Option<String>,
    /// Until when it did, likewise; empty: until the work is completed.
    pub down_until: Option<String>,
}

/// The inputs of a create.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct NewRequest {
    /// What is broken.
    pub title: Title,
    /// The report.
    pub description: Description,
    /// The kind of fault.
    pub category: Category,
    /// How urgent it is.
    pub priority: Priority,
    /// How to reach the reporter.
    #[serde(default)]
    pub contact: Option<Contact>,
    /// Whether people are in danger.
    #[serde(default)]
    pub hazard: bool,
    /// Where it is broken; that there is such a place is checked by who looked it up.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub location: Option<PlaceLabel>,
    /// What it is that is broken; likewise.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub asset: Option<AssetLabel>,
    /// Since when the asset stands still.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub down_since: Option<ApiTime>,
    /// Until when it did.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub down_until: Option<ApiTime>,
    /// On whose behalf it is raised; the caller's own if none.
    #[serde(default)]
    pub requester: Option<Person>,
}

/// The inputs of an edit; what is none stays as it is.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct EditInput {
    /// The new title.
    pub title: Option<Title>,
    /// The new description.
    pub description: Option<Description>,
    /// The new category.
    pub category: Option<Category>,
    /// The new priority.
    pub priority: Option<Priority>,
    /// The new way to reach the reporter.
    pub contact: Option<Contact>,
    /// Whether people are in danger, after all.
    pub hazard: Option<bool>,
    /// Where it is broken, or nowhere; that there is such a place is checked by who looked it up.
    #[serde(deserialize_with = "told", skip_serializing_if = "Option::is_none")]
    pub location: Option<Option<PlaceLabel>>,
    /// What it is that is broken, or nothing; likewise.
    #[serde(deserialize_with = "told", skip_serializing_if = "Option::is_none")]
    pub asset: Option<Option<AssetLabel>>,
    /// Since when the asset stands still, or that it does not.
    #[serde(deserialize_with = "told", skip_serializing_if = "Option::is_none")]
    pub down_since: Option<Option<ApiTime>>,
    /// Until when it did, or that the work says it.
    #[serde(deserialize_with = "told", skip_serializing_if = "Option::is_none")]
    pub down_until: Option<Option<ApiTime>>,
}

/// What an edit changed: only that is there.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Changes {
    /// The title.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub title: Option<Change<String>>,
    /// The description.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub description: Option<Change<String>>,
    /// The category.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub category: Option<Change<String>>,
    /// The priority.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub priority: Option<Change<Priority>>,
    /// How to reach the reporter.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub contact: Option<Change<Option<String>>>,
    /// Whether people are in danger.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub hazard: Option<Change<bool>>,
    /// Where it is broken.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub location: Option<Change<Option<PlaceLabel>>>,
    /// What it is that is broken.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub asset: Option<Change<Option<AssetLabel>>>,
    /// Since when the asset stands still.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<Change<Option<String>>>))]
    pub down_since: Option<Change<Option<ApiTime>>>,
    /// Until when it did.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<Change<Option<String>>>))]
    pub down_until: Option<Change<Option<ApiTime>>>,
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
            contact: self.contact.as_deref().map(Contact::parse).transpose()?,
            hazard: self.hazard,
            // Whoever looks up what is named puts it in.
            location: None,
            asset: None,
            down_since: parse_time_or_none("down_since", self.down_since.as_deref().unwrap_or_default())?,
            down_until: parse_time_or_none("down_until", self.down_until.as_deref().unwrap_or_default())?,
            requester,
        })
    }
}

impl EditBody {
    /// What is to be changed.
    ///
    /// # Errors
    /// `Invalid`, naming the field.
    pub fn input(&self) -> Result<EditInput, Refusal> {
        let time = |field, text: Option<&str>| text.map(|text| parse_time_or_none(field, text)).transpose();
        Ok(EditInput {
            title: self.title.as_deref().map(Title::parse).transpose()?,
            description: self.description.as_deref().map(Description::parse).transpose()?,
            category: self.category.as_deref().map(Category::parse).transpose()?,
            priority: self.priority.as_deref().map(|text| parse_value("priority", text)).transpose()?,
            contact: self.contact.as_deref().map(Contact::parse).transpose()?,
            hazard: self.hazard,
            location: None,
            asset: None,
            down_since: time("down_since", self.down_since.as_deref())?,
            down_until: time("down_until", self.down_until.as_deref())?,
        })
    }
}

impl NewRequest {
    /// The report as it is kept.
    #[must_use]
    pub fn report(&self) -> Report {
        Report {
            title: self.title.as_str().to_owned(),
            description: self.description.as_str().to_owned(),
            category: self.category.as_str().to_owned(),
            priority: self.priority,
            contact: self.contact.as_ref().and_then(Contact::kept),
            hazard: self.hazard,
            location: self.location.clone(),
            asset: self.asset.clone(),
            down_since: self.down_since,
            down_until: self.down_until,
        }
    }
}

impl Contact {
    /// The text, unless it is empty.
    fn kept(&self) -> Option<String> {
        Some(self.to_string()).filter(|text| !text.is_empty())
    }
}

impl Report {
    /// What of `input` differs.
    #[must_use]
    pub fn changes(&self, input: &EditInput) -> Changes {
        Changes {
            title: Change::of(&self.title, input.title.as_ref().map(ToString::to_string)),
            description: Change::of(&self.description, input.description.as_ref().map(ToString::to_string)),
            category: Change::of(&self.category, input.category.as_ref().map(ToString::to_string)),
            priority: Change::of(&self.priority, input.priority),
            contact: Change::of(&self.contact, input.contact.as_ref().map(Contact::kept)),
            hazard: Change::of(&self.hazard, input.hazard),
            location: Change::of(&self.location, input.location.clone()),
            asset: Change::of(&self.asset, input.asset.clone()),
            down_since: Change::of(&self.down_since, input.down_since),
            down_until: Change::of(&self.down_until, input.down_until),
        }
    }

    /// The report with these changes made.
    pub fn change(&mut self, changes: &Changes) {
        let Changes {
            title,
            description,
            category,
            priority,
            contact,
            hazard,
            location,
            asset,
            down_since,
            down_until,
        } = changes;
        Change::make(title.as_ref(), &mut self.title);
        Change::make(description.as_ref(), &mut self.description);
        Change::make(category.as_ref(), &mut self.category);
        Change::make(priority.as_ref(), &mut self.priority);
        Change::make(contact.as_ref(), &mut self.contact);
        Change::make(hazard.as_ref(), &mut self.hazard);
        Change::make(location.as_ref(), &mut self.location);
        Change::make(asset.as_ref(), &mut self.asset);
        Change::make(down_since.as_ref(), &mut self.down_since);
        Change::make(down_until.as_ref(), &mut self.down_until);
    }
}

#[cfg(test)]
mod tests;
