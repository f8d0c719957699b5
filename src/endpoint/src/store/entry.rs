//! One event of a beacon becomes a row: a new one, none (a duplicate, which may bring a later grant), or again one that a
//! withdrawal had ended.

use assent_gate::beacon::{BrowserLeg, WireEvent};
use assent_gate::hex::Anchor;
use rusqlite::{OptionalExtension as _, params};

use crate::pixel::Pixel;
use crate::rules::debt::State;
use crate::rules::hold;
use crate::rules::order::{Mark, Standing};
use crate::store::accept::{Accept, Arrived, Links, to_json};
use crate::store::newcomer::{Earlier, Newcomer, customers, make_room};
use crate::store::rows::event::{self as row, OPEN, OPEN_COLUMNS, Open, Payload};
use crate::store::rows::order::{self as fact, Fact};
use crate::store::rows::pixel;

pub(super) struct Entry<'a> {
    pub(super) accept: &'a Accept<'a>,
    pub(super) event: &'a WireEvent,
    pub(super) links: &'a Links,
    pub(super) receipt: i64,
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
        let Accept { tx, arrived, .. } = self.accept;
        let order = fact::of(tx, self.accept.shop(), self.event)?;
        let entered = self.insert(order.as_ref(), None)?;
        if entered != Entered::Duplicate {
            return Ok(entered);
        }
        if let Some(earlier) = make_room(tx, self.accept.shop(), self.event.event_id.as_str())? {
            return self.insert(order.as_ref(), Some(&earlier));
        }
        self.refresh(order.as_ref())?;
        if self.event.browser == BrowserLeg::Fired {
            self.tighten()?;
        }
        if let Some(order) = &order {
            self.meet(order)?;
        }
        if let Some(pixel) = &arrived.pixel {
            let id = self.event.event_id.as_str();
            pixel::seen_again(tx, self.accept.shop(), id, pixel, arrived.received_at)?;
        }
        Ok(Entered::Duplicate)
    }

    /// A duplicate if there is a row of that id already.
    fn insert(&self, order: Option<&Fact>, earlier: Option<&Earlier>) -> rusqlite::Result<Entered> {
        let Arrived { shop, pixel, evidence, ip, received_at, .. } = self.accept.arrived;
        let now = *received_at;
        // The first accepted time stands, and a copy that may exist does not go away.
        let event_time = earlier.map_or(self.event.event_time, |earlier| earlier.event_time);
        let event = WireEvent { event_time, ..self.event.clone() };
        let standing = order.map(|order| order.standing(shop.purchase));
        let hold::Start { mut debt, reason } = hold::start(&event, shop.purchase, standing, now);
        if earlier.is_some_and(|earlier| earlier.first_copy) {
            debt = debt.copied().at(now);
        }
        let from = pixel.as_ref().map_or("the browser", Pixel::name);
        let newcomer = Newcomer {
            tx: self.accept.tx,
            key: self.accept.key,
            shop: self.accept.shop(),
            marks: order.map_or(0, |order| marks(order, standing, &event)),
            event: order.map_or(event.clone(), |order| order.figures.price(event)),
            ip: ip.clone(),
            links: self.links,
            receipt: self.receipt,
            evaluated_at: evidence.evaluated_at,
            debt,
            reason,
            what: &format!("accepted from {from}: {reason}"),
            earlier,
        };
        Ok(match (newcomer.enter(now)?, debt.state) {
            (false, _) => Entered::Duplicate,
            (true, State::Ended(_)) => Entered::Ended,
            (true, State::Held { .. } | State::Parked | State::Due { .. }) => Entered::Owed,
        })
    }

    /// The same event under a later grant: what waits now rests on that one, and tells of that grant's visitor only. It is
    /// written anew where the grant is another visitor's (a no of theirs would not find an earlier visitor's fields here,
    /// nor the earlier visitor's no reach them), and where a withdrawal had emptied the row while a send was under way.
    /// The first accepted time stands, and whoever was a customer of it remains one: an erasure of either ends it.
    fn refresh(&self, order: Option<&Fact>) -> rusqlite::Result<()> {
        let Arrived { evidence, ip, received_at, .. } = self.accept.arrived;
        let Accept { tx, key, .. } = self.accept;
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
        let event = order.map_or(event.clone(), |order| order.figures.price(event));
        customers(tx, key, self.accept.shop(), id, &event)?;
        let what = "accepted again: a later grant";
        let payload = Payload { event, ip: ip.clone() };
        let (value, currency) = row::money(&payload.event);
        tx.prepare_cached(
            "UPDATE event SET payload = ?2, value = ?3, currency = ?4, reason = ?5, history = history || ?6 WHERE id = ?1",
        )?
        .execute(params![id, to_json(&payload)?, value, currency, what, row::line(*received_at, what)])?;
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

    /// A Purchase that its order has brought before. What the browser fired may be the copy that TikTok counts.
    fn meet(&self, order: &Fact) -> rusqlite::Result<()> {
        let Accept { tx, arrived, .. } = self.accept;
        let id = tx
            .prepare_cached("SELECT id FROM event WHERE shop = ?1 AND event_id = ?2")?
            .query_row(params![self.accept.shop(), self.event.event_id.as_str()], |row| row.get(0))?;
        fact::told_after_all(tx, id, arrived.received_at)?;
        if self.event.browser == BrowserLeg::Fired && order.differs_from(&self.event.properties) {
            fact::mark(tx, id, Mark::ValueDiffers, arrived.received_at)?;
        }
        Ok(())
    }
}

/// What its order, which came first, makes of a Purchase.
fn marks(order: &Fact, standing: Option<Standing>, event: &WireEvent) -> i64 {
    let confirmed = if standing == Some(Standing::Counts) { Mark::Confirmed.bit() } else { 0 };
    let fired = event.browser == BrowserLeg::Fired;
    let differs = if fired && order.differs_from(&event.properties) { Mark::ValueDiffers.bit() } else { 0 };
    confirmed | differs
}
