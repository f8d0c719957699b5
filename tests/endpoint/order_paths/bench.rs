//! A store of one shop whose rows can be put back as they were, and what is done to it.

use std::net::IpAddr;
use std::path::Path;
use std::sync::Arc;

use assent_endpoint::config::Shop;
use assent_endpoint::rules::answer::Reply;
use assent_endpoint::rules::order::Topic;
use assent_endpoint::secret::ClientIp;
use assent_endpoint::store::{Arrived, No, Notice, Outcome, Owed, Store, StoreError, Taken};
use assent_endpoint::store_place::StorePlace;
use assent_gate::beacon::{BrowserLeg, Withdrawal};
use assent_gate::event::{Goods, Item, Person, Token};
use assent_gate::hex::{Anchor, Digest};
use assent_gate::ids;
use assent_gate::order::{Order, Sold};
use assent_gate::time::Timestamp;
use serde_json::json;
use tempfile::TempDir;
use tokio::runtime::Runtime;

use super::shelf::{Shelf, Snapshot};
use super::{Told, Way};
use crate::bench::{LIVES, shop};
use crate::support::beacon::{anchor, beacon, hash, id, purchase};
use crate::support::place::Place;
use crate::support::rows::{Field, OfField, Rows, hex};
use crate::support::server::SHOP;
use crate::support::until;

/// The second in which the shopper bought.
pub(super) const BOUGHT: Timestamp = Timestamp(1_772_442_000);
/// What the browser tells, and what Shopify has. They never agree, so that each copy shows whose
/// word it carries.
pub(super) const BROWSERS: (f64, &str) = (81.91, "EUR");
pub(super) const SHOPIFYS: (f64, &str) = (64.2, "USD");
/// Of the order only: no browser ever tells this address.
pub(super) const BUYER: &str = "buyer@order.example";

pub(super) struct Bench {
    dir: TempDir,
    pub(super) shop: Arc<Shop>,
    store: Option<Store>,
    pub(super) rows: Rows,
    shelf: Shelf,
    runtime: Runtime,
    /// Goes last: the store is still in it.
    place: Place,
}

impl Bench {
    pub(super) fn new(purchase: &str) -> Self {
        // In memory, where the machine has such a place: power loss is not what is tried here.
        let memory = Path::new("/dev/shm");
        let dir = if memory.is_dir() { TempDir::new_in(memory) } else { TempDir::new() }
            .expect("a directory");
        let (place, shop) = (Place::new(), shop(purchase, "shopify"));
        let store = Some(opened(&place.in_folder(dir.path()), &shop, BOUGHT));
        let rows = place.rows(dir.path()).in_a_hurry();
        let shelf = Shelf::of(&rows);
        let runtime = tokio::runtime::Builder::new_current_thread().build().expect("a runtime");
        Self { dir, place, shop, store, rows, shelf, runtime }
    }

    fn store(&self) -> &Store {
        self.store.as_ref().expect("it is open")
    }

    /// The process ends without a farewell, and a new one opens the store.
    pub(super) fn crash(&mut self, now: Timestamp) {
        self.store.take().expect("it is open").close();
        self.store = Some(opened(&self.place.in_folder(self.dir.path()), &self.shop, now));
    }

    pub(super) fn snapshot(&self) -> Snapshot {
        self.shelf.keep(&self.rows)
    }

    /// The store as it was. A state is what is in the rows: the store keeps nothing beside them.
    pub(super) fn restore(&self, snapshot: &Snapshot) {
        self.shelf.put_back(&self.rows, snapshot);
    }

