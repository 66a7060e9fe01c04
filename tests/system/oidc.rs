//! Sign-in with an identity provider: a real one, in the forms that organisations have.

use std::time::Duration;

use futures::future::{join, join_all};
use hyper::Method;
use serde_json::{Value, json};
use testbed::oidc::{Flaw, Person, Said, Shape};
use testbed::seed::PASSWORD;

use crate::support::{Client, Desk, demo, eventually, outcome};

async fn me(client: &Client) -> Value {
    client.get("/api/me").await.expect(200).json()["user"].clone()
}

#[tokio::test]
async fn whoever_was_invited_comes_in_by_a_provider_of_each_form() {
    let desk = Desk::with(Shape::Google).await;
    desk.set("oidc_name", json!("Hotel Melati")).await;
    let methods = Client::anonymous(&desk.stack).get("/api/auth/methods").await.expect(200).json();
    assert_eq!(methods, json!({ "oidc": { "name": "Hotel Melati" } }));
    for (shape, name) in [
        (Shape::Google, "google"),
        (Shape::Microsoft, "microsoft"),
        (Shape::Keycloak, "keycloak"),
        (Shape::Lean, "lean"),
    ] {
        desk.shape(shape).await;
        let id = desk.invite(&format!("Maya.{name}@melati.example"), "technician").await;
        let person = Person::new(&format!("maya.{name}@Melati.example"), &format!("Maya {name}"));
        let (browser, location) = desk.begin(&Client::anonymous(&desk.stack), "%2Frequests%3Fq%3Da%26b").await;
        assert!(
            !location.contains("requests") && !location.contains("maya"),
            "nothing of ours but what must be goes there: {location}"
        );
        let back = desk.say(&location, &person.form()).await;
        let reply = browser.get(&back).await.expect(303);
        assert_eq!(reply.header("location"), Some("/signed-in?to=%2Frequests%3Fq%3Da%26b"), "{name}");
        assert_eq!(reply.text(), "");
        let maya = outcome(&browser, &reply).expect("a session");
        let user = me(&maya).await;
        assert_eq!((&user["id"], &user["role"]), (&json!(id), &json!("technician")), "{name}");
        assert_eq!(user["name"], json!(format!("Maya {name}")), "an invited account gets the name of its owner");

        // From now on it is the identity that lets them in: with another address, verified or not, or with none.
        let moved = Person { email: format!("m.{name}@elsewhere.example"), verified: Said::No, ..person.clone() };
        assert_eq!(me(&desk.enter(&moved).await).await["id"], json!(id), "{name}");
        let own = maya.get("/api/me/identities").await.expect(200).json();
        assert_eq!(own["items"][0]["issuer"], json!(desk.provider().issuer(shape)));
        let file = maya.get("/api/me/data").await.expect(200).json();
        assert_eq!(file["account"]["identities"][0]["subject"], json!(person.subject), "{name}");
        // The link in their invitation is used up by it.
        let open = "user_links WHERE used_at IS NULL AND kind = 'invitation'";
        assert_eq!(desk.count(open), 0, "{name}");
    }
    assert_eq!(desk.count("user_identities"), 4);
    let told = "audit_owed WHERE entry #>> '{fields,action}' = 'identity_linked'";
    eventually(Duration::from_secs(5), async || {
        let audit = desk.admin.get("/api/system/logs/audit?limit=200&q=identity_linked").await.expect(200).json();
        let items = audit["items"].as_array().map_or(0, Vec::len);
        if items == 4 { Ok(()) } else { Err(format!("{items} in the stream, {} owed", desk.count(told))) }
    })
    .await;
    // Neither a code nor a token nor an address is in what the Worker says.
    let log = desk.stack.worker_log().expect("a log");
    assert!(!log.contains("melati.example") && !log.contains("eyJ") && !log.contains("code="), "{log}");
}

