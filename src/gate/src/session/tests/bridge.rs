//! The bridge says for the page's tools what cannot be read from here; the device keeps its last
//! yes for the pages that it does not reach.

use serde_json::{Value, json};

use super::cmp::OneTrust;
use super::world::{
    NO, START, Tab, World, YES, cart, checkout, nothing, sends, sent, tracked, words,
};
use crate::plan::Plan;
use crate::session::EndpointAnswer;
use crate::time::{DAY, HOUR};

const KEY: &str = "assent.bridge";

fn shop(cmp: &str) -> World {
    let mut world = World::new();
    world.settings["cmp"] = json!(cmp);
    world
}

/// A page on which the bridge has said yes, and so has Shopify.
fn granted(cmp: &str) -> (World, Tab) {
    let mut world = shop(cmp);
    let (mut tab, _) = world.begun(YES);
    world.published(&mut tab, YES);
    (world, tab)
}

fn withdrawn(plan: &Plan) -> bool {
    sends(plan).iter().any(|(_, body)| body.get("withdraw").is_some())
}

fn rule(plan: &Plan) -> &'static str {
    plan.said.iter().find_map(|line| line.rule).expect("a decision is told").as_str()
}

fn kept(world: &World) -> Option<&str> {
    world.device.storage.get(KEY).map(String::as_str)
}

/// A later page of the checkout, where no theme and so no bridge runs.
fn checkout_page(world: &mut World) -> (Tab, Plan) {
    world.page.0 = format!("{}?assent_debug=1", super::world::CHECKOUT);
    world.begun(YES)
}

#[test]
fn events_are_held_until_the_bridge_says_yes_and_then_leave_in_order() {
    for cmp in ["bridge", "auto"] {
        let mut world = shop(cmp);
        let (mut tab, _) = world.begun(YES);
        nothing(&world.heard(&mut tab, &cart("sh-a")));
        nothing(&world.published(&mut tab, None));
        let plan = world.heard(&mut tab, &cart("sh-b"));
        nothing(&plan);
        assert_eq!(rule(&plan), "cmp_undecided", "{cmp}");
        let plan = world.published(&mut tab, YES);
        let events = sent(&plan);
        let shopify: Vec<&Value> = events.iter().map(|event| &event["shopify_event_id"]).collect();
        assert_eq!(shopify, ["sh-a", "sh-b"], "{cmp}");
        assert_eq!(tracked(&plan).len(), 2);
    }
}

#[test]
fn a_yes_is_kept_only_after_a_grant() {
    let mut world = shop("bridge");
    let (mut tab, _) = world.begun(NO);
    nothing(&world.published(&mut tab, YES));
    assert!(world.device.storage.is_empty() && world.device.cookies.is_empty());
    world.signalled(&mut tab, YES);
    assert_eq!(kept(&world), Some("1763800000 gtag bridge-raw-id"));
    let plan = world.heard(&mut tab, &cart("sh-1"));
    assert!(!serde_json::to_string(&plan.acts).unwrap().contains(KEY), "it is not written again");
}

#[test]
fn a_yes_is_kept_only_where_the_shop_asks_for_it() {
    for (cmp, asked) in [("bridge", true), ("auto", true), ("shopify", false), ("onetrust", false)]
    {
        let mut world = shop(cmp);
        OneTrust::Yes.on(&mut world.device);
        let (mut tab, _) = world.begun(YES);
        world.published(&mut tab, YES);
        assert_eq!(sent(&world.heard(&mut tab, &cart("sh-1"))).len(), 1, "{cmp}");
        assert_eq!(kept(&world).is_some(), asked, "{cmp}");
    }
}

#[test]
fn a_page_that_the_bridge_does_not_reach_is_granted_by_the_kept_yes() {
    for cmp in ["bridge", "auto"] {
        let (mut world, _) = granted(cmp);
        world.now = world.now.plus(HOUR);
        let (mut tab, _) = checkout_page(&mut world);
        let plan = world.heard(&mut tab, &checkout());
        let (_, beacon) = sends(&plan).remove(0);
        let record = &beacon["consent"]["records"][0];
        assert_eq!((&record["source"], &record["key"]), (&json!("bridge"), &json!(KEY)), "{cmp}");
        assert_eq!((&record["decided_at"], &record["version"]), (&json!(START.0), &json!("gtag")));
    }
}

#[test]
fn what_the_bridge_of_this_page_says_prevails_over_the_kept_yes() {
    let (mut world, _) = granted("bridge");
    let (mut tab, _) = world.begun(YES);
    assert_eq!(sent(&world.heard(&mut tab, &cart("sh-1"))).len(), 1, "until it has said anything");
    nothing(&world.published(&mut tab, None));
    nothing(&world.heard(&mut tab, &cart("sh-2")));
    let (_, beacon) = sends(&world.published(&mut tab, YES)).remove(0);
    assert_eq!(beacon["consent"]["records"].as_array().unwrap().len(), 1);
    assert_eq!(beacon["consent"]["records"][0]["key"], "assent:consent");
}

