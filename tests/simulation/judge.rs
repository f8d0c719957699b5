//! The judge. It knows what happened in truth, in which order: who said what, when it arrived, what
//! TikTok has. Times of devices and of the store it never asks, and no rule of the code's is its
//! own. (Where a device's clock jumped between a word and its sending, or the line held it up,
//! nobody can know how long ago it was said: of such words the judge compares only what arrived
//! before what.)

use std::collections::{BTreeMap, HashMap};
use std::rc::Rc;

use serde_json::Value;

use crate::device::{Event, Said, Sent, What};
use crate::names;
use crate::server::Answer;
use crate::shopify::{About, Order, Webhook};
use crate::shops;
use crate::visit::Visit;

/// A promise that was not kept.
#[derive(Debug, Clone)]
pub(crate) struct Broken {
    pub(crate) promise: &'static str,
    pub(crate) what: String,
}

#[derive(Debug, Default)]
pub(crate) struct Judge {
    /// The number of the step that is under way: the true order.
    pub(crate) step: usize,
    pub(crate) visitors: Vec<Visitor>,
    by_external_id: HashMap<String, usize>,
    yeses: Vec<Word>,
    noes: Vec<Word>,
    demands: Vec<Demand>,
    pub(crate) events: HashMap<String, Known>,
    /// Webhooks that were answered 200, by visit.
    heard: HashMap<usize, Vec<&'static str>>,
    /// The shop whose events are tests now.
    pub(crate) testing: Option<usize>,
    pub(crate) gone_shop: Option<usize>,
    pub(crate) broken: Vec<Broken>,
    pub(crate) counts: BTreeMap<&'static str, u64>,
}

#[derive(Debug)]
pub(crate) struct Visitor {
    shop: usize,
    device: usize,
    /// The step in which a no of theirs was stored.
    pub(crate) no: Option<usize>,
    forgotten: Option<usize>,
}

/// A yes or a no that was stored.
#[derive(Debug)]
struct Word {
    said: Rc<Said>,
    is_clean: bool,
    arrived: usize,
}

#[derive(Debug)]
struct Demand {
    shop: usize,
    person: Option<usize>,
    orders: Vec<u64>,
    arrived: usize,
}

/// A conversion by its id.
#[derive(Debug)]
pub(crate) struct Known {
    pub(crate) shop: usize,
    name: &'static str,
    visit: Option<usize>,
    /// Steps in which a beacon with it was answered 202, and whose it was.
    accepted: Vec<(usize, usize)>,
    is_acknowledged: bool,
    /// Its time is not known to the server.
    is_of_wrong_time: bool,
    /// Steps in which the server heard that the browser had fired it, and in which it last left.
    told_fired: Option<usize>,
    last_left: Option<usize>,
    /// Whether it was a test, each time when somebody told of it.
    tests: Vec<bool>,
    /// It has a row.
    pub(crate) is_there: bool,
}

impl Known {
    fn new(shop: usize, event: &Event) -> Self {
        Self {
            shop,
            name: event.name,
            visit: event.visit,
            accepted: Vec::new(),
            is_acknowledged: false,
            is_of_wrong_time: false,
            told_fired: None,
            last_left: None,
            tests: Vec::new(),
            is_there: false,
        }
    }
}

/// What is known.
impl Judge {
    pub(crate) fn breaks(&mut self, promise: &'static str, what: impl Into<String>) {
        self.broken.push(Broken { promise, what: what.into() });
    }

    pub(crate) fn counts(&mut self, what: &'static str) {
        *self.counts.entry(what).or_default() += 1;
    }

    pub(crate) fn newcomer(&mut self, shop: usize, device: usize) -> usize {
        let number = self.visitors.len();
        self.visitors.push(Visitor { shop, device, no: None, forgotten: None });
        self.by_external_id.insert(names::external_id(number), number);
        number
    }

    /// Both sides can compute its id from now on.
    pub(crate) fn learns(&mut self, shop: usize, event: &Event) {
        self.events.entry(event.id.clone()).or_insert_with(|| Known::new(shop, event));
    }

