//! Beacons as docs/contract.md#the-beacon shows them.

use std::time::{SystemTime, UNIX_EPOCH};

use assent_gate::hex::EventId;
use assent_gate::ids;
use assent_gate::settings::ShopDomain;
use serde_json::{Value, json};

use super::server::SHOP;

pub(crate) fn now() -> i64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).expect("after 1970");
    i64::try_from(since.as_secs()).expect("not for long")
}

pub(crate) fn anchor(token: &str) -> String {
    ids::checkout_anchor(&shop(), token).as_str().to_owned()
}

pub(crate) fn id(name: &str, anchor: &str) -> String {
    let id: EventId = ids::event_id(&shop(), name, anchor);
    id.as_str().to_owned()
}

fn shop() -> ShopDomain {
    SHOP.parse().expect("a shop")
}

pub(crate) fn hash(text: &str) -> String {
    assent_gate::hex::Digest::of(text.as_bytes()).as_str().to_owned()
}

/// A granted beacon with these events, evaluated now.
pub(crate) fn beacon(checkout: Option<&str>, events: &[Value]) -> Value {
    json!({
        "v": 1, "shop": SHOP, "sent_at": now(), "client": {"version": env!("CARGO_PKG_VERSION"), "kind": "custom", "settings": null},
        "consent": {
            "decision": "granted", "rule": "shopify_only", "basis": "permission", "evaluated_at": now(), "gpc": false,
            "shopify": {"marketing": true, "sale_of_data": true, "analytics": true, "preferences": true}, "records": [],
        },
        "checkout": checkout, "cart": null, "events": events,
    })
}

/// The Purchase of the checkout with this token.
pub(crate) fn purchase(token: &str) -> Value {
    let checkout = anchor(token);
    json!({
        "name": "Purchase", "event_id": id("Purchase", &checkout), "event_time": now(),
        "shopify_event_id": format!("sh-{token}"), "checkout": checkout, "browser": "skipped",
        "page": {"url": "https://shop.acme.example/checkouts/", "referrer": "https://shop.acme.example/cart"},
        "user": {
            "email": hash("jane@example.com"), "phone": hash("+12133734253"), "external_id": hash("visitor"),
            "country": "us", "ttclid": "E.C.P.click", "user_agent": "Mozilla/5.0 (test)",
        },
        "properties": {
            "currency": "EUR", "value": 81.91, "content_type": "product", "num_items": 1, "order_id": "450789469",
            "contents": [{"content_id": "43729076", "content_name": "Ribbon", "quantity": 1, "price": 15.25}],
        },
    })
}

/// An AddToCart named after Shopify's event id.
pub(crate) fn add_to_cart(shopify_id: &str) -> Value {
    json!({
        "name": "AddToCart", "event_id": id("AddToCart", shopify_id), "event_time": now(),
        "shopify_event_id": shopify_id, "checkout": null, "browser": "skipped",
        "page": {"url": "https://shop.acme.example/products/ribbon"},
        "user": {"external_id": hash("visitor"), "user_agent": "Mozilla/5.0 (test)"},
        "properties": {"content_type": "product", "contents": [{"content_id": "43729076", "quantity": 1}]},
    })
}

pub(crate) fn withdrawal(at: i64, checkouts: &[&str], visitor: Option<&str>) -> Value {
    json!({
        "v": 1, "shop": SHOP, "sent_at": now(), "client": {"version": env!("CARGO_PKG_VERSION"), "kind": "custom"},
        "withdraw": {"at": at, "checkouts": checkouts, "carts": [], "external_id": visitor},
    })
}
