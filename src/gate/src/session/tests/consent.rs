//! Silence is a no, and a grant ends: seen from the device, the endpoint and TikTok's pixel.

use serde_json::{Value, json};

use super::world::{
    ACCEPTED, NO, START, World, YES, cart, checkout, ids, nothing, nothing_but_waking, sends, sent,
    tracked, words,
};
use crate::plan::Plan;
use crate::session::EndpointAnswer;
use crate::time::DAY;

fn withdrawal(plan: &Plan) -> Option<Value> {
    sends(plan).into_iter().find_map(|(_, body)| body.get("withdraw").cloned())
}

fn said(plan: &Plan) -> Vec<&str> {
    plan.said.iter().map(|line| line.done).collect()
}

// Silence is a no.

#[test]
fn what_nobody_has_decided_is_held_and_leaves_in_order_after_a_yes() {
    let mut world = World::new();
    let (mut tab, plan) = world.begun(NO);
    nothing(&plan);
    for id in ["sh-a", "sh-b", "sh-c"] {
        nothing(&world.heard(&mut tab, &cart(id)));
    }
    assert!(world.device.cookies.is_empty() && world.device.storage.is_empty());
    let plan = world.signalled(&mut tab, YES);
    let events = sent(&plan);
    let shopify: Vec<&Value> = events.iter().map(|event| &event["shopify_event_id"]).collect();
    assert_eq!(shopify, ["sh-a", "sh-b", "sh-c"]);
    assert_eq!(tracked(&plan), ids(&events), "the same ids in both legs");
}

#[test]
fn what_was_held_is_forgotten_after_a_no() {
    let mut world = World::new();
    let (mut tab, _) = world.begun(None);
    nothing(&world.heard(&mut tab, &checkout()));
    nothing(&world.signalled(&mut tab, NO));
    nothing(&world.heard(&mut tab, &cart("sh-after")));
    assert!(
        sent(&world.signalled(&mut tab, YES)).is_empty(),
        "nothing of before the yes comes back"
    );
    assert_eq!(
        sent(&world.heard(&mut tab, &cart("sh-later"))).len(),
        1,
        "a later yes counts again"
    );
}

#[test]
fn an_opt_out_that_shows_up_on_the_device_ends_what_was_held_and_what_was_granted() {
    let mut world = World::new();
    let (mut held, _) = world.begun(NO);
    world.heard(&mut held, &cart("sh-1"));
    let (mut granted, _) = world.begun(YES);
    world.heard(&mut granted, &cart("sh-2"));
    world.device.put_cookie("usprivacy", "1YYN");
    world.now = world.now.plus(1);
    let plan = world.woken(&mut held);
    assert!(
        withdrawal(&plan).is_some() && sent(&plan).is_empty(),
        "it ends whatever page sees it first"
    );
    nothing(&world.heard(&mut held, &cart("sh-3")));
    assert!(sent(&world.heard(&mut granted, &cart("sh-4"))).is_empty());
    assert!(!world.device.cookies.contains_key("_assent"), "the grant has ended");
    world.device.cookies.clear();
    assert!(
        sent(&world.signalled(&mut held, YES)).is_empty(),
        "nothing of before the no comes back"
    );
}

#[test]
fn a_hundred_events_are_held_and_the_oldest_make_room() {
    let mut world = World::new();
    let (mut tab, _) = world.begun(NO);
    for n in 0..103 {
        let plan = world.heard(&mut tab, &cart(&format!("sh-{n}")));
        assert_eq!(said(&plan).contains(&"forgotten: too many events are held"), n >= 100);
    }
    let mut events = sent(&world.signalled(&mut tab, YES));
    while !tab.under_way.is_empty() {
        events.extend(sent(&world.answered(&mut tab, ACCEPTED)));
    }
    assert_eq!(events.len(), 100);
    assert_eq!(events[0]["shopify_event_id"], "sh-3");
    assert_eq!(events[99]["shopify_event_id"], "sh-102");
}

#[test]
fn gpc_denies_whatever_else_is_said() {
    let mut world = World::new();
    world.gpc = YES;
    let (mut tab, plan) = world.begun(YES);
    nothing(&plan);
    nothing(&world.heard(&mut tab, &checkout()));
    nothing(&world.signalled(&mut tab, YES));
}

#[test]
fn another_shop_gets_nothing() {
    let mut world = World::new();
    let mut tab = world.open_in("other.myshopify.com", YES);
    nothing(&world.begin(&mut tab));
    nothing(&world.heard(&mut tab, &checkout()));
    nothing(&world.signalled(&mut tab, YES));
    let mut same = world.open_in(" ACME.myshopify.com ", YES);
    world.begin(&mut same);
    assert_eq!(sent(&world.heard(&mut same, &checkout())).len(), 1);
}

