//! One page view in the browser, as a state machine. The shell reads the device ([`Jar`]) anew before every call, hands
//! in the time, and carries out the [`Plan`] it gets back.
//!
//! Invariant: an act that sends or calls TikTok is only made from a [`Grant`] decided in that very call. The one
//! exception is the withdrawal message.

mod click;
mod known_consent;
mod reporting;
mod sending;
#[cfg(test)]
mod tests;
mod tiktok_script;
mod withdrawal;

use serde::Serialize;

use self::click::Click;
pub use self::sending::Answer;
use self::sending::{Sender, Sending};
use self::tiktok_script::Browser;
pub use self::tiktok_script::Cleanable;
use self::withdrawal::Named;
use crate::beacon::Client;
use crate::consent::records::{self, Published};
use crate::consent::{Decision, Shopify};
use crate::device::{self, Marker};
use crate::event::Event;
use crate::hex::EventId;
use crate::ids;
use crate::jar::Jar;
use crate::page;
use crate::plan::{Line, Plan, Seen};
use crate::settings::Settings;
use crate::shopify::{Malformed, Start};
use crate::text::decimal;
use crate::time::Timestamp;

/// What the machine must lend.
pub trait Host {
    /// From a cryptographic source; `None` where it has none.
    fn random(&mut self) -> Option<[u8; 16]>;
    /// Unicode's lower case.
    fn lower(&self, text: &str) -> String;
    /// JSON text, one line.
    fn json<T: Serialize>(&self, value: &T) -> Option<String>;
}

/// Events kept while nobody has decided. The oldest make room.
const MOST_HELD: usize = 100;
/// Looks at a device that cannot be read, after 1, 2, 4, … seconds: about a minute, then only events bring others.
const MOST_BLIND: u32 = 6;

#[derive(Debug)]
#[cfg_attr(test, derive(Clone))]
pub struct Session<H> {
    host: H,
    settings: Settings,
    start: Start,
    gpc: Option<bool>,
    shopify: Shopify,
    /// What this page's bridge has said last.
    published: Option<Published>,
    heeded: Heeded,
    standing: Standing,
    held: Vec<Event>,
    /// Conversions of this page that were reported already.
    handled: Vec<EventId>,
    named: Named,
    click: Click,
    /// When this page withdrew: what is decided after it must be dated after it.
    withdrawn_at: Option<Timestamp>,
    browser: Browser,
    sending: Sending,
    /// Wakes to come that were asked for to look at the device: whatever waits to be sent has its own.
    glances: u32,
    /// Looks asked for since the device could no longer be read.
    blind: u32,
    /// The device could not be read when it was to show whether there is an earlier page's grant, which has ended.
    unchecked: bool,
    /// What the last look saw, for the debug console.
    seen: Seen,
}

/// Whose word has come and has not been carried out yet.
#[derive(Debug, Default)]
#[cfg_attr(test, derive(Clone, Hash))]
struct Heeded {
    shopify: bool,
    bridge: bool,
}

/// What this page knows of the shopper's grant.
#[derive(Debug, PartialEq)]
#[cfg_attr(test, derive(Clone, Hash))]
enum Standing {
    /// No grant has been acted upon.
    Open,
    /// A grant was acted upon under this marker. `read_back` is whether the device has shown it to us since: where
    /// cookies cannot be written its absence means nothing.
    Granted { marker: Option<Marker>, read_back: bool },
    /// Another page of this browser ended it. Only a fresh signal opens it again ([`Session::is_fresh`]).
    EndedElsewhere,
}

impl<H: Host> Session<H> {
    pub fn new(host: H, settings: Settings, client: Client, start: Start, gpc: Option<bool>) -> Self {
        let cart = start.cart.as_ref().and_then(|cart| ids::cart_anchor(&settings.shop, &cart.0));
        let sender = Sender { shop: settings.shop.clone(), client, cart };
        Self {
            host,
            gpc,
            shopify: start.privacy,
            published: None,
            heeded: Heeded::default(),
            standing: Standing::Open,
            held: Vec::new(),
            handled: Vec::new(),
            named: Named::default(),
            click: Click::default(),
            withdrawn_at: None,
            browser: Browser::new(page::is_secret(&start.page.url)),
            sending: Sending::new(sender),
            glances: 0,
            blind: 0,
            unchecked: false,
            seen: Seen::default(),
            settings,
            start,
        }
    }

