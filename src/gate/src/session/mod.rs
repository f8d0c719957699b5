//! One page view in the browser, as a state machine. The shell reads the device ([`Jar`]) anew before every call, hands
//! in the time, and carries out the [`Plan`] it gets back.
//!
//! Invariant: an act that sends or calls TikTok is only made from a [`Grant`] decided in that very call. The one
//! exception is the withdrawal message.

mod browser;
mod sending;
#[cfg(test)]
mod tests;
mod withdrawal;

use serde::Serialize;

use self::browser::Browser;
pub use self::browser::Cleanable;
pub use self::sending::Answer;
use self::sending::{Sender, Sending};
use crate::beacon::Client;
use crate::consent::{Decision, Grant, Policy, Rule, Shopify, Signals, decide, records};
use crate::device::{self, Marker};
use crate::draft::{Draft, Surroundings};
use crate::event::Event;
use crate::hex::{Anchor, EventId};
use crate::ids;
use crate::jar::Jar;
use crate::page;
use crate::plan::{Act, Line, Plan};
use crate::settings::Settings;
use crate::shopify::{Malformed, Start};
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

#[derive(Debug)]
pub struct Session<H> {
    host: H,
    settings: Settings,
    start: Start,
    gpc: Option<bool>,
    shopify: Shopify,
    standing: Standing,
    held: Vec<Event>,
    /// Conversions of this page that were reported already.
    handled: Vec<EventId>,
    named: Named,
    click: Option<String>,
    browser: Browser,
    sending: Sending,
}

/// What this page knows of the shopper's grant.
#[derive(Debug, PartialEq)]
enum Standing {
    /// No grant has been acted upon.
    Open,
    /// A grant was acted upon under this marker. `read_back` is whether the device has shown it to us since: where
    /// cookies cannot be written its absence means nothing.
    Granted { marker: Option<Marker>, read_back: bool },
    /// Another page of this browser ended it. Only a fresh signal opens it again.
    EndedElsewhere,
}

/// Checkouts and carts this page told of, for a withdrawal to name.
#[derive(Debug, Default)]
struct Named {
    checkouts: Vec<Anchor>,
    carts: Vec<Anchor>,
}

impl<H: Host> Session<H> {
    pub fn new(host: H, settings: Settings, client: Client, start: Start, gpc: Option<bool>) -> Self {
        let cart = start.cart.as_ref().and_then(|cart| ids::cart_anchor(&settings.shop, &cart.0));
        let sender = Sender { shop: settings.shop.clone(), client, cart };
        Self {
            host,
            gpc,
            shopify: start.privacy,
            standing: Standing::Open,
            held: Vec::new(),
            handled: Vec::new(),
            named: Named::default(),
            click: None,
            browser: Browser::default(),
            sending: Sending::new(sender),
            settings,
            start,
        }
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
        self.sending.read(jar, now);
        let decision = self.judge(jar, now);
        self.say(&mut plan, Line::of("start", "the page began").decided(&decision));
        match decision {
            Decision::Granted(grant) => self.granted(&grant, &[], jar, now, &mut plan),
            Decision::Denied(_) | Decision::Unknown(_) => {
                if Marker::read(jar).is_some() {
                    self.withdraw(jar, now, &mut plan);
                }
            }
        }
        self.sending.flush_withdrawals(now, &mut plan);
        plan
    }

