//! Users and versions, as the router and the reconciler ask for them.

use cepatedge::db::directory;
use cepatedge::db::statements::files::{self, RequestFiles};
use cepatedge::db::statements::versions::{self, SyncedVersion};
use cepatedge::db::statements::{avatars, users};
use cepatedge::domain::file::FileKind;
use cepatedge::domain::text::SearchText;
use cepatedge::domain::user::{AvatarId, Person, Portrayed, UserRow, UserStatus};
use cepatedge::domain::{Limit, OrgId, Position, RequestId, Role, Timestamp, UserId};
use pg::error::{Class, DbError};
use pg::session::Session;
use pg::statement::Statement;
use uuid::Uuid;

use crate::machine::Machine;
use crate::scratch::Scratch;

const HASH: &str = "$argon2id$v=19$m=19456,t=2,p=1$c2FsdA$aGFzaA";

fn org() -> OrgId {
    "default".parse().unwrap()
}

fn user(n: u128, role: Role, created_ms: i64) -> UserRow {
    UserRow {
        id: UserId(Uuid::from_u128(n)),
        org_id: org(),
        email: Some(format!("User{n}@Example.com")),
        username: None,
        name: format!("User {n}"),
        role,
        status: UserStatus::Active,
        password_hash: None,
        created_at: Timestamp::from_ms(created_ms),
        version: Some(1),
        factors: Vec::new(),
    }
}

/// The constraint that says: this address is taken.
const EMAIL_CONSTRAINT: &str = "users_org_email";

/// Adds a user. A second one with the address violates [`EMAIL_CONSTRAINT`].
fn insert(user: &UserRow, password_hash: &str) -> Statement {
    Statement::new(
        "INSERT INTO users (id, org_id, email, name, role, status, password_hash, created_at, updated_at)
         SELECT $1::uuid, $2, $3, $4, $5, $6, $7, at, at
         FROM (SELECT 'epoch'::timestamptz + $8::bigint * interval '1 millisecond' AS at) AS moment",
    )
    .bind(user.id.to_string())
    .bind(user.org_id.to_string())
    .bind(user.email.clone())
    .bind(user.name.clone())
    .bind(user.role.to_string())
    .bind(user.status.to_string())
    .bind(password_hash.to_owned())
    .bind(user.created_at.as_ms().to_string())
}

async fn add(session: &Session<Machine>, users: &[UserRow]) {
    let statements: Vec<_> = users.iter().map(|user| insert(user, HASH)).collect();
    session.write(&statements).await.unwrap();
}

#[tokio::test]
async fn credentials_are_found_in_any_spelling_and_only_in_their_organisation() {
    let scratch = Scratch::new().await;
    let session = scratch.session();
    let disabled = UserRow { status: UserStatus::Disabled, ..user(2, Role::Manager, 2) };
    add(&session, &[user(1, Role::Admin, 1), disabled]).await;
    let find = async |org: &OrgId, email: &str| {
        let replies = session.read(&[users::credentials(org, email)]).await.unwrap();
        replies[0].records::<UserRow>().unwrap()
    };
    for spelling in ["User1@Example.com", "user1@example.com", "USER1@EXAMPLE.COM"] {
        let found = find(&org(), spelling).await;
        assert_eq!(found, [UserRow { password_hash: Some(HASH.to_owned()), ..user(1, Role::Admin, 1) }]);
    }
    assert_eq!(find(&org(), "user2@example.com").await[0].status, UserStatus::Disabled);
    assert_eq!(find(&org(), "nobody@example.com").await, []);
    assert_eq!(find(&"elsewhere".parse().unwrap(), "user1@example.com").await, []);
}

#[tokio::test]
async fn a_user_is_found_by_id_without_the_hash() {
    let scratch = Scratch::new().await;
    let session = scratch.session();
    add(&session, &[user(1, Role::Technician, 1)]).await;
    let replies = session
        .read(&[users::by_id(&org(), UserId(Uuid::from_u128(1))), users::by_id(&org(), UserId(Uuid::from_u128(2)))])
        .await
        .unwrap();
    assert_eq!(replies[0].records::<UserRow>().unwrap(), [user(1, Role::Technician, 1)]);
    assert_eq!(replies[1].records::<UserRow>().unwrap(), []);
}

#[tokio::test]
async fn an_address_is_taken_once_in_any_spelling() {
    let scratch = Scratch::new().await;
    let session = scratch.session();
    add(&session, &[user(1, Role::Requester, 1)]).await;
    let again = UserRow { email: Some("USER1@example.com".to_owned()), ..user(2, Role::Requester, 2) };
    let error = session.write(&[insert(&again, HASH)]).await.unwrap_err();
    assert_eq!((error.class(), error.constraint()), (Class::Refused, Some(EMAIL_CONSTRAINT)));
}

