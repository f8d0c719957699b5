//! A shopper's browser: tabs that share one device, and an endpoint that answers as it is told.

use std::cell::Cell;
use std::collections::BTreeMap;
use std::rc::Rc;

pub(super) use super::payloads::{
    CHECKOUT, PAGE, at_checkout, cart, checkout, event, happening, said, told,
};
pub(super) use super::plans::*;
use serde::Serialize;
use serde_json::{Value, json};

use crate::beacon::Client;
use crate::event::Event;
use crate::jar::{Jar, Stored};
use crate::plan::{Act, Plan};
use crate::session::{Cleanable, EndpointAnswer, Host, Session};
use crate::settings::Settings;
use crate::shopify;
use crate::time::Timestamp;

pub(super) const START: Timestamp = Timestamp(1_763_800_000);
/// Throws the same numbers in every run, never the same number twice.
#[derive(Debug, Clone, Default)]
pub(super) struct Dice(Rc<Cell<u128>>);

impl Host for Dice {
    fn random(&mut self) -> Option<[u8; 16]> {
        self.0.set(self.0.get() + 1);
        Some(rotated((self.0.get() * 0x0101_0101_0101).to_be_bytes().map(|b| b ^ 0x5a)))
    }

    fn fold(&self, text: &str) -> String {
        crate::tiktok::person::native_fold(text)
    }

    fn json<T: Serialize>(&self, value: &T) -> Option<String> {
        serde_json::to_string(value).ok()
    }
}

/// So that the part that counts up stands in the first eight bytes too: a generation is made of
/// those.
fn rotated(mut bytes: [u8; 16]) -> [u8; 16] {
    bytes.rotate_right(8);
    bytes
}

/// What the browser keeps, and whether it may be written.
#[derive(Debug, Clone, Default)]
pub(super) struct Device {
    /// Name to value and end of life.
    pub(super) cookies: BTreeMap<String, (String, Timestamp)>,
    /// All that stands there; a page sees the keys that it asks for.
    pub(super) storage: BTreeMap<&'static str, String>,
    pub(super) cookies_forbidden: bool,
    pub(super) cookies_unreadable: bool,
    pub(super) storage_forbidden: bool,
    /// A key of storage that does not answer.
    pub(super) silent_key: Option<&'static str>,
}

impl Device {
    fn jar(&self, keys: &str, now: Timestamp) -> Jar {
        let alive = self.cookies.iter().filter(|(_, (_, end))| *end > now);
        let pairs: Vec<String> =
            alive.map(|(name, (value, _))| format!("{name}={value}")).collect();
        let stored = |key| match self.storage.get(key) {
            _ if self.silent_key == Some(key) => Stored::Unreadable,
            Some(text) => Stored::Text(text.clone().into()),
            None if self.storage_forbidden => Stored::Unreadable,
            None => Stored::Absent,
        };
        Jar {
            cookie: (!self.cookies_unreadable).then(|| pairs.join("; ").into()),
            storage: keys.lines().map(|key| (key.into(), stored(key))).collect(),
        }
    }

    pub(super) fn put_cookie(&mut self, name: &str, value: &str) {
        self.cookies.insert(name.to_owned(), (value.to_owned(), Timestamp(i64::MAX)));
    }

    fn write_cookie(&mut self, text: &str, now: Timestamp) {
        let (name, rest) = text.split_once('=').unwrap();
        let (value, rest) = rest
            .split_once("; Path=/; SameSite=Lax; Secure; Max-Age=")
            .expect("the contract's attributes");
        let plain = |b: u8| b.is_ascii_alphanumeric() || b == b'-' || b == b'_';
        assert!(
            value.bytes().all(plain) && value.len() <= 2560,
            "hex or base64url, at most 2.5 KB: {text}"
        );
        assert!(["_assent", "_assent_c"].contains(&name), "{text}");
        let end = now.plus(rest.parse().unwrap());
        if end <= now {
            self.cookies.remove(name);
        } else if !self.cookies_forbidden {
            self.cookies.insert(name.to_owned(), (value.to_owned(), end));
        }
    }

    fn apply(&mut self, plan: &Plan, now: Timestamp) {
        for act in &plan.acts {
            match act {
                Act::Cookie { text } => self.write_cookie(text, now),
                Act::Store { key, value: Some(value) } => {
                    if !self.storage_forbidden {
                        self.storage.insert(key, value.clone().into());
                    }
                }
                Act::Store { key, value: None } => drop(self.storage.remove(key)),
                Act::Keep if !self.storage_forbidden => {
                    self.storage.insert("assent.module", "the hosted form's".to_owned());
                }
                Act::Send { .. }
                | Act::Clean { .. }
                | Act::Load { .. }
                | Act::Identify { .. }
                | Act::Page
                | Act::Track { .. }
                | Act::Revoke
                | Act::Keep
                | Act::Wake { .. }
                | Act::Look { .. } => {}
            }
        }
    }
}

