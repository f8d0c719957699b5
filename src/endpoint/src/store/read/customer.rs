//! All that the store has on a customer, for that customer: what an erasure would reach, read out.

use crate::store::engine::{self, Connection, params};
use std::collections::BTreeSet;

use assent_gate::settings::ShopDomain;
use serde::Serialize;
use serde_json::Value;

use crate::store::customer::{self, Customer, Whom};
use crate::store::demands::customer_of;
use crate::store::error::Result;
use crate::store::links::{Link, Links};
use crate::store::read::receipts::{self, Receipt};
use crate::store::rows::columns;
use crate::store::rows::demand::OpenDemand;
use crate::store::rows::event::ERASED;
use crate::store::rows::history::{Line, lines};
use crate::store::rows::shop as shops;
use crate::store::rows::tx::Tx;

/// Times are Unix seconds. What is an HMAC in the store is one here, in hex. No `Debug`: it is a
/// person's whole record.
#[derive(Serialize)]
pub(crate) struct Kept {
    pub(crate) events: Vec<KeptEvent>,
    pub(crate) contexts: Vec<KeptContext>,
    pub(crate) receipts: Vec<Receipt>,
    pub(crate) orders: Vec<KeptOrder>,
    pub(crate) withdrawals: Vec<KeptWithdrawal>,
}

impl Kept {
    pub(crate) fn is_nothing(&self) -> bool {
        let Self { events, contexts, receipts, orders, withdrawals } = self;
        events.is_empty()
            && contexts.is_empty()
            && receipts.is_empty()
            && orders.is_empty()
            && withdrawals.is_empty()
    }
}

#[derive(Serialize)]
pub(crate) struct KeptEvent {
    event: String,
    event_id: String,
    test: bool,
    event_time: i64,
    received_at: i64,
    order_id: Option<String>,
    checkout: Option<String>,
    cart: Option<String>,
    visitor: Option<String>,
    /// The order's number, the e-mail address and the phone number.
    customer: Vec<String>,
    state: String,
    reason: String,
    history: Vec<Line>,
    /// A Purchase's, as it was or will be sent; and as the browser told it.
    value: Option<f64>,
    currency: Option<String>,
    told_value: Option<f64>,
    told_currency: Option<String>,
    /// What TikTok is to get of it; `None` from its end on.
    personal: Option<Value>,
}

#[derive(Serialize)]
pub(crate) struct KeptContext {
    checkout: Option<String>,
    cart: Option<String>,
    visitor: Option<String>,
    granted_at: i64,
    last_at: i64,
    personal: Value,
}

#[derive(Serialize)]
pub(crate) struct KeptOrder {
    order_id: String,
    /// What the merchant calls it.
    name: Option<String>,
    event_id: Option<String>,
    checkout: Option<String>,
    cart: Option<String>,
    created_at: i64,
    received_at: i64,
    /// Amounts, goods and a country.
    figures: Option<Value>,
    state: String,
    reason: String,
    history: Vec<Line>,
}

#[derive(Serialize)]
pub(crate) struct KeptWithdrawal {
    /// A checkout or cart, a visitor, or the customer whose erasure was demanded.
    of: String,
    at: i64,
    received_at: i64,
}

/// What a demand's contacts and orders lead to.
pub(in crate::store) fn demanded(store: &Connection, demand: &OpenDemand) -> Result<Kept> {
    // One moment for all that is read: nothing is told half erased.
    let moment = store.moment()?;
    let found = customer_of(Tx::new(&moment), demand)?;
    kept(&moment, &demand.shop, found)
}

/// What one name leads to. `None`: this store has never known such a shop.
pub(in crate::store) fn named(
    store: &Connection,
    shop: &ShopDomain,
    whom: &Whom,
) -> Result<Option<Kept>> {
    let moment = store.moment()?;
    let tx = Tx::new(&moment);
    let Some(key) = shops::key(tx, shop)? else { return Ok(None) };
    let found = customer::find(tx, shop, [whom.link(&key)], whom.reach())?;
    kept(&moment, shop, found).map(Some)
}

fn kept(moment: &Connection, shop: &ShopDomain, found: Customer) -> Result<Kept> {
    let Customer { events, contexts, receipts, orders, connections, customer, way: _ } = found;
    let proofs = proofs(moment, shop, &events, receipts)?;
    let events = events.iter().map(|id| event(moment, shop, *id));
    let contexts = contexts.iter().map(|id| context(moment, shop, *id));
    let receipts = proofs.iter().filter_map(|id| receipts::one(moment, *id).transpose());
    let orders = orders.iter().map(|id| order(moment, shop, *id));
    Ok(Kept {
        events: events.collect::<Result<_>>()?,
        contexts: in_sequence(contexts.collect::<Result<_>>()?),
        receipts: receipts.collect::<engine::Result<_>>()?,
        orders: orders.collect::<Result<_>>()?,
        withdrawals: withdrawals(moment, shop, &connections.union(&customer).copied().collect())?,
    })
}

