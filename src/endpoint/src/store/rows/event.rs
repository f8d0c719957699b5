//! Table `event`: an event and its debt. The debt stands in columns, the personal part as JSON, the
//! story as lines of text.

use crate::store::engine::params;
use assent_gate::beacon::{BrowserLeg, WireEvent};
use assent_gate::hex::EventId;
use assent_gate::settings::ShopDomain;
use assent_gate::tiktok::EventName;
use assent_gate::tiktok::Properties;
use assent_gate::time::Timestamp;
use serde::{Deserialize, Serialize};

use super::money::Money;
use super::tx::Tx;
use super::{columns, history, link};
use crate::pixel::ShopPixel;
use crate::rules::debt::{Debt, End, FirstCopy, Stage, State};
use crate::rules::mode::Mode;
use crate::rules::order::{FoundPurchase, Marks};
use crate::secret::ClientIp;
use crate::store::error::Result;
use crate::store::links::{Kind, Links};

/// The personal part: what TikTok gets, complete in itself. Erased at the event's end.
#[derive(Serialize, Deserialize)]
pub(in crate::store) struct Payload {
    pub(in crate::store) event: WireEvent,
    pub(in crate::store) ip: Option<ClientIp>,
}

/// In the place of an event's receipt: a customer's erasure cut every link of this row.
pub(in crate::store) const ERASED: i64 = 0;

/// A change of a debt, and how it is told.
pub(in crate::store) struct Step<'a> {
    pub(in crate::store) shop: &'a ShopDomain,
    pub(in crate::store) id: i64,
    pub(in crate::store) debt: Debt,
    /// Claimed for a send that now begins.
    pub(in crate::store) sending: bool,
    pub(in crate::store) code: Option<i64>,
    pub(in crate::store) reason: &'a str,
    /// What is added to the story, if anything.
    pub(in crate::store) told: Option<&'a str>,
}

/// An event that becomes a row, whoever told of it.
pub(in crate::store) struct NewEvent<'a> {
    pub(in crate::store) shop: &'a ShopDomain,
    pub(in crate::store) mode: Mode,
    pub(in crate::store) payload: Payload,
    /// Its customer's as well.
    pub(in crate::store) links: &'a Links,
    pub(in crate::store) ground: Ground,
    pub(in crate::store) debt: Debt,
    pub(in crate::store) reason: &'a str,
    /// Its story's first line, or the next where there was an earlier row.
    pub(in crate::store) told: &'a str,
    pub(in crate::store) marks: Marks,
    /// As the browser told it; `None`: it did not.
    pub(in crate::store) browser: Option<&'a WireEvent>,
    pub(in crate::store) pixel: Option<&'a ShopPixel>,
    pub(in crate::store) earlier: Option<&'a Earlier>,
}

/// What an event rests on.
#[derive(Clone, Copy)]
pub(in crate::store) struct Ground {
    pub(in crate::store) receipt: i64,
    /// When its grant was read, by the device's clock and in the server's time.
    pub(in crate::store) evaluated_at: Timestamp,
    pub(in crate::store) granted_at: Timestamp,
}

/// What was known of the same event before its withdrawal.
pub(in crate::store) struct Earlier {
    pub(in crate::store) id: i64,
    pub(in crate::store) event_time: Timestamp,
    pub(in crate::store) first_copy: FirstCopy,
    pub(in crate::store) mode: Mode,
    marks: Marks,
    pixels: i64,
    fired: bool,
    history: String,
}

/// A Purchase as its order finds it.
pub(in crate::store) struct PurchaseRow {
    pub(in crate::store) id: i64,
    pub(in crate::store) found: FoundPurchase,
    pub(in crate::store) value: Option<f64>,
    pub(in crate::store) currency: Option<String>,
    pub(in crate::store) receipt: i64,
    /// A customer's erasure cut its links.
    pub(in crate::store) erased: bool,
}

/// An event that has ended.
pub(in crate::store) struct EndedEvent {
    pub(in crate::store) is_purchase: bool,
    pub(in crate::store) mode: Mode,
    pub(in crate::store) received_at: Timestamp,
    pub(in crate::store) links: Links,
}

