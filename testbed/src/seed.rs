//! The demo accounts of development and tests. They never enter a deployment: a database with accounts of others is
//! refused.

use anyhow::{Result, bail};
use argon2::password_hash::{PasswordHasher, SaltString};
use argon2::{Algorithm, Argon2, Params, Version};
use postgres::Client;
use uuid::Uuid;

use crate::{Cluster, database, migrations, workspace};

/// The organisation of a fresh installation.
pub const ORGANISATION: &str = "default";
/// The password of every demo account.
pub const PASSWORD: &str = "cepatedge-demo";
/// The reserved domain of the demo accounts.
pub const DOMAIN: &str = "cepatedge.test";

/// One demo account.
#[derive(Clone, Copy, Debug)]
pub struct DemoUser {
    /// Its e-mail address.
    pub email: &'static str,
    /// The person's name.
    pub name: &'static str,
    /// `requester`, `technician`, `manager` or `admin`.
    pub role: &'static str,
}

impl DemoUser {
    /// The same on every machine: UUID v5 of the e-mail address.
    pub fn id(&self) -> Uuid {
        Uuid::new_v5(&Uuid::NAMESPACE_URL, format!("mailto:{}", self.email).as_bytes())
    }
}

/// All demo accounts.
pub const DEMO_USERS: [DemoUser; 6] = [
    DemoUser { email: "admin@cepatedge.test", name: "Ayu Lestari", role: "admin" },
    DemoUser { email: "manager@cepatedge.test", name: "Budi Santoso", role: "manager" },
    DemoUser { email: "tech@cepatedge.test", name: "Citra Dewi", role: "technician" },
    DemoUser { email: "tech2@cepatedge.test", name: "Dimas Pratama", role: "technician" },
    DemoUser { email: "requester@cepatedge.test", name: "Eka Putri", role: "requester" },
    DemoUser { email: "requester2@cepatedge.test", name: "Fajar Nugroho", role: "requester" },
];

/// Makes a database with the schema and the demo accounts; its URL.
pub fn demo_database(postgres: &Cluster, name: &str) -> Result<String> {
    postgres.create_database(name)?;
    let url = postgres.url(name);
    database::run(&url, |client| {
        migrations::apply(client, &migrations::read(&workspace::migrations_dir())?)?;
        demo_users(client).map(|_| ())
    })?;
    Ok(url)
}

/// Adds the demo accounts that are missing; returns how many were.
pub fn demo_users(client: &mut Client) -> Result<u64> {
    // Whoever was invited into a demo is at home there.
    let counts = client
        .query_one("SELECT count(*) FILTER (WHERE email LIKE '%@' || $1::text), count(*) FROM users", &[&DOMAIN])?;
    let (demo, all): (i64, i64) = (counts.get(0), counts.get(1));
    if demo == 0 && all > 0 {
        bail!("this database has accounts outside {DOMAIN}: demo accounts do not belong there (use --no-seed)");
    }
    let mut added = 0;
    for user in &DEMO_USERS {
        let id = user.id().to_string();
        let known = client.query_opt("SELECT 1 FROM users WHERE id = $1::text::uuid", &[&id])?;
        if known.is_none() {
            added += client.execute(
                "INSERT INTO users (id, org_id, email, name, role, password_hash, status)
                 VALUES ($1::text::uuid, $2, $3, $4, $5, $6, 'active') ON CONFLICT DO NOTHING",
                &[&id, &ORGANISATION, &user.email, &user.name, &user.role, &hash(PASSWORD, &user.id())?],
            )?;
        }
    }
    Ok(added)
}

/// Argon2id with the parameters of DESIGN section 5. The salt follows from the account, so that a seed is the same
/// everywhere; a real password gets a random one.
fn hash(password: &str, account: &Uuid) -> Result<String> {
    let params = Params::new(19_456, 2, 1, None).map_err(|error| anyhow::anyhow!("argon2 parameters: {error}"))?;
    let salt = SaltString::encode_b64(account.as_bytes()).map_err(|error| anyhow::anyhow!("argon2 salt: {error}"))?;
    let hasher = Argon2::new(Algorithm::Argon2id, Version::V0x13, params);
    let hash = hasher.hash_password(password.as_bytes(), &salt).map_err(|error| anyhow::anyhow!("argon2: {error}"))?;
    Ok(hash.to_string())
}
