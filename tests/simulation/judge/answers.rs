//! What was answered.

use serde_json::Value;

use super::{Demand, Judge, Known, Word, anchors, names_any};
use crate::device::{Sent, What};
use crate::server::Answer;
use crate::shopify::{About, Order, Webhook};
use crate::visit::Visit;

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
        let is_beacon = matches!(word.said.what, What::Yes { .. });
        if answer.status == 503 && is_beacon && self.being_erased == Some(word.said.shop) {
            self.counts("answered: the shop is being erased");
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
            if event.is_fired && word.is_clean {
                known.told_fired.push((step, said.at));
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
            About::Shop => {
                self.gone_shop = Some(webhook.shop);
                self.being_erased = Some(webhook.shop);
            }
        }
    }

    /// An order has made this Purchase.
    pub(crate) fn made(&mut self, id: &str) {
        if let Some(known) = self.events.get_mut(id) {
            known.made = Some(self.step);
        }
    }

    pub(crate) fn was_heard(&self, visit: usize) -> bool {
        self.heard.contains_key(&visit)
    }
}

fn is_of_clocks(body: &Value) -> bool {
    let of_clocks = |reason: &Value| reason == "in_the_future" || reason == "too_old";
    of_clocks(&body["reason"])
        || body["refused"]
            .as_array()
            .is_some_and(|all| !all.is_empty() && all.iter().all(|one| of_clocks(&one["reason"])))
}
