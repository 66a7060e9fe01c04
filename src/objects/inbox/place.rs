//! Where this person is, for what their times leave open: the zone of their profile, or else the organisation's, and the first day of
//! its week. PostgreSQL says it, when a mail or a message could be sent; it is good for a few seconds, so that a change is in force
//! within ten.

use base::refusal::Refusal;
use base::time::Timestamp;
use durable::clock;

use super::InboxObject;
use super::store::Person;
use crate::db::statements::people::WriteTo;
use crate::domain::notify::times::{Place, Times};
use crate::domain::organisation::{TimeZone, Weekday};
use crate::objects::context::CallContext;
use crate::objects::database::api::query;

/// So long what was found is good, in milliseconds.
const KEPT_MS: i64 = 4_000;

impl InboxObject {
    /// When they are written to, with nothing left open; `None` while that takes a place that is not known: then it is to be
    /// [found](Self::find_place), and everything looked at again.
    pub(super) fn times_of(&self, person: &Person) -> Option<Times> {
        let times = person.times.clone().unwrap_or_else(Times::at_any_hour);
        if !times.are_left_open() {
            return Some(times);
        }
        let known = self.place.borrow();
        let (place, _) = known.as_ref().filter(|(_, found)| (0..KEPT_MS).contains(&clock::now().ms_since(*found)))?;
        Some(times.at(place))
    }

    /// Finds out where they are.
    ///
    /// # Errors
    /// `Unavailable` while PostgreSQL is away: then nothing is sent either.
    pub(super) async fn find_place(&self, person: &Person) -> Result<(), Refusal> {
        let cx = CallContext::system(person.org.clone(), clock::trace());
        let reader = query(&self.state.env, WriteTo { id: person.user }, &cx).await?;
        let (time_zone, week_start) = reader.map(|reader| (reader.time_zone, reader.week_start)).unwrap_or_default();
        let place = Place {
            time_zone: time_zone.unwrap_or_else(TimeZone::utc),
            week_start: week_start.unwrap_or(Weekday::Monday),
        };
        let found: Timestamp = clock::now();
        *self.place.borrow_mut() = Some((place, found));
        Ok(())
    }
}
