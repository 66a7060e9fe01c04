//! Users: who they are to others, what they may be, how they prove it.

pub mod avatar;
mod common;
pub mod device;
mod draft;
mod invitation;
mod link_token;
pub mod naming;
mod owed;
pub mod password;
mod person;
mod preferences;
mod reset;
mod role;
mod row;
mod texts;
mod throttle;

pub use avatar::{AvatarId, AvatarSize, Portrayed};
pub use draft::{DRAFT_LASTS_MS, DRAFT_MAX_BYTES, Draft, DraftId, MOST_DRAFTS};
pub use invitation::{INVITATION_LASTS_MS, Invitation, LinkState, Pending, PendingShown};
pub use link_token::LinkToken;
pub use owed::{AccountNews, AccountOwed, Handover, NewsOwed};
#[cfg(feature = "openapi")]
pub use person::ActorSchema;
pub use person::{Actor, Caller, Person, Via};
pub use preferences::{Phone, Preferences, StartPage};
pub use reset::{RESET_LASTS_MS, Reset};
pub use role::Role;
pub use row::{FactorKind, User, UserRow, UserStatus};
pub use texts::{Email, LoginName, PersonName, Username};
pub use throttle::{FADES_AFTER_MS, Throttle};
