//! A beacon the gate admitted: receipt, context, event and debt, together or not at all. Only after
//! this is committed may a 202 be said.

use assent_gate::admission::still_granted;
use assent_gate::beacon::{BrowserLeg, WireEvent, WirePage};
use assent_gate::consent::Evidence;
use assent_gate::hex::Anchor;
use assent_gate::ids;
use assent_gate::settings::ShopDomain;
use assent_gate::tiktok::EventName;
use assent_gate::tiktok::User;
use assent_gate::time::Timestamp;

use super::arrived::{Arrived, Taken};
use super::counts::Count;
use super::error::{Result, StoreError};
use super::ledger::{Happened, Happening};
use super::links::{Kind, Link, Links};
use super::pseudonym_key::PseudonymKey;
use super::rows::context::{self, Context};
use super::rows::event::{self, Earlier, Ground, NewEvent, Payload};
use super::rows::event_queries::{self, OpenEvent};
use super::rows::order::{self, OrderFact};
use super::rows::receipt::{self, NewReceipt};
use super::rows::tx::Tx;
use super::rows::{counted, event_changes, link, pixel, shop as shops, withdrawal};
use super::step;
use crate::data_centres;
use crate::pixel::ShopPixel;
use crate::rules::addresses::Share;
use crate::rules::debt::{End, Stage, State};
use crate::rules::no::Noes;
use crate::rules::order::{Amount, Mark, marks_at_start, standing};
use crate::rules::{hold, sentences};
use crate::secret::ClientIp;

pub(super) fn accept(tx: Tx<'_>, key: &PseudonymKey, arrived: &Arrived) -> Result<Taken> {
    let (shop, now) = (&arrived.shop.settings.shop, arrived.received_at);
    Accept { tx, key, arrived, shop, granted_at: arrived.granted_at(), now }.run()
}

struct Accept<'a> {
    tx: Tx<'a>,
    key: &'a PseudonymKey,
    arrived: &'a Arrived,
    shop: &'a ShopDomain,
    granted_at: Timestamp,
    now: Timestamp,
}

