//! Table `receipt`: what grants rested on. The shop's proof, kept for `receipts_months`.

use assent_gate::consent::Evidence;
use assent_gate::settings::ShopDomain;
use assent_gate::time::Timestamp;
use rusqlite::params;

use super::columns;
use super::tx::Tx;
use crate::store::error::Result;
use crate::store::links::{Link, Linked, Links, WithdrawalSubject};
use crate::store::pseudonym_key::KeyedHash;

/// A receipt as an order looks for it.
pub(in crate::store) struct GrantOnRecord {
    pub(in crate::store) receipt: i64,
    pub(in crate::store) evaluated_at: Timestamp,
    /// `None`: it cannot be read, and so is no grant.
    pub(in crate::store) evidence: Option<Evidence>,
    /// Whom a withdrawal could name.
    pub(in crate::store) named: Vec<WithdrawalSubject>,
    pub(in crate::store) visitor: Option<KeyedHash>,
}

/// The receipt's number. The same evidence under the same links, by their `digest`, is the same
/// receipt, read again; `evidence` stands there without the time at which it was read.
pub(in crate::store) fn record(
    tx: Tx<'_>,
    shop: &ShopDomain,
    links: &Links,
    digest: &KeyedHash,
    evidence: &str,
    evaluated_at: Timestamp,
    now: Timestamp,
) -> Result<i64> {
    let (checkout, cart, visitor) = columns::links(links);
    let sql = "INSERT INTO receipt (shop, digest, checkout, cart, visitor, first_at, last_at,
             evaluated_at, evidence)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?6, ?7, ?8)
         ON CONFLICT (shop, digest) DO UPDATE SET
             last_at = CASE WHEN excluded.last_at > receipt.last_at
                 THEN excluded.last_at ELSE receipt.last_at END,
             evaluated_at = CASE WHEN excluded.evaluated_at > receipt.evaluated_at
                 THEN excluded.evaluated_at ELSE receipt.evaluated_at END
         RETURNING id";
    let keys =
        params![shop.as_str(), digest, checkout, cart, visitor, now.0, evaluated_at.0, evidence];
    tx.one(sql, keys, |row| Ok(row.get(0)?))
}

/// The latest receipts of a checkout or a cart, `most` at most.
pub(in crate::store) fn latest(
    tx: Tx<'_>,
    shop: &ShopDomain,
    link: Link<'_>,
    most: i64,
) -> Result<Vec<GrantOnRecord>> {
    let (column, key) = columns::of_link(&link);
    let sql = format!(
        "SELECT id, evaluated_at, evidence, checkout, cart, visitor FROM receipt
         WHERE shop = ?1 AND {column} = ?2 ORDER BY evaluated_at DESC LIMIT ?3"
    );
    tx.list(&sql, params![shop.as_str(), key, most], |row| {
        let evaluated_at = columns::time(row, 1)?;
        let evidence: Option<Evidence> = columns::of_json(row, 2)?;
        Ok(GrantOnRecord {
            receipt: row.get(0)?,
            evaluated_at,
            evidence: evidence.map(|evidence| Evidence { evaluated_at, ..evidence }),
            named: columns::named(row, 3)?,
            visitor: row.get(5)?,
        })
    })
}

pub(in crate::store) fn linked(
    tx: Tx<'_>,
    shop: &ShopDomain,
    link: Link<'_>,
) -> Result<Vec<Linked<i64>>> {
    let (column, key) = columns::of_link(&link);
    let sql = format!(
        "SELECT id, checkout, cart, visitor FROM receipt WHERE shop = ?1 AND {column} = ?2"
    );
    tx.list(&sql, params![shop.as_str(), key], columns::linked)
}

/// Whether it is under no link at all, and no event waits on it.
pub(in crate::store) fn is_alone(tx: Tx<'_>, id: i64) -> Result<bool> {
    let sql = "SELECT 1 FROM receipt
               WHERE id = ?1 AND checkout IS NULL AND cart IS NULL AND visitor IS NULL
                   AND NOT EXISTS (SELECT 1 FROM event WHERE receipt = ?1 AND ended = 0)";
    tx.exists(sql, [id])
}

/// The stored text of its evidence.
pub(in crate::store) fn evidence(tx: Tx<'_>, id: i64) -> Result<Option<Vec<u8>>> {
    let sql = "SELECT evidence FROM receipt WHERE id = ?1";
    let text = tx.find(sql, [id], |row| Ok(columns::text(row, 0)?.map(<[u8]>::to_vec)))?;
    Ok(text.flatten())
}

/// Leaves it without links, and under a digest that was made of nothing.
pub(in crate::store) fn make_bare(
    tx: Tx<'_>,
    id: i64,
    evidence: &str,
    digest: [u8; 32],
) -> Result<()> {
    let sql = "UPDATE receipt SET digest = ?3, checkout = NULL, cart = NULL, visitor = NULL,
                   evidence = ?2 WHERE id = ?1";
    tx.execute(sql, params![id, evidence, digest]).map(|_| ())
}

/// Some of those that were last in use before then go; how many.
pub(in crate::store) fn sweep(tx: Tx<'_>, then: Timestamp, limit: i64) -> Result<usize> {
    let sql = "DELETE FROM receipt WHERE id IN
                   (SELECT id FROM receipt WHERE last_at < ?1 LIMIT ?2)";
    tx.execute(sql, [then.0, limit])
}
