//! Who: a person as others see him, the caller of a command, and the author of an event.

use base::ids::{KeyId, UserId};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::Value;

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

impl Person {
    /// By hand, from JSON that was read: for what has a person in it and is read so itself.
    #[must_use]
    pub fn read(person: &Value) -> Option<Self> {
        let text = |name: &str| person.get(name).and_then(Value::as_str);
        Some(Self { id: text("id")?.parse().ok()?, name: text("name")?.to_owned() })
    }
}

/// The API key that a call was made with.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[cfg_attr(feature = "openapi", schema(as = ViaKey))]
pub struct Via {
    /// The key.
    pub id: KeyId,
    /// What its owner called it at the time.
    pub name: String,
}

/// The signed-in user on whose behalf a call is made, as the session's object knows him.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Caller {
    /// The user.
    pub user: Person,
    /// His role at the time of the call.
    pub role: Role,
    /// The API key that speaks for him, if it is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub via: Option<Via>,
}

impl Caller {
    /// Whether `person` is the caller himself.
    #[must_use]
    pub fn is(&self, person: &Person) -> bool {
        self.user.id == person.id
    }
}

/// Who caused an event. As JSON `{"id":…,"name":…,"role":…}`, with `{"id":null,"name":"system"}` for the system itself.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Actor {
    /// A signed-in user, and what they were at the time: a name alone says nothing about who that is. Events of before roles were
    /// told have none. And the API key that spoke for them, if it was one.
    User(Person, Option<Role>, Option<Via>),
    /// The system, for example when it closes a completed request after the configured days.
    System,
}

impl Actor {
    /// The user's id, or none for the system.
    #[must_use]
    pub const fn id(&self) -> Option<UserId> {
        match self {
            Self::User(person, ..) => Some(person.id),
            Self::System => None,
        }
    }

    /// The name to display.
    #[must_use]
    pub fn name(&self) -> &str {
        match self {
            Self::User(person, ..) => &person.name,
            Self::System => "system",
        }
    }

    /// The user's role at the time, where it is known; the system has none.
    #[must_use]
    pub const fn role(&self) -> Option<Role> {
        match self {
            Self::User(_, role, _) => *role,
            Self::System => None,
        }
    }

    /// The API key that spoke for the user, if it was one.
    #[must_use]
    pub const fn via(&self) -> Option<&Via> {
        match self {
            Self::User(_, _, via) => via.as_ref(),
            Self::System => None,
        }
    }

    /// The actor that was stored as an id (none for the system), a name, a role and an API key.
    #[must_use]
    pub fn from_parts(id: Option<UserId>, name: String, role: Option<Role>, via: Option<Via>) -> Self {
        match id {
            Some(id) => Self::User(Person { id, name }, role, via),
            None => Self::System,
        }
    }
}

impl From<&Caller> for Actor {
    fn from(caller: &Caller) -> Self {
        Self::User(caller.user.clone(), Some(caller.role), caller.via.clone())
    }
}

/// The JSON form of an [`Actor`], borrowed when writing and owned when reading.
#[derive(Serialize, Deserialize)]
struct ActorJson<Name, Key> {
    id: Option<UserId>,
    name: Name,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    role: Option<Role>,
    #[serde(default = "Option::default", skip_serializing_if = "Option::is_none")]
    via: Option<Key>,
}

impl Serialize for Actor {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        ActorJson { id: self.id(), name: self.name(), role: self.role(), via: self.via() }.serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Actor {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let ActorJson { id, name, role, via } = ActorJson::<String, Via>::deserialize(deserializer)?;
        Ok(Self::from_parts(id, name, role, via))
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
    /// What the user was at the time; not there for the system, nor in what was written before roles were told.
    #[schema(nullable = false)]
    pub role: Option<Role>,
    /// The API key that spoke for the user; not there where it was the user.
    #[schema(nullable = false)]
    pub via: Option<Via>,
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
    fn a_user_is_an_actor_with_id_name_and_the_role_of_the_time() {
        let sari = || Person { id: UserId(uuid::Uuid::from_u128(7)), name: "Sari".into() };
        for (role, json) in [
            (Some(Role::Admin), json!({"id": "00000000-0000-0000-0000-000000000007", "name": "Sari", "role": "admin"})),
            // As it was written before roles were told.
            (None, json!({"id": "00000000-0000-0000-0000-000000000007", "name": "Sari"})),
        ] {
            let actor: Actor = serde_json::from_value(json.clone()).unwrap();
            assert_eq!(actor, Actor::User(sari(), role, None));
            assert_eq!(serde_json::to_value(&actor).unwrap(), json);
        }
    }

    #[test]
    fn what_was_done_by_an_api_key_says_so() {
        let json = json!({"id": "00000000-0000-0000-0000-000000000007", "name": "Sari", "role": "admin",
                          "via": {"id": "00112233445566ff", "name": "Gateway"}});
        let actor: Actor = serde_json::from_value(json.clone()).unwrap();
        assert_eq!(actor.via().map(|via| via.name.as_str()), Some("Gateway"));
        assert_eq!(serde_json::to_value(&actor).unwrap(), json);
    }
}
