//! All that the store has on a customer, for that customer: what an erasure would reach, read out.

use std::collections::BTreeSet;

use assent_gate::settings::ShopDomain;
use rusqlite::{Connection, Row, params};
use serde::Serialize;
use serde_json::Value;

use crate::store::customer::{Connections, Customer, CustomerRows};
use crate::store::demands::customer_of;
use crate::store::error::Result;
use crate::store::pseudonym_key::KeyedHash;
use crate::store::read::receipts::{self, Receipt};
use crate::store::rows::demand::OpenDemand;
use crate::store::rows::event::ERASED;
use crate::store::rows::history::{Line, lines};
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

#[derive(Serialize)]
pub(crate) struct KeptEvent {
    event: String,
    event_id: String,
    event_time: i64,
    received_at: i64,
    order_id: Option<String>,
    checkout: Option<String>,
    cart: Option<String>,
    visitor: Option<String>,
    contacts: Vec<String>,
    state: String,
    reason: String,
    history: Vec<Line>,
    /// What TikTok is to get of it; `None` from its end on.
    personal: Option<Value>,
}

#[derive(Serialize)]
pub(crate) struct KeptContext {
    anchor: String,
    cart: Option<String>,
    visitor: Option<String>,
    evaluated_at: i64,
    last_at: i64,
    personal: Value,
}

#[derive(Serialize)]
pub(crate) struct KeptOrder {
    order_id: String,
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
    /// The anchor of a checkout or cart, or a visitor.
    of: String,
    at: i64,
    received_at: i64,
}

/// What a demand's contacts and orders lead to.
pub(in crate::store) fn kept(store: &Connection, demand: &OpenDemand) -> Result<Kept> {
    // One moment for all that is read: nothing is told half erased.
    let moment = store.unchecked_transaction()?;
    let Customer { rows, connections } = customer_of(Tx::new(&moment), demand)?;
    let CustomerRows { events, contexts, receipts, orders } = rows;
    let proofs = proofs(&moment, &events, receipts)?;
    let events = events.iter().map(|id| event(&moment, *id));
    let contexts = contexts.iter().map(|anchor| context(&moment, &demand.shop, anchor));
    let receipts = proofs.iter().filter_map(|id| receipts::one(&moment, *id).transpose());
    let orders = orders.iter().map(|id| order(&moment, *id));
    Ok(Kept {
        events: events.collect::<rusqlite::Result<_>>()?,
        contexts: in_sequence(contexts.collect::<rusqlite::Result<_>>()?),
        receipts: receipts.collect::<rusqlite::Result<_>>()?,
        orders: orders.collect::<rusqlite::Result<_>>()?,
        withdrawals: withdrawals(&moment, &demand.shop, &connections)?,
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
    events: &BTreeSet<i64>,
    linked: BTreeSet<i64>,
) -> rusqlite::Result<BTreeSet<i64>> {
    let mut proofs = linked;
    let mut find = store.prepare_cached("SELECT receipt FROM event WHERE id = ?1")?;
    for event in events {
        proofs.insert(find.query_row([event], |row| row.get(0))?);
    }
    proofs.remove(&ERASED);
    Ok(proofs)
}

fn event(store: &Connection, id: i64) -> rusqlite::Result<KeptEvent> {
    let sql =
        "SELECT name, event_id, event_time, received_at, order_id, checkout, cart, visitor, state,
             reason, history, payload FROM event WHERE id = ?1";
    store.prepare_cached(sql)?.query_row([id], |row| {
        Ok(KeptEvent {
            event: row.get(0)?,
            event_id: row.get(1)?,
            event_time: row.get(2)?,
            received_at: row.get(3)?,
            order_id: row.get(4)?,
            checkout: row.get(5)?,
            cart: row.get(6)?,
            visitor: who(row, 7)?,
            contacts: contacts(store, id)?,
            state: row.get(8)?,
            reason: row.get(9)?,
            history: lines(&row.get::<_, String>(10)?),
            personal: row.get::<_, Option<String>>(11)?.map(as_it_stands),
        })
    })
}

fn contacts(store: &Connection, event: i64) -> rusqlite::Result<Vec<String>> {
    let mut find = store.prepare_cached("SELECT who FROM customer WHERE event = ?1")?;
    find.query_map([event], |row| Ok(row.get::<_, KeyedHash>(0)?.to_hex()))?.collect()
}

fn context(store: &Connection, shop: &ShopDomain, anchor: &str) -> rusqlite::Result<KeptContext> {
    let sql = "SELECT anchor, cart, visitor, evaluated_at, last_at, payload FROM context
               WHERE shop = ?1 AND anchor = ?2";
    store.prepare_cached(sql)?.query_row([shop.as_str(), anchor], |row| {
        Ok(KeptContext {
            anchor: row.get(0)?,
            cart: row.get(1)?,
            visitor: who(row, 2)?,
            evaluated_at: row.get(3)?,
            last_at: row.get(4)?,
            personal: as_it_stands(row.get(5)?),
        })
    })
}

fn order(store: &Connection, id: i64) -> rusqlite::Result<KeptOrder> {
    let sql = "SELECT order_id, event_id, checkout, cart, created_at, received_at, figures, state,
             reason, history FROM order_fact WHERE id = ?1";
    store.prepare_cached(sql)?.query_row([id], |row| {
        Ok(KeptOrder {
            order_id: row.get(0)?,
            event_id: row.get(1)?,
            checkout: row.get(2)?,
            cart: row.get(3)?,
            created_at: row.get(4)?,
            received_at: row.get(5)?,
            figures: row.get::<_, Option<String>>(6)?.map(as_it_stands),
            state: row.get(7)?,
            reason: row.get(8)?,
            history: lines(&row.get::<_, String>(9)?),
        })
    })
}

/// Each "no" that was said on the customer's checkouts, carts and browsers.
fn withdrawals(
    store: &Connection,
    shop: &ShopDomain,
    connections: &Connections,
) -> rusqlite::Result<Vec<KeptWithdrawal>> {
    let Connections { anchors, visitors } = connections;
    let anchors = anchors.iter().map(|anchor| (anchor.clone(), anchor.as_bytes()));
    let visitors = visitors.iter().map(|visitor| (visitor.to_hex(), visitor.bytes()));
    let mut find = store
        .prepare_cached("SELECT at, received_at FROM withdrawal WHERE shop = ?1 AND who = ?2")?;
    let mut found = Vec::new();
    for (of, who) in anchors.chain(visitors) {
        let mut rows = find.query(params![shop.as_str(), who])?;
        while let Some(row) = rows.next()? {
            found.push(KeptWithdrawal {
                of: of.clone(),
                at: row.get(0)?,
                received_at: row.get(1)?,
            });
        }
    }
    Ok(found)
}

fn who(row: &Row<'_>, column: usize) -> rusqlite::Result<Option<String>> {
    Ok(row.get::<_, Option<KeyedHash>>(column)?.as_ref().map(KeyedHash::to_hex))
}

/// What cannot be read is told all the same.
fn as_it_stands(json: String) -> Value {
    serde_json::from_str(&json).unwrap_or(Value::String(json))
}
