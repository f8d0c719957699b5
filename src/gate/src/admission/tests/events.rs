//! One event of a beacon: its id, its time, its fields.

use super::*;
use crate::text::Text;

#[test]
fn an_id_is_the_one_its_anchor_gives() {
    assert_eq!(refused(&[]), None);
    let id = |text: &str| ("/event_id", json!(text));
    let none = |name| (name, Value::Null);
    let cart = ("/name", json!("AddToCart"));
    assert_eq!(refused(&[id(ADD_TO_CART)]), Some(Refusal::IdMismatch), "another event's");
    assert_eq!(
        refused(&[none("/checkout")]),
        Some(Refusal::IdMismatch),
        "the checkout's, without the checkout"
    );
    assert_eq!(
        refused(&[("/checkout", json!("0".repeat(64)))]),
        Some(Refusal::IdMismatch),
        "another checkout's"
    );
    assert_eq!(
        refused(&[cart.clone(), none("/checkout"), id(ADD_TO_CART)]),
        None,
        "by Shopify's event.id"
    );
    assert_eq!(
        refused(&[cart.clone(), none("/checkout"), id(PURCHASE)]),
        Some(Refusal::IdMismatch)
    );

    let random =
        [none("/checkout"), none("/shopify_event_id"), id("00112233445566778899aabbccddeeff")];
    assert_eq!(refused(&random), Some(Refusal::IdMismatch), "never for a Purchase");
    assert_eq!(
        refused(&[&random[..], std::slice::from_ref(&cart)].concat()),
        None,
        "it has no anchor to check"
    );
    let empty = [
        none("/checkout"),
        ("/shopify_event_id", json!("")),
        id("00112233445566778899aabbccddeeff"),
    ];
    assert_eq!(refused(&empty), Some(Refusal::IdMismatch), "an empty one is none");
    assert_eq!(
        refused(&[&empty[..], &[cart]].concat()),
        Some(Refusal::BadEvent),
        "nor is it written empty"
    );
}

/// Times as the contract says them: corrected by `received - sent_at` beyond a minute, never to
/// later than now, whatever the device says.
#[test]
fn the_time_of_an_event_is_corrected_by_the_difference_of_the_clocks() {
    let of = |event_time: i64, sent_at: i64, received: i64| {
        let event = with(purchase(), &[("/event_time", json!(NOW.0 + event_time))]);
        decided(event, &settings(), NOW.0 + sent_at, NOW.0 + received)
            .map(|event| event.event_time.0 - NOW.0)
    };
    let week = 7 * DAY;
    for (event_time, sent_at, received, expected) in [
        (-10, 0, 0, Ok(-10)),
        (-10, 0, 60, Ok(-10)),            // as far as clocks may differ
        (-10, 0, 61, Ok(51)),             // the device is behind
        (-10, 0, -61, Ok(-71)),           // the device is ahead
        (-HOUR, 0, -HOUR, Ok(-2 * HOUR)), // by an hour
        (30, 0, HOUR, Ok(HOUR)),          // never later than now
        (1, 0, 0, Ok(0)),
        (50, 0, 0, Ok(0)),
        (60, 0, 0, Ok(0)),
        (60, 0, 60, Ok(60)),
        (50, 0, -30, Err(Refusal::InTheFuture)), // the clocks are near enough, the event is not
        (50, 0, 30, Ok(30)),
        (61, 0, 0, Err(Refusal::InTheFuture)),
        (HOUR, 0, 0, Err(Refusal::InTheFuture)),
        (-week, 0, 0, Ok(-week)),
        (-week - 1, 0, 0, Err(Refusal::TooOld)),
        (-week, 0, -HOUR, Ok(-week - HOUR)), // the same age by the device's own clock
        (-week - 1, 0, HOUR, Err(Refusal::TooOld)),
    ] {
        assert_eq!(
            of(event_time, sent_at, received),
            expected,
            "{event_time} {sent_at} {received}"
        );
    }
    for extreme in [i64::MIN + NOW.0, i64::MAX / 2] {
        let event = with(purchase(), &[("/event_time", json!(extreme))]);
        assert!(decided(event, &settings(), NOW.0, NOW.0).is_err(), "a stranger's number");
    }
}

