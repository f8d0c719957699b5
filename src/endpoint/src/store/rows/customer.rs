//! Table `customer`: which events concern an e-mail address or a phone number, so that a customer
//! can be erased.

use assent_gate::settings::ShopDomain;
use rusqlite::params;

use super::tx::Tx;
use crate::store::error::Result;
use crate::store::pseudonym_key::KeyedHash;

pub(in crate::store) fn link(
    tx: Tx<'_>,
    shop: &ShopDomain,
    who: &KeyedHash,
    event: i64,
) -> Result<()> {
    let sql = "INSERT INTO customer (shop, who, event) VALUES (?1, ?2, ?3) ON CONFLICT DO NOTHING";
    tx.execute(sql, params![shop.as_str(), who, event]).map(|_| ())
}

/// This event leads to nobody's contacts any more.
pub(in crate::store) fn unlink(tx: Tx<'_>, event: i64) -> Result<()> {
    tx.execute("DELETE FROM customer WHERE event = ?1", [event]).map(|_| ())
}