/// One page view.
#[derive(Debug, Clone)]
pub(super) struct Tab {
    pub(super) session: Session<Dice>,
    /// Requests without an answer yet: key and body.
    pub(super) under_way: Vec<(String, Value)>,
    /// In how many seconds it wants to look at the device.
    pub(super) look: Option<i64>,
    /// Events that the shell has heard, and when each happened.
    pub(super) heard: i64,
    happened: BTreeMap<String, Timestamp>,
    /// The device as it was last read.
    seen: Jar,
}

#[derive(Debug, Clone)]
pub(super) struct World {
    pub(super) device: Device,
    pub(super) now: Timestamp,
    pub(super) settings: Value,
    /// Which pixel the pages opened from now on run.
    pub(super) kind: &'static str,
    pub(super) cleanable: Cleanable,
    pub(super) gpc: Option<bool>,
    pub(super) page: (String, String),
    /// Shopify's `init.data.cart.id`.
    pub(super) cart: Option<&'static str>,
    dice: Dice,
}

pub(super) const YES: Option<bool> = Some(true);
pub(super) const NO: Option<bool> = Some(false);

impl World {
    pub(super) fn new() -> Self {
        let settings = json!({"shop": "acme.myshopify.com", "pixelCode": "C4EXAMPLE0000000000", "cmp": "shopify",
            "endpoint": "https://events.example.com", "pixelScript": "https://tiktok.example/events.js",
            "storefronts": ["shop.acme.example"], "debug": true});
        Self {
            device: Device::default(),
            now: START,
            settings,
            kind: "custom",
            cleanable: Cleanable::Path,
            gpc: None,
            page: (format!("{PAGE}?assent_debug=1"), String::new()),
            cart: Some("gid://shopify/Cart/Z2NwLXVz?key=9c"),
            dice: Dice::default(),
        }
    }

    /// The cookies alone.
    pub(super) fn jar(&self) -> Jar {
        self.device.jar("", self.now)
    }

    /// The next throws are those of a fresh game that begins at this number.
    pub(super) fn deal(&self, from: u128) {
        self.dice.0.set(from);
    }

    /// What the tab reads.
    pub(super) fn jar_of(&self, tab: &Tab) -> Jar {
        self.device.jar(&tab.session.storage_keys(), self.now)
    }

    /// The tab reads it, and remembers what it has seen.
    fn seen(&self, tab: &mut Tab) -> Jar {
        tab.seen = self.jar_of(tab);
        tab.seen.clone()
    }

    /// Opens a page; `allowed` is what Shopify says at its start.
    pub(super) fn open(&self, allowed: Option<bool>) -> Tab {
        self.open_in("acme.myshopify.com", allowed)
    }

    pub(super) fn open_in(&self, shop: &str, allowed: Option<bool>) -> Tab {
        self.open_told(shop, &told(allowed, allowed))
    }

    /// Opens a page at whose start Shopify says this.
    pub(super) fn open_told(&self, shop: &str, privacy: &Value) -> Tab {
        let init = json!({"data": {"shop": {"myshopifyDomain": shop}, "cart": self.cart.map(|id| json!({"id": id}))},
            "customerPrivacy": privacy["customerPrivacy"],
            "context": {"document": {"location": {"href": self.page.0}, "referrer": self.page.1}}});
        let settings = Settings::read(&self.settings).expect("the test's settings can be read");
        let client = Client { version: "1".into(), kind: self.kind.into(), settings: None };
        let session = Session::new(
            self.dice.clone(),
            settings,
            client,
            shopify::start(&init),
            self.gpc,
            (self.kind == "app").then_some(Cleanable::Nothing),
        );
        Tab {
            session,
            under_way: Vec::new(),
            look: None,
            heard: 0,
            happened: BTreeMap::new(),
            seen: Jar { cookie: None, ..Jar::default() },
        }
    }

    /// Opens a page and lets it begin.
    pub(super) fn begun(&mut self, allowed: Option<bool>) -> (Tab, Plan) {
        let mut tab = self.open(allowed);
        let plan = self.begin(&mut tab);
        (tab, plan)
    }

    pub(super) fn begin(&mut self, tab: &mut Tab) -> Plan {
        let plan = {
            let jar = self.seen(tab);
            tab.session.turn(&jar, self.now, Session::begin)
        };
        self.carried_out(tab, plan)
    }

    pub(super) fn heard(&mut self, tab: &mut Tab, event: &Value) -> Plan {
        let waiting = self.waits(tab, event);
        self.comes(tab, waiting)
    }

    /// The shell has heard it, and reads the device. Heard again it is a replay: it happened when it
    /// did at first.
    pub(super) fn waits(&self, tab: &mut Tab, event: &Value) -> (i64, Event) {
        let id = event["id"].as_str().expect("an id").to_owned();
        let at = *tab.happened.entry(id).or_insert(self.now);
        tab.heard += 1;
        tab.session.has_heard(tab.heard);
        let event = shopify::event(&happening(event.clone(), at)).unwrap();
        (tab.heard, event.expect("an event with a use"))
    }

