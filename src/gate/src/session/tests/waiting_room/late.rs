//! A session that comes late and is told of what was heard, beside one that was there from the start.
//! Judged by what came to TikTok's pixel and to the endpoint in the end.
//!
//! The late one reports the same, or less: where a yes was taken back while the module was on its
//! way, by a no or by silence, the other one has told of what came before by then. (After a no it
//! withdraws that; after silence the late one still holds it.) A room that looks
//! at the device with Shopify's and the bridge's words only can miss a record that says no and is
//! gone by the next word; it must not miss one that the device shows when it looks.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::super::cmp::OneTrust;
use super::super::world::{
    ACCEPTED, NO, Tab, World, YES, at_checkout, cart, event, said, sends, sent, told,
};
use super::room::{Form, Looks, Room};
use crate::door;
use crate::hex::Digest;
use crate::plan::{Act, Plan};
use crate::text::Text;

/// The marker of a visitor whom an earlier page or another tab has left there.
const VISITOR: [&str; 2] = ["77777777777777777777777777777777", "8888888888888888"];

#[derive(Debug, Clone, Copy, PartialEq)]
enum Step {
    View,
    Cart,
    Purchase,
    Shopify(Option<bool>, Option<bool>),
    Bridge(Option<bool>),
    Record(OneTrust),
    /// Another tab is granted.
    Marked,
    /// The module has come.
    Module,
}

const STEPS: [Step; 15] = [
    Step::View,
    Step::Cart,
    Step::Purchase,
    Step::Shopify(YES, YES),
    Step::Shopify(NO, NO),
    Step::Shopify(YES, NO),
    Step::Shopify(None, None),
    Step::Bridge(YES),
    Step::Bridge(NO),
    Step::Bridge(None),
    Step::Record(OneTrust::Absent),
    Step::Record(OneTrust::Yes),
    Step::Record(OneTrust::No),
    Step::Marked,
    Step::Module,
];

impl Step {
    /// TikTok's name of an event.
    fn name(self) -> Option<&'static str> {
        match self {
            Self::View => Some("Pageview"),
            Self::Cart => Some("AddToCart"),
            Self::Purchase => Some("Purchase"),
            Self::Shopify(..) | Self::Bridge(_) | Self::Record(_) | Self::Marked | Self::Module => {
                None
            }
        }
    }
}

/// What came of a page: the events that the browser and the server told of, and who was withdrawn.
#[derive(Debug, Clone, Default, PartialEq)]
struct Told {
    browser: BTreeSet<String>,
    server: BTreeSet<String>,
    /// TikTok's script was told to stop: it is told of nothing more on that page.
    revoked: bool,
    withdrawn: BTreeSet<String>,
}

impl Told {
    fn take(&mut self, plan: &Plan) {
        let calls = plan.acts.iter().filter_map(|act| match act {
            Act::Page => Some("Pageview".to_owned()),
            Act::Track { call } => Some(call.name.as_str().to_owned()),
            Act::Send { .. }
            | Act::Cookie { .. }
            | Act::Store { .. }
            | Act::Clean { .. }
            | Act::Load { .. }
            | Act::Identify { .. }
            | Act::Revoke
            | Act::Keep
            | Act::Wake { .. }
            | Act::Look { .. } => None,
        });
        self.browser.extend(calls);
        let name = |event: &Value| event["name"].as_str().expect("a name").to_owned();
        self.server.extend(sent(plan).iter().map(name));
        self.revoked |= plan.acts.contains(&Act::Revoke);
        for (_, body) in sends(plan) {
            self.withdrawn.extend(body["withdraw"]["external_id"].as_str().map(str::to_owned));
        }
    }
}

/// A page view with a device of its own, and its session once that is there.
#[derive(Clone)]
struct View {
    world: World,
    tab: Tab,
    told: Told,
}

impl View {
    fn ask(&mut self, mut question: Value) {
        let jar = self.world.jar_of(&self.tab);
        let cookie = jar.cookie.clone();
        let stored =
            |key: &Text| (key.as_str().into(), json!(self.world.device.storage.get(key.as_str())));
        let storage = jar.storage.iter().map(|(key, _)| stored(key)).collect();
        question["jar"] = json!({"cookie": cookie, "storage": Value::Object(storage)});
        question["now"] = json!(self.world.now.0);
        let plan = door::ask(&mut self.tab.session, &question);
        let plan = self.world.carried_out(&mut self.tab, plan);
        self.told.take(&plan);
    }

