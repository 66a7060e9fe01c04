//! Every query that a DatabaseObject answers, by its name.
//!
//! It carries a query as it came, name and arguments, and the reply back. A name that is not known is a newer release's, to be
//! asked again.

use base::refusal::Refusal;
use serde_json::value::{RawValue, to_raw_value};

use super::query::{Postgres, Query};
use super::statements::{
    accounts, audit, deliveries, factors, identities, invitations, keys, mail_pauses, news, organisation, own_data,
    people, resets, settings, users, versions,
};

/// Declares every query that a DatabaseObject answers.
macro_rules! queries {
    ($($query:ty),+ $(,)?) => {
        /// The names of all queries.
        pub const NAMES: &[&str] = &[$( <$query as Query>::NAME, )+];

        impl Named {
            /// Asks; the reply as JSON.
            ///
            /// # Errors
            /// Those of the query; `Unavailable` for a name or arguments of another release.
            pub async fn run(&self, postgres: &impl Postgres) -> Result<Box<RawValue>, Refusal> {
                match self.name.as_str() {
                    $( <$query as Query>::NAME => {
                        let query: $query = base::json::from_str(self.arguments.get())
                            .map_err(|_| postgres.unknown(&self.name))?;
                        to_raw_value(&query.run(postgres).await?).map_err(|_| Refusal::Internal)
                    } )+
                    name => Err(postgres.unknown(name)),
                }
            }
        }
    };
}

queries! {
    users::FindCredentials,
    users::FindUser,
    users::ListUsers,
    users::ListStaff,
    users::PageUsers,
    users::KnowsUser,
    users::RenameUser,
    organisation::IsEmpty,
    organisation::SetUp,
    people::PagePeople,
    people::WriteTo,
    invitations::Invite,
    invitations::InviteAgain,
    invitations::NoteMailed,
    invitations::FindInvitation,
    invitations::AskAgain,
    invitations::Accept,
    people::ChangeUser,
    settings::ReadSettings,
    settings::PageChanges,
    settings::FindChange,
    settings::ChangeSetting,
    resets::MakeReset,
    resets::FindReset,
    resets::UseReset,
    keys::PageKeys,
    keys::MakeKey,
    keys::ChangeKey,
    keys::RotateKey,
    keys::EndKey,
    accounts::FindOwnCredentials,
    accounts::ChangePassword,
    accounts::OwedByAccounts,
    accounts::AccountSettled,
    accounts::FindPreferences,
    accounts::SavePreferences,
    accounts::FindLanguage,
    accounts::SaveLanguage,
    news::OwedNews,
    news::NewsTold,
    news::RemindOfKeys,
    factors::FindFactors,
    factors::UseFactor,
    factors::AddFactor,
    factors::RenamePasskey,
    factors::RemoveFactor,
    own_data::OwnData,
    identities::FindIdentity,
    identities::LinkIdentity,
    identities::JoinByIdentity,
    identities::UnlinkIdentities,
    identities::IdentitiesOf,
    audit::Owed,
    audit::Told,
    deliveries::ReportDeliveries,
    deliveries::PageDeliveries,
    deliveries::FailedDeliveries,
    mail_pauses::PauseMail,
    mail_pauses::ResumeMail,
    mail_pauses::FindMailPause,
    mail_pauses::ListMailPauses,
    versions::Synced,
    versions::ReadModel,
}

/// A query as it travels.
#[derive(Debug)]
pub struct Named {
    /// Its name.
    pub name: String,
    /// Its arguments, unread.
    pub arguments: Box<RawValue>,
}
