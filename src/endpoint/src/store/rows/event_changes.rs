//! Table `event` once more: what changes in a row.

use crate::store::engine::params;
use assent_gate::beacon::{BrowserLeg, WireEvent};
use assent_gate::hex::EventId;
use assent_gate::settings::ShopDomain;
use assent_gate::time::Timestamp;

use super::event::{Ground, Payload, Step, money};
use super::tx::Tx;
use super::{columns, history, link};
use crate::pixel::ShopPixel;
use crate::rules::debt::{Debt, End, Stage, State};
use crate::rules::order::{Mark, Marks};
use crate::store::error::Result;
use crate::store::links::{Kind, Links};

/// Writes a step. At an end everything personal goes.
pub(in crate::store) fn change(tx: Tx<'_>, step: &Step<'_>, now: Timestamp) -> Result<()> {
    let Step { shop, id, debt, sending, code, reason, told } = *step;
    let (state, at) = columns::of_state(debt.state, now);
    let sql = "UPDATE event SET state = ?3, at = ?4, ended = ?5, sending = ?6, copy_since = ?7,
             alone = ?8, horizon = ?9, attempts = ?10, code = coalesce(?11, code), reason = ?12,
             history = history || ?13, payload = CASE WHEN CAST(?5 AS BIGINT) = 1 THEN NULL ELSE payload END,
             sender = ?14
         WHERE shop = ?1 AND id = ?2";
    let keys = params![
        shop.as_str(),
        id,
        state,
        at.0,
        matches!(debt.state, State::Ended(_)),
        if sending { now.0 } else { 0 },
        debt.first_copy.since().map(|then| then.0),
        debt.alone,
        debt.horizon().0,
        debt.attempts,
        code,
        reason,
        told.map(|what| history::line(now, what)).unwrap_or_default(),
        if sending { tx.run().0 } else { 0 },
    ];
    tx.write(sql, keys)
}

/// A row that cannot be read ends by itself, whatever column it is: nothing of it is looked at. Whether
/// it had not ended before.
pub(in crate::store) fn end_damaged(
    tx: Tx<'_>,
    shop: &ShopDomain,
    id: i64,
    what: &str,
    now: Timestamp,
) -> Result<bool> {
    let open = "SELECT 1 FROM event WHERE shop = ?1 AND id = ?2 AND ended = 0";
    let was_open = tx.exists(open, params![shop.as_str(), id])?;
    let sql = "UPDATE event SET state = ?3, at = ?4, ended = 1, sending = 0, reason = ?5,
                   history = history || ?6, payload = NULL WHERE shop = ?1 AND id = ?2";
    let (state, line) = (Stage::Ended(End::Erased).name(), history::line(now, what));
    tx.write(sql, params![shop.as_str(), id, state, now.0, what, line])?;
    Ok(was_open)
}

/// Adds a line to its story.
pub(in crate::store) fn tell(
    tx: Tx<'_>,
    shop: &ShopDomain,
    id: i64,
    what: &str,
    now: Timestamp,
) -> Result<()> {
    let sql = "UPDATE event SET history = history || ?3 WHERE shop = ?1 AND id = ?2";
    tx.write(sql, params![shop.as_str(), id, history::line(now, what)])
}

/// Adds a line to its story, unless it has such a line.
pub(in crate::store) fn tell_once(
    tx: Tx<'_>,
    shop: &ShopDomain,
    id: i64,
    what: &str,
    now: Timestamp,
) -> Result<()> {
    let sql = "UPDATE event SET history = history || ?3
               WHERE shop = ?1 AND id = ?2 AND replace(history, ?4, '') = history";
    let (line, same) = (history::line(now, what), format!("\t{what}\n"));
    tx.write(sql, params![shop.as_str(), id, line, same])
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
    let (id, line) = (columns::of_event_id(event_id), history::line(now, what));
    tx.write(sql, params![shop.as_str(), id, pixel.bit(), line])
}

/// The browser told of it once more: that it fired its copy, or a Purchase's value that nobody had
/// told yet.
pub(in crate::store) fn note_told(tx: Tx<'_>, shop: &ShopDomain, event: &WireEvent) -> Result<()> {
    let sql = "UPDATE event SET fired = CASE WHEN fired < ?3 THEN ?3 ELSE fired END,
                   told_value = coalesce(told_value, ?4),
                   told_currency = CASE WHEN told_value IS NULL THEN ?5 ELSE told_currency END
               WHERE shop = ?1 AND event_id = ?2
                   AND (fired < ?3 OR (told_value IS NULL AND CAST(?4 AS DOUBLE PRECISION) IS NOT NULL))";
    let (id, fired) = (columns::of_event_id(&event.event_id), event.browser == BrowserLeg::Fired);
    let (value, currency) = money(event);
    tx.write(sql, params![shop.as_str(), id, fired, value, currency])
}

