//! The door for Shopify's webhooks: who may come in, and what a stranger leaves behind (a count at most:
//! `operator.rs`).

use serde_json::json;

use crate::support::beacon::{beacon, purchase};
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

fn raw(server: &Server, topic: &str, id: &str, body: &[u8]) -> String {
    let signed = signature(SECRET, body);
    let headers = [
        ("X-Shopify-Topic", topic),
        ("X-Shopify-Shop-Domain", SHOP),
        ("X-Shopify-Webhook-Id", id),
        ("X-Shopify-Hmac-Sha256", &signed),
    ];
    let answer = server.webhook_with(&headers, body);
    assert_eq!(answer.status, 200, "{answer:?}");
    answer.json()["outcome"].as_str().expect("an outcome").to_owned()
}

/// Half an emoji in the note: the field case, and its relatives.
#[test]
fn one_odd_field_costs_that_field_and_the_story_says_which() {
    let world = World::with(
        "webhook_secret_envs = [\"ACME_SHOPIFY_SECRET\"]\n[shops.purchase]\nunconfirmed = \"drop\"",
    );
    let server = world.serve();
    let deep = ["[".repeat(130), "]".repeat(130)].concat();
    let odd: [(&str, &[u8]); 8] = [
        ("note", br#""thanks \ud83d""#),
        ("note", b"\"Stra\xdfe\""),
        ("note", b"\"\0\""),
        ("weight", b"1e999"),
        ("weight", b"12."),
        ("note_attributes", deep.as_bytes()),
        ("email", b"7"),
        ("created_at", b"\"soon\""),
    ];
    for (n, (field, value)) in (1_u64..).zip(odd) {
        let token = format!("t{n}");
        let event = purchase(&token);
        let checkout = event["checkout"].as_str();
        server.post(&beacon(checkout, std::slice::from_ref(&event)).to_string());
        let mut told = order(8000 + n, &token);
        told.as_object_mut().expect("an object").remove(field);
        let told = told.to_string();
        let body =
            [b"{\"", field.as_bytes(), b"\":", value, b",", told.as_bytes().split_at(1).1].concat();
        assert_eq!(raw(&server, "orders/create", &token, &body), "confirmed", "{field}");
        let story = world.end(event["event_id"].as_str().expect("an id"));
        assert_eq!(story["state"], "delivered", "{story:#}");
        let history = story["history"].to_string();
        assert!(history.contains("could not be read") && history.contains(field), "{history}");
    }
    // A body in which nothing is odd says nothing.
    server.webhook("orders/create", "w", &order(9000, "t0"));
    let story = world.why("9000").expect("it is known").to_string();
    assert!(!story.contains("could not be read"), "{story}");
}

#[test]
fn of_an_order_that_cannot_be_read_at_all_its_story_knows() {
    let world = World::with(SETTINGS);
    let server = world.serve();
    let body = order(8101, "t1").to_string();
    assert_eq!(
        raw(&server, "orders/create", "w1", &body.as_bytes()[..body.len() - 20]),
        "unreadable"
    );
    let story = world.why("8101").expect("it is known");
    assert!(
        story["reason"].as_str().is_some_and(|why| why.contains("cannot be read")),
        "{story:#}"
    );
    assert_eq!((&story["state"], &story["event_id"]), (&json!("held"), &json!(null)));
    assert!(story["history"].to_string().contains("orders/create"), "{story:#}");
    // It counts as one that could not be read, and what comes later is read.
    let today = &world.report()["orders"][0];
    assert_eq!((&today["orders"], &today["unread"]), (&json!(1), &json!(1)), "{today:#}");
    assert_eq!(raw(&server, "orders/paid", "w2", body.as_bytes()), "no_consent_on_record");
    let story = world.why("8101").expect("it is known");
    assert_eq!(story["state"], "no_consent_on_record", "{story:#}");
    // The Purchase that names the order tells of it too.
    let mut event = purchase("t2");
    event["properties"]["order_id"] = json!("8102");
    server.post(&beacon(event["checkout"].as_str(), &[event.clone()]).to_string());
    raw(&server, "orders/create", "w3", br#"{"id":8102,"note":"#);
    let story = world.why("8102").expect("it is known");
    assert_eq!(story["event_id"], event["event_id"]);
    assert!(story["history"].to_string().contains("cannot be read"), "{story:#}");
    // Without a number in the body the header's is good for a line.
    let signed = signature(SECRET, b"<html>");
    let headers = [
        ("X-Shopify-Topic", "orders/create"),
        ("X-Shopify-Shop-Domain", SHOP),
        ("X-Shopify-Order-Id", "8103"),
        ("X-Shopify-Hmac-Sha256", &signed),
    ];
    assert_eq!(server.webhook_with(&headers, b"<html>").json()["outcome"], "unreadable");
    assert!(world.why("8103").is_some());
}

#[test]
fn a_slash_behind_the_name_of_the_shop_costs_nothing() {
    let world = World::with(SETTINGS);
    let server = world.serve();
    for shop in ["acme.myshopify.com/", " ACME.myshopify.com// "] {
        let mut delivery = genuine();
        delivery.shop = vec![shop];
        assert_eq!(send(&server, &delivery), 200, "{shop}");
    }
}

#[test]
fn a_demand_is_not_lost_by_an_odd_field() {
    let world = World::administered(SETTINGS);
    let server = world.serve();
    let odd: [&[u8]; 5] = [
        br#"{"shop_domain":"acme.myshopify.com/","customer":{"email":"jane@example.com","phone":1e999},"orders_to_redact":[7]}"#,
        br#"{"shop_domain":"acme.myshopify.com","note":"\ud83d","customer":{"email":"jane@example.com","first_name":"\ude00"}}"#,
        br#"{"shop_domain":7,"customer":{"email":"jane@example.com"},"orders_to_redact":["x",7]}"#,
        b"{\"customer\":{\"email\":\"jane@example.com\",\"city\":\"K\xf6ln\"}}",
        br#"{"shop_domain":"acme.myshopify.com","customer":"nobody","orders_to_redact":7}"#,
    ];
    for (n, body) in odd.into_iter().enumerate() {
        assert_eq!(raw(&server, "customers/redact", &format!("w{n}"), body), "on_record", "{n}");
    }
    // A shop's end is too much to be taken from a body that does not name it.
    assert_eq!(raw(&server, "shop/redact", "s1", br#"{"shop_id":1}"#), "ignored");
    let other = br#"{"shop_domain":"other.myshopify.com","customer":{"email":"jane@example.com"}}"#;
    assert_eq!(raw(&server, "customers/redact", "s2", other), "ignored");
    assert_eq!(raw(&server, "customers/redact", "s3", br#"{"shop_domain":"acme"#), "unreadable");
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
