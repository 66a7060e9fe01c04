//! How a run comes to rest: the providers are well, and all that is owed to people is sent, so that nothing but what is lost is missing.
//!
//! What could not be sent waits for its next try, for up to two hours, and those who approve have five minutes to read a report in the
//! app. Nobody waits for that: the clock of the runtime is put ahead.

use std::thread;
use std::time::{Duration, Instant};

use anyhow::Result;
use testbed::Stack;

use super::faults::clock;
use super::observe::session;
use super::providers::Providers;
use super::world::Session;

/// How far the clock goes ahead at first: an hour more than the farthest that it is moved in a run.
const AHEAD_MS: u64 = 2 * 3_600_000;
/// And how much farther each time that something is left: more than the next try of it waits.
const FARTHER_MS: u64 = 20 * 60_000;
/// So often it does. What fails then fails for another reason.
const MOST_ROUNDS: u64 = 6;
/// Nothing new for so long, and nothing owed: it is done.
const QUIET: Duration = Duration::from_secs(2);
/// Nothing new for so long, whatever is said to be owed: another start is sooner than what is waited for there. Right behind a start all
/// objects ask PostgreSQL at once, and one that gets no answer rests.
const STANDSTILL: Duration = Duration::from_secs(5);
const GLANCE: Duration = Duration::from_millis(200);
/// What the audit is still to be told is there by then.
const AUDITED_WITHIN: Duration = Duration::from_secs(20);

/// Has all that is owed to people sent. Whether that was done is for the checker to find.
pub fn come_to_rest(
    stack: &Stack,
    providers: &Providers<'_>,
    sessions: &mut [Session],
    admin: usize,
    requests: &[String],
) -> Result<()> {
    providers.recover();
    for round in 0..MOST_ROUNDS {
        stack.runtime.stop()?;
        clock::put_ahead(stack, AHEAD_MS + round * FARTHER_MS);
        stack.runtime.start()?;
        // An object that nobody calls sleeps on until it would have woken by the machine's clock.
        for id in requests {
            session(sessions, admin)?.get(&format!("/api/requests/{id}"))?;
        }
        for session in sessions.iter_mut() {
            session.get("/api/me/inbox?limit=1")?;
        }
        if is_sent(stack, providers)? {
            break;
        }
    }
    tell_audit(stack)
}

/// Waits until nothing is owed and nothing comes any more; whether that is so.
fn is_sent(stack: &Stack, providers: &Providers<'_>) -> Result<bool> {
    let (mut known, mut since) = (providers.count(), Instant::now());
    loop {
        thread::sleep(GLANCE);
        let (count, waiting) = (providers.count(), waiting(stack)?);
        if count != known {
            (known, since) = (count, Instant::now());
        }
        if waiting == 0 && since.elapsed() > QUIET {
            return Ok(true);
        }
        if since.elapsed() > STANDSTILL {
            return Ok(false);
        }
    }
}

/// How much is not sent yet, as the system lists it.
fn waiting(stack: &Stack) -> Result<i64> {
    let count = "SELECT count(*) FROM deliveries WHERE state = 'waiting'";
    stack.sql(|client| Ok(client.query_one(count, &[])?.get(0)))
}

/// That an address has bounced goes to the audit by the clock, and from there to PostgreSQL.
fn tell_audit(stack: &Stack) -> Result<()> {
    stack.runtime.run_scheduled()?;
    let until = Instant::now() + AUDITED_WITHIN;
    let owed = format!(
        "SELECT (SELECT count(*) FROM audit_owed) + (SELECT count(*) FROM users WHERE mail_paused IS NOT NULL)
              - (SELECT count(*) FROM audit_entries WHERE action = '{}')",
        super::history::MAIL_PAUSED
    );
    while Instant::now() < until && stack.sql(|client| Ok(client.query_one(&owed, &[])?.get::<_, i64>(0)))? > 0 {
        thread::sleep(GLANCE);
    }
    Ok(())
}
