//! What can be done to the ways in which somebody signs in, as its owner is told of it.

use base::words;

words! {
    /// What was done to the ways in which somebody signs in, or is acted for.
    pub enum SecurityChange: "change of security" {
        /// An authenticator app was added.
        AppAdded = "app_added",
        /// It was removed by its owner.
        AppRemoved = "app_removed",
        /// A passkey was added.
        PasskeyAdded = "passkey_added",
        /// One was removed by its owner.
        PasskeyRemoved = "passkey_removed",
        /// Recovery codes were made anew.
        CodesMade = "codes_made",
        /// All second factors were taken away by those who may.
        FactorsTaken = "factors_taken",
        /// The link with an identity at the organisation's provider was ended.
        IdentityUnlinked = "identity_unlinked",
        /// An API key was made.
        KeyMade = "key_made",
        /// An API key got a new secret.
        KeyRotated = "key_rotated",
    }
}
