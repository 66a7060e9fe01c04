//! What was said about requests, and what a search finds by: trigrams of that and of the searched texts.
//!
//! A word is found wherever it stands in a text, as languages need that put syllables in front of it, and one that few requests have costs
//! what these are, however many there are ([decision 28](../../../../docs/decisions/0028-a-search-is-led-by-its-rarest-word.md)). The triggers
//! keep the trigrams in step with the rows, whichever release writes them.

use base::refusal::Refusal;
use durable::keyset::{Condition, Value};
use durable::{Database, StorageError, Writer};

use crate::domain::text::fold;
use crate::objects::request_index::api::Said;
use crate::objects::request_index::search::Sought;

macro_rules! tables {
    () => {
        "
    CREATE TABLE said (
        id      INTEGER PRIMARY KEY,
        request INTEGER NOT NULL,
        seq     INTEGER NOT NULL,
        public  INTEGER NOT NULL,
        text    TEXT NOT NULL,
        UNIQUE (request, seq)
    );
    CREATE VIRTUAL TABLE found USING fts5 (text, content='', contentless_delete=1, tokenize='trigram case_sensitive 1');
    CREATE VIRTUAL TABLE found_said USING fts5 (public, internal, content='', contentless_delete=1, tokenize='trigram case_sensitive 1');
    CREATE TRIGGER request_is_new AFTER INSERT ON request BEGIN
        INSERT INTO found (rowid, text) VALUES (new.number, new.search);
    END;
    CREATE TRIGGER request_reads_otherwise AFTER UPDATE OF search ON request WHEN new.search IS NOT old.search BEGIN
        DELETE FROM found WHERE rowid = old.number;
        INSERT INTO found (rowid, text) VALUES (new.number, new.search);
    END;
    CREATE TRIGGER said_is_new AFTER INSERT ON said BEGIN
        INSERT INTO found_said (rowid, public, internal) VALUES (new.id, iif(new.public, new.text, ''), iif(new.public, '', new.text));
    END;
    CREATE TRIGGER said_is_gone AFTER DELETE ON said BEGIN
        DELETE FROM found_said WHERE rowid = old.id;
    END;
"
    };
}

/// The tables.
pub const TABLES: &str = tables!();

/// How an index of a release of before gets them. What was said before is not searched: who has it tells it once.
pub const STEP: &str = concat!(tables!(), "INSERT INTO found (rowid, text) SELECT number, search FROM request;");

/// A trigram has so many characters; a shorter word is looked for in the texts of each request, and not in what was said.
const TRIGRAM: usize = 3;

/// A word that so many texts have at most leads a search: these are looked up and sorted.
const FEW: u32 = 2_000;

const HITS: &str = "SELECT (SELECT count(*) FROM (SELECT 1 FROM found WHERE found MATCH ?1 LIMIT ?3))
                         + (SELECT count(*) FROM (SELECT 1 FROM found_said WHERE found_said MATCH ?2 LIMIT ?3))";

/// Keeps what was said about a request; what is known already stays.
///
/// # Errors
/// When SQLite refuses.
pub fn keep(write: &Writer<'_>, request: i64, said: &[Said]) -> Result<(), StorageError> {
    for Said { seq, public, text } in said {
        write.run(
            "INSERT INTO said (request, seq, public, text) VALUES (?, ?, ?, ?) ON CONFLICT (request, seq) DO NOTHING",
            &[&request, seq, &i64::from(*public), &fold(text)],
        )?;
    }
    Ok(())
}

/// Forgets what was said about a request: a restore tells it anew.
///
/// # Errors
/// When SQLite refuses.
pub fn forget(write: &Writer<'_>, request: i64) -> Result<(), StorageError> {
    write.run("DELETE FROM said WHERE request = ?", &[&request])
}

/// The word that leads a search, if one is rare enough.
///
/// # Errors
/// When SQLite refuses.
pub fn lead(db: &Database, sought: &Sought, reads_internal: bool) -> Result<Option<String>, Refusal> {
    let mut rarest: Option<(i64, &String)> = None;
    for word in sought.words.iter().filter(|word| is_long(word)) {
        let (text, said) = (phrase(word), phrase_in_said(word, reads_internal));
        let row = db.row(HITS, &[&text, &said, &i64::from(FEW + 1)])?;
        let hits = row.map_or(0, |row| row.int(0));
        if rarest.is_none_or(|(fewest, _)| hits < fewest) {
            rarest = Some((hits, word));
        }
    }
    Ok(rarest.filter(|(hits, _)| *hits <= i64::from(FEW)).map(|(_, word)| word.clone()))
}

/// That a request has the word that leads.
pub fn found_by(word: &str, reads_internal: bool) -> Condition {
    // One value: both tables have no column of the other's name.
    let expression = if reads_internal {
        "number IN (SELECT rowid FROM found WHERE found MATCH {} UNION
                    SELECT request FROM said WHERE id IN (SELECT rowid FROM found_said WHERE found_said MATCH {}))"
    } else {
        "number IN (SELECT rowid FROM found WHERE found MATCH {} UNION
                    SELECT request FROM said WHERE id IN (SELECT rowid FROM found_said WHERE found_said MATCH '{public} : ' || {}))"
    };
    Condition::Holds("number", expression, Value::Text(phrase(word)))
}

/// That a request has a word.
pub fn has(word: &str, reads_internal: bool) -> Condition {
    if !is_long(word) {
        return Condition::Contains("search", word.to_owned());
    }
    let expression = if reads_internal {
        "instr(search, {}) > 0 OR EXISTS (SELECT 1 FROM said WHERE said.request = number AND instr(said.text, {}) > 0)"
    } else {
        "instr(search, {}) > 0 OR EXISTS (SELECT 1 FROM said WHERE said.request = number AND said.public AND instr(said.text, {}) > 0)"
    };
    Condition::Holds("search", expression, Value::Text(word.to_owned()))
}

fn is_long(word: &str) -> bool {
    word.chars().nth(TRIGRAM - 1).is_some()
}

/// The word as FTS5 takes it: what is in quotes is text, whatever it says.
fn phrase(word: &str) -> String {
    format!("\"{}\"", word.replace('"', "\"\""))
}

fn phrase_in_said(word: &str, reads_internal: bool) -> String {
    if reads_internal { phrase(word) } else { format!("{{public}} : {}", phrase(word)) }
}

#[cfg(all(test, not(target_arch = "wasm32")))]
mod tests;
