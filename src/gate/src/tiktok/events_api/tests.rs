use serde_json::{Value, json};

use super::*;
use crate::consent::{Cmp, Evidence, Meanwhile, Policy};

/// A grant is only to be had from evidence that grants.
fn grant() -> Grant {
    let evidence: Evidence = serde_json::from_value(json!({"decision": "granted", "rule": "shopify_only",
        "basis": "permission", "evaluated_at": 1_763_800_000, "gpc": false,
        "shopify": {"marketing": true, "sale_of_data": true, "analytics": null, "preferences": null}}))
    .unwrap();
    evidence
        .reconsider(Policy {
            cmp: Cmp::Shopify,
            undecided: Meanwhile::Hold,
            missing: Meanwhile::Hold,
        })
        .expect("Shopify's yes")
}

fn complete() -> WireEvent {
    serde_json::from_value(json!({"name": "Purchase", "event_id": "1163b6cc081573da020c41e1cba14d48",
        "event_time": 1_763_800_000, "shopify_event_id": "sh-1", "checkout": "d".repeat(64), "browser": "fired",
        "page": {"url": "https://shop.acme.example/checkouts/cn/thank-you", "referrer": "https://shop.acme.example/cart"},
        "user": {"email": "a".repeat(64), "phone": "b".repeat(64), "external_id": "c".repeat(64), "first_name": "d".repeat(64),
            "last_name": "e".repeat(64), "zip_code": "f".repeat(64), "city": "newyork", "state": "ny", "country": "us",
            "ttclid": "E.C.P.AbC_-9", "ttp": "ttp-1", "locale": "en-GB", "user_agent": "Mozilla/5.0"},
        "properties": {"currency": "EUR", "value": 81.91, "content_type": "product", "num_items": 3, "order_id": "6807581753559",
            "search_string": "mug", "description": "Mug",
            "contents": [{"content_id": "43819255202007", "content_name": "Mug", "quantity": 2, "price": 15.25}]}}))
    .unwrap()
}

/// Written by hand from docs/facts/tiktok.md#the-request (the envelope),
/// docs/facts/tiktok.md#match-keys (`user` with hashes and raw ids) and
/// docs/facts/tiktok.md#properties.
#[test]
fn a_complete_event_has_the_documented_shape_and_no_other_field() {
    let (event, grant) = (complete(), grant());
    let element = Element::new(&grant, &event, Some("203.0.113.7"));
    let request = Request::new("C4EXAMPLE0000000000", Some("TEST123"), vec![element]);
    let expected = json!({
        "event_source": "web",
        "event_source_id": "C4EXAMPLE0000000000",
        "test_event_code": "TEST123",
        "data": [{
            "event": "Purchase",
            "event_time": 1_763_800_000,
            "event_id": "1163b6cc081573da020c41e1cba14d48",
            "user": {
                "email": "a".repeat(64), "phone": "b".repeat(64), "external_id": "c".repeat(64),
                "first_name": "d".repeat(64), "last_name": "e".repeat(64), "zip_code": "f".repeat(64),
                "city": "newyork", "state": "ny", "country": "us",
                "ttclid": "E.C.P.AbC_-9", "ttp": "ttp-1", "locale": "en-GB",
                "ip": "203.0.113.7", "user_agent": "Mozilla/5.0",
            },
            "properties": {
                "currency": "EUR", "value": 81.91, "content_type": "product", "num_items": 3,
                "order_id": "6807581753559", "search_string": "mug", "description": "Mug",
                "contents": [{"content_id": "43819255202007", "content_name": "Mug", "quantity": 2, "price": 15.25}],
            },
            "page": {"url": "https://shop.acme.example/checkouts/cn/thank-you", "referrer": "https://shop.acme.example/cart"},
        }],
    });
    assert_eq!(serde_json::to_value(&request).unwrap(), expected);
}

#[test]
fn what_is_empty_is_left_out() {
    let grant = grant();
    let bare: WireEvent =
        serde_json::from_value(json!({"name": "AddToCart", "event_id": "795c1d4692b452189ebc29e0b9d8572a",
        "event_time": 1_763_800_000, "browser": "skipped", "page": {"url": "https://shop.acme.example/"}}))
        .unwrap();
    let request =
        Request::new("C4EXAMPLE0000000000", None, vec![Element::new(&grant, &bare, None)]);
    let expected = json!({"event_source": "web", "event_source_id": "C4EXAMPLE0000000000", "data": [{
        "event": "AddToCart", "event_time": 1_763_800_000, "event_id": "795c1d4692b452189ebc29e0b9d8572a",
        "user": {}, "properties": {}, "page": {"url": "https://shop.acme.example/"}}]});
    assert_eq!(serde_json::to_value(&request).unwrap(), expected);
    let check: Value =
        serde_json::to_value(Request::new("C4EXAMPLE0000000000", None, vec![])).unwrap();
    assert_eq!(check["data"], json!([]), "a check of the token counts nothing");
}

#[test]
fn neither_address_nor_person_is_printable() {
    let (event, grant) = (complete(), grant());
    let text = format!("{:?} {event:?}", Element::new(&grant, &event, Some("203.0.113.7")));
    for personal in ["203.0.113.7", "newyork", "E.C.P.AbC_-9", "Mozilla", &"a".repeat(64)] {
        assert!(!text.contains(personal), "{personal} in {text}");
    }
}
