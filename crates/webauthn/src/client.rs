//! Client data (WebAuthn level 3, section 5.8.1): what the browser says of the page that asked.

use serde::Deserialize;

/// Client data. What else a browser writes is for others.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ClientData {
    #[serde(rename = "type")]
    pub kind: String,
    /// The challenge that it was given, in base64url.
    pub challenge: String,
    pub origin: String,
    /// Whether the page was in a frame of another origin.
    #[serde(default)]
    pub cross_origin: bool,
}

/// The longest client data that is read, in bytes.
const LONGEST: usize = 4_096;

impl ClientData {
    pub fn parse(json: &[u8]) -> Option<Self> {
        if json.len() > LONGEST {
            return None;
        }
        serde_json::from_slice(json).ok()
    }
}
