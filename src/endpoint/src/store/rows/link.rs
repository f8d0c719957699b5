//! Table `link`: what hangs on a checkout, a cart, a visitor or a customer. Only here is it asked,
//! and only here are a row's own columns of it and their links kept alike.

use crate::store::engine::{ToValue, params};
use assent_gate::settings::ShopDomain;
use assent_gate::time::Timestamp;

use super::columns;
use super::tx::Tx;
use crate::store::error::Result;
use crate::store::links::{Kind, Link, Linked, Links};

/// The condition of the rows of `kind` that hang on ?2 in shop ?1. The `+` keeps SQLite from reading all of
/// a shop's rows: their numbers are to be used.
pub(in crate::store) fn hanging(kind: Kind) -> String {
    let (table, kind) = (table(kind), number(kind));
    format!(
        "+{table}.shop = ?1 AND {table}.id IN
             (SELECT \"row\" FROM link WHERE shop = ?1 AND name = ?2 AND kind = {kind})"
    )
}

fn number(kind: Kind) -> i64 {
    match kind {
        Kind::Event => 1,
        Kind::Receipt => 2,
        Kind::Context => 3,
        Kind::Order => 4,
    }
}

fn table(kind: Kind) -> &'static str {
    match kind {
        Kind::Event => "event",
        Kind::Receipt => "receipt",
        Kind::Context => "context",
        Kind::Order => "order_fact",
    }
}

/// What hangs on this, of every kind.
pub(in crate::store) fn on(
    tx: Tx<'_>,
    shop: &ShopDomain,
    link: Link,
) -> Result<Vec<(Kind, Linked)>> {
    let mut found = Vec::new();
    for kind in Kind::ALL {
        let table = table(*kind);
        let sql = format!(
            "SELECT id, checkout, cart, visitor, customer FROM {table} WHERE {}",
            hanging(*kind)
        );
        let (sound, damaged) = tx.list_sound(&sql, params![shop.as_str(), link], |row| {
            Ok(Linked { id: row.get(0)?, links: columns::links_at(row, 1)? })
        })?;
        // A damaged row hangs here all the same; from it nothing leads on.
        let damaged = damaged.into_iter().map(|id| Linked { id, links: Links::default() });
        found.extend(sound.into_iter().chain(damaged).map(|linked| (*kind, linked)));
    }
    Ok(found)
}

/// Whether anything has ever been kept under this, as far as it is still there.
pub(in crate::store) fn is_known(tx: Tx<'_>, shop: &ShopDomain, link: Link) -> Result<bool> {
    tx.exists("SELECT 1 FROM link WHERE shop = ?1 AND name = ?2", params![shop.as_str(), link])
}

/// What this row hangs on.
pub(in crate::store) fn of_row(
    tx: Tx<'_>,
    shop: &ShopDomain,
    kind: Kind,
    id: i64,
) -> Result<Links> {
    let table = table(kind);
    let sql = format!(
        "SELECT checkout, cart, visitor, customer FROM {table} WHERE shop = ?1 AND id = ?2"
    );
    let found = tx.find(&sql, params![shop.as_str(), id], |row| columns::links_at(row, 0))?;
    Ok(found.unwrap_or_default())
}

/// A new row, whose columns have been written already.
pub(super) fn put(
    tx: Tx<'_>,
    shop: &ShopDomain,
    kind: Kind,
    id: i64,
    links: impl IntoIterator<Item = Link>,
) -> Result<()> {
    let sql = "INSERT INTO link (shop, name, kind, \"row\") VALUES (?1, ?2, ?3, ?4)
               ON CONFLICT DO NOTHING";
    let (links, kind, shop) = (links.into_iter().collect::<Vec<_>>(), number(kind), shop.as_str());
    let row = |link| [&shop as &dyn ToValue, link, &kind, &id];
    let rows: Vec<_> = links.iter().map(|link| row(link)).collect();
    tx.write_each(sql, &rows)
}

