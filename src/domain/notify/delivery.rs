//! What is sent about a notice: by which way, to which device, and what has become of it.

use std::fmt;
use std::str::FromStr;

use base::hex::hex;
use base::ids::UserId;
use base::time::{Timestamp, rfc3339};
use base::words;
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use super::{Channel, NoticeId};
use crate::domain::mailed::{MailOutcome, Mailed};
use crate::domain::request::RequestId;

words! {
    /// What has become of what is sent.
    pub enum DeliveryState: "state of a delivery" {
        /// It is not sent yet, or will be tried again.
        Waiting = "waiting",
        /// Whoever carries it has it.
        Sent = "sent",
        /// Whoever carries it will not take it.
        Refused = "refused",
        /// It was tried for days; nobody tries it any more.
        Parked = "parked",
        /// It was not needed any more, or somebody gave it up.
        Dropped = "dropped",
    }
}

impl DeliveryState {
    /// What follows from whether it is tried again, what the last try came to, and whether somebody gave it up.
    #[must_use]
    pub fn of(is_due: bool, last: Option<MailOutcome>, is_given_up: bool) -> Self {
        match last {
            _ if is_due => Self::Waiting,
            _ if is_given_up => Self::Dropped,
            Some(MailOutcome::Taken) => Self::Sent,
            Some(MailOutcome::Refused) => Self::Refused,
            Some(MailOutcome::Later | MailOutcome::Unknown) => Self::Parked,
            None => Self::Dropped,
        }
    }

    /// Whether an operator may have it tried again, or give it up.
    #[must_use]
    pub const fn is_stuck(self) -> bool {
        matches!(self, Self::Refused | Self::Parked)
    }
}

/// A device that has asked for messages: 16 hexadecimal digits, which follow from where its push service is.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[cfg_attr(feature = "openapi", schema(value_type = String))]
pub struct DeviceId(String);

/// A text that names no device, or no delivery.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("this is no id")]
pub struct NoId;

impl DeviceId {
    /// The id of the device whose push service is reached here.
    #[must_use]
    pub fn of(endpoint: &str) -> Self {
        Self(hex(Sha256::digest(endpoint.as_bytes()).get(..8).unwrap_or_default()))
    }

    /// As a text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for DeviceId {
    type Err = NoId;

    fn from_str(text: &str) -> Result<Self, NoId> {
        let is_digit = |byte: u8| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte);
        if text.len() == 16 && text.bytes().all(is_digit) { Ok(Self(text.to_owned())) } else { Err(NoId) }
    }
}

impl TryFrom<String> for DeviceId {
    type Error = NoId;

    fn try_from(text: String) -> Result<Self, NoId> {
        text.parse()
    }
}

impl From<DeviceId> for String {
    fn from(id: DeviceId) -> Self {
        id.0
    }
}

/// One delivery: of a notice, to a person, by mail or to a device. `{notice}_{user}_{mail or device}`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct DeliveryId {
    /// What is told.
    pub notice: NoticeId,
    /// Whom.
    pub user: UserId,
    /// On which device; `None` by mail.
    pub device: Option<DeviceId>,
}

impl DeliveryId {
    /// The way by which it is sent.
    #[must_use]
    pub const fn channel(&self) -> Channel {
        if self.device.is_none() { Channel::Mail } else { Channel::Push }
    }
}

impl fmt::Display for DeliveryId {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let way = self.device.as_ref().map_or("mail", DeviceId::as_str);
        write!(formatter, "{}_{}_{way}", self.notice.0.as_str(), self.user.0.simple())
    }
}

impl FromStr for DeliveryId {
    type Err = NoId;

    fn from_str(text: &str) -> Result<Self, NoId> {
        let mut parts = text.rsplitn(3, '_');
        let (way, user, notice) = (parts.next(), parts.next(), parts.next());
        let device = match way.ok_or(NoId)? {
            "mail" => None,
            device => Some(device.parse()?),
        };
        let user = uuid::Uuid::try_parse(user.ok_or(NoId)?).map_err(|_| NoId)?;
        let notice = notice.and_then(|notice| notice.parse().ok()).ok_or(NoId)?;
        Ok(Self { notice: NoticeId(notice), user: user.hyphenated().to_string().parse().map_err(|_| NoId)?, device })
    }
}

impl TryFrom<String> for DeliveryId {
    type Error = NoId;

    fn try_from(text: String) -> Result<Self, NoId> {
        text.parse()
    }
}

impl From<DeliveryId> for String {
    fn from(id: DeliveryId) -> Self {
        id.to_string()
    }
}

/// A delivery as it is listed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Delivered {
    /// Its id.
    #[cfg_attr(feature = "openapi", schema(value_type = String))]
    pub id: DeliveryId,
    /// By mail, or to a device.
    pub channel: Channel,
    /// What is told: the `kind` of the event.
    pub kind: String,
    /// The request that it is about.
    #[cfg_attr(feature = "openapi", schema(required = true))]
    pub request: Option<RequestId>,
    /// Its number.
    #[serde(default)]
    #[cfg_attr(feature = "openapi", schema(required = true))]
    pub number: Option<String>,
    /// What has become of it.
    pub state: DeliveryState,
    /// How often it was tried.
    pub tries: u32,
    /// What the last try came to. For administrators: its words are the provider's, and may name an address.
    #[serde(default)]
    #[cfg_attr(feature = "openapi", schema(required = true))]
    pub last: Option<Mailed>,
    /// When it was told.
    #[serde(with = "rfc3339")]
    #[cfg_attr(feature = "openapi", schema(value_type = String, format = DateTime))]
    pub created_at: Timestamp,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_is_read_as_it_is_written() {
        let mail = "7d7c9c3a-53ea-5b0e-9d9a-64a8f1f0a001-0-4_00000000000000000000000000000004_mail";
        let push = mail.replace("_mail", "_00112233445566ff");
        for text in [mail, &push] {
            let id: DeliveryId = text.parse().unwrap();
            assert_eq!(id.to_string(), text);
            assert_eq!(id.user.to_string(), "00000000-0000-0000-0000-000000000004");
        }
        for text in ["", "_", "__", "a_b_c", "a_00000000000000000000000000000004_MAIL", &mail.replace("_mail", "_0011")]
        {
            assert!(text.parse::<DeliveryId>().is_err(), "{text}");
        }
    }

    #[test]
    fn what_has_become_of_it_follows_from_its_tries() {
        use MailOutcome::{Later, Refused, Taken, Unknown};
        let of = |due, last| DeliveryState::of(due, last, false);
        assert_eq!((of(true, None), of(true, Some(Later))), (DeliveryState::Waiting, DeliveryState::Waiting));
        assert_eq!((of(false, Some(Taken)), of(false, Some(Refused))), (DeliveryState::Sent, DeliveryState::Refused));
        assert_eq!((of(false, Some(Later)), of(false, Some(Unknown))), (DeliveryState::Parked, DeliveryState::Parked));
        assert_eq!(
            (of(false, None), DeliveryState::of(false, Some(Later), true)),
            (DeliveryState::Dropped, DeliveryState::Dropped)
        );
    }
}
