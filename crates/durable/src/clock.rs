//! Time, timers and chance, as the platform gives them.
//!
//! Rules take time and randomness as arguments; this is where they come from. In a Worker the clock stands still
//! while code runs and moves with I/O.

use std::future::Future;
use std::pin::pin;
use std::time::Duration;

use futures::future::{Either, select};

use crate::StorageError;
pub use crate::timer::Sleep;
use crate::timer::sleep;
use base::ids::TraceId;
use base::refusal::Refusal;
use base::time::Timestamp;

/// The present moment.
pub fn now() -> Timestamp {
    Timestamp::from_ms(js_sys::Date::now() as i64)
}

/// A number in [0, 1), for jitter; never for secrets.
pub fn chance() -> f64 {
    js_sys::Math::random()
}

/// The id of a new trace.
pub fn trace() -> TraceId {
    let mut random = [0; 10];
    // Without entropy the id is still unique to the millisecond, which is all that a trace needs.
    let _no_entropy = getrandom::getrandom(&mut random);
    TraceId::new(now(), &random)
}

/// Waits `delay_ms` milliseconds. A wait that is abandoned leaves no timer behind.
pub fn pause_ms(delay_ms: u32) -> Sleep {
    pause(Duration::from_millis(u64::from(delay_ms)))
}

/// Does work that a schema step cannot do, in slices between which other events have their turn, until `slice` says that nothing is
/// left. A failure is told to the Worker's log; the next start of the object goes on.
pub async fn in_slices(work: &str, slice: impl Fn() -> Result<bool, StorageError>) {
    loop {
        match slice() {
            Ok(true) => pause_ms(1).await,
            Ok(false) => return,
            Err(error) => return worker::console_error!("{work}: {error}"),
        }
    }
}

/// As [`pause_ms`].
pub fn pause(duration: Duration) -> Sleep {
    sleep(duration)
}

/// The outcome of `work`, or `None` when it took longer than `limit_ms` milliseconds.
pub async fn within<T>(limit_ms: u32, work: impl Future<Output = T>) -> Option<T> {
    match select(pin!(work), pause_ms(limit_ms)).await {
        Either::Left((outcome, _)) => Some(outcome),
        Either::Right(_) => None,
    }
}

/// Goes on with `work` after the present call has answered; the object stays alive for it.
pub fn in_background(work: impl Future<Output = ()> + 'static) {
    wasm_bindgen_futures::spawn_local(work);
}

/// So many random bytes.
///
/// # Errors
/// `Internal` when the platform has none.
pub fn random<const N: usize>() -> Result<[u8; N], Refusal> {
    let mut bytes = [0; N];
    getrandom::getrandom(&mut bytes).map_err(|_| Refusal::Internal)?;
    Ok(bytes)
}
