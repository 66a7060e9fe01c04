//! Signing in and staying signed in: throttle, sessions that end, cookies and origins that are not ours.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use futures::future::join_all;
use hyper::Method;
use serde_json::{Value, json};
use testbed::seed::PASSWORD;

use crate::stack;
use crate::support::{Client, Live, Reply, draft, eventually, new_user};

/// DESIGN section 5: a revoked session's socket is closed within 60 s.
const SOCKETS_CLOSED: Duration = Duration::from_secs(60);

/// Close code for a session that has ended: policy violation, RFC 6455 section 7.4.1.
const SESSION_ENDED: u16 = 1008;

/// Samples per kind of sign-in, enough for a median that a busy machine does not move.
const SAMPLES: usize = 15;

/// How much longer one kind may take than the other: a check of a password that is made for one kind only would take
/// twenty times as long.
const SAME_TIME: f64 = 1.5;

#[tokio::test]
async fn a_wrong_password_and_an_unknown_address_look_alike_and_take_the_same_time() {
    let anyone = Client::anonymous(stack());
    let (mut wrong, mut unknown) = (Vec::new(), Vec::new());
    for sample in 0..SAMPLES {
        // Each sample has an account of its own, so that none meets the throttle.
        let known = new_user(stack(), "requester").email;
        let nobody = known.replacen("requester", "neverseen", 1);
        let mut kinds = [(&known, &mut wrong), (&nobody, &mut unknown)];
        if sample % 2 == 1 {
            kinds.reverse();
        }
        for (email, samples) in kinds {
            let started = Instant::now();
            let reply = anyone.log_in(email, "not-the-password").await;
            samples.push((started.elapsed(), reply));
        }
    }
    let seen = |reply: &Reply| {
        let mut problem = reply.problem(401, "invalid_credentials");
        problem["request_id"] = Value::Null;
        let headers: BTreeMap<String, String> = reply
            .headers
            .iter()
            .filter(|(name, _)| !["x-request-id", "date"].contains(&name.as_str()))
            .map(|(name, value)| (name.to_string(), value.to_str().expect("text").to_owned()))
            .collect();
        (problem, headers)
    };
    let first = seen(&wrong[0].1);
    assert!(!first.1.contains_key("set-cookie"));
    for (_, reply) in wrong.iter().chain(&unknown) {
        assert_eq!(seen(reply), first);
    }
    let (wrong, unknown) = (median(&wrong), median(&unknown));
    let ratio = wrong.max(unknown).as_secs_f64() / wrong.min(unknown).as_secs_f64();
    assert!(ratio < SAME_TIME, "a wrong password takes {wrong:?}, an unknown address {unknown:?}");
}

fn median(samples: &[(Duration, Reply)]) -> Duration {
    let mut times: Vec<Duration> = samples.iter().map(|(time, _)| *time).collect();
    times.sort();
    times[times.len() / 2]
}

#[tokio::test]
async fn a_disabled_account_is_refused_like_an_unknown_one() {
    let user = new_user(stack(), "technician");
    let disabled = stack()
        .sql(|client| Ok(client.execute("UPDATE users SET status = 'disabled' WHERE email = $1", &[&user.email])?));
    assert_eq!(disabled.expect("PostgreSQL answers"), 1);
    Client::anonymous(stack()).log_in(&user.email, PASSWORD).await.problem(401, "invalid_credentials");
}