    pub(crate) fn forgets(&mut self, visitor: usize) {
        self.visitors[visitor].forgotten = Some(self.step);
    }

    /// TikTok's yes is written down.
    pub(crate) fn acknowledged(&mut self, shop: usize, ids: Vec<String>) {
        for id in ids {
            self.counts("deliveries acknowledged");
            if let Some(known) = self.events.get_mut(&id).filter(|known| known.shop == shop) {
                known.is_acknowledged = true;
            }
        }
    }
}

/// What was answered.
impl Judge {
    /// `at_once`: the line has not held it up.
    pub(crate) fn answered(
        &mut self,
        visits: &[Visit],
        sent: &Sent,
        at_once: bool,
        answer: &Answer,
        is_faulty: bool,
    ) {
        let said = sent.buffered.said.clone();
        let word = Word { said, is_clean: sent.is_clean && at_once, arrived: self.step };
        let reason = answer.body["reason"].as_str().unwrap_or_default().to_owned();
        if answer.status == 429 {
            self.counts("answered: too many");
            return;
        }
        if answer.status == 503 && is_faulty {
            self.counts("answered: the store cannot write");
            return;
        }
        match (&word.said.what, answer.status) {
            (What::No { .. }, 202) => {
                self.counts("withdrawals stored");
                if let Some(visitor) = word.said.visitor {
                    self.visitors[visitor].no.get_or_insert(word.arrived);
                }
                self.noes.push(word);
            }
            (What::Yes { .. }, 202) => self.taken(visits, word, answer),
            (What::Yes { .. }, 403) if reason == "withdrawn" => self.refused(visits, &word),
            (What::Yes { .. }, 403 | 422) if is_of_clocks(&answer.body) => {
                self.counts("refused: clocks");
            }
            _ => self.breaks(
                "every message of the contract is taken, or refused for a reason",
                format!("{} {} to {:?}", answer.status, answer.body, word.said),
            ),
        }
    }

    fn taken(&mut self, visits: &[Visit], word: Word, answer: &Answer) {
        let said = word.said.clone();
        let What::Yes { events, .. } = &said.what else { return };
        let visitor = said.visitor.expect("a yes is somebody's");
        self.counts("beacons answered 202");
        if self.visitors[visitor].no.is_some() {
            self.breaks("nothing is taken after that visitor's no", format!("{said:?}"));
        }
        if let Some(no) = self.covers(visits, &word, None) {
            let what = format!("{said:?} against {no:?}");
            self.breaks("nothing is taken against a later no of its checkout or cart", what);
        }
        let refused: Vec<&str> = answer.body["refused"]
            .as_array()
            .into_iter()
            .flatten()
            .filter_map(|one| one["event_id"].as_str())
            .collect();
        for event in events.iter().filter(|event| !refused.contains(&event.id.as_str())) {
            let step = self.step;
            let known =
                self.events.entry(event.id.clone()).or_insert_with(|| Known::new(said.shop, event));
            if known.accepted.is_empty() {
                known.is_of_wrong_time |= !word.is_clean;
            }
            known.accepted.push((step, visitor));
            known.tests.push(self.testing == Some(said.shop));
            if event.is_fired {
                known.told_fired.get_or_insert(step);
            }
            if !known.is_there {
                known.is_there = true;
                self.counts("events accepted");
            }
        }
        self.yeses.push(word);
    }

    /// A no has to be on record that can be meant.
    fn refused(&mut self, visits: &[Visit], word: &Word) {
        self.counts("refused: withdrawn");
        let visitor = word.said.visitor.expect("a yes is somebody's");
        let anchors = anchors(visits, &word.said, None);
        let may_be = self.noes.iter().any(|no| {
            names_any(visits, &no.said, &anchors)
                && (!no.is_clean || !word.is_clean || word.said.at <= no.said.at)
        });
        if self.visitors[visitor].no.is_none() && !may_be {
            self.breaks("nothing is refused as withdrawn without a no", format!("{:?}", word.said));
        }
    }

