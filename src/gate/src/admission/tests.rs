use serde_json::{Value, json};

use super::*;
use crate::consent::Cmp;
use crate::settings::{CustomEvent, Leg};
use crate::time::HOUR;

const NOW: Timestamp = Timestamp(1_763_800_000);
// The example of docs/contract.md#ids.
const ANCHOR: &str = "d49a7c43e62be25d331ea64ca4dd86a197d6f192b3387e9b755d73da8f89885b";
const PURCHASE: &str = "1163b6cc081573da020c41e1cba14d48";
const SHOPIFY_ID: &str = "sh-5a8f3c1e-0D2B-4C7A-9E1F-6B3A2C1D0E9F";
const ADD_TO_CART: &str = "795c1d4692b452189ebc29e0b9d8572a";

fn settings() -> Settings {
    Settings {
        storefronts: vec!["shop.acme.example".to_owned()],
        ..Settings::new("acme.myshopify.com".parse().unwrap(), Cmp::Shopify)
    }
}

fn purchase() -> Value {
    json!({"name": "Purchase", "event_id": PURCHASE, "event_time": NOW.0, "shopify_event_id": SHOPIFY_ID, "checkout": ANCHOR,
        "browser": "fired", "page": {"url": "https://shop.acme.example/checkouts/cn/thank-you"},
        "user": {"city": "badtölz", "state": "by", "country": "de", "ttclid": "E.C.P.x"},
        "properties": {"currency": "EUR", "value": 81.91, "num_items": 1, "contents": [{"content_id": "1", "price": 81.91}]}})
}

fn beacon() -> Value {
    json!({"v": 1, "shop": "acme.myshopify.com", "sent_at": NOW.0, "client": {"version": "1", "kind": "custom"},
        "consent": {"decision": "granted", "rule": "shopify_only", "basis": "permission", "evaluated_at": NOW.0, "gpc": false,
            "shopify": {"marketing": true, "sale_of_data": true, "analytics": null, "preferences": null}},
        "checkout": ANCHOR, "cart": null, "events": []})
}

/// The value with other members, by JSON pointer.
fn with(mut value: Value, changes: &[(&str, Value)]) -> Value {
    for (pointer, change) in changes {
        let (parent, name) = pointer.rsplit_once('/').unwrap();
        value.pointer_mut(parent).unwrap()[name] = change.clone();
    }
    value
}

fn arrival(received_at: Timestamp) -> Arrival {
    Arrival { received_at, sec_gpc: false, withdrawn_at: None }
}

fn admitted(
    changes: &[(&str, Value)],
    settings: &Settings,
    arrival: Arrival,
) -> Result<Admitted, Refusal> {
    let beacon: Beacon =
        serde_json::from_value(with(beacon(), changes)).expect("a beacon of the contract");
    admit(&beacon, settings, arrival)
}

fn decided(
    event: Value,
    settings: &Settings,
    sent_at: i64,
    received_at: i64,
) -> Result<WireEvent, Refusal> {
    let sent = [("/sent_at", json!(sent_at)), ("/consent/evaluated_at", json!(sent_at))];
    let admitted =
        admitted(&sent, settings, arrival(Timestamp(received_at))).expect("the beacon is admitted");
    super::event(
        serde_json::from_value(event).expect("an event of the contract"),
        settings,
        &admitted,
    )
}

fn refused(changes: &[(&str, Value)]) -> Option<Refusal> {
    decided(with(purchase(), changes), &settings(), NOW.0, NOW.0).err()
}

#[test]
fn a_beacon_is_refused_for_what_it_is() {
    let refusal = |changes: &[(&str, Value)]| admitted(changes, &settings(), arrival(NOW)).err();
    assert_eq!(refusal(&[]), None);
    assert_eq!(refusal(&[("/v", json!(2))]), Some(Refusal::UnknownVersion));
    assert_eq!(refusal(&[("/v", json!(0))]), Some(Refusal::UnknownVersion));
    assert_eq!(refusal(&[("/sent_at", Value::Null)]), Some(Refusal::Unreadable));
    for (pointer, value) in [
        ("/consent/gpc", json!(true)),
        ("/consent/shopify/marketing", json!(false)),
        ("/consent/shopify/marketing", Value::Null),
        ("/consent/shopify/sale_of_data", json!(false)),
        ("/consent/shopify/sale_of_data", Value::Null),
    ] {
        assert_eq!(
            refusal(&[(pointer, value.clone())]),
            Some(Refusal::NoGrant),
            "{pointer} {value}"
        );
    }
    let at = |seconds: i64| [("/consent/evaluated_at", json!(NOW.0 + seconds))];
    assert_eq!(refusal(&at(60)), None);
    assert_eq!(refusal(&at(61)), Some(Refusal::InTheFuture));
    assert_eq!(refusal(&at(-100 * DAY)), None, "an old page may stay open");
}

