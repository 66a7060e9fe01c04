//! Looking at the beginning of a file: what it is, and whether it may come in.

use base::refusal::Refusal;

use super::kind::FileKind;
use super::name::FileName;
use super::picture::{self, MAX_PIXELS, Size};
use super::sniff::sniff;

/// So much of the beginning of a file is looked at, in bytes. Cameras put previews of up to 64 kB before what says how large a
/// picture is, more than one of them sometimes.
pub const HEAD_BYTES: u32 = 256 * 1024;

/// What a file is, as far as its first bytes tell.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Looked {
    /// What it is.
    pub kind: FileKind,
    /// How large the picture is, where it is one that says so.
    pub size: Option<Size>,
}

/// Looks at the beginning of a file; `name` helps where bytes alone cannot tell, as a table from other text.
///
/// # Errors
/// `Unsupported`: `unsupported_file` for what is not taken or is damaged, `too_many_pixels` for a picture that would take a
/// viewer's memory.
pub fn look(head: &[u8], name: &FileName) -> Result<Looked, Refusal> {
    let kind = sniff(head, name).ok_or_else(|| {
        let detail =
            "Pictures, PDF, text, CSV, office documents, audio and video are taken; this file is none of them.";
        Refusal::unsupported("unsupported_file", detail)
    })?;
    let size = match picture::size(kind, head) {
        picture::Found::Size(size) => Some(size),
        picture::Found::Unknown => None,
        picture::Found::Broken => {
            return Err(Refusal::unsupported(
                "unsupported_file",
                "This picture does not say how large it is: it is damaged.",
            ));
        }
    };
    match size {
        Some(size) if size.pixels() > MAX_PIXELS => {
            let detail = format!("A picture may have at most {} million pixels.", MAX_PIXELS / 1_000_000);
            Err(Refusal::unsupported("too_many_pixels", detail))
        }
        size => Ok(Looked { kind, size }),
    }
}
