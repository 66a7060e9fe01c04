//! The bytes between actors: one example of each message and of its reply, in `tests/golden/wire/`. A changed file in a
//! diff is a changed contract. `BLESS=1 cargo test --test wire` rewrites them.
//!
//! Versions mix during a rollout, so a reader must bear what it does not know, and do without what was added: fields are
//! added with defaults, and never renamed.

use std::path::PathBuf;
use std::{env, fs};

use cepatedge::db::queries;
use cepatedge::db::query::{Postgres, Query};
use cepatedge::db::statements::{
    accounts, audit, avatars, deliveries, downtime, exports, factors, files, identities, invitations, keys, labels,
    mail_pauses, news, organisation, own_data, people, places, resets, settings, things, users, versions,
};
use cepatedge::domain::asset::{AssetId, AssetLabel, AssetStatus};
use cepatedge::domain::delivery::{Delivery, Packed};
use cepatedge::domain::factor::{Factors, Method, NewPasskey, Passkey, Removed, Totp, Used};
use cepatedge::domain::file::{FileKind, FileName};
use cepatedge::domain::identity::IdentityLink;
use cepatedge::domain::identity::entry::Known;
use cepatedge::domain::key::{HeldKey, KeyName, KeyRow, Scope};
use cepatedge::domain::label::LabelCode;
use cepatedge::domain::log::{LogFilter, NewEntry, StreamName};
use cepatedge::domain::mailed::Mailed;
use cepatedge::domain::notify::times::{Quiet, Rhythm, TimeOfDay, Times};
use cepatedge::domain::notify::{
    About, Channel, Choice, Chosen, Colleague, Delivered, DeliveryId, DeliveryState, Notice, NoticeId, NoticeKind,
    Reason, SecurityChange,
};
use cepatedge::domain::organisation::{Language, OrganisationName, TimeZone, Weekday};
use cepatedge::domain::patch::Patch;
use cepatedge::domain::place::{PlaceId, PlaceInPath, PlaceLabel};
use cepatedge::domain::request::export::Rest;
use cepatedge::domain::request::{
    Action, ActionInput, Attachment, Category, Command, CommentBody, Declared, Description, Held, HeldAs, Mark, Moment,
    NewRequest, Priority, RulesInForce, Searched, Step, Title, Visibility,
};
use cepatedge::domain::session::SessionLimits;
use cepatedge::domain::settings::{SettingChange, SettingKey, SettingValue, Stored};
use cepatedge::domain::text::SearchText;
use cepatedge::domain::user::{
    AccountNews, AccountOwed, AvatarId, Draft, Email, Handover, Invitation, NewsOwed, Pending, PersonName, Phone,
    Portrayed, Preferences, Reset, StartPage, User, UserRow, UserStatus, Username, Via,
};
use cepatedge::domain::{
    Actor, Caller, Limit, OrgId, Person, Position, Refusal, RequestId, Role, SessionName, Timestamp, UserId,
};
use cepatedge::objects::account::api as account;
use cepatedge::objects::cache::api as cache;
use cepatedge::objects::context::{CallContext, Idempotency};
use cepatedge::objects::database::api as database;
use cepatedge::objects::inbox::api as inbox;
use cepatedge::objects::log_stream::api as log_stream;
use cepatedge::objects::request::api as request;
use cepatedge::objects::request_index::api as request_index;
use cepatedge::objects::session::api as session;
use cepatedge::objects::sign_in::api as sign_in;
use durable::outbox::Debt;
use durable::page::Page;
use durable::text::Text;
use durable::{Contract, Envelope, Key, Message, OnTheWire, Upgrade, Wire};
use futures::FutureExt as _;
use mail::{Failure, Outcome};
use pg::row::{DecodeError, Rows};
use pg::statement::Statement;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::value::RawValue;
use serde_json::{Value, from_str, json, to_value};

const REQUEST: &str = "7d7c9c3a-53ea-5b0e-9d9a-64a8f1f0a001";
const SESSION: &str = "66687aadf862bd776c8fc18b8e9f8e20089714856ee233b3902a591d0d5f2925";

/// Texts of the domain's own golden files: the formats inside of the messages are pinned there.
macro_rules! domain {
    ($name:literal) => {
        include_str!(concat!("../src/domain/golden/", $name, ".json"))
    };
}

fn org() -> OrgId {
    "default".parse().unwrap()
}

fn id() -> RequestId {
    REQUEST.parse().unwrap()
}

fn user() -> UserId {
    "00000000-0000-0000-0000-000000000004".parse().unwrap()
}

fn place() -> PlaceId {
    "00000000-0000-0000-0000-0000000000a1".parse().unwrap()
}

fn asset() -> AssetId {
    "00000000-0000-0000-0000-0000000000b1".parse().unwrap()
}

fn label() -> PlaceLabel {
    PlaceLabel { id: place(), name: "201".into(), path: vec![PlaceInPath { id: place(), name: "Hotel Melati".into() }] }
}

fn thing() -> AssetLabel {
    AssetLabel { id: asset(), name: "Lift B".into(), code: Some("LFT-02".into()) }
}

fn news() -> Option<AccountNews> {
    Some(AccountNews { role: Some(Role::Manager), ..AccountNews::of("role_changed", Actor::from(&caller())) })
}

fn session_name() -> SessionName {
    SESSION.parse().unwrap()
}

/// 2026-11-24T05:46:02.123Z and `minutes` minutes.
fn at(minutes: i64) -> Timestamp {
    Timestamp::from_ms(1_795_499_162_123).plus_ms(minutes * 60_000)
}

fn caller() -> Caller {
    Caller { user: Person { id: user(), name: "Maya".into() }, role: Role::Manager, via: None }
}

fn a_key_of(caller: Caller) -> Caller {
    Caller { via: Some(Via { id: "00112233445566ff".parse().unwrap(), name: "Gateway".into() }), ..caller }
}

fn by_the_system() -> CallContext {
    CallContext::system(org(), "0193c0de-0000-7000-8000-000000000001".parse().unwrap())
}

fn by_a_user() -> CallContext {
    CallContext { caller: Some(caller()), session: Some(session_name()), ..by_the_system() }
}

fn with_a_key() -> CallContext {
    let key = format!("{}/approve/k-1", user());
    CallContext { idempotency: Some(Idempotency { key, body_hash: SESSION.into() }), ..by_a_user() }
}

/// JSON that is handed on unread: what actors store is on one line.
fn raw(text: &str) -> Box<RawValue> {
    RawValue::from_string(from_str::<Value>(text).unwrap().to_string()).unwrap()
}

fn limit() -> Limit {
    Limit::parse(Some("50")).unwrap()
}

fn debts() -> Vec<Debt> {
    vec![Debt {
        destination: "postgres".into(),
        pending: 2,
        delivered_seq: 3,
        attempts: 1,
        next_attempt_at: Some(at(1)),
        parked_seq: None,
        error: Some("database is not available at the moment.".into()),
    }]
}

fn page(items: &str) -> Page {
    Page { items: Text::from(items), next: Some(Position { ts: at(0).as_ms(), id: "7".into() }), total: None }
}