#[test]
fn sec_gpc_refuses_whatever_the_body_says() {
    let header = Arrival { sec_gpc: true, ..arrival(NOW) };
    assert_eq!(
        admitted(&[("/consent/gpc", Value::Null)], &settings(), header).err(),
        Some(Refusal::GpcHeader)
    );
}

#[test]
fn a_grant_counts_again_only_in_a_later_second_than_the_withdrawal() {
    for (withdrawn, refusal) in
        [(-1, None), (0, Some(Refusal::Withdrawn)), (1, Some(Refusal::Withdrawn))]
    {
        let at = Some(NOW.plus(withdrawn));
        assert_eq!(
            admitted(&[], &settings(), Arrival { withdrawn_at: at, ..arrival(NOW) }).err(),
            refusal
        );
        let evidence = serde_json::from_value(beacon()["consent"].clone()).unwrap();
        assert_eq!(still_granted(&evidence, &settings(), at).is_some(), refusal.is_none());
    }
}

/// An older snippet may think otherwise.
#[test]
fn the_settings_of_the_server_prevail() {
    let named = Settings { cmp: "onetrust".parse().unwrap(), ..settings() };
    assert_eq!(
        admitted(&[], &named, arrival(NOW)).err(),
        Some(Refusal::NoGrant),
        "no record of OneTrust in it"
    );

    let off = Settings {
        events: [(EventName::Purchase, vec![Leg::Browser])].into_iter().collect(),
        ..settings()
    };
    assert_eq!(decided(purchase(), &off, NOW.0, NOW.0).err(), Some(Refusal::BadEvent));
    let custom = CustomEvent { event: EventName::AddToCart, to: vec![Leg::Server] };
    let by_custom = Settings {
        events: [(EventName::AddToCart, vec![])].into_iter().collect(),
        custom_events: [("own".to_owned(), custom)].into_iter().collect(),
        ..settings()
    };
    let cart = [
        ("/name", json!("AddToCart")),
        ("/event_id", json!(ADD_TO_CART)),
        ("/checkout", Value::Null),
    ];
    assert!(
        decided(with(purchase(), &cart), &by_custom, NOW.0, NOW.0).is_ok(),
        "a custom event has that server leg"
    );
}

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
/// later than now.
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
        (60, 0, 0, Ok(60)),
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
        serde_json::from_str(include_str!("../../../../tests/vectors/events.json")).unwrap();
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

#[test]
fn an_address_that_was_not_cleaned_is_cleaned() {
    let token = "3f9a1c0b7d2e4f60a1b2c3d4e5f60718";
    let page = json!({"url": format!("https://shop.acme.example/checkouts/cn/{token}/thank-you?key=9&ttclid=E.C.P.x#top"),
        "referrer": "https://www.tiktok.com/@jane?x=1"});
    let event = decided(with(purchase(), &[("/page", page)]), &settings(), NOW.0, NOW.0).unwrap();
    assert_eq!(event.page.url, "https://shop.acme.example/checkouts/cn/thank-you?ttclid=E.C.P.x");
    assert_eq!(event.page.referrer.as_deref(), Some("https://www.tiktok.com/"));
}

#[test]
fn a_receipt_alone_is_held_to_what_an_event_is_held_to() {
    let admitted = admitted(&[], &settings(), arrival(NOW)).expect("the beacon is admitted");
    let alone = |user: Value, page: Value| {
        let user = serde_json::from_value(user).unwrap();
        let page: Option<WirePage> = serde_json::from_value(page).unwrap();
        receipt(user, page.as_ref(), &settings(), &admitted)
    };
    let page = json!({"url": "https://shop.acme.example/checkouts/cn/3f9a1c0b7d2e4f60/thank-you?email=jane@example.com#x",
        "referrer": "https://www.tiktok.com/@jane?x=1"});
    let (user, page) =
        alone(json!({"ttclid": "E.C.P.x", "locale": "en-GB"}), page).expect("a receipt");
    assert_eq!((user.ttclid.as_deref(), user.locale.as_deref()), (Some("E.C.P.x"), Some("en-GB")));
    let page = page.expect("a page");
    assert_eq!(page.url, "https://shop.acme.example/checkouts/cn/thank-you");
    assert_eq!(page.referrer.as_deref(), Some("https://www.tiktok.com/"));
    assert_eq!(alone(Value::Null, Value::Null), Ok((User::default(), None)), "both may be missing");
    for (user, page) in [
        (json!({"ttclid": "x".repeat(2049)}), Value::Null),
        (json!({"locale": "x".repeat(65)}), Value::Null),
        (json!({"city": "jane@example.com"}), Value::Null),
        (Value::Null, json!({"url": "javascript:alert(1)"})),
        (Value::Null, json!({"url": format!("https://shop.acme.example/{}", "x".repeat(4096))})),
    ] {
        assert_eq!(alone(user.clone(), page.clone()), Err(Refusal::BadEvent), "{user} {page}");
    }
}

