//! The body of a request: its bytes, within limits of size and time; and JSON, of which a refusal names the field and the rule.

use std::fmt;

use base::json;
use base::refusal::Refusal;
use serde::Deserialize;
use serde::de::value::MapDeserializer;
use serde::de::{DeserializeOwned, Deserializer, Error, IgnoredAny, IntoDeserializer, MapAccess, Visitor};
use serde_json::{Map, Value};
use wasm_bindgen::prelude::wasm_bindgen;
use wasm_bindgen::{JsCast, JsValue};
use web_sys::Request;

use super::address::named;

/// The largest JSON body, in bytes.
pub const LARGEST: u32 = 256 * 1024;

/// How long a body may take to arrive, in milliseconds.
pub const PATIENCE_MS: u32 = 10_000;

#[wasm_bindgen]
extern "C" {
    /// The body as a `Uint8Array`; or, as a string, why there is none: `encoding`, `size`, `time` or `broken`.
    #[wasm_bindgen(js_name = cepatedge_body)]
    async fn arrived(request: &Request, largest: u32, patience_ms: u32) -> JsValue;
}

/// The bytes of a body.
///
/// # Errors
/// `UnsupportedEncoding` for a compressed body, `TooLarge` above [`LARGEST`], `TimedOut` after [`PATIENCE_MS`], `Invalid` when the
/// connection breaks.
pub async fn read(request: &Request) -> Result<Vec<u8>, Refusal> {
    let body = arrived(request, LARGEST, PATIENCE_MS).await;
    match body.as_string().as_deref() {
        None => Ok(js_sys::Uint8Array::from(body.unchecked_into::<JsValue>()).to_vec()),
        Some("encoding") => Err(Refusal::UnsupportedEncoding),
        Some("size") => Err(Refusal::TooLarge { limit_bytes: u64::from(LARGEST) }),
        Some("time") => Err(Refusal::TimedOut),
        Some(_) => Err(Refusal::invalid("body", "unreadable", "The body did not arrive whole.")),
    }
}

/// Reads a JSON object into `T`.
///
/// # Errors
/// `Invalid`, naming the field, with the code `invalid_utf8`, `malformed_json`, `unknown_field`, `duplicate_field`, `required` or
/// `wrong_type`.
pub fn parse_json<T: DeserializeOwned>(body: &[u8]) -> Result<T, Refusal> {
    let fields = fields(body)?.0.into_iter().map(|(name, value)| (name.clone(), Field { name, value }));
    T::deserialize(MapDeserializer::new(fields)).map_err(|BodyError(refusal)| refusal)
}

/// Reads a JSON object whose fields are read by a table, of `known` alone.
///
/// # Errors
/// As [`parse_json`].
pub fn parse_object(body: &[u8], known: &[&str]) -> Result<Map<String, Value>, Refusal> {
    let Fields(fields) = fields(body)?;
    match fields.iter().find(|(name, _)| !known.contains(&name.as_str())) {
        Some((name, _)) => Err(Refusal::invalid(&named(name), "unknown_field", "There is no such field here.")),
        None => Ok(fields.into_iter().collect()),
    }
}

/// The whole of it: a broken body is told as such before its first field is.
fn fields(body: &[u8]) -> Result<Fields, Refusal> {
    let Ok(text) = std::str::from_utf8(body) else {
        return Err(Refusal::invalid("body", "invalid_utf8", "The body must be UTF-8."));
    };
    let fields: Fields = json::from_str(text).map_err(|error| match json::from_str::<IgnoredAny>(text).err() {
        None if error.is_data() => Refusal::invalid("body", "wrong_type", "The body must be a JSON object."),
        broken => {
            let error = broken.unwrap_or(error);
            let detail = format!("The body is not JSON (line {}, column {}).", error.line(), error.column());
            Refusal::invalid("body", "malformed_json", detail)
        }
    })?;
    match fields.twice() {
        Some(name) => Err(Refusal::invalid(&named(name), "duplicate_field", "This field is given twice.")),
        None => Ok(fields),
    }
}

/// The fields of a JSON object as they were sent, twice the same among them.
struct Fields(Vec<(String, Value)>);

impl Fields {
    /// The first name that was there before.
    fn twice(&self) -> Option<&str> {
        let mut names = self.0.iter().map(|(name, _)| name.as_str()).enumerate();
        names.find_map(|(at, name)| self.0.iter().take(at).any(|(earlier, _)| earlier == name).then_some(name))
    }
}

impl<'de> Deserialize<'de> for Fields {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Object;

        impl<'de> Visitor<'de> for Object {
            type Value = Fields;

            fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                formatter.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Fields, A::Error> {
                let mut fields = Vec::new();
                while let Some(field) = map.next_entry()? {
                    fields.push(field);
                }
                Ok(Fields(fields))
            }
        }

