//! How much may be attached, which the settings say.

use base::refusal::Refusal;
use serde::{Deserialize, Serialize};

/// What is told to people as a megabyte, in bytes: what their computers call so.
pub const MEGABYTE: i64 = 1024 * 1024;

/// The most of each. Absent fields take their defaults.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct FileLimits {
    /// Megabytes of one file.
    pub max_file_mb: u32,
    /// Files of one request.
    pub max_files: u32,
    /// Megabytes of all files of one request together.
    pub max_files_mb: u32,
}

impl FileLimits {
    /// Where nobody has set anything.
    pub const DEFAULT: Self = Self { max_file_mb: 25, max_files: 20, max_files_mb: 100 };

    /// Whether one more file of `size` bytes may come to `files` files with `bytes` bytes together.
    ///
    /// # Errors
    /// `FileTooLarge`; `Conflict` with `too_many_files` or `files_too_large`.
    pub fn check(&self, size: i64, files: usize, bytes: i64) -> Result<(), Refusal> {
        let limit = i64::from(self.max_file_mb) * MEGABYTE;
        if size > limit {
            return Err(Refusal::FileTooLarge { limit_bytes: limit.unsigned_abs() });
        }
        if files >= self.max_files as usize {
            let detail = format!("A request may have at most {} files.", self.max_files);
            return Err(Refusal::conflict("too_many_files", detail));
        }
        if bytes.saturating_add(size) > i64::from(self.max_files_mb) * MEGABYTE {
            let detail = format!("The files of a request may have at most {} MB together.", self.max_files_mb);
            return Err(Refusal::conflict("files_too_large", detail));
        }
        Ok(())
    }
}

impl Default for FileLimits {
    fn default() -> Self {
        Self::DEFAULT
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn code(size: i64, files: usize, bytes: i64) -> Option<String> {
        FileLimits::DEFAULT.check(size, files, bytes).err().map(|refusal| refusal.code().to_owned())
    }

    #[test]
    fn a_file_a_count_and_a_sum_each_have_their_limit() {
        assert_eq!(code(25 * MEGABYTE, 0, 0), None);
        assert_eq!(code(25 * MEGABYTE + 1, 0, 0).as_deref(), Some("file_too_large"));
        assert_eq!(code(10_000_000_000, 0, 0).as_deref(), Some("file_too_large"));
        assert_eq!((code(1, 19, 0), code(1, 20, 0).as_deref()), (None, Some("too_many_files")));
        assert_eq!(code(1, 4, 100 * MEGABYTE - 1), None);
        assert_eq!(code(2, 4, 100 * MEGABYTE - 1).as_deref(), Some("files_too_large"));
        assert_eq!(code(1, 4, i64::MAX).as_deref(), Some("files_too_large"));
    }
}
