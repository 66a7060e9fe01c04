//! Who works here: pages of users, all of them or those whom a search finds.
//!
//! A search compares foldings (`::text::fold`), which PostgreSQL does not know, so it reads the users and compares here. Nothing
//! that PostgreSQL holds has to be kept in step with a name, whoever writes it.

use base::page::Limit;

use crate::domain::Position;
use crate::domain::text::SearchText;
use crate::domain::user::UserRow;

/// Users that a search reads at once.
const STEP: u32 = 1_000;
/// So often does a search read for one page; what it has not seen by then is behind the page.
const MOST_STEPS: u32 = 20;

/// A page of users, disabled ones among them, oldest account first, after a position; and where the next page begins, if there
/// is another. A search among very many may answer fewer users than the limit, even none, and have another page.
///
/// # Errors
/// Those of `read`, which answers users behind a position, one more than the count when others follow.
pub async fn page<T: AsRef<UserRow>, E>(
    q: Option<&SearchText>,
    after: Option<Position>,
    limit: Limit,
    read: impl AsyncFn(Option<&Position>, u32) -> Result<Vec<T>, E>,
) -> Result<(Vec<T>, Option<Position>), E> {
    search(q, after, limit, (STEP, MOST_STEPS), read).await
}

async fn search<T: AsRef<UserRow>, E>(
    q: Option<&SearchText>,
    mut after: Option<Position>,
    limit: Limit,
    (step, most_steps): (u32, u32),
    read: impl AsyncFn(Option<&Position>, u32) -> Result<Vec<T>, E>,
) -> Result<(Vec<T>, Option<Position>), E> {
    let searched = q.map(|q| ::text::fold(q.as_str()));
    let step = if searched.is_some() { step } else { limit.get() };
    let most = size(limit.get());
    let mut found: Vec<T> = Vec::new();
    for _ in 0..most_steps {
        let mut users = read(after.as_ref(), step).await?;
        let has_more = users.len() > size(step);
        users.truncate(size(step));
        after = users.last().map(|user| position(user.as_ref())).filter(|_| has_more);
        for user in users {
            let is_found = searched.as_ref().is_none_or(|searched| is_found(user.as_ref(), searched));
            if is_found && found.len() == most {
                // One more than the page: the next one begins behind the last of this one.
                let next = found.last().map(|user| position(user.as_ref()));
                return Ok((found, next));
            }
            if is_found {
                found.push(user);
            }
        }
        if after.is_none() || searched.is_none() {
            break;
        }
    }
    Ok((found, after))
}

fn is_found(user: &UserRow, searched: &str) -> bool {
    let (email, username) = (user.email.as_deref().unwrap_or_default(), user.username.as_deref().unwrap_or_default());
    ::text::fold(&format!("{}\n{email}\n{username}", user.name)).contains(searched)
}

fn position(user: &UserRow) -> Position {
    Position::at(user.created_at, user.id)
}

fn size(count: u32) -> usize {
    usize::try_from(count).unwrap_or(usize::MAX)
}

#[cfg(all(test, not(target_arch = "wasm32")))]
mod tests {
    use std::convert::Infallible;

    use futures::FutureExt as _;
    use uuid::Uuid;

    use super::*;
    use crate::domain::user::UserStatus;
    use crate::domain::{Role, Timestamp, UserId};

    fn user(n: u128, name: &str) -> UserRow {
        UserRow {
            id: UserId(Uuid::from_u128(n)),
            org_id: "default".parse().unwrap(),
            email: Some(format!("user{n}@example.com")),
            username: None,
            name: name.into(),
            role: Role::Requester,
            status: UserStatus::Active,
            password_hash: None,
            created_at: Timestamp::from_ms(0),
            version: None,
            factors: Vec::new(),
        }
    }

    /// The pages of everybody, as the names on each, read in steps of 3, at most 2 for one page.
    fn pages(everybody: &[UserRow], q: Option<&str>, limit: u32) -> Vec<Vec<String>> {
        let q = q.map(|q| SearchText::parse(q).unwrap());
        let read = async |after: Option<&Position>, count: u32| {
            let after = after.map(|after| after.id.clone()).unwrap_or_default();
            let behind = everybody.iter().filter(|user| user.id.to_string() > after);
            Ok::<_, Infallible>(behind.take(count as usize + 1).cloned().collect())
        };
        let (mut pages, mut after) = (Vec::new(), None);
        loop {
            let limit = Limit::try_from(limit).unwrap();
            let Ok((page, next)) = search(q.as_ref(), after, limit, (3, 2), &read).now_or_never().unwrap();
            pages.push(page.into_iter().map(|user| user.name).collect());
            match next {
                Some(next) => after = Some(next),
                None => return pages,
            }
        }
    }

    #[test]
    fn one_is_found_in_any_spelling() {
        let everybody = [
            user(1, "Caf\u{e9} Roma"),
            user(2, "Cafe\u{301} Luna"),
            user(3, "Stra\u{df}e"),
            user(4, "ＭＡＹＡ"),
            user(5, "Somebody"),
        ];
        for (q, found) in [
            ("cafe", vec!["Caf\u{e9} Roma", "Cafe\u{301} Luna"]),
            ("CAF\u{c9}", vec!["Caf\u{e9} Roma", "Cafe\u{301} Luna"]),
            ("cafe\u{301} r", vec!["Caf\u{e9} Roma"]),
            ("strasse", vec!["Stra\u{df}e"]),
            ("STRA\u{1e9e}E", vec!["Stra\u{df}e"]),
            ("maya", vec!["ＭＡＹＡ"]),
            ("Ｕｓｅｒ５＠", vec!["Somebody"]),
            ("somebody user5", vec!["Somebody"]),
            ("user6", vec![]),
        ] {
            assert_eq!(pages(&everybody, Some(q), 200).concat(), found, "{q}");
        }
    }

    #[test]
    fn pages_have_no_gap_and_no_duplicate_however_few_are_found() {
        for count in 0..20 {
            let everybody: Vec<UserRow> =
                (1..=count).map(|n| user(n, if n % 3 == 0 { "\u{c9}va" } else { "Budi" })).collect();
            for q in [None, Some("eva"), Some("budi"), Some("nobody")] {
                let searched = |user: &&UserRow| match q {
                    Some("eva") => user.name == "\u{c9}va",
                    Some("budi") => user.name == "Budi",
                    Some(_) => false,
                    None => true,
                };
                let wanted: Vec<String> = everybody.iter().filter(searched).map(|user| user.name.clone()).collect();
                for limit in 1..8 {
                    let pages = pages(&everybody, q, limit);
                    assert_eq!(pages.concat(), wanted, "{count} users, {q:?}, {limit}");
                    assert!(pages.iter().all(|page| page.len() <= limit as usize), "{pages:?}");
                }
            }
        }
    }

    #[test]
    fn a_search_among_very_many_says_where_it_stopped() {
        let mut everybody: Vec<UserRow> = (1..=8).map(|n| user(n, "Budi")).collect();
        everybody.push(user(9, "Sari"));
        assert_eq!(pages(&everybody, Some("sari"), 5), [vec![], vec!["Sari".to_owned()]]);
    }
}
