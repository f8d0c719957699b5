mod events;

use serde_json::{Value, json};

use super::*;
use crate::consent::{Cmp, Meanwhile};
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
        storefronts: vec!["shop.acme.example".into()],
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
    Arrival { received_at, sec_gpc: false }
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
        custom_events: [("own".into(), custom)].into_iter().collect(),
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

/// Neither a yes nor a refusal: that is decided here as on the page, whatever else the shop leaves
/// to Shopify, and whatever else says yes.
#[test]
fn a_record_that_is_held_is_left_to_nobody() {
    let record = |source: &str, decision: &str, held: bool| {
        json!({"source": source, "key": "key", "decision": decision, "deciding": true, "held": held,
            "value": "0".repeat(64)})
    };
    for cmp in ["shopify", "auto", "didomi", "tcf"] {
        let shop =
            Settings { cmp: cmp.parse().unwrap(), undecided: Meanwhile::Shopify, ..settings() };
        let refusal = |held: bool| {
            let records = [record("didomi", "granted", false), record("tcf", "unknown", held)];
            let change = [("/consent/records", json!(records))];
            let still = |evidence| still_granted(&evidence, &shop).is_some();
            let stored =
                serde_json::from_value(with(beacon(), &change)["consent"].clone()).unwrap();
            assert_eq!(still(stored), !held, "{cmp}");
            admitted(&change, &shop, arrival(NOW)).err()
        };
        assert_eq!((refusal(false), refusal(true)), (None, Some(Refusal::NoGrant)), "{cmp}");
    }
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
        (vec![record(128, 64); 192], None),
        (vec![record(128, 64); 193], Some(Refusal::Unreadable)),
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

/// Evidence without a record, of a shop that leaves it to Shopify where there is none.
#[test]
fn a_record_can_be_missing_only_on_a_page_that_could_have_read_it() {
    let left = |cmp: &str| Settings {
        cmp: cmp.parse().unwrap(),
        undecided: Meanwhile::Shopify,
        missing: Meanwhile::Shopify,
        ..settings()
    };
    let settings = left("onetrust");
    let page = |host: &str| {
        let url = json!(format!("https://{host}/checkouts/cn/thank-you"));
        let event = serde_json::from_value(with(purchase(), &[("/page/url", url)])).unwrap();
        let admitted = admitted(&[], &settings, arrival(NOW)).expect("Shopify permits");
        assert_eq!(admitted.grant.evidence().rule, Rule::MissingShopify);
        super::event(event, &settings, &admitted).err()
    };
    assert_eq!(page("shop.acme.example"), None);
    assert_eq!(page("acme.myshopify.com"), None);
    assert_eq!(page("pay.elsewhere.example"), Some(Refusal::NoGrant));
    let admitted_now = admitted(&[], &settings, arrival(NOW)).unwrap();
    for (url, refusal) in [
        (Some("https://shop.acme.example/cart"), None),
        (Some("https://pay.elsewhere.example/"), Some(Refusal::NoGrant)),
        (None, Some(Refusal::NoGrant)),
    ] {
        let page = url.map(|url| WirePage { url: url.into(), referrer: None });
        assert_eq!(
            receipt(None, page.as_ref(), &settings, &admitted_now).err(),
            refusal,
            "{url:?}"
        );
    }
    for cmp in ["shopify", "auto", "bridge"] {
        let rule = admitted(&[], &left(cmp), arrival(NOW)).map(|it| it.grant.evidence().rule);
        assert_ne!(rule.ok(), Some(Rule::MissingShopify), "{cmp}");
    }
    let held = Settings { missing: Meanwhile::Hold, ..left("onetrust") };
    assert_eq!(admitted(&[], &held, arrival(NOW)).err(), Some(Refusal::NoGrant));
}
