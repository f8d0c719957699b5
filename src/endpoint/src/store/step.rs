//! One change of a debt and all that follows from it: at an end everything personal goes, its order
//! is told, and with a Purchase its checkout's context.

use assent_gate::beacon::WireEvent;
use assent_gate::hex::EventId;
use assent_gate::settings::ShopDomain;
use assent_gate::tiktok::EventName;
use assent_gate::time::Timestamp;

use super::error::Result;
use super::pseudonym_key::PseudonymKey;
use super::rows::event::{self, Earlier, NewEvent, Step};
use super::rows::event_queries::OpenEvent;
use super::rows::tx::Tx;
use super::rows::{context, customer, order};
use crate::rules::debt::{Debt, End, State};

/// Takes a step.
pub(super) fn take(tx: Tx<'_>, step: &Step<'_>, now: Timestamp) -> Result<()> {
    event::change(tx, step, now)?;
    if matches!(step.debt.state, State::Ended(_)) { after_end(tx, step.id) } else { Ok(()) }
}

/// The last step: an event ends without TikTok, for this reason.
pub(super) fn end(
    tx: Tx<'_>,
    open: &OpenEvent,
    end: End,
    reason: &str,
    now: Timestamp,
) -> Result<()> {
    let debt = Debt { state: State::Ended(end), ..open.debt };
    stop_at(tx, open.id, debt, reason, now)
}

/// A step that keeps an event from being sent, and says why.
pub(super) fn stop_at(tx: Tx<'_>, id: i64, debt: Debt, reason: &str, now: Timestamp) -> Result<()> {
    take(tx, &Step { id, debt, sending: false, code: None, reason, told: Some(reason) }, now)
}

/// The first step: an event becomes a row. `false`: there is one of its id already.
pub(super) fn enter(
    tx: Tx<'_>,
    key: &PseudonymKey,
    new: &NewEvent<'_>,
    now: Timestamp,
) -> Result<bool> {
    let Some(id) = event::insert(tx, new, now)? else { return Ok(false) };
    if matches!(new.debt.state, State::Ended(_)) {
        after_end(tx, id)?;
    } else {
        link_customers(tx, key, new.shop, id, &new.payload.event)?;
    }
    Ok(true)
}

/// A later yes counts again: the row that a withdrawal ended makes room. (That the new evidence is
/// newer than the withdrawal has been decided.)
pub(super) fn make_room(
    tx: Tx<'_>,
    shop: &ShopDomain,
    event_id: &EventId,
) -> Result<Option<Earlier>> {
    let earlier = event::make_room(tx, shop, event_id)?;
    if let Some(earlier) = &earlier {
        customer::unlink(tx, earlier.id)?;
    }
    Ok(earlier)
}

/// Whom an event concerns, so that a customer can be erased.
pub(super) fn link_customers(
    tx: Tx<'_>,
    key: &PseudonymKey,
    shop: &ShopDomain,
    id: i64,
    event: &WireEvent,
) -> Result<()> {
    for contact in event.user.email.iter().chain(&event.user.phone) {
        customer::link(tx, shop, &key.of_hash(contact), id)?;
    }
    Ok(())
}

fn after_end(tx: Tx<'_>, id: i64) -> Result<()> {
    order::follow(tx, id)?;
    let Some(event::EndedEvent { shop, name, checkout, cart }) = event::ended_event(tx, id)? else {
        return Ok(());
    };
    // Where a Purchase has ended, no order needs its context any more.
    if name == EventName::Purchase.as_str() {
        for anchor in [checkout, cart].into_iter().flatten() {
            context::delete(tx, &shop, &anchor)?;
        }
    }
    Ok(())
}
