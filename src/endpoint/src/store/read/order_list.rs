//! The newest orders of a shop, a page at a time, for the dashboard. Whatever the store holds, a page reads
//! no more rows than it shows.

use assent_gate::order::Figures;
use rusqlite::{Connection, Row, params};

use super::ground::Ground;
use crate::rules::order::Marks;

/// Rows of one page.
const PAGE: i64 = 50;

/// Behind this order the next page begins: when it was told of, and its row's number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Cursor {
    pub received_at: i64,
    pub row: i64,
}

/// An order as it may be shown: it names nobody. Times are Unix seconds.
#[derive(Debug, Clone)]
pub struct SeenOrder {
    pub cursor: Cursor,
    pub shop: String,
    pub order_id: String,
    pub created_at: i64,
    /// Its Purchase's where there is a row of it.
    pub state: String,
    pub marks: Marks,
    pub is_test: bool,
    /// The order's own, as Shopify told it. `None`: an erased one, too.
    pub value: Option<f64>,
    pub currency: Option<String>,
    /// What its Purchase was reported on.
    pub ground: Option<Ground>,
}

impl SeenOrder {
    /// As its merchant calls it.
    pub fn name(&self) -> &str {
        &self.order_id
    }
}

/// Rows that hold only a refund are no orders: they have no figures.
const NEWEST: &str = "SELECT told.received_at, told.id, told.shop, told.order_id, told.created_at,
         coalesce(event.state, told.state), coalesce(event.marks, told.marks),
         coalesce(event.test, 0), told.figures, receipt.evidence, receipt.id
     FROM order_fact AS told
     LEFT JOIN event ON event.shop = told.shop AND event.event_id = told.event_id
     LEFT JOIN receipt ON receipt.shop = told.shop AND receipt.id = event.receipt
     WHERE told.shop = ?1 AND (told.received_at, told.id) < (?2, ?3)
         AND told.figures IS NOT NULL
     ORDER BY told.received_at DESC, told.id DESC LIMIT ?4";

/// Of these shops together, behind `before`, the newest first.
pub(in crate::store) fn newest(
    store: &Connection,
    shops: &[String],
    before: Option<Cursor>,
) -> rusqlite::Result<Vec<SeenOrder>> {
    let before = before.unwrap_or(Cursor { received_at: i64::MAX, row: i64::MAX });
    let mut find = store.prepare_cached(NEWEST)?;
    let mut found = Vec::new();
    for shop in shops {
        let keys = params![shop, before.received_at, before.row, PAGE];
        let orders = find.query_map(keys, order)?;
        found.extend(orders.collect::<rusqlite::Result<Vec<_>>>()?);
    }
    found.sort_by_key(|order| std::cmp::Reverse((order.cursor.received_at, order.cursor.row)));
    found.truncate(usize::try_from(PAGE).unwrap_or(usize::MAX));
    Ok(found)
}

/// Whether a page of so many has others behind it.
pub(crate) fn is_full(orders: &[SeenOrder]) -> bool {
    i64::try_from(orders.len()).is_ok_and(|n| n >= PAGE)
}

fn order(row: &Row<'_>) -> rusqlite::Result<SeenOrder> {
    // An erased order's are empty; what cannot be read is shown without.
    let figures: Option<Figures> = serde_json::from_slice(row.get_ref(8)?.as_bytes()?).ok();
    let told = figures.map(|figures| figures.properties);
    let currency = told.as_ref().and_then(|told| told.currency.clone());
    Ok(SeenOrder {
        cursor: Cursor { received_at: row.get(0)?, row: row.get(1)? },
        shop: row.get(2)?,
        order_id: row.get(3)?,
        created_at: row.get(4)?,
        state: row.get(5)?,
        marks: Marks(row.get(6)?),
        is_test: row.get(7)?,
        value: told.and_then(|told| told.value),
        currency: currency.map(String::from),
        ground: Ground::of(row.get_ref(9)?.as_bytes_or_null()?, row.get(10)?),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::file;

    /// However many orders there are: only those of the page are looked at.
    #[test]
    fn a_page_is_read_by_indexes_and_is_not_sorted() {
        let mut store = Connection::open_in_memory().expect("a store");
        file::make_tables(&mut store).expect("tables");
        let mut explain =
            store.prepare(&format!("EXPLAIN QUERY PLAN {NEWEST}")).expect("a statement");
        let mut steps = explain.raw_query();
        let mut plan = Vec::new();
        while let Some(step) = steps.next().expect("a plan") {
            plan.push(step.get::<_, String>("detail").expect("text"));
        }
        assert!(plan[0].contains("INDEX order_fact_age (shop=? AND "), "{plan:#?}");
        for step in &plan {
            assert!(step.starts_with("SEARCH "), "{plan:#?}");
        }
    }
}
