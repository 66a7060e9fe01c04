//! The actors: a folder each.
//!
//! An actor is one Durable Object: `<actor>/api.rs` is its contract, `<actor>/mod.rs` the object, `<actor>/store.rs` its
//! SQLite. What they are made of is `crates/durable`; [`context`] is what every call carries, [`viewer`] who looks through a live
//! socket, [`zones`] what the platform knows of time zones.

pub mod account;
pub mod cache;
pub mod context;
pub mod database;
pub mod inbox;
pub mod log_stream;
pub mod mail_pause;
pub mod request;
pub mod request_index;
pub mod session;
pub mod settings;
pub mod sign_in;
pub mod viewer;
pub mod zones;

/// The actor behind each class that `wrangler.toml` binds. To be done once per wasm instance.
pub fn register() {
    durable::register::<account::AccountObject>("AccountObject");
    durable::register::<cache::CacheObject>("CacheObject");
    durable::register::<database::DatabaseObject>("DatabaseObject");
    durable::register::<inbox::InboxObject>("InboxObject");
    durable::register::<log_stream::LogStreamObject>("LogStreamObject");
    durable::register::<request::RequestObject>("RequestObject");
    durable::register::<request_index::RequestIndexObject>("RequestIndexObject");
    durable::register::<session::SessionObject>("SessionObject");
    durable::register::<sign_in::SignInObject>("SignInObject");
}
