//! One change of a debt and all that follows from it: at an end everything personal goes, its order
//! is told, and with a Purchase its checkout's contexts.

use assent_gate::beacon::WireEvent;
use assent_gate::hex::EventId;
use assent_gate::settings::ShopDomain;
use assent_gate::time::Timestamp;

use super::counts::Count;
use super::error::Result;
use super::ledger::{Happened, Happening};
use super::links::{Kind, Link};
use super::pseudonym_key::PseudonymKey;
use super::rows::event::{self, Earlier, NewEvent, Step};
use super::rows::event_queries::OpenEvent;
use super::rows::tx::Tx;
use super::rows::{counted, ended, event_changes, link, receipt as receipts};
use crate::rules::debt::{Debt, End, State};
use crate::rules::order::Mark;
use crate::rules::payloads::{Address, Carried};

/// Takes a step.
pub(super) fn take(tx: Tx<'_>, step: &Step<'_>, now: Timestamp) -> Result<()> {
    event_changes::change(tx, step, now)?;
    match step.debt.state {
        State::Ended(end) => ended::follows(tx, step.shop, step.id, end, now),
        State::Held { .. } | State::Parked | State::Due { .. } => Ok(()),
    }
}

/// The last step: an event ends without TikTok, for this reason.
pub(super) fn end(
    tx: Tx<'_>,
    shop: &ShopDomain,
    open: &OpenEvent,
    end: End,
    reason: &str,
    now: Timestamp,
) -> Result<()> {
    let debt = Debt { state: State::Ended(end), ..open.debt };
    stop_at(tx, shop, open.id, debt, reason, now)
}

/// A step that keeps an event from being sent, and says why.
pub(super) fn stop_at(
    tx: Tx<'_>,
    shop: &ShopDomain,
    id: i64,
    debt: Debt,
    reason: &str,
    now: Timestamp,
) -> Result<()> {
    take(tx, &Step { shop, id, debt, sending: false, code: None, reason, told: Some(reason) }, now)
}

/// The first step: an event becomes a row. `false`: there is one of its id already.
pub(super) fn enter(tx: Tx<'_>, new: &NewEvent<'_>, now: Timestamp) -> Result<bool> {
    let Some(id) = event::insert(tx, new, now)? else { return Ok(false) };
    let name = new.payload.event.name;
    let recovered = new.marks.has(Mark::Recovered);
    if !recovered {
        let address = if new.payload.ip.is_some() { Address::Known } else { Address::Missing };
        let (shop, carried) = (new.shop.clone(), Carried::of(&new.payload.event, address));
        counted::add(tx, Count::Payload { shop, name, carried, at: now })?;
    }
    let what = if recovered { Happening::Recovered(name) } else { Happening::Accepted(name) };
    tx.note(Happened { shop: new.shop.clone(), mode: new.mode, what });
    if let State::Ended(end) = new.debt.state {
        ended::follows(tx, new.shop, id, end, now)?;
    }
    Ok(true)
}

/// A later yes counts again: the row that a withdrawal ended makes room. (That the new evidence is
/// no part of what was withdrawn has been decided.)
pub(super) fn make_room(
    tx: Tx<'_>,
    shop: &ShopDomain,
    event_id: &EventId,
) -> Result<Option<Earlier>> {
    let Some(earlier) = event::withdrawn(tx, shop, event_id)? else { return Ok(None) };
    event::delete(tx, shop, earlier.id)?;
    Ok(Some(earlier))
}

/// Whom an event concerns, so that a customer can be found and erased: under the event as long as
/// it is there, and under its receipt as long as that is.
pub(super) fn link_customer(
    tx: Tx<'_>,
    key: &PseudonymKey,
    shop: &ShopDomain,
    id: i64,
    receipt: i64,
    customer: &[Link],
) -> Result<()> {
    link::add_customer(tx, shop, Kind::Event, id, customer.iter().copied())?;
    name_on_receipt(tx, key, shop, receipt, customer)
}

/// Customers of one receipt: a shopper has a few, and who has no visitor shares one with others.
const MOST_CUSTOMERS: usize = 100;

/// The receipt is found by these from now on. One that is full is closed.
pub(super) fn name_on_receipt(
    tx: Tx<'_>,
    key: &PseudonymKey,
    shop: &ShopDomain,
    receipt: i64,
    customer: &[Link],
) -> Result<()> {
    let all = link::add_customer(tx, shop, Kind::Receipt, receipt, customer.iter().copied())?;
    if all >= MOST_CUSTOMERS {
        receipts::close(tx, shop, receipt, key.of(format!("closed {receipt}").as_bytes()))?;
    }
    Ok(())
}

/// By what Shopify names the customer of an event.
pub(super) fn customer_of(key: &PseudonymKey, event: &WireEvent) -> Vec<Link> {
    let contacts = event.user.email.iter().chain(&event.user.phone);
    let order = event.properties.order_id.as_deref();
    contacts.map(|contact| key.of_hash(contact)).chain(order.map(|id| key.of_order(id))).collect()
}
