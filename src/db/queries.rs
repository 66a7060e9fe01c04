//! Every query that a DatabaseObject answers, by its name.
//!
//! It carries a query as it came, name and arguments, and the reply back. A name that is not known is a newer release's, to be
//! asked again.

use base::refusal::Refusal;
use futures::future::LocalBoxFuture;
use serde_json::value::{RawValue, to_raw_value};

use super::query::{Postgres, Query};
use super::statements::{
    accounts, audit, avatars, deliveries, downtime, exports, factors, files, identities, invitations, keys, labels,
    mail_pauses, news, organisation, own_data, people, places, resets, settings, things, users, versions,
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
            pub async fn run<P: Postgres>(&self, postgres: &P) -> Result<Box<RawValue>, Refusal> {
                let ask: Ask<P> = match self.name.as_str() {
                    $( <$query as Query>::NAME => ask::<$query, P>, )+
                    name => return Err(postgres.unknown(name)),
                };
                ask(self, postgres).await
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
    exports::RestsOf,
    things::PageThings,
    things::FindThing,
    things::SaveThing,
    things::RemoveThing,
    places::ChangedPlaces,
    downtime::PageDowntime,
    labels::WriteLabels,
    labels::FindLabel,
    avatars::SetAvatar,
    avatars::ListAvatars,
    files::PageFiles,
    versions::Synced,
    versions::ReadModel,
}

/// Asks one query.
type Ask<P> = for<'a> fn(&'a Named, &'a P) -> LocalBoxFuture<'a, Result<Box<RawValue>, Refusal>>;

/// Behind a pointer: the futures of eighty queries in one would be a tenth of the module's code.
fn ask<'a, Q: Query + 'static, P: Postgres>(
    named: &'a Named,
    postgres: &'a P,
) -> LocalBoxFuture<'a, Result<Box<RawValue>, Refusal>> {
    Box::pin(async move {
        let query: Q = base::json::from_str(named.arguments.get()).map_err(|_| postgres.unknown(&named.name))?;
        to_raw_value(&query.run(postgres).await?).map_err(|_| Refusal::Internal)
    })
}

/// A query as it travels.
#[derive(Debug)]
pub struct Named {
    /// Its name.
    pub name: String,
    /// Its arguments, unread.
    pub arguments: Box<RawValue>,
}
