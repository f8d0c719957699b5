//! Table `demand`: what Shopify's compliance topics demanded. By whom it was meant goes as soon as
//! it is done; the bare record stays as long as receipts.

use crate::store::engine::{Row, params};
use assent_gate::settings::ShopDomain;
use assent_gate::shopify::compliance::{Ask, ComplianceTopic};
use assent_gate::time::Timestamp;

use super::columns;
use super::tx::Tx;
use crate::store::error::Result;
use crate::store::links::Link;

/// A demand that waits to be carried out.
#[derive(Debug, Clone)]
pub struct OpenDemand {
    pub id: i64,
    pub shop: ShopDomain,
    pub ask: Ask,
    pub received_at: Timestamp,
    pub due_at: Timestamp,
    pub(in crate::store) whom: DemandedFor,
}

/// What finds its customer.
#[derive(Clone)]
pub(in crate::store) struct DemandedFor(pub(in crate::store) Vec<Link>);

impl std::fmt::Debug for DemandedFor {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("DemandedFor(…)")
    }
}

/// Puts it on record; its number. The same demand while it is still open is one.
pub(in crate::store) fn put(
    tx: Tx<'_>,
    shop: &ShopDomain,
    ask: &Ask,
    whom: &DemandedFor,
    received_at: Timestamp,
    due_at: Timestamp,
) -> Result<i64> {
    let request = match ask {
        Ask::Report { request } => request.as_deref(),
        Ask::EraseCustomer | Ask::EraseShop => None,
    };
    let topic = ask.topic().name();
    let whom = columns::json(&whom.0.iter().map(|link| link.to_hex()).collect::<Vec<_>>())?;
    let same = "SELECT id FROM demand WHERE shop = ?1 AND topic = ?2
                    AND request IS NOT DISTINCT FROM ?3 AND whom = ?4 AND done_at IS NULL";
    if let Some(id) =
        tx.find(same, params![shop.as_str(), topic, request, whom], |row| Ok(row.get(0)?))?
    {
        return Ok(id);
    }
    let sql = "INSERT INTO demand (shop, topic, request, whom, received_at, due_at)
               VALUES (?1, ?2, ?3, ?4, ?5, ?6) RETURNING id";
    let keys = params![shop.as_str(), topic, request, whom, received_at.0, due_at.0];
    tx.one(sql, keys, |row| Ok(row.get(0)?))
}

/// What is to be carried out, the oldest first. Of all shops: they are few, and have an index of their own.
pub(in crate::store) fn open(tx: Tx<'_>) -> Result<Vec<OpenDemand>> {
    let sql = "SELECT id, shop, topic, request, received_at, due_at, whom FROM demand
               WHERE done_at IS NULL ORDER BY id";
    let read = |row: &Row<'_>| {
        let demand = open_demand(row)?;
        if demand.is_none() {
            // One damaged row must not keep the others from being carried out. It stays open, and
            // is shown as such.
            let demand: i64 = row.get(0)?;
            tracing::error!(demand, "a demand cannot be read; it has to be met by hand");
        }
        Ok(demand)
    };
    Ok(tx.list(sql, params![], read)?.into_iter().flatten().collect())
}

/// When it was last demanded that everything of this shop goes, done or not.
pub(in crate::store) fn erasure_demanded(
    tx: Tx<'_>,
    shop: &ShopDomain,
) -> Result<Option<Timestamp>> {
    let sql = "SELECT max(received_at) FROM demand WHERE shop = ?1 AND topic = ?2";
    let keys = params![shop.as_str(), ComplianceTopic::ShopRedact.name()];
    Ok(tx.one(sql, keys, |row| Ok(row.get::<Option<i64>>(0)?))?.map(Timestamp))
}

/// `None`: not as this release writes it.
fn open_demand(row: &Row<'_>) -> Result<Option<OpenDemand>> {
    let (shop, topic): (String, String) = (row.get(1)?, row.get(2)?);
    let whom: Option<Vec<String>> = columns::of_json(row, 6)?;
    let whom = whom.and_then(|all| all.iter().map(|hex| Link::of_hex(hex)).collect());
    let (Some(shop), Some(topic), Some(whom)) = (shop.parse().ok(), topic.parse().ok(), whom)
    else {
        return Ok(None);
    };
    let ask = match topic {
        ComplianceTopic::DataRequest => Ask::Report { request: row.get(3)? },
        ComplianceTopic::CustomerRedact => Ask::EraseCustomer,
        ComplianceTopic::ShopRedact => Ask::EraseShop,
    };
    Ok(Some(OpenDemand {
        id: row.get(0)?,
        shop,
        ask,
        received_at: columns::time(row, 4)?,
        due_at: columns::time(row, 5)?,
        whom: DemandedFor(whom),
    }))
}

/// What is done needs no names.
pub(in crate::store) fn done(
    tx: Tx<'_>,
    shop: &ShopDomain,
    id: i64,
    outcome: &str,
    now: Timestamp,
) -> Result<()> {
    let sql = "UPDATE demand SET done_at = ?3, outcome = ?4, whom = NULL
               WHERE shop = ?1 AND id = ?2 AND done_at IS NULL";
    tx.write(sql, params![shop.as_str(), id, now.0, outcome])
}

/// Counts rows that a shop's erasure has deleted; how many so far.
pub(in crate::store) fn count_erased(
    tx: Tx<'_>,
    shop: &ShopDomain,
    id: i64,
    rows: usize,
) -> Result<i64> {
    let sql = "UPDATE demand SET erased = erased + ?3 WHERE shop = ?1 AND id = ?2 RETURNING erased";
    let rows = i64::try_from(rows).unwrap_or(i64::MAX);
    let erased = tx.find(sql, params![shop.as_str(), id, rows], |row| Ok(row.get(0)?))?;
    Ok(erased.unwrap_or_default())
}

/// Records of what was done before then go.
pub(in crate::store) fn sweep(tx: Tx<'_>, shop: &ShopDomain, then: Timestamp) -> Result<()> {
    let sql = "DELETE FROM demand WHERE shop = ?1 AND done_at < ?2";
    tx.write(sql, params![shop.as_str(), then.0])
}
