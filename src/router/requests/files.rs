//! The files of a request over HTTP: one comes as the raw body of a POST, and goes as the body of an answer.
//!
//! A file's way: what is said of it is checked here, its request writes it down, its first bytes tell what it is, the rest goes by
//! `crate::files` into the bucket, and its request makes it an event.

use base::refusal::Refusal;
use base::text::{parse_value, required};
use base64::prelude::{BASE64_STANDARD, Engine};
use durable::{ask, clock};
use serde::{Deserialize, Deserializer};
use serde_json::value::RawValue;

use super::{client_key, key_of, with_idempotency};
use crate::domain::file::serve::{Wanted, disposition, served, wanted};
use crate::domain::file::{FileKind, FileName, HEAD_BYTES, look, place};
use crate::domain::request::{AttachmentId, Declared, Held, HeldAs, Mark, RequestId, Visibility};
use crate::files::{self, Part};
use crate::objects::context::CallContext;
use crate::objects::request::api::{File, FileDeed, FilesHeld};
use crate::router::context::Exchange;
use crate::router::http::body::parse_json;
use crate::router::http::etag;
use crate::router::http::reply::Reply;

/// The most bytes of a small picture.
const THUMBNAIL_BYTES: i64 = 64 * 1024;

/// What is read is asked for each time: who may read it can change.
const CACHE: &str = "private, no-cache";

/// `POST /api/requests/:id/attachments`.
///
/// # Errors
/// `Invalid`, `LengthRequired`, `FileTooLarge`, `Unsupported`, `Conflict`, `NotFound`, `Forbidden`, `InvalidTransition`,
/// `IdempotencyKeyReused`, `TimedOut`, `Unavailable`.
pub async fn attach(exchange: &Exchange<'_>, id: RequestId) -> Result<Reply, Refusal> {
    let outcome = upload(exchange, id).await;
    exchange.access.note_outcome("attach", id, &outcome);
    hear_out(exchange, &outcome).await;
    Ok(Reply::json_text(201, outcome?.get()))
}

/// Asks the request to do something with a file.
async fn call(
    exchange: &Exchange<'_>,
    id: RequestId,
    deed: FileDeed,
    file: Held,
    cx: &CallContext,
) -> Result<Box<RawValue>, Refusal> {
    ask(exchange.env, &key_of(exchange, id)?, File { deed, file }, cx).await
}

async fn upload(exchange: &Exchange<'_>, id: RequestId) -> Result<Box<RawValue>, Refusal> {
    let query = exchange.incoming.query(&["filename", "comment", "visibility", "mark"])?;
    let filename = FileName::parse(query.get("filename").ok_or_else(|| required("filename"))?)?;
    let visibility = query.get("visibility").map_or(Ok(Visibility::Public), |text| parse_value("visibility", text))?;
    let mark = query.get("mark").map(|text| parse_value::<Mark>("mark", text)).transpose()?;
    let declared = Declared { filename, size: length(exchange)?, visibility, mark, comment: query.seq("comment")? };
    let digest = digest(exchange)?;
    // The bytes are not there to be compared; what is said of them is.
    let said = format!("{declared:?} {digest}");
    let cx = with_idempotency(&exchange.cx, "attach", client_key(exchange)?, said.as_bytes())?;
    let file = AttachmentId(uuid::Builder::from_random_bytes(clock::random()?).into_uuid());
    let begin = Held::declared(file, declared.clone(), exchange.access.started());
    let known = call(exchange, id, FileDeed::Begin, begin, &cx).await?;
    if known.get() != "null" {
        return Ok(known);
    }
    let attached = match arrive(exchange, id, file, &declared, &digest).await {
        Ok(arrived) => call(exchange, id, FileDeed::Commit, arrived, &cx).await,
        Err(refusal) => Err(refusal),
    };
    if attached.is_err() {
        // If this is lost, too, its request gives the file up in a day.
        let _told = call(exchange, id, FileDeed::Drop, Held::new(HeldAs::Pending, file), &exchange.cx).await;
    }
    attached
}

/// Whoever still sends hears the answer when they have sent all; who has gone silent is not waited for again.
pub async fn hear_out<T>(exchange: &Exchange<'_>, outcome: &Result<T, Refusal>) {
    if !matches!(outcome, Err(Refusal::TimedOut)) {
        files::drain(exchange.incoming.raw()).await;
    }
}

