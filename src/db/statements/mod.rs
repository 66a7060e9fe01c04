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

pub mod accounts;
pub mod apply;
pub mod audit;
pub mod deliveries;
pub mod factors;
pub mod identities;
pub mod invitations;
pub mod keys;
pub mod mail_pauses;
pub mod news;
pub mod organisation;
pub mod own_data;
pub mod people;
pub mod resets;
pub mod settings;
pub mod users;
pub mod versions;

use pg::statement::Statement;

/// Asks nothing but whether PostgreSQL answers.
pub fn ping() -> Statement {
    Statement::new("SELECT 1")
}
