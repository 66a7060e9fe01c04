//! Where a provider may be. Whatever an administrator enters, and whatever a provider says of itself, is fetched by the Worker: so it
//! is https, at a host with a name, without a user, and nothing else (server-side request forgery, OWASP ASVS 1.3.6).

use base::refusal::Refusal;
use url::{Host, Url};

/// What may be reached.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reach {
    /// Hosts with a name, by https.
    Public,
    /// These, and this machine by http: for development and tests.
    AlsoThisMachine,
}

/// Whether an address may be asked.
#[must_use]
pub fn may_be_asked(text: &str, reach: Reach) -> bool {
    // The parser bears spaces, tabs and missing slashes, as browsers do; nobody who writes down an address means them.
    if !text.contains("://") || !text.bytes().all(|byte| byte.is_ascii_graphic()) {
        return false;
    }
    let Ok(url) = Url::parse(text) else { return false };
    if !url.username().is_empty() || url.password().is_some() || url.fragment().is_some() {
        return false;
    }
    match (url.scheme(), url.host()) {
        ("https", Some(Host::Domain(name))) => is_domain(name),
        ("http", Some(host)) => reach == Reach::AlsoThisMachine && is_this_machine(&host),
        _ => false,
    }
}

fn is_this_machine(host: &Host<&str>) -> bool {
    match host {
        Host::Domain(name) => *name == "localhost",
        Host::Ipv4(address) => address.is_loopback(),
        Host::Ipv6(address) => address.is_loopback(),
    }
}

/// Whether it is a name with a dot in it, in lower case, and no number.
#[must_use]
pub fn is_domain(name: &str) -> bool {
    let is_label = |label: &str| {
        (1..=63).contains(&label.len())
            && !label.starts_with('-')
            && !label.ends_with('-')
            && label.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-')
    };
    let is_number = name.rsplit('.').next().is_some_and(|last| last.bytes().all(|byte| byte.is_ascii_digit()));
    name.len() <= 253 && name.contains('.') && !is_number && name.split('.').all(is_label)
}

/// An issuer as an administrator enters it, or nothing. It is kept as it was entered: a provider's own spelling is compared with it byte
/// for byte (OpenID Connect Discovery 1.0 section 4.3). One on this machine can be entered; only a development Worker asks it.
///
/// # Errors
/// `Invalid` with `malformed_issuer`.
pub fn checked(text: &str) -> Result<String, Refusal> {
    let text = text.trim();
    let is_plain = |url: &Url| url.query().is_none();
    let is_one = may_be_asked(text, Reach::AlsoThisMachine) && Url::parse(text).is_ok_and(|url| is_plain(&url));
    if text.is_empty() || is_one {
        return Ok(text.to_owned());
    }
    let detail = "It is the provider's address with https, such as https://accounts.google.com, as the provider itself writes it.";
    Err(Refusal::invalid("value", "malformed_issuer", detail))
}

/// Where a provider describes itself (OpenID Connect Discovery 1.0 section 4).
#[must_use]
pub fn discovery_url(issuer: &str) -> String {
    format!("{}/.well-known/openid-configuration", issuer.trim_end_matches('/'))
}

/// Where in the app somebody goes on: a path of it, and nothing that a browser reads as another host; else the app's first page.
#[must_use]
pub fn path_of_ours(to: Option<&str>) -> &str {
    let is_ours = |to: &&str| {
        let begins = to.starts_with('/') && !to.starts_with("//");
        begins && to.len() <= 500 && to.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'\\')
    };
    to.filter(is_ours).unwrap_or("/")
}

#[cfg(all(test, not(target_arch = "wasm32")))]
mod tests {
    use super::*;

    #[test]
    fn an_issuer_is_https_at_a_name() {
        for good in [
            "https://accounts.google.com",
            "https://login.microsoftonline.com/6f0e-tenant/v2.0",
            "https://id.melati.example:8443/realms/main",
            "https://tenant.auth0.com/",
            "",
        ] {
            assert_eq!(checked(&format!(" {good} ")).unwrap(), good);
        }
        for bad in [
            "accounts.google.com",
            "http://accounts.google.com",
            "https://user@accounts.google.com",
            "https://user:pass@accounts.google.com",
            "https://accounts.google.com/?x=1",
            "https://accounts.google.com/#x",
            "https://10.0.0.1",
            "https://169.254.169.254/latest",
            "https://[::1]/",
            "https://2130706433/",
            "https://0x7f.1/",
            "https://localhost",
            "https://intranet",
            "http://10.0.0.1",
            "https:id.example.com",
            "https://id.exam\tple.com",
            "https://id.example.com/a b",
            "ftp://id.example.com",
            "file:///etc/passwd",
            "javascript:alert(1)",
            "data:text/plain,x",
        ] {
            assert!(checked(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn this_machine_is_asked_in_development_alone() {
        for local in ["http://127.0.0.1:4444/realms/main", "http://localhost:4444", "http://[::1]:1/"] {
            assert!(may_be_asked(local, Reach::AlsoThisMachine), "{local}");
            assert!(!may_be_asked(local, Reach::Public), "{local}");
        }
        assert!(may_be_asked("https://id.example.com/token?x=1", Reach::Public));
    }

    #[test]
    fn discovery_stands_below_the_issuer() {
        let found = "https://id.example.com/realms/a/.well-known/openid-configuration";
        assert_eq!(discovery_url("https://id.example.com/realms/a"), found);
        assert_eq!(discovery_url("https://id.example.com/realms/a/"), found);
    }

    #[test]
    fn whoever_signed_in_goes_on_within_the_app() {
        for ours in ["/", "/requests/1?tab=a&b=%2F", "/a//b", "/?next=//evil.example"] {
            assert_eq!(path_of_ours(Some(ours)), ours);
        }
        let long = format!("/{}", "x".repeat(500));
        for other in [
            "//evil.example",
            "/\\evil.example",
            "\\\\evil",
            "https://evil.example",
            "evil",
            "",
            "/a b",
            "/a\nb",
            "/\u{e9}",
            "/a\\b",
            &long,
        ] {
            assert_eq!(path_of_ours(Some(other)), "/", "{other:?}");
        }
        assert_eq!(path_of_ours(None), "/");
    }
}
