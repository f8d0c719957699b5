//! A Purchase waits for its order where the shop says so. Here none comes; orders.rs has those that
//! do.

use serde_json::{Value, json};

use crate::support::beacon::{beacon, now, purchase};
use crate::support::server::{Server, World};
use crate::support::until;

fn settings(purchase: &str) -> String {
    format!("webhook_secret_envs = [\"ACME_SHOPIFY_SECRET\"]\n[shops.purchase]\n{purchase}")
}

fn post(server: &Server, event: &Value) -> String {
    let checkout = event["checkout"].as_str();
    assert_eq!(server.post(&beacon(checkout, std::slice::from_ref(event)).to_string()).status, 202);
    event["event_id"].as_str().expect("an id").to_owned()
}

#[test]
fn an_unconfirmed_purchase_is_sent_when_its_hold_ends() {
    let world = World::with(&settings("hold_seconds = 3"));
    let server = world.serve();
    let event = purchase("t1"); // its hold counts from its own time, so it is made when the server is there
    let story = world.end(&post(&server, &event));
    assert_eq!(story["state"], "delivered", "{story:#}");
    assert!(
        story["history"][0]["what"]
            .as_str()
            .is_some_and(|what| what.contains("waits for its order")),
        "{story:#}"
    );
    let sent_at = world.tiktok.received()[0].at_ms / 1000;
    assert!(sent_at >= event["event_time"].as_i64().expect("a time") + 3, "sent before its time");
}

#[test]
fn with_drop_it_is_parked_and_never_sent() {
    let world = World::with(&settings("hold_seconds = 1\nunconfirmed = \"drop\""));
    let server = world.serve();
    let id = post(&server, &purchase("t1"));
    let story =
        until("it is parked", || world.why(&id).filter(|story| story["reason"] == "unconfirmed"));
    assert_eq!(story["state"], "held");
    assert_eq!(world.tiktok.received().len(), 0);
}

#[test]
fn a_purchase_without_a_checkout_can_never_be_confirmed() {
    let world = World::with(&settings("hold_seconds = 1"));
    let mut event = purchase("t1");
    event["checkout"] = Value::Null;
    event["event_id"] = json!(crate::support::beacon::id("Purchase", "sh-t1"));
    let server = world.serve();
    assert_eq!(
        server.post(&beacon(None, std::slice::from_ref(&event)).to_string()).json()["accepted"],
        1
    );
    let story = world.why(event["event_id"].as_str().expect("an id")).expect("known");
    assert_eq!(story["state"], "no_checkout_anchor");
    assert_eq!(world.tiktok.received().len(), 0);
}

#[test]
fn with_confirm_beacon_it_goes_at_once() {
    let world = World::with(&settings("confirm = \"beacon\""));
    let server = world.serve();
    let id = post(&server, &purchase("t1"));
    assert_eq!(world.end(&id)["state"], "delivered");
}

#[test]
fn a_fired_event_past_its_horizon_is_accepted_and_not_sent() {
    let world = World::new();
    let mut event = purchase("t1");
    event["browser"] = json!("fired");
    event["event_time"] = json!(now() - 48 * 3600);
    let server = world.serve();
    let id = post(&server, &event);
    assert_eq!(world.why(&id).expect("known")["state"], "expired");
    assert_eq!(world.tiktok.received().len(), 0);

    // Nobody has fired this one: no copy can exist, and it is still worth sending.
    let mut alone = purchase("t2");
    alone["event_time"] = json!(now() - 48 * 3600);
    assert_eq!(world.end(&post(&server, &alone))["state"], "delivered");
}
