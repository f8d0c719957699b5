//! One world: the endpoint, its shoppers, Shopify and TikTok, and what each step does to them.

mod end;
mod endpoint;
mod shopify;
mod shoppers;

use std::collections::{HashMap, HashSet};
use std::hash::DefaultHasher;

use assent_endpoint::clock::load_dice;
use assent_endpoint::delivery::way::Way;
use assent_gate::time::Timestamp;

use crate::audit::Searched;
use crate::courier::Courier;
use crate::device::{Device, Sent};
use crate::dice::Dice;
use crate::faults;
use crate::judge::Judge;
use crate::server::Server;
use crate::shopify::{Order, Webhook};
use crate::shops::SHOPS;
use crate::tiktok::Tiktok;
use crate::trail::{Kind, Step};
use crate::visit::Visit;

const START: Timestamp = Timestamp(1_772_442_000);
const DEVICES: usize = 12;
/// A request that is still on the line after so long has been given up by the network.
const LONGEST_LINE: i64 = 120;
/// A shopper who comes back to a checkout after longer finds another.
const LONGEST_VISIT: i64 = 20 * 3_600;
/// A device gives up what it has buffered after so long.
const OUTBOX: i64 = 48 * 3_600;
/// Between two looks at the whole store.
const AUDIT_EVERY: usize = 1000;

pub(crate) struct World {
    pub(crate) server: Server,
    pub(crate) tiktok: Tiktok,
    pub(crate) judge: Judge,
    pub(crate) visits: Vec<Visit>,
    orders: Vec<Order>,
    webhooks: Vec<Webhook>,
    devices: Vec<Device>,
    line: Vec<Sent>,
    /// What a browser has fired, and when: that is done once.
    pub(crate) fired: HashMap<String, i64>,
    /// Of everything that was answered and everything that left.
    pub(crate) history: DefaultHasher,
    couriers: Vec<Courier>,
    pub(crate) way: Way,
    /// Purchases that orders have made.
    pub(crate) recovered: u64,
    pub(crate) searched: Searched,
    /// Rows that had not ended at the last look.
    pub(crate) was_open: HashSet<String>,
    is_faulty: bool,
    messages: u64,
    taken: usize,
}

impl World {
    pub(crate) fn new(seed: u64) -> Self {
        load_dice(seed);
        let server = Server::new(START);
        faults::prepare(&server.rows);
        let mut dice = Dice::of(seed);
        let mut world = Self {
            server,
            tiktok: Tiktok::new(),
            judge: Judge::default(),
            visits: Vec::new(),
            orders: Vec::new(),
            webhooks: Vec::new(),
            devices: Vec::new(),
            line: Vec::new(),
            fired: HashMap::new(),
            history: DefaultHasher::new(),
            couriers: (0..SHOPS).map(|_| Courier::default()).collect(),
            way: Way::default(),
            recovered: 0,
            searched: Searched::default(),
            was_open: HashSet::new(),
            is_faulty: false,
            messages: 0,
            taken: 0,
        };
        for number in 0..DEVICES {
            let shop = number % SHOPS;
            let at = world.visit(shop, None);
            world.devices.push(Device::new(number, shop, at, &mut dice));
        }
        world
    }

    pub(crate) fn step(&mut self, step: Step) {
        let mut dice = Dice::of(step.dice);
        self.judge.step = step.number;
        if dice.percent(35) {
            self.server.forward(1);
        }
        match step.kind {
            Kind::Act => self.act(&mut dice),
            Kind::Post => self.post(&mut dice, false),
            Kind::PostNo => self.post(&mut dice, true),
            Kind::Line => self.line(&mut dice),
            Kind::No => self.no(&mut dice),
            Kind::Clock => {
                let device = dice.below(DEVICES);
                self.devices[device].clock_jumps(&mut dice);
            }
            Kind::Move => self.moves(&mut dice),
            Kind::Order => self.order(&mut dice),
            Kind::Webhook => self.webhook(&mut dice),
            Kind::Redact => self.redact(&mut dice),
            Kind::ShopRedact => {
                self.webhooks.push(Webhook::shop_redact(self.messages, SHOPS - 1));
            }
            Kind::Forget => self.forget(&mut dice),
            // The second shop's is slow: there a backlog goes out in batches.
            Kind::Courier => {
                let shop = [0, 0, 0, 1, 2, 2, 2, 3, 3, 3][dice.below(10)];
                self.courier(shop, &mut dice);
            }
            Kind::Clerk => self.clerk(),
            Kind::Sweep => self.sweep(),
            Kind::Crash => self.crash(&mut dice),
            Kind::StoreFault => self.store_fault(&mut dice),
            Kind::Token => self.token(&mut dice),
            Kind::Wait => self.wait(&mut dice),
        }
        self.taken += 1;
        if self.taken.is_multiple_of(AUDIT_EVERY) {
            self.audit();
        }
    }

    fn now(&self) -> i64 {
        self.server.now().0
    }

    fn number(&mut self) -> u64 {
        self.messages += 1;
        self.messages
    }

    fn visit(&mut self, shop: usize, cart: Option<usize>) -> usize {
        let number = self.visits.len();
        let cart = cart.map(|earlier| self.visits[earlier].clone());
        self.visits.push(Visit::new(number, shop, cart.as_ref(), self.now()));
        number
    }
}
