//! The door for Shopify's webhooks: who may come in, and what a stranger leaves behind (a count at most:
//! `operator.rs`).

use serde_json::json;

use crate::support::orders::{SECRET, order, signature};
use crate::support::server::{SHOP, Server, World};
use crate::support::until;

const SETTINGS: &str = "webhook_secret_envs = [\"ACME_SHOPIFY_SECRET\"]";

struct Delivery {
    shop: Vec<&'static str>,
    signatures: Vec<String>,
    body: Vec<u8>,
}

/// As Shopify would send it.
fn genuine() -> Delivery {
    let body = order(1, "t1").to_string().into_bytes();
    Delivery { shop: vec![SHOP], signatures: vec![signature(SECRET, &body)], body }
}

fn send(server: &Server, delivery: &Delivery) -> u16 {
    let shops = delivery.shop.iter().map(|shop| ("X-Shopify-Shop-Domain", *shop));
    let signatures =
        delivery.signatures.iter().map(|signed| ("X-Shopify-Hmac-Sha256", signed.as_str()));
    let headers: Vec<_> =
        shops.chain(signatures).chain([("X-Shopify-Topic", "orders/create")]).collect();
    server.webhook_with(&headers, &delivery.body).status
}

#[test]
fn what_shopify_has_not_signed_is_refused_and_leaves_nothing() {
    let world = World::with(SETTINGS);
    let server = world.serve();
    let with = |change: &dyn Fn(&mut Delivery)| {
        let mut delivery = genuine();
        change(&mut delivery);
        delivery
    };
    let cases: [(&str, Delivery, u16); 14] = [
        ("another secret", with(&|d| d.signatures = vec![signature("shpss-other", &d.body)]), 401),
        ("an altered byte", with(&|d| d.body[20] ^= 1), 401),
        ("a byte too few", with(&|d| d.body.truncate(d.body.len() - 1)), 401),
        ("a byte too many", with(&|d| d.body.push(b' ')), 401),
        ("a shop that is not here", with(&|d| d.shop = vec!["other.myshopify.com"]), 401),
        ("no shop", with(&|d| d.shop.clear()), 401),
        ("two shops", with(&|d| d.shop.push("other.myshopify.com")), 401),
        ("no signature", with(&|d| d.signatures.clear()), 401),
        ("an empty signature", with(&|d| d.signatures = vec![String::new()]), 401),
        ("half a signature", with(&|d| d.signatures[0].truncate(20)), 401),
        ("no base64", with(&|d| d.signatures = vec!["not base64!".to_owned()]), 401),
        (
            "two signatures, one of them right",
            with(&|d| d.signatures.push(signature("x", &d.body))),
            401,
        ),
        (
            "an empty body, rightly signed",
            with(&|d| (d.body, d.signatures) = (vec![], vec![signature(SECRET, b"")])),
            401,
        ),
        (
            "ten megabytes, rightly signed",
            with(&|d| {
                d.body = vec![b' '; 10 * 1024 * 1024];
                d.signatures = vec![signature(SECRET, &d.body)];
            }),
            413,
        ),
    ];
    for (what, delivery, expected) in cases {
        assert_eq!(send(&server, &delivery), expected, "{what}");
        assert_eq!(world.rows(), 0, "{what} left something");
    }
    assert_eq!(send(&server, &genuine()), 200);
    assert!(world.rows() > 0);
}

#[test]
fn a_shop_without_a_secret_takes_no_webhook_however_it_is_signed() {
    let world = World::new();
    let server = world.serve();
    let mut delivery = genuine();
    for secret in ["", SECRET] {
        delivery.signatures = vec![signature(secret, &delivery.body)];
        assert_eq!(send(&server, &delivery), 401);
    }
}

