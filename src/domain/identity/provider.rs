//! What a provider says of itself (OpenID Connect Discovery 1.0 section 3), as far as it is gone by here.

use serde::Deserialize;
use thiserror::Error;

use super::issuer::{Reach, may_be_asked};

/// How the token endpoint is told who we are (OpenID Connect Core 1.0 section 9).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ClientProof {
    /// The secret is in the header `Authorization`; what is done where a provider says nothing.
    Basic,
    /// The secret is in the body.
    Post,
}

/// A provider that can be worked with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Provider {
    /// Who it is.
    pub issuer: String,
    /// Where people are sent.
    pub authorization: String,
    /// Where a code becomes a token.
    pub token: String,
    /// Where its keys are.
    pub keys: String,
    /// Where it says more of a person, if it does.
    pub userinfo: Option<String>,
    /// How we prove who we are.
    pub proof: ClientProof,
    /// Whether its answers say who answers (RFC 9207): then one that does not is refused.
    pub names_itself: bool,
    /// Whether it may say when somebody has proved who they are: where it says that it does not, as Google's, it is no proof, and does
    /// not know what it would be asked (`prompt=login`).
    pub tells_auth_time: bool,
}

/// Why a provider cannot be worked with.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum ProviderFault {
    /// It is not the JSON that is expected.
    #[error("its description is not what OpenID Connect says")]
    Unreadable,
    /// It calls itself otherwise: this.
    #[error("it calls itself by another name")]
    OtherIssuer(String),
    /// It is the address for everybody's tenants.
    #[error("it is the address for the people of all organisations")]
    ManyTenants,
    /// One of its addresses is not https.
    #[error("one of its addresses may not be asked")]
    Unreachable,
    /// It has no authorization code flow, or no PKCE with S256.
    #[error("it does not do the authorization code flow with PKCE")]
    NoCodeFlow,
    /// It signs with neither RS256 nor ES256.
    #[error("it signs with neither RS256 nor ES256")]
    NoAlgorithm,
}

#[derive(Deserialize)]
struct Document {
    issuer: String,
    authorization_endpoint: String,
    token_endpoint: String,
    jwks_uri: String,
    #[serde(default)]
    userinfo_endpoint: Option<String>,
    #[serde(default)]
    token_endpoint_auth_methods_supported: Option<Vec<String>>,
    #[serde(default)]
    response_types_supported: Option<Vec<String>>,
    #[serde(default)]
    code_challenge_methods_supported: Option<Vec<String>>,
    #[serde(default)]
    id_token_signing_alg_values_supported: Option<Vec<String>>,
    #[serde(default)]
    claims_supported: Option<Vec<String>>,
    #[serde(default)]
    authorization_response_iss_parameter_supported: bool,
}

impl Provider {
    /// Reads what was found at the discovery address of `issuer`.
    ///
    /// # Errors
    /// Why it cannot be worked with.
    pub fn read(text: &str, issuer: &str, reach: Reach) -> Result<Self, ProviderFault> {
        let document: Document = base::json::from_str(text).map_err(|_| ProviderFault::Unreadable)?;
        // Microsoft's common addresses have `{tenantid}` there, which stands for anybody's organisation.
        if document.issuer.contains('{') {
            return Err(ProviderFault::ManyTenants);
        }
        if document.issuer != issuer {
            return Err(ProviderFault::OtherIssuer(document.issuer.chars().take(255).collect()));
        }
        let addresses = [&document.authorization_endpoint, &document.token_endpoint, &document.jwks_uri];
        let others = document.userinfo_endpoint.iter();
        if !addresses.into_iter().chain(others).all(|address| may_be_asked(address, reach)) {
            return Err(ProviderFault::Unreachable);
        }
        // A list that is absent says nothing: Microsoft's has none of challenge methods, and takes S256.
        let has = |list: &Option<Vec<String>>, wanted: &[&str]| {
            list.as_ref().is_none_or(|list| list.iter().any(|one| wanted.contains(&one.as_str())))
        };
        if !has(&document.response_types_supported, &["code"])
            || !has(&document.code_challenge_methods_supported, &["S256"])
        {
            return Err(ProviderFault::NoCodeFlow);
        }
        if !has(&document.id_token_signing_alg_values_supported, &["RS256", "ES256"]) {
            return Err(ProviderFault::NoAlgorithm);
        }
        let tells_auth_time = has(&document.claims_supported, &["auth_time"]);
        let proofs = &document.token_endpoint_auth_methods_supported;
        let proof = match proofs {
            Some(_) if has(proofs, &["client_secret_basic"]) => ClientProof::Basic,
            Some(_) if has(proofs, &["client_secret_post"]) => ClientProof::Post,
            Some(_) | None => ClientProof::Basic,
        };
        Ok(Self {
            issuer: document.issuer,
            authorization: document.authorization_endpoint,
            token: document.token_endpoint,
            keys: document.jwks_uri,
            userinfo: document.userinfo_endpoint,
            proof,
            names_itself: document.authorization_response_iss_parameter_supported,
            tells_auth_time,
        })
    }