/// The oldest first.
fn in_sequence(mut contexts: Vec<KeptContext>) -> Vec<KeptContext> {
    contexts.sort_by_key(|context| context.last_at);
    contexts
}

/// The receipts on the customer's links, and those that only an event leads to.
fn proofs(
    store: &Connection,
    shop: &ShopDomain,
    events: &BTreeSet<i64>,
    linked: BTreeSet<i64>,
) -> engine::Result<BTreeSet<i64>> {
    let mut proofs = linked;
    let sql = "SELECT receipt FROM event WHERE shop = ?1 AND id = ?2";
    let mut find = store.prepare_cached(sql)?;
    for event in events {
        proofs.insert(find.query_row(params![shop.as_str(), event], |row| row.get(0))?);
    }
    proofs.remove(&ERASED);
    Ok(proofs)
}

fn event(store: &Connection, shop: &ShopDomain, id: i64) -> Result<KeptEvent> {
    let sql = "SELECT checkout, cart, visitor, customer, name, event_id, event_time, received_at,
             order_id, state, reason, history, payload, test, value, currency, told_value,
             told_currency
         FROM event WHERE shop = ?1 AND id = ?2";
    Tx::new(store).one(sql, params![shop.as_str(), id], |row| {
        let Links { checkout, cart, visitor, customer } = columns::links_at(row, 0)?;
        Ok(KeptEvent {
            event: row.get(4)?,
            event_id: columns::event_id(row, 5)?,
            test: row.get(13)?,
            event_time: row.get(6)?,
            received_at: row.get(7)?,
            order_id: row.get(8)?,
            checkout: hex(checkout),
            cart: hex(cart),
            visitor: hex(visitor),
            customer: customer.into_iter().map(Link::to_hex).collect(),
            state: row.get(9)?,
            reason: row.get(10)?,
            history: lines(&row.get::<String>(11)?),
            value: row.get(14)?,
            currency: row.get(15)?,
            told_value: row.get(16)?,
            told_currency: row.get(17)?,
            personal: row.get::<Option<String>>(12)?.map(as_it_stands),
        })
    })
}

fn context(store: &Connection, shop: &ShopDomain, id: i64) -> Result<KeptContext> {
    let sql = "SELECT checkout, cart, visitor, customer, granted_at, last_at, payload FROM context
               WHERE shop = ?1 AND id = ?2";
    Tx::new(store).one(sql, params![shop.as_str(), id], |row| {
        let Links { checkout, cart, visitor, .. } = columns::links_at(row, 0)?;
        Ok(KeptContext {
            checkout: hex(checkout),
            cart: hex(cart),
            visitor: hex(visitor),
            granted_at: row.get(4)?,
            last_at: row.get(5)?,
            personal: as_it_stands(row.get(6)?),
        })
    })
}

fn order(store: &Connection, shop: &ShopDomain, id: i64) -> Result<KeptOrder> {
    let sql = "SELECT checkout, cart, visitor, customer, order_id, event_id, created_at,
             received_at, figures, state, reason, history, name
         FROM order_fact WHERE shop = ?1 AND id = ?2";
    Tx::new(store).one(sql, params![shop.as_str(), id], |row| {
        let Links { checkout, cart, .. } = columns::links_at(row, 0)?;
        Ok(KeptOrder {
            order_id: row.get(4)?,
            name: row.get(12)?,
            event_id: columns::event_id_or_null(row, 5)?,
            checkout: hex(checkout),
            cart: hex(cart),
            created_at: row.get(6)?,
            received_at: row.get(7)?,
            figures: row.get::<Option<String>>(8)?.map(as_it_stands),
            state: row.get(9)?,
            reason: row.get(10)?,
            history: lines(&row.get::<String>(11)?),
        })
    })
}

/// Each "no" that is on record of the customer's checkouts, carts and browsers, and of themselves.
fn withdrawals(
    store: &Connection,
    shop: &ShopDomain,
    connections: &BTreeSet<Link>,
) -> engine::Result<Vec<KeptWithdrawal>> {
    let mut find = store
        .prepare_cached("SELECT at, received_at FROM withdrawal WHERE shop = ?1 AND who = ?2")?;
    let mut found = Vec::new();
    for who in connections {
        let mut rows = find.query(params![shop.as_str(), who])?;
        while let Some(row) = rows.next()? {
            let (at, received_at) = (row.get(0)?, row.get(1)?);
            found.push(KeptWithdrawal { of: who.to_hex(), at, received_at });
        }
    }
    Ok(found)
}

fn hex(link: Option<Link>) -> Option<String> {
    link.map(Link::to_hex)
}

/// What cannot be read is told all the same.
fn as_it_stands(json: String) -> Value {
    serde_json::from_str(&json).unwrap_or(Value::String(json))
}
