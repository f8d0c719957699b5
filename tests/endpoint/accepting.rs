//! What a good beacon leads to.

use serde_json::json;

use crate::support::beacon::{add_to_cart, anchor, beacon, hash, id, now, purchase};
use crate::support::orders::{order, rfc3339};
use crate::support::server::{SHOP, World};
use crate::support::until;

/// Token and id of docs/contract.md#ids.
const CHECKOUT_TOKEN: &str = "3f9a1c0b7d2e4f60a1b2c3d4e5f60718";
const PURCHASE_ID: &str = "1163b6cc081573da020c41e1cba14d48";

#[test]
fn a_granted_purchase_arrives_at_tiktok_once_under_its_id() {
    let world = World::new();
    let server = world.serve();
    let body = beacon(Some(&anchor(CHECKOUT_TOKEN)), &[purchase(CHECKOUT_TOKEN)]).to_string();

    let answer = server.post(&body);
    assert_eq!(
        (answer.status, answer.json()),
        (202, json!({"accepted": 1, "duplicate": 0, "refused": []}))
    );
    let story = world.end(PURCHASE_ID);
    assert_eq!(story["state"], "delivered", "{story:#}");
    assert_eq!(
        (&story["shop"], &story["event"], &story["tiktok"]["code"]),
        (&json!(SHOP), &json!("Purchase"), &json!(0))
    );

    let again = server.post(&body);
    assert_eq!(again.json(), json!({"accepted": 0, "duplicate": 1, "refused": []}));
    let counted = world.tiktok.counted();
    assert_eq!(counted.len(), 1);
    assert_eq!(world.tiktok.received().len(), 1, "a duplicate is not sent");
    assert_eq!(world.tiktok.violations(), Vec::<String>::new());
    assert_eq!(server.stop(), Some(0));
}

#[test]
fn a_beacon_may_have_64_kib_and_not_a_byte_more() {
    let world = World::new();
    let server = world.serve();
    let mut body = beacon(None, &[add_to_cart("sh-1")]);
    body["padding"] = json!("");
    body["padding"] = json!("x".repeat(65_536 - body.to_string().len()));
    let mut body = body.to_string();
    assert_eq!(body.len(), 65_536);
    assert_eq!(server.post(&body).status, 202);
    body.push(' ');
    assert_eq!(server.post(&body).status, 413);
}

#[test]
fn the_answer_can_be_read_from_the_null_origin_of_the_sandbox() {
    let world = World::new();
    let server = world.serve();
    for answer in [server.post(&beacon(None, &[add_to_cart("sh-1")]).to_string()), server.post("{")]
    {
        assert_eq!(answer.header("access-control-allow-origin"), Some("*"));
        assert_eq!(answer.header("access-control-expose-headers"), Some("Retry-After"));
        assert_eq!(answer.header("access-control-allow-credentials"), None);
    }
    until("it is delivered", || (world.tiktok.counted().len() == 1).then_some(()));
}

/// The device's clock is ahead by less than the minute that is not corrected; and the shop's, by the
/// hour, for an order that is recovered.
#[test]
fn tiktok_is_told_of_nothing_as_of_later_than_now() {
    let world = World::with("webhook_secret_envs = [\"ACME_SHOPIFY_SECRET\"]");
    let server = world.serve();
    let mut added = add_to_cart("sh-1");
    added["event_time"] = json!(now() + 50);
    assert_eq!(server.post(&beacon(None, &[added.clone()]).to_string()).status, 202);
    let mut alone = beacon(Some(&anchor("t1")), &[]);
    alone["user"] = json!({"external_id": hash("visitor"), "ttclid": "E.C.P.click", "user_agent": "Mozilla/5.0 (test)"});
    assert_eq!(server.post(&alone.to_string()).status, 202);
    let mut early = order(7, "t1");
    early["created_at"] = json!(rfc3339(now() + 3600));
    assert_eq!(server.webhook("orders/create", "w1", &early), "recovered");
    for event_id in [added["event_id"].as_str().expect("an id"), &id("Purchase", &anchor("t1"))] {
        assert_eq!(world.end(event_id)["state"], "delivered");
    }
    let later = now();
    for request in world.tiktok.received() {
        let body: serde_json::Value = serde_json::from_str(&request.body).expect("JSON");
        for event in body["data"].as_array().expect("events") {
            assert!(event["event_time"].as_i64() <= Some(later), "{later}: {event:#}");
        }
    }
}

/// A macro that nobody replaced: in an older module's receipt, in its event, and where the order's
/// session began.
#[test]
fn a_macro_is_no_click_whoever_tells_of_it() {
    let world = World::with(
        "webhook_secret_envs = [\"ACME_SHOPIFY_SECRET\"]\n[shops.purchase]\nconfirm = \"beacon\"",
    );
    let server = world.serve();
    let told = [
        ("t1", "__CLICKID__", "/?ttclid=__CLICKID__&ttclid=E.C.P.real", Some("E.C.P.real")),
        ("t2", "__CLICKID__", "/?ttclid=%5F%5FCLICKID%5F%5F", None),
        ("t3", "E.C.P.click", "/?ttclid=__CLICKID__", Some("E.C.P.click")),
    ];
    for (n, (token, seen, landing, click)) in told.into_iter().enumerate() {
        let mut alone = beacon(Some(&anchor(token)), &[]);
        alone["user"] = json!({"external_id": hash("visitor"), "ttclid": seen, "user_agent": "Mozilla/5.0 (test)"});
        assert_eq!(server.post(&alone.to_string()).status, 202);
        let number = u64::try_from(n).expect("a few") + 7;
        let mut placed = order(number, token);
        placed["landing_site"] = json!(landing);
        assert_eq!(server.webhook("orders/create", &format!("w{n}"), &placed), "recovered");
        assert_eq!(world.end(&id("Purchase", &anchor(token)))["state"], "delivered");
        let received = world.tiktok.received();
        let last = &received.last().expect("it arrived").body;
        let body: serde_json::Value = serde_json::from_str(last).expect("JSON");
        assert_eq!(body["data"][0]["user"]["ttclid"].as_str(), click, "{token}");
    }
    let mut event = purchase("t4");
    event["user"]["ttclid"] = json!("__CLICKID__");
    assert_eq!(server.post(&beacon(Some(&anchor("t4")), &[event]).to_string()).status, 202);
    assert_eq!(world.end(&id("Purchase", &anchor("t4")))["state"], "delivered");
    assert!(world.tiktok.received().iter().all(|request| !request.body.contains("__CLICKID__")));
}
