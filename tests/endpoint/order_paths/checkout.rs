//! One checkout as the test knows it.

use std::rc::Rc;

use assent_endpoint::rules::order::Topic;
use assent_endpoint::rules::policy::{Confirm, ConfirmOn, PurchasePolicy, Unconfirmed};
use assent_gate::time::Timestamp;
use serde_json::Value;

use super::bench::{BOUGHT, BROWSERS, SHOPIFYS};
use super::{Case, Op, Way};
use crate::support::beacon::{anchor, id};

/// The setting's default, which no case changes.
const HOLD: i64 = 240;

/// Someone's yes or no, and when it truly was.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Word {
    pub(super) way: Way,
    pub(super) at: Timestamp,
}

/// As others write it; made once, for it is asked for thousands of times.
#[derive(Debug)]
pub(super) struct Names {
    pub(super) purchase: String,
    pub(super) started: String,
    pub(super) anchor: String,
    pub(super) cart: Option<String>,
}

#[derive(Debug, Clone)]
pub(super) struct Checkout {
    pub(super) token: &'static str,
    pub(super) cart: Option<&'static str>,
    pub(super) names: Rc<Names>,
    pub(super) created: bool,
    pub(super) paid: bool,
    /// The courier had its Purchase in hand before any webhook told its figures.
    pub(super) claimed_unknown: bool,
    /// A yes was on record as a webhook came: the order's contacts may be used.
    pub(super) contacts: bool,
    /// Purchases that were taken.
    pub(super) told: Vec<Word>,
    /// On what an order could recover its Purchase, when it came: all who had said yes by then.
    pub(super) ground: Vec<Word>,
    /// Of each who was there the context that they left last.
    pub(super) left: Vec<Word>,
}

impl Checkout {
    /// All of a case.
    pub(super) fn all(case: &Case<'_>) -> Vec<Self> {
        let mut all: Vec<Self> = Vec::new();
        for op in &case.ops {
            let (Op::Beacon(_, _, way) | Op::Created(way) | Op::Paid(way)) = *op else { continue };
            let Some(token) = way.checkout else { continue };
            match all.iter_mut().find(|known| known.token == token) {
                Some(known) => {
                    assert!(
                        way.cart.is_none() || way.cart == known.cart,
                        "one cart for a checkout"
                    );
                }
                None => all.push(Self::new(token, way)),
            }
        }
        all
    }

    fn new(token: &'static str, way: Way) -> Self {
        let anchor = anchor(token);
        let [purchase, started] = ["Purchase", "InitiateCheckout"].map(|name| id(name, &anchor));
        let cart = way.cart_anchor().map(|cart| cart.as_str().to_owned());
        Self {
            token,
            cart: way.cart,
            names: Rc::new(Names { purchase, started, anchor, cart }),
            created: false,
            paid: false,
            claimed_unknown: false,
            contacts: false,
            told: Vec::new(),
            ground: Vec::new(),
            left: Vec::new(),
        }
    }

    pub(super) fn counts(&self, purchase: PurchasePolicy) -> bool {
        match purchase.confirm_on {
            ConfirmOn::Created => self.created || self.paid,
            ConfirmOn::Paid => self.paid,
        }
    }

    pub(super) fn has_event(&self, event_id: &str) -> bool {
        self.names.purchase == event_id || self.names.started == event_id
    }

    pub(super) fn has_anchor(&self, anchor: &str) -> bool {
        self.names.anchor.starts_with(anchor)
            || self.names.cart.as_deref().is_some_and(|cart| cart.starts_with(anchor))
    }

    pub(super) fn way(&self) -> Way {
        Way { checkout: Some(self.token), cart: self.cart, visitor: None }
    }

    /// A webhook came; whether it is the first of its topic.
    pub(super) fn hears(&mut self, topic: Topic) -> bool {
        let heard = match topic {
            Topic::Created => &mut self.created,
            Topic::Paid => &mut self.paid,
            Topic::Cancelled | Topic::Refunded => unreachable!("no case has them"),
        };
        !std::mem::replace(heard, true)
    }

    /// A copy of its Purchase is at TikTok now.
    pub(super) fn judge(
        &self,
        told: &Value,
        purchase: PurchasePolicy,
        now: Timestamp,
        trail: &[Op],
    ) {
        let worth = (
            told["value"].as_f64().expect("a value"),
            told["currency"].as_str().expect("a currency"),
        );
        assert!([BROWSERS, SHOPIFYS].contains(&worth), "nobody's figures: {worth:?} {trail:?}");
        let known_first = (self.created || self.paid) && !self.claimed_unknown;
        assert!(
            !known_first || worth == SHOPIFYS,
            "the webhook came first, and {worth:?} was sent: {trail:?}"
        );
        let released = purchase.unconfirmed == Unconfirmed::Send && now >= BOUGHT.plus(HOLD);
        let may_go = purchase.confirm == Confirm::Beacon || self.counts(purchase) || released;
        assert!(may_go, "sent before its order at {now:?}: {trail:?}");
    }
}

impl Way {
    /// Whether both name the same checkout, cart or visitor.
    pub(super) fn meets(self, other: Self) -> bool {
        let same = |one: Option<&str>, other: Option<&str>| one.is_some() && one == other;
        same(self.checkout, other.checkout)
            || same(self.cart, other.cart)
            || same(self.visitor, other.visitor)
    }

    /// Whether both name the same visitor.
    pub(super) fn is_of(self, other: Self) -> bool {
        self.visitor.is_some() && self.visitor == other.visitor
    }

    /// What it names besides a visitor.
    pub(super) fn anchors(self) -> Self {
        Self { visitor: None, ..self }
    }
}
