//! Sending a mail: what one is, what it looks like on the wire, and how a provider is spoken with.
//!
//! [`message`] is a mail before anybody has seen it, [`mime`] its form on the wire (RFC 5322, 2045, 2047), [`smtp`] the dialogue
//! with a server (RFC 5321, 3207, 4954), [`reply`] the reader of its replies, [`api`] the JSON of HTTP services, [`url`] where and
//! how, [`outcome`] what became of it, [`events`] what a provider tells of it afterwards.
//!
//! Architecture invariant: no platform and no template is named here; what is tested natively is what ships.
//!
//! Architecture invariant: no text of a caller can make a header, a command or the end of a mail.

pub mod api;
pub mod events;
pub mod message;
pub mod mime;
pub mod outcome;
pub mod platform;
pub mod reply;
pub mod smtp;
pub mod url;

pub use message::{Address, Mail, MailId, Mailbox, Unsubscribe};
pub use outcome::{Failure, Outcome, Step};
