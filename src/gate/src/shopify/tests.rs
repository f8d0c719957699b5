#[path = "../../../../tests/vectors/events.rs"]
mod vectors;

use serde::Serialize;
use serde_json::{Value, json};

use super::*;
use crate::beacon::Client;
use crate::jar::Jar;
use crate::limits;
use crate::session::{Cleanable, Host, Session};
use crate::settings::Settings;

struct Native;

impl Host for Native {
    fn random(&mut self) -> Option<[u8; 16]> {
        Some([7; 16])
    }

    fn fold(&self, text: &str) -> String {
        crate::tiktok::person::native_fold(text)
    }

    fn json<T: Serialize>(&self, value: &T) -> Option<String> {
        serde_json::to_string(value).ok()
    }
}

fn client() -> Client {
    Client { version: Text::default(), kind: "custom".into(), settings: None }
}

/// What the session makes of one event on a page of a shopper who has agreed.
fn heard(vectors: &Value, payload: &Value) -> Value {
    heard_with(&vectors["settings"], vectors, payload)
}

fn heard_with(settings: &Value, vectors: &Value, payload: &Value) -> Value {
    let settings = Settings::read(settings).expect("the vectors' settings can be read");
    let mut init = vectors["init"].clone();
    init["context"]["document"]["location"]["href"] =
        json!("https://shop.acme.example/cart?assent_debug=1");
    let page = start(&init);
    let mut session = Session::new(Native, settings, client(), page, None, Some(Cleanable::Path));
    let now = Timestamp(vectors["now"].as_i64().unwrap());
    let jar = Jar { cookie: vectors["cookie"].as_str().map(Into::into), ..Jar::default() };
    let plan = session.turn(&jar, now, |session, turn| match event(payload) {
        Ok(Some(event)) => session.heard(event, i64::MAX, turn),
        Ok(None) => {}
        Err(malformed) => session.refused(malformed, turn),
    });
    serde_json::to_value(&plan).unwrap()
}

#[test]
fn every_event_of_the_vectors_leaves_as_worked_out_by_hand() {
    let vectors = vectors::read();
    for row in vectors::rows(&vectors) {
        let mut settings = vectors::settings(&vectors, row);
        settings["debug"] = json!(true);
        vectors::check(&vectors, row, &heard_with(&settings, &vectors, &row["event"]));
    }
    println!("{} events", vectors::rows(&vectors).len());
}

#[test]
fn a_slash_behind_the_name_of_the_shop_does_not_make_it_another_one() {
    let mut vectors = vectors::read();
    let added = |row: &&Value| row["event"]["name"] == "product_added_to_cart";
    let event = vectors::rows(&vectors).iter().find(added).unwrap()["event"].clone();
    for (shop, is_own) in [
        ("acme.myshopify.com", true),
        (" ACME.myshopify.com", true),
        ("acme.myshopify.com/", true),
        ("other.myshopify.com", false),
        ("acme.myshopify.com.evil.example", false),
        ("/", false),
    ] {
        vectors["init"]["data"]["shop"]["myshopifyDomain"] = json!(shop);
        let acts = heard(&vectors, &event)["acts"].as_array().unwrap().len();
        assert_eq!(acts > 0, is_own, "{shop}");
    }
}

#[test]
fn a_hostile_list_costs_a_bounded_beacon_and_keeps_the_value() {
    let vectors = vectors::read();
    let complete = vectors::rows(&vectors)
        .iter()
        .find(|row| row["event"]["name"] == "checkout_completed")
        .unwrap();
    let mut payload = complete["event"].clone();
    let line = payload["data"]["checkout"]["lineItems"][0].clone();
    payload["data"]["checkout"]["lineItems"] = Value::Array(vec![line; 10_000]);
    let plan = heard(&vectors, &payload);
    let body = plan["acts"][0]["body"].as_str().unwrap();
    assert!(body.len() <= 32 * 1024, "{}", body.len());
    let properties = &serde_json::from_str::<Value>(body).unwrap()["events"][0]["properties"];
    assert_eq!(properties["value"], json!(81.91));
    assert_eq!(properties["num_items"], json!(2 * limits::ORDER_LINES));
    let contents = properties["contents"].as_array().unwrap().len();
    assert!(contents > 200 && contents < limits::ORDER_LINES, "{contents} lines fill the beacon");
}

