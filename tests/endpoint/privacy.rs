//! What must not be written cannot be found: the bytes of store and log are searched.

use serde_json::json;

use crate::support::beacon::{add_to_cart, anchor, beacon, hash, purchase};
use crate::support::server::{TOKEN, World};

const CHECKOUT_TOKEN: &str = "3f9a1c0b7d2e4f60a1b2c3d4e5f60718";

#[test]
fn nothing_personal_outlives_delivery_and_no_secret_is_ever_written() {
    let world = World::with(
        "webhook_secret_envs = [\"ACME_SHOPIFY_SECRET\"]\n[shops.purchase]\nconfirm = \"beacon\"",
    );
    let server = world.serve();
    let event = purchase(CHECKOUT_TOKEN);
    let body = beacon(Some(&anchor(CHECKOUT_TOKEN)), std::slice::from_ref(&event)).to_string();
    let headers = [
        ("Content-Type", "text/plain"),
        ("X-Forwarded-For", "203.0.113.77"),
        ("User-Agent", "Header/1.0"),
    ];
    assert_eq!(server.post_with(&headers, body.as_bytes()).status, 202);
    assert_eq!(world.end(event["event_id"].as_str().expect("an id"))["state"], "delivered");
    assert_eq!(server.post("{\"shop\":\"jane@example.com\"}").status, 400);

    let sent = world.tiktok.received()[0].body.clone();
    let user =
        serde_json::from_str::<serde_json::Value>(&sent).expect("JSON")["data"][0]["user"].clone();
    assert_eq!(user["ip"], "203.0.113.77");
    assert_eq!(
        user["user_agent"], "Mozilla/5.0 (test)",
        "the beacon's own goes before the header's"
    );
    assert_eq!(user["email"], json!(hash("jane@example.com")));
    assert!(!sent.contains(CHECKOUT_TOKEN));

    let log = server.log();
    assert_eq!(server.stop(), Some(0));
    let mut places = vec![("the log", log.into_bytes())];
    places.push(("the store", world.store_bytes()));
    let secrets = [TOKEN, "shpss-5ecret", CHECKOUT_TOKEN, "jane@example.com"].map(str::to_owned);
    let personal = [
        "203.0.113.77".to_owned(),
        "Mozilla/5.0 (test)".into(),
        "E.C.P.click".into(),
        hash("jane@example.com"),
    ];
    for (place, bytes) in &places {
        for value in secrets.iter().chain(&personal).chain(&[hash("+12133734253"), hash("visitor")])
        {
            assert!(
                !bytes.windows(value.len()).any(|window| window == value.as_bytes()),
                "{value} is in {place}"
            );
        }
    }
}

/// Its context waits for an order, up to 48 hours: what the browser should have cleaned is cleaned
/// before it is written.
#[test]
fn a_receipt_alone_is_cleaned_before_it_is_written() {
    let world = World::with("webhook_secret_envs = [\"ACME_SHOPIFY_SECRET\"]");
    let server = world.serve();
    let mut body = beacon(Some(&anchor(CHECKOUT_TOKEN)), &[]);
    body["user"] = json!({"external_id": hash("visitor"), "ttclid": "E.C.P.click"});
    let older = {
        let mut body = body.clone();
        body["checkout"] = json!(anchor("older"));
        body["user"] = json!({"external_id": hash("visitor"), "ttclid": "__CLICKID__"});
        body["page"] = json!({"url": "https://shop.acme.example/gift_cards/1/65e1f0a9c3b7d842?utm_term=jane%40example.com"});
        body
    };
    assert_eq!(server.post(&older.to_string()).status, 202, "an older module's");
    body["page"] = json!({
        "url": format!("https://shop.acme.example/checkouts/cn/{CHECKOUT_TOKEN}?email=jane@example.com&utm_source=t#x"),
        "referrer": "https://search.example/?q=jane@example.com",
    });
    let headers = [("Content-Type", "text/plain"), ("User-Agent", "Header/1.0")];
    assert_eq!(server.post_with(&headers, body.to_string().as_bytes()).status, 202);
    let written = |world: &World, text: &str| {
        world.store_bytes().windows(text.len()).any(|window| window == text.as_bytes())
    };
    for kept in [
        "https://shop.acme.example/checkouts/cn?utm_source=t",
        "https://search.example/",
        "E.C.P.click",
    ] {
        assert!(written(&world, kept), "{kept} is missing");
    }
    assert!(
        written(&world, "Header/1.0"),
        "in the strict worker only the request has a user agent"
    );
    for never in [CHECKOUT_TOKEN, "jane@example.com", "jane%40", "65e1f0a9c3b7d842", "__CLICKID__"]
    {
        assert!(!written(&world, never), "{never} is in the store");
    }
    // What is no real one does not come in at all.
    let rows = world.rows();
    for (at, value) in
        [("user", json!({"ttclid": "x".repeat(50_000)})), ("page", json!({"url": "data:,jane"}))]
    {
        let mut body = body.clone();
        body["checkout"] = json!(anchor("another"));
        body[at] = value;
        let answer = server.post(&body.to_string());
        assert_eq!((answer.status, &answer.json()["reason"]), (422, &json!("bad_event")), "{at}");
    }
    assert_eq!(world.rows(), rows);
}

/// TikTok wants the shopper's address: better none than the proxy's, or one of the shop's own
/// network.
#[test]
fn only_the_own_address_of_a_shopper_arrives() {
    let world = World::new();
    let server = world.serve();
    for (n, (forwarded, expected)) in [
        (None, None), // the proxy says nothing: what is left is its own address
        (Some("203.0.113.77"), Some("203.0.113.77")),
        (Some("203.0.113.77, 172.17.0.1"), None),
        (Some("198.51.100.1 \u{ff}, 203.0.113.77"), Some("203.0.113.77")),
        (Some("2001:db8::77"), Some("2001:db8::77")),
    ]
    .into_iter()
    .enumerate()
    {
        let event = add_to_cart(&format!("sh-{n}"));
        let body = beacon(None, std::slice::from_ref(&event)).to_string();
        let mut headers = vec![("Content-Type", "text/plain")];
        headers.extend(forwarded.map(|hops| ("X-Forwarded-For", hops)));
        assert_eq!(server.post_with(&headers, body.as_bytes()).status, 202);
        assert_eq!(world.end(event["event_id"].as_str().expect("an id"))["state"], "delivered");
        let sent: serde_json::Value =
            serde_json::from_str(&world.tiktok.received()[n].body).expect("JSON");
        assert_eq!(sent["data"][0]["user"]["ip"].as_str(), expected, "{forwarded:?}");
    }
}

#[test]
fn the_user_agent_of_the_request_stands_in_where_the_beacon_has_none() {
    let world = World::new();
    let server = world.serve();
    let mut event = add_to_cart("sh-1");
    event["user"] = json!({});
    let body = beacon(None, std::slice::from_ref(&event)).to_string();
    assert_eq!(
        server
            .post_with(
                &[("Content-Type", "text/plain"), ("User-Agent", "Header/1.0")],
                body.as_bytes()
            )
            .status,
        202
    );
    world.end(event["event_id"].as_str().expect("an id"));
    let sent: serde_json::Value =
        serde_json::from_str(&world.tiktok.received()[0].body).expect("JSON");
    assert_eq!(sent["data"][0]["user"]["user_agent"], "Header/1.0");
}
