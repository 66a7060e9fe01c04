//! The routes that are measured, each in a state that is always the same.

use std::collections::BTreeMap;
use std::time::Duration;

use hyper::Method;
use serde_json::{Value, json};
use testbed::{Report, seed};
use tokio::time::sleep;

use crate::counted::Counted;
use crate::record::{ANSWER_BYTES, Costs, Measured, Table, costs, least};
use crate::support::{Client, Live, Reply, demo, draft};

/// What DESIGN promises of a route, whatever is recorded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Promise {
    /// One sequential hop.
    Read,
    /// Two sequential hops before its commit.
    Write,
    /// Four sequential hops: throttle, credentials, session, account.
    SignIn,
    /// Nothing beyond its record.
    None,
}

const ME: &str = "GET /api/me";
const RECORD: &str = "GET /api/requests/:id";
const TIMELINE: &str = "GET /api/requests/:id/events, 20 of 26";
const LIST: &str = "GET /api/requests?status=submitted, 20 of 30";
const USERS: &str = "GET /api/users?role=technician";
const SESSIONS: &str = "GET /api/me/sessions";
const LOGS: &str = "GET /api/system/logs/:stream?level=info, 20";
const LOGIN: &str = "POST /api/auth/login";
const CREATE: &str = "POST /api/requests";
const ON_BEHALF: &str = "POST /api/requests on behalf of another";
const ASSIGN: &str = "POST /api/requests/:id/assign";
const HOLD: &str = "POST /api/requests/:id/hold";
const COMMENT: &str = "POST /api/requests/:id/comments";
const COMMENTS: &str = "POST /api/requests/:id/comments, two, the second when the first has arrived everywhere";
const LIVE: &str = "GET /api/requests/:id/live";
const FAN_OUT: &str = "POST /api/requests/:id/comments, 50 sockets";

/// All of them.
pub const ROUTES: [(&str, Promise); 16] = [
    (ME, Promise::Read),
    (SESSIONS, Promise::Read),
    (USERS, Promise::Read),
    (RECORD, Promise::Read),
    (TIMELINE, Promise::Read),
    (LIST, Promise::Read),
    (LOGS, Promise::Read),
    (LOGIN, Promise::SignIn),
    (CREATE, Promise::Write),
    (ON_BEHALF, Promise::Write),
    (ASSIGN, Promise::Write),
    (HOLD, Promise::Write),
    (COMMENT, Promise::Write),
    (COMMENTS, Promise::None),
    (LIVE, Promise::None),
    (FAN_OUT, Promise::Write),
];

/// The first call of its kind warms up; then each route is called until two calls cost the same, but not more often.
const CALLS: usize = 7;

/// Live viewers of the request that is commented on.
const SOCKETS: usize = 50;

/// A comment has arrived everywhere long before, and its object's alarm rings long after.
const ARRIVED: Duration = Duration::from_millis(500);

/// A viewer that is not served after this long never is.
const PATIENCE: Duration = Duration::from_secs(30);

/// Signed-in people.
struct People {
    admin: Client,
    manager: Client,
    technician: Client,
    requester: Client,
}

/// Measures every route.
pub async fn measure() -> Table {
    let system = Counted::start().await;
    let people = People {
        admin: system.anonymous().signed_in(&demo("admin")).await,
        manager: system.anonymous().signed_in(&demo("manager")).await,
        technician: system.anonymous().signed_in(&demo("tech")).await,
        requester: system.anonymous().signed_in(&demo("requester")).await,
    };
    let mut table = Table::new();
    reads(&system, &people, &mut table).await;
    writes(&system, &people, &mut table).await;
    live(&system, &people, &mut table).await;
    table
}

async fn reads(system: &Counted, people: &People, table: &mut Table) {
    let People { admin, manager, requester, .. } = people;
    let reported = requests(requester, 30).await;
    let id = reported.first().expect("one");
    for number in 0..25 {
        manager.comment(id, &format!("Looked at it, {number:02}."), "public").await.expect(201);
    }
    let get = async |who: &Client, path: &str| {
        let reply = who.get(path).await.expect(200);
        bytes(&reply)
    };
    let record = format!("/api/requests/{id}");
    table.insert(ME, route(system, async |_| get(manager, "/api/me").await).await);
    let path = "/api/me/sessions";
    table.insert(SESSIONS, route(system, async |_| get(manager, path).await).await);
    let path = "/api/users?role=technician";
    table.insert(USERS, route(system, async |_| get(manager, path).await).await);
    table.insert(RECORD, route(system, async |_| get(manager, &record).await).await);
    let path = format!("{record}/events?limit=20");
    table.insert(TIMELINE, route(system, async |_| get(manager, &path).await).await);
    let path = "/api/requests?status=submitted&limit=20";
    table.insert(LIST, route(system, async |_| get(manager, path).await).await);
    let path = "/api/system/logs/requests?level=info&limit=20";
    table.insert(LOGS, route(system, async |_| get(admin, path).await).await);
}

