//! Files of each sort that is taken, near to one, and of others.

use super::*;

/// A RIFF file with this form type and what follows.
fn riff(form: &[u8], rest: &[u8]) -> Vec<u8> {
    [b"RIFF\x24\x00\x00\x00", form, rest].concat()
}

/// An ISO media file with this brand and what follows.
fn iso(brand: &[u8], rest: &[u8]) -> Vec<u8> {
    [b"\x00\x00\x00\x18ftyp", brand, b"\x00\x00\x00\x00", rest].concat()
}

/// The head of a zip file with entries of these names and contents.
fn zip(entries: &[(&str, &[u8])]) -> Vec<u8> {
    let entry = |(name, content): &(&str, &[u8])| {
        let length = u16::try_from(name.len()).unwrap().to_le_bytes();
        [b"PK\x03\x04", &[0; 22][..], &length, b"\x00\x00", name.as_bytes(), *content].concat()
    };
    entries.iter().flat_map(entry).collect()
}

/// The head of a JPEG file of this size, behind so many bytes of a preview.
fn jpeg(width: u16, height: u16, preview: usize) -> Vec<u8> {
    let mut head = b"\xff\xd8".to_vec();
    let mut left = preview;
    while left > 0 {
        let own = left.min(65_000);
        head.extend_from_slice(b"\xff\xe1");
        head.extend_from_slice(&u16::try_from(own + 2).unwrap().to_be_bytes());
        head.extend(std::iter::repeat_n(0xff_u8, own));
        left -= own;
    }
    head.extend_from_slice(b"\xff\xc2\x00\x11\x08");
    head.extend_from_slice(&height.to_be_bytes());
    head.extend_from_slice(&width.to_be_bytes());
    head.extend_from_slice(b"\x03\x01\x22\x00");
    head
}

fn png(width: u32, height: u32) -> Vec<u8> {
    [
        &b"\x89PNG\r\n\x1a\n\x00\x00\x00\x0dIHDR"[..],
        &width.to_be_bytes(),
        &height.to_be_bytes(),
        b"\x08\x06\x00\x00\x00",
    ]
    .concat()
}

fn gif(width: u16, height: u16) -> Vec<u8> {
    [&b"GIF89a"[..], &width.to_le_bytes(), &height.to_le_bytes(), b"\xf7\x00\x00"].concat()
}

fn ispe(width: u32, height: u32) -> Vec<u8> {
    [&b"\x00\x00\x00\x14ispe\x00\x00\x00\x00"[..], &width.to_be_bytes(), &height.to_be_bytes()].concat()
}

fn matroska(kind: &[u8], tracks: &[u8]) -> Vec<u8> {
    [&b"\x1a\x45\xdf\xa3\x9f\x42\x86\x81\x01\x42\x82\x84"[..], kind, &[0; 30], tracks].concat()
}

fn ogg(codec: &[u8]) -> Vec<u8> {
    [&b"OggS\x00\x02"[..], &[0; 20], b"\x01\x13", codec].concat()
}