#[tokio::test]
async fn pages_of_users_have_no_gap_and_no_duplicate() {
    let scratch = Scratch::new().await;
    let session = scratch.session();
    // Three at each moment, so that pages end between users of one age.
    let mut everybody: Vec<UserRow> = (0..60)
        .map(|n| user(n, if n % 2 == 0 { Role::Technician } else { Role::Manager }, 1_000 + n as i64 / 3))
        .collect();
    everybody[10].status = UserStatus::Disabled;
    add(&session, &everybody).await;
    for (role, expected) in [(None, 59), (Some(Role::Technician), 29), (Some(Role::Admin), 0)] {
        for limit in [1, 2, 7, 50, 200] {
            let mut seen: Vec<UserRow> = Vec::new();
            loop {
                let after = seen.last().map(|last| Position::at(last.created_at, last.id));
                let page = users::active(&org(), role, after.as_ref(), Limit::try_from(limit).unwrap());
                let replies = session.read(&[page]).await.unwrap();
                let page = replies[0].records::<UserRow>().unwrap();
                let has_more = page.len() > limit as usize;
                seen.extend(page.into_iter().take(limit as usize));
                if !has_more {
                    break;
                }
            }
            let wanted: Vec<_> = everybody
                .iter()
                .filter(|user| user.status == UserStatus::Active && role.is_none_or(|role| user.role == role))
                .collect();
            assert_eq!(wanted.len(), expected);
            assert!(seen.iter().eq(wanted), "limit {limit}");
        }
    }
}

#[tokio::test]
async fn people_are_found_in_any_spelling_of_their_names() {
    let scratch = Scratch::new().await;
    let session = scratch.session();
    // A thousand others between them, so that a search reads more than once; and a name that no Worker wrote.
    let named = |n: u128, name: &str| UserRow { name: name.to_owned(), ..user(n, Role::Requester, n as i64) };
    add(&session, &[named(1, "Caf\u{e9} Roma"), named(2, "Stra\u{df}e"), named(3, "\u{ff2d}\u{ff41}\u{ff59}\u{ff41}")])
        .await;
    scratch
        .driver
        .batch_execute(
            "INSERT INTO users (id, org_id, email, name, role, password_hash, created_at)
             SELECT lpad(n::text, 32, '0')::uuid, 'default', 'other' || n || '@example.com', 'Other ' || n, 'requester', 'x',
                    'epoch'::timestamptz + n * interval '1 millisecond'
             FROM generate_series(1000, 2100) AS n;
             UPDATE users SET name = 'Cafe' || chr(769) || ' Luna', status = 'disabled' WHERE email = 'other2100@example.com';",
        )
        .await
        .unwrap();
    let read = async |after: Option<&Position>, count| {
        let replies = session.read(&[users::all(&org(), after, count)]).await?;
        Ok::<_, DbError>(replies[0].records::<UserRow>().unwrap())
    };
    let page = async |q: &str, after: Option<Position>, limit: u32| {
        let q = SearchText::parse(q).unwrap();
        let limit = Limit::try_from(limit).unwrap();
        let (found, next) = directory::page(Some(&q), after, limit, read).await.unwrap();
        (found.into_iter().map(|user| user.name).collect::<Vec<_>>(), next)
    };
    for (q, names) in [
        ("cafe", vec!["Caf\u{e9} Roma", "Cafe\u{301} Luna"]),
        ("CAFE\u{301}", vec!["Caf\u{e9} Roma", "Cafe\u{301} Luna"]),
        ("strasse", vec!["Stra\u{df}e"]),
        ("maya", vec!["\u{ff2d}\u{ff41}\u{ff59}\u{ff41}"]),
        ("user2@example.com", vec!["Stra\u{df}e"]),
        ("nobody", vec![]),
    ] {
        assert_eq!(page(q, None, 25).await, (names.into_iter().map(str::to_owned).collect(), None), "{q}");
    }
    let (first, next) = page("cafe", None, 1).await;
    assert_eq!((first.as_slice(), next.is_some()), (&["Caf\u{e9} Roma".to_owned()][..], true));
    assert_eq!(page("cafe", next, 1).await, (vec!["Cafe\u{301} Luna".to_owned()], None));
}

#[tokio::test]
async fn the_staff_are_whoever_is_active_and_no_requester() {
    let scratch = Scratch::new().await;
    let session = scratch.session();
    let disabled = UserRow { status: UserStatus::Disabled, ..user(5, Role::Admin, 5) };
    let roles = [Role::Requester, Role::Technician, Role::Manager, Role::Admin];
    let mut everybody: Vec<UserRow> = (1..).zip(roles).map(|(n, role)| user(n, role, n as i64)).collect();
    everybody.push(disabled);
    add(&session, &everybody).await;
    let replies = session.read(&[users::staff(&org()), users::staff(&"elsewhere".parse().unwrap())]).await.unwrap();
    let mut names: Vec<_> = replies[0].records::<Person>().unwrap().into_iter().map(|person| person.name).collect();
    names.sort();
    assert_eq!(names, ["User 2", "User 3", "User 4"]);
    assert_eq!(replies[1].records::<Person>().unwrap(), []);
}

