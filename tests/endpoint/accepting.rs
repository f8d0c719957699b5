//! What a good beacon leads to.

use serde_json::json;

use crate::support::beacon::{add_to_cart, anchor, beacon, purchase};
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
