//! How a file is served: as what, in which part, and under which name.

use base::hex;

use super::kind::FileKind;

/// How a browser is to treat a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Served {
    /// `Content-Type`.
    pub content_type: &'static str,
    /// Whether it is shown, and not only saved.
    pub is_inline: bool,
    /// `Content-Security-Policy`.
    pub policy: &'static str,
}

/// What is shown by itself gets what it needs for that and nothing else; a document in a sandbox has no origin, and runs nothing.
const POLICY: &str = "sandbox; default-src 'none'; img-src 'self' data:; media-src 'self'; style-src 'unsafe-inline'; frame-ancestors 'self'";

/// Chromium's viewer of PDF does not run in a sandbox; its scripts cannot reach ours.
const POLICY_OF_PDF: &str = "default-src 'none'; object-src 'self'; style-src 'unsafe-inline'; frame-ancestors 'self'";

/// How what was stored as `content_type` is served; what this release does not know is saved, and never shown.
#[must_use]
pub fn served(content_type: &str) -> Served {
    let Ok(kind) = content_type.parse::<FileKind>() else {
        return Served { content_type: "application/octet-stream", is_inline: false, policy: POLICY };
    };
    let shown = |content_type| Served { content_type, is_inline: true, policy: POLICY };
    match kind {
        FileKind::Pdf => Served { policy: POLICY_OF_PDF, ..shown(kind.as_str()) },
        FileKind::Text | FileKind::Csv => shown("text/plain; charset=utf-8"),
        FileKind::Jpeg
        | FileKind::Png
        | FileKind::Webp
        | FileKind::Gif
        | FileKind::Heic
        | FileKind::Mp4
        | FileKind::Mov
        | FileKind::Webm
        | FileKind::M4a
        | FileKind::Weba
        | FileKind::Ogg
        | FileKind::Mp3
        | FileKind::Wav => shown(kind.as_str()),
        FileKind::Docx | FileKind::Xlsx | FileKind::Pptx | FileKind::Odt | FileKind::Ods | FileKind::Odp => {
            Served { is_inline: false, ..shown(kind.as_str()) }
        }
    }
}

/// `Content-Disposition` (RFC 6266): the name in ASCII, for what is old, and as it is (RFC 8187) where that is another.
#[must_use]
pub fn disposition(is_inline: bool, name: &str) -> String {
    let kind = if is_inline { "inline" } else { "attachment" };
    let is_plain = |c: char| c.is_ascii() && !c.is_ascii_control() && !matches!(c, '"' | '\\' | '%');
    let plain: String = name.chars().map(|c| if is_plain(c) { c } else { '_' }).collect();
    if plain == name {
        return format!("{kind}; filename=\"{plain}\"");
    }
    let mut own = String::new();
    for byte in name.bytes() {
        if byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~') {
            own.push(char::from(byte));
        } else {
            own.push('%');
            own.push_str(&hex(&[byte]).to_ascii_uppercase());
        }
    }
    format!("{kind}; filename=\"{plain}\"; filename*=UTF-8''{own}")
}

/// What of a file is wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wanted {
    /// All of it.
    Whole,
    /// Its bytes from `first` to `last`, both of them with it.
    Part {
        /// The first.
        first: i64,
        /// The last.
        last: i64,
    },
    /// Bytes that it does not have.
    Nothing,
}

/// What a `Range` wants of a file of `size` bytes (RFC 9110 section 14.2). Several ranges, another unit, and what cannot be read, may be
/// ignored, and are.
#[must_use]
pub fn wanted(range: Option<&str>, size: i64) -> Wanted {
    let Some(spec) = range.and_then(|range| range.trim().strip_prefix("bytes=")) else { return Wanted::Whole };
    let Some((first, last)) = spec.split_once('-') else { return Wanted::Whole };
    let (first, last) = (first.trim(), last.trim());
    let number = |text: &str| {
        let is_number = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
        // One that is too large for any file is behind the end of each.
        is_number.then(|| text.parse().unwrap_or(i64::MAX))
    };
    match (number(first), number(last)) {
        (Some(first), Some(last)) if first > last => Wanted::Whole,
        (Some(first), _) if first >= size && (last.is_empty() || number(last).is_some()) => Wanted::Nothing,
        (Some(first), Some(last)) => Wanted::Part { first, last: last.min(size - 1) },
        (Some(first), None) if last.is_empty() => Wanted::Part { first, last: size - 1 },
        (None, Some(0)) if first.is_empty() => Wanted::Nothing,
        (None, Some(_)) if first.is_empty() && size == 0 => Wanted::Nothing,
        (None, Some(length)) if first.is_empty() => Wanted::Part { first: (size - length).max(0), last: size - 1 },
        _ => Wanted::Whole,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_range_is_the_part_that_it_names() {
        let part = |first, last| Wanted::Part { first, last };
        for (range, expected) in [
            ("bytes=0-0", part(0, 0)),
            ("bytes=2-5", part(2, 5)),
            ("bytes=2-", part(2, 9)),
            ("bytes=2-99", part(2, 9)),
            ("bytes=-3", part(7, 9)),
            ("bytes=-99", part(0, 9)),
            (" bytes=9-9 ", part(9, 9)),
            ("bytes=10-", Wanted::Nothing),
            ("bytes=10-12", Wanted::Nothing),
            ("bytes=99999999999999999999-", Wanted::Nothing),
            ("bytes=-0", Wanted::Nothing),
            ("bytes=5-2", Wanted::Whole),
            ("bytes=0-1,4-5", Wanted::Whole),
            ("bytes=a-b", Wanted::Whole),
            ("bytes=-", Wanted::Whole),
            ("bytes=+1-2", Wanted::Whole),
            ("items=0-1", Wanted::Whole),
            ("", Wanted::Whole),
        ] {
            assert_eq!(wanted(Some(range), 10), expected, "{range}");
        }
        assert_eq!(wanted(None, 10), Wanted::Whole);
    }

    #[test]
    fn a_name_is_told_to_old_and_new() {
        assert_eq!(disposition(true, "leak 1.jpg"), "inline; filename=\"leak 1.jpg\"");
        let told = disposition(false, "Łazienka \"a\"\\b%.jpg");
        let expected =
            "attachment; filename=\"_azienka _a__b_.jpg\"; filename*=UTF-8''%C5%81azienka%20%22a%22%5Cb%25.jpg";
        assert_eq!(told, expected);
    }

    #[test]
    fn nothing_that_runs_is_shown() {
        for (content_type, shown) in [
            ("image/jpeg", Some("image/jpeg")),
            ("text/csv", Some("text/plain; charset=utf-8")),
            ("application/pdf", Some("application/pdf")),
            ("image/svg+xml", None),
            ("text/html", None),
            ("", None),
        ] {
            let served = served(content_type);
            assert_eq!(served.is_inline.then_some(served.content_type), shown, "{content_type}");
            assert!(served.policy.contains("default-src 'none'"));
        }
    }
}
