//! Where bytes lie in the bucket: by whose they are, under an id that nobody can guess. No name that a person gave is part of a place.

use base::ids::{OrgId, UserId};
use uuid::Uuid;

/// What all files of requests of an organisation begin with.
#[must_use]
pub fn of_requests(org: &OrgId) -> String {
    format!("{org}/requests/")
}

/// What all files of a request begin with.
#[must_use]
pub fn of_request(org: &OrgId, request: Uuid) -> String {
    format!("{org}/requests/{request}/")
}

/// An attachment of a request.
#[must_use]
pub fn of_attachment(org: &OrgId, request: Uuid, attachment: Uuid) -> String {
    format!("{org}/requests/{request}/{attachment}")
}

/// The small picture of an attachment.
#[must_use]
pub fn of_thumbnail(org: &OrgId, request: Uuid, attachment: Uuid) -> String {
    format!("{org}/requests/{request}/{attachment}.thumbnail")
}

/// What all portraits of an organisation begin with.
#[must_use]
pub fn of_avatars(org: &OrgId) -> String {
    format!("{org}/avatars/")
}

/// What all portraits of somebody begin with.
#[must_use]
pub fn of_avatars_of(org: &OrgId, user: UserId) -> String {
    format!("{org}/avatars/{user}/")
}

/// What all sizes of a portrait begin with.
#[must_use]
pub fn of_avatar_sizes(org: &OrgId, user: UserId, avatar: &str) -> String {
    format!("{org}/avatars/{user}/{avatar}/")
}

/// A portrait of somebody, in one of its sizes.
#[must_use]
pub fn of_avatar(org: &OrgId, user: UserId, avatar: &str, size: u32) -> String {
    format!("{org}/avatars/{user}/{avatar}/{size}")
}

/// Whose a place of [`of_avatars`] is, and which portrait it is of.
#[must_use]
pub fn portrayed<'k>(org: &OrgId, key: &'k str) -> Option<(UserId, &'k str)> {
    let (user, rest) = key.strip_prefix(&of_avatars(org))?.split_once('/')?;
    Some((user.parse().ok()?, rest.split_once('/')?.0))
}

/// Whose a place of [`of_requests`] is: the request, the attachment, and whether it is the small picture.
#[must_use]
pub fn owner(org: &OrgId, key: &str) -> Option<(Uuid, Uuid, bool)> {
    let rest = key.strip_prefix(&of_requests(org))?;
    let (request, attachment) = rest.split_once('/')?;
    let (attachment, is_thumbnail) = match attachment.strip_suffix(".thumbnail") {
        Some(attachment) => (attachment, true),
        None => (attachment, false),
    };
    Some((request.parse().ok()?, attachment.parse().ok()?, is_thumbnail))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_says_whose_it_is() {
        let org: OrgId = "default".parse().unwrap();
        let (request, attachment) = (Uuid::from_u128(7), Uuid::from_u128(8));
        let place = of_attachment(&org, request, attachment);
        assert_eq!(place, format!("default/requests/{request}/{attachment}"));
        assert_eq!(owner(&org, &place), Some((request, attachment, false)));
        assert_eq!(owner(&org, &of_thumbnail(&org, request, attachment)), Some((request, attachment, true)));
        let user = UserId(Uuid::from_u128(9));
        assert_eq!(portrayed(&org, &of_avatar(&org, user, "w00", 64)), Some((user, "w00")));
        assert_eq!(portrayed(&org, &place), None);
        for other in ["", "default/requests/", "default/avatars/x/y/64", "other/requests/a/b"] {
            assert_eq!(owner(&org, other), None, "{other}");
        }
    }
}
