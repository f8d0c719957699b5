//! How many orders were made on each day, what they are worth and what became of them.

use crate::store::engine::{self, Connection, Row, Rows, params};
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

/// Orders whose Purchase has not ended: few, whatever lies in the store. CROSS and `coalesce`: SQLite
/// begins with the events then, and by an index that holds nothing but what has not ended.
fn open(of_event: &str) -> String {
    format!(
        "SELECT told.id FROM event CROSS JOIN order_fact AS told
         WHERE {of_event} event.ended = 0 AND coalesce(event.name, '') = 'Purchase'
             AND told.shop = event.shop AND told.event_id = event.event_id"
    )
}

const WAIT: &str = "('held', 'parked', 'due')";

/// All of them in one look. Those that have ended by their own rows alone, which have a copy of their Purchase's
/// end: a large shop has a hundred thousand in a week, and somebody waits for the page. Of each other one its
/// number: how it stands is another question.
fn counted(of_shop: &str, of_event: &str) -> String {
    let (created, open) = (quarter_of("order_fact.created_at"), open(of_event));
    format!(
        "SELECT {created} AS quarter, order_fact.shop AS shop, order_fact.state AS state,
             order_fact.marks AS marks, coalesce(order_fact.currency, '') AS currency, count(*) AS n,
             coalesce(sum(order_fact.value), 0.0) AS value,
             CASE WHEN order_fact.figures IS NULL OR order_fact.state IN {WAIT}
                 OR order_fact.id IN ({open}) THEN order_fact.id END AS other
         FROM order_fact WHERE {of_shop} order_fact.created_at BETWEEN ?1 AND ?2
         GROUP BY 1, 2, 3, 4, 5, 8"
    )
}

/// As the Purchase where there is a row of it, else as the order's own row says. Those that wait are told apart
/// by how long. Rows that hold only a refund are no orders.
fn standing(which: &str) -> String {
    let created = quarter_of("order_fact.created_at");
    let waits = format!(
        "CASE WHEN event.ended = 1 OR (event.ended IS NULL AND order_fact.state NOT IN {WAIT})
             THEN NULL ELSE"
    );
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
         WHERE {which} AND {KNOWN} > 0
         GROUP BY 1, 2, 3, 4, 5, 8, 9, 10, 11"
    )
}

/// So many are asked for one by one; of more it is better to look at all.
const FEW: usize = 2000;

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
    // One moment: an order that ends between two questions would be in neither answer.
    let store = store.moment()?;
    let (first, last) = Zone::around(asked.days);
    let (of_shop, of_event) = (asked.condition("order_fact.shop"), asked.condition("event.shop"));
    let keys = asked.keys([&first, &last]);
    let mut others = Vec::new();
    let mut orders = store.prepare_cached(&counted(&of_shop, &of_event))?;
    let mut rows = orders.query(&keys)?;
    while let Some(row) = rows.next()? {
        match row.get::<Option<i64>>(7)? {
            Some(other) => others.push(other),
            None => tell(&row, asked, Wait::over(asked.now), &mut found)?,
        }
    }
    if others.len() <= FEW {
        let mut one = store.prepare_cached(&standing("order_fact.id = ?1"))?;
        for other in others {
            tell_all(one.query(params![other])?, asked, &mut found)?;
        }
    } else {
        let open = open(&of_event);
        let which = format!(
            "{of_shop} order_fact.created_at BETWEEN ?1 AND ?2 AND (order_fact.figures IS NULL
                 OR order_fact.state IN {WAIT} OR order_fact.id IN ({open}))"
        );
        tell_all(store.prepare_cached(&standing(&which))?.query(&keys)?, asked, &mut found)?;
    }
    let (first, last) = (asked.days.first().number(), asked.days.last().number());
    let mut counts = store.prepare_cached(&gone(&asked.condition("shop")))?;
    let mut rows = counts.query(&asked.keys([&first, &last]))?;
    while let Some(row) = rows.next()? {
        let Some(day) = Day::of_number(row.get(0)?) else { continue };
        found(alike(&row, day, row.get(1)?, asked.now, Wait::over(asked.now))?);
    }
    Ok(())
}

fn tell_all(
    mut rows: Rows<'_>,
    asked: &Asked<'_>,
    found: &mut impl FnMut(Alike),
) -> engine::Result<()> {
    while let Some(row) = rows.next()? {
        tell(&row, asked, wait(&row, asked.now)?, found)?;
    }
    Ok(())
}

/// If it is of one of the days.
fn tell(
    row: &Row<'_>,
    asked: &Asked<'_>,
    wait: Wait,
    found: &mut impl FnMut(Alike),
) -> engine::Result<()> {
    let (quarter, shop): (i64, String) = (row.get(0)?, row.get(1)?);
    let day = asked.zones.of_shop(&shop).day(quarter.saturating_mul(QUARTER));
    if let Some(day) = day.filter(|day| asked.days.contain(*day)) {
        found(alike(row, day, shop, asked.now, wait)?);
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::file;

    /// A hundred thousand orders of a week must not be looked up in a million events, one by one.
    #[test]
    fn orders_that_have_ended_are_counted_without_a_look_at_events() {
        let store = file::in_memory();
        for (of_shop, of_event) in [("", ""), ("order_fact.shop = ?3 AND ", "event.shop = ?3 AND ")]
        {
            let plan = store.plan(&counted(of_shop, of_event));
            let of_events: Vec<_> =
                plan.iter().filter(|step| step.split(' ').nth(1) == Some("event")).collect();
            let [only] = of_events.as_slice() else { panic!("{plan:#?}") };
            let index = only.split_once("USING INDEX ").expect("an index").1;
            let name = index.split(' ').next().expect("its name");
            let sql = "SELECT sql FROM sqlite_schema WHERE name = ?1";
            let made: String =
                store.query_row(sql, params![name], |row| row.get(0)).expect("an index of ours");
            assert!(made.contains("WHERE ended = 0"), "{made}: {plan:#?}");
        }
    }
}
