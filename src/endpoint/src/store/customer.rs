//! From a customer's one name to all rows that a shop's store has of them.

use std::collections::BTreeSet;
use std::fmt;

use assent_gate::hex::{Anchor, Digest};
use assent_gate::settings::ShopDomain;
use serde::{Deserialize, Serialize};

use super::error::Result;
use super::links::{Link, Linked};
use super::pseudonym_key::{KeyedHash, PseudonymKey};
use super::rows::tx::Tx;
use super::rows::{context, event_queries, order, receipt};

/// By what a shop can name a customer. Raw contacts and tokens never come this far.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Whom {
    /// Shopify's order id, as a bare number or as `gid://shopify/Order/…`.
    Order(String),
    /// A hashed e-mail address or phone number.
    Contact(Digest),
    Checkout(Anchor),
    /// The hashed visitor id: TikTok's `external_id`.
    Visitor(Digest),
}

impl fmt::Debug for Whom {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Whom(…)")
    }
}

/// [`Whom`], with hashes as the store has them.
pub(super) enum Sought<'a> {
    Order(&'a str),
    Contact(KeyedHash),
    Checkout(&'a Anchor),
    Visitor(KeyedHash),
}

impl<'a> Sought<'a> {
    pub(super) fn of(whom: &'a Whom, key: &PseudonymKey) -> Self {
        match whom {
            Whom::Order(id) => Self::Order(id),
            Whom::Contact(hash) => Self::Contact(key.of_hash(hash)),
            Whom::Checkout(anchor) => Self::Checkout(anchor),
            Whom::Visitor(hash) => Self::Visitor(key.of_hash(hash)),
        }
    }
}

/// Rows by their keys: numbers, and the anchors of contexts.
#[derive(Default)]
pub(super) struct CustomerRows {
    pub(super) events: BTreeSet<i64>,
    pub(super) contexts: BTreeSet<String>,
    pub(super) receipts: BTreeSet<i64>,
    pub(super) orders: BTreeSet<i64>,
}

/// What connects rows. Checkouts and carts share no anchor, so they can share a set.
#[derive(Clone, Default)]
pub(super) struct Connections {
    pub(super) anchors: BTreeSet<String>,
    pub(super) visitors: BTreeSet<KeyedHash>,
}

/// All that one or more names of a customer lead to.
#[derive(Default)]
pub(super) struct Customer {
    pub(super) rows: CustomerRows,
    pub(super) connections: Connections,
}

impl Customer {
    /// Adds what another name of the same customer leads to.
    pub(super) fn and(mut self, other: Self) -> Self {
        self.rows.events.extend(other.rows.events);
        self.rows.contexts.extend(other.rows.contexts);
        self.rows.receipts.extend(other.rows.receipts);
        self.rows.orders.extend(other.rows.orders);
        self.connections.anchors.extend(other.connections.anchors);
        self.connections.visitors.extend(other.connections.visitors);
        self
    }
}

/// Finds a customer by one name.
pub(super) fn find(tx: Tx<'_>, shop: &ShopDomain, sought: &Sought<'_>) -> Result<Customer> {
    let mut search = Search { tx, shop, found: Customer::default() };
    search.name(sought)?;
    // From the browsers it was done with to the checkouts and carts they touched, and to what hangs
    // on those. No further: a browser that several people share must not lead to all that each of
    // them did elsewhere.
    search.follow()?;
    search.follow()?;
    Ok(search.found)
}

struct Search<'a> {
    tx: Tx<'a>,
    shop: &'a ShopDomain,
    found: Customer,
}

impl Search<'_> {
    fn name(&mut self, sought: &Sought<'_>) -> Result<()> {
        match sought {
            Sought::Order(id) => {
                let number = order::bare_number(id);
                let events = event_queries::of_order(self.tx, self.shop, number)?;
                let orders = order::by_number(self.tx, self.shop, number)?;
                let (events, orders) = (self.learn(events), self.learn(orders));
                self.found.rows.events.extend(events);
                self.found.rows.orders.extend(orders);
            }
            Sought::Contact(who) => {
                let events = event_queries::of_contact(self.tx, self.shop, who)?;
                let events = self.learn(events);
                self.found.rows.events.extend(events);
            }
            Sought::Checkout(anchor) => {
                self.found.connections.anchors.insert(anchor.as_str().to_owned());
                self.follow()?;
            }
            Sought::Visitor(who) => {
                self.found.connections.visitors.insert(who.clone());
            }
        }
        Ok(())
    }

    /// Finds the rows on the connections known so far, and learns theirs.
    fn follow(&mut self) -> Result<()> {
        let Connections { anchors, visitors } = self.found.connections.clone();
        let of_anchors =
            anchors.iter().flat_map(|anchor| [Link::Checkout(anchor), Link::Cart(anchor)]);
        for link in of_anchors.chain(visitors.iter().map(Link::Visitor)) {
            let events = self.learn(event_queries::linked(self.tx, self.shop, link)?);
            let contexts = self.learn(context::linked(self.tx, self.shop, link)?);
            let receipts = self.learn(receipt::linked(self.tx, self.shop, link)?);
            let orders = self.learn(order::linked(self.tx, self.shop, link)?);
            let rows = &mut self.found.rows;
            rows.events.extend(events);
            rows.contexts.extend(contexts);
            rows.receipts.extend(receipts);
            rows.orders.extend(orders);
        }
        Ok(())
    }

    /// The keys of some rows, whose connections are learnt on the way.
    fn learn<Key>(&mut self, linked: Vec<Linked<Key>>) -> Vec<Key> {
        let known = &mut self.found.connections;
        let learn = |Linked { key, anchors, visitor }| {
            known.anchors.extend(anchors);
            known.visitors.extend(visitor);
            key
        };
        linked.into_iter().map(learn).collect()
    }
}
