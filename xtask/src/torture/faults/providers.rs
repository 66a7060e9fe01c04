//! The hand at the providers of mail and push: they refuse for now, stall, hang up, take what they do not answer, and die. Once in a
//! run a mailbox is closed for good, and a device unsubscribes.

use std::thread;
use std::time::Duration;

use anyhow::{Result, bail};
use testbed::{mail, push};

use super::super::history::Channel;
use super::super::random::Random;
use super::{Fault, Site, while_busy};

/// How long a fault waits to be met: mails and messages come in swarms, and not while PostgreSQL is away.
const IMPATIENCE: Duration = Duration::from_secs(6);
/// How long it goes on then, in milliseconds: shorter than anybody waits for an answer.
const LASTS_MS: (u64, u64) = (200, 2_000);

const OF_MAIL: [mail::Mood; 8] = [
    mail::Mood::Busy,
    mail::Mood::Full,
    mail::Mood::WrongPassword,
    mail::Mood::Stalled,
    mail::Mood::HangsUp,
    mail::Mood::LosesAnswer,
    mail::Mood::Dead,
    mail::Mood::Away,
];
const OF_PUSH: [push::Mood; 6] = [
    push::Mood::Busy,
    push::Mood::Down,
    push::Mood::Stalled,
    push::Mood::LosesAnswer,
    push::Mood::Dead,
    push::Mood::Away,
];

/// The hit is somebody who wanted to hand something over meanwhile.
pub(super) fn strike(fault: Fault, site: &Site<'_>, random: &mut Random) -> Result<bool> {
    let providers = site.providers;
    let channel = match fault {
        Fault::Mail => Channel::Mail,
        Fault::Push => Channel::Push,
        other => bail!("{} is not the providers'", other.name()),
    };
    providers.note_fault(channel);
    let (mail, push) = match channel {
        Channel::Mail => (random.pick(&OF_MAIL).copied().unwrap_or_default(), push::Mood::Fair),
        Channel::Push => (mail::Mood::Fair, random.pick(&OF_PUSH).copied().unwrap_or_default()),
    };
    let before = providers.calls(channel);
    let is_called = || while_busy(IMPATIENCE, || providers.calls(channel) > before);
    set(site, channel, mail, push);
    // Who knocks at a closed port is not counted there: the hit is somebody who comes when it is open again.
    let is_away = mail == mail::Mood::Away || push == push::Mood::Away;
    let hit = !is_away && is_called();
    thread::sleep(Duration::from_millis(random.between(LASTS_MS.0, LASTS_MS.1)));
    set(site, channel, mail::Mood::Fair, push::Mood::Fair);
    Ok(hit || (is_away && is_called()))
}

fn set(site: &Site<'_>, channel: Channel, mail: mail::Mood, push: push::Mood) {
    match channel {
        Channel::Mail => site.providers.mail.set_mood(mail),
        Channel::Push => site.providers.push.set_mood(push),
    }
}
