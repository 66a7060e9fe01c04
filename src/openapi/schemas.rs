//! The schemas of the types that the document speaks of, each under its name.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};
use utoipa::ToSchema;

/// One page of a list.
#[derive(ToSchema)]
#[allow(dead_code, reason = "its schema is what is wanted")]
struct Paged<T> {
    /// The items, in the list's order.
    items: Vec<T>,
    /// What to send as `cursor` for the next page; null at the end.
    #[schema(required = true)]
    next_cursor: Option<String>,
}

/// One page of a list that is counted when asked to.
#[derive(ToSchema)]
#[allow(dead_code, reason = "its schema is what is wanted")]
struct CountedPage<T> {
    /// The items, in the list's order.
    items: Vec<T>,
    /// What to send as `cursor` for the next page; null at the end.
    #[schema(required = true)]
    next_cursor: Option<String>,
    /// How many there are in all, up to 10,000; 10,001 stands for more. Only with `total=true`.
    #[schema(nullable = false)]
    total: Option<u32>,
}

/// What was spoken of so far.
#[derive(Default)]
pub struct Schemas(BTreeMap<String, Value>);

impl Schemas {
    /// A reference to the schema of `T`, which is put down with all that it refers to.
    pub fn of<T: ToSchema>(&mut self) -> Value {
        self.named::<T>(&T::name())
    }

    /// As [`Schemas::of`], under a name that `T` does not have by itself.
    pub fn named<T: ToSchema>(&mut self, name: &str) -> Value {
        let mut found = vec![(name.to_owned(), T::schema())];
        T::schemas(&mut found);
        for (name, schema) in found {
            let schema = serde_json::to_value(schema).unwrap_or_default();
            self.0.entry(name).or_insert(schema);
        }
        json!({ "$ref": format!("#/components/schemas/{name}") })
    }

    /// One page of `T`, whose own schema is put down with it: a generic type leaves its parameter out.
    pub fn page<T: ToSchema>(&mut self, name: &str) -> Value {
        self.of::<T>();
        self.named::<Paged<T>>(name)
    }

    /// As [`Schemas::page`], of a list that is counted when asked to.
    pub fn counted_page<T: ToSchema>(&mut self, name: &str) -> Value {
        self.of::<T>();
        self.named::<CountedPage<T>>(name)
    }

    /// All of them, each with its own properties: what a type has from another is told in it.
    pub fn into_json(self) -> Value {
        self.0.iter().map(|(name, schema)| (name.clone(), self.flattened(schema))).collect()
    }

    /// The schema with each `allOf`, which serde's `flatten` becomes, as one object.
    fn flattened(&self, schema: &Value) -> Value {
        match schema {
            Value::Array(items) => items.iter().map(|item| self.flattened(item)).collect(),
            Value::Object(fields) => {
                let fields = fields.iter().map(|(name, value)| (name.clone(), self.flattened(value)));
                let mut whole: Map<String, Value> = fields.collect();
                let parts: Vec<Value> = match whole.get("allOf").and_then(Value::as_array) {
                    Some(parts) => parts.iter().map(|part| self.resolved(part)).collect(),
                    None => Vec::new(),
                };
                // What is one of several is no object that another could be joined with.
                if !parts.is_empty() && parts.iter().all(|part| part.get("properties").is_some()) {
                    whole.remove("allOf");
                    parts.iter().for_each(|part| join(&mut whole, part));
                }
                without_choice(&mut whole);
                Value::Object(whole)
            }
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => schema.clone(),
        }
    }

    /// The schema that a reference leads to.
    fn resolved(&self, schema: &Value) -> Value {
        let name = schema.get("$ref").and_then(Value::as_str).and_then(|path| path.rsplit('/').next());
        name.and_then(|name| self.0.get(name)).map_or_else(|| schema.clone(), |schema| self.flattened(schema))
    }
}

/// One schema of one's own, or none, is no choice: `{"oneOf":[{"type":"null"},{"type":"string"}]}` is a string or null.
fn without_choice(whole: &mut Map<String, Value>) {
    let one = match whole.get("oneOf").and_then(Value::as_array).map(Vec::as_slice) {
        Some([one]) if one.get("type").is_some() => one.clone(),
        Some([null, one]) if null["type"] == "null" && one["type"].is_string() => {
            let mut one = one.clone();
            one["type"] = json!([one["type"], "null"]);
            one
        }
        _ => return,
    };
    whole.remove("oneOf");
    join(whole, &one);
}

/// Adds an object's properties, and whatever else is told of it, to another.
fn join(whole: &mut Map<String, Value>, part: &Value) {
    for (name, value) in part.as_object().into_iter().flatten() {
        match (whole.get_mut(name), value) {
            (Some(Value::Object(known)), Value::Object(more)) => known.extend(more.clone()),
            (Some(Value::Array(known)), Value::Array(more)) => known.extend(more.clone()),
            (Some(_), _) => {}
            (None, _) => drop(whole.insert(name.clone(), value.clone())),
        }
    }
}

/// Several of these in one parameter, with commas.
pub fn any_of(schema: Value) -> Value {
    json!({ "type": "array", "items": schema })
}

/// A text of at most so many characters.
pub fn text(most: u32) -> Value {
    json!({ "type": "string", "maxLength": most })
}

/// A point in time.
pub fn time() -> Value {
    json!({ "type": "string", "format": "date-time" })
}

/// A place in a sequence.
pub fn seq() -> Value {
    json!({ "type": "integer", "minimum": 0 })
}
