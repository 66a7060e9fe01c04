//! The URL of a request as the router reads it: path, query, and the address of the next page.
//!
//! Pure: text in, text out. Whatever stands in a URL, it is taken apart without a panic, and the address of a next page
//! says what the page before it said, but for the cursor.

use std::borrow::Cow;

use base::refusal::Refusal;
use form_urlencoded::parse as parse_query;
use percent_encoding::percent_decode_str;

/// The parameter that holds the position in a list.
const CURSOR: &str = "cursor";

/// An absolute URL, taken apart.
#[derive(Debug)]
pub struct Address {
    url: String,
    path_start: usize,
    path_end: usize,
}

impl Address {
    /// Takes a URL apart. What stands behind `#` is the browser's own and is cut off.
    #[must_use]
    pub fn new(url: &str) -> Self {
        let url = url.split('#').next().unwrap_or_default().to_owned();
        let authority = url.find("://").map_or(0, |scheme| scheme + 3);
        let path_start =
            url.get(authority..).and_then(|rest| rest.find('/')).map_or(url.len(), |slash| authority + slash);
        let path_end = url.find('?').unwrap_or(url.len()).max(path_start);
        Address { url, path_start, path_end }
    }

    /// The path without the `/api` prefix, which is the same route.
    #[must_use]
    pub fn path(&self) -> &str {
        let path = self.whole_path();
        match path.strip_prefix("/api") {
            Some(rest) if rest.is_empty() || rest.starts_with('/') => rest,
            _ => path,
        }
    }

    /// The origin of this deployment as the client addressed it.
    #[must_use]
    pub fn origin(&self) -> &str {
        self.url.get(..self.path_start).unwrap_or_default()
    }

    /// The query, decoded.
    ///
    /// # Errors
    /// `Invalid` for a parameter that `known` does not list, one that is given twice, or what is not UTF-8.
    pub fn query(&self, known: &[&str]) -> Result<Query<'_>, Refusal> {
        let raw = self.raw_query();
        if percent_decode_str(raw).decode_utf8().is_err() {
            return Err(Refusal::invalid("query", "invalid_utf8", "The query must be UTF-8, percent-encoded."));
        }
        let mut pairs = Vec::new();
        for (name, value) in parse_query(raw.as_bytes()) {
            if !known.contains(&name.as_ref()) {
                let detail = format!("There is no such parameter here; there are: {}.", known.join(", "));
                return Err(Refusal::invalid(&named(&name), "unknown_parameter", detail));
            }
            if pairs.iter().any(|(seen, _): &(Cow<'_, str>, Cow<'_, str>)| *seen == name) {
                return Err(Refusal::invalid(
                    &name,
                    "duplicate_parameter",
                    "Give it once; several values go in one, with commas.",
                ));
            }
            pairs.push((name, value));
        }
        Ok(Query(pairs))
    }

    /// A parameter, decoded, among others that are nobody's business: what a provider adds to its answers is its own.
    ///
    /// # Errors
    /// `Invalid` for one that is given twice: which of them is meant, nobody knows (RFC 6749 section 3.1).
    pub fn foreign(&self, name: &str) -> Result<Option<String>, Refusal> {
        let mut found = parse_query(self.raw_query().as_bytes()).filter(|(known, _)| known == name);
        let first = found.next().map(|(_, value)| value.into_owned()).filter(|value| !value.is_empty());
        if found.next().is_some() {
            return Err(Refusal::invalid(name, "duplicate_parameter", "Give it once."));
        }
        Ok(first)
    }

    /// Path and query with another cursor, for `Link: rel="next"`.
    #[must_use]
    pub fn with_cursor(&self, cursor: &str) -> String {
        let query = self.raw_query();
        // By what it is read as: `curso%72` is the cursor too.
        let is_cursor = |pair: &str| parse_query(pair.as_bytes()).next().is_some_and(|(name, _)| name == CURSOR);
        let others: Vec<&str> = query.split('&').filter(|pair| !pair.is_empty() && !is_cursor(pair)).collect();
        let separator = if others.is_empty() { "" } else { "&" };
        format!("{}?{}{separator}{CURSOR}={cursor}", self.whole_path(), others.join("&"))
    }

    fn whole_path(&self) -> &str {
        self.url.get(self.path_start..self.path_end).unwrap_or_default()
    }

    fn raw_query(&self) -> &str {
        self.url.get(self.path_end..).and_then(|rest| rest.strip_prefix('?')).unwrap_or_default()
    }
}

/// The parameters of a query, each known and given once.
#[derive(Debug)]
pub struct Query<'a>(Vec<(Cow<'a, str>, Cow<'a, str>)>);

