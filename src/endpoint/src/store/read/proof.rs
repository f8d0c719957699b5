//! The receipts of one order, event or checkout.

use crate::store::engine::{self, Connection, Params, params};
use std::collections::BTreeSet;

use assent_gate::hex::EventId;
use assent_gate::ids;
use assent_gate::settings::ShopDomain;

use super::order_row::{self, OrderRow};
use super::receipts::{self, ReceiptPage};
use super::story;
use crate::rules::named::Named;
use crate::store::error::Result;
use crate::store::links::{Kind, Link};
use crate::store::rows::event::ERASED;
use crate::store::rows::tx::Tx;
use crate::store::rows::{columns, link, shop as shops};

/// Whose receipts.
#[derive(Debug, Clone)]
pub enum ProofOf {
    /// Found by its id and its names until the receipt's last day; also by its checkout and cart as
    /// long as the order itself is known.
    Order(Named),
    /// Found as long as the event is known.
    Event(EventId),
    /// A raw token, of which only the anchor is looked for.
    Checkout(String),
}

/// In one shop, or in all.
pub(in crate::store) fn of(
    store: &Connection,
    shop: Option<&ShopDomain>,
    whose: &ProofOf,
) -> Result<ReceiptPage> {
    // One moment for all that is read.
    let moment = store.moment()?;
    let shops = match shop {
        Some(shop) => vec![shop.clone()],
        None => shops::all(Tx::new(&moment))?,
    };
    let mut found = BTreeSet::new();
    for shop in &shops {
        found.extend(Find { store: &moment, shop }.receipts(whose)?);
    }
    Ok(receipts::numbered(&moment, &found)?)
}

struct Find<'a> {
    store: &'a Connection,
    shop: &'a ShopDomain,
}

impl Find<'_> {
    fn receipts(&self, whose: &ProofOf) -> Result<BTreeSet<i64>> {
        let mut found = BTreeSet::new();
        match whose {
            ProofOf::Order(named) => {
                for number in story::links(self.store, self.shop, named)? {
                    found.extend(self.hanging_on(number)?);
                    found.extend(self.of_events_on(number)?);
                    for order in order_row::hanging_on(self.store, self.shop, number)? {
                        found.extend(self.of_order(&order)?);
                    }
                }
            }
            ProofOf::Event(id) => {
                found.extend(self.of_event(id)?);
                if let Some(order) = order_row::of_purchase(self.store, self.shop, id)? {
                    found.extend(self.of_order(&order)?);
                }
            }
            ProofOf::Checkout(token) => {
                let anchor = ids::checkout_anchor(self.shop, token);
                found.extend(self.hanging_on(Link::of_anchor(&anchor))?);
            }
        }
        found.remove(&ERASED);
        Ok(found)
    }

    fn of_order(&self, order: &OrderRow) -> Result<BTreeSet<i64>> {
        let mut found = BTreeSet::new();
        for anchor in [order.checkout, order.cart].into_iter().flatten() {
            found.extend(self.hanging_on(anchor)?);
        }
        if let Some(id) = order.event_id.as_deref().and_then(|id| id.parse().ok()) {
            found.extend(self.of_event(&id)?);
        }
        Ok(found)
    }

    fn of_event(&self, id: &EventId) -> Result<Vec<i64>> {
        let sql = "SELECT receipt FROM event WHERE shop = ?1 AND event_id = ?2";
        self.numbers(sql, params![self.shop.as_str(), columns::of_event_id(id)])
    }

    fn of_events_on(&self, number: Link) -> Result<Vec<i64>> {
        let sql = format!("SELECT receipt FROM event WHERE {}", link::hanging(Kind::Event));
        self.numbers(&sql, params![self.shop.as_str(), number])
    }

    fn hanging_on(&self, name: Link) -> Result<Vec<i64>> {
        let sql = format!("SELECT id FROM receipt WHERE {}", link::hanging(Kind::Receipt));
        self.numbers(&sql, params![self.shop.as_str(), name])
    }

    fn numbers(&self, sql: &str, keys: Params<'_>) -> Result<Vec<i64>> {
        let mut find = self.store.prepare_cached(sql)?;
        let found = find.query_map(keys, |row| row.get(0))?;
        Ok(found.collect::<engine::Result<_>>()?)
    }
}
