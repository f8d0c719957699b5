//! The writer is one thread for all shops: no statement it runs for a beacon, a withdrawal, an
//! order, a claim or an answer may read a whole table. The statements are not listed here but
//! overheard, so a new one is asked too.

use crate::store::engine::Connection;
use std::collections::BTreeSet;
use std::path::Path;
use std::sync::Arc;

use assent_gate::beacon::{Client, WireEvent, Withdrawal};
use assent_gate::event::{Goods, Person, Token};
use assent_gate::order::{Facts, Order, Sold};
use assent_gate::time::Timestamp;
use serde_json::json;

use super::accept::accept;
use super::arrived::Arrived;
use super::customer::{self, Whom};
use super::order::{Notice, Outcome};
use super::pseudonym_key::PseudonymKey;
use super::rows::shop::key_or_new;
use super::rows::tx::Tx;
use super::withdraw::No;
use super::{deliver, file, withdraw};
use crate::config::{Config, Secrets, Shop};
use crate::pixel::ShopPixel;
use crate::rules::answer::{Answer, Reply};
use crate::rules::order::Topic;

const NOW: Timestamp = Timestamp(1_772_442_000);
const DOMAIN: &str = "acme.myshopify.com";

pub(super) fn shop() -> Arc<Shop> {
    let text = format!(
        "public_url = \"https://events.example.com\"\n[[shops]]\ndomain = \"{DOMAIN}\"\npixel_code = \"C4EXAMPLE0000000000\"\n\
         access_token_env = \"T\"\nwebhook_secret_envs = [\"W\"]\nconsent.cmp = \"shopify\"\npurchase.confirm = \"beacon\""
    );
    let config = Config::parse(&text, Path::new(""), Secrets::Needed, &|_| Some("x".to_owned()))
        .expect("no fault");
    config.shops[0].clone()
}

/// A beacon with a checkout, a cart, a visitor and a customer: everything a statement can ask by.
pub(super) fn arrived(
    shop: &Arc<Shop>,
    kind: &str,
    name: &str,
    id: &str,
    (visitor, at): (&str, Timestamp),
) -> Arrived {
    let event = json!({
        "name": name, "event_id": id.repeat(32), "event_time": NOW.0, "checkout": "c".repeat(64), "browser": "fired",
        "page": {"url": "https://shop.acme.example/"},
        "user": {"external_id": visitor.repeat(64), "email": "a".repeat(64)},
    });
    let event: WireEvent = serde_json::from_value(event).expect("an event");
    Arrived {
        shop: shop.clone(),
        pixel: ShopPixel::of(&Client { version: "1.0.0".into(), kind: kind.into(), settings: None }),
        evidence: serde_json::from_value(json!({
            "decision": "granted", "rule": "shopify_only", "basis": "permission", "evaluated_at": at.0, "gpc": false,
            "shopify": {"marketing": true, "sale_of_data": true, "analytics": null, "preferences": null},
        }))
        .expect("evidence"),
        checkout: event.checkout.clone(),
        cart: event.checkout.clone(),
        anchors: event.checkout.iter().cloned().collect(),
        visitors: event.user.external_id.iter().cloned().collect(),
        events: vec![event],
        user: None,
        page: None,
        ip: None,
        sent_at: at,
        received_at: at,
    }
}

/// Every statement of a conversion's life, with its withdrawal and its return.
pub(super) fn live(tx: Tx<'_>, shop: &Arc<Shop>) {
    let domain = &shop.settings.shop;
    let key = &key_or_new(tx, domain).expect("a key");
    let accept_from = |kind, name, id, of| {
        accept(tx, key, &arrived(shop, kind, name, id, of)).expect("it is stored");
    };
    let accept = |name, id, of| accept_from("custom", name, id, of);
    let no = |visitor: &str, at: Timestamp| {
        let (anchor, visitor) = ("c".repeat(64), visitor.repeat(64));
        let no =
            json!({"at": at.0, "checkouts": [anchor], "carts": [anchor], "external_id": visitor});
        let said: Withdrawal = serde_json::from_value(no).expect("a withdrawal");
        let no = No { shop: domain.clone(), said, sent_at: at, received_at: at };
        withdraw::withdraw(tx, key, &no).expect("it is stored");
    };
    accept("AddToCart", "1", ("d", NOW));
    // Another pixel's duplicate under a later grant.
    accept_from("app", "AddToCart", "1", ("d", NOW.plus(1)));
    no("d", NOW.plus(2));
    accept("AddToCart", "1", ("d", NOW.plus(3))); // refused
    accept("AddToCart", "1", ("e", NOW.plus(3)));
    accept("Purchase", "2", ("e", NOW.plus(3)));
    order(tx, key, shop, Topic::Created, "2"); // confirmed
    order(tx, key, shop, Topic::Created, "4"); // recovered
    order(tx, key, shop, Topic::Cancelled, "5");
    let ids = deliver::claim(tx, shop, 50, NOW.plus(3)).expect("a claim").ids();
    assert_eq!(ids.len(), 3);
    no("e", NOW.plus(4)); // on their way
    accept("Purchase", "2", ("f", NOW.plus(5)));
    deliver::renew(tx, shop, &ids, NOW).expect("leave");
    let reply = Reply { answer: Answer::Accepted { code: 0 }, request_id: None };
    deliver::settle(tx, domain, &ids, &reply, NOW, || 0).expect("it is settled");
    order(tx, key, shop, Topic::Paid, "2"); // noted
    order(tx, key, shop, Topic::Created, "6"); // no context
}

