//! From a customer's one name to all rows that a shop's store has of them.

use std::collections::BTreeSet;

use assent_gate::hex::Anchor;
use assent_gate::settings::ShopDomain;
use rusqlite::{Connection, ToSql, params};

use crate::store::erase::Whom;
use crate::store::read::story as read;
use crate::store::rows::shop::{IndexKey, Who};

/// By what rows are sought: [`Whom`], with hashes as the store has them.
pub(super) enum Sought<'a> {
    Order(&'a str),
    Contact(Who),
    Checkout(&'a Anchor),
    Visitor(Who),
}

impl<'a> Sought<'a> {
    pub(super) fn of(whom: &'a Whom, key: &IndexKey) -> Self {
        match whom {
            Whom::Order(id) => Self::Order(id),
            Whom::Contact(hash) => Self::Contact(key.who(hash)),
            Whom::Checkout(anchor) => Self::Checkout(anchor),
            Whom::Visitor(hash) => Self::Visitor(key.who(hash)),
        }
    }
}

/// What connects rows. Checkouts and carts share no anchor, so they can share a set.
#[derive(Clone, Default)]
pub(super) struct Links {
    pub(super) anchors: BTreeSet<String>,
    pub(super) visitors: BTreeSet<Who>,
}

/// Rows by number.
#[derive(Default)]
pub(super) struct Rows {
    pub(super) events: BTreeSet<i64>,
    pub(super) contexts: BTreeSet<i64>,
    pub(super) receipts: BTreeSet<i64>,
    pub(super) orders: BTreeSet<i64>,
}

/// What one or more names reach.
#[derive(Default)]
pub(super) struct Reached {
    pub(super) rows: Rows,
    pub(super) links: Links,
}

impl Reached {
    /// Adds what another name of the same customer reaches.
    pub(super) fn and(mut self, other: Self) -> Self {
        self.rows.events.extend(other.rows.events);
        self.rows.contexts.extend(other.rows.contexts);
        self.rows.receipts.extend(other.rows.receipts);
        self.rows.orders.extend(other.rows.orders);
        self.links.anchors.extend(other.links.anchors);
        self.links.visitors.extend(other.links.visitors);
        self
    }
}

pub(super) struct Reach<'a> {
    tx: &'a Connection,
    shop: &'a str,
    found: Rows,
    links: Links,
}

/// Rows and their links. One condition each: SQLite would answer an `OR` of two by looking at all of a shop's rows.
const EVENTS: [&str; 3] = [
    "SELECT id, checkout, cart, visitor FROM event WHERE shop = ?1 AND checkout = ?2",
    "SELECT id, checkout, cart, visitor FROM event WHERE shop = ?1 AND cart = ?2",
    "SELECT id, checkout, cart, visitor FROM event WHERE shop = ?1 AND visitor = ?2",
];
const CONTEXTS: [&str; 3] = [
    "SELECT rowid, anchor, cart, visitor FROM context WHERE shop = ?1 AND anchor = ?2",
    "SELECT rowid, anchor, cart, visitor FROM context WHERE shop = ?1 AND cart = ?2",
    "SELECT rowid, anchor, cart, visitor FROM context WHERE shop = ?1 AND visitor = ?2",
];
const RECEIPTS: [&str; 3] = [
    "SELECT id, checkout, cart, visitor FROM receipt WHERE shop = ?1 AND checkout = ?2",
    "SELECT id, checkout, cart, visitor FROM receipt WHERE shop = ?1 AND cart = ?2",
    "SELECT id, checkout, cart, visitor FROM receipt WHERE shop = ?1 AND visitor = ?2",
];
/// Nobody's visitor stands there: two conditions.
const ORDERS: [&str; 2] = [
    "SELECT id, checkout, cart, NULL FROM order_fact WHERE shop = ?1 AND checkout = ?2",
    "SELECT id, checkout, cart, NULL FROM order_fact WHERE shop = ?1 AND cart = ?2",
];
const ORDER: &str = "SELECT id, checkout, cart, NULL FROM order_fact WHERE shop = ?1 AND order_id = ?2";
/// `+shop`: the index is to be the other one.
const OF_ORDER: &str = "SELECT id, checkout, cart, visitor FROM event
     WHERE +shop = ?1 AND order_id IN (?2, 'gid://shopify/Order/' || ?2)";