#[tokio::test]
async fn nobody_is_sent_anywhere_while_it_is_off_or_not_set_up() {
    let desk = Desk::bare().await;
    let problem = async || {
        let reply = Client::anonymous(&desk.stack).get("/api/auth/oidc/start").await.expect(303);
        reply.header("location").expect("a location").to_owned()
    };
    let methods =
        async || Client::anonymous(&desk.stack).get("/api/auth/methods").await.expect(200).json()["oidc"].clone();
    assert_eq!((methods().await, problem().await), (Value::Null, "/signed-in?problem=off".into()));
    desk.set("oidc_on", json!(true)).await;
    assert_eq!(
        (methods().await, problem().await),
        (Value::Null, "/signed-in?problem=off".into()),
        "there is no issuer"
    );
    let browser = Client::anonymous(&desk.stack);
    let back = browser.get("/api/auth/oidc/callback?code=x&state=y").await;
    assert_eq!(outcome(&browser, &back).err().as_deref(), Some("expired"));

    // Somebody who is on the way when it is switched off does not come in.
    desk.set("oidc_client_id", json!(testbed::oidc::CLIENT_ID)).await;
    desk.shape(Shape::Google).await;
    let (browser, location) = desk.begin(&Client::anonymous(&desk.stack), "/").await;
    let back = desk.say(&location, &Person::new(&demo("tech"), "Citra").form()).await;
    desk.set("oidc_on", json!(false)).await;
    assert_eq!(outcome(&browser, &browser.get(&back).await).err().as_deref(), Some("off"));
    assert_eq!(desk.count("user_identities"), 0);
}

#[tokio::test]
async fn an_address_that_the_provider_has_not_verified_finds_nobody() {
    let desk = Desk::with(Shape::Keycloak).await;
    desk.set("oidc_newcomers", json!("requester")).await;
    desk.set("oidc_domains", json!("cepatedge.test")).await;
    let citra = |verified| Person { verified, ..Person::new(&demo("tech"), "Citra") };
    for verified in [Said::No, Said::Nothing] {
        assert_eq!(desk.problem(&citra(verified)).await, "unverified");
        let new = Person { verified, ..Person::new(&demo("new"), "New") };
        assert_eq!(desk.problem(&new).await, "unverified", "nor does it make an account");
    }
    assert_eq!(desk.problem(&Person::new("", "Nobody")).await, "no_address");

    // Microsoft says nothing of it, unless it is asked to.
    desk.shape(Shape::Microsoft).await;
    assert_eq!(desk.problem(&citra(Said::Nothing)).await, "unverified");
    desk.set("oidc_trusts_addresses", json!(true)).await;
    desk.enter(&citra(Said::Nothing)).await;
    // Trust is for what is not said. A no is a no.
    desk.shape(Shape::Keycloak).await;
    assert_eq!(desk.problem(&citra(Said::No)).await, "unverified");
    assert_eq!(desk.count("user_identities"), 1);
}

#[tokio::test]
async fn an_account_is_linked_once_until_an_administrator_ends_that() {
    let desk = Desk::with(Shape::Google).await;
    let citra = Person::new(&demo("tech"), "Somebody Else");
    let first = desk.enter(&citra).await;
    let id = me(&first).await["id"].as_str().expect("an id").to_owned();
    assert_eq!(me(&first).await["name"], json!("Citra Dewi"), "whoever has been in keeps their name");
    // The password goes on.
    Client::anonymous(&desk.stack).log_in(&demo("tech"), PASSWORD).await.expect(200);
    // Whoever gets the address later at the provider is somebody else.
    let heir = Person { subject: "another-subject".into(), ..citra.clone() };
    assert_eq!(desk.problem(&heir).await, "other_link");
    let listed = desk.admin.get("/api/system/users?q=citra").await.expect(200).json();
    assert_eq!(listed["items"][0]["identity"]["issuer"], json!(desk.provider().issuer(Shape::Google)));

    // Disabled is disabled, whichever way one comes, and is told what somebody unknown is told.
    let path = format!("/api/users/{id}");
    desk.admin.patch(&path, &json!({ "status": "disabled" })).await.expect(200);
    first.get("/api/me").await.expect(401);
    assert_eq!(desk.problem(&citra).await, "not_invited");
    assert_eq!(desk.problem(&Person::new("nobody@melati.example", "X")).await, "not_invited");
    desk.admin.patch(&path, &json!({ "status": "active" })).await.expect(200);
    let again = desk.enter(&citra).await;

    // The end of the link ends the sessions, is told to the audit once, and lets somebody else be linked.
    let unlink = format!("/api/users/{id}/identities");
    let ended = desk.admin.delete(&unlink).await.expect(200).json();
    assert_eq!(ended["ended_sessions"], json!(1), "those before were ended by the disabling");
    again.get("/api/me").await.expect(401);
    assert_eq!(desk.admin.delete(&unlink).await.expect(200).json()["ended_sessions"], json!(0));
    assert_eq!(desk.count("user_identities"), 0);
    assert_eq!(me(&desk.enter(&heir).await).await["id"], json!(id));
    eventually(Duration::from_secs(5), async || {
        let audit = desk.admin.get("/api/system/logs/audit?limit=200&q=identity_unlinked").await.expect(200).json();
        let items = audit["items"].as_array().expect("items").clone();
        if items.len() == 1 && items[0]["fields"]["object"]["id"] == json!(id) { Ok(()) } else { Err(audit) }
    })
    .await;
}

