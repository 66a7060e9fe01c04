//! The identity provider as a proof that it is still the same person: they are asked anew there, and it has to be said when.

use serde_json::json;
use testbed::oidc::{Flaw, Person, Shape};

use crate::support::{Client, Desk, demo, outcome};

/// What needs a proof of the last ten minutes.
async fn is_fresh(client: &Client) -> bool {
    let reply = client.post("/api/me/totp", &json!({})).await;
    if reply.status == 200 {
        return true;
    }
    reply.problem(403, "reauthentication_required");
    false
}

/// The whole way of somebody who proves anew who they are: the session, or what the app says.
async fn prove(desk: &Desk, browser: &Client, person: &Person) -> Result<Client, String> {
    let (browser, location) = desk.begin_proof(browser).await;
    for asked in ["prompt=login", "max_age=0"] {
        assert!(location.contains(asked), "{location}");
    }
    let back = desk.say(&location, &person.form()).await;
    outcome(&browser, &browser.get(&back).await)
}

#[tokio::test]
async fn a_session_of_the_providers_is_no_proof_and_being_asked_anew_is_one() {
    let desk = Desk::with(Shape::Keycloak).await;
    let citra = Person::new(&demo("tech"), "Citra");
    // They have been at the provider for an hour.
    desk.provider().set_flaw(Flaw::OldSession);
    let here = desk.enter(&citra).await;
    here.get("/api/requests").await.expect(200);
    assert!(!is_fresh(&here).await, "nobody has asked them anything");
    // A provider that does not ask, though it was to, has proved nothing.
    assert_eq!(prove(&desk, &here, &citra).await.err().as_deref(), Some("not_proved"));
    assert!(!is_fresh(&here).await, "and the session is what it was");

    desk.provider().set_flaw(Flaw::None);
    let proved = prove(&desk, &here, &citra).await.expect("a session");
    assert!(is_fresh(&proved).await);
    // Whoever was asked there just now, by an ordinary sign-in, has proved it, too.
    assert!(is_fresh(&desk.enter(&citra).await).await);
    // An ordinary way asks for nothing.
    let (_, location) = desk.begin(&Client::anonymous(&desk.stack), "/").await;
    assert!(!location.contains("prompt") && !location.contains("max_age"), "{location}");
}

#[tokio::test]
async fn a_provider_that_does_not_say_when_is_refused_and_told_from_one_that_does() {
    let desk = Desk::with(Shape::Lean).await;
    let citra = Person::new(&demo("tech"), "Citra");
    let here = desk.enter(&citra).await;
    assert!(!is_fresh(&here).await, "unsaid is long ago");
    assert!(is_fresh(&prove(&desk, &here, &citra).await.expect("it says when it was asked")).await);

    // Microsoft's may say it, and does not where the claim was not added.
    desk.shape(Shape::Microsoft).await;
    let maya = Person::new(&demo("tech2"), "Dimas");
    let here = desk.enter(&maya).await;
    assert_eq!(prove(&desk, &here, &maya).await.err().as_deref(), Some("no_proof"));
    assert!(!is_fresh(&here).await);

    // Google's says that it does not: nobody is sent there in vain.
    desk.shape(Shape::Google).await;
    let here = desk.enter(&Person::new(&demo("requester2"), "Rina")).await;
    assert!(!is_fresh(&here).await);
    let reply = here.get("/api/auth/oidc/start?prove=yes").await;
    assert_eq!(outcome(&here, &reply).err().as_deref(), Some("no_proof"));
    // A password is a proof all the same, also one of a link.
    let path = "/api/me/reauthenticate";
    here.post(path, &json!({ "password": testbed::seed::PASSWORD })).await.expect(200);
    assert!(is_fresh(&here).await);
}

#[tokio::test]
async fn whoever_comes_for_the_first_time_sets_up_a_factor_at_once() {
    let desk = Desk::with(Shape::Google).await;
    desk.invite("maya@melati.example", "technician").await;
    let maya = Person::new("maya@melati.example", "Maya");
    assert!(is_fresh(&desk.enter(&maya).await).await, "there is nothing yet that a proof protects");
    assert!(!is_fresh(&desk.enter(&maya).await).await);
    // Of an account that somebody has been in before, the link is no proof.
    assert!(!is_fresh(&desk.enter(&Person::new(&demo("tech"), "Citra")).await).await);
}