/// The bytes, on their way into the bucket; what was found of them.
async fn arrive(
    exchange: &Exchange<'_>,
    id: RequestId,
    file: AttachmentId,
    declared: &Declared,
    digest: &str,
) -> Result<Held, Refusal> {
    let raw = exchange.incoming.raw();
    let head = files::head(raw, HEAD_BYTES).await?;
    let looked = look(&head, &declared.filename)?;
    let place = place::of_attachment(exchange.org(), id.0, file.0);
    let sha256 = files::put(exchange.env, raw, &place, declared.size, digest).await?;
    Ok(Held {
        content_type: Some(looked.kind.as_str().to_owned()),
        sha256: Some(sha256),
        width: looked.size.map(|size| size.width),
        height: looked.size.map(|size| size.height),
        ..Held::new(HeldAs::Pending, file)
    })
}

/// What the request knows of a file that the caller may see.
async fn known(exchange: &Exchange<'_>, id: RequestId, file: AttachmentId) -> Result<FilesHeld, Refusal> {
    let told = call(exchange, id, FileDeed::Read, Held::new(HeldAs::File, file), &exchange.cx).await?;
    base::json::from_str(told.get()).map_err(|_| Refusal::Internal)
}

/// How long the body says that it is, in bytes.
///
/// # Errors
/// `LengthRequired`; `Invalid` for an empty one.
pub fn length(exchange: &Exchange<'_>) -> Result<i64, Refusal> {
    let length = exchange.incoming.header("content-length").and_then(|text| text.parse().ok());
    match length {
        None => Err(Refusal::LengthRequired),
        Some(0) => Err(Refusal::invalid("body", "required", "The file is empty.")),
        Some(length) => Ok(length),
    }
}

/// The SHA-256 that the client says the body has (RFC 9530 section 2), in base64; empty where it says none.
fn digest(exchange: &Exchange<'_>) -> Result<String, Refusal> {
    let Some(text) = exchange.incoming.header("content-digest") else { return Ok(String::new()) };
    let Some(sha256) = text.split(',').find_map(|one| one.trim().strip_prefix("sha-256=")) else {
        return Ok(String::new());
    };
    let bytes = sha256
        .strip_prefix(':')
        .and_then(|rest| rest.strip_suffix(':'))
        .and_then(|text| BASE64_STANDARD.decode(text).ok());
    match bytes {
        Some(bytes) if bytes.len() == 32 => Ok(BASE64_STANDARD.encode(bytes)),
        _ => Err(Refusal::invalid("Content-Digest", "malformed", "Content-Digest is such as sha-256=:<base64>:.")),
    }
}

/// `GET /api/requests/:id/attachments/:file`.
///
/// # Errors
/// `NotFound`, `Invalid`, `Unavailable`.
pub async fn read(exchange: &Exchange<'_>, id: RequestId, file: AttachmentId) -> Result<Reply, Refusal> {
    let query = exchange.incoming.query(&["download"])?;
    let is_download = match query.get("download") {
        None | Some("0" | "false") => false,
        Some("1" | "true") => true,
        Some(_) => return Err(Refusal::invalid("download", "unknown_value", "download is 1 or 0.")),
    };
    let known = known(exchange, id, file).await?;
    let held = known.find(HeldAs::File, file).ok_or(Refusal::NotFound)?;
    let as_what = served(held.content_type.as_deref().unwrap_or_default());
    let tag = format!("\"{}\"", held.sha256.as_deref().unwrap_or_default());
    let lies = Lies { place: place::of_attachment(exchange.org(), id.0, file.0), size: held.size, tag };
    let reply = serve(exchange, &lies, as_what.content_type).await?;
    let disposition = disposition(as_what.is_inline && !is_download, held.filename.as_deref().unwrap_or_default());
    Ok(reply.with("content-disposition", disposition).with("content-security-policy", as_what.policy))
}

/// `GET /api/requests/:id/attachments/:file/thumbnail`.
///
/// # Errors
/// `NotFound`, also where there is none; `Invalid`, `Unavailable`.
pub async fn thumbnail(exchange: &Exchange<'_>, id: RequestId, file: AttachmentId) -> Result<Reply, Refusal> {
    exchange.incoming.query(&[])?;
    let known = known(exchange, id, file).await?;
    let held = known.find(HeldAs::Thumbnail, file).ok_or(Refusal::NotFound)?;
    let as_what = served(held.content_type.as_deref().unwrap_or_default());
    // The first one stays.
    let tag = format!("\"{file}-small\"");
    let lies = Lies { place: place::of_thumbnail(exchange.org(), id.0, file.0), size: held.size, tag };
    let reply = serve(exchange, &lies, as_what.content_type).await?;
    Ok(reply.with("content-disposition", "inline").with("content-security-policy", as_what.policy))
}

/// Bytes of the bucket.
struct Lies {
    place: String,
    size: i64,
    tag: String,
}

