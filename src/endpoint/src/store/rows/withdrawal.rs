//! Table `withdrawal`: each "no", as long as receipts. Times of a no are the device's.

use assent_gate::settings::ShopDomain;
use assent_gate::time::Timestamp;
use rusqlite::params;

use super::tx::Tx;
use crate::store::error::Result;
use crate::store::links::WithdrawalSubject;

/// The latest no of any of these.
pub(in crate::store) fn latest<'a>(
    tx: Tx<'_>,
    shop: &ShopDomain,
    named: impl IntoIterator<Item = &'a WithdrawalSubject>,
) -> Result<Option<Timestamp>> {
    let sql = "SELECT at FROM withdrawal WHERE shop = ?1 AND who = ?2";
    let mut latest = None;
    for who in named {
        let at = tx.find(sql, params![shop.as_str(), who.bytes()], |row| Ok(row.get(0)?))?;
        latest = latest.max(at.map(Timestamp));
    }
    Ok(latest)
}

pub(in crate::store) fn remember(
    tx: Tx<'_>,
    shop: &ShopDomain,
    who: &WithdrawalSubject,
    at: Timestamp,
    now: Timestamp,
) -> Result<()> {
    let sql = "INSERT INTO withdrawal (shop, who, at, received_at) VALUES (?1, ?2, ?3, ?4)
               ON CONFLICT (shop, who) DO UPDATE SET received_at = excluded.received_at,
                   at = CASE WHEN excluded.at > withdrawal.at
                       THEN excluded.at ELSE withdrawal.at END";
    tx.execute(sql, params![shop.as_str(), who.bytes(), at.0, now.0]).map(|_| ())
}

/// Those that came before then go.
pub(in crate::store) fn sweep(tx: Tx<'_>, then: Timestamp) -> Result<()> {
    tx.execute("DELETE FROM withdrawal WHERE received_at < ?1", [then.0]).map(|_| ())
}
