//! What was heard before the session was there.

use serde_json::{Value, json};

use super::cmp::OneTrust;
use super::world::{
    NO, Tab, World, YES, cart, checkout, happening, ids, looks, nothing, said, sends, sent,
    tracked, words,
};
use crate::jar::Jar;
use crate::plan::Plan;
use crate::session::Session;
use crate::shopify;

type SaysNo = fn(&mut World, &mut Tab);

fn recalled(world: &mut World, tab: &mut Tab, event: &Value) {
    let event = happening(event.clone(), world.now);
    let event = shopify::event(&event).unwrap().expect("an event with a use");
    let jar = world.jar_of(tab);
    nothing(&tab.session.turn(&jar, world.now, |session, turn| session.recall(event, turn)));
    world.now = world.now.plus(1);
}

pub(super) fn recalled_signal(world: &mut World, tab: &mut Tab, allowed: Option<bool>) {
    world.heed(tab, allowed);
    let jar = world.jar_of(tab);
    nothing(&tab.session.turn(&jar, world.now, Session::recall_signal));
    world.now = world.now.plus(1);
}

fn names(plan: &Plan) -> Vec<String> {
    sent(plan).iter().map(|event| event["name"].as_str().unwrap().to_owned()).collect()
}

fn withdrawals(plan: &Plan) -> Vec<Value> {
    sends(plan).iter().filter_map(|(_, body)| body.get("withdraw").cloned()).collect()
}

#[test]
fn what_was_heard_before_a_yes_leaves_when_the_page_begins_in_its_order() {
    let mut world = World::new();
    let mut tab = world.open(NO);
    recalled(&mut world, &mut tab, &cart("sh-1"));
    recalled(&mut world, &mut tab, &checkout());
    recalled_signal(&mut world, &mut tab, YES);
    let plan = world.begin(&mut tab);
    assert_eq!(names(&plan), ["AddToCart", "InitiateCheckout"]);
    assert_eq!(tracked(&plan), ids(&sent(&plan)), "and the same by the browser");
}

#[test]
fn what_was_heard_before_a_no_never_leaves_whatever_is_said_later() {
    let bridge = |world: &mut World, tab: &mut Tab| {
        tab.session.heed_bridge(shopify::published(&said(NO, None)), world.now);
        let jar = world.jar_of(tab);
        nothing(&tab.session.turn(&jar, world.now, Session::recall_signal));
        tab.session.heed_bridge(shopify::published(&said(YES, None)), world.now);
    };
    let record = |world: &mut World, tab: &mut Tab| {
        OneTrust::No.on(&mut world.device);
        recalled(world, tab, &cart("sh-while"));
        OneTrust::Yes.on(&mut world.device);
    };
    let shopify = |world: &mut World, tab: &mut Tab| {
        recalled_signal(world, tab, NO);
        recalled(world, tab, &cart("sh-while"));
        recalled_signal(world, tab, YES);
    };
    let nos: [SaysNo; 3] = [shopify, bridge, record];
    for says_no in nos {
        let mut world = World::new();
        let mut tab = world.open(YES);
        recalled(&mut world, &mut tab, &cart("sh-before"));
        says_no(&mut world, &mut tab);
        recalled(&mut world, &mut tab, &checkout());
        recalled_signal(&mut world, &mut tab, YES);
        assert_eq!(names(&world.begin(&mut tab)), ["InitiateCheckout"]);
    }
}

#[test]
fn a_no_forgets_at_once_what_is_held_though_a_yes_comes_before_it_is_carried_out() {
    let mut world = World::new();
    let (mut tab, _) = world.begun(NO);
    world.heard(&mut tab, &cart("sh-1"));
    world.heed(&mut tab, NO);
    world.heed(&mut tab, YES);
    assert!(sent(&world.carry_out(&mut tab)).is_empty());

    let mut world = World::new();
    world.settings["cmp"] = json!("bridge");
    let (mut tab, _) = world.begun(YES);
    world.heard(&mut tab, &cart("sh-1"));
    world.heed_bridge(&mut tab, NO);
    world.heed_bridge(&mut tab, YES);
    assert!(sent(&world.carry_out(&mut tab)).is_empty());
}

