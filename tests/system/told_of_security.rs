//! Being told of what changes how one signs in, or who acts in one's name: once, in the app and by mail, whoever died meanwhile.

use std::time::Duration;

use hyper::Method;
use serde_json::{Value, json};

use crate::factors::Enrolled;
use crate::mailing as stack;
use crate::support::authenticator::Authenticator;
use crate::support::{Client, User, eventually, new_user};

/// What is told is told at once; the bound is for a busy machine.
const TOLD: Duration = Duration::from_secs(60);
/// So long nothing more comes, where nothing may come.
const SILENCE: Duration = Duration::from_millis(1_200);

async fn inbox(client: &Client) -> Vec<Value> {
    client.get("/api/me/inbox?limit=200").await.expect(200).json()["items"].as_array().expect("a list").clone()
}

/// Waits for so many notices of a kind, and a moment for one too many; oldest first.
async fn hears(client: &Client, kind: &str, count: usize) -> Vec<Value> {
    let of_kind =
        async || inbox(client).await.into_iter().rev().filter(|item| item["kind"] == kind).collect::<Vec<_>>();
    eventually(TOLD, async || {
        let items = of_kind().await;
        if items.len() >= count { Ok(()) } else { Err(items) }
    })
    .await;
    tokio::time::sleep(SILENCE).await;
    let items = of_kind().await;
    assert_eq!(items.len(), count, "{items:?}");
    items
}

/// Waits for so many mails, and a moment for one too many.
async fn mails(email: &str, count: usize) -> Vec<String> {
    let texts = || stack().mail.as_ref().expect("a mail server").mails_to(email);
    eventually(TOLD, async || if texts().len() >= count { Ok(()) } else { Err(texts().len()) }).await;
    tokio::time::sleep(SILENCE).await;
    let texts: Vec<_> = texts().into_iter().map(|mail| mail.text).collect();
    assert_eq!(texts.len(), count, "{texts:?}");
    texts
}

fn sql(statement: &str, parameters: &[&str]) -> u64 {
    let statement = statement.to_owned();
    let parameters: Vec<String> = parameters.iter().map(ToString::to_string).collect();
    let run = move |client: &mut testbed::driver::Client| {
        let bound: Vec<_> = parameters.iter().map(|text| text as &(dyn testbed::driver::types::ToSql + Sync)).collect();
        Ok(client.execute(&statement, &bound)?)
    };
    stack().sql(run).expect("PostgreSQL answers")
}

async fn passkey(client: &Client, name: &str) -> String {
    let options = client.post("/api/me/passkeys/options", &json!({})).await.expect(200).json();
    let made = Authenticator::new(client.base_url()).made(&options);
    client.post("/api/me/passkeys", &json!({ "name": name, "passkey": made })).await.expect(201);
    let factors = client.get("/api/me/factors").await.expect(200).json();
    let keys = factors["passkeys"].as_array().expect("passkeys");
    keys.iter().find(|key| key["name"] == name).expect("it is listed")["id"].as_str().expect("an id").to_owned()
}

#[tokio::test]
async fn each_change_of_how_one_signs_in_is_told_once_in_the_app_and_by_mail() {
    let who = Enrolled::new(stack(), "manager").await;
    let phone = passkey(&who.here, "Work phone").await;
    who.here.post("/api/me/recovery-codes", &json!({})).await.expect(201);
    who.here.delete(&format!("/api/me/passkeys/{phone}")).await.expect(204);
    let body = json!({ "name": "Sensor", "scopes": ["report"], "days": 30 });
    let key = who.here.post("/api/keys", &body).await.expect(201).json()["key"]["id"].clone();
    let rotate = format!("/api/keys/{}/rotate", key.as_str().expect("an id"));
    who.here.post(&rotate, &json!({ "days": 30 })).await.expect(200);
    who.here.delete("/api/me/totp").await.expect(204);
    passkey(&who.here, "Desk").await;
    let (boss, admin) = {
        let user = new_user(stack(), "admin");
        let client = Client::sign_in(stack(), &user.email).await;
        (user, client)
    };
    admin.delete(&format!("/api/users/{}/factors", who.user.id)).await.expect(200);
    let here = Client::sign_in(stack(), &who.user.email).await;
    let told = hears(&here, "security_changed", 9).await;
    let told: Vec<_> = told
        .iter()
        .map(|one| (one["change"].as_str().unwrap_or_default(), one["item"].as_str(), one["actor"]["name"].as_str()))
        .collect();
    let (me, by) = (Some(who.user.name.as_str()), Some(boss.name.as_str()));
    assert_eq!(
        told,
        [
            ("app_added", None, me),
            ("passkey_added", Some("Work phone"), me),
            ("codes_made", None, me),
            ("passkey_removed", Some("Work phone"), me),
            ("key_made", Some("Sensor"), me),
            ("key_rotated", Some("Sensor"), me),
            ("app_removed", None, me),
            ("passkey_added", Some("Desk"), me),
            ("factors_taken", None, by),
        ]
    );
    let texts = mails(&who.user.email, 9).await;
    let has = |words: &str| texts.iter().filter(|text| text.contains(words)).count();
    assert_eq!(has("A passkey was added to your account: Work phone."), 1, "{texts:?}");
    assert_eq!(has("New recovery codes were made"), 1, "{texts:?}");
    assert_eq!((has("An API key was made that acts in your name: Sensor."), has("/me/keys")), (1, 2), "{texts:?}");
    assert_eq!(has(&format!("{} has removed your authenticator app", boss.name)), 1, "{texts:?}");
}

