//! What Shopify's webhook says of an order, joined with what the shopper's browser left: the Purchase is confirmed,
//! completed or recovered, or it is noted why not. One transaction, whatever came before it.

use std::sync::Arc;

use assent_gate::beacon::BrowserLeg;
use assent_gate::event::Kind;
use assent_gate::order::{self, Contacts, Facts};
use assent_gate::settings::{Name, ShopDomain};
use assent_gate::time::Timestamp;
use rusqlite::{Connection, OptionalExtension as _, params};

use super::accept::to_json;
use super::claim::{candidates, leave};
use super::fact::{self, Fact};
use super::index::IndexKey;
use super::join::{self, Found, Ground};
use super::newcomer::{Newcomer, customers, make_room};
use super::row::{self, Payload, Step};
use super::withdraw::ended;
use super::{Store, StoreError};
use crate::config::Shop;
use crate::delivery::debt::{Debt, End, FirstCopy, State};
use crate::delivery::hold;
use crate::delivery::order::{Mark, Standing};

/// What a webhook says of an order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Topic {
    Created,
    Paid,
    Cancelled,
    Refunded,
}

impl Topic {
    /// Shopify's name.
    pub fn name(self) -> &'static str {
        match self {
            Self::Created => "orders/create",
            Self::Paid => "orders/paid",
            Self::Cancelled => "orders/cancelled",
            Self::Refunded => "refunds/create",
        }
    }
}

/// An order as a signed webhook told it.
#[derive(Debug)]
pub struct Notice {
    pub shop: Arc<Shop>,
    /// Shopify's id of this delivery; the same when it is sent again.
    pub webhook: Option<String>,
    pub topic: Topic,
    pub facts: Facts,
    /// Used if consent is on record, else gone with this value.
    pub contacts: Contacts,
    pub received_at: Timestamp,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// This delivery had come before.
    Duplicate,
    Confirmed,
    Recovered,
    /// The Purchase has gone its way already, or has ended.
    Noted,
    /// The order does not count yet.
    Waits,
    /// Nothing is sent for it.
    Ended(End),
}

const SERVER_LEG_OFF: &str = "the shop's events send no Purchase by the server";
const NO_CHECKOUT: &str = "no checkout made this order, so no browser can have told of it";
const UNPAID: &str = "waits until it is paid, as confirm_on = \"paid\" says";
const NO_CONSENT: &str = "no consent is on record for its checkout or cart: the shopper declined, never decided, had scripts \
                          blocked, or paid where no pixel runs. Without consent nothing leaves the browser, so nobody can \
                          know which; nothing was sent";
const WITHDRAWN: &str = "consent was on record for its checkout or cart and was withdrawn; nothing was sent";
const NO_CONTEXT: &str = "consent is on record, but not what the browser had left (it lives 48 hours, and goes with the \
                          Purchase); if the Purchase still comes, this order confirms it";
const RECOVERED: &str = "recovered: made from the order, and from what the browser had left under consent";
const CONFIRMED: &str = "its order confirmed it";

impl Store {
    pub async fn order(&self, notice: Notice) -> Result<Outcome, StoreError> {
        let key = self.keys.get(&notice.shop.settings.shop).ok_or(StoreError::Gone)?.clone();
        self.writer.write(move |tx| Join { tx, key: &key, notice: &notice }.run()).await
    }

    /// Noted for the story of its order.
    pub async fn refund(
        &self,
        shop: &ShopDomain,
        webhook: Option<String>,
        order: String,
        now: Timestamp,
    ) -> Result<Outcome, StoreError> {
        let shop = shop.clone();
        let refund = move |tx: &Connection| {
            if !is_first(tx, shop.as_str(), webhook.as_deref(), now)? {
                return Ok(Outcome::Duplicate);
            }
            fact::refund(tx, shop.as_str(), &order, now).map(|_| Outcome::Noted)
        };
        self.writer.write(refund).await
    }
}

/// Whether this delivery has not come before.
pub(super) fn is_first(tx: &Connection, shop: &str, webhook: Option<&str>, now: Timestamp) -> rusqlite::Result<bool> {
    let Some(id) = webhook else { return Ok(true) };
    let sql = "INSERT INTO webhook (shop, webhook_id, received_at) VALUES (?1, ?2, ?3) ON CONFLICT DO NOTHING";
    Ok(tx.prepare_cached(sql)?.execute(params![shop, id, now.0])? > 0)
}

pub(super) struct Join<'a> {
    pub(super) tx: &'a Connection,
    pub(super) key: &'a IndexKey,
    pub(super) notice: &'a Notice,
}

/// The Purchase's row, as far as an order asks.
struct Purchase {
    id: i64,
    state: String,
    /// No byte of it has left.
    unsent: bool,
    ended: bool,
    marks: i64,
    money: (Option<f64>, Option<String>),
}

