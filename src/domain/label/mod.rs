//! Labels: what stands on a place or a thing, for people and for cameras.
//!
//! A code is 40 random bits in Crockford's base32, `7K3M-9QXT`: no letter looks like a digit, and what people write instead (`O`, `I`,
//! `L`, lower case, spaces) is read as it is meant. It has no character to check the others: of 2⁴⁰ codes an organisation has some
//! thousands, so a slip leads nowhere (1 in 10⁸ or rarer elsewhere), and whoever scans sees what the code is on before anything is sent.

use std::fmt;
use std::str::FromStr;

use base::ids::InvalidId;
use base::refusal::Refusal;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use uuid::Uuid;

const ALPHABET: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";

/// So many characters has a code.
const CHARS: usize = 8;

/// So many labels are made at once: ten sheets of 24.
pub const MOST: usize = 240;

/// The code of a label: eight characters, written in two groups.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[cfg_attr(feature = "openapi", schema(value_type = String, examples("7K3M-9QXT")))]
pub struct LabelCode(String);

impl LabelCode {
    /// The code that these bits are.
    #[must_use]
    pub fn of(random: [u8; 5]) -> Self {
        let bits = random.iter().fold(0_u64, |bits, byte| bits << 8 | u64::from(*byte));
        let places = (0..CHARS).rev().map(|place| (bits >> (5 * place)) & 31);
        Self(
            places.filter_map(|at| ALPHABET.get(usize::try_from(at).ok()?).map(|letter| char::from(*letter))).collect(),
        )
    }

    /// The `n`th code that follows from an id.
    #[must_use]
    pub fn nth_of(id: Uuid, n: usize) -> Self {
        let mut bits = [0; 5];
        bits.iter_mut().zip(Sha256::digest(format!("{id}/{n}"))).for_each(|(bit, byte)| *bit = byte);
        Self::of(bits)
    }

    /// The characters alone, as they are kept.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// As people write it, and as others do: spaces and hyphens anywhere, small letters, letters that look like digits.
impl FromStr for LabelCode {
    type Err = InvalidId;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let mut code = String::with_capacity(CHARS);
        for letter in text.chars().filter(|letter| !matches!(letter, ' ' | '-')) {
            let meant = match letter.to_ascii_uppercase() {
                'O' => '0',
                'I' | 'L' => '1',
                other => other,
            };
            let is_known = u8::try_from(meant).is_ok_and(|byte| ALPHABET.contains(&byte));
            if !is_known || code.len() == CHARS {
                return Err(InvalidId { kind: "label code" });
            }
            code.push(meant);
        }
        if code.len() == CHARS { Ok(Self(code)) } else { Err(InvalidId { kind: "label code" }) }
    }
}

impl TryFrom<String> for LabelCode {
    type Error = InvalidId;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        text.parse()
    }
}

impl From<LabelCode> for String {
    fn from(code: LabelCode) -> Self {
        code.to_string()
    }
}

impl fmt::Display for LabelCode {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (first, second) = self.0.split_at_checked(CHARS / 2).unwrap_or((&self.0, ""));
        write!(formatter, "{first}-{second}")
    }
}

/// Why a label is not bound, by PostgreSQL's word for it.
#[must_use]
pub fn refused(word: &str, field: &str) -> Refusal {
    match word {
        "missing" => Refusal::NotFound,
        "unknown" => Refusal::invalid(field, "unknown_thing", "There is nothing with this id."),
        "label_bound" => Refusal::conflict("label_bound", "This label is on something else already."),
        _ => Refusal::Internal,
    }
}

#[cfg(all(test, not(target_arch = "wasm32")))]
mod tests {
    use super::*;

    #[test]
    fn what_people_write_is_read_as_it_is_meant() {
        let code: LabelCode = "7K3M9QXT".parse().unwrap();
        for text in ["7k3m-9qxt", " 7K3M 9QXT ", "7-K-3-M-9-Q-X-T"] {
            assert_eq!(text.parse(), Ok(code.clone()), "{text}");
        }
        assert_eq!("oIl0-oiLO".parse::<LabelCode>().unwrap().to_string(), "0110-0110");
        assert_eq!((code.as_str(), code.to_string()), ("7K3M9QXT", "7K3M-9QXT".to_owned()));
    }

    #[test]
    fn what_is_no_code_is_none() {
        for text in ["", "7K3M9QX", "7K3M9QXTT", "7K3M9QXU", "7K3M_9QX", "７K3M9QXT", "7K3M9QX\u{301}", "--------"] {
            assert!(text.parse::<LabelCode>().is_err(), "{text}");
        }
    }

    #[test]
    fn every_bit_counts_and_every_code_is_read_back() {
        assert_eq!(LabelCode::of([0; 5]).as_str(), "00000000");
        assert_eq!(LabelCode::of([255; 5]).as_str(), "ZZZZZZZZ");
        let mut seen = std::collections::HashSet::new();
        for bit in 0..40 {
            let mut bytes = [0; 5];
            bytes[bit / 8] = 1 << (bit % 8);
            let code = LabelCode::of(bytes);
            assert_eq!(code.to_string().parse(), Ok(code.clone()));
            assert!(seen.insert(code));
        }
    }

    #[test]
    fn in_json_it_is_as_people_read_it() {
        let code = LabelCode::of([1, 2, 3, 4, 5]);
        let written = serde_json::to_string(&code).unwrap();
        assert_eq!(written, format!("\"{code}\""));
        assert_eq!(serde_json::from_str::<LabelCode>(&written).unwrap(), code);
        assert!(serde_json::from_str::<LabelCode>("\"nothing\"").is_err());
    }
}
