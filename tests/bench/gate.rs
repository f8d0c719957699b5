//! The gate's hot functions, timed: `cargo bench --locked -p assent-native`. tests/tools/mapping.mjs reads
//! `an_order_is_mapped` and `an_order_to_its_body`, and runs the same order through another product (docs/speed.md#mapping-and-hashing).

use assent_gate::beacon::WireEvent;
use assent_gate::consent::{
    Cmp, Decision, Grant, Meanwhile, Policy, Shopify, Signals, decide, records,
};
use assent_gate::jar::{Jar, Stored};
use assent_gate::order::{BrowserContext, Money, recovered};
use assent_gate::settings::Settings;
use assent_gate::tiktok::events_api::{Element, Request};
use assent_gate::tiktok::{User, person};
use assent_gate::time::Timestamp;
use assent_gate::{ids, shopify};
use divan::{Bencher, black_box};

use serde_json::Value;

use crate::tree::Tree;

/// JSON as the endpoint hands it to the gate.
#[path = "../../src/endpoint/src/tree.rs"]
mod tree;

/// The order of both products.
const ORDER: &str = include_str!("order.json");
/// A decision of everybody's banner, as OneTrust keeps it.
const RECORD: &str = "OptanonAlertBoxClosed=2026-03-02T09:00:01.000Z; OptanonConsent=isGpcEnabled=0&datestamp=Mon+Mar+02+2026+10%3A00%3A00+GMT%2B0100&version=202501.2.0&browserGpcFlag=0&isIABGlobal=false&hosts=&consentId=11111111-2222-4333-8444-555555555555&interactionCount=1&landingPath=NotLandingPage&groups=C0001%3A1%2CC0002%3A1%2CC0003%3A1%2CC0004%3A1&AwaitingReconsent=false";
const NOW: Timestamp = Timestamp(1_796_000_000);

fn main() {
    divan::main();
}

fn settings() -> Settings {
    let shop = "acme.myshopify.com".parse().expect("a shop");
    Settings { storefronts: vec!["shop.acme.example".into()], ..Settings::new(shop, Cmp::Auto) }
}

fn policy(cmp: Cmp) -> Policy {
    Policy { cmp, undecided: Meanwhile::Hold, missing: Meanwhile::Hold }
}

/// Shopify permits, and the page could see a record.
fn signals(jar: &Jar) -> Signals {
    Signals {
        shopify: Shopify { marketing: Some(true), sale_of_data: Some(true), ..Shopify::default() },
        records: records::read(jar, Cmp::Auto, &[]),
        within_reach: true,
        ..Signals::default()
    }
}

fn device() -> Jar {
    let others = "_shopify_y=4a0c; cart=Z2NwLWV1; _ga=GA1.1.1; _fbp=fb.1.1; localization=DE; ";
    let storage = vec![("consent".into(), Stored::Absent)];
    Jar { cookie: Some([others, RECORD].concat().into()), storage }
}

fn grant() -> Grant {
    match decide(signals(&Jar::default()), policy(Cmp::Shopify), NOW) {
        Decision::Granted(grant) => grant,
        Decision::Denied(rule) | Decision::Unknown(rule) => panic!("{}", rule.as_str()),
    }
}

/// What is to be sent of an order: read, named, normalised, hashed.
fn mapped(json: &Value, settings: &Settings, grant: &Grant) -> WireEvent {
    let order = shopify::order(&Tree(json), Money::Presentment, NOW).expect("an order");
    let (facts, contacts) = (order.facts(settings), order.contacts(settings));
    let context = BrowserContext { user: User::default(), page: None };
    recovered(grant, &facts, &contacts, context, settings).expect("a checkout")
}

/// A webhook's text in, the body that goes to TikTok out.
fn body(settings: &Settings, grant: &Grant) -> Vec<u8> {
    let json: Value = serde_json::from_str(black_box(ORDER)).expect("JSON");
    let event = mapped(&json, settings, grant);
    let elements = vec![Element::new(grant, &event, Some("198.51.100.9"))];
    serde_json::to_vec(&Request::new("C4BENCH", None, elements)).expect("JSON")
}

#[divan::bench]
fn an_order_is_mapped(bencher: Bencher<'_, '_>) {
    let (settings, grant) = (settings(), grant());
    let json: Value = serde_json::from_str(ORDER).expect("JSON");
    bencher.bench_local(|| mapped(black_box(&json), &settings, &grant));
}

#[divan::bench]
fn an_order_to_its_body(bencher: Bencher<'_, '_>) {
    let (settings, grant) = (settings(), grant());
    let whole = String::from_utf8(body(&settings, &grant)).expect("UTF-8");
    assert!(whole.contains("\"Purchase\"") && !whole.contains("example.com\""), "{whole}");
    bencher.bench_local(|| body(&settings, &grant));
}

/// Every tool's keys are looked for among the shopper's cookies.
#[divan::bench]
fn a_device_is_read(bencher: Bencher<'_, '_>) {
    let jar = device();
    assert_eq!(records::read(&jar, Cmp::Auto, &[]).len(), 1);
    bencher.bench_local(|| records::read(black_box(&jar), Cmp::Auto, &[]));
}

#[divan::bench]
fn a_decision(bencher: Bencher<'_, '_>) {
    let known = signals(&device());
    let decided = decide(known.clone(), policy(Cmp::Auto), NOW);
    assert_eq!(decided.word(), "granted", "{}", decided.rule().as_str());
    bencher
        .with_inputs(|| known.clone())
        .bench_local_values(|signals| decide(signals, policy(Cmp::Auto), NOW));
}

#[divan::bench]
fn an_event_id(bencher: Bencher<'_, '_>) {
    let shop = settings().shop;
    bencher.bench_local(|| {
        let checkout = ids::checkout_anchor(&shop, black_box("c5d39a1f0a4b4b6e8f1d2c3b4a596877"));
        ids::event_id(&shop, "Purchase", checkout.as_str())
    });
}

#[divan::bench]
fn contacts_are_hashed(bencher: Bencher<'_, '_>) {
    let json: Value = serde_json::from_str(ORDER).expect("JSON");
    let order = shopify::order(&Tree(&json), Money::Presentment, NOW).expect("an order");
    bencher.bench_local(|| person::hashed(black_box(&order.person), &person::native_fold));
}
