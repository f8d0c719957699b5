//! A shopper's device: its wrong clock, its visitor id, what it has buffered. It does what
//! docs/contract.md asks of the browser's side.

use std::rc::Rc;

use serde_json::{Value, json};

use crate::dice::Dice;
use crate::names;
use crate::shops;
use crate::visit::Visit;

#[derive(Debug)]
pub(crate) struct Device {
    pub(crate) number: usize,
    pub(crate) shop: usize,
    /// What its clock shows, less the truth.
    offset: i64,
    /// How often it has jumped.
    jumps: u32,
    /// Whose grant it has now.
    pub(crate) visitor: Option<usize>,
    /// Where the shopper is.
    pub(crate) at: usize,
    /// Visits touched under this grant.
    touched: Vec<usize>,
    pub(crate) outbox: Vec<Buffered>,
    pub(crate) noes: Vec<Buffered>,
}

/// A message at rest.
#[derive(Debug, Clone)]
pub(crate) struct Buffered {
    pub(crate) number: u64,
    pub(crate) said: Rc<Said>,
    body: Value,
    jumps: u32,
}

/// What a message says, and when that was in truth.
#[derive(Debug)]
pub(crate) struct Said {
    pub(crate) device: usize,
    pub(crate) shop: usize,
    pub(crate) visitor: Option<usize>,
    pub(crate) at: i64,
    pub(crate) what: What,
}

#[derive(Debug)]
pub(crate) enum What {
    Yes { checkout: Option<usize>, cart: Option<usize>, events: Vec<Event> },
    No { visits: Vec<usize> },
}

#[derive(Debug, Clone)]
pub(crate) struct Event {
    pub(crate) id: String,
    pub(crate) name: &'static str,
    pub(crate) visit: Option<usize>,
    pub(crate) is_fired: bool,
}

/// A message on its way. `is_clean`: no clock has jumped between what it says and its sending, so
/// that the device's own times tell the truth about how long ago it was.
#[derive(Debug, Clone)]
pub(crate) struct Sent {
    pub(crate) buffered: Buffered,
    pub(crate) body: Value,
    pub(crate) at: i64,
    pub(crate) is_clean: bool,
}

impl Device {
    pub(crate) fn new(number: usize, shop: usize, at: usize, dice: &mut Dice) -> Self {
        let offset = if dice.percent(50) { 0 } else { dice.between(-90_000, 90_000) };
        Self {
            number,
            shop,
            offset,
            jumps: 0,
            visitor: None,
            at,
            touched: Vec::new(),
            outbox: Vec::new(),
            noes: Vec::new(),
        }
    }

    pub(crate) fn clock_jumps(&mut self, dice: &mut Dice) {
        let widths = [70, 600, 5_000, 100_000];
        let width = *dice.one_of(&widths).expect("there are some");
        self.offset += dice.between(-width, width);
        self.jumps += 1;
    }

    /// Something worth a beacon happens. Gives what the browser itself fires.
    pub(crate) fn acts(
        &mut self,
        visits: &[Visit],
        number: u64,
        now: i64,
        dice: &mut Dice,
    ) -> Vec<Event> {
        let visitor = self.visitor.expect("it has said yes");
        let (at, visit) = (self.at, &visits[self.at]);
        if !self.touched.contains(&at) {
            self.touched.push(at);
        }
        let (mut checkout, mut cart) = (Some(at), Some(at));
        let kind = dice.below(10);
        let names: &[&str] = match kind {
            0 => {
                cart = None;
                &[]
            }
            1 => {
                checkout = None;
                &[]
            }
            2..=4 => {
                checkout = None;
                &["AddToCart"]
            }
            5 => {
                checkout = None;
                &["AddToCart", "AddToCart"]
            }
            6 => &["InitiateCheckout"],
            _ => &["Purchase"],
        };
        let domain = shops::domain(self.shop);
        let mut made = Vec::new();
        let mut bodies = Vec::new();
        for (n, name) in names.iter().copied().enumerate() {
            let of = checkout.map(|_| at);
            let shopify = format!("sh-{number}-{n}");
            let anchor = if of.is_some() { &visit.checkout } else { &shopify };
            let id = names::event_id(&domain, name, anchor);
            // The last shop's Purchases are the server's only.
            let is_fired = dice.percent(40) && !(name == "Purchase" && self.shop == 3);
            bodies.push(self.event(visit, name, &id, &shopify, visitor, is_fired, now));
            made.push(Event { id, name, visit: of, is_fired });
        }
        let mut body = json!({
            "v": 1, "shop": domain,
            "client": {"version": "1.0.0", "kind": "custom", "settings": null},
            "consent": self.evidence(visitor, number, now),
            "checkout": checkout.map(|_| &visit.checkout), "cart": cart.map(|_| &visit.cart),
            "events": bodies,
        });
        if made.is_empty() {
            body["user"] = user(visitor);
            body["page"] = json!({"url": "https://shop.acme.example/cart"});
        }
        let fired = made.iter().filter(|event| event.is_fired).cloned().collect();
        let what = What::Yes { checkout, cart, events: made };
        self.outbox.push(self.buffer(number, now, Some(visitor), what, body));
        fired
    }

