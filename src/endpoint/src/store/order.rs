//! What Shopify's webhook says of an order, joined with what the shopper's browser left: the
//! Purchase is confirmed, completed or recovered, or it is noted why not. `rules::order::meet` says
//! which; here it is done. One transaction, whatever came before it.

use std::sync::Arc;

use assent_gate::beacon::{BrowserLeg, WireEvent};
use assent_gate::order::{self, Contacts, Facts};
use assent_gate::settings::ShopDomain;
use assent_gate::time::Timestamp;

use super::deliver::permission_to_send;
use super::erase::is_erased_order;
use super::error::Result;
use super::links::Kind;
use super::pseudonym_key::PseudonymKey;
use super::recover_purchase::{self, Recovery};
use super::rows::event::{self, Payload, PurchaseRow, Step};
use super::rows::event_queries::{self, Candidate, Events};
use super::rows::order::{self as rows_of_orders, FoundBy, OrderFact, follow, note, note_refund};
use super::rows::tx::Tx;
use super::rows::{event_changes, link, topic as topics, webhook, withdrawal};
use super::step;
use super::sweep::ORDER_LIFE;
use crate::config::Shop;
use crate::rules::debt::{Debt, End, Stage, State};
use crate::rules::order::{
    Alone, Amount, Mark, Marks, Meeting, Standing, Topic, alone, confirmed, is_of_a_purchase, meet,
    standing,
};
use crate::rules::sentences;

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
    /// The names of fields that could not be read, if there are some.
    pub lost: Option<String>,
    pub received_at: Timestamp,
}

/// A signed webhook of an order of which nothing but the order's number could be read.
#[derive(Debug)]
pub struct UnreadNotice {
    pub shop: ShopDomain,
    pub webhook: Option<String>,
    pub order: String,
    pub topic: Topic,
    pub received_at: Timestamp,
}

/// What became of a webhook.
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

pub(super) fn order(tx: Tx<'_>, key: &PseudonymKey, notice: &Notice) -> Result<Outcome> {
    let (shop, now) = (&notice.shop.settings.shop, notice.received_at);
    if !webhook::is_first(tx, shop, notice.webhook.as_deref(), now)? {
        return Ok(Outcome::Duplicate);
    }
    topics::heard(tx, shop, notice.topic.name(), now)?;
    Join { tx, key, notice, shop, now }.run()
}

/// A refund is noted for the story of its order.
pub(super) fn refund(
    tx: Tx<'_>,
    key: &PseudonymKey,
    shop: &ShopDomain,
    webhook: Option<&str>,
    order: &str,
    now: Timestamp,
) -> Result<Outcome> {
    if !webhook::is_first(tx, shop, webhook, now)? {
        return Ok(Outcome::Duplicate);
    }
    topics::heard(tx, shop, Topic::Refunded.name(), now)?;
    if !is_erased_order(tx, key, shop, order)? {
        let told = sentences::order_told(Topic::Refunded);
        note_refund(tx, shop, key.of_order(order), order, &told, now)?;
    }
    Ok(Outcome::Noted)
}

/// Its story tells that something came which could not be read.
pub(super) fn unread(tx: Tx<'_>, key: &PseudonymKey, notice: &UnreadNotice) -> Result<()> {
    let UnreadNotice { shop, webhook, order, topic, received_at } = notice;
    if webhook::is_first(tx, shop, webhook.as_deref(), *received_at)?
        && !is_erased_order(tx, key, shop, order)?
    {
        let (number, told) = (key.of_order(order), sentences::unread(*topic));
        rows_of_orders::note_unread(tx, shop, number, order, &told, *received_at)?;
    }
    Ok(())
}

/// An order that meets its Purchase.
struct Join<'a> {
    tx: Tx<'a>,
    key: &'a PseudonymKey,
    notice: &'a Notice,
    shop: &'a ShopDomain,
    now: Timestamp,
}

