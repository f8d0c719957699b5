//! A contact is what a reader sees, whatever it is written with: in the browser's event, in the
//! order, and where a customer is named to be forgotten.

use serde_json::{Value, json};

use crate::support::beacon::{anchor, beacon, hash, id};
use crate::support::orders::order;
use crate::support::server::{SHOP, World};

/// What the Events API would get of a checkout.
fn mapped(world: &World, email: Option<&str>, phone: Option<&str>, country: &str) -> Value {
    let event = json!({
        "id": "sh-1", "name": "checkout_completed", "timestamp": "2026-11-29T08:00:00.000Z",
        "context": {"document": {"location": {"href": "https://shop.acme.example/checkouts/cn/x/thank-you"}, "referrer": ""},
            "navigator": {"userAgent": "UA", "language": "en"}},
        "data": {"checkout": {
            "token": "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", "email": email, "phone": null, "currencyCode": "EUR",
            "totalPrice": {"amount": 24, "currencyCode": "EUR"},
            "billingAddress": {"firstName": "Mina", "lastName": "Muster", "countryCode": country, "phone": phone, "city": null, "zip": null},
            "lineItems": [], "order": {"id": "700"},
        }},
    });
    let file = world.dir.path().join("event.json");
    std::fs::write(&file, event.to_string()).expect("a file");
    let output =
        world.run(&["map", "--event", file.to_str().expect("a path"), "--shop", SHOP, "--json"]);
    assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&output.stderr));
    let mapped: Value = serde_json::from_slice(&output.stdout).expect("one JSON document");
    mapped["server"]["user"].clone()
}

#[test]
fn marks_that_nobody_sees_change_no_hash_of_the_browsers_event() {
    let world = World::new();
    // SHA-256 of mina.muster@example.com, and of the two numbers in E.164.
    let mina = "b61f31bc4d73ec4e001baa34c582020101d1409cbac1f12d0813448b71f287c5";
    for email in ["\u{feff}mina.muster@example.com", "\u{200f}mina.muster@example.com"] {
        assert_eq!(mapped(&world, Some(email), None, "DE")["email"], mina, "{email:?}");
    }
    for (phone, country, e164, begins) in [
        ("\u{feff}+4915123456789", "DE", "+4915123456789", "663a4322"),
        ("\u{200e}+49 151 23456789", "DE", "+4915123456789", "663a4322"),
        ("\u{202a}+44 7400 123456\u{202c}", "GB", "+447400123456", "42665f0b"),
        ("\u{2068}07400 123456\u{2069}", "GB", "+447400123456", "42665f0b"),
    ] {
        let user = mapped(&world, None, Some(phone), country);
        assert_eq!(user["phone"], hash(e164), "{phone:?}");
        assert!(user["phone"].as_str().is_some_and(|told| told.starts_with(begins)), "{phone:?}");
    }
}

#[test]
fn an_orders_contacts_hash_as_they_look_and_whoever_asks_in_any_spelling_is_forgotten() {
    for named in [
        &["--email", "mina.muster@example.com"][..],
        &["--email", "\u{200f}ＭＩＮＡ.Muster＠example。com\u{a0}"],
        &["--phone", "\u{202a}+49 151 23456789\u{202c}"],
        &["--phone", "٠١٥١ ٢٣٤٥٦٧٨٩", "--country", "\u{200e}de"],
        &["--phone", "0151/234567‑89 ext. 4", "--country", "DE"],
        &["--order", "\u{2068}7\u{2069}"],
    ] {
        let world = World::administered("webhook_secret_envs = [\"ACME_SHOPIFY_SECRET\"]");
        let server = world.serve();
        let mut receipt = beacon(Some(&anchor("t1")), &[]);
        receipt["user"] = json!({"external_id": hash("visitor")});
        assert_eq!(server.post(&receipt.to_string()).status, 202);
        let mut odd = order(7, "t1");
        odd["email"] = "\u{feff}Mina.Muster\u{200b}＠example.com".into();
        odd["billing_address"]["phone"] = "\u{202d}0151\u{a0}２３４５６７‑89\u{202c}".into();
        odd["billing_address"]["country_code"] = "DE".into();
        odd["billing_address"]["last_name"] = "Mus\u{ad}ter\u{200e}".into();
        assert_eq!(server.webhook("orders/create", "w1", &odd), "recovered");
        assert_eq!(world.end(&id("Purchase", &anchor("t1")))["state"], "delivered");
        let body = &world.tiktok.received()[0].body;
        let sent: Value = serde_json::from_str(body).expect("JSON");
        let user = &sent["data"][0]["user"];
        assert_eq!(user["email"], hash("mina.muster@example.com"));
        assert_eq!(user["phone"], hash("+4915123456789"));
        assert_eq!(user["last_name"], hash("muster"));
        let forgotten = world.run(&[&["forget", "--shop", SHOP, "--json"], named].concat());
        let said = String::from_utf8_lossy(&forgotten.stderr);
        assert_eq!(forgotten.status.code(), Some(0), "{named:?}: {said}");
    }
}
