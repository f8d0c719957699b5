//! What this page reports: events are held until somebody decides, become conversions under a
//! grant, and each goes its two ways. When the grant ends, what was reported is forgotten here and
//! can still be named by a withdrawal.

use super::answer::EndpointAnswer;
use super::click::Click;
use super::host::Host;
use super::past::Past;
use super::sending::{Sender, Sending};
use super::tiktok_script::{self, Cleanable, TikTokScript};
use super::turn::Turn;
use crate::beacon::{Client, WirePage, Withdrawal};
use crate::consent::Grant;
use crate::consent::records::BRIDGE_KEY;
use crate::conversion::{Conversion, Surroundings, page_of};
use crate::device::{self, Marker};
use crate::event::{Event, EventKind};
use crate::hex::{Anchor, Digest, EventId};
use crate::ids;
use crate::limits;
use crate::page;
use crate::plan::Act;
use crate::settings::Settings;
use crate::shopify::PageStart;
use crate::tiktok::{self, EventName};
use crate::time::Timestamp;

#[derive(Debug)]
#[cfg_attr(test, derive(Clone))]
pub(super) struct Reporting {
    settings: Settings,
    start: PageStart,
    held: Vec<Event>,
    pub(super) past: Past,
    /// Conversions of this page that were reported already.
    handled: Vec<EventId>,
    /// What this page told of, for a withdrawal to name.
    checkouts: Vec<Anchor>,
    carts: Vec<Anchor>,
    click: Click,
    script: TikTokScript,
    sending: Sending,
}

impl Reporting {
    pub(super) fn new(
        settings: Settings,
        client: Client,
        start: PageStart,
        cleanable: Option<Cleanable>,
    ) -> Self {
        let cart = start.cart.as_ref().and_then(|cart| ids::cart_anchor(&settings.shop, &cart.0));
        let sender = Sender { shop: settings.shop.clone(), client, cart };
        Self {
            held: Vec::new(),
            past: Past::new(),
            handled: Vec::new(),
            checkouts: Vec::new(),
            carts: Vec::new(),
            click: Click::default(),
            script: TikTokScript::new(cleanable, page::is_secret(&start.page.url, &settings)),
            sending: Sending::new(sender),
            settings,
            start,
        }
    }

    /// What the frame is to be given as its address before these events are reported: that of the
    /// first one that TikTok's script is told of.
    pub(super) fn asks_to_clean(&mut self, events: &[Event]) -> Option<Act> {
        let is_for_browser = |kind| self.settings.route(kind).is_some_and(|(_, legs)| legs.browser);
        let first = events.iter().find(|event| is_for_browser(&event.kind))?;
        self.script.asks_to_clean().then(|| {
            let WirePage { url, referrer } = page_of(first, &self.settings);
            Act::Clean { url, referrer: referrer.unwrap_or_default() }
        })
    }

    pub(super) fn cleaned(&mut self, cleanable: Cleanable) {
        self.script.cleaned(cleanable);
    }

    /// Whether the shop has a use for such an event.
    pub(super) fn wants(&self, kind: &EventKind) -> bool {
        self.settings.route(kind).is_some()
    }

    /// Keeps an event until somebody decides.
    pub(super) fn hold(&mut self, event: Event, turn: &mut Turn<'_>) {
        if self.held.len() >= limits::HELD_EVENTS {
            let oldest = self.held.remove(0);
            turn.say(oldest.kind.as_str(), "forgotten: too many events are held");
        }
        self.held.push(event);
    }

    /// Puts back what [`Self::take_held`] gave, and what came with it.
    pub(super) fn put_back(&mut self, events: Vec<Event>) {
        self.held = events;
    }

    pub(super) fn take_held(&mut self) -> Vec<Event> {
        std::mem::take(&mut self.held)
    }

    pub(super) fn holds(&self) -> bool {
        !self.held.is_empty()
    }

    /// Somebody said no to all that was heard until now.
    pub(super) fn forget_heard(&mut self, now: Timestamp) {
        self.held.clear();
        self.past.end(now);
    }

    /// Reports events under a grant: whether a Purchase that may still be stopped was among them.
    /// `device` is what the grant itself has written there.
    pub(super) fn report<H: Host>(
        &mut self,
        grant: &Grant,
        events: &[Event],
        visitor: Option<&Digest>,
        mut device: Vec<Act>,
        host: &mut H,
        turn: &mut Turn<'_>,
    ) -> bool {
        // An event's address is newer than that of the page's start.
        if self.click.newest.is_none() {
            self.click.take(&self.start.page, &self.settings, turn.jar, &mut device);
        }
        let mut script = Vec::new();
        let mut wires = Vec::new();
        let yes_at = self.past.yes_at;
        for event in events.iter().filter(|event| event.time >= yes_at) {
            self.click.take(&event.page, &self.settings, turn.jar, &mut device);
            let dice = host.random();
            let fold = |text: &str| host.fold(text);
            let around = Surroundings {
                fold: &fold,
                customer: Some(&self.start.customer),
                external_id: visitor.cloned(),
                ttclid: self.click.newest.clone(),
                ttp: turn.jar.cookie("_ttp").map(Into::into),
            };
            let Some(conversion) = Conversion::new(event, &self.settings, around, dice) else {
                continue;
            };
            let name = event.kind.as_str();
            if self.handled.contains(&conversion.event_id) {
                let done = "nothing: this page has reported it already";
                turn.tell(name, done, Some(&conversion));
                continue;
            }
            if let Some(why) = tiktok::left_out(&event.goods, &conversion.properties) {
                turn.say(name, why);
            }
            let sending = &mut self.sending;
            let leg = self.script.fire(
                grant,
                &conversion,
                &self.settings,
                sending,
                turn.now,
                &mut script,
            );
            turn.tell(name, tiktok_script::done(conversion.legs, leg), Some(&conversion));
            self.remember(&conversion);
            if conversion.legs.server {
                wires.push(conversion.wire(grant, leg));
            } else if self.settings.reports_orders() {
                self.sending.receipt(grant, &conversion, host, turn.now);
            }
        }
        let has_purchase = wires.iter().any(|wire| wire.name == EventName::Purchase);
        self.sending.enclose(grant, wires, host, turn.now);
        self.sending.flush(grant, turn); // the requests start first
        turn.plan.acts.append(&mut device);
        turn.plan.acts.append(&mut script);
        self.sending.store_fired(turn);
        has_purchase
    }

