//! What one wants to be told of, and by which way: in the app, by mail, on one's devices.
//!
//! Only what somebody chose is kept; the rest is as this release thinks best. What concerns the safety of one's account is told
//! whatever one chose: whoever has got into it must not be able to silence that.

use std::collections::BTreeMap;

use base::refusal::Refusal;
use base::words;
use serde::{Deserialize, Serialize};

words! {
    /// What a notice is about: the `kind` of its event, or what happened to one's account.
    pub enum NoticeKind: "kind of notice" {
        /// Something was reported.
        Created = "created",
        /// It was approved.
        Approved = "approved",
        /// It was rejected.
        Rejected = "rejected",
        /// Work was given to somebody.
        Assigned = "assigned",
        /// Work was given back.
        Released = "released",
        /// Work began.
        Started = "started",
        /// Work waits.
        Held = "held",
        /// Work goes on.
        Resumed = "resumed",
        /// Work is done.
        Completed = "completed",
        /// It is closed.
        Closed = "closed",
        /// It was not done after all.
        Reopened = "reopened",
        /// It was withdrawn.
        Cancelled = "cancelled",
        /// It was merged with another.
        Linked = "linked",
        /// That was undone.
        Unlinked = "unlinked",
        /// Somebody said something.
        Commented = "commented",
        /// There is little time left.
        DueSoon = "due_soon",
        /// The time is over.
        Overdue = "overdue",
        /// One's account begins.
        Welcome = "welcome",
        /// One's role is another one.
        RoleChanged = "role_changed",
        /// One's password is another one.
        PasswordChanged = "password_changed",
        /// Somebody signed in from a device that was not seen before.
        NewDevice = "new_device",
        /// What one signs in with besides the password is another one.
        SecurityChanged = "security_changed",
        /// An API key of one's own ends soon.
        KeyExpires = "key_expires",
    }
}

words! {
    /// A way in which one is told.
    pub enum Channel: "channel" {
        /// The inbox in the app.
        App = "app",
        /// Mail.
        Mail = "mail",
        /// One's devices.
        Push = "push",
    }
}

impl NoticeKind {
    /// Whether it is about one's account and not about a request.
    #[must_use]
    pub const fn is_of_account(self) -> bool {
        matches!(self, Self::Welcome | Self::RoleChanged | Self::KeyExpires) || self.is_of_security()
    }

    /// Whether somebody else may have got in: it is told at once, and cannot be silenced.
    #[must_use]
    pub const fn is_of_security(self) -> bool {
        matches!(self, Self::PasswordChanged | Self::NewDevice | Self::SecurityChanged)
    }

    /// Whether one is told by this way as long as one has not chosen. In the app, of everything; elsewhere of what asks for something
    /// or ends something, and not of what is only a step on the way.
    #[must_use]
    pub const fn is_told(self, channel: Channel) -> bool {
        match (channel, self) {
            (Channel::App, _) => true,
            (_, Self::Started | Self::Held | Self::Resumed | Self::Closed | Self::Welcome) => false,
            (_, _) => true,
        }
    }

    /// Whether one has a choice about it.
    #[must_use]
    pub const fn is_chosen(self, channel: Channel) -> bool {
        match (self, channel) {
            // Whoever has just come in has the app before them.
            (Self::Welcome, _) => false,
            (Self::RoleChanged, Channel::App) => false,
            (kind, Channel::App | Channel::Mail) => !kind.is_of_security(),
            (_, Channel::Push) => true,
        }
    }
}

/// What somebody chose about one way, by the kind; of a newer release, too.
type Made = BTreeMap<String, bool>;

/// One person's choices: those that they have made. Its JSON is about mails alone, as it always was; [`Others`] stands beside it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Choices {
    /// About mails.
    pub mail: Made,
    /// About the other ways.
    pub others: Others,
}

/// Choices about what came to be chosen later than mails.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Others {
    /// About the inbox in the app.
    app: Made,
    /// About one's devices.
    push: Made,
}

