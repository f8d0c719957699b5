//! Receipts as an auditor reads them, a page at a time: a reader that kept one long transaction would keep the log from
//! being folded, and with it what has been erased.

use assent_gate::settings::ShopDomain;
use assent_gate::time::Timestamp;
use rusqlite::{Connection, OptionalExtension as _, Row, params};
use serde::Serialize;

use crate::store::proof::Proof;

/// Rows of one page.
const PAGE: i64 = 500;

/// Which receipts: those in use at some moment from `from` to `to` (both included, the server's clock).
#[derive(Debug, Clone)]
pub struct Wanted {
    pub shop: Option<ShopDomain>,
    pub from: Timestamp,
    pub to: Timestamp,
}

/// What a grant rested on.
#[derive(Debug, Clone, Serialize)]
pub struct Receipt {
    pub shop: String,
    /// `null` where there was none, or where an erasure cut it.
    pub checkout: Option<String>,
    pub cart: Option<String>,
    /// When it first and last came in, by the server's clock.
    pub first_at: i64,
    pub last_at: i64,
    /// When the module last read it, by the device's clock.
    pub evaluated_at: i64,
    /// The three times as text; JSON's reader has no need of it.
    #[serde(skip)]
    pub utc: Utc,
    #[serde(flatten)]
    pub proof: Proof,
}

/// RFC 3339, UTC; empty for a time that no calendar has.
#[derive(Debug, Clone)]
pub struct Utc {
    pub first: String,
    pub last: String,
    pub evaluated: String,
}

/// A page of receipts, in the order in which they first came in.
#[derive(Debug)]
pub struct Page {
    pub receipts: Vec<Receipt>,
    /// Receipts whose evidence cannot be read, by number.
    pub unreadable: Vec<i64>,
    /// Where the next page begins; `None` after the last.
    pub next: Option<i64>,
}

const WANTED: &str = "(?1 IS NULL OR shop = ?1) AND last_at >= ?2 AND first_at <= ?3";

/// How many there are, for those who wait.
pub fn count(store: &Connection, wanted: &Wanted) -> rusqlite::Result<i64> {
    let Wanted { shop, from, to } = wanted;
    let sql = format!("SELECT count(*) FROM receipt WHERE {WANTED}");
    store.query_row(&sql, params![shop.as_ref().map(ShopDomain::as_str), from.0, to.0], |row| row.get(0))
}

/// The columns [`read`] expects, in order.
fn columns() -> String {
    let [first, last, evaluated] = ["first_at", "last_at", "evaluated_at"].map(utc);
    format!("id, shop, checkout, cart, first_at, last_at, evaluated_at, evidence, {first}, {last}, {evaluated}")
}

/// `None`: its evidence cannot be read.
fn read(row: &Row<'_>) -> rusqlite::Result<Option<Receipt>> {
    let Ok(proof) = serde_json::from_slice(row.get_ref(7)?.as_bytes()?) else { return Ok(None) };
    Ok(Some(Receipt {
        shop: row.get(1)?,
        checkout: row.get(2)?,
        cart: row.get(3)?,
        first_at: row.get(4)?,
        last_at: row.get(5)?,
        evaluated_at: row.get(6)?,
        utc: Utc { first: row.get(8)?, last: row.get(9)?, evaluated: row.get(10)? },
        proof,
    }))
}

/// The receipt of this number. `None`: there is none, or its evidence cannot be read.
pub(in crate::store) fn one(store: &Connection, id: i64) -> rusqlite::Result<Option<Receipt>> {
    let sql = format!("SELECT {} FROM receipt WHERE id = ?1", columns());
    Ok(store.prepare_cached(&sql)?.query_row([id], read).optional()?.flatten())
}

fn utc(column: &str) -> String {
    format!("coalesce(strftime('%Y-%m-%dT%H:%M:%SZ', {column}, 'unixepoch'), '')")
}

/// The receipts after number `after`.
pub fn page(store: &Connection, wanted: &Wanted, after: i64) -> rusqlite::Result<Page> {
    let Wanted { shop, from, to } = wanted;
    let sql = format!("SELECT {} FROM receipt WHERE {WANTED} AND id > ?4 ORDER BY id LIMIT ?5", columns());
    let mut find = store.prepare_cached(&sql)?;
    let shop = shop.as_ref().map(ShopDomain::as_str);
    let mut rows = find.query(params![shop, from.0, to.0, after, PAGE])?;
    let (mut page, mut seen, mut last) = (Page { receipts: Vec::new(), unreadable: Vec::new(), next: None }, 0, after);
    while let Some(row) = rows.next()? {
        (seen, last) = (seen + 1, row.get(0)?);
        match read(row)? {
            Some(receipt) => page.receipts.push(receipt),
            None => page.unreadable.push(last),
        }
    }
    page.next = (seen == PAGE).then_some(last);
    Ok(page)
}
