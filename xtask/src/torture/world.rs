//! What the clients of a run share: the system's address, the people, the requests that are known, the clock, and counts.

use std::net::SocketAddr;
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use serde_json::{Value, json};
use testbed::Stack;
use testbed::seed::{DOMAIN, PASSWORD};

use super::history::{Moment, Person, Role, Shown, Thing, Wish};
use super::http::{Body, Call, Connection, Failure, Reply};

/// Who takes part.
const ROLES: [(Role, usize); 4] = [(Role::Manager, 3), (Role::Technician, 3), (Role::Requester, 4), (Role::Admin, 1)];

/// A request, as the clients know it.
#[derive(Clone, Debug)]
pub struct Known {
    pub id: String,
    /// Whose it is, by the place among the people.
    pub requester: usize,
    pub status: String,
    pub version: i64,
    pub assignee: Option<String>,
}

/// A file, as the clients know it.
#[derive(Clone, Debug)]
pub struct KnownFile {
    pub request: String,
    pub id: String,
    /// Who attached it, by the place among the people.
    pub by: usize,
    pub size: usize,
    pub is_removed: bool,
}

/// A place or an asset, as the clients know it.
#[derive(Clone, Debug)]
pub struct KnownThing {
    pub thing: Thing,
    pub id: String,
}

/// What all clients of a run share.
#[derive(Debug)]
pub struct World {
    pub address: SocketAddr,
    pub people: Vec<Person>,
    began: Instant,
    known: Mutex<Vec<Known>>,
    files: Mutex<Vec<KnownFile>>,
    things: Mutex<Vec<KnownThing>>,
    next_number: AtomicU64,
    /// Writes that were sent and are not answered.
    pub in_flight: AtomicUsize,
    pub acknowledged: AtomicUsize,
    /// Set when the clients are to stop.
    pub over: AtomicBool,
}

impl World {
    /// New accounts in a fresh system.
    pub fn populate(stack: &Stack) -> Result<World> {
        let address = stack.base_url.trim_start_matches("http://").parse().context("where the system listens")?;
        let people = stack.sql(|client| {
            let mut people = Vec::new();
            // Nobody is told of anything whom nobody asks what they were told.
            let strangers = "UPDATE users SET status = 'disabled'";
            client.execute(strangers, &[])?;
            for (role, number) in ROLES.iter().flat_map(|(role, count)| (0..*count).map(move |number| (*role, number)))
            {
                let name = format!("{} {number}", role.as_str());
                let email = address_of(&name);
                let row = client.query_one(
                    "INSERT INTO users (id, org_id, email, name, role, password_hash, status)
                     SELECT gen_random_uuid(), org_id, $1, $2, $3, password_hash, 'active' FROM users WHERE email = $4
                     RETURNING id::text",
                    &[&email, &name, &role.as_str(), &format!("admin@{DOMAIN}")],
                )?;
                people.push(Person { id: row.get(0), name, role });
            }
            Ok(people)
        })?;
        Ok(World {
            address,
            people,
            began: Instant::now(),
            known: Mutex::default(),
            files: Mutex::default(),
            things: Mutex::default(),
            next_number: AtomicU64::new(1),
            in_flight: AtomicUsize::new(0),
            acknowledged: AtomicUsize::new(0),
            over: AtomicBool::new(false),
        })
    }

    pub fn now(&self) -> Moment {
        u64::try_from(self.began.elapsed().as_micros()).unwrap_or(u64::MAX)
    }

    pub fn next_number(&self) -> u64 {
        self.next_number.fetch_add(1, Ordering::Relaxed)
    }

    pub fn is_over(&self) -> bool {
        self.over.load(Ordering::Relaxed)
    }

    /// The places of the people with this role.
    pub fn with_role(&self, role: Role) -> Vec<usize> {
        let places = self.people.iter().enumerate();
        places.filter(|(_, person)| person.role == role).map(|(place, _)| place).collect()
    }

