//! What left the system, and what must not have.

use std::collections::BTreeSet;

use super::super::post::{Tally, wanted};
use super::super::{Kind, judge};
use super::fixture::{FIRST, REQUESTER, TECHNICIAN};
use super::*;

/// A history in which everybody was told what concerns them, in the app and by both ways.
fn sent() -> History {
    let mut history = told();
    for place in 0..history.people.len() {
        for channel in Channel::ALL {
            let kinds = history.objects[FIRST].timeline.iter().filter_map(|event| event["kind"].as_str());
            let kinds = kinds.map(str::to_owned).collect();
            let at = format!("{channel:?}-{place}");
            history.post.reach.insert((place, channel), Reach { at, kinds, is_ended: false });
        }
        history.post.with_device.insert(place);
    }
    for ((place, channel), reach) in &history.post.reach {
        for (notice, id) in wanted(&history, *place, *channel) {
            let way = if *channel == Channel::Mail { "mail".to_owned() } else { device(&reach.at) };
            let person = history.people[*place].id.replace('-', "");
            history.post.deliveries.insert(format!("{notice}_{person}_{way}"), "sent".to_owned());
            let number = history.post.taken.len() as u64;
            history.post.taken.push(Taken {
                channel: *channel,
                at: reach.at.clone(),
                words: format!("About {id}"),
                id,
                came_ms: 1_000 * number,
                taken_ms: 1_000 * number + 100,
                answer_lost: false,
            });
        }
    }
    history
}

fn device(at: &str) -> String {
    use sha2::Digest as _;
    sha2::Sha256::digest(at.as_bytes()).iter().take(8).map(|byte| format!("{byte:02x}")).collect()
}

/// What is found, and what is counted, when the history was changed in one place.
fn judged(change: impl FnOnce(&mut Post)) -> (Vec<Kind>, Tally) {
    let mut history = sent();
    change(&mut history.post);
    let (violations, tally) = judge(&history);
    (violations.into_iter().map(|one| one.kind).collect(), tally)
}

fn is_to(place: usize, channel: Channel) -> impl Fn(&Taken) -> bool {
    move |taken| taken.at == format!("{channel:?}-{place}")
}

/// The first that was sent to the requester by one way, once more.
fn again(post: &mut Post, channel: Channel) -> Taken {
    let first = post.taken.iter().find(|taken| is_to(REQUESTER, channel)(taken)).unwrap().clone();
    post.taken.push(Taken { came_ms: first.came_ms + 60_000, taken_ms: first.taken_ms + 60_000, ..first.clone() });
    first
}

#[test]
fn what_everybody_was_sent_once_is_right() {
    let (found, tally) = judged(|_| ());
    assert_eq!(found, []);
    assert!(tally.mails > 5 && tally.mails == tally.messages, "{tally:?}");
    assert_eq!(Tally { mails: 0, messages: 0, ..tally }, Tally::default());
}

#[test]
fn what_was_not_sent_is_lost_by_each_way() {
    for channel in Channel::ALL {
        let lose = |post: &mut Post| {
            let at = post.taken.iter().position(is_to(TECHNICIAN, channel)).unwrap();
            post.taken.remove(at);
        };
        assert_eq!(judged(lose).0, [Kind::Unsent]);
    }
}

#[test]
fn what_nobody_wants_by_this_way_is_not_sent() {
    let unwanted = judged(|post| {
        let reach = post.reach.get_mut(&(REQUESTER, Channel::Mail)).unwrap();
        reach.kinds = reach.kinds.iter().filter(|kind| *kind != "approved").cloned().collect::<BTreeSet<_>>();
    });
    assert_eq!(unwanted.0, [Kind::Missent]);
    let to_nobody = judged(|post| post.taken[0].at = "somebody else".to_owned());
    assert_eq!(to_nobody.0, [Kind::Unsent, Kind::Missent]);
}

