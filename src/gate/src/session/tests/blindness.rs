//! The device cannot be read for a while: nothing leaves meanwhile, and nothing is lost by it.

use serde_json::Value;

use super::world::{
    ACCEPTED, NO, Tab, World, YES, at_checkout, cart, nothing, nothing_but_waking, sends, sent, wakes, words,
};
use crate::plan::Plan;

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
    assert_eq!(wakes(&world.heard(&mut tab, &purchase())), [1]);
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
    let mut asked = wakes(&plan);
    assert!(wakes(&world.heard(&mut tab, &cart("sh-1"))).is_empty(), "one look at a time");
    while tab.glances > 0 {
        asked.extend(wakes(&world.glanced(&mut tab)));
    }
    assert_eq!(asked, [1, 2, 4, 8, 16, 32]);
    assert!(wakes(&world.heard(&mut tab, &cart("sh-2"))).is_empty());
    world.device.cookies_unreadable = false;
    assert_eq!(sent(&world.heard(&mut tab, &cart("sh-3"))).len(), 3);
    world.glanced(&mut tab);
    world.device.cookies_unreadable = true;
    assert_eq!(wakes(&world.heard(&mut tab, &cart("sh-4"))), [1], "another failure is asked about anew");
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
    assert_eq!(sent(&world.signalled(&mut tab, YES)).len(), 1, "what this page has held is no part of that grant");
}

#[test]
fn a_no_on_a_page_that_is_blind_ends_an_earlier_grant_once_it_can_see() {
    let mut world = World::new();
    world.begun(YES);
    let (mut tab, _) = blind(&mut world, NO);
    nothing_but_waking(&world.signalled(&mut tab, NO));
    world.device.cookies_unreadable = false;
    assert!(withdrawn(&world.glanced(&mut tab)));
}

#[test]
fn a_page_that_saw_its_grant_does_not_take_it_for_an_earlier_one_s_trace() {
    let mut world = World::new();
    world.begun(YES);
    let (mut tab, _) = blind(&mut world, YES);
    world.device.cookies_unreadable = false;
    nothing(&world.glanced(&mut tab));
    assert_eq!(sent(&world.heard(&mut tab, &cart("sh-1"))).len(), 1);
    assert!(world.device.cookies.contains_key("_assent"));
}
