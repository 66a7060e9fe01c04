//! People, for administrators: who is here, who is invited, what each may do.
//!
//! A change is PostgreSQL's first. Then every session of theirs is ended, so that no call after the answer is made in the old role.

use base::ids::UserId;
use base::refusal::Refusal;
use base::text::parse_value;
use base::time::{Timestamp, rfc3339};
use durable::page::Page;
use durable::text::Text;
use durable::{ask, clock};
use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::db::statements::invitations::{Invite, InviteAgain, NewLink};
use crate::db::statements::people::{ChangeUser, PagePeople, PersonRow};
use crate::db::statements::users::FindUser;
use crate::domain::identity::IdentityShown;
use crate::domain::log::NewEntry;
use crate::domain::request::{Reason, policy};
use crate::domain::text::SearchText;
use crate::domain::user::LinkToken;
use crate::domain::user::{
    AccountNews, Actor, Email, Handover, INVITATION_LASTS_MS, PendingShown, PersonName, Role, UserRow, UserStatus,
    Username,
};
use crate::jobs::accounts::{self, Settled};
use crate::objects::cache::api::{CacheKey, Forget};
use crate::objects::database::api::query;
use crate::objects::log_stream::api::tell_audit;
use crate::router::context::Exchange;
use crate::router::http::body::parse_json;
use crate::router::http::paging::{self, Wanted};
use crate::router::http::reply::Reply;
use crate::router::{gate, invitation_mail, organisation, setup, users};

/// Somebody, as administrators see them.
#[derive(Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Account {
    /// The id.
    pub id: UserId,
    /// The name; of whoever is invited, the first part of the address.
    pub name: String,
    /// The address, of whoever has one.
    #[cfg_attr(feature = "openapi", schema(required = true))]
    pub email: Option<String>,
    /// What whoever has no address signs in with.
    #[cfg_attr(feature = "openapi", schema(required = true))]
    pub username: Option<String>,
    /// The role.
    pub role: Role,
    /// Whether they may sign in.
    pub status: UserStatus,
    /// When the account was made.
    #[serde(with = "rfc3339")]
    #[cfg_attr(feature = "openapi", schema(value_type = String, format = DateTime))]
    pub created_at: Timestamp,
    /// The invitation that they have not accepted.
    #[cfg_attr(feature = "openapi", schema(required = true))]
    pub invitation: Option<PendingShown>,
    /// The identity at the organisation's provider that lets them in, of whoever has one; told in lists.
    #[cfg_attr(feature = "openapi", schema(required = true))]
    pub identity: Option<IdentityShown>,
    /// Whether they have a second factor.
    pub has_second_factor: bool,
}

impl Account {
    fn of(user: UserRow, invitation: Option<PendingShown>) -> Self {
        let UserRow { id, name, email, username, role, status, created_at, factors, .. } = user;
        let has_second_factor = !factors.is_empty();
        Account { id, name, email, username, role, status, created_at, invitation, has_second_factor, identity: None }
    }
}

impl From<PersonRow> for Account {
    fn from(PersonRow { user, invitation, identity }: PersonRow) -> Self {
        let identity = identity.map(IdentityShown::from);
        Account { identity, ..Account::of(user, invitation.map(PendingShown::from)) }
    }
}

/// Whom to invite.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct InviteBody {
    /// Their address.
    #[serde(default)]
    pub email: Option<String>,
    /// What they sign in with, where they have no address: 3 to 32 of a-z, 0-9, dot, `_` and `-`, a letter first.
    #[serde(default)]
    pub username: Option<String>,
    /// What they are called, until they say so themselves; without it, the first part of the address, or the user name.
    #[serde(default)]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<PersonName>, inline))]
    pub name: Option<String>,
    /// What they will be.
    #[cfg_attr(feature = "openapi", schema(value_type = Role))]
    pub role: String,
    /// What the mail with the link is written in, where mail is on, and what they are written to in later; else the organisation's.
    #[serde(default)]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<crate::domain::organisation::Language>))]
    pub language: Option<String>,
}

