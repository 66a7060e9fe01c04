//! Who: a person as others see him, the caller of a command, and the author of an event.

use base::ids::UserId;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::domain::user::Role;

/// A user as shown to others: the id decides, the name is the one at the time of writing.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Person {
    /// The account.
    pub id: UserId,
    /// The name to display.
    pub name: String,
}

/// The signed-in user on whose behalf a call is made, as the session's object knows him.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Caller {
    /// The user.
    pub user: Person,
    /// His role at the time of the call.
    pub role: Role,
}

impl Caller {
    /// Whether `person` is the caller himself.
    #[must_use]
    pub fn is(&self, person: &Person) -> bool {
        self.user.id == person.id
    }
}

/// Who caused an event. As JSON `{"id":…,"name":…}`, with `{"id":null,"name":"system"}` for the system itself.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Actor {
    /// A signed-in user.
    User(Person),
    /// The system, for example when it closes a completed request after the configured days.
    System,
}

impl Actor {
    /// The user's id, or none for the system.
    #[must_use]
    pub const fn id(&self) -> Option<UserId> {
        match self {
            Self::User(person) => Some(person.id),
            Self::System => None,
        }
    }

    /// The name to display.
    #[must_use]
    pub fn name(&self) -> &str {
        match self {
            Self::User(person) => &person.name,
            Self::System => "system",
        }
    }

    /// The actor that was stored as an id (none for the system) and a name.
    #[must_use]
    pub fn from_parts(id: Option<UserId>, name: String) -> Self {
        match id {
            Some(id) => Self::User(Person { id, name }),
            None => Self::System,
        }
    }
}

impl From<&Caller> for Actor {
    fn from(caller: &Caller) -> Self {
        Self::User(caller.user.clone())
    }
}

/// The JSON form of an [`Actor`], borrowed when writing and owned when reading.
#[derive(Serialize, Deserialize)]
struct ActorJson<Name> {
    id: Option<UserId>,
    name: Name,
}

impl Serialize for Actor {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        ActorJson { id: self.id(), name: self.name() }.serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Actor {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let ActorJson { id, name } = ActorJson::<String>::deserialize(deserializer)?;
        Ok(Self::from_parts(id, name))
    }
}

/// Who caused something: a user, or the system. (How [`Actor`] looks in the OpenAPI document.)
#[cfg(feature = "openapi")]
#[derive(utoipa::ToSchema)]
#[schema(as = Actor)]
pub struct ActorSchema {
    /// The user, or null for the system.
    #[schema(required = true)]
    pub id: Option<UserId>,
    /// The name to display.
    pub name: String,
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn the_system_is_an_actor_without_an_id() {
        let json = json!({"id": null, "name": "system"});
        assert_eq!(serde_json::to_value(Actor::System).unwrap(), json);
        assert_eq!(serde_json::from_value::<Actor>(json).unwrap(), Actor::System);
    }

    #[test]
    fn a_user_is_an_actor_with_id_and_name() {
        let json = json!({"id": "00000000-0000-0000-0000-000000000007", "name": "Sari"});
        let actor: Actor = serde_json::from_value(json.clone()).unwrap();
        assert_eq!(actor, Actor::User(Person { id: UserId(uuid::Uuid::from_u128(7)), name: "Sari".into() }));
        assert_eq!(serde_json::to_value(&actor).unwrap(), json);
    }
}
