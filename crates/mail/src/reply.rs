//! The replies of an SMTP server: bytes into replies, and nothing else (RFC 5321, 4.2; RFC 2034).
//!
//! `next_reply` is pure, total and bounded: whatever bytes come, it returns a reply, asks for more, or refuses.

use bytes::{Buf as _, BytesMut};
use thiserror::Error;

use crate::outcome::one_line;

/// The longest line that is read; RFC 5321, 4.5.3.1.5 allows 512 bytes, servers in the wild send more.
pub const MAX_LINE_BYTES: usize = 4_096;
/// The longest reply, in bytes.
pub const MAX_REPLY_BYTES: usize = 64 * 1024;

/// What the server broke.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum ProtocolError {
    /// A line that does not start with a code of three digits from 200 to 599, alone or before a space or a hyphen.
    #[error("the server does not speak SMTP")]
    NotAReply,
    /// The lines of one reply have different codes.
    #[error("the lines of a reply have different codes")]
    Codes,
    /// More than is read.
    #[error("a reply of the server is too long")]
    TooLong,
}

/// One reply, of one line or many.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reply {
    /// The code.
    pub code: u16,
    /// The lines without codes, as they came; what is not UTF-8 is replaced.
    pub lines: Vec<String>,
}

/// The next reply, which is taken from the front of `inbox`; `None` while it is not there to its end.
///
/// # Errors
/// Bytes that are no reply; `inbox` is then of no further use.
pub fn next_reply(inbox: &mut BytesMut) -> Result<Option<Reply>, ProtocolError> {
    let (mut read, mut lines, mut code) = (0, Vec::new(), None);
    loop {
        let rest = inbox.get(read..).unwrap_or_default();
        let line = match rest.iter().position(|byte| *byte == b'\n') {
            Some(end) if end <= MAX_LINE_BYTES => rest.get(..end).unwrap_or_default(),
            None if rest.len() <= MAX_LINE_BYTES => return Ok(None),
            Some(_) | None => return Err(ProtocolError::TooLong),
        };
        read += line.len() + 1;
        if read > MAX_REPLY_BYTES {
            return Err(ProtocolError::TooLong);
        }
        let (number, is_last, text) = parse_line(line.strip_suffix(b"\r").unwrap_or(line))?;
        if code.is_some_and(|code| code != number) {
            return Err(ProtocolError::Codes);
        }
        code = Some(number);
        lines.push(String::from_utf8_lossy(text).into_owned());
        if is_last {
            inbox.advance(read);
            return Ok(Some(Reply { code: number, lines }));
        }
    }
}

fn parse_line(line: &[u8]) -> Result<(u16, bool, &[u8]), ProtocolError> {
    let (code, rest) = line.split_at_checked(3).ok_or(ProtocolError::NotAReply)?;
    let [hundreds @ b'2'..=b'5', tens @ b'0'..=b'9', ones @ b'0'..=b'9'] = *code else {
        return Err(ProtocolError::NotAReply);
    };
    let digit = |byte: u8| u16::from(byte - b'0');
    let code = digit(hundreds) * 100 + digit(tens) * 10 + digit(ones);
    match rest.split_first() {
        None => Ok((code, true, rest)),
        Some((b' ', text)) => Ok((code, true, text)),
        Some((b'-', text)) => Ok((code, false, text)),
        Some(_) => Err(ProtocolError::NotAReply),
    }
}

impl Reply {
    /// Whether the same may succeed later (4yz).
    #[must_use]
    pub fn is_transient(&self) -> bool {
        (400..500).contains(&self.code)
    }

    /// The enhanced status code at the front of the first line, if it fits the code (RFC 2034, 4).
    #[must_use]
    pub fn enhanced(&self) -> Option<&str> {
        self.lines.first().and_then(|line| enhanced(line, self.code))
    }

    /// The server's words as one line, without the enhanced codes in front of each.
    #[must_use]
    pub fn text(&self) -> String {
        let words = |line: &str| {
            let code = enhanced(line, self.code).map_or(0, str::len);
            line.get(code..).unwrap_or_default().trim().to_owned()
        };
        one_line(&self.lines.iter().map(|line| words(line)).collect::<Vec<_>>().join(" "))
    }

    /// What the server says of an ability in its answer to EHLO, such as `AUTH`: what stands behind the word, upper case.
    #[must_use]
    pub fn ability(&self, keyword: &str) -> Option<String> {
        self.lines.iter().skip(1).find_map(|line| {
            // `AUTH=LOGIN` is how servers of the last century said it; they are still about.
            let (word, rest) = line.split_once([' ', '=']).unwrap_or((line, ""));
            word.trim().eq_ignore_ascii_case(keyword).then(|| rest.trim().to_ascii_uppercase())
        })
    }
}