async fn writes(system: &Counted, people: &People, table: &mut Table) {
    let People { manager, technician, requester, .. } = people;
    let login = async |_| {
        let reply = system.anonymous().log_in(&demo("requester2"), seed::PASSWORD).await.expect(200);
        let anonymous = system.anonymous();
        let cookie = reply.header("set-cookie").and_then(|cookie| cookie.split(';').next());
        (bytes(&reply), anonymous.with_cookie(cookie))
    };
    // Whoever has signed in signs out again: the list of one's sessions is as long as it was.
    let log_out = async |client: Client| drop(client.post("/api/auth/logout", &json!({})).await.expect(204));
    table.insert(LOGIN, route_and_back(system, login, log_out).await);
    let post = async |who: &Client, path: &str, body: &Value, turn: usize, status: u16| {
        let call = who.call(Method::POST, path).json(body);
        let reply = call.header("idempotency-key", &format!("turn-{turn}")).send().await.expect(status);
        bytes(&reply)
    };
    let create = async |turn| post(requester, "/api/requests", &draft("Tap drips"), turn, 201).await;
    table.insert(CREATE, route(system, create).await);
    let mut for_another = draft("Tap drips");
    for_another["requester_id"] = requester.id().into();
    let on_behalf = async |turn| post(manager, "/api/requests", &for_another, turn, 201).await;
    table.insert(ON_BEHALF, route(system, on_behalf).await);
    // Each call finds a request of its own, all of them in the same state.
    let (to, reason) = (json!({ "assignee_id": technician.id() }), json!({ "reason": "A spare part is on its way." }));
    let step = async |ids: &[String], action: &str, body: &Value, turn: usize| {
        post(manager, &format!("/api/requests/{}/{action}", ids[turn]), body, turn, 200).await
    };
    let approved = requests(requester, CALLS).await;
    act_on(manager, &approved, "approve", &json!({})).await;
    table.insert(ASSIGN, route(system, async |turn| step(&approved, "assign", &to, turn).await).await);
    let started = requests(requester, CALLS).await;
    act_on(manager, &started, "approve", &json!({})).await;
    act_on(manager, &started, "assign", &to).await;
    act_on(technician, &started, "start", &json!({})).await;
    table.insert(HOLD, route(system, async |turn| step(&started, "hold", &reason, turn).await).await);
    let reported = requests(requester, CALLS).await;
    table.insert(COMMENT, route(system, async |turn| comment(manager, &reported[turn]).await).await);
    // What the first has come to is written down with the second.
    let reported = requests(requester, CALLS).await;
    let two = async |turn: usize| {
        comment(manager, &reported[turn]).await;
        sleep(ARRIVED).await;
        comment(manager, &reported[turn]).await
    };
    table.insert(COMMENTS, route(system, two).await);
}

async fn act_on(who: &Client, ids: &[String], action: &str, body: &Value) {
    for id in ids {
        who.act(id, action, body).await.expect(200);
    }
}

async fn comment(who: &Client, id: &str) -> u64 {
    bytes(&who.comment(id, "The part is on its way.", "public").await.expect(201))
}

async fn live(system: &Counted, people: &People, table: &mut Table) {
    let People { admin, manager, technician, requester } = people;
    let prepared = requests(requester, CALLS).await;
    let open = async |turn: usize| {
        watch(manager, &prepared[turn]).await.hang_up().await;
        // The answer to an upgrade has no body, and headers that the runtime makes.
        0
    };
    table.insert(LIVE, route(system, open).await);
    let id = requests(requester, 1).await.remove(0);
    let mut sockets = Vec::new();
    for who in [admin, manager, technician, requester].into_iter().cycle().take(SOCKETS) {
        sockets.push(watch(who, &id).await);
    }
    table.insert(FAN_OUT, route(system, async |_| comment(manager, &id).await).await);
}

async fn watch(who: &Client, id: &str) -> Live {
    let mut live = who.watch(&format!("/api/requests/{id}/live")).await;
    live.next_of("ready", PATIENCE).await;
    live
}

async fn requests(who: &Client, count: usize) -> Vec<String> {
    let mut ids = Vec::new();
    for _ in 0..count {
        let record = who.report("Lamp flickers").await;
        ids.push(record["id"].as_str().expect("an id").to_owned());
    }
    ids
}

/// What a route costs whose calls leave nothing that the next one would notice.
async fn route(system: &Counted, call: impl AsyncFn(usize) -> u64) -> Measured {
    route_and_back(system, async |turn| (call(turn).await, ()), async |()| ()).await
}

/// What a route costs: the first two calls that cost the same tell; where there are none, the least of each cost.
/// `back` undoes what a call has done, without being counted.
async fn route_and_back<T>(system: &Counted, call: impl AsyncFn(usize) -> (u64, T), back: impl AsyncFn(T)) -> Measured {
    let mut seen: Vec<Costs> = Vec::new();
    let mut imports = BTreeMap::new();
    for turn in 0..CALLS {
        system.begin().await;
        let (bytes, done) = call(turn).await;
        let Report { answer, total, .. } = system.end().await;
        back(done).await;
        let mut now = costs(&answer.expect("an answer"), &total);
        now.extend((bytes > 0).then(|| (ANSWER_BYTES.to_owned(), bytes)));
        imports = total.imports;
        if seen.contains(&now) {
            return Measured { costs: now, imports };
        }
        if turn > 0 {
            seen.push(now);
        }
    }
    Measured { costs: least(&seen), imports }
}

/// The bytes of an answer.
fn bytes(reply: &Reply) -> u64 {
    let headers = reply.headers.iter().map(|(name, value)| name.as_str().len() + value.len() + 4).sum::<usize>();
    u64::try_from(headers + reply.body.len()).expect("few")
}