/// The Worker died behind the change, and before it told anybody; and then behind the telling, before it wrote that down.
#[tokio::test]
async fn what_could_not_be_told_is_told_by_the_job_and_once() {
    let User { email, id, .. } = new_user(stack(), "technician");
    let client = Client::sign_in(stack(), &email).await;
    let owe = "INSERT INTO news_owed (org_id, id, user_id, ts, news)
               SELECT org_id, 'told-' || id, id, now(), jsonb_build_object('kind', 'security_changed', 'change', 'codes_made',
                      'actor', jsonb_build_object('id', id, 'name', name)) FROM users WHERE id = $1::text::uuid";
    for _ in 0..2 {
        assert_eq!(sql(owe, &[&id]), 1);
        eventually(Duration::from_secs(30), async || {
            stack().runtime.run_scheduled().expect("the cron handler runs");
            // Nothing is owed any more: the row can be written again.
            let left = "UPDATE news_owed SET ts = ts WHERE user_id = $1::text::uuid";
            if sql(left, &[&id]) == 0 { Ok(()) } else { Err("it is owed still") }
        })
        .await;
    }
    assert_eq!(hears(&client, "security_changed", 1).await[0]["change"], "codes_made");
    mails(&email, 1).await;
}

#[tokio::test]
async fn an_api_key_that_ends_soon_is_told_of_14_and_2_days_before_and_once_each() {
    let user = new_user(stack(), "manager");
    let client = Client::sign_in(stack(), &user.email).await;
    let make = async |name: &str, days: u32| {
        let body = json!({ "name": name, "scopes": ["read"], "days": days });
        client.post("/api/keys", &body).await.expect(201).json()["key"]["id"].as_str().expect("an id").to_owned()
    };
    let key = make("Sensor", 90).await;
    // One of ten days was made so: two weeks before its end there was none.
    make("Short", 10).await;
    let ended = make("Ended", 90).await;
    client.delete(&format!("/api/keys/{ended}")).await.expect(204);
    mails(&user.email, 3).await;
    let in_days =
        "UPDATE api_keys SET expires_at = now() + $2::text::integer * interval '24 hours' - interval '1 hour',
                                           created_at = now() - interval '76 days'
                   WHERE id = $1 OR user_id = $3::text::uuid AND ended_at IS NOT NULL";
    for (days, told) in [("15", 0), ("14", 1), ("3", 1), ("2", 2)] {
        sql(in_days, &[&key, days, &user.id]);
        // However often it is looked.
        for _ in 0..3 {
            stack().runtime.run_scheduled().expect("the cron handler runs");
        }
        let notices = hears(&client, "key_expires", told).await;
        assert!(notices.iter().all(|notice| notice["item"] == "Sensor" && notice["due_at"].is_string()), "{notices:?}");
    }
    let texts = mails(&user.email, 5).await;
    let reminders: Vec<_> = texts.iter().filter(|text| text.contains("Your API key Sensor ends soon")).collect();
    assert!(reminders.len() == 2 && reminders.iter().all(|text| text.contains("It ends on")), "{texts:?}");

    // A new secret has an end of its own, and of that it is told anew; another person hears nothing.
    client.post(&format!("/api/keys/{key}/rotate"), &json!({ "days": 90 })).await.expect(200);
    let overdue = "UPDATE api_keys SET expires_at = now() + interval '36 hours', rotated_at = now() - interval '80 days' WHERE id = $1 AND told_days IS NULL";
    assert_eq!(sql(overdue, &[&key]), 1);
    stack().runtime.run_scheduled().expect("the cron handler runs");
    assert_eq!(hears(&client, "key_expires", 3).await.len(), 3);
    // Whoever does not want to hear of it does not.
    let off = json!({ "choices": [{ "kind": "key_expires", "app": false, "mail": false }] });
    client.call(Method::PUT, "/api/me/notifications").json(&off).send().await.expect(200);
}
