//! The `Cookie` header and `COOKIE_DOMAIN`.
//!
//! The cookie that is found is the one that a reader by RFC 6265 finds, to whom only space and tab are white space: a
//! browser takes a name with any other in front of it for another name, without the protection of `__Host-`. A domain
//! that is accepted changes nothing else in `Set-Cookie`.

#![no_main]

use cepatedge::router::http::cookie::SessionCookie;
use cepatedge_fuzz::{Input, begin};
use libfuzzer_sys::fuzz_target;

fuzz_target!(init: begin(), |data: &[u8]| {
    let mut input = Input(data);
    match input.byte() % 3 {
        0 => is_found(&SessionCookie::host_only(), &input.rest()),
        1 => is_found(&SessionCookie::for_domain("cepatedge.com").unwrap(), &input.rest()),
        _ => is_a_domain(&input.rest()),
    }
});

fn is_found(cookie: &SessionCookie, header: &str) {
    let white = [' ', '\t'];
    let mut expected = None;
    for pair in header.split(';') {
        let Some((name, value)) = pair.split_once('=') else { continue };
        if name.trim_matches(white) == cookie.name() {
            let value = value.trim_matches(white);
            expected = (!value.is_empty() && value.len() < 4_096).then_some(value);
            break;
        }
    }
    assert_eq!(cookie.read(header), expected);

    // What we set is what we read, in front of whatever else there is.
    let set = cookie.set("a.b.c", 60);
    let pair = set.split(';').next().unwrap();
    assert_eq!(cookie.read(&format!("{pair}; {header}")), Some("a.b.c"));
}

fn is_a_domain(text: &str) {
    let Ok(cookie) = SessionCookie::for_domain(text) else { return };
    let domain = text.strip_prefix('.').unwrap_or(text);
    assert!(domain.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || b".-".contains(&byte)));
    let set = cookie.set("t", 60);
    let attributes: Vec<&str> = set.split("; ").collect();
    let domain = format!("Domain={domain}");
    assert_eq!(attributes, ["ce_session=t", &domain, "Path=/", "Max-Age=60", "Secure", "HttpOnly", "SameSite=Lax"]);
}
