//! How texts are compared.

/// Text as it is searched: whatever its case, it is the same.
pub fn fold(text: &str) -> String {
    text.to_lowercase()
}
