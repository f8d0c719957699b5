//! Table `shop`: each shop's key, and why its queue stands still. And the one deletion that spans all
//! tables.

use crate::store::engine::{self, Engine, params};
use assent_gate::settings::ShopDomain;
use assent_gate::shopify::compliance::ComplianceTopic;

use super::tx::Tx;
use crate::rules::mode::Mode;
use crate::store::error::Result;
use crate::store::pseudonym_key::PseudonymKey;

/// The key of a shop that this store knows, configured or not.
pub(in crate::store) fn key(tx: Tx<'_>, shop: &ShopDomain) -> Result<Option<PseudonymKey>> {
    let sql = "SELECT index_key FROM shop WHERE domain = ?1";
    tx.find(sql, params![shop.as_str()], |row| Ok(PseudonymKey::new(row.get(0)?)))
}

/// The key of a shop; a new shop gets a new one.
pub(in crate::store) fn key_or_new(tx: Tx<'_>, shop: &ShopDomain) -> Result<PseudonymKey> {
    if let Some(kept) = key(tx, shop)? {
        return Ok(kept);
    }
    let fresh = PseudonymKey::random()?;
    keep_key(tx, shop, &fresh)?;
    Ok(fresh)
}

/// A new shop's.
pub(in crate::store) fn keep_key(tx: Tx<'_>, shop: &ShopDomain, key: &PseudonymKey) -> Result<()> {
    let sql = "INSERT INTO shop (domain, index_key) VALUES (?1, ?2)";
    tx.write(sql, params![shop.as_str(), key.bytes()])
}

/// Why the shop's queue stands still; `None` when it moves again.
pub(in crate::store) fn set_paused(tx: Tx<'_>, shop: &ShopDomain, why: Option<&str>) -> Result<()> {
    let sql = "UPDATE shop SET paused = ?2 WHERE domain = ?1";
    tx.write(sql, params![shop.as_str(), why])
}

/// Why the shop's queue waits for TikTok; `None` when it goes on.
pub(in crate::store) fn set_waits(tx: Tx<'_>, shop: &ShopDomain, why: Option<&str>) -> Result<()> {
    let sql = "UPDATE shop SET waits = ?2 WHERE domain = ?1";
    tx.write(sql, params![shop.as_str(), why])
}

/// Its queue does not stand still by TikTok's word, until TikTok says so again.
pub(in crate::store) fn goes_on(tx: Tx<'_>, shop: &ShopDomain) -> Result<()> {
    let sql = "UPDATE shop SET paused = NULL, waits = NULL
               WHERE domain = ?1 AND (paused IS NOT NULL OR waits IS NOT NULL)";
    tx.write(sql, params![shop.as_str()])
}

/// Why nothing of the shop is sent until somebody says `assent resume`; `None` when somebody has.
/// Whether that is news.
pub(in crate::store) fn set_stopped(
    tx: Tx<'_>,
    shop: &ShopDomain,
    why: Option<&str>,
) -> Result<bool> {
    let sql = "UPDATE shop SET stopped = ?2 WHERE domain = ?1 AND stopped IS DISTINCT FROM ?2";
    Ok(tx.execute(sql, params![shop.as_str(), why])? > 0)
}

/// Whether its queue stands still by TikTok's word.
pub(in crate::store) fn is_paused(tx: Tx<'_>, shop: &ShopDomain) -> Result<bool> {
    tx.exists("SELECT 1 FROM shop WHERE domain = ?1 AND paused IS NOT NULL", params![shop.as_str()])
}

pub(in crate::store) fn is_stopped(tx: Tx<'_>, shop: &ShopDomain) -> Result<bool> {
    tx.exists(
        "SELECT 1 FROM shop WHERE domain = ?1 AND stopped IS NOT NULL",
        params![shop.as_str()],
    )
}

/// Whether a demand to erase everything of it is yet to be carried out.
pub(in crate::store) fn is_being_erased(tx: Tx<'_>, shop: &ShopDomain) -> Result<bool> {
    let sql = "SELECT 1 FROM demand WHERE shop = ?1 AND done_at IS NULL AND topic = ?2";
    let topic = ComplianceTopic::ShopRedact.name();
    Ok(is_stopped(tx, shop)? && tx.exists(sql, params![shop.as_str(), topic])?)
}

/// Whether what it accepts from now on is a test.
pub(in crate::store) fn set_mode(tx: Tx<'_>, shop: &ShopDomain, mode: Mode) -> Result<()> {
    let sql = "UPDATE shop SET test = ?2 WHERE domain = ?1";
    tx.write(sql, params![shop.as_str(), mode.is_test()])
}

/// Every shop that this store has ever known.
pub(in crate::store) fn all(tx: Tx<'_>) -> Result<Vec<ShopDomain>> {
    let read = |row: &engine::Row<'_>| Ok(row.get::<String>(0)?.parse().ok());
    let shops = tx.list("SELECT domain FROM shop ORDER BY domain", params![], read)?;
    Ok(shops.into_iter().flatten().collect())
}

/// A table that has a shop's rows.
struct TableOfShop {
    name: String,
    /// What names a row: its number, or the columns of its key.
    key: String,
}

/// Deletes some of this shop's rows, whatever tables there are; how many. 0: there are none left.
/// What stays is its key, a random number that leads nowhere without rows, and the records of
/// demands.
pub(in crate::store) fn delete_some(tx: Tx<'_>, shop: &ShopDomain, limit: i64) -> Result<usize> {
    for table in tables(tx)? {
        let deleted = delete(tx, &table, shop, limit)?;
        if deleted > 0 {
            return Ok(deleted);
        }
    }
    Ok(0)
}

/// Every table with a column `shop`. Events go before the receipts they point at. Asked of the engine's
/// own catalogue, so that no table can be forgotten.
fn tables(tx: Tx<'_>) -> Result<Vec<TableOfShop>> {
    let sql = match tx.engine() {
        Engine::Sqlite => {
            "SELECT tables.name, CASE WHEN tables.wr THEN
                 (SELECT group_concat(name) FROM pragma_table_info(tables.name) WHERE pk > 0)
             ELSE 'rowid' END
         FROM pragma_table_list AS tables
         WHERE tables.schema = 'main' AND tables.type = 'table' AND tables.name <> 'demand'
             AND EXISTS (SELECT 1 FROM pragma_table_info(tables.name) AS columns
                 WHERE columns.name = 'shop')
         ORDER BY tables.name <> 'event', tables.name"
        }
        Engine::Postgres => {
            "SELECT CAST(table_name AS TEXT), 'ctid' FROM information_schema.columns
         WHERE table_schema = current_schema() AND column_name = 'shop' AND table_name <> 'demand'
             AND EXISTS (SELECT 1 FROM pg_class WHERE relname = table_name AND relkind IN ('r', 'p')
                     AND relnamespace = to_regnamespace(current_schema()))
         ORDER BY table_name <> 'event', table_name"
        }
    };
    tx.list(sql, params![], |row| Ok(TableOfShop { name: row.get(0)?, key: row.get(1)? }))
}

fn delete(tx: Tx<'_>, table: &TableOfShop, shop: &ShopDomain, limit: i64) -> Result<usize> {
    let TableOfShop { name, key } = table;
    let few = format!("SELECT {key} FROM \"{name}\" WHERE shop = ?1 LIMIT {limit}");
    let sql = format!("DELETE FROM \"{name}\" WHERE shop = ?1 AND ({key}) IN ({few})");
    tx.execute(&sql, params![shop.as_str()])
}