    pub(crate) fn webhook(&mut self, orders: &[Order], webhook: &Webhook) {
        match &webhook.about {
            About::Order(number) => {
                let order = &orders[*number];
                let is_test = self.testing == Some(order.shop);
                let of_order = self
                    .events
                    .values_mut()
                    .filter(|known| known.name == "Purchase" && known.visit == Some(order.visit));
                of_order.for_each(|known| known.tests.push(is_test));
                self.heard.entry(order.visit).or_default().push(webhook.topic);
            }
            About::Customer { person, orders } => self.demands.push(Demand {
                shop: webhook.shop,
                person: *person,
                orders: orders.clone(),
                arrived: self.step,
            }),
            About::Shop => self.gone_shop = Some(webhook.shop),
        }
    }

    pub(crate) fn was_heard(&self, visit: usize) -> bool {
        self.heard.contains_key(&visit)
    }
}

/// What leaves.
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
            broken.push("no id is sent again after an acknowledged delivery");
        }
        if self.visitors[visitor].no.is_some_and(|no| no < self.step) {
            broken.push("nothing is sent after that visitor's no");
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
            if !heard.is_some_and(|heard| heard.iter().any(|topic| counts(topic))) {
                broken.push("a Purchase that waits for its order is not sent before it");
            }
        }
        for promise in broken {
            self.breaks(promise, format!("{element}"));
        }
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
            return Some("nothing is sent without a grant");
        }
        if words.iter().all(|word| self.covers(visits, word, known.visit).is_some()) {
            return Some("nothing is sent against a later no of its checkout or cart");
        }
        let is_recovered = known.accepted.is_empty();
        let visit = known.visit.filter(|_| is_recovered)?;
        let others = self.others_at(visits, known.shop, visit, visitor);
        let no_of = |word: &&Word| {
            self.noes.iter().any(|no| {
                no.said.visitor.is_some_and(|other| others.contains(&other))
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
    fn covers(&self, visits: &[Visit], word: &Word, visit: Option<usize>) -> Option<&Said> {
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
            let named = order.is_some_and(|order| {
                demand.orders.contains(&order.id) || demand.person == Some(order.buyer)
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
    /// browser had fired it) that.
    pub(crate) fn could_know(&self, id: &str, has_fired: bool) -> bool {
        self.events.get(id).is_some_and(|known| {
            let told = known.told_fired.is_some_and(|told| Some(told) < known.last_left);
            !known.is_of_wrong_time && (told || !has_fired)
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

fn is_of_clocks(body: &Value) -> bool {
    let of_clocks = |reason: &Value| reason == "in_the_future" || reason == "too_old";
    of_clocks(&body["reason"])
        || body["refused"]
            .as_array()
            .is_some_and(|all| !all.is_empty() && all.iter().all(|one| of_clocks(&one["reason"])))
}

/// What a yes names, and the checkout of the event it is asked for.
fn anchors<'a>(visits: &'a [Visit], said: &Said, visit: Option<usize>) -> Vec<&'a str> {
    let What::Yes { checkout, cart, events } = &said.what else { return Vec::new() };
    let of_events = events.iter().filter_map(|event| event.visit);
    let checkouts = checkout.iter().copied().chain(of_events).chain(visit);
    let checkouts = checkouts.map(|visit| visits[visit].checkout.as_str());
    checkouts.chain(cart.map(|visit| visits[visit].cart.as_str())).collect()
}

fn names_any(visits: &[Visit], no: &Said, anchors: &[&str]) -> bool {
    let What::No { visits: named } = &no.what else { return false };
    named.iter().any(|visit| {
        let Visit { cart, checkout, .. } = &visits[*visit];
        anchors.contains(&cart.as_str()) || anchors.contains(&checkout.as_str())
    })
}

fn is_at(visits: &[Visit], yes: &Said, visit: usize) -> bool {
    let here = &visits[visit];
    let named = anchors(visits, yes, None);
    named.contains(&here.checkout.as_str()) || named.contains(&here.cart.as_str())
}