/// What an ended event is counted by when its row goes.
pub(in crate::store) struct BareEvent {
    pub(in crate::store) id: i64,
    pub(in crate::store) name: String,
    pub(in crate::store) mode: Mode,
    pub(in crate::store) received_at: Timestamp,
    /// Its end's word, so that one which this release does not know is counted all the same.
    pub(in crate::store) state: String,
    pub(in crate::store) marks: Marks,
    pub(in crate::store) money: Money,
}

// One event by its name.

/// Whether this event is known, and its customer was erased.
pub(in crate::store) fn was_erased(
    tx: Tx<'_>,
    shop: &ShopDomain,
    event_id: &EventId,
) -> Result<bool> {
    let sql = "SELECT 1 FROM event WHERE shop = ?1 AND event_id = ?2 AND receipt = ?3";
    tx.exists(sql, params![shop.as_str(), columns::of_event_id(event_id), ERASED])
}

pub(in crate::store) fn purchase(
    tx: Tx<'_>,
    shop: &ShopDomain,
    event_id: &EventId,
) -> Result<Option<PurchaseRow>> {
    let sql = "SELECT id, state, sending, marks, value, currency, receipt FROM event
               WHERE shop = ?1 AND event_id = ?2";
    tx.find(sql, params![shop.as_str(), columns::of_event_id(event_id)], |row| {
        let marks = Marks(row.get(3)?);
        // A word that this release does not know is an end that another one wrote: it stays.
        let stage = columns::known_stage(row, 1)?.unwrap_or(Stage::Ended(End::Expired));
        let found = FoundPurchase { stage, sending: row.get(2)?, marks };
        let receipt = row.get(6)?;
        Ok(PurchaseRow {
            id: row.get(0)?,
            found,
            value: row.get(4)?,
            currency: row.get(5)?,
            receipt,
            erased: receipt == ERASED,
        })
    })
}

/// What is known of a row that a withdrawal ended. Not of one whose customer was erased.
pub(in crate::store) fn withdrawn(
    tx: Tx<'_>,
    shop: &ShopDomain,
    event_id: &EventId,
) -> Result<Option<Earlier>> {
    let sql = "SELECT id, event_time, copy_since, marks, pixels, history, test, fired
               FROM event WHERE shop = ?1 AND event_id = ?2 AND state = ?3 AND receipt <> ?4";
    let withdrawn = Stage::Ended(End::Withdrawn).name();
    let keys = params![shop.as_str(), columns::of_event_id(event_id), withdrawn, ERASED];
    tx.find(sql, keys, |row| {
        Ok(Earlier {
            id: row.get(0)?,
            event_time: columns::time(row, 1)?,
            first_copy: columns::first_copy(row, 2)?,
            marks: Marks(row.get(3)?),
            pixels: row.get(4)?,
            history: row.get(5)?,
            mode: Mode::of(row.get(6)?),
            fired: row.get(7)?,
        })
    })
}

// Writing.

/// The new row's number. `None`: there is a row of this `event_id` already.
pub(in crate::store) fn insert(
    tx: Tx<'_>,
    new: &NewEvent<'_>,
    now: Timestamp,
) -> Result<Option<i64>> {
    let NewEvent { shop, mode, payload, links, ground, debt, reason, told, earlier, .. } = new;
    let event = &payload.event;
    let (state, at) = columns::of_state(debt.state, now);
    let ended = matches!(debt.state, State::Ended(_));
    let (value, currency) = money(event);
    let history = earlier.map_or_else(String::new, |earlier| earlier.history.clone());
    let (told_value, told_currency) = new.browser.map_or((None, None), money);
    let fired = is_fired(new.browser) || earlier.is_some_and(|earlier| earlier.fired);
    let pixels = earlier.map_or(0, |earlier| earlier.pixels) | new.pixel.map_or(0, ShopPixel::bit);
    let sql = "INSERT INTO event (shop, event_id, name, event_time, received_at, test, checkout,
             cart, visitor, customer, order_id, receipt, evaluated_at, granted_at, state, at, ended,
             sending, sender, copy_since, alone, horizon, attempts, reason, history, marks, pixels, value,
             currency, payload, fired, told_value, told_currency)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, 0, 0, ?18,
             0, ?19, 0, ?20, ?21, ?22, ?23, ?24, ?25, ?26, ?27, ?28, ?29)
         ON CONFLICT (shop, event_id) DO NOTHING RETURNING id";
    let keys = params![
        shop.as_str(),
        columns::of_event_id(&event.event_id),
        event.name.as_str(),
        event.event_time.0,
        now.0,
        mode.is_test(),
        links.checkout,
        links.cart,
        links.visitor,
        columns::customer(&links.customer),
        event.properties.order_id.as_deref(),
        ground.receipt,
        ground.evaluated_at.0,
        ground.granted_at.0,
        state,
        at.0,
        ended,
        debt.first_copy.since().map(|then| then.0),
        debt.horizon().0,
        reason,
        history + &history::line(now, told),
        earlier.map_or(Marks::NONE, |earlier| earlier.marks).union(new.marks).0,
        pixels,
        value,
        currency,
        if ended { None } else { Some(columns::json(payload)?) },
        fired,
        told_value,
        told_currency,
    ];
    let id = tx.find(sql, keys, |row| Ok(row.get(0)?))?;
    if let Some(id) = id {
        link::put(tx, shop, Kind::Event, id, links.all())?;
    }
    Ok(id)
}

