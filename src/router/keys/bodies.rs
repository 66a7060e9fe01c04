//! What the routes of API keys take.

use serde::Deserialize;

#[cfg(feature = "openapi")]
use crate::domain::key::{KeyName, Scope};

/// A new key.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct NewKey {
    /// What it is called; events and logs name it so.
    #[cfg_attr(feature = "openapi", schema(value_type = KeyName, inline))]
    pub name: String,
    /// What it may do. `operate` is for keys of admins.
    #[cfg_attr(feature = "openapi", schema(value_type = Vec<Scope>, min_items = 1))]
    pub scopes: Vec<String>,
    /// How many days it holds; 90 if nothing is said.
    #[serde(default)]
    #[cfg_attr(feature = "openapi", schema(minimum = 1, maximum = 365))]
    pub days: Option<i64>,
}

/// What of a key is changed.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct EditKey {
    /// Another name.
    #[serde(default)]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<KeyName>, inline))]
    pub name: Option<String>,
    /// Other scopes, in place of those of before.
    #[serde(default)]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<Vec<Scope>>, min_items = 1))]
    pub scopes: Option<Vec<String>>,
}

/// How a key gets a new secret.
#[derive(Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Rotation {
    /// How many hours the secret of before holds beside the new one; 24 if nothing is said, 0 ends it at once.
    #[cfg_attr(feature = "openapi", schema(minimum = 0, maximum = 168))]
    pub overlap_hours: Option<i64>,
    /// How many days the key holds from now on; 90 if nothing is said.
    #[cfg_attr(feature = "openapi", schema(minimum = 1, maximum = 365))]
    pub days: Option<i64>,
}