impl Accept<'_> {
    fn run(&self) -> Result<Taken> {
        let Arrived { shop, evidence, events, .. } = self.arrived;
        // A demand that everything of the shop goes is being carried out: what came now would go
        // with it. The browser keeps it meanwhile.
        if shops::is_being_erased(self.tx, self.shop)? {
            return Err(StoreError::Busy);
        }
        if self.is_withdrawn()? || still_granted(evidence, &shop.settings).is_none() {
            return Ok(Taken::Withdrawn);
        }
        if let Some(pixel) = &self.arrived.pixel {
            pixel::seen(self.tx, self.shop, pixel, self.now)?;
        }
        if events.is_empty() {
            self.receipt_alone()?;
        }
        let accepted = self.events(events)?;
        let new = if events.is_empty() { 1 } else { accepted };
        if new > 0 {
            let (shop, share, at) = (self.shop.clone(), self.share(), self.now);
            counted::add(self.tx, Count::Address { shop, share, n: new, at })?;
        }
        Ok(Taken::Stored { accepted, duplicate: events.len() - accepted })
    }

    /// Whether a no is on record for any anchor or visitor that it names. A no that a beacon has
    /// named is kept as long as receipts.
    fn is_withdrawn(&self) -> Result<bool> {
        let Arrived { anchors, visitors, .. } = self.arrived;
        let anchors: Vec<_> = anchors.iter().map(Link::of_anchor).collect();
        let visitors: Vec<_> = visitors.iter().map(|visitor| self.key.of_hash(visitor)).collect();
        let on_record =
            withdrawal::on_record(self.tx, self.shop, &[&anchors[..], &visitors].concat())?;
        let noes = Noes {
            of_visitor: on_record.latest(visitors.iter().copied()).is_some(),
            of_anchors: on_record.latest(anchors.iter().copied()),
            of_demands: None,
        };
        let is_withdrawn = noes.stop(self.granted_at).is_some();
        if is_withdrawn {
            for who in anchors.into_iter().chain(visitors) {
                withdrawal::name(self.tx, self.shop, who)?;
            }
        }
        Ok(is_withdrawn)
    }

    /// Which share of all addresses the beacon's is of.
    fn share(&self) -> Share {
        let Some(ip) = self.arrived.ip.as_ref().map(ClientIp::as_str) else {
            return Share::Missing;
        };
        if ip.parse().is_ok_and(data_centres::contain) {
            return Share::DataCentre;
        }
        let [first, ..] = *self.key.of(ip.as_bytes()).bytes();
        Share::of_byte(first)
    }

    fn receipt_alone(&self) -> Result<()> {
        let nobody = User::default();
        let user = self.arrived.user.as_ref().unwrap_or(&nobody);
        let links = self.links(None, user);
        self.receipt(&links)?;
        self.context(None, &links, user, self.arrived.page.as_ref())
    }

    /// How many were accepted.
    fn events(&self, events: &[WireEvent]) -> Result<usize> {
        let mut accepted = 0;
        // Events on the same links share a receipt.
        let mut latest: Option<(i64, Links)> = None;
        for event in events {
            // An event whose customer was erased stays known, so that it is not sent after all; and
            // a browser that posts it again brings neither its links nor its context back.
            if event::was_erased(self.tx, self.shop, &event.event_id)? {
                self.note_duplicate(event)?;
                continue;
            }
            let links = self.links(event.checkout.as_ref(), &event.user);
            let receipt = match latest.take() {
                Some((receipt, known)) if known == links => receipt,
                Some(_) | None => self.receipt(&links)?,
            };
            let entered = Entry { accept: self, event, links: &links, receipt }.enter()?;
            if entered == Entered::Duplicate {
                self.note_duplicate(event)?;
            } else {
                accepted += 1;
            }
            // A Purchase that has ended needs no order, and what it had was forgotten as it ended.
            if entered != Entered::Ended || event.name != EventName::Purchase {
                self.context(event.checkout.as_ref(), &links, &event.user, Some(&event.page))?;
            }
            latest = Some((receipt, links));
        }
        Ok(accepted)
    }

    /// Counted as the one that it is a duplicate of.
    fn note_duplicate(&self, event: &WireEvent) -> Result<()> {
        let what = Happening::Duplicate(event.name);
        let known = event::mode(self.tx, self.shop, &event.event_id)?;
        let mode = known.unwrap_or(self.arrived.shop.mode);
        self.tx.note(Happened { shop: self.shop.clone(), mode, what });
        Ok(())
    }

    fn links(&self, checkout: Option<&Anchor>, user: &User) -> Links {
        Links {
            checkout: checkout.or(self.arrived.checkout.as_ref()).map(Link::of_anchor),
            cart: self.arrived.cart.as_ref().map(Link::of_anchor),
            visitor: user.external_id.as_ref().map(|visitor| self.key.of_hash(visitor)),
            customer: Vec::new(),
        }
    }

    /// The receipt's number. The same evidence under the same links is the same receipt, read
    /// again.
    fn receipt(&self, links: &Links) -> Result<i64> {
        let evidence = &self.arrived.evidence;
        let timeless = Evidence { evaluated_at: Timestamp(0), ..evidence.clone() };
        let json = serde_json::to_string(&timeless)?;
        let named = [links.checkout, links.cart, links.visitor];
        let mut whole: Vec<u8> = named
            .iter()
            .flat_map(|link| link.map_or([0; Link::BYTES], |link| *link.bytes()))
            .collect();
        whole.extend_from_slice(json.as_bytes());
        let new = NewReceipt {
            links,
            digest: self.key.of(&whole),
            evidence: &json,
            evaluated_at: evidence.evaluated_at,
            granted_at: self.granted_at,
        };
        receipt::record(self.tx, self.shop, &new, self.now)
    }

    /// Only where an order may follow: the shop's orders reach us and are reported, there is an anchor to find it
    /// by, and its Purchase has not been settled yet.
    fn context(
        &self,
        checkout: Option<&Anchor>,
        links: &Links,
        user: &User,
        page: Option<&WirePage>,
    ) -> Result<()> {
        let Arrived { shop, ip, .. } = self.arrived;
        if shop.webhook_secrets.is_empty() || !shop.settings.reports_orders() {
            return Ok(());
        }
        let checkout = checkout.or(self.arrived.checkout.as_ref());
        if checkout.map_or(Ok(false), |checkout| self.has_settled(checkout))? {
            return Ok(());
        }
        let context = Context { user: user.of_device(), page: page.cloned(), ip: ip.clone() };
        context::keep(self.tx, self.shop, links, &context, self.granted_at, self.now)
    }

    /// Whether the Purchase of this checkout has ended. Asked by its id, which it keeps when an
    /// erasure cuts its links.
    fn has_settled(&self, checkout: &Anchor) -> Result<bool> {
        let id = ids::event_id(self.shop, EventName::Purchase.as_str(), checkout.as_str());
        let purchase = event::purchase(self.tx, self.shop, &id)?;
        Ok(purchase.is_some_and(|purchase| matches!(purchase.found.stage, Stage::Ended(_))))
    }
}