pub(in crate::store) fn add_mark(tx: Tx<'_>, shop: &ShopDomain, id: i64, mark: Mark) -> Result<()> {
    let sql = "UPDATE event SET marks = marks | ?3 WHERE shop = ?1 AND id = ?2";
    tx.write(sql, params![shop.as_str(), id, Marks::NONE.with(mark).0])
}

pub(in crate::store) fn set_marks(
    tx: Tx<'_>,
    shop: &ShopDomain,
    id: i64,
    marks: Marks,
) -> Result<()> {
    let sql = "UPDATE event SET marks = ?3 WHERE shop = ?1 AND id = ?2";
    tx.write(sql, params![shop.as_str(), id, marks.0])
}

/// TikTok may have a copy after all: the horizon tightens.
pub(in crate::store) fn set_copied(
    tx: Tx<'_>,
    shop: &ShopDomain,
    id: i64,
    debt: Debt,
    what: &str,
    now: Timestamp,
) -> Result<()> {
    let sql = "UPDATE event SET copy_since = ?3, horizon = ?4, history = history || ?5
               WHERE shop = ?1 AND id = ?2";
    let since = debt.first_copy.since().map(|then| then.0);
    let line = history::line(now, what);
    tx.write(sql, params![shop.as_str(), id, since, debt.horizon().0, line])
}

/// It rests on another grant from now on. Links that the grant does not name stay, but the visitor
/// is the grant's own.
pub(in crate::store) fn rest_on(
    tx: Tx<'_>,
    shop: &ShopDomain,
    id: i64,
    ground: Ground,
    links: &Links,
) -> Result<()> {
    let sql = "UPDATE event SET evaluated_at = ?3, granted_at = ?4, receipt = ?5
               WHERE shop = ?1 AND id = ?2";
    let Ground { receipt, evaluated_at, granted_at } = ground;
    tx.write(sql, params![shop.as_str(), id, evaluated_at.0, granted_at.0, receipt])?;
    let before = link::of_row(tx, shop, Kind::Event, id)?;
    let links = Links {
        checkout: links.checkout.or(before.checkout),
        cart: links.cart.or(before.cart),
        visitor: links.visitor,
        customer: before.customer,
    };
    link::set(tx, shop, Kind::Event, id, &links)
}

/// What TikTok gets of it is written anew, by a later grant.
pub(in crate::store) fn write_again(
    tx: Tx<'_>,
    shop: &ShopDomain,
    id: i64,
    payload: &Payload,
    what: &str,
    now: Timestamp,
) -> Result<()> {
    let (value, currency) = money(&payload.event);
    let sql = "UPDATE event SET payload = ?3, value = ?4, currency = ?5, reason = ?6,
                   history = history || ?7 WHERE shop = ?1 AND id = ?2";
    let (json, line) = (columns::json(payload)?, history::line(now, what));
    tx.write(sql, params![shop.as_str(), id, json, value, currency, what, line])
}

/// It happened at another time than was believed: its horizon follows.
pub(in crate::store) fn write_time(
    tx: Tx<'_>,
    shop: &ShopDomain,
    id: i64,
    payload: &Payload,
    debt: Debt,
) -> Result<()> {
    let sql = "UPDATE event SET payload = ?3, event_time = ?4, horizon = ?5
               WHERE shop = ?1 AND id = ?2";
    let (json, at) = (columns::json(payload)?, payload.event.event_time);
    tx.write(sql, params![shop.as_str(), id, json, at.0, debt.horizon().0])
}

/// What TikTok gets of it is written anew, by its order.
pub(in crate::store) fn write_priced(
    tx: Tx<'_>,
    shop: &ShopDomain,
    id: i64,
    payload: &Payload,
) -> Result<()> {
    let (value, currency) = money(&payload.event);
    let sql = "UPDATE event SET payload = ?3, order_id = ?4, value = ?5, currency = ?6
               WHERE shop = ?1 AND id = ?2";
    let (json, order_id) = (columns::json(payload)?, payload.event.properties.order_id.as_deref());
    tx.write(sql, params![shop.as_str(), id, json, order_id, value, currency])
}

/// A withdrawal came while a send was under way: the answer decides how it ends.
pub(in crate::store) fn empty(
    tx: Tx<'_>,
    shop: &ShopDomain,
    id: i64,
    what: &str,
    now: Timestamp,
) -> Result<()> {
    let sql = "UPDATE event SET payload = NULL, reason = ?3, history = history || ?4
               WHERE shop = ?1 AND id = ?2";
    tx.write(sql, params![shop.as_str(), id, what, history::line(now, what)])
}
