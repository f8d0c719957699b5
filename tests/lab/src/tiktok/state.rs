//! What TikTok knows: tokens, faults, everything received, and what it counts. One lock, held for
//! moments.

use std::collections::{BTreeSet, HashMap};
use std::sync::{Arc, Mutex, MutexGuard};

use serde::Serialize;

use super::dedup::{Conversion, Dedup};
use super::event::{Event, Leg, Outcome, Seen};
use super::fault::{Fault, Faults, Timed};
use super::rules::Refusal;
use super::standin::Options;
use crate::clock::Clock;

/// One request of either leg, as it arrived and as it was answered.
#[derive(Clone, Debug, Serialize)]
pub struct Received {
    /// 0, 1, 2 … in the order of arrival.
    pub seq: usize,
    /// Milliseconds since 1970 on the stand-in's clock.
    pub at_ms: i64,
    pub leg: Leg,
    pub headers: Vec<(String, String)>,
    pub body: String,
    /// HTTP status, or `None` where no answer left.
    pub status: Option<u16>,
    pub code: Option<i64>,
    pub message: String,
    pub request_id: String,
    /// The fault that met it, in words.
    pub fault: Option<String>,
    pub events: Vec<Seen>,
}

/// A handle on the stand-in's state; clones share it.
#[derive(Clone, Debug)]
pub struct Tiktok(Arc<Shared>);

#[derive(Debug)]
struct Shared {
    clock: Clock,
    /// The pixels of each token; fixed at the start.
    pixels: HashMap<String, Vec<String>>,
    known: Mutex<Known>,
}

#[derive(Debug, Default)]
struct Known {
    revoked: BTreeSet<String>,
    faults: Faults,
    received: Vec<Received>,
    dedup: Dedup,
    violations: Vec<String>,
    requests: u64,
}

impl Tiktok {
    pub fn new(options: &Options) -> Self {
        Self(Arc::new(Shared {
            clock: Clock::default(),
            pixels: options.tokens.clone(),
            known: Mutex::default(),
        }))
    }

    /// Every request so far, both legs, in the order of arrival.
    pub fn received(&self) -> Vec<Received> {
        self.received_since(0)
    }

    /// Requests with `seq` from here on.
    pub fn received_since(&self, seq: usize) -> Vec<Received> {
        self.known().received.get(seq..).unwrap_or_default().to_vec()
    }

    /// The conversions TikTok counts, each with its copies.
    pub fn counted(&self) -> Vec<Conversion> {
        self.known().dedup.conversions.clone()
    }

    /// What no sender of ours may do, whatever TikTok says to it. A test ends by finding this
    /// empty.
    pub fn violations(&self) -> Vec<String> {
        self.known().violations.clone()
    }

    pub fn fault(&self, fault: impl Into<Timed>) {
        self.known().faults.add(fault.into());
    }

    pub fn clear_faults(&self) {
        self.known().faults.clear();
    }

    /// From now on the token is answered 40105.
    pub fn revoke(&self, token: &str) {
        self.known().revoked.insert(token.to_owned());
    }

    pub fn restore(&self, token: &str) {
        self.known().revoked.remove(token);
    }

    /// The stand-in's clock as a distance from the machine's, in seconds.
    pub fn set_clock_offset(&self, seconds: i64) {
        self.0.clock.set_offset(seconds);
    }

    /// Sets the stand-in's clock to this Unix second; it goes on from there.
    pub fn set_clock(&self, seconds: i64) {
        self.0.clock.set(seconds);
    }

    pub fn now_ms(&self) -> i64 {
        self.0.clock.now_ms()
    }

    /// Forgets requests, conversions, faults, violations and revocations; the clock stays.
    pub fn reset(&self) {
        let requests = self.known().requests;
        *self.known() = Known { requests, ..Known::default() };
    }

    /// `Ok` with the check "may this token write to that pixel", or the refusal of the token itself
    /// (rules 3 to 5).
    pub(super) fn permit(&self, token: Option<&str>) -> Result<impl Fn(&str) -> bool, Refusal> {
        let Some(token) = token.filter(|token| !token.is_empty()) else {
            return Err(Refusal::new(40104, "Access token is empty."));
        };
        let revoked = || Refusal::new(40105, "Access token is incorrect or has been revoked.");
        let pixels = self.0.pixels.get(token).ok_or_else(revoked)?;
        if self.known().revoked.contains(token) {
            return Err(revoked());
        }
        Ok(|pixel: &str| pixels.iter().any(|owned| owned == pixel))
    }

    pub(super) fn knows_pixel(&self, pixel: &str) -> bool {
        self.0.pixels.values().flatten().any(|known| known == pixel)
    }

    pub(super) fn next_fault(&self, leg: Leg, token: Option<&str>, body: &str) -> Option<Fault> {
        self.known().faults.take(leg, token, |event_id| body.contains(event_id))
    }

    pub(super) fn violation(&self, what: String) {
        self.known().violations.push(what);
    }

    /// As TikTok's: the time, then something unique.
    pub(super) fn request_id(&self) -> String {
        let mut known = self.known();
        known.requests += 1;
        format!("{:014}{:020X}", self.now_ms(), known.requests)
    }

    /// Takes accepted events in and says what became of each, in their order.
    pub(super) fn admit(&self, leg: Leg, events: &[Event]) -> Vec<Seen> {
        let now = self.now_ms();
        let mut known = self.known();
        let mut seen = |event: &Event| Seen {
            name: event.name.clone(),
            event_id: event.event_id.clone(),
            outcome: if event.test { Outcome::Test } else { known.dedup.admit(leg, now, event) },
            warnings: event.warnings.clone(),
        };
        events.iter().map(&mut seen).collect()
    }

    pub(super) fn record(&self, mut received: Received) {
        let mut known = self.known();
        received.seq = known.received.len();
        known.received.push(received);
    }

    fn known(&self) -> MutexGuard<'_, Known> {
        self.0.known.lock().expect("no holder of this lock panics")
    }
}
