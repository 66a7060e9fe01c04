//! The forms of the providers that organisations have: where they are, what they say of themselves, and what of a person.
//!
//! Taken from what Google, Microsoft Entra and Keycloak publish. The fourth is one that keeps its token short and tells the rest at the
//! userinfo address, as Authelia and Zitadel do by default.

use serde_json::{Map, Value, json};

use super::page::{Person, Said};

/// The tenant of the Microsoft shape.
const TENANT: &str = "5a4ab6a5-55e4-4c7e-8b4a-f3d0c64c7f51";

/// Whose form the provider has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shape {
    /// Google's.
    Google,
    /// Microsoft Entra's, of one organisation.
    Microsoft,
    /// Microsoft Entra's, for the people of all organisations.
    MicrosoftCommon,
    /// Keycloak's.
    Keycloak,
    /// One whose token has no more than it must, signed with ES256.
    Lean,
}

impl Shape {
    const ALL: [Self; 5] = [Self::Google, Self::Microsoft, Self::MicrosoftCommon, Self::Keycloak, Self::Lean];

    fn path(self) -> String {
        match self {
            Self::Google => "/google".to_owned(),
            Self::Microsoft => format!("/microsoft/{TENANT}/v2.0"),
            Self::MicrosoftCommon => "/microsoft/common/v2.0".to_owned(),
            Self::Keycloak => "/realms/melati".to_owned(),
            Self::Lean => "/lean/".to_owned(),
        }
    }

    /// Whose path it is, and what stands behind it there.
    pub(super) fn at(path: &str) -> Option<(Self, &str)> {
        Self::ALL.into_iter().find_map(|shape| {
            let rest = path.strip_prefix(shape.path().trim_end_matches('/'))?;
            Some((shape, rest.strip_prefix('/')?))
        })
    }

    pub(super) fn issuer(self, base_url: &str) -> String {
        format!("{base_url}{}", self.path())
    }

    /// What it says of itself.
    pub(super) fn description(self, base_url: &str) -> Value {
        let at = |rest: &str| format!("{base_url}{}/{rest}", self.path().trim_end_matches('/'));
        let issuer = match self {
            Self::MicrosoftCommon => format!("{base_url}/microsoft/{{tenantid}}/v2.0"),
            _ => self.issuer(base_url),
        };
        let mut description = json!({
            "issuer": issuer,
            "authorization_endpoint": at("authorize"),
            "token_endpoint": at("token"),
            "jwks_uri": at("keys"),
            "userinfo_endpoint": at("userinfo"),
            "response_types_supported": ["code", "id_token", "code id_token"],
            "subject_types_supported": ["pairwise", "public"],
            "scopes_supported": ["openid", "profile", "email"],
            "id_token_signing_alg_values_supported": ["RS256"],
        });
        let more = match self {
            Self::Google => json!({
                "token_endpoint_auth_methods_supported": ["client_secret_post", "client_secret_basic"],
                "code_challenge_methods_supported": ["plain", "S256"],
                "claims_supported": ["aud", "email", "email_verified", "exp", "hd", "iat", "iss", "name", "sub"],
            }),
            // It says nothing of PKCE, and does it.
            Self::Microsoft | Self::MicrosoftCommon => json!({
                "token_endpoint_auth_methods_supported": ["client_secret_post", "private_key_jwt"],
                "claims_supported": ["sub", "iss", "aud", "exp", "iat", "auth_time", "acr", "nonce", "name", "email"],
                "request_uri_parameter_supported": false, "cloud_instance_name": "example", "rbac_url": "https://pas.example",
            }),
            Self::Keycloak => json!({
                "token_endpoint_auth_methods_supported": ["private_key_jwt", "client_secret_basic", "client_secret_post"],
                "code_challenge_methods_supported": ["plain", "S256"],
                "claims_supported": ["aud", "sub", "iss", "auth_time", "name", "preferred_username", "email", "acr"],
                "authorization_response_iss_parameter_supported": true,
                "id_token_signing_alg_values_supported": ["PS384", "RS384", "EdDSA", "ES384", "HS256", "HS512", "ES256", "RS256"],
            }),
            Self::Lean => json!({
                "id_token_signing_alg_values_supported": ["ES256"],
                "code_challenge_methods_supported": ["S256"],
            }),
        };
        if let (Some(description), Value::Object(more)) = (description.as_object_mut(), more) {
            description.extend(more);
        }
        description
    }

    /// Whether its answers say who answers.
    pub(super) fn names_itself(self) -> bool {
        self == Self::Keycloak
    }

    /// Whether its keys say what they are for.
    pub(super) fn has_algorithms(self) -> bool {
        !matches!(self, Self::Microsoft | Self::MicrosoftCommon)
    }

    /// How it wants to be told who the client is.
    pub(super) fn takes_basic(self) -> bool {
        !matches!(self, Self::Microsoft | Self::MicrosoftCommon)
    }

    /// Whether its token says when somebody proved who they are: by itself, only where it was asked to let them prove it, or never.
    /// Google does for some clients alone, and Microsoft where its optional claim was added.
    pub(super) fn tells_auth_time(self, is_asked: bool) -> bool {
        match self {
            Self::Keycloak => true,
            Self::Lean => is_asked,
            Self::Google | Self::Microsoft | Self::MicrosoftCommon => false,
        }
    }

    /// Whether it knows what it is asked by `prompt=login`.
    pub(super) fn asks_anew(self) -> bool {
        self != Self::Google
    }

    /// What the token says of a person, beside what every token says.
    pub(super) fn claims(self, person: &Person) -> Map<String, Value> {
        let verified = match person.verified {
            Said::Yes => json!(true),
            Said::No => json!(false),
            Said::Nothing => Value::Null,
        };
        let claims = match self {
            Self::Google => json!({
                "email": person.email, "email_verified": verified, "name": person.name, "given_name": person.name,
                "picture": "https://lh3.example/a/x=s96-c", "hd": person.email.split('@').nth(1), "at_hash": "HK6E_P6Dh8Y93mRNtsDB1Q",
            }),
            // The word for a verified address is its own, and has to be asked for; some write it as a text.
            Self::Microsoft | Self::MicrosoftCommon => json!({
                "email": person.email, "preferred_username": person.email, "name": person.name, "tid": TENANT, "oid": "00000000-0000-0000-66f3-3332eca7ea81",
                "ver": "2.0", "uti": "fqiBqXLPj0eQa82S-IYFAA", "rh": "0.AXkA", "xms_edov": if person.verified == Said::Yes { json!("1") } else { Value::Null },
            }),
            Self::Keycloak => json!({
                "email": person.email, "email_verified": verified, "name": person.name, "preferred_username": person.email, "typ": "ID",
                "sid": "a3b1", "acr": "1", "jti": "3f2c", "azp": super::CLIENT_ID,
            }),
            Self::Lean => json!({}),
        };
        without_nothing(claims)
    }

    /// What it says of a person at its userinfo address.
    pub(super) fn userinfo(person: &Person) -> Map<String, Value> {
        let verified = match person.verified {
            Said::Yes => json!(true),
            Said::No => json!(false),
            Said::Nothing => Value::Null,
        };
        without_nothing(
            json!({ "sub": person.subject, "email": person.email, "email_verified": verified, "name": person.name }),
        )
    }
}

fn without_nothing(claims: Value) -> Map<String, Value> {
    let Value::Object(mut claims) = claims else { return Map::new() };
    claims.retain(|_, value| !value.is_null() && value != "");
    claims
}
