//! What leaves, and what may be kept.

use serde_json::Value;

use super::{
    Judge, Known, NO_GRANT, NO_OF_ANCHOR, NO_OF_VISITOR, SENT_AGAIN, Visitor, Word, anchors, is_at,
    names_any,
};
use crate::device::{Said, What};
use crate::names;
use crate::shopify::Order;
use crate::shops;
use crate::visit::Visit;

impl Judge {
    pub(crate) fn leaves(
        &mut self,
        visits: &[Visit],
        orders: &[Order],
        shop: usize,
        is_test: bool,
        element: &Value,
    ) {
        self.counts("events sent");
        let id = element["event_id"].as_str().unwrap_or_default().to_owned();
        let user = &element["user"];
        let visitor = user["external_id"].as_str().and_then(|id| self.by_external_id.get(id));
        let (Some(known), Some(visitor)) = (self.events.get(&id), visitor.copied()) else {
            self.breaks("an id and a visitor are as both sides compute them", element.to_string());
            return;
        };
        let order = known.visit.and_then(|visit| orders.iter().find(|order| order.visit == visit));
        let mut broken = Vec::new();
        if known.shop != shop
            || self.visitors[visitor].shop != shop
            || element["event"] != known.name
        {
            broken.push("an id and a visitor are as both sides compute them");
        }
        if !self.is_of_one(visitor, user, order) {
            broken.push("nobody's fields leave under another's visitor");
        }
        if !known.tests.contains(&is_test) {
            broken.push("a test stays a test, and what is none is never one");
        }
        if known.is_acknowledged {
            broken.push(SENT_AGAIN);
        }
        if self.visitors[visitor].no.is_some_and(|no| no < self.step) {
            broken.push(NO_OF_VISITOR);
        } else if let Some(promise) = self.lacks_grant(visits, &id, known, visitor, order) {
            broken.push(promise);
        }
        if self.is_demanded(known, order, user) || self.gone_shop == Some(shop) {
            broken.push("a demand on record is in force at once");
        }
        if known.name == "Purchase" && shops::waits_for_its_order(shop) {
            let heard = known.visit.and_then(|visit| self.heard.get(&visit));
            let counts = |topic: &&str| {
                *topic == "orders/paid"
                    || (*topic == "orders/create" && !shops::counts_when_paid(shop))
            };
            if !heard.is_some_and(|heard| heard.iter().any(counts)) {
                broken.push("a Purchase that waits for its order is not sent before it");
            }
        }
        for promise in broken {
            self.breaks(promise, format!("{element}"));
        }
        self.counts("sends judged");
        if let Some(known) = self.events.get_mut(&id) {
            known.last_left = Some(self.step);
        }
    }

    /// Everything of the device is this visitor's; contacts are theirs or of who bought.
    fn is_of_one(&self, visitor: usize, user: &Value, order: Option<&Order>) -> bool {
        let [a, b, c, d] = names::address(visitor);
        let click = user["ttclid"].as_str();
        let own_click = names::click_id(visitor);
        let is_mine = user["user_agent"] == names::user_agent(visitor)
            && user["ip"] == format!("{a}.{b}.{c}.{d}")
            && (click == Some(&own_click) || (click == Some("E.C.P.landing") && order.is_some()));
        let people = [Some(self.visitors[visitor].device), order.map(|order| order.buyer)];
        let is_of = |person: &usize| user["email"] == names::sha256(&names::email(*person));
        is_mine && (user["email"].is_null() || people.iter().flatten().any(is_of))
    }

