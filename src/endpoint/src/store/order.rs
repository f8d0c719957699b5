//! What Shopify's webhook says of an order, joined with what the shopper's browser left: the Purchase is confirmed,
//! completed or recovered, or it is noted why not. One transaction, whatever came before it.

use std::sync::Arc;

use assent_gate::beacon::{BrowserLeg, WireEvent};
use assent_gate::order::{self, Contacts, Facts};
use assent_gate::settings::ShopDomain;
use assent_gate::time::Timestamp;
use rusqlite::{Connection, OptionalExtension as _, params};

use crate::config::Shop;
use crate::rules::debt::{Debt, End, State};
use crate::rules::hold;
use crate::rules::order::{Mark, Standing};
use crate::store::Store;
use crate::store::StoreError;
use crate::store::accept::to_json;
use crate::store::deliver::{candidates, leave};
use crate::store::newcomer::customers;
use crate::store::rows::event::{self as row, Open, Payload, Step};
use crate::store::rows::order::{self as fact, Fact};
use crate::store::rows::shop::IndexKey;
use crate::store::sweep::{EXPIRED, ORDER};
use crate::store::withdraw::ended;

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

const UNPAID: &str = "waits until it is paid, as confirm_on = \"paid\" says";
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
            if fact::is_erased(tx, shop.as_str(), &order)? {
                return Ok(Outcome::Noted);
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
pub(super) struct Purchase {
    pub(super) id: i64,
    state: String,
    /// It waits, and is not on its way at this moment: it goes out, for the first time or again, as it is written now.
    waits: bool,
    ended: bool,
    marks: i64,
    money: (Option<f64>, Option<String>),
    /// A customer's erasure cut its links.
    erased: bool,
}

impl Purchase {
    fn is_marked(&self, mark: Mark) -> bool {
        mark.is_in(self.marks)
    }

    /// Its order, by an earlier webhook or before its beacon, has brought it what it has to bring.
    fn is_known(&self) -> bool {
        [Mark::Confirmed, Mark::ConfirmedLate, Mark::Recovered].into_iter().any(|mark| self.is_marked(mark))
    }
}

impl Join<'_> {
    pub(super) fn run(&self) -> rusqlite::Result<Outcome> {
        let Notice { shop, webhook, topic, facts, received_at, .. } = self.notice;
        if !is_first(self.tx, self.shop(), webhook.as_deref(), *received_at)? {
            return Ok(Outcome::Duplicate);
        }
        let (purchase, age) = (self.purchase()?, received_at.since(facts.created_at));
        let erased = purchase.as_ref().is_some_and(|purchase| purchase.erased);
        // Nothing more is kept of a customer who was erased, nor counted of an order whose week is over.
        if erased || age > ORDER || fact::is_erased(self.tx, self.shop(), &facts.order_id)? {
            return Ok(Outcome::Noted);
        }
        let (fact, is_news) = fact::note(self.tx, self.shop(), facts, *topic, *received_at)?;
        if let (Some(purchase), true) = (&purchase, is_news) {
            self.tell(purchase.id, &format!("Shopify told of its order: {}", topic.name()))?;
        }
        match (fact.standing(shop.purchase), purchase) {
            (Standing::NotReported, purchase) => self.stop(&fact, purchase, End::NotReported, hold::NOT_REPORTED),
            (Standing::Cancelled, purchase) => self.stop(&fact, purchase, End::Cancelled, hold::CANCELLED),
            (Standing::Unpaid, Some(purchase)) => {
                if purchase.waits {
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
            (Standing::Counts, Some(purchase)) if purchase.waits && !purchase.is_known() => {
                self.confirm(&fact, &purchase)
            }
            (Standing::Counts, Some(purchase)) => self.note(&fact, &purchase),
        }
    }

    pub(super) fn shop(&self) -> &str {
        self.notice.shop.settings.shop.as_str()
    }

    pub(super) fn purchase(&self) -> rusqlite::Result<Option<Purchase>> {
        let Some(event_id) = &self.notice.facts.event_id else { return Ok(None) };
        self.tx
            .prepare_cached(
                "SELECT id, state, ended = 0 AND sending = 0, ended, marks, value, currency, receipt = 0 FROM event
                 WHERE shop = ?1 AND event_id = ?2",
            )?
            .query_row(params![self.shop(), event_id.as_str()], |row| {
                Ok(Purchase {
                    id: row.get(0)?,
                    state: row.get(1)?,
                    waits: row.get(2)?,
                    ended: row.get(3)?,
                    marks: row.get(4)?,
                    money: (row.get(5)?, row.get(6)?),
                    erased: row.get(7)?,
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

    /// It goes at Shopify's figures, with the order's contacts. Under the same id and time: where an earlier attempt of it may
    /// have arrived after all, TikTok counts that one.
    fn confirm(&self, fact: &Fact, purchase: &Purchase) -> rusqlite::Result<Outcome> {
        let Notice { shop, contacts, received_at, .. } = self.notice;
        let now = *received_at;
        for candidate in candidates(self.tx, "event.id = ?1", [purchase.id])? {
            // Consent is asked before the contacts are touched.
            let Some((grant, Payload { event, ip })) = leave(self.tx, shop, &candidate, now)? else {
                return Ok(Outcome::Noted);
            };
            let Open { id, debt, .. } = candidate.open;
            let (debt, tried) = (debt.at(now), debt.attempts > 0);
            if let State::Ended(end) = debt.state {
                ended(self.tx, &candidate.open, end, EXPIRED, now)?;
                return Ok(Outcome::Ended(end));
            }
            self.reprice(id, fact, &event)?;
            let event = order::completed(&grant, event, &fact.figures, contacts);
            customers(self.tx, self.key, self.shop(), id, &event)?;
            self.rewrite(id, &Payload { event, ip })?;
            if !tried {
                fact::unmark_row(self.tx, id, Mark::SentUnconfirmed)?; // it is not, after all
            }
            let late = tried && purchase.is_marked(Mark::SentUnconfirmed);
            fact::mark_row(self.tx, id, if late { Mark::ConfirmedLate } else { Mark::Confirmed })?;
            // What TikTok asked to wait for is waited for.
            let state = if tried { debt.state } else { State::Due { at: now } };
            let debt = Debt { state, ..debt };
            let step = Step { id, debt, sending: false, code: None, reason: CONFIRMED, what: Some(CONFIRMED) };
            row::write(self.tx, &step, now)?;
        }
        Ok(Outcome::Confirmed)
    }

    /// It may yet be sent unconfirmed; then at Shopify's figures, as if the order had come before it.
    fn price(&self, fact: &Fact, purchase: &Purchase) -> rusqlite::Result<()> {
        let Notice { shop, received_at, .. } = self.notice;
        for candidate in candidates(self.tx, "event.id = ?1", [purchase.id])? {
            let Some((_, Payload { event, ip })) = leave(self.tx, shop, &candidate, *received_at)? else { continue };
            self.reprice(purchase.id, fact, &event)?;
            self.rewrite(purchase.id, &Payload { event: fact.figures.price(event), ip })?;
        }
        Ok(())
    }

    /// What the browser fired may be the copy that TikTok counts.
    fn reprice(&self, id: i64, fact: &Fact, told: &WireEvent) -> rusqlite::Result<()> {
        let differs = told.browser == BrowserLeg::Fired && fact.differs_from(&told.properties);
        if differs { fact::mark(self.tx, id, Mark::ValueDiffers, self.notice.received_at) } else { Ok(()) }
    }

    fn rewrite(&self, id: i64, payload: &Payload) -> rusqlite::Result<()> {
        let (value, currency) = row::money(&payload.event);
        let sql = "UPDATE event SET payload = ?2, order_id = ?3, value = ?4, currency = ?5 WHERE id = ?1";
        let order_id = &payload.event.properties.order_id;
        self.tx.prepare_cached(sql)?.execute(params![id, to_json(payload)?, order_id, value, currency])?;
        Ok(())
    }

    /// It has gone out, or has ended: it is not sent again.
    fn note(&self, fact: &Fact, purchase: &Purchase) -> rusqlite::Result<Outcome> {
        let Purchase { id, state, ended, money: (value, currency), .. } = purchase;
        if !*ended || *state == End::Delivered.name() {
            let now = self.notice.received_at;
            if !purchase.is_known() {
                let late = purchase.is_marked(Mark::SentUnconfirmed);
                fact::mark(self.tx, *id, if late { Mark::ConfirmedLate } else { Mark::Confirmed }, now)?;
            }
            let sent = (*value, currency.as_deref());
            let ordered = &fact.figures.properties;
            if fact::differ(sent, (ordered.value, ordered.currency.as_deref())) {
                fact::mark(self.tx, *id, Mark::ValueDiffers, now)?;
            }
        }
        fact::follow(self.tx, *id)?;
        Ok(Outcome::Noted)
    }
}
