//! The real parts of CepatEdge on one machine: an embedded PostgreSQL, the Worker on workerd, a mail server, an identity provider,
//! migrations, demo accounts.
//!
//! `cargo xtask dev` and the black-box tests bring up the same system through this crate, so a test never runs on
//! something that a developer does not. Whatever is started here ends with the process that started it, however that
//! process ends: each child watches a pipe whose other end only its owner holds.
//!
//! A test says what it needs and gets a system of its own:
//!
//! ```no_run
//! let stack = testbed::Stack::builder().features("fault-injection").start().unwrap();
//! println!("{} on {}", stack.base_url, stack.database_url);
//! stack.runtime.kill9().unwrap();
//! stack.runtime.start().unwrap();
//! ```

pub mod authority;
pub mod bundle;
pub mod clock;
pub mod cluster;
pub mod counts;
pub mod database;
pub mod door;
mod launch;
pub mod mail;
pub mod memory;
pub mod migrations;
pub mod node;
pub mod oidc;
pub mod port;
pub mod process;
pub mod proxy;
pub mod push;
pub mod read_model;
pub mod runtime;
pub mod s3;
pub mod secrets;
pub mod seed;
pub mod stack;
pub mod workerd;
pub mod workspace;
pub mod wrangler;

pub use authority::Authority;
pub use bundle::Bundle;
pub use cluster::Cluster;
pub use counts::{Counts, Report};
pub use mail::MailServer;
pub use memory::Memory;
pub use oidc::IdentityProvider;
pub use proxy::Proxy;
pub use push::PushService;
pub use read_model::READ_MODEL;
pub use runtime::Runtime;
pub use s3::S3Server;
pub use stack::{Stack, StackBuilder};
pub use workerd::Workerd;

/// The PostgreSQL driver that the crate connects with, for checks that look behind the Worker's back.
pub use postgres as driver;
