//! An event that becomes a row, whoever told of it.

use assent_gate::beacon::WireEvent;
use assent_gate::hex::Anchor;
use assent_gate::time::Timestamp;
use rusqlite::{Connection, OptionalExtension as _, params};

use crate::rules::debt::{Debt, FirstCopy, State};
use crate::secret::ClientIp;
use crate::store::accept::{Links, to_json};
use crate::store::rows::event::{self as row, Payload};
use crate::store::rows::shop::IndexKey;

pub(super) struct Newcomer<'a> {
    pub(super) tx: &'a Connection,
    pub(super) key: &'a IndexKey,
    pub(super) shop: &'a str,
    pub(super) event: WireEvent,
    pub(super) ip: Option<ClientIp>,
    pub(super) links: &'a Links,
    pub(super) receipt: i64,
    pub(super) evaluated_at: Timestamp,
    pub(super) debt: Debt,
    pub(super) reason: &'a str,
    /// Its story's first line, or the next where there was an earlier row.
    pub(super) what: &'a str,
    pub(super) marks: i64,
    pub(super) earlier: Option<&'a Earlier>,
}

/// What was known of the same event before its withdrawal.
pub(super) struct Earlier {
    id: i64,
    pub(super) event_time: Timestamp,
    pub(super) first_copy: bool,
    marks: i64,
    history: String,
}

impl Newcomer<'_> {
    /// Whether it is a row now. Not, where there is one of its id.
    pub(super) fn enter(self, now: Timestamp) -> rusqlite::Result<bool> {
        let Self { tx, key, shop, event, ip, links, receipt, evaluated_at, debt, reason, what, marks, earlier } = self;
        let (state, at) = row::columns(debt.state, now);
        let ended = matches!(debt.state, State::Ended(_));
        let history = earlier.map(|earlier| earlier.history.as_str()).unwrap_or_default();
        let marks = earlier.map_or(0, |earlier| earlier.marks) | marks;
        let payload = Payload { event, ip };
        let text = if ended { None } else { Some(to_json(&payload)?) };
        let event = &payload.event;
        let (value, currency) = row::money(event);
        let entered = tx
            .prepare_cached(
                "INSERT INTO event (shop, event_id, name, event_time, received_at, checkout, cart, visitor, order_id,
                     receipt, evaluated_at, state, at, ended, sending, first_copy, horizon, attempts, reason, history,
                     marks, value, currency, payload)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, 0, ?15, ?16, 0, ?17, ?18, ?19, ?20,
                     ?21, ?22)
                 ON CONFLICT (shop, event_id) DO NOTHING",
            )?
            .execute(params![
                shop,
                event.event_id.as_str(),
                event.name.as_str(),
                event.event_time.0,
                now.0,
                links.checkout.as_ref().map(Anchor::as_str),
                links.cart.as_ref().map(Anchor::as_str),
                links.visitor,
                event.properties.order_id,
                receipt,
                evaluated_at.0,
                state,
                at.0,
                ended,
                debt.first_copy == FirstCopy::Possible,
                debt.horizon().0,
                reason,
                history.to_owned() + &row::line(now, what),
                marks,
                value,
                currency,
                text
            ])?
            > 0;
        if !entered {
            return Ok(false);
        }
        let id = tx.last_insert_rowid();
        if ended {
            row::leave_nothing(tx, id)?;
        } else {
            customers(tx, key, shop, id, event)?;
        }
        Ok(true)
    }
}

/// Whom an event concerns, so that a customer can be erased.
pub(super) fn customers(
    tx: &Connection,
    key: &IndexKey,
    shop: &str,
    id: i64,
    event: &WireEvent,
) -> rusqlite::Result<()> {
    for contact in event.user.email.iter().chain(&event.user.phone) {
        tx.prepare_cached("INSERT OR IGNORE INTO customer (shop, who, event) VALUES (?1, ?2, ?3)")?
            .execute(params![shop, key.who(contact), id])?;
    }
    Ok(())
}

/// A later yes counts again: the row that a withdrawal ended makes room. (That the new evidence is newer than the
/// withdrawal has been decided.) One whose customer was erased does not.
pub(super) fn make_room(tx: &Connection, shop: &str, event_id: &str) -> rusqlite::Result<Option<Earlier>> {
    let earlier = tx
        .prepare_cached(
            "DELETE FROM event WHERE shop = ?1 AND event_id = ?2 AND state = 'withdrawn' AND receipt <> ?3
             RETURNING id, event_time, first_copy, marks, history",
        )?
        .query_row(params![shop, event_id, row::ERASED], |row| {
            let event_time = Timestamp(row.get(1)?);
            Ok(Earlier {
                id: row.get(0)?,
                event_time,
                first_copy: row.get(2)?,
                marks: row.get(3)?,
                history: row.get(4)?,
            })
        })
        .optional()?;
    if let Some(earlier) = &earlier {
        tx.prepare_cached("DELETE FROM customer WHERE event = ?1")?.execute([earlier.id])?;
    }
    Ok(earlier)
}