impl Join<'_> {
    pub(super) fn run(&self) -> rusqlite::Result<Outcome> {
        let Notice { shop, webhook, topic, facts, received_at, .. } = self.notice;
        if !is_first(self.tx, self.shop(), webhook.as_deref(), *received_at)? {
            return Ok(Outcome::Duplicate);
        }
        let (fact, is_news) = fact::note(self.tx, self.shop(), facts, *topic, *received_at)?;
        let purchase = self.purchase()?;
        if let (Some(purchase), true) = (&purchase, is_news) {
            self.tell(purchase.id, &format!("Shopify told of its order: {}", topic.name()))?;
        }
        match (fact.standing(shop.purchase), purchase) {
            (Standing::NotReported, purchase) => self.stop(&fact, purchase, End::NotReported, hold::NOT_REPORTED),
            (Standing::Cancelled, purchase) => self.stop(&fact, purchase, End::Cancelled, hold::CANCELLED),
            (Standing::Unpaid, Some(purchase)) => {
                if purchase.unsent {
                    self.price(&fact, &purchase)?;
                }
                fact::follow(self.tx, purchase.id)?;
                Ok(Outcome::Waits)
            }
            (Standing::Unpaid, None) => {
                fact::stands(self.tx, fact.id, "held", UNPAID, *received_at)?;
                Ok(Outcome::Waits)
            }
            (Standing::Counts, None) => self.recover(&fact),
            // A grant after the withdrawal counts again, if one is on record.
            (Standing::Counts, Some(purchase)) if purchase.state == "withdrawn" => self.recover(&fact),
            (Standing::Counts, Some(purchase)) if purchase.unsent => self.confirm(&fact, &purchase),
            (Standing::Counts, Some(purchase)) => self.note(&fact, &purchase),
        }
    }

    fn shop(&self) -> &str {
        self.notice.shop.settings.shop.as_str()
    }

    fn purchase(&self) -> rusqlite::Result<Option<Purchase>> {
        let Some(event_id) = &self.notice.facts.event_id else { return Ok(None) };
        self.tx
            .prepare_cached(
                "SELECT id, state, ended = 0 AND sending = 0 AND attempts = 0, ended, marks, value, currency FROM event
                 WHERE shop = ?1 AND event_id = ?2",
            )?
            .query_row(params![self.shop(), event_id.as_str()], |row| {
                Ok(Purchase {
                    id: row.get(0)?,
                    state: row.get(1)?,
                    unsent: row.get(2)?,
                    ended: row.get(3)?,
                    marks: row.get(4)?,
                    money: (row.get(5)?, row.get(6)?),
                })
            })
            .optional()
    }

    fn tell(&self, event: i64, what: &str) -> rusqlite::Result<()> {
        self.tx
            .prepare_cached("UPDATE event SET history = history || ?2 WHERE id = ?1")?
            .execute(params![event, row::line(self.notice.received_at, what)])?;
        Ok(())
    }

    /// An order that proves nothing, or no longer. A Purchase that waits for it ends; one that was released stays.
    fn stop(&self, fact: &Fact, purchase: Option<Purchase>, end: End, why: &str) -> rusqlite::Result<Outcome> {
        let now = self.notice.received_at;
        let Some(purchase) = purchase else {
            fact::stands(self.tx, fact.id, end.name(), why, now)?;
            return Ok(Outcome::Ended(end));
        };
        if !matches!(purchase.state.as_str(), "held" | "parked") {
            fact::follow(self.tx, purchase.id)?;
            return Ok(Outcome::Noted);
        }
        for candidate in candidates(self.tx, "event.id = ?1", [purchase.id])? {
            ended(self.tx, &candidate.open, end, why, now)?;
        }
        Ok(Outcome::Ended(end))
    }

    /// Nothing of it has left: it goes at Shopify's figures, with the order's contacts.
    fn confirm(&self, fact: &Fact, purchase: &Purchase) -> rusqlite::Result<Outcome> {
        let Notice { shop, contacts, received_at, .. } = self.notice;
        let now = *received_at;
        for candidate in candidates(self.tx, "event.id = ?1", [purchase.id])? {
            // Consent is asked before the contacts are touched.
            let Some((grant, Payload { event, ip })) = leave(self.tx, shop, &candidate, now)? else {
                return Ok(Outcome::Noted);
            };
            let differs = event.browser == BrowserLeg::Fired && fact.differs_from(&event.properties);
            let event = order::completed(&grant, event, &fact.figures, contacts);
            customers(self.tx, self.key, self.shop(), purchase.id, &event)?;
            self.rewrite(purchase.id, &Payload { event, ip })?;
            fact::mark_row(self.tx, purchase.id, Mark::Confirmed)?;
            if differs {
                self.mark(Mark::ValueDiffers)?;
            }
            let debt = Debt { state: State::Due { at: now }, ..candidate.open.debt }.at(now);
            let step =
                Step { id: purchase.id, debt, sending: false, code: None, reason: CONFIRMED, what: Some(CONFIRMED) };
            row::write(self.tx, &step, now)?;
        }
        Ok(Outcome::Confirmed)
    }

    /// It may yet be sent unconfirmed; then at Shopify's figures, as if the order had come before it.
    fn price(&self, fact: &Fact, purchase: &Purchase) -> rusqlite::Result<()> {
        let Notice { shop, received_at, .. } = self.notice;
        for candidate in candidates(self.tx, "event.id = ?1", [purchase.id])? {
            let Some((_, Payload { event, ip })) = leave(self.tx, shop, &candidate, *received_at)? else { continue };
            let differs = event.browser == BrowserLeg::Fired && fact.differs_from(&event.properties);
            self.rewrite(purchase.id, &Payload { event: fact.figures.price(event), ip })?;
            if differs {
                self.mark(Mark::ValueDiffers)?;
            }
        }
        Ok(())
    }

    fn rewrite(&self, id: i64, payload: &Payload) -> rusqlite::Result<()> {
        let (value, currency) = row::money(&payload.event);
        let sql = "UPDATE event SET payload = ?2, order_id = ?3, value = ?4, currency = ?5, marks = marks & ~?6 WHERE id = ?1";
        let order_id = &payload.event.properties.order_id;
        let unsent = Mark::SentUnconfirmed.bit();
        self.tx.prepare_cached(sql)?.execute(params![id, to_json(payload)?, order_id, value, currency, unsent])?;
        Ok(())
    }

    /// It has gone out, or has ended: it is not sent again.
    fn note(&self, fact: &Fact, purchase: &Purchase) -> rusqlite::Result<Outcome> {
        let Purchase { id, state, ended, marks, money: (value, currency), .. } = purchase;
        let known = Mark::Confirmed.is_in(*marks) || Mark::Recovered.is_in(*marks);
        if !*ended || *state == End::Delivered.name() {
            if Mark::SentUnconfirmed.is_in(*marks) {
                self.mark(Mark::ConfirmedLate)?;
            } else if !known {
                self.mark(Mark::Confirmed)?;
            }
            let sent = (*value, currency.as_deref());
            let ordered = &fact.figures.properties;
            if fact::differ(sent, (ordered.value, ordered.currency.as_deref())) {
                self.mark(Mark::ValueDiffers)?;
            }
        }
        fact::follow(self.tx, *id)?;
        Ok(Outcome::Noted)
    }

    fn mark(&self, mark: Mark) -> rusqlite::Result<()> {
        let Notice { facts, received_at, .. } = self.notice;
        let Some(event_id) = &facts.event_id else { return Ok(()) };
        fact::mark(self.tx, self.shop(), event_id.as_str(), mark, *received_at)
    }

    /// The browser told of no Purchase: it is made of what it left before, if that was left under consent.
    fn recover(&self, fact: &Fact) -> rusqlite::Result<Outcome> {
        let Notice { shop, facts, .. } = self.notice;
        if facts.event_id.is_none() {
            return self.nothing(fact, End::NoCheckoutAnchor, NO_CHECKOUT);
        }
        if shop.settings.server_leg_is_off(Name::Purchase) {
            return self.nothing(fact, End::NotReported, SERVER_LEG_OFF);
        }
        match join::ground(self.tx, shop, facts)? {
            Found::Ground(ground) => self.make(*ground),
            Found::NoContext => self.nothing(fact, End::NoContext, NO_CONTEXT),
            Found::Withdrawn => self.nothing(fact, End::NoConsentOnRecord, WITHDRAWN),
            Found::NoConsent => self.nothing(fact, End::NoConsentOnRecord, NO_CONSENT),
        }
    }

    fn nothing(&self, fact: &Fact, end: End, why: &str) -> rusqlite::Result<Outcome> {
        // A Purchase that a withdrawal ended says so itself.
        match self.purchase()? {
            Some(purchase) => fact::follow(self.tx, purchase.id)?,
            None => fact::stands(self.tx, fact.id, end.name(), why, self.notice.received_at)?,
        }
        Ok(Outcome::Ended(end))
    }

    fn make(&self, ground: Ground) -> rusqlite::Result<Outcome> {
        let Notice { shop, facts, contacts, received_at, .. } = self.notice;
        let now = *received_at;
        let Ground { grant, receipt, evaluated_at, links, seen, ip } = ground;
        let Some(mut event) = order::recovered(&grant, facts, contacts, seen, &shop.settings) else {
            return Ok(Outcome::Noted);
        };
        let earlier = make_room(self.tx, self.shop(), event.event_id.as_str())?;
        event.event_time = earlier.as_ref().map_or(event.event_time, |earlier| earlier.event_time).min(now);
        let fired = shop.settings.route(&Kind::CheckoutCompleted).is_some_and(|(_, legs)| legs.browser);
        let possible = fired || earlier.as_ref().is_some_and(|earlier| earlier.first_copy);
        let first_copy = if possible { FirstCopy::Possible } else { FirstCopy::None };
        let debt =
            Debt { state: State::Due { at: now }, event_time: event.event_time, first_copy, attempts: 0 }.at(now);
        let newcomer = Newcomer {
            tx: self.tx,
            key: self.key,
            shop: self.shop(),
            event,
            ip,
            links: &links,
            receipt,
            evaluated_at,
            debt,
            reason: RECOVERED,
            what: RECOVERED,
            marks: Mark::Recovered.bit(),
            earlier: earlier.as_ref(),
        };
        newcomer.enter(now)?;
        Ok(Outcome::Recovered)
    }
}
