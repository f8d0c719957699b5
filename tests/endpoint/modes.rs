//! A test stays a test: the mode is the shop's when an event is accepted, and is stored with it.

use serde_json::{Value, json};

use crate::support::beacon::{add_to_cart, beacon};
use crate::support::server::{PIXEL, SHOP, World};
use crate::support::until;

const CODE: &str = "test_event_code = \"TEST123\"";

fn post(server: &crate::support::server::Server, event: &Value) {
    assert_eq!(server.post(&beacon(None, std::slice::from_ref(event)).to_string()).status, 202);
}

fn id(event: &Value) -> &str {
    event["event_id"].as_str().expect("an id")
}

/// What came in at TikTok: an event's id, and the test code that it came with.
fn received(world: &World) -> Vec<(String, Value)> {
    let mut all = Vec::new();
    for request in world.tiktok.received() {
        let body: Value = serde_json::from_str(&request.body).expect("JSON");
        assert_eq!(body["event_source_id"], PIXEL);
        for event in body["data"].as_array().expect("a list") {
            let id = event["event_id"].as_str().expect("an id").to_owned();
            all.push((id, body["test_event_code"].clone()));
        }
    }
    all.sort_by(|one, other| one.0.cmp(&other.0));
    all.dedup();
    all
}

#[test]
fn what_was_accepted_as_a_test_is_sent_as_one_after_a_restart_in_the_other_mode_and_the_reverse() {
    let world = World::with(CODE);
    world.tiktok.fault(assent_lab::tiktok::Fault::Hang.forever());
    let (test, live) = (add_to_cart("sh-test"), add_to_cart("sh-live"));
    let server = world.serve_with(&["--test-events"]);
    assert!(server.log().contains("TEST MODE"), "said at its start: {}", server.log());
    post(&server, &test);
    server.kill();
    let server = world.serve();
    assert!(!server.log().contains("TEST MODE"));
    post(&server, &live);
    server.kill();
    world.tiktok.clear_faults();
    let server = world.serve_with(&[&format!("--test-events={SHOP}")]);
    for event in [&test, &live] {
        assert_eq!(world.end(id(event))["state"], "delivered");
    }
    let codes: Vec<_> = received(&world);
    for (event, code) in [(&test, json!("TEST123")), (&live, Value::Null)] {
        let of: Vec<_> = codes.iter().filter(|(known, _)| known == id(event)).collect();
        assert_eq!(of, [&(id(event).to_owned(), code)], "{event}");
    }
    // And it is shown wherever the event is.
    assert_eq!(world.why(id(&test)).expect("known")["test"], true);
    assert_eq!(world.why(id(&live)).expect("known").get("test"), None);
    assert!(world.text(&["why", id(&test)]).contains("a test event"));
    let report = world.report();
    let day = &report["days"][0];
    let counts = ["accepted", "test", "delivered"].map(|key| day[key].as_i64());
    assert_eq!(counts, [Some(2), Some(1), Some(1)], "a test is no delivered: {day}");
    let of_mode = |note: &&Value| note["note"].as_str().is_some_and(|it| it.contains("TEST MODE"));
    assert_eq!(report["notes"].as_array().expect("notes").iter().filter(of_mode).count(), 1);
    drop(server);
}

/// Its code has gone from the configuration: it waits, and is never sent as anything else.
#[test]
fn a_test_without_its_code_is_not_sent_as_a_live_event() {
    let mut world = World::with(CODE);
    world.tiktok.fault(assent_lab::tiktok::Fault::Hang.forever());
    let (test, live) = (add_to_cart("sh-test"), add_to_cart("sh-live"));
    let server = world.serve_with(&["--test-events"]);
    post(&server, &test);
    server.kill();
    world.tiktok.clear_faults();
    let before = world.tiktok.received().len();
    world.set_settings("");
    let server = world.serve();
    post(&server, &live);
    assert_eq!(world.end(id(&live))["state"], "delivered");
    let story = until("it is due", || world.why(id(&test)));
    assert_eq!(story["state"], "due", "{story:#}");
    let ids: Vec<_> =
        world.tiktok.received_since(before).iter().map(|one| one.body.clone()).collect();
    assert!(ids.iter().all(|body| !body.contains(id(&test))), "{ids:?}");
    drop(server);
}

#[test]
fn a_shop_that_cannot_test_is_told_at_the_start() {
    let world = World::new();
    for (arguments, said) in [
        (&["serve", "--test-events"][..], "no shop has a test_event_code"),
        (
            &["serve", "--test-events=acme.myshopify.com"],
            "acme.myshopify.com has no test_event_code",
        ),
        (&["serve", "--test-events=other.myshopify.com"], "other.myshopify.com is no shop"),
    ] {
        let output = world.run(arguments);
        assert!(!output.status.success());
        let told = String::from_utf8_lossy(&output.stderr);
        assert!(told.contains(said), "{told}");
    }
}
