//! One event's or one order's whole story, for `why`.

use assent_gate::hex::EventId;
use assent_gate::settings::ShopDomain;
use rusqlite::{Connection, OptionalExtension as _, Params, Row, params};
use serde::Serialize;

use crate::rules::debt::Stage;
use crate::store::error::Result;
use crate::store::links::Kind;
use crate::store::rows::history::{Line, lines};
use crate::store::rows::tx::Tx;
use crate::store::rows::{columns, link, shop as shops};

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
    /// It is a test event, and is never counted.
    #[serde(skip_serializing_if = "is_false")]
    pub test: bool,
    pub history: Vec<Line>,
}

#[derive(Debug, Clone, Serialize)]
pub struct Code {
    pub code: i64,
}

#[allow(clippy::trivially_copy_pass_by_ref, reason = "as serde asks")]
fn is_false(test: &bool) -> bool {
    !test
}

/// The events that an id names: one `event_id` (of any shop), or the Purchases of an order, or an
/// order without one.
pub(in crate::store) fn named(store: &Connection, id_or_order: &str) -> Result<Vec<Story>> {
    let tx = Tx::new(store);
    let shops = shops::all(tx)?;
    let id: Option<EventId> = id_or_order.parse().ok();
    let mut found = Vec::new();
    for shop in &shops {
        if let Some(id) = &id {
            found.extend(of_event(store, shop, id)?);
        }
    }
    if found.is_empty() {
        for shop in &shops {
            if let Some(id) = &id {
                // Its own row has gone, its order's not yet.
                found.extend(order_of(store, shop, id)?);
            }
            found.extend(of_order(store, shop, id_or_order)?);
        }
    }
    found.into_iter().map(|story| with_order(store, story)).collect()
}

fn of_event(store: &Connection, shop: &ShopDomain, id: &EventId) -> Result<Vec<Story>> {
    let condition = "WHERE event.shop = ?1 AND event.event_id = ?2";
    Ok(events(store, condition, params![shop.as_str(), columns::of_event_id(id)])?)
}

/// Every way from an order's number: what hangs on it, and its Purchase by the id that both have.
fn of_order(store: &Connection, shop: &ShopDomain, order_id: &str) -> Result<Vec<Story>> {
    let Some(key) = shops::key(Tx::new(store), shop)? else { return Ok(Vec::new()) };
    let number = key.of_order(order_id);
    let hanging = |kind| link::hanging(kind);
    let by_order = format!("WHERE {} AND event.name = 'Purchase'", hanging(Kind::Event));
    let mut found = events(store, &by_order, params![shop.as_str(), number])?;
    let of_order = format!("{ORDER} {}", hanging(Kind::Order));
    let orders: Vec<Story> = store
        .prepare(&of_order)?
        .query_map(params![shop.as_str(), number], order)?
        .collect::<rusqlite::Result<_>>()?;
    for order in orders {
        if let Some(purchase) = found.first_mut() {
            purchase.history = merged(std::mem::take(&mut purchase.history), order.history);
            continue;
        }
        // The browser need not have known the order's number: its Purchase is found by its id.
        let id: Option<EventId> = order.event_id.as_deref().and_then(|id| id.parse().ok());
        let purchase = id.map(|id| of_event(store, shop, &id)).transpose()?;
        found.push(purchase.and_then(|mut found| found.pop()).unwrap_or(order));
    }
    Ok(found)
}

/// A Purchase's story with its order's.
fn with_order(store: &Connection, story: Story) -> Result<Story> {
    let id: Option<EventId> = story.event_id.as_deref().and_then(|id| id.parse().ok());
    let Some(id) = id else { return Ok(story) };
    let Ok(shop) = story.shop.parse() else { return Ok(story) };
    let Some(order) = order_of(store, &shop, &id)? else { return Ok(story) };
    Ok(Story { history: merged(story.history, order.history), ..story })
}

/// The order of this Purchase.
fn order_of(store: &Connection, shop: &ShopDomain, id: &EventId) -> Result<Option<Story>> {
    let of_purchase = format!("{ORDER} shop = ?1 AND event_id = ?2");
    let keys = params![shop.as_str(), columns::of_event_id(id)];
    Ok(store.prepare(&of_purchase)?.query_row(keys, order).optional()?)
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
         event.history, coalesce(shop.stopped, shop.paused, shop.waits), event.sending, event.test
     FROM event LEFT JOIN shop ON shop.domain = event.shop";

fn events(store: &Connection, condition: &str, keys: impl Params) -> rusqlite::Result<Vec<Story>> {
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
        event_id: columns::event_id_or_null(row, 2)?,
        state,
        reason,
        tiktok: row.get::<_, Option<i64>>(5)?.map(|code| Code { code }),
        test: row.get(9)?,
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
        event_id: columns::event_id_or_null(row, 1)?,
        state: row.get(2)?,
        reason: row.get(3)?,
        tiktok: None,
        test: false,
        history: lines(&history),
    })
}
