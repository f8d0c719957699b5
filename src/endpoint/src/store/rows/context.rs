//! Table `context`: what an order would need and only the browser knew. Of each visitor one under a
//! checkout, or under a cart where there is no checkout yet.

use crate::store::engine::params;
use assent_gate::beacon::WirePage;
use assent_gate::settings::ShopDomain;
use assent_gate::tiktok::User;
use assent_gate::time::Timestamp;
use serde::{Deserialize, Serialize};

use super::tx::Tx;
use super::{columns, link};
use crate::secret::ClientIp;
use crate::store::error::Result;
use crate::store::links::{Kind, Link, Links};

#[derive(Serialize, Deserialize)]
pub(in crate::store) struct Context {
    pub(in crate::store) user: User,
    pub(in crate::store) page: Option<WirePage>,
    pub(in crate::store) ip: Option<ClientIp>,
}

/// Keeps what rests on the visitor's latest grant. A row is of one visitor and of one grant: nobody's
/// takes over another's.
pub(in crate::store) fn keep(
    tx: Tx<'_>,
    shop: &ShopDomain,
    links: &Links,
    context: &Context,
    granted_at: Timestamp,
    now: Timestamp,
) -> Result<()> {
    let Some(anchor) = links.anchors().next() else { return Ok(()) };
    let links = Links { customer: Vec::new(), ..links.clone() };
    let known = format!(
        "SELECT id, granted_at FROM context WHERE {}
             AND checkout IS NOT DISTINCT FROM ?3 AND visitor IS NOT DISTINCT FROM ?4",
        link::hanging(Kind::Context)
    );
    let keys = params![shop.as_str(), anchor, links.checkout, links.visitor];
    let payload = columns::json(context)?;
    match tx.find(&known, keys, |row| Ok((row.get(0)?, columns::time(row, 1)?)))? {
        Some((_, later)) if later > granted_at => Ok(()),
        Some((id, _)) => {
            let cart = links.cart.or(link::of_row(tx, shop, Kind::Context, id)?.cart);
            link::set(tx, shop, Kind::Context, id, &Links { cart, ..links })?;
            let sql = "UPDATE context SET granted_at = ?3, last_at = ?4, payload = ?5
                       WHERE shop = ?1 AND id = ?2";
            tx.write(sql, params![shop.as_str(), id, granted_at.0, now.0, payload])
        }
        None => {
            let sql = "INSERT INTO context (shop, checkout, cart, visitor, granted_at, last_at,
                     payload) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7) RETURNING id";
            let Links { checkout, cart, visitor, .. } = &links;
            let keys =
                params![shop.as_str(), checkout, cart, visitor, granted_at.0, now.0, payload];
            let id = tx.one(sql, keys, |row| Ok(row.get(0)?))?;
            link::put(tx, shop, Kind::Context, id, links.all())
        }
    }
}

/// What this visitor left under this anchor: the latest, and of a cart rather what has a checkout.
pub(in crate::store) fn left_by(
    tx: Tx<'_>,
    shop: &ShopDomain,
    anchor: Link,
    visitor: Option<Link>,
) -> Result<Option<(Context, Timestamp)>> {
    let sql = format!(
        "SELECT payload, granted_at FROM context
         WHERE {} AND visitor IS NOT DISTINCT FROM ?3
         ORDER BY checkout IS NULL, last_at DESC LIMIT 1",
        link::hanging(Kind::Context)
    );
    let keys = params![shop.as_str(), anchor, visitor];
    let found = tx.find(&sql, keys, |row| {
        let context: Option<Context> = columns::of_json(row, 0)?;
        Ok((context, columns::time(row, 1)?))
    })?;
    Ok(found.and_then(|(context, granted_at)| Some((context?, granted_at))))
}

/// What stands under this checkout, and under this cart without a checkout, whoever left it.
pub(in crate::store) fn under(tx: Tx<'_>, shop: &ShopDomain, links: &Links) -> Result<Vec<i64>> {
    let mut found = Vec::new();
    for (anchor, condition) in [(links.checkout, "checkout = ?2"), (links.cart, "checkout IS NULL")]
    {
        let Some(anchor) = anchor else { continue };
        let sql = format!(
            "SELECT id FROM context WHERE {} AND {condition}",
            link::hanging(Kind::Context)
        );
        found.extend(tx.list(&sql, params![shop.as_str(), anchor], |row| Ok(row.get::<i64>(0)?))?);
    }
    Ok(found)
}

/// It goes.
pub(in crate::store) fn delete_under(tx: Tx<'_>, shop: &ShopDomain, links: &Links) -> Result<()> {
    let found: Vec<i64> = under(tx, shop, links)?;
    found.into_iter().try_for_each(|id| link::delete(tx, shop, Kind::Context, id))
}

/// What hangs on `link` and rests on evidence up to `until` goes; how many.
pub(in crate::store) fn withdraw(
    tx: Tx<'_>,
    shop: &ShopDomain,
    link: Link,
    until: Timestamp,
) -> Result<usize> {
    let sql = format!(
        "SELECT id FROM context WHERE {} AND granted_at <= ?3",
        link::hanging(Kind::Context)
    );
    let found: Vec<i64> =
        tx.list(&sql, params![shop.as_str(), link, until.0], |row| Ok(row.get(0)?))?;
    for id in &found {
        link::delete(tx, shop, Kind::Context, *id)?;
    }
    Ok(found.len())
}

/// Some of those whose last event is older than that go; how many.
pub(in crate::store) fn sweep(
    tx: Tx<'_>,
    shop: &ShopDomain,
    then: Timestamp,
    limit: i64,
) -> Result<usize> {
    link::sweep(tx, shop, Kind::Context, then, limit)
}
