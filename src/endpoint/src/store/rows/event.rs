//! Table `event`: an event and its debt. The debt stands in columns, the personal part as JSON, the
//! story as lines of text.

use assent_gate::beacon::WireEvent;
use assent_gate::hex::EventId;
use assent_gate::settings::ShopDomain;
use assent_gate::tiktok::EventName;
use assent_gate::tiktok::Properties;
use assent_gate::time::Timestamp;
use rusqlite::params;
use serde::{Deserialize, Serialize};

use super::columns;
use super::history;
use super::tx::Tx;
use crate::pixel::ShopPixel;
use crate::rules::debt::{Debt, End, FirstCopy, Stage, State};
use crate::rules::order::{FoundPurchase, Mark, Marks};
use crate::secret::ClientIp;
use crate::store::error::Result;
use crate::store::links::Links;

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
    pub(in crate::store) payload: Payload,
    pub(in crate::store) links: &'a Links,
    pub(in crate::store) receipt: i64,
    pub(in crate::store) evaluated_at: Timestamp,
    pub(in crate::store) debt: Debt,
    pub(in crate::store) reason: &'a str,
    /// Its story's first line, or the next where there was an earlier row.
    pub(in crate::store) told: &'a str,
    pub(in crate::store) marks: Marks,
    pub(in crate::store) pixel: Option<&'a ShopPixel>,
    pub(in crate::store) earlier: Option<&'a Earlier>,
}

/// What was known of the same event before its withdrawal.
pub(in crate::store) struct Earlier {
    pub(in crate::store) id: i64,
    pub(in crate::store) event_time: Timestamp,
    pub(in crate::store) first_copy: FirstCopy,
    marks: Marks,
    pixels: i64,
    history: String,
}

/// A Purchase as its order finds it.
pub(in crate::store) struct PurchaseRow {
    pub(in crate::store) id: i64,
    pub(in crate::store) found: FoundPurchase,
    pub(in crate::store) value: Option<f64>,
    pub(in crate::store) currency: Option<String>,
    /// A customer's erasure cut its links.
    pub(in crate::store) erased: bool,
}

/// What an event hangs on when it has ended.
pub(in crate::store) struct EndedEvent {
    pub(in crate::store) shop: String,
    pub(in crate::store) name: String,
    pub(in crate::store) checkout: Option<String>,
    pub(in crate::store) cart: Option<String>,
}

/// What an ended event is counted by when its row goes.
pub(in crate::store) struct BareEvent {
    pub(in crate::store) id: i64,
    pub(in crate::store) shop: String,
    pub(in crate::store) name: String,
    pub(in crate::store) received_at: Timestamp,
    /// Its end's word, so that one which this release does not know is counted all the same.
    pub(in crate::store) state: String,
    pub(in crate::store) marks: Marks,
}

// One event by its name.

/// Whether this event is known, and its customer was erased.
pub(in crate::store) fn was_erased(
    tx: Tx<'_>,
    shop: &ShopDomain,
    event_id: &EventId,
) -> Result<bool> {
    let sql = "SELECT 1 FROM event WHERE shop = ?1 AND event_id = ?2 AND receipt = ?3";
    tx.exists(sql, params![shop.as_str(), event_id.as_str(), ERASED])
}

pub(in crate::store) fn purchase(
    tx: Tx<'_>,
    shop: &ShopDomain,
    event_id: &EventId,
) -> Result<Option<PurchaseRow>> {
    let sql = "SELECT id, state, sending, marks, value, currency, receipt FROM event
               WHERE shop = ?1 AND event_id = ?2";
    tx.find(sql, [shop.as_str(), event_id.as_str()], |row| {
        let marks = Marks(row.get(3)?);
        // A word that this release does not know is an end that another one wrote: it stays.
        let stage = columns::known_stage(row, 1)?.unwrap_or(Stage::Ended(End::Expired));
        let found = FoundPurchase { stage, sending: row.get(2)?, marks };
        let erased = row.get::<_, i64>(6)? == ERASED;
        Ok(PurchaseRow {
            id: row.get(0)?,
            found,
            value: row.get(4)?,
            currency: row.get(5)?,
            erased,
        })
    })
}

