//! The categories that the organisation offers to whoever reports, and those of assets with their fields. Administrators change the lists
//! as the settings `categories` and `asset_categories`.

use base::refusal::Refusal;
use serde::Serialize;

use crate::domain::asset::fields::CategoryFields;
use crate::domain::request::OfferedCategory;
use crate::router::context::Exchange;
use crate::router::http::reply::Reply;
use crate::router::in_force;

/// The categories, in the order in which they are offered.
#[derive(Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Categories<'a> {
    /// Each; archived ones, which requests still have, are shown and no more offered.
    pub items: &'a [OfferedCategory],
}

/// `GET /api/categories`. They are as the other settings in force: at most a few seconds old, and those that are known while
/// PostgreSQL and the cache are away.
///
/// # Errors
/// None of its own.
pub async fn list(exchange: &Exchange<'_>) -> Result<Reply, Refusal> {
    let in_force = in_force::current(exchange.env, exchange.config, &exchange.cx, exchange.access.started()).await;
    Reply::json(200, &Categories { items: &in_force.categories })
}

/// What is to be known of assets, by their category.
#[derive(Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct AssetCategories<'a> {
    /// Each category with fields of its own.
    pub items: &'a [CategoryFields],
}

/// `GET /api/asset-categories`. They are as known as [`list`]'s.
///
/// # Errors
/// None of its own.
pub async fn of_assets(exchange: &Exchange<'_>) -> Result<Reply, Refusal> {
    let in_force = in_force::current(exchange.env, exchange.config, &exchange.cx, exchange.access.started()).await;
    Reply::json(200, &AssetCategories { items: &in_force.asset_categories })
}

/// What each route takes and answers.
#[cfg(feature = "openapi")]
pub(super) mod describe {
    use super::{AssetCategories, Categories};
    use crate::openapi::operation::Operation;
    use crate::openapi::schemas::Schemas;

    pub fn list(schemas: &mut Schemas) -> Operation {
        Operation::new("categories", "requests", "The categories that the organisation offers.")
            .detail("An offer and no rule: `POST /api/requests` takes any category.")
            .replies(200, "The categories, in their order.", schemas.of::<Categories>())
    }

    pub fn of_assets(schemas: &mut Schemas) -> Operation {
        Operation::new("assetCategories", "places", "What is to be known of assets, by their category.")
            .detail("An asset of one of these categories is checked when its fields or its category are written; other categories are free.")
            .replies(200, "The categories that have fields.", schemas.of::<AssetCategories>())
    }
}
