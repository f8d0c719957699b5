//! The device cannot be read for a while: nothing leaves meanwhile, and nothing is lost by it.

use serde_json::{Value, json};

use super::world::{
    ACCEPTED, NO, Tab, World, YES, at_checkout, cart, looks, nothing, nothing_but_waking, sends,
    sent, words,
};
use crate::plan::Plan;

/// When a page looks that something is still to come to.
const TEN_MINUTES: [i64; 14] = [1, 2, 4, 8, 16, 32, 60, 60, 60, 60, 60, 60, 60, 60];

fn withdrawn(plan: &Plan) -> bool {
    sends(plan).iter().any(|(_, body)| body.get("withdraw").is_some())
}

fn purchase() -> Value {
    at_checkout("checkout_completed", "token")
}

/// A page whose device can be read no longer.
fn blind(world: &mut World, allowed: Option<bool>) -> (Tab, Plan) {
    world.device.cookies_unreadable = true;
    world.begun(allowed)
}

#[test]
fn cookies_that_cannot_be_read_may_hold_a_no() {
    let mut world = World::new();
    let (mut tab, plan) = blind(&mut world, YES);
    nothing_but_waking(&plan);
    nothing_but_waking(&world.heard(&mut tab, &cart("sh-a")));
    world.device.cookies_unreadable = false;
    assert_eq!(sent(&world.heard(&mut tab, &cart("sh-b"))).len(), 2, "what was held goes with it");
}

#[test]
fn a_purchase_on_a_page_whose_device_failed_once_leaves_by_itself() {
    let mut world = World::new();
    let (mut tab, _) = world.begun(YES);
    world.glanced(&mut tab);
    world.device.cookies_unreadable = true;
    assert_eq!(looks(&world.heard(&mut tab, &purchase())), [1]);
    world.device.cookies_unreadable = false;
    world.now = world.now.plus(1);
    let plan = world.glanced(&mut tab);
    assert_eq!(sent(&plan)[0]["name"], "Purchase");
    assert!(words(&plan).contains(&"track".to_owned()), "in both legs");
}

#[test]
fn an_answer_that_finds_the_device_readable_again_releases_what_was_held() {
    let mut world = World::new();
    let (mut tab, _) = world.begun(YES);
    world.heard(&mut tab, &cart("sh-1"));
    world.device.cookies_unreadable = true;
    world.heard(&mut tab, &purchase());
    world.device.cookies_unreadable = false;
    assert_eq!(sent(&world.answered(&mut tab, ACCEPTED))[0]["name"], "Purchase");
}

#[test]
fn a_device_that_stays_unreadable_is_looked_at_ever_more_rarely_and_not_for_ever() {
    let mut world = World::new();
    let (mut tab, plan) = blind(&mut world, YES);
    let mut asked = looks(&plan);
    assert_eq!(asked, [1], "traces of a grant are looked for");
    asked = looks(&world.heard(&mut tab, &cart("sh-1")));
    while tab.look.is_some() {
        asked.extend(looks(&world.glanced(&mut tab)));
    }
    assert_eq!(asked, TEN_MINUTES);
    assert_eq!(
        looks(&world.heard(&mut tab, &cart("sh-2"))),
        [1],
        "an event that is held begins anew"
    );
    world.device.cookies_unreadable = false;
    assert_eq!(sent(&world.heard(&mut tab, &cart("sh-3"))).len(), 3);
    world.glanced(&mut tab);
    world.device.cookies_unreadable = true;
    assert_eq!(
        looks(&world.heard(&mut tab, &cart("sh-4"))),
        [1],
        "another failure is asked about anew"
    );
}

#[test]
fn a_page_that_began_blind_still_notices_that_an_earlier_grant_has_ended() {
    let mut world = World::new();
    world.begun(YES);
    let (mut tab, plan) = blind(&mut world, NO);
    nothing_but_waking(&plan);
    nothing_but_waking(&world.glanced(&mut tab));
    nothing(&world.heard(&mut tab, &cart("sh-1")));
    world.device.cookies_unreadable = false;
    assert!(withdrawn(&world.glanced(&mut tab)));
    assert!(world.device.cookies.is_empty());
    nothing(&world.glanced(&mut tab));
    world.now = world.now.plus(1);
    assert_eq!(
        sent(&world.signalled(&mut tab, YES)).len(),
        1,
        "what this page has held is no part of that grant"
    );
}

/// A page whose purchase has arrived; afterwards the device holds all that a grant leaves there.
fn told(world: &mut World) -> Value {
    let (mut tab, _) = world.begun(YES);
    let visitor = sent(&world.heard(&mut tab, &purchase()))[0]["user"]["external_id"].clone();
    world.answered(&mut tab, ACCEPTED);
    assert!(!world.device.storage.is_empty() && visitor.is_string());
    world.now = world.now.plus(60);
    visitor
}

/// Whom the withdrawals in a plan name.
fn named(plan: &Plan) -> Vec<Value> {
    sends(plan)
        .iter()
        .filter_map(|(_, body)| body.get("withdraw").map(|no| no["external_id"].clone()))
        .collect()
}