// The marker, and how a grant ends.

#[test]
fn a_second_tab_takes_the_marker_of_the_device_and_names_the_same_visitor() {
    let mut world = World::new();
    let (mut one, _) = world.begun(YES);
    let (mut two, plan) = world.begun(YES);
    assert!(!words(&plan).contains(&"cookie".to_owned()), "the marker stands already");
    let visitor = |events: Vec<Value>| events[0]["user"]["external_id"].clone();
    let of_one = visitor(sent(&world.heard(&mut one, &cart("sh-1"))));
    assert!(of_one.is_string());
    assert_eq!(of_one, visitor(sent(&world.heard(&mut two, &cart("sh-2")))));
}

#[test]
fn where_cookies_cannot_be_written_the_records_alone_decide() {
    let mut world = World::new();
    world.device.cookies_forbidden = true;
    let (mut tab, _) = world.begun(YES);
    for id in ["sh-1", "sh-2"] {
        assert_eq!(sent(&world.heard(&mut tab, &cart(id))).len(), 1);
    }
    assert!(withdrawal(&world.signalled(&mut tab, NO)).is_some());
}

#[test]
fn a_grant_that_ended_on_another_page_holds_until_a_fresh_signal() {
    let mut world = World::new();
    let (mut one, _) = world.begun(YES);
    world.heard(&mut one, &cart("sh-1"));
    let (mut two, _) = world.begun(YES);
    world.now = world.now.plus(1);
    assert!(withdrawal(&world.signalled(&mut two, NO)).is_some());
    let plan = world.heard(&mut one, &cart("sh-2"));
    assert_eq!(words(&plan), ["revoke"], "TikTok's script is told, nothing else happens");
    assert!(sent(&world.answered(&mut one, EndpointAnswer::Lost)).is_empty());
    assert!(!world.device.storage.contains_key("assent.outbox"), "nothing is written back");
    world.now = world.now.plus(40);
    assert!(sent(&world.woken(&mut one)).is_empty());
    let plan = world.signalled(&mut one, YES);
    let events = sent(&plan);
    assert_eq!(events.len(), 1, "what was held since; never what an ended grant had sent");
    assert_eq!(events[0]["shopify_event_id"], "sh-2");
    assert!(tracked(&plan).is_empty(), "TikTok's script was told to stop on this page");
}

#[test]
fn a_yes_is_a_fresh_signal_even_where_the_end_was_not_noticed_before() {
    let mut world = World::new();
    let (mut tab, _) = world.begun(YES);
    world.heard(&mut tab, &cart("sh-1"));
    world.answered(&mut tab, EndpointAnswer::Lost);
    world.device.cookies.clear();
    let plan = world.signalled(&mut tab, YES);
    assert!(sent(&plan).is_empty(), "what waited belonged to the grant that ended");
    assert!(words(&plan).contains(&"cookie".to_owned()), "a new grant has a new marker");
    assert_eq!(sent(&world.heard(&mut tab, &cart("sh-2"))).len(), 1);
}

#[test]
fn another_generation_is_another_grant() {
    let mut world = World::new();
    let (mut tab, _) = world.begun(YES);
    world.heard(&mut tab, &cart("sh-1"));
    world.device.put_cookie("_assent", &"ab".repeat(24));
    let plan = world.heard(&mut tab, &cart("sh-2"));
    assert!(sent(&plan).is_empty() && tracked(&plan).is_empty());
}

#[test]
fn own_state_without_a_grant_at_page_start_is_a_withdrawal() {
    let mut world = World::new();
    let (mut tab, _) = world.begun(YES);
    world.heard(&mut tab, &checkout());
    let visitor = world.jar();
    assert!(visitor.cookie("_assent").is_some());
    world.now = world.now.plus(5);
    let (_, plan) = world.begun(NO);
    let message = withdrawal(&plan).expect("a withdrawal");
    let names: Vec<&String> = message.as_object().unwrap().keys().collect();
    assert_eq!(names, ["at", "carts", "checkouts", "external_id"]);
    assert_eq!(message["at"], START.0 + 5);
    let raw = visitor.cookie("_assent").unwrap().split_at(32).0;
    assert_eq!(message["external_id"], crate::hex::Digest::of(raw.as_bytes()).as_str());
    assert!(world.device.cookies.is_empty());
    let kept: Vec<_> = world.device.storage.keys().copied().collect();
    assert_eq!(kept, ["assent.withdrawn"], "until it is acknowledged");
    for (_, body) in sends(&plan) {
        assert!(!body.to_string().contains(raw), "the raw visitor stays");
    }
}