/// The answer to whoever reads bytes of the bucket: what they have, the part that they want, or all.
async fn serve(exchange: &Exchange<'_>, lies: &Lies, content_type: &'static str) -> Result<Reply, Refusal> {
    let Lies { place, size, tag } = lies;
    let incoming = exchange.incoming;
    let about =
        |reply: Reply| reply.with("etag", tag.clone()).with("cache-control", CACHE).with("accept-ranges", "bytes");
    if incoming.header("if-none-match").is_some_and(|named| etag::is_among(tag, &named)) {
        return Ok(about(Reply::empty(304)));
    }
    let is_same = incoming.header("if-range").is_none_or(|named| named.trim() == tag);
    let range = incoming.header("range").filter(|_| is_same && incoming.method() == "GET");
    let (status, part) = match wanted(range.as_deref(), *size) {
        Wanted::Whole => (200, Part { first: 0, length: *size, is_part: false }),
        Wanted::Part { first, last } => (206, Part { first, length: last - first + 1, is_part: true }),
        Wanted::Nothing => return Ok(Reply::out_of_range(*size, exchange.access.trace())),
    };
    if incoming.method() == "HEAD" {
        return Ok(about(Reply::head(200, content_type)).with("content-length", size.to_string()));
    }
    let stream = files::get(exchange.env, place, part).await?;
    let reply = about(Reply::stream(status, content_type, stream));
    Ok(match part {
        Part { first, length, is_part: true } => {
            reply.with("content-range", format!("bytes {first}-{}/{size}", first + length - 1))
        }
        Part { .. } => reply,
    })
}

/// `PUT /api/requests/:id/attachments/:file/thumbnail`.
///
/// # Errors
/// `NotFound`, `Forbidden`, `LengthRequired`, `FileTooLarge`, `Unsupported`, `TimedOut`, `Unavailable`.
pub async fn draw(exchange: &Exchange<'_>, id: RequestId, file: AttachmentId) -> Result<Reply, Refusal> {
    let outcome = drawn(exchange, id, file).await;
    hear_out(exchange, &outcome).await;
    outcome.map(|()| Reply::empty(204))
}

async fn drawn(exchange: &Exchange<'_>, id: RequestId, file: AttachmentId) -> Result<(), Refusal> {
    exchange.incoming.query(&[])?;
    let size = length(exchange)?;
    let mut thumbnail = Held { size, ..Held::new(HeldAs::Thumbnail, file) };
    let is_drawn = call(exchange, id, FileDeed::Draw, thumbnail.clone(), &exchange.cx).await?;
    if is_drawn.get() == "true" {
        return Ok(());
    }
    let place = place::of_thumbnail(exchange.org(), id.0, file.0);
    let kind = picture(exchange, &place, size, THUMBNAIL_BYTES).await?;
    thumbnail.content_type = Some(kind.as_str().to_owned());
    call(exchange, id, FileDeed::Draw, thumbnail, &exchange.cx).await?;
    Ok(())
}

/// Stores a small picture that every browser shows.
async fn picture(exchange: &Exchange<'_>, place: &str, size: i64, most: i64) -> Result<FileKind, Refusal> {
    if size > most {
        return Err(Refusal::FileTooLarge { limit_bytes: most.unsigned_abs() });
    }
    let raw = exchange.incoming.raw();
    let head = files::head(raw, HEAD_BYTES).await?;
    let looked = look(&head, &FileName::parse("picture")?)?;
    if !looked.kind.is_shown_everywhere() {
        return Err(Refusal::unsupported("unsupported_file", "This is a JPEG, PNG or WebP picture."));
    }
    files::put(exchange.env, raw, place, size, &digest(exchange)?).await?;
    Ok(looked.kind)
}

/// The body of `PATCH /api/requests/:id/attachments/:file`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct MarkBody {
    /// What the picture shows; null takes the mark away.
    #[serde(deserialize_with = "given")]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<Mark>, required = true))]
    pub mark: Option<String>,
}

/// A field that must be there, and may be null.
fn given<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<String>, D::Error> {
    Option::deserialize(deserializer)
}

/// `PATCH /api/requests/:id/attachments/:file`.
///
/// # Errors
/// `Invalid`, `NotFound`, `Forbidden`, `InvalidTransition`, `IdempotencyKeyReused`.
pub async fn mark(exchange: &Exchange<'_>, id: RequestId, file: AttachmentId) -> Result<Reply, Refusal> {
    let body: MarkBody = parse_json(exchange.incoming.body().await?)?;
    let mark = body.mark.as_deref().map(|text| parse_value::<Mark>("mark", text)).transpose()?;
    let file = change(exchange, id, FileDeed::Mark, Held { mark, ..Held::new(HeldAs::File, file) }).await?;
    Ok(Reply::json_text(200, file.get()))
}

