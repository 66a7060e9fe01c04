//! Whether mail is set up, and whether it works.

use base::refusal::Refusal;
use base::text::parse_value;
use base::words;
use durable::{ask, clock};
use mail::platform::Limits;
use mail::{Address, MailId, Mailbox};
use serde::{Deserialize, Serialize};

use crate::db::statements::people::WriteTo;
use crate::domain::log::{Level, NewEntry, StreamName};
use crate::domain::mailed::{MailOutcome, Mailed};
use crate::domain::organisation::Language;
use crate::domain::user::Actor;
use crate::mail::letters::Trial;
use crate::mail::{Mailer, Outgoing, Setting, dns};
use crate::objects::account::api::{AccountKey, Attempt};
use crate::objects::database::api::query;
use crate::objects::log_stream::api::tell_audit;
use crate::router::context::Exchange;
use crate::router::http::body::parse_json;
use crate::router::http::reply::Reply;
use crate::router::in_force;

words! {
    /// Whether mails are sent.
    pub enum MailStatus: "status of mail" {
        /// Nobody has set it up.
        Off = "off",
        /// How it is set up makes no sense.
        Unusable = "unusable",
        /// They are.
        On = "on",
    }
}

/// How mail is set up. Never with the password.
#[derive(Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct MailSetup {
    /// Whether mails are sent.
    pub status: MailStatus,
    /// What is wrong with how it is set up.
    #[cfg_attr(feature = "openapi", schema(required = true))]
    pub problem: Option<String>,
    /// The way to the provider: `smtp`, `http`, `binding` or `log`.
    #[cfg_attr(feature = "openapi", schema(required = true))]
    pub transport: Option<&'static str>,
    /// The provider's host, with its port where it is SMTP.
    #[cfg_attr(feature = "openapi", schema(required = true))]
    pub host: Option<String>,
    /// The address that mails come from.
    #[cfg_attr(feature = "openapi", schema(required = true))]
    pub sender: Option<String>,
    /// The name that they come from; empty for none.
    #[cfg_attr(feature = "openapi", schema(required = true))]
    pub sender_name: Option<String>,
}

/// A test.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct TestBody {
    /// What it is written in; one's own language by default.
    #[serde(default)]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<Language>))]
    pub language: Option<String>,
}

/// `GET /api/system/mail`.
///
/// # Errors
/// `Internal` when it cannot be written as JSON.
pub async fn read(exchange: &Exchange<'_>) -> Result<Reply, Refusal> {
    let none =
        |status, problem| MailSetup { status, problem, transport: None, host: None, sender: None, sender_name: None };
    let setup = match Setting::of(exchange.env) {
        Setting::Off => none(MailStatus::Off, None),
        Setting::Unusable(problem) => none(MailStatus::Unusable, Some(problem)),
        Setting::On(mailer) => {
            let Mailbox { name, address } = sender(&mailer);
            MailSetup {
                status: MailStatus::On,
                problem: None,
                transport: Some(mailer.transport.kind()),
                host: mailer.transport.host(),
                sender: Some(address.as_str().to_owned()),
                sender_name: Some(name),
            }
        }
    };
    Reply::json(200, &setup)
}

/// Who sends: the setting's, or else the deployment's.
fn sender(mailer: &Mailer) -> Mailbox {
    Mailbox::parse(&in_force::known().mail_from).unwrap_or_else(|| mailer.from.clone())
}

/// What the sender's domain says in the DNS.
#[derive(Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct MailRecords {
    /// The domain of the sender.
    pub domain: String,
    /// Its SPF record: who may send for it.
    #[cfg_attr(feature = "openapi", schema(required = true))]
    pub spf: Option<String>,
    /// Its DMARC record: what becomes of mails that are not its own.
    #[cfg_attr(feature = "openapi", schema(required = true))]
    pub dmarc: Option<String>,
}

/// `GET /api/system/mail/records`.
///
/// # Errors
/// `Conflict` with `mail_off` or `mail_unusable`; `Unavailable` while the resolver does not answer.
pub async fn records(exchange: &Exchange<'_>) -> Result<Reply, Refusal> {
    let domain = sender(&mailer(exchange)?).address.domain().to_owned();
    let found = dns::records(exchange.env, &domain).await;
    let dns::Records { spf, dmarc } = found.ok_or_else(|| Refusal::unavailable("the DNS", 60))?;
    Reply::json(200, &MailRecords { domain, spf, dmarc })
}

