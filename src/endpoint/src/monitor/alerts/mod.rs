//! Tells another machine when a shop stops, when the store cannot be written, and when a demand of
//! Shopify's is near its date; and pings a dead man's switch while all is well. It is a task of its
//! own: nothing of an event's way waits for it.

mod condition;
mod post;

use std::collections::{BTreeMap, VecDeque};
use std::time::Duration;

use assent_gate::time::Timestamp;
use tokio::sync::watch;

use self::condition::{Condition, Detail, standing};
pub use self::post::Post;
use super::Monitor;
use crate::clock::Clock;

const EVERY: Duration = Duration::from_secs(10);
/// Services of this kind tell a lost ping after a minute at the earliest.
const PING_EVERY: i64 = 60;
/// With the waits between them about an hour and a half.
const ATTEMPTS: u32 = 12;
const FIRST_WAIT: i64 = 10;
const LONGEST_WAIT: i64 = 15 * 60;
/// Messages that wait; beyond it the oldest goes.
const MOST: usize = 100;

/// What stands, with what is to be told of it.
type Standing = BTreeMap<Condition, Detail>;

/// A message on its way.
#[derive(Debug)]
struct Letter {
    body: Vec<u8>,
    attempts: u32,
    next_at: Timestamp,
}

#[derive(Debug)]
pub struct Alerter {
    monitor: Monitor,
    clock: Clock,
    post: Post,
    told: Standing,
    waiting: VecDeque<Letter>,
    next_ping: Option<Timestamp>,
    /// And the log has said why.
    ping_missing: bool,
}

impl Alerter {
    pub fn new(monitor: Monitor, clock: Clock, post: Post) -> Self {
        Self {
            monitor,
            clock,
            post,
            told: Standing::new(),
            waiting: VecDeque::new(),
            next_ping: None,
            ping_missing: false,
        }
    }

    /// Works until `stop` says `true`.
    pub async fn run(mut self, mut stop: watch::Receiver<bool>) {
        while !*stop.borrow() {
            tokio::select! {
                () = self.round() => {}
                _ = stop.changed() => break,
            }
            tokio::select! {
                () = tokio::time::sleep(EVERY) => {}
                _ = stop.changed() => {}
            }
        }
        if !self.waiting.is_empty() {
            let n = self.waiting.len();
            tracing::warn!(n, "alerts were not delivered before the stop");
        }
    }

    /// Looks once, tells what has changed, and pings if it is time and all is well.
    pub async fn round(&mut self) {
        let now = self.clock.now();
        let look = self.monitor.look(now).await;
        let readiness = self.monitor.readiness.clone();
        let mut ready = readiness.check().await;
        // A ping says that this process can store: so before each there is a test, even where
        // nobody has written anything for long.
        let mut doubt = look.as_ref().as_ref().err().cloned();
        if ready.is_ok()
            && self.is_ping_due(now)
            && let Err(no) = readiness.test().await
        {
            doubt = Some(no.to_string());
            // A test that had no room or no time says nothing of the store; a commit that failed does.
            ready = readiness.check().await;
        }
        let standing = standing(&look, &ready, &self.told, now);
        self.step(standing, doubt, now).await;
    }

    /// The same, of what is known already. `doubt`: why it is not known that all is well, where nothing
    /// stands.
    async fn step(&mut self, standing: Standing, doubt: Option<String>, now: Timestamp) {
        for body in condition::letters(&self.told, &standing, now) {
            self.waiting.push_back(Letter { body, attempts: 0, next_at: now });
        }
        while self.waiting.len() > MOST {
            self.give_up("too many wait");
        }
        self.told = standing;
        self.deliver(now).await;
        if self.told.is_empty() && self.is_ping_due(now) {
            match doubt {
                None => self.ping(now).await,
                Some(why) => self.withhold(&why),
            }
        }
    }

    /// A clock that was set back begins anew.
    fn is_ping_due(&self, now: Timestamp) -> bool {
        let is_early = |at: Timestamp| (1..=PING_EVERY).contains(&at.since(now));
        self.post.pings() && !self.next_ping.is_some_and(is_early)
    }

    /// In order: where the first is not taken, the others would not be either.
    async fn deliver(&mut self, now: Timestamp) {
        while let Some(letter) = self.waiting.front_mut() {
            let is_early = (1..=LONGEST_WAIT).contains(&letter.next_at.since(now));
            if is_early {
                return;
            }
            match self.post.send(&letter.body).await {
                Ok(()) => {
                    self.waiting.pop_front();
                    self.monitor.series.alerted("taken");
                }
                Err(error) => {
                    letter.attempts += 1;
                    let wait = FIRST_WAIT << (letter.attempts - 1).min(10);
                    letter.next_at = now.plus(wait.min(LONGEST_WAIT));
                    let attempts = letter.attempts;
                    tracing::warn!(attempts, "an alert was not delivered: {error}");
                    if attempts < ATTEMPTS {
                        return;
                    }
                    self.give_up("it was tried often enough");
                }
            }
        }
    }

    fn give_up(&mut self, why: &str) {
        if self.waiting.pop_front().is_some() {
            self.monitor.series.alerted("given_up");
            tracing::error!("an alert is given up: {why}. Is the url in [alerts] right?");
        }
    }

    /// One that is not taken is not repeated: the next one is due soon, and that it is missing is
    /// what its receiver waits for.
    async fn ping(&mut self, now: Timestamp) {
        self.next_ping = Some(now.plus(PING_EVERY));
        match self.post.ping().await {
            Ok(()) => self.ping_missing = false,
            Err(error) if !self.ping_missing => {
                self.ping_missing = true;
                tracing::warn!("a ping was not taken: {error}. Is the ping_url in [alerts] right?");
            }
            Err(_) => {}
        }
    }

    /// Until nobody doubts; it stays due.
    fn withhold(&mut self, why: &str) {
        if !self.ping_missing {
            self.ping_missing = true;
            tracing::warn!("no ping is sent: it is not known whether all is well ({why})");
        }
    }
}

#[cfg(test)]
mod tests;