/// The row that a withdrawal ended goes, so that a later yes can count again, and what was known of
/// it is told. Not one whose customer was erased.
pub(in crate::store) fn make_room(
    tx: Tx<'_>,
    shop: &ShopDomain,
    event_id: &EventId,
) -> Result<Option<Earlier>> {
    let sql = "DELETE FROM event WHERE shop = ?1 AND event_id = ?2 AND state = ?3 AND receipt <> ?4
               RETURNING id, event_time, first_copy, marks, pixels, history";
    let withdrawn = Stage::Ended(End::Withdrawn).name();
    tx.find(sql, params![shop.as_str(), event_id.as_str(), withdrawn, ERASED], |row| {
        Ok(Earlier {
            id: row.get(0)?,
            event_time: columns::time(row, 1)?,
            first_copy: FirstCopy::of(row.get(2)?),
            marks: Marks(row.get(3)?),
            pixels: row.get(4)?,
            history: row.get(5)?,
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
    let NewEvent { shop, payload, links, receipt, debt, reason, told, earlier, .. } = new;
    let event = &payload.event;
    let (state, at) = columns::of_state(debt.state, now);
    let ended = matches!(debt.state, State::Ended(_));
    let (checkout, cart, visitor) = columns::links(links);
    let (value, currency) = money(event);
    let history = earlier.map_or_else(String::new, |earlier| earlier.history.clone());
    let pixels = earlier.map_or(0, |earlier| earlier.pixels) | new.pixel.map_or(0, ShopPixel::bit);
    let sql = "INSERT INTO event (shop, event_id, name, event_time, received_at, checkout, cart,
             visitor, order_id, receipt, evaluated_at, state, at, ended, sending, first_copy,
             horizon, attempts, reason, history, marks, pixels, value, currency, payload)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, 0, ?15, ?16, 0, ?17,
             ?18, ?19, ?20, ?21, ?22, ?23)
         ON CONFLICT (shop, event_id) DO NOTHING RETURNING id";
    let keys = params![
        shop.as_str(),
        event.event_id.as_str(),
        event.name.as_str(),
        event.event_time.0,
        now.0,
        checkout,
        cart,
        visitor,
        event.properties.order_id.as_deref(),
        receipt,
        new.evaluated_at.0,
        state,
        at.0,
        ended,
        debt.first_copy.is_possible(),
        debt.horizon().0,
        reason,
        history + &history::line(now, told),
        earlier.map_or(Marks::NONE, |earlier| earlier.marks).union(new.marks).0,
        pixels,
        value,
        currency,
        if ended { None } else { Some(columns::json(payload)?) },
    ];
    tx.find(sql, keys, |row| Ok(row.get(0)?))
}

/// Writes a step. At an end everything personal goes.
pub(in crate::store) fn change(tx: Tx<'_>, step: &Step<'_>, now: Timestamp) -> Result<()> {
    let Step { id, debt, sending, code, reason, told } = *step;
    let (state, at) = columns::of_state(debt.state, now);
    let sql = "UPDATE event SET state = ?2, at = ?3, ended = ?4, sending = ?5, first_copy = ?6,
             horizon = ?7, attempts = ?8, code = coalesce(?9, code), reason = ?10,
             history = history || ?11, payload = CASE WHEN ?4 = 1 THEN NULL ELSE payload END
         WHERE id = ?1";
    let keys = params![
        id,
        state,
        at.0,
        matches!(debt.state, State::Ended(_)),
        sending,
        debt.first_copy.is_possible(),
        debt.horizon().0,
        debt.attempts,
        code,
        reason,
        told.map(|what| history::line(now, what)).unwrap_or_default(),
    ];
    tx.execute(sql, keys).map(|_| ())
}

/// Adds a line to its story.
pub(in crate::store) fn tell(tx: Tx<'_>, id: i64, what: &str, now: Timestamp) -> Result<()> {
    let sql = "UPDATE event SET history = history || ?2 WHERE id = ?1";
    tx.execute(sql, params![id, history::line(now, what)]).map(|_| ())
}

/// Tells that this pixel brought it too; nothing where that has been told.
pub(in crate::store) fn tell_pixel(
    tx: Tx<'_>,
    shop: &ShopDomain,
    event_id: &EventId,
    pixel: &ShopPixel,
    what: &str,
    now: Timestamp,
) -> Result<()> {
    let sql = "UPDATE event SET history = history || ?4, pixels = pixels | ?3
               WHERE shop = ?1 AND event_id = ?2 AND pixels & ?3 = 0";
    let line = history::line(now, what);
    tx.execute(sql, params![shop.as_str(), event_id.as_str(), pixel.bit(), line]).map(|_| ())
}

pub(in crate::store) fn add_mark(tx: Tx<'_>, id: i64, mark: Mark) -> Result<()> {
    let marks = Marks::NONE.with(mark);
    tx.execute("UPDATE event SET marks = marks | ?2 WHERE id = ?1", params![id, marks.0])
        .map(|_| ())
}

pub(in crate::store) fn set_marks(tx: Tx<'_>, id: i64, marks: Marks) -> Result<()> {
    tx.execute("UPDATE event SET marks = ?2 WHERE id = ?1", params![id, marks.0]).map(|_| ())
}

/// TikTok may have a copy after all: the horizon tightens.
pub(in crate::store) fn set_copied(
    tx: Tx<'_>,
    id: i64,
    horizon: Timestamp,
    what: &str,
    now: Timestamp,
) -> Result<()> {
    let sql =
        "UPDATE event SET first_copy = 1, horizon = ?2, history = history || ?3 WHERE id = ?1";
    tx.execute(sql, params![id, horizon.0, history::line(now, what)]).map(|_| ())
}

/// It rests on another grant from now on. Links that the grant does not name stay, but the visitor
/// is the grant's own.
pub(in crate::store) fn rest_on(
    tx: Tx<'_>,
    id: i64,
    receipt: i64,
    evaluated_at: Timestamp,
    links: &Links,
) -> Result<()> {
    let (checkout, cart, visitor) = columns::links(links);
    let sql = "UPDATE event SET evaluated_at = ?2, receipt = ?3, checkout = coalesce(?4, checkout),
                   cart = coalesce(?5, cart), visitor = ?6 WHERE id = ?1";
    tx.execute(sql, params![id, evaluated_at.0, receipt, checkout, cart, visitor]).map(|_| ())
}

/// What TikTok gets of it is written anew, by a later grant.
pub(in crate::store) fn write_again(
    tx: Tx<'_>,
    id: i64,
    payload: &Payload,
    what: &str,
    now: Timestamp,
) -> Result<()> {
    let (value, currency) = money(&payload.event);
    let sql = "UPDATE event SET payload = ?2, value = ?3, currency = ?4, reason = ?5,
                   history = history || ?6 WHERE id = ?1";
    let (json, line) = (columns::json(payload)?, history::line(now, what));
    tx.execute(sql, params![id, json, value, currency, what, line]).map(|_| ())
}

/// It happened at another time than was believed: its horizon follows.
pub(in crate::store) fn write_time(
    tx: Tx<'_>,
    id: i64,
    payload: &Payload,
    debt: Debt,
) -> Result<()> {
    let sql = "UPDATE event SET payload = ?2, event_time = ?3, horizon = ?4 WHERE id = ?1";
    let (json, at) = (columns::json(payload)?, payload.event.event_time);
    tx.execute(sql, params![id, json, at.0, debt.horizon().0]).map(|_| ())
}

/// What TikTok gets of it is written anew, by its order.
pub(in crate::store) fn write_priced(tx: Tx<'_>, id: i64, payload: &Payload) -> Result<()> {
    let (value, currency) = money(&payload.event);
    let sql =
        "UPDATE event SET payload = ?2, order_id = ?3, value = ?4, currency = ?5 WHERE id = ?1";
    let order_id = payload.event.properties.order_id.as_deref();
    tx.execute(sql, params![id, columns::json(payload)?, order_id, value, currency]).map(|_| ())
}

/// A withdrawal came while a send was under way: the answer decides how it ends.
pub(in crate::store) fn empty(tx: Tx<'_>, id: i64, what: &str, now: Timestamp) -> Result<()> {
    let sql = "UPDATE event SET payload = NULL, reason = ?2, history = history || ?3 WHERE id = ?1";
    tx.execute(sql, params![id, what, history::line(now, what)]).map(|_| ())
}

/// A Purchase's value, to be compared with its order's when all else of it is gone.
fn money(event: &WireEvent) -> (Option<f64>, Option<&str>) {
    let Properties { value, currency, .. } = &event.properties;
    if event.name == EventName::Purchase { (*value, currency.as_deref()) } else { (None, None) }
}

// The end of a row.

pub(in crate::store) fn ended_event(tx: Tx<'_>, id: i64) -> Result<Option<EndedEvent>> {
    tx.find("SELECT shop, name, checkout, cart FROM event WHERE id = ?1", [id], |row| {
        Ok(EndedEvent {
            shop: row.get(0)?,
            name: row.get(1)?,
            checkout: row.get(2)?,
            cart: row.get(3)?,
        })
    })
}

/// Nothing leads to it, and it leads to nobody.
pub(in crate::store) fn cut_links(tx: Tx<'_>, id: i64) -> Result<()> {
    let sql = "UPDATE event SET checkout = NULL, cart = NULL, visitor = NULL, order_id = NULL,
                   receipt = ?2 WHERE id = ?1";
    tx.execute(sql, [id, ERASED]).map(|_| ())
}

/// Some of what ended before then.
pub(in crate::store) fn ended_before(
    tx: Tx<'_>,
    then: Timestamp,
    limit: i64,
) -> Result<Vec<BareEvent>> {
    let sql = "SELECT id, shop, name, received_at, state, marks FROM event
               WHERE ended = 1 AND at < ?1 ORDER BY at LIMIT ?2";
    tx.list(sql, [then.0, limit], |row| {
        Ok(BareEvent {
            id: row.get(0)?,
            shop: row.get(1)?,
            name: row.get(2)?,
            received_at: columns::time(row, 3)?,
            state: row.get(4)?,
            marks: Marks(row.get(5)?),
        })
    })
}

pub(in crate::store) fn delete(tx: Tx<'_>, id: i64) -> Result<()> {
    tx.execute("DELETE FROM event WHERE id = ?1", [id]).map(|_| ())
}
