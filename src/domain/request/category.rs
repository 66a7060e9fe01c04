//! The categories that an organisation offers to whoever reports: a setting (`domain::settings`).
//!
//! Architecture invariant: the list is an offer and no rule. A request keeps its category as the text that was written, so what is
//! archived or was never on the list stays readable, can be filtered by, and is taken from a device that was offline meanwhile.

use base::refusal::Refusal;
use base::words;
use serde::{Deserialize, Serialize};

use super::report::Category;
use super::status::Priority;
use crate::domain::text::fold;

/// The most categories of an organisation, archived ones among them: what can be looked through, and fits into one row of a setting.
pub const MAX_CATEGORIES: usize = 60;

words! {
    /// How a category is marked where it is shown.
    pub enum Colour: "colour" {
        /// Grey.
        Grey = "grey",
        /// Red.
        Red = "red",
        /// Orange.
        Orange = "orange",
        /// Yellow.
        Yellow = "yellow",
        /// Green.
        Green = "green",
        /// Teal.
        Teal = "teal",
        /// Blue.
        Blue = "blue",
        /// Purple.
        Purple = "purple",
        /// Pink.
        Pink = "pink",
    }
}

/// A category of the list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct OfferedCategory {
    /// What requests of it say. The app shows the words of the default list in the reader's language, and any other as it is.
    #[cfg_attr(feature = "openapi", schema(max_length = 60))]
    pub name: String,
    /// Its mark.
    pub colour: Colour,
    /// The priority that the form proposes; null for none.
    #[serde(default)]
    #[cfg_attr(feature = "openapi", schema(required = true))]
    pub priority: Option<Priority>,
    /// Whether it is offered no more.
    #[serde(default)]
    #[cfg_attr(feature = "openapi", schema(required = true))]
    pub archived: bool,
    /// Whether work is completed only with a picture that is marked as after.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    #[cfg_attr(feature = "openapi", schema(required = false))]
    pub after_picture: bool,
}

/// The categories whose work is completed only with a picture that is marked as after, folded.
#[must_use]
pub fn with_after_picture(list: &[OfferedCategory]) -> Vec<String> {
    list.iter().filter(|category| category.after_picture).map(|category| fold(&category.name)).collect()
}

/// What is offered where nobody has said otherwise.
#[must_use]
pub fn offered_at_first() -> Vec<OfferedCategory> {
    let of = |name: &str, colour, priority| OfferedCategory {
        name: name.to_owned(),
        colour,
        priority,
        archived: false,
        after_picture: false,
    };
    vec![
        of("building", Colour::Grey, None),
        of("electrical", Colour::Yellow, None),
        of("plumbing", Colour::Blue, None),
        of("hvac", Colour::Teal, None),
        of("lift", Colour::Purple, None),
        of("furniture", Colour::Orange, None),
        of("equipment", Colour::Grey, None),
        of("cleaning", Colour::Green, None),
        of("safety", Colour::Red, Some(Priority::High)),
        of("security", Colour::Red, Some(Priority::High)),
        of("it", Colour::Blue, None),
        of("av", Colour::Pink, None),
        of("other", Colour::Grey, None),
    ]
}

/// A list that may be offered, with its names as requests would say them.
///
/// # Errors
/// `Invalid` naming `value`: `out_of_range` for too many, `required` where none is offered, `duplicate` for two that differ in case or
/// in what nobody sees, or what [`Category::parse`] says; each detail names the place in the list.
pub fn checked(list: Vec<OfferedCategory>) -> Result<Vec<OfferedCategory>, Refusal> {
    let wrong = |code: &str, detail: String| Err(Refusal::invalid("value", code, detail));
    if list.len() > MAX_CATEGORIES {
        return wrong("out_of_range", format!("At most {MAX_CATEGORIES} categories, archived ones among them."));
    }
    if list.iter().all(|category| category.archived) {
        return wrong("required", "At least one category has to be offered.".to_owned());
    }
    let mut seen = Vec::with_capacity(list.len());
    let mut checked = Vec::with_capacity(list.len());
    for (place, category) in (1..).zip(list) {
        let name = match Category::parse(&category.name) {
            Ok(name) => name.into_string(),
            Err(Refusal::Invalid { code, detail, .. }) => return wrong(&code, format!("Category {place}: {detail}")),
            Err(refusal) => return Err(refusal),
        };
        let folded = fold(&name);
        if seen.contains(&folded) {
            return wrong("duplicate", format!("Category {place} is in the list twice."));
        }
        seen.push(folded);
        checked.push(OfferedCategory { name, ..category });
    }
    Ok(checked)
}
