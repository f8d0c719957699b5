//! The server leg's way out: beacons are enclosed, kept until they have a final answer, and sent
//! again under the same ids.

use super::answer::EndpointAnswer;
use super::host::Host;
use super::turn::Turn;
use crate::beacon::{Beacon, Client, VERSION, WireEvent, Withdrawal};
use crate::consent::Grant;
use crate::conversion::Conversion;
use crate::device::{self, Fired, Outbox, Waiting, stamped, withdrawal};
use crate::hex::{Anchor, Digest, EventId};
use crate::jar::Jar;
use crate::limits;
use crate::plan::Act;
use crate::settings::ShopDomain;
use crate::text::{Text, decimal, holds};
use crate::tiktok::{EventName, User};
use crate::time::{DAY, Timestamp};

/// Seconds to wait after 429 or 503 without a readable Retry-After, and the longest wait obeyed.
const PAUSE: i64 = 30;
const LONGEST_PAUSE: i64 = 3600;
/// Seconds after which a withdrawal for an unknown shop is given up: 13 months, as long as a grant
/// would have lasted. Until then it is tried once a day.
const LAST_TRY: i64 = 396 * DAY;
/// Seconds until this page tries again by itself; doubled five times.
const FIRST_WAKE: i64 = 15;

/// Who speaks, in every message of this page.
#[derive(Debug)]
#[cfg_attr(test, derive(Clone, Hash))]
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
#[cfg_attr(test, derive(Clone, Hash))]
pub(super) struct Sending {
    pub(super) sender: Sender,
    fired: Fired,
    outbox: Outbox,
    withdrawals: Outbox,
    /// Keys this page made: they stay in memory where storage is forbidden.
    own: Vec<Text>,
    /// Keys with a final answer, which another tab's copy must not bring back.
    finished: Vec<Text>,
    in_flight: Vec<(Text, usize)>,
    /// Keys that failed on this page: tried again when it wakes, or by a later page.
    failed: Vec<Text>,
    /// The endpoint asked for silence until then.
    quiet_until: Timestamp,
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
            failed: Vec::new(),
            quiet_until: Timestamp(i64::MIN),
            receipts: Vec::new(),
            asleep: false,
            wakings: 0,
        }
    }

    /// Takes in what the device keeps: other pages write there too. Whether there is room for another
    /// withdrawal.
    pub(super) fn read(&mut self, jar: &Jar, now: Timestamp) -> bool {
        self.fired.merge(&Fired::read(jar.stored(device::FIRED).text(), now));
        let beacon = |body: &str| body.starts_with('{');
        self.outbox = self.merged(&self.outbox, jar.stored(device::OUTBOX).text(), beacon);
        self.outbox.drop_stale(now);
        let parses = |body: &str| withdrawal::json(body).is_some();
        let withdrawn = jar.stored(device::WITHDRAWN).text();
        self.withdrawals = self.merged(&self.withdrawals, withdrawn, parses);
        self.withdrawals.iter().count() < limits::WITHDRAWALS
    }

    fn merged(&self, memory: &Outbox, stored: &str, is_ours: fn(&str) -> bool) -> Outbox {
        let mut merged = Outbox::read(stored, is_ours);
        self.finished.iter().for_each(|key| merged.remove(key));
        let is_own = |waiting: &&Waiting| self.own.contains(&waiting.key);
        for waiting in memory.iter().filter(is_own) {
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

    pub(super) fn store_fired(&self, turn: &mut Turn<'_>) {
        let text = self.fired.write();
        if !text.is_empty() {
            turn.store(device::FIRED, Some(text.into()));
        }
    }

    /// Puts events into beacons, in order; a beacon has one checkout and at most [`limits::BEACON`]
    /// bytes.
    pub(super) fn enclose<H: Host>(
        &mut self,
        grant: &Grant,
        wires: Vec<WireEvent>,
        host: &H,
        now: Timestamp,
    ) {
        let mut open: Option<(Beacon, usize)> = None;
        for mut wire in wires {
            let bytes = fit(&mut wire, host);
            let fits = |(beacon, used): &(Beacon, usize)| {
                used + bytes <= limits::BEACON
                    && (beacon.checkout.is_none()
                        || wire.checkout.is_none()
                        || beacon.checkout == wire.checkout)
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

    /// A receipt alone: no event, but a later order must find consent, by its checkout or by its
    /// cart. Once per anchor and page.
    pub(super) fn receipt<H: Host>(
        &mut self,
        grant: &Grant,
        conversion: &Conversion,
        host: &H,
        now: Timestamp,
    ) {
        let cart = || self.sender.cart.clone().filter(|_| conversion.name == EventName::AddToCart);
        let Some(anchor) = conversion.checkout.clone().or_else(cart) else { return };
        if self.receipts.contains(&anchor) {
            return;
        }
        self.receipts.push(anchor);
        let mut beacon = self.sender.beacon(grant, conversion.checkout.clone());
        beacon.user = Some(conversion.user.of_device());
        beacon.page = Some(conversion.page.clone());
        self.keep(&beacon, host, now);
    }

    /// Its key is a hash of what it tells of, so that a beacon with one event more is another one.
    /// So is the same event under a later grant, whose visitor is a new one: what any tab knows of
    /// the first must not be taken for the second's. And so is the same event told by another pixel
    /// of the page: each says in its own name whether the browser has fired it.
    fn keep<H: Host>(&mut self, beacon: &Beacon, host: &H, now: Timestamp) {
        let Some(body) = host.json(beacon) else { return };
        let mut told = String::new();
        for event in &beacon.events {
            told.push_str(event.event_id.as_str());
        }
        let user = |user: &User| user.external_id.clone();
        let of_user = beacon.user.as_ref().and_then(user);
        let of_event = beacon.events.first().and_then(|event| user(&event.user));
        for hash in [&beacon.checkout, &beacon.cart, &of_user, &of_event].into_iter().flatten() {
            told.push_str(hash.as_str());
        }
        told.push_str(&beacon.client.kind);
        let key = Digest::of(told.as_bytes()).first::<16>();
        self.own.push(key.as_str().into());
        self.finished.retain(|known| known != key.as_str());
        self.outbox.add(Waiting {
            key: key.into(),
            since: now,
            not_before: now,
            body: body.into(),
        });
    }

    /// Keeps a withdrawal until it is acknowledged. It needs no grant, and never makes room for
    /// another.
    pub(super) fn keep_withdrawal(&mut self, withdraw: &Withdrawal) {
        let now = withdraw.at;
        let body = withdrawal::write(withdraw);
        let key: Text = Digest::of(body.as_bytes()).first::<16>().into();
        self.own.push(key.clone());
        self.withdrawals.add(Waiting { key, since: now, not_before: now, body: body.into() });
    }

    /// Sends what waits and may go, and writes down what still waits.
    pub(super) fn flush(&mut self, _proof: &Grant, turn: &mut Turn<'_>) {
        let mut outbox = std::mem::take(&mut self.outbox);
        outbox.make_room();
        let mut waits = false;
        for waiting in outbox.iter() {
            let body = stamped(&waiting.body, sent_at(waiting, turn));
            waits |= self.send(waiting, LONGEST_PAUSE, body, turn);
        }
        self.sleep(waits, turn);
        turn.store(device::OUTBOX, outbox.write());
        self.outbox = outbox;
    }

    pub(super) fn flush_withdrawals<H: Host>(&mut self, host: &H, turn: &mut Turn<'_>) {
        let Some(client) = host.json(&self.sender.client) else { return };
        let withdrawals = std::mem::take(&mut self.withdrawals);
        let version = decimal(VERSION.into());
        let mut waits = false;
        for waiting in withdrawals.iter() {
            let Some(withdraw) = withdrawal::json(&waiting.body) else { continue };
            let shop = self.sender.shop.as_str();
            let parts = [
                "{\"v\":",
                &version,
                ",\"shop\":\"",
                shop,
                "\",\"client\":",
                &client,
                ",\"withdraw\":",
                &withdraw,
                "}",
            ];
            let body = stamped(&parts.concat(), sent_at(waiting, turn));
            waits |= self.send(waiting, DAY, body, turn);
        }
        self.withdrawals = withdrawals;
        self.sleep(waits, turn);
    }

    pub(super) fn store_withdrawals(&self, turn: &mut Turn<'_>) {
        turn.store(device::WITHDRAWN, self.withdrawals.write());
    }

    /// Sends it if it is due; whether it must wait for that. `longest` is for how long it may have
    /// been put off itself.
    fn send(
        &mut self,
        waiting: &Waiting,
        longest: i64,
        body: Option<Text>,
        turn: &mut Turn<'_>,
    ) -> bool {
        let now = turn.now;
        let under_way = self.in_flight.iter().any(|(key, _)| *key == waiting.key);
        // Nobody asks for a longer wait: what seems to is of before the clock was set back.
        let waits = |until: Timestamp, longest| until > now && until.since(now) <= longest;
        let is_postponed = waiting.not_before > waiting.since && waits(waiting.not_before, longest);
        let due = !is_postponed
            && !waits(self.quiet_until, LONGEST_PAUSE)
            && !self.failed.contains(&waiting.key);
        let bytes: usize = self.in_flight.iter().map(|(_, bytes)| bytes).sum();
        let Some(body) = body.filter(|_| !under_way) else { return false };
        if due && bytes + body.len() <= limits::IN_FLIGHT {
            self.in_flight.push((waiting.key.clone(), body.len()));
            turn.act(Act::Send { key: waiting.key.clone(), body });
        }
        !due // what only waits for room goes with the next answer
    }

    fn sleep(&mut self, waits: bool, turn: &mut Turn<'_>) {
        if waits && !self.asleep {
            self.asleep = true;
            let wish = self.quiet_until.since(turn.now).min(LONGEST_PAUSE);
            turn.act(Act::Wake { after: wish.max(FIRST_WAKE << self.wakings.min(5)) });
            self.wakings += 1;
        }
    }

    /// Whether it waits for an answer under this key, and holds the word.
    pub(super) fn names(&self, key: &str, word: &str) -> bool {
        self.outbox.find(key).is_some_and(|waiting| holds(&waiting.body, word))
    }

    /// What has no final answer is tried again: after the time the endpoint asks for, else when the
    /// page wakes, never at once. Gives the status by which it was refused for good.
    pub(super) fn answered(
        &mut self,
        key: &str,
        answer: EndpointAnswer,
        now: Timestamp,
    ) -> Option<u16> {
        use EndpointAnswer::{Accepted, Later, Lost, Refused, RefusedAsWithdrawn, Withdrawn};

        self.in_flight.retain(|(known, _)| known != key);
        let refused = match (answer, self.withdrawals.find(key).map(|no| no.since)) {
            (Accepted, None) | (Withdrawn, Some(_)) => None,
            (RefusedAsWithdrawn, None) => Some(403),
            // The shop may come back.
            (Refused(404), Some(since)) if now.since(since) < LAST_TRY => {
                self.withdrawals.postpone(key, now.plus(DAY));
                return None;
            }
            (Refused(status), None) | (Refused(status @ (400 | 404)), Some(_)) => Some(status),
            (Later(wait), _) => {
                let until = now.plus(wait.unwrap_or(PAUSE).clamp(1, LONGEST_PAUSE));
                self.quiet_until = self.quiet_until.max(until);
                self.outbox.postpone(key, until);
                self.withdrawals.postpone(key, until);
                return None;
            }
            (Accepted | RefusedAsWithdrawn | Refused(_), Some(_))
            | (Withdrawn, None)
            | (Lost, _) => {
                self.failed.push(key.into());
                return None;
            }
        };
        self.finished.push(key.into());
        self.outbox.remove(key);
        self.withdrawals.remove(key);
        self.wakings = 0;
        refused
    }

    pub(super) fn awake(&mut self) {
        self.asleep = false;
        self.failed.clear();
    }

    /// The grant has ended: what waits must not leave any more.
    pub(super) fn forget(&mut self) {
        self.finished.extend(self.outbox.iter().map(|waiting| waiting.key.clone()));
        self.outbox.clear();
        self.fired = Fired::default();
        self.receipts.clear();
    }
}

/// The device's clock now; if it was set back since the message was made, as it was then: all times
/// in a message are of one clock.
fn sent_at(waiting: &Waiting, turn: &Turn<'_>) -> Timestamp {
    turn.now.max(waiting.since)
}

/// Cuts contents from the tail until the event fits a beacon; value and `num_items` stay the
/// order's. Returns its bytes.
fn fit<H: Host>(wire: &mut WireEvent, host: &H) -> usize {
    const ROOM: usize = limits::BEACON - 4096; // for the beacon's head
    loop {
        let bytes = host.json(wire).map_or(0, |json| json.len() + 1);
        let lines = wire.properties.contents.len();
        if bytes <= ROOM || lines == 0 {
            return bytes;
        }
        wire.properties.contents.truncate(lines - lines.div_ceil(8));
    }
}
