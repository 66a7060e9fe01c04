//! The scenarios that are HTTP requests: what each one needs beforehand, and what it sends.

use std::sync::atomic::{AtomicU64, Ordering};

use anyhow::{Context, Result};
use serde_json::json;

use crate::assets;
use crate::files;
use crate::http::Call;
use crate::side::{Side, text};

/// Makes the requests of one scenario on one side.
pub type Maker = Box<dyn Fn(usize, u64) -> Vec<u8> + Send + Sync>;

/// A scenario.
pub struct Route {
    /// Its name on the command line.
    pub name: &'static str,
    /// The ratio of answers per second that it is to reach.
    pub goal: f64,
    /// The status of its answers.
    pub expect: u16,
    /// Makes ready what it needs.
    pub prepare: fn(&Side) -> Result<Maker>,
}

/// All of them, in the order in which they are run.
pub const ROUTES: [Route; 13] = [
    Route { name: "me", goal: 1.4, expect: 200, prepare: me },
    Route { name: "record", goal: 1.4, expect: 200, prepare: record },
    Route { name: "timeline", goal: 1.4, expect: 200, prepare: timeline },
    Route { name: "list", goal: 1.4, expect: 200, prepare: list },
    Route { name: "list-two", goal: 1.4, expect: 200, prepare: list_two },
    Route { name: "log-query", goal: 1.4, expect: 200, prepare: log_query },
    Route { name: "create", goal: 1.4, expect: 201, prepare: create },
    Route { name: "transition", goal: 1.4, expect: 200, prepare: transition },
    Route { name: "comment", goal: 1.4, expect: 201, prepare: comment },
    Route { name: "upload", goal: 1.0, expect: 201, prepare: files::upload },
    Route { name: "download", goal: 1.0, expect: 200, prepare: files::download },
    Route { name: "download-part", goal: 1.0, expect: 206, prepare: files::download_part },
    Route { name: "assets", goal: 1.0, expect: 200, prepare: assets::list },
];

fn me(side: &Side) -> Result<Maker> {
    let request = side.signed("manager", Call::get("/api/me")).bytes();
    Ok(Box::new(move |_, _| request.clone()))
}

fn record(side: &Side) -> Result<Maker> {
    let requests = requests(side, "record", 200)?;
    cycle(requests.iter().map(|id| side.signed("manager", Call::get(&format!("/api/requests/{id}")))))
}

fn timeline(side: &Side) -> Result<Maker> {
    let requests = requests(side, "timeline", 16)?;
    for id in &requests {
        comments(side, id, 119)?;
    }
    cycle(requests.iter().map(|id| side.signed("manager", Call::get(&format!("/api/requests/{id}/events?limit=50")))))
}

fn list(side: &Side) -> Result<Maker> {
    let request = side.signed("manager", Call::get("/api/requests?status=in_progress&limit=50")).bytes();
    Ok(Box::new(move |_, _| request.clone()))
}

fn list_two(side: &Side) -> Result<Maker> {
    let path = "/api/requests?status=submitted,in_progress&priority=high&limit=50";
    let request = side.signed("manager", Call::get(path)).bytes();
    Ok(Box::new(move |_, _| request.clone()))
}

fn log_query(side: &Side) -> Result<Maker> {
    let request = side.signed("admin", Call::get("/api/system/logs/mail?level=warn,error&limit=50")).bytes();
    Ok(Box::new(move |_, _| request.clone()))
}

fn create(side: &Side) -> Result<Maker> {
    let cookie = side.cookie("requester").to_owned();
    Ok(Box::new(move |_, number| {
        let call = Call::post("/api/requests", draft(&format!("Lamp {number} flickers")));
        call.with("cookie", &cookie).with("idempotency-key", &fresh_key()).bytes()
    }))
}

