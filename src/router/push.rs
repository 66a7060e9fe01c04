//! The devices on which the signed-in user is told: a browser that has said yes gives the address of its push service and its keys.

use base::refusal::Refusal;
use durable::ask;
use serde::{Deserialize, Serialize};

use crate::domain::notify::DeviceId;
use crate::objects::inbox::api::{Device, DeviceShown, Devices, Forget, InboxKey};
use crate::push::{Pusher, Subscription, is_development};
use crate::router::context::Exchange;
use crate::router::http::body::parse_json;
use crate::router::http::reply::Reply;

/// The longest name of a browser that is kept, in characters.
const NAME_CHARS: usize = 200;

/// How devices are told.
#[derive(Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct PushSetup {
    /// The key that a browser subscribes with (RFC 8292, 3.2); null where devices are not told at all.
    #[cfg_attr(feature = "openapi", schema(required = true))]
    pub key: Option<String>,
    /// Those that are told, newest first.
    pub devices: Vec<DeviceShown>,
}

/// A subscription, as a browser's `PushSubscription.toJSON()` has it.
#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct SubscriptionBody {
    /// Where its push service takes messages: https, a public host.
    pub endpoint: String,
    /// The keys that messages are encrypted with.
    pub keys: SubscriptionKeys,
    /// When the browser will end it, where it says so. It is told by the push service.
    #[serde(default)]
    #[expect(dead_code, reason = "a browser sends it; it is no news")]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<f64>))]
    pub expiration_time: Option<serde_json::Value>,
}

/// The keys of a subscription.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct SubscriptionKeys {
    /// The browser's public key: a point of P-256, in base64url.
    pub p256dh: String,
    /// The secret of both sides: 16 bytes in base64url.
    pub auth: String,
}

fn my(exchange: &Exchange<'_>) -> Result<InboxKey, Refusal> {
    Ok(InboxKey { org: exchange.org().clone(), user: exchange.caller()?.user.id })
}

/// `GET /api/me/push`.
///
/// # Errors
/// `Unavailable` when the inbox cannot be asked.
pub async fn read(exchange: &Exchange<'_>) -> Result<Reply, Refusal> {
    let devices = ask(exchange.env, &my(exchange)?, Devices {}, &exchange.cx).await?;
    let key = match Pusher::of(exchange.env) {
        Some(pusher) => Some(pusher.public_key().await?),
        None => None,
    };
    Reply::json(200, &PushSetup { key, devices })
}

/// `PUT /api/me/push`: this device is told, as long as its session holds. Told again, it is still one device.
///
/// # Errors
/// `Invalid` naming `endpoint` or `keys`; `Conflict` with `push_off`; `Unavailable` when the inbox cannot be asked.
pub async fn save(exchange: &Exchange<'_>) -> Result<Reply, Refusal> {
    let SubscriptionBody { endpoint, keys, .. } = parse_json(exchange.incoming.body().await?)?;
    let subscription = Subscription::parse(&endpoint, &keys.p256dh, &keys.auth, is_development(exchange.env))?;
    let pusher = Pusher::of(exchange.env).ok_or(Refusal::conflict("push_off", "Devices are not told here."))?;
    let sealed = pusher.sealed(&subscription).await?;
    let name = exchange.incoming.header("user-agent").unwrap_or_default().chars().take(NAME_CHARS).collect();
    let device = Device { id: DeviceId::of(&endpoint), sealed, name };
    let devices = ask(exchange.env, &my(exchange)?, device, &exchange.cx).await?;
    Reply::json(200, &PushSetup { key: Some(pusher.public_key().await?), devices })
}

/// `DELETE /api/me/push/:id`: a device is told nothing more. One that there is not is no error.
///
/// # Errors
/// `Unavailable` when the inbox cannot be asked.
pub async fn remove(exchange: &Exchange<'_>, id: DeviceId) -> Result<Reply, Refusal> {
    ask(exchange.env, &my(exchange)?, Forget { id: Some(id), session: None }, &exchange.cx).await?;
    Ok(Reply::empty(204))
}

/// What each route takes and answers.
#[cfg(feature = "openapi")]
pub(super) mod describe {
    use super::{PushSetup, SubscriptionBody};
    use crate::openapi::operation::Operation;
    use crate::openapi::schemas::Schemas;

    pub fn read(schemas: &mut Schemas) -> Operation {
        Operation::new("myDevices", "inbox", "The devices on which I am told.").replies(
            200,
            "The key to subscribe with, and the devices.",
            schemas.of::<PushSetup>(),
        )
    }

    pub fn save(schemas: &mut Schemas) -> Operation {
        Operation::new("tellThisDevice", "inbox", "Tell this device, as long as its session holds.")
            .detail("At most 10 devices; the one that was added first goes. 409 `push_off` where devices are not told.")
            .body(schemas.of::<SubscriptionBody>())
            .replies(200, "The devices after it.", schemas.of::<PushSetup>())
            .refuses(&[409])
    }

    pub fn remove(_schemas: &mut Schemas) -> Operation {
        Operation::new("tellDeviceNothing", "inbox", "Tell a device nothing more.")
            .replies_empty(204, "It is told nothing.")
    }
}