/// One event of a beacon: a new row, none (a duplicate, which may bring a later grant), or again
/// one that a withdrawal had ended.
struct Entry<'a> {
    accept: &'a Accept<'a>,
    event: &'a WireEvent,
    links: &'a Links,
    receipt: i64,
}

/// What became of an event.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Entered {
    Owed,
    /// Accepted, and at its end already.
    Ended,
    Duplicate,
}

impl Entry<'_> {
    fn enter(&self) -> Result<Entered> {
        let Accept { tx, arrived, shop, now, .. } = *self.accept;
        let event_id = &self.event.event_id;
        let order = if self.event.name == EventName::Purchase {
            order::of_purchase(tx, shop, event_id)?
        } else {
            None
        };
        let entered = self.insert(order.as_ref(), None)?;
        if entered != Entered::Duplicate {
            return Ok(entered);
        }
        if let Some(earlier) = step::make_room(tx, shop, event_id)? {
            return self.insert(order.as_ref(), Some(&earlier));
        }
        self.rest_on_later_grant(order.as_ref())?;
        event_changes::note_told(tx, shop, self.event)?;
        if self.event.browser == BrowserLeg::Fired {
            self.note_copy()?;
        }
        if let Some(order) = &order {
            self.meet_order(order)?;
        }
        if let Some(pixel) = &arrived.pixel {
            let what = sentences::seen_again(pixel.name());
            event_changes::tell_pixel(tx, shop, event_id, pixel, &what, now)?;
        }
        Ok(Entered::Duplicate)
    }

    fn ground(&self) -> Ground {
        let Accept { arrived, granted_at, .. } = *self.accept;
        let evaluated_at = arrived.evidence.evaluated_at;
        Ground { receipt: self.receipt, evaluated_at, granted_at }
    }

    /// A duplicate if there is a row of that id already.
    fn insert(&self, order: Option<&OrderFact>, earlier: Option<&Earlier>) -> Result<Entered> {
        let Accept { tx, key, arrived, shop, now, .. } = *self.accept;
        let policy = arrived.shop.purchase;
        // The first accepted time stands, and a copy that may exist does not go away.
        let event_time = earlier.map_or(self.event.event_time, |earlier| earlier.event_time);
        let event = WireEvent { event_time, ..self.event.clone() };
        let standing = order.map(|order| standing(order.heard, policy));
        let hold::FirstDebt { mut debt, reason } = hold::first_debt(&event, policy, standing, now);
        if let Some(since) = earlier.and_then(|earlier| earlier.first_copy.since()) {
            debt = debt.copied(since).at(now);
        }
        let from = arrived.pixel.as_ref().map_or("the browser", ShopPixel::name);
        // Its order may have told its number, which the browser need not know.
        let payload = self.payload(order, event);
        let customer = self.customer(order, &payload.event)?;
        let links = self.links.clone().and_customer(customer.iter().copied());
        // A test that comes again stays one.
        let mode = earlier.map_or(arrived.shop.mode, |earlier| earlier.mode);
        let reason =
            if debt.state == State::Ended(End::Expired) { sentences::TOO_OLD } else { reason };
        let new = NewEvent {
            shop,
            mode,
            marks: marks_at_start(standing, order.is_some_and(|order| self.differs_from(order))),
            payload,
            links: &links,
            ground: self.ground(),
            debt,
            reason,
            told: &sentences::accepted(from, reason),
            browser: Some(self.event),
            pixel: arrived.pixel.as_ref(),
            earlier,
        };
        let is_new = step::enter(tx, &new, now)?;
        if is_new {
            step::name_on_receipt(tx, key, shop, self.receipt, &customer)?;
        }
        Ok(match (is_new, debt.state) {
            (false, _) => Entered::Duplicate,
            (true, State::Ended(_)) => Entered::Ended,
            (true, State::Held { .. } | State::Parked | State::Due { .. }) => Entered::Owed,
        })
    }

    /// Whom it concerns; also by the names of its order, if that has come.
    fn customer(&self, order: Option<&OrderFact>, event: &WireEvent) -> Result<Vec<Link>> {
        let Accept { tx, key, shop, .. } = *self.accept;
        let mut customer = step::customer_of(key, event);
        if let Some(order) = order {
            customer.extend(link::of_row(tx, shop, Kind::Order, order.id)?.customer);
        }
        Ok(customer)
    }

    /// What TikTok gets of it: at its order's figures, if the order has come.
    fn payload(&self, order: Option<&OrderFact>, event: WireEvent) -> Payload {
        let event = match order {
            Some(order) => order.figures.price(event),
            None => event,
        };
        Payload { event, ip: self.accept.arrived.ip.clone() }
    }

    /// Whether the browser fired another value than the order has: TikTok may count that copy.
    fn differs_from(&self, order: &OrderFact) -> bool {
        self.event.browser == BrowserLeg::Fired
            && Amount::of(&order.figures.properties)
                .differs_from(Amount::of(&self.event.properties))
    }

    /// The same event under a later grant: what waits now rests on that one. If the later grant is
    /// another visitor's, the payload is replaced: otherwise it would hold the first visitor's
    /// fields under the second's link, and neither one's withdrawal would remove them. It is
    /// replaced, too, where a withdrawal had emptied the row while a send was under way. The first
    /// accepted time stands, and whoever was a customer of the event remains one: an erasure of
    /// either ends it.
    fn rest_on_later_grant(&self, order: Option<&OrderFact>) -> Result<()> {
        let Accept { tx, key, shop, granted_at, now, .. } = *self.accept;
        let event_id = &self.event.event_id;
        let events = event_queries::of(tx, shop, now);
        let waiting = events.on_older_grant(event_id, granted_at, self.links.visitor)?;
        let Some((OpenEvent { id, debt, personal, .. }, same_visitor)) = waiting else {
            return Ok(());
        };
        event_changes::rest_on(tx, shop, id, self.ground(), self.links)?;
        if same_visitor && !personal.is_gone() {
            return Ok(());
        }
        let event = WireEvent { event_time: debt.event_time, ..self.event.clone() };
        let payload = self.payload(order, event);
        let customer = self.customer(order, &payload.event)?;
        step::link_customer(tx, key, shop, id, self.receipt, &customer)?;
        event_changes::write_again(tx, shop, id, &payload, sentences::ACCEPTED_AGAIN, now)
    }

    /// A later page says that the browser fired it after all.
    fn note_copy(&self) -> Result<()> {
        let Accept { tx, shop, now, .. } = *self.accept;
        let waiting = event_queries::of(tx, shop, now).waiting(&self.event.event_id)?;
        let Some(OpenEvent { id, debt, .. }) = waiting else { return Ok(()) };
        // A Purchase made from its order has the order's time, and the browser may have been before it.
        let fired = debt.fired().copied(self.event.event_time);
        if fired == debt {
            return Ok(());
        }
        event_changes::set_copied(tx, shop, id, fired, sentences::FIRED_AFTER_ALL, now)
    }

    /// A Purchase that its order has brought before: the browser told of it after all. What the
    /// browser fired may be the copy that TikTok counts.
    fn meet_order(&self, order: &OrderFact) -> Result<()> {
        let Accept { tx, shop, now, .. } = *self.accept;
        let Some(row) = event::purchase(tx, shop, &self.event.event_id)? else { return Ok(()) };
        let mut marks = row.found.marks;
        if marks.has(Mark::Recovered) {
            marks = marks.without(Mark::Recovered).with(Mark::Confirmed);
            event_changes::tell(tx, shop, row.id, sentences::BROWSER_AFTER_ORDER, now)?;
        }
        if self.differs_from(order) && !marks.has(Mark::ValueDiffers) {
            marks = marks.with(Mark::ValueDiffers);
            event_changes::tell(tx, shop, row.id, sentences::marked(Mark::ValueDiffers), now)?;
        }
        event_changes::set_marks(tx, shop, row.id, marks)?;
        order::follow(tx, shop, row.id)
    }
}