    fn hears(&mut self, heard: &Value) {
        if let Some(event) = heard.get("event") {
            return self.ask(json!({"do": "heard", "event": event}));
        }
        match heard.get("privacy") {
            Some(privacy) => self.ask(json!({"do": "heed", "privacy": privacy})),
            None => self.ask(json!({"do": "heed_bridge", "event": heard["bridge"]})),
        }
        self.ask(json!({"do": "signalled"}));
    }

    /// Everything is answered, every look is had.
    fn ends(&mut self) {
        for _ in 0..4 {
            while !self.tab.under_way.is_empty() {
                let plan = self.world.answered(&mut self.tab, ACCEPTED);
                self.told.take(&plan);
            }
            self.world.now = self.world.now.plus(4000);
            let plan = self.world.woken(&mut self.tab);
            self.told.take(&plan);
        }
    }
}

#[derive(Clone)]
struct Both {
    there: View,
    late: View,
    room: Room,
    looks: Looks,
    has_begun: bool,
    record: OneTrust,
    /// The record that the room has seen.
    seen: OneTrust,
    /// An event was heard while the room had not seen what the record says.
    unseen: bool,
    /// Something that is no yes was said while the module was on its way.
    taken_back: bool,
    /// Somebody said no at any time. (What ends because there is silence as the page begins need not
    /// end where there is a yes by the time that the late one begins.)
    no: bool,
    /// Events that were heard before the session was there, and before a no.
    forgotten: BTreeSet<&'static str>,
    heard: BTreeSet<&'static str>,
    trail: Vec<Step>,
}

impl Both {
    fn new(shop: (&str, &str), allowed: Option<bool>, is_marked: bool, looks: Looks) -> Self {
        let mut world = World::new();
        world.settings["cmp"] = json!(shop.0);
        world.settings["undecided"] = json!(shop.1);
        if is_marked {
            world.device.put_cookie("_assent", &VISITOR.concat());
        }
        let tab = world.open(allowed);
        let privacy = told(allowed, allowed);
        let room = Room::new(Form::Pasted, looks, privacy, &world.jar_of(&tab));
        let late = View { world, tab, told: Told::default() };
        let mut there = late.clone();
        there.ask(json!({"do": "begin"}));
        Self {
            there,
            late,
            room,
            looks,
            has_begun: false,
            record: OneTrust::Absent,
            seen: OneTrust::Absent,
            unseen: false,
            taken_back: false,
            no: false,
            forgotten: BTreeSet::new(),
            heard: BTreeSet::new(),
            trail: Vec::new(),
        }
    }

    fn after(&self, step: Step) -> Option<Self> {
        let mut next = self.clone();
        next.trail.push(step);
        let is_on_its_way = self.room.is_open() && !self.has_begun;
        for view in [&mut next.there, &mut next.late] {
            view.world.now = view.world.now.plus(1);
        }
        let heard = match step {
            Step::View => json!({"event": event("page_viewed", "sh-view")}),
            Step::Cart => json!({"event": cart("sh-cart")}),
            Step::Purchase => json!({"event": at_checkout("checkout_completed", "token")}),
            Step::Shopify(marketing, sale) => json!({"privacy": told(marketing, sale)}),
            Step::Bridge(marketing) => {
                json!({"bridge": said(marketing, Some(next.there.world.now))})
            }
            Step::Record(record) => {
                next.record = record;
                for view in [&mut next.there, &mut next.late] {
                    record.on(&mut view.world.device);
                }
                next.taken_back |= is_on_its_way && record != OneTrust::Yes;
                return (self.record != record).then_some(next);
            }
            // A page that acts upon a grant notices another one; the late one has none yet.
            Step::Marked if !self.room.is_open() => {
                for view in [&mut next.there, &mut next.late] {
                    view.world.device.put_cookie("_assent", &VISITOR.concat());
                }
                return Some(next);
            }
            Step::Module if is_on_its_way => {
                next.begins();
                return Some(next);
            }
            Step::Marked | Step::Module => return None,
        };
        let is_no = matches!(step, Step::Shopify(NO, _) | Step::Shopify(_, NO) | Step::Bridge(NO));
        let is_yes = match step {
            Step::Shopify(marketing, sale) => (marketing, sale) == (YES, YES),
            Step::Bridge(marketing) => marketing == YES,
            Step::View | Step::Cart | Step::Purchase => self.record != OneTrust::No,
            Step::Record(_) | Step::Marked | Step::Module => true,
        };
        next.taken_back |= is_on_its_way && !is_yes;
        next.no |= is_no || self.record == OneTrust::No;
        let denies = is_no || self.record == OneTrust::No;
        if let Some(name) = step.name() {
            next.forgotten.remove(name);
            next.heard.insert(name);
        }
        if denies && !self.has_begun {
            next.forgotten.append(&mut next.heard);
        }
        next.there.hears(&heard);
        if next.has_begun {
            next.late.hears(&heard);
        } else {
            if self.looks == Looks::AtAll || heard.get("event").is_none() {
                next.seen = self.record;
            }
            next.unseen |= next.seen != self.record;
            let jar = next.late.world.jar_of(&next.late.tab);
            next.room.hears(&heard, &jar, next.late.world.now);
        }
        Some(next)
    }