    pub(super) fn accept(
        &self,
        told: Told,
        way: Way,
        evaluated_at: Timestamp,
        now: Timestamp,
    ) -> Taken {
        let mut evidence = beacon(None, &[])["consent"].clone();
        evidence["evaluated_at"] = evaluated_at.0.into();
        let user = json!({"external_id": way.visitor.map(hash), "user_agent": "Mozilla/5.0 (test)", "ttclid": "E.C.P.click"});
        let page = json!({"url": "https://shop.acme.example/cart"});
        let event = match told {
            Told::Receipt => None,
            Told::Started => Some(event("InitiateCheckout", way, BrowserLeg::Skipped)),
            Told::Purchase(leg) => Some(event("Purchase", way, leg)),
        };
        let read = |value| serde_json::from_value(value).expect("it is of the contract");
        let alone = event.is_none();
        let arrived = Arrived {
            shop: self.shop.clone(),
            pixel: None,
            evidence: serde_json::from_value(evidence).expect("evidence"),
            checkout: way.checkout_anchor(),
            cart: way.cart_anchor(),
            anchors: way.checkout_anchor().into_iter().chain(way.cart_anchor()).collect(),
            visitors: way.visitor_hash().into_iter().collect(),
            events: event
                .into_iter()
                .map(|event| serde_json::from_value(event).expect("an event"))
                .collect(),
            user: alone.then(|| read(user)),
            page: alone.then(|| serde_json::from_value(page).expect("a page")),
            ip: Some(ClientIp::from(IpAddr::from([203, 0, 113, 7]))),
            sent_at: now,
            received_at: now,
        };
        self.runtime.block_on(self.store().accept(arrived)).expect("it is stored")
    }

    pub(super) fn order(&self, topic: Topic, way: Way, now: Timestamp) -> Outcome {
        let order = order(way);
        let notice = Notice {
            shop: self.shop.clone(),
            webhook: Some(format!("{} of {:?}", topic.name(), way.checkout)),
            topic,
            facts: order.facts(&self.shop.settings),
            contacts: order.contacts(&self.shop.settings),
            lost: None,
            received_at: now,
        };
        self.runtime.block_on(self.store().order(notice)).expect("it is stored")
    }

    pub(super) fn withdraw(&self, way: Way, now: Timestamp) {
        let said = Withdrawal {
            at: now,
            checkouts: way.checkout_anchor().into_iter().collect(),
            carts: way.cart_anchor().into_iter().collect(),
            external_id: way.visitor_hash(),
        };
        self.runtime
            .block_on(self.store().withdraw(No {
                shop: self.shop.settings.shop.clone(),
                said,
                sent_at: now,
                received_at: now,
            }))
            .expect("it is stored");
    }

    pub(super) fn claim(&self, now: Timestamp) -> Vec<i64> {
        self.runtime.block_on(self.store().claim(&self.shop, 50, now)).expect("a claim").ids()
    }

    pub(super) fn renew(&self, ids: Vec<i64>, now: Timestamp) -> Vec<Owed> {
        self.runtime.block_on(self.store().renew(&self.shop, ids, now)).expect("an answer")
    }

    pub(super) fn settle(&self, ids: &[i64], reply: &Reply, now: Timestamp) {
        self.runtime
            .block_on(self.store().settle(&self.shop.settings.shop, ids, reply, now))
            .expect("it is settled");
    }

    /// One step, which reaches far more rows than there are.
    pub(super) fn sweep(&self, now: Timestamp) {
        self.runtime.block_on(self.store().sweep(LIVES, now)).expect("it is swept");
    }
}

impl Way {
    pub(super) fn checkout_anchor(self) -> Option<Anchor> {
        self.checkout.and_then(|token| anchor(token).parse().ok())
    }

    pub(super) fn cart_anchor(self) -> Option<Anchor> {
        self.cart.and_then(|token| ids::cart_anchor(&SHOP.parse().expect("a shop"), token))
    }

    pub(super) fn visitor_hash(self) -> Option<Digest> {
        self.visitor.and_then(|visitor| hash(visitor).parse().ok())
    }
}

/// The id of a checkout's Purchase, as the contract has it.
pub(super) fn purchase_id(checkout: &str) -> String {
    id("Purchase", &anchor(checkout))
}

fn event(name: &str, way: Way, leg: BrowserLeg) -> serde_json::Value {
    let token = way.checkout.expect("only a receipt is without a checkout");
    let mut event = purchase(token);
    event["name"] = name.into();
    event["event_id"] = id(name, &anchor(token)).into();
    event["event_time"] = BOUGHT.0.into();
    event["browser"] = serde_json::to_value(leg).expect("a word");
    event["user"]["external_id"] = way.visitor.map(hash).into();
    event["properties"]["value"] = BROWSERS.0.into();
    event["properties"]["currency"] = BROWSERS.1.into();
    event["properties"]["order_id"] = token.into();
    event
}

