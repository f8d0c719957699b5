//! A shopper with two tabs, what truly happened to them, and the judge of what left.

use std::collections::BTreeSet;

use serde_json::Value;

use super::super::world::{NO, Tab, World, YES, at_checkout, event, sends, sent, tracked, words};
use super::Step;
use crate::hex::Digest;
use crate::plan::{Act, Plan};
use crate::session::EndpointAnswer;
use crate::session::known_consent::GrantState;

#[derive(Clone)]
struct View {
    tab: Tab,
    /// What Shopify says on this page, and what the browser does.
    allowed: Option<bool>,
    gpc: bool,
    /// Events that nobody has decided about yet, each with the number of beacons the endpoint had
    /// when it was heard.
    held: Vec<(String, usize)>,
    /// What was heard here, and what of that before a no: it is not reported any more.
    heard: BTreeSet<String>,
    past: BTreeSet<String>,
    /// Hashed visitors in the beacons of this page.
    told: BTreeSet<String>,
    /// Its grant ended in the other tab, or with the cookie, and it has had no signal since.
    ended: bool,
}

#[derive(Clone)]
pub(super) struct Shopper {
    world: World,
    front: Option<View>,
    back: Option<View>,
    answer: Option<bool>,
    /// Handed to TikTok's pixel on this device since its last withdrawal.
    fired: BTreeSet<String>,
    /// Visitors that a withdrawal has named since the last beacon told of them.
    withdrawn: BTreeSet<String>,
    accepted: Vec<String>,
    /// Reported under a grant that has not ended since, in the form of `held`.
    owed: Vec<(String, usize)>,
    trail: Vec<Step>,
}

impl Shopper {
    /// Nobody has done anything yet.
    pub(super) fn new() -> Self {
        Self {
            world: World::new(),
            front: None,
            back: None,
            answer: NO,
            fired: BTreeSet::new(),
            withdrawn: BTreeSet::new(),
            accepted: Vec::new(),
            owed: Vec::new(),
            trail: Vec::new(),
        }
    }

    /// `None` where the step cannot happen.
    pub(super) fn after(&self, step: Step) -> Option<Self> {
        let mut next = self.clone();
        next.trail.push(step);
        next.world.now = next.world.now.plus(if step == Step::Woken { 31 } else { 1 });
        next.glance();
        next.take(step)?;
        Some(next)
    }

    /// Both tabs have the looks at the device that they asked for.
    fn glance(&mut self) {
        for _ in 0..2 {
            while self.front.as_ref().is_some_and(|view| view.tab.look == Some(1)) {
                let mut view = self.front.take().unwrap();
                let before = self.clone();
                let plan = self.world.glanced(&mut view.tab);
                self.judge(&before, view, &plan);
            }
            std::mem::swap(&mut self.front, &mut self.back);
        }
    }

    fn take(&mut self, step: Step) -> Option<()> {
        match step {
            Step::Granted => self.open(YES, false),
            Step::Undecided => self.open(NO, false),
            Step::Denied => self.open(YES, true),
            Step::OtherTab => {
                std::mem::swap(&mut self.front, &mut self.back);
                if self.front.is_none() {
                    self.open(self.answer, false);
                }
            }
            Step::Checkout => self.hear(&at_checkout("checkout_started", "token"))?,
            Step::Cart => self.hear(&event("product_added_to_cart", "sh-cart"))?,
            Step::Yes => self.signal(YES)?,
            Step::No => self.signal(NO)?,
            Step::Accepted => self.answer(EndpointAnswer::Accepted)?,
            Step::Lost => self.answer(EndpointAnswer::Lost)?,
            Step::TooMany => self.answer(EndpointAnswer::Later(Some(5)))?,
            Step::Deleted => {
                self.world.device.cookies.remove("_assent")?;
                self.front.iter_mut().chain(&mut self.back).for_each(View::end);
            }
            Step::Blind => {
                self.world.device.cookies_unreadable = !self.world.device.cookies_unreadable;
            }
            Step::Woken => {
                let mut view = self.front.take()?;
                let before = self.clone();
                let plan = self.world.woken(&mut view.tab);
                self.judge(&before, view, &plan);
            }
        }
        Some(())
    }

    fn open(&mut self, allowed: Option<bool>, gpc: bool) {
        self.world.gpc = Some(gpc);
        if allowed != YES || gpc {
            self.owed.clear();
        }
        let before = self.clone();
        let mut view = View {
            tab: self.world.open(allowed),
            allowed,
            gpc,
            held: Vec::new(),
            heard: BTreeSet::new(),
            past: BTreeSet::new(),
            told: BTreeSet::new(),
            ended: false,
        };
        let plan = self.world.begin(&mut view.tab);
        self.judge(&before, view, &plan);
    }

