use serde_json::{Value, json};

use super::*;
use crate::beacon::WireEvent;
use crate::consent::Cmp;
use crate::consent::{Decision, Policy, Shopify, Signals, decide};
use crate::hex::Digest;
use crate::order::{BrowserContext, completed, recovered};
use crate::settings::{Settings, ShopDomain};
use crate::tiktok::Properties;
use crate::time::Timestamp;

mod money;

fn settings() -> Settings {
    let shop: ShopDomain = "acme.myshopify.com".parse().expect("a shop");
    Settings { storefronts: vec!["shop.acme.example".into()], ..Settings::new(shop, Cmp::Shopify) }
}

/// As Shopify writes one: a British shop, a shopper who pays in euro, two lines, a discount,
/// shipping, tax and a tip.
fn paid() -> Value {
    let both = |shop: &str, presentment: &str| {
        json!({"shop_money": {"amount": shop, "currency_code": "GBP"},
               "presentment_money": {"amount": presentment, "currency_code": "EUR"}})
    };
    json!({
        "id": 5_678_901_234_567_u64, "admin_graphql_api_id": "gid://shopify/Order/5678901234567", "name": "#1042",
        "created_at": "2026-03-02T10:00:05+01:00", "checkout_token": "3f9a1c0b7d2e4f60a1b2c3d4e5f60718",
        "cart_token": "Z2NwLXVz", "test": false, "source_name": "web", "financial_status": "paid",
        "currency": "GBP", "presentment_currency": "EUR", "total_price": "70.05", "current_total_price": "12.00",
        "total_price_set": both("70.05", "81.91"), "total_tip_received": "2.00",
        "email": " Anna.Beispiel@Example.com", "phone": null, "contact_email": "anna.beispiel@example.com",
        "landing_site": "/products/pot?ttclid=E.C.P.aB3-x_9&utm_source=tiktok", "referring_site": "",
        "billing_address": {"first_name": "Anna", "last_name": "Beispiel", "phone": "030 901820", "zip": "10117",
                            "city": "Berlin", "province": null, "province_code": null, "country_code": "DE"},
        "shipping_address": {"first_name": "Bea", "last_name": "Andere", "country_code": "FR", "zip": "75001"},
        "customer": {"id": 1, "email": "other@example.com", "first_name": "X"},
        "line_items": [
            {"id": 1, "product_id": 11, "variant_id": 111, "sku": "POT", "title": "Moka pot", "name": "Moka pot - Red",
             "quantity": 2, "price": "26.00", "price_set": both("26.00", "30.50")},
            {"id": 2, "product_id": null, "variant_id": null, "title": "Gift wrap", "quantity": 1, "price": "1.50",
             "price_set": both("1.50", "1.75")},
        ],
    })
}

/// It came ten seconds after it was created.
const CAME_AT: Timestamp = Timestamp(1_772_442_015);

fn read_order(node: &Value, money: Money) -> Option<Order> {
    order(node, money, CAME_AT)
}

fn with(change: &Value) -> Value {
    let mut order = paid();
    for (key, value) in change.as_object().expect("an object") {
        order[key] = value.clone();
    }
    order
}

fn grant() -> crate::consent::Grant {
    let shopify = Shopify {
        marketing: Some(true),
        sale_of_data: Some(true),
        analytics: None,
        preferences: None,
        answered: false,
    };
    let signals = Signals { shopify, ..Signals::default() };
    match decide(signals, Policy::from(&settings()), Timestamp(1)) {
        Decision::Granted(grant) => grant,
        other @ (Decision::Denied(_) | Decision::Unknown(_)) => panic!("{other:?}"),
    }
}

#[test]
fn an_order_has_the_names_that_the_browser_gives_its_checkout() {
    let facts = read_order(&paid(), Money::Presentment).expect("an order").facts(&settings());
    // The example of docs/contract.md#ids: the same shop and token.
    assert_eq!(
        facts.event_id.as_ref().map(crate::hex::Hex::as_str),
        Some("1163b6cc081573da020c41e1cba14d48")
    );
    let anchor = "d49a7c43e62be25d331ea64ca4dd86a197d6f192b3387e9b755d73da8f89885b";
    assert_eq!(facts.checkout.as_ref().map(crate::hex::Hex::as_str), Some(anchor));
    assert_eq!(
        facts.cart,
        crate::ids::cart_anchor(&settings().shop, "gid://shopify/Cart/Z2NwLXVz?key=1")
    );
    assert_eq!(
        (facts.order_id.as_str(), facts.created_at),
        ("5678901234567", Timestamp(1_772_442_005))
    );
}