fn is_fired(browser: Option<&WireEvent>) -> bool {
    browser.is_some_and(|event| event.browser == BrowserLeg::Fired)
}

/// A Purchase's value, to be compared with its order's when all else of it is gone.
pub(super) fn money(event: &WireEvent) -> (Option<f64>, Option<&str>) {
    let Properties { value, currency, .. } = &event.properties;
    if event.name == EventName::Purchase { (*value, currency.as_deref()) } else { (None, None) }
}

// The end of a row.

pub(in crate::store) fn ended_event(
    tx: Tx<'_>,
    shop: &ShopDomain,
    id: i64,
) -> Result<Option<EndedEvent>> {
    let sql = "SELECT name, test, received_at, checkout, cart, visitor, customer FROM event
               WHERE shop = ?1 AND id = ?2";
    tx.find(sql, params![shop.as_str(), id], |row| {
        Ok(EndedEvent {
            // As far as it can be read: a damaged word must not keep an answer from being written.
            is_purchase: columns::text(row, 0)? == Some(EventName::Purchase.as_str().as_bytes()),
            mode: Mode::of(row.get(1)?),
            received_at: columns::time(row, 2)?,
            links: columns::links_at(row, 3).unwrap_or_default(),
        })
    })
}

/// Whether the event of this id is a test; `None` also where that cannot be read.
pub(in crate::store) fn mode(
    tx: Tx<'_>,
    shop: &ShopDomain,
    event_id: &EventId,
) -> Result<Option<Mode>> {
    let sql = "SELECT test FROM event WHERE shop = ?1 AND event_id = ?2";
    let known = tx.find(sql, params![shop.as_str(), columns::of_event_id(event_id)], |row| {
        Ok(Mode::of(row.get(0)?))
    });
    match known {
        Err(error) if error.spares_the_transaction() => Ok(None),
        known => known,
    }
}

/// Nothing leads to it, and it leads to nobody.
pub(in crate::store) fn cut_links(tx: Tx<'_>, shop: &ShopDomain, id: i64) -> Result<()> {
    link::set(tx, shop, Kind::Event, id, &Links::default())?;
    let sql = "UPDATE event SET order_id = NULL, receipt = ?3 WHERE shop = ?1 AND id = ?2";
    tx.write(sql, params![shop.as_str(), id, ERASED])
}

/// Some of what ended before then; and the numbers of what cannot be read of it.
pub(in crate::store) fn ended_before(
    tx: Tx<'_>,
    shop: &ShopDomain,
    then: Timestamp,
    limit: i64,
) -> Result<(Vec<BareEvent>, Vec<i64>)> {
    let sql = "SELECT id, name, test, received_at, state, marks, value, currency FROM event
               WHERE shop = ?1 AND ended = 1 AND at < ?2 ORDER BY at LIMIT ?3";
    tx.list_sound(sql, params![shop.as_str(), then.0, limit], |row| {
        Ok(BareEvent {
            id: row.get(0)?,
            name: row.get(1)?,
            mode: Mode::of(row.get(2)?),
            received_at: columns::time(row, 3)?,
            state: row.get(4)?,
            marks: Marks(row.get(5)?),
            money: Money { value: row.get(6)?, currency: row.get(7)? },
        })
    })
}

pub(in crate::store) fn delete(tx: Tx<'_>, shop: &ShopDomain, id: i64) -> Result<()> {
    link::delete(tx, shop, Kind::Event, id)
}
