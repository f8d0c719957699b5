//! Table `refusal`: how often a door refused something of a shop on a day, and why.

use crate::store::engine::params;
use assent_gate::settings::ShopDomain;
use assent_gate::time::{DAY, Timestamp};

use super::columns;
use super::tx::Tx;
use crate::rules::refused::Refused;
use crate::store::error::Result;

pub(in crate::store) fn add(
    tx: Tx<'_>,
    shop: &ShopDomain,
    refused: Refused,
    n: u32,
    now: Timestamp,
) -> Result<()> {
    let sql = "INSERT INTO refusal (shop, day, door, reason, n, last_at)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6)
         ON CONFLICT (shop, day, door, reason) DO UPDATE SET n = refusal.n + excluded.n,
             last_at = CASE WHEN excluded.last_at > refusal.last_at
                 THEN excluded.last_at ELSE refusal.last_at END";
    let (door, reason) = (refused.door().name(), refused.reason());
    let row = params![shop.as_str(), columns::day(now), door, reason, n, now.0];
    tx.write(sql, row)
}

/// Days before that of `then` are forgotten.
pub(in crate::store) fn sweep(tx: Tx<'_>, shop: &ShopDomain, then: Timestamp) -> Result<()> {
    let sql = "DELETE FROM refusal WHERE shop = ?1 AND day < ?2";
    tx.write(sql, params![shop.as_str(), then.0.div_euclid(DAY)])
}
