//! One event's or one order's whole story, for `why`.

use crate::store::engine::{self, Connection, Params, Row, params};
use assent_gate::hex::EventId;
use assent_gate::settings::ShopDomain;
use serde::Serialize;

use super::ground::{self, Ground};
use super::order_row::{self, OrderRow};
use super::values::{Figure, Values};
use crate::config::Config;
use crate::rules::advice::Advice;
use crate::rules::debt::Stage;
use crate::rules::named::Named;
use crate::rules::sentences;
use crate::rules::way::{Standing, Way};
use crate::store::error::Result;
use crate::store::links::{Kind, Link};
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
    /// What the merchant calls its order, else the order's id; `None`: Shopify has not told of one.
    pub order: Option<String>,
    /// `held`, `due`, or an end.
    pub state: String,
    pub reason: String,
    pub tiktok: Option<Code>,
    /// It is a test event, and is never counted.
    #[serde(skip_serializing_if = "is_false")]
    pub test: bool,
    pub history: Vec<Line>,
    /// On what it rests. `None`: on nothing, or on what an erasure has cut.
    pub ground: Option<Ground>,
    /// `None`: nobody has told one.
    pub values: Option<Values>,
    pub advice: Advice,
    /// Which way it went, of which `advice` tells.
    #[serde(skip)]
    pub way: Way,
}

#[derive(Debug, Clone, Serialize)]
pub struct Code {
    pub code: i64,
}

#[allow(clippy::trivially_copy_pass_by_ref, reason = "as serde asks")]
fn is_false(test: &bool) -> bool {
    !test
}

/// The events that a text names: one `event_id` (of any shop), or the Purchases of an order, or an
/// order without one.
pub(in crate::store) fn named(store: &Connection, text: &str) -> Result<Vec<Story>> {
    let tx = Tx::new(store);
    let shops = shops::all(tx)?;
    let named = Named::of(text);
    let mut found = Vec::new();
    for shop in &shops {
        if let Some(id) = &named.event {
            found.extend(of_event(store, shop, id)?);
        }
    }
    if found.is_empty() {
        for shop in &shops {
            if let Some(id) = &named.event {
                // Its own row has gone, its order's not yet.
                let order = order_row::of_purchase(store, shop, id)?;
                found.extend(order.map(|order| of_order_alone(store, order)).transpose()?);
            }
            found.extend(of_order(store, shop, &named)?);
        }
    }
    Ok(found)
}

fn of_event(store: &Connection, shop: &ShopDomain, id: &EventId) -> Result<Vec<Story>> {
    let condition = "WHERE event.shop = ?1 AND event.event_id = ?2";
    let found = events(store, condition, params![shop.as_str(), columns::of_event_id(id)])?;
    found.into_iter().map(|story| with_order(store, shop, story)).collect()
}

/// Every way from an order's id and its names: what hangs on them, and its Purchase by the id that
/// both have.
fn of_order(store: &Connection, shop: &ShopDomain, named: &Named) -> Result<Vec<Story>> {
    let mut found: Vec<Story> = Vec::new();
    for number in links(store, shop, named)? {
        let by_order = format!("WHERE {} AND event.name = 'Purchase'", link::hanging(Kind::Event));
        let mut here = events(store, &by_order, params![shop.as_str(), number])?
            .into_iter()
            .map(|story| with_order(store, shop, story))
            .collect::<Result<Vec<_>>>()?;
        for order in order_row::hanging_on(store, shop, number)? {
            // The browser need not have known the order: its Purchase is found by its id.
            let id: Option<EventId> = order.event_id.as_deref().and_then(|id| id.parse().ok());
            let purchase = id.map(|id| of_event(store, shop, &id)).transpose()?.unwrap_or_default();
            if !purchase.is_empty() {
                here.extend(purchase);
            } else if here.is_empty() {
                here.push(of_order_alone(store, order)?);
            } else {
                here.iter_mut().for_each(|story| story.take_over(&order));
            }
        }
        for story in here {
            let is_same =
                |other: &Story| (&other.event_id, &other.order) == (&story.event_id, &story.order);
            if !found.iter().any(is_same) {
                found.push(story);
            }
        }
    }
    Ok(found)
}

/// What finds an order that is named so.
pub(super) fn links(store: &Connection, shop: &ShopDomain, named: &Named) -> Result<Vec<Link>> {
    let Some(key) = shops::key(Tx::new(store), shop)? else { return Ok(Vec::new()) };
    let by_id = named.order_id.as_deref().map(|id| key.of_order(id));
    let by_name = named.order_name.as_deref().map(|name| key.of_order_name(name));
    Ok(by_id.into_iter().chain(by_name).collect())
}

