//! Table `payload_count`: how many events came to a shop in an hour, and how many of them had what
//! TikTok recognises a shopper by. Whether, and never what.

use crate::store::engine::params;
use assent_gate::settings::ShopDomain;
use assent_gate::time::{HOUR, Timestamp};

use super::tx::Tx;
use crate::rules::payloads::Carried;
use crate::store::error::Result;

/// Of some events.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Sum {
    last_at: i64,
    events: i64,
    fired: i64,
    external_id: i64,
    email: i64,
    phone: i64,
    ttclid: i64,
    ttp: i64,
    ip: i64,
}

impl Sum {
    pub(super) fn add(&mut self, one: Carried, at: Timestamp) {
        let Carried { fired, external_id, email, phone, ttclid, ttp, ip } = one;
        self.last_at = self.last_at.max(at.0);
        self.events += 1;
        self.fired += i64::from(fired);
        self.external_id += i64::from(external_id);
        self.email += i64::from(email);
        self.phone += i64::from(phone);
        self.ttclid += i64::from(ttclid);
        self.ttp += i64::from(ttp);
        self.ip += i64::from(ip);
    }
}

/// Counts these events too.
pub(super) fn add(tx: Tx<'_>, shop: &str, hour: i64, name: &str, sum: &Sum) -> Result<()> {
    let sql = "INSERT INTO payload_count (shop, hour, name, last_at, events, fired, external_id,
             email, phone, ttclid, ttp, ip)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)
         ON CONFLICT (shop, hour, name) DO UPDATE SET
             last_at = CASE WHEN excluded.last_at > payload_count.last_at
                 THEN excluded.last_at ELSE payload_count.last_at END,
             events = payload_count.events + excluded.events,
             fired = payload_count.fired + excluded.fired,
             external_id = payload_count.external_id + excluded.external_id,
             email = payload_count.email + excluded.email,
             phone = payload_count.phone + excluded.phone,
             ttclid = payload_count.ttclid + excluded.ttclid,
             ttp = payload_count.ttp + excluded.ttp,
             ip = payload_count.ip + excluded.ip";
    let Sum { last_at, events, fired, external_id, email, phone, ttclid, ttp, ip } = *sum;
    let row = params![
        shop,
        hour,
        name,
        last_at,
        events,
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