#[test]
fn its_value_is_the_total_at_its_creation_in_the_currency_that_was_asked_for() {
    let told = |money, json: &Value| {
        let properties =
            read_order(json, money).expect("an order").facts(&settings()).figures.properties;
        let prices: Vec<_> = properties.contents.iter().map(|content| content.price).collect();
        (properties.value, properties.currency, prices)
    };
    let euro = (Some(81.91), Some("EUR".into()), vec![Some(30.5)]);
    let pounds = (Some(70.05), Some("GBP".into()), vec![Some(26.0)]);
    assert_eq!(told(Money::Presentment, &paid()), euro);
    assert_eq!(told(Money::Shop, &paid()), pounds);
    // Without the sets only the shop's own amounts are there: they are no euro, but pounds.
    let bare = with(
        &json!({"total_price_set": null, "line_items": [{"variant_id": 1, "quantity": 1, "price": "70.05"}]}),
    );
    assert_eq!(told(Money::Shop, &bare), (Some(70.05), Some("GBP".into()), vec![Some(70.05)]));
    assert_eq!(told(Money::Presentment, &bare), told(Money::Shop, &bare));
    // A free order is worth nothing, which is an amount; what is no amount is left out.
    let free = with(
        &json!({"total_price_set": {"presentment_money": {"amount": "0.00", "currency_code": "EUR"}}}),
    );
    assert_eq!(told(Money::Presentment, &free).0, Some(0.0));
    for odd in ["", "-1.00", "1e9", "NaN", "inf", "1,00", "1.0.0", "12.", ".5"] {
        let odd = with(
            &json!({"total_price": odd, "total_price_set": {"presentment_money": {"amount": odd, "currency_code": "EUR"}}}),
        );
        assert_eq!(told(Money::Presentment, &odd).0, None);
    }
    // Where a text is usual a number is as good.
    let numbers = with(
        &json!({"total_price_set": {"presentment_money": {"amount": 81.91, "currency_code": "EUR"}}}),
    );
    assert_eq!(told(Money::Presentment, &numbers), euro);
}

#[test]
fn its_lines_are_read_as_those_of_the_browser() {
    let properties = read_order(&paid(), Money::Presentment)
        .expect("an order")
        .facts(&settings())
        .figures
        .properties;
    // The gift wrap has no product.
    let [pot] = properties.contents.as_slice() else { panic!("one line") };
    assert_eq!(
        (pot.content_id.as_deref(), pot.content_name.as_deref(), pot.quantity),
        (Some("111"), Some("Moka pot"), Some(2))
    );
    assert_eq!(
        (properties.num_items, properties.order_id.as_deref()),
        (Some(2), Some("5678901234567"))
    );
}

#[test]
fn what_no_shopper_bought_in_a_checkout_is_recognised() {
    let kind = |change: &Value| read_order(&with(change), Money::Shop).expect("an order").sold;
    assert_eq!(kind(&json!({})), Sold::Checkout);
    assert_eq!(kind(&json!({"source_name": "subscription_contract_checkout_one"})), Sold::Checkout);
    assert_eq!(kind(&json!({"source_name": "pos"})), Sold::PointOfSale);
    assert_eq!(kind(&json!({"source_name": "shopify_draft_order"})), Sold::Draft);
    assert_eq!(kind(&json!({"source_name": "subscription_contract"})), Sold::Renewal);
    assert_eq!(kind(&json!({"source_name": "pos", "test": true})), Sold::Test);
}

