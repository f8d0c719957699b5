//! The judge. It knows what happened in truth, in which order: who said what, when it arrived, what
//! TikTok has. Times of devices and of the store it never asks, and no rule of the code's is its
//! own. (Where a device's clock jumped between a word and its sending, or the line held it up,
//! nobody can know how long ago it was said: of such words the judge compares only what arrived
//! before what.)

mod answers;
mod leaves;

use std::collections::{BTreeMap, HashMap};
use std::rc::Rc;

use crate::device::{Event, Said, What};
use crate::names;
use crate::visit::Visit;

/// Promises whose breaches are told even where there are none, beside how much was judged by them.
pub(crate) const TOLD: [&str; 6] =
    [NO_GRANT, NO_OF_VISITOR, NO_OF_ANCHOR, SENT_AGAIN, COUNTED_TWICE, RAW];
pub(crate) const NO_GRANT: &str = "nothing is sent without a grant";
pub(crate) const NO_OF_VISITOR: &str = "nothing is sent after that visitor's no";
pub(crate) const NO_OF_ANCHOR: &str = "nothing is sent against a later no of its checkout or cart";
pub(crate) const SENT_AGAIN: &str = "no id is sent again after an acknowledged delivery";
pub(crate) const COUNTED_TWICE: &str = "TikTok counts nothing twice";
pub(crate) const RAW: &str = "nothing raw is found outside the browser and Shopify";

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
    /// The same, until the erasure has been carried out: meanwhile its beacons are told to come later.
    pub(crate) being_erased: Option<usize>,
    pub(crate) broken: Vec<Broken>,
    pub(crate) counts: BTreeMap<&'static str, u64>,
    /// How often each promise was broken.
    pub(crate) breaches: BTreeMap<&'static str, u64>,
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
    /// Steps in which the server heard that the browser had fired it, and when that was; the step in which it last
    /// left.
    told_fired: Vec<(usize, i64)>,
    last_left: Option<usize>,
    /// The step in which an order made it.
    made: Option<usize>,
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
            told_fired: Vec::new(),
            last_left: None,
            made: None,
            tests: Vec::new(),
            is_there: false,
        }
    }
}

/// What is known.
impl Judge {
    pub(crate) fn breaks(&mut self, promise: &'static str, what: impl Into<String>) {
        *self.breaches.entry(promise).or_default() += 1;
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
                self.counts("acknowledged deliveries judged");
            } else {
                self.breaks("an id and a visitor are as both sides compute them", id);
            }
        }
    }
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
