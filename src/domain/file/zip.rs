//! Office documents are zip files; the names of their first entries say of which office. Nothing is unpacked here, or anywhere.

use super::kind::FileKind;
use super::name::FileName;

/// What stands before each entry.
const ENTRY: &[u8] = b"PK\x03\x04";

/// Which document a zip file is; none for one that is no document, or that has macros.
pub(super) fn office(head: &[u8], name: &FileName) -> Option<FileKind> {
    let names = entries(head);
    if names.iter().any(|entry| entry.ends_with(b"vbaProject.bin")) {
        return None;
    }
    if names.first().is_some_and(|first| *first == b"mimetype") {
        return of_open_document(head);
    }
    let begins = |folder: &[u8]| names.iter().any(|entry| entry.starts_with(folder));
    let by_folder = [(&b"word/"[..], FileKind::Docx), (b"xl/", FileKind::Xlsx), (b"ppt/", FileKind::Pptx)];
    if let Some((_, kind)) = by_folder.iter().find(|(folder, _)| begins(folder)) {
        return Some(*kind);
    }
    // The document itself stands behind what was looked at; the package is known by its other parts, and its name tells which.
    let is_package =
        names.iter().any(|entry| matches!(*entry, b"[Content_Types].xml" | b"_rels/.rels")) || begins(b"docProps/");
    match name.extension().as_deref() {
        Some("docx") if is_package => Some(FileKind::Docx),
        Some("xlsx") if is_package => Some(FileKind::Xlsx),
        Some("pptx") if is_package => Some(FileKind::Pptx),
        _ => None,
    }
}

/// The type is the first entry, as it is (OpenDocument 1.3 part 2, section 3.3): it ends where the next entry begins.
fn of_open_document(head: &[u8]) -> Option<FileKind> {
    let own = head.get(30..)?.strip_prefix(b"mimetype")?;
    let own = own.get(..own.len().min(100))?;
    let kinds = [FileKind::Ods, FileKind::Odp, FileKind::Odt];
    kinds.into_iter().find(|kind| {
        let mut mark = kind.as_str().as_bytes().to_vec();
        mark.extend_from_slice(b"PK");
        has(own, &mark)
    })
}

/// The names of the entries that begin in `head`.
fn entries(head: &[u8]) -> Vec<&[u8]> {
    let mut names = Vec::new();
    let mut rest = head;
    while let Some(at) = rest.windows(ENTRY.len()).position(|window| window == ENTRY) {
        let Some(entry) = rest.get(at..) else { break };
        if let (Some(&[low, high]), Some(behind)) = (entry.get(26..28), entry.get(30..)) {
            names.extend(behind.get(..usize::from(u16::from_le_bytes([low, high]))));
        }
        let Some(next) = entry.get(ENTRY.len()..) else { break };
        rest = next;
    }
    names
}

/// Whether `needle` stands somewhere in `bytes`.
pub(super) fn has(bytes: &[u8], needle: &[u8]) -> bool {
    bytes.windows(needle.len()).any(|window| window == needle)
}