#[test]
fn what_is_no_order_is_none() {
    for id in [json!(null), json!("x"), json!(-1), json!("1".repeat(65)), json!({}), json!(true)] {
        let nameless = with(&json!({"id": id, "admin_graphql_api_id": null}));
        assert!(read_order(&nameless, Money::Shop).is_none(), "{id}");
    }
    assert!(read_order(&json!([]), Money::Shop).is_none());
    assert_eq!(
        refunded(&json!({"id": 1, "order_id": 5_678_901_234_567_u64})).as_deref(),
        Some("5678901234567")
    );
    let refund = json!({"id": 1, "order_id": null, "transactions": [{"id": 2, "order_id": 3}]});
    assert_eq!(refunded(&refund).as_deref(), Some("3"));
    assert_eq!(refunded(&json!({"id": 1})), None);
}

#[test]
fn contacts_are_of_one_person_and_hashed() {
    let facts = read_order(&paid(), Money::Presentment).expect("an order").facts(&settings());
    let contacts = read_order(&paid(), Money::Presentment).expect("an order").contacts(&settings());
    let seen = BrowserContext { user: crate::tiktok::User::default(), page: None };
    let event = recovered(&grant(), &facts, &contacts, seen, &settings()).expect("a Purchase");
    // By hand: trimmed and lower case; E.164 for Germany; names of the billing address, whose
    // shopper paid.
    assert_eq!(event.user.email, Some(Digest::of(b"anna.beispiel@example.com")));
    assert_eq!(event.user.phone, Some(Digest::of(b"+4930901820")));
    assert_eq!(event.user.first_name, Some(Digest::of(b"anna")));
    assert_eq!(
        (event.user.city.as_deref(), event.user.country.as_deref()),
        (Some("berlin"), Some("de"))
    );
    assert_eq!(event.user.ttclid.as_deref(), Some("E.C.P.aB3-x_9"));
    assert_eq!(event.page.url, "https://shop.acme.example/");
    assert_eq!((event.properties.value, event.event_time), (Some(81.91), Timestamp(1_772_442_005)));
    for printed in [format!("{contacts:?}"), format!("{:?}", read_order(&paid(), Money::Shop))] {
        assert!(
            !printed.contains("E.C.P") && !printed.contains("Anna") && !printed.contains("3f9a"),
            "{printed}"
        );
    }
}

#[test]
fn a_click_that_the_browser_saw_goes_before_that_of_the_landing_page() {
    let read = read_order(&paid(), Money::Presentment).expect("an order");
    let seen = BrowserContext {
        user: crate::tiktok::User { ttclid: Some("E.C.P.newer".into()), ..Default::default() },
        page: None,
    };
    let event = recovered(
        &grant(),
        &read.facts(&settings()),
        &read.contacts(&settings()),
        seen,
        &settings(),
    )
    .expect("a Purchase");
    assert_eq!(event.user.ttclid.as_deref(), Some("E.C.P.newer"));
    // A macro is no click, neither of the browser's nor of the landing page's.
    for (seen, landing, told) in [
        ("__CLICKID__", "/?ttclid=E.C.P.real", Some("E.C.P.real")),
        ("__CLICKID__", "/?ttclid=__CLICKID__&ttclid=E.C.P.real", Some("E.C.P.real")),
        ("__CLICKID__", "/?ttclid=__CLICKID__", None),
        ("E.C.P.seen", "/?ttclid=__CLICKID__", Some("E.C.P.seen")),
    ] {
        let read = read_order(&with(&json!({"landing_site": landing})), Money::Presentment)
            .expect("an order");
        let user = crate::tiktok::User { ttclid: Some(seen.into()), ..Default::default() };
        let event = completed(
            &grant(),
            WireEvent { user, ..event.clone() },
            &read.facts(&settings()).figures,
            &read.contacts(&settings()),
        );
        assert_eq!(event.user.ttclid.as_deref(), told, "{seen} {landing}");
    }
    // A wallet's landing page is no page; a foreign address is not taken for one.
    for landing in [
        json!("/wallets/checkouts.json"),
        json!(null),
        json!("https://evil.example/?ttclid=E.C.P.evil"),
    ] {
        let read = read_order(&with(&json!({"landing_site": landing})), Money::Presentment)
            .expect("an order");
        let event = completed(
            &grant(),
            WireEvent { user: Default::default(), ..event.clone() },
            &read.facts(&settings()).figures,
            &read.contacts(&settings()),
        );
        assert_eq!(event.user.ttclid, None, "{landing}");
    }
}

