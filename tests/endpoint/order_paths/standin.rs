//! The stand-in for TikTok without a connection. Its state is the requests it got, so that it can
//! be made again for each branch of an exploration.

use assent_endpoint::rules::answer::{self, Answer, Reply};
use assent_endpoint::secret::ClientIp;
use assent_endpoint::store::Owed;
use assent_gate::tiktok::events_api::{Element, Request};
use assent_gate::time::Timestamp;
use assent_lab::tiktok::{self, Conversion, Leg, Options, Tiktok};
use serde_json::{Value, json};

use super::Fault;
use super::bench::{BROWSERS, purchase_id};
use crate::support::beacon::hash;
use crate::support::server::{PIXEL, TOKEN};

#[derive(Debug, Clone)]
struct Got {
    at: Timestamp,
    leg: Leg,
    body: String,
    fault: Option<Fault>,
}

#[derive(Debug, Clone, Default)]
pub(super) struct Standin {
    got: Vec<Got>,
    pub(super) counted: Vec<Conversion>,
}

impl Standin {
    /// The browser's copy, at the browser's figures.
    pub(super) fn fires(&mut self, checkout: &str, visitor: &str, at: Timestamp) {
        let body = json!({
            "event": "Purchase", "event_id": purchase_id(checkout),
            "context": {"pixel": {"code": PIXEL}, "user": {"external_id": hash(visitor)}},
            "properties": {"value": BROWSERS.0, "currency": BROWSERS.1},
        });
        let reply = self.takes(Got { at, leg: Leg::Browser, body: body.to_string(), fault: None });
        assert_eq!(reply.answer, Answer::Accepted { code: 0 });
    }

    /// The endpoint's copies, in the bytes the courier sends.
    pub(super) fn track(&mut self, parcel: &[Owed], fault: Option<Fault>, at: Timestamp) -> Reply {
        self.takes(Got { at, leg: Leg::EventsApi, body: body(parcel), fault })
    }

    fn takes(&mut self, got: Got) -> Reply {
        let tiktok = Tiktok::new(&Options::one(PIXEL, TOKEN));
        for earlier in &self.got {
            ask(&tiktok, earlier);
        }
        let reply = ask(&tiktok, &got);
        assert_eq!(tiktok.violations(), [""; 0]);
        self.counted = tiktok.counted();
        self.got.push(got);
        reply
    }
}

/// The events of a request, one by one.
pub(super) fn elements(parcel: &[Owed]) -> Vec<Value> {
    let body: Value = serde_json::from_str(&body(parcel)).expect("JSON");
    body["data"].as_array().expect("a list").clone()
}

fn body(parcel: &[Owed]) -> String {
    let element = |owed| {
        let Owed { grant, event, ip, .. }: &Owed = owed;
        Element::new(grant, event, ip.as_ref().map(ClientIp::as_str))
    };
    let request = Request::new(PIXEL, None, parcel.iter().map(element).collect());
    serde_json::to_string(&request).expect("our own types have no maps with odd keys")
}

fn ask(tiktok: &Tiktok, got: &Got) -> Reply {
    tiktok.set_clock(got.at.0);
    if let Some(fault) = got.fault {
        tiktok.fault(fault.of_the_lab().times(1));
    }
    let said = match got.leg {
        Leg::Browser => tiktok.pixel(&got.body),
        Leg::EventsApi => tiktok.track(TOKEN, &got.body),
    };
    match said {
        Some(said) => answer::read(said.status, said.retry_after_seconds, said.body.as_bytes()),
        None => {
            Reply { answer: Answer::Unreadable { status: 0, retry_after: None }, request_id: None }
        }
    }
}

impl Fault {
    fn of_the_lab(self) -> tiktok::Fault {
        match self {
            Self::AnswerLost => tiktok::Fault::AnswerLost,
            Self::FailsAfterwards => {
                tiktok::Fault::Answer(tiktok::Answer { code: 50000, processed: true })
            }
            Self::Throttles => tiktok::Fault::Answer(tiktok::Answer::of(40100)),
            Self::Gateway => tiktok::Fault::BadGateway,
        }
    }
}
