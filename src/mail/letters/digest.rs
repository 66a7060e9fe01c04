//! To whoever is written to once a day or once a week: what happened since, by request.

use super::Letter;
use super::parts::{Part, Parts};
use crate::domain::organisation::Language;

/// So many requests are in one letter; of the others it says how many there are.
const MOST_ITEMS: usize = 50;

/// So many lines are about one request: those that came last.
const MOST_LINES: usize = 8;

/// What happened to one request.
#[derive(Debug, Clone)]
pub struct Item {
    /// Its number and title.
    pub heading: String,
    /// Its page.
    pub url: String,
    /// What happened, a line each, oldest first, in the reader's language.
    pub lines: Vec<String>,
}

/// What happened since the last letter.
#[derive(Debug, Clone)]
pub struct Digest<'a> {
    /// What the organisation is called.
    pub organisation: &'a str,
    /// By request.
    pub items: Vec<Item>,
    /// The page of all that is told.
    pub inbox: &'a str,
    /// The page where the reader chooses when to be written to.
    pub choices: &'a str,
}

impl Digest<'_> {
    /// The letter.
    #[must_use]
    pub fn letter(&self, language: Language) -> Letter {
        let (requests, count) = (self.items.len(), self.items.iter().map(|item| item.lines.len()).sum::<usize>());
        let organisation = self.organisation;
        let (subject, heading, link, why, ending) = match language {
            Language::En => (
                format!("[{organisation}] What happened: {count} unread"),
                if requests == 1 {
                    "What happened to one request".into()
                } else {
                    format!("What happened to {requests} requests")
                },
                "Open the inbox",
                "You chose to get one mail with everything that is unread.",
                "Choose when you get it",
            ),
            Language::Id => (
                format!("[{organisation}] Ringkasan: {count} belum dibaca"),
                format!("Yang terjadi pada {requests} permintaan"),
                "Buka kotak masuk",
                "Anda memilih menerima satu email berisi semua yang belum dibaca.",
                "Atur kapan Anda menerimanya",
            ),
        };
        let mut parts: Vec<Part<'_>> = self.items.iter().take(MOST_ITEMS).map(|item| part(item, language)).collect();
        if let Some(more) = requests.checked_sub(MOST_ITEMS).filter(|more| *more > 0) {
            parts.push(Part::Says(match language {
                Language::En => format!("And {more} more requests, in the inbox."),
                Language::Id => format!("Dan {more} permintaan lain, di kotak masuk."),
            }));
        }
        parts.push(Part::Link(link, self.inbox));
        Parts {
            language,
            subject,
            heading: &heading,
            parts,
            footer: vec![organisation.to_owned(), why.to_owned()],
            ending: Some((ending, self.choices)),
        }
        .written()
    }
}

fn part(item: &Item, language: Language) -> Part<'_> {
    let before = item.lines.len().saturating_sub(MOST_LINES);
    let earlier = (before > 0).then(|| match language {
        Language::En => format!("{before} before that"),
        Language::Id => format!("{before} sebelumnya"),
    });
    let lines = earlier.into_iter().chain(item.lines.iter().skip(before).cloned()).collect();
    Part::Item { heading: &item.heading, url: &item.url, lines }
}
