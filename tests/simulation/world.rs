//! One world: the endpoint, its shoppers, Shopify and TikTok, and what each step does to them.

use std::collections::HashSet;
use std::hash::{DefaultHasher, Hash as _};

use assent_endpoint::clock::load_dice;
use assent_endpoint::store::{Lives, Swept, Whom};
use assent_gate::time::Timestamp;
use serde_json::Value;

use crate::audit::{Row, rows};
use crate::courier::Courier;
use crate::device::{Device, Sent, What};
use crate::dice::Dice;
use crate::faults;
use crate::judge::Judge;
use crate::names;
use crate::server::Server;
use crate::shopify::{Order, Webhook};
use crate::shops::{self, SHOPS};
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
    /// What a browser has fired: that is done once.
    pub(crate) fired: HashSet<String>,
    /// Of everything that was answered and everything that left.
    pub(crate) history: DefaultHasher,
    couriers: Vec<Courier>,
    /// Purchases that orders have made.
    pub(crate) recovered: u64,
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
            fired: HashSet::new(),
            history: DefaultHasher::new(),
            couriers: (0..SHOPS).map(|_| Courier::default()).collect(),
            recovered: 0,
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
            Kind::Courier => self.courier(dice.below(SHOPS), &mut dice),
            Kind::Clerk => self.server.clerk(),
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

/// Shoppers.
impl World {
    /// The first of which `may` is so, from one that the dice choose: a trail without a step that
    /// concerned another device means the same to this one.
    fn device(&self, dice: &mut Dice, may: impl Fn(&Device) -> bool) -> Option<usize> {
        let first = dice.below(DEVICES);
        (first..first + DEVICES).map(|n| n % DEVICES).find(|n| may(&self.devices[*n]))
    }

    fn act(&mut self, dice: &mut Dice) {
        let number = self.number();
        let (now, at) = (self.now(), dice.below(DEVICES));
        let shop = self.devices[at].shop;
        if now - self.visits[self.devices[at].at].begun_at > LONGEST_VISIT {
            self.devices[at].at = self.visit(shop, None);
        }
        let device = &mut self.devices[at];
        device.outbox.retain(|buffered| now - buffered.said.at < OUTBOX);
        if device.visitor.is_none() {
            device.visitor = Some(self.judge.newcomer(shop, at));
        }
        let visitor = device.visitor.expect("just now at the latest");
        let fired = device.acts(&self.visits, number, now, dice);
        let visit = device.at;
        if !self.visits[visit].people.contains(&at) {
            self.visits[visit].people.push(at);
        }
        if let What::Yes { events, .. } =
            &device.outbox.last().expect("just put there").said.clone().what
        {
            events.iter().for_each(|event| self.judge.learns(shop, event));
        }
        for event in fired.iter().filter(|event| self.fired.insert(event.id.clone())) {
            self.tiktok.fires(shop, event, visitor, now);
        }
    }

    fn post(&mut self, dice: &mut Dice, noes: bool) {
        let waits = |device: &Device| {
            if noes { !device.noes.is_empty() } else { !device.outbox.is_empty() }
        };
        let Some(device) = self.device(dice, waits) else { return };
        let now = self.now();
        let device = &self.devices[device];
        let buffered = if noes { &device.noes } else { &device.outbox };
        let sent = device.sends(dice.one_of(buffered).expect("there is one"), now);
        match dice.below(100) {
            // Lost on the way.
            0..=9 => {}
            // The line holds it up.
            10..=19 => self.line.push(sent),
            // It arrives, and its answer does not.
            20..=26 => _ = self.arrives(&sent),
            // It arrives twice.
            27..=31 => {
                self.line.push(sent.clone());
                self.arrives_and_is_heard(&sent);
            }
            _ => self.arrives_and_is_heard(&sent),
        }
    }

    fn line(&mut self, dice: &mut Dice) {
        let now = self.now();
        self.line.retain(|sent| now - sent.at <= LONGEST_LINE);
        if self.line.is_empty() {
            return;
        }
        let sent = self.line.swap_remove(dice.below(self.line.len()));
        if dice.percent(50) {
            self.arrives_and_is_heard(&sent);
        } else {
            self.arrives(&sent);
        }
    }

    fn arrives_and_is_heard(&mut self, sent: &Sent) {
        let (status, reason) = self.arrives(sent);
        self.devices[sent.buffered.said.device].hears(sent, status, &reason);
    }

