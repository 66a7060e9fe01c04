//! Sign-in with an organisation's identity provider (OpenID Connect Core 1.0): what its answers must be, and whom they let in.
//!
//! [`issuer`] is where a provider may be, [`provider`] what it says of itself, [`token`] what it says of a person, [`entry`] what
//! becomes of that person here. All of it is pure: text and time in, a value or a fault out.

pub mod entry;
pub mod issuer;
pub mod provider;
pub mod token;

use base::refusal::Refusal;
use base::time::{Timestamp, rfc3339};
use base::words;
use serde::{Deserialize, Serialize};

pub use issuer::Reach;

/// The longest issuer or client id, in characters.
pub const MAX_TEXT: u32 = 255;

/// The longest list of domains, in characters.
pub const MAX_DOMAINS: u32 = 500;

/// The longest name of a provider on its button, in characters.
pub const MAX_NAME: u32 = 40;

/// An attempt to sign in ends after so long, in milliseconds: 10 minutes.
pub const ATTEMPT_LASTS_MS: i64 = 10 * 60 * 1_000;

words! {
    /// What becomes of somebody of an allowed domain whom nobody has invited.
    pub enum Newcomers: "rule for newcomers" {
        /// Nothing: only who was invited comes in.
        InvitedOnly = "invited_only",
        /// They become a requester.
        Requester = "requester",
        /// They become a technician.
        Technician = "technician",
    }
}

words! {
    /// Why somebody was not let in by the identity provider, as the app says it.
    pub enum SignInProblem: "problem of a sign-in" {
        /// It is switched off, or not set up.
        Off = "off",
        /// The provider did not answer in time, or with an error of its own.
        ProviderAway = "provider_away",
        /// The provider and the settings do not fit together; the log says why.
        Misconfigured = "misconfigured",
        /// The attempt is over: older than 10 minutes, finished before, or another browser's.
        Expired = "expired",
        /// They said no at the provider.
        Denied = "denied",
        /// The provider refused.
        Refused = "refused",
        /// What the provider said is not to be believed; the log says why.
        BadToken = "bad_token",
        /// The provider tells no e-mail address.
        NoAddress = "no_address",
        /// The provider does not say that the address is theirs.
        Unverified = "unverified",
        /// Nobody here has this address, or they may not come in.
        NotInvited = "not_invited",
        /// The account is linked with another identity at this provider.
        OtherLink = "other_link",
        /// They were sent there to prove anew who they are, and the provider does not tell when they did.
        NoProof = "no_proof",
        /// They were sent there to prove anew who they are, and the provider let them in without asking.
        NotProved = "not_proved",
        /// Too many tries from one network address.
        TooMany = "too_many",
        /// Something of ours is away.
        Later = "later",
    }
}

/// What an organisation has set about its provider. By default there is none.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IdentityRules {
    /// Whether it is on.
    pub on: bool,
    /// Who the provider is: an address, which it repeats in everything that it says.
    pub issuer: String,
    /// Who we are to the provider.
    pub client_id: String,
    /// What the provider is called on its button; empty where the button says it in general.
    pub name: String,
    /// The domains whose people come in without an invitation, in lower case, with commas.
    pub domains: String,
    /// What those people become.
    pub newcomers: Newcomers,
    /// Whether an address counts as verified where the provider says neither that it is nor that it is not.
    pub trusts_addresses: bool,
}

impl Default for IdentityRules {
    fn default() -> Self {
        Self {
            on: false,
            issuer: String::new(),
            client_id: String::new(),
            name: String::new(),
            domains: String::new(),
            newcomers: Newcomers::InvitedOnly,
            trusts_addresses: false,
        }
    }
}

impl IdentityRules {
    /// Whether people can be sent to the provider.
    #[must_use]
    pub fn is_ready(&self) -> bool {
        self.on && self.is_set_up()
    }

    /// Whether it is known who the provider is, and who we are there.
    #[must_use]
    pub fn is_set_up(&self) -> bool {
        !self.issuer.is_empty() && !self.client_id.is_empty()
    }
}

