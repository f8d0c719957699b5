//! What a new event owes at first: to be sent at once, or to wait for its order.

use assent_gate::beacon::{BrowserLeg, WireEvent};
use assent_gate::tiktok::EventName;
use assent_gate::time::Timestamp;

use super::debt::{Debt, End, FirstCopy, State};
use super::order::Standing;
use super::policy::{Confirm, PurchasePolicy, Unconfirmed};
use super::sentences;

/// How long a Purchase waits for its order where the shop says nothing, in seconds.
pub const USUAL_HOLD: i64 = 240;
/// A hold beyond this could end after TikTok stops merging the two copies: 5 minutes
/// (docs/facts/tiktok.md#deduplication).
pub const LONGEST_HOLD: i64 = 270;

/// A new event's debt, and why it is that.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FirstDebt {
    pub debt: Debt,
    pub reason: &'static str,
}

/// `order`: what its order says, where the order came first.
pub fn first_debt(
    event: &WireEvent,
    policy: PurchasePolicy,
    order: Option<Standing>,
    received_at: Timestamp,
) -> FirstDebt {
    let event_time = event.event_time;
    let first_copy = FirstCopy::of((event.browser == BrowserLeg::Fired).then_some(event_time));
    let of = |state| Debt { state, event_time, first_copy, attempts: 0, alone: false };
    let (state, reason) = match order {
        Some(Standing::NotReported) => (State::Ended(End::NotReported), sentences::NOT_REPORTED),
        Some(Standing::Cancelled) => (State::Ended(End::Cancelled), sentences::CANCELLED),
        Some(Standing::Counts) => (State::Due { at: received_at }, sentences::ORDER_CAME_BEFORE),
        Some(Standing::Unpaid) | None => unproven(event, policy, received_at),
    };
    let debt = of(state).at(received_at);
    let reason = if debt.state == State::Ended(End::Expired) { sentences::TOO_OLD } else { reason };
    FirstDebt { debt, reason }
}

/// Without an order that counts: a Purchase waits for it, where the shop says so.
fn unproven(
    event: &WireEvent,
    policy: PurchasePolicy,
    received_at: Timestamp,
) -> (State, &'static str) {
    let waits = event.name == EventName::Purchase && policy.confirm == Confirm::Webhook;
    if !waits {
        (State::Due { at: received_at }, sentences::AT_ONCE)
    } else if event.checkout.is_none() {
        (State::Ended(End::NoCheckoutAnchor), sentences::NO_CHECKOUT)
    } else {
        let release_at = received_at.min(event.event_time).plus(policy.hold_seconds);
        (State::Held { release_at }, sentences::WAITS_FOR_ORDER)
    }
}

/// A Purchase whose hold is over and whose order did not come.
pub fn release(debt: Debt, unconfirmed: Unconfirmed, now: Timestamp) -> Debt {
    let state = match unconfirmed {
        Unconfirmed::Send => State::Due { at: now },
        Unconfirmed::Drop => State::Parked,
    };
    Debt { state, ..debt }.at(now)
}
