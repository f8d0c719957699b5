//! What a new event owes at first: to be sent at once, or to wait for its order.

use assent_gate::beacon::{BrowserLeg, WireEvent};
use assent_gate::tiktok::EventName;
use assent_gate::time::Timestamp;

use super::debt::{Debt, End, FirstCopy, State};
use super::order::Standing;
use crate::config::{Confirm, Purchase, Unconfirmed};

/// A new event's debt, and why it is that.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Start {
    pub debt: Debt,
    pub reason: &'static str,
}

/// `order`: what its order says, where that came before.
pub fn start(event: &WireEvent, purchase: Purchase, order: Option<Standing>, received_at: Timestamp) -> Start {
    let first_copy = if event.browser == BrowserLeg::Fired { FirstCopy::Possible } else { FirstCopy::None };
    let of = |state| Debt { state, event_time: event.event_time, first_copy, attempts: 0 };
    let (state, reason) = match order {
        Some(Standing::NotReported) => (State::Ended(End::NotReported), NOT_REPORTED),
        Some(Standing::Cancelled) => (State::Ended(End::Cancelled), CANCELLED),
        Some(Standing::Counts) => (State::Due { at: received_at }, "its order came before it"),
        Some(Standing::Unpaid) | None => unproven(event, purchase, received_at),
    };
    let debt = of(state).at(received_at);
    let reason =
        if debt.state == State::Ended(End::Expired) { "older than TikTok can still tell from a copy" } else { reason };
    Start { debt, reason }
}

/// Without an order that counts: a Purchase waits for it, where the shop says so.
fn unproven(event: &WireEvent, purchase: Purchase, received_at: Timestamp) -> (State, &'static str) {
    let waits = event.name == EventName::Purchase && purchase.confirm == Confirm::Webhook;
    if !waits {
        (State::Due { at: received_at }, "to be sent at once")
    } else if event.checkout.is_none() {
        (State::Ended(End::NoCheckoutAnchor), "a Purchase without a checkout cannot be confirmed by an order")
    } else {
        let release_at = received_at.min(event.event_time).plus(purchase.hold_seconds);
        (State::Held { release_at }, "waits for its order")
    }
}

pub const NOT_REPORTED: &str = "a test order, or one of a point of sale, a draft or a renewal: `report` in [shops.purchase] does not name its kind";
pub const CANCELLED: &str = "its order was cancelled before the Purchase went out";

/// A Purchase whose hold is over and whose order did not come.
pub fn release(debt: Debt, unconfirmed: Unconfirmed, now: Timestamp) -> Debt {
    let state = match unconfirmed {
        Unconfirmed::Send => State::Due { at: now },
        Unconfirmed::Drop => State::Parked,
    };
    Debt { state, ..debt }.at(now)
}