/// Each connection holds and resumes a request of its own, so that no step meets another.
fn transition(side: &Side) -> Result<Maker> {
    let requests = requests(side, "transition", 32)?;
    let tech = testbed::seed::DEMO_USERS
        .iter()
        .find(|user| user.role == "technician")
        .context("no technician")?
        .id()
        .to_string();
    let act = |id: &str, action: &str, body: String| {
        side.call("manager", Call::post(&format!("/api/requests/{id}/{action}"), body))?.expect(200)
    };
    for id in &requests {
        // An earlier run of the scenario left them started, or on hold.
        let record = side.call("manager", Call::get(&format!("/api/requests/{id}")))?.expect(200)?;
        match text(&record, "/status")? {
            "submitted" => {
                act(id, "approve", "{}".to_owned())?;
                act(id, "assign", json!({ "assignee_id": tech }).to_string())?;
                act(id, "start", "{}".to_owned())?;
            }
            "on_hold" => drop(act(id, "resume", "{}".to_owned())?),
            _ => {}
        }
    }
    let cookie = side.cookie("manager").to_owned();
    let turns: Vec<_> = requests.iter().map(|_| AtomicU64::new(0)).collect();
    Ok(Box::new(move |connection, _| {
        let slot = connection % requests.len();
        let turn = turns.get(slot).map_or(0, |turn| turn.fetch_add(1, Ordering::Relaxed));
        let id = requests.get(slot).map_or("", String::as_str);
        let call = if turn.is_multiple_of(2) {
            Call::post(&format!("/api/requests/{id}/hold"), r#"{"reason":"waits for a spare part"}"#)
        } else {
            Call::post(&format!("/api/requests/{id}/resume"), "{}")
        };
        call.with("cookie", &cookie).with("idempotency-key", &fresh_key()).bytes()
    }))
}

fn comment(side: &Side) -> Result<Maker> {
    let requests = requests(side, "comment", 100)?;
    let cookie = side.cookie("manager").to_owned();
    Ok(Box::new(move |_, number| {
        let id = requests.get(number as usize % requests.len()).map_or("", String::as_str);
        let call = Call::post(&format!("/api/requests/{id}/comments"), r#"{"body":"The part is on its way."}"#);
        call.with("cookie", &cookie).with("idempotency-key", &fresh_key()).bytes()
    }))
}

/// `count` requests of the requester; the same ones whenever they are asked for under the same name.
pub fn requests(side: &Side, name: &str, count: usize) -> Result<Vec<String>> {
    let mut wire = side.connect()?;
    (0..count)
        .map(|number| {
            let call = Call::post("/api/requests", draft(&format!("Pump {number} drips ({name})")));
            let call = side.signed("requester", call).with("idempotency-key", &format!("{name}-{number}"));
            let record = wire.call(&call)?.expect(201)?;
            text(&record, "/id").map(str::to_owned)
        })
        .collect()
}

/// Adds comments to a request, each once.
pub fn comments(side: &Side, id: &str, count: usize) -> Result<()> {
    let mut wire = side.connect()?;
    for number in 0..count {
        let body =
            json!({ "body": format!("Note {number}: looked at it, the seal is worn and a new one is ordered.") });
        let call = Call::post(&format!("/api/requests/{id}/comments"), body.to_string());
        let call = side.signed("manager", call).with("idempotency-key", &format!("note-{number}"));
        wire.call(&call)?.expect(201)?;
    }
    Ok(())
}

/// The body of a report.
pub fn draft(title: &str) -> String {
    json!({
        "title": title,
        "description": "It started on Monday. It is worse when the door is open, and it smells of something burnt.",
        "category": "electrical",
        "priority": "high",
    })
    .to_string()
}

/// An idempotency key that no earlier call had: each command is a new one, however often its scenario is run.
pub fn fresh_key() -> String {
    static NEXT: AtomicU64 = AtomicU64::new(0);
    format!("bench-{}", NEXT.fetch_add(1, Ordering::Relaxed))
}

/// Each request in turn.
fn cycle(calls: impl Iterator<Item = Call>) -> Result<Maker> {
    let requests: Vec<Vec<u8>> = calls.map(|call| call.bytes()).collect();
    Ok(Box::new(move |_, number| requests.get(number as usize % requests.len().max(1)).cloned().unwrap_or_default()))
}