    /// The keys of localStorage that every jar must hold, a line each; one that ends with `*` stands for all that begin so.
    pub fn storage_keys(&self) -> String {
        let mut keys = String::from(device::FIRED);
        let mut add = |key: &str| {
            keys.push('\n');
            keys.push_str(key);
        };
        [device::OUTBOX, device::WITHDRAWN, device::BRIDGE].into_iter().for_each(&mut add);
        records::storage_keys(self.settings.cmp, &mut add);
        keys
    }

    /// The frame's address and referrer as TikTok's script may read them.
    pub fn address(&self) -> (String, String) {
        let url = page::clean(&self.start.page.url, &self.settings).unwrap_or_default();
        (url, page::clean_referrer(&self.start.page.referrer, &self.settings).unwrap_or_default())
    }

    /// What the browser let us change of the frame's address.
    pub fn cleaned(&mut self, cleanable: Cleanable) {
        self.browser.cleanable = cleanable;
    }

    /// The page begins: send what earlier pages could not, or notice that their grant has ended.
    pub fn begin(&mut self, jar: &Jar, now: Timestamp) -> Plan {
        let mut plan = Plan::default();
        if self.is_elsewhere() {
            self.say(&mut plan, Line::of("start", "nothing: Shopify says this is another shop"));
            return plan;
        }
        let decision = self.look(jar, now, &mut plan);
        self.say(&mut plan, Line::of("start", "the page began").decided(&decision));
        match decision {
            Decision::Granted(grant) => self.granted(&grant, &[], jar, now, &mut plan),
            Decision::Denied(_) | Decision::Unknown(_) => self.check_traces(jar, now, &mut plan),
        }
        self.sending.flush_withdrawals(&self.host, now, &mut plan);
        plan
    }

    /// Shopify told of an event.
    pub fn heard(&mut self, event: Event, jar: &Jar, now: Timestamp) -> Plan {
        let mut plan = Plan::default();
        if self.is_elsewhere() || self.settings.route(&event.kind).is_none() {
            return plan;
        }
        let decision = self.look(jar, now, &mut plan);
        let line = Line::of(event.kind.as_str(), "").decided(&decision);
        match decision {
            Decision::Granted(grant) => {
                let mut events = std::mem::take(&mut self.held);
                events.push(event);
                self.granted(&grant, &events, jar, now, &mut plan);
            }
            Decision::Denied(_) => {
                self.say(&mut plan, line.done("forgotten"));
                self.denied(jar, now, &mut plan);
            }
            Decision::Unknown(_) => {
                self.say(&mut plan, line.done("held in memory until somebody decides"));
                self.hold(event, &mut plan);
            }
        }
        plan
    }

    /// An event that could not be read: nothing is done, and the debug console hears why.
    pub fn refused(&self, malformed: Malformed) -> Plan {
        let mut plan = Plan::default();
        self.say(&mut plan, Line::of("refused", malformed.reason()));
        plan
    }

    /// The shopper's decision has just come (`visitorConsentCollected`), and the device has not been looked at yet. From
    /// now on everything is decided by it, events that are already on their way included.
    pub fn heed(&mut self, shopify: Shopify) {
        self.shopify = shopify;
        self.heeded.shopify = true;
    }

    /// The bridge has just published on this page: as [`Session::heed`].
    pub fn heed_bridge(&mut self, published: Published) {
        self.published = Some(published);
        self.heeded.bridge = true;
    }