fn record(key: usize, version: usize) -> Value {
    json!({"source": "usp", "key": "k".repeat(key), "decision": "unknown", "deciding": false, "value": "0".repeat(64),
        "version": "v".repeat(version)})
}

#[test]
fn evidence_is_no_larger_than_a_real_one() {
    for (records, refusal) in [
        (vec![record(128, 64); 64], None),
        (vec![record(128, 64); 65], Some(Refusal::Unreadable)),
        (vec![record(129, 64)], Some(Refusal::Unreadable)),
        (vec![record(128, 65)], Some(Refusal::Unreadable)),
    ] {
        let count = records.len();
        let change = [("/consent/records", json!(records))];
        assert_eq!(admitted(&change, &settings(), arrival(NOW)).err(), refusal, "{count} records");
    }
}

#[test]
fn a_beacon_speaks_of_one_visitor_and_one_checkout() {
    let (visitor, other) = (json!("a".repeat(64)), json!("b".repeat(64)));
    let one = with(purchase(), &[("/user/external_id", visitor.clone())]);
    let nobody = with(purchase(), &[("/checkout", Value::Null)]);
    let somebody_else = with(purchase(), &[("/user/external_id", other.clone())]);
    let elsewhere = with(purchase(), &[("/checkout", other.clone())]);
    let mine = ("/user", json!({"external_id": visitor}));
    for (top, events, expected) in [
        (vec![], vec![], Ok(())),
        (vec![], vec![one.clone(), nobody.clone(), one.clone()], Ok(())), // what names nobody is no second
        (vec![mine.clone()], vec![one.clone()], Ok(())),
        (
            vec![],
            vec![one.clone(), nobody.clone(), somebody_else.clone()],
            Err(Refusal::Unreadable),
        ),
        (vec![mine], vec![somebody_else], Err(Refusal::Unreadable)),
        (vec![], vec![elsewhere.clone()], Err(Refusal::Unreadable)),
        (vec![("/checkout", Value::Null)], vec![elsewhere.clone()], Ok(())),
        (vec![("/checkout", Value::Null)], vec![nobody, elsewhere, one], Err(Refusal::Unreadable)),
    ] {
        let beacon: Beacon = serde_json::from_value(with(beacon(), &top)).unwrap();
        let read: Vec<WireEvent> = serde_json::from_value(json!(events)).unwrap();
        assert_eq!(speaks_of_one(&beacon, &read), expected, "{top:?} {events:?}");
    }
}

#[test]
fn all_anchors_and_visitors_are_named_for_the_question_whether_somebody_withdrew() {
    let visitor = "a".repeat(64);
    let events = with(purchase(), &[("/user/external_id", json!(visitor))]);
    let whole = with(beacon(), &[("/cart", json!("c".repeat(64))), ("/events", json!([events]))]);
    let beacon: Beacon = serde_json::from_value(whole).unwrap();
    let named: Vec<&str> =
        anchors(&beacon, &beacon.events).iter().map(|anchor| anchor.as_str()).collect();
    assert_eq!(named, [ANCHOR, &"c".repeat(64), ANCHOR]);
    let seen: Vec<&str> =
        visitors(&beacon, &beacon.events).iter().map(|visitor| visitor.as_str()).collect();
    assert_eq!(seen, [visitor]);
}

#[test]
fn unknown_fields_are_ignored() {
    let newer = with(
        beacon(),
        &[
            ("/future", json!({"x": 1})),
            ("/consent/future", json!(1)),
            ("/client/future", json!([])),
        ],
    );
    let beacon: Beacon = serde_json::from_value(newer).expect("a newer client's beacon");
    assert!(admit(&beacon, &settings(), arrival(NOW)).is_ok());
}
