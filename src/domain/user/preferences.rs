//! What somebody tells of themselves, and how they like the app: all of it by choice.

use base::refusal::Refusal;
use base::text::Lines;
use base::{text_type, words};
use serde::{Deserialize, Serialize};

use crate::domain::organisation::TimeZone;

text_type! {
    /// A telephone number as people write it, 5 to 30 characters.
    Phone, "phone", 5..=30, Lines::One
}

impl Phone {
    /// Parses what the client sent.
    ///
    /// # Errors
    /// `Invalid` naming `phone`; `malformed_phone` where it has other characters than digits, spaces and `+ - ( ) . /`.
    pub fn dialled(text: &str) -> Result<Self, Refusal> {
        let phone = Self::parse(text)?;
        let is_of_number = |byte: u8| byte.is_ascii_digit() || b" +-()./".contains(&byte);
        let digits = phone.as_str().bytes().filter(u8::is_ascii_digit).count();
        if digits < Self::MIN_CHARS || !phone.as_str().bytes().all(is_of_number) {
            return Err(Refusal::invalid(Self::FIELD, "malformed_phone", "This is no telephone number."));
        }
        Ok(phone)
    }
}

words! {
    /// The page that somebody sees first when they have signed in.
    pub enum StartPage: "start page" {
        /// What needs them.
        Home = "home",
        /// All requests that they may see.
        Requests = "requests",
        /// What is theirs to do.
        Work = "work",
        /// A new report.
        New = "new",
    }
}

/// What somebody chose.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Preferences {
    /// Where to call them.
    #[serde(default)]
    pub phone: Option<Phone>,
    /// Where their clock is, where that is not what their device says.
    #[serde(default)]
    pub time_zone: Option<TimeZone>,
    /// The page that they see first.
    #[serde(default)]
    pub start_page: Option<StartPage>,
}

#[cfg(all(test, not(target_arch = "wasm32")))]
mod tests {
    use super::*;

    #[test]
    fn a_phone_is_what_can_be_dialled() {
        for phone in ["+62 812-3456-7890", "(0361) 123.456", "12345", "  0812/34567 "] {
            assert_eq!(Phone::dialled(phone).unwrap().as_str(), phone.trim());
        }
        for (phone, code) in [
            ("", "required"),
            ("1234", "malformed_phone"),
            ("+-() 1234", "malformed_phone"),
            ("call me", "malformed_phone"),
            ("0812 3456 ext 7", "malformed_phone"),
            (&"1".repeat(31), "too_long"),
        ] {
            match Phone::dialled(phone) {
                Err(Refusal::Invalid { field, code: told, .. }) => {
                    assert_eq!((field.as_str(), told.as_str()), ("phone", code))
                }
                other => panic!("{phone}: {other:?}"),
            }
        }
    }
}
