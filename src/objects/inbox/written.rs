//! What is written to somebody: a letter about one notice, or about what happened in a day or a week.

use base::time::Timestamp;
use mail::{Address, MailId, Mailbox};

use super::store::{Owed, Person};
use crate::db::statements::people::Reader;
use crate::domain::notify::{About, Notice, NoticeKind, sentences};
use crate::mail::{Outgoing, letters};
use crate::objects::zones;

/// The mail about these; none where there is nothing to write or nobody to write to.
pub(super) fn mail(app: &str, person: &Person, owed: &[&Owed], reader: &Reader) -> Option<Outgoing> {
    let first = owed.first()?;
    match (first.digest, &first.notice.request) {
        (Some(digest), _) => of_digest(app, person, owed, reader, digest),
        (None, Some(request)) => of_request(app, person, &first.notice, request, reader),
        (None, None) => of_account(app, person, &first.notice, reader),
    }
}

fn to(reader: &Reader) -> Option<Mailbox> {
    Some(Mailbox { name: reader.name.clone(), address: Address::parse(reader.email.as_deref()?)? })
}

/// What a link has that ends mails of this kind.
fn ending(person: &Person, kind: &str) -> String {
    format!("u={}&k={kind}&t={}", person.user, person.secret)
}

fn page_of(app: &str, notice: &Notice, request: &About) -> String {
    let event = notice.seq.map(|seq| format!("#event-{seq}")).unwrap_or_default();
    format!("{app}/requests/{}{event}", request.id)
}

/// What happened, and when the work is due, or something ends, where that is what happened.
fn what(notice: &Notice, person: &Person, reader: &Reader) -> String {
    let what = sentences::what(notice, reader.language);
    let Some(due_at) = notice.due_at else { return what };
    let zone = person.times.as_ref().and_then(|times| times.time_zone.as_ref()).or(reader.time_zone.as_ref());
    let ahead_ms = zone.map_or(0, |zone| zones::ahead_in(zone)(due_at));
    format!("{what} {}", sentences::due(notice, due_at, ahead_ms, reader.language))
}

fn of_request(app: &str, person: &Person, notice: &Notice, request: &About, reader: &Reader) -> Option<Outgoing> {
    let url = page_of(app, notice, request);
    let link = ending(person, &notice.kind);
    let unsubscribe = format!("{app}/unsubscribe#{link}");
    let letter = letters::Notice {
        organisation: &reader.organisation,
        number: request.number.as_deref(),
        title: &request.title,
        place: None,
        what: &what(notice, person, reader),
        said: notice.words.as_deref(),
        url: &url,
        why: sentences::why(notice.reason, reader.language),
        unsubscribe: Some(&unsubscribe),
    };
    Some(Outgoing {
        id: MailId::parse(&format!("notice-{}-{}", notice.id.0.as_str(), person.user.0.simple()))?,
        from: reader.sender(),
        to: to(reader)?,
        letter: letter.letter(reader.language),
        at: notice.ts,
        thread: MailId::parse(&format!("request-{}", request.id)),
        unsubscribe: mail::Unsubscribe::at(&format!("{app}/api/mail/unsubscribe?{link}")),
    })
}

fn of_account(app: &str, person: &Person, notice: &Notice, reader: &Reader) -> Option<Outgoing> {
    let is_ended = notice.kind.parse::<NoticeKind>().is_ok_and(|kind| !kind.is_of_security());
    let link = is_ended.then(|| ending(person, &notice.kind));
    let unsubscribe = link.as_ref().map(|link| format!("{app}/unsubscribe#{link}"));
    let letter = letters::Account {
        organisation: &reader.organisation,
        what: &what(notice, person, reader),
        advice: sentences::advice(notice, reader.language),
        url: &format!("{app}{}", page_of_account(notice)),
        why: sentences::why(notice.reason, reader.language),
        unsubscribe: unsubscribe.as_deref(),
    };
    Some(Outgoing {
        id: MailId::parse(&format!("notice-{}", notice.id.0.as_str()))?,
        from: reader.sender(),
        to: to(reader)?,
        letter: letter.letter(reader.language),
        at: notice.ts,
        thread: None,
        unsubscribe: link.and_then(|link| mail::Unsubscribe::at(&format!("{app}/api/mail/unsubscribe?{link}"))),
    })
}

/// Where in the app somebody sees to what a notice about their account says.
pub(super) fn page_of_account(notice: &Notice) -> &'static str {
    if notice.is_of_a_key() { "/me/keys" } else { "/me" }
}

fn of_digest(app: &str, person: &Person, owed: &[&Owed], reader: &Reader, digest: Timestamp) -> Option<Outgoing> {
    // Grouped by request, in the order in which something happened to them first.
    let mut groups: Vec<(&About, Vec<&Notice>)> = Vec::new();
    for notice in owed.iter().map(|one| &one.notice) {
        let Some(request) = &notice.request else { continue };
        match groups.iter_mut().find(|(about, _)| about.id == request.id) {
            Some((_, notices)) => notices.push(notice),
            None => groups.push((request, vec![notice])),
        }
    }
    let items = groups.iter().map(|(request, notices)| letters::Item {
        heading: request
            .number
            .as_ref()
            .map_or_else(|| request.title.clone(), |number| format!("{number}: {}", request.title)),
        url: format!("{app}/requests/{}", request.id),
        lines: notices.iter().map(|notice| line(notice, person, reader)).collect(),
    });
    let link = ending(person, "all");
    let letter = letters::Digest {
        organisation: &reader.organisation,
        items: items.collect(),
        inbox: &format!("{app}/inbox"),
        choices: &format!("{app}/me/notices"),
    };
    Some(Outgoing {
        id: MailId::parse(&format!("digest-{}-{}", digest.as_ms(), person.user.0.simple()))?,
        from: reader.sender(),
        to: to(reader)?,
        letter: letter.letter(reader.language),
        at: digest,
        thread: None,
        unsubscribe: mail::Unsubscribe::at(&format!("{app}/api/mail/unsubscribe?{link}")),
    })
}

/// What happened and what was said with it, in one line.
fn line(notice: &Notice, person: &Person, reader: &Reader) -> String {
    let what = what(notice, person, reader);
    match &notice.words {
        Some(words) => format!("{what} “{}”", words.split_whitespace().collect::<Vec<_>>().join(" ")),
        None => what,
    }
}
