//! Table `address_share`: how a shop's events of a day are spread over shares of all addresses. No
//! address is in it, nor can one be told from it.

use crate::store::engine::params;
use assent_gate::settings::ShopDomain;
use assent_gate::time::{HOUR, Timestamp};

use super::tx::Tx;
use crate::store::error::Result;

/// So many of this hour more.
pub(super) fn add(tx: Tx<'_>, shop: &str, hour: i64, share: i64, n: i64) -> Result<()> {
    let sql = "INSERT INTO address_share (shop, hour, share, n) VALUES (?1, ?2, ?3, ?4)
         ON CONFLICT (shop, hour, share) DO UPDATE SET n = address_share.n + excluded.n";
    tx.write(sql, params![shop, hour, share, n])
}

/// Some hours that ended before then are forgotten.
pub(in crate::store) fn sweep(
    tx: Tx<'_>,
    shop: &ShopDomain,
    then: Timestamp,
    limit: i64,
) -> Result<()> {
    let sql = "DELETE FROM address_share WHERE shop = ?1 AND (hour, share) IN
         (SELECT hour, share FROM address_share WHERE shop = ?1 AND hour < ?2 LIMIT ?3)";
    tx.write(sql, params![shop.as_str(), then.0.div_euclid(HOUR), limit])
}