    #[expect(clippy::too_many_arguments, reason = "an event has that many parts")]
    fn event(
        &self,
        visit: &Visit,
        name: &str,
        id: &str,
        shopify: &str,
        visitor: usize,
        is_fired: bool,
        now: i64,
    ) -> Value {
        let mut user = user(visitor);
        let is_purchase = name == "Purchase";
        if is_purchase {
            user["email"] = names::sha256(&names::email(self.number)).into();
            user["phone"] = names::sha256(&names::phone(self.number)).into();
        }
        json!({
            "name": name, "event_id": id, "event_time": now + self.offset, "shopify_event_id": shopify,
            "checkout": (name != "AddToCart").then_some(&visit.checkout),
            "browser": if is_fired { "fired" } else { "skipped" },
            "page": {"url": "https://shop.acme.example/cart"}, "user": user,
            "properties": {
                "currency": "EUR", "value": 81.91, "content_type": "product",
                "contents": [{"content_id": "43729076", "quantity": 1, "price": 81.91}],
            },
        })
    }

    /// Read now. Where a consent tool writes a new record at every page, it is another receipt each
    /// time.
    fn evidence(&self, visitor: usize, number: u64, now: i64) -> Value {
        let at = now + self.offset;
        let granted = json!({"marketing": true, "sale_of_data": true, "analytics": true, "preferences": true});
        if shops::cmp(self.shop) == "shopify" {
            return json!({
                "decision": "granted", "rule": "shopify_only", "basis": "permission",
                "evaluated_at": at, "gpc": false, "shopify": granted, "records": [],
            });
        }
        json!({
            "decision": "granted", "rule": "all_yes", "basis": "consent", "evaluated_at": at,
            "gpc": false, "shopify": granted,
            "records": [{
                "source": "onetrust", "key": "OptanonConsent", "decision": "granted",
                "deciding": true, "opt_out": false, "decided_at": at - 100,
                "id": names::sha256(&format!("consent of {visitor}")),
                "value": names::sha256(&format!("page {number}")), "version": "202501.1.0",
            }],
        })
    }

    /// What is on its way at this moment, and stays so whatever is said next.
    pub(crate) fn in_flight(&self, now: i64, dice: &mut Dice) -> Vec<Sent> {
        let leaves = self.outbox.iter().filter(|_| dice.percent(30));
        leaves.map(|buffered| self.sends(buffered, now)).collect()
    }

    /// Stops what it has buffered, and buffers the no.
    pub(crate) fn says_no(&mut self, visits: &[Visit], number: u64, now: i64, dice: &mut Dice) {
        let Some(visitor) = self.visitor.take() else { return };
        let touched = std::mem::take(&mut self.touched);
        self.outbox.clear();
        let named: Vec<usize> = touched.iter().rev().take(16).copied().collect();
        // A module that could not read its cookie knows anchors only; one on another page than the
        // shopper's last ones its visitor only.
        let named = if dice.percent(35) { Vec::new() } else { named };
        let knows = named.is_empty() || !dice.percent(15);
        let anchors = |of: fn(&Visit) -> &String| -> Vec<&String> {
            named.iter().map(|visit| of(&visits[*visit])).collect()
        };
        let body = json!({
            "v": 1, "shop": shops::domain(self.shop),
            "client": {"version": "1.0.0", "kind": "custom"},
            "withdraw": {
                "at": now + self.offset, "checkouts": anchors(|visit| &visit.checkout),
                "carts": anchors(|visit| &visit.cart),
                "external_id": knows.then(|| names::external_id(visitor)),
            },
        });
        let what = What::No { visits: named };
        self.noes.push(self.buffer(number, now, knows.then_some(visitor), what, body));
    }

    fn buffer(
        &self,
        number: u64,
        at: i64,
        visitor: Option<usize>,
        what: What,
        body: Value,
    ) -> Buffered {
        let said = Said { device: self.number, shop: self.shop, visitor, at, what };
        Buffered { number, said: Rc::new(said), body, jumps: self.jumps }
    }

    /// `sent_at` is stamped anew at every attempt.
    pub(crate) fn sends(&self, buffered: &Buffered, now: i64) -> Sent {
        let mut body = buffered.body.clone();
        body["sent_at"] = (now + self.offset).into();
        let is_clean = buffered.jumps == self.jumps;
        Sent { buffered: buffered.clone(), body, at: now, is_clean }
    }

    /// An answer has reached it.
    pub(crate) fn hears(&mut self, sent: &Sent, status: u16, reason: &str) {
        let number = sent.buffered.number;
        match &sent.buffered.said.what {
            What::Yes { .. } => {
                if [202, 400, 403, 404, 413, 415, 422].contains(&status) {
                    self.outbox.retain(|one| one.number != number);
                }
                if reason == "withdrawn" && self.visitor == sent.buffered.said.visitor {
                    self.visitor = None;
                    self.touched.clear();
                }
            }
            What::No { .. } => {
                if [202, 400].contains(&status) {
                    self.noes.retain(|one| one.number != number);
                }
            }
        }
    }
}

fn user(visitor: usize) -> Value {
    json!({
        "external_id": names::external_id(visitor), "user_agent": names::user_agent(visitor),
        "ttclid": names::click_id(visitor), "country": "de",
    })
}
