//! Table `payload_count`: how many events came to a shop in an hour, and how many of them had what
//! TikTok recognises a shopper by. Whether, and never what.

use crate::store::engine::params;
use assent_gate::settings::ShopDomain;
use assent_gate::tiktok::EventName;
use assent_gate::time::{HOUR, Timestamp};

use super::tx::Tx;
use crate::rules::payloads::Carried;
use crate::store::error::Result;

/// Counts one more event.
pub(in crate::store) fn add(
    tx: Tx<'_>,
    shop: &ShopDomain,
    name: EventName,
    carried: Carried,
    now: Timestamp,
) -> Result<()> {
    let sql = "INSERT INTO payload_count (shop, hour, name, last_at, events, fired, external_id,
             email, phone, ttclid, ttp, ip)
         VALUES (?1, ?2, ?3, ?4, 1, ?5, ?6, ?7, ?8, ?9, ?10, ?11)
         ON CONFLICT (shop, hour, name) DO UPDATE SET
             last_at = CASE WHEN excluded.last_at > payload_count.last_at
                 THEN excluded.last_at ELSE payload_count.last_at END,
             events = payload_count.events + 1,
             fired = payload_count.fired + excluded.fired,
             external_id = payload_count.external_id + excluded.external_id,
             email = payload_count.email + excluded.email,
             phone = payload_count.phone + excluded.phone,
             ttclid = payload_count.ttclid + excluded.ttclid,
             ttp = payload_count.ttp + excluded.ttp,
             ip = payload_count.ip + excluded.ip";
    let Carried { fired, external_id, email, phone, ttclid, ttp, ip } = carried;
    let hour = now.0.div_euclid(HOUR);
    let row = params![
        shop.as_str(),
        hour,
        name.as_str(),
        now.0,
        fired,
        external_id,
        email,
        phone,
        ttclid,
        ttp,
        ip
    ];
    tx.write(sql, row)
}

/// Some hours that ended before then are forgotten.
pub(in crate::store) fn sweep(
    tx: Tx<'_>,
    shop: &ShopDomain,
    then: Timestamp,
    limit: i64,
) -> Result<()> {
    let sql = "DELETE FROM payload_count WHERE shop = ?1 AND (hour, name) IN
         (SELECT hour, name FROM payload_count WHERE shop = ?1 AND hour < ?2 LIMIT ?3)";
    tx.write(sql, params![shop.as_str(), then.0.div_euclid(HOUR), limit])
}