#[test]
fn a_no_on_a_page_that_is_blind_ends_an_earlier_grant_once_it_can_see_and_names_its_visitor() {
    for gpc in [false, true] {
        let mut world = World::new();
        let visitor = told(&mut world);
        world.gpc = Some(gpc);
        let (mut tab, _) = blind(&mut world, Some(gpc));
        let plan =
            if gpc { world.heard(&mut tab, &cart("sh-1")) } else { world.signalled(&mut tab, NO) };
        nothing_but_waking(&plan);
        assert!(
            !world.device.storage.is_empty(),
            "what stands there is not forgotten before it can be told"
        );
        world.device.cookies_unreadable = false;
        assert_eq!(named(&world.glanced(&mut tab)), [visitor], "GPC: {gpc}");
        assert!(world.device.cookies.is_empty());
        assert_eq!(world.device.storage.keys().copied().collect::<Vec<_>>(), ["assent.withdrawn"]);
    }
}

/// It has seen one visitor vanish, and cannot see the one that is there now.
#[test]
fn a_no_on_a_page_that_is_blind_names_the_visitor_of_before_and_of_after_a_deletion() {
    let mut world = World::new();
    let (mut tab, _) = world.begun(YES);
    let first = sent(&world.heard(&mut tab, &cart("sh-1")))[0]["user"]["external_id"].clone();
    world.answered(&mut tab, ACCEPTED);
    world.device.cookies.clear();
    assert_eq!(words(&world.heard(&mut tab, &cart("sh-2"))), ["revoke"], "it notices");
    let second = told(&mut world);
    world.device.cookies_unreadable = true;
    nothing_but_waking(&world.signalled(&mut tab, NO));
    world.device.cookies_unreadable = false;
    assert_eq!(named(&world.glanced(&mut tab)), [second, first]);
}

/// The page may end before it can see, and checkout grants by what is kept.
#[test]
fn a_no_of_the_bridge_on_a_page_that_is_blind_removes_the_kept_yes_at_once() {
    let mut world = World::new();
    world.settings["cmp"] = json!("bridge");
    let (mut tab, _) = world.begun(YES);
    world.published(&mut tab, YES);
    let (mut tab, _) = blind(&mut world, YES);
    world.published(&mut tab, NO);
    assert!(!world.device.storage.contains_key("assent.bridge"));
    world.device.cookies_unreadable = false;
    assert!(withdrawn(&world.glanced(&mut tab)));
}

const TERMLY: &str = "TERMLY_API_CACHE";

/// A shop whose consent tool keeps its record in localStorage, and a purchase on an earlier page.
fn with_termly() -> World {
    let mut world = World::new();
    world.settings["cmp"] = json!("termly");
    let yes =
        r#"{"TERMLY_COOKIE_CONSENT":{"value":{"advertising":true},"createdAt":1763700000000}}"#;
    world.device.storage.insert(TERMLY, yes.to_owned());
    told(&mut world);
    world
}

#[test]
fn a_record_in_storage_that_cannot_be_read_once_is_not_taken_for_the_end_of_the_grant() {
    let mut world = with_termly();
    world.device.silent_key = Some(TERMLY);
    let (mut tab, plan) = world.begun(YES);
    assert_eq!((words(&plan), looks(&plan)), (vec!["look".to_owned()], vec![1]));
    world.device.silent_key = None;
    nothing(&world.glanced(&mut tab));
    assert_eq!(sent(&world.heard(&mut tab, &cart("sh-1"))).len(), 1);
}

#[test]
fn a_record_in_storage_that_went_while_it_could_not_be_read_still_ends_the_grant() {
    let mut world = with_termly();
    world.device.silent_key = Some(TERMLY);
    let (mut tab, _) = world.begun(YES);
    world.device.silent_key = None;
    world.device.storage.remove(TERMLY);
    assert!(withdrawn(&world.glanced(&mut tab)));
}

#[test]
fn a_purchase_whose_record_in_storage_could_not_be_read_once_leaves_by_itself() {
    let mut world = with_termly();
    let (mut tab, _) = world.begun(YES);
    world.device.silent_key = Some(TERMLY);
    assert_eq!(looks(&world.heard(&mut tab, &at_checkout("checkout_completed", "another"))), [1]);
    world.device.silent_key = None;
    assert_eq!(sent(&world.glanced(&mut tab))[0]["name"], "Purchase");
}

#[test]
fn where_storage_stays_forbidden_it_is_not_looked_at_for_ever() {
    let mut world = with_termly();
    world.device.silent_key = Some(TERMLY);
    let (mut tab, plan) = world.begun(YES);
    let mut asked = looks(&plan);
    while tab.look.is_some() {
        asked.extend(looks(&world.glanced(&mut tab)));
    }
    assert_eq!(asked, TEN_MINUTES);
    nothing(&world.heard(&mut tab, &cart("sh-1")));
    assert!(world.device.cookies.contains_key("_assent"), "nobody has said no");
}

#[test]
fn a_page_that_saw_its_grant_does_not_take_it_for_the_trace_of_an_earlier_one() {
    let mut world = World::new();
    world.begun(YES);
    let (mut tab, _) = blind(&mut world, YES);
    world.device.cookies_unreadable = false;
    nothing(&world.glanced(&mut tab));
    assert_eq!(sent(&world.heard(&mut tab, &cart("sh-1"))).len(), 1);
    assert!(world.device.cookies.contains_key("_assent"));
}
