//! What shoppers and their devices do.

use std::hash::Hash as _;

use super::{DEVICES, LONGEST_LINE, LONGEST_VISIT, OUTBOX, World};
use crate::device::{Device, Sent, What};
use crate::dice::Dice;
use crate::names;

impl World {
    /// The first of which `may` is so, from one that the dice choose: a trail without a step that
    /// concerned another device means the same to this one.
    pub(super) fn device(&self, dice: &mut Dice, may: impl Fn(&Device) -> bool) -> Option<usize> {
        let first = dice.below(DEVICES);
        (first..first + DEVICES).map(|n| n % DEVICES).find(|n| may(&self.devices[*n]))
    }

    pub(super) fn act(&mut self, dice: &mut Dice) {
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
        for event in fired {
            if !self.fired.contains_key(&event.id) {
                self.fired.insert(event.id.clone(), now);
                self.tiktok.fires(shop, &event, visitor, now);
            }
        }
    }

    pub(super) fn post(&mut self, dice: &mut Dice, noes: bool) {
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

    pub(super) fn line(&mut self, dice: &mut Dice) {
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

    pub(super) fn no(&mut self, dice: &mut Dice) {
        let number = self.number();
        let Some(at) = self.device(dice, |device| device.visitor.is_some()) else { return };
        let now = self.now();
        let late = self.devices[at].in_flight(now, dice);
        self.line.extend(late);
        self.devices[at].says_no(&self.visits, number, now, dice);
    }

    pub(super) fn moves(&mut self, dice: &mut Dice) {
        let at = dice.below(DEVICES);
        let (shop, here) = (self.devices[at].shop, self.devices[at].at);
        let there = match dice.below(6) {
            0 => self.visit(shop, Some(here)),
            1..=3 => {
                let theirs = self.devices.iter().filter(|device| device.shop == shop);
                let theirs: Vec<usize> = theirs.map(|device| device.at).collect();
                *dice.one_of(&theirs).expect("its own at least")
            }
            _ => self.visit(shop, None),
        };
        self.devices[at].at = there;
    }
}
