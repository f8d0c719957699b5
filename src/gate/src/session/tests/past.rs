//! An event older than a no that was heard on its page is never reported. With `held = "forget"` none
//! older than the yes is, either.

use crate::time::Timestamp;
use serde_json::{Value, json};

use super::cmp::OneTrust;
use super::world::{
    ACCEPTED, NO, START, Tab, World, YES, at_checkout, cart, happening, nothing, sent,
};
use crate::jar::Jar;
use crate::plan::Plan;
use crate::shopify;
use crate::time::HOUR;

fn ids(plan: &Plan) -> Vec<String> {
    let id = |event: &Value| event["shopify_event_id"].as_str().unwrap_or_default().to_owned();
    sent(plan).iter().map(id).collect()
}

/// An event that happened at another moment than it is told of.
fn told_late(world: &mut World, tab: &mut Tab, id: &str, happened: i64) -> Plan {
    let event = happening(cart(id), START.plus(happened));
    let event = shopify::event(&event).unwrap().expect("an event with a use");
    tab.heard += 1;
    let number = tab.heard;
    tab.session.has_heard(number);
    world.comes(tab, (number, event))
}

/// The shell reads the device for an event while a no comes, and then a yes.
#[test]
fn what_waits_for_the_device_while_a_no_comes_and_then_a_yes_is_forgotten() {
    for by_bridge in [false, true] {
        let mut world = World::new();
        world.settings["cmp"] = json!(if by_bridge { "bridge" } else { "shopify" });
        let (mut tab, _) = world.begun(YES);
        world.published(&mut tab, YES);
        let before = world.waits(&mut tab, &cart("sh-before"));
        for said in [NO, YES] {
            if by_bridge {
                world.heed_bridge(&mut tab, said);
            } else {
                world.heed(&mut tab, said);
            }
        }
        let after = world.waits(&mut tab, &cart("sh-after"));
        assert!(sent(&world.comes(&mut tab, before)).is_empty(), "by bridge: {by_bridge}");
        world.carry_out(&mut tab);
        world.now = world.now.plus(1);
        let mut plans = vec![world.comes(&mut tab, after)];
        plans.push(world.glanced(&mut tab));
        let told: Vec<String> = plans.iter().flat_map(ids).collect();
        assert_eq!(told, ["sh-after"], "by bridge: {by_bridge}");
    }
}

#[test]
fn a_no_before_a_yes_that_is_carried_out_first_still_ends_the_grant() {
    let mut world = World::new();
    let (mut tab, _) = world.begun(YES);
    let first = sent(&world.heard(&mut tab, &cart("sh-1")))[0]["user"]["external_id"].clone();
    world.answered(&mut tab, ACCEPTED);
    world.heed(&mut tab, NO);
    world.heed(&mut tab, YES);
    let plan = world.carry_out(&mut tab);
    let named = super::world::sends(&plan)[0].1["withdraw"]["external_id"].clone();
    assert_eq!(named, first);
    world.now = world.now.plus(1);
    world.glanced(&mut tab);
    let plan = world.heard(&mut tab, &cart("sh-2"));
    assert_ne!(sent(&plan)[0]["user"]["external_id"], first);
}

#[test]
fn what_was_heard_before_a_no_is_never_reported_whoever_replays_it() {
    for was_reported in [true, false] {
        let mut world = World::new();
        let (mut tab, _) = world.begun(Some(was_reported));
        assert_eq!(ids(&world.heard(&mut tab, &cart("sh-1"))).len(), usize::from(was_reported));
        world.signalled(&mut tab, NO);
        world.signalled(&mut tab, YES);
        world.now = world.now.plus(1);
        assert!(ids(&world.heard(&mut tab, &cart("sh-1"))).is_empty(), "{was_reported}");
        assert_eq!(ids(&world.heard(&mut tab, &cart("sh-2"))), ["sh-2"]);
    }
}