/// What changes about somebody.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ChangeBody {
    /// Another role.
    #[serde(default)]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<Role>))]
    pub role: Option<String>,
    /// `active` or `disabled`. Whoever has never accepted an invitation becomes `invited` instead of active.
    #[serde(default)]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<UserStatus>))]
    pub status: Option<String>,
    /// Whose their open work becomes, where they do none any more; without it, whoever has open work keeps role and state.
    #[serde(default)]
    pub work: Option<WorkBody>,
}

/// Whose somebody's open work becomes.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct WorkBody {
    /// Who gets all of it; without it, it is nobody's, and approved again.
    #[serde(default)]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<UserId>))]
    pub assignee_id: Option<String>,
    /// Why, as the timelines tell it; needed where it is nobody's.
    #[serde(default)]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<Reason>, inline))]
    pub reason: Option<String>,
}

/// Somebody who was invited, and the secret that lets them in, which is told once.
#[derive(Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Invited {
    /// The account.
    pub user: Account,
    /// The token of the link: `/invitation#<token>` in the app.
    pub token: String,
}

/// Somebody after a change.
#[derive(Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Changed {
    /// The account.
    pub user: Account,
    /// How many of their sessions were ended by it.
    pub ended_sessions: u32,
    /// How many requests of theirs are somebody else's now, or nobody's. What is many goes on behind the answer.
    pub moved_work: u32,
}

/// `GET /api/system/users?q=&role=&status=&limit=&cursor=`.
///
/// # Errors
/// `Invalid`, `InvalidCursor`; `Unavailable` while PostgreSQL is away.
pub async fn list(exchange: &Exchange<'_>) -> Result<Reply, Refusal> {
    let parameters = exchange.incoming.query(&["q", "role", "status", "limit", "cursor"])?;
    let q = parameters.get("q").map(SearchText::parse).transpose()?;
    let role: Option<Role> = parameters.get("role").map(|text| parse_value("role", text)).transpose()?;
    let status: Option<UserStatus> = parameters.get("status").map(|text| parse_value("status", text)).transpose()?;
    let scope = format!("people {role:?} {status:?} {}", q.as_ref().map_or("", SearchText::as_str));
    let wanted = Wanted::read(exchange, &scope, &parameters)?;
    let page = PagePeople { q, role, status, after: wanted.from, limit: wanted.limit };
    let page = query(exchange.env, page, &exchange.cx).await?;
    let items: Vec<Account> = page.items.into_iter().map(Account::from).collect();
    let items = serde_json::to_string(&items).map_err(|_| Refusal::Internal)?;
    Ok(paging::reply(exchange, &scope, Page { items: Text::Written(items), next: page.next, total: None }))
}

/// `POST /api/users`.
///
/// # Errors
/// `Invalid`; `Conflict` with `already_exists` for an address that has an account; `Unavailable` while PostgreSQL is away.
pub async fn invite(exchange: &Exchange<'_>) -> Result<Reply, Refusal> {
    let body: InviteBody = parse_json(exchange.incoming.body().await?)?;
    let (email, username) = match (&body.email, &body.username) {
        (_, None) => (Some(Email::parse(body.email.as_deref().unwrap_or_default())?), None),
        (None, Some(username)) => (None, Some(Username::parse(username)?)),
        (Some(_), Some(_)) => {
            return Err(Refusal::invalid("username", "not_both", "Somebody with an address signs in with that."));
        }
    };
    let login = email.as_ref().map(Email::as_str).or(username.as_ref().map(Username::as_str)).unwrap_or_default();
    let called = body.name.as_deref().or(login.split('@').next()).unwrap_or_default();
    let role: Role = parse_value("role", &body.role)?;
    if matches!(role, Role::Manager | Role::Admin) {
        // As for giving somebody the role.
        gate::check_fresh(exchange.session()?, exchange.config)?;
    }
    let language = match &body.language {
        Some(text) => Some(organisation::offered_language(exchange, text).await?),
        None => None,
    };
    let id = setup::new_user_id()?;
    let (token, link) = new_link(INVITATION_LASTS_MS)?;
    let name = PersonName::parse(called)?;
    let entry = audit(exchange, "invited", id)?.with("role", role.as_str());
    let message = Invite { id, email, username, name, role, language, link: link.clone(), entry: entry.clone() };
    let made = query(exchange.env, message, &exchange.cx).await?;
    let known = || Refusal::conflict("already_exists", "There is an account with this address or user name.");
    invited(exchange, made.ok_or_else(known)?, link, &token, entry).await
}

