//! What the endpoint does, and what happens to it.

use std::hash::Hash as _;

use assent_endpoint::delivery::way::Way;
use assent_endpoint::store::{Lives, Swept, Whom};
use assent_endpoint::zone::Zones;
use serde_json::Value;

use super::World;
use crate::courier::Courier;
use crate::device::Device;
use crate::dice::Dice;
use crate::faults;
use crate::names;
use crate::shops::{self, SHOPS};

impl World {
    pub(super) fn courier(&mut self, shop: usize, dice: &mut Dice) {
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

    pub(super) fn forget(&mut self, dice: &mut Dice) {
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

    pub(super) fn clerk(&mut self) {
        self.server.clerk();
        if !self.is_faulty {
            self.judge.being_erased = None;
        }
    }

    pub(super) fn sweep(&mut self) {
        self.reconcile();
        let now = self.server.now();
        let lives = Lives { receipts_months: 36, zones: Zones::UTC };
        loop {
            let lives = lives.clone();
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

    pub(super) fn crash(&mut self, dice: &mut Dice) {
        self.judge.counts("crashes");
        faults::disarm(&self.server.rows);
        self.is_faulty = false;
        self.couriers = (0..SHOPS).map(|_| Courier::default()).collect();
        self.way = Way::default();
        let testing = dice.percent(25).then(|| dice.below(SHOPS));
        self.server.crash(testing);
        self.judge.testing = testing;
    }

    pub(super) fn store_fault(&mut self, dice: &mut Dice) {
        if self.is_faulty {
            faults::disarm(&self.server.rows);
            self.is_faulty = false;
        } else {
            self.judge.counts("faults of the store");
            faults::arm(&self.server.rows, dice);
            self.is_faulty = true;
        }
    }

    pub(super) fn token(&mut self, dice: &mut Dice) {
        let token = shops::token(dice.below(SHOPS));
        if dice.percent(40) {
            self.tiktok.lab.revoke(&token);
        } else {
            (0..SHOPS).for_each(|shop| self.tiktok.lab.restore(&shops::token(shop)));
        }
    }

    pub(super) fn wait(&mut self, dice: &mut Dice) {
        for shop in 0..SHOPS {
            let mut courier = std::mem::take(&mut self.couriers[shop]);
            courier.answers_come(self, shop, dice);
            self.couriers[shop] = courier;
        }
        let seconds = match dice.below(100) {
            0..=74 => dice.between(10, 400),
            75..=96 => dice.between(3_600, 10_800),
            97..=98 => dice.between(40_000, 110_000),
            _ => dice.between(170_000, 700_000),
        };
        self.server.forward(seconds);
    }
}