#[test]
fn what_happened_before_a_no_and_is_told_of_after_it_is_not_reported() {
    let mut world = World::new();
    let (mut tab, _) = world.begun(YES);
    world.now = START.plus(60);
    world.signalled(&mut tab, NO);
    world.signalled(&mut tab, YES);
    world.now = START.plus(90);
    assert!(ids(&told_late(&mut world, &mut tab, "sh-old", 59)).is_empty());
    assert_eq!(ids(&told_late(&mut world, &mut tab, "sh-new", 61)), ["sh-new"]);
}

#[test]
fn a_no_that_only_the_record_shows_is_a_no_as_well() {
    let mut world = World::new();
    world.settings["cmp"] = json!("onetrust");
    OneTrust::Yes.on(&mut world.device);
    let (mut tab, _) = world.begun(YES);
    world.heard(&mut tab, &cart("sh-1"));
    let waiting = world.waits(&mut tab, &cart("sh-waiting"));
    OneTrust::No.on(&mut world.device);
    world.answered(&mut tab, ACCEPTED);
    OneTrust::Yes.on(&mut world.device);
    world.now = world.now.plus(1);
    assert!(ids(&world.comes(&mut tab, waiting)).is_empty());
    assert!(ids(&world.heard(&mut tab, &cart("sh-1"))).is_empty());
    assert_eq!(ids(&world.heard(&mut tab, &cart("sh-2"))), ["sh-2"]);
}

#[test]
fn a_clock_that_is_set_back_or_forth_changes_nothing_about_what_came_first() {
    for by in [-HOUR, HOUR] {
        let mut world = World::new();
        let (mut tab, _) = world.begun(YES);
        let before = world.waits(&mut tab, &cart("sh-before"));
        world.now = world.now.plus(by);
        world.heed(&mut tab, NO);
        world.now = world.now.plus(by);
        world.heed(&mut tab, YES);
        world.carry_out(&mut tab);
        world.now = world.now.plus(1);
        world.glanced(&mut tab);
        assert!(ids(&world.comes(&mut tab, before)).is_empty(), "{by}");
        assert!(ids(&world.heard(&mut tab, &cart("sh-before"))).is_empty(), "{by}");
        assert_eq!(ids(&world.heard(&mut tab, &cart("sh-after"))), ["sh-after"], "{by}");
    }
}

/// The endpoint takes no evidence from more than a minute ahead of its message.
#[test]
fn a_grant_after_a_no_is_not_dated_ahead_where_the_clock_was_set_back_between() {
    let mut world = World::new();
    let (mut tab, _) = world.begun(YES);
    world.signalled(&mut tab, NO);
    world.now = world.now.plus(-HOUR);
    world.signalled(&mut tab, YES);
    world.glanced(&mut tab);
    let plan = world.heard(&mut tab, &cart("sh-1"));
    let (_, body) = super::world::sends(&plan).remove(0);
    assert_eq!(body["consent"]["evaluated_at"], world.now.0);
}

// `held = "forget"`.

fn forgets(cmp: &str) -> World {
    let mut world = World::new();
    world.settings["cmp"] = json!(cmp);
    world.settings["held"] = json!("forget");
    world
}

#[test]
fn what_happened_before_the_signal_is_forgotten_where_shopify_decides() {
    let mut world = forgets("shopify");
    let (mut tab, _) = world.begun(NO);
    nothing(&world.heard(&mut tab, &cart("sh-1")));
    let waiting = world.waits(&mut tab, &cart("sh-waiting"));
    world.heed(&mut tab, YES);
    assert!(ids(&world.comes(&mut tab, waiting)).is_empty(), "in the very same second");
    world.carry_out(&mut tab);
    world.now = world.now.plus(1);
    assert!(ids(&told_late(&mut world, &mut tab, "sh-late", -5)).is_empty());
    assert_eq!(ids(&world.heard(&mut tab, &cart("sh-2"))), ["sh-2"]);
    world.signalled(&mut tab, YES);
    assert_eq!(ids(&world.heard(&mut tab, &cart("sh-3"))), ["sh-3"], "it had said so before");
}

#[test]
fn where_shopify_permits_from_the_start_nothing_is_before_the_yes() {
    let mut world = forgets("shopify");
    let (mut tab, _) = world.begun(YES);
    assert_eq!(ids(&told_late(&mut world, &mut tab, "sh-1", -5)), ["sh-1"]);
}