#[tokio::test]
async fn whom_nobody_invited_comes_in_from_an_allowed_domain_alone() {
    let desk = Desk::with(Shape::Google).await;
    let maya = Person::new("maya@melati.example", "Maya Cooper");
    assert_eq!(desk.problem(&maya).await, "not_invited");
    desk.set("oidc_newcomers", json!("requester")).await;
    assert_eq!(desk.problem(&maya).await, "not_invited", "no domain is not every domain");
    desk.set("oidc_domains", json!("Melati.example, b.co")).await;
    for other in
        ["maya@sub.melati.example", "maya@evil-melati.example", "maya@melati.example.evil.example", "maya@c.co"]
    {
        assert_eq!(desk.problem(&Person::new(other, "Maya")).await, "not_invited", "{other}");
    }
    let joined = desk.enter(&maya).await;
    let user = me(&joined).await;
    assert_eq!(
        (&user["role"], &user["name"], &user["email"]),
        (&json!("requester"), &json!("Maya Cooper"), &json!("maya@melati.example"))
    );
    // Who has no password is told so, and not that it is wrong.
    let body = json!({ "old_password": "none at all", "new_password": "kata sandi lain" });
    joined.post("/api/me/password", &body).await.problem(409, "no_password");
    // Who has no password is let in again, and not invited, when they are enabled.
    let path = format!("/api/users/{}", user["id"].as_str().expect("an id"));
    desk.admin.patch(&path, &json!({ "status": "disabled" })).await.expect(200);
    assert_eq!(desk.problem(&maya).await, "not_invited");
    let enabled = desk.admin.patch(&path, &json!({ "status": "active" })).await.expect(200).json();
    assert_eq!(enabled["user"]["status"], json!("active"));
    desk.enter(&maya).await;
    Client::anonymous(&desk.stack).log_in("maya@melati.example", "").await.problem(401, "invalid_credentials");

    // Nobody takes the name of somebody on the staff by calling themselves so elsewhere.
    desk.set("oidc_newcomers", json!("technician")).await;
    let namesake = me(&desk.enter(&Person::new("citra@b.co", "Citra Dewi")).await).await;
    assert_eq!((&namesake["name"], &namesake["role"]), (&json!("citra"), &json!("technician")));

    let third = me(&desk.enter(&Person::new("citra@melati.example", "Citra Dewi")).await).await;
    let name = third["name"].as_str().expect("a name");
    assert!(name.starts_with("citra ") && !name.contains('@'), "an address is in no name, and so in no log: {name}");

    // Many at once are one account.
    let crowd = Person::new("crowd@b.co", "Crowd");
    let arrivals = join_all((0..4).map(|_| desk.arrive(&crowd))).await;
    let ids = join_all(arrivals.iter().map(|client| me(client.as_ref().expect("a session")))).await;
    assert!(ids.iter().all(|user| user["id"] == ids[0]["id"]), "{ids:?}");
    assert_eq!(desk.count("users WHERE email = 'crowd@b.co'"), 1);
}

