//! Who may read what is said and shown about a request.

use base::words;

words! {
    /// Who may read a comment, or see a file.
    pub enum Visibility: "visibility" {
        /// Everybody who may see the request.
        Public = "public",
        /// Technicians, managers and admins; never a requester, on any path.
        Internal = "internal",
    }
}
