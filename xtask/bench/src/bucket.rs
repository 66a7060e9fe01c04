//! The bucket of both builds: R2 as workerd's binding speaks it, kept in the memory of the load generator.
//!
//! workerd has no storage of its own behind an R2 binding: it sends each call over HTTP, an object's bytes behind a piece of JSON that says
//! what is wanted. So what a file costs a runtime is what it costs it in a deployment, and the bucket's own work is in no figure.

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;

use anyhow::{Context, Result, bail};
use serde_json::{Value, json};

/// What was stored first goes when there is more than this.
const MOST_BYTES: usize = 256 * 1024 * 1024;

/// A bucket that listens. It ends with the process.
pub struct Bucket {
    /// Where, on 127.0.0.1.
    pub port: u16,
}

#[derive(Default)]
struct Objects {
    /// By key.
    bytes: BTreeMap<String, Arc<Vec<u8>>>,
    /// In the order in which they came.
    order: Vec<String>,
    total: usize,
}

impl Objects {
    fn put(&mut self, key: &str, bytes: Vec<u8>) {
        self.total += bytes.len();
        self.order.push(key.to_owned());
        self.bytes.insert(key.to_owned(), Arc::new(bytes));
        while self.total > MOST_BYTES && self.order.len() > 1 {
            let first = self.order.remove(0);
            self.total -= self.bytes.remove(&first).map_or(0, |bytes| bytes.len());
        }
    }
}

impl Bucket {
    /// An empty one.
    pub fn open() -> Result<Self> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
        let port = listener.local_addr()?.port();
        let objects = Arc::new(Mutex::new(Objects::default()));
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let objects = Arc::clone(&objects);
                thread::spawn(move || {
                    // A runtime that ends hangs up, in the midst of a call, too.
                    if let Err(error) = serve(stream, &objects) {
                        eprintln!("the bucket: {error:#}");
                    }
                });
            }
        });
        Ok(Self { port })
    }
}

/// What is asked of the bucket.
struct Asked {
    what: Value,
    bytes: Vec<u8>,
}

fn serve(stream: TcpStream, objects: &Mutex<Objects>) -> Result<()> {
    stream.set_nodelay(true)?;
    let (mut reader, mut writer) = (BufReader::with_capacity(256 * 1024, stream.try_clone()?), stream);
    while let Some(Asked { what, bytes }) = read(&mut reader)? {
        let text = |name: &str| what.get(name).and_then(Value::as_str).unwrap_or_default();
        let (method, key) = (text("method"), text("object"));
        match method {
            "put" => {
                let about = about(key, bytes.len(), None);
                objects.lock().unwrap_or_else(PoisonError::into_inner).put(key, bytes);
                answer(&mut writer, &about, &[])?;
            }
            "get" | "head" => {
                let found = objects.lock().unwrap_or_else(PoisonError::into_inner).bytes.get(key).cloned();
                match found {
                    Some(found) if method == "get" => {
                        let (first, length) = part(what.get("range"), found.len());
                        let wanted = found.get(first..first + length).unwrap_or_default();
                        answer(&mut writer, &about(key, found.len(), Some((first, length))), wanted)?;
                    }
                    Some(found) => answer(&mut writer, &about(key, found.len(), None), &[])?,
                    None => refuse(&mut writer)?,
                }
            }
            // What is over is removed by [`Objects::put`].
            "delete" => answer(&mut writer, &json!({}), &[])?,
            _ => bail!("R2's {method} is not known here"),
        }
    }
    Ok(())
}

/// The next call; none when the runtime has hung up.
fn read(reader: &mut BufReader<TcpStream>) -> Result<Option<Asked>> {
    let (mut line, mut head) = (String::new(), BTreeMap::new());
    if reader.read_line(&mut line)? == 0 {
        return Ok(None);
    }
    loop {
        line.clear();
        if reader.read_line(&mut line)? == 0 {
            return Ok(None);
        }
        match line.trim_end().split_once(':') {
            Some((name, value)) => head.insert(name.to_ascii_lowercase(), value.trim().to_owned()),
            None => break,
        };
    }
    let number = |name: &str| head.get(name).and_then(|text| text.parse::<usize>().ok());
    let mut bytes = vec![0; number("content-length").unwrap_or_default()];
    if reader.read_exact(&mut bytes).is_err() {
        // What is cut off is not stored, and whoever cut it off has hung up.
        return Ok(None);
    }
    let what = match head.get("cf-r2-request") {
        Some(text) => serde_json::from_str(text),
        None => {
            let size = number("cf-r2-metadata-size").context("a call without a request")?;
            let behind = bytes.split_off(size.min(bytes.len()));
            let what = serde_json::from_slice(&bytes);
            bytes = behind;
            what
        }
    };
    Ok(Some(Asked { what: what.context("an unreadable call")?, bytes }))
}

/// The first byte that is wanted, and how many. Numbers come as text, too.
fn part(range: Option<&Value>, size: usize) -> (usize, usize) {
    let number = |name: &str| {
        let value = range?.get(name)?;
        value.as_u64().or_else(|| value.as_str()?.parse().ok()).and_then(|number| usize::try_from(number).ok())
    };
    let first = number("offset").unwrap_or_default().min(size);
    (first, number("length").unwrap_or(size).min(size - first))
}

/// What R2 says of an object.
fn about(key: &str, size: usize, part: Option<(usize, usize)>) -> Value {
    let mut about = json!({
        "name": key, "version": "1", "size": size, "etag": "00000000000000000000000000000000", "uploaded": 1_700_000_000_000_u64,
        "httpFields": {}, "customFields": [], "checksums": {}, "storageClass": "Standard",
    });
    if let (Some((offset, length)), Some(fields)) = (part, about.as_object_mut()) {
        fields.insert("range".to_owned(), json!({ "offset": offset, "length": length }));
    }
    about
}

fn answer(writer: &mut TcpStream, about: &Value, bytes: &[u8]) -> Result<()> {
    let about = about.to_string();
    let head = format!(
        "HTTP/1.1 200 OK\r\ncf-r2-metadata-size: {}\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\r\n{about}",
        about.len(),
        about.len() + bytes.len()
    );
    writer.write_all(head.as_bytes())?;
    Ok(writer.write_all(bytes)?)
}

/// There is no such object.
fn refuse(writer: &mut TcpStream) -> Result<()> {
    let why = json!({ "version": 1, "v4code": 10_007, "message": "The specified key does not exist." });
    let head = format!("HTTP/1.1 404 Not Found\r\ncf-r2-error: {why}\r\ncontent-length: 0\r\n\r\n");
    Ok(writer.write_all(head.as_bytes())?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_part_is_of_what_there_is() {
        assert_eq!(part(None, 10), (0, 10));
        assert_eq!(part(Some(&json!({ "offset": 2, "length": 3 })), 10), (2, 3));
        assert_eq!(part(Some(&json!({ "offset": "8", "length": "9" })), 10), (8, 2));
        assert_eq!(part(Some(&json!({ "offset": 12 })), 10), (10, 0));
    }

    #[test]
    fn what_came_first_goes_first() {
        let mut objects = Objects::default();
        for key in ["a", "b", "c"] {
            objects.put(key, vec![0; MOST_BYTES / 2]);
        }
        assert_eq!(
            (objects.bytes.keys().cloned().collect::<Vec<_>>(), objects.total),
            (vec!["b".into(), "c".into()], MOST_BYTES)
        );
    }
}
