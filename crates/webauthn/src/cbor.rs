//! A reader of CBOR (RFC 8949), as authenticators write it: definite lengths, no tags, no floats (CTAP 2.1, section 8).
//!
//! It takes one item after the other from a slice and copies nothing. What is not of that form is refused; what is not wanted is skipped, to
//! a bounded depth.

/// So deep items may be nested; CTAP allows four levels.
const DEEPEST: u8 = 8;

/// What is not CBOR of the form.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Malformed;

/// The rest of what is read.
#[derive(Debug, Clone, Copy)]
pub struct Reader<'a>(&'a [u8]);

impl<'a> Reader<'a> {
    pub fn new(bytes: &'a [u8]) -> Self {
        Self(bytes)
    }

    /// What has not been read yet.
    pub fn rest(self) -> &'a [u8] {
        self.0
    }

    fn take(&mut self, count: u64) -> Result<&'a [u8], Malformed> {
        let count = usize::try_from(count).map_err(|_| Malformed)?;
        let (taken, rest) = self.0.split_at_checked(count).ok_or(Malformed)?;
        self.0 = rest;
        Ok(taken)
    }

    /// The major type of the next item, and its argument.
    fn head(&mut self) -> Result<(u8, u64), Malformed> {
        let first = *self.take(1)?.first().ok_or(Malformed)?;
        let argument = match first & 0x1f {
            small @ 0..=23 => u64::from(small),
            size @ 24..=27 => {
                let bytes = self.take(1 << (size - 24))?;
                bytes.iter().fold(0, |sum, byte| (sum << 8) | u64::from(*byte))
            }
            _ => return Err(Malformed),
        };
        Ok((first >> 5, argument))
    }

    fn head_of(&mut self, major: u8) -> Result<u64, Malformed> {
        match self.head()? {
            (found, argument) if found == major => Ok(argument),
            _ => Err(Malformed),
        }
    }

    /// An integer, if the next item is one; another item is skipped.
    pub fn integer(&mut self) -> Result<Option<i64>, Malformed> {
        let before = *self;
        let (major, argument) = self.head()?;
        let argument = i64::try_from(argument).map_err(|_| Malformed);
        match major {
            0 => Ok(Some(argument?)),
            1 => Ok(Some(-1 - argument?)),
            _ => {
                *self = before;
                self.skip()?;
                Ok(None)
            }
        }
    }

    /// A byte string.
    pub fn bytes(&mut self) -> Result<&'a [u8], Malformed> {
        let length = self.head_of(2)?;
        self.take(length)
    }

    /// A text.
    pub fn text(&mut self) -> Result<&'a str, Malformed> {
        let length = self.head_of(3)?;
        std::str::from_utf8(self.take(length)?).map_err(|_| Malformed)
    }

    /// How many pairs the map has that comes next.
    pub fn map(&mut self) -> Result<u64, Malformed> {
        self.head_of(5)
    }

    /// Passes the next item.
    pub fn skip(&mut self) -> Result<(), Malformed> {
        self.skip_within(DEEPEST)
    }

    fn skip_within(&mut self, depth: u8) -> Result<(), Malformed> {
        let deeper = depth.checked_sub(1).ok_or(Malformed)?;
        let (major, argument) = self.head()?;
        let items = match major {
            0 | 1 => 0,
            2 | 3 => {
                self.take(argument)?;
                0
            }
            4 => argument,
            5 => argument.checked_mul(2).ok_or(Malformed)?,
            // true, false, null: what else there is has no place here.
            7 if (20..=22).contains(&argument) => 0,
            _ => return Err(Malformed),
        };
        // Each item has at least a byte, so a length that lies ends with the bytes.
        for _ in 0..items {
            self.skip_within(deeper)?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// From RFC 8949, appendix A.
    #[test]
    fn what_the_standard_shows_is_read() {
        for (bytes, value) in [
            (&[0x00][..], 0),
            (&[0x17], 23),
            (&[0x18, 0x18], 24),
            (&[0x19, 0x03, 0xe8], 1_000),
            (&[0x1a, 0x00, 0x0f, 0x42, 0x40], 1_000_000),
            (&[0x1b, 0x00, 0x00, 0x00, 0xe8, 0xd4, 0xa5, 0x10, 0x00], 1_000_000_000_000),
            (&[0x20], -1),
            (&[0x39, 0x03, 0xe7], -1_000),
        ] {
            assert_eq!(Reader::new(bytes).integer(), Ok(Some(value)));
        }
        assert_eq!(Reader::new(&[0x44, 1, 2, 3, 4]).bytes(), Ok(&[1, 2, 3, 4][..]));
        assert_eq!(Reader::new(&[0x62, 0xc3, 0xbc, 7]).text(), Ok("ü"));
        let mut nested = Reader::new(&[0xa2, 0x61, 0x61, 0x01, 0x61, 0x62, 0x82, 0x02, 0x03, 0x07]);
        assert_eq!(nested.skip(), Ok(()));
        assert_eq!(nested.rest(), [0x07]);
    }

    #[test]
    fn what_is_cut_indefinite_tagged_or_too_deep_is_refused() {
        for bytes in [
            &[][..],
            &[0x18],
            &[0x19, 0x03],
            &[0x44, 1, 2],
            &[0x5f, 0x41, 0x01, 0xff],
            &[0x9f, 0x01, 0xff],
            &[0xc0, 0x00],
            &[0xf9, 0x00, 0x00],
            &[0x1c],
            &[0x9b, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff],
            &[0xbb, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff],
            &[0x5b, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff],
            &[0x81; 64],
        ] {
            assert_eq!(Reader::new(bytes).skip(), Err(Malformed), "{bytes:x?}");
        }
        assert_eq!(Reader::new(&[0x1b, 0xff, 0, 0, 0, 0, 0, 0, 0]).integer(), Err(Malformed));
    }
}