#[test]
fn what_looks_raw_or_is_no_amount_is_refused() {
    for (pointer, value) in [
        ("/user/city", json!("Bad Tölz")),
        ("/user/city", json!("jane@example.com")),
        ("/user/city", json!("")),
        ("/user/state", json!("BY")),
        ("/user/state", json!("new-york")),
        ("/user/country", json!("DE")),
        ("/user/country", json!("germany")),
        ("/user/ttclid", json!("")),
        ("/user/ttclid", json!("x".repeat(2049))),
        ("/user/user_agent", json!("x".repeat(1025))),
        ("/user/locale", json!("x".repeat(65))),
        ("/properties/currency", json!("eur")),
        ("/properties/currency", json!("XOF")),
        ("/properties/value", json!(-0.01)),
        ("/properties/contents", json!([{"price": -1.0}])),
        ("/user/ttp", json!("x".repeat(257))),
        ("/properties/search_string", json!("mug for jane@example.com")),
        ("/properties/search_string", json!("0151 2345678")),
        ("/properties/search_string", json!("jane＠example．com")),
        ("/properties/search_string", json!("jane%40example.com")),
        ("/properties/search_string", json!("mug for jane＠example.com")),
        ("/properties/search_string", json!("\u{202a}٠١٥١\u{a0}٢٣٤٥٦٧٨\u{202c}")),
        ("/properties/search_string", json!("0151\u{200b}234\u{2011}56")),
        ("/properties/search_string", json!("x".repeat(513))),
        ("/properties/description", json!("x".repeat(513))),
        ("/properties/order_id", json!("1".repeat(65))),
        ("/page/url", json!(format!("https://shop.acme.example/{}", "x".repeat(4096)))),
        ("/page/referrer", json!(format!("https://shop.acme.example/{}", "x".repeat(4096)))),
        ("/page/url", json!("")),
        ("/page/url", json!("javascript:alert(1)")),
        ("/page/url", json!("/checkouts/cn/x")),
    ] {
        assert_eq!(
            refused(&[(pointer, value.clone())]),
            Some(Refusal::BadEvent),
            "{pointer} {value}"
        );
    }
}

/// tests/vectors/events.json, all that the module sends: it is taken, and as it came. (But for a
/// Purchase that Shopify gave no name at all, of which the contract says that it is refused.)
#[test]
fn what_the_browser_sends_is_taken() {
    let vectors: Value =
        serde_json::from_str(include_str!("../../../../../tests/vectors/events.json")).unwrap();
    let settings = Settings::read(&vectors["settings"]).expect("settings");
    let now = vectors["now"].as_i64().unwrap();
    let mut taken = 0;
    for row in
        vectors["rows"].as_array().unwrap().iter().filter(|row| row["expect"]["server"].is_object())
    {
        let mut event = row["expect"]["server"].clone();
        if row["random"] == true {
            event["event_id"] = json!("0".repeat(32));
        }
        let as_it_came: WireEvent =
            serde_json::from_value(event.clone()).expect("an event of the contract");
        let nameless = row["random"] == true && as_it_came.name == EventName::Purchase;
        let expected = if nameless { Err(Refusal::IdMismatch) } else { Ok(as_it_came) };
        assert_eq!(decided(event, &settings, now, now), expected, "{}", row["why"]);
        taken += usize::from(!nameless);
    }
    assert!(taken > 30, "only {taken}");
}

