//! The number of a request for people: `MR-000123`.

/// The number as people see it.
pub fn text(number: i64) -> String {
    format!("MR-{number:06}")
}

/// The number that `text` spells out in full, whatever the case of its letters.
pub fn parse(text: &str) -> Option<i64> {
    let (letters, digits) = text.split_once('-')?;
    let spelled = letters.eq_ignore_ascii_case("MR")
        && (6..=15).contains(&digits.len())
        && digits.bytes().all(|byte| byte.is_ascii_digit());
    if spelled { digits.parse().ok().filter(|number| *number > 0) } else { None }
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
        assert_eq!(parse("mr-000123"), Some(123));
    }

    #[test]
    fn a_part_of_a_number_is_not_a_number() {
        for part in ["", "MR", "MR-", "MR-12", "000123", "XX-000123", "MR-000000", "MR-00012x", "MR-9999999999999999"] {
            assert_eq!(parse(part), None, "{part}");
        }
    }
}
