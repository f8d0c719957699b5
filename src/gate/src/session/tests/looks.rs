//! The page looks at the device by itself, where a record comes late or without a word.

use serde_json::{Value, json};

use super::cmp::OneTrust;
use super::world::{
    ACCEPTED, NO, Tab, World, YES, at_checkout, cart, looks, nothing, sends, sent, tracked, words,
};
use crate::plan::Plan;
use crate::session::EndpointAnswer;

/// A shop with OneTrust, whose banner has not been answered.
fn shop() -> World {
    let mut world = World::new();
    world.settings["cmp"] = json!("onetrust");
    world
}

fn purchase() -> Value {
    at_checkout("checkout_completed", "token")
}

fn withdrawal(plan: &Plan) -> Option<Value> {
    sends(plan).into_iter().find_map(|(_, body)| body.get("withdraw").cloned())
}

/// A page whose Purchase has arrived: the endpoint may still hold it.
fn reported(world: &mut World) -> (Tab, Value) {
    OneTrust::Yes.on(&mut world.device);
    let (mut tab, _) = world.begun(YES);
    world.glanced(&mut tab);
    let plan = world.heard(&mut tab, &purchase());
    assert_eq!(looks(&plan), [1]);
    world.answered(&mut tab, ACCEPTED);
    (tab, sent(&plan)[0]["user"]["external_id"].clone())
}

/// As many looks as there are to come: their distances.
fn all_looks(world: &mut World, tab: &mut Tab) -> Vec<i64> {
    let mut all = Vec::new();
    while let Some(after) = tab.look {
        all.push(after);
        world.now = world.now.plus(after);
        world.glanced(tab);
    }
    all
}

const TEN_MINUTES: [i64; 14] = [1, 2, 4, 8, 16, 32, 60, 60, 60, 60, 60, 60, 60, 60];

// A yes.

#[test]
fn a_yes_that_only_the_record_tells_releases_what_is_held_at_the_next_look() {
    for cmp in ["onetrust", "auto"] {
        let mut world = shop();
        world.settings["cmp"] = json!(cmp);
        let (mut tab, _) = world.begun(YES);
        assert_eq!(looks(&world.heard(&mut tab, &cart("sh-1"))), [1], "{cmp}");
        nothing(&world.glanced(&mut tab));
        OneTrust::Yes.on(&mut world.device);
        let plan = world.glanced(&mut tab);
        assert_eq!((sent(&plan).len(), tracked(&plan).len()), (1, 1), "{cmp}");
    }
}

/// `visitorConsentCollected` first, the tool's cookie 30 ms after it, on a page without a next event.
#[test]
fn a_record_that_follows_the_signal_releases_the_purchase_of_the_thank_you_page() {
    let mut world = shop();
    let (mut tab, _) = world.begun(NO);
    assert!(looks(&world.heard(&mut tab, &purchase())).is_empty(), "Shopify will tell");
    assert_eq!(looks(&world.signalled(&mut tab, YES)), [1]);
    OneTrust::Yes.on(&mut world.device);
    assert_eq!(sent(&world.glanced(&mut tab))[0]["name"], "Purchase");
}

#[test]
fn a_record_that_follows_a_signal_minutes_later_is_looked_for_at_once() {
    let mut world = shop();
    let (mut tab, _) = world.begun(YES);
    world.heard(&mut tab, &cart("sh-1"));
    while tab.look != Some(60) {
        world.glanced(&mut tab);
    }
    assert_eq!(looks(&world.signalled(&mut tab, YES)), [1]);
}

#[test]
fn what_was_heard_before_the_module_was_there_is_looked_for_from_the_start() {
    let mut world = shop();
    let mut tab = world.open(YES);
    let (_, event) = world.waits(&mut tab, &purchase());
    let jar = world.jar();
    nothing(&tab.session.turn(&jar, world.now, |session, turn| session.recall(event, turn)));
    assert_eq!(looks(&world.begin(&mut tab)), [1]);
    OneTrust::Yes.on(&mut world.device);
    assert_eq!(sent(&world.glanced(&mut tab)).len(), 1);
}

// When.

#[test]
fn looks_become_rarer_end_after_ten_minutes_and_begin_anew() {
    let mut world = shop();
    let (mut tab, _) = world.begun(YES);
    assert!(tab.look.is_none(), "nothing is held");
    for id in ["sh-1", "sh-2"] {
        world.heard(&mut tab, &cart(id));
        assert_eq!(all_looks(&mut world, &mut tab), TEN_MINUTES, "each event that is held");
    }
    world.hidden(&mut tab);
    world.visible(&mut tab);
    assert_eq!(all_looks(&mut world, &mut tab), TEN_MINUTES, "each time it becomes visible");
    let mut world = shop();
    let (mut tab, _) = reported(&mut world);
    world.glanced(&mut tab);
    assert_eq!(tab.look, Some(2));
    world.heard(&mut tab, &at_checkout("checkout_completed", "another"));
    assert_eq!(all_looks(&mut world, &mut tab), TEN_MINUTES, "each Purchase that was sent");
    assert_eq!(TEN_MINUTES.iter().sum::<i64>() / 60, 9);
}

