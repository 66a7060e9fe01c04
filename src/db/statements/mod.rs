//! Every line of PostgreSQL SQL of the product, as named functions.
//!
//! A file per noun: its statements, and the queries that are asked by them. Rows are one column of JSON whose keys are the
//! fields of the record; times are integer milliseconds in it, as everywhere between our parts.

/// `$n`, milliseconds, as a time.
macro_rules! time {
    ($parameter:literal) => {
        concat!("'epoch'::timestamptz + ", $parameter, "::bigint * interval '1 millisecond'")
    };
}

/// A time as milliseconds.
macro_rules! ms {
    ($column:literal) => {
        concat!("(extract(epoch FROM ", $column, ") * 1000)::bigint")
    };
}

/// A time as the API tells it.
macro_rules! moment {
    ($column:literal) => {
        concat!("to_char(", $column, " AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS.MS\"Z\"')")
    };
}

/// The text that a setting of the organisation, `$1`, was given last; SQL's `NULL` where it is the default.
macro_rules! newest_setting {
    ($key:literal) => {
        concat!(
            "(SELECT value #>> '{}' FROM setting_changes WHERE org_id = $1 AND key = '",
            $key,
            "' ORDER BY version DESC LIMIT 1)"
        )
    };
}

/// What the owner of an account is told of another way to sign in: SQL for the change, for what it is about, and for who did it, whose
/// name the audit's entry has.
macro_rules! security_changed {
    ($change:literal, $item:literal, $entry:literal) => {
        concat!(
            "jsonb_build_object('kind', 'security_changed', 'change', ",
            $change,
            ", 'item', ",
            $item,
            ", 'actor', ",
            $entry,
            "::jsonb -> 'actor')"
        )
    };
}

/// The names of places, by a list of their ids that begins with the outermost: the value of `path`, as JSON.
macro_rules! path_of {
    ($ancestors:literal) => {
        concat!(
            "(SELECT coalesce(json_agg(json_build_object('id', a.id, 'name', a.name) ORDER BY u.level), '[]'::json)
              FROM unnest(",
            $ancestors,
            ") WITH ORDINALITY u(id, level) JOIN locations a ON a.id = u.id)"
        )
    };
}

/// Deletes a place or an asset: `$2`, while it has the version `$3` and none of what is named uses it. What comes with it is told of as
/// `written`.
macro_rules! remove_of {
    ($table:literal, $is_one:literal, $uses:literal, $with:literal) => {
        concat!(
            "WITH was AS (
         SELECT version FROM ",
            $table,
            " WHERE org_id = $1 AND id = $2::uuid",
            $is_one,
            "
     ), verdict AS (
         SELECT CASE
             WHEN NOT EXISTS (SELECT FROM was) THEN 'missing'
             WHEN (SELECT version FROM was) <> $3::bigint THEN 'stale'
             WHEN ",
            $uses,
            " THEN 'in_use'
             ELSE 'write' END AS word
     ), written AS (
         DELETE FROM ",
            $table,
            " USING verdict WHERE verdict.word = 'write' AND ",
            $table,
            ".id = $2::uuid RETURNING ",
            $table,
            ".id
     )",
            $with,
            ", owed AS (
         INSERT INTO audit_owed (org_id, id, ts, entry) SELECT $1, $5, ",
            time!("$4"),
            ", $6::jsonb FROM written
     )
     SELECT to_json(word) FROM verdict"
        )
    };
}

/// The end of a page of places or assets `l`, of which `found` has one more than are shown: the records, the ids, and where to go on.
macro_rules! page_of {
    ($record:ident, $table:literal, $limit:literal) => {
        concat!(
            "
         ORDER BY l.sort, l.id
         LIMIT ",
            $limit,
            "::bigint + 1
     ), page AS (SELECT id, sort FROM found ORDER BY sort, id LIMIT ",
            $limit,
            "::bigint)
     SELECT json_build_object(
         'items', (SELECT coalesce(json_agg(",
            $record!(),
            " ORDER BY l.sort, l.id), '[]'::json) FROM page JOIN ",
            $table,
            " l ON l.id = page.id),
         'ids', (SELECT coalesce(json_agg(id ORDER BY sort, id), '[]'::json) FROM page),
         'next', (SELECT json_build_object('ts', 0, 'id', id::text || sort) FROM page
                  WHERE (SELECT count(*) FROM found) > ",
            $limit,
            "::bigint ORDER BY sort DESC, id DESC LIMIT 1))"
        )
    };
}

/// Of requests, those that say that their asset stands still, or stood; as the index `requests_org_down` has them.
macro_rules! says_down {
    () => {
        "body ->> 'down_since' IS NOT NULL AND status NOT IN ('rejected', 'cancelled')"
    };
}

/// Whether an asset `l` stands still now.
macro_rules! is_down {
    () => {
        concat!(
            "(l.status = 'out_of_service' OR l.status <> 'retired' AND EXISTS (
                 SELECT FROM requests
                 WHERE requests.org_id = l.org_id AND requests.asset_id = l.id AND ",
            says_down!(),
            " AND body ->> 'down_until' IS NULL AND completed_at IS NULL))"
        )
    };
}
pub mod accounts;
pub mod apply;
pub mod assets;
pub mod audit;
pub mod avatars;
pub mod deliveries;
pub mod downtime;
pub mod exports;
pub mod factors;
pub mod files;
pub mod identities;
pub mod invitations;
pub mod keys;
pub mod labels;
pub mod mail_pauses;
pub mod news;
pub mod organisation;
pub mod own_data;
pub mod people;
pub mod places;
pub mod resets;
pub mod settings;
pub mod thing;
pub mod things;
pub mod users;
pub mod versions;

use pg::statement::Statement;

/// Asks nothing but whether PostgreSQL answers.
pub fn ping() -> Statement {
    Statement::new("SELECT 1")
}