#[tokio::test]
async fn versions_are_told_for_the_requests_that_are_known() {
    let scratch = Scratch::new().await;
    let session = scratch.session();
    scratch
        .driver
        .batch_execute(
            r#"INSERT INTO requests (id, org_id, epoch, version, body)
               SELECT lpad(n::text, 32, '0')::uuid, CASE WHEN n = 3 THEN 'other' ELSE 'default' END, 1, n * 10,
                      '{"title": "t", "description": "d", "category": "c", "priority": "low", "status": "submitted",
                        "requester": {"id": "00000000-0000-0000-0000-000000000001", "name": "Ann"},
                        "created_at": 0, "updated_at": 0}'
               FROM generate_series(1, 3) AS n"#,
        )
        .await
        .unwrap();
    let ids: Vec<RequestId> = (1..=4).map(|n| RequestId(Uuid::from_u128(n))).collect();
    let replies =
        session.read(&[versions::of_requests(&org(), &ids), versions::of_requests(&org(), &[])]).await.unwrap();
    let known: Vec<_> =
        replies[0].records::<SyncedVersion>().unwrap().into_iter().map(|known| (known.id, known.version)).collect();
    assert_eq!(known, [(ids[0], 10), (ids[1], 20)]);
    assert_eq!(replies[1].records::<SyncedVersion>().unwrap(), []);
}

#[tokio::test]
async fn requests_that_have_files_are_told_page_by_page() {
    let scratch = Scratch::new().await;
    let session = scratch.session();
    scratch
        .driver
        .batch_execute(
            r#"INSERT INTO requests (id, org_id, epoch, version, body)
               SELECT lpad(n::text, 32, '0')::uuid, CASE WHEN n = 3 THEN 'other' ELSE 'default' END, 1, n * 10,
                      '{"title": "t", "description": "d", "category": "c", "priority": "low", "status": "submitted",
                        "requester": {"id": "00000000-0000-0000-0000-000000000001", "name": "Ann"},
                        "created_at": 0, "updated_at": 0}'::jsonb
                      || CASE WHEN n = 1 THEN '{}'::jsonb ELSE jsonb_build_object('attachments', jsonb_build_array(jsonb_build_object(
                             'id', lpad(n::text, 32, '0')::uuid, 'filename', 'a.txt', 'content_type', 'text/plain', 'size', n,
                             'sha256', 'ab', 'by', '{"id": "00000000-0000-0000-0000-000000000001", "name": "Ann"}'::jsonb,
                             'created_at', '2026-11-30T05:22:00.298Z'))) END
               FROM generate_series(1, 5) AS n"#,
        )
        .await
        .unwrap();
    let id = |n| RequestId(Uuid::from_u128(n));
    let pages = [files::with_files(&org(), None, 2), files::with_files(&org(), Some(id(4)), 2)];
    let replies = session.read(&pages).await.unwrap();
    let told = |at: usize| {
        let rows = replies[at].records::<RequestFiles>().unwrap().into_iter();
        rows.map(|row| (row.id, row.version, row.count, row.files)).collect::<Vec<_>>()
    };
    let row = |n: u8| (id(n.into()), i64::from(n) * 10, 1, format!("{} {n}", id(n.into())));
    assert_eq!(told(0), [row(2), row(4)]);
    assert_eq!(told(1), [row(5)]);
}

#[tokio::test]
async fn a_portrait_is_of_an_active_user_and_of_ones_own_organisation() {
    let scratch = Scratch::new().await;
    let session = scratch.session();
    let disabled = UserRow { status: UserStatus::Disabled, ..user(2, Role::Manager, 2) };
    add(&session, &[user(1, Role::Admin, 1), disabled]).await;
    let avatar = AvatarId::of(FileKind::Jpeg, &[7; 32]).unwrap();
    let set =
        |n, avatar: Option<&AvatarId>| avatars::set(&org(), UserId(Uuid::from_u128(n)), avatar, Timestamp::from_ms(9));
    session.write(&[set(1, Some(&avatar)), set(2, Some(&avatar)), set(3, Some(&avatar))]).await.unwrap();
    let all = || async {
        session.read(&[avatars::all(&org())]).await.unwrap()[0].record::<Vec<Portrayed>>().unwrap().unwrap()
    };
    assert_eq!(all().await, [Portrayed { id: UserId(Uuid::from_u128(1)), avatar: avatar.clone() }]);
    session.write(&[set(1, None)]).await.unwrap();
    assert_eq!(all().await, []);
}