impl Join<'_> {
    fn run(&self) -> Result<Outcome> {
        let Notice { shop, topic, facts, lost, .. } = self.notice;
        let purchase = self.purchase()?;
        let erased = purchase.as_ref().is_some_and(|purchase| purchase.erased);
        let too_old = self.now.since(facts.created_at) > ORDER_LIFE;
        // Nothing more is kept of a customer who was erased or is to be, nor counted of an order
        // whose week is over.
        if erased || too_old || is_erased_order(self.tx, self.key, self.shop, &facts.order_id)? {
            return Ok(Outcome::Noted);
        }
        if self.is_demanded()? {
            // What waits need not have known whose it is.
            if let Some(Candidate { open, .. }) = self.waiting(purchase.as_ref())? {
                let why = sentences::DEMANDED;
                step::end(self.tx, self.shop, &open, End::Erased, why, self.now)?;
            }
            return Ok(Outcome::Noted);
        }
        let told = sentences::order_told(*topic);
        let (tx, domain, now) = (self.tx, self.shop, self.now);
        let found_by = FoundBy::of(self.key, facts);
        let (fact, is_news) = note(tx, domain, &found_by, facts, *topic, &told, now)?;
        if let (Some(purchase), true) = (&purchase, is_news) {
            event_changes::tell(tx, domain, purchase.id, &sentences::its_order_told(*topic), now)?;
        }
        if let (true, Some(lost)) = (is_news, lost) {
            rows_of_orders::tell(tx, domain, fact.id, &sentences::lost_of_order(lost), now)?;
        }
        if let Some(purchase) = &purchase
            && purchase.found.stage != Stage::Ended(End::Withdrawn)
        {
            self.name_customer(purchase)?;
        }
        let standing = standing(fact.heard, shop.purchase);
        match purchase {
            Some(purchase) => self.meet(&fact, &purchase, standing),
            None => self.alone(&fact, standing),
        }
    }

    /// Whether a demand to erase the customer is on record that came when the order had been made: it
    /// is in force at once, also where the order's webhook comes after it.
    fn is_demanded(&self) -> Result<bool> {
        let Notice { facts, contacts, .. } = self.notice;
        let contacts = contacts.hashes().map(|contact| self.key.of_hash(contact));
        let customer = contacts.chain([self.key.of_order(&facts.order_id)]);
        let demanded = withdrawal::latest(self.tx, self.shop, customer)?;
        Ok(demanded >= Some(facts.created_at))
    }

    /// The Purchase and its receipt are found by the order's customer from now on, whatever becomes of
    /// the Purchase: a demand that names them is in force for what waits. (Not after a no.)
    fn name_customer(&self, purchase: &PurchaseRow) -> Result<()> {
        let Notice { facts, contacts, .. } = self.notice;
        let contacts = contacts.hashes().map(|contact| self.key.of_hash(contact));
        let customer: Vec<_> = contacts.chain(FoundBy::of(self.key, facts).all()).collect();
        let names = customer.iter().copied();
        link::add_customer(self.tx, self.shop, Kind::Event, purchase.id, names)?;
        step::name_on_receipt(self.tx, self.key, self.shop, purchase.receipt, &customer)
    }

    /// The Purchase, if it has not ended.
    fn waiting(&self, purchase: Option<&PurchaseRow>) -> Result<Option<Candidate>> {
        match purchase {
            Some(PurchaseRow { id, found, .. }) if !matches!(found.stage, Stage::Ended(_)) => {
                self.events().candidate(*id)
            }
            Some(_) | None => Ok(None),
        }
    }

    fn alone(&self, fact: &OrderFact, standing: Standing) -> Result<Outcome> {
        match alone(standing) {
            Alone::Ends(end) => self.end_order(fact, end, why(end)),
            Alone::Waits => {
                self.say(fact, Stage::Held, sentences::UNPAID)?;
                Ok(Outcome::Waits)
            }
            Alone::Recover => self.recover(fact),
        }
    }

    fn meet(
        &self,
        fact: &OrderFact,
        purchase: &PurchaseRow,
        standing: Standing,
    ) -> Result<Outcome> {
        match meet(standing, purchase.found) {
            Meeting::Ends(end) => self.end_purchase(purchase, end),
            Meeting::Price => {
                self.price(fact, purchase)?;
                self.follow(purchase, Outcome::Waits)
            }
            Meeting::Waits => self.follow(purchase, Outcome::Waits),
            Meeting::Confirm => self.confirm(fact, purchase),
            Meeting::Recover => self.recover(fact),
            Meeting::Compare(news) => self.compare(fact, purchase, news),
            Meeting::Stay => self.follow(purchase, Outcome::Noted),
        }
    }

    fn events(&self) -> Events<'_> {
        event_queries::of(self.tx, self.shop, self.now)
    }

    fn purchase(&self) -> Result<Option<PurchaseRow>> {
        match &self.notice.facts.event_id {
            Some(event_id) => event::purchase(self.tx, self.shop, event_id),
            None => Ok(None),
        }
    }

    /// The order takes over how its Purchase stands.
    fn follow(&self, purchase: &PurchaseRow, outcome: Outcome) -> Result<Outcome> {
        follow(self.tx, self.shop, purchase.id)?;
        Ok(outcome)
    }

    /// What became of an order without a Purchase. Told once, not at every webhook, and never
    /// instead of what became of its Purchase, whose row may be gone.
    fn say(&self, fact: &OrderFact, stage: Stage, why: &str) -> Result<()> {
        let Some(known) = rows_of_orders::standing(self.tx, self.shop, fact.id)? else {
            return Ok(());
        };
        let is_news = (known.stage, known.reason.as_str()) != (Some(stage), why);
        if is_news && !known.stage.is_some_and(is_of_a_purchase) {
            rows_of_orders::set_standing(self.tx, self.shop, fact.id, stage, why, self.now)?;
        }
        Ok(())
    }

    fn end_order(&self, fact: &OrderFact, end: End, why: &str) -> Result<Outcome> {
        self.say(fact, Stage::Ended(end), why)?;
        Ok(Outcome::Ended(end))
    }

    fn end_purchase(&self, purchase: &PurchaseRow, end: End) -> Result<Outcome> {
        if let Some(Candidate { open, .. }) = self.events().candidate(purchase.id)? {
            step::end(self.tx, self.shop, &open, end, why(end), self.now)?;
        }
        Ok(Outcome::Ended(end))
    }

    /// The browser told of no Purchase, or withdrew it: it is made of what was left under consent.
    fn recover(&self, fact: &OrderFact) -> Result<Outcome> {
        let Notice { shop, facts, contacts, .. } = self.notice;
        match recover_purchase::recover(self.tx, self.key, shop, fact, facts, contacts, self.now)? {
            Recovery::Made => Ok(Outcome::Recovered),
            Recovery::TooLate => Ok(Outcome::Ended(End::Expired)),
            Recovery::Nothing(end, why) => match self.purchase()? {
                // A Purchase that a withdrawal ended says so itself.
                Some(purchase) => self.follow(&purchase, Outcome::Ended(end)),
                None => self.end_order(fact, end, why),
            },
        }
    }

    /// It goes at Shopify's figures, with the order's contacts. Under the same id and time: where
    /// an earlier attempt of it may have arrived after all, TikTok counts that one.
    fn confirm(&self, fact: &OrderFact, purchase: &PurchaseRow) -> Result<Outcome> {
        let Notice { shop, contacts, .. } = self.notice;
        let Some(candidate) = self.events().candidate(purchase.id)? else {
            return Ok(Outcome::Noted);
        };
        // Consent is asked before the contacts are touched.
        let Some((grant, Payload { event, ip })) =
            permission_to_send(self.tx, shop, &candidate, self.now)?
        else {
            return Ok(Outcome::Noted);
        };
        let (id, debt) = (purchase.id, candidate.open.debt.at(self.now));
        if let State::Ended(end) = debt.state {
            let why = sentences::EXPIRED;
            step::end(self.tx, self.shop, &candidate.open, end, why, self.now)?;
            return Ok(Outcome::Ended(end));
        }
        let (debt, marks) = confirmed(debt, purchase.found.marks, self.now);
        let marks = self.compared(id, marks, fact, &event)?;
        let event = order::completed(&grant, event, &fact.figures, contacts);
        let receipt = candidate.ground.receipt;
        let customer = step::customer_of(self.key, &event);
        step::link_customer(self.tx, self.key, self.shop, id, receipt, &customer)?;
        event_changes::write_priced(self.tx, self.shop, id, &Payload { event, ip })?;
        self.set_marks(id, marks)?;
        self.due(id, debt)?;
        Ok(Outcome::Confirmed)
    }

    fn due(&self, id: i64, debt: Debt) -> Result<()> {
        let (reason, told) = (sentences::CONFIRMED, Some(sentences::CONFIRMED));
        let step = Step { shop: self.shop, id, debt, sending: false, code: None, reason, told };
        step::take(self.tx, &step, self.now)
    }

    /// It may yet be sent unconfirmed; then at Shopify's figures, as if the order had come before
    /// it.
    fn price(&self, fact: &OrderFact, purchase: &PurchaseRow) -> Result<()> {
        let Some(candidate) = self.events().candidate(purchase.id)? else {
            return Ok(());
        };
        let shop = &self.notice.shop;
        let Some((_, Payload { event, ip })) =
            permission_to_send(self.tx, shop, &candidate, self.now)?
        else {
            return Ok(());
        };
        let marks = self.compared(purchase.id, purchase.found.marks, fact, &event)?;
        self.set_marks(purchase.id, marks)?;
        let payload = Payload { event: fact.figures.price(event), ip };
        event_changes::write_priced(self.tx, self.shop, purchase.id, &payload)
    }

    /// What the browser fired may be the copy that TikTok counts.
    fn compared(&self, id: i64, marks: Marks, fact: &OrderFact, told: &WireEvent) -> Result<Marks> {
        let ordered = Amount::of(&fact.figures.properties);
        let differs = ordered.differs_from(Amount::of(&told.properties));
        if told.browser == BrowserLeg::Fired && differs {
            self.mark(id, marks, Mark::ValueDiffers)
        } else {
            Ok(marks)
        }
    }

    /// It has gone out, or has been delivered: it is not sent again.
    fn compare(
        &self,
        fact: &OrderFact,
        purchase: &PurchaseRow,
        news: Option<Mark>,
    ) -> Result<Outcome> {
        let mut marks = purchase.found.marks;
        if let Some(news) = news {
            marks = self.mark(purchase.id, marks, news)?;
        }
        let sent = Amount { value: purchase.value, currency: purchase.currency.as_deref() };
        if sent.differs_from(Amount::of(&fact.figures.properties)) {
            marks = self.mark(purchase.id, marks, Mark::ValueDiffers)?;
        }
        self.set_marks(purchase.id, marks)?;
        self.follow(purchase, Outcome::Noted)
    }

    /// Its marks with this one, which is told in its story where it is new.
    fn mark(&self, id: i64, marks: Marks, mark: Mark) -> Result<Marks> {
        if !marks.has(mark) {
            event_changes::tell(self.tx, self.shop, id, sentences::marked(mark), self.now)?;
        }
        Ok(marks.with(mark))
    }

    fn set_marks(&self, id: i64, marks: Marks) -> Result<()> {
        event_changes::set_marks(self.tx, self.shop, id, marks)?;
        follow(self.tx, self.shop, id)
    }
}

/// Why an order that proves nothing, or no longer, ends itself or its Purchase.
fn why(end: End) -> &'static str {
    if end == End::Cancelled { sentences::CANCELLED } else { sentences::NOT_REPORTED }
}