/// Shopify makes the order a moment after the shopper bought.
fn order(way: Way) -> Order {
    let item =
        Item { variant: Some("7".into()), quantity: 1, price: Some(SHOPIFYS.0), ..Item::default() };
    let token = |of: Option<&str>| of.map(|of| Token(of.into()));
    Order {
        id: way.checkout.expect("an order of a checkout").into(),
        checkout: token(way.checkout),
        cart: token(way.cart),
        created_at: BOUGHT.plus(2),
        sold: Sold::Checkout,
        person: Person { email: Some(BUYER.into()), ..Person::default() },
        goods: Goods {
            currency: Some(SHOPIFYS.1.into()),
            value: Some(SHOPIFYS.0),
            items: vec![item],
            order_id: way.checkout.map(Into::into),
            ..Goods::default()
        },
        name: None,
        number: None,
        landing: None,
    }
}

fn opened(place: &StorePlace, shop: &Shop, now: Timestamp) -> Store {
    // A server that another test is just starting holds a copy of the lock until it is on its feet.
    until("the lock is free", || match Store::open(place, [&shop.settings.shop], now) {
        Err(StoreError::Locked { .. }) => None,
        opened => Some(opened.expect("a store")),
    })
}

/// An event's row.
#[derive(Debug)]
pub(super) struct Event {
    pub(super) event_id: String,
    pub(super) state: String,
    pub(super) ended: bool,
    pub(super) sending: bool,
    pub(super) payload: Option<String>,
}

/// What the rows say.
impl Bench {
    pub(super) fn column<T: OfField>(&self, sql: &str) -> Vec<T> {
        self.rows.column(sql)
    }

    pub(super) fn events(&self) -> Vec<Event> {
        let rows = self.rows.all("SELECT event_id, state, ended, sending > 0, payload FROM event");
        let read = |row: Vec<Field>| {
            let [event_id, state, ended, sending, payload]: [Field; 5] =
                row.try_into().expect("five");
            Event {
                event_id: hex(&event_id.bytes()),
                state: String::of(state),
                ended: bool::of(ended),
                sending: bool::of(sending),
                payload: OfField::of(payload),
            }
        };
        rows.into_iter().map(read).collect()
    }

    /// Anchors and what is kept under them.
    pub(super) fn contexts(&self) -> Vec<(String, String)> {
        let of_context =
            |[anchor, payload]: [Field; 2]| (hex(&anchor.bytes()), String::of(payload));
        self.pairs("SELECT coalesce(checkout, cart), payload FROM context", of_context)
    }

    /// Orders and how they stand.
    pub(super) fn orders(&self) -> Vec<(String, String)> {
        let of_order = |order: [Field; 2]| order.map(String::of).into();
        self.pairs::<(String, String)>("SELECT order_id, state FROM order_fact", of_order)
    }

    fn pairs<T>(&self, sql: &str, read: impl Fn([Field; 2]) -> T) -> Vec<T> {
        let rows = self.rows.all(sql).into_iter();
        rows.map(|row| read(row.try_into().expect("two"))).collect()
    }

    /// An order has a copy of its Purchase's end, with its marks: those that have not.
    pub(super) fn orders_without_their_purchases_end(&self) -> Vec<String> {
        self.column(
            "SELECT order_fact.order_id || ': ' || order_fact.state || ', its Purchase ' || event.state
             FROM order_fact JOIN event
                 ON event.shop = order_fact.shop AND event.event_id = order_fact.event_id
             WHERE event.ended = 1 AND order_fact.state NOT IN ('held', 'parked', 'due')
                 AND (order_fact.state <> event.state
                     OR order_fact.marks <> (event.marks | (event.test * 32)))",
        )
    }

    /// Every text outside events' personal parts.
    pub(super) fn texts(&self) -> Vec<String> {
        self.column(
            "SELECT history || reason FROM event UNION ALL SELECT payload FROM context
             UNION ALL SELECT coalesce(figures, '') || history || reason FROM order_fact
             UNION ALL SELECT evidence FROM receipt",
        )
    }
}
