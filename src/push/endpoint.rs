//! Where a browser's push service is reached, and the keys that a message is encrypted with (RFC 8030, RFC 8291).
//!
//! A subscription names the address that the Worker will call. So it must be one of the open web: nobody makes this server knock at
//! a machine beside it.

use base::refusal::Refusal;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use url::{Host, Url};

/// The longest address that is kept, in bytes. Those of today's services have 150 to 500.
const LONGEST: usize = 2_000;

/// Names that lead into a network of one's own (RFC 6761, RFC 6762, RFC 8375, and what is used).
const PRIVATE: [&str; 6] = ["localhost", "local", "internal", "home.arpa", "lan", "test"];

/// A subscription as a browser tells it.
#[derive(Clone, PartialEq, Eq)]
pub struct Subscription {
    /// Where messages for it are handed over. Whoever knows it and the keys can write to the device.
    pub endpoint: String,
    /// The browser's public key: a point of P-256, in base64url.
    pub p256dh: String,
    /// The secret that both sides share, 16 bytes in base64url.
    pub auth: String,
}

impl Subscription {
    /// Reads what a browser says. `is_development` also takes a service on the same machine, without TLS.
    ///
    /// # Errors
    /// `Invalid` naming `endpoint` or `keys`.
    pub fn parse(endpoint: &str, p256dh: &str, auth: &str, is_development: bool) -> Result<Self, Refusal> {
        if !is_reachable(endpoint, is_development) {
            let why = "This is no address of a push service: https, a public host, no port of its own.";
            return Err(Refusal::invalid("endpoint", "not_public", why));
        }
        let key = |text: &str, length: usize| {
            let text = text.trim_end_matches('=');
            let bytes = URL_SAFE_NO_PAD.decode(text).ok().filter(|bytes| bytes.len() == length)?;
            Some((text.to_owned(), bytes))
        };
        let malformed = || Refusal::invalid("keys", "malformed", "These are no keys of a push subscription.");
        // 4 says that both coordinates follow (SEC 1, 2.3.3).
        let (p256dh, _) = key(p256dh, 65).filter(|(_, bytes)| bytes.first() == Some(&4)).ok_or_else(malformed)?;
        let (auth, _) = key(auth, 16).ok_or_else(malformed)?;
        Ok(Self { endpoint: endpoint.to_owned(), p256dh, auth })
    }
}

fn is_reachable(endpoint: &str, is_development: bool) -> bool {
    let Some(url) = Url::parse(endpoint).ok().filter(|_| endpoint.len() <= LONGEST) else { return false };
    let is_bare = url.username().is_empty() && url.password().is_none() && url.fragment().is_none();
    match url.host() {
        Some(Host::Ipv4(address)) if is_development && address.is_loopback() => is_bare,
        Some(Host::Domain("localhost")) if is_development => is_bare,
        // No service is known by a number, and a number is how one asks for the machine next door.
        Some(Host::Ipv4(_) | Host::Ipv6(_)) | None => false,
        Some(Host::Domain(name)) => {
            let name = name.trim_end_matches('.');
            let is_private = PRIVATE
                .iter()
                .any(|zone| name.strip_suffix(zone).is_some_and(|rest| rest.is_empty() || rest.ends_with('.')));
            is_bare && url.scheme() == "https" && url.port().is_none() && name.contains('.') && !is_private
        }
    }
}

#[cfg(all(test, not(target_arch = "wasm32")))]
mod tests {
    use super::*;

    const P256DH: &str = "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4";
    const AUTH: &str = "BTBZMqHH6r4Tts7J_aSIgg";

    #[test]
    fn a_push_service_is_a_public_host_behind_tls() {
        for taken in [
            "https://fcm.googleapis.com/fcm/send/abc",
            "https://updates.push.services.mozilla.com/wpush/v2/x?y=1",
            "https://web.push.apple.com/Q",
        ] {
            assert!(is_reachable(taken, false), "{taken}");
        }
        for refused in [
            "http://fcm.googleapis.com/x",
            "https://localhost/x",
            "https://127.0.0.1/x",
            "https://10.0.0.5/x",
            "https://[::1]/x",
            "https://[::ffff:169.254.169.254]/x",
            "https://2130706433/x",
            "https://0x7f.1/x",
            "https://metadata.google.internal/x",
            "https://printer/x",
            "https://printer.local/x",
            "https://printer.local./x",
            "https://a.LOCALHOST/x",
            "https://user@fcm.googleapis.com/x",
            "https://fcm.googleapis.com:8443/x",
            "https://fcm.googleapis.com/x#y",
            "ftp://fcm.googleapis.com/x",
            "fcm.googleapis.com",
            "",
        ] {
            assert!(!is_reachable(refused, false), "{refused}");
        }
        assert!(!is_reachable(&format!("https://a.example/{}", "x".repeat(LONGEST)), false));
    }

    #[test]
    fn a_machine_of_ones_own_is_for_development() {
        assert!(
            is_reachable("http://127.0.0.1:4000/push/1", true) && is_reachable("http://localhost:4000/push/1", true)
        );
        assert!(!is_reachable("http://10.0.0.5/x", true) && !is_reachable("http://printer.local/x", true));
    }

    #[test]
    fn keys_have_their_lengths() {
        let parse = |p256dh: &str, auth: &str| Subscription::parse("https://push.example/1", p256dh, auth, false);
        assert!(parse(P256DH, AUTH).is_ok() && parse(&format!("{P256DH}="), &format!("{AUTH}==")).is_ok());
        for (p256dh, auth) in
            [("", AUTH), (AUTH, AUTH), (P256DH, P256DH), (P256DH, "%%%"), (&P256DH.replacen('B', "C", 1), AUTH)]
        {
            assert!(matches!(parse(p256dh, auth), Err(Refusal::Invalid { .. })), "{p256dh} {auth}");
        }
    }
}
