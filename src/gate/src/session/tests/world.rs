//! A shopper's browser: tabs that share one device, and an endpoint that answers what the test
//! says.

use std::cell::Cell;
use std::collections::BTreeMap;
use std::rc::Rc;

pub(super) use super::payloads::{CHECKOUT, PAGE, at_checkout, cart, checkout, event, said, told};
use serde::Serialize;
use serde_json::{Value, json};

use crate::beacon::Client;
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
                | Act::Wake { .. } => {}
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
    /// Looks at the device that it has asked for and not had yet.
    pub(super) glances: usize,
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
        Tab { session, under_way: Vec::new(), glances: 0 }
    }

    /// Opens a page and lets it begin.
    pub(super) fn begun(&mut self, allowed: Option<bool>) -> (Tab, Plan) {
        let mut tab = self.open(allowed);
        let plan = self.begin(&mut tab);
        (tab, plan)
    }

    pub(super) fn begin(&mut self, tab: &mut Tab) -> Plan {
        let plan = tab.session.begin(&self.jar_of(tab), self.now);
        self.carried_out(tab, plan)
    }

    pub(super) fn heard(&mut self, tab: &mut Tab, event: &Value) -> Plan {
        let event = shopify::event(event).unwrap().expect("an event with a use");
        let plan = tab.session.heard(event, &self.jar_of(tab), self.now);
        self.carried_out(tab, plan)
    }

    /// `visitorConsentCollected`.
    pub(super) fn signalled(&mut self, tab: &mut Tab, allowed: Option<bool>) -> Plan {
        self.heed(tab, allowed);
        self.carry_out(tab)
    }

    /// It has come, and waits for its turn.
    pub(super) fn heed(&self, tab: &mut Tab, allowed: Option<bool>) {
        tab.session.heed(shopify::privacy(&told(allowed, allowed), true));
    }

    pub(super) fn carry_out(&mut self, tab: &mut Tab) -> Plan {
        let plan = tab.session.signalled(&self.jar_of(tab), self.now);
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
        tab.session.heed_bridge(shopify::published(&said(marketing, at)));
    }

    /// The oldest request of the tab is answered.
    pub(super) fn answered(&mut self, tab: &mut Tab, answer: EndpointAnswer) -> Plan {
        let (key, _) = tab.under_way.remove(0);
        let plan = tab.session.answered(&key, answer, &self.jar_of(tab), self.now);
        self.carried_out(tab, plan)
    }

    /// The time has come at which what waits is sent again, so that of a look at the device is long
    /// past.
    pub(super) fn woken(&mut self, tab: &mut Tab) -> Plan {
        let mut plan = self.glanced(tab);
        let woken = tab.session.woken(&self.jar_of(tab), self.now);
        let Plan { acts, said } = self.carried_out(tab, woken);
        plan.acts.extend(acts);
        plan.said.extend(said);
        plan
    }

    /// The tab looks at the device where it has asked to.
    pub(super) fn glanced(&mut self, tab: &mut Tab) -> Plan {
        if tab.glances == 0 {
            return Plan::default();
        }
        tab.glances -= 1;
        let plan = tab.session.woken(&self.jar_of(tab), self.now);
        self.carried_out(tab, plan)
    }

    /// Does what the plan says, and answers at once where the address was to be cleaned.
    pub(super) fn carried_out(&mut self, tab: &mut Tab, mut plan: Plan) -> Plan {
        self.perform(tab, &plan);
        if plan.acts.iter().any(|act| matches!(act, Act::Clean { .. })) {
            let next = tab.session.cleaned(self.cleanable, &self.jar_of(tab), self.now);
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
        // A wake for sending takes 15 seconds or a multiple; one for a look a power of two.
        tab.glances +=
            wakes(plan).iter().filter(|after| **after < 15 || after.count_ones() == 1).count();
        let bytes: usize =
            tab.under_way.iter().filter(|_| more).map(|(_, body)| body.to_string().len()).sum();
        assert!(bytes <= 60_100, "{bytes} bytes under way"); // serde_json may write a number longer than it came
        self.device.apply(plan, self.now);
    }
}

/// Seconds until the tab wants to be woken.
pub(super) fn wakes(plan: &Plan) -> Vec<i64> {
    let after = |act: &Act| if let Act::Wake { after } = act { Some(*after) } else { None };
    plan.acts.iter().filter_map(after).collect()
}

pub(super) fn sends(plan: &Plan) -> Vec<(String, Value)> {
    let send = |act: &Act| match act {
        Act::Send { key, body } => {
            assert!(body.len() <= 32 * 1024, "a beacon is at most 32 KiB, not {}", body.len());
            Some((key.as_str().into(), serde_json::from_str(body).expect("a body is JSON")))
        }
        Act::Cookie { .. }
        | Act::Store { .. }
        | Act::Clean { .. }
        | Act::Load { .. }
        | Act::Identify { .. }
        | Act::Page
        | Act::Track { .. }
        | Act::Revoke
        | Act::Keep
        | Act::Wake { .. } => None,
    };
    plan.acts.iter().filter_map(send).collect()
}

/// The acts by their words, as the shell sees them.
pub(super) fn words(plan: &Plan) -> Vec<String> {
    let acts = serde_json::to_value(&plan.acts).unwrap();
    acts.as_array().unwrap().iter().map(|act| act["do"].as_str().unwrap().to_owned()).collect()
}

/// Ids handed to TikTok's pixel.
pub(super) fn tracked(plan: &Plan) -> Vec<String> {
    let calls = plan.acts.iter().filter(|act| matches!(act, Act::Track { .. }));
    let acts = calls.map(|act| serde_json::to_value(act).unwrap());
    acts.map(|act| act["call"]["options"]["event_id"].as_str().unwrap().to_owned()).collect()
}

/// The events of the beacons in a plan.
pub(super) fn sent(plan: &Plan) -> Vec<Value> {
    sends(plan)
        .into_iter()
        .flat_map(|(_, body)| body["events"].as_array().cloned().unwrap_or_default())
        .collect()
}

pub(super) fn ids(events: &[Value]) -> Vec<&str> {
    events.iter().map(|event| event["event_id"].as_str().unwrap()).collect()
}

pub(super) const ACCEPTED: EndpointAnswer = EndpointAnswer::Status(202, None);

/// Nothing but that the hosted form may keep its module: what it keeps names nobody.
pub(super) fn nothing(plan: &Plan) {
    assert!(plan.acts.iter().all(|act| *act == Act::Keep), "{:?}", words(plan));
}

pub(super) fn nothing_but_waking(plan: &Plan) {
    assert!(words(plan).iter().all(|word| word == "wake" || word == "store"), "{:?}", words(plan));
}