/// An earlier page's grant: its visitor, on the device and at the endpoint.
fn with_grant() -> (World, String) {
    let mut world = World::new();
    let (mut tab, _) = world.begun(YES);
    let plan = world.heard(&mut tab, &cart("sh-earlier"));
    let visitor = sent(&plan)[0]["user"]["external_id"].as_str().unwrap().to_owned();
    world.answered(&mut tab, super::world::ACCEPTED);
    (world, visitor)
}

#[test]
fn a_no_that_was_heard_before_the_session_was_there_ends_an_earlier_grant_as_the_page_begins() {
    let (mut world, visitor) = with_grant();
    let mut tab = world.open(YES);
    recalled_signal(&mut world, &mut tab, NO);
    let plan = world.begin(&mut tab);
    assert_eq!(withdrawals(&plan)[0]["external_id"], visitor);
    assert!(world.device.cookies.is_empty());
}

#[test]
fn a_yes_after_such_a_no_is_a_new_grant_of_a_new_visitor() {
    let (mut world, visitor) = with_grant();
    let mut tab = world.open(YES);
    recalled(&mut world, &mut tab, &cart("sh-before"));
    recalled_signal(&mut world, &mut tab, NO);
    recalled_signal(&mut world, &mut tab, YES);
    recalled(&mut world, &mut tab, &checkout());
    let plan = world.begin(&mut tab);
    assert_eq!(withdrawals(&plan)[0]["external_id"], visitor);
    assert!(sent(&plan).is_empty() && looks(&plan) == [1], "{:?}", words(&plan));
    world.now = world.now.plus(1);
    let plan = world.glanced(&mut tab);
    assert_eq!(names(&plan), ["InitiateCheckout"]);
    assert_ne!(sent(&plan)[0]["user"]["external_id"], visitor);
    let (_, beacon) = &sends(&plan)[0];
    let withdrawn_at = world.device.storage["assent.withdrawn"].split(' ').nth(3).unwrap();
    assert!(beacon["consent"]["evaluated_at"].as_i64() > withdrawn_at.parse().ok());
}

/// Between the page's start and the session another tab was told no, and has withdrawn.
#[test]
fn where_another_tab_has_ended_that_grant_already_there_is_nobody_to_name() {
    let (mut world, _) = with_grant();
    let mut tab = world.open(YES);
    recalled_signal(&mut world, &mut tab, NO);
    recalled_signal(&mut world, &mut tab, YES);
    world.device.cookies.clear();
    world.device.storage.clear();
    recalled(&mut world, &mut tab, &checkout());
    let plan = world.begin(&mut tab);
    assert!(withdrawals(&plan).is_empty());
    assert_eq!(names(&plan), ["InitiateCheckout"]);
}

/// The bridge's later "undecided" ends nothing by itself, and must not save what the no has ended.
#[test]
fn an_undecided_bridge_after_such_a_no_does_not_bring_the_earlier_grant_back() {
    let (mut world, visitor) = with_grant();
    let mut tab = world.open(YES);
    for marketing in [NO, None] {
        tab.session.heed_bridge(shopify::published(&said(marketing, None)), world.now);
        let jar = world.jar_of(&tab);
        nothing(&tab.session.turn(&jar, world.now, Session::recall_signal));
    }
    assert_eq!(withdrawals(&world.begin(&mut tab))[0]["external_id"], visitor);
}

/// A page that is permitted from its start opens the waiting room before any cookie was seen there.
#[test]
fn a_no_that_was_heard_before_any_cookie_was_seen_ends_an_earlier_pages_grant_all_the_same() {
    let (mut world, visitor) = with_grant();
    let mut tab = world.open(YES);
    for allowed in [NO, YES] {
        world.heed(&mut tab, allowed);
        nothing(&tab.session.turn(
            &Jar { cookie: None, ..Jar::default() },
            world.now,
            Session::recall_signal,
        ));
        world.now = world.now.plus(1);
    }
    assert_eq!(withdrawals(&world.begin(&mut tab))[0]["external_id"], visitor);
}