    fn arrives(&mut self, sent: &Sent) -> (u16, String) {
        let said = &sent.buffered.said;
        let address = said.visitor.map_or([20, 200, 0, 1], names::address);
        let answer = self.server.beacon(address, &sent.body);
        (answer.status, answer.body.to_string()).hash(&mut self.history);
        let at_once = sent.at == self.now();
        self.judge.answered(&self.visits, sent, at_once, &answer, self.is_faulty);
        let reason = answer.body["reason"].as_str().unwrap_or_default().to_owned();
        (answer.status, reason)
    }

    fn no(&mut self, dice: &mut Dice) {
        let number = self.number();
        let Some(at) = self.device(dice, |device| device.visitor.is_some()) else { return };
        let now = self.now();
        self.devices[at].says_no(&self.visits, number, now, dice);
    }

    fn moves(&mut self, dice: &mut Dice) {
        let at = dice.below(DEVICES);
        let (shop, here) = (self.devices[at].shop, self.devices[at].at);
        let there = match dice.below(4) {
            0 => self.visit(shop, Some(here)),
            1 => {
                let theirs = self.devices.iter().filter(|device| device.shop == shop);
                let theirs: Vec<usize> = theirs.map(|device| device.at).collect();
                *dice.one_of(&theirs).expect("its own at least")
            }
            _ => self.visit(shop, None),
        };
        self.devices[at].at = there;
    }
}

/// Shopify.
impl World {
    fn order(&mut self, dice: &mut Dice) {
        let may = |device: &Device| {
            !self.visits[device.at].people.is_empty()
                && self.orders.iter().all(|order| order.visit != device.at)
        };
        let Some(visit) = self.device(dice, may).map(|at| self.devices[at].at) else { return };
        let buyer = *dice.one_of(&self.visits[visit].people).expect("somebody");
        let (number, shop) = (self.orders.len(), self.visits[visit].shop);
        let id = 5_000_000 + u64::try_from(number).expect("few");
        let (created_at, made) = (self.now(), self.judge.step);
        let order = Order { id, shop, visit, buyer, created_at, made };
        self.webhooks.extend(order.webhooks(number, &self.visits[visit], dice));
        let purchase = crate::device::Event {
            id: self.visits[visit].purchase.clone(),
            name: "Purchase",
            visit: Some(visit),
            is_fired: false,
        };
        self.judge.learns(shop, &purchase);
        self.orders.push(order);
    }

    fn webhook(&mut self, dice: &mut Dice) {
        let again = dice.percent(15);
        let waiting = self.webhooks.iter().enumerate().rev().take(60);
        let waiting = waiting.filter(|(_, webhook)| webhook.answered == again);
        let waiting: Vec<usize> = waiting.map(|(n, _)| n).collect();
        let Some(at) = dice.one_of(&waiting).copied() else { return };
        if dice.percent(8) {
            return;
        }
        let (headers, body) = self.webhooks[at].request();
        let answer = self.server.webhook(&headers, body);
        (answer.status, answer.body.to_string()).hash(&mut self.history);
        match answer.status {
            200 => {
                let first = !self.webhooks[at].answered;
                self.judge.counts("webhooks answered 200");
                self.webhooks[at].answered = !dice.percent(8) || !first;
                if answer.body["outcome"] != "duplicate" {
                    let webhook = self.webhooks[at].clone();
                    self.judge.webhook(&self.orders, &webhook);
                }
            }
            503 if self.is_faulty => {}
            _ => self.judge.breaks("every signed webhook is taken", format!("{answer:?}")),
        }
    }

    fn redact(&mut self, dice: &mut Dice) {
        let number = self.number();
        let shop = dice.below(SHOPS);
        let own = self.orders.iter().filter(|order| order.shop == shop).rev().take(6);
        let own: Vec<&Order> = own.collect();
        let order = dice.one_of(&own).filter(|_| dice.clone().percent(70)).copied();
        let of_order = order.map(|order| order.buyer);
        let person = of_order.or_else(|| Some(shop + SHOPS * dice.below(DEVICES / SHOPS)));
        let person = if order.is_some() && dice.percent(30) { None } else { person };
        let orders = order.map(|order| order.id).into_iter().collect();
        self.webhooks.push(Webhook::redact(number, shop, person, orders));
    }
}

/// The endpoint.
impl World {
    fn courier(&mut self, shop: usize, dice: &mut Dice) {
        let mut courier = std::mem::take(&mut self.couriers[shop]);
        courier.step(self, shop, dice);
        self.couriers[shop] = courier;
    }

    pub(crate) fn judge_request(&mut self, shop: usize, request: &Value) {
        request.to_string().hash(&mut self.history);
        if request["event_source_id"] != shops::pixel(shop) {
            self.judge.breaks("no shop's events go to another's pixel", request.to_string());
        }
        let is_test = request["test_event_code"] == format!("TEST{shop}");
        for element in request["data"].as_array().into_iter().flatten() {
            self.judge.leaves(&self.visits, &self.orders, shop, is_test, element);
        }
    }

