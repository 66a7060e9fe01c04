//! What the lists of administrators have not been told yet of the mails and messages of this inbox.
//!
//! The triggers write it down: whatever changes what is owed, in whichever file, is told.

use base::ids::UserId;
use base::refusal::Refusal;
use base::time::Timestamp;
use durable::{Database, StorageError, Writer};

use crate::db::statements::deliveries::Report;
use crate::domain::mailed::Mailed;
use crate::domain::notify::{DeliveryId, DeliveryState, DeviceId, Notice, NoticeId};

/// The tables. A device of '' is a mail.
pub const TABLES: &str = "
    ALTER TABLE notice ADD COLUMN given_up INTEGER NOT NULL DEFAULT 0;
    CREATE TABLE report (
        notice  INTEGER NOT NULL,
        device  TEXT NOT NULL,
        version INTEGER NOT NULL,
        told    INTEGER NOT NULL DEFAULT 0,
        PRIMARY KEY (notice, device)
    ) WITHOUT ROWID;
    CREATE INDEX report_untold ON report (notice, device) WHERE version > told;
    CREATE TRIGGER report_of_mail AFTER INSERT ON notice WHEN new.due IS NOT NULL BEGIN
        INSERT INTO report (notice, device, version) VALUES (new.key, '', 1) ON CONFLICT (notice, device) DO UPDATE SET version = version + 1;
    END;
    CREATE TRIGGER report_of_mailed AFTER UPDATE OF due, tries, mailed, given_up ON notice BEGIN
        INSERT INTO report (notice, device, version) VALUES (new.key, '', 1) ON CONFLICT (notice, device) DO UPDATE SET version = version + 1;
    END;
    CREATE TRIGGER report_of_push AFTER INSERT ON push BEGIN
        INSERT INTO report (notice, device, version) VALUES (new.notice, new.device, 1) ON CONFLICT (notice, device) DO UPDATE SET version = version + 1;
    END;
    CREATE TRIGGER report_of_pushed AFTER UPDATE OF due, tries, pushed, given_up ON push BEGIN
        INSERT INTO report (notice, device, version) VALUES (new.notice, new.device, 1) ON CONFLICT (notice, device) DO UPDATE SET version = version + 1;
    END;
    CREATE TRIGGER report_purged AFTER DELETE ON notice BEGIN DELETE FROM report WHERE notice = old.key; END;
";

/// Where a report is in these tables.
pub struct Place {
    notice: i64,
    device: String,
}

/// Whether anything is untold.
///
/// # Errors
/// When SQLite refuses.
pub fn is_untold(db: &Database) -> Result<bool, StorageError> {
    Ok(db.row("SELECT 1 FROM report WHERE version > told LIMIT 1", &[])?.is_some())
}

/// What is untold, the oldest of it.
///
/// # Errors
/// When SQLite refuses, or holds what cannot be read.
pub fn untold(db: &Database, user: UserId, most: i64) -> Result<Vec<(Place, Report)>, Refusal> {
    let rows = db.rows(
        "SELECT report.notice, report.device, report.version, notice.json,
                iif(report.device = '', notice.due, push.due) IS NOT NULL,
                iif(report.device = '', notice.tries, push.tries),
                iif(report.device = '', notice.mailed, push.pushed),
                iif(report.device = '', notice.given_up, push.given_up)
         FROM report JOIN notice ON notice.key = report.notice
              LEFT JOIN push ON push.notice = report.notice AND push.device = report.device
         WHERE report.version > report.told ORDER BY report.notice, report.device LIMIT ?",
        &[&most],
    )?;
    let reports = rows.iter().map(|row| {
        let (device, version) = (row.text(1), row.int(2));
        let notice: Notice = base::json::from_str(&row.text(3)).map_err(|_| Refusal::Internal)?;
        let last = row.optional_text(6).map(|text| base::json::from_str::<Mailed>(&text)).transpose();
        let last = last.map_err(|_| Refusal::Internal)?;
        let way = if device.is_empty() { None } else { Some(device.parse().map_err(|_| Refusal::Internal)?) };
        let id = DeliveryId { notice: notice.id, user, device: way };
        let report = Report {
            channel: id.channel(),
            id,
            user_id: user,
            kind: notice.kind,
            request_id: notice.request.as_ref().map(|about| about.id),
            number: notice.request.and_then(|about| about.number),
            state: DeliveryState::of(row.int(4) == 1, last.as_ref().map(|last| last.outcome), row.int(7) == 1),
            tries: u32::try_from(row.int(5)).unwrap_or(u32::MAX),
            last,
            version,
            created_at: notice.ts.as_ms(),
        };
        Ok((Place { notice: row.int(0), device }, report))
    });
    reports.collect()
}

/// These were told, as they were then.
///
/// # Errors
/// When SQLite refuses.
pub fn told(write: &Writer<'_>, reports: &[(Place, Report)]) -> Result<(), StorageError> {
    for (Place { notice, device }, report) in reports {
        write.run("UPDATE report SET told = ? WHERE notice = ? AND device = ?", &[&report.version, notice, device])?;
    }
    Ok(())
}

/// What has become of one; `None` where it is not kept any more.
///
/// # Errors
/// When SQLite refuses, or holds what cannot be read.
pub fn state(
    db: &Database,
    NoticeId(id): &NoticeId,
    device: Option<&DeviceId>,
) -> Result<Option<DeliveryState>, Refusal> {
    let row = match device {
        None => db.row("SELECT due IS NOT NULL, mailed, given_up FROM notice WHERE id = ? AND (tries > 0 OR due IS NOT NULL)", &[&id.as_str()])?,
        Some(device) => db.row(
            "SELECT push.due IS NOT NULL, push.pushed, push.given_up FROM push
             JOIN notice ON notice.key = push.notice JOIN device ON device.id = push.device WHERE notice.id = ? AND push.device = ?",
            &[&id.as_str(), &device.as_str()],
        )?,
    };
    let Some(row) = row else { return Ok(None) };
    let last = row.optional_text(1).map(|text| base::json::from_str::<Mailed>(&text)).transpose();
    let last = last.map_err(|_| Refusal::Internal)?.map(|last| last.outcome);
    Ok(Some(DeliveryState::of(row.int(0) == 1, last, row.int(2) == 1)))
}

/// Has it tried again from `due` on, as if it were new; or gives it up.
///
/// # Errors
/// When SQLite refuses.
pub fn again(
    write: &Writer<'_>,
    NoticeId(id): &NoticeId,
    device: Option<&DeviceId>,
    due: Option<Timestamp>,
) -> Result<(), StorageError> {
    let given_up = due.is_none();
    match device {
        None => write.run(
            "UPDATE notice SET due = ?, tries = iif(?, tries, 0), given_up = ? WHERE id = ?",
            &[&due.map(Timestamp::as_ms), &given_up, &given_up, &id.as_str()],
        ),
        Some(device) => write.run(
            "UPDATE push SET due = ?, tries = iif(?, tries, 0), given_up = ?
             WHERE device = ? AND notice = (SELECT key FROM notice WHERE id = ?)",
            &[&due.map(Timestamp::as_ms), &given_up, &given_up, &device.as_str(), &id.as_str()],
        ),
    }
}
