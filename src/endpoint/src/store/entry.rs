//! One event of a beacon becomes a row: a new one, none (a duplicate, which may bring a later grant), or again one that a
//! withdrawal had ended.

use assent_gate::beacon::{BrowserLeg, WireEvent};
use assent_gate::hex::Anchor;
use assent_gate::time::Timestamp;
use rusqlite::{OptionalExtension as _, params};

use super::accept::{Accept, Arrived, Links, to_json};
use super::pixel::Pixel;
use super::row::{self, OPEN, OPEN_COLUMNS, Open, Payload};
use crate::delivery::debt::{FirstCopy, State};
use crate::delivery::hold;

pub(super) struct Entry<'a> {
    pub(super) accept: &'a Accept<'a>,
    pub(super) event: &'a WireEvent,
    pub(super) links: &'a Links,
    pub(super) receipt: i64,
}

/// What was known of the same event before its withdrawal.
struct Earlier {
    id: i64,
    event_time: Timestamp,
    first_copy: bool,
    history: String,
}

/// What became of an event.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Entered {
    Owed,
    /// Accepted, and at its end already.
    Ended,
    Duplicate,
}

impl Entry<'_> {
    pub(super) fn enter(&self) -> rusqlite::Result<Entered> {
        let entered = self.insert(None)?;
        if entered != Entered::Duplicate {
            return Ok(entered);
        }
        if let Some(earlier) = self.withdrawn_before()? {
            return self.insert(Some(&earlier));
        }
        self.refresh()?;
        if self.event.browser == BrowserLeg::Fired {
            self.tighten()?;
        }
        if let Some(pixel) = &self.accept.arrived.pixel {
            let Accept { tx, arrived, .. } = self.accept;
            pixel.seen_again(tx, self.accept.shop(), self.event.event_id.as_str(), arrived.received_at)?;
        }
        Ok(Entered::Duplicate)
    }

    /// A duplicate if there is a row of that id already.
    fn insert(&self, earlier: Option<&Earlier>) -> rusqlite::Result<Entered> {
        let Arrived { shop, pixel, evidence, ip, received_at, .. } = self.accept.arrived;
        let now = *received_at;
        // The first accepted time stands, and a copy that may exist does not go away.
        let event_time = earlier.map_or(self.event.event_time, |earlier| earlier.event_time);
        let event = WireEvent { event_time, ..self.event.clone() };
        let hold::Start { mut debt, reason } = hold::start(&event, shop.purchase, now);
        if earlier.is_some_and(|earlier| earlier.first_copy) {
            debt = debt.copied().at(now);
        }
        let (state, at) = row::columns(debt.state, now);
        let ended = matches!(debt.state, State::Ended(_));
        let history = earlier.map(|earlier| earlier.history.as_str()).unwrap_or_default();
        let from = pixel.as_ref().map_or("the browser", Pixel::name);
        let history = history.to_owned() + &row::line(now, &format!("accepted from {from}: {reason}"));
        let payload = if ended { None } else { Some(to_json(&Payload { event, ip: ip.clone() })?) };
        let new = self
            .accept
            .tx
            .prepare_cached(
                "INSERT INTO event (shop, event_id, name, event_time, received_at, checkout, cart, visitor, order_id,
                     receipt, evaluated_at, state, at, ended, sending, first_copy, horizon, attempts, reason, history, payload)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, 0, ?15, ?16, 0, ?17, ?18, ?19)
                 ON CONFLICT (shop, event_id) DO NOTHING",
            )?
            .execute(params![
                self.accept.shop(),
                self.event.event_id.as_str(),
                self.event.name.as_str(),
                event_time.0,
                now.0,
                self.links.checkout.as_ref().map(Anchor::as_str),
                self.links.cart.as_ref().map(Anchor::as_str),
                self.links.visitor,
                self.event.properties.order_id,
                self.receipt,
                evidence.evaluated_at.0,
                state,
                at.0,
                ended,
                debt.first_copy == FirstCopy::Possible,
                debt.horizon().0,
                reason,
                history,
                payload
            ])?
            > 0;
        if !new {
            return Ok(Entered::Duplicate);
        }
        let id = self.accept.tx.last_insert_rowid();
        if ended {
            row::forget_context(self.accept.tx, id)?;
            return Ok(Entered::Ended);
        }
        self.customers(id, self.event)?;
        Ok(Entered::Owed)
    }

    /// A later yes counts again: the row that a withdrawal ended makes room. (That this evidence is newer than the
    /// withdrawal has been decided for the beacon as a whole.)
    fn withdrawn_before(&self) -> rusqlite::Result<Option<Earlier>> {
        let tx = self.accept.tx;
        let earlier = tx
            .prepare_cached(
                "DELETE FROM event WHERE shop = ?1 AND event_id = ?2 AND state = 'withdrawn'
                 RETURNING id, event_time, first_copy, history",
            )?
            .query_row(params![self.accept.shop(), self.event.event_id.as_str()], |row| {
                let event_time = Timestamp(row.get(1)?);
                Ok(Earlier { id: row.get(0)?, event_time, first_copy: row.get(2)?, history: row.get(3)? })
            })
            .optional()?;
        if let Some(earlier) = &earlier {
            tx.prepare_cached("DELETE FROM customer WHERE event = ?1")?.execute([earlier.id])?;
        }
        Ok(earlier)
    }

    /// Whom the event concerns, so that a customer can be erased.
    fn customers(&self, id: i64, event: &WireEvent) -> rusqlite::Result<()> {
        for contact in event.user.email.iter().chain(&event.user.phone) {
            self.accept
                .tx
                .prepare_cached("INSERT OR IGNORE INTO customer (shop, who, event) VALUES (?1, ?2, ?3)")?
                .execute(params![self.accept.shop(), self.accept.key.who(contact), id])?;
        }
        Ok(())
    }

    /// The same event under a later grant: what waits now rests on that one, and tells of that grant's visitor only. It is
    /// written anew where the grant is another visitor's (a no of theirs would not find an earlier visitor's fields here,
    /// nor the earlier visitor's no reach them), and where a withdrawal had emptied the row while a send was under way.
    /// The first accepted time stands, and whoever was a customer of it remains one: an erasure of either ends it.
    fn refresh(&self) -> rusqlite::Result<()> {
        let Arrived { evidence, ip, received_at, .. } = self.accept.arrived;
        let tx = self.accept.tx;
        let waiting = tx
            .prepare_cached(&format!(
                "SELECT {OPEN}, visitor IS ?4 FROM event
                 WHERE shop = ?1 AND event_id = ?2 AND ended = 0 AND evaluated_at < ?3"
            ))?
            .query_row(
                params![self.accept.shop(), self.event.event_id.as_str(), evidence.evaluated_at.0, self.links.visitor],
                |row| Ok((Open::read(row)?, row.get::<_, bool>(OPEN_COLUMNS)?)),
            )
            .optional()?;
        let Some((Open { id, debt, payload }, same_visitor)) = waiting else { return Ok(()) };
        tx.prepare_cached(
            "UPDATE event SET evaluated_at = ?2, receipt = ?3, checkout = coalesce(?4, checkout),
                 cart = coalesce(?5, cart), visitor = ?6 WHERE id = ?1",
        )?
        .execute(params![
            id,
            evidence.evaluated_at.0,
            self.receipt,
            self.links.checkout.as_ref().map(Anchor::as_str),
            self.links.cart.as_ref().map(Anchor::as_str),
            self.links.visitor
        ])?;
        if same_visitor && payload.is_some() {
            return Ok(());
        }
        let event = WireEvent { event_time: debt.event_time, ..self.event.clone() };
        self.customers(id, &event)?;
        let what = "accepted again: a later grant";
        tx.prepare_cached("UPDATE event SET payload = ?2, reason = ?3, history = history || ?4 WHERE id = ?1")?
            .execute(params![id, to_json(&Payload { event, ip: ip.clone() })?, what, row::line(*received_at, what)])?;
        Ok(())
    }

    /// A later page says that the browser fired it after all.
    fn tighten(&self) -> rusqlite::Result<()> {
        let now = self.accept.arrived.received_at;
        let sql =
            format!("SELECT {OPEN} FROM event WHERE shop = ?1 AND event_id = ?2 AND ended = 0 AND first_copy = 0");
        let tx = self.accept.tx;
        let open = tx
            .prepare_cached(&sql)?
            .query_row(params![self.accept.shop(), self.event.event_id.as_str()], Open::read)
            .optional()?;
        if let Some(Open { id, debt, .. }) = open {
            let horizon = debt.copied().horizon();
            tx.prepare_cached("UPDATE event SET first_copy = 1, horizon = ?2, history = history || ?3 WHERE id = ?1")?
                .execute(params![id, horizon.0, row::line(now, "seen again: the browser has fired it")])?;
        }
        Ok(())
    }
}