/// `DELETE /api/requests/:id/attachments/:file`.
///
/// # Errors
/// `NotFound`, `Forbidden`, `InvalidTransition`, `IdempotencyKeyReused`.
pub async fn detach(exchange: &Exchange<'_>, id: RequestId, file: AttachmentId) -> Result<Reply, Refusal> {
    change(exchange, id, FileDeed::Detach, Held::new(HeldAs::File, file)).await?;
    Ok(Reply::empty(204))
}

async fn change(exchange: &Exchange<'_>, id: RequestId, deed: FileDeed, file: Held) -> Result<Box<RawValue>, Refusal> {
    exchange.incoming.query(&[])?;
    let said = format!("{} {:?}", file.id, file.mark);
    let cx = with_idempotency(&exchange.cx, deed.as_str(), client_key(exchange)?, said.as_bytes())?;
    let outcome = call(exchange, id, deed, file, &cx).await;
    exchange.access.note_outcome(deed.as_str(), id, &outcome);
    outcome
}

/// What each route takes and answers.
#[cfg(feature = "openapi")]
pub(crate) mod describe {
    use serde_json::json;

    use super::MarkBody;
    use crate::domain::request::{Attachment, Mark, Visibility};
    use crate::openapi::operation::Operation;
    use crate::openapi::schemas::{Schemas, seq, text};

    pub fn attach(schemas: &mut Schemas) -> Operation {
        Operation::new("attachFile", "files", "Attach a file.")
            .detail("The body is the file as it is. What it is, is found from its bytes; its name is given an extension that says so.")
            .detail("Under a key that was used before, the bytes are not compared: what is said of them is.")
            .query("filename", text(200), "What it is called; what stands before a slash is left out. Required.")
            .query("comment", seq(), "The seq of a comment of one's own that it belongs to; whoever sees that, sees the file.")
            .query("visibility", schemas.of::<Visibility>(), "Who may see it; everybody unless told.")
            .query("mark", schemas.of::<Mark>(), "What the picture shows of the work.")
            .reads_header("Content-Digest", "`sha-256=:<base64>:` (RFC 9530): what arrives is compared with it.")
            .takes_bytes()
            .idempotent()
            .replies(201, "The file.", schemas.of::<Attachment>())
            .refuses(&[409])
    }

    pub fn read(_: &mut Schemas) -> Operation {
        let flag = json!({ "type": "string", "enum": ["0", "1", "true", "false"] });
        Operation::new("readFile", "files", "The bytes of a file.")
            .query("download", flag, "Whether it is to be saved, not shown.")
            .conditional()
            .reads_header("Range", "One range of bytes; several are answered with all.")
            .reads_header("If-Range", "The ETag that the range is of; if it is another by now, all is answered.")
            .replies_bytes(200, "All of it.")
            .replies_bytes(206, "The part that was asked for.")
            .with_header("ETag", "The SHA-256 of the bytes.")
            .with_header("Content-Disposition", "Its name, and whether it is shown or saved.")
            .replies_empty(304, "It is as the caller has it.")
            .replies_empty(416, "`range_not_satisfiable`: the file ends before the range begins.")
    }

    pub fn thumbnail(_: &mut Schemas) -> Operation {
        Operation::new("readThumbnail", "files", "The small picture of a file.")
            .conditional()
            .replies_bytes(200, "The picture.")
            .replies_empty(304, "It is as the caller has it.")
    }

    pub fn draw(_: &mut Schemas) -> Operation {
        Operation::new("drawThumbnail", "files", "Give a file its small picture.")
            .detail("Who attached the file. JPEG, PNG or WebP, at most 64 KiB. The first one stays.")
            .takes_bytes()
            .replies_empty(204, "It has one.")
    }

    pub fn mark(schemas: &mut Schemas) -> Operation {
        Operation::new("markFile", "files", "Say what a picture shows of the work.")
            .detail("Who attached it, who does the work, managers and admins, until the request is final.")
            .body(schemas.of::<MarkBody>())
            .idempotent()
            .replies(200, "The file as it is now.", schemas.of::<Attachment>())
            .refuses(&[409])
    }

    pub fn detach(_: &mut Schemas) -> Operation {
        Operation::new("detachFile", "files", "Remove a file, and its bytes.")
            .detail("Who attached it until the request is final; managers and admins always.")
            .idempotent()
            .replies_empty(204, "It is gone.")
            .refuses(&[409])
    }
}
