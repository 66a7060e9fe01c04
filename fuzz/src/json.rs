//! Changes to JSON that leave it JSON, so that the fuzzer gets past the parser to what is made of the values.

use libfuzzer_sys::fuzzer_mutate;
use serde_json::{Value, json};

/// Changes the input in place and gives its new length: every other time one value of the JSON behind the first `head` bytes,
/// else any bytes, as libFuzzer does it by itself.
pub fn mutate(head: usize, data: &mut [u8], size: usize, max_size: usize, seed: u32) -> usize {
    let choice = usize::try_from(seed / 2).unwrap_or_default();
    if seed.is_multiple_of(2)
        && let Some(text) = data.get(head..size).and_then(|text| changed(text, choice))
        && let Some(room) = data.get_mut(head..max_size).and_then(|room| room.get_mut(..text.len()))
    {
        room.copy_from_slice(&text);
        return head + text.len();
    }
    fuzzer_mutate(data, size, max_size)
}

/// The JSON with one of its values changed.
fn changed(text: &[u8], choice: usize) -> Option<Vec<u8>> {
    let mut json: Value = serde_json::from_slice(text).ok()?;
    let mut values = Vec::new();
    list(&json, &mut values);
    let (place, choice) = (choice % values.len(), choice / values.len());
    let other = values[choice / 16 % values.len()].clone();
    let mut before = place;
    change(&mut json, &mut before, &mut |value| {
        *value = match choice % 16 {
            0 => Value::Null,
            1 => json!(0),
            2 => json!(-1),
            3 => json!(i64::MAX),
            4 => json!(1.5),
            5 => json!(""),
            6 => json!(" \u{2003}x\r\n"),
            7 => json!([]),
            8 => json!({}),
            9 => json!([value.take()]),
            10 | 11 => other.clone(),
            _ => near(value.take(), choice),
        };
    });
    serde_json::to_vec(&json).ok()
}

/// A value of the same kind.
fn near(value: Value, choice: usize) -> Value {
    match value {
        Value::Bool(truth) => json!(!truth),
        Value::Number(number) => match number.as_i64() {
            Some(number) if choice.is_multiple_of(2) => json!(number.wrapping_mul(10)),
            Some(number) => json!(number.wrapping_add(1)),
            None => json!(0),
        },
        Value::String(text) => match choice % 4 {
            0 => json!(text.to_uppercase()),
            1 => json!(text.repeat(2)),
            2 => json!(text.chars().skip(1).collect::<String>()),
            _ => json!(format!("{text}0")),
        },
        Value::Array(mut items) => {
            items.extend(items.first().cloned());
            Value::Array(items)
        }
        Value::Object(mut fields) => {
            let name = fields.keys().nth(choice / 16 % fields.len().max(1)).cloned();
            name.and_then(|name| fields.remove(&name));
            Value::Object(fields)
        }
        Value::Null => json!(true),
    }
}

fn list<'a>(value: &'a Value, into: &mut Vec<&'a Value>) {
    into.push(value);
    match value {
        Value::Array(items) => items.iter().for_each(|item| list(item, into)),
        Value::Object(fields) => fields.values().for_each(|field| list(field, into)),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

/// Changes the value before which so many others come, in the order of [`list`].
fn change(value: &mut Value, before: &mut usize, with: &mut impl FnMut(&mut Value)) -> bool {
    if *before == 0 {
        with(value);
        return true;
    }
    *before -= 1;
    match value {
        Value::Array(items) => items.iter_mut().any(|item| change(item, before, with)),
        Value::Object(fields) => fields.values_mut().any(|field| change(field, before, with)),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => false,
    }
}