fn mailer(exchange: &Exchange<'_>) -> Result<Mailer, Refusal> {
    match Setting::of(exchange.env) {
        Setting::On(mailer) => Ok(mailer),
        Setting::Off => Err(Refusal::conflict("mail_off", "Mail is not set up.")),
        Setting::Unusable(problem) => Err(Refusal::conflict("mail_unusable", problem)),
    }
}

/// `POST /api/system/mail/test`: sends a mail to the caller and says what became of it. As many tries as at a password: five at
/// once, and then ever fewer.
///
/// # Errors
/// `Conflict` with `mail_off` or `mail_unusable`; `Invalid`; `TooManyAttempts`; `Unavailable` while PostgreSQL or the audit is away.
pub async fn test(exchange: &Exchange<'_>) -> Result<Reply, Refusal> {
    let body: TestBody = parse_json(exchange.incoming.body().await?)?;
    let language: Option<Language> = body.language.as_deref().map(|text| parse_value("language", text)).transpose()?;
    let mailer = mailer(exchange)?;
    let (env, cx, caller) = (exchange.env, &exchange.cx, exchange.caller()?);
    let account = AccountKey::User { org: exchange.org().clone(), user: caller.user.id };
    ask(env, &account, Attempt {}, cx).await?;
    let reader = query(env, WriteTo { id: caller.user.id }, cx).await?.ok_or(Refusal::Unauthenticated)?;
    let now = clock::now();
    let (trace, actor) = (exchange.access.trace(), Actor::from(caller));
    let entry = NewEntry::audit(trace, now, actor, "tested", ("mail", mailer.transport.kind()));
    tell_audit(env, vec![entry], cx).await?;

    let url = format!("{}/", exchange.app_origin());
    let letter = Trial { organisation: &reader.organisation, by: &reader.name, url: &url };
    let address = reader.email.as_deref().and_then(Address::parse);
    let address =
        address.ok_or(Refusal::conflict("no_address", "You have no address that a mail could be sent to."))?;
    let outgoing = Outgoing {
        id: MailId::parse(&format!("test-{}", trace.as_str())).ok_or(Refusal::Internal)?,
        from: reader.sender(),
        to: Mailbox { name: reader.name.clone(), address },
        letter: letter.letter(language.unwrap_or(reader.language)),
        at: now,
        thread: None,
        unsubscribe: None,
    };
    let mailed = Mailed::new(mailer.send(env, "", &Limits::WAITED_FOR, outgoing).await, clock::now());
    note(exchange, "test mail", &mailed);
    Reply::json(200, &mailed)
}

/// Tells the log what became of a mail: neither to whom nor what, nor the provider's words, which may name an address.
pub fn note(exchange: &Exchange<'_>, what: &str, mailed: &Mailed) {
    let level = if mailed.outcome == MailOutcome::Taken { Level::Info } else { Level::Warn };
    let fields = [
        ("outcome", mailed.outcome.as_str().into()),
        ("step", mailed.step.map(|step| step.as_str()).into()),
        ("code", mailed.code.into()),
    ];
    exchange.access.note(StreamName::Mail, level, &format!("{what}: {}", mailed.outcome), &fields);
}

/// What each route takes and answers.
#[cfg(feature = "openapi")]
pub(crate) mod describe {
    use super::{MailRecords, MailSetup, Mailed, TestBody};
    use crate::openapi::operation::Operation;
    use crate::openapi::schemas::Schemas;

    pub fn read(schemas: &mut Schemas) -> Operation {
        Operation::new("mailSetup", "system", "How mail is set up.").replies(
            200,
            "The provider and the sender, without the password.",
            schemas.of::<MailSetup>(),
        )
    }

    pub fn records(schemas: &mut Schemas) -> Operation {
        Operation::new("mailRecords", "system", "What the sender's domain says in the DNS of who may send for it.")
            .detail("DKIM is not among it: its name is known to the provider alone.")
            .replies(200, "The records, as far as there are any.", schemas.of::<MailRecords>())
            .refuses(&[409, 503])
    }

    pub fn test(schemas: &mut Schemas) -> Operation {
        Operation::new("testMail", "system", "Send a mail to yourself, and see what becomes of it.")
            .detail("409 `mail_off` or `mail_unusable` where none can be sent.")
            .body(schemas.of::<TestBody>())
            .replies(200, "What became of it, also where it failed.", schemas.of::<Mailed>())
            .refuses(&[409, 429, 503])
    }
}
