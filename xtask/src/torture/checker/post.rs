//! What left the system: of each event one mail and one message to a device, to everybody who is told of it and wants it that way, and
//! nothing else.
//!
//! A provider may have the same twice where its answer was lost: it kept it to itself, or the runtime died before it had written it
//! down. A death can take one mail of a person, which are sent one after the other, and the few messages that are sent at once.

use std::collections::BTreeMap;

use serde_json::Value;
use sha2::{Digest as _, Sha256};

use super::super::history::{Channel, History, INTERNAL, Person, Reach, Role, Taken};
use super::notices::{MOST, expected};
use super::{Findings, Kind};

/// So many messages to the devices of one person are under way at once; of mails it is one.
const MESSAGES_AT_ONCE: usize = 10;

/// What was answered is written down within so many milliseconds, on a machine that is busy.
const WRITTEN_DOWN_MS: u64 = 5_000;

/// So many times as much as it keeps an inbox is told before it lets go of what is still to be sent.
const MOST_OWED: usize = 10;

/// So late may a busy provider open to somebody who is dead by then, in milliseconds.
const OPENED_MS: u64 = 1_000;

/// So much of what must not be said is shown, in characters.
const SHOWN: usize = 400;

/// What was counted on the way.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    pub mails: usize,
    pub messages: usize,
    /// So many of them came once more, since the provider kept its answer to itself.
    pub again_unanswered: usize,
    /// So many, since the runtime died with the answer.
    pub again_unwritten: usize,
    /// Not sent, and shown as such: the mailbox is closed, or the device has unsubscribed.
    pub undeliverable: usize,
    /// An inbox that has been told ten times as much as it keeps has let go of what it could not send meanwhile.
    pub let_go: usize,
    /// One that has been told more than it keeps knows no more of the first, and is told of them anew where their event is delivered again.
    pub again_forgotten: usize,
}

/// Somebody, as they are reached by one way.
struct Recipient<'a> {
    history: &'a History,
    place: usize,
    person: &'a Person,
    channel: Channel,
    reach: &'a Reach,
}

pub(super) fn check(history: &History, findings: &mut Findings) -> Tally {
    let mut tally = Tally::default();
    for problem in &history.post.problems {
        findings.add_to_all(Kind::Missent, format!("the push service was called wrongly: {problem}"));
    }
    let is_known = |taken: &&Taken| history.post.reach.values().any(|reach| reach.at == taken.at);
    for taken in history.post.taken.iter().filter(|taken| !is_known(taken)) {
        findings.add_to_all(Kind::Missent, format!("{} was sent to {}, who is nobody", taken.id, taken.at));
    }
    for ((place, channel), reach) in &history.post.reach {
        let Some(person) = history.people.get(*place) else { continue };
        Recipient { history, place: *place, person, channel: *channel, reach }.check(&mut tally, findings);
    }
    tally
}