/// The order of the Purchase with this id, from the cart that the beacons name; told twice.
fn order(tx: Tx<'_>, key: &PseudonymKey, shop: &Arc<Shop>, topic: Topic, event_id: &str) {
    let order = Order {
        id: event_id.into(),
        name: Some(format!("#{event_id}-EU").into()),
        number: Some(event_id.into()),
        checkout: Some(Token("3f9a1c0b7d2e4f60a1b2c3d4e5f60718".into())),
        cart: None,
        created_at: NOW,
        sold: Sold::Checkout,
        person: Person { email: Some("jane@example.com".into()), ..Person::default() },
        goods: Goods { currency: Some("EUR".into()), value: Some(1.5), ..Goods::default() },
        landing: None,
    };
    let cart = "c".repeat(64).parse().ok();
    let facts =
        Facts { cart, event_id: event_id.repeat(32).parse().ok(), ..order.facts(&shop.settings) };
    let webhook = Some(format!("{topic:?} {event_id}"));
    let notice = Notice {
        shop: shop.clone(),
        webhook,
        topic,
        facts,
        contacts: order.contacts(&shop.settings),
        lost: None,
        received_at: NOW.plus(3),
    };
    assert_ne!(super::order::order(tx, key, &notice).expect("it is stored"), Outcome::Duplicate);
    assert_eq!(super::order::order(tx, key, &notice).expect("it is known"), Outcome::Duplicate);
    let domain = &shop.settings.shop;
    super::order::refund(tx, key, domain, None, event_id, NOW).expect("it is stored");
}

/// A store in memory, and every statement that `of` runs on it.
fn overheard(of: impl FnOnce(Tx<'_>)) -> (Connection, BTreeSet<String>) {
    let mut store = file::in_memory();
    let heard = store.overhear(|store| of(Tx::new(store)));
    (store, heard)
}

#[test]
fn no_statement_of_a_beacon_a_withdrawal_or_a_send_reads_a_whole_table() {
    let (store, heard) = overheard(|tx| live(tx, &shop()));
    for own in [
        "DELETE FROM context",
        "INSERT INTO pixel",
        "UPDATE event SET history = history ||",
        "INSERT INTO webhook",
    ] {
        assert!(heard.iter().any(|sql| sql.starts_with(own)), "{own} was not heard: {heard:#?}");
    }
    for sql in &heard {
        for step in store.plan(sql) {
            // A row of constants is what `INSERT … SELECT ?1, ?2 …` selects from.
            assert!(!step.starts_with("SCAN ") || step == "SCAN CONSTANT ROW", "{step}: {sql}");
            // Nor all rows of a shop; the first in an index's order is one.
            let is_first = sql.starts_with("SELECT min(at)");
            assert!(!step.ends_with("(shop=?)") || is_first, "{step}: {sql}");
        }
    }
}

/// However many other events are due.
#[test]
fn a_claim_finds_purchases_by_an_index_of_their_own() {
    let (store, heard) = overheard(|tx| live(tx, &shop()));
    let of_purchases: Vec<_> =
        heard.iter().filter(|sql| sql.contains("event.name = 'Purchase' ORDER BY")).collect();
    assert_eq!(of_purchases.len(), 1);
    let steps = store.plan(of_purchases[0]);
    assert!(steps.iter().any(|step| step.contains("INDEX event_purchase ")), "{steps:#?}");
}

/// Millions of receipts stand behind the one writer: an erasure must not look at them all, nor at
/// all of one shop's.
#[test]
fn every_row_of_a_customer_is_found_by_an_index_of_its_own() {
    let shop = shop();
    let (store, heard) = overheard(|tx| {
        live(tx, &shop);
        let domain = &shop.settings.shop;
        let key = key_or_new(tx, domain).expect("a key");
        let (anchor, hash) = ("c".repeat(64).parse(), "e".repeat(64).parse());
        let whoms = [
            Whom::Order("2".to_owned()),
            Whom::Checkout(anchor.expect("an anchor")),
            Whom::Contact("a".repeat(64).parse().expect("a hash")),
            Whom::Visitor(hash.expect("a hash")),
        ];
        for whom in &whoms {
            customer::find(tx, domain, [whom.link(&key)], whom.reach()).expect("a customer");
        }
    });
    let of_customers: Vec<_> = heard
        .iter()
        .filter(|sql| sql.starts_with("SELECT id, checkout, cart, visitor, customer "))
        .collect();
    // Events, receipts, contexts and orders.
    assert_eq!(of_customers.len(), 4, "{of_customers:#?}");
    for sql in of_customers {
        for step in store.plan(sql) {
            assert!(!step.contains("SCAN") && !step.contains("(shop=?)"), "{sql}: {step}");
        }
    }
}