#[test]
fn whatever_cookie_of_ours_stands_alone_goes_with_a_no() {
    for (name, value) in [("_assent_c", "RS5DLlAu"), ("_assent_c", ""), ("_assent", "no marker")] {
        for at_start in [true, false] {
            let mut world = World::new();
            let (mut tab, plan) = if at_start {
                world.device.put_cookie(name, value);
                world.begun(NO)
            } else {
                let (tab, _) = world.begun(NO);
                world.device.put_cookie(name, value);
                (tab, Plan::default())
            };
            let plan = if at_start { plan } else { world.signalled(&mut tab, NO) };
            assert_eq!(
                words(&plan)[..2],
                ["cookie", "cookie"],
                "{name}={value}, at start: {at_start}"
            );
            assert!(world.device.cookies.is_empty());
            assert!(sends(&plan).is_empty(), "there is nobody to name");
        }
    }
}

#[test]
fn a_yes_after_a_withdrawal_at_page_start_counts_in_both_legs() {
    let mut world = World::new();
    world.begun(YES);
    let (mut tab, plan) = world.begun(NO);
    assert!(withdrawal(&plan).is_some());
    world.now = world.now.plus(1);
    world.signalled(&mut tab, YES);
    let plan = world.heard(&mut tab, &checkout());
    assert_eq!(
        tracked(&plan).len(),
        1,
        "TikTok's script was never loaded here, so it was not told to stop"
    );
    assert_eq!(sent(&plan).len(), 1);
}

#[test]
fn a_withdrawal_is_sent_until_it_is_acknowledged_and_names_the_anchors_of_this_page() {
    let mut world = World::new();
    let (mut tab, _) = world.begun(YES);
    let beacon = sends(&world.heard(&mut tab, &checkout()))[0].1.clone();
    world.answered(&mut tab, ACCEPTED);
    world.now = world.now.plus(1);
    let message = withdrawal(&world.signalled(&mut tab, NO)).expect("a withdrawal");
    assert_eq!(message["checkouts"], json!([beacon["checkout"]]));
    assert_eq!(message["carts"], json!([beacon["cart"]]));
    nothing_but_waking(&world.answered(&mut tab, EndpointAnswer::Lost));
    world.now = world.now.plus(30 * DAY);
    let (mut later, plan) = world.begun(NO);
    assert_eq!(withdrawal(&plan), Some(message), "a later page sends the same");
    let stored = world.device.storage.contains_key("assent.withdrawn");
    world.answered(&mut later, ACCEPTED);
    assert!(stored && world.device.storage.is_empty(), "acknowledged");
    nothing(&world.begun(NO).1);
}

/// The endpoint knows no smaller time: of a no and a yes that it hears in one second, the no counts.
#[test]
fn a_yes_in_the_second_of_a_no_waits_for_the_next_one_and_counts_from_then_on() {
    let mut world = World::new();
    let (mut tab, _) = world.begun(YES);
    world.heard(&mut tab, &checkout());
    let message = withdrawal(&world.signalled(&mut tab, NO)).unwrap();
    nothing(&world.signalled(&mut tab, YES));
    let mut later = checkout();
    later["id"] = json!("sh-later");
    nothing(&world.heard(&mut tab, &later));
    assert_eq!(tab.look, Some(1), "the page sees to it by itself");
    nothing(&world.glanced(&mut tab));
    world.now = world.now.plus(1);
    let (_, body) = sends(&world.glanced(&mut tab)).remove(0);
    let (evaluated, at) = (&body["consent"]["evaluated_at"], &message["at"]);
    assert!(evaluated.as_i64() > at.as_i64(), "{evaluated} is after {at}");
    assert_ne!(body["events"][0]["user"]["external_id"], message["external_id"]);
}

#[test]
fn a_no_in_the_second_of_a_no_and_a_yes_ends_what_was_never_begun() {
    let mut world = World::new();
    let (mut tab, _) = world.begun(YES);
    world.heard(&mut tab, &cart("sh-1"));
    assert!(withdrawal(&world.signalled(&mut tab, NO)).is_some());
    world.signalled(&mut tab, YES);
    nothing(&world.heard(&mut tab, &cart("sh-2")));
    nothing(&world.signalled(&mut tab, NO));
    world.now = world.now.plus(1);
    nothing(&world.glanced(&mut tab));
    world.signalled(&mut tab, YES);
    assert_eq!(sent(&world.heard(&mut tab, &cart("sh-3"))).len(), 1, "and what was held is past");
}