/// A choice to be made about one kind of notice: what is absent stays.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Choice {
    /// What it is about.
    pub kind: NoticeKind,
    /// Whether one sees it in the app's inbox.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(nullable = false))]
    pub app: Option<bool>,
    /// Whether one is written to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(nullable = false))]
    pub mail: Option<bool>,
    /// Whether one's devices show it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(nullable = false))]
    pub push: Option<bool>,
}

/// How one is told of one kind of notice.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Chosen {
    /// What it is about.
    pub kind: NoticeKind,
    /// Whether one sees it in the app's inbox.
    #[serde(default = "yes")]
    #[cfg_attr(feature = "openapi", schema(required = true))]
    pub app: bool,
    /// Whether one is written to.
    pub mail: bool,
    /// Whether one's devices show it.
    #[serde(default)]
    #[cfg_attr(feature = "openapi", schema(required = true))]
    pub push: bool,
    /// Where one has no choice: the safety of an account is told whatever one chose.
    #[serde(default)]
    #[cfg_attr(feature = "openapi", schema(required = true))]
    pub fixed: Vec<Channel>,
}

const fn yes() -> bool {
    true
}

impl Choice {
    /// The choice about one way; none where it stays as it is.
    const fn of(&self, channel: Channel) -> Option<bool> {
        match channel {
            Channel::App => self.app,
            Channel::Mail => self.mail,
            Channel::Push => self.push,
        }
    }

    /// Whether it may be made.
    ///
    /// # Errors
    /// `Invalid` with `always_told` where one has no choice and this is another than what is.
    pub fn check(&self) -> Result<(), Refusal> {
        let is_free = |channel: &Channel| {
            let as_is = self.of(*channel).is_none_or(|wanted| wanted == self.kind.is_told(*channel));
            as_is || self.kind.is_chosen(*channel)
        };
        if Channel::ALL.iter().all(is_free) {
            return Ok(());
        }
        let detail = format!("How {} is told cannot be chosen: it is about the safety of your account.", self.kind);
        Err(Refusal::invalid("choices", "always_told", detail))
    }
}

impl Choices {
    const fn made(&self, channel: Channel) -> &Made {
        match channel {
            Channel::App => &self.others.app,
            Channel::Mail => &self.mail,
            Channel::Push => &self.others.push,
        }
    }

    const fn made_mut(&mut self, channel: Channel) -> &mut Made {
        match channel {
            Channel::App => &mut self.others.app,
            Channel::Mail => &mut self.mail,
            Channel::Push => &mut self.others.push,
        }
    }

    /// Whether one is told of a notice of this kind by this way. One that this release does not know is told in the app alone.
    #[must_use]
    pub fn is_told(&self, kind: &str, channel: Channel) -> bool {
        let known = kind.parse::<NoticeKind>().ok();
        if let Some(kind) = known.filter(|kind| !kind.is_chosen(channel)) {
            return kind.is_told(channel);
        }
        let default = || known.map_or(channel == Channel::App, |kind| kind.is_told(channel));
        self.made(channel).get(kind).copied().unwrap_or_else(default)
    }

    /// Every kind, as it is chosen or was before.
    #[must_use]
    pub fn all(&self) -> Vec<Chosen> {
        let chosen = |&kind: &NoticeKind| Chosen {
            kind,
            app: self.is_told(kind.as_str(), Channel::App),
            mail: self.is_told(kind.as_str(), Channel::Mail),
            push: self.is_told(kind.as_str(), Channel::Push),
            fixed: Channel::ALL.iter().copied().filter(|&channel| !kind.is_chosen(channel)).collect(),
        };
        NoticeKind::ALL.iter().map(chosen).collect()
    }

    /// These choices, too.
    #[must_use]
    pub fn with(mut self, choices: &[Choice]) -> Self {
        for choice in choices {
            for &channel in Channel::ALL {
                if let Some(wanted) = choice.of(channel) {
                    self.made_mut(channel).insert(choice.kind.to_string(), wanted);
                }
            }
        }
        self
    }

    /// No mails any more, but for those about the safety of the account.
    #[must_use]
    pub fn without_mails(mut self) -> Self {
        self.mail.extend(NoticeKind::ALL.iter().map(|kind| (kind.to_string(), false)));
        self
    }
}