/// OneTrust's record is dated 2025-11-20T09:00:01Z.
#[test]
fn the_date_of_the_record_is_that_of_the_yes() {
    const DECIDED: i64 = 1_763_629_201 - START.0;
    let mut world = forgets("onetrust");
    world.now = START.plus(DECIDED - 10);
    let (mut tab, _) = world.begun(YES);
    nothing(&world.heard(&mut tab, &cart("sh-before")));
    world.now = START.plus(DECIDED + 10);
    nothing(&world.heard(&mut tab, &cart("sh-after")));
    OneTrust::Yes.on(&mut world.device);
    world.now = START.plus(DECIDED + 20);
    assert_eq!(ids(&world.glanced(&mut tab)), ["sh-after"], "the record was written late");
    assert!(ids(&told_late(&mut world, &mut tab, "sh-old", DECIDED - 1)).is_empty());
    assert_eq!(ids(&world.heard(&mut tab, &cart("sh-new"))), ["sh-new"]);
}

/// Since TCF 2.2 a TC string's LastUpdated is a day: its midnight is not the moment of the yes. This one is of
/// 2026-11-20; the shopper was there before lunch and accepted in the evening.
#[test]
fn a_day_is_not_the_moment_of_the_yes() {
    const MIDNIGHT: Timestamp = Timestamp(1_795_132_800);
    let mut world = forgets("tcf");
    world.now = MIDNIGHT.plus(11 * 3600);
    let (mut tab, _) = world.begun(YES);
    nothing(&world.heard(&mut tab, &cart("sh-before")));
    world.device.put_cookie("euconsent-v2", "CQt-4cAQt-4cAAKABBENAwFgAPLAAAAAAAYgAAAAAAAA");
    world.now = MIDNIGHT.plus(18 * 3600);
    assert!(ids(&world.glanced(&mut tab)).is_empty());
    world.now = world.now.plus(1);
    assert_eq!(ids(&world.heard(&mut tab, &cart("sh-after"))), ["sh-after"]);
}

/// A real record of Complianz has no date.
fn complianz(world: &mut World) {
    world.device.put_cookie("cmplz_marketing", "allow");
    world.device.put_cookie("cmplz_banner-status", "dismissed");
}

#[test]
fn a_yes_without_a_date_is_of_the_moment_at_which_the_page_first_saw_it() {
    let mut world = forgets("complianz");
    let (mut tab, _) = world.begun(YES);
    nothing(&world.heard(&mut tab, &cart("sh-held")));
    complianz(&mut world);
    assert!(ids(&world.glanced(&mut tab)).is_empty(), "held, in the very same second");
    world.now = world.now.plus(30);
    assert_eq!(ids(&world.heard(&mut tab, &cart("sh-2"))), ["sh-2"]);
    assert!(ids(&told_late(&mut world, &mut tab, "sh-late", -5)).is_empty());
    // The event that finds the yes is not before it.
    let mut world = forgets("complianz");
    let (mut tab, _) = world.begun(YES);
    complianz(&mut world);
    world.now = world.now.plus(30);
    assert_eq!(ids(&told_late(&mut world, &mut tab, "sh-1", 29)), ["sh-1"]);
}

#[test]
fn an_earlier_pages_yes_is_older_than_all_that_happens_on_this_one() {
    // The waiting room may not have seen the cookies.
    for sees in [true, false] {
        let mut world = forgets("complianz");
        complianz(&mut world);
        world.begun(YES);
        world.now = world.now.plus(60);
        let mut tab = world.open(YES);
        let (_, event) = world.waits(&mut tab, &at_checkout("checkout_completed", "token"));
        let jar = if sees { world.jar() } else { Jar { cookie: None, ..Jar::default() } };
        nothing(&tab.session.turn(&jar, world.now, |session, turn| session.recall(event, turn)));
        world.now = world.now.plus(5);
        assert_eq!(ids(&world.begin(&mut tab)).len(), 1, "the module took its time");
    }
}