    fn begins(&mut self) {
        self.has_begun = true;
        self.room.tells(&mut self.late.tab);
        self.late.ask(json!({"do": "begin"}));
        // The other one looks at the device then, too.
        self.there.ask(json!({"do": "woken"}));
    }

    fn judge(&self) {
        let mut end = self.clone();
        if end.room.is_open() && !end.has_begun {
            end.begins();
        }
        end.there.ends();
        if end.has_begun {
            end.late.ends();
        }
        let (there, late) = (&end.there.told, &end.late.told);
        let trail = &self.trail;
        if self.unseen {
            return;
        }
        assert!(late.server.is_subset(&there.server), "{late:?} {there:?} {trail:?}");
        let (there_at_all, late_at_all) =
            (&there.browser | &there.server, &late.browser | &late.server);
        assert!(
            late.browser.is_subset(&there_at_all) || there.revoked,
            "{late:?} {there:?} {trail:?}"
        );
        for name in &self.forgotten {
            assert!(!late_at_all.contains(*name), "{name} was heard before a no: {trail:?}");
        }
        if !self.taken_back {
            assert_eq!((&late.server, &late.browser), (&there.server, &there.browser), "{trail:?}");
        }
        let visitor = Digest::of(VISITOR[0].as_bytes());
        let named = |told: &Told| told.withdrawn.contains(visitor.as_str());
        // Where the room waits, it looks again at the next word, and so does the next page.
        let is_ended = named(late) || !named(there) || !end.has_begun || !self.no;
        assert!(is_ended, "a visitor is not withdrawn: {trail:?}");
    }
}

fn explore(looks: Looks, shops: &[(&str, &str)], depth: usize) {
    let mut judged = 0;
    for shop in shops {
        for (allowed, is_marked) in [(NO, false), (NO, true), (YES, false), (YES, true)] {
            let mut layer = vec![Both::new(*shop, allowed, is_marked, looks)];
            for _ in 0..depth {
                let mut next = Vec::new();
                for both in &layer {
                    next.extend(STEPS.iter().filter_map(|step| both.after(*step)));
                }
                next.iter().for_each(Both::judge);
                judged += next.len();
                layer = next;
            }
        }
    }
    println!("{looks:?}: {judged} histories, {depth} steps deep");
    assert!(judged > 1000);
}

#[test]
fn a_session_that_comes_late_reports_what_one_that_was_there_reports() {
    explore(Looks::AtAll, &[("auto", "hold")], 3);
    explore(Looks::AtSignals, &[("shopify", "hold")], 3);
}

/// Minutes: `cargo test --release -p assent-gate -- --ignored --nocapture`.
#[test]
#[ignore = "minutes, and in a release build only"]
fn a_session_that_comes_later_still_reports_what_one_that_was_there_reports() {
    let shops = [("shopify", "hold"), ("onetrust", "hold"), ("bridge", "hold"), ("auto", "hold")];
    for looks in [Looks::AtSignals, Looks::AtAll] {
        explore(looks, &shops, 4);
    }
}
