//! What somebody signs in on, as far as they would tell it apart: a browser on a system. Versions come and go by themselves, so they are
//! left out; whoever takes over an account may have the same, and is then seen in the list of sessions.

/// The family of what does not say what it is.
pub const UNKNOWN: &str = "?";

/// The longest name of a browser that is not one of those known, in characters.
const MOST_CHARS: usize = 30;

/// The marks of browsers, and what these are called; one that has the marks of another, too, stands before it.
const BROWSERS: [(&str, &str); 9] = [
    ("Edg", "Edge"),
    ("OPR/", "Opera"),
    ("SamsungBrowser/", "Samsung Internet"),
    ("FxiOS/", "Firefox"),
    ("Firefox/", "Firefox"),
    ("CriOS/", "Chrome"),
    ("HeadlessChrome/", "Chrome"),
    ("Chrome/", "Chrome"),
    ("Safari/", "Safari"),
];

/// The marks of systems, likewise.
const SYSTEMS: [(&str, &str); 8] = [
    ("iPhone", "iOS"),
    ("iPad", "iPadOS"),
    ("Android", "Android"),
    ("Windows", "Windows"),
    ("CrOS", "ChromeOS"),
    ("Macintosh", "macOS"),
    ("Linux", "Linux"),
    ("X11", "Linux"),
];

/// The family of a device by its `User-Agent`, such as `Firefox, Linux`; [`UNKNOWN`] where it tells nothing.
#[must_use]
pub fn family(user_agent: &str) -> String {
    let known = |marks: &[(&str, &'static str)]| {
        marks.iter().find(|(mark, _)| user_agent.contains(mark)).map(|(_, name)| *name)
    };
    let browser = known(&BROWSERS).map_or_else(|| first_word(user_agent), str::to_owned);
    match known(&SYSTEMS) {
        Some(system) => format!("{browser}, {system}"),
        None => browser,
    }
}

/// The name of a program that is no browser, such as `curl`.
fn first_word(user_agent: &str) -> String {
    let word: String =
        user_agent.chars().take_while(|one| one.is_ascii_alphanumeric() || "-_.".contains(*one)).collect();
    let word: String = word.chars().take(MOST_CHARS).collect();
    if word.is_empty() { UNKNOWN.to_owned() } else { word }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_newer_version_is_the_same_device_and_another_browser_is_another() {
        let firefox = |version: u32| {
            family(&format!("Mozilla/5.0 (X11; Linux x86_64; rv:{version}.0) Gecko/20100101 Firefox/{version}.0"))
        };
        assert_eq!((firefox(140).as_str(), firefox(141).as_str()), ("Firefox, Linux", "Firefox, Linux"));
        let chrome = "Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/143.0.0.0 Mobile Safari/537.36";
        assert_eq!(family(chrome), "Chrome, Android");
        let edge = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/143.0.0.0 Safari/537.36 Edg/143.0.0.0";
        assert_eq!(family(edge), "Edge, Windows");
        let iphone = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.0 Mobile/15E148 Safari/604.1";
        assert_eq!(family(iphone), "Safari, iOS");
        assert_eq!(family("curl/8.5.0"), "curl");
        assert_eq!((family("").as_str(), family("<script>").as_str()), ("?", "?"));
        assert_eq!(family(&"a".repeat(500)).len(), MOST_CHARS);
    }
}