/// Every place of an order, by the keys that lead to it.
fn places(node: &Value, here: &str, all: &mut Vec<String>) {
    let inner: Vec<(String, &Value)> = match node {
        Value::Object(members) => {
            members.iter().map(|(key, value)| (format!("{here}/{key}"), value)).collect()
        }
        Value::Array(items) => {
            items.iter().enumerate().map(|(n, value)| (format!("{here}/{n}"), value)).collect()
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => Vec::new(),
    };
    for (place, value) in inner {
        places(value, &place, all);
        all.push(place);
    }
}

/// Shopify adds, drops and retypes fields; an order is lost only where it has no number at all.
#[test]
fn an_odd_field_costs_that_field_and_never_the_order() {
    let mut all = Vec::new();
    places(&paid(), "", &mut all);
    assert!(all.len() > 50, "{}", all.len());
    for place in &all {
        for odd in [
            json!(null),
            json!(-1.5),
            json!(""),
            json!("\u{0}\u{202e}x"),
            json!([[]]),
            json!({"a": 1}),
            json!(true),
            json!(7),
        ] {
            let mut changed = paid();
            *changed.pointer_mut(place).expect("a place") = odd.clone();
            let read = read_order(&changed, Money::Presentment);
            let read = read.unwrap_or_else(|| panic!("{place}: {odd}"));
            let facts = read.facts(&settings());
            read.contacts(&settings());
            let Properties { value, currency, .. } = facts.figures.properties;
            let at_odds = odd == json!(7) && place.ends_with("presentment_money/amount");
            assert!(
                at_odds
                    || value
                        .is_none_or(|value| value == 81.91 || currency.as_deref() != Some("EUR")),
                "{place}: {odd}"
            );
            assert_eq!(
                value.is_some(),
                currency.is_some(),
                "an amount without its currency: {place}: {odd}"
            );
        }
    }
}

#[test]
fn the_time_of_its_creation_is_read_in_every_form_and_never_costs_the_order() {
    let at = |change: &Value| read_order(&with(change), Money::Shop).expect("an order").created_at;
    // All of them are `date -u -d 2026-03-02T09:00:05Z +%s`.
    for created in [
        json!("2026-03-02T10:00:05+01:00"),
        json!("2026-03-02T10:00:05+0100"),
        json!("2026-03-02T09:00:05+0000"),
        json!("2026-03-02T04:00:05.123-0500"),
        json!("2026-03-02 09:00:05 UTC"),
        json!("2026-03-02 10:00:05 +0100"),
        json!(1_772_442_005),
        json!(1_772_442_005_000_u64),
    ] {
        assert_eq!(at(&json!({ "created_at": created })), Timestamp(1_772_442_005), "{created}");
    }
    for odd in
        [json!("yesterday"), json!(null), json!("2026-02-30T00:00:00Z"), json!({}), json!(-1)]
    {
        let processed = json!({"created_at": odd, "processed_at": "2026-03-02T09:00:07Z"});
        assert_eq!(at(&processed), Timestamp(1_772_442_007), "{odd}");
        assert_eq!(at(&json!({ "created_at": odd })), CAME_AT, "{odd}");
    }
    // The number of an order stands there twice.
    let by_gid = read_order(&with(&json!({"id": null})), Money::Shop).expect("an order");
    assert_eq!(by_gid.id, "5678901234567");
}

/// <https://shopify.dev/docs/api/admin-rest/latest/resources/order>: `name` is the number with the
/// shop's prefix and suffix, `order_number` the number alone.
#[test]
fn an_order_is_named_as_the_merchant_reads_it() {
    for (change, name, number) in [
        (json!({"order_number": 1042}), Some("#1042"), Some("1042")),
        (json!({"name": "EU-1042", "order_number": "1042"}), Some("EU-1042"), Some("1042")),
        (json!({"name": 1042, "order_number": null}), Some("1042"), None),
        (json!({"name": "", "order_number": 1.5}), None, None),
        (json!({"name": "x".repeat(200)}), None, None),
    ] {
        let order = read_order(&with(&change), Money::Presentment).expect("an order");
        let facts = order.facts(&settings());
        assert_eq!((facts.name.as_deref(), facts.number.as_deref()), (name, number), "{change}");
    }
}