/// Each sort of file that is taken, each that is near to one, and what is not.
fn samples() -> Vec<(&'static str, Vec<u8>)> {
    let mark = |kind: FileKind| kind.as_str().as_bytes().to_vec();
    let manifest: (&str, &[u8]) = ("META-INF/manifest.xml", b"<?xml");
    vec![
        ("photo.jpg", jpeg(4032, 3024, 0)),
        ("samsung.jpg", jpeg(4032, 3024, 130_000)),
        ("endless-preview.jpg", jpeg(1, 1, 300_000)),
        ("cut.jpg", b"\xff\xd8\xff\xe0\x00\x10JFIF".to_vec()),
        ("bomb.jpg", jpeg(65_535, 65_535, 0)),
        ("a.png", png(640, 480)),
        ("bomb.png", png(0x7fff_ffff, 0x7fff_ffff)),
        ("nothing.png", png(0, 480)),
        ("a.gif", gif(16, 9)),
        ("vp8.webp", riff(b"WEBP", b"VP8 \x00\x00\x00\x00\x30\x01\x00\x9d\x01\x2a\x80\x02\xe0\x01")),
        ("vp8l.webp", riff(b"WEBP", b"VP8L\x00\x00\x00\x00\x2f\x7f\xc2\x77\x00")),
        ("vp8x.webp", riff(b"WEBP", b"VP8X\x0a\x00\x00\x00\x10\x00\x00\x00\x7f\x02\x00\xdf\x01\x00")),
        ("strange.webp", riff(b"WEBP", b"VP9 ")),
        ("iphone.heic", [iso(b"heic", b""), ispe(512, 512), ispe(4032, 3024)].concat()),
        ("plain.heic", iso(b"mif1", b"")),
        ("nothing.heic", [iso(b"heic", b""), ispe(0, 3024)].concat()),
        ("manual.pdf", b"%PDF-1.7\n%\xe2\xe3\xcf\xd3".to_vec()),
        ("late.pdf", b"MZ\x90\x00%PDF-1.7".to_vec()),
        ("notes.txt", b"Pump 3 drips.\r\nTabs\tare text.".to_vec()),
        ("readings.CSV", "\u{feff}Zähler;Wert\n1;2".as_bytes().to_vec()),
        ("excel.csv", b"Z\xe4hler;Wert".to_vec()),
        ("utf16.txt", b"\xff\xfea\x00b\x00".to_vec()),
        ("binary.txt", b"abc\x00def".to_vec()),
        ("empty.txt", Vec::new()),
        ("page.html", b"<!DOCTYPE html><script>alert(1)</script>".to_vec()),
        ("page.jpg", b" \r\n<HTML><body onload=alert(1)>".to_vec()),
        ("drawing.svg", b"<svg xmlns=\"http://www.w3.org/2000/svg\" onload=\"alert(1)\"/>".to_vec()),
        ("drawing.xml", b"\xef\xbb\xbf<?xml version=\"1.0\"?><svg/>".to_vec()),
        ("report.docx", zip(&[("[Content_Types].xml", b"<Types/>"), ("_rels/.rels", b""), ("word/document.xml", b"")])),
        (
            "report-of-libreoffice.docx",
            zip(&[("_rels/.rels", b""), ("docProps/app.xml", b""), ("word/document.xml", b"")]),
        ),
        ("table.xlsx", zip(&[("[Content_Types].xml", b""), ("xl/workbook.xml", b"")])),
        ("slides.pptx", zip(&[("[Content_Types].xml", b""), ("ppt/presentation.xml", b"")])),
        ("late.xlsx", zip(&[("[Content_Types].xml", b"")])),
        ("macros.docm", zip(&[("word/document.xml", b""), ("word/vbaProject.bin", b"")])),
        ("report.odt", zip(&[("mimetype", &mark(FileKind::Odt)), manifest])),
        ("table.ods", zip(&[("mimetype", &mark(FileKind::Ods)), manifest])),
        ("slides.odp", zip(&[("mimetype", &mark(FileKind::Odp)), manifest])),
        ("template.ott", zip(&[("mimetype", b"application/vnd.oasis.opendocument.text-template"), manifest])),
        ("bomb.zip", zip(&[("42.zip", b"")])),
        ("bomb.docx", zip(&[("42.zip", b"")])),
        ("app.apk", zip(&[("AndroidManifest.xml", b""), ("META-INF/", b"")])),
        ("clip.mp4", iso(b"isom", b"....vide....soun")),
        ("clip.mov", iso(b"qt  ", b"")),
        ("voice.m4a", iso(b"M4A ", b"")),
        ("voice-of-safari.mp4", iso(b"iso5", b"....soun....")),
        ("clip.avif", iso(b"avif", b"")),
        ("clip.webm", matroska(b"webm", b"V_VP9 A_OPUS")),
        ("voice.weba", matroska(b"webm", b"A_OPUS")),
        ("film.mkv", matroska(b"matr", b"V_VP9")),
        ("voice.opus", ogg(b"OpusHead")),
        ("voice.ogg", ogg(b"\x01vorbis")),
        ("film.ogv", ogg(b"\x80theora")),
        ("voice.wav", riff(b"WAVE", b"fmt ")),
        ("film.avi", riff(b"AVI ", b"LIST")),
        ("voice.mp3", b"ID3\x04\x00\x00".to_vec()),
        ("bare.mp3", b"\xff\xfb\x90\x64\x00".to_vec()),
        ("setup.exe", b"MZ\x90\x00\x03\x00".to_vec()),
        ("run.sh", b"#!/bin/sh\nrm -rf /".to_vec()),
        ("a.jpg.html", jpeg(8, 8, 0)),
    ]
}

fn told(name: &str, head: &[u8]) -> String {
    let name = FileName::parse(name).unwrap();
    let looked_at = head.len().min(usize::try_from(HEAD_BYTES).unwrap());
    match look(&head[..looked_at], &name) {
        Ok(Looked { kind, size }) => {
            let size = size.map(|size| format!(" {}x{}", size.width, size.height)).unwrap_or_default();
            format!("{kind}{size} as {}", name.of_kind(kind).as_str())
        }
        Err(refusal) => refusal.code().to_owned(),
    }
}

#[test]
fn each_sort_of_file_is_what_its_bytes_say() {
    let told: Vec<(&str, String)> = samples().iter().map(|(name, head)| (*name, told(name, head))).collect();
    crate::domain::golden::assert_golden("files.json", &told);
}

#[test]
fn a_name_makes_nothing_of_bytes_that_are_something_else() {
    let jpeg = jpeg(4, 3, 0);
    for name in ["a.html", "a.svg", "a.exe", "a.png", "a"] {
        assert!(told(name, &jpeg).starts_with("image/jpeg 4x3"), "{name}");
    }
    assert_eq!(told("a.jpg", b"MZ\x90\x00"), "unsupported_file");
}

#[test]
fn every_kind_has_an_extension_of_its_own_and_is_served_as_what_it_is() {
    for (at, kind) in FileKind::ALL.iter().enumerate() {
        let usual = kind.extensions().first().unwrap();
        assert!(!FileKind::ALL[..at].iter().any(|other| other.extensions().first() == Some(usual)), "{kind}");
        let served = serve::served(kind.as_str());
        assert!(served.content_type == kind.as_str() || served.content_type.starts_with("text/plain"), "{kind}");
    }
}
