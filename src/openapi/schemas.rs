//! The schemas of the types that the document speaks of, each under its name.

use std::collections::BTreeMap;

use base::page::Page;
use serde_json::{Value, json};
use utoipa::ToSchema;

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
        self.named::<Page<T>>(name)
    }

    /// All of them.
    pub fn into_json(self) -> Value {
        self.0.into_iter().collect()
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
