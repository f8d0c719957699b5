//! Table `topic`: when Shopify last told a shop's endpoint of each topic.

use crate::store::engine::params;
use assent_gate::settings::ShopDomain;
use assent_gate::time::Timestamp;

use super::tx::Tx;
use crate::store::error::Result;

/// `topic` is Shopify's name of it, from our own lists.
pub(in crate::store) fn heard(
    tx: Tx<'_>,
    shop: &ShopDomain,
    topic: &str,
    now: Timestamp,
) -> Result<()> {
    let sql = "INSERT INTO topic (shop, topic, last_at) VALUES (?1, ?2, ?3)
         ON CONFLICT (shop, topic) DO UPDATE SET last_at = excluded.last_at";
    tx.write(sql, params![shop.as_str(), topic, now.0])
}
