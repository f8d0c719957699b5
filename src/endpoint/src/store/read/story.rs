//! One event's or one order's whole story, for `why`.

use rusqlite::{Connection, OptionalExtension as _, Row, ToSql};
use serde::Serialize;

use crate::rules::debt::Stage;
use crate::store::rows::history::{Line, lines};
use crate::store::rows::order::bare_number;

/// In the contract's words.
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

/// The events that an id names: one `event_id` (of any shop), or the Purchases of an order, or an
/// order without one.
pub(in crate::store) fn named(
    store: &Connection,
    id_or_order: &str,
) -> rusqlite::Result<Vec<Story>> {
    let mut found =
        events(store, "WHERE event.event_id = ?1 ORDER BY event.shop", &[&id_or_order])?;
    if found.is_empty() {
        found = of_order(store, bare_number(id_or_order))?;
    }
    found.into_iter().map(|story| with_order(store, story)).collect()
}

fn of_order(store: &Connection, number: &str) -> rusqlite::Result<Vec<Story>> {
    let by_order = "WHERE event.order_id IN (?1, 'gid://shopify/Order/' || ?1)
         AND event.name = 'Purchase' ORDER BY event.shop";
    let mut found = events(store, by_order, &[&number])?;
    let by_name = format!("{ORDER} (order_id = ?1 OR event_id = ?1) ORDER BY shop");
    let orders: Vec<Story> =
        store.prepare(&by_name)?.query_map([number], order)?.collect::<Result<_, _>>()?;
    for order in orders {
        if let Some(purchase) = found.iter_mut().find(|other| other.shop == order.shop) {
            purchase.history = merged(std::mem::take(&mut purchase.history), order.history);
            continue;
        }
        // The browser need not have known the order's number: its Purchase is found by its id.
        let by_id = "WHERE event.shop = ?1 AND event.event_id = ?2";
        let mut purchase = events(store, by_id, &[&order.shop, &order.event_id])?;
        found.push(purchase.pop().unwrap_or(order));
    }
    Ok(found)
}

/// A Purchase's story with its order's.
fn with_order(store: &Connection, story: Story) -> rusqlite::Result<Story> {
    let Some(event_id) = story.event_id.as_deref() else { return Ok(story) };
    let of_purchase = format!("{ORDER} shop = ?1 AND event_id = ?2");
    let order =
        store.prepare(&of_purchase)?.query_row([&story.shop, event_id], order).optional()?;
    let Some(order) = order else { return Ok(story) };
    Ok(Story { history: merged(story.history, order.history), ..story })
}

/// Two histories as one, in the sequence of time.
fn merged(mut one: Vec<Line>, other: Vec<Line>) -> Vec<Line> {
    for line in other {
        if !one.contains(&line) {
            one.push(line);
        }
    }
    one.sort_by_key(|line| line.at);
    one
}

const EVENT: &str =
    "SELECT event.shop, event.name, event.event_id, event.state, event.reason, event.code,
         event.history, shop.paused, event.sending
     FROM event LEFT JOIN shop ON shop.domain = event.shop";

fn events(
    store: &Connection,
    condition: &str,
    keys: &[&dyn ToSql],
) -> rusqlite::Result<Vec<Story>> {
    store.prepare(&format!("{EVENT} {condition}"))?.query_map(keys, event)?.collect()
}

fn event(row: &Row<'_>) -> rusqlite::Result<Story> {
    let state: String = row.get(3)?;
    let reason: String = row.get(4)?;
    let history: String = row.get(6)?;
    let paused: Option<String> = row.get(7)?;
    let sending: bool = row.get(8)?;
    let (state, reason) = match (Stage::of_name(&state), paused) {
        // Parked is a word of ours: the contract calls both held.
        (Some(Stage::Parked), _) => (Stage::Held.name().to_owned(), reason),
        (Some(Stage::Due), Some(paused)) if !sending => (state, paused),
        (Some(Stage::Held | Stage::Due | Stage::Ended(_)) | None, _) => (state, reason),
    };
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

/// Rows that hold only a refund are no orders: they have no figures. Nor has an order that could not
/// be read, but a reason, which says so.
const ORDER: &str = "SELECT shop, event_id, state, reason, history FROM order_fact
     WHERE (figures IS NOT NULL OR reason <> '') AND";

fn order(row: &Row<'_>) -> rusqlite::Result<Story> {
    let history: String = row.get(4)?;
    Ok(Story {
        shop: row.get(0)?,
        event: "Purchase".to_owned(),
        event_id: row.get(1)?,
        state: row.get(2)?,
        reason: row.get(3)?,
        tiktok: None,
        history: lines(&history),
    })
}
