//! What a file is called: a name that names nothing but itself.

use base::refusal::Refusal;
use base::text::{self, Lines};
use serde::{Deserialize, Serialize};

use super::kind::FileKind;

/// The most characters of a name. File systems take 255 bytes.
pub const MAX_CHARS: usize = 200;

/// The name of a file: one line without a folder, without control characters, and without characters that only steer how others are
/// shown (as U+202E, by which `exe.jpg` reads as `gpj.exe`).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct FileName(String);

impl FileName {
    /// Parses what the client sent. What stands before a slash is a folder on somebody's machine, and nobody's business.
    ///
    /// # Errors
    /// `Invalid` naming `filename`: `required`, `too_long`, `control_character`.
    pub fn parse(given: &str) -> Result<Self, Refusal> {
        // Checked whole: a NUL is refused wherever it stands.
        let whole = text::parse(given, "filename", 1, MAX_CHARS * 4, Lines::One)?;
        let last = whole.rsplit(['/', '\\']).next().unwrap_or_default();
        // A drive or a stream of Windows' (`a.txt:b`), and what its shell or a Unix shell expands, are no part of a name either.
        let plain: String =
            last.chars().map(|c| if matches!(c, ':' | '*' | '?' | '"' | '<' | '>' | '|') { '_' } else { c }).collect();
        // Windows takes dots and spaces from the end of a name, and Unix hides one that begins with a dot: `..` is gone with them. What is
        // taken off may uncover more of them.
        let is_edge = |c: char| c == '.' || c.is_whitespace();
        let mut name = plain;
        for _ in 0..3 {
            name = text::parse(name.trim_matches(is_edge), "filename", 1, MAX_CHARS, Lines::One)?;
        }
        Ok(Self(name))
    }

    /// The name.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// What stands behind its last dot, in lower case; nothing where there is no dot.
    #[must_use]
    pub fn extension(&self) -> Option<String> {
        self.0.rsplit_once('.').map(|(_, extension)| extension.to_ascii_lowercase())
    }

    /// The name with an extension that says what the file is: `report.html` that is a picture becomes `report.html.jpg`. So no program
    /// that goes by names takes it for what it is not.
    #[must_use]
    pub fn of_kind(self, kind: FileKind) -> Self {
        let extensions = kind.extensions();
        if self.extension().is_some_and(|own| extensions.contains(&own.as_str())) {
            return self;
        }
        let usual = extensions.first().copied().unwrap_or("bin");
        let room = MAX_CHARS.saturating_sub(usual.len() + 1);
        let stem: String = self.0.chars().take(room).collect();
        Self(format!("{stem}.{usual}"))
    }
}

impl TryFrom<String> for FileName {
    type Error = Refusal;

    fn try_from(name: String) -> Result<Self, Self::Error> {
        Self::parse(&name)
    }
}

impl From<FileName> for String {
    fn from(name: FileName) -> Self {
        name.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn name(given: &str) -> Result<String, String> {
        match FileName::parse(given) {
            Ok(name) => Ok(name.into()),
            Err(Refusal::Invalid { field, code, .. }) if field == "filename" => Err(code),
            Err(other) => panic!("{other:?}"),
        }
    }

    #[test]
    fn a_name_names_nothing_but_itself() {
        for (given, kept) in [
            ("leak.jpg", "leak.jpg"),
            (" Foto  rumah.JPG ", "Foto  rumah.JPG"),
            ("../../etc/passwd", "passwd"),
            ("C:\\Users\\rina\\leak.jpg", "leak.jpg"),
            ("a/b\\c.png", "c.png"),
            ("...hidden.txt", "hidden.txt"),
            ("trailing. . .", "trailing"),
            ("exe\u{202e}gpj.scr", "exegpj.scr"),
            ("a\u{200b}\u{feff}b.pdf", "ab.pdf"),
            ("a:b*c?.txt", "a_b_c_.txt"),
            ("<script>.txt", "_script_.txt"),
            ("日本語 🔧.png", "日本語 🔧.png"),
        ] {
            assert_eq!(name(given).as_deref(), Ok(kept), "{given:?}");
        }
    }

    #[test]
    fn what_is_no_name_is_refused() {
        for (given, code) in [
            ("", "required"),
            ("   ", "required"),
            ("..", "required"),
            ("../", "required"),
            (". .", "required"),
            ("\u{202e}", "required"),
            ("a\0.jpg", "control_character"),
            ("a\n.jpg", "control_character"),
            ("a\u{2028}b.jpg", "control_character"),
            ("a\u{7f}b.jpg", "control_character"),
        ] {
            assert_eq!(name(given), Err(code.to_owned()), "{given:?}");
        }
        assert_eq!(name(&"x".repeat(MAX_CHARS + 1)), Err("too_long".to_owned()));
        assert_eq!(name(&"x".repeat(1_000_000)), Err("too_long".to_owned()));
    }

    #[test]
    fn a_name_ends_with_what_the_file_is() {
        let named = |given: &str, kind| FileName::parse(given).unwrap().of_kind(kind).0;
        assert_eq!(named("a.JPEG", FileKind::Jpeg), "a.JPEG");
        assert_eq!(named("a.jpg.html", FileKind::Jpeg), "a.jpg.html.jpg");
        assert_eq!(named("page.html", FileKind::Text), "page.html.txt");
        assert_eq!(named("scan", FileKind::Pdf), "scan.pdf");
        let long = named(&"x".repeat(MAX_CHARS), FileKind::Docx);
        assert_eq!((long.chars().count(), long.ends_with(".docx")), (MAX_CHARS, true));
    }
}
