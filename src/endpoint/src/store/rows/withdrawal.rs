//! Table `withdrawal`: each "no" on record. Times are the server's.

use crate::store::engine::{ToValue, params};
use assent_gate::settings::ShopDomain;
use assent_gate::time::Timestamp;

use super::tx::Tx;
use crate::rules::no::Noes;
use crate::store::error::Result;
use crate::store::links::{Link, Links};

/// Those of some names, by the name.
pub(in crate::store) struct OnRecord(Vec<(Link, Timestamp)>);

impl OnRecord {
    /// The latest of any of these.
    pub(in crate::store) fn latest(
        &self,
        named: impl IntoIterator<Item = Link>,
    ) -> Option<Timestamp> {
        let of = |who: Link| self.0.iter().find(|(named, _)| *named == who).map(|(_, at)| *at);
        named.into_iter().filter_map(of).max()
    }
}

/// What is on record of any of these. Asked for several at once: a statement has room for so many.
pub(in crate::store) fn on_record(
    tx: Tx<'_>,
    shop: &ShopDomain,
    named: &[Link],
) -> Result<OnRecord> {
    const ROOM: usize = 8;
    let mut found = Vec::new();
    for some in named.chunks(ROOM) {
        // Few texts, each with a plan that is kept: what room is left has the first name again.
        let room = some.len().next_power_of_two();
        let places: Vec<String> = (2..2 + room).map(|n| format!("?{n}")).collect();
        let sql = format!(
            "SELECT who, at FROM withdrawal WHERE shop = ?1 AND who IN ({})",
            places.join(", ")
        );
        let domain = shop.as_str();
        let shop: &dyn ToValue = &domain;
        let names = some.iter().chain(some.iter().cycle()).map(|who| who as &dyn ToValue);
        let keys: Vec<&dyn ToValue> = std::iter::once(shop).chain(names).take(1 + room).collect();
        found.extend(tx.list(&sql, &keys, |row| Ok((row.get(0)?, Timestamp(row.get(1)?))))?);
    }
    Ok(OnRecord(found))
}

/// The noes that concern what hangs on these.
pub(in crate::store) fn of(tx: Tx<'_>, shop: &ShopDomain, links: &Links) -> Result<Noes> {
    let on_record = on_record(tx, shop, &links.all().collect::<Vec<_>>())?;
    Ok(Noes {
        of_visitor: on_record.latest(links.visitor).is_some(),
        of_anchors: on_record.latest(links.anchors()),
        of_demands: on_record.latest(links.customer.iter().copied()),
    })
}

/// The latest no of any of these.
pub(in crate::store) fn latest(
    tx: Tx<'_>,
    shop: &ShopDomain,
    named: impl IntoIterator<Item = Link>,
) -> Result<Option<Timestamp>> {
    let named: Vec<Link> = named.into_iter().collect();
    Ok(on_record(tx, shop, &named)?.latest(named))
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
    tx.write(sql, params![shop.as_str(), who, at.0, now.0, named])
}

/// A beacon has named it now: it is no stranger's.
pub(in crate::store) fn name(tx: Tx<'_>, shop: &ShopDomain, who: Link) -> Result<()> {
    let sql = "UPDATE withdrawal SET named = 1 WHERE shop = ?1 AND who = ?2 AND named = 0";
    tx.write(sql, params![shop.as_str(), who])
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
        tx.write(sql, params![shop.as_str(), named, then.0, limit])?;
    }
    Ok(())
}
