//! What clients do with files: they attach some, remove some, and read some, whole or in part.

use serde_json::json;

use super::super::history::{Answered, Attempt, FileRead, Outcome, Role, Write, content, sha256};
use super::super::http::{Body, Failure, Reply};
use super::super::world::{KnownFile, Session, World};
use super::Client;

/// The sizes of files, in bytes.
const SIZES: (u64, u64) = (1_000, 60_000);

impl Client<'_> {
    /// A file that the client may attach, mostly to what is open.
    pub(super) fn attach(&mut self) -> Option<Write> {
        let request = self.any_request()?;
        let is_final = matches!(request.status.as_str(), "rejected" | "closed" | "cancelled");
        if is_final && !self.random.chance(10) {
            return None;
        }
        let size = self.random.between(SIZES.0, SIZES.1) as usize;
        let mut write =
            self.write("attach", Some(&request), |mark| json!({ "filename": format!("torture {mark}.png") }));
        write.body["size"] = json!(size);
        write.body["sha256"] = json!(sha256(&content(write.number, size)));
        Some(Write { if_match: None, ..write })
    }

    /// A removal that the client may ask for.
    pub(super) fn detach(&mut self) -> Option<Write> {
        let (manages, by) = (self.role().manages(), self.session.by);
        let file = self.any_file(|file| !file.is_removed && (manages || file.by == by))?;
        let request = self.world.requests().iter().find(|request| request.id == file.request).cloned()?;
        let write = self.write("detach", Some(&request), |_| json!({ "file": file.id }));
        Some(Write { if_match: None, ..write })
    }

    /// Reads a file that the client may see, all of it or a part.
    pub(super) fn read_file(&mut self) {
        let owned: Vec<String> = match self.role() {
            Role::Requester => {
                let requests = self.world.requests();
                let own = requests.iter().filter(|request| request.requester == self.session.by);
                own.map(|request| request.id.clone()).collect()
            }
            _ => Vec::new(),
        };
        let sees_all = self.role() != Role::Requester;
        let Some(file) = self.any_file(|file| sees_all || owned.contains(&file.request)) else { return };
        let range = self.random.chance(40).then(|| {
            let first = self.random.below(file.size);
            (first, first + self.random.below(file.size - first))
        });
        let (by, invoked) = (self.session.by, self.world.now());
        let Ok(reply) = read(&mut self.session, &file.request, &file.id, range) else { return };
        let (returned, status) = (self.world.now(), reply.status);
        let (request, file, sha256) = (file.request, file.id, sha256(&reply.body));
        self.diary.file_reads.push(FileRead { by, request, file, invoked, returned, status, range, sha256 });
    }

    fn any_file(&mut self, is_wanted: impl Fn(&KnownFile) -> bool) -> Option<KnownFile> {
        let files = self.world.files();
        let wanted: Vec<&KnownFile> = files.iter().filter(|file| is_wanted(file)).collect();
        self.random.pick(&wanted).map(|file| (*file).clone())
    }
}

/// Asks for the bytes of a file: all of them, or from one to another.
pub fn read(session: &mut Session, request: &str, file: &str, range: Option<(usize, usize)>) -> Result<Reply, Failure> {
    let range = range.map(|(first, last)| format!("bytes={first}-{last}"));
    let headers: Vec<_> = range.iter().map(|range| ("range", range.as_str())).collect();
    session.bring("GET", &format!("/api/requests/{request}/attachments/{file}"), &headers, Body::None)
}

/// Where a file is to go that a write brings.
pub(super) fn path(request: &str, write: &Write) -> String {
    let name = write.body["filename"].as_str().unwrap_or_default();
    let name = name.replace(' ', "%20").replace('[', "%5B").replace(']', "%5D");
    format!("/api/requests/{request}/attachments?filename={name}")
}

/// The bytes that a write brings, if it brings any.
pub(super) fn bytes(write: &Write) -> Option<Vec<u8>> {
    let size = write.body["size"].as_u64().and_then(|size| usize::try_from(size).ok());
    size.filter(|_| write.deed == "attach").map(|size| content(write.number, size))
}

/// Remembers what came of a write about a file.
pub(super) fn learn(world: &World, write: &Write, attempt: &Attempt) {
    let Outcome::Done { shown, .. } = &attempt.outcome else { return };
    let mut files = world.files();
    match shown {
        Answered::File(id, _) if !files.iter().any(|file| file.id == *id) => {
            let request = write.request.clone().unwrap_or_default();
            let size = write.body["size"].as_u64().and_then(|size| usize::try_from(size).ok()).unwrap_or_default();
            files.push(KnownFile { request, id: id.clone(), by: write.by, size, is_removed: false });
        }
        Answered::Nothing => {
            files.iter_mut().filter(|file| write.body["file"] == file.id).for_each(|file| file.is_removed = true);
        }
        _ => {}
    }
}
