//! Tells what is going on and for how long: one live line on a terminal, plain lines everywhere else.
//!
//! Steps may run at the same time. A finished step leaves a line with its time. Without a terminal a step speaks up
//! after two seconds and then every half minute, so that a log shows where a long build stands.

use std::io::{IsTerminal, Write, stderr};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard, Once, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::Result;

const TICK: Duration = Duration::from_millis(120);
const FIRST_WORD: Duration = Duration::from_secs(2);
const NEXT_WORD: Duration = Duration::from_secs(30);
/// A live line must not wrap, or it could not be taken back.
const LIVE_WIDTH: usize = 78;

static ACTIVE: Mutex<Vec<Active>> = Mutex::new(Vec::new());

struct Active {
    id: u64,
    title: String,
    detail: String,
    since: Instant,
    next_word: Duration,
}

/// Something that is being done.
pub struct Step {
    id: u64,
    title: String,
    since: Instant,
}

impl Step {
    /// Says what the step is busy with at the moment.
    pub fn detail(&self, detail: &str) {
        if let Some(active) = active().iter_mut().find(|active| active.id == self.id) {
            active.detail = detail.to_owned();
        }
    }
}

/// Does `work` as a step named `title`.
pub fn step<T>(title: &str, work: impl FnOnce(&Step) -> Result<T>) -> Result<T> {
    let step = begin(title);
    let outcome = work(&step);
    let elapsed = seconds(step.since.elapsed());
    let mark = if outcome.is_ok() { "✓" } else { "✗" };
    active().retain(|active| active.id != step.id);
    line(&format!("{mark} {} {elapsed}", step.title));
    outcome
}

/// Prints a line above the live one.
pub fn line(text: &str) {
    let mut out = stderr().lock();
    let clear = if stderr().is_terminal() { "\r\x1b[2K" } else { "" };
    // A closed standard error is no reason to stop the work.
    let _ = writeln!(out, "{clear}{text}");
}

/// A duration the way a person reads it: `0.4 s`, `12 s`, `3 min 05 s`.
pub fn seconds(duration: Duration) -> String {
    match duration.as_secs() {
        0..10 => format!("{:.1} s", duration.as_secs_f64()),
        10..60 => format!("{} s", duration.as_secs()),
        whole => format!("{} min {:02} s", whole / 60, whole % 60),
    }
}

fn begin(title: &str) -> Step {
    static NEXT_ID: AtomicU64 = AtomicU64::new(0);
    static TICKER: Once = Once::new();
    TICKER.call_once(|| {
        thread::spawn(|| {
            loop {
                thread::sleep(TICK);
                tick();
            }
        });
    });
    let step = Step { id: NEXT_ID.fetch_add(1, Ordering::Relaxed), title: title.to_owned(), since: Instant::now() };
    active().push(Active {
        id: step.id,
        title: title.to_owned(),
        detail: String::new(),
        since: step.since,
        next_word: FIRST_WORD,
    });
    step
}

fn active() -> MutexGuard<'static, Vec<Active>> {
    ACTIVE.lock().unwrap_or_else(PoisonError::into_inner)
}

fn tick() {
    let mut steps = active();
    if stderr().is_terminal() {
        if !steps.is_empty() {
            let live: Vec<String> = steps.iter().map(describe).collect();
            let text: String = live.join(" · ").chars().take(LIVE_WIDTH).collect();
            let mut out = stderr().lock();
            let _ = write!(out, "\r\x1b[2K{text}");
            let _ = out.flush();
        }
        return;
    }
    for step in steps.iter_mut().filter(|step| step.since.elapsed() >= step.next_word) {
        step.next_word = step.since.elapsed() + NEXT_WORD;
        line(&format!("… {}", describe(step)));
    }
}

fn describe(step: &Active) -> String {
    let elapsed = step.since.elapsed().as_secs();
    if step.detail.is_empty() {
        format!("{} {elapsed} s", step.title)
    } else {
        format!("{} {elapsed} s ({})", step.title, step.detail)
    }
}
