//! What operators see of files: what lies in the bucket, and whether every byte has its row and every row its bytes.

use base::refusal::Refusal;
use serde::Serialize;

use crate::domain::file::report::FilesReport;
use crate::files::Store;
use crate::jobs::files::{self, Sweep};
use crate::router::context::Exchange;
use crate::router::http::reply::Reply;

/// So long a check goes on before it is answered, in milliseconds; the job goes on with what is left of it.
const MOST_MS: i64 = 8_000;

/// The state of files.
#[derive(Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct FilesState<'a> {
    /// Where files lie.
    pub store: Store,
    /// What the last sweep has found.
    #[cfg_attr(feature = "openapi", schema(required = true))]
    pub last: Option<&'a FilesReport>,
    /// What one that goes on has found so far.
    #[cfg_attr(feature = "openapi", schema(required = true))]
    pub going: Option<&'a FilesReport>,
}

fn reply(exchange: &Exchange<'_>, sweep: &Sweep) -> Result<Reply, Refusal> {
    let state = FilesState { store: Store::of(exchange.env), last: sweep.last.as_ref(), going: sweep.going.as_ref() };
    Reply::json(200, &state)
}

/// `GET /api/system/files`.
///
/// # Errors
/// `Unavailable` when it cannot be asked.
pub async fn read(exchange: &Exchange<'_>) -> Result<Reply, Refusal> {
    exchange.incoming.query(&[])?;
    reply(exchange, &files::look(exchange.env, &exchange.cx).await?)
}

/// `POST /api/system/files/check`.
///
/// # Errors
/// `Unavailable` while the bucket, a request or PostgreSQL is away.
pub async fn check(exchange: &Exchange<'_>) -> Result<Reply, Refusal> {
    exchange.incoming.query(&[])?;
    let sweep = files::check(exchange.env, &exchange.config.id_seal, &exchange.cx, MOST_MS).await?;
    reply(exchange, &sweep)
}

/// What each route takes and answers.
#[cfg(feature = "openapi")]
pub(crate) mod describe {
    use super::FilesState;
    use crate::openapi::operation::Operation;
    use crate::openapi::schemas::Schemas;

    pub fn read(schemas: &mut Schemas) -> Operation {
        Operation::new("readFiles", "system", "What lies in the bucket, as the last sweep has found it.").replies(
            200,
            "The state of files.",
            schemas.of::<FilesState<'_>>(),
        )
    }

    pub fn check(schemas: &mut Schemas) -> Operation {
        Operation::new("checkFiles", "system", "Compare the bucket with the requests, and both with PostgreSQL.")
            .detail("Goes on for 8 seconds at most; what is left is done by further calls, or by the job.")
            .detail("Objects that nobody has known of for a day are removed.")
            .replies(200, "The state of files.", schemas.of::<FilesState<'_>>())
    }
}