#[test]
fn a_start_of_odd_shapes_is_read_as_far_as_it_can_be() {
    for odd in [
        json!(null),
        json!(7),
        json!("x"),
        json!([]),
        json!({"data": 1, "context": [], "customerPrivacy": "yes"}),
    ] {
        let start = start(&odd);
        assert_eq!(start.privacy, Shopify::default());
        assert!(
            start.shop.is_none() && start.cart.is_none() && start.page == PageAddress::default()
        );
    }
    // Only a real boolean counts, and only under `customerPrivacy`.
    let odd = json!({"marketingAllowed": true, "customerPrivacy": {"marketingAllowed": "true", "saleOfDataAllowed": 1}});
    assert_eq!(privacy(&odd, true), Shopify { answered: true, ..Shopify::default() });
}

/// The beacon's `user` for a checkout that has just been started and knows nobody yet, with these
/// fields changed.
fn user_of(changed: &Value, customer: &Value) -> Value {
    let mut vectors = vectors::read();
    let mut rows = vectors::rows(&vectors).iter();
    let mut payload =
        rows.find(|row| row["event"]["name"] == "checkout_started").unwrap()["event"].clone();
    for (name, value) in changed.as_object().unwrap() {
        payload["data"]["checkout"][name] = value.clone();
    }
    vectors["init"]["data"]["customer"] = customer.clone();
    let plan = heard(&vectors, &payload);
    serde_json::from_str::<Value>(plan["acts"][0]["body"].as_str().unwrap()).unwrap()["events"][0]["user"].clone()
}

fn hash(text: &str) -> Value {
    json!(crate::hex::Digest::of(text.as_bytes()).as_str())
}

#[test]
fn a_national_number_is_read_with_the_country_of_an_address_and_never_of_the_market() {
    let market = json!({"country": {"isoCode": "FR"}});
    let none = user_of(&json!({"phone": "0612345678", "localization": market}), &Value::Null);
    assert_eq!((&none["phone"], &none["country"]), (&Value::Null, &json!("fr")));
    let texted =
        user_of(&json!({"smsMarketingPhone": "0612345678", "localization": market}), &Value::Null);
    assert_eq!(texted["phone"], Value::Null);
    let whole =
        user_of(&json!({"phone": "+33 6 12 34 56 78", "localization": market}), &Value::Null);
    assert_eq!(whole["phone"], hash("+33612345678"));
    let address = json!({"countryCode": "FR", "city": "Lyon"});
    for place in ["billingAddress", "shippingAddress"] {
        let told = user_of(&json!({"phone": "0612345678", place: address}), &Value::Null);
        assert_eq!(told["phone"], hash("+33612345678"), "{place}");
    }
}

#[test]
fn a_customer_who_is_logged_in_is_told_of_where_the_checkout_names_a_place_only() {
    let customer = json!({"id": "7", "email": "Jane@Example.com", "phone": null, "firstName": "Jane", "lastName": null});
    let user = user_of(&json!({}), &customer);
    assert_eq!((&user["email"], &user["first_name"]), (&hash("jane@example.com"), &hash("jane")));
    assert_eq!(user["country"], "de", "the market's");
    let own =
        user_of(&json!({"shippingAddress": {"firstName": "Anna", "countryCode": "DE"}}), &customer);
    assert_eq!(
        (&own["email"], &own["first_name"]),
        (&Value::Null, &hash("anna")),
        "two people's are never mixed"
    );
    let nobody =
        user_of(&json!({"shippingAddress": {"city": "Lyon", "countryCode": "FR"}}), &Value::Null);
    assert_eq!((&nobody["city"], &nobody["country"]), (&json!("lyon"), &json!("fr")));
}
