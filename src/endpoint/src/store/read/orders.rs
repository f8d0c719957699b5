//! What `report` and `why` read of orders, from a connection that cannot write.

use std::collections::BTreeMap;

use rusqlite::{Connection, OptionalExtension as _, Row, params};
use serde::Serialize;

use crate::rules::debt::End;
use crate::rules::order::Mark;
use crate::store::read::story::{Line, Story, lines};

/// Each order and how it stands: its Purchase's row where there is one, else its own. Skip rows that hold
/// only a refund.
const STANDINGS: &str = "SELECT order_fact.created_at / 86400 AS day,
         order_fact.shop AS shop, coalesce(event.state, order_fact.state) AS state,
         coalesce(event.marks, order_fact.marks) AS marks
     FROM order_fact LEFT JOIN event ON event.shop = order_fact.shop AND event.event_id = order_fact.event_id
     WHERE order_fact.figures IS NOT NULL";

/// One day's orders of a shop, by Shopify's time of their making (UTC). `orders` is always the sum of delivered, waiting
/// and ended; the marks are some of the delivered.
#[derive(Debug, Clone, Default, Serialize)]
pub struct OrderDay {
    pub day: String,
    pub shop: String,
    pub orders: i64,
    pub delivered: i64,
    pub recovered: i64,
    pub confirmed: i64,
    pub late: i64,
    pub value_differs: i64,
    pub waiting: i64,
    /// Every end but `delivered`, by name.
    pub ended: BTreeMap<String, i64>,
}

/// `from` and `to` are days, both included.
pub fn order_days(store: &Connection, from: &str, to: &str) -> rusqlite::Result<Vec<OrderDay>> {
    let mut days: BTreeMap<(String, String), OrderDay> = BTreeMap::new();
    let mut counts = store.prepare(&format!(
        "SELECT day, shop, state, marks, sum(n) FROM
             (SELECT day, shop, state, marks, 1 AS n FROM ({STANDINGS})
              UNION ALL SELECT day, shop, state, marks, n FROM order_tally)
         WHERE day BETWEEN ?1 AND ?2 GROUP BY 1, 2, 3, 4"
    ))?;
    let mut rows = counts.query(params![from, to])?;
    while let Some(row) = rows.next()? {
        let (day, shop): (String, String) = (row.get(0)?, row.get(1)?);
        let counted =
            days.entry((day.clone(), shop.clone())).or_insert_with(|| OrderDay { day, shop, ..OrderDay::default() });
        counted.add(row.get(2)?, row.get(3)?, row.get(4)?);
    }
    Ok(days.into_values().collect())
}

impl OrderDay {
    fn add(&mut self, state: String, marks: i64, n: i64) {
        self.orders += n;
        if state != End::Delivered.name() {
            match state.as_str() {
                "held" | "parked" | "due" => self.waiting += n,
                _ => *self.ended.entry(state).or_default() += n,
            }
            return;
        }
        self.delivered += n;
        for (mark, count) in [
            (Mark::Recovered, &mut self.recovered),
            (Mark::Confirmed, &mut self.confirmed),
            (Mark::ConfirmedLate, &mut self.late),
            (Mark::ValueDiffers, &mut self.value_differs),
        ] {
            *count += if crate::rules::order::Marks(marks).has(mark) { n } else { 0 };
        }
    }
}

/// An order's own story.
pub(in crate::store) struct Told {
    /// Its Purchase's.
    pub(in crate::store) event_id: Option<String>,
    pub(in crate::store) story: Story,
}

const TOLD: &str = "SELECT shop, event_id, state, reason, history FROM order_fact WHERE figures IS NOT NULL AND";

/// Orders by their number, or by their Purchase's id, whose own row may be gone.
pub(in crate::store) fn named(store: &Connection, name: &str) -> rusqlite::Result<Vec<Told>> {
    store.prepare(&format!("{TOLD} (order_id = ?1 OR event_id = ?1) ORDER BY shop"))?.query_map([name], told)?.collect()
}

/// The order of a Purchase.
pub(in crate::store) fn of_purchase(store: &Connection, shop: &str, event_id: &str) -> rusqlite::Result<Option<Told>> {
    store.prepare(&format!("{TOLD} shop = ?1 AND event_id = ?2"))?.query_row([shop, event_id], told).optional()
}

fn told(row: &Row<'_>) -> rusqlite::Result<Told> {
    let event_id: Option<String> = row.get(1)?;
    let history: String = row.get(4)?;
    let story = Story {
        shop: row.get(0)?,
        event: "Purchase".to_owned(),
        event_id: event_id.clone(),
        state: row.get(2)?,
        reason: row.get(3)?,
        tiktok: None,
        history: lines(&history),
    };
    Ok(Told { event_id, story })
}

/// One story of two, in the sequence of time.
pub(in crate::store) fn woven(mut one: Vec<Line>, other: Vec<Line>) -> Vec<Line> {
    for line in other {
        if !one.contains(&line) {
            one.push(line);
        }
    }
    one.sort_by_key(|line| line.at);
    one
}
