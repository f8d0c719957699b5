//! Receipts as an auditor reads them, a page at a time. A reader that kept one transaction open for
//! all of them would keep the store from folding its log, and what has been erased would stay in
//! there.

use crate::store::engine::{self, Connection, OptionalExtension as _, Row, params};
use std::collections::BTreeSet;

use assent_gate::settings::ShopDomain;
use assent_gate::time::Timestamp;
use serde::Serialize;

use crate::store::links::Link;
use crate::store::stored_evidence::StoredEvidence;

/// Rows of one page.
const PAGE: i64 = 500;

/// Which receipts: those in use at some moment from `from` to `to` (both included, the server's
/// clock).
#[derive(Debug, Clone)]
pub struct Wanted {
    pub shop: Option<ShopDomain>,
    pub from: Timestamp,
    pub to: Timestamp,
}

/// What a grant rested on.
#[derive(Debug, Clone, Serialize)]
pub struct Receipt {
    /// Its number, which `assent why` names.
    pub receipt: i64,
    pub shop: String,
    /// The first half of its anchor; `null` where there was none, or where an erasure cut it.
    pub checkout: Option<String>,
    pub cart: Option<String>,
    /// When it first and last came in, by the server's clock.
    pub first_at: i64,
    pub last_at: i64,
    /// When the module last read it, by the device's clock.
    pub evaluated_at: i64,
    #[serde(flatten)]
    pub proof: StoredEvidence,
}

/// A page of receipts, in the order in which they first came in.
#[derive(Debug)]
pub struct ReceiptPage {
    pub receipts: Vec<Receipt>,
    /// Receipts whose evidence cannot be read, by number.
    pub unreadable: Vec<i64>,
    /// The last number of this page, to ask for the next one; `None` after the last page.
    pub next: Option<i64>,
}

const WANTED: &str = "(?1 IS NULL OR shop = ?1) AND last_at >= ?2 AND first_at <= ?3";
/// What [`receipt`] reads, in this order.
const RECEIPT: &str = "SELECT id, shop, checkout, cart, first_at, last_at, evaluated_at, evidence
     FROM receipt";

/// How many there are.
pub(in crate::store) fn count(store: &Connection, wanted: &Wanted) -> engine::Result<i64> {
    let Wanted { shop, from, to } = wanted;
    let shop = shop.as_ref().map(ShopDomain::as_str);
    let sql = format!("SELECT count(*) FROM receipt WHERE {WANTED}");
    store.query_row(&sql, params![shop, from.0, to.0], |row| row.get(0))
}

/// Those after number `after`; `None`: the first page.
pub(in crate::store) fn page(
    store: &Connection,
    wanted: &Wanted,
    after: Option<i64>,
) -> engine::Result<ReceiptPage> {
    let Wanted { shop, from, to } = wanted;
    let shop = shop.as_ref().map(ShopDomain::as_str);
    let sql = format!("{RECEIPT} WHERE {WANTED} AND id > ?4 ORDER BY id LIMIT ?5");
    let mut find = store.prepare_cached(&sql)?;
    let mut rows = find.query(params![shop, from.0, to.0, after.unwrap_or(i64::MIN), PAGE])?;
    let (mut receipts, mut unreadable) = (Vec::new(), Vec::new());
    let (mut seen, mut last) = (0, None);
    while let Some(row) = rows.next()? {
        let id: i64 = row.get(0)?;
        (seen, last) = (seen + 1, Some(id));
        match receipt(&row)? {
            Some(receipt) => receipts.push(receipt),
            None => unreadable.push(id),
        }
    }
    Ok(ReceiptPage { receipts, unreadable, next: last.filter(|_| seen == PAGE) })
}

/// Those of these numbers, in the order in which they first came in, all on one page.
pub(in crate::store) fn numbered(
    store: &Connection,
    ids: &BTreeSet<i64>,
) -> engine::Result<ReceiptPage> {
    let (mut receipts, mut unreadable) = (Vec::new(), Vec::new());
    for id in ids {
        match one(store, *id)? {
            Some(receipt) => receipts.push(receipt),
            None => unreadable.push(*id),
        }
    }
    Ok(ReceiptPage { receipts, unreadable, next: None })
}

/// The receipt of this number. `None`: there is none, or its evidence cannot be read.
pub(in crate::store) fn one(store: &Connection, id: i64) -> engine::Result<Option<Receipt>> {
    let sql = format!("{RECEIPT} WHERE id = ?1");
    Ok(store.prepare_cached(&sql)?.query_row(params![id], receipt).optional()?.flatten())
}

/// `None`: its evidence cannot be read.
fn receipt(row: &Row<'_>) -> engine::Result<Option<Receipt>> {
    let Ok(proof) = serde_json::from_slice(row.get_ref(7)?.as_bytes()?) else { return Ok(None) };
    Ok(Some(Receipt {
        receipt: row.get(0)?,
        shop: row.get(1)?,
        checkout: row.get::<Option<Link>>(2)?.map(Link::to_hex),
        cart: row.get::<Option<Link>>(3)?.map(Link::to_hex),
        first_at: row.get(4)?,
        last_at: row.get(5)?,
        evaluated_at: row.get(6)?,
        proof,
    }))
}
