//! The providers of a run, and who is reached by them: everybody has an address and a device, and has chosen what to be told of by
//! which way. What a provider took is the provider's word, not the system's.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};

use anyhow::{Context, Result, ensure};
use serde_json::{Value, json};
use testbed::{MailServer, PushService, Stack, mail, push};

use super::history::{Channel, Post, Reach, Role, Taken};
use super::random::Random;
use super::world::{Session, World, address_of};

/// What there is to be told of a request.
const KINDS: [&str; 15] = [
    "created",
    "approved",
    "rejected",
    "assigned",
    "released",
    "started",
    "held",
    "resumed",
    "completed",
    "closed",
    "reopened",
    "cancelled",
    "commented",
    "due_soon",
    "overdue",
];

/// With so many faults of a provider, the way ends for good for the one whose way is to end.
const ENDS_WITH: usize = 4;

/// What people want to be told of by mail and on their devices.
#[derive(Clone, Copy, Debug)]
pub enum Wishes {
    /// Of nothing: the providers have a rest.
    Nothing,
    /// Of everything.
    All,
    /// Of so many kinds in a hundred; requesters of comments in any case, one half of them by mail and the other half on their devices,
    /// since what they must not read is said there.
    Some(u64),
}

impl Wishes {
    fn are_of(self, kind: &str, channel: Channel, session: &Session, role: Role, random: &mut Random) -> bool {
        let is_his_way = session.by.is_multiple_of(2) == (channel == Channel::Mail);
        let is_exposed = kind == "commented" && role == Role::Requester && is_his_way;
        match self {
            Self::Nothing => false,
            Self::All => true,
            Self::Some(percent) => random.chance(percent) || is_exposed,
        }
    }
}

/// Both providers, and whom they reach.
pub struct Providers<'s> {
    pub mail: &'s MailServer,
    pub push: PushService,
    reach: Mutex<BTreeMap<(usize, Channel), Reach>>,
    ending: BTreeMap<Channel, Ending>,
}

/// Whose mailbox is closed in the middle of the run, or whose device unsubscribes.
struct Ending {
    /// The place among the people.
    place: usize,
    /// How many faults the provider has had.
    faults: AtomicUsize,
}

