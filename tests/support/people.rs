//! Accounts: the demo ones, and new ones, so that a test shares nobody with another.

use std::sync::atomic::{AtomicU32, Ordering};

use testbed::{Stack, seed};

/// An account; its password is `seed::PASSWORD`.
#[derive(Clone, Debug)]
pub struct User {
    /// Its id.
    pub id: String,
    /// Its address.
    pub email: String,
    /// The person's name.
    pub name: String,
}

/// The address of a demo account, such as `manager`.
pub fn demo(name: &str) -> String {
    format!("{name}@{}", seed::DOMAIN)
}

/// A new account of this role.
pub fn new_user(stack: &Stack, role: &str) -> User {
    static NUMBER: AtomicU32 = AtomicU32::new(1);
    let number = NUMBER.fetch_add(1, Ordering::Relaxed);
    let (email, name) = (demo(&format!("{role}-{number}")), format!("{role} {number}"));
    let inserted = stack.sql(|client| {
        // The hash of a demo account's password: making one takes as long as checking one is meant to.
        let row = client.query_one(
            "INSERT INTO users (id, org_id, email, name, role, password_hash, status)
             SELECT gen_random_uuid(), org_id, $1, $2, $3, password_hash, 'active' FROM users WHERE email = $4
             RETURNING id::text",
            &[&email, &name, &role, &demo("admin")],
        )?;
        Ok(row.get(0))
    });
    match inserted {
        Ok(id) => User { id, email, name },
        Err(error) => panic!("no new {role}: {error:?}"),
    }
}
