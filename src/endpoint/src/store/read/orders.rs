//! How many orders were made on each day, what they are worth and what became of them.

use crate::store::engine::{self, Connection, Row};
use assent_gate::time::Timestamp;

use super::asked::Asked;
use crate::calendar::Day;
use crate::rules::account::{Place, Wait, place};
use crate::rules::debt::Stage;
use crate::rules::order::Marks;
use crate::store::rows::order::{KNOWN, MARKS, UNREAD};
use crate::store::rows::quarter::{QUARTER, quarter_of};
use crate::zone::Zone;

/// Orders of one day of a shop that stand alike.
pub(in crate::store) struct Alike {
    pub(in crate::store) day: Day,
    pub(in crate::store) shop: String,
    /// `None`: a word that this release does not know, or nothing but its number is known.
    pub(in crate::store) stage: Option<Stage>,
    /// The word itself.
    pub(in crate::store) state: String,
    pub(in crate::store) place: Place,
    pub(in crate::store) marks: Marks,
    pub(in crate::store) n: i64,
    /// Empty: none was told.
    pub(in crate::store) currency: String,
    pub(in crate::store) value: f64,
}

/// Each order and how it stands: as its Purchase where there is a row of it, else as the order's
/// own row says. Those that wait are told apart by how long. Rows that hold only a refund are no
/// orders.
fn live(of_shop: &str) -> String {
    let created = quarter_of("order_fact.created_at");
    let waits = "CASE WHEN event.ended = 1 OR (event.ended IS NULL
             AND order_fact.state NOT IN ('held', 'parked', 'due')) THEN NULL ELSE";
    format!(
        "SELECT {created} AS quarter, order_fact.shop AS shop,
             CASE WHEN {KNOWN} = 1 THEN '{UNREAD}' ELSE coalesce(event.state, order_fact.state) END
                 AS state,
             {MARKS} AS marks, coalesce(order_fact.currency, '') AS currency, count(*) AS n,
             coalesce(sum(order_fact.value), 0.0) AS value,
             {waits} order_fact.received_at END AS told, {waits} event.received_at END AS accepted,
             {waits} event.at END AS next, {waits} event.attempts END AS attempts
         FROM order_fact LEFT JOIN event
             ON event.shop = order_fact.shop AND event.event_id = order_fact.event_id
         WHERE {of_shop} order_fact.created_at BETWEEN ?1 AND ?2 AND {KNOWN} > 0
         GROUP BY 1, 2, 3, 4, 5, 8, 9, 10, 11"
    )
}

fn gone(of_shop: &str) -> String {
    format!(
        "SELECT day, shop, state, marks, currency, n, value FROM order_tally
         WHERE {of_shop} day BETWEEN ?1 AND ?2"
    )
}

/// What there is of those that are asked for, a few at a time.
pub(super) fn each(
    store: &Connection,
    asked: &Asked<'_>,
    mut found: impl FnMut(Alike),
) -> engine::Result<()> {
    let (first, last) = Zone::around(asked.days);
    let mut orders = store.prepare_cached(&live(&asked.condition("order_fact.shop")))?;
    let mut rows = orders.query(&asked.keys([&first, &last]))?;
    while let Some(row) = rows.next()? {
        let (quarter, shop): (i64, String) = (row.get(0)?, row.get(1)?);
        let day = asked.zones.of_shop(&shop).day(quarter.saturating_mul(QUARTER));
        if let Some(day) = day.filter(|day| asked.days.contain(*day)) {
            found(alike(&row, day, shop, asked.now, wait(&row, asked.now)?)?);
        }
    }
    let (first, last) = (asked.days.first().number(), asked.days.last().number());
    let mut counts = store.prepare_cached(&gone(&asked.condition("shop")))?;
    let mut rows = counts.query(&asked.keys([&first, &last]))?;
    while let Some(row) = rows.next()? {
        let Some(day) = Day::of_number(row.get(0)?) else { continue };
        let over = Wait { since: asked.now, next: None, attempts: 0 };
        found(alike(&row, day, row.get(1)?, asked.now, over)?);
    }
    Ok(())
}

fn alike(
    row: &Row<'_>,
    day: Day,
    shop: String,
    now: Timestamp,
    wait: Wait,
) -> engine::Result<Alike> {
    let state: String = row.get(2)?;
    let (stage, marks) = (Stage::of_name(&state), Marks(row.get(3)?));
    Ok(Alike {
        day,
        shop,
        stage,
        state,
        place: place(stage, marks, wait, now),
        marks,
        currency: row.get(4)?,
        n: row.get(5)?,
        value: row.get(6)?,
    })
}

fn wait(row: &Row<'_>, now: Timestamp) -> engine::Result<Wait> {
    let (told, accepted): (Option<i64>, Option<i64>) = (row.get(7)?, row.get(8)?);
    Ok(Wait {
        since: told.max(accepted).map_or(now, Timestamp),
        next: row.get::<Option<i64>>(9)?.map(Timestamp),
        attempts: row.get::<Option<i64>>(10)?.unwrap_or(0),
    })
}