#[tokio::test]
async fn whoever_guesses_has_to_wait_and_the_owner_gets_in_after_it() {
    let user = new_user(stack(), "requester");
    let anyone = Client::anonymous(stack());
    let mut wrong = 0;
    let throttled = loop {
        let reply = anyone.log_in(&user.email, &format!("guess {wrong}")).await;
        if reply.status == 429 {
            break reply;
        }
        reply.problem(401, "invalid_credentials");
        wrong += 1;
        assert!(wrong < 30, "the throttle never closed");
    };
    assert!(wrong >= 5, "five tries are free, not {wrong}");
    throttled.problem(429, "too_many_attempts");
    let wait_s: u64 =
        throttled.header("retry-after").and_then(|text| text.parse().ok()).expect("Retry-After in seconds");
    assert!((1..=900).contains(&wait_s), "{wait_s}");
    // The right password tells nothing meanwhile, and does not prolong the wait.
    let bound = Duration::from_secs(wait_s) + Duration::from_secs(10);
    eventually(bound, || async {
        let reply = anyone.log_in(&user.email, PASSWORD).await;
        if reply.status == 200 { Ok(()) } else { Err(reply.expect(429).to_string()) }
    })
    .await;
    // A success sets the count back.
    for _ in 0..5 {
        anyone.log_in(&user.email, "guess").await.problem(401, "invalid_credentials");
    }
}

#[tokio::test]
async fn guesses_made_at_once_gain_nothing_and_an_unknown_address_is_throttled_alike() {
    let known = new_user(stack(), "requester").email;
    for email in [&known, "nobody-at-all@cepatedge.test"] {
        let anyone = Client::anonymous(stack());
        let replies = join_all((0..30).map(|_| anyone.log_in(email, "guess"))).await;
        let tried = replies.iter().filter(|reply| reply.status == 401).count();
        assert!(replies.iter().all(|reply| reply.status == 401 || reply.status == 429));
        assert!((5..=8).contains(&tried), "{tried} guesses were tried at once");
    }
}

#[tokio::test]
async fn a_session_that_has_ended_does_nothing_more() {
    let user = new_user(stack(), "admin");
    let [leaves, is_revoked, stays] = [(); 3].map(|()| Client::sign_in(stack(), &user.email));
    let (leaves, is_revoked, stays) = (leaves.await, is_revoked.await, stays.await);
    let id = stays.report("The door is stuck").await["id"].as_str().expect("an id").to_owned();
    let paths =
        ["/api/requests/live".to_owned(), format!("/api/requests/{id}/live"), "/api/system/logs/audit/tail".into()];
    let mut ending: Vec<Live> = Vec::new();
    for client in [&leaves, &is_revoked] {
        for path in &paths {
            ending.push(client.watch(path).await);
        }
    }
    let mut lasting = stays.watch(&paths[1]).await;

    let listed = stays.get("/api/me/sessions").await.expect(200).json();
    let listed = listed["items"].as_array().expect("items");
    assert_eq!(listed.len(), 3, "{listed:?}");
    for session in listed {
        assert_eq!(session["current"], session["id"] == stays.session(), "{session}");
    }

    let out = leaves.call(Method::POST, "/api/auth/logout").header("x-cepatedge", "test").send().await.expect(204);
    let cleared = out.header("set-cookie").expect("a cookie that is cleared");
    assert!(cleared.starts_with("__Host-ce_session=;") && cleared.contains("Max-Age=0"), "{cleared}");
    stays.delete(&format!("/api/me/sessions/{}", is_revoked.session())).await.expect(204);

    // At once on every path, whatever is still open or in flight.
    for ended in [&leaves, &is_revoked] {
        is_signed_out(ended, &id).await;
    }
    let listed = stays.get("/api/me/sessions").await.expect(200).json();
    assert_eq!(listed["items"].as_array().map(Vec::len), Some(1), "{listed}");
    // Twice is no error of the visitor's, and nobody can end it again.
    leaves.call(Method::POST, "/api/auth/logout").header("x-cepatedge", "test").send().await.expect(204);
    stays.delete(&format!("/api/me/sessions/{}", is_revoked.session())).await.problem(404, "not_found");

    for code in join_all(ending.iter_mut().map(|live| live.closed(SOCKETS_CLOSED))).await {
        assert_eq!(code, SESSION_ENDED);
    }
    stays.comment(&id, "Still there?", "public").await.expect(201);
    assert_eq!(lasting.next_event(Duration::from_secs(10)).await["event"]["body"]["body"], "Still there?");
}

