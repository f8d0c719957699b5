//! Which shops' queues stand still, and which shops only test.

use crate::store::engine::{self, Connection, params};

/// A shop that TikTok refuses, or that a demand of Shopify's has stopped, as far as the server that runs (or ran last) knows.
#[derive(Debug, Clone)]
pub struct Paused {
    pub shop: String,
    pub why: String,
}

pub(in crate::store) fn now(store: &Connection) -> engine::Result<Vec<Paused>> {
    let sql = "SELECT domain, coalesce(stopped, paused) FROM shop
               WHERE coalesce(stopped, paused) IS NOT NULL ORDER BY domain";
    let mut find = store.prepare_cached(sql)?;
    let shops =
        find.query_map(params![], |row| Ok(Paused { shop: row.get(0)?, why: row.get(1)? }))?;
    shops.collect()
}

pub(in crate::store) fn testing(store: &Connection) -> engine::Result<Vec<String>> {
    let mut find =
        store.prepare_cached("SELECT domain FROM shop WHERE test = 1 ORDER BY domain")?;
    let shops = find.query_map(params![], |row| row.get(0))?;
    shops.collect()
}
