//! What a file is, by its first bytes; text that begins as a document does which a browser would run is no text.

use super::kind::FileKind;
use super::name::FileName;
use super::zip::{self, has};

/// What a file is that begins with `head`; none where it is nothing that is taken.
#[must_use]
pub fn sniff(head: &[u8], name: &FileName) -> Option<FileKind> {
    let at = |offset: usize, magic: &[u8]| head.get(offset..).is_some_and(|rest| rest.starts_with(magic));
    if at(0, b"\xff\xd8\xff") {
        return Some(FileKind::Jpeg);
    }
    if at(0, b"\x89PNG\r\n\x1a\n") {
        return at(12, b"IHDR").then_some(FileKind::Png);
    }
    if at(0, b"GIF87a") || at(0, b"GIF89a") {
        return Some(FileKind::Gif);
    }
    if at(0, b"RIFF") {
        return match head.get(8..12) {
            Some(b"WEBP") => Some(FileKind::Webp),
            Some(b"WAVE") => Some(FileKind::Wav),
            _ => None,
        };
    }
    if at(0, b"%PDF-") {
        return Some(FileKind::Pdf);
    }
    if at(4, b"ftyp") {
        return of_iso_media(head, name);
    }
    if at(0, b"\x1aE\xdf\xa3") {
        return of_matroska(head);
    }
    if at(0, b"OggS") {
        // The first packet of the first page says what the stream is (RFC 7845 section 5.1).
        return (at(28, b"OpusHead") || at(28, b"\x01vorbis")).then_some(FileKind::Ogg);
    }
    if at(0, b"ID3") || is_mpeg_audio(head) {
        return Some(FileKind::Mp3);
    }
    if at(0, b"PK\x03\x04") {
        return zip::office(head, name);
    }
    is_text(head).then(|| match name.extension().as_deref() {
        Some("csv") => FileKind::Csv,
        _ => FileKind::Text,
    })
}

/// The family of MP4, by its major brand (ISO/IEC 14496-12 section 4.3). One brand is used for video and for sound alone: the handlers of
/// its tracks tell, if they stand at the beginning.
fn of_iso_media(head: &[u8], name: &FileName) -> Option<FileKind> {
    match head.get(8..12)? {
        b"heic" | b"heix" | b"hevc" | b"hevx" | b"heim" | b"heis" | b"mif1" | b"msf1" => Some(FileKind::Heic),
        b"qt  " => Some(FileKind::Mov),
        b"M4A " | b"M4B " => Some(FileKind::M4a),
        b"isom" | b"iso2" | b"iso3" | b"iso4" | b"iso5" | b"iso6" | b"iso7" | b"iso8" | b"iso9" | b"mp41" | b"mp42"
        | b"avc1" | b"M4V " | b"M4VP" | b"dash" | b"MSNV" | b"3gp4" | b"3gp5" | b"3gp6" | b"3gr6" => {
            let is_video = has(head, b"vide");
            let is_sound = has(head, b"soun") || matches!(name.extension().as_deref(), Some("m4a" | "aac"));
            Some(if is_sound && !is_video { FileKind::M4a } else { FileKind::Mp4 })
        }
        _ => None,
    }
}

/// WebM is Matroska with `webm` as its document type, within the first element (RFC 8794 section 11.2.6).
fn of_matroska(head: &[u8]) -> Option<FileKind> {
    let first = head.get(..head.len().min(64))?;
    if !has(first, b"\x42\x82\x84webm") {
        return None;
    }
    let tracks = head.get(..head.len().min(8 * 1024))?;
    let is_sound = has(tracks, b"A_OPUS") || has(tracks, b"A_VORBIS");
    Some(if is_sound && !has(tracks, b"V_") { FileKind::Weba } else { FileKind::Webm })
}

/// A frame of MPEG-1 or 2, layer III: its sync, and none of the values that are reserved (ISO/IEC 11172-3 section 2.4.1.3).
fn is_mpeg_audio(head: &[u8]) -> bool {
    let &[0xff, second, third, ..] = head else { return false };
    second & 0xe6 == 0xe2 && second & 0x18 != 0x08 && !matches!(third >> 4, 0 | 0xf) && third & 0x0c != 0x0c
}

/// What a document begins with that a browser would run, after white space (WHATWG MIME Sniffing section 7.1, and SVG).
const MARKUP: &[&[u8]] = &[
    b"<!doctype",
    b"<html",
    b"<head",
    b"<script",
    b"<iframe",
    b"<h1",
    b"<div",
    b"<font",
    b"<table",
    b"<a",
    b"<style",
    b"<title",
    b"<b",
    b"<body",
    b"<br",
    b"<p",
    b"<!--",
    b"<?xml",
    b"<svg",
    b"<math",
    b"<link",
    b"<meta",
    b"<object",
    b"<embed",
    b"<base",
    b"<form",
    b"<img",
];

/// Text of whatever encoding: no byte of it is one that text does not have (WHATWG MIME Sniffing section 3), and it is no markup.
fn is_text(head: &[u8]) -> bool {
    if head.starts_with(b"\xfe\xff") || head.starts_with(b"\xff\xfe") {
        // UTF-16 says so.
        return head.len() > 2;
    }
    let text = head.strip_prefix(b"\xef\xbb\xbf").unwrap_or(head);
    let is_binary = |byte: &u8| matches!(byte, 0..=8 | 0x0b | 0x0e..=0x1a | 0x1c..=0x1f);
    if text.is_empty() || text.iter().any(is_binary) {
        return false;
    }
    let begin = text.trim_ascii_start();
    !MARKUP.iter().any(|tag| begin.get(..tag.len()).is_some_and(|own| own.eq_ignore_ascii_case(tag)))
}
