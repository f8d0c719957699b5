//! Table `receipt`: what grants rested on. The shop's proof, kept for `receipts_months`.

use crate::store::engine::params;
use assent_gate::consent::Evidence;
use assent_gate::settings::ShopDomain;
use assent_gate::time::Timestamp;

use super::event::Ground;
use super::tx::Tx;
use super::{columns, link};
use crate::store::error::Result;
use crate::store::links::{Kind, Link, Links};

/// A receipt as an order looks for it.
pub(in crate::store) struct GrantOnRecord {
    pub(in crate::store) ground: Ground,
    pub(in crate::store) links: Links,
}

/// What a receipt is to say.
pub(in crate::store) struct NewReceipt<'a> {
    /// Its customer's are no part of it: they are added as they become known.
    pub(in crate::store) links: &'a Links,
    /// Of evidence and links: what has the same is the same receipt.
    pub(in crate::store) digest: Link,
    /// Without the time at which it was read.
    pub(in crate::store) evidence: &'a str,
    pub(in crate::store) evaluated_at: Timestamp,
    pub(in crate::store) granted_at: Timestamp,
}

/// The receipt's number. The same evidence under the same links is the same receipt, read again.
pub(in crate::store) fn record(
    tx: Tx<'_>,
    shop: &ShopDomain,
    new: &NewReceipt<'_>,
    now: Timestamp,
) -> Result<i64> {
    let NewReceipt { links, digest, evidence, evaluated_at, granted_at } = new;
    let Links { checkout, cart, visitor, .. } = links;
    let sql = "INSERT INTO receipt (shop, digest, checkout, cart, visitor, first_at, last_at,
             evaluated_at, granted_at, evidence)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?6, ?7, ?8, ?9)
         ON CONFLICT (shop, digest) DO UPDATE SET
             last_at = CASE WHEN excluded.last_at > receipt.last_at
                 THEN excluded.last_at ELSE receipt.last_at END,
             evaluated_at = CASE WHEN excluded.granted_at > receipt.granted_at
                 THEN excluded.evaluated_at ELSE receipt.evaluated_at END,
             granted_at = CASE WHEN excluded.granted_at > receipt.granted_at
                 THEN excluded.granted_at ELSE receipt.granted_at END
         RETURNING id";
    let keys = params![
        shop.as_str(),
        digest,
        checkout,
        cart,
        visitor,
        now.0,
        evaluated_at.0,
        granted_at.0,
        evidence
    ];
    let id = tx.one(sql, keys, |row| Ok(row.get(0)?))?;
    link::put(tx, shop, Kind::Receipt, id, links.all())?;
    Ok(id)
}

/// The receipts of a checkout or a cart, `most` at most.
pub(in crate::store) fn of(
    tx: Tx<'_>,
    shop: &ShopDomain,
    anchor: Link,
    most: i64,
) -> Result<Vec<GrantOnRecord>> {
    let sql = format!(
        "SELECT id, evaluated_at, granted_at, checkout, cart, visitor, customer FROM receipt
         WHERE {} LIMIT ?3",
        link::hanging(Kind::Receipt)
    );
    tx.list(&sql, params![shop.as_str(), anchor, most], |row| {
        let ground = Ground {
            receipt: row.get(0)?,
            evaluated_at: columns::time(row, 1)?,
            granted_at: columns::time(row, 2)?,
        };
        Ok(GrantOnRecord { ground, links: columns::links_at(row, 3)? })
    })
}

/// What a grant rested on. `None`: it cannot be read, and so is no grant.
pub(in crate::store) fn evidence(
    tx: Tx<'_>,
    shop: &ShopDomain,
    ground: Ground,
) -> Result<Option<Evidence>> {
    let Ground { receipt, evaluated_at, .. } = ground;
    let text = stored_evidence(tx, shop, receipt)?.unwrap_or_default();
    let evidence: Option<Evidence> = serde_json::from_slice(&text).ok();
    Ok(evidence.map(|evidence| Evidence { evaluated_at, ..evidence }))
}

/// Whether it is under no link at all, and no event waits on it.
pub(in crate::store) fn is_alone(tx: Tx<'_>, shop: &ShopDomain, id: i64) -> Result<bool> {
    let sql = "SELECT 1 FROM receipt
               WHERE shop = ?1 AND id = ?2 AND checkout IS NULL AND cart IS NULL
                   AND visitor IS NULL AND customer IS NULL";
    Ok(tx.exists(sql, params![shop.as_str(), id])? && !is_waited_on(tx, shop, id)?)
}

/// Whether an event that has not ended rests on it.
fn is_waited_on(tx: Tx<'_>, shop: &ShopDomain, id: i64) -> Result<bool> {
    let sql = "SELECT 1 FROM event WHERE shop = ?1 AND receipt = ?2 AND ended = 0";
    tx.exists(sql, params![shop.as_str(), id])
}

/// The events that have not ended and rest on it.
pub(in crate::store) fn waiting_on(tx: Tx<'_>, shop: &ShopDomain, id: i64) -> Result<Vec<i64>> {
    let sql = "SELECT id FROM event WHERE shop = ?1 AND receipt = ?2 AND ended = 0";
    tx.list(sql, params![shop.as_str(), id], |row| Ok(row.get(0)?))
}

/// The stored text of its evidence.
pub(in crate::store) fn stored_evidence(
    tx: Tx<'_>,
    shop: &ShopDomain,
    id: i64,
) -> Result<Option<Vec<u8>>> {
    let sql = "SELECT evidence FROM receipt WHERE shop = ?1 AND id = ?2";
    let text = tx.find(sql, params![shop.as_str(), id], |row| {
        Ok(columns::text(row, 0)?.map(<[u8]>::to_vec))
    })?;
    Ok(text.flatten())
}

/// Nothing more is added to it: the same evidence, read again, is another receipt.
pub(in crate::store) fn close(tx: Tx<'_>, shop: &ShopDomain, id: i64, digest: Link) -> Result<()> {
    let sql = "UPDATE receipt SET digest = ?3 WHERE shop = ?1 AND id = ?2";
    tx.write(sql, params![shop.as_str(), id, digest])
}

/// Leaves it without links, and under a digest that was made of nothing.
pub(in crate::store) fn make_bare(
    tx: Tx<'_>,
    shop: &ShopDomain,
    id: i64,
    evidence: &str,
    digest: Link,
) -> Result<()> {
    link::set(tx, shop, Kind::Receipt, id, &Links::default())?;
    let sql = "UPDATE receipt SET digest = ?3, evidence = ?4 WHERE shop = ?1 AND id = ?2";
    tx.write(sql, params![shop.as_str(), id, digest, evidence])
}

/// Some of those that were last in use before then go; how many.
pub(in crate::store) fn sweep(
    tx: Tx<'_>,
    shop: &ShopDomain,
    then: Timestamp,
    limit: i64,
) -> Result<usize> {
    link::sweep(tx, shop, Kind::Receipt, then, limit)
}
