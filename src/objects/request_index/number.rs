//! The number of a request for people: `MR-000123`.

/// The number as people see it.
pub fn text(number: i64) -> String {
    format!("MR-{number:06}")
}

/// The number that `text` names: `MR-000123`, `mr-123`, `mr 123`, `mr123`, `#123`. A mere `123` may as well stand in a title.
pub fn parse(text: &str) -> Option<i64> {
    let text = text.trim();
    let digits = match text.strip_prefix('#') {
        Some(digits) => digits,
        None => {
            let (letters, digits) = text.split_at_checked(2)?;
            if !letters.eq_ignore_ascii_case("MR") {
                return None;
            }
            // Telephones make a dash of a hyphen.
            digits.strip_prefix(['-', ' ', '\u{2010}', '\u{2011}', '\u{2013}', '\u{2014}']).unwrap_or(digits)
        }
    };
    let is_number = (1..=15).contains(&digits.len()) && digits.bytes().all(|byte| byte.is_ascii_digit());
    if is_number { digits.parse().ok().filter(|number| *number > 0) } else { None }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_reads_back_as_it_was_written() {
        for number in [1, 123, 999_999, 1_000_000] {
            assert_eq!(parse(&text(number)), Some(number));
        }
        assert_eq!(text(123), "MR-000123");
        for spelled in ["mr-000123", "MR-123", "#123", "#000123", " Mr-123 ", "mr 123", "mr123", "MR\u{2013}123"] {
            assert_eq!(parse(spelled), Some(123), "{spelled}");
        }
    }

    #[test]
    fn a_part_of_a_number_is_not_a_number() {
        for part in [
            "",
            "MR",
            "MR-",
            "#",
            "123",
            "000123",
            "XX-000123",
            "#12-",
            "#-1",
            "MR-000000",
            "MR-00012x",
            "MR-9999999999999999",
        ] {
            assert_eq!(parse(part), None, "{part}");
        }
    }
}
