//! Table `withdrawal`: each "no" on record. Times are the server's.

use crate::store::engine::params;
use assent_gate::settings::ShopDomain;
use assent_gate::time::Timestamp;

use super::tx::Tx;
use crate::rules::no::Noes;
use crate::store::error::Result;
use crate::store::links::{Link, Links};

/// The noes that concern what hangs on these.
pub(in crate::store) fn of(tx: Tx<'_>, shop: &ShopDomain, links: &Links) -> Result<Noes> {
    Ok(Noes {
        of_visitor: latest(tx, shop, links.visitor)?.is_some(),
        of_anchors: latest(tx, shop, links.anchors())?,
        of_demands: latest(tx, shop, links.customer.iter().copied())?,
    })
}

/// The latest no of any of these.
pub(in crate::store) fn latest(
    tx: Tx<'_>,
    shop: &ShopDomain,
    named: impl IntoIterator<Item = Link>,
) -> Result<Option<Timestamp>> {
    let sql = "SELECT at FROM withdrawal WHERE shop = ?1 AND who = ?2";
    let mut latest = None;
    for who in named {
        let at = tx.find(sql, params![shop.as_str(), who], |row| Ok(row.get(0)?))?;
        latest = latest.max(at.map(Timestamp));
    }
    Ok(latest)
}

/// `named`: a beacon has named whom this is of. Once it has, it has for good.
pub(in crate::store) fn remember(
    tx: Tx<'_>,
    shop: &ShopDomain,
    who: Link,
    at: Timestamp,
    named: bool,
    now: Timestamp,
) -> Result<()> {
    let sql =
        "INSERT INTO withdrawal (shop, who, at, received_at, named) VALUES (?1, ?2, ?3, ?4, ?5)
               ON CONFLICT (shop, who) DO UPDATE SET received_at = excluded.received_at,
                   at = CASE WHEN excluded.at > withdrawal.at
                       THEN excluded.at ELSE withdrawal.at END,
                   named = CASE WHEN excluded.named > withdrawal.named
                       THEN excluded.named ELSE withdrawal.named END";
    tx.execute(sql, params![shop.as_str(), who, at.0, now.0, named]).map(|_| ())
}

/// A beacon has named it now: it is no stranger's.
pub(in crate::store) fn name(tx: Tx<'_>, shop: &ShopDomain, who: Link) -> Result<()> {
    let sql = "UPDATE withdrawal SET named = 1 WHERE shop = ?1 AND who = ?2 AND named = 0";
    tx.execute(sql, params![shop.as_str(), who]).map(|_| ())
}

/// Some of those that came before `known` go; of those that no beacon has named, before `unknown`.
pub(in crate::store) fn sweep(
    tx: Tx<'_>,
    shop: &ShopDomain,
    known: Timestamp,
    unknown: Timestamp,
    limit: i64,
) -> Result<()> {
    let sql = "DELETE FROM withdrawal WHERE shop = ?1 AND who IN
                   (SELECT who FROM withdrawal
                    WHERE shop = ?1 AND named = ?2 AND received_at < ?3 LIMIT ?4)";
    for (named, then) in [(true, known), (false, unknown)] {
        tx.execute(sql, params![shop.as_str(), named, then.0, limit])?;
    }
    Ok(())
}
