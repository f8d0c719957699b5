//! From a customer's one name to all rows that a shop's store has of them.

use std::collections::BTreeSet;
use std::fmt;

use assent_gate::hex::{Anchor, Digest};
use assent_gate::settings::ShopDomain;
use serde::{Deserialize, Serialize};

use super::error::Result;
use super::links::{Kind, Link, Links};
use super::pseudonym_key::PseudonymKey;
use super::rows::link;
use super::rows::tx::Tx;

/// By what a shop can name a customer. Raw contacts and tokens never come this far.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Whom {
    /// Shopify's order id, as a bare number or as `gid://shopify/Order/…`; or with a # before it what
    /// the merchant calls the order, such as `#1001`. A bare `1001` could be either, and an erasure must
    /// not guess.
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

impl Whom {
    /// As the store has it.
    pub(super) fn link(&self, key: &PseudonymKey) -> Link {
        match self {
            Self::Order(name) if name.starts_with('#') => key.of_order_name(name),
            Self::Order(id) => key.of_order(id),
            Self::Contact(hash) | Self::Visitor(hash) => key.of_hash(hash),
            Self::Checkout(anchor) => Link::of_anchor(anchor),
        }
    }

    /// In words, without what it says.
    pub(crate) fn kind(&self) -> &'static str {
        match self {
            Self::Order(_) => "order",
            Self::Contact(_) => "e-mail address or phone number",
            Self::Checkout(_) => "checkout",
            Self::Visitor(_) => "visitor id",
        }
    }

    /// How far to go from what it names.
    pub(super) fn reach(&self) -> Reach {
        match self {
            Self::Visitor(_) => Reach::OfBrowser,
            Self::Order(_) | Self::Contact(_) | Self::Checkout(_) => Reach::OfPurchase,
        }
    }
}

/// From a purchase to the browsers it was done with, from those to the checkouts and carts they
/// touched, and to what hangs on those. No further: a browser that several people share must not
/// lead to all that each of them did elsewhere.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Reach {
    OfPurchase,
    OfBrowser,
}

/// Rows by their numbers, and what connects them.
#[derive(Debug, Default)]
pub(super) struct Customer {
    pub(super) events: BTreeSet<i64>,
    pub(super) contexts: BTreeSet<i64>,
    pub(super) receipts: BTreeSet<i64>,
    pub(super) orders: BTreeSet<i64>,
    /// Checkouts, carts and visitors, and by what it was asked.
    pub(super) connections: BTreeSet<Link>,
    /// By what else Shopify names the customer.
    pub(super) customer: BTreeSet<Link>,
    pub(super) way: Way,
}

/// How the rows were found, for whoever judges how far an erasure goes.
#[derive(Debug, Default)]
pub(super) struct Way {
    /// Rows under the name itself; the others hang on what these hang on.
    pub(super) named: usize,
    pub(super) browsers: BTreeSet<Link>,
    pub(super) checkouts: BTreeSet<Link>,
    pub(super) carts: BTreeSet<Link>,
}

/// Finds a customer by these names.
pub(super) fn find(
    tx: Tx<'_>,
    shop: &ShopDomain,
    named: impl IntoIterator<Item = Link>,
    reach: Reach,
) -> Result<Customer> {
    let mut found = Customer::default();
    let mut ask: BTreeSet<Link> = named.into_iter().collect();
    let mut asked = BTreeSet::new();
    let steps = match reach {
        Reach::OfPurchase => 3,
        Reach::OfBrowser => 2,
    };
    for _ in 0..steps {
        for link in &ask {
            for (kind, linked) in link::on(tx, shop, *link)? {
                found.learn(kind, linked.id);
                let links = linked.links;
                found.connections.extend(links.anchors().chain(links.visitor));
                found.way.note(&links);
                if kind != Kind::Receipt {
                    found.customer.extend(links.customer);
                }
            }
        }
        if asked.is_empty() {
            found.way.named = found.rows();
        }
        asked.extend(std::mem::take(&mut ask));
        ask.extend(found.connections.difference(&asked));
    }
    found.connections.extend(asked);
    Ok(found)
}

impl Customer {
    pub(super) fn rows(&self) -> usize {
        let Self { events, contexts, receipts, orders, .. } = self;
        events.len() + contexts.len() + receipts.len() + orders.len()
    }

    fn learn(&mut self, kind: Kind, id: i64) {
        let rows = match kind {
            Kind::Event => &mut self.events,
            Kind::Receipt => &mut self.receipts,
            Kind::Context => &mut self.contexts,
            Kind::Order => &mut self.orders,
        };
        rows.insert(id);
    }
}

impl Way {
    fn note(&mut self, links: &Links) {
        self.browsers.extend(links.visitor);
        self.checkouts.extend(links.checkout);
        self.carts.extend(links.cart);
    }
}
