//! A list of requests as a file: CSV as RFC 4180 has it, and so that a spreadsheet computes nothing of what somebody wrote.

use base::time::Timestamp;
use serde::{Deserialize, Serialize};

use super::{RequestId, Summary};

/// What a file has of each request, in this order: the first line. Whoever reads a file goes by these names; new ones come at the end.
const COLUMNS: [&str; 19] = [
    "number",
    "title",
    "description",
    "category",
    "priority",
    "hazard",
    "status",
    "contact",
    "requester",
    "assignee",
    "due_at",
    "created_at",
    "updated_at",
    "completed_at",
    "resolution",
    "id",
    "place",
    "asset",
    "asset_code",
];

/// What a line has of a request beyond its summary.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rest {
    /// The request.
    pub id: RequestId,
    /// Its version then.
    pub version: i64,
    /// What was reported in full.
    pub description: String,
    /// How to reach the reporter.
    #[serde(default)]
    pub contact: Option<String>,
    /// What was done, while completed or closed.
    #[serde(default)]
    pub resolution: Option<String>,
    /// When the work was finished, while completed or closed.
    #[serde(default)]
    pub completed_at: Option<Timestamp>,
}

/// The first line of a file.
#[must_use]
pub fn head() -> String {
    line(&COLUMNS)
}

/// The line of a request. Times are UTC, as RFC 3339 writes them; a place is named with those that it is in, the outermost first.
#[must_use]
pub fn row(summary: &Summary, rest: &Rest) -> String {
    let at = |time: Timestamp| time.rfc3339();
    let place = summary.location.as_ref().map(|place| {
        let names = place.path.iter().map(|above| above.name.as_str()).chain([place.name.as_str()]);
        names.collect::<Vec<_>>().join(" / ")
    });
    let asset = summary.asset.as_ref();
    line(&[
        summary.number.as_deref().unwrap_or_default(),
        &summary.title,
        &rest.description,
        &summary.category,
        summary.priority.as_str(),
        if summary.hazard { "true" } else { "false" },
        summary.status.as_str(),
        rest.contact.as_deref().unwrap_or_default(),
        &summary.requester.name,
        summary.assignee.as_ref().map_or("", |assignee| assignee.name.as_str()),
        &at(summary.due_at),
        &at(summary.created_at),
        &at(summary.updated_at),
        &rest.completed_at.map(at).unwrap_or_default(),
        rest.resolution.as_deref().unwrap_or_default(),
        &summary.id.to_string(),
        &place.unwrap_or_default(),
        asset.map_or("", |asset| asset.name.as_str()),
        asset.and_then(|asset| asset.code.as_deref()).unwrap_or_default(),
    ])
}

/// A record of RFC 4180, with its line break.
fn line(fields: &[&str]) -> String {
    let fields: Vec<String> = fields.iter().map(|field| quoted(&inert(field))).collect();
    fields.join(",") + "\r\n"
}

/// A field, in quotes where it needs them.
fn quoted(field: &str) -> String {
    let is_plain = !field.contains([',', '"', '\r', '\n']) && field.trim() == field;
    if is_plain { field.to_owned() } else { format!("\"{}\"", field.replace('"', "\"\"")) }
}

/// A text that a spreadsheet takes for a formula gets an apostrophe in front (OWASP, "CSV Injection"), also in the wide forms that some
/// locales read alike.
fn inert(field: &str) -> String {
    let is_formula = field.starts_with(['=', '+', '-', '@', '\t', '\r', '\n', '＝', '＋', '－', '＠']);
    if is_formula { format!("'{field}") } else { field.to_owned() }
}

#[cfg(all(test, not(target_arch = "wasm32")))]
mod tests;
