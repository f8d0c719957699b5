//! Table `webhook`: which deliveries of Shopify's came, so that one that is sent again is done
//! once.

use crate::store::engine::params;
use assent_gate::settings::ShopDomain;
use assent_gate::time::Timestamp;

use super::tx::Tx;
use crate::store::error::Result;

/// Whether this delivery has not come before; one without an id is always the first.
pub(in crate::store) fn is_first(
    tx: Tx<'_>,
    shop: &ShopDomain,
    webhook_id: Option<&str>,
    now: Timestamp,
) -> Result<bool> {
    let Some(id) = webhook_id else { return Ok(true) };
    let sql = "INSERT INTO webhook (shop, webhook_id, received_at) VALUES (?1, ?2, ?3)
               ON CONFLICT DO NOTHING";
    Ok(tx.execute(sql, params![shop.as_str(), id, now.0])? > 0)
}

/// Some of those that came before then go; how many.
pub(in crate::store) fn sweep(
    tx: Tx<'_>,
    shop: &ShopDomain,
    then: Timestamp,
    limit: i64,
) -> Result<usize> {
    let sql = "DELETE FROM webhook WHERE shop = ?1 AND webhook_id IN
                   (SELECT webhook_id FROM webhook WHERE shop = ?1 AND received_at < ?2 LIMIT ?3)";
    tx.execute(sql, params![shop.as_str(), then.0, limit])
}