    fn hear(&mut self, event: &Value) -> Option<()> {
        let mut view = self.front.take()?;
        let before = self.clone();
        let plan = self.world.heard(&mut view.tab, event);
        let name =
            if event["name"] == "checkout_started" { "InitiateCheckout" } else { "AddToCart" };
        let known = |event: &Value| event["name"] == name;
        let decided = plan.said.iter().find_map(|line| line.decision).unwrap();
        view.heard.insert(name.to_owned());
        match decided {
            "unknown" if view.past.contains(name) => {}
            "unknown" => {
                // Under a grant that cannot be seen just now, it may have arrived before.
                let told = matches!(view.tab.session.consent.state(), GrantState::Granted { .. });
                view.held.push((name.to_owned(), if told { 0 } else { self.accepted.len() }));
            }
            "denied" => {
                view.held.clear();
                view.past.clone_from(&view.heard);
                self.owed.clear();
            }
            _ if view.past.contains(name) => {}
            _ => {
                view.held.clear(); // released with it
                assert!(
                    sent(&plan).iter().any(known)
                        || plan.said.iter().any(|line| line.name == Some(name))
                );
                if !plan
                    .said
                    .iter()
                    .any(|line| line.name == Some(name) && line.done.starts_with("nothing"))
                {
                    self.owed.push((name.to_owned(), self.accepted.len()));
                }
            }
        }
        self.judge(&before, view, &plan);
        Some(())
    }

    fn signal(&mut self, allowed: Option<bool>) -> Option<()> {
        let mut view = self.front.take()?;
        self.answer = allowed;
        view.allowed = allowed;
        // Where an end was not noticed before, and cannot be now, nobody can tell whether this
        // signal is the newer one.
        let stands = matches!(view.tab.session.consent.state(), GrantState::Granted { .. });
        view.ended &= stands && self.world.device.cookies_unreadable;
        let before = self.clone();
        let plan = self.world.signalled(&mut view.tab, allowed);
        view.held.clear(); // sent or forgotten; `ends_well` sees to it
        if allowed == NO {
            self.owed.clear();
            view.past.clone_from(&view.heard);
        }
        self.judge(&before, view, &plan);
        Some(())
    }

    fn answer(&mut self, answer: EndpointAnswer) -> Option<()> {
        let (_, body) = self.front.as_ref()?.tab.under_way.first()?.clone();
        let mut view = self.front.take()?;
        if answer != EndpointAnswer::Lost && answer != EndpointAnswer::Later(Some(5)) {
            let events = body["events"].as_array().cloned().unwrap_or_default();
            self.accepted
                .extend(events.iter().map(|event| event["name"].as_str().unwrap().to_owned()));
        }
        let before = self.clone();
        let plan = self.world.answered(&mut view.tab, answer);
        self.judge(&before, view, &plan);
        Some(())
    }

    /// What holds after every step.
    fn judge(&mut self, before: &Self, mut view: View, plan: &Plan) {
        let trail = &self.trail;
        let released = |(name, _): &(String, usize)| {
            plan.said.iter().any(|line| line.decision == Some("granted") && line.name == Some(name))
        };
        self.owed.extend(view.held.extract_if(.., |held| released(held)));
        let granting = view.allowed == YES && !view.gpc;
        let is_withdrawal = |body: &Value| body.get("withdraw").is_some();
        let beacons: Vec<Value> = sends(plan)
            .into_iter()
            .map(|(_, body)| body)
            .filter(|body| !is_withdrawal(body))
            .collect();
        let tiktok = words(plan)
            .iter()
            .any(|word| ["clean", "load", "identify", "page", "track"].contains(&word.as_str()));
        if tiktok || !beacons.is_empty() {
            assert!(granting, "something left without a yes: {trail:?}");
            assert!(!view.ended, "its grant ended elsewhere: {trail:?}");
        }
        if let (Some(back), true) = (&mut self.back, plan.acts.iter().any(removes_marker)) {
            back.end();
        }
        if !granting {
            let kept = |key: &str| {
                self.world.device.storage.get(key) != before.world.device.storage.get(key)
            };
            let more = |key: &str| kept(key) && self.world.device.storage.contains_key(key);
            assert!(
                !more("assent.outbox") && !more("assent.fired"),
                "kept without a yes: {trail:?}"
            );
        }
        let waited = before.world.device.storage.get("assent.outbox").map_or("", String::as_str);
        // (What an earlier page has left to be sent is not this page's own.)
        for event in sent(plan)
            .into_iter()
            .filter(|event| !waited.contains(event["event_id"].as_str().unwrap()))
        {
            let visitor = event["user"]["external_id"].as_str().unwrap().to_owned();
            self.withdrawn.remove(&visitor);
            view.told.insert(visitor);
        }
        for body in sends(plan).iter().map(|(_, body)| body).filter(|body| is_withdrawal(body)) {
            let members: Vec<&String> = body["withdraw"].as_object().unwrap().keys().collect();
            assert_eq!(members, ["at", "carts", "checkouts", "external_id"], "{trail:?}");
            self.withdrawn.extend(body["withdraw"]["external_id"].as_str().map(str::to_owned));
        }
        if let (true, Some(visitor)) = (plan.acts.iter().any(removes_marker), before.visitor()) {
            let waits = self
                .world
                .device
                .storage
                .get("assent.withdrawn")
                .is_some_and(|text| text.contains(&visitor));
            assert!(
                waits || self.withdrawn.contains(&visitor),
                "a visitor is forgotten and not named: {trail:?}"
            );
        }
        if words(plan).iter().any(|word| word == "store")
            && !self.world.device.storage.contains_key("assent.fired")
        {
            self.fired.clear();
        }
        for id in tracked(plan) {
            assert!(self.fired.insert(id), "the same conversion twice: {trail:?}");
        }
        self.front = Some(view);
    }

