//! The path of a URL against a pattern of the table, and the types that parameters in a path may have.

use std::str::FromStr;

use base::ids::{EntryId, KeyId, SessionName, UserId};

use crate::domain::asset::AssetId;
use crate::domain::factor::Credential;
use crate::domain::label::LabelCode;
use crate::domain::log::StreamName;
use crate::domain::notify::{DeliveryId, DeviceId};
use crate::domain::place::PlaceId;
use crate::domain::request::{Action, AttachmentId, RequestId};
use crate::domain::settings::SettingKey;
use crate::domain::user::{AvatarId, AvatarSize, DraftId};
use crate::objects::cache::api::CacheNamespace;

/// What a parameter is, for the API's description.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Parameter {
    /// A maintenance request.
    Request,
    /// A file of a request.
    Attachment,
    /// An action of the state machine.
    Action,
    /// A user.
    User,
    /// A session.
    Session,
    /// A log stream.
    Stream,
    /// A log entry.
    Entry,
    /// A draft.
    Draft,
    /// A setting.
    Setting,
    /// A cache.
    Cache,
    /// An API key.
    Key,
    /// A passkey.
    Passkey,
    /// A device that is told.
    Device,
    /// A delivery.
    Delivery,
    /// A place.
    Place,
    /// An asset.
    Asset,
    /// A label.
    Label,
    /// A portrait.
    Avatar,
    /// A size of a portrait.
    AvatarSize,
}

/// A type that can stand in a path.
pub trait InPath: FromStr {
    /// What it is.
    const KIND: Parameter;
}

impl InPath for RequestId {
    const KIND: Parameter = Parameter::Request;
}

impl InPath for AttachmentId {
    const KIND: Parameter = Parameter::Attachment;
}

impl InPath for Action {
    const KIND: Parameter = Parameter::Action;
}

impl InPath for UserId {
    const KIND: Parameter = Parameter::User;
}

impl InPath for SessionName {
    const KIND: Parameter = Parameter::Session;
}

impl InPath for StreamName {
    const KIND: Parameter = Parameter::Stream;
}

impl InPath for EntryId {
    const KIND: Parameter = Parameter::Entry;
}

impl InPath for DraftId {
    const KIND: Parameter = Parameter::Draft;
}

impl InPath for SettingKey {
    const KIND: Parameter = Parameter::Setting;
}

impl InPath for KeyId {
    const KIND: Parameter = Parameter::Key;
}

impl InPath for CacheNamespace {
    const KIND: Parameter = Parameter::Cache;
}

impl InPath for Credential {
    const KIND: Parameter = Parameter::Passkey;
}

impl InPath for PlaceId {
    const KIND: Parameter = Parameter::Place;
}

impl InPath for AssetId {
    const KIND: Parameter = Parameter::Asset;
}

impl InPath for LabelCode {
    const KIND: Parameter = Parameter::Label;
}

/// The parameters of one pattern, in their order.
pub trait Parameters: Sized {
    /// What each of them is.
    const KINDS: &'static [Parameter];

    /// The parameters, if each segment is of its type.
    fn parse(segments: &[&str]) -> Option<Self>;
}

impl InPath for DeviceId {
    const KIND: Parameter = Parameter::Device;
}

impl InPath for DeliveryId {
    const KIND: Parameter = Parameter::Delivery;
}

impl InPath for AvatarId {
    const KIND: Parameter = Parameter::Avatar;
}

impl InPath for AvatarSize {
    const KIND: Parameter = Parameter::AvatarSize;
}

impl Parameters for () {
    const KINDS: &'static [Parameter] = &[];

    fn parse(_segments: &[&str]) -> Option<Self> {
        Some(())
    }
}

impl<A: InPath> Parameters for (A,) {
    const KINDS: &'static [Parameter] = &[A::KIND];

    fn parse(segments: &[&str]) -> Option<Self> {
        Some((segments.first()?.parse().ok()?,))
    }
}

impl<A: InPath, B: InPath> Parameters for (A, B) {
    const KINDS: &'static [Parameter] = &[A::KIND, B::KIND];

    fn parse(segments: &[&str]) -> Option<Self> {
        let (first, second) = (segments.first()?, segments.get(1)?);
        Some((first.parse().ok()?, second.parse().ok()?))
    }
}

impl<A: InPath, B: InPath, C: InPath> Parameters for (A, B, C) {
    const KINDS: &'static [Parameter] = &[A::KIND, B::KIND, C::KIND];

    fn parse(segments: &[&str]) -> Option<Self> {
        let (first, second, third) = (segments.first()?, segments.get(1)?, segments.get(2)?);
        Some((first.parse().ok()?, second.parse().ok()?, third.parse().ok()?))
    }
}

/// What every path of a pattern begins with: all that stands before its first parameter. The compiler finds it, so that the table is
/// gone through by comparing bytes.
pub const fn stem(pattern: &'static str) -> &'static str {
    let mut rest = pattern.as_bytes();
    while let [first, behind @ ..] = rest {
        if *first == b'{' {
            return pattern.split_at(pattern.len() - rest.len()).0;
        }
        rest = behind;
    }
    pattern
}

/// The segments of `path` at the places of the parameters of `pattern`, if it is the pattern's and they are of their types.
/// `path` has no `/api` in front.
pub fn matched<'p>(pattern: &str, fits: fn(&[&str]) -> bool, path: &'p str) -> Option<Vec<&'p str>> {
    let mut parameters = Vec::new();
    let mut segments = path.strip_prefix('/')?.split('/');
    for wanted in pattern.trim_start_matches("/api/").split('/') {
        let segment = segments.next()?;
        if wanted.starts_with('{') {
            parameters.push(segment);
        } else if wanted != segment {
            return None;
        }
    }
    (segments.next().is_none() && fits(&parameters)).then_some(parameters)
}
