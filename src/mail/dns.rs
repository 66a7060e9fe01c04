//! What the sender's domain says in the DNS of who may send for it.

use js_sys::{Promise, Reflect};
use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::wasm_bindgen;
use wasm_bindgen_futures::JsFuture;
use worker::Env;

#[wasm_bindgen]
extern "C" {
    /// The TXT records of a name, one a line; `src/mail/provider.js`.
    #[wasm_bindgen(js_name = cepatedge_txt)]
    fn txt(resolver: &str, name: &str, limit_ms: f64) -> Promise;
}

/// Who is asked, unless `DNS_RESOLVER` names another one (DNS over HTTPS, in the JSON form).
const RESOLVER: &str = "https://cloudflare-dns.com/dns-query";

const LIMIT_MS: f64 = 5_000.0;

/// The records of a domain, where there are any.
pub struct Records {
    /// The SPF record (RFC 7208), `v=spf1 …`.
    pub spf: Option<String>,
    /// The DMARC record (RFC 7489), `v=DMARC1; …`.
    pub dmarc: Option<String>,
}

/// Asks for the records of a domain; `None` where the resolver does not answer.
pub async fn records(env: &Env, domain: &str) -> Option<Records> {
    let named = Reflect::get(env, &JsValue::from_str("DNS_RESOLVER")).ok().and_then(|value| value.as_string());
    let resolver = named.filter(|url| !url.is_empty()).unwrap_or_else(|| RESOLVER.to_owned());
    let of_dmarc = format!("_dmarc.{domain}");
    let (spf, dmarc) = futures::join!(texts(&resolver, domain), texts(&resolver, &of_dmarc));
    Some(Records { spf: of_version(&spf?, "v=spf1"), dmarc: of_version(&dmarc?, "v=DMARC1") })
}

async fn texts(resolver: &str, name: &str) -> Option<String> {
    JsFuture::from(txt(resolver, name, LIMIT_MS)).await.ok()?.as_string()
}

/// The first record of a version; whoever has two has none that holds, which is for the domain's owner to see.
fn of_version(texts: &str, version: &str) -> Option<String> {
    let fits = |text: &&str| {
        text.get(..version.len()).is_some_and(|start| start.eq_ignore_ascii_case(version))
            && !text
                .get(version.len()..)
                .is_some_and(|rest| rest.starts_with(|next: char| next.is_ascii_alphanumeric()))
    };
    texts.lines().find(fits).map(str::to_owned)
}

#[cfg(all(test, not(target_arch = "wasm32")))]
mod tests {
    use super::*;

    #[test]
    fn a_record_is_known_by_its_version() {
        let texts = "google-site-verification=abc\nv=spf10 x\nv=spf1 include:_spf.example.com -all\nv=DMARC1; p=none";
        assert_eq!(of_version(texts, "v=spf1").as_deref(), Some("v=spf1 include:_spf.example.com -all"));
        assert_eq!(of_version(texts, "v=DMARC1").as_deref(), Some("v=DMARC1; p=none"));
        assert_eq!(of_version("é", "v=spf1"), None);
        assert_eq!(of_version("", "v=spf1"), None);
    }
}
