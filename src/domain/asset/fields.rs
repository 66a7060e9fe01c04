//! What an organisation wants to know of its assets: fields by category, a setting (`domain::settings`).
//!
//! Architecture invariant: the list is checked where an asset is written and nowhere else. What was kept before the list was changed
//! stays as it is and is read, until somebody writes those fields again; fields that are not in the list are anybody's own.

use base::refusal::Refusal;
use base::text::{Lines, parse};
use base::words;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::{AssetCategory, date};
use crate::domain::text::fold;

/// The most categories with fields of their own, and the most fields of one.
pub const MAX_CATEGORIES: usize = 50;
const MAX_FIELDS: usize = 40;

/// The longest name of a field and of one of its choices, the longest unit, and the most choices.
const NAME_CHARS: usize = 60;
const UNIT_CHARS: usize = 20;
const MAX_CHOICES: usize = 50;

/// The most bytes of the whole list as JSON: every isolate reads it from the cache of settings, old and new.
const MAX_BYTES: usize = 60_000;

words! {
    /// What a field may be.
    pub enum FieldKind: "kind" {
        /// Words.
        Text = "text",
        /// A number.
        Number = "number",
        /// A day, such as 2026-11-30.
        Date = "date",
        /// One of some words.
        Choice = "choice",
        /// Yes or no.
        YesNo = "yes_no",
    }
}

/// A field that assets of a category have.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct AssetField {
    /// What it is called, and the name under which `custom` of an asset has it.
    #[cfg_attr(feature = "openapi", schema(max_length = 60))]
    pub name: String,
    /// What it may be.
    pub kind: FieldKind,
    /// What a number counts.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    #[cfg_attr(feature = "openapi", schema(max_length = 20))]
    pub unit: String,
    /// The words of a choice, in the order in which they are offered.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub choices: Vec<String>,
    /// Whether an asset must have it.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    #[cfg_attr(feature = "openapi", schema(required = false))]
    pub required: bool,
}

/// A category of assets, and what is to be known of those.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[cfg_attr(feature = "openapi", schema(as = AssetCategoryFields))]
pub struct CategoryFields {
    /// What the assets say that they are, however it is spelled.
    #[cfg_attr(feature = "openapi", schema(max_length = 60))]
    pub name: String,
    /// The fields, in the order of the forms.
    pub fields: Vec<AssetField>,
}

/// A list that may be set, with its names as they are kept.
///
/// # Errors
/// `Invalid` naming `value`: `out_of_range` for too many, `required` where a name or the choices are missing, `duplicate` for two of a
/// name, `unexpected` for a unit or choices of another kind, or what [`parse`] says; each detail names the place in the list.
pub fn checked(list: Vec<CategoryFields>) -> Result<Vec<CategoryFields>, Refusal> {
    if list.len() > MAX_CATEGORIES {
        return Err(wrong("out_of_range", format!("At most {MAX_CATEGORIES} categories.")));
    }
    let list = (1..).zip(list).map(|(place, CategoryFields { name, fields })| {
        let at = format!("Category {place}");
        if fields.len() > MAX_FIELDS {
            return Err(wrong("out_of_range", format!("{at}: at most {MAX_FIELDS} fields.")));
        }
        let fields: Result<Vec<_>, _> =
            (1..).zip(fields).map(|(place, field)| field.checked(&format!("{at}, field {place}"))).collect();
        let fields = fields?;
        unlike(fields.iter().map(|field| field.name.clone()), &at)?;
        Ok(CategoryFields { name: name_of(&name, AssetCategory::MAX_CHARS, &at)?, fields })
    });
    let list: Vec<CategoryFields> = list.collect::<Result<_, _>>()?;
    unlike(list.iter().map(|category| fold(&category.name)), "The list")?;
    if serde_json::to_string(&list).map_or(true, |json| json.len() > MAX_BYTES) {
        return Err(wrong("out_of_range", format!("The whole list has at most {MAX_BYTES} bytes.")));
    }
    Ok(list)
}