#[test]
fn while_secrets_rotate_each_is_good_and_headers_may_come_without_their_x() {
    let world =
        World::with("webhook_secret_envs = [\"ACME_SHOPIFY_SECRET\", \"ACME_TIKTOK_TOKEN\"]");
    let server = world.serve();
    for secret in [SECRET, crate::support::server::TOKEN] {
        let mut delivery = genuine();
        delivery.signatures = vec![signature(secret, &delivery.body)];
        assert_eq!(send(&server, &delivery), 200);
    }
    let body = order(2, "t2").to_string();
    let signed = signature(SECRET, body.as_bytes());
    let newer = [
        ("Shopify-Topic", "orders/create"),
        ("Shopify-Shop-Domain", SHOP),
        ("Shopify-Hmac-Sha256", &signed),
    ];
    assert_eq!(server.webhook_with(&newer, body.as_bytes()).status, 200);
    // Both names at once are two values.
    let both = [newer[0], newer[1], newer[2], ("X-Shopify-Hmac-Sha256", &signed)];
    assert_eq!(server.webhook_with(&both, body.as_bytes()).status, 401);
}

#[test]
fn what_is_signed_and_of_no_use_is_answered_so_that_shopify_does_not_give_up() {
    let world = World::with(SETTINGS);
    let server = world.serve();
    assert_eq!(server.webhook("products/update", "w1", &json!({"id": 1})), "ignored");
    assert_eq!(server.webhook("orders/create", "w2", &json!({"id": "none"})), "unreadable");
    assert_eq!(server.webhook("refunds/create", "w3", &json!({"id": 5})), "unreadable");
    assert_eq!(server.webhook("orders/create", "w4", &json!([])), "unreadable");
    until("it is logged", || {
        server.log().contains("a signed webhook cannot be read").then_some(())
    });
    assert_eq!(world.rows(), 0);
    let get =
        crate::support::http::request(&server.address, "GET", "/v1/webhooks/shopify", &[], b"")
            .expect("an answer");
    assert_eq!(get.status, 405);
}

#[test]
fn one_delivery_is_done_once_and_both_topics_are_one_purchase() {
    let world = World::with(SETTINGS);
    let server = world.serve();
    assert_eq!(server.webhook("orders/create", "w1", &order(1, "t1")), "no_consent_on_record");
    assert_eq!(server.webhook("orders/create", "w1", &order(1, "t1")), "duplicate");
    assert_eq!(server.webhook("orders/paid", "w2", &order(1, "t1")), "no_consent_on_record");
    let report = world.report();
    assert_eq!(report["orders"][0]["orders"], 1, "{report:#}");
}

#[test]
fn the_registrations_it_prints_are_those_it_takes() {
    let world = World::with(SETTINGS);
    let told: serde_json::Value =
        serde_json::from_str(&world.text(&["webhooks", "--json"])).expect("one JSON document");
    assert_eq!(told["address"], "https://events.example.com/v1/webhooks/shopify");
    let text = world.text(&["webhooks"]);
    let begin = text.find("[webhooks]").expect("the app's part");
    let end = begin + text[begin..].find("\n\nPut the secret").expect("what follows");
    let app: toml::Value = toml::from_str(&text[begin..end]).expect("it is TOML");
    let subscriptions = app["webhooks"]["subscriptions"].as_array().expect("a list");
    let topics = |of: usize, key: &str| -> Vec<String> {
        let list = subscriptions[of][key].as_array().expect("topics").iter();
        list.map(|topic| topic.as_str().expect("text").to_owned()).collect()
    };
    assert_eq!(
        topics(0, "topics"),
        ["orders/create", "orders/paid", "orders/cancelled", "refunds/create"]
    );
    assert_eq!(
        topics(1, "compliance_topics"),
        ["customers/data_request", "customers/redact", "shop/redact"]
    );
    let server = world.serve();
    for topic in topics(0, "topics") {
        let body = if topic == "refunds/create" { json!({"order_id": 1}) } else { order(1, "t1") };
        assert!(
            !["ignored", "unreadable"].contains(&server.webhook(&topic, &topic, &body).as_str()),
            "{topic}"
        );
    }
}
