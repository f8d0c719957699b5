//! TikTok and the way there: the lab's strict stand-in, with answers that are lost, late, wrong, or
//! of a part only (docs/facts/tiktok.md#answers).

use std::collections::HashSet;

use assent_endpoint::rules::answer::{Answer, Reply, read};
use assent_lab::tiktok::{Answer as Code, Fault, Leg, Outcome, Tiktok as Lab};
use serde_json::{Value, json};

use crate::device::Event;
use crate::dice::Dice;
use crate::names;
use crate::shops;

pub(crate) struct Tiktok {
    pub(crate) lab: Lab,
    /// Events whose server copy it has looked at and taken.
    pub(crate) taken: HashSet<String>,
    seen: usize,
    pub(crate) is_well: bool,
}

impl Tiktok {
    pub(crate) fn new() -> Self {
        Self { lab: shops::tiktok(), taken: HashSet::new(), seen: 0, is_well: false }
    }

    /// The browser's copy.
    pub(crate) fn fires(&mut self, shop: usize, event: &Event, visitor: usize, now: i64) {
        let body = json!({
            "event": event.name, "event_id": event.id,
            "context": {
                "pixel": {"code": shops::pixel(shop)},
                "user": {"external_id": names::external_id(visitor)},
            },
            "properties": {"value": 81.91, "currency": "EUR"},
        });
        self.lab.set_clock(now);
        self.lab.pixel(&body.to_string());
        self.look();
    }

    /// A request's bytes have left; the answer the courier gets.
    pub(crate) fn takes(&mut self, shop: usize, body: &[u8], now: i64, dice: &mut Dice) -> Reply {
        self.lab.set_clock(now);
        let body = std::str::from_utf8(body).expect("JSON");
        let chance = if self.is_well { 99 } else { dice.below(100) };
        let fault = match chance {
            0..=3 => return Reply { answer: Answer::Unreached, request_id: None },
            4..=8 => Some(Fault::AnswerLost),
            9..=11 => Some(Fault::Hang),
            12..=14 => Some(Fault::BadGateway),
            15..=17 => Some(Fault::Answer(Code { code: 50000, processed: dice.percent(50) })),
            18..=20 => Some(Fault::Answer(Code::of(40100))),
            21..=22 => Some(Fault::TooMany { retry_after_seconds: 30 }),
            23..=24 => Some(Fault::Unparsable),
            25..=27 => return self.takes_a_part(shop, body, dice),
            28..=29 => Some(Fault::Answer(Code::of(40002))),
            30..=32 if self.has_all(body) => Some(Fault::Answer(Code::of(40050))),
            _ => None,
        };
        if let Some(fault) = fault {
            self.lab.fault(fault.times(1));
        }
        let said = self.lab.track(&shops::token(shop), body);
        self.look();
        match said {
            Some(said) => read(said.status, said.retry_after_seconds, said.body.as_bytes()),
            None => Reply {
                answer: Answer::Unreadable { status: 0, retry_after: None },
                request_id: None,
            },
        }
    }

    /// 20001: of a batch some, of a single event that one.
    fn takes_a_part(&mut self, shop: usize, body: &str, dice: &mut Dice) -> Reply {
        let mut part: Value = serde_json::from_str(body).expect("JSON");
        let data = part["data"].as_array_mut().expect("a list");
        let alone = data.len() == 1;
        data.retain(|_| alone || dice.percent(50));
        if !data.is_empty() {
            let said = self.lab.track(&shops::token(shop), &part.to_string());
            self.look();
            let said = said.expect("there is no fault");
            let reply = read(said.status, None, said.body.as_bytes());
            if reply.answer != (Answer::Accepted { code: 0 }) {
                return reply;
            }
        }
        read(200, None, br#"{"code":20001,"message":"Partial OK","request_id":"1","data":{}}"#)
    }

    fn has_all(&self, body: &str) -> bool {
        let body: Value = serde_json::from_str(body).expect("JSON");
        let data = body["data"].as_array().expect("a list");
        data.iter()
            .all(|event| event["event_id"].as_str().is_some_and(|id| self.taken.contains(id)))
    }

    fn look(&mut self) {
        for request in self.lab.received_since(self.seen) {
            self.seen += 1;
            if request.leg == Leg::EventsApi {
                let is_taken =
                    |outcome| !matches!(outcome, Outcome::Refused | Outcome::NotProcessed);
                let ids = request.events.into_iter().filter(|seen| is_taken(seen.outcome));
                self.taken.extend(ids.filter_map(|seen| seen.event_id));
            }
        }
    }

    /// Ids that it has counted more than once.
    pub(crate) fn counted_twice(&self) -> Vec<String> {
        let mut seen = HashSet::new();
        let counted = self.lab.counted().into_iter();
        let keys = counted.map(|one| (one.pixel, one.name, one.event_id.unwrap_or_default()));
        keys.filter(|key| !seen.insert(key.clone())).map(|(_, _, id)| id).collect()
    }
}
