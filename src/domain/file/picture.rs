//! How large a picture is, read off its header. A few bytes can say billions of pixels, and whoever opens them pays.

use super::kind::FileKind;

/// The most pixels of a picture: a hundred million. More would take 400 MB of a viewer's memory.
pub const MAX_PIXELS: u64 = 100_000_000;

/// Width and height in pixels, as they are stored: a camera that was held upright may say so beside it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Size {
    /// From left to right.
    pub width: u32,
    /// From top to bottom.
    pub height: u32,
}

impl Size {
    /// How many pixels these are.
    #[must_use]
    pub const fn pixels(self) -> u64 {
        self.width as u64 * self.height as u64
    }
}

/// What a header says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Found {
    /// This size.
    Size(Size),
    /// It has none, or not at the beginning, and no browser of ours shows it by itself.
    Unknown,
    /// It should say so, and does not.
    Broken,
}

/// The size of the picture that begins with `head`.
#[must_use]
pub fn size(kind: FileKind, head: &[u8]) -> Found {
    let size = match kind {
        FileKind::Jpeg => jpeg(head),
        FileKind::Png => png(head),
        FileKind::Gif => gif(head),
        FileKind::Webp => webp(head),
        FileKind::Heic => return heic(head).map_or(Found::Unknown, Found::Size),
        _ => return Found::Unknown,
    };
    size.filter(|size| size.width > 0 && size.height > 0).map_or(Found::Broken, Found::Size)
}

fn big_16(bytes: &[u8], at: usize) -> Option<u32> {
    let two = bytes.get(at..at.checked_add(2)?)?;
    Some(u32::from(u16::from_be_bytes(two.try_into().ok()?)))
}

fn big_32(bytes: &[u8], at: usize) -> Option<u32> {
    let four = bytes.get(at..at.checked_add(4)?)?;
    Some(u32::from_be_bytes(four.try_into().ok()?))
}

fn little(bytes: &[u8], at: usize, count: usize) -> Option<u32> {
    let some = bytes.get(at..at.checked_add(count)?)?;
    Some(some.iter().rev().fold(0, |number, byte| (number << 8) | u32::from(*byte)))
}

/// The frame header (ITU-T T.81 section B.2.2) stands behind any number of segments, each with its length.
fn jpeg(head: &[u8]) -> Option<Size> {
    let mut at = 2_usize;
    loop {
        if *head.get(at)? != 0xff {
            return None;
        }
        let marker = *head.get(at + 1)?;
        match marker {
            // Fill bytes.
            0xff => at += 1,
            0x01 | 0xd0..=0xd8 => at += 2,
            0xc0..=0xc3 | 0xc5..=0xc7 | 0xc9..=0xcb | 0xcd..=0xcf => {
                return Some(Size { width: big_16(head, at + 7)?, height: big_16(head, at + 5)? });
            }
            // The picture itself begins, or ends, without having said its size.
            0xd9 | 0xda => return None,
            _ => at = at.checked_add(2)?.checked_add(usize::try_from(big_16(head, at + 2)?).ok()?)?,
        }
    }
}

/// The first chunk (PNG third edition, section 11.2.1).
fn png(head: &[u8]) -> Option<Size> {
    Some(Size { width: big_32(head, 16)?, height: big_32(head, 20)? })
}

/// The logical screen (GIF89a section 18).
fn gif(head: &[u8]) -> Option<Size> {
    Some(Size { width: little(head, 6, 2)?, height: little(head, 8, 2)? })
}

/// The first chunk: extended, lossless or lossy (RFC 9649 sections 2.5 to 2.7).
fn webp(head: &[u8]) -> Option<Size> {
    match head.get(12..16)? {
        b"VP8X" => Some(Size { width: little(head, 24, 3)? + 1, height: little(head, 27, 3)? + 1 }),
        b"VP8L" if head.get(20) == Some(&0x2f) => {
            let bits = little(head, 21, 4)?;
            Some(Size { width: (bits & 0x3fff) + 1, height: ((bits >> 14) & 0x3fff) + 1 })
        }
        b"VP8 " if head.get(23..26) == Some(b"\x9d\x01\x2a") => {
            Some(Size { width: little(head, 26, 2)? & 0x3fff, height: little(head, 28, 2)? & 0x3fff })
        }
        _ => None,
    }
}

/// The largest of the sizes that its items have (ISO/IEC 23008-12 section 6.5.3): tiles and the preview have their own.
fn heic(head: &[u8]) -> Option<Size> {
    let places = head.windows(4).enumerate().filter(|(_, window)| *window == b"ispe").map(|(at, _)| at);
    let sizes = places.filter_map(|at| Some(Size { width: big_32(head, at + 8)?, height: big_32(head, at + 12)? }));
    sizes.filter(|size| size.pixels() > 0).max_by_key(|size| size.pixels())
}
