//! A "no" stops what waits; a later "yes" counts again; Sec-GPC is a no.

use assent_lab::tiktok::Fault;
use serde_json::{Value, json};

use crate::support::beacon::{add_to_cart, anchor, beacon, hash, now, purchase, withdrawal};
use crate::support::server::World;
use crate::support::until;

const WEBHOOKS: &str = r#"webhook_secret_envs = ["ACME_SHOPIFY_SECRET"]"#;

fn id(event: &Value) -> &str {
    event["event_id"].as_str().expect("an id")
}

#[test]
fn a_withdrawal_ends_what_waits_and_erases_what_is_personal() {
    for by_visitor in [false, true] {
        let world = World::with(WEBHOOKS); // Purchases wait for their order
        let server = world.serve();
        let event = purchase("t1");
        let checkout = anchor("t1");
        assert_eq!(
            server.post(&beacon(Some(&checkout), std::slice::from_ref(&event)).to_string()).status,
            202
        );
        assert_eq!(world.why(id(&event)).expect("known")["state"], "held");
        assert!(contains(&world.store_bytes(), &hash("jane@example.com")));

        let visitor = hash("visitor");
        let no = if by_visitor {
            withdrawal(now(), &[], Some(&visitor))
        } else {
            withdrawal(now(), &[&checkout], None)
        };
        // Even with Sec-GPC: this message is itself a no.
        let answer = server.post_with(
            &[("Content-Type", "text/plain"), ("Sec-GPC", "1")],
            no.to_string().as_bytes(),
        );
        assert_eq!(answer.status, 202);
        assert_eq!(world.why(id(&event)).expect("known")["state"], "withdrawn");
        assert_eq!(server.stop(), Some(0)); // folds the log into the file
        let bytes = world.store_bytes();
        for personal in [
            hash("jane@example.com"),
            hash("visitor"),
            "E.C.P.click".into(),
            "Mozilla/5.0 (test)".into(),
        ] {
            assert!(!contains(&bytes, &personal), "{personal} is still in the store");
        }
        assert_eq!(world.tiktok.received().len(), 0);
    }
}

/// Of an anchor: another visitor may share it.
#[test]
fn evidence_from_before_the_withdrawal_is_refused_and_later_evidence_counts() {
    let world = World::new();
    let server = world.serve();
    let (event, checkout) = (purchase("t1"), anchor("t1"));
    let no = withdrawal(now() - 10, &[&checkout], None);
    assert_eq!(server.post(&no.to_string()).status, 202);

    let mut body = beacon(Some(&checkout), &[event]);
    for evaluated_at in [now() - 60, now() - 11] {
        body["consent"]["evaluated_at"] = evaluated_at.into();
        let answer = server.post(&body.to_string());
        assert_eq!((answer.status, &answer.json()["reason"]), (403, &json!("withdrawn")));
    }
    body["consent"]["evaluated_at"] = json!(now());
    assert_eq!(server.post(&body.to_string()).json()["accepted"], 1);
    assert_eq!(world.end(id(&purchase("t1")))["state"], "delivered");
}

/// Of a visitor it covers everything: after a no the device is another one.
#[test]
fn whatever_a_visitor_who_said_no_sends_is_refused_and_the_next_visitors_yes_counts() {
    let world = World::new();
    let server = world.serve();
    let no = withdrawal(now(), &[], Some(&hash("visitor")));
    assert_eq!(server.post(&no.to_string()).status, 202);
    let mut body = beacon(None, &[add_to_cart("sh-1")]);
    for evaluated_at in [now() - 60, now(), now() + 59] {
        body["consent"]["evaluated_at"] = evaluated_at.into();
        let answer = server.post(&body.to_string());
        assert_eq!((answer.status, &answer.json()["reason"]), (403, &json!("withdrawn")));
    }
    body["events"][0]["user"]["external_id"] = hash("the next").into();
    assert_eq!(server.post(&body.to_string()).json()["accepted"], 1);
    assert_eq!(world.end(id(&add_to_cart("sh-1")))["state"], "delivered");
}

#[test]
fn a_later_yes_brings_a_withdrawn_conversion_back() {
    let world = World::with(WEBHOOKS);
    let server = world.serve();
    let (event, checkout) = (purchase("t1"), anchor("t1"));
    let mut body = beacon(Some(&checkout), std::slice::from_ref(&event));
    body["consent"]["evaluated_at"] = json!(now() - 20);
    assert_eq!(server.post(&body.to_string()).json()["accepted"], 1);
    server.post(&withdrawal(now() - 10, &[&checkout], None).to_string());
    assert_eq!(world.why(id(&event)).expect("known")["state"], "withdrawn");
    assert_eq!(server.post(&body.to_string()).status, 403, "the old evidence again");

    body["consent"]["evaluated_at"] = json!(now());
    body["events"][0]["event_time"] = json!(now() - 300); // its hold is over at once
    assert_eq!(
        server.post(&body.to_string()).json(),
        json!({"accepted": 1, "duplicate": 0, "refused": []})
    );
    let story = world.why(id(&event)).expect("known");
    assert_eq!(story["state"], "held", "the first accepted time stands: {story:#}");
    assert_eq!(story["history"].as_array().map(Vec::len), Some(3), "{story:#}");
    assert_eq!(server.post(&body.to_string()).json()["duplicate"], 1);
}

#[test]
fn a_withdrawal_stops_a_retry() {
    let world = World::new();
    world.tiktok.fault(Fault::TooMany { retry_after_seconds: 600 }.forever());
    let server = world.serve();
    let event = add_to_cart("sh-1");
    server.post(&beacon(None, std::slice::from_ref(&event)).to_string());
    until("TikTok asked to wait", || {
        world
            .why(id(&event))
            .filter(|story| story["reason"].as_str().is_some_and(|text| text.contains("429")))
    });
    server.post(&withdrawal(now(), &[], Some(&hash("visitor"))).to_string());
    assert_eq!(world.end(id(&event))["state"], "withdrawn");
    assert_eq!(world.tiktok.received().len(), 1);
}

#[test]
fn a_send_under_way_is_the_last_one() {
    let world = World::new();
    world.tiktok.fault(Fault::Hang.forever());
    let server = world.serve();
    let event = add_to_cart("sh-1");
    server.post(&beacon(None, std::slice::from_ref(&event)).to_string());
    until("it is on its way", || (world.tiktok.received().len() == 1).then_some(()));
    server.post(&withdrawal(now(), &[], Some(&hash("visitor"))).to_string());
    // The hang ends after 10 seconds; without a withdrawal a retry would follow.
    let story = world.end(id(&event));
    assert_eq!(story["state"], "withdrawn", "{story:#}");
    assert_eq!(world.tiktok.received().len(), 1);
}

#[test]
fn sec_gpc_is_an_opt_out_whatever_the_beacon_says() {
    let world = World::new();
    let server = world.serve();
    let body = beacon(None, &[add_to_cart("sh-1")]).to_string();
    let answer = server
        .post_with(&[("Content-Type", "application/json"), ("Sec-GPC", "1")], body.as_bytes());
    assert_eq!((answer.status, &answer.json()["reason"]), (403, &json!("gpc_header")));
    assert_eq!(world.rows(), 0);
    let answer = server
        .post_with(&[("Content-Type", "application/json"), ("Sec-GPC", "0")], body.as_bytes());
    assert_eq!(answer.status, 202);
}

fn contains(bytes: &[u8], text: &str) -> bool {
    bytes.windows(text.len()).any(|window| window == text.as_bytes())
}