#[tokio::test]
async fn an_attempt_is_one_browsers_and_good_once() {
    let desk = Desk::with(Shape::Keycloak).await;
    let citra = Person::new(&demo("tech"), "Citra");
    let (browser, location) = desk.begin(&Client::anonymous(&desk.stack), "//evil.example").await;
    let back = desk.say(&location, &citra.form()).await;

    // Another browser, one without a cookie, and one that made a cookie up.
    let (other, other_location) = desk.begin(&Client::anonymous(&desk.stack), "/").await;
    let forged = browser.with_cookie(Some("__Host-ce_sign_in=AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"));
    for stranger in [Client::anonymous(&desk.stack), browser.with_cookie(Some("__Host-ce_sign_in=x"))] {
        assert_eq!(outcome(&stranger, &stranger.get(&back).await).err().as_deref(), Some("expired"));
    }
    // Of two at once with one state one is let in, at most.
    let (first, second) = join(browser.get(&back), browser.get(&back)).await;
    let sessions: Vec<_> = [first, second].iter().filter_map(|reply| outcome(&browser, reply).ok()).collect();
    assert_eq!(sessions.len(), 1);
    let location = "/signed-in?to=%2F";
    assert_eq!(outcome(&browser, &browser.get(&back).await).err().as_deref(), Some("expired"));
    // Who is in, and goes back in the browser's history, stays in; the way leads nowhere else.
    let both = format!("{}; {}", browser.cookie(), sessions[0].cookie());
    let reply = browser.with_cookie(Some(&both)).get(&back).await.expect(303);
    assert_eq!((reply.header("location"), reply.header("set-cookie")), (Some("/"), None));

    // Somebody else's finished way cannot be pushed onto a browser: their answer under its own attempt's cookie is not its own.
    let theirs = desk.say(&other_location, &citra.form()).await;
    assert_eq!(outcome(&forged, &forged.get(&theirs).await).err().as_deref(), Some("expired"));
    assert_eq!(outcome(&other, &other.get(&theirs).await).err().as_deref(), Some("expired"), "and it is over for both");

    // Two windows of one browser are two attempts, and both come in.
    let (one, first) = desk.begin(&Client::anonymous(&desk.stack), "/").await;
    let (two, second) = desk.begin(&one, "/requests").await;
    assert_eq!(one.cookie(), two.cookie());
    let (first, second) = (desk.say(&first, &citra.form()).await, desk.say(&second, &citra.form()).await);
    // A code of one window under the state of the other was made for another verifier.
    let code =
        |back: &str| back.split("code=").nth(1).and_then(|rest| rest.split('&').next()).expect("a code").to_owned();
    let crossed = first.replace(&code(&first), &code(&second));
    assert_eq!(outcome(&one, &one.get(&crossed).await).err().as_deref(), Some("expired"));
    let (third, location_of_third) = desk.begin(&one, "/").await;
    let third_back = desk.say(&location_of_third, &citra.form()).await;
    assert!(outcome(&third, &third.get(&third_back).await).is_ok());
    let reply = one.get(&desk.say(&desk.begin(&one, "//evil.example").await.1, &citra.form()).await).await;
    assert_eq!(reply.header("location"), Some(location), "nobody is led out of the app");

    // An answer that says no, and one that says things twice.
    let (browser, location) = desk.begin(&Client::anonymous(&desk.stack), "/").await;
    let no = desk.say(&location, "deny=yes").await;
    assert_eq!(outcome(&browser, &browser.get(&no).await).err().as_deref(), Some("denied"));
    let (browser, location) = desk.begin(&Client::anonymous(&desk.stack), "/").await;
    let back = desk.say(&location, &citra.form()).await;
    let twice = browser.get(&format!("{back}&code=another")).await;
    assert_eq!(outcome(&browser, &twice).err().as_deref(), Some("expired"));
}

#[tokio::test]
async fn an_attempt_ends_when_the_settings_name_another_provider() {
    let desk = Desk::with(Shape::Google).await;
    let citra = Person::new(&demo("tech"), "Citra");
    let (browser, location) = desk.begin(&Client::anonymous(&desk.stack), "/").await;
    let back = desk.say(&location, &citra.form()).await;
    desk.shape(Shape::Keycloak).await;
    assert_eq!(outcome(&browser, &browser.get(&back).await).err().as_deref(), Some("expired"));
    // A link with one provider is none with another.
    desk.enter(&citra).await;
    desk.shape(Shape::Google).await;
    desk.enter(&Person { subject: "other".into(), ..citra }).await;
    assert_eq!(desk.count("user_identities"), 2);
}

#[tokio::test]
async fn what_a_provider_says_is_kept_and_its_new_keys_are_found() {
    let desk = Desk::with(Shape::Google).await;
    let citra = Person::new(&demo("tech"), "Citra");
    for _ in 0..3 {
        desk.enter(&citra).await;
    }
    let asked = desk.provider().asked();
    assert_eq!((asked.description, asked.keys, asked.token), (1, 1, 3), "{asked:?}");
    // The provider has other keys from one moment to the next: they are asked for once more, and kept.
    desk.provider().rotate_keys();
    for _ in 0..2 {
        desk.enter(&citra).await;
    }
    assert_eq!((desk.provider().asked().description, desk.provider().asked().keys), (1, 2));
    // A token with a key that nobody knows costs one more question, and no more.
    desk.provider().set_flaw(Flaw::UnknownKey);
    assert_eq!(desk.problem(&citra).await, "bad_token");
    assert_eq!(desk.provider().asked().keys, 3);
    desk.provider().set_flaw(Flaw::None);
    // It can be emptied, and switched off.
    let purged = desk.admin.delete("/api/system/cache/identity").await.expect(200).json();
    assert_eq!(purged["forgotten"], json!(2));
    desk.enter(&citra).await;
    assert_eq!((desk.provider().asked().description, desk.provider().asked().keys), (2, 4));
    desk.set("cache_identity", json!(false)).await;
    desk.enter(&citra).await;
    // Once on the way there, once on the way back.
    assert_eq!((desk.provider().asked().description, desk.provider().asked().keys), (4, 5));
}