    /// Whether an answer that names this `iss`, or none, is from this provider (RFC 9207 section 2.4): of two providers, one cannot have the
    /// other's code sent to it.
    #[must_use]
    pub fn answers(&self, iss: Option<&str>) -> bool {
        match iss {
            Some(iss) => iss == self.issuer,
            None => !self.names_itself,
        }
    }
}

#[cfg(all(test, not(target_arch = "wasm32")))]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    const ISSUER: &str = "https://id.example.com/realms/main";

    fn document() -> Value {
        json!({
            "issuer": ISSUER,
            "authorization_endpoint": "https://id.example.com/auth?realm=main",
            "token_endpoint": "https://id.example.com/token",
            "jwks_uri": "https://keys.example.net/certs",
        })
    }

    fn read(field: &str, value: Value) -> Result<Provider, ProviderFault> {
        let mut document = document();
        document[field] = value;
        Provider::read(&document.to_string(), ISSUER, Reach::Public)
    }

    #[test]
    fn what_is_needed_is_enough() {
        let provider = Provider::read(&document().to_string(), ISSUER, Reach::Public).unwrap();
        assert_eq!((provider.proof, provider.names_itself, provider.userinfo), (ClientProof::Basic, false, None));
        let post = read("token_endpoint_auth_methods_supported", json!(["private_key_jwt", "client_secret_post"]));
        assert_eq!(post.unwrap().proof, ClientProof::Post);
        let both = read("token_endpoint_auth_methods_supported", json!(["client_secret_post", "client_secret_basic"]));
        assert_eq!(both.unwrap().proof, ClientProof::Basic);
    }

    #[test]
    fn another_name_is_another_provider() {
        for other in
            ["https://id.example.com/realms/main/", "https://ID.example.com/realms/main", "https://evil.example"]
        {
            assert_eq!(read("issuer", json!(other)), Err(ProviderFault::OtherIssuer(other.into())), "{other}");
        }
        let microsoft = "https://login.microsoftonline.com/{tenantid}/v2.0";
        assert_eq!(read("issuer", json!(microsoft)), Err(ProviderFault::ManyTenants));
        let text = document().to_string().replace(ISSUER, microsoft);
        assert_eq!(Provider::read(&text, microsoft, Reach::Public), Err(ProviderFault::ManyTenants));
    }

    #[test]
    fn what_it_names_is_asked_by_https_alone() {
        for field in ["authorization_endpoint", "token_endpoint", "jwks_uri", "userinfo_endpoint"] {
            for bad in
                ["http://id.example.com/x", "http://127.0.0.1/x", "https://10.1.1.1/x", "javascript:alert(1)", "/x", ""]
            {
                assert_eq!(read(field, json!(bad)), Err(ProviderFault::Unreachable), "{field} {bad}");
            }
        }
    }

    #[test]
    fn what_it_cannot_do_is_found_before_somebody_is_sent_there() {
        assert_eq!(read("response_types_supported", json!(["id_token"])), Err(ProviderFault::NoCodeFlow));
        assert_eq!(read("code_challenge_methods_supported", json!(["plain"])), Err(ProviderFault::NoCodeFlow));
        assert_eq!(
            read("id_token_signing_alg_values_supported", json!(["HS256", "none"])),
            Err(ProviderFault::NoAlgorithm)
        );
        for text in ["", "[]", "<html>", r#"{"issuer":1}"#, r#"{"issuer":"https://id.example.com/realms/main"}"#] {
            assert_eq!(Provider::read(text, ISSUER, Reach::Public), Err(ProviderFault::Unreadable), "{text}");
        }
    }

    #[test]
    fn what_tells_no_time_of_a_proof_is_none() {
        let tells = |claims: Value| read("claims_supported", claims).unwrap().tells_auth_time;
        assert!(!tells(json!(["aud", "email", "exp", "iat", "iss", "sub"])), "Google's list");
        assert!(tells(json!(["sub", "iss", "auth_time"])));
        assert!(tells(Value::Null), "a list that is absent says nothing");
    }

    #[test]
    fn an_answer_says_who_answers_where_it_was_announced() {
        let silent = read("scopes_supported", json!([])).unwrap();
        let naming = read("authorization_response_iss_parameter_supported", json!(true)).unwrap();
        assert!(silent.answers(None) && silent.answers(Some(ISSUER)) && !silent.answers(Some("https://evil.example")));
        assert!(!naming.answers(None) && naming.answers(Some(ISSUER)) && !naming.answers(Some("https://evil.example")));
    }
}