/// `POST /api/users/:id/invitation`: a new link; the old ones let nobody in any more.
///
/// # Errors
/// `NotFound` where nobody is invited under this id; `Unavailable` while PostgreSQL is away.
pub async fn invite_again(exchange: &Exchange<'_>, id: UserId) -> Result<Reply, Refusal> {
    let (token, link) = new_link(INVITATION_LASTS_MS)?;
    let entry = audit(exchange, "invited_again", id)?;
    let message = InviteAgain { id, link: link.clone(), entry: entry.clone() };
    let made = query(exchange.env, message, &exchange.cx).await?;
    invited(exchange, made.ok_or(Refusal::NotFound)?, link, &token, entry).await
}

/// `PATCH /api/users/:id`.
///
/// # Errors
/// `Invalid`; `NotFound`; `Conflict` with `last_admin`, or with `open_work` where they would leave work behind and the body does not say
/// whose it becomes; `Unavailable` while PostgreSQL is away, or when a session of theirs could not
/// be told: told again, the change does what is still missing.
pub async fn change(exchange: &Exchange<'_>, id: UserId) -> Result<Reply, Refusal> {
    let body: ChangeBody = parse_json(exchange.incoming.body().await?)?;
    let role: Option<Role> = body.role.as_deref().map(|text| parse_value("role", text)).transpose()?;
    let status: Option<UserStatus> = body.status.as_deref().map(|text| parse_value("status", text)).transpose()?;
    if status == Some(UserStatus::Invited) {
        return Err(Refusal::invalid("status", "unknown_value", "An account is made active or disabled."));
    }
    let leaves = status == Some(UserStatus::Disabled) || role.is_some_and(|role| !policy::does_maintenance(role));
    let work = match &body.work {
        Some(_) if !leaves => return Err(Refusal::invalid("work", "unexpected", "They go on with their work.")),
        Some(work) => Some(handover(exchange, id, work).await?),
        None if leaves && accounts::has_open_work(exchange.env, id, &exchange.cx).await? => {
            return Err(Refusal::conflict("open_work", "They have open work. Say whose it becomes: work."));
        }
        None => None,
    };
    let entry = audit(exchange, "changed", id)?
        .with("role", json!(role))
        .with("status", json!(status))
        .with("work_to", json!(work.as_ref().map(|work| &work.to)));
    // Of the same role as before nobody is told.
    let actor = Actor::from(exchange.caller()?);
    let news = role.map(|role| AccountNews { role: Some(role), ..AccountNews::of("role_changed", actor) });
    let message = ChangeUser { id, role, status, work, entry: entry.clone(), news };
    let user = query(exchange.env, message, &exchange.cx).await?;
    let _carried_later = tell_audit(exchange.env, vec![entry], &exchange.cx).await;
    forget_lists(exchange).await;
    let Settled { ended_sessions, moved_work } = accounts::settle(exchange.env, id, &exchange.cx).await?;
    Reply::json(200, &Changed { user: Account::of(user, None), ended_sessions, moved_work })
}

/// Whoever gets it is asked of PostgreSQL itself: work must not go from one who was disabled to another.
async fn handover(exchange: &Exchange<'_>, from: UserId, work: &WorkBody) -> Result<Handover, Refusal> {
    let by = exchange.caller()?.clone();
    let Some(text) = work.assignee_id.as_deref() else {
        let reason = Reason::required(work.reason.as_deref())?;
        return Ok(Handover { to: None, reason: Some(reason.as_str().to_owned()), by });
    };
    let id: UserId = parse_value("assignee_id", text)?;
    let found = query(exchange.env, FindUser { id }, &exchange.cx).await?;
    let to = users::checked_assignable(found.filter(|_| id != from))?;
    Ok(Handover { to: Some(to), reason: None, by })
}