async fn is_signed_out(ended: &Client, id: &str) {
    for path in ["/api/me", "/api/me/sessions", "/api/requests", "/api/users", "/api/system/monitor"] {
        ended.get(path).await.problem(401, "unauthenticated");
    }
    ended.get(&format!("/api/requests/{id}")).await.problem(401, "unauthenticated");
    ended.post("/api/requests", &draft("Too late")).await.problem(401, "unauthenticated");
    ended.act(id, "approve", &json!({})).await.problem(401, "unauthenticated");
    ended.comment(id, "Too late", "public").await.problem(401, "unauthenticated");
    let refused = ended.try_watch("/api/requests/live", Some(ended.base_url())).await;
    refused.expect_err("signed out").problem(401, "unauthenticated");
}

#[tokio::test]
async fn an_operator_sees_who_is_signed_in_and_ends_any_session_at_once() {
    let (user, operator) = (new_user(stack(), "technician"), new_user(stack(), "admin"));
    let admin = Client::sign_in(stack(), &operator.email).await;
    let (ends, stays) = (Client::sign_in(stack(), &user.email).await, Client::sign_in(stack(), &user.email).await);
    let id = stays.report("The shutter is stuck").await["id"].as_str().expect("an id").to_owned();
    let mut live = ends.watch(&format!("/api/requests/{id}/live")).await;

    let address = user.email.to_uppercase();
    let listed = || async {
        let found = admin.get(&format!("/api/system/sessions?q={address}")).await.expect(200).json();
        let items = found["items"].as_array().expect("items").clone();
        assert_eq!(items.len(), 1, "{found}");
        assert_eq!(items[0]["user"]["id"], ends.id(), "{found}");
        items[0]["sessions"].as_array().expect("sessions").clone()
    };
    let before = listed().await;
    assert_eq!(before.len(), 2, "{before:?}");
    assert!(before.iter().all(|session| session["current"] == false), "{before:?}");
    let own = admin.get(&format!("/api/system/sessions?q={}", operator.email)).await.expect(200).json();
    assert_eq!(own["items"][0]["sessions"][0]["current"], true, "{own}");

    let path = |user: &str, session: &str| format!("/api/system/sessions/{user}/{session}");
    // Not this user's, nobody's, and of a user that there is not.
    for (user, session) in [
        (admin.id(), ends.session()),
        (ends.id(), &*"0".repeat(64)),
        ("0190a5b8-0000-7000-8000-000000000001", ends.session()),
    ] {
        admin.delete(&path(user, session)).await.problem(404, "not_found");
    }
    ends.get("/api/me").await.expect(200);

    admin.delete(&path(ends.id(), ends.session())).await.expect(204);
    is_signed_out(&ends, &id).await;
    assert_eq!(live.closed(SOCKETS_CLOSED).await, SESSION_ENDED);
    let after = listed().await;
    assert_eq!(after.iter().map(|session| session["id"].as_str()).collect::<Vec<_>>(), [Some(stays.session())]);
    stays.get("/api/me").await.expect(200);
    admin.delete(&path(ends.id(), ends.session())).await.problem(404, "not_found");
}

#[tokio::test]
async fn the_list_of_who_is_signed_in_has_pages() {
    let admin = Client::sign_in(stack(), &new_user(stack(), "admin").email).await;
    let new: Vec<String> = (0..5).map(|_| new_user(stack(), "requester").email).collect();
    let (mut seen, mut cursor) = (Vec::new(), String::new());
    loop {
        let page = admin.get(&format!("/api/system/sessions?limit=3{cursor}")).await.expect(200).json();
        let items = page["items"].as_array().expect("items");
        assert!(items.len() <= 3, "{page}");
        seen.extend(items.iter().map(|item| item["user"]["email"].as_str().expect("an address").to_owned()));
        match page["next_cursor"].as_str() {
            Some(next) => cursor = format!("&cursor={next}"),
            None => break,
        }
    }
    assert!(new.iter().all(|email| seen.iter().filter(|one| *one == email).count() == 1), "{seen:?}");
    admin.get("/api/system/sessions?limit=3&q=a&cursor=made-up").await.problem(400, "invalid_cursor");
}