    /// Whom the device names, hashed.
    fn visitor(&self) -> Option<String> {
        let (value, _) = self.world.device.cookies.get("_assent")?;
        Some(Digest::of(value.split_at(32).0.as_bytes()).as_str().to_owned())
    }

    /// From here a yes delivers all that is held; a no forgets it, and a yes after that does not
    /// bring it back.
    pub(super) fn ends_well(&self) {
        let mut sighted = self.clone();
        sighted.world.device.cookies_unreadable = false;
        sighted.says_well();
    }

    fn says_well(&self) {
        let Some(view) = &self.front else { return };
        if view.gpc {
            return;
        }
        // (A tab without a yes that began blind ends the grant as soon as it can see.)
        if view.allowed == YES
            && !view.ended
            && self.back.as_ref().is_none_or(|back| back.allowed == YES && !back.gpc)
        {
            let mut seen = self.clone();
            seen.after_all(Step::Woken);
            for (name, since) in &view.held {
                assert!(
                    seen.accepted[*since..].contains(name),
                    "{name} waits for an event: {:?}",
                    self.trail
                );
            }
        }
        let mut yes = self.clone();
        let held = view.held.clone();
        yes.after_all(Step::Yes);
        for (name, since) in held {
            assert!(
                yes.accepted[since..].contains(&name),
                "{name} was held and never arrived: {:?}",
                self.trail
            );
        }
        let alone = !self.trail.iter().any(|step| matches!(step, Step::Deleted | Step::OtherTab));
        for (name, since) in self.owed.iter().filter(|_| alone) {
            assert!(
                yes.accepted[*since..].contains(name),
                "{name} was reported and never arrived: {:?}",
                self.trail
            );
        }
        let mut no = self.clone();
        for _ in 0..2 {
            no.glance(); // which may release what an unreadable device has put off
            while no.take(Step::Accepted).is_some() {} // what is under way was sent before the no
        }
        let before = no.accepted.len();
        no.after_all(Step::No);
        assert_eq!(no.accepted.len(), before, "{:?}", self.trail);
        let told = &no.front.as_ref().unwrap().told;
        assert!(
            told.is_subset(&no.withdrawn),
            "a visitor this page told of is not named: {:?}",
            self.trail
        );
        // Where the shopper has deleted the marker himself, and nothing else showed a grant, there
        // was nothing to withdraw: the module's code may be left.
        let deleted = self.trail.contains(&Step::Deleted);
        let is_left = |key: &&&str| !(deleted && **key == "assent.module");
        let left: Vec<_> = no.world.device.storage.keys().filter(is_left).collect();
        assert!(left.is_empty(), "{left:?} is left after a no: {:?}", self.trail);
        assert!(no.world.device.cookies.is_empty(), "{:?}", self.trail);
        no.after_all(Step::Yes);
        assert_eq!(
            no.accepted.len(),
            before,
            "sent although somebody had said no: {:?}",
            self.trail
        );
    }

    /// One step, then every request answered until nothing is under way.
    fn after_all(&mut self, step: Step) {
        self.world.now = self.world.now.plus(1);
        self.glance();
        self.take(step).unwrap();
        for _ in 0..5 {
            while self.take(Step::Accepted).is_some() {}
            self.world.now = self.world.now.plus(4000);
            self.take(Step::Woken).unwrap();
        }
    }
}

impl View {
    fn end(&mut self) {
        self.ended |= match self.tab.session.consent.state() {
            GrantState::Granted { read_back, .. } => *read_back || self.tab.look.is_none(), // it looks as soon as it can
            GrantState::Open | GrantState::EndedElsewhere => false,
        };
    }
}

fn removes_marker(act: &Act) -> bool {
    matches!(act, Act::Cookie { text } if text.starts_with("_assent=;"))
}
