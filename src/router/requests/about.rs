//! What a report is about: the place and the asset that its body names, as they are called now.

use base::refusal::Refusal;

use crate::domain::asset::{AssetId, AssetLabel};
use crate::domain::place::{PlaceId, PlaceLabel};
use crate::router::assets;
use crate::router::context::Exchange;
use crate::router::places::nameable;
use crate::router::things::reference;

/// What it is about: none where that is not told, nothing where there is none any more.
pub struct About {
    /// The place.
    pub location: Option<Option<PlaceLabel>>,
    /// The asset.
    pub asset: Option<Option<AssetLabel>>,
}

/// Looks up what a body names. An asset brings its place, unless the body names one.
///
/// # Errors
/// `Invalid` for what is not there, or is not to be named any more; `Unavailable` while it cannot be asked for.
pub async fn about(
    exchange: &Exchange<'_>,
    location_id: Option<&str>,
    asset_id: Option<&str>,
) -> Result<About, Refusal> {
    let mut location = match reference::<PlaceId>("location_id", location_id)? {
        Some(Some(id)) => Some(Some(nameable(exchange, id).await?.label)),
        Some(None) => Some(None),
        None => None,
    };
    let asset = match reference::<AssetId>("asset_id", asset_id)? {
        Some(Some(id)) => {
            let named = assets::named(exchange, id).await?;
            if location.is_none() {
                location = named.location.map(Some);
            }
            Some(Some(named.label))
        }
        Some(None) => Some(None),
        None => None,
    };
    Ok(About { location, asset })
}
