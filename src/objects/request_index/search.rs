//! What of a request is searched, and what a search looks for: both folded, so that they can be compared.
//!
//! Every word that is sought is somewhere in the texts of a request, in whichever order; a text is a line, so that no word is found
//! across two of them. Comments are in none: some of them are internal.

use super::number;
use crate::domain::request::{Searched, Summary};
use crate::domain::text::{fold, fold_lines, words};

/// So many words of a search count.
const MOST_WORDS: usize = 10;

/// The searched text of a request. Without `rest`, which a release before this one does not tell, it is found by the rest.
pub fn text(number: i64, summary: &Summary, rest: Option<&Searched>) -> String {
    let number = number::text(number);
    let assignee = summary.assignee.as_ref().map(|assignee| assignee.name.as_str());
    let contact = rest.and_then(|rest| rest.contact.as_deref());
    let description = rest.map(|rest| rest.description.as_str());
    let texts = [Some(number.as_str()), Some(&summary.title), Some(&summary.category), Some(&summary.requester.name)];
    let place = summary.location.as_ref().map(|place| place.name.as_str());
    let asset = summary.asset.as_ref().map(|asset| asset.name.as_str());
    let code = summary.asset.as_ref().and_then(|asset| asset.code.as_deref());
    let texts = texts.into_iter().chain([assignee, place, asset, code, contact, description]).flatten();
    // A text of several lines is one here.
    fold_lines(&texts.map(|text| text.replace('\n', " ")).collect::<Vec<_>>().join("\n"))
}

/// What a search looks for.
#[derive(Debug, PartialEq, Eq)]
pub struct Sought {
    /// The number that it names.
    pub number: Option<i64>,
    /// What else is in the request's texts, each of them.
    pub words: Vec<String>,
}

/// What `text` looks for: a request's number, as `MR-15`, `mr 15` or `#15`, and words.
pub fn sought(text: &str) -> Sought {
    let text = fold(text);
    if let Some(number) = number::parse(&text) {
        return Sought { number: Some(number), words: Vec::new() };
    }
    let (mut number, mut found, mut signs) = (None, Vec::new(), Vec::new());
    for token in text.split(' ').filter(|token| !token.is_empty()).take(MOST_WORDS) {
        match (number::parse(token).filter(|_| number.is_none()), word(token)) {
            (Some(named), _) => number = Some(named),
            (None, Some(word)) => found.push(word.to_owned()),
            (None, None) => signs.push(token.to_owned()),
        }
    }
    // Signs beside words are how they were written; alone they are what is sought.
    if number.is_none() && found.is_empty() {
        found = signs;
    }
    Sought { number, words: found }
}

/// The folded token without the signs around it; none if it is signs alone.
fn word(token: &str) -> Option<&str> {
    let runs = words(token);
    let (first, last) = (runs.first()?, runs.last()?);
    let inner = token.find(first.as_str()).zip(token.rfind(last.as_str()));
    Some(inner.and_then(|(start, end)| token.get(start..end + last.len())).unwrap_or(token))
}

#[cfg(all(test, not(target_arch = "wasm32")))]
mod tests;
