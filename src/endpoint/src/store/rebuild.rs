//! A Purchase that the browser never told of, rebuilt from its order and from what the browser had left under consent.

use assent_gate::beacon::WireEvent;
use assent_gate::event::EventKind;
use assent_gate::order::{self, Facts};
use assent_gate::tiktok::EventName;
use assent_gate::time::Timestamp;

use super::fact::{self, Fact};
use super::join::{self, Found, Ground};
use super::newcomer::{Earlier, Newcomer, make_room};
use super::order::{Join, Notice, Outcome};
use super::sweep::EXPIRED;
use crate::delivery::debt::{Debt, End, FirstCopy, State};
use crate::delivery::order::Mark;

const SERVER_LEG_OFF: &str = "the shop's events send no Purchase by the server";
const NO_CHECKOUT: &str = "no checkout made this order, so no browser can have told of it";
const NO_CONSENT: &str = "no consent is on record for its checkout or cart: the shopper declined, never decided, had scripts \
                          blocked, or paid where no pixel runs. Without consent nothing leaves the browser, so nobody can \
                          know which; nothing was sent";
const NO_LONGER: &str = "consent is on record, but does not grant under the shop's present settings (`cmp`, `categories`); nothing was \
                         sent";
const WITHDRAWN: &str = "consent was on record for its checkout or cart and was withdrawn; nothing was sent";
const NO_CONTEXT: &str = "consent is on record, but not what the browser had left (it lives 48 hours, and goes with the \
                          Purchase); if the Purchase still comes, this order confirms it";
const RECOVERED: &str = "recovered: made from the order, and from what the browser had left under consent";

impl Join<'_> {
    /// The browser told of no Purchase: it is made of what it left before, if that was left under consent.
    pub(super) fn recover(&self, fact: &Fact) -> rusqlite::Result<Outcome> {
        let Notice { shop, facts, .. } = self.notice;
        if facts.event_id.is_none() {
            return self.nothing(fact, End::NoCheckoutAnchor, NO_CHECKOUT);
        }
        if shop.settings.server_leg_is_off(EventName::Purchase) {
            return self.nothing(fact, End::NotReported, SERVER_LEG_OFF);
        }
        match join::ground(self.tx, shop, facts)? {
            Found::Ground(ground) => self.make(fact, *ground),
            Found::NoContext => self.nothing(fact, End::NoContext, NO_CONTEXT),
            Found::NoLonger => self.nothing(fact, End::NoConsentOnRecord, NO_LONGER),
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

    fn make(&self, fact: &Fact, ground: Ground) -> rusqlite::Result<Outcome> {
        let Notice { shop, facts, contacts, received_at, .. } = self.notice;
        let now = *received_at;
        let Ground { grant, receipt, evaluated_at, links, seen, ip } = ground;
        // As the order was first told: later webhooks of it may have other figures.
        let first = Facts { created_at: fact.created_at, figures: fact.figures.clone(), ..facts.clone() };
        let Some(mut event) = order::recovered(&grant, &first, contacts, seen, &shop.settings) else {
            return Ok(Outcome::Noted);
        };
        let earlier = make_room(self.tx, self.shop(), event.event_id.as_str())?;
        event.event_time = earlier.as_ref().map_or(event.event_time, |earlier| earlier.event_time).min(now);
        let debt = self.debt(&event, earlier.as_ref(), now);
        let ended = matches!(debt.state, State::Ended(_));
        let (reason, marks) = if ended { (EXPIRED, 0) } else { (RECOVERED, Mark::Recovered.bit()) };
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
            reason,
            what: reason,
            marks,
            earlier: earlier.as_ref(),
        };
        newcomer.enter(now)?;
        Ok(if ended { Outcome::Ended(End::Expired) } else { Outcome::Recovered })
    }

    /// The browser may have fired what it never told of.
    fn debt(&self, event: &WireEvent, earlier: Option<&Earlier>, now: Timestamp) -> Debt {
        let route = self.notice.shop.settings.route(&EventKind::CheckoutCompleted);
        let fired = route.is_some_and(|(_, legs)| legs.browser);
        let possible = fired || earlier.is_some_and(|earlier| earlier.first_copy);
        let first_copy = if possible { FirstCopy::Possible } else { FirstCopy::None };
        Debt { state: State::Due { at: now }, event_time: event.event_time, first_copy, attempts: 0 }.at(now)
    }
}
