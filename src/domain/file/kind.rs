//! The sorts of files that are taken. The list is closed: what is not on it is not taken.
//!
//! SVG and HTML are documents that run scripts in whoever opens them; they are not on the list. What is on the list is served with its type
//! and `nosniff`, so that bytes which are two things at once are the one only.

use base::words;

words! {
    /// What a file is: its media type.
    pub enum FileKind: "media type" {
        /// A JPEG picture.
        Jpeg = "image/jpeg",
        /// A PNG picture.
        Png = "image/png",
        /// A WebP picture.
        Webp = "image/webp",
        /// A GIF picture.
        Gif = "image/gif",
        /// A picture as phones of Apple take it, which most browsers do not show.
        Heic = "image/heic",
        /// A PDF document.
        Pdf = "application/pdf",
        /// Text.
        Text = "text/plain",
        /// A table as text.
        Csv = "text/csv",
        /// A text of Word.
        Docx = "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
        /// A table of Excel.
        Xlsx = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        /// Slides of PowerPoint.
        Pptx = "application/vnd.openxmlformats-officedocument.presentationml.presentation",
        /// A text of LibreOffice.
        Odt = "application/vnd.oasis.opendocument.text",
        /// A table of LibreOffice.
        Ods = "application/vnd.oasis.opendocument.spreadsheet",
        /// Slides of LibreOffice.
        Odp = "application/vnd.oasis.opendocument.presentation",
        /// A video.
        Mp4 = "video/mp4",
        /// A video as phones of Apple take it.
        Mov = "video/quicktime",
        /// A video of browsers.
        Webm = "video/webm",
        /// A recording, AAC.
        M4a = "audio/mp4",
        /// A recording of browsers.
        Weba = "audio/webm",
        /// A recording, Opus or Vorbis.
        Ogg = "audio/ogg",
        /// A recording, MP3.
        Mp3 = "audio/mpeg",
        /// A recording, not compressed.
        Wav = "audio/wav",
    }
}

impl FileKind {
    /// The extensions of names that say so, the usual one first.
    #[must_use]
    pub const fn extensions(self) -> &'static [&'static str] {
        match self {
            Self::Jpeg => &["jpg", "jpeg", "jpe", "jfif"],
            Self::Png => &["png"],
            Self::Webp => &["webp"],
            Self::Gif => &["gif"],
            Self::Heic => &["heic", "heif"],
            Self::Pdf => &["pdf"],
            Self::Text => &["txt", "text", "log", "md"],
            Self::Csv => &["csv"],
            Self::Docx => &["docx"],
            Self::Xlsx => &["xlsx"],
            Self::Pptx => &["pptx"],
            Self::Odt => &["odt"],
            Self::Ods => &["ods"],
            Self::Odp => &["odp"],
            Self::Mp4 => &["mp4", "m4v", "3gp"],
            Self::Mov => &["mov", "qt"],
            Self::Webm => &["webm"],
            Self::M4a => &["m4a", "mp4", "aac", "3gp"],
            Self::Weba => &["weba", "webm"],
            Self::Ogg => &["ogg", "oga", "opus"],
            Self::Mp3 => &["mp3"],
            Self::Wav => &["wav"],
        }
    }

    /// Whether it is a picture.
    #[must_use]
    pub const fn is_picture(self) -> bool {
        matches!(self, Self::Jpeg | Self::Png | Self::Webp | Self::Gif | Self::Heic)
    }

    /// Whether every browser shows it as a picture: what a thumbnail or a portrait may be.
    #[must_use]
    pub const fn is_shown_everywhere(self) -> bool {
        matches!(self, Self::Jpeg | Self::Png | Self::Webp)
    }
}
