//! The newest orders of a shop, a page at a time, for the dashboard. Whatever the store holds, a page reads
//! no more rows than it shows.

use crate::store::engine::{self, Connection, Row, params};
use assent_gate::order::Figures;

use super::ground::{self, Ground};
use super::live_line::notes;
use crate::rules::debt::Stage;
use crate::rules::order::Marks;
use crate::rules::way::{Standing, Way};

/// Rows of one page.
const PAGE: i64 = 50;

/// Where a page ended: at the order of this row, which was told of then.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Behind {
    pub received_at: i64,
    pub row: i64,
}

/// An order as it may be shown: it names nobody. Times are Unix seconds.
#[derive(Debug, Clone)]
pub struct SeenOrder {
    behind: Behind,
    pub shop: String,
    /// Shopify's number of it.
    pub order_id: String,
    /// What its merchant calls it.
    pub name: Option<String>,
    pub created_at: i64,
    /// How it stands, or its Purchase where there is a row of it.
    pub way: Way,
    pub notes: Vec<&'static str>,
    pub is_test: bool,
    /// The order's own, as Shopify told it. `None`: an erased one's, too.
    pub value: Option<f64>,
    pub currency: Option<String>,
    /// What its Purchase was reported on.
    pub ground: Option<Ground>,
}

impl SeenOrder {
    /// Where the next page begins. `None`: these are fewer than a page has.
    pub fn next(page: &[Self]) -> Option<Behind> {
        let last = page.last().filter(|_| i64::try_from(page.len()).is_ok_and(|n| n >= PAGE))?;
        Some(last.behind)
    }
}

/// Rows that hold only a refund are no orders: they have no figures.
const NEWEST: &str = "SELECT told.received_at, told.id, told.shop, told.order_id, told.name,
         told.created_at, told.figures, event.receipt, coalesce(event.state, told.state),
         coalesce(event.reason, told.reason), coalesce(event.marks, told.marks),
         coalesce(event.test, 0), coalesce(event.attempts, 0), coalesce(event.sending, 0),
         coalesce(shop.stopped, shop.paused, shop.waits)
     FROM order_fact AS told
     LEFT JOIN event ON event.shop = told.shop AND event.event_id = told.event_id
     LEFT JOIN shop ON shop.domain = told.shop
     WHERE told.shop = ?1 AND (told.received_at, told.id) < (?2, ?3)
         AND told.figures IS NOT NULL
     ORDER BY told.received_at DESC, told.id DESC LIMIT ?4";

/// Of these shops together, the newest first.
pub(in crate::store) fn newest(
    store: &Connection,
    shops: &[String],
    behind: Option<Behind>,
) -> engine::Result<Vec<SeenOrder>> {
    let Behind { received_at, row } =
        behind.unwrap_or(Behind { received_at: i64::MAX, row: i64::MAX });
    let mut find = store.prepare_cached(NEWEST)?;
    let mut found = Vec::new();
    for shop in shops {
        let orders = find.query_map(params![shop, received_at, row, PAGE], order)?;
        found.extend(orders.collect::<engine::Result<Vec<_>>>()?);
    }
    found.sort_by_key(|(order, _)| std::cmp::Reverse((order.behind.received_at, order.behind.row)));
    found.truncate(usize::try_from(PAGE).unwrap_or(usize::MAX));
    let grounded = |(order, receipt): (SeenOrder, Option<i64>)| {
        let ground = receipt.map(|receipt| ground::of(store, &order.shop, receipt)).transpose()?;
        Ok(SeenOrder { ground: ground.flatten(), ..order })
    };
    found.into_iter().map(grounded).collect()
}

/// With the number of its receipt.
fn order(row: &Row<'_>) -> engine::Result<(SeenOrder, Option<i64>)> {
    // An erased order's are empty; what cannot be read is shown without.
    let figures: Option<Figures> = serde_json::from_slice(row.get_ref(6)?.as_bytes()?).ok();
    let told = figures.map(|figures| figures.properties);
    let currency = told.as_ref().and_then(|told| told.currency.clone());
    let (state, reason): (String, String) = (row.get(8)?, row.get(9)?);
    let (is_test, is_under_way) = (row.get(11)?, row.get::<i64>(13)? != 0);
    let paused: Option<String> = row.get(14)?;
    let way = Way::of(Standing {
        stage: Stage::of_name(&state),
        reason: &reason,
        paused: paused.as_deref().filter(|_| !is_under_way),
        is_test,
        attempts: row.get(12)?,
    });
    let order = SeenOrder {
        behind: Behind { received_at: row.get(0)?, row: row.get(1)? },
        shop: row.get(2)?,
        order_id: row.get(3)?,
        name: row.get(4)?,
        created_at: row.get(5)?,
        way,
        notes: notes(Marks(row.get(10)?)),
        is_test,
        value: told.and_then(|told| told.value),
        currency: currency.map(String::from),
        ground: None,
    };
    Ok((order, row.get(7)?))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::file;

    /// However many orders there are: only those of the page are looked at.
    #[test]
    fn a_page_is_read_by_indexes_and_is_not_sorted() {
        let store = file::in_memory();
        let plan = store.plan(NEWEST);
        assert!(plan[0].contains("INDEX order_fact_age (shop=? AND "), "{plan:#?}");
        for step in &plan {
            assert!(step.starts_with("SEARCH "), "{plan:#?}");
        }
    }
}