/// A Purchase's story with its order's.
fn with_order(store: &Connection, shop: &ShopDomain, mut story: Story) -> Result<Story> {
    let id: Option<EventId> = story.event_id.as_deref().and_then(|id| id.parse().ok());
    if let Some(id) = id
        && let Some(order) = order_row::of_purchase(store, shop, &id)?
    {
        story.take_over(&order);
    }
    Ok(story)
}

impl Story {
    /// A test goes out as one only, and whether it can is the configuration's.
    pub(crate) fn meet(&mut self, config: &Config) {
        let shop = config.shops.iter().find(|shop| shop.settings.shop.as_str() == self.shop);
        let lacks_code = shop.is_some_and(|shop| shop.test_event_code.is_none());
        if self.test && lacks_code {
            self.way = self.way.without_test_code();
            self.advice = self.way.advice();
        }
    }

    /// What its order's row has of it.
    fn take_over(&mut self, order: &OrderRow) {
        let own = std::mem::take(&mut self.history);
        // What happened in the same second happened to the order first.
        self.history = merged(order.history.clone(), own);
        self.order = Some(order.shown().to_owned());
        let values = self.values.take().unwrap_or_default();
        self.values = Values { order: order.figure.clone(), ..values }.unless_empty();
    }
}

/// An order that has no Purchase here.
fn of_order_alone(store: &Connection, order: OrderRow) -> Result<Story> {
    let (stage, reason) = (Stage::of_name(&order.state), order.reason.as_str());
    let (paused, is_test, attempts) = (None, false, 0);
    let way = Way::of(Standing { stage, reason, paused, is_test, attempts });
    let ground = if way == Way::NoContext {
        ground::of_anchors(store, &order.shop, [order.checkout, order.cart])?
    } else {
        None
    };
    Ok(Story {
        order: Some(order.shown().to_owned()),
        values: Values { order: order.figure, ..Values::default() }.unless_empty(),
        event: "Purchase".to_owned(),
        shop: order.shop,
        event_id: order.event_id,
        state: order.state,
        reason: order.reason,
        tiktok: None,
        test: false,
        history: order.history,
        ground,
        advice: way.advice(),
        way,
    })
}

/// Two histories as one, in the sequence of time. That Shopify told of the order stands in both.
fn merged(mut one: Vec<Line>, other: Vec<Line>) -> Vec<Line> {
    for line in other {
        let is_same = |known: &Line| {
            known.at == line.at && sentences::are_of_one_webhook(&known.what, &line.what)
        };
        if !one.contains(&line) && !one.iter().any(is_same) {
            one.push(line);
        }
    }
    one.sort_by_key(|line| line.at);
    one
}

const EVENT: &str =
    "SELECT event.shop, event.name, event.event_id, event.state, event.reason, event.code,
         event.history, coalesce(shop.stopped, shop.paused, shop.waits), event.sending, event.test,
         event.attempts, event.receipt, event.fired, event.told_value, event.told_currency,
         event.value, event.currency
     FROM event LEFT JOIN shop ON shop.domain = event.shop";

fn events(store: &Connection, condition: &str, keys: Params<'_>) -> engine::Result<Vec<Story>> {
    let mut find = store.prepare_cached(&format!("{EVENT} {condition}"))?;
    let found = find.query_map(keys, |row| event(store, row))?;
    found.collect()
}

fn event(store: &Connection, row: &Row<'_>) -> engine::Result<Story> {
    let (shop, state): (String, String) = (row.get(0)?, row.get(3)?);
    let reason: String = row.get(4)?;
    let history: String = row.get(6)?;
    let paused: Option<String> = row.get(7)?;
    let is_under_way = row.get::<i64>(8)? != 0;
    let paused = paused.filter(|_| !is_under_way);
    let stage = Stage::of_name(&state);
    let way = Way::of(Standing {
        stage,
        reason: &reason,
        paused: paused.as_deref(),
        is_test: row.get(9)?,
        attempts: row.get(10)?,
    });
    let (state, reason) = match (stage, paused) {
        // Parked is a word of ours: the contract calls both held.
        (Some(Stage::Parked), _) => (Stage::Held.name().to_owned(), reason),
        (Some(Stage::Due), Some(paused)) => (state, paused),
        (Some(Stage::Held | Stage::Due | Stage::Ended(_)) | None, _) => (state, reason),
    };
    let values = Values {
        browser: Figure::at(row, 13)?,
        browser_fired: row.get(12)?,
        order: None,
        sent: Figure::at(row, 15)?,
    };
    Ok(Story {
        ground: ground::of(store, &shop, row.get(11)?)?,
        shop,
        event: row.get(1)?,
        event_id: columns::event_id_or_null(row, 2)?,
        order: None,
        state,
        reason,
        tiktok: row.get::<Option<i64>>(5)?.map(|code| Code { code }),
        test: row.get(9)?,
        history: lines(&history),
        values: values.unless_empty(),
        advice: way.advice(),
        way,
    })
}