impl Recipient<'_> {
    fn check(&self, tally: &mut Tally, findings: &mut Findings) {
        let wanted = self.wanted();
        let mut taken: BTreeMap<&str, Vec<&Taken>> = BTreeMap::new();
        for one in self.history.post.taken.iter().filter(|one| one.channel == self.channel && one.at == self.reach.at) {
            if self.person.role == Role::Requester && one.words.contains(INTERNAL) {
                let words: String = one.words.chars().take(SHOWN).collect();
                findings.add(Kind::Leaked, request_of(&one.id), format!("{} was sent: {words}", self.person.name));
            }
            taken.entry(&one.id).or_default().push(one);
        }
        let (counted, name) = match self.channel {
            Channel::Mail => (&mut tally.mails, "mail"),
            Channel::Push => (&mut tally.messages, "message"),
        };
        *counted += taken.len();
        let mut deaths = BTreeMap::new();
        let is_forgetful = expected(self.history, self.person).len() > MOST;
        for (id, copies) in &mut taken {
            copies.sort_by_key(|copy| copy.came_ms);
            let mut say = |kind, what: String| findings.add(kind, request_of(id), format!("{name} {id} {what}"));
            if !wanted.values().any(|wanted| wanted == id) && !self.is_of_account(id) {
                say(Kind::Missent, format!("was sent to {}, to whom it is nothing", self.person.name));
            }
            // What an inbox has let go of it takes for new, with the title of that time.
            if is_forgetful && copies.windows(2).all(|two| two[1].came_ms > two[0].taken_ms + WRITTEN_DOWN_MS) {
                tally.again_forgotten += copies.len() - 1;
                continue;
            }
            if let Some(other) = copies.iter().find(|copy| copy.words != copies[0].words) {
                let what =
                    format!("came to {} in other words: {} and {}", self.person.name, copies[0].words, other.words);
                say(Kind::SentTwice, what);
            }
            for (copy, next) in copies.iter().zip(copies.iter().skip(1)) {
                match () {
                    () if copy.answer_lost => tally.again_unanswered += 1,
                    () if self.has_died_with(copy, next, &mut deaths) => tally.again_unwritten += 1,
                    () => say(
                        Kind::SentTwice,
                        format!("was sent to {} again: {}", self.person.name, self.story(copy, next)),
                    ),
                }
            }
        }
        for (notice, id) in &wanted {
            self.check_one(notice, id, taken.contains_key(id.as_str()), tally, findings);
        }
        self.check_end(&wanted, findings);
    }

    /// What is to be sent: its notice, and its own id.
    fn wanted(&self) -> BTreeMap<String, String> {
        wanted(self.history, self.place, self.channel)
    }

    fn check_one(&self, notice: &str, id: &str, is_taken: bool, tally: &mut Tally, findings: &mut Findings) {
        let state = self.history.post.deliveries.get(&self.delivery(notice)).map(String::as_str);
        let shown = self.shown(notice);
        let given_up = if self.channel == Channel::Mail { "refused" } else { "dropped" };
        let mut say =
            |kind, what: String| findings.add(kind, request_of(id), format!("{id} to {}: {what}", self.person.name));
        match (is_taken, state) {
            (true, Some("sent")) if matches!(shown, None | Some("taken")) => {}
            // It was taken, its answer was lost, and then there was nobody any more.
            (_, Some(state)) if self.reach.is_ended && state == given_up && matches!(shown, None | Some("refused")) => {
                tally.undeliverable += 1;
            }
            // A device that is gone is owed nothing more.
            (false, None) if self.reach.is_ended && self.channel == Channel::Push => tally.undeliverable += 1,
            (false, None) if self.is_overrun() => tally.let_go += 1,
            (true, None) if self.is_overrun() => {}
            (false, state) => say(Kind::Unsent, format!("it was never sent; it is listed as {state:?}")),
            (true, state) => {
                say(Kind::Deliveries, format!("it was sent; it is listed as {state:?} and shown as {shown:?}"))
            }
        }
    }

    /// What the system says of a way that has ended, and of one that has not.
    fn check_end(&self, wanted: &BTreeMap<String, String>, findings: &mut Findings) {
        let post = &self.history.post;
        let (is_left, given_up) = match self.channel {
            Channel::Mail => (!post.paused.contains(&self.person.id), "refused"),
            Channel::Push => (post.with_device.contains(&self.place), "dropped"),
        };
        let state = |notice: &String| post.deliveries.get(&self.delivery(notice));
        let is_tried = wanted.keys().filter_map(state).any(|state| state == given_up);
        if is_left == (self.reach.is_ended && is_tried) {
            let what =
                format!("{:?} to {}: that it has ended is {}", self.channel, self.person.name, self.reach.is_ended);
            findings.add_to_all(Kind::Deliveries, format!("{what}, and that it is still used is {is_left}"));
        }
    }

    /// Whether the runtime died before it can have written down that this was taken, and brought the next one after that. Each death
    /// takes no more than was under way.
    fn has_died_with(&self, copy: &Taken, next: &Taken, deaths: &mut BTreeMap<u64, usize>) -> bool {
        let most = if self.channel == Channel::Mail { 1 } else { MESSAGES_AT_ONCE };
        let mut fitting = self.history.post.deaths_ms.iter().copied().filter(|died_ms| {
            copy.came_ms <= died_ms + OPENED_MS && *died_ms <= u64::min(copy.taken_ms + WRITTEN_DOWN_MS, next.came_ms)
        });
        let death = fitting.find(|died_ms| deaths.get(died_ms).is_none_or(|taken| *taken < most));
        if let Some(died_ms) = death {
            *deaths.entry(died_ms).or_default() += 1;
        }
        death.is_some()
    }

    /// How it came twice, in milliseconds from the first time on.
    fn story(&self, copy: &Taken, next: &Taken) -> String {
        let since = |ms: u64| i128::from(ms) - i128::from(copy.came_ms);
        let deaths: Vec<i128> = self.history.post.deaths_ms.iter().map(|died_ms| since(*died_ms)).collect();
        let near: Vec<&i128> = deaths.iter().filter(|died| (-10_000..=since(next.taken_ms)).contains(*died)).collect();
        let (taken, next) = (since(copy.taken_ms), (since(next.came_ms), since(next.taken_ms)));
        format!("it came at 0 and was taken at {taken} ms, again at {next:?} ms; the runtime died at {near:?} ms")
    }

    /// The id under which the system lists it.
    fn delivery(&self, notice: &str) -> String {
        let way = match self.channel {
            Channel::Mail => "mail".to_owned(),
            Channel::Push => {
                Sha256::digest(self.reach.at.as_bytes()).iter().take(8).map(|byte| format!("{byte:02x}")).collect()
            }
        };
        format!("{notice}_{}_{way}", self.person.id.replace('-', ""))
    }

    /// What the inbox shows of its mail, if it still has the notice.
    fn shown(&self, notice: &str) -> Option<&str> {
        let mut notices = self.history.notices.get(&self.place).into_iter().flatten();
        let shown = notices.find(|known| known["id"] == notice)?;
        if self.channel == Channel::Mail { Some(shown["mail"].as_str().unwrap_or("nothing")) } else { None }
    }

    fn is_overrun(&self) -> bool {
        expected(self.history, self.person).len() > MOST_OWED * MOST
    }

    fn is_of_account(&self, id: &str) -> bool {
        let mut notices = self.history.notices.get(&self.place).into_iter().flatten();
        notices
            .any(|notice| notice["request"].is_null() && notice["id"].as_str().is_some_and(|known| id.contains(known)))
    }
}

