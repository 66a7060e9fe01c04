//! What an organisation decides for whoever has not decided it themselves: where their clock is, when their week begins, which
//! language they read.

use base::refusal::Refusal;
use serde::{Deserialize, Serialize};

use super::{Language, TimeZone, Weekday};

/// What whoever has chosen nothing goes by.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OrganisationRules {
    /// Where the clock is.
    pub time_zone: TimeZone,
    /// The day that the week begins with.
    pub week_start: Weekday,
    /// The languages that are offered.
    pub languages: Languages,
}

impl Default for OrganisationRules {
    fn default() -> Self {
        Self { time_zone: TimeZone::utc(), week_start: Weekday::Monday, languages: Languages::all_after(Language::En) }
    }
}

/// The languages that an organisation offers, at least one and each once. The first is that of whoever has chosen none: so the two
/// cannot contradict each other, and are changed together.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "Vec<Language>")]
pub struct Languages(Vec<Language>);

impl Languages {
    /// A list of languages.
    ///
    /// # Errors
    /// `Invalid` naming `value`: `required` for none, `duplicate` for one that is in it twice.
    pub fn new(list: Vec<Language>) -> Result<Self, Refusal> {
        if list.is_empty() {
            return Err(Refusal::invalid("value", "required", "At least one language is offered."));
        }
        if list.iter().enumerate().any(|(place, language)| list.iter().skip(place + 1).any(|other| other == language)) {
            return Err(Refusal::invalid("value", "duplicate", "A language is offered once."));
        }
        Ok(Self(list))
    }

    /// All of them, this one first: what the setup of an installation begins with.
    #[must_use]
    pub fn all_after(first: Language) -> Self {
        let others = Language::ALL.iter().copied().filter(|language| *language != first);
        Self(std::iter::once(first).chain(others).collect())
    }

    /// They, the first one first.
    #[must_use]
    pub fn as_slice(&self) -> &[Language] {
        &self.0
    }

    /// A language that somebody is to read from now on.
    ///
    /// # Errors
    /// `Invalid` naming `language`, `not_offered`.
    pub fn offered(&self, language: Language) -> Result<Language, Refusal> {
        if self.0.contains(&language) {
            return Ok(language);
        }
        Err(Refusal::invalid("language", "not_offered", "The organisation does not offer this language."))
    }
}

impl TryFrom<Vec<Language>> for Languages {
    type Error = Refusal;

    fn try_from(list: Vec<Language>) -> Result<Self, Refusal> {
        Self::new(list)
    }
}

#[cfg(all(test, not(target_arch = "wasm32")))]
mod tests {
    use super::*;

    #[test]
    fn a_list_of_languages_has_one_at_least_and_each_once() {
        let code = |list: Vec<Language>| match Languages::new(list) {
            Err(Refusal::Invalid { code, .. }) => code,
            other => panic!("{other:?}"),
        };
        assert_eq!(code(vec![]), "required");
        assert_eq!(code(vec![Language::Id, Language::Id]), "duplicate");
        assert!(serde_json::from_str::<Languages>("[]").is_err());
        assert_eq!(Languages::all_after(Language::Id).as_slice(), [Language::Id, Language::En]);
    }

    #[test]
    fn a_language_that_is_not_offered_is_refused_by_a_code_of_its_own() {
        let indonesian = Languages::new(vec![Language::Id]).unwrap();
        assert_eq!(indonesian.offered(Language::Id), Ok(Language::Id));
        match indonesian.offered(Language::En) {
            Err(Refusal::Invalid { field, code, .. }) => {
                assert_eq!((field.as_str(), code.as_str()), ("language", "not_offered"));
            }
            other => panic!("{other:?}"),
        }
    }
}
