//! Which shops' queues stand still.

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