/// A link of an account with an identity at a provider.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct IdentityLink {
    /// The provider.
    pub issuer: String,
    /// Since when.
    pub linked_at: Timestamp,
}

/// A link as it is shown.
#[derive(Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct IdentityShown {
    /// The provider.
    pub issuer: String,
    /// Since when.
    #[serde(with = "rfc3339")]
    #[cfg_attr(feature = "openapi", schema(value_type = String, format = DateTime))]
    pub linked_at: Timestamp,
}

impl From<IdentityLink> for IdentityShown {
    fn from(IdentityLink { issuer, linked_at }: IdentityLink) -> Self {
        IdentityShown { issuer, linked_at }
    }
}

/// A client id: visible ASCII (RFC 6749 appendix A.1), or nothing.
///
/// # Errors
/// `Invalid` with `malformed_client_id`.
pub fn checked_client_id(text: &str) -> Result<String, Refusal> {
    let text = text.trim();
    if text.bytes().all(|byte| byte.is_ascii_graphic()) {
        return Ok(text.to_owned());
    }
    Err(Refusal::invalid(
        "value",
        "malformed_client_id",
        "It is the client id as the provider shows it, without spaces.",
    ))
}

/// What a provider is called, or nothing.
///
/// # Errors
/// `Invalid` with `control_character`.
pub fn checked_name(text: &str) -> Result<String, Refusal> {
    let text = text.trim();
    if text.chars().any(char::is_control) {
        return Err(Refusal::invalid("value", "control_character", "It is one line."));
    }
    Ok(text.to_owned())
}

/// Domains, in lower case and once each, or nothing. Commas and spaces part them.
///
/// # Errors
/// `Invalid` with `malformed_domains` for what is no domain.
pub fn checked_domains(text: &str) -> Result<String, Refusal> {
    let mut domains: Vec<String> = Vec::new();
    for word in text.split([',', ';', ' ', '\t', '\n', '\r']).filter(|word| !word.is_empty()) {
        let domain = word.trim_start_matches('@').to_ascii_lowercase();
        if !issuer::is_domain(&domain) {
            let detail = "It is a list of domains with commas, such as example.com, example.org.";
            return Err(Refusal::invalid("value", "malformed_domains", detail));
        }
        if !domains.contains(&domain) {
            domains.push(domain);
        }
    }
    Ok(domains.join(", "))
}

#[cfg(all(test, not(target_arch = "wasm32")))]
mod tests {
    use super::*;

    #[test]
    fn domains_are_written_in_one_way() {
        assert_eq!(
            checked_domains(" Melati.example,@melati.test ; melati.test\nb.co ").unwrap(),
            "melati.example, melati.test, b.co"
        );
        assert_eq!(checked_domains("  ").unwrap(), "");
        for text in ["localhost", "a@b.co", "*.b.co", "https://b.co", "b..co", "-b.co", "b.co."] {
            assert!(checked_domains(text).is_err(), "{text}");
        }
    }

    #[test]
    fn a_client_id_has_no_spaces() {
        assert_eq!(checked_client_id(" 12-ab.apps.example ").unwrap(), "12-ab.apps.example");
        for text in ["a b", "a\u{e9}", "a\nb"] {
            assert!(checked_client_id(text).is_err(), "{text}");
        }
    }

    #[test]
    fn it_is_ready_when_it_is_on_and_everything_is_there() {
        let whole = IdentityRules {
            on: true,
            issuer: "https://id.example.com".into(),
            client_id: "c".into(),
            ..IdentityRules::default()
        };
        assert!(whole.is_ready());
        assert!(!IdentityRules { on: false, ..whole.clone() }.is_ready());
        assert!(!IdentityRules { issuer: String::new(), ..whole.clone() }.is_ready());
        assert!(!IdentityRules { client_id: String::new(), ..whole }.is_ready());
    }
}