#[tokio::test]
async fn a_new_name_is_everywhere_at_once_and_changes_nothing_that_was_done() {
    let user = new_user(stack(), "manager");
    let (here, there) = (Client::sign_in(stack(), &user.email).await, Client::sign_in(stack(), &user.email).await);
    let old = here.name().to_owned();
    let id = here.report("The blind is torn").await["id"].as_str().expect("an id").to_owned();
    here.get("/api/users").await.expect(200);

    let profile = here.patch("/api/me", &json!({ "name": "  Nadia Kusuma " })).await.expect(200).json();
    assert_eq!(profile["user"]["name"], "Nadia Kusuma", "{profile}");
    for client in [&here, &there] {
        assert_eq!(client.get("/api/me").await.expect(200).json()["user"]["name"], "Nadia Kusuma");
    }
    let users = there.get("/api/users").await.expect(200).json();
    let listed = users["items"].as_array().expect("items").iter().find(|one| one["id"] == here.id());
    assert_eq!(listed.expect("the user")["name"], "Nadia Kusuma");
    let said = there.comment(&id, "Under the new name", "public").await.expect(201).json();
    assert_eq!(said["actor"]["name"], "Nadia Kusuma", "{said}");
    let events = here.get(&format!("/api/requests/{id}/events")).await.expect(200).json();
    assert_eq!(events["items"][0]["actor"]["name"], old, "{events}");
    // Whoever signs in next is the same person.
    assert_eq!(Client::sign_in(stack(), &user.email).await.name(), "Nadia Kusuma");
}

#[tokio::test]
async fn a_name_that_is_none_is_refused_and_changes_nothing() {
    let user = Client::sign_in(stack(), &new_user(stack(), "requester").email).await;
    for (body, code) in [
        (json!({ "name": "  " }), "required"),
        (json!({ "name": "x".repeat(101) }), "too_long"),
        (json!({ "name": "Two\nlines" }), "control_character"),
        (json!({ "name": 7 }), "wrong_type"),
        (json!({}), "required"),
        (json!({ "name": "Ok", "role": "admin" }), "unknown_field"),
    ] {
        let problem = user.patch("/api/me", &body).await.problem(400, "invalid");
        assert_eq!(problem["errors"][0]["code"], code, "{body}: {problem}");
    }
    assert_eq!(user.get("/api/me").await.expect(200).json()["user"]["name"], user.name());
}

#[tokio::test]
async fn somebody_elses_session_cannot_be_ended() {
    let owner = Client::sign_in(stack(), &new_user(stack(), "requester").email).await;
    let admin = Client::sign_in(stack(), &new_user(stack(), "admin").email).await;
    for session in [owner.session(), &"0".repeat(64)] {
        admin.delete(&format!("/api/me/sessions/{session}")).await.problem(404, "not_found");
    }
    owner.get("/api/me").await.expect(200);
}

#[tokio::test]
async fn the_cookie_is_for_this_host_and_out_of_reach_of_scripts() {
    let user = new_user(stack(), "requester");
    let reply = Client::anonymous(stack()).log_in(&user.email.to_uppercase(), PASSWORD).await.expect(200);
    let cookie = reply.header("set-cookie").expect("a cookie");
    let (pair, attributes) = cookie.split_once("; ").expect("attributes");
    assert!(pair.starts_with("__Host-ce_session=ey"), "{cookie}");
    for attribute in ["Path=/", "Secure", "HttpOnly", "SameSite=Lax"] {
        assert!(attributes.split("; ").any(|one| one == attribute), "{cookie}");
    }
    assert!(!attributes.contains("Domain"), "{cookie}");
    let profile = reply.json();
    let told = json!({ "id": user.id, "name": user.name, "email": user.email, "username": null, "role": "requester" });
    assert_eq!(profile["user"], told);
    assert!(!reply.text().contains("password") && !reply.text().contains("argon2"), "{reply}");
    let me = Client::anonymous(stack()).with_cookie(Some(pair)).get("/api/me").await.expect(200).json();
    assert_eq!(me["user"], profile["user"]);
}