async fn invited(
    exchange: &Exchange<'_>,
    user: UserRow,
    link: NewLink,
    token: &LinkToken,
    entry: NewEntry,
) -> Result<Reply, Refusal> {
    let _carried_later = tell_audit(exchange.env, vec![entry], &exchange.cx).await;
    let mailed = invitation_mail::send(exchange, &user, &link, token).await;
    let invitation = PendingShown { expires_at: link.expires_at, asked_at: None, mailed };
    Reply::json(201, &Invited { user: Account::of(user, Some(invitation)), token: token.text() })
}

/// A new link that ends in so many milliseconds.
///
/// # Errors
/// `Internal` when the platform has no random bytes.
pub fn new_link(lasts_ms: i64) -> Result<(LinkToken, NewLink), Refusal> {
    let random: [u8; 32] = clock::random()?;
    let token = LinkToken::of(random);
    let link = NewLink { hash: token.hash(), expires_at: clock::now().plus_ms(lasts_ms) };
    Ok((token, link))
}

/// What the audit is told of what the caller did to an account.
///
/// # Errors
/// `Unauthenticated` without a caller.
pub fn audit(exchange: &Exchange<'_>, action: &str, user: UserId) -> Result<NewEntry, Refusal> {
    let actor = Actor::from(exchange.caller()?);
    Ok(NewEntry::audit(exchange.access.trace(), clock::now(), actor, action, ("user", &user.to_string())))
}

/// Lists of people for pickers. One that could not be forgotten is fresh for a minute at most.
pub async fn forget_lists(exchange: &Exchange<'_>) {
    let cache = CacheKey { org: exchange.org().clone(), namespace: "users".into() };
    let _stale = ask(exchange.env, &cache, Forget { tag: Some("users".into()) }, &exchange.cx).await;
}

/// What each route takes and answers.
#[cfg(feature = "openapi")]
pub(super) mod describe {
    use super::{Account, ChangeBody, Changed, InviteBody, Invited};
    use crate::domain::user::{Role, UserStatus};
    use crate::openapi::operation::Operation;
    use crate::openapi::schemas::{Schemas, text};

    pub fn list(schemas: &mut Schemas) -> Operation {
        Operation::new("people", "people", "Everybody, the invited and the disabled among them, oldest account first.")
            .query(
                "q",
                text(100),
                "The name or the address contains this; case, marks, width and spaces do not matter.",
            )
            .query("role", schemas.of::<Role>(), "Only people with this role.")
            .query("status", schemas.of::<UserStatus>(), "Only people in this state.")
            .paged()
            .replies(200, "One page.", schemas.page::<Account>("AccountPage"))
            .with_header("Link", "`rel=\"next\"`, when more follow.")
            .refuses(&[503])
    }

    pub fn invite(schemas: &mut Schemas) -> Operation {
        Operation::new("invite", "people", "Invite somebody.")
            .detail(
                "The token is told once: it is the link, copied or shown as a QR code. It lets in one person, for a week. Where mail \
                 is on, the link is sent too; `user.invitation.mailed` says what became of it, and the invitation holds in any case.",
            )
            .body(schemas.of::<InviteBody>())
            .replies(201, "The account and its token.", schemas.of::<Invited>())
            .refuses(&[409, 503])
    }

    pub fn invite_again(schemas: &mut Schemas) -> Operation {
        Operation::new(
            "inviteAgain",
            "people",
            "Make another link for somebody who has not accepted; the old ones end.",
        )
        .replies(201, "The account and its token.", schemas.of::<Invited>())
        .refuses(&[503])
    }

    pub fn change(schemas: &mut Schemas) -> Operation {
        Operation::new("changeUser", "people", "Give somebody another role, disable them, or let them in again.")
            .detail(
                "Their sessions end with it. 409 `last_admin` where nobody would be left who administers; 409 `open_work` where they would \
                 leave work behind and `work` does not say whose it becomes.",
            )
            .body(schemas.of::<ChangeBody>())
            .replies(200, "The account after it.", schemas.of::<Changed>())
            .refuses(&[409, 503])
    }
}