#[test]
fn a_bridge_that_does_not_know_yet_holds_and_ends_no_grant_of_an_earlier_page() {
    let (mut world, _) = granted("bridge");
    let mut tab = world.open(YES);
    world.heed_bridge(&mut tab, None);
    assert!(!withdrawn(&world.begin(&mut tab)));
    nothing(&world.carry_out(&mut tab));
    nothing(&world.heard(&mut tab, &cart("sh-1")));
    assert!(kept(&world).is_some() && world.device.cookies.contains_key("_assent"));
    assert_eq!(sent(&world.published(&mut tab, YES)).len(), 1);
}

#[test]
fn a_kept_yes_that_cannot_be_read_once_ends_nothing_while_the_bridge_does_not_know_yet() {
    let (mut world, _) = granted("bridge");
    let mut tab = world.open(YES);
    world.heed_bridge(&mut tab, None);
    world.device.silent_key = Some(KEY);
    assert_eq!(words(&world.begin(&mut tab)), ["look"]);
    world.device.silent_key = None;
    nothing(&world.glanced(&mut tab));
    assert!(kept(&world).is_some() && world.device.cookies.contains_key("_assent"));
}

/// "One published on this page prevails over the kept one": what an earlier page has left waits
/// too.
#[test]
fn what_waits_does_not_leave_at_page_start_while_the_bridge_does_not_know_yet() {
    let (mut world, mut tab) = granted("bridge");
    world.heard(&mut tab, &cart("sh-1"));
    world.answered(&mut tab, EndpointAnswer::Lost);
    let mut later = world.open(YES);
    world.heed_bridge(&mut later, None);
    nothing(&world.begin(&mut later));
    assert_eq!(sent(&world.published(&mut later, YES)).len(), 1);
}

#[test]
fn a_no_of_the_bridge_withdraws_and_removes_what_was_kept() {
    for at_start in [false, true] {
        for cmp in ["bridge", "auto", "shopify"] {
            let (mut world, mut tab) = granted(cmp);
            world.heard(&mut tab, &cart("sh-1"));
            world.now = world.now.plus(1);
            let plan = if at_start {
                let mut later = world.open(YES);
                world.heed_bridge(&mut later, NO);
                world.begin(&mut later)
            } else {
                let plan = world.published(&mut tab, NO);
                assert!(words(&plan).contains(&"revoke".to_owned()));
                plan
            };
            assert!(withdrawn(&plan), "{cmp}");
            assert_eq!(
                world.device.storage.keys().copied().collect::<Vec<_>>(),
                ["assent.withdrawn"]
            );
            assert!(world.device.cookies.is_empty());
            assert!(sent(&world.heard(&mut tab, &cart("sh-2"))).is_empty(), "{cmp}");
        }
    }
}

/// A tab whose bridge says no, and another one in which the shopper has said yes since.
fn a_yes_after_a_no(cmp: &str) -> (World, Tab, Tab) {
    let mut world = shop(cmp);
    let (mut old, _) = world.begun(YES);
    world.published(&mut old, NO);
    world.now = world.now.plus(5);
    let (mut new, _) = world.begun(YES);
    world.published(&mut new, YES);
    assert_eq!(sent(&world.heard(&mut new, &checkout())).len(), 1);
    world.now = world.now.plus(5);
    (world, old, new)
}

#[test]
fn what_a_bridge_said_before_the_yes_of_another_tab_does_not_end_it() {
    for cmp in ["bridge", "auto"] {
        let (mut world, mut old, mut new) = a_yes_after_a_no(cmp);
        nothing(&world.heard(&mut old, &cart("sh-1")));
        nothing(&world.signalled(&mut old, YES)); // which is no news of the bridge's
        assert_eq!(sent(&world.heard(&mut new, &cart("sh-2"))).len(), 1, "{cmp}");
        assert!(
            sent(&world.heard(&mut old, &cart("sh-3"))).is_empty(),
            "{cmp}: it still counts on its own page"
        );
    }
}

#[test]
fn what_shopify_said_before_the_yes_of_another_tab_does_not_end_it_when_the_bridge_speaks() {
    let mut world = shop("bridge");
    let (mut old, _) = world.begun(YES);
    world.signalled(&mut old, NO);
    let (mut new, _) = world.begun(NO);
    world.signalled(&mut new, YES);
    world.published(&mut new, YES);
    nothing(&world.published(&mut old, YES));
    assert_eq!(sent(&world.heard(&mut new, &cart("sh-1"))).len(), 1);
}

