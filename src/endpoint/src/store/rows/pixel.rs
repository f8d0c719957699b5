//! Table `pixel`: which of a shop's pixels send beacons, by their own account.

use crate::store::engine::params;
use assent_gate::hex::Digest;
use assent_gate::settings::ShopDomain;
use assent_gate::time::{HOUR, Timestamp};

use super::tx::Tx;
use crate::pixel::ShopPixel;
use crate::store::error::Result;

/// Notes that it is at work in this shop; at most once an hour, so that beacons do not pay for it, and at
/// once where other code was pasted.
pub(in crate::store) fn seen(
    tx: Tx<'_>,
    shop: &ShopDomain,
    pixel: &ShopPixel,
    now: Timestamp,
) -> Result<()> {
    let sql = "INSERT INTO pixel (shop, kind, version, settings, first_at, last_at)
         VALUES (?1, ?2, ?3, ?4, ?5, ?5)
         ON CONFLICT (shop, kind) DO UPDATE SET version = excluded.version,
             settings = excluded.settings, last_at = excluded.last_at
             WHERE pixel.last_at <= excluded.last_at - ?6
                 OR pixel.settings IS DISTINCT FROM excluded.settings
                 OR pixel.version IS DISTINCT FROM excluded.version";
    let settings = pixel.settings().map(Digest::as_str);
    let keys = params![shop.as_str(), pixel.kind().word(), pixel.version(), settings, now.0, HOUR];
    tx.write(sql, keys)
}

/// Those that have sent nothing since then are forgotten.
pub(in crate::store) fn sweep(tx: Tx<'_>, shop: &ShopDomain, then: Timestamp) -> Result<()> {
    let sql = "DELETE FROM pixel WHERE shop = ?1 AND last_at < ?2";
    tx.write(sql, params![shop.as_str(), then.0])
}