    /// Remembers what was reported: this page must not report it again, and a withdrawal must be
    /// able to name it.
    fn remember(&mut self, conversion: &Conversion) {
        self.handled.push(conversion.event_id.clone());
        add(&mut self.checkouts, conversion.checkout.as_ref());
        add(&mut self.carts, self.sending.sender.cart.as_ref());
    }

    /// Takes in what the device keeps of what waits to be sent: whether there is room for another
    /// withdrawal.
    pub(super) fn read(&mut self, jar: &crate::jar::Jar, now: Timestamp) -> bool {
        self.sending.read(jar, now)
    }

    pub(super) fn answered(
        &mut self,
        key: &str,
        answer: EndpointAnswer,
        now: Timestamp,
    ) -> Option<u16> {
        self.sending.answered(key, answer, now)
    }

    /// Whether what the endpoint was sent under this key names the visitor.
    pub(super) fn told_of(&self, key: &str, visitor: Option<Digest>) -> bool {
        visitor.is_some_and(|visitor| self.sending.names(key, visitor.as_str()))
    }

    pub(super) fn awake(&mut self) {
        self.sending.awake();
    }

    pub(super) fn flush_withdrawals<H: Host>(&mut self, host: &H, turn: &mut Turn<'_>) {
        self.sending.flush_withdrawals(host, turn);
    }

    pub(super) fn store_withdrawals(&self, turn: &mut Turn<'_>) {
        self.sending.store_withdrawals(turn);
    }

    /// The grant has ended elsewhere: nothing that waits belongs to one any more.
    pub(super) fn end(&mut self, turn: &mut Turn<'_>) {
        self.forget();
        self.script.revoke(&mut turn.plan);
    }

    fn forget(&mut self) {
        self.handled.clear(); // a later grant counts again
        self.click.forget();
        self.sending.forget();
    }

    /// The grant has ended, and nobody else has seen to it: the device forgets, and TikTok's script
    /// is told. What is held stays: it belongs to no grant yet, and a denial has forgotten it
    /// already.
    pub(super) fn erase(&mut self, turn: &mut Turn<'_>) {
        self.forget();
        for text in Marker::removal() {
            turn.act(Act::Cookie { text });
        }
        for key in &[device::FIRED, device::OUTBOX, BRIDGE_KEY, device::MODULE] {
            turn.act(Act::Store { key, value: None });
        }
        self.script.revoke(&mut turn.plan);
    }

    /// The grant is withdrawn: the endpoint is told too.
    pub(super) fn withdraw<H: Host>(
        &mut self,
        visitors: Vec<Digest>,
        host: &H,
        turn: &mut Turn<'_>,
    ) {
        self.erase(turn);
        self.name(visitors, turn.now);
        self.sending.flush_withdrawals(host, turn);
        self.sending.store_withdrawals(turn);
    }

    /// Hashed anchors and hashed visitors, nothing else; nothing at all where there is nobody to
    /// name. A message holds one visitor: the first takes the anchors along.
    fn name(&mut self, mut visitors: Vec<Digest>, at: Timestamp) {
        let (mut checkouts, mut carts) =
            (std::mem::take(&mut self.checkouts), std::mem::take(&mut self.carts));
        loop {
            let external_id = visitors.pop();
            if external_id.is_none() && checkouts.is_empty() && carts.is_empty() {
                return;
            }
            let (checkouts, carts) = (std::mem::take(&mut checkouts), std::mem::take(&mut carts));
            self.sending.keep_withdrawal(&Withdrawal { at, checkouts, carts, external_id });
        }
    }
}

fn add(known: &mut Vec<Anchor>, anchor: Option<&Anchor>) {
    if let Some(anchor) = anchor.filter(|anchor| !known.contains(anchor)) {
        known.push(anchor.clone());
    }
}

#[cfg(test)]
impl Reporting {
    /// All that a later step can act upon. In full: a field that is added must be thought of here.
    pub(super) fn hash<F: std::hash::Hasher>(&self, hasher: &mut F) {
        use std::hash::Hash;

        let Self {
            settings: _,
            start: _,
            held,
            past,
            handled,
            checkouts,
            carts,
            click,
            script,
            sending,
        } = self;
        held.iter().map(|event| event.kind.as_str()).collect::<Vec<_>>().hash(hasher);
        (past, handled, checkouts, carts, click, script, sending).hash(hasher);
    }
}