/// The call and its reply are what the golden file says, and the file is read back as them; also by a reader who does not
/// know every field.
fn exchange<M: Message<To: Contract<Context = CallContext>>>(
    key: &<M::To as Contract>::Key,
    cx: CallContext,
    message: M,
    reply: M::Reply,
) {
    let call = to_value(Envelope { to: key.name(), cx, message: message.into_inbox() }).unwrap();
    let (reply, behind) = apart(reply.write().unwrap());
    let (word, _) = call["message"].as_object().unwrap().iter().next().unwrap();
    let word = word.clone();
    let name = format!("{}.{word}", M::To::BINDING.to_lowercase());
    let recorded = match behind {
        Some(items) => json!({ "call": call, "reply": reply, "items": items }),
        None => json!({ "call": call, "reply": reply }),
    };
    let golden = golden(&name, recorded);

    let (mut call, mut reply, items) = (golden["call"].clone(), golden["reply"].clone(), golden.get("items"));
    assert_eq!(read::<Envelope<<M::To as Contract>::Inbox, CallContext>>(&call), call, "{name}");
    assert_eq!(read_reply::<M::Reply>(&reply, items), reply, "{name}");
    add_a_field(&mut call);
    add_a_field(&mut call["cx"]);
    // A query's arguments travel unread: `asks` reads them.
    if !(name.starts_with("database.") && queries::NAMES.contains(&word.as_str())) {
        add_a_field(&mut call["message"][&word]);
    }
    assert_eq!(read::<Envelope<<M::To as Contract>::Inbox, CallContext>>(&call), golden["call"], "{name}");
    if !is_closed(&reply["ok"]) {
        add_a_field(&mut reply["ok"]);
        assert_eq!(read_reply::<M::Reply>(&reply, items), golden["reply"], "{name}");
    }
}

/// As `exchange`, for a query.
fn asks<Q: Query>(cx: CallContext, query: Q, reply: Q::Reply) {
    let arguments = to_value(&query).unwrap();
    let mut longer = arguments.clone();
    add_a_field(&mut longer);
    assert_eq!([read::<Q>(&arguments), read::<Q>(&longer)], [arguments.clone(), arguments], "{}", Q::NAME);
    exchange(&database::DatabaseKey { org: org(), shard: 1 }, cx, database::Ask(query), reply);
}

/// A reply's JSON, and a page's items, which stand behind it.
fn apart(wire: Wire) -> (Value, Option<Value>) {
    let text = wire.clone().whole().read().into_owned();
    assert_eq!(Wire::parse(&text), wire, "{text}");
    (from_str(&wire.head).unwrap(), wire.items.map(|items| from_str(&items.read()).unwrap()))
}

/// What a reader of `R` makes of a reply; `items` come through as they are.
fn read_reply<R: OnTheWire>(reply: &Value, items: Option<&Value>) -> Value {
    let text = items.map_or(reply.to_string(), |items| format!("{reply}\n{items}"));
    let read = R::read(Wire::parse(&text)).unwrap_or_else(|error| panic!("{error}: {text}")).unwrap();
    let (head, behind) = apart(read.write().unwrap());
    assert_eq!(behind.as_ref(), items);
    head
}

/// The same for a request for a live socket.
fn upgrade<C: Contract>(key: &C::Key, watch: C::Watch) {
    let upgrade = to_value(Upgrade { to: key.name(), cx: by_a_user(), watch }).unwrap();
    let golden = golden(&format!("{}.watch", C::BINDING.to_lowercase()), upgrade);
    let mut newer = golden.clone();
    add_a_field(&mut newer["watch"]);
    for text in [&golden, &newer] {
        assert_eq!(read::<Upgrade<C::Watch, CallContext>>(text), golden);
    }
}

/// Compares with the golden file, or rewrites it; gives what it holds.
fn golden(name: &str, actual: Value) -> Value {
    let path = folder().join(format!("{name}.json"));
    if env::var_os("BLESS").is_some() {
        fs::write(&path, serde_json::to_string_pretty(&actual).unwrap() + "\n").unwrap();
    }
    let text = fs::read_to_string(&path).unwrap_or_else(|error| panic!("{name}: {error}"));
    let golden: Value = from_str(&text).unwrap();
    assert_eq!(actual, golden, "{name} differs; if that is meant, run with BLESS=1");
    golden
}

fn folder() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/golden/wire")
}

/// What a reader of `T` makes of `json`.
fn read<T: Serialize + DeserializeOwned>(json: &Value) -> Value {
    let read: T = from_str(&json.to_string()).unwrap_or_else(|error| panic!("{error}: {json}"));
    to_value(read).unwrap()
}

fn add_a_field(object: &mut Value) {
    if let Some(fields) = object.as_object_mut() {
        fields.insert("added_by_a_later_version".into(), json!(1));
    }
}

/// What a field cannot be added to: JSON that its reader hands on as it is, and the enums among the replies.
fn is_closed(reply: &Value) -> bool {
    ["id", "kind", "now", "row", "refused"].iter().any(|field| reply.get(field).is_some())
}