    /// Some word of this visitor has to stand for this event.
    fn lacks_grant(
        &self,
        visits: &[Visit],
        id: &str,
        known: &Known,
        visitor: usize,
        order: Option<&Order>,
    ) -> Option<&'static str> {
        let forgotten = self.visitors[visitor].forgotten;
        let is_of_event = |word: &&Word| match &word.said.what {
            What::Yes { events, .. } => events.iter().any(|event| event.id == id),
            What::No { .. } => false,
        };
        let is_of_order = |word: &&Word| {
            known.name == "Purchase"
                && order.is_some()
                && known.visit.is_some_and(|visit| is_at(visits, &word.said, visit))
        };
        let words = self.yeses.iter().filter(|word| word.said.visitor == Some(visitor));
        let words: Vec<&Word> = words
            .filter(|word| forgotten.is_none_or(|at| word.arrived > at))
            .filter(|word| is_of_event(word) || is_of_order(word))
            .collect();
        if words.is_empty() {
            return Some(NO_GRANT);
        }
        if words.iter().all(|word| self.covers(visits, word, known.visit).is_some()) {
            return Some(NO_OF_ANCHOR);
        }
        let is_recovered = known.accepted.is_empty();
        // What was made is one visitor's, and from then on only their noes concern it.
        let made = known.made?;
        let visit = known.visit.filter(|_| is_recovered)?;
        let others = self.others_at(visits, known.shop, visit, visitor);
        let no_of = |word: &&Word| {
            self.noes.iter().any(|no| {
                no.arrived < made
                    && no.said.visitor.is_some_and(|other| others.contains(&other))
                    && (no.is_clean && word.is_clean && word.said.at <= no.said.at)
            })
        };
        words
            .iter()
            .all(no_of)
            .then_some("nothing is made of an order against a no of who was there")
    }

    /// Who else has said yes at this visit's checkout or cart, and whose word is certainly still on
    /// record.
    fn others_at(&self, visits: &[Visit], shop: usize, visit: usize, visitor: usize) -> Vec<usize> {
        let last_cut = self.demands.iter().filter(|demand| demand.shop == shop);
        let last_cut = last_cut.map(|demand| demand.arrived).max().unwrap_or_default();
        let there = self.yeses.iter().filter(|word| {
            word.arrived > last_cut && word.said.shop == shop && is_at(visits, &word.said, visit)
        });
        let others = there.filter_map(|word| word.said.visitor).filter(|other| *other != visitor);
        others.filter(|other| self.visitors[*other].forgotten.is_none()).collect()
    }

    /// A no that names an anchor of this word and was not said before it.
    pub(super) fn covers(
        &self,
        visits: &[Visit],
        word: &Word,
        visit: Option<usize>,
    ) -> Option<&Said> {
        let anchors = anchors(visits, &word.said, visit);
        let covering = self.noes.iter().find(|no| {
            no.arrived < self.step
                && no.is_clean
                && word.is_clean
                && word.said.at <= no.said.at
                && names_any(visits, &no.said, &anchors)
        });
        covering.map(|no| &*no.said)
    }

    /// By its contact or its order, and all that is known of it came before the demand.
    fn is_demanded(&self, known: &Known, order: Option<&Order>, user: &Value) -> bool {
        self.demands.iter().any(|demand| {
            let contact = demand
                .person
                .is_some_and(|person| user["email"] == names::sha256(&names::email(person)));
            // That a Purchase is of an order is known once one of its webhooks has come: a refund's
            // names no checkout.
            let named = order.is_some_and(|order| {
                let heard = self.heard.get(&order.visit);
                heard.is_some_and(|topics| topics.iter().any(|topic| topic.starts_with("orders/")))
                    && (demand.orders.contains(&order.id) || demand.person == Some(order.buyer))
            });
            let before = if known.accepted.is_empty() {
                order.is_some_and(|order| order.made < demand.arrived)
            } else {
                known.accepted.iter().all(|(step, _)| *step < demand.arrived)
                    && order.is_none_or(|order| order.made < demand.arrived)
            };
            // A customer is known by their contacts only once an order or an event has brought
            // them.
            demand.shop == known.shop && before && (contact || (named && known.name == "Purchase"))
        })
    }

    /// Whether the server knew all that it takes to send this one once: when it was, and (if a
    /// browser had fired it) that and since when. What told of the first firing may have gone with a no, and a later
    /// visit of the same checkout tells of a later one.
    pub(crate) fn could_know(&self, id: &str, fired: Option<i64>) -> bool {
        self.events.get(id).is_some_and(|known| {
            let mut told = known.told_fired.iter();
            let has_heard =
                |first: i64| told.any(|(step, at)| Some(*step) < known.last_left && *at <= first);
            !known.is_of_wrong_time && fired.is_none_or(has_heard)
        })
    }

    /// Whether anybody's no can be why this one was withdrawn.
    pub(crate) fn may_be_withdrawn(&self, visits: &[Visit], id: &str) -> bool {
        let Some(known) = self.events.get(id) else { return false };
        let words = self.yeses.iter().filter(|word| {
            let is_of_event = matches!(&word.said.what, What::Yes { events, .. }
                if events.iter().any(|event| event.id == id));
            is_of_event || known.visit.is_some_and(|visit| is_at(visits, &word.said, visit))
        });
        words.into_iter().any(|word| {
            let own = word.said.visitor.is_some_and(|one| self.visitors[one].no.is_some());
            let anchors = anchors(visits, &word.said, known.visit);
            own || self.noes.iter().any(|no| names_any(visits, &no.said, &anchors))
        })
    }

    /// Whether nothing of this visitor may be kept.
    pub(crate) fn has_gone(&self, visitor: usize) -> bool {
        let Visitor { no, forgotten, .. } = &self.visitors[visitor];
        no.is_some()
            || forgotten.is_some_and(|at| {
                !self
                    .yeses
                    .iter()
                    .any(|word| word.said.visitor == Some(visitor) && word.arrived > at)
            })
    }
}