impl Query<'_> {
    /// A parameter, if it was given: one without a value is not, whichever it is.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&str> {
        let value = self.0.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_ref())?;
        Some(value).filter(|value| !value.trim().is_empty())
    }

    /// Yes or no, if the parameter was given.
    ///
    /// # Errors
    /// `Invalid` for what is neither `true` nor `false`.
    pub fn flag(&self, name: &str) -> Result<Option<bool>, Refusal> {
        match self.get(name) {
            None => Ok(None),
            Some("true") => Ok(Some(true)),
            Some("false") => Ok(Some(false)),
            Some(_) => Err(Refusal::invalid(name, "unknown_value", format!("{name} is neither true nor false."))),
        }
    }

    /// The place in a sequence that a parameter names, if it was given.
    ///
    /// # Errors
    /// `Invalid` for what is not a whole number from 0 to 2^53 - 1.
    pub fn seq(&self, name: &str) -> Result<Option<i64>, Refusal> {
        let Some(text) = self.get(name) else { return Ok(None) };
        let seq = text.parse().ok().filter(|seq| (0..=LARGEST_SEQ).contains(seq));
        let detail = || format!("{name} is not a whole number from 0.");
        seq.map(Some).ok_or_else(|| Refusal::invalid(name, "malformed", detail()))
    }
}

/// The largest whole number that crosses JavaScript unharmed: 2^53 - 1.
const LARGEST_SEQ: i64 = 9_007_199_254_740_991;

/// The client's own text on its way back to it: short, and without control characters.
pub(super) fn printable(text: &str) -> String {
    text.chars().filter(|character| !character.is_control()).take(80).collect()
}

/// The name of a field or parameter that the client made up; there is always something to read.
pub(super) fn named(name: &str) -> String {
    let name = printable(name);
    if name.is_empty() { "(no name)".to_owned() } else { name }
}

#[cfg(test)]
mod tests {
    use super::Address;

    #[test]
    fn a_parameter_of_somebody_elses_query_is_read_once_among_any_others() {
        let address = |query: &str| Address::new(&format!("https://a.test/api/auth/oidc/callback{query}"));
        let found = |query: &str| address(query).foreign("code");
        assert_eq!(found("?code=a%2Bb&scope=email+openid&authuser=0").unwrap().as_deref(), Some("a+b"));
        for none in ["", "?", "?code=", "?codes=a", "?state=code", "#code=a"] {
            assert_eq!(found(none).unwrap(), None, "{none}");
        }
        for twice in ["?code=a&code=b", "?code=a&code=a", "?code=&code=a", "?c%6fde=a&code=b"] {
            assert!(found(twice).is_err(), "{twice}");
        }
    }

    #[test]
    fn the_next_page_has_one_cursor_however_the_last_one_was_spelled() {
        for (query, next) in [
            ("", "/api/requests?cursor=b"),
            ("?", "/api/requests?cursor=b"),
            ("?cursor=a", "/api/requests?cursor=b"),
            ("?limit=5&cursor=a&q=x%26y", "/api/requests?limit=5&q=x%26y&cursor=b"),
            ("?curso%72=a&&limit=5", "/api/requests?limit=5&cursor=b"),
            ("?cursor&limit=5#cursor=c", "/api/requests?limit=5&cursor=b"),
            ("?cursors=a", "/api/requests?cursors=a&cursor=b"),
        ] {
            let address = Address::new(&format!("https://cepatedge.test/api/requests{query}"));
            assert_eq!(address.with_cursor("b"), next, "{query}");
            assert_eq!((address.origin(), address.path()), ("https://cepatedge.test", "/requests"), "{query}");
        }
    }

    #[test]
    fn a_parameter_without_a_value_is_not_given() {
        for query in ["q", "q=", "q=%20", "q=+", "&q=&"] {
            let address = Address::new(&format!("https://cepatedge.test/api/requests?{query}"));
            assert_eq!(address.query(&["q"]).unwrap().get("q"), None, "{query}");
        }
        let address = Address::new("https://cepatedge.test/api/requests?q=%C3%A9+%EF%BF%BD");
        assert_eq!(address.query(&["q"]).unwrap().get("q"), Some("é \u{fffd}"));
    }

    #[test]
    fn a_flag_is_true_or_false() {
        let flag = |value: &str| {
            let address = Address::new(&format!("https://cepatedge.test/api/requests?hazard={value}"));
            address.query(&["hazard"]).unwrap().flag("hazard")
        };
        assert_eq!((flag("true"), flag("false"), flag("")), (Ok(Some(true)), Ok(Some(false)), Ok(None)));
        for other in ["1", "TRUE", "yes", "true,false"] {
            assert!(flag(other).is_err(), "{other}");
        }
    }

    #[test]
    fn a_parameter_is_known_and_given_once() {
        let code = |query: &str| {
            let address = Address::new(&format!("https://cepatedge.test/api/requests?{query}"));
            let refusal = address.query(&["q"]).map(|_| ()).unwrap_err();
            serde_json::to_value(refusal).unwrap().to_string()
        };
        assert!(code("q=1&%71=2").contains("duplicate_parameter"));
        assert!(code("limit=1").contains("unknown_parameter"));
        assert!(code("=1").contains("(no name)"));
        assert!(code("?q=1").contains("unknown_parameter"));
        for broken in ["q=%ff", "q=%C3", "%ff=1", "q=%ed%a0%80"] {
            assert!(code(broken).contains("invalid_utf8"), "{broken}");
        }
    }
}
