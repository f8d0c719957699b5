//! Table `context`: what an order would need and only the browser knew.

use assent_gate::beacon::WirePage;
use assent_gate::settings::ShopDomain;
use assent_gate::tiktok::EventName;
use assent_gate::tiktok::User;
use assent_gate::time::Timestamp;
use rusqlite::{ToSql, params};
use serde::{Deserialize, Serialize};

use super::columns;
use super::tx::Tx;
use crate::secret::ClientIp;
use crate::store::error::Result;
use crate::store::links::{Link, Linked, Links};
use crate::store::pseudonym_key::KeyedHash;

#[derive(Serialize, Deserialize)]
pub(in crate::store) struct Context {
    pub(in crate::store) user: User,
    pub(in crate::store) page: Option<WirePage>,
    pub(in crate::store) ip: Option<ClientIp>,
}

/// A context stands under its checkout, or under its cart where it has no checkout yet.
fn column<'a>(link: &'a Link<'a>) -> (&'static str, &'a dyn ToSql) {
    let (column, key) = columns::of_link(link);
    match link {
        Link::Checkout(_) => ("anchor", key),
        Link::Cart(_) | Link::Visitor(_) => (column, key),
    }
}

/// Keeps the latest, unless the Purchase of this anchor has been settled.
pub(in crate::store) fn keep(
    tx: Tx<'_>,
    shop: &ShopDomain,
    anchor: &str,
    links: &Links,
    context: &Context,
    evaluated_at: Timestamp,
    now: Timestamp,
) -> Result<()> {
    let (_, cart, visitor) = columns::links(links);
    let sql = "INSERT INTO context (shop, anchor, cart, visitor, evaluated_at, last_at, payload)
         SELECT ?1, ?2, ?3, ?4, ?5, ?6, ?7 WHERE NOT EXISTS
             (SELECT 1 FROM event WHERE shop = ?1 AND checkout = ?2 AND name = ?8 AND ended = 1)
         ON CONFLICT (shop, anchor) DO UPDATE SET cart = coalesce(excluded.cart, context.cart),
             visitor = excluded.visitor, last_at = excluded.last_at,
             evaluated_at = CASE WHEN excluded.evaluated_at > context.evaluated_at
                 THEN excluded.evaluated_at ELSE context.evaluated_at END,
             payload = excluded.payload";
    let payload = columns::json(context)?;
    let purchase = EventName::Purchase.as_str();
    let keys =
        params![shop.as_str(), anchor, cart, visitor, evaluated_at.0, now.0, payload, purchase];
    tx.execute(sql, keys).map(|_| ())
}

/// What this visitor left under this anchor, or last under this cart.
pub(in crate::store) fn left_by(
    tx: Tx<'_>,
    shop: &ShopDomain,
    link: Link<'_>,
    visitor: Option<&KeyedHash>,
) -> Result<Option<Context>> {
    let (column, key) = column(&link);
    let sql = format!(
        "SELECT payload FROM context WHERE shop = ?1 AND {column} = ?2
             AND visitor IS NOT DISTINCT FROM ?3 ORDER BY last_at DESC LIMIT 1"
    );
    let keys = params![shop.as_str(), key, visitor];
    Ok(tx.find(&sql, keys, |row| columns::of_json(row, 0))?.flatten())
}

pub(in crate::store) fn linked(
    tx: Tx<'_>,
    shop: &ShopDomain,
    link: Link<'_>,
) -> Result<Vec<Linked<String>>> {
    let (column, key) = column(&link);
    let sql = format!(
        "SELECT anchor, anchor, cart, visitor FROM context WHERE shop = ?1 AND {column} = ?2"
    );
    tx.list(&sql, params![shop.as_str(), key], columns::linked)
}

pub(in crate::store) fn delete(tx: Tx<'_>, shop: &str, anchor: &str) -> Result<()> {
    let sql = "DELETE FROM context WHERE shop = ?1 AND anchor = ?2";
    tx.execute(sql, [shop, anchor]).map(|_| ())
}

/// What hangs on `link` and rests on evidence up to `until` goes; how many.
pub(in crate::store) fn withdraw(
    tx: Tx<'_>,
    shop: &ShopDomain,
    link: Link<'_>,
    until: Timestamp,
) -> Result<usize> {
    let (column, key) = column(&link);
    let sql =
        format!("DELETE FROM context WHERE shop = ?1 AND {column} = ?2 AND evaluated_at <= ?3");
    tx.execute(&sql, params![shop.as_str(), key, until.0])
}

/// Some of those whose last event is older than that go; how many.
pub(in crate::store) fn sweep(tx: Tx<'_>, then: Timestamp, limit: i64) -> Result<usize> {
    let sql = "SELECT shop, anchor FROM context WHERE last_at < ?1 LIMIT ?2";
    let old: Vec<(String, String)> =
        tx.list(sql, [then.0, limit], |row| Ok((row.get(0)?, row.get(1)?)))?;
    for (shop, anchor) in &old {
        delete(tx, shop, anchor)?;
    }
    Ok(old.len())
}
