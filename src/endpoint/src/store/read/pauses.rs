//! Which shops' queues stand still, and which shops only test.

use rusqlite::Connection;

/// A shop that TikTok refuses, or that a demand of Shopify's has stopped, as far as the server that runs (or ran last) knows.
#[derive(Debug, Clone)]
pub struct Paused {
    pub shop: String,
    pub why: String,
}

pub(in crate::store) fn now(store: &Connection) -> rusqlite::Result<Vec<Paused>> {
    let sql = "SELECT domain, coalesce(stopped, paused) FROM shop
               WHERE coalesce(stopped, paused) IS NOT NULL ORDER BY domain";
    let mut find = store.prepare(sql)?;
    let shops = find.query_map([], |row| Ok(Paused { shop: row.get(0)?, why: row.get(1)? }))?;
    shops.collect()
}

pub(in crate::store) fn testing(store: &Connection) -> rusqlite::Result<Vec<String>> {
    let mut find = store.prepare("SELECT domain FROM shop WHERE test = 1 ORDER BY domain")?;
    let shops = find.query_map([], |row| row.get(0))?;
    shops.collect()
}