#[test]
fn there_is_no_look_without_need() {
    let mut world = World::new();
    let (mut tab, _) = world.begun(YES);
    world.glanced(&mut tab); // for its own marker
    assert!(looks(&world.heard(&mut tab, &cart("sh-1"))).is_empty(), "it has gone");
    assert!(looks(&world.heard(&mut tab, &cart("sh-1"))).is_empty(), "a replay");
    world.heard(&mut tab, &purchase());
    all_looks(&mut world, &mut tab);
    assert!(looks(&world.heard(&mut tab, &purchase())).is_empty(), "this Purchase was sent before");
    let (mut silent, _) = shop().begun(NO);
    let mut world = shop();
    assert!(looks(&world.heard(&mut silent, &cart("sh-1"))).is_empty(), "Shopify will tell");
    world.hidden(&mut silent);
    assert!(looks(&world.visible(&mut silent)).is_empty());
    world.page.0 = "https://pay.elsewhere.example/checkouts/cn/x".to_owned();
    let (mut far, _) = world.begun(YES);
    assert!(looks(&world.heard(&mut far, &cart("sh-1"))).is_empty(), "out of reach");
    let mut world = shop();
    OneTrust::No.on(&mut world.device);
    let (mut denied, _) = world.begun(YES);
    nothing(&world.heard(&mut denied, &cart("sh-1")));
    assert!(denied.look.is_none(), "nothing is held after a no");
}

#[test]
fn what_is_released_by_a_look_is_looked_after_only_as_long_as_the_row_lasts() {
    let mut world = shop();
    let (mut tab, _) = world.begun(YES);
    world.heard(&mut tab, &cart("sh-1"));
    world.glanced(&mut tab);
    OneTrust::Yes.on(&mut world.device);
    assert_eq!(sent(&world.glanced(&mut tab)).len(), 1);
    let rest = all_looks(&mut world, &mut tab);
    assert!(rest.len() < TEN_MINUTES.len(), "{rest:?}");
}

#[test]
fn a_page_in_the_background_does_not_look() {
    let mut world = shop();
    let (mut tab, _) = world.begun(YES);
    world.heard(&mut tab, &cart("sh-1"));
    assert_eq!(looks(&world.hidden(&mut tab)), [0]);
    assert!(looks(&world.heard(&mut tab, &cart("sh-2"))).is_empty());
    OneTrust::Yes.on(&mut world.device);
    assert_eq!(looks(&world.visible(&mut tab)), [1]);
    assert_eq!(sent(&world.glanced(&mut tab)).len(), 2);
}

/// Until it has seen its marker, another tab's withdrawal would look like a cookie that cannot be
/// written.
#[test]
fn a_page_that_is_hidden_at_once_still_sees_its_own_marker() {
    let mut world = World::new();
    let (mut tab, _) = world.begun(YES);
    world.hidden(&mut tab);
    assert_eq!(tab.look, Some(1));
    nothing(&world.glanced(&mut tab));
    assert!(tab.look.is_none());
    world.begun(NO);
    assert!(sent(&world.heard(&mut tab, &cart("sh-1"))).is_empty());
}

#[test]
fn a_page_in_the_background_that_sends_a_purchase_still_sees_its_own_marker() {
    let mut world = World::new();
    let (mut tab, _) = world.begun(None);
    world.heard(&mut tab, &purchase());
    world.hidden(&mut tab);
    let plan = world.signalled(&mut tab, YES);
    assert_eq!(sent(&plan).len(), 1, "{:?}", words(&plan));
    assert_eq!(looks(&plan), [1]);
    nothing(&world.glanced(&mut tab));
    world.begun(NO);
    assert!(sent(&world.heard(&mut tab, &cart("sh-1"))).is_empty());
}

// A no.

#[test]
fn a_no_that_only_looks_have_seen_is_told_at_the_second_one() {
    let mut world = shop();
    let (mut tab, visitor) = reported(&mut world);
    world.now = world.now.plus(1);
    OneTrust::No.on(&mut world.device);
    let plan = world.glanced(&mut tab);
    assert_eq!(words(&plan), ["look"], "it is not sure yet");
    let plan = world.glanced(&mut tab);
    let message = withdrawal(&plan).expect("a withdrawal");
    assert_eq!(message["external_id"], visitor);
    assert_eq!(message["checkouts"].as_array().map(Vec::len), Some(1));
    assert!(words(&plan).contains(&"revoke".to_owned()));
    assert!(world.device.cookies.keys().all(|name| name.starts_with("Optanon")));
    assert!(tab.look.is_none(), "there is nothing to be stopped any more");
}

