//! What the test itself knows, and what must hold. Nothing here asks the endpoint for an opinion.

use std::rc::Rc;

use assent_endpoint::rules::debt::End;
use assent_endpoint::rules::order::Topic;
use assent_endpoint::rules::policy::{Confirm, PurchasePolicy, Unconfirmed};
use assent_endpoint::store::Outcome;
use assent_gate::time::Timestamp;
use assent_lab::tiktok::Leg;
use serde_json::Value;

use super::bench::{BUYER, Bench, Event};
use super::checkout::{Checkout, Word};
use super::standin::Standin;
use super::{Case, Op, Told, Way};
use crate::support::beacon::hash;

#[derive(Clone)]
pub(super) struct Oracle {
    pub(super) trail: Vec<Op>,
    yes: Vec<Word>,
    no: Vec<Word>,
    checkouts: Vec<Checkout>,
    hashes: Rc<Hashes>,
}

/// Made once, for they are asked for thousands of times.
struct Hashes {
    visitors: Vec<(&'static str, String)>,
    buyer: String,
}

/// What is known.
impl Oracle {
    pub(super) fn of(case: &Case<'_>) -> Self {
        let visitors = case.ops.iter().filter_map(|op| match op {
            Op::Beacon(_, _, way) => way.visitor.map(|visitor| (visitor, hash(visitor))),
            Op::Created(_)
            | Op::Paid(_)
            | Op::Withdrawal(_)
            | Op::Fault(_)
            | Op::Crash
            | Op::HoldOver
            | Op::TwoDays
            | Op::Claim
            | Op::Send
            | Op::Settle => None,
        });
        let hashes = Hashes { visitors: visitors.collect(), buyer: hash(BUYER) };
        let checkouts = Checkout::all(case);
        Self {
            trail: Vec::new(),
            yes: Vec::new(),
            no: Vec::new(),
            checkouts,
            hashes: Rc::new(hashes),
        }
    }

    /// Whether a yes still stands: its visitor has never said no (after a no the device is another
    /// visitor), and no later no, nor one of the same second, names its checkout or cart.
    fn stands(&self, yes: &Word) -> bool {
        self.no.iter().all(|no| {
            let later = !no.way.meets(yes.way.anchors()) || yes.at > no.at;
            !no.way.is_of(yes.way) && later
        })
    }

    /// Whether it stands for this checkout too, of which it may know the cart only.
    fn stands_for(&self, yes: &Word, checkout: &Checkout) -> bool {
        let here = checkout.way();
        here.meets(yes.way.anchors())
            && self.stands(yes)
            && self.no.iter().all(|no| !no.way.meets(here) || yes.at > no.at)
    }

    fn granted(&self, visitor: &str, checkout: &Checkout) -> bool {
        self.yes
            .iter()
            .any(|yes| yes.way.visitor == Some(visitor) && self.stands_for(yes, checkout))
    }

    pub(super) fn beacon(&mut self, told: Told, way: Way, read_at: Timestamp, refused: bool) {
        let word = Word { way, at: read_at };
        assert_eq!(
            refused,
            !self.stands(&word),
            "a beacon refused or taken against the last word: {:?}",
            self.trail
        );
        if refused {
            return;
        }
        self.yes.push(word);
        let is_here = |known: &Checkout| match way.checkout {
            Some(token) => known.token == token,
            None => way.cart.is_some() && known.cart == way.cart,
        };
        for known in self.checkouts.iter_mut().filter(|known| is_here(known)) {
            // An older page of the same browser does not take a newer one's place.
            let newer = |left: &Word| left.way.visitor == way.visitor && left.at > word.at;
            if !known.left.iter().any(newer) {
                known.left.retain(|left| left.way.visitor != way.visitor);
                known.left.push(word);
            }
            if matches!(told, Told::Purchase(_)) {
                known.told.push(word);
            }
        }
    }

    pub(super) fn no(&mut self, way: Way, at: Timestamp) {
        self.no.push(Word { way, at });
    }

