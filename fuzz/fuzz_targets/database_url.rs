//! `DATABASE_URL`.
//!
//! Plaintext goes to this machine alone; what was understood, written as a URL again, is understood the same; and
//! neither `Debug` nor an error shows the password.

#![no_main]

use std::net::{IpAddr, Ipv6Addr};

use cepatedge_fuzz::{Input, begin};
use libfuzzer_sys::fuzz_target;
use percent_encoding::{NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};
use pg::url::{DatabaseUrl, Reach, Transport, UrlError};

const PASSWORD: &str = "Tr0ub4dor-and-3";

fuzz_target!(init: begin(), |data: &[u8]| {
    let mut input = Input(data);
    match input.byte() % 3 {
        0 => is_understood(&input.rest()),
        1 => is_understood(&format!("postgres://{}", input.rest())),
        _ => hides_the_password(&mut input),
    }
});

fn is_understood(text: &str) {
    if let Ok(url) = DatabaseUrl::of_hyperdrive(text) {
        assert_eq!(url.reach(), Reach::Local);
        is_read_back(&url);
    }
    let Ok(url) = DatabaseUrl::parse(text) else { return };
    let is_here = url.host().eq_ignore_ascii_case("localhost")
        || url.host().parse::<IpAddr>().is_ok_and(|address| address.is_loopback());
    assert_eq!(url.reach() == Reach::Local, is_here, "{url:?}");
    assert!(url.transport() == Transport::Tls || is_here, "{url:?}");
    for part in [url.host(), url.user(), url.database()] {
        assert!(!part.is_empty() && !part.contains('\0'));
    }
    assert!(!url.password().contains('\0'));
    assert_eq!(DatabaseUrl::parse(&written(&url)), Ok(url));
}

fn is_read_back(url: &DatabaseUrl) {
    assert_eq!(DatabaseUrl::of_hyperdrive(&written(url)).as_ref(), Ok(url));
}

/// The URL, every part of it percent-encoded.
fn written(url: &DatabaseUrl) -> String {
    let [user, password, database] = [url.user(), url.password(), url.database()].map(encoded);
    let host = match url.host().parse::<Ipv6Addr>() {
        Ok(address) => format!("[{address}]"),
        Err(_) => encoded(url.host()),
    };
    let sslmode = match url.transport() {
        Transport::Plain => "disable",
        Transport::Tls => "require",
    };
    format!("postgres://{user}:{password}@{host}:{}/{database}?sslmode={sslmode}", url.port())
}

fn encoded(part: &str) -> String {
    utf8_percent_encode(part, NON_ALPHANUMERIC).to_string()
}

fn hides_the_password(input: &mut Input<'_>) {
    let (before, behind) = (input.text(), input.rest());
    for password in [PASSWORD.to_owned(), encoded(PASSWORD)] {
        let text = format!("postgres://{before}:{password}@{behind}");
        // A password that is written where something else belongs is that.
        if url::Url::parse(&text).is_ok_and(|url| is_the_password(&url)) {
            let shown = match DatabaseUrl::parse(&text) {
                Ok(url) => format!("{url:?}"),
                Err(error) => format!("{error} {error:?}"),
            };
            assert!(!shown.contains(PASSWORD), "{shown}");
        }
        // What is no URL of ours is not repeated.
        let text = format!("{before}/{password}@{behind}");
        if let Err(error @ (UrlError::Malformed(_) | UrlError::Scheme(_))) = DatabaseUrl::parse(&text) {
            assert!(!format!("{error} {error:?}").contains(PASSWORD), "{error}");
        }
    }
}

/// Whether it is the password, and stands nowhere else.
fn is_the_password(url: &url::Url) -> bool {
    let others = [url.host_str().unwrap_or_default(), url.path(), url.query().unwrap_or_default()];
    let others = others.map(|part| percent_decode_str(part).decode_utf8_lossy().into_owned());
    url.password().is_some_and(|password| password == PASSWORD || password == encoded(PASSWORD))
        && !others.iter().any(|part| part.contains(PASSWORD))
}