    /// Shopify told of an event.
    pub fn heard(&mut self, event: Event, jar: &Jar, now: Timestamp) -> Plan {
        let mut plan = Plan::default();
        if self.is_elsewhere() || self.settings.route(&event.kind).is_none() {
            return plan;
        }
        self.sending.read(jar, now);
        let decision = self.judge(jar, now);
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
            Decision::Unknown(rule) => {
                self.say(&mut plan, line.done("held in memory until somebody decides"));
                self.unknown(rule, &mut plan);
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

    /// Shopify told of a decision (`visitorConsentCollected`): it acts at once.
    pub fn signalled(&mut self, shopify: Shopify, jar: &Jar, now: Timestamp) -> Plan {
        let mut plan = Plan::default();
        if self.is_elsewhere() {
            return plan;
        }
        self.shopify = shopify;
        if self.standing == Standing::EndedElsewhere {
            self.standing = Standing::Open;
        }
        self.sending.read(jar, now);
        let decision = self.judge(jar, now);
        self.say(&mut plan, Line::of("consent", "the shopper decided").decided(&decision));
        match decision {
            Decision::Granted(grant) => {
                let events = std::mem::take(&mut self.held);
                self.granted(&grant, &events, jar, now, &mut plan);
            }
            Decision::Denied(_) => self.denied(jar, now, &mut plan),
            Decision::Unknown(rule) => self.unknown(rule, &mut plan),
        }
        plan
    }

    /// The endpoint answered a [`Act::Send`], or did not.
    pub fn answered(&mut self, key: &str, answer: Answer, jar: &Jar, now: Timestamp) -> Plan {
        let mut plan = Plan::default();
        self.sending.read(jar, now);
        self.sending.answered(key, answer, jar, now, &mut plan);
        self.wake_up(jar, now, &mut plan);
        plan
    }

    /// The time an [`Act::Wake`] asked for has come.
    pub fn woken(&mut self, jar: &Jar, now: Timestamp) -> Plan {
        let mut plan = Plan::default();
        self.sending.read(jar, now);
        self.sending.awake();
        self.wake_up(jar, now, &mut plan);
        plan
    }

    /// Sends what waits, if there still is a grant.
    fn wake_up(&mut self, jar: &Jar, now: Timestamp, plan: &mut Plan) {
        match self.judge(jar, now) {
            Decision::Granted(grant) => self.sending.flush(&grant, jar, now, plan),
            Decision::Denied(_) | Decision::Unknown(_) => {}
        }
        self.sending.flush_withdrawals(now, plan);
    }

    fn is_elsewhere(&self) -> bool {
        let own = self.settings.shop.as_str();
        self.start.shop.as_deref().is_some_and(|shop| !shop.trim().eq_ignore_ascii_case(own))
    }

    /// Decides with what the device shows now.
    fn judge(&mut self, jar: &Jar, now: Timestamp) -> Decision {
        self.compare_marker(jar);
        let signals = Signals {
            shopify: self.shopify,
            gpc: self.gpc,
            records: records::read(jar),
            within_reach: page::host(&self.start.page.url).is_some_and(|host| self.settings.is_storefront(&host)),
            ended_elsewhere: self.standing == Standing::EndedElsewhere,
        };
        decide(signals, Policy::from(&self.settings), now)
    }

    /// Notices, by the marker cookie, that another page ended the grant.
    fn compare_marker(&mut self, jar: &Jar) {
        let Standing::Granted { marker, read_back } = &mut self.standing else { return };
        let found = Marker::read(jar);
        if found == *marker {
            *read_back = found.is_some();
        } else if !*read_back {
            // Never seen on the device: either it cannot be written (then the records alone decide), or two tabs were
            // granted at once and the other's marker stands.
            if found.is_some() {
                *marker = found;
                *read_back = true;
            }
        } else {
            self.standing = Standing::EndedElsewhere;
        }
    }

    fn granted(&mut self, grant: &Grant, events: &[Event], jar: &Jar, now: Timestamp, plan: &mut Plan) {
        let mut device = Vec::new();
        let marker = self.take_marker(jar, &mut device);
        let mut browser = Vec::new();
        let mut wires = Vec::new();
        for event in events {
            let ttclid = self.click_of(event, jar, &mut device);
            let external_id = marker.as_ref().and_then(Marker::external_id);
            let ttp = jar.cookie("_ttp").map(str::to_owned);
            let dice = self.host.random();
            let lower = |text: &str| self.host.lower(text);
            let customer = Some(&self.start.customer);
            let around = Surroundings { lower: &lower, customer, external_id, ttclid, ttp };
            let Some(draft) = Draft::new(event, &self.settings, around, || dice) else { continue };
            let line = Line::of(event.kind.as_str(), "").granted(grant).named(&draft);
            if self.handled.contains(&draft.event_id) {
                self.say(plan, line.done("nothing: this page has reported it already"));
                continue;
            }
            let leg = self.browser.fire(grant, &draft, &self.settings, &mut self.sending, now, &mut browser);
            self.say(plan, line.done(browser::done(draft.legs, leg)));
            self.remember(&draft);
            if draft.legs.server {
                wires.push(draft.wire(grant, leg));
            } else {
                self.sending.receipt(grant, draft, &self.host, now);
            }
        }
        self.sending.enclose(grant, wires, &self.host, now);
        self.sending.flush(grant, jar, now, plan); // the requests start first
        plan.acts.append(&mut device);
        plan.acts.append(&mut browser);
        self.sending.store_fired(jar, plan);
    }

    /// So that this page does not report it twice, and a withdrawal can name it.
    fn remember(&mut self, draft: &Draft) {
        self.handled.push(draft.event_id.clone());
        let Named { checkouts, carts } = &mut self.named;
        for (known, anchor) in [(checkouts, draft.checkout.clone()), (carts, self.sending.sender.cart.clone())] {
            if let Some(anchor) = anchor.filter(|anchor| !known.contains(anchor)) {
                known.push(anchor);
            }
        }
    }

    /// The marker of this grant: this page's, the device's, or a new one.
    fn take_marker(&mut self, jar: &Jar, device: &mut Vec<Act>) -> Option<Marker> {
        if let Standing::Granted { marker, .. } = &self.standing {
            return marker.clone();
        }
        let found = Marker::read(jar);
        let read_back = found.is_some();
        let marker = found.or_else(|| Marker::new(self.host.random()?, self.host.random()?));
        if let (Some(marker), false) = (&marker, read_back) {
            device.push(Act::Cookie { text: marker.cookie() });
        }
        self.standing = Standing::Granted { marker: marker.clone(), read_back };
        marker
    }

    /// The click id: the page's URL, else the shop's own referrer, else what the device keeps. The newest click wins.
    fn click_of(&mut self, event: &Event, jar: &Jar, device: &mut Vec<Act>) -> Option<String> {
        let of_pages = [&event.page, &self.start.page].into_iter().find_map(|page| {
            let own = page::host(&page.referrer).is_some_and(|host| {
                self.settings.is_storefront(&host) || page::host(&page.url).is_some_and(|this| this == host)
            });
            let referrer = || own.then(|| page::parameter(&page.referrer, "ttclid")).flatten();
            page::parameter(&page.url, "ttclid").or_else(referrer)
        });
        let kept = || self.click.clone().or_else(|| device::click(jar));
        let click = of_pages.or_else(kept)?;
        if self.click.as_ref() != Some(&click) && device::click(jar).as_ref() != Some(&click) {
            device.extend(device::click_cookie(&click).map(|text| Act::Cookie { text }));
        }
        self.click = Some(click.clone());
        Some(click)
    }

    fn denied(&mut self, jar: &Jar, now: Timestamp, plan: &mut Plan) {
        self.held.clear();
        if matches!(self.standing, Standing::Granted { .. }) || Marker::read(jar).is_some() {
            self.withdraw(jar, now, plan);
        }
    }

    /// Nothing may leave, and nothing that waits belongs to a grant any more.
    fn unknown(&mut self, rule: Rule, plan: &mut Plan) {
        if rule == Rule::GrantEndedElsewhere {
            self.sending.forget();
            self.browser.revoke(plan);
        }
    }

    fn hold(&mut self, event: Event, plan: &mut Plan) {
        if self.held.len() == MOST_HELD {
            let oldest = self.held.remove(0);
            self.say(plan, Line::of(oldest.kind.as_str(), "forgotten: too many events are held"));
        }
        self.held.push(event);
    }

    fn say(&self, plan: &mut Plan, line: Line) {
        if self.settings.debug && page::has_flag(&self.start.page.url, "assent_debug") {
            plan.said.push(line);
        }
    }
}