    pub fn requests(&self) -> MutexGuard<'_, Vec<Known>> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub fn files(&self) -> MutexGuard<'_, Vec<KnownFile>> {
        self.files.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub fn things(&self) -> MutexGuard<'_, Vec<KnownThing>> {
        self.things.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A place or an asset was made or deleted.
    pub fn learn_thing(&self, thing: Thing, id: Option<&str>, wish: Wish) {
        let (Some(id), mut things) = (id, self.things()) else { return };
        things.retain(|known| wish != Wish::Delete || known.id != id);
        if wish == Wish::Make && !things.iter().any(|known| known.id == id) {
            things.push(KnownThing { thing, id: id.to_owned() });
        }
    }

    /// Remembers what a record said, unless more is known.
    pub fn learn(&self, record: &Value) {
        let Some(id) = record["id"].as_str() else { return };
        let requester = self.people.iter().position(|person| record["requester"]["id"] == person.id).unwrap_or(0);
        let known = Known {
            id: id.to_owned(),
            requester,
            status: record["status"].as_str().unwrap_or_default().to_owned(),
            version: record["version"].as_i64().unwrap_or(0),
            assignee: record["assignee"]["id"].as_str().map(str::to_owned),
        };
        let mut requests = self.requests();
        match requests.iter_mut().find(|request| request.id == id) {
            Some(older) if older.version <= known.version => *older = known,
            Some(_) => {}
            None => requests.push(known),
        }
    }

    /// A comment made a version of a request, and changed nothing else.
    pub fn learn_version(&self, id: &str, version: i64) {
        if let Some(request) = self.requests().iter_mut().find(|request| request.id == id) {
            request.version = request.version.max(version);
        }
    }
}

/// The address of somebody of this name.
pub fn address_of(name: &str) -> String {
    format!("{}@{DOMAIN}", name.replace(' ', "-"))
}

/// A signed-in person on a connection of their own.
#[derive(Debug)]
pub struct Session {
    pub by: usize,
    pub cookie: String,
    address: SocketAddr,
    connection: Connection,
}

impl Session {
    /// Signs in; the system must be well.
    pub fn sign_in(world: &World, by: usize) -> Result<Session> {
        let name = &world.people.get(by).context("there is no such person")?.name;
        let mut connection = Connection::to(world.address);
        let body = json!({ "email": address_of(name), "password": PASSWORD });
        let call = Call { method: "POST", path: "/api/auth/login", headers: &[], body: Body::Json(&body) };
        let reply = connection.send(&call).map_err(|failure| anyhow::anyhow!("nobody can sign in: {failure}"))?;
        let cookie = reply.header("set-cookie").and_then(|cookie| cookie.split(';').next());
        let Some(cookie) = cookie.filter(|_| reply.status == 200) else {
            bail!("{name} cannot sign in: {} {}", reply.status, reply.text())
        };
        Ok(Session { by, cookie: cookie.to_owned(), address: world.address, connection })
    }

    /// A session that is known by its cookie.
    pub fn resumed(world: &World, by: usize, cookie: &str) -> Session {
        Session { by, cookie: cookie.to_owned(), address: world.address, connection: Connection::to(world.address) }
    }

    /// The same session on another connection.
    pub fn twin(&self) -> Session {
        let connection = Connection::to(self.address);
        Session { by: self.by, cookie: self.cookie.clone(), address: self.address, connection }
    }

    pub fn send(
        &mut self,
        method: &str,
        path: &str,
        headers: &[(&str, &str)],
        body: Option<&Value>,
    ) -> Result<Reply, Failure> {
        self.bring(method, path, headers, body.map_or(Body::None, Body::Json))
    }

    /// The same, with any body.
    pub fn bring(
        &mut self,
        method: &str,
        path: &str,
        headers: &[(&str, &str)],
        body: Body<'_>,
    ) -> Result<Reply, Failure> {
        let mut all = vec![("cookie", self.cookie.as_str())];
        all.extend(headers);
        self.connection.send(&Call { method, path, headers: &all, body })
    }

    /// Reads until there is an answer that is no 5xx.
    pub fn read(&mut self, path: &str, within: Duration) -> Result<Reply> {
        let until = Instant::now() + within;
        loop {
            let outcome = self.send("GET", path, &[], None);
            match outcome {
                Ok(reply) if reply.status < 500 => return Ok(reply),
                _ if Instant::now() < until => std::thread::sleep(Duration::from_millis(50)),
                Ok(reply) => bail!("{path} was answered with {} {}", reply.status, reply.text()),
                Err(failure) => bail!("{path}: {failure}"),
            }
        }
    }

    /// Reads what must be there.
    pub fn get(&mut self, path: &str) -> Result<Value> {
        let reply = self.read(path, Duration::from_secs(30))?;
        if reply.status != 200 {
            bail!("{path} was answered with {} {}", reply.status, reply.text());
        }
        Ok(reply.json())
    }
}

/// What a refusal shows of the request.
pub fn shown_by_refusal(problem: &Value) -> Option<Shown> {
    super::history::View::Record.of(&problem["record"])
}
