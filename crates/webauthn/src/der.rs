//! An ECDSA signature: from `SEQUENCE { r, s }` in DER, as WebAuthn has it (level 3, section 6.5.5), to `r || s`, as SubtleCrypto takes it.

/// Bytes of a coordinate on P-256.
const SIZE: usize = 32;

/// `r || s`, or nothing where it is not DER of two positive integers of at most 256 bits.
pub fn fixed(signature: &[u8]) -> Option<[u8; 2 * SIZE]> {
    let (body, rest) = element(signature, 0x30)?;
    let (r, behind) = element(body, 0x02)?;
    let (s, end) = element(behind, 0x02)?;
    if !rest.is_empty() || !end.is_empty() {
        return None;
    }
    let mut out = [0; 2 * SIZE];
    let (first, second) = out.split_at_mut(SIZE);
    put(r, first)?;
    put(s, second)?;
    Some(out)
}

/// The content of the element with this tag, and what comes behind it. A signature on P-256 has no length of two bytes.
fn element(bytes: &[u8], tag: u8) -> Option<(&[u8], &[u8])> {
    let (&[found, length], rest) = bytes.split_first_chunk::<2>()?;
    if found != tag || length >= 0x80 {
        return None;
    }
    rest.split_at_checked(usize::from(length))
}

/// An unsigned integer without its leading zeros, at the end of its place.
fn put(integer: &[u8], place: &mut [u8]) -> Option<()> {
    let digits = match integer {
        // Only so that the number is not negative, and only where it would be (X.690, section 8.3.2).
        [0, rest @ ..] if rest.first().is_some_and(|first| *first >= 0x80) => rest,
        [first, ..] if *first != 0 && *first < 0x80 => integer,
        _ => return None,
    };
    let start = place.len().checked_sub(digits.len())?;
    place.get_mut(start..)?.copy_from_slice(digits);
    Some(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn der(r: &[u8], s: &[u8]) -> Vec<u8> {
        let part = |bytes: &[u8]| [&[0x02, u8::try_from(bytes.len()).unwrap()], bytes].concat();
        let body = [part(r), part(s)].concat();
        [&[0x30, u8::try_from(body.len()).unwrap()], body.as_slice()].concat()
    }

    #[test]
    fn short_and_padded_numbers_get_their_place() {
        let padded = [&[0][..], &[0xff; 32]].concat();
        let fixed = fixed(&der(&[0x01, 0x02], &padded)).unwrap();
        assert_eq!(fixed[..30], [0; 30]);
        assert_eq!(fixed[30..32], [1, 2]);
        assert_eq!(fixed[32..], [0xff; 32]);
    }

    #[test]
    fn what_is_not_der_is_refused() {
        let good = der(&[1], &[2]);
        assert!(fixed(&good).is_some());
        for bad in [
            good[..good.len() - 1].to_vec(),
            [good.clone(), vec![0]].concat(),
            der(&[], &[2]),
            der(&[0], &[2]),
            der(&[0, 1], &[2]),
            der(&[0x80], &[2]),
            der(&[&[1][..], &[0; 32]].concat(), &[2]),
            vec![0x30, 0x81, 0x06, 2, 1, 1, 2, 1, 2],
            vec![0x31, 0x06, 2, 1, 1, 2, 1, 2],
            Vec::new(),
        ] {
            assert_eq!(fixed(&bad), None, "{bad:x?}");
        }
    }
}
