//! A Purchase that the browser never told of, made from its order and from what the browser had
//! left under consent.

use assent_gate::beacon::WireEvent;
use assent_gate::event::EventKind;
use assent_gate::order::{self, Contacts, Facts};
use assent_gate::tiktok::EventName;
use assent_gate::time::Timestamp;

use super::consent_of_order::{self, Basis, ConsentFound};
use super::error::Result;
use super::pseudonym_key::PseudonymKey;
use super::rows::event::{Earlier, NewEvent, Payload};
use super::rows::order::{FoundBy, OrderFact};
use super::rows::tx::Tx;
use super::step;
use crate::config::Shop;
use crate::rules::debt::{Debt, End, FirstCopy, State};
use crate::rules::order::{Mark, Marks};
use crate::rules::sentences;

pub(super) enum Recovery {
    Made,
    /// It was made, and ended at once: its horizon has passed.
    TooLate,
    /// Nothing is sent for the order, for this reason.
    Nothing(End, &'static str),
}

/// `facts` and `contacts` are what the webhook says now, `fact` what was heard of the order first.
pub(super) fn recover(
    tx: Tx<'_>,
    key: &PseudonymKey,
    shop: &Shop,
    fact: &OrderFact,
    facts: &Facts,
    contacts: &Contacts,
    now: Timestamp,
) -> Result<Recovery> {
    if facts.event_id.is_none() {
        return Ok(Recovery::Nothing(End::NoCheckoutAnchor, sentences::NO_CHECKOUT_MADE_IT));
    }
    if shop.settings.server_leg_is_off(EventName::Purchase) {
        return Ok(Recovery::Nothing(End::NotReported, sentences::SERVER_LEG_OFF));
    }
    let no_consent = |why| Ok(Recovery::Nothing(End::NoConsentOnRecord, why));
    match consent_of_order::find(tx, shop, facts)? {
        ConsentFound::Given(basis) => {
            // As the order was first told: later webhooks of it may have other figures.
            let (created_at, figures) = (fact.created_at, fact.figures.clone());
            let first = Facts { created_at, figures, ..facts.clone() };
            make(tx, key, shop, &first, contacts, *basis, now)
        }
        ConsentFound::WithoutContext => {
            Ok(Recovery::Nothing(End::NoContext, sentences::NO_CONTEXT))
        }
        ConsentFound::NoLonger => no_consent(sentences::CONSENT_NO_LONGER),
        ConsentFound::TooMany => no_consent(sentences::TOO_MANY_RECEIPTS),
        ConsentFound::Withdrawn => no_consent(sentences::CONSENT_WITHDRAWN),
        ConsentFound::NotOnRecord => no_consent(sentences::NO_CONSENT),
    }
}

fn make(
    tx: Tx<'_>,
    key: &PseudonymKey,
    shop: &Shop,
    facts: &Facts,
    contacts: &Contacts,
    basis: Basis,
    now: Timestamp,
) -> Result<Recovery> {
    let Basis { grant, ground, links, seen, ip } = basis;
    let domain = &shop.settings.shop;
    let recovered = order::recovered(&grant, facts, contacts, seen, &shop.settings);
    let Some(mut event) = recovered else {
        return Ok(Recovery::Nothing(End::NoCheckoutAnchor, sentences::NO_CHECKOUT_MADE_IT));
    };
    let earlier = step::make_room(tx, domain, &event.event_id)?;
    let told_at = earlier.as_ref().map_or(event.event_time, |earlier| earlier.event_time);
    event.event_time = told_at.min(now);
    let debt = debt(shop, &event, earlier.as_ref(), now);
    let ended = matches!(debt.state, State::Ended(_));
    let reason = if ended { sentences::EXPIRED } else { sentences::RECOVERED };
    let mut customer = step::customer_of(key, &event);
    customer.extend(FoundBy::of(key, facts).names);
    let links = links.and_customer(customer.iter().copied());
    let new = NewEvent {
        shop: domain,
        // A test that comes again stays one.
        mode: earlier.as_ref().map_or(shop.mode, |earlier| earlier.mode),
        payload: Payload { event, ip },
        links: &links,
        ground,
        debt,
        reason,
        told: reason,
        marks: if ended { Marks::NONE } else { Marks::NONE.with(Mark::Recovered) },
        browser: None,
        pixel: None,
        earlier: earlier.as_ref(),
    };
    step::enter(tx, &new, now)?;
    step::name_on_receipt(tx, key, domain, ground.receipt, &customer)?;
    Ok(if ended { Recovery::TooLate } else { Recovery::Made })
}

/// The browser may have fired what it never told of.
fn debt(shop: &Shop, event: &WireEvent, earlier: Option<&Earlier>, now: Timestamp) -> Debt {
    let route = shop.settings.route(&EventKind::CheckoutCompleted);
    let fired = route.is_some_and(|(_, legs)| legs.browser);
    let known = earlier.map_or(FirstCopy::None, |earlier| earlier.first_copy);
    let first_copy = if fired { known.or_since(event.event_time) } else { known };
    let state = State::Due { at: now };
    Debt { state, event_time: event.event_time, first_copy, attempts: 0, alone: false }.at(now)
}