impl<'s> Providers<'s> {
    /// Has everybody choose, and subscribe a device. The system must be well, and have a mail server.
    pub fn introduce(
        stack: &'s Stack,
        world: &World,
        sessions: &mut [Session],
        wishes: Wishes,
        random: &mut Random,
    ) -> Result<Providers<'s>> {
        let mail = stack.mail.as_ref().context("the system has no mail server")?;
        let push = PushService::start()?;
        let mut reach = BTreeMap::new();
        for session in sessions.iter_mut() {
            let person = world.people.get(session.by).context("there is no such person")?;
            let mut kinds: BTreeMap<Channel, BTreeSet<String>> = BTreeMap::new();
            let choices = KINDS.map(|kind| {
                let mut wants = |channel| {
                    let is_wanted = wishes.are_of(kind, channel, session, person.role, random);
                    kinds.entry(channel).or_default().extend(is_wanted.then(|| kind.to_owned()));
                    is_wanted
                };
                json!({ "kind": kind, "mail": wants(Channel::Mail), "push": wants(Channel::Push) })
            });
            put(session, "/api/me/notifications", &json!({ "choices": choices }))?;
            let key = session.get("/api/me/push")?["key"].as_str().context("push is off")?.to_owned();
            let device = push.subscribe(&key)?;
            put(session, "/api/me/push", &device)?;
            let endpoint = device["endpoint"].as_str().unwrap_or_default().to_owned();
            for (channel, at) in [(Channel::Mail, address_of(&person.name)), (Channel::Push, endpoint)] {
                let kinds = kinds.remove(&channel).unwrap_or_default();
                reach.insert((session.by, channel), Reach { at, kinds, is_ended: false });
            }
        }
        let mut ending = |channel| {
            let place = random.below(world.people.len());
            (channel, Ending { place, faults: AtomicUsize::new(0) })
        };
        let ending = Channel::ALL.map(&mut ending);
        Ok(Providers { mail, push, reach: Mutex::new(reach), ending: ending.into() })
    }

    /// Both take everything from now on.
    pub fn recover(&self) {
        self.mail.set_mood(mail::Mood::Fair);
        self.push.set_mood(push::Mood::Fair);
    }

    /// How often a provider was called.
    pub fn calls(&self, channel: Channel) -> usize {
        match channel {
            Channel::Mail => self.mail.connections(),
            Channel::Push => self.push.calls(),
        }
    }

    /// Counts a fault of a provider. With one of the first, a mailbox is closed for good, or a device unsubscribes.
    pub fn note_fault(&self, channel: Channel) {
        let Some(ending) = self.ending.get(&channel) else { return };
        if ending.faults.fetch_add(1, Ordering::Relaxed) + 1 != ENDS_WITH {
            return;
        }
        let mut reach = self.reach.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(one) = reach.get_mut(&(ending.place, channel)) else { return };
        one.is_ended = true;
        match channel {
            Channel::Mail => self.mail.close_mailbox(&one.at),
            Channel::Push => self.push.unsubscribe(&one.at),
        }
    }

    /// What left the system, and what the system says of it.
    pub fn observe(&self, stack: &Stack, sessions: &mut [Session]) -> Result<Post> {
        let mut with_device = BTreeSet::new();
        for session in sessions {
            let devices = session.get("/api/me/push")?["devices"].as_array().map_or(0, Vec::len);
            with_device.extend((devices > 0).then_some(session.by));
        }
        let (deliveries, paused) = stack.sql(|client| {
            let deliveries = client.query("SELECT id, state FROM deliveries", &[])?;
            let paused = client.query("SELECT id::text FROM users WHERE mail_paused IS NOT NULL", &[])?;
            let deliveries = deliveries.iter().map(|row| (row.get(0), row.get(1))).collect();
            Ok((deliveries, paused.iter().map(|row| row.get(0)).collect()))
        })?;
        let reach = self.reach.lock().unwrap_or_else(PoisonError::into_inner).clone();
        let (deaths_ms, problems) = (stack.runtime.deaths_ms(), self.push.problems());
        Ok(Post { reach, taken: self.taken(), deaths_ms, deliveries, paused, with_device, problems })
    }

    /// How much was taken.
    pub fn count(&self) -> usize {
        self.mail.count() + self.push.count()
    }

    fn taken(&self) -> Vec<Taken> {
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        let mails = self.mail.mails().into_iter().map(|mail| {
            let header = |name: &str| mail.header(name).unwrap_or_default().to_owned();
            Taken {
                channel: Channel::Mail,
                id: header("X-CepatEdge-Id"),
                words: [&header("Message-ID"), &mail.subject, &mail.text, &mail.html].map(String::as_str).join("\n"),
                at: mail.to,
                came_ms: mail.came_ms,
                taken_ms: mail.taken_ms,
                answer_lost: mail.answer_lost,
            }
        });
        let messages = self.push.arrived_for_all().into_iter().map(|message| Taken {
            channel: Channel::Push,
            at: message.endpoint,
            id: text(&message.payload["id"]),
            words: message.payload.to_string(),
            came_ms: message.came_ms,
            taken_ms: message.taken_ms,
            answer_lost: message.answer_lost,
        });
        mails.chain(messages).collect()
    }
}

fn put(session: &mut Session, path: &str, body: &Value) -> Result<()> {
    let reply = session.send("PUT", path, &[], Some(body)).map_err(|failure| anyhow::anyhow!("{path}: {failure}"))?;
    ensure!(reply.status == 200, "{path} was answered with {} {}", reply.status, reply.text());
    Ok(())
}