/// The rule of docs/contract.md#goods-and-money, also for what an older snippet tells.
#[test]
fn a_content_without_an_id_is_dropped_and_counts_as_none() {
    let told = |contents: Value, num_items: Value| {
        let properties = json!({"currency": "EUR", "value": 17, "content_type": "product", "contents": contents, "num_items": num_items});
        let event = with(purchase(), &[("/properties", properties)]);
        let properties = decided(event, &settings(), NOW.0, NOW.0).expect("it is taken").properties;
        (properties.contents.len(), properties.num_items, properties.content_type)
    };
    let product = Some(Text::from("product"));
    let (pot, tip) = (
        json!({"content_id": "111", "quantity": 2}),
        json!({"content_name": "Tip", "quantity": 1}),
    );
    assert_eq!(told(json!([pot, tip]), json!(3)), (1, Some(2), product.clone()));
    assert_eq!(told(json!([tip, {"content_id": "", "quantity": 0}]), json!(1)), (0, None, None));
    // Contents that had no room in the beacon still count.
    assert_eq!(told(json!([pot]), json!(900)), (1, Some(900), product.clone()));
    assert_eq!(told(json!([pot, tip]), json!(900)), (1, Some(899), product));
}

/// What the types themselves refuse: it never becomes an event.
#[test]
fn what_is_no_hash_and_no_anchor_does_not_parse() {
    let upper = ANCHOR.to_uppercase();
    for (pointer, value) in [
        ("/checkout", json!("3f9a1c0b7d2e4f60a1b2c3d4e5f60718")), // a raw token
        ("/checkout", json!(upper)),
        ("/checkout", json!(format!("{ANCHOR}0"))),
        ("/checkout", json!("")),
        ("/event_id", json!(ANCHOR)),
        ("/event_id", json!("")),
        ("/name", json!("CompletePayment")),
        ("/name", json!("purchase")),
        ("/browser", json!("perhaps")),
        ("/event_time", json!("2025-11-22T08:26:40Z")),
        ("/user", json!({"email": "jane@example.com"})),
        ("/user", json!({"phone": "+12133734253"})),
        ("/user", json!({"first_name": "jane"})),
    ] {
        let event = with(purchase(), &[(pointer, value.clone())]);
        assert!(serde_json::from_value::<WireEvent>(event).is_err(), "{pointer} {value}");
    }
}

/// An older module knew fewer rules, and a stranger none.
#[test]
fn what_must_not_be_told_is_not_told_by_an_older_module_either() {
    let page = json!({"url": "https://shop.acme.example/gift_cards/1/3f9a1c0b?utm_source=mail&utm_email=jane%40example.com&utm_term=%2B4915112345678",
        "referrer": "https://shop.acme.example/tools/order-lookup/1001/jane@example.com?utm_content=__CID_NAME__"});
    let goods = json!({"description": "A mug for jane@example.com",
        "contents": [{"content_id": "1", "content_name": "Invoice of +1 213 373 4253"}, {"content_id": "2", "content_name": "Mug 2026"}]});
    let changes = [
        ("/page", page),
        ("/properties", goods),
        ("/user/ttclid", json!("__CLICKID__")),
        ("/user/ttp", json!("tp-1")),
    ];
    let event = decided(with(purchase(), &changes), &settings(), NOW.0, NOW.0).unwrap();
    assert_eq!(event.page.url, "https://shop.acme.example/gift_cards?utm_source=mail");
    assert_eq!(event.page.referrer.as_deref(), Some("https://shop.acme.example/tools"));
    assert_eq!((event.user.ttclid, event.user.ttp.as_deref()), (None, Some("tp-1")));
    assert_eq!(event.properties.description, None);
    let names = event.properties.contents.iter().map(|content| content.content_name.as_deref());
    assert_eq!(names.collect::<Vec<_>>(), [None, Some("Mug 2026")]);
}

#[test]
fn an_address_that_was_not_cleaned_is_cleaned() {
    let token = "3f9a1c0b7d2e4f60a1b2c3d4e5f60718";
    let page = json!({"url": format!("https://shop.acme.example/checkouts/cn/{token}/thank-you?key=9&ttclid=E.C.P.x#top"),
        "referrer": "https://www.tiktok.com/@jane?x=1"});
    let event = decided(with(purchase(), &[("/page", page)]), &settings(), NOW.0, NOW.0).unwrap();
    assert_eq!(event.page.url, "https://shop.acme.example/checkouts/cn/thank-you?ttclid=E.C.P.x");
    assert_eq!(event.page.referrer.as_deref(), Some("https://www.tiktok.com/"));
}
