//! What `why` and `report` read, from a connection of their own that cannot write.

use std::collections::BTreeMap;

use rusqlite::{Connection, OptionalExtension as _, Row, ToSql, params};
use serde::Serialize;

use crate::rules::order::Mark;
use crate::store::read::orders::{self, Told};

/// One event's whole story, in the contract's words.
#[derive(Debug, Clone, Serialize)]
pub struct Story {
    pub shop: String,
    pub event: String,
    /// `None`: an order that no checkout made.
    pub event_id: Option<String>,
    /// `held`, `due`, or an end.
    pub state: String,
    pub reason: String,
    pub tiktok: Option<Code>,
    pub history: Vec<Line>,
}

#[derive(Debug, Clone, Serialize)]
pub struct Code {
    pub code: i64,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Line {
    /// Unix seconds.
    pub at: i64,
    pub what: String,
}

const STORY: &str =
    "SELECT event.shop, event.name, event.event_id, event.state, event.reason, event.code, event.history,
     shop.paused, event.sending FROM event LEFT JOIN shop ON shop.domain = event.shop";

/// The events an id names: one `event_id` (of any shop), or the Purchases of an order, or an order without one.
pub fn stories(store: &Connection, id_or_order: &str) -> rusqlite::Result<Vec<Story>> {
    let mut found = read(store, "WHERE event.event_id = ?1 ORDER BY event.shop", &[&id_or_order])?;
    if found.is_empty() {
        found = of_order(store, order_number(id_or_order))?;
    }
    found.into_iter().map(|story| with_order(store, story)).collect()
}

fn read(store: &Connection, of: &str, keys: &[&dyn ToSql]) -> rusqlite::Result<Vec<Story>> {
    store.prepare(&format!("{STORY} {of}"))?.query_map(keys, story)?.collect()
}

fn of_order(store: &Connection, number: &str) -> rusqlite::Result<Vec<Story>> {
    let by_order =
        "WHERE event.order_id IN (?1, 'gid://shopify/Order/' || ?1) AND event.name = 'Purchase' ORDER BY event.shop";
    let mut found = read(store, by_order, &[&number])?;
    for Told { event_id, story } in orders::named(store, number)? {
        if found.iter().any(|other| other.shop == story.shop) {
            continue;
        }
        // The browser need not have known the order's number.
        let mut purchase = read(store, "WHERE event.shop = ?1 AND event.event_id = ?2", &[&story.shop, &event_id])?;
        found.push(purchase.pop().unwrap_or(story));
    }
    Ok(found)
}

/// A Purchase's story with its order's.
fn with_order(store: &Connection, story: Story) -> rusqlite::Result<Story> {
    let Some(event_id) = story.event_id.as_deref() else { return Ok(story) };
    let Some(order) = orders::of_purchase(store, &story.shop, event_id)? else { return Ok(story) };
    Ok(Story { history: orders::woven(story.history, order.story.history), ..story })
}

/// Shopify writes an order's id as a bare number in one place and as `gid://shopify/Order/…` in another.
pub(in crate::store) fn order_number(id: &str) -> &str {
    id.rsplit('/').next().unwrap_or(id)
}

fn story(row: &Row<'_>) -> rusqlite::Result<Story> {
    let state: String = row.get(3)?;
    let reason: String = row.get(4)?;
    let paused: Option<String> = row.get(7)?;
    let sending: bool = row.get(8)?;
    let (state, reason) = match (state.as_str(), paused) {
        ("parked", _) => ("held".to_owned(), reason),
        ("due", Some(paused)) if !sending => (state, paused),
        _ => (state, reason),
    };
    let history: String = row.get(6)?;
    Ok(Story {
        shop: row.get(0)?,
        event: row.get(1)?,
        event_id: row.get(2)?,
        state,
        reason,
        tiktok: row.get::<_, Option<i64>>(5)?.map(|code| Code { code }),
        history: lines(&history),
    })
}

/// What [`crate::store::rows::event::line`] wrote.
pub(in crate::store) fn lines(history: &str) -> Vec<Line> {
    history.lines().filter_map(line).collect()
}

fn line(text: &str) -> Option<Line> {
    let (at, what) = text.split_once('\t')?;
    Some(Line { at: at.parse().ok()?, what: what.to_owned() })
}

/// One day, shop and event: how many, by state.
#[derive(Debug, Clone, Serialize)]
pub struct Day {
    pub day: String,
    pub shop: String,
    pub event: String,
    pub accepted: i64,
    pub held: i64,
    pub due: i64,
    pub delivered: i64,
    /// Purchases that went out although no order had come, nor has since.
    pub sent_unconfirmed: i64,
    /// Every end but `delivered`, by name.
    pub ended: BTreeMap<String, i64>,
}

/// By the day (UTC) on which an event was accepted; `from` and `to` are days, both included. What is accepted is always
/// the sum of held, due, delivered and ended.
pub fn days(store: &Connection, from: &str, to: &str) -> rusqlite::Result<Vec<Day>> {
    let mut days: BTreeMap<(String, String, String), Day> = BTreeMap::new();
    let mut counts = store.prepare(
        "SELECT day, shop, name, state, marks, sum(n) FROM
             (SELECT date(received_at, 'unixepoch') AS day, shop, name, state, marks, 1 AS n FROM event
              UNION ALL SELECT day, shop, name, state, marks, n FROM tally)
         WHERE day BETWEEN ?1 AND ?2 GROUP BY 1, 2, 3, 4, 5",
    )?;
    let mut rows = counts.query(params![from, to])?;
    while let Some(row) = rows.next()? {
        let key: (String, String, String) = (row.get(0)?, row.get(1)?, row.get(2)?);
        let (state, marks, n): (String, i64, i64) = (row.get(3)?, row.get(4)?, row.get(5)?);
        let day = days.entry(key.clone()).or_insert_with(|| Day {
            day: key.0,
            shop: key.1,
            event: key.2,
            accepted: 0,
            held: 0,
            due: 0,
            delivered: 0,
            sent_unconfirmed: 0,
            ended: BTreeMap::new(),
        });
        day.accepted += n;
        if crate::rules::order::Marks(marks).has(Mark::SentUnconfirmed) && !crate::rules::order::Marks(marks).has(Mark::ConfirmedLate) {
            day.sent_unconfirmed += n;
        }
        match state.as_str() {
            "held" | "parked" => day.held += n,
            "due" => day.due += n,
            "delivered" => day.delivered += n,
            _ => *day.ended.entry(state).or_default() += n,
        }
    }
    Ok(days.into_values().collect())
}

/// A moment as text, UTC.
pub fn moment(store: &Connection, at: i64) -> rusqlite::Result<String> {
    let text = store
        .query_row("SELECT strftime('%Y-%m-%dT%H:%M:%SZ', ?1, 'unixepoch')", [at], |row| {
            row.get::<_, Option<String>>(0)
        })
        .optional()?;
    Ok(text.flatten().unwrap_or_else(|| at.to_string()))
}