#[test]
fn what_waits_to_be_sent_does_not_leave_after_a_no_that_one_look_has_seen() {
    let mut world = shop();
    OneTrust::Yes.on(&mut world.device);
    let (mut tab, _) = world.begun(YES);
    world.heard(&mut tab, &purchase());
    world.answered(&mut tab, EndpointAnswer::Lost);
    OneTrust::No.on(&mut world.device);
    assert_eq!(words(&world.glanced(&mut tab)), ["look"]);
    world.now = world.now.plus(20);
    OneTrust::Absent.on(&mut world.device);
    assert!(sent(&world.woken(&mut tab)).is_empty());
}

#[test]
fn a_record_that_says_no_for_a_moment_ends_nothing() {
    let mut world = shop();
    let (mut tab, _) = reported(&mut world);
    for record in [OneTrust::Yes, OneTrust::Absent, OneTrust::Undecided] {
        OneTrust::No.on(&mut world.device);
        assert_eq!(words(&world.glanced(&mut tab)), ["look"]);
        record.on(&mut world.device);
        nothing(&world.glanced(&mut tab));
        OneTrust::No.on(&mut world.device);
        assert_eq!(
            words(&world.glanced(&mut tab)),
            ["look"],
            "after {record:?} it is the first again"
        );
        OneTrust::Yes.on(&mut world.device);
        nothing(&world.glanced(&mut tab));
    }
    let plan = world.heard(&mut tab, &cart("sh-1"));
    assert_eq!((sent(&plan).len(), tracked(&plan).len()), (1, 1), "in both legs");
}

#[test]
fn a_no_that_a_look_has_seen_is_told_where_the_page_is_hidden_before_the_next() {
    let mut world = shop();
    let (mut tab, visitor) = reported(&mut world);
    OneTrust::No.on(&mut world.device);
    world.glanced(&mut tab);
    let plan = world.hidden(&mut tab);
    assert_eq!(withdrawal(&plan).expect("a withdrawal")["external_id"], visitor);
    assert_eq!(world.device.storage.keys().copied().collect::<Vec<_>>(), ["assent.withdrawn"]);
}

#[test]
fn a_page_that_has_seen_no_no_tells_nothing_when_it_is_hidden() {
    let mut world = shop();
    let (mut tab, _) = reported(&mut world);
    OneTrust::No.on(&mut world.device);
    assert_eq!(words(&world.hidden(&mut tab)), ["look"]);
    world.visible(&mut tab);
    world.glanced(&mut tab);
    assert!(withdrawal(&world.glanced(&mut tab)).is_some(), "but when it is seen again");
}

#[test]
fn a_no_that_an_event_or_an_answer_sees_is_told_at_once() {
    for seen_by_look in [true, false] {
        let mut world = shop();
        let (mut tab, _) = reported(&mut world);
        OneTrust::No.on(&mut world.device);
        if seen_by_look {
            world.glanced(&mut tab);
        }
        assert!(withdrawal(&world.heard(&mut tab, &cart("sh-1"))).is_some(), "{seen_by_look}");
    }
}

#[test]
fn where_the_cookie_cannot_be_written_the_records_decide_at_each_event() {
    let mut world = shop();
    world.device.cookies_forbidden = true;
    OneTrust::Yes.on(&mut world.device);
    let (mut tab, _) = world.begun(YES);
    world.heard(&mut tab, &purchase());
    OneTrust::No.on(&mut world.device);
    for _ in 0..3 {
        assert_eq!(words(&world.glanced(&mut tab)), ["look"]);
    }
    assert_eq!(words(&world.hidden(&mut tab)), Vec::<String>::new());
    assert!(withdrawal(&world.heard(&mut tab, &cart("sh-1"))).is_some());
}

#[test]
fn what_is_held_while_a_look_sees_a_no_is_forgotten() {
    let mut world = shop();
    let (mut tab, _) = world.begun(YES);
    world.heard(&mut tab, &cart("sh-1"));
    OneTrust::No.on(&mut world.device);
    nothing(&world.glanced(&mut tab));
    OneTrust::Yes.on(&mut world.device);
    let plan = world.heard(&mut tab, &cart("sh-2"));
    assert_eq!(sent(&plan).len(), 1);
    assert_eq!(sent(&plan)[0]["shopify_event_id"], "sh-2");
}