#[tokio::test]
async fn an_administrator_is_told_what_is_wrong_with_the_provider() {
    let desk = Desk::bare().await;
    let test = async || desk.admin.post("/api/system/identity/test", &json!({})).await.expect(200).json();
    let fault = async || test().await["fault"].clone();
    let setup = desk.admin.get("/api/system/identity").await.expect(200).json();
    let redirect_uri = format!("{}/api/auth/oidc/callback", desk.stack.base_url);
    assert_eq!(setup, json!({ "redirect_uri": redirect_uri, "has_secret": true }));
    assert_eq!(fault().await, json!("not_set_up"));
    desk.set("oidc_client_id", json!(testbed::oidc::CLIENT_ID)).await;
    let base = desk.provider().base_url().to_owned();
    for (issuer, wrong) in [
        (desk.provider().issuer(Shape::Google), Value::Null),
        (desk.provider().issuer(Shape::Microsoft), Value::Null),
        (desk.provider().issuer(Shape::Keycloak), Value::Null),
        (desk.provider().issuer(Shape::Lean), Value::Null),
        (desk.provider().issuer(Shape::MicrosoftCommon), json!("many_tenants")),
        (format!("{base}/nobody"), json!("not_found")),
        ("http://127.0.0.1:9".into(), json!("away")),
        (desk.provider().issuer(Shape::Lean).trim_end_matches('/').to_owned(), json!("other_issuer")),
    ] {
        desk.set("oidc_issuer", json!(issuer)).await;
        assert_eq!(fault().await, wrong, "{issuer}");
    }
    assert_eq!(test().await["found"], json!(desk.provider().issuer(Shape::Lean)), "as it is to be entered");
    desk.shape(Shape::Keycloak).await;
    for (flaw, wrong) in [
        (Flaw::OtherDescription, "other_issuer"),
        (Flaw::PageAsDescription, "unreadable"),
        (Flaw::Redirects, "not_found"),
        (Flaw::Endless, "away"),
        (Flaw::Fails, "away"),
    ] {
        desk.provider().set_flaw(flaw);
        assert_eq!(fault().await, json!(wrong), "{flaw:?}");
    }
    desk.provider().set_flaw(Flaw::None);
    desk.set("oidc_client_id", json!("somebody-else")).await;
    assert_eq!(fault().await, json!("client"));
    // Refused where it is entered: it would be asked by the Worker.
    for bad in ["http://id.example.com", "https://10.0.0.1", "https://user@id.example.com", "https://169.254.169.254/"]
    {
        let put = desk.admin.call(Method::PUT, "/api/system/settings/oidc_issuer").json(&json!({ "value": bad }));
        assert_eq!(put.send().await.problem(400, "invalid")["errors"][0]["code"], json!("malformed_issuer"), "{bad}");
    }
}

#[tokio::test]
async fn a_client_without_a_secret_is_one_too() {
    let stack = testbed::Stack::builder().identity().env("SETTINGS_KEPT_S", "0").env("OIDC_CLIENT_SECRET", "").start();
    let stack = stack.expect("a system");
    let admin = Client::sign_in(&stack, &demo("admin")).await;
    let desk = Desk { stack, admin };
    desk.provider().set_public_client(true);
    desk.set("oidc_client_id", json!(testbed::oidc::CLIENT_ID)).await;
    desk.set("oidc_on", json!(true)).await;
    for shape in [Shape::Keycloak, Shape::Google] {
        desk.shape(shape).await;
        desk.enter(&Person::new(&demo("tech"), "Citra")).await;
    }
}

/// Somebody whose account was changed while they were at the provider is let in as what they are now, or not at all.
#[tokio::test]
async fn a_change_of_the_account_on_the_way_counts() {
    let desk = Desk::with(Shape::Google).await;
    let id = desk.invite("maya@melati.example", "requester").await;
    let (browser, location) = desk.begin(&Client::anonymous(&desk.stack), "/").await;
    let back = desk.say(&location, &Person::new("maya@melati.example", "Maya").form()).await;
    desk.admin.patch(&format!("/api/users/{id}"), &json!({ "role": "technician" })).await.expect(200);
    let maya = outcome(&browser, &browser.get(&back).await).expect("a session");
    assert_eq!(me(&maya).await["role"], json!("technician"));
}