/// What is to be sent to somebody by one way: the id of each notice, with that of the mail or message.
pub(super) fn wanted(history: &History, place: usize, channel: Channel) -> BTreeMap<String, String> {
    let (Some(person), Some(reach)) = (history.people.get(place), history.post.reach.get(&(place, channel))) else {
        return BTreeMap::new();
    };
    let kind_of = |id: &str, seq: i64| {
        let at = usize::try_from(seq).ok()?.checked_sub(1)?;
        history.objects.get(id)?.timeline.get(at)?["kind"].as_str()
    };
    let of_events = expected(history, person).into_iter().filter_map(|(id, seq)| {
        let is_wanted = kind_of(id, seq).is_some_and(|kind| reach.kinds.contains(kind));
        is_wanted.then(|| format!("{id}-0-{seq}"))
    });
    // When somebody is told that work is due follows from clocks that are moved; whether they are told, the inbox says.
    let notices = history.notices.get(&place).into_iter().flatten();
    let is_due = |notice: &&Value| {
        let kind = notice["kind"].as_str().unwrap_or_default();
        matches!(kind, "due_soon" | "overdue") && reach.kinds.contains(kind)
    };
    let of_due = notices.filter(is_due).filter_map(|notice| notice["id"].as_str().map(str::to_owned));
    let with_id = |notice: String| {
        let id = match channel {
            Channel::Mail => format!("notice-{notice}-{}", person.id.replace('-', "")),
            Channel::Push => notice.clone(),
        };
        (notice, id)
    };
    of_events.chain(of_due).map(with_id).collect()
}

/// The request that a mail or message is about: its id begins with it.
fn request_of(id: &str) -> &str {
    id.strip_prefix("notice-").unwrap_or(id).get(..36).unwrap_or(id)
}