#[tokio::test]
async fn a_write_or_an_upgrade_from_a_foreign_page_is_refused() {
    let requester = Client::sign_in(stack(), &new_user(stack(), "requester").email).await;
    let id = requester.report("A crack in the wall").await["id"].as_str().expect("an id").to_owned();
    let own = requester.base_url().to_owned();
    let foreign =
        ["https://evil.example", "null", "http://127.0.0.1", &format!("{own}.evil.example"), &own.to_uppercase()];
    let writes = [
        (Method::POST, "/api/requests".to_owned(), draft("Forged")),
        (Method::PATCH, format!("/api/requests/{id}"), json!({ "title": "Forged" })),
        (Method::POST, format!("/api/requests/{id}/cancel"), json!({ "reason": "Forged" })),
        (Method::POST, format!("/api/requests/{id}/comments"), json!({ "body": "Forged" })),
        (
            Method::POST,
            "/api/auth/login".to_owned(),
            json!({ "email": "requester@cepatedge.test", "password": PASSWORD }),
        ),
        (Method::POST, "/api/auth/logout".to_owned(), json!({})),
        (Method::PATCH, "/api/me".to_owned(), json!({ "name": "Forged" })),
        (Method::DELETE, format!("/api/me/sessions/{}", requester.session()), json!({})),
    ];
    for (method, path, body) in &writes {
        let call = || requester.call(method.clone(), path);
        for origin in foreign {
            let reply = call().header("origin", origin).json(body).send().await;
            reply.problem(403, "forbidden");
            assert_eq!(reply.header("access-control-allow-origin"), None, "{origin}: {reply}");
        }
        for site in ["cross-site", "same-site", "none"] {
            call().header("sec-fetch-site", site).json(body).send().await.problem(403, "forbidden");
        }
        // What a plain form could send.
        for content_type in ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=b"] {
            let form = call().header("content-type", content_type).header("origin", &own);
            form.untyped(body.to_string().into_bytes()).send().await.problem(403, "forbidden");
        }
        call().untyped(body.to_string().into_bytes()).send().await.problem(403, "forbidden");
    }
    for path in ["/api/requests/live".to_owned(), format!("/api/requests/{id}/live")] {
        for origin in foreign.map(Some).into_iter().chain([None]) {
            let refused = requester.try_watch(&path, origin).await;
            refused.expect_err("a foreign page").problem(403, "forbidden");
        }
    }
    let record = requester.get(&format!("/api/requests/{id}")).await.expect(200).json();
    assert_eq!((&record["version"], &record["title"]), (&json!(1), &json!("A crack in the wall")));
    let mine = requester.get("/api/requests").await.expect(200).json();
    assert_eq!(mine["items"].as_array().map(Vec::len), Some(1));

    // Our own pages, by either name of this host, and a program that is no browser.
    let by_name = own.replace("127.0.0.1", "localhost");
    for origin in [&own, &by_name] {
        let call = requester.call(Method::POST, "/api/requests").header("origin", origin);
        let reply = call.json(&draft("Ours")).send().await.expect(201);
        assert_eq!(reply.header("access-control-allow-origin"), Some(origin.as_str()), "{reply}");
        requester.try_watch("/api/requests/live", Some(origin)).await.expect("our own page");
    }
    let same_origin = requester.call(Method::POST, "/api/requests").header("sec-fetch-site", "same-origin");
    same_origin.json(&draft("Ours")).send().await.expect(201);
    // Reading with a foreign Origin gives nothing away to its page: no CORS header lets it read the answer.
    let read = requester.call(Method::GET, "/api/me").header("origin", "https://evil.example").send().await;
    assert_eq!(read.header("access-control-allow-origin"), None, "{read}");
}