    pub(super) fn order(
        &mut self,
        topic: Topic,
        way: Way,
        outcome: Outcome,
        purchase: PurchasePolicy,
    ) {
        let at = self
            .checkouts
            .iter()
            .position(|known| Some(known.token) == way.checkout)
            .expect("a known checkout");
        let first = self.checkouts[at].hears(topic);
        assert_eq!(
            first,
            outcome != Outcome::Duplicate,
            "a webhook done twice, or not at all: {:?}",
            self.trail
        );
        if !first {
            return;
        }
        let here = self.yes.iter().filter(|yes| self.stands_for(yes, &self.checkouts[at]));
        let here: Vec<Word> = here.copied().collect();
        let known = &self.checkouts[at];
        // A yes to the cart alone is one to the checkout where nobody else was at the checkout.
        let there: Vec<_> =
            self.yes.iter().filter(|yes| yes.way.checkout == way.checkout).collect();
        let was_there = |yes: &Word| {
            there.is_empty() || there.iter().any(|other| other.way.visitor == yes.way.visitor)
        };
        // A Purchase that ended takes its checkout's context along, whoever else had been there. On
        // the safe side: what another device of the checkout left is then no ground any more.
        let forgotten = known.told.iter().chain(&known.ground).any(|word| !self.stands(word));
        // Nor is anything one that is older than a no of anybody who was there: whoever paid may be
        // they.
        let no = self.no_of_anybody_at(known);
        let left = known
            .left
            .iter()
            .any(|left| here.contains(left) && was_there(left) && no.is_none_or(|no| left.at > no));
        let known = &mut self.checkouts[at];
        known.contacts |= !here.is_empty();
        if known.counts(purchase) && left && !forgotten {
            known.ground.extend(here);
        }
    }

    fn no_of_anybody_at(&self, checkout: &Checkout) -> Option<Timestamp> {
        let here = checkout.way();
        let there: Vec<_> = self.yes.iter().filter(|yes| here.meets(yes.way.anchors())).collect();
        let theirs = |no: &&Word| {
            no.way.visitor.is_some() && there.iter().any(|yes| yes.way.visitor == no.way.visitor)
        };
        self.no.iter().filter(|no| no.way.meets(here) || theirs(no)).map(|no| no.at).max()
    }

    pub(super) fn claimed(&mut self, event_id: &str) {
        for known in self.checkouts.iter_mut().filter(|known| known.names.purchase == event_id) {
            known.claimed_unknown |= !known.created && !known.paid;
        }
    }

    fn checkout(&self, of: impl Fn(&Checkout) -> bool) -> &Checkout {
        let found = self.checkouts.iter().find(|known| of(known));
        found.unwrap_or_else(|| panic!("something of no checkout: {:?}", self.trail))
    }

    /// Whose fields these are.
    fn visitor(&self, user: &Value) -> &'static str {
        let hashed = user["external_id"].as_str().unwrap_or_default();
        let found = self.hashes.visitors.iter().find(|(_, hash)| hash == hashed);
        found.unwrap_or_else(|| panic!("the fields of nobody: {user} {:?}", self.trail)).0
    }

    /// The device's times, and all that is known, for telling states apart.
    pub(super) fn times(&self) -> impl Iterator<Item = i64> {
        self.yes.iter().chain(&self.no).map(|word| word.at.0)
    }

    pub(super) fn fingerprint(&self, rank: &impl Fn(i64) -> usize) -> String {
        let words = |words: &[Word]| {
            let mut all: Vec<_> =
                words.iter().map(|word| format!("{:?} {}", word.way, rank(word.at.0))).collect();
            all.sort();
            all.dedup();
            all
        };
        let checkout = |known: &Checkout| {
            let Checkout {
                token: _,
                cart: _,
                names: _,
                created,
                paid,
                claimed_unknown,
                contacts,
                told,
                ground,
                left,
            } = known;
            let left = words(left);
            format!(
                "{created} {paid} {claimed_unknown} {contacts} {:?} {:?} {left:?}",
                words(told),
                words(ground)
            )
        };
        let checkouts: Vec<_> = self.checkouts.iter().map(checkout).collect();
        format!("{:?} {:?} {checkouts:?}", words(&self.yes), words(&self.no))
    }
}

/// What must hold.
impl Oracle {
    /// A copy got leave, and is at TikTok now.
    pub(super) fn leaves(
        &self,
        element: &Value,
        read_at: Timestamp,
        purchase: PurchasePolicy,
        now: Timestamp,
    ) {
        let trail = &self.trail;
        let event_id = element["event_id"].as_str().expect("an id");
        let known = self.checkout(|known| known.has_event(event_id));
        let visitor = self.visitor(&element["user"]);
        assert!(self.granted(visitor, known), "sent without a grant: {element} {trail:?}");
        let mut own =
            self.yes.iter().filter(|yes| yes.way.visitor == Some(visitor) && yes.at == read_at);
        assert!(
            own.any(|yes| self.stands_for(yes, known)),
            "one shopper's fields under another's grant: {element} {trail:?}"
        );
        let email = element["user"]["email"].as_str();
        assert!(
            known.contacts || email != Some(&self.hashes.buyer),
            "an order's contacts without a grant: {trail:?}"
        );
        if element["event"] == "Purchase" {
            known.judge(&element["properties"], purchase, now, trail);
        }
    }

