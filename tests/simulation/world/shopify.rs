//! What Shopify does.

use std::hash::Hash as _;

use super::{DEVICES, World};
use crate::device::{Device, Event};
use crate::dice::Dice;
use crate::shopify::{About, Order, Webhook};
use crate::shops::SHOPS;

impl World {
    pub(super) fn order(&mut self, dice: &mut Dice) {
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
        let purchase = Event {
            id: self.visits[visit].purchase.clone(),
            name: "Purchase",
            visit: Some(visit),
            is_fired: false,
        };
        self.judge.learns(shop, &purchase);
        self.orders.push(order);
    }

    pub(super) fn webhook(&mut self, dice: &mut Dice) {
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
                if let (About::Order(order), true) =
                    (&self.webhooks[at].about, answer.body["outcome"] == "recovered")
                {
                    let visit = self.orders[*order].visit;
                    self.judge.made(&self.visits[visit].purchase);
                }
                if answer.body["outcome"] != "duplicate" {
                    let webhook = self.webhooks[at].clone();
                    self.judge.webhook(&self.orders, &webhook);
                }
            }
            503 if self.is_faulty => {}
            _ => self.judge.breaks("every signed webhook is taken", format!("{answer:?}")),
        }
    }

    pub(super) fn redact(&mut self, dice: &mut Dice) {
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