    /// Its turn has come.
    pub(super) fn comes(&mut self, tab: &mut Tab, (number, event): (i64, Event)) -> Plan {
        let plan = {
            let jar = self.seen(tab);
            tab.session.turn(&jar, self.now, |session, turn| session.heard(event, number, turn))
        };
        self.carried_out(tab, plan)
    }

    /// `visitorConsentCollected`.
    pub(super) fn signalled(&mut self, tab: &mut Tab, allowed: Option<bool>) -> Plan {
        self.heed(tab, allowed);
        self.carry_out(tab)
    }

    /// It has come, and waits for its turn.
    pub(super) fn heed(&self, tab: &mut Tab, allowed: Option<bool>) {
        tab.session.heed(shopify::privacy(&told(allowed, allowed), true), self.now);
    }

    pub(super) fn carry_out(&mut self, tab: &mut Tab) -> Plan {
        let plan = {
            let jar = self.seen(tab);
            tab.session.turn(&jar, self.now, Session::signalled)
        };
        self.carried_out(tab, plan)
    }

    /// The bridge publishes on the tab's page.
    pub(super) fn published(&mut self, tab: &mut Tab, marketing: Option<bool>) -> Plan {
        self.heed_bridge(tab, marketing);
        self.carry_out(tab)
    }

    /// As [`Self::heed`].
    pub(super) fn heed_bridge(&self, tab: &mut Tab, marketing: Option<bool>) {
        self.heed_bridge_of(tab, marketing, Some(self.now));
    }

    pub(super) fn heed_bridge_of(
        &self,
        tab: &mut Tab,
        marketing: Option<bool>,
        at: Option<Timestamp>,
    ) {
        tab.session.heed_bridge(shopify::published(&said(marketing, at)), self.now);
    }

    /// The oldest request of the tab is answered. What takes a beacon acknowledges a withdrawal.
    pub(super) fn answered(&mut self, tab: &mut Tab, answer: EndpointAnswer) -> Plan {
        let is_no = tab.under_way.first().is_some_and(|(_, body)| body.get("withdraw").is_some());
        let is_taken = is_no && answer == EndpointAnswer::Accepted;
        self.answered_so(tab, if is_taken { EndpointAnswer::Withdrawn } else { answer })
    }

    /// As [`Self::answered`], to the letter.
    pub(super) fn answered_so(&mut self, tab: &mut Tab, answer: EndpointAnswer) -> Plan {
        let (key, _) = tab.under_way.remove(0);
        let plan = {
            let jar = self.seen(tab);
            tab.session.turn(&jar, self.now, |session, turn| session.answered(&key, answer, turn))
        };
        self.carried_out(tab, plan)
    }

    /// The time has come at which what waits is sent again, so that of a look at the device is long
    /// past.
    pub(super) fn woken(&mut self, tab: &mut Tab) -> Plan {
        let mut plan = self.glanced(tab);
        let woken = {
            let jar = self.seen(tab);
            tab.session.turn(&jar, self.now, Session::woken)
        };
        let Plan { acts, said } = self.carried_out(tab, woken);
        plan.acts.extend(acts);
        plan.said.extend(said);
        plan
    }

    /// The tab looks at the device where it has asked to.
    pub(super) fn glanced(&mut self, tab: &mut Tab) -> Plan {
        if tab.look.take().is_none() {
            return Plan::default();
        }
        let plan = {
            let jar = self.seen(tab);
            tab.session.turn(&jar, self.now, Session::looked)
        };
        self.carried_out(tab, plan)
    }

    /// The tab goes to the background.
    pub(super) fn hidden(&mut self, tab: &mut Tab) -> Plan {
        let plan = tab.session.turn(&tab.seen.clone(), self.now, Session::hidden);
        self.carried_out(tab, plan)
    }

    /// It comes to the front.
    pub(super) fn visible(&mut self, tab: &mut Tab) -> Plan {
        let plan = tab.session.turn(&tab.seen.clone(), self.now, Session::visible);
        self.carried_out(tab, plan)
    }

    /// Does what the plan says, and answers at once where the address was to be cleaned.
    pub(super) fn carried_out(&mut self, tab: &mut Tab, mut plan: Plan) -> Plan {
        self.perform(tab, &plan);
        if plan.acts.iter().any(|act| matches!(act, Act::Clean { .. })) {
            let next = {
                let jar = self.seen(tab);
                tab.session
                    .turn(&jar, self.now, |session, turn| session.cleaned(self.cleanable, turn))
            };
            let Plan { acts, said } = self.carried_out(tab, next);
            plan.acts.extend(acts);
            plan.said.extend(said);
        }
        plan
    }

    fn perform(&mut self, tab: &mut Tab, plan: &Plan) {
        let sent = sends(plan);
        let more = !sent.is_empty();
        tab.under_way.extend(sent);
        for after in looks(plan) {
            tab.look = Some(after).filter(|after| *after > 0);
        }
        let bytes: usize =
            tab.under_way.iter().filter(|_| more).map(|(_, body)| body.to_string().len()).sum();
        assert!(bytes <= 60_100, "{bytes} bytes under way"); // serde_json may write a number longer than it came
        self.device.apply(plan, self.now);
    }
}
