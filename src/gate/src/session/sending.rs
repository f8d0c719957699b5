//! The server leg's way out: beacons are enclosed, kept until they have a final answer, and sent again under the same
//! ids.

use super::Host;
use crate::beacon::{Beacon, Client, User, WireEvent};
use crate::consent::Grant;
use crate::device::{self, Fired, Outbox, Waiting, stamped};
use crate::draft::Draft;
use crate::hex::{Anchor, EventId};
use crate::jar::Jar;
use crate::plan::{Act, Plan};
use crate::settings::ShopDomain;
use crate::time::Timestamp;

/// Bytes of one beacon.
const MOST_BYTES: usize = 32 * 1024;
/// Bytes of all requests under way: a browser refuses keepalive beyond 64 KiB.
const MOST_IN_FLIGHT: usize = 60_000;
/// Seconds to wait after 429 or 503 without a readable Retry-After, and the longest wait obeyed.
const PAUSE: i64 = 30;
const LONGEST_PAUSE: i64 = 3600;

/// What came of a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Answer {
    /// HTTP status, and Retry-After in seconds.
    Status(u16, Option<i64>),
    /// None at all.
    Lost,
}

/// Who speaks, in every message of this page.
#[derive(Debug)]
pub(super) struct Sender {
    pub(super) shop: ShopDomain,
    pub(super) client: Client,
    pub(super) cart: Option<Anchor>,
}

impl Sender {
    fn beacon(&self, grant: &Grant, checkout: Option<Anchor>) -> Beacon {
        Beacon::new(grant, self.shop.as_str(), self.client.clone(), checkout, self.cart.clone())
    }
}

#[derive(Debug)]
pub(super) struct Sending {
    pub(super) sender: Sender,
    fired: Fired,
    outbox: Outbox,
    withdrawals: Outbox,
    /// Keys this page made: they stay in memory where storage is forbidden.
    own: Vec<String>,
    /// Keys with a final answer, which another tab's copy must not bring back.
    finished: Vec<String>,
    in_flight: Vec<(String, usize)>,
    /// Anchors for which this page has sent a receipt alone.
    receipts: Vec<Anchor>,
    asleep: bool,
    wakings: u32,
}

impl Sending {
    pub(super) fn new(sender: Sender) -> Self {
        Self {
            sender,
            fired: Fired::default(),
            outbox: Outbox::default(),
            withdrawals: Outbox::default(),
            own: Vec::new(),
            finished: Vec::new(),
            in_flight: Vec::new(),
            receipts: Vec::new(),
            asleep: false,
            wakings: 0,
        }
    }

    /// Takes in what the device keeps: other pages write there too.
    pub(super) fn read(&mut self, jar: &Jar, now: Timestamp) {
        let stored = Fired::read(jar.fired.as_deref().unwrap_or_default(), now);
        self.fired.merge(&stored);
        let oldest = now.plus(-Outbox::LIFE);
        self.outbox = self.merged(&self.outbox, jar.outbox.as_deref(), oldest);
        self.withdrawals = self.merged(&self.withdrawals, jar.withdrawn.as_deref(), Timestamp(i64::MIN));
    }

    fn merged(&self, memory: &Outbox, stored: Option<&str>, oldest: Timestamp) -> Outbox {
        let mut merged = Outbox::read(stored.unwrap_or_default(), oldest);
        self.finished.iter().for_each(|key| merged.remove(key));
        for waiting in memory.iter().filter(|waiting| self.own.contains(&waiting.key)) {
            merged.remove(&waiting.key); // this page knows better when to try again
            merged.add(waiting.clone());
        }
        merged
    }

    pub(super) fn has_fired(&self, id: &EventId) -> bool {
        self.fired.contains(id)
    }

    pub(super) fn fire(&mut self, id: &EventId, now: Timestamp) {
        self.fired.add(id, now);
    }

    pub(super) fn store_fired(&self, jar: &Jar, plan: &mut Plan) {
        let text = self.fired.write();
        if !text.is_empty() && jar.fired.as_ref() != Some(&text) {
            plan.acts.push(Act::Store { key: device::FIRED, value: Some(text) });
        }
    }

    /// Puts events into beacons, in order; a beacon has one checkout and at most [`MOST_BYTES`].
    pub(super) fn enclose<H: Host>(&mut self, grant: &Grant, wires: Vec<WireEvent>, host: &H, now: Timestamp) {
        let mut open: Option<(Beacon, usize)> = None;
        for mut wire in wires {
            let bytes = fit(&mut wire, host);
            let fits = |(beacon, used): &(Beacon, usize)| {
                used + bytes <= MOST_BYTES
                    && (beacon.checkout.is_none() || wire.checkout.is_none() || beacon.checkout == wire.checkout)
            };
            if !open.as_ref().is_some_and(fits)
                && let Some((full, _)) = open.take()
            {
                self.keep(&full, host, now);
            }
            let (beacon, used) = open.get_or_insert_with(|| {
                let beacon = self.sender.beacon(grant, None);
                let head = host.json(&beacon).map_or(0, |json| json.len());
                (beacon, head + 100) // the checkout's anchor comes later
            });
            beacon.checkout = beacon.checkout.take().or_else(|| wire.checkout.clone());
            beacon.events.push(wire);
            *used += bytes;
        }
        if let Some((last, _)) = open {
            self.keep(&last, host, now);
        }
    }