#[test]
fn the_request_speaks_as_recorded() {
    let key = request::RequestKey { org: org(), id: id() };
    let versioned = || request::Versioned { version: 2, record: raw(domain!("record")) };
    let draft = NewRequest {
        title: Title::parse("Lift B stops between floors").unwrap(),
        description: Description::parse("Twice since Monday.").unwrap(),
        category: Category::parse("Lift").unwrap(),
        priority: Priority::High,
        contact: None,
        hazard: false,
        location: Some(label()),
        asset: Some(thing()),
        down_since: None,
        down_until: None,
        requester: Some(Person { id: user(), name: "Rina".into() }),
    };
    exchange(&key, with_a_key(), request::Create { draft }, versioned());
    exchange(&key, by_a_user(), request::Read {}, versioned());
    let approve = Command::Step(Step::new(Action::Approve, ActionInput::default()).unwrap());
    let ruled = CallContext { rules: Some(RulesInForce { version: 2, ..RulesInForce::default() }), ..with_a_key() };
    exchange(
        &key,
        ruled,
        request::Act { command: approve, if_match: Some(1), after_pictures: vec!["lift".into()] },
        versioned(),
    );
    let comment = request::Comment {
        body: CommentBody::parse("The part is ordered.").unwrap(),
        visibility: Visibility::Internal,
    };
    exchange(&key, with_a_key(), comment, raw(r#"{"seq":3,"kind":"commented"}"#));
    exchange(&key, by_a_user(), request::Timeline { after: 1, limit: limit() }, page(r#"[{"seq":2}]"#));
    exchange(&key, by_a_user(), request::Participants {}, vec![caller().user]);
    let inspection = request::Inspection {
        snapshot: raw(domain!("request")),
        events: 2,
        outbox: debts(),
        viewers: 1,
        storage_bytes: 45_056,
    };
    files_speak_as_recorded(&key);
    let follow = request::Follow { watching: Some(true) };
    exchange(&key, by_a_user(), follow, request::Following { watching: true });
    exchange(&key, by_a_user(), request::Inspect {}, inspection);
    exchange(&key, by_the_system(), request::Poke { replay: true, synced: None }, debts());
    upgrade::<request::Request>(&key, request::Watch { after: Some(1) });
}

fn attachment() -> Attachment {
    Attachment {
        id: "0b8a5f5e-1b54-4d4e-8a5b-2f6f0a3c9d10".parse().unwrap(),
        filename: "leak.jpg".into(),
        content_type: "image/jpeg".into(),
        size: 345_678,
        sha256: SESSION.into(),
        visibility: Visibility::Internal,
        mark: Some(Mark::Before),
        comment: Some(3),
        width: Some(2_560),
        height: Some(1_920),
        thumbnail: true,
        by: caller().user,
        created_at: at(1),
    }
}

/// A request's files.
fn files_speak_as_recorded(key: &request::RequestKey) {
    let id = attachment().id;
    let file = Held {
        attempts: 1,
        content_type: Some("image/jpeg".into()),
        sha256: Some(SESSION.into()),
        width: Some(2_560),
        height: Some(1_920),
        ..Held::declared(
            id,
            Declared {
                filename: FileName::parse("leak.jpg").unwrap(),
                size: 345_678,
                visibility: Visibility::Internal,
                mark: Some(Mark::Before),
                comment: Some(3),
            },
            at(1),
        )
    };
    let known = raw(&to_value(attachment()).unwrap().to_string());
    exchange(key, with_a_key(), request::File { deed: request::FileDeed::Commit, file: file.clone() }, known);
    // What is told of it by the deeds that ask for it.
    let thumbnail = Held { size: 9_876, ..Held::new(HeldAs::Thumbnail, id) };
    let held = to_value(request::FilesHeld { version: 7, items: vec![file, thumbnail] }).unwrap();
    assert_eq!(read::<request::FilesHeld>(&held), held);
}

#[test]
fn what_became_of_deliveries_is_told_as_recorded() {
    let mail = || Mailed::new(Outcome::Taken { answer: "250 queued".into() }, at(2));
    let delivery = || DeliveryId { notice: NoticeId::of(id(), 0, 3), user: user(), device: None };
    let report = deliveries::Report {
        id: delivery(),
        user_id: user(),
        channel: Channel::Mail,
        kind: "commented".into(),
        request_id: Some(id()),
        number: Some("MR-000123".into()),
        state: DeliveryState::Sent,
        tries: 1,
        last: Some(mail()),
        version: 2,
        created_at: at(1).as_ms(),
    };
    asks(by_the_system(), deliveries::ReportDeliveries { rows: vec![report] }, ());
    let delivered = Delivered {
        id: delivery(),
        channel: Channel::Mail,
        kind: "commented".into(),
        request: Some(id()),
        number: Some("MR-000123".into()),
        state: DeliveryState::Sent,
        tries: 1,
        last: Some(mail()),
        created_at: at(1),
    };
    let row = deliveries::DeliveryRow { delivery: delivered, user: caller().user };
    let after = Some(Position { ts: at(1).as_ms(), id: "7".into() });
    let page = deliveries::PageDeliveries {
        state: Some(DeliveryState::Parked),
        channel: Some(Channel::Push),
        after: after.clone(),
        limit: limit(),
    };
    asks(by_a_user(), page, deliveries::DeliveriesPage { items: vec![row], next: after });
    let failed = deliveries::FailedDelivery {
        user: caller().user,
        channel: Channel::Mail,
        kind: "commented".into(),
        state: DeliveryState::Refused,
        at: Some(at(1).rfc3339()),
    };
    asks(by_a_user(), deliveries::FailedDeliveries { request: id() }, vec![failed]);

    let pause = || mail_pauses::Pause { at: at(1), why: "bounced".into(), words: "550 5.1.1".into() };
    let trace = by_the_system().trace;
    let entry = || NewEntry::audit(&trace, at(1), Actor::System, "mail_paused", ("user", ""));
    let paused = mail_pauses::PauseMail { address: "maya@example.com".into(), pause: pause(), entry: entry() };
    asks(by_the_system(), paused, Some(user()));
    asks(by_a_user(), mail_pauses::ResumeMail { id: user(), entry: entry() }, true);
    asks(by_a_user(), mail_pauses::FindMailPause { id: user() }, Some(pause()));
    let person = mail_pauses::PausedPerson { user: caller().user, pause: pause() };
    asks(by_a_user(), mail_pauses::ListMailPauses {}, vec![person]);
}

#[test]
fn an_inbox_speaks_as_recorded() {
    let key = inbox::InboxKey { org: org(), user: user() };
    let notice = Notice {
        id: NoticeId::of(id(), 0, 3),
        ts: at(1),
        kind: "commented".into(),
        reason: Reason::Assignee,
        actor: Actor::from(&caller()),
        request: Some(About { id: id(), number: Some("MR-000123".into()), title: "Lift B stops".into() }),
        seq: Some(3),
        words: Some("The part is ordered.".into()),
        due_at: None,
        urgent: false,
        role: None,
        device: None,
        change: None,
        item: None,
    };
    let overdue =
        Notice { kind: "overdue".into(), seq: None, words: None, due_at: Some(at(2)), urgent: true, ..notice.clone() };
    let device = Some("Firefox, Linux".to_owned());
    let account =
        Notice { kind: "new_device".into(), reason: Reason::Account, request: None, device, ..notice.clone() };
    let key_made = Notice {
        kind: "security_changed".into(),
        change: Some(SecurityChange::KeyMade.to_string()),
        item: Some("Sensor".into()),
        device: None,
        ..account.clone()
    };
    let (read, told) = (notice.id.clone(), notice.id.clone());
    exchange(&key, by_the_system(), inbox::Tell { notices: vec![notice, overdue, account, key_made] }, ());
    let after = Some(Position { ts: at(1).as_ms(), id: "7".into() });
    exchange(
        &key,
        by_a_user(),
        inbox::List { unread: true, after, limit: limit(), total: true },
        page(r#"[{"seq":3}]"#),
    );
    let mark = inbox::Mark { ids: vec![read.clone()], until: Some(read) };
    exchange(&key, by_a_user(), mark, inbox::Marked { unread: 2 });
    let choice = Choice { kind: NoticeKind::NewDevice, app: None, mail: Some(true), push: Some(false) };
    let chosen = Chosen { kind: NoticeKind::NewDevice, app: true, mail: true, push: false, fixed: vec![Channel::App] };
    exchange(&key, by_a_user(), inbox::Choose { choices: vec![choice] }, vec![chosen]);
    let time = |text| TimeOfDay::parse("quiet", text).unwrap();
    let times = Times {
        time_zone: Some(TimeZone::parse("Asia/Makassar").unwrap()),
        quiet: Some(Quiet { from: time("22:00"), to: time("07:00") }),
        urgent_at_once: true,
        mails: Rhythm::Weekly,
        hour: 7,
        weekday: Some(Weekday::Friday),
    };
    exchange(&key, by_a_user(), inbox::SetTimes { times: Some(times.clone()) }, Some(times));
    exchange(&key, by_the_system(), inbox::EndAll { secret: "0123456789abcdef".into() }, ());
    exchange(&key, by_a_user(), inbox::Mute { request: id(), muted: Some(true) }, inbox::Muted { muted: true });
    let unsubscribe = inbox::Unsubscribe { kind: NoticeKind::Commented, secret: "0123456789abcdef".into() };
    exchange(&key, by_the_system(), unsubscribe, ());
    let device = || "00112233445566ff".parse().unwrap();
    let shown = inbox::DeviceShown { id: device(), name: "Firefox".into(), added_at: at(0), is_current: true };
    let asking = inbox::Device { id: device(), sealed: "closed".into(), name: "Firefox".into() };
    exchange(&key, by_a_user(), asking, vec![shown.clone()]);
    exchange(&key, by_a_user(), inbox::Devices {}, vec![shown]);
    exchange(&key, by_a_user(), inbox::Forget { id: Some(device()), session: Some(session_name()) }, ());
    exchange(&key, by_a_user(), inbox::Again { notice: told, device: Some(device()), give_up: true }, ());
    upgrade::<inbox::Notices>(&key, inbox::Watch {});
}

#[test]
fn the_index_speaks_as_recorded() {
    let key = request_index::IndexKey { org: org() };
    let last_public = Some(Moment { version: 4, at: Timestamp::from_ms(1_795_499_162_123) });
    let searched =
        Searched { description: "Between the third and the fourth.".into(), contact: Some("ext. 4711".into()) };
    let upsert = request_index::Upsert {
        summary: from_str(domain!("summary")).unwrap(),
        epoch: 1,
        last_public,
        searched: Some(searched),
        said: vec![request_index::Said { seq: 4, public: true, text: "It happened again.".into() }],
    };
    exchange(&key, by_the_system(), upsert, request_index::Upserted { number: "MR-000123".into() });
    let list = request_index::List {
        filter: from_str(domain!("list_filter")).unwrap(),
        only: Some(user()),
        after: Some(Position::at(at(0), REQUEST)),
        limit: limit(),
        total: true,
    };
    let found = Page { total: Some(7), ..page(r#"[{"title":"Lift B stops between floors"}]"#) };
    exchange(&key, by_a_user(), list, found);
    let position = Position::at(at(2), REQUEST);
    let version = request_index::IndexedVersion { id: id(), epoch: 1, version: 2, updated_at: at(2) };
    let versions = request_index::Versions { after: Some(position.clone()), changed_before: at(3), limit: 200 };
    exchange(&key, by_the_system(), versions, vec![version]);
    let version = request_index::IndexedVersion { id: id(), epoch: 1, version: 2, updated_at: at(2) };
    exchange(&key, by_a_user(), request_index::OpenWork { assignee: user(), limit: 40 }, vec![version]);
    let stats = request_index::IndexStats {
        requests: 3,
        by_status: vec![("submitted".into(), 2), ("closed".into(), 1)],
        viewers: 1,
        storage_bytes: 45_056,
    };
    exchange(&key, by_a_user(), request_index::Stats {}, stats);
    exchange(&key, by_the_system(), request_index::Watermark { reached: Some(position.clone()) }, Some(position));
    exchange(&key, by_the_system(), request_index::LearnPlaces { places: r#"[{"name":"201"}]"#.into(), through: 7 }, 7);
    let named = request_index::NamedPlace { asked: place(), label: label(), archived: true };
    exchange(&key, by_a_user(), request_index::NamePlaces { ids: vec![place()] }, vec![named]);
    exchange(&key, by_a_user(), request_index::OpenAt { places: vec![place()] }, vec![3]);
    upgrade::<request_index::RequestIndex>(&key, request_index::Watch { only: Some(user()) });
}

#[test]
fn the_log_stream_speaks_as_recorded() {
    let key = log_stream::StreamKey { org: org(), stream: StreamName::Audit };
    let append = log_stream::Append { entries: vec![from_str(domain!("new_log_entry")).unwrap()], dropped: 2 };
    exchange(&key, by_the_system(), append, log_stream::Appended { last_seq: 7 });
    let filter = || LogFilter { actor: Some(user()), from: Some(at(0)), ..LogFilter::default() };
    let before = Some(Position::at(at(1), 7));
    exchange(&key, by_a_user(), log_stream::Query { filter: filter(), before, limit: limit() }, page("[]"));
    exchange(&key, by_a_user(), log_stream::ReadEntry { id: "e-1".into() }, raw(domain!("log_entry")));
    let stats = log_stream::StreamStats {
        stream: StreamName::Audit,
        entries: 10,
        by_level: [1, 6, 2, 1],
        earliest: Some(at(0)),
        latest: Some(at(9)),
        dropped: 2,
        viewers: 1,
        storage_bytes: 45_056,
        outbox: debts(),
    };
    exchange(&key, by_a_user(), log_stream::Stats {}, stats);
    exchange(&key, by_the_system(), log_stream::Poke { replay: false }, debts());
    upgrade::<log_stream::LogStream>(&key, log_stream::Tail { filter: filter(), after: Some(7) });
}

fn identity() -> IdentityLink {
    IdentityLink { issuer: "https://id.example.com".into(), linked_at: at(7) }
}

#[test]
fn an_attempt_to_sign_in_speaks_as_recorded() {
    let key = sign_in::AttemptKey { org: org(), state_hash: SESSION.into() };
    let attempt = || sign_in::Attempt {
        browser: SESSION.into(),
        issuer: "https://id.example.com".into(),
        client_id: "cepatedge".into(),
        redirect_uri: "https://app.example.com/api/auth/oidc/callback".into(),
        to: "/requests".into(),
        proved_since: Some(at(0)),
    };
    exchange(&key, by_the_system(), sign_in::Begin { attempt: attempt() }, ());
    exchange(&key, by_the_system(), sign_in::Take { browser: SESSION.into() }, Some(attempt()));
}

#[test]
fn the_session_speaks_as_recorded() {
    let key = session::SessionKey { org: org(), session: session_name() };
    let held = || session::LiveSession {
        session: session_name(),
        caller: caller(),
        login: "maya@example.com".into(),
        opened_at: at(0),
        seen_at: at(1),
        expires_at: at(721),
        ends_at: at(10_080),
        user_agent: "curl/8.5.0".into(),
        address: "192.0.2.7".into(),
        key: None,
        methods: vec![Method::Password, Method::Totp],
        proved_at: Some(at(1)),
    };
    let open = session::Open {
        caller: caller(),
        login: "maya@example.com".into(),
        stays: true,
        user_agent: "curl/8.5.0".into(),
        address: "192.0.2.7".into(),
        limits: SessionLimits { idle_hours: 2, days: 7 },
        methods: vec![Method::Passkey],
        proved_at: Some(at(0)),
    };
    exchange(&key, by_a_user(), open, held());
    exchange(&key, by_a_user(), session::Check {}, held());
    exchange(&key, by_the_system(), session::Holds {}, true);
    exchange(&key, by_a_user(), session::Renamed { name: PersonName::parse("Maya Putri").unwrap() }, ());
    exchange(&key, by_a_user(), session::Proved { methods: vec![Method::Recovery] }, held());
    exchange(&key, by_a_user(), session::Revoke { reason: "logout".into() }, ());
    let scopes = || vec![Scope::Read, Scope::Work];
    let kept = HeldKey { scopes: scopes(), used_at: Some(at(1)), used_from: "192.0.2.7".into(), uses: 3 };
    let by_key = || session::LiveSession { caller: a_key_of(caller()), key: Some(kept.clone()), ..held() };
    let open = session::OpenKey {
        caller: a_key_of(caller()),
        login: "maya@example.com".into(),
        scopes: scopes(),
        ends_at: at(9),
    };
    exchange(&key, by_a_user(), open, by_key());
    exchange(&key, by_the_system(), session::Used { from: "192.0.2.7".into() }, by_key());
    exchange(&key, by_a_user(), session::Rekeyed { name: "Gateway".into(), scopes: scopes() }, ());
    exchange(&key, by_a_user(), session::Shorten { until: at(9) }, ());
}

#[test]
fn a_session_of_the_release_before_says_by_nothing_how_it_was_opened_and_is_proved_since_then() {
    let golden: Value = from_str(&fs::read_to_string(folder().join("session.check.json")).unwrap()).unwrap();
    let mut before = golden["reply"]["ok"].clone();
    let fields = before.as_object_mut().unwrap();
    assert!(fields.remove("methods").is_some() && fields.remove("proved_at").is_some());
    let session: session::LiveSession = serde_json::from_value(before).unwrap();
    assert_eq!((session.methods.len(), session.proved_last_at()), (0, session.opened_at));
}

#[test]
fn the_account_speaks_as_recorded() {
    let login = account::AccountKey::Login { org: org(), address_hash: SESSION.into() };
    exchange(&login, by_the_system(), account::Attempt {}, ());
    exchange(&login, by_the_system(), account::Succeeded {}, ());
    exchange(&login, by_the_system(), account::Released {}, ());
    let forgot = account::Forgot { login: "maya@example.com".into(), app: "https://cepat.example".into() };
    exchange(&login, by_the_system(), forgot, ());
    let key = account::AccountKey::User { org: org(), user: user() };
    let listing = || account::Listing {
        session: session_name(),
        opened_at: at(0),
        ends_at: at(10_080),
        user_agent: "curl/8.5.0".into(),
        address: "192.0.2.7".into(),
    };
    exchange(&key, by_a_user(), account::Opened { listing: listing(), version: Some(2), tells_device: true }, ());
    exchange(&key, by_a_user(), account::Spend { names: vec![SESSION.into()], until: at(5) }, ());
    let changed = account::Changed { version: 3, reason: "password_changed".into(), keep: Some(session_name()) };
    exchange(&key, by_a_user(), changed, 2);
    let opened = account::KeyOpened { session: session_name(), ends_at: at(9), version: 2 };
    exchange(&key, by_a_user(), opened, ());
    exchange(&key, by_a_user(), account::Keys {}, vec![session_name()]);
    exchange(&key, by_a_user(), account::Closed { session: session_name() }, ());
    exchange(&key, by_a_user(), account::Sessions {}, vec![listing()]);
    let id = "01890a5d-ac96-774b-bcce-b302099a8057".parse().unwrap();
    let draft = || Draft { id, scope: "new".into(), body: "{}".into(), updated_at: at(0) };
    exchange(&key, by_a_user(), account::PutDraft { draft: draft() }, ());
    exchange(&key, by_a_user(), account::DropDraft { id }, ());
    exchange(&key, by_a_user(), account::Drafts {}, vec![draft()]);
}

#[test]
fn the_cache_speaks_as_recorded() {
    let key = cache::CacheKey { org: org(), namespace: "users".into() };
    let cached = cache::Cached { value: raw(r#"[{"name":"Maya"}]"#), fresh: true, as_of: Some(at(0)) };
    exchange(&key, by_a_user(), cache::Get { key: "list/all".into() }, Some(cached));
    let put = cache::Put {
        key: "list/all".into(),
        value: r#"[{"name":"Maya"}]"#.into(),
        ttl_ms: 60_000,
        tags: vec!["users".into()],
        as_of: Some(at(0)),
        version: 4,
    };
    exchange(&key, by_a_user(), put, ());
    exchange(&key, by_a_user(), cache::Forget { tag: Some("users".into()) }, 3);
    let stats = cache::CacheStats {
        namespace: "users".into(),
        entries: 3,
        hits: 10,
        misses: 2,
        stale: 1,
        refused: 0,
        storage_bytes: 45_056,
        oldest_at: Some(at(0)),
    };
    exchange(&key, by_a_user(), cache::Stats {}, stats);
}

fn settings_speak_as_recorded(entry: NewEntry) {
    let key = SettingKey::TechniciansClaim;
    let change = SettingChange {
        key: key.to_string(),
        version: 7,
        value: Some(SettingValue::Switch(false)),
        before: SettingValue::Switch(true),
        restored: Some(2),
        at: at(0),
        by: Actor::from(&caller()),
    };
    let languages = SettingChange {
        key: SettingKey::Languages.to_string(),
        value: Some(SettingValue::Languages(vec![Language::Id])),
        before: SettingValue::Languages(vec![Language::En, Language::Id]),
        ..change.clone()
    };
    let stored = Stored {
        organisation: "Hotel Melati".into(),
        time_zone: Some(TimeZone::parse("Asia/Makassar").unwrap()),
        language: Some(Language::Id),
        changes: vec![change.clone(), languages],
    };
    asks(by_the_system(), settings::ReadSettings {}, Some(stored));
    let next = Some(Position { ts: at(0).as_ms(), id: "7".into() });
    let page = settings::ChangesPage { items: vec![change.clone()], next };
    asks(by_a_user(), settings::PageChanges { key, before: Some(8), limit: limit() }, page);
    asks(by_a_user(), settings::FindChange { key, version: 7 }, Some(change.clone()));
    let wish = settings::ChangeSetting {
        key,
        value: change.value.clone(),
        default: Some(SettingValue::Switch(true)),
        if_match: Some(5),
        restored: Some(2),
        by: Actor::from(&caller()),
        entry,
    };
    asks(by_a_user(), wish, settings::Changed::Now(change));
}

fn people_speak_as_recorded(entry: NewEntry) {
    let row = || from_str::<UserRow>(domain!("user_row")).unwrap();
    let link = || invitations::NewLink { hash: "0123".into(), expires_at: at(9) };
    let (id, role, hash) = (user(), Role::Technician, || "0123".to_owned());
    let after = Some(Position { ts: at(1).as_ms(), id: user().to_string() });
    let page = people::PagePeople {
        q: Some(SearchText::parse("maya").unwrap()),
        role: Some(role),
        status: Some(UserStatus::Invited),
        after: after.clone(),
        limit: limit(),
    };
    let failure =
        Failure { step: mail::Step::Recipient, code: Some(550), enhanced: None, detail: "Nobody here".into() };
    let mailed = Mailed::new(Outcome::Refused(failure), at(8));
    let pending = Pending { expires_at: at(9), asked_at: Some(at(10)), mailed: Some(mailed.clone()) };
    let person = people::PersonRow { user: row(), invitation: Some(pending), identity: Some(identity()) };
    asks(by_a_user(), page, people::PeoplePage { items: vec![person], next: after });
    let (email, name) = (Email::parse("maya@example.com").unwrap(), PersonName::parse("Maya").unwrap());
    let language = Some(Language::Id);
    let username = Some(Username::parse("maya").unwrap());
    let invite = invitations::Invite {
        id,
        email: Some(email),
        username,
        name: name.clone(),
        role,
        language,
        link: link(),
        entry: entry.clone(),
    };
    asks(by_a_user(), invite, Some(row()));
    asks(by_a_user(), invitations::NoteMailed { hash: hash(), mailed }, ());
    let reader = people::Reader {
        email: Some("maya@example.com".into()),
        name: "Maya".into(),
        language: Language::Id,
        organisation: "Hotel Melati".into(),
        is_active: true,
        time_zone: Some(TimeZone::parse("Asia/Makassar").unwrap()),
        week_start: Some(Weekday::Sunday),
        is_paused: false,
        sender: Some("Building services <desk@example.com>".into()),
    };
    asks(by_a_user(), people::WriteTo { id }, Some(reader));
    asks(by_a_user(), invitations::InviteAgain { id, link: link(), entry: entry.clone() }, Some(row()));
    let invitation = Invitation {
        email: Some("maya@example.com".into()),
        username: None,
        name: "Maya".into(),
        role,
        status: UserStatus::Invited,
        organisation: "Hotel Melati".into(),
        expires_at: at(9),
        used_at: None,
        replaced_at: Some(at(8)),
    };
    asks(by_the_system(), invitations::FindInvitation { hash: hash() }, Some(invitations::Found { id, invitation }));
    asks(by_the_system(), invitations::AskAgain { hash: hash() }, ());
    let (password_hash, language) = ("$argon2id$".into(), Language::Id);
    let accept =
        invitations::Accept { hash: hash(), name, password_hash, language, entry: entry.clone(), news: news() };
    asks(by_the_system(), accept, row());
    let work = Some(Handover { to: Some(caller().user), reason: Some("Left.".into()), by: caller() });
    let change =
        people::ChangeUser { id, role: Some(role), status: Some(UserStatus::Disabled), work, entry, news: news() };
    asks(by_a_user(), change, row());
}

fn accounts_speak_as_recorded(entry: NewEntry) {
    let row = || Some(from_str::<UserRow>(domain!("user_row")).unwrap());
    let (id, version) = (user(), 3);
    let link = invitations::NewLink { hash: "0123".into(), expires_at: at(9) };
    asks(by_a_user(), resets::MakeReset { id, of_managers: false, link, entry: entry.clone() }, row());
    let reset = Reset {
        user: row().unwrap(),
        organisation: "Hotel Melati".into(),
        expires_at: at(9),
        used_at: None,
        replaced_at: Some(at(8)),
    };
    let hash = || "0123".to_owned();
    asks(by_the_system(), resets::FindReset { hash: hash() }, Some(reset));
    let reset =
        resets::UseReset { hash: hash(), password_hash: "$argon2id$".into(), entry: entry.clone(), news: news() };
    asks(by_the_system(), reset, row().unwrap());
    asks(by_a_user(), accounts::FindOwnCredentials { id }, row());
    let change = accounts::ChangePassword {
        id,
        version,
        password_hash: "$argon2id$".into(),
        keep: Some(session_name()),
        entry: entry.clone(),
        news: news(),
    };
    asks(by_a_user(), change, row());
    let owed = AccountOwed {
        id,
        version,
        ts: at(0),
        reason: "changed".into(),
        keep: Some(session_name()),
        work: Some(Handover { to: None, reason: Some("Left.".into()), by: caller() }),
        news: news(),
    };
    asks(by_the_system(), accounts::OwedByAccounts { id: Some(id), limit: 200 }, vec![owed]);
    asks(by_the_system(), accounts::AccountSettled { id, version }, ());
    let told = AccountNews {
        change: Some(SecurityChange::PasskeyAdded.to_string()),
        item: Some("Phone".into()),
        ends_at: Some(at(9)),
        ..AccountNews::of("security_changed", Actor::from(&caller()))
    };
    let owed = NewsOwed { user: id, id: entry.id.clone(), ts: at(0), news: told };
    asks(by_the_system(), news::OwedNews { id: Some(id), limit: 200 }, vec![owed]);
    asks(by_the_system(), news::NewsTold { id: entry.id }, ());
    asks(by_the_system(), news::RemindOfKeys {}, 1);
    let preferences = Preferences {
        phone: Some(Phone::dialled("+62 812 3456").unwrap()),
        time_zone: Some(TimeZone::parse("Asia/Makassar").unwrap()),
        start_page: Some(StartPage::Work),
    };
    asks(by_a_user(), accounts::FindPreferences { id }, Some(preferences.clone()));
    asks(by_a_user(), accounts::SavePreferences { id, preferences }, true);
    let language = Some(Language::Id);
    asks(by_a_user(), accounts::FindLanguage { id }, Some(accounts::ChosenLanguage { language }));
    asks(by_a_user(), accounts::SaveLanguage { id, language }, true);
    let rows = own_data::OwnRows { account: raw(r#"{"name":"Maya"}"#), requests: raw("[]"), events: raw("[]") };
    asks(by_a_user(), own_data::OwnData { id }, Some(rows));
}

fn identities_speak_as_recorded(entry: NewEntry) {
    let row = || Some(from_str::<UserRow>(domain!("user_row")).unwrap());
    let (issuer, subject) = (identity().issuer, "24400320".to_owned());
    let email = || Email::parse("maya@example.com").unwrap();
    let name = Some(PersonName::parse("Maya").unwrap());
    let find = identities::FindIdentity { issuer: issuer.clone(), subject: subject.clone(), email: Some(email()) };
    asks(by_the_system(), find, Known { linked: None, addressed: row(), is_taken: true });
    let link = identities::LinkIdentity {
        id: user(),
        issuer: issuer.clone(),
        subject: subject.clone(),
        email: email(),
        name: name.clone(),
        entry: entry.clone(),
    };
    asks(by_the_system(), link, row());
    let role = Role::Requester;
    let join =
        identities::JoinByIdentity { id: user(), email: email(), name, role, issuer, subject, entry: entry.clone() };
    asks(by_the_system(), join, row());
    asks(by_a_user(), identities::UnlinkIdentities { id: user(), entry }, true);
    asks(by_a_user(), identities::IdentitiesOf { id: user() }, vec![identity()]);
}

fn places_speak_as_recorded(entry: NewEntry) {
    let after = || Some(Position { ts: 0, id: format!("{}lantai 0000000002", place()) });
    let found = || things::Found { version: 2, record: raw(r#"{"name":"201"}"#), written: true };
    let mut patch = Patch::default();
    patch.set_name(Some("Lantai 2"));
    patch.set_searched("code", Some(""));
    let page = things::PageThings {
        thing: things::Thing::Asset,
        words: Some(vec!["lantai".into(), "2".into()]),
        parent: Some("none".into()),
        location: Some(place()),
        category: Some("lift".into()),
        status: vec![AssetStatus::InService],
        archived: true,
        after: after(),
        limit: limit(),
    };
    let items = vec![raw(r#"{"name":"201"}"#)];
    asks(by_a_user(), page, things::ThingPage { items, ids: vec![place().0], next: after() });
    asks(by_a_user(), things::FindThing { thing: things::Thing::Place, id: place().0 }, Some(found()));
    let save = things::SaveThing {
        thing: things::Thing::Place,
        id: place().0,
        is_new: true,
        version: Some(1),
        parent: Some(Some(place().0)),
        location: Some(None),
        into: Some(place().0),
        patch,
        archived: Some(false),
        status: Some(AssetStatus::Retired),
        noted: json!({ "reason": "Worn out." }),
        entry: entry.clone(),
    };
    asks(by_a_user(), save, found());
    let thing_of = things::Thing::Place;
    asks(
        by_a_user(),
        things::RemoveThing { thing: thing_of, id: place().0, version: Some(1), entry: entry.clone() },
        (),
    );
    let page = downtime::PageDowntime {
        asset: thing().id,
        from: at(0),
        to: at(1),
        only: Some(user()),
        after: Some(Position { ts: at(0).as_ms(), id: "status".into() }),
        limit: limit(),
    };
    let totals = raw(r#"{"failures":0}"#);
    let reply = downtime::DowntimePage { items: raw(r#"[{"reason":"Worn out."}]"#), totals, next: after() };
    asks(by_a_user(), page, Some(reply));
    let code = || LabelCode::of([1, 2, 3, 4, 5]);
    let shown = |written| things::Found { version: 0, record: raw(r#"{"code":"0410-61K5"}"#), written };
    let (thing, ids) = (things::Thing::Place, vec![place().0]);
    let make = labels::WriteLabels {
        code: Some(code()),
        rebind: true,
        thing: Some(thing),
        ids,
        codes: vec![code()],
        by: user(),
        entry: entry.clone(),
    };
    asks(by_a_user(), make, shown(true));
    asks(by_a_user(), labels::FindLabel { code: code() }, Some(shown(false)));
    let news = places::PlaceNews { places: raw(r#"[{"name":"201"}]"#), through: 7 };
    asks(by_the_system(), places::ChangedPlaces { after: 6 }, news);
}

fn keys_speak_as_recorded(entry: NewEntry) {
    let (id, name) = (|| "00112233445566ff".parse().unwrap(), || KeyName::parse("Gateway").unwrap());
    let scopes = || vec![Scope::Read, Scope::Work];
    let after = Some(Position { ts: at(1).as_ms(), id: "00112233445566fe".into() });
    let row = KeyRow {
        id: id(),
        name: "Gateway".into(),
        scopes: scopes(),
        owner: caller().user,
        role: Role::Manager,
        status: UserStatus::Active,
        version: 2,
        session: session_name(),
        previous: Some(session_name()),
        previous_until: Some(at(8)),
        created_at: at(0),
        expires_at: at(9),
        rotated_at: Some(at(7)),
    };
    let page = keys::PageKeys { owner: Some(user()), id: Some(id()), after: after.clone(), limit: limit() };
    asks(by_a_user(), page, keys::KeysPage { items: vec![row], next: after });
    let make = keys::MakeKey {
        owner: user(),
        role: Role::Manager,
        id: id(),
        name: name(),
        scopes: scopes(),
        session: session_name(),
        expires_at: at(9),
        entry: entry.clone(),
    };
    asks(by_a_user(), make, Some(keys::KeyMade { version: 2, made: true }));
    let change = keys::ChangeKey { owner: user(), id: id(), name: name(), scopes: scopes(), entry: entry.clone() };
    asks(by_a_user(), change, true);
    let rotate = keys::RotateKey {
        owner: user(),
        id: id(),
        from: session_name(),
        session: session_name(),
        previous_until: at(8),
        expires_at: at(9),
        entry: entry.clone(),
    };
    asks(by_a_user(), rotate, true);
    asks(by_a_user(), keys::EndKey { id: id(), entry }, true);
}

fn factors_speak_as_recorded(entry: NewEntry) {
    let (id, credential) = (user(), || "AQID".parse().unwrap());
    let key = Passkey {
        credential: credential(),
        name: "Phone".into(),
        public_key: "pQECAyYg".into(),
        sign_count: 7,
        eligible: true,
        backed_up: false,
        created_at: at(0),
        used_at: Some(at(1)),
    };
    let found = Factors {
        user: from_str(domain!("user_row")).unwrap(),
        totp: Some(Totp { secret: "id1.AAAA".into(), step: 59_833_333, created_at: at(0) }),
        passkeys: vec![key],
        codes: 9,
    };
    asks(by_a_user(), factors::FindFactors { id: Some(id), credential: Some(credential()) }, Some(found));
    let used = Used::Passkey { credential: credential(), sign_count: 8, backed_up: true };
    asks(by_the_system(), factors::UseFactor { id, used }, true);
    for used in [Used::Totp { step: 59_833_334 }, Used::Recovery { hash: SESSION.into() }] {
        let text = to_value(&used).unwrap();
        assert_eq!(read::<Used>(&text), text);
    }
    let key = NewPasskey {
        credential: credential(),
        name: "Phone".into(),
        public_key: "pQECAyYg".into(),
        sign_count: 0,
        eligible: true,
        backed_up: true,
    };
    let totp =
        factors::Added::Totp { version: 3, secret: "id1.AAAA".into(), step: 59_833_333, keep: Some(session_name()) };
    for added in [totp, factors::Added::Codes] {
        let text = to_value(&added).unwrap();
        assert_eq!(read::<factors::Added>(&text), text);
    }
    let added = factors::Added::Passkey(key);
    asks(by_a_user(), factors::AddFactor { id, added, codes: vec!["0123".into()], entry: entry.clone() }, true);
    asks(by_a_user(), factors::RenamePasskey { id, credential: credential(), name: "Old phone".into() }, true);
    let removed = Removed::Passkey(credential());
    let remove = factors::RemoveFactor { id, removed, of_managers: true, keep: Some(session_name()), entry };
    asks(by_a_user(), remove, Some(from_str(domain!("user_row")).unwrap()));
}

#[test]
fn the_database_speaks_as_recorded() {
    let key = database::DatabaseKey { org: org(), shard: 1 };
    let delivery = Delivery {
        request: Some(from_str(domain!("request_row")).unwrap()),
        events: vec![from_str(domain!("event_row")).unwrap()],
        audit: vec![from_str(domain!("audit_row")).unwrap()],
    };
    let apply = database::Apply(Packed::new(&delivery).unwrap());
    let refused = database::Outcome::Refused { sqlstate: "22001".into(), error: "value too long".into() };
    exchange(&key, by_the_system(), apply, refused);
    let find = users::FindCredentials { email: "maya@example.com".into() };
    asks(by_the_system(), find, Some(from_str(domain!("user_row")).unwrap()));
    let found = || User {
        id: user(),
        name: "Maya".into(),
        email: Some("maya@example.com".into()),
        username: None,
        role: Role::Manager,
    };
    asks(by_a_user(), users::FindUser { id: user() }, Some(found()));
    asks(by_a_user(), users::ListUsers { role: Some(Role::Manager) }, vec![found()]);
    let after = Some(Position { ts: at(1).as_ms(), id: user().to_string() });
    let page = users::PageUsers { q: Some(SearchText::parse("maya").unwrap()), after: after.clone(), limit: limit() };
    asks(by_a_user(), page, users::UserPage { items: vec![found()], next: after });
    let colleague = Colleague { id: user(), name: "Maya".into(), role: Role::Manager };
    asks(by_the_system(), users::ListStaff {}, vec![colleague]);
    asks(by_a_user(), users::KnowsUser { id: user() }, true);
    let name = PersonName::parse("Maya Putri").unwrap();
    asks(by_a_user(), users::RenameUser { id: user(), name }, Some(found()));
    let entry: NewEntry = from_str(domain!("new_log_entry")).unwrap();
    asks(by_the_system(), organisation::IsEmpty {}, true);
    let set_up = organisation::SetUp {
        organisation: OrganisationName::parse("Hotel Melati").unwrap(),
        time_zone: TimeZone::parse("Asia/Makassar").unwrap(),
        language: Language::Id,
        id: user(),
        name: PersonName::parse("Maya").unwrap(),
        email: Email::parse("maya@example.com").unwrap(),
        password_hash: "$argon2id$".into(),
        entry: entry.clone(),
    };
    asks(by_the_system(), set_up, Some(from_str(domain!("user_row")).unwrap()));
    asks(by_the_system(), audit::Owed { limit: 200 }, vec![entry.clone()]);
    asks(by_the_system(), audit::Told { ids: vec![entry.id.clone()] }, ());
    people_speak_as_recorded(entry.clone());
    settings_speak_as_recorded(entry.clone());
    accounts_speak_as_recorded(entry.clone());
    identities_speak_as_recorded(entry.clone());
    keys_speak_as_recorded(entry.clone());
    places_speak_as_recorded(entry.clone());
    factors_speak_as_recorded(entry);
    let avatar = || AvatarId::of(FileKind::Webp, &[0xab; 32]);
    asks(by_a_user(), avatars::SetAvatar { id: user(), avatar: avatar() }, true);
    let portrayed = Portrayed { id: user(), avatar: avatar().unwrap() };
    asks(by_a_user(), avatars::ListAvatars {}, raw(&to_value([portrayed]).unwrap().to_string()));
    let page = files::PageFiles { after: Some(id()), limit: 100 };
    let files = format!("{} 345678", attachment().id);
    asks(by_the_system(), page, vec![files::RequestFiles { id: id(), version: 7, count: 1, files }]);
    let synced = versions::SyncedVersion { id: id(), epoch: 1, version: 2 };
    asks(by_the_system(), versions::Synced { ids: vec![id()] }, vec![synced]);
    let rest = Rest {
        id: id(),
        version: 2,
        description: "It drips.".into(),
        contact: Some("Room 12".into()),
        resolution: None,
        completed_at: None,
    };
    asks(by_a_user(), exports::RestsOf { ids: vec![id()] }, vec![rest]);
    let inspected = Some(raw(r#"{"row":{"version":2},"events":2}"#));
    asks(by_a_user(), versions::ReadModel { id: id() }, inspected);
    let health = || database::Health {
        shard: 1,
        breaker: "closed".into(),
        waiting_bytes: 0,
        latency_ms: Some(3),
        commits: 9,
        applied: 12,
        deferred: 1,
        refused: 0,
        last_error: Some("the connection was lost".into()),
        last_error_at: Some(at(1)),
    };
    exchange(&key, by_the_system(), database::Ping {}, health());
    exchange(&key, by_a_user(), database::Stats {}, health());
}

#[test]
fn a_refusal_is_a_reply() {
    let wire = Wire::refused(Refusal::NotFound);
    let golden = golden("refused", from_str(&wire.head).unwrap());
    assert_eq!(request::Versioned::read(golden.to_string().into()).unwrap().unwrap_err(), Refusal::NotFound);
    assert_eq!(Page::read(golden.to_string().into()).unwrap(), Err(Refusal::NotFound));
}

#[test]
fn what_was_added_may_be_absent() {
    fn reads<C: Contract>(message: Value) {
        let cx = json!({ "org": "default", "trace": "0193c0de-0000-7000-8000-000000000001" });
        read::<Envelope<C::Inbox, CallContext>>(&json!({ "to": "default", "cx": cx, "message": message }));
    }
    let summary: Value = from_str(domain!("summary")).unwrap();
    reads::<request::Request>(json!({ "act": { "command": { "command": "approve" } } }));
    reads::<request::Request>(json!({ "timeline": { "limit": 50 } }));
    reads::<request_index::RequestIndex>(json!({ "upsert": { "summary": summary } }));
    reads::<request_index::RequestIndex>(json!({ "list": { "filter": {}, "limit": 50 } }));
    reads::<request_index::RequestIndex>(json!({ "versions": { "changed_before": 1, "limit": 200 } }));
    reads::<request_index::RequestIndex>(json!({ "watermark": {} }));
    reads::<log_stream::LogStream>(json!({ "append": { "entries": [] } }));
    reads::<log_stream::LogStream>(json!({ "query": { "filter": {}, "limit": 50 } }));
    reads::<cache::Cache>(json!({ "forget": {} }));
    reads::<database::Database>(json!({ "apply": {} }));
    reads::<database::Database>(json!({ "list_users": {} }));
}

/// Answers nothing: what a query of another release is refused with is decided before PostgreSQL is asked.
struct Nowhere(OrgId);

impl Postgres for Nowhere {
    fn org(&self) -> &OrgId {
        &self.0
    }

    fn now(&self) -> Timestamp {
        at(0)
    }

    async fn read(&self, _: Statement) -> Result<Rows, Refusal> {
        Ok(Rows::default())
    }

    async fn write(&self, _: Statement) -> Result<Rows, Refusal> {
        Ok(Rows::default())
    }

    async fn write_all(&self, _: Vec<Statement>) -> Result<Vec<Rows>, Refusal> {
        Ok(Vec::new())
    }

    fn unreadable(&self, _: DecodeError) -> Refusal {
        Refusal::Internal
    }

    fn unknown(&self, name: &str) -> Refusal {
        Refusal::unavailable(name, 1)
    }
}

#[test]
fn a_query_of_another_release_is_to_be_asked_again() {
    let asked = |message: Value| match from_str(&message.to_string()).unwrap() {
        database::Inbox::Query(named) => named.run(&Nowhere(org())).now_or_never().unwrap(),
        message => panic!("{message:?}"),
    };
    assert_eq!(asked(json!({ "knows_user": { "id": user() } })).unwrap().get(), "false");
    assert_eq!(asked(json!({ "find_spare_parts": {} })).unwrap_err(), Refusal::unavailable("find_spare_parts", 1));
    let other_arguments = asked(json!({ "knows_user": { "address": "maya@example.com" } }));
    assert_eq!(other_arguments.unwrap_err(), Refusal::unavailable("knows_user", 1));
}

#[test]
fn every_message_has_its_file_and_every_file_its_message() {
    let objects = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("src/objects");
    let mut expected: Vec<_> =
        ["refused", "database.apply", "database.ping", "database.stats"].map(str::to_owned).into();
    expected.extend(queries::NAMES.iter().map(|name| format!("database.{name}")));
    for actor in fs::read_dir(objects).unwrap() {
        let Ok(contract) = fs::read_to_string(actor.unwrap().path().join("api.rs")) else { continue };
        let Some(binding) = contract.split("binding: \"").nth(1) else { continue };
        let binding = binding.split('"').next().unwrap().to_lowercase();
        let messages = contract.lines().filter_map(|line| line.strip_suffix(';')?.trim().split_once(") -> "));
        expected
            .extend(messages.map(|(handler, _)| format!("{binding}.{}", snake(handler.split_once('(').unwrap().1))));
        if !contract.contains("watch: ()") {
            expected.push(format!("{binding}.watch"));
        }
    }
    expected.sort();
    let mut found: Vec<_> = fs::read_dir(folder())
        .unwrap()
        .map(|file| file.unwrap().file_name().into_string().unwrap().trim_end_matches(".json").to_owned())
        .collect();
    found.sort();
    assert_eq!(found, expected);
}

fn snake(name: &str) -> String {
    let mut snake = String::new();
    for letter in name.chars() {
        if letter.is_uppercase() && !snake.is_empty() {
            snake.push('_');
        }
        snake.extend(letter.to_lowercase());
    }
    snake
}
