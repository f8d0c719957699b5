//! Where the room waits, a session that is there does nothing: nothing is granted, nothing is
//! withdrawn, nothing is sent and nothing is kept.

use serde_json::{Value, json};

use super::super::cmp::OneTrust;
use super::super::world::{Device, NO, Tab, World, YES, at_checkout, cart, event, said, told};
use super::room::{Form, Looks, Room, TRACES};
use crate::plan::{Act, Plan};
use crate::shopify;

const ANSWERS: [Option<bool>; 3] = [YES, NO, None];
const RECORDS: [OneTrust; 6] = [
    OneTrust::Absent,
    OneTrust::Undecided,
    OneTrust::Yes,
    OneTrust::No,
    OneTrust::AwaitingReconsent,
    OneTrust::Garbage,
];
const SHOPS: [(&str, &str); 7] = [
    ("shopify", "hold"),
    ("onetrust", "hold"),
    ("onetrust", "shopify"),
    ("bridge", "hold"),
    ("bridge", "shopify"),
    ("auto", "hold"),
    ("auto", "shopify"),
];
const COOKIES: [&str; 2] = ["_assent", "_assent_c"];

#[derive(Debug, Clone, Copy)]
enum Step {
    Shopify(Option<bool>, Option<bool>),
    Bridge(Option<bool>),
    View,
    Cart,
    Purchase,
    Record(OneTrust),
    /// Another tab leaves one of our traces; this page hears of it with Shopify's or the bridge's
    /// next word.
    Cookie(&'static str),
    Key(&'static str),
    /// The cookies, or a key, cannot be read any longer, or again.
    Cookies,
    Silent(&'static str),
    Woken,
}

fn steps() -> Vec<Step> {
    let mut steps = vec![Step::View, Step::Cart, Step::Purchase, Step::Cookies, Step::Woken];
    for marketing in ANSWERS {
        steps.extend(ANSWERS.map(|sale| Step::Shopify(marketing, sale)));
        steps.push(Step::Bridge(marketing));
    }
    steps.extend(RECORDS.map(Step::Record));
    steps.extend(COOKIES.map(Step::Cookie));
    steps.extend(TRACES.map(Step::Key));
    steps.extend(TRACES.map(Step::Silent));
    steps
}

/// Devices as the page may find them: without anything of ours, with one trace, with nothing under
/// the keys of traces, or one that cannot be read.
fn devices() -> Vec<Device> {
    let mut devices = vec![Device::default()];
    let mut add = |change: &dyn Fn(&mut Device)| {
        let mut device = Device::default();
        change(&mut device);
        devices.push(device);
    };
    for name in COOKIES {
        add(&|device| device.put_cookie(name, ""));
        add(&|device| device.put_cookie(name, &"0".repeat(48)));
    }
    add(&|device| device.storage.extend(TRACES.map(|key| (key, String::new()))));
    for key in TRACES {
        add(&|device| drop(device.storage.insert(key, "1 1 1 {}".to_owned())));
        add(&|device| device.silent_key = Some(key));
    }
    add(&|device| device.cookies_unreadable = true);
    add(&|device| device.storage_forbidden = true);
    devices
}

#[derive(Clone)]
struct Page {
    world: World,
    tab: Tab,
    room: Room,
    /// Another tab has left something since the room looked.
    overlooked: bool,
    trail: Vec<Step>,
}

impl Page {
    /// `None` where the step cannot happen.
    fn after(&self, step: Step) -> Option<Self> {
        let mut next = self.clone();
        next.trail.push(step);
        next.world.now = next.world.now.plus(1);
        let device = &mut next.world.device;
        match step {
            Step::Shopify(marketing, sale) => {
                next.hears(&json!({"privacy": told(marketing, sale)}));
            }
            Step::Bridge(marketing) => {
                let said = said(marketing, Some(next.world.now));
                next.hears(&json!({ "bridge": said }));
            }
            Step::View => next.hears(&json!({"event": event("page_viewed", "sh-view")})),
            Step::Cart => next.hears(&json!({"event": cart("sh-cart")})),
            Step::Purchase => {
                next.hears(&json!({"event": at_checkout("checkout_completed", "token")}));
            }
            Step::Record(record) => record.on(device),
            Step::Cookie(name) => {
                device.put_cookie(name, &"1".repeat(48));
                next.overlooked = true;
            }
            Step::Key(key) => {
                device.storage.insert(key, "1 1 1 {}".to_owned());
                next.overlooked = true;
            }
            Step::Cookies => device.cookies_unreadable = !device.cookies_unreadable,
            Step::Silent(key) => {
                device.silent_key = if device.silent_key == Some(key) { None } else { Some(key) };
            }
            Step::Woken => {
                if next.tab.look.is_none() || next.overlooked {
                    return None;
                }
                let plan = next.world.glanced(&mut next.tab);
                next.judge(&plan);
            }
        }
        Some(next)
    }

    /// Both are told; where the room waits, nothing may come of it.
    fn hears(&mut self, heard: &Value) {
        let Self { world, tab, room, .. } = self;
        room.hears(heard, &world.jar_of(tab), world.now);
        let plan = if let Some(event) = heard.get("event") {
            if self.overlooked || room.is_open() {
                return;
            }
            world.heard(tab, event)
        } else {
            if let Some(privacy) = heard.get("privacy") {
                tab.session.heed(shopify::privacy(privacy, true), world.now);
            } else {
                tab.session.heed_bridge(shopify::published(&heard["bridge"]), world.now);
            }
            self.overlooked = false;
            if room.is_open() {
                return;
            }
            world.carry_out(tab)
        };
        self.judge(&plan);
    }

    fn judge(&self, plan: &Plan) {
        for act in &plan.acts {
            let is_nothing = match act {
                Act::Wake { .. } | Act::Look { .. } => true,
                // A no on a device that cannot be read removes what could grant on the next page.
                Act::Store { key, value: None } => *key == "assent.bridge",
                Act::Store { value: Some(_), .. }
                | Act::Send { .. }
                | Act::Cookie { .. }
                | Act::Clean { .. }
                | Act::Load { .. }
                | Act::Identify { .. }
                | Act::Page
                | Act::Track { .. }
                | Act::Revoke
                | Act::Keep => false,
            };
            assert!(is_nothing, "the room waits, and {act:?}: {:?} {:?}", self.room, self.trail);
        }
    }
}

/// Every start at these shops, and every history of so many steps from there.
fn explore(form: Form, looks: Looks, shops: &[(&str, &str)], depth: usize) {
    let steps = steps();
    let mut layer = Vec::new();
    let mut waited = 0;
    for (cmp, undecided) in shops {
        for device in devices() {
            for record in RECORDS {
                for (marketing, sale) in ANSWERS.iter().flat_map(|m| ANSWERS.map(|s| (*m, s))) {
                    for gpc in [None, YES] {
                        let mut world = World::new();
                        world.settings["cmp"] = json!(cmp);
                        world.settings["undecided"] = json!(undecided);
                        world.device = device.clone();
                        record.on(&mut world.device);
                        world.gpc = gpc;
                        let told = told(marketing, sale);
                        let mut tab = world.open_told("acme.myshopify.com", &told);
                        let room = Room::new(form, looks, told, &world.jar_of(&tab));
                        if room.is_open() {
                            continue;
                        }
                        let plan = world.begin(&mut tab);
                        let page = Page { world, tab, room, overlooked: false, trail: Vec::new() };
                        page.judge(&plan);
                        layer.push(page);
                        waited += 1;
                    }
                }
            }
        }
        for _ in 0..depth {
            let mut next = Vec::new();
            for page in &layer {
                let after = steps.iter().filter_map(|step| page.after(*step));
                next.extend(after.filter(|page| !page.room.is_open()));
            }
            waited += next.len();
            layer = next;
        }
        layer.clear();
    }
    println!("{form:?} {looks:?}: the room waited {waited} times, {depth} steps deep");
    assert!(waited > 1000);
}

#[test]
fn where_the_room_waits_a_session_that_is_there_neither_grants_nor_withdraws() {
    explore(Form::Pasted, Looks::AtSignals, &SHOPS, 1);
    explore(Form::Hosted, Looks::AtSignals, &SHOPS[4..5], 1);
    explore(Form::Pasted, Looks::AtAll, &SHOPS[6..], 1);
}

/// Minutes: `cargo test --release -p assent-gate -- --ignored --nocapture`.
#[test]
#[ignore = "minutes, and in a release build only"]
fn where_the_room_waits_longer_a_session_that_is_there_neither_grants_nor_withdraws() {
    for form in [Form::Pasted, Form::Hosted] {
        for looks in [Looks::AtSignals, Looks::AtAll] {
            explore(form, looks, &SHOPS, 2);
        }
    }
}