#[test]
fn a_no_of_the_bridge_that_comes_after_the_yes_of_another_tab_ends_it() {
    for cmp in ["bridge", "auto"] {
        let (mut world, mut old, _) = a_yes_after_a_no(cmp);
        assert!(withdrawn(&world.published(&mut old, NO)), "{cmp}");
        assert!(world.device.cookies.is_empty() && kept(&world).is_none());
    }
}

#[test]
fn a_no_that_an_event_notices_first_ends_a_grant_once() {
    let (mut world, mut old, _) = a_yes_after_a_no("bridge");
    world.heed_bridge(&mut old, NO);
    assert!(withdrawn(&world.heard(&mut old, &cart("sh-1"))));
    let (mut new, _) = world.begun(YES);
    world.published(&mut new, YES);
    nothing(&world.carry_out(&mut old));
    assert_eq!(sent(&world.heard(&mut new, &cart("sh-2"))).len(), 1, "a yes after that counts");
}

#[test]
fn a_kept_yes_counts_for_thirteen_months() {
    for dated in [true, false] {
        let mut world = shop("bridge");
        let (mut tab, _) = world.begun(YES);
        world.heed_bridge_of(&mut tab, YES, dated.then_some(START));
        world.carry_out(&mut tab);
        world.now = START.plus(396 * DAY);
        let (mut tab, _) = checkout_page(&mut world);
        assert_eq!(sent(&world.heard(&mut tab, &checkout())).len(), 1, "dated: {dated}");
        world.now = world.now.plus(1);
        let (mut tab, plan) = checkout_page(&mut world);
        assert_eq!(rule(&plan), "stale", "dated: {dated}");
        assert!(
            withdrawn(&plan) && kept(&world).is_none(),
            "traces without a grant are a withdrawal"
        );
        nothing(&world.heard(&mut tab, &checkout()));
    }
}

#[test]
fn a_bridge_never_grants_against_a_record_that_says_no() {
    for cmp in ["bridge", "auto", "onetrust"] {
        let mut world = shop(cmp);
        OneTrust::No.on(&mut world.device);
        let (mut tab, _) = world.begun(YES);
        nothing(&world.published(&mut tab, YES));
        let plan = world.heard(&mut tab, &cart("sh-1"));
        nothing(&plan);
        assert_eq!(rule(&plan), "cmp_denied", "{cmp}");
        assert_eq!(
            plan.said[0].conflicts.len(),
            2,
            "{cmp}: OneTrust against the bridge and against Shopify"
        );
    }
}

#[test]
fn no_act_tells_a_raw_id_of_the_bridge_but_what_the_device_keeps() {
    let (mut world, mut tab) = granted("bridge");
    let plan = world.heard(&mut tab, &checkout());
    assert!(!sends(&plan).is_empty());
    for (_, body) in sends(&plan) {
        assert!(!body.to_string().contains("bridge-raw-id"), "{body}");
    }
}

/// Two tabs, and the shopper has said no to Shopify in the other one; this one has seen it, and
/// Shopify's word at its start is old.
fn ended_elsewhere(cmp: &str, undecided: &str) -> (World, Tab) {
    let mut world = shop(cmp);
    world.settings["undecided"] = json!(undecided);
    let (mut tab, _) = world.begun(YES);
    if cmp != "shopify" {
        world.published(&mut tab, YES);
    }
    world.glanced(&mut tab);
    let (mut other, _) = world.begun(YES);
    assert!(withdrawn(&world.signalled(&mut other, NO)));
    world.now = world.now.plus(5);
    nothing(&world.heard(&mut tab, &cart("sh-1")));
    (world, tab)
}

#[test]
fn a_bridge_that_says_nothing_new_reopens_no_grant_that_ended_elsewhere() {
    for (cmp, undecided) in
        [("shopify", "hold"), ("bridge", "shopify"), ("auto", "shopify"), ("bridge", "hold")]
    {
        let (mut world, mut tab) = ended_elsewhere(cmp, undecided);
        nothing(&world.published(&mut tab, None));
        let plan = world.heard(&mut tab, &cart("sh-2"));
        nothing(&plan);
        let why = if undecided == "hold" && cmp == "bridge" {
            "cmp_undecided"
        } else {
            "grant_ended_elsewhere"
        };
        assert_eq!(rule(&plan), why, "{cmp}");
        assert_eq!(
            sent(&world.signalled(&mut tab, YES)).len(),
            if why == "cmp_undecided" { 0 } else { 2 },
            "{cmp}"
        );
    }
}

#[test]
fn a_yes_of_the_bridge_reopens_only_where_the_shop_asks_for_the_bridge() {
    for (cmp, asked) in [("bridge", true), ("auto", true), ("shopify", false)] {
        let (mut world, mut tab) = ended_elsewhere(cmp, "hold");
        assert_eq!(sent(&world.published(&mut tab, YES)).len(), usize::from(asked), "{cmp}");
    }
}
