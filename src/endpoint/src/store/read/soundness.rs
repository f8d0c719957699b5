//! Which rows this release cannot read, of the tables whose columns hold more than numbers and names.
//! What stands in them may be personal, so only the rows' numbers are told.

use crate::store::engine::{self, Connection, Row, ValueRef, params};
use assent_gate::order::Figures;
use assent_gate::time::Timestamp;
use serde::de::DeserializeOwned;

use super::receipts::{self, Wanted};
use crate::store::error::Result;
use crate::store::rows::context::Context;
use crate::store::rows::event_queries;
use crate::store::rows::tx::Tx;

/// Numbers that are told of a table.
const TOLD: usize = 10;
/// Rows that are read at one time.
const FEW: i64 = 500;
const ALL: Wanted = Wanted { shop: None, from: Timestamp(i64::MIN), to: Timestamp(i64::MAX) };

#[derive(Debug)]
pub(in crate::store) struct Unreadable {
    /// How many rows were read.
    pub(in crate::store) rows: usize,
    /// A line for each table that has some.
    pub(in crate::store) tables: Vec<String>,
}

impl Unreadable {
    fn add(&mut self, table: &str, (rows, wrong): (usize, Vec<i64>)) {
        self.rows += rows;
        if !wrong.is_empty() {
            let numbers: Vec<_> = wrong.iter().take(TOLD).map(ToString::to_string).collect();
            let more = if wrong.len() > TOLD { ", …" } else { "" };
            let (count, numbers) = (wrong.len(), numbers.join(", "));
            self.tables.push(format!("{count} of table {table} (numbers {numbers}{more})"));
        }
    }
}

pub(in crate::store) fn unreadable(store: &Connection) -> Result<Unreadable> {
    let mut found = Unreadable { rows: 0, tables: Vec::new() };
    found.add("event", events(store)?);
    found.add("receipt", receipts(store)?);
    let orders = "SELECT id, figures FROM order_fact WHERE id > ?1 ORDER BY id LIMIT ?2";
    // An erased order's figures are empty.
    found.add("order_fact", texts(store, orders, |text| text.is_empty() || is::<Figures>(text))?);
    let contexts = "SELECT id, payload FROM context WHERE id > ?1 ORDER BY id LIMIT ?2";
    found.add("context", texts(store, contexts, is::<Context>)?);
    Ok(found)
}

/// How many there are, and which of them cannot be read.
fn events(store: &Connection) -> Result<(usize, Vec<i64>)> {
    let is_readable = |id: i64, shop: &str| {
        let Ok(shop) = shop.parse() else { return false };
        let events = event_queries::of(Tx::new(store), &shop, Timestamp(0));
        events.is_readable(id).unwrap_or(false)
    };
    let all = "SELECT id, shop FROM event WHERE id > ?1 ORDER BY id LIMIT ?2";
    let (mut rows, mut wrong) = (0, Vec::new());
    by_pages(
        store,
        all,
        |row| Ok((row.get(0)?, row.get::<String>(1)?)),
        |(id, shop)| {
            rows += 1;
            wrong.extend((!is_readable(id, &shop)).then_some(id));
            id
        },
    )?;
    Ok((rows, wrong))
}

/// All rows of a table by their numbers, a few at a time: PostgreSQL gives an answer as a whole, and nobody has
/// memory for a whole table. `see` gives a row's number.
fn by_pages<T>(
    store: &Connection,
    sql: &str,
    read: impl Fn(&Row<'_>) -> engine::Result<T>,
    mut see: impl FnMut(T) -> i64,
) -> Result<()> {
    let mut last = i64::MIN;
    loop {
        let page = store
            .prepare_cached(sql)?
            .query_map(params![last, FEW], |row| read(row))?
            .collect::<engine::Result<Vec<T>>>()?;
        if page.is_empty() {
            return Ok(());
        }
        for row in page {
            last = see(row);
        }
    }
}

fn receipts(store: &Connection) -> Result<(usize, Vec<i64>)> {
    let (mut rows, mut wrong, mut after) = (0, Vec::new(), None);
    loop {
        let page = receipts::page(store, &ALL, after)?;
        rows += page.receipts.len() + page.unreadable.len();
        wrong.extend(page.unreadable);
        after = page.next;
        if after.is_none() {
            return Ok((rows, wrong));
        }
    }
}

/// Rows of a number and a text, or null.
fn texts(
    store: &Connection,
    sql: &str,
    is_readable: impl Fn(&[u8]) -> bool,
) -> Result<(usize, Vec<i64>)> {
    let read = |row: &Row<'_>| {
        let text = row.get_ref(1)?;
        let is_readable = text == ValueRef::Null || text.as_bytes().is_ok_and(&is_readable);
        Ok((row.get(0)?, is_readable))
    };
    let (mut rows, mut wrong) = (0, Vec::new());
    by_pages(store, sql, read, |(id, is_readable)| {
        rows += 1;
        wrong.extend((!is_readable).then_some(id));
        id
    })?;
    Ok((rows, wrong))
}

fn is<T: DeserializeOwned>(text: &[u8]) -> bool {
    serde_json::from_slice::<T>(text).is_ok()
}