#[test]
fn the_same_twice_needs_an_answer_that_was_lost() {
    let twice = |post: &mut Post| drop(again(post, Channel::Mail));
    assert_eq!(judged(twice).0, [Kind::SentTwice]);
    let (found, tally) = judged(|post| {
        twice(post);
        post.taken.iter_mut().for_each(|taken| taken.answer_lost = true);
    });
    assert_eq!((found, tally.again_unanswered), (vec![], 1));
    let died = |after_ms: u64| {
        move |post: &mut Post| {
            let taken_ms = again(post, Channel::Mail).taken_ms;
            post.deaths_ms.push(taken_ms + after_ms);
        }
    };
    assert_eq!((judged(died(200)).0, judged(died(200)).1.again_unwritten), (vec![], 1));
    assert_eq!(judged(died(30_000)).0, [Kind::SentTwice], "it was written down long before");
    let before = judged(|post| {
        let last_ms = again(post, Channel::Mail).taken_ms + 1_000;
        post.taken.iter_mut().last().unwrap().came_ms = last_ms;
        post.deaths_ms.push(last_ms + 500);
    });
    assert_eq!(before.0, [Kind::SentTwice], "nothing had died by then");
    let other_words = judged(|post| {
        twice(post);
        post.taken.last_mut().unwrap().words = "About something else".to_owned();
        post.taken.iter_mut().for_each(|taken| taken.answer_lost = true);
    });
    assert_eq!(other_words.0, [Kind::SentTwice]);
}

#[test]
fn one_death_takes_one_mail_of_a_person_and_ten_messages() {
    let all_twice = |channel: Channel| {
        move |post: &mut Post| {
            let first: Vec<_> =
                post.taken.iter_mut().filter(|taken| is_to(REQUESTER, channel)(taken)).take(3).collect();
            let again = first.into_iter().map(|taken| {
                (taken.came_ms, taken.taken_ms) = (1_000, 1_100);
                Taken { came_ms: 4_000, taken_ms: 4_100, ..taken.clone() }
            });
            let again: Vec<Taken> = again.collect();
            post.taken.extend(again);
            post.deaths_ms.push(1_200);
        }
    };
    assert_eq!(judged(all_twice(Channel::Mail)).0, [Kind::SentTwice; 2]);
    let (found, tally) = judged(all_twice(Channel::Push));
    assert_eq!((found, tally.again_unwritten), (vec![], 3));
}

#[test]
fn an_internal_word_in_a_mail_or_a_message_of_a_requester_is_found() {
    for channel in Channel::ALL {
        let say = |place: usize| {
            move |post: &mut Post| {
                let said = post.taken.iter_mut().find(|taken| is_to(place, channel)(taken)).unwrap();
                said.words = format!("They said in the {INTERNAL}");
            }
        };
        assert_eq!(judged(say(REQUESTER)).0, [Kind::Leaked]);
        assert_eq!(judged(say(TECHNICIAN)).0, [], "the staff may know");
    }
}

/// The requester's way ends: what was not sent by then, `state` is said of.
fn ended(channel: Channel, state: &'static str) -> impl Fn(&mut Post) {
    move |post| {
        post.reach.get_mut(&(REQUESTER, channel)).unwrap().is_ended = true;
        let at = post.taken.iter().rposition(is_to(REQUESTER, channel)).unwrap();
        let last = post.taken.remove(at);
        let notice = last.id.trim_start_matches("notice-").trim_end_matches("-person2").to_owned();
        let of_it = post.deliveries.iter_mut().filter(|(id, _)| id.starts_with(&format!("{notice}_person2_")));
        let of_way = of_it.filter(|(id, _)| id.ends_with("_mail") == (channel == Channel::Mail));
        of_way.for_each(|(_, listed)| *listed = state.to_owned());
        post.paused.extend((channel == Channel::Mail).then(|| "person-2".to_owned()));
        if channel == Channel::Push {
            post.with_device.remove(&REQUESTER);
        }
    }
}

#[test]
fn what_could_not_be_sent_to_a_closed_mailbox_or_a_device_that_is_gone_is_shown_as_such() {
    for (channel, state) in [(Channel::Mail, "refused"), (Channel::Push, "dropped")] {
        let (found, tally) = judged(ended(channel, state));
        assert_eq!((found, tally.undeliverable), (vec![], 1), "{channel:?}");
        assert_eq!(judged(ended(channel, "sent")).0, [Kind::Unsent, Kind::Deliveries], "{channel:?}");
        let still_used = judged(|post| {
            ended(channel, state)(post);
            post.paused.clear();
            post.with_device.insert(REQUESTER);
        });
        assert_eq!(still_used.0, [Kind::Deliveries], "{channel:?}");
    }
}

#[test]
fn a_list_that_says_otherwise_of_what_was_sent_is_found() {
    let waiting = judged(|post| *post.deliveries.values_mut().next().unwrap() = "waiting".to_owned());
    assert_eq!(waiting.0, [Kind::Deliveries]);
    let unknown = judged(|post| drop(post.deliveries.pop_first()));
    assert_eq!(unknown.0, [Kind::Deliveries]);
}