    /// At every moment.
    pub(super) fn judge(&self, bench: &Bench, standin: &Standin, now: Timestamp) {
        let trail = &self.trail;
        let mut ids: Vec<_> =
            standin.counted.iter().map(|one| (&one.pixel, &one.name, &one.event_id)).collect();
        let conversions = ids.len();
        ids.sort();
        ids.dedup();
        assert_eq!(ids.len(), conversions, "counted twice at {now:?}: {trail:?}");
        let contexts = bench.contexts();
        for event in bench.events() {
            self.judge_event(&event, &contexts);
        }
        for (anchor, payload) in &contexts {
            let context: Value = serde_json::from_str(payload).expect("JSON");
            let visitor = self.visitor(&context["user"]);
            let mut here = self.checkouts.iter().filter(|known| known.has_anchor(anchor));
            assert!(
                here.any(|known| self.granted(visitor, known)),
                "a context without a grant: {trail:?}"
            );
        }
        for text in bench.texts() {
            let named = text.contains(&self.hashes.buyer) || text.contains(BUYER);
            assert!(!named, "an order's contacts in {text}: {trail:?}");
        }
    }

    fn judge_event(&self, event: &Event, contexts: &[(String, String)]) {
        let trail = &self.trail;
        let ends = End::ALL.iter().any(|end| end.name() == event.state);
        assert_eq!(ends, event.ended, "{event:?} {trail:?}");
        let left = event.payload.is_some() || event.sending;
        assert!(!event.ended || !left, "left after its end: {event:?} {trail:?}");
        let known = self.checkout(|known| known.has_event(&event.event_id));
        if event.ended && event.event_id == known.names.purchase {
            let kept = contexts.iter().any(|(anchor, _)| known.names.anchor.starts_with(anchor));
            assert!(!kept, "a context after its Purchase's end: {event:?} {trail:?}");
        }
        let Some(payload) = &event.payload else { return };
        let wire: Value = serde_json::from_str(payload).expect("JSON");
        let visitor = self.visitor(&wire["event"]["user"]);
        assert!(self.granted(visitor, known), "kept without a grant: {event:?} {trail:?}");
        let named = payload.contains(&self.hashes.buyer);
        assert!(known.contacts || !named, "an order's contacts kept without a grant: {trail:?}");
    }

    /// What may be sent has been, once TikTok answers.
    pub(super) fn judge_delivery(&self, bench: &Bench, standin: &Standin) {
        let trail = &self.trail;
        let events = bench.events();
        for known in &self.checkouts {
            let id = &known.names.purchase;
            let state =
                events.iter().find(|event| event.event_id == *id).map(|event| event.state.as_str());
            let delivered = state == Some("delivered");
            let mut copies = standin
                .counted
                .iter()
                .filter(|one| one.event_id.as_ref() == Some(id))
                .flat_map(|one| &one.copies);
            let is_there = copies.any(|copy| copy.leg == Leg::EventsApi);
            assert!(!delivered || is_there, "delivered, and TikTok has no copy: {trail:?}");
            // Two days are past the horizon of some and the life of a context.
            let expected =
                self.must_be_delivered(known, bench.shop.purchase) && !trail.contains(&Op::TwoDays);
            assert!(delivered || !expected, "granted, and {state:?}: {trail:?}");
        }
    }

    fn must_be_delivered(&self, known: &Checkout, purchase: PurchasePolicy) -> bool {
        // Of two devices' yeses the Purchase rests on the later.
        let told =
            known.told.iter().max_by_key(|word| word.at).is_some_and(|word| self.stands(word));
        let needs_no_order =
            purchase.confirm == Confirm::Beacon || purchase.unconfirmed == Unconfirmed::Send;
        let recovered = !known.ground.is_empty()
            && known.ground.iter().all(|word| self.stands_for(word, known));
        told && (needs_no_order || known.counts(purchase)) || recovered
    }

    /// Past every horizon each event is at one end, and its order knows it.
    pub(super) fn judge_ends(&self, bench: &Bench) {
        let trail = &self.trail;
        let events = bench.events();
        assert!(events.iter().all(|event| event.ended), "no end: {events:?} {trail:?}");
        for (order, state) in bench.orders() {
            let known = self.checkout(|known| known.token == order);
            let own = events.iter().find(|event| event.event_id == known.names.purchase);
            match own {
                Some(event) => {
                    assert_eq!(event.state, state, "its order says otherwise: {trail:?}");
                }
                None if known.counts(bench.shop.purchase) => {
                    assert!(
                        ["no_consent_on_record", "no_context"].contains(&state.as_str()),
                        "{state}: {trail:?}"
                    );
                }
                None => assert_eq!(state, "held", "an order that waits to be paid: {trail:?}"),
            }
        }
    }

    /// When every life but evidence's is over, evidence is what is left.
    pub(super) fn judge_silence(&self, bench: &Bench) {
        for table in ["event", "context", "order_fact", "webhook"] {
            let rows = bench.column::<i64>(&format!("SELECT count(*) FROM {table}"));
            assert_eq!(rows, [0], "{table}: {:?}", self.trail);
        }
    }
}