const OF_CONTACT: &str = "SELECT id, checkout, cart, visitor FROM event
     WHERE +shop = ?1 AND id IN (SELECT event FROM customer WHERE shop = ?1 AND who = ?2)";

impl<'a> Reach<'a> {
    pub(super) fn of(tx: &'a Connection, shop: &'a ShopDomain, sought: &Sought<'_>) -> rusqlite::Result<Reached> {
        let mut reach = Self { tx, shop: shop.as_str(), found: Rows::default(), links: Links::default() };
        reach.name(sought)?;
        // From the browsers it was done with to the checkouts and carts they touched, and to what hangs on those. No
        // further: a browser that several people share must not lead to all that each of them did elsewhere.
        reach.follow()?;
        reach.follow()?;
        Ok(Reached { rows: reach.found, links: reach.links })
    }

    fn name(&mut self, sought: &Sought<'_>) -> rusqlite::Result<()> {
        match sought {
            Sought::Order(id) => {
                self.found.events = self.rows(OF_ORDER, &read::order_number(id))?;
                self.found.orders = self.rows(ORDER, &read::order_number(id))?;
            }
            Sought::Contact(who) => self.found.events = self.rows(OF_CONTACT, who)?,
            Sought::Checkout(anchor) => {
                self.links.anchors.insert(anchor.as_str().to_owned());
                self.follow()?;
            }
            Sought::Visitor(who) => {
                self.links.visitors.insert(who.clone());
            }
        }
        Ok(())
    }

    /// Finds the rows on the links known so far, and learns their links.
    fn follow(&mut self) -> rusqlite::Result<()> {
        let Links { anchors, visitors } = self.links.clone();
        let keys = anchors.iter().map(|anchor| (anchor as &dyn ToSql, 0..2));
        for (key, conditions) in keys.chain(visitors.iter().map(|visitor| (visitor as &dyn ToSql, 2..3))) {
            for n in conditions {
                let (events, contexts) = (self.rows(EVENTS[n], key)?, self.rows(CONTEXTS[n], key)?);
                self.found.events.extend(events);
                self.found.contexts.extend(contexts);
                let receipts = self.rows(RECEIPTS[n], key)?;
                self.found.receipts.extend(receipts);
                if let Some(orders) = ORDERS.get(n) {
                    let orders = self.rows(orders, key)?;
                    self.found.orders.extend(orders);
                }
            }
        }
        Ok(())
    }

    /// The numbers of some rows, whose links are learnt on the way.
    fn rows(&mut self, sql: &str, key: &dyn ToSql) -> rusqlite::Result<BTreeSet<i64>> {
        let mut find = self.tx.prepare_cached(sql)?;
        let mut rows = find.query(params![self.shop, key])?;
        let mut found = BTreeSet::new();
        while let Some(row) = rows.next()? {
            found.insert(row.get(0)?);
            self.links.anchors.extend([row.get::<_, Option<String>>(1)?, row.get(2)?].into_iter().flatten());
            self.links.visitors.extend(row.get::<_, Option<Who>>(3)?);
        }
        Ok(found)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Millions of receipts stand behind the one writer: it must not look at them all.
    #[test]
    fn every_row_is_found_by_an_index_of_its_own() {
        let store = Connection::open_in_memory().expect("memory");
        store.execute_batch(include_str!("schema.sql")).expect("the schema");
        for sql in [&EVENTS[..], &CONTEXTS, &RECEIPTS, &ORDERS, &[ORDER, OF_ORDER, OF_CONTACT]].concat() {
            let mut explain = store.prepare(&format!("EXPLAIN QUERY PLAN {sql}")).expect("a query");
            let plan = explain.query_map(["acme.myshopify.com", "x"], |row| row.get::<_, String>(3)).expect("a plan");
            for step in plan.map(|step| step.expect("a step")) {
                assert!(!step.contains("SCAN") && !step.contains("(shop=?)"), "{sql}: {step}");
            }
        }
    }
}