fn enhanced(line: &str, code: u16) -> Option<&str> {
    let first = line.split(' ').next().unwrap_or_default();
    let mut parts = first.split('.');
    // `05` is no class.
    let class = parts.next().filter(|class| class.len() == 1)?.parse::<u16>().ok()?;
    let is_number = |part: &str| (1..=3).contains(&part.len()) && part.bytes().all(|byte| byte.is_ascii_digit());
    let is_whole = parts.next().is_some_and(is_number) && parts.next().is_some_and(is_number) && parts.next().is_none();
    (class == code / 100 && is_whole).then_some(first)
}

#[cfg(all(test, not(target_arch = "wasm32")))]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn read(bytes: &[u8]) -> Result<Option<Reply>, ProtocolError> {
        next_reply(&mut BytesMut::from(bytes))
    }

    #[test]
    fn a_reply_ends_with_the_line_that_has_no_hyphen() {
        let mut inbox =
            BytesMut::from(&b"250-mx.example greets you\r\n250-AUTH PLAIN login\r\n250 SIZE 100\r\n354 Go"[..]);
        let reply = next_reply(&mut inbox).unwrap().unwrap();
        assert_eq!(reply.code, 250);
        assert_eq!(reply.ability("auth").as_deref(), Some("PLAIN LOGIN"));
        assert_eq!(reply.ability("SIZE").as_deref(), Some("100"));
        assert_eq!(reply.ability("STARTTLS"), None);
        assert_eq!(next_reply(&mut inbox), Ok(None));
        inbox.extend_from_slice(b" ahead\n");
        assert_eq!(next_reply(&mut inbox).unwrap().unwrap().text(), "Go ahead");
        assert!(inbox.is_empty());
    }

    #[test]
    fn enhanced_codes_are_told_apart_from_words() {
        let reply = read(b"550-5.1.1 There is\r\n550 5.1.1 nobody here\r\n").unwrap().unwrap();
        assert_eq!((reply.enhanced(), reply.text().as_str()), (Some("5.1.1"), "There is nobody here"));
        for other in [
            "550 4.1.1 x",
            "550 5.1 x",
            "550 5.1.1.1 x",
            "550 5.1.x x",
            "550 +5.1.1 x",
            "550 05.1.1 x",
            "550",
            "550 5.1.1111 x",
        ] {
            assert_eq!(read(format!("{other}\r\n").as_bytes()).unwrap().unwrap().enhanced(), None, "{other}");
        }
    }

    #[test]
    fn what_is_no_reply_is_refused() {
        for bytes in ["hello\r\n", "\r\n", "99 x\r\n", "600 x\r\n", "150 x\r\n", "250x\r\n", "25é x\r\n"] {
            assert_eq!(read(bytes.as_bytes()), Err(ProtocolError::NotAReply), "{bytes:?}");
        }
        assert_eq!(read(b"250-a\r\n251 b\r\n"), Err(ProtocolError::Codes));
        assert_eq!(read(&[b'2'; MAX_LINE_BYTES + 1]), Err(ProtocolError::TooLong));
        assert_eq!(read(&b"250-a\r\n".repeat(MAX_REPLY_BYTES)), Err(ProtocolError::TooLong));
        assert_eq!(read(b"250\r\n").unwrap().unwrap().lines, [""]);
    }

    proptest! {
        #[test]
        fn how_the_bytes_are_cut_changes_nothing(
            bytes in "((250-|250 |550 |25)[a-z0-9. ]{0,12}\r?\n?){0,6}",
            sizes in prop::collection::vec(1usize..9, 1..9),
        ) {
            let whole = all(bytes.as_bytes(), &[bytes.len().max(1)]);
            prop_assert_eq!(all(bytes.as_bytes(), &sizes), whole);
        }

        #[test]
        fn any_bytes_are_read_without_a_panic(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
            let _ = all(&bytes, &[7]);
        }
    }

    /// Every reply of pieces of these sizes, and how it ended.
    fn all(bytes: &[u8], sizes: &[usize]) -> (Vec<Reply>, Option<ProtocolError>) {
        let (mut inbox, mut replies, mut rest) = (BytesMut::new(), Vec::new(), bytes);
        for size in sizes.iter().cycle() {
            let (piece, behind) = rest.split_at((*size).min(rest.len()));
            inbox.extend_from_slice(piece);
            rest = behind;
            loop {
                match next_reply(&mut inbox) {
                    Ok(Some(reply)) => replies.push(reply),
                    Ok(None) => break,
                    Err(error) => return (replies, Some(error)),
                }
            }
            if rest.is_empty() {
                break;
            }
        }
        (replies, None)
    }
}