    /// A receipt alone: no event, but a later order must find consent. Once per anchor and page.
    pub(super) fn receipt<H: Host>(&mut self, grant: &Grant, draft: Draft, host: &H, now: Timestamp) {
        let Some(checkout) = draft.checkout.filter(|anchor| !self.receipts.contains(anchor)) else { return };
        self.receipts.push(checkout.clone());
        let mut beacon = self.sender.beacon(grant, Some(checkout));
        beacon.user = Some(User {
            external_id: draft.user.external_id,
            ttclid: draft.user.ttclid,
            ttp: draft.user.ttp,
            user_agent: draft.user.user_agent,
            locale: draft.user.locale,
            ..User::default()
        });
        beacon.page = Some(draft.page);
        self.keep(&beacon, host, now);
    }

    fn keep<H: Host>(&mut self, beacon: &Beacon, host: &H, now: Timestamp) {
        let first = beacon.events.first().map(|event| event.event_id.as_str());
        let Some(name) = first.or(beacon.checkout.as_ref().map(Anchor::as_str)) else { return };
        let Some(body) = host.json(beacon) else { return };
        self.own.push(name.to_owned());
        self.finished.retain(|key| key != name);
        self.outbox.add(Waiting { key: name.to_owned(), since: now, not_before: now, body });
    }

    /// Keeps a withdrawal until it is acknowledged. It needs no grant.
    pub(super) fn keep_withdrawal(&mut self, body: String, now: Timestamp, plan: &mut Plan) {
        let key = ["withdrawal-", &now.text()].concat();
        self.own.push(key.clone());
        self.withdrawals.add(Waiting { key, since: now, not_before: now, body });
        plan.acts.push(Act::Store { key: device::WITHDRAWN, value: self.withdrawals.write() });
    }

    /// Sends what waits and may go, and writes down what still waits.
    pub(super) fn flush(&mut self, _proof: &Grant, jar: &Jar, now: Timestamp, plan: &mut Plan) {
        let outbox = std::mem::take(&mut self.outbox);
        self.send_due(&outbox, now, plan);
        self.outbox = outbox;
        self.store_outbox(jar, plan);
        self.ask_to_wake(plan);
    }

    pub(super) fn flush_withdrawals(&mut self, now: Timestamp, plan: &mut Plan) {
        let withdrawals = std::mem::take(&mut self.withdrawals);
        self.send_due(&withdrawals, now, plan);
        self.withdrawals = withdrawals;
        self.ask_to_wake(plan);
    }

    fn send_due(&mut self, waiting: &Outbox, now: Timestamp, plan: &mut Plan) {
        for waiting in waiting.iter().filter(|waiting| waiting.not_before <= now) {
            let under_way = self.in_flight.iter().any(|(key, _)| *key == waiting.key);
            let bytes: usize = self.in_flight.iter().map(|(_, bytes)| bytes).sum();
            let Some(body) = stamped(&waiting.body, now) else { continue };
            if !under_way && bytes + body.len() <= MOST_IN_FLIGHT {
                self.in_flight.push((waiting.key.clone(), body.len()));
                plan.acts.push(Act::Send { key: waiting.key.clone(), body });
            }
        }
    }

    fn store_outbox(&self, jar: &Jar, plan: &mut Plan) {
        let text = self.outbox.write();
        if text != jar.outbox {
            plan.acts.push(Act::Store { key: device::OUTBOX, value: text });
        }
    }

    /// 2xx and a final 4xx end it; everything else is tried again, no sooner than asked.
    pub(super) fn answered(&mut self, key: &str, answer: Answer, jar: &Jar, now: Timestamp, plan: &mut Plan) {
        self.in_flight.retain(|(known, _)| known != key);
        match again(answer) {
            None => {
                self.finished.push(key.to_owned());
                self.outbox.remove(key);
                self.withdrawals.remove(key);
                self.wakings = 0;
            }
            Some(pause) => {
                self.outbox.postpone(key, now.plus(pause));
                self.withdrawals.postpone(key, now.plus(pause));
            }
        }
        self.store_outbox(jar, plan);
        let withdrawals = self.withdrawals.write();
        if withdrawals != jar.withdrawn {
            plan.acts.push(Act::Store { key: device::WITHDRAWN, value: withdrawals });
        }
    }

    /// While the page stays open it tries again by itself, ever more rarely.
    fn ask_to_wake(&mut self, plan: &mut Plan) {
        let idle = |outbox: &Outbox| outbox.iter().any(|w| self.in_flight.iter().all(|(key, _)| *key != w.key));
        if !self.asleep && (idle(&self.outbox) || idle(&self.withdrawals)) {
            self.asleep = true;
            plan.acts.push(Act::Wake { after: 15 << self.wakings.min(5) });
            self.wakings += 1;
        }
    }

    pub(super) fn awake(&mut self) {
        self.asleep = false;
    }

    /// The grant has ended: what waits must not leave any more.
    pub(super) fn forget(&mut self) {
        self.finished.extend(self.outbox.iter().map(|waiting| waiting.key.clone()));
        self.outbox.clear();
        self.fired = Fired::default();
        self.receipts.clear();
    }
}

/// Seconds until another try, or `None` where the answer is final.
fn again(answer: Answer) -> Option<i64> {
    match answer {
        Answer::Status(429 | 503, wait) => Some(wait.unwrap_or(PAUSE).clamp(1, LONGEST_PAUSE)),
        Answer::Status(408 | 500.., _) | Answer::Lost => Some(0),
        Answer::Status(0..=499, _) => None,
    }
}

/// Cuts contents from the tail until the event fits a beacon; value and `num_items` stay the order's. Returns its bytes.
fn fit<H: Host>(wire: &mut WireEvent, host: &H) -> usize {
    const ROOM: usize = MOST_BYTES - 4096; // for the beacon's head
    loop {
        let bytes = host.json(wire).map_or(0, |json| json.len() + 1);
        let lines = wire.properties.contents.len();
        if bytes <= ROOM || lines == 0 {
            return bytes;
        }
        wire.properties.contents.truncate(lines - lines.div_ceil(8));
    }
}