impl AssetField {
    fn checked(self, at: &str) -> Result<Self, Refusal> {
        let name = name_of(&self.name, NAME_CHARS, at)?;
        let unit = text_of(&self.unit, 0, UNIT_CHARS, at)?;
        let choices: Vec<String> =
            self.choices.iter().map(|choice| name_of(choice, NAME_CHARS, at)).collect::<Result<_, _>>()?;
        if (self.kind != FieldKind::Number && !unit.is_empty())
            || (self.kind != FieldKind::Choice && !choices.is_empty())
        {
            return Err(wrong("unexpected", format!("{at}: only a number has a unit, only a choice has choices.")));
        }
        if self.kind == FieldKind::Choice && choices.is_empty() {
            return Err(wrong("required", format!("{at}: a choice has choices.")));
        }
        if choices.len() > MAX_CHOICES {
            return Err(wrong("out_of_range", format!("{at}: at most {MAX_CHOICES} choices.")));
        }
        unlike(choices.iter().cloned(), at)?;
        Ok(Self { name, unit, choices, ..self })
    }

    /// Whether `value` is one that this field may have.
    ///
    /// # Errors
    /// `Invalid` naming `custom.` and the field: `wrong_type`, `malformed_date` or `unknown_value`.
    fn check(&self, value: &Value) -> Result<(), Refusal> {
        let input = self.input();
        let wrong = |code: &str, detail: &str| Err(Refusal::invalid(&input, code, detail));
        match (self.kind, value) {
            (FieldKind::Text, Value::String(_)) | (FieldKind::Number, Value::Number(_)) => Ok(()),
            (FieldKind::YesNo, Value::Bool(_)) => Ok(()),
            (FieldKind::Date, Value::String(text)) => date(&input, text).map(|_| ()),
            (FieldKind::Choice, Value::String(text)) if self.choices.contains(text) => Ok(()),
            (FieldKind::Choice, _) => wrong("unknown_value", "It is one of the choices of this field."),
            (FieldKind::Text, _) => wrong("wrong_type", "This field is a text."),
            (FieldKind::Number, _) => wrong("wrong_type", "This field is a number."),
            (FieldKind::Date, _) => wrong("malformed_date", "This field is a date such as 2026-11-30."),
            (FieldKind::YesNo, _) => wrong("wrong_type", "This field is yes or no."),
        }
    }

    /// As refusals call it.
    fn input(&self) -> String {
        format!("custom.{}", self.name)
    }
}

/// Checks what an asset of `category` is to have, by the list. What it has already, `kept`, stays as it is where its category does.
///
/// # Errors
/// `Invalid` naming `custom.` and the field: `required`, or what its kind says.
pub fn check(
    list: &[CategoryFields],
    category: &str,
    custom: &Map<String, Value>,
    kept: &Map<String, Value>,
) -> Result<(), Refusal> {
    let category = fold(category);
    let Some(known) = list.iter().find(|known| fold(&known.name) == category) else { return Ok(()) };
    for field in &known.fields {
        match custom.get(&field.name).filter(|value| !is_nothing(value)) {
            None if field.required => return Err(base::text::required(&field.input())),
            Some(value) if kept.get(&field.name) != Some(value) => field.check(value)?,
            None | Some(_) => {}
        }
    }
    Ok(())
}

fn is_nothing(value: &Value) -> bool {
    value.is_null() || value.as_str().is_some_and(|text| text.trim().is_empty())
}

fn wrong(code: &str, detail: String) -> Refusal {
    Refusal::invalid("value", code, detail)
}

fn name_of(text: &str, most: usize, at: &str) -> Result<String, Refusal> {
    text_of(text, 1, most, at)
}

fn text_of(text: &str, least: usize, most: usize, at: &str) -> Result<String, Refusal> {
    match parse(text, "The text", least, most, Lines::One) {
        Err(Refusal::Invalid { code, detail, .. }) => Err(wrong(&code, format!("{at}: {detail}"))),
        outcome => outcome,
    }
}

/// Whether no two are the same.
fn unlike(names: impl Iterator<Item = String>, at: &str) -> Result<(), Refusal> {
    let mut seen: Vec<String> = Vec::new();
    for name in names {
        if seen.contains(&name) {
            return Err(wrong("duplicate", format!("{at}: two have the same name.")));
        }
        seen.push(name);
    }
    Ok(())
}

#[cfg(all(test, not(target_arch = "wasm32")))]
mod tests;
