//! The parts of a letter, and how they look as text and as HTML.
//!
//! The HTML is of one column, without tables and pictures; it keeps its sense with styles taken out, follows a dark screen, and its
//! letters have a contrast of at least 4.5 to 1 on both.

use super::Letter;
use crate::domain::organisation::Language;

const STYLE: &str = "body{margin:0;background:#f4f5f7;color:#1b1f24;font:16px/1.5 system-ui,-apple-system,'Segoe UI',Roboto,sans-serif}\
main{max-width:560px;margin:0 auto;padding:24px 16px;overflow-wrap:anywhere}\
h1{font-size:20px;line-height:1.3;margin:0 0 16px}\
h2{font-size:16px;line-height:1.4;margin:20px 0 4px}\
ul{margin:0;padding:0 0 0 20px}\
blockquote{margin:16px 0;padding:0 0 0 12px;border-left:3px solid #8a93a0;white-space:pre-wrap}\
a.button{display:inline-block;padding:12px 20px;border-radius:8px;background:#0b7a66;color:#ffffff;text-decoration:none;font-weight:600}\
a{color:#08695a}\
footer{margin-top:32px;padding-top:12px;border-top:1px solid #c9ced6;font-size:14px;color:#545d69}\
@media (prefers-color-scheme:dark){body{background:#14171b;color:#e8eaed}a{color:#5fdcbd}footer{color:#a7afba;border-color:#3a414b}\
a.button{background:#3fcdaa;color:#05231c}}";

/// A piece of a letter.
pub(super) enum Part<'a> {
    /// A paragraph of ours; others' words in it are escaped like all text.
    Says(String),
    /// Somebody else's words, with their lines.
    Quote(&'a str),
    /// Where to go on, and what that is called. Also written out, for whoever cannot press it.
    Link(&'a str, &'a str),
    /// One of several things that the letter is about.
    Item {
        /// What it is called.
        heading: &'a str,
        /// Its page.
        url: &'a str,
        /// What is said of it, a line each.
        lines: Vec<String>,
    },
}

/// A letter before it is written out.
pub(super) struct Parts<'a> {
    pub(super) language: Language,
    pub(super) subject: String,
    pub(super) heading: &'a str,
    pub(super) parts: Vec<Part<'a>>,
    /// Why one gets it, and whatever else is small.
    pub(super) footer: Vec<String>,
    /// Where one ends such letters, and what that is called.
    pub(super) ending: Option<(&'a str, &'a str)>,
}

impl Parts<'_> {
    pub(super) fn written(self) -> Letter {
        Letter { text: self.text(), html: self.html(), subject: self.subject }
    }

    fn text(&self) -> String {
        let mut blocks = vec![self.heading.to_owned()];
        blocks.extend(self.parts.iter().map(|part| match part {
            Part::Says(text) => text.clone(),
            Part::Quote(text) => text.lines().map(|line| format!("> {line}")).collect::<Vec<_>>().join("\n"),
            Part::Link(label, url) => format!("{label}:\n{url}"),
            Part::Item { heading, url, lines } => {
                let lines: String = lines.iter().map(|line| format!("- {line}\n")).collect();
                format!("{heading}\n{lines}{url}")
            }
        }));
        // What stands below this line is no part of what is said (RFC 3676, 4.3).
        blocks.push(format!("-- \n{}", self.footer.join("\n")));
        blocks.extend(self.ending.map(|(label, url)| format!("{label}: {url}")));
        blocks.join("\n\n") + "\n"
    }

    fn html(&self) -> String {
        let mut out = format!(
            "<!doctype html>\n<html lang=\"{}\">\n<head>\n<meta charset=\"utf-8\">\n\
             <meta name=\"viewport\" content=\"width=device-width,initial-scale=1\">\n\
             <meta name=\"color-scheme\" content=\"light dark\">\n<title>{}</title>\n<style>{STYLE}</style>\n</head>\n\
             <body>\n<main>\n<h1>{}</h1>\n",
            self.language,
            escaped(&self.subject),
            escaped(self.heading),
        );
        for part in &self.parts {
            out += &match part {
                Part::Says(text) => format!("<p>{}</p>\n", escaped(text)),
                Part::Quote(text) => format!("<blockquote>{}</blockquote>\n", escaped(text)),
                Part::Link(label, url) => format!(
                    "<p><a class=\"button\" href=\"{0}\">{1}</a></p>\n<p><a href=\"{0}\">{0}</a></p>\n",
                    escaped(url),
                    escaped(label),
                ),
                Part::Item { heading, url, lines } => {
                    let lines: String = lines.iter().map(|line| format!("<li>{}</li>\n", escaped(line))).collect();
                    format!("<h2><a href=\"{}\">{}</a></h2>\n<ul>\n{lines}</ul>\n", escaped(url), escaped(heading))
                }
            };
        }
        out += "<footer>\n";
        for line in &self.footer {
            out += &format!("<p>{}</p>\n", escaped(line));
        }
        if let Some((label, url)) = self.ending {
            out += &format!("<p><a href=\"{}\">{}</a></p>\n", escaped(url), escaped(label));
        }
        out + "</footer>\n</main>\n</body>\n</html>\n"
    }
}

/// As HTML shows it, between tags and in attributes with double quotes.
fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 16);
    for character in text.chars() {
        match character {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            other => out.push(other),
        }
    }
    out
}
