//! When Shopify last told of an order of a shop, and its browsers of a Purchase.

use crate::store::engine::{self, Connection, EngineError, params};
use assent_gate::time::{DAY, Timestamp};

use crate::rules::silence::Heard;

/// As long as orders are kept.
const WEEK: i64 = 7 * DAY;

/// Rows of an order's refund alone are no news of an order. How long it usually is from one to the next is told
/// by the latest thousand: a large shop has a hundred thousand in a week.
const ORDERS: &str = "SELECT count(*), min(received_at), max(received_at) FROM (
     SELECT received_at FROM order_fact
     WHERE shop = ?1 AND received_at BETWEEN ?2 AND ?3
         AND (figures IS NOT NULL OR reason <> '')
     ORDER BY received_at DESC LIMIT 1000) AS latest";

const LAST_PURCHASE: &str = "SELECT max(received_at) FROM event
     WHERE shop = ?1 AND name = 'Purchase' AND received_at BETWEEN ?2 AND ?3";

/// A Purchase often comes some seconds after its order: one whose order is known lacks nothing.
const UNANSWERED: &str = "SELECT min(received_at) FROM event
     WHERE shop = ?1 AND name = 'Purchase' AND received_at BETWEEN ?2 AND ?3
         AND NOT EXISTS (SELECT 1 FROM order_fact WHERE order_fact.shop = event.shop
             AND order_fact.event_id = event.event_id)";

pub(in crate::store) fn of_shop(
    store: &Connection,
    shop: &str,
    now: Timestamp,
) -> engine::Result<Heard> {
    let week = now.plus(-WEEK);
    let (orders, first, last): (i64, Option<i64>, Option<i64>) =
        store.prepare_cached(ORDERS)?.query_row(params![shop, week.0, now.0], |row| {
            Ok((row.get(0)?, row.get(1)?, row.get(2)?))
        })?;
    let gap = first.zip(last).filter(|_| orders > 1);
    let purchase = |sql, since: i64| {
        let keys = params![shop, since, now.0];
        let at: Option<i64> = store.prepare_cached(sql)?.query_row(keys, |row| row.get(0))?;
        Ok::<_, EngineError>(at.map(Timestamp))
    };
    Ok(Heard {
        last_order: last.map(Timestamp),
        usual_gap: gap.map(|(first, last)| (last - first) / (orders - 1)),
        last_purchase: purchase(LAST_PURCHASE, week.0)?,
        unanswered_since: purchase(UNANSWERED, last.map_or(week.0, |last| last + 1))?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::file;

    /// Millions of rows may stand beside them, and a page that a person waits for asks.
    #[test]
    fn each_is_found_by_an_index_of_its_own() {
        let store = file::in_memory();
        for (sql, index) in [
            (ORDERS, "order_fact_age"),
            (LAST_PURCHASE, "event_purchase_age"),
            (UNANSWERED, "event_purchase_age"),
        ] {
            let plan = store.plan(sql);
            assert!(plan.iter().any(|step| step.contains(index)), "{sql}: {plan:?}");
            // Of the latest there are a thousand at most.
            let is_long = |step: &String| step.starts_with("SCAN") && step != "SCAN latest";
            assert!(!plan.iter().any(is_long), "{sql}: {plan:?}");
        }
    }
}