    fn forget(&mut self, dice: &mut Dice) {
        let Some(at) = self.device(dice, |device| device.visitor.is_some()) else { return };
        let Device { shop, visitor: Some(visitor), .. } = self.devices[at] else { return };
        let (now, domain) = (self.server.now(), self.server.shop(shop).settings.shop.clone());
        let whom = Whom::Visitor(names::external_id(visitor).parse().expect("a hash"));
        let done = self.server.store(|store| async move { store.erase(&domain, whom, now).await });
        match done {
            Ok(_) => self.judge.forgets(visitor),
            Err(error) if !self.is_faulty => {
                self.judge.breaks("an erasure is carried out", error.to_string());
            }
            Err(_) => {}
        }
    }

    fn sweep(&mut self) {
        self.reconcile();
        let now = self.server.now();
        let lives = Lives { receipts_months: 36 };
        loop {
            let swept = self.server.store(|store| async move { store.sweep(lives, now).await });
            match swept {
                Ok(swept) if swept != Swept::default() => {}
                Ok(_) => break,
                Err(_) if self.is_faulty => break,
                Err(error) => {
                    self.judge.breaks("the store can be swept", error.to_string());
                    break;
                }
            }
        }
        self.reconcile();
    }

    fn crash(&mut self, dice: &mut Dice) {
        self.judge.counts("crashes");
        faults::disarm(&self.server.rows);
        self.is_faulty = false;
        self.couriers = (0..SHOPS).map(|_| Courier::default()).collect();
        let testing = dice.percent(25).then(|| dice.below(SHOPS));
        self.server.crash(testing);
        self.judge.testing = testing;
    }

    fn store_fault(&mut self, dice: &mut Dice) {
        if self.is_faulty {
            faults::disarm(&self.server.rows);
            self.is_faulty = false;
        } else {
            self.judge.counts("faults of the store");
            faults::arm(&self.server.rows, dice);
            self.is_faulty = true;
        }
    }

    fn token(&mut self, dice: &mut Dice) {
        let token = shops::token(dice.below(SHOPS));
        if dice.percent(40) {
            self.tiktok.lab.revoke(&token);
        } else {
            (0..SHOPS).for_each(|shop| self.tiktok.lab.restore(&shops::token(shop)));
        }
    }

    fn wait(&mut self, dice: &mut Dice) {
        for shop in 0..SHOPS {
            let mut courier = std::mem::take(&mut self.couriers[shop]);
            courier.answers_come(self, shop, dice);
            self.couriers[shop] = courier;
        }
        let seconds = match dice.below(100) {
            0..=74 => dice.between(10, 400),
            75..=93 => dice.between(3_600, 10_800),
            94..=98 => dice.between(40_000, 110_000),
            _ => dice.between(170_000, 700_000),
        };
        self.server.forward(seconds);
    }
}

/// The end.
impl World {
    /// Everything works again, and time goes on: whatever was accepted comes to an end.
    pub(crate) fn drains(&mut self) {
        self.judge.step += 1;
        self.audit();
        faults::disarm(&self.server.rows);
        self.is_faulty = false;
        self.tiktok.is_well = true;
        (0..SHOPS).for_each(|shop| self.tiktok.lab.restore(&shops::token(shop)));
        self.server.clerk();
        let mut dice = Dice::of(1);
        for _ in 0..6 {
            self.server.forward(3_600);
            for shop in 0..SHOPS {
                for _ in 0..20 {
                    self.courier(shop, &mut dice);
                    while !self.couriers[shop].is_idle() {
                        self.courier(shop, &mut dice);
                    }
                }
            }
        }
        self.audit();
        // A shop that is gone stands still until somebody says otherwise, and nobody does.
        let gone = self.judge.gone_shop;
        let due = rows(&self.server.rows).into_iter().filter(|row| row.state == "due");
        let due = due.filter(|row| {
            gone.is_none() || self.judge.events.get(&row.id).map(|known| known.shop) != gone
        });
        for row in due.collect::<Vec<_>>() {
            self.judge.breaks("what is due is sent once TikTok takes it", row.id);
        }
        self.server.forward(8 * 24 * 3_600);
        self.sweep();
        let open = rows(&self.server.rows).into_iter().filter(Row::is_open);
        for row in open.collect::<Vec<_>>() {
            let what = format!("{} {}", row.id, row.state);
            self.judge.breaks("every accepted event comes to an end", what);
        }
    }
}
