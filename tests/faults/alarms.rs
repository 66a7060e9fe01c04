//! Alarms ring when there is something to do. The build has the feature `fault-injection`; `runtime/faults.js` counts them.

use std::time::Duration;

use hyper::Method;
use testbed::Stack;
use testbed::proxy::Weather;

use crate::read_model::{self, Versions};
use crate::support::{Client, demo};
use crate::{PROMPT, started};

/// Longer than an object waits until it looks after a delivery that is on its way (1.5 s), shorter than a delivery may take.
const HANGING: Duration = Duration::from_secs(4);

/// Of what hangs for four seconds, two requests and the audit stream, each looks twice; the rest is what else goes on. A clock
/// that rings each millisecond is at some hundreds, even on a slow machine.
const MOST: u64 = 24;

async fn rung(anyone: &Client) -> u64 {
    let counted = anyone.call(Method::GET, "/api/fault/alarms").send().await.expect(200);
    counted.text().parse().expect("a number")
}

#[tokio::test]
async fn no_alarm_rings_again_and_again_while_a_delivery_is_on_its_way() {
    let stack: Stack = started(Stack::builder().features("fault-injection").proxied());
    let requester = Client::sign_in(&stack, &demo("requester")).await;
    let ids = [requester.report("One").await, requester.report("Two").await]
        .map(|record| record["id"].as_str().expect("an id").to_owned());
    read_model::catches_up(&stack, &ids.clone().map(|id| (id, 1)).into(), PROMPT).await;

    let proxy = stack.proxy.as_ref().expect("a proxy before PostgreSQL");
    proxy.set_weather(Weather::Stalled);
    for id in &ids {
        requester.comment(id, "It hangs.", "public").await.expect(201);
    }
    let before = rung(&requester).await;
    tokio::time::sleep(HANGING).await;
    let meanwhile = rung(&requester).await - before;
    proxy.set_weather(Weather::Fair);

    assert!(meanwhile > 0, "nobody looked after what is on its way");
    assert!(meanwhile <= MOST, "{meanwhile} alarms rang while two deliveries hung");
    let versions: Versions = ids.map(|id| (id, 2)).into();
    read_model::catches_up(&stack, &versions, PROMPT).await;
}
