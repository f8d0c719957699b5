//! What an erasure would do now. It asks the deed's own plan (`erasure_plan.rs`), and only reads.

use crate::store::engine::{self, Connection, params};
use std::collections::BTreeSet;

use assent_gate::settings::ShopDomain;
use assent_gate::time::Timestamp;
use serde::Serialize;

use crate::store::customer::{self, Customer, Way, Whom};
use crate::store::erasure_plan::{self, Erased};
use crate::store::error::Result;
use crate::store::rows::shop as shops;
use crate::store::rows::tx::Tx;

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Preview {
    #[serde(flatten)]
    pub would_erase: Erased,
    pub reach: Reached,
}

/// How far it goes from the name, and by what.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Reached {
    /// Rows under the name itself.
    pub named: usize,
    /// Rows that hang on the same browsers, checkouts or carts.
    pub beyond: usize,
    pub browsers: usize,
    pub checkouts: usize,
    pub carts: usize,
    /// Shopify's ids of the orders that it reaches, as far as they are on record: 7 days.
    pub orders: BTreeSet<String>,
}

/// `None`: this store has never known such a shop.
pub(in crate::store) fn preview(
    store: &Connection,
    shop: &ShopDomain,
    whom: &Whom,
    now: Timestamp,
) -> Result<Option<Preview>> {
    let moment = store.moment()?;
    let tx = Tx::new(&moment);
    let Some(key) = shops::key(tx, shop)? else { return Ok(None) };
    let found = customer::find(tx, shop, [whom.link(&key)], whom.reach())?;
    let would_erase = erasure_plan::of(tx, shop, &found, now)?.erased();
    let Way { named, browsers, checkouts, carts } = &found.way;
    Ok(Some(Preview {
        would_erase,
        reach: Reached {
            named: *named,
            beyond: found.rows() - named,
            browsers: browsers.len(),
            checkouts: checkouts.len(),
            carts: carts.len(),
            orders: orders(&moment, shop, &found)?,
        },
    }))
}

fn orders(
    store: &Connection,
    shop: &ShopDomain,
    found: &Customer,
) -> engine::Result<BTreeSet<String>> {
    let mut orders = BTreeSet::new();
    for (table, rows) in [("event", &found.events), ("order_fact", &found.orders)] {
        let sql = format!("SELECT order_id FROM {table} WHERE shop = ?1 AND id = ?2");
        let mut find = store.prepare_cached(&sql)?;
        for id in rows {
            let order = find.query_row(params![shop.as_str(), id], |row| row.get(0))?;
            orders.extend::<Option<String>>(order);
        }
    }
    Ok(orders)
}