/// From now on the row hangs on these, and on nothing else.
pub(in crate::store) fn set(
    tx: Tx<'_>,
    shop: &ShopDomain,
    kind: Kind,
    id: i64,
    links: &Links,
) -> Result<()> {
    cut(tx, shop, kind, id)?;
    put(tx, shop, kind, id, links.all())?;
    let table = table(kind);
    let sql = format!(
        "UPDATE {table} SET checkout = ?3, cart = ?4, visitor = ?5, customer = ?6
         WHERE shop = ?1 AND id = ?2"
    );
    let Links { checkout, cart, visitor, customer } = links;
    let customer = columns::customer(customer);
    tx.write(&sql, params![shop.as_str(), id, checkout, cart, visitor, customer])
}

/// The row hangs on these besides; on how many customers now. Only what is new becomes a link: a
/// stranger may hang thousands on one receipt. What cannot be read stays as it is.
pub(in crate::store) fn add_customer(
    tx: Tx<'_>,
    shop: &ShopDomain,
    kind: Kind,
    id: i64,
    customer: impl IntoIterator<Item = Link>,
) -> Result<usize> {
    let known = match of_row(tx, shop, kind, id) {
        Ok(Links { customer, .. }) => customer,
        Err(error) if error.spares_the_transaction() => return Ok(0),
        Err(error) => return Err(error),
    };
    let mut new: Vec<Link> = customer.into_iter().filter(|one| !known.contains(one)).collect();
    new.sort_unstable();
    new.dedup();
    if new.is_empty() {
        return Ok(known.len());
    }
    put(tx, shop, kind, id, new.iter().copied())?;
    let all = [known, new].concat();
    let sql = format!("UPDATE {} SET customer = ?3 WHERE shop = ?1 AND id = ?2", table(kind));
    tx.write(&sql, params![shop.as_str(), id, columns::customer(&all)])?;
    Ok(all.len())
}

/// The row goes, and what led to it.
pub(in crate::store) fn delete(tx: Tx<'_>, shop: &ShopDomain, kind: Kind, id: i64) -> Result<()> {
    cut(tx, shop, kind, id)?;
    let table = table(kind);
    let sql = format!("DELETE FROM {table} WHERE shop = ?1 AND id = ?2");
    tx.write(&sql, params![shop.as_str(), id])
}

/// Some of the rows that were last in use before then go; how many.
pub(super) fn sweep(
    tx: Tx<'_>,
    shop: &ShopDomain,
    kind: Kind,
    then: Timestamp,
    limit: i64,
) -> Result<usize> {
    let table = table(kind);
    let sql = format!("SELECT id FROM {table} WHERE shop = ?1 AND last_at < ?2 LIMIT ?3");
    let old: Vec<i64> =
        tx.list(&sql, params![shop.as_str(), then.0, limit], |row| Ok(row.get(0)?))?;
    for id in &old {
        delete(tx, shop, kind, *id)?;
    }
    Ok(old.len())
}

/// Nothing leads to the row any more: before it goes, or when a customer is erased.
fn cut(tx: Tx<'_>, shop: &ShopDomain, kind: Kind, id: i64) -> Result<()> {
    match of_row(tx, shop, kind, id) {
        Ok(before) => cut_some(tx, shop, kind, id, before.all()),
        // Its columns are damaged: the shop's links are looked through, so that none is left.
        Err(_) => {
            let sql = "DELETE FROM link WHERE shop = ?1 AND kind = ?2 AND \"row\" = ?3";
            tx.write(sql, params![shop.as_str(), number(kind), id])
        }
    }
}

fn cut_some(
    tx: Tx<'_>,
    shop: &ShopDomain,
    kind: Kind,
    id: i64,
    links: impl Iterator<Item = Link>,
) -> Result<()> {
    let sql = "DELETE FROM link WHERE shop = ?1 AND name = ?2 AND kind = ?3 AND \"row\" = ?4";
    for link in links {
        tx.write(sql, params![shop.as_str(), link, number(kind), id])?;
    }
    Ok(())
}
