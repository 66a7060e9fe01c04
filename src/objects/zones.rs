//! Time zones, as the platform knows them: how far a zone's clock is ahead of UTC at an instant.
//!
//! The data are those of the runtime's ECMA-402 `Intl`: nothing of them is in the Worker. What is calculated with it is in
//! `domain::notify::times`; `tests/zones.rs` holds what an `Intl` says equal to the time zone database that the tests there go by.

use base::time::Timestamp;
use js_sys::{Array, Function, Object, Reflect};
use wasm_bindgen::{JsCast as _, JsValue};

use crate::domain::notify::times;
use crate::domain::organisation::TimeZone;

/// Whether there is such a zone.
#[must_use]
pub fn is_known(zone: &TimeZone) -> bool {
    format_in(zone).is_ok()
}

/// How far the zone's clock is ahead of UTC, in milliseconds. UTC's own where this runtime does not know the zone.
pub fn ahead_in(zone: &TimeZone) -> impl Fn(Timestamp) -> i64 + use<> {
    let format = format_in(zone).ok();
    move |at| {
        #[allow(clippy::cast_precision_loss)] // a time is below 2^53
        let formatted = format.as_ref().and_then(|format| {
            format.call1(&JsValue::UNDEFINED, &JsValue::from_f64(at.as_ms() as f64)).ok()?.as_string()
        });
        // Such as `11/29/2026, GMT+07:00`.
        formatted.and_then(|text| times::ahead_ms(text.rsplit(", ").next()?)).unwrap_or_default()
    }
}

/// Formats a time as its date and its offset. It throws for a zone that it does not know.
fn format_in(zone: &TimeZone) -> Result<Function, JsValue> {
    let intl = Reflect::get(&js_sys::global(), &"Intl".into())?;
    let constructor: Function = Reflect::get(&intl, &"DateTimeFormat".into())?.dyn_into()?;
    let options = Object::new();
    Reflect::set(&options, &"timeZone".into(), &zone.as_str().into())?;
    Reflect::set(&options, &"timeZoneName".into(), &"longOffset".into())?;
    let format = Reflect::construct(&constructor, &Array::of2(&"en-US".into(), &options))?;
    Reflect::get(&format, &"format".into())?.dyn_into()
}