    /// Carries out the decision that was heeded.
    pub fn signalled(&mut self, jar: &Jar, now: Timestamp) -> Plan {
        let mut plan = Plan::default();
        if self.is_elsewhere() {
            return plan;
        }
        self.compare_marker(jar, &mut plan);
        if self.standing == Standing::EndedElsewhere && self.is_fresh() {
            self.standing = Standing::Open;
        }
        let decision = self.look(jar, now, &mut plan);
        self.say(&mut plan, Line::of("consent", "the shopper decided").decided(&decision));
        match decision {
            Decision::Granted(grant) => {
                let events = std::mem::take(&mut self.held);
                self.granted(&grant, &events, jar, now, &mut plan);
            }
            Decision::Denied(_) => self.denied(jar, now, &mut plan),
            Decision::Unknown(_) => {}
        }
        self.heeded = Heeded::default();
        plan
    }

    /// The endpoint answered a [`crate::plan::Act::Send`], or did not.
    pub fn answered(&mut self, key: &str, answer: Answer, jar: &Jar, now: Timestamp) -> Plan {
        let mut plan = Plan::default();
        let decision = self.look(jar, now, &mut plan);
        if let Some(status) = self.sending.answered(key, answer, now) {
            let event = ["HTTP ", &decimal(status.into())].concat();
            self.say(&mut plan, Line::of(&event, "refused by the endpoint, and not sent again"));
        }
        self.go_on(decision, jar, now, &mut plan);
        plan
    }

    /// The time an [`crate::plan::Act::Wake`] asked for has come.
    pub fn woken(&mut self, jar: &Jar, now: Timestamp) -> Plan {
        let mut plan = Plan::default();
        match self.glances.checked_sub(1) {
            Some(left) => self.glances = left,
            None => self.sending.awake(),
        }
        let decision = self.look(jar, now, &mut plan);
        self.go_on(decision, jar, now, &mut plan);
        plan
    }

    /// Carries out what was seen by the way, makes up for what an unreadable device has put off, and sends what waits; a
    /// withdrawal needs no grant.
    fn go_on(&mut self, decision: Decision, jar: &Jar, now: Timestamp, plan: &mut Plan) {
        match decision {
            Decision::Granted(grant) => {
                let events = std::mem::take(&mut self.held);
                self.granted(&grant, &events, jar, now, plan);
            }
            Decision::Denied(_) => self.denied(jar, now, plan),
            Decision::Unknown(_) => {}
        }
        if self.unchecked {
            self.check_traces(jar, now, plan);
        }
        self.sending.flush_withdrawals(&self.host, now, plan);
        self.sending.store_withdrawals(jar, plan);
    }

    /// Somebody said no: what is held is forgotten, and what was granted ends.
    fn denied(&mut self, jar: &Jar, now: Timestamp, plan: &mut Plan) {
        self.held.clear();
        if !self.is_news(jar, now) {
            return;
        }
        self.heeded = Heeded::default();
        if self.has_grant(jar) {
            self.withdraw(jar, now, plan);
        } else if jar.cookie.is_none() {
            self.put_off(jar, plan);
        }
    }

    fn is_elsewhere(&self) -> bool {
        let own = self.settings.shop.as_str();
        self.start.shop.as_deref().is_some_and(|shop| !shop.trim().eq_ignore_ascii_case(own))
    }

    /// Whether there is a grant that a denial ends: this page's, one whose traces are on the device, or one that this page
    /// saw vanish. While the cookies cannot be read only its own, for of another one nobody could be named.
    fn has_grant(&self, jar: &Jar) -> bool {
        let left = || device::has_own_state(jar) || !self.named.visitors.is_empty();
        matches!(self.standing, Standing::Granted { .. }) || (jar.cookie.is_some() && left())
    }

    fn hold(&mut self, event: Event, plan: &mut Plan) {
        if self.held.len() == MOST_HELD {
            let oldest = self.held.remove(0);
            self.say(plan, Line::of(oldest.kind.as_str(), "forgotten: too many events are held"));
        }
        self.held.push(event);
    }

    fn say(&self, plan: &mut Plan, line: Line) {
        if self.is_debugged() {
            let line = if line.decision.is_some() { line.seen(&self.seen) } else { line };
            plan.said.push(line);
        }
    }

    fn is_debugged(&self) -> bool {
        self.settings.debug && page::has_flag(&self.start.page.url, "assent_debug")
    }
}