        deserializer.deserialize_map(Object)
    }
}

/// What is wrong with a body, as serde tells it: by its rule, not by its sentence.
#[derive(Debug)]
struct BodyError(Refusal);

impl fmt::Display for BodyError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.0, formatter)
    }
}

impl std::error::Error for BodyError {}

impl Error for BodyError {
    fn custom<T: fmt::Display>(detail: T) -> Self {
        BodyError(Refusal::invalid("body", "malformed", detail.to_string()))
    }

    fn unknown_field(field: &str, _expected: &'static [&'static str]) -> Self {
        BodyError(Refusal::invalid(&named(field), "unknown_field", "There is no such field here."))
    }

    fn missing_field(field: &'static str) -> Self {
        BodyError(Refusal::invalid(field, "required", "This field is required."))
    }
}

/// One field on its way into its type.
struct Field {
    name: String,
    value: Value,
}

impl Field {
    fn wrong_type(name: &str, kind: &str) -> BodyError {
        BodyError(Refusal::invalid(&named(name), "wrong_type", format!("This field cannot be {kind}.")))
    }
}

impl<'de> IntoDeserializer<'de, BodyError> for Field {
    type Deserializer = Self;

    fn into_deserializer(self) -> Self {
        self
    }
}

macro_rules! forward_to_the_value {
    ($($method:ident)+) => {
        $(fn $method<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, BodyError> {
            let kind = kind_of(&self.value);
            self.value.$method(visitor).map_err(|_| Field::wrong_type(&self.name, kind))
        })+
    };
}

impl<'de> Deserializer<'de> for Field {
    type Error = BodyError;

    forward_to_the_value! {
        deserialize_any deserialize_bool deserialize_i64 deserialize_u64 deserialize_f64 deserialize_string deserialize_str
        deserialize_option deserialize_seq deserialize_map
    }

    /// From an object alone, as everywhere (`base::json`).
    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _name: &'static str,
        _fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, BodyError> {
        self.deserialize_map(visitor)
    }

    serde::forward_to_deserialize_any! {
        i8 i16 i32 i128 u8 u16 u32 u128 f32 char bytes byte_buf unit unit_struct newtype_struct tuple tuple_struct enum identifier
        ignored_any
    }
}

fn kind_of(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "true or false",
        Value::Number(_) => "this number",
        Value::String(_) => "a text",
        Value::Array(_) => "a list",
        Value::Object(_) => "an object",
    }
}

#[cfg(test)]
mod tests {
    use base::refusal::Refusal;
    use serde::Deserialize;

    use super::parse_json;

    #[derive(Debug, Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Body {
        title: String,
        #[serde(default)]
        rating: Option<i64>,
    }

    fn code(body: &[u8]) -> (String, String) {
        match parse_json::<Body>(body) {
            Err(Refusal::Invalid { field, code, .. }) => (field, code),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn a_body_is_read_into_its_type() {
        let body: Body = parse_json(b" {\"title\":\"a\\u0041\",\"rating\":null} ").unwrap();
        assert_eq!((body.title.as_str(), body.rating), ("aA", None));
        assert_eq!(parse_json::<Body>(b"{\"rating\":5,\"title\":\"\"}").unwrap().rating, Some(5));
    }

    #[test]
    fn a_bad_body_is_refused_with_its_field_and_a_code() {
        let cases: [(&[u8], &str, &str); 17] = [
            (b"", "body", "malformed_json"),
            (b"{\"title\":", "body", "malformed_json"),
            (b"{\"title\":7,}", "body", "malformed_json"),
            (b"{\"title\":\"a\"} x", "body", "malformed_json"),
            (b"{\"title\":\"\xff\"}", "body", "invalid_utf8"),
            (b"{\"title\":7}", "title", "wrong_type"),
            (b"{\"title\":null}", "title", "wrong_type"),
            (b"{\"title\":\"a\",\"rating\":\"5\"}", "rating", "wrong_type"),
            (b"{\"title\":\"a\",\"rating\":4.5}", "rating", "wrong_type"),
            (b"{\"titel\":\"a\"}", "titel", "unknown_field"),
            (b"{\"title\":\"a\",\"title\":\"b\"}", "title", "duplicate_field"),
            (b"{\"\":1}", "(no name)", "unknown_field"),
            (b"{\"\\u0007\":1}", "(no name)", "unknown_field"),
            (b"{}", "title", "required"),
            (b"[\"a\"", "body", "malformed_json"),
            (b"[\"a\"]", "body", "wrong_type"),
            (b" null", "body", "wrong_type"),
        ];
        for (body, field, expected) in cases {
            assert_eq!(code(body), (field.to_owned(), expected.to_owned()), "{body:?}");
        }
    }
}
