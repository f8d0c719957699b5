//! What ends a message, and what becomes of a page whose visitor the endpoint knows a no of: seen
//! from the device and the endpoint.

use serde_json::{Value, json};

use super::world::{
    ACCEPTED, NO, START, Tab, World, YES, cart, nothing, nothing_but_waking, sends, sent, tracked,
    words,
};
use crate::limits;
use crate::plan::Plan;
use crate::session::EndpointAnswer::{
    Accepted, Later, Lost, Refused, RefusedAsWithdrawn, Withdrawn,
};
use crate::time::{DAY, HOUR};

/// Whom the withdrawals in a plan name.
fn named(plan: &Plan) -> Vec<Value> {
    let bodies = sends(plan).into_iter().map(|(_, body)| body["withdraw"]["external_id"].clone());
    bodies.filter(|visitor| !visitor.is_null()).collect()
}

/// A page that has told of one cart, and its hashed visitor.
fn told(world: &mut World, id: &str) -> (Tab, Value) {
    let (mut tab, _) = world.begun(YES);
    let events = sent(&world.heard(&mut tab, &cart(id)));
    world.answered(&mut tab, ACCEPTED);
    (tab, events[0]["user"]["external_id"].clone())
}

/// A page on which somebody has just said no.
fn refused(world: &mut World) -> (Tab, Value) {
    let (mut tab, visitor) = told(world, "sh-1");
    world.now = world.now.plus(1);
    assert_eq!(named(&world.signalled(&mut tab, NO)), std::slice::from_ref(&visitor));
    (tab, visitor)
}

fn kept(world: &World) -> bool {
    world.device.storage.contains_key("assent.withdrawn")
}

// A withdrawal.

#[test]
fn a_withdrawal_ends_with_the_endpoints_own_202_or_400_only() {
    for answer in [Withdrawn, Refused(400)] {
        let mut world = World::new();
        let (mut tab, _) = refused(&mut world);
        world.answered_so(&mut tab, answer);
        assert!(!kept(&world), "{answer:?}");
    }
    for answer in [
        Accepted,
        Lost,
        RefusedAsWithdrawn,
        Refused(403),
        Refused(413),
        Refused(415),
        Refused(422),
        Later(Some(5)),
    ] {
        let mut world = World::new();
        let (mut tab, visitor) = refused(&mut world);
        nothing_but_waking(&world.answered_so(&mut tab, answer));
        assert!(kept(&world), "{answer:?}");
        world.now = world.now.plus(31);
        let plan = world.woken(&mut tab);
        assert_eq!(
            named(&plan),
            std::slice::from_ref(&visitor),
            "{answer:?}: sent again by this page"
        );
        let (_, plan) = world.begun(NO);
        assert_eq!(named(&plan), [visitor], "{answer:?}: and by the next");
    }
}

/// What seems to have been made tomorrow may have waited for days: the clock was ahead, and was set
/// right since.
#[test]
fn a_beacon_of_a_clock_that_was_days_ahead_is_dropped_and_a_withdrawal_is_not() {
    for (ahead, leaves) in [(DAY, true), (DAY + 1, false), (400 * DAY, false)] {
        let mut world = World::new();
        world.now = START.plus(ahead);
        let (mut tab, _) = world.begun(YES);
        assert_eq!(sent(&world.heard(&mut tab, &cart("sh-1"))).len(), 1);
        world.answered(&mut tab, Lost);
        world.now = START;
        // Neither a later page nor the page that made it.
        assert_eq!(sent(&world.begun(YES).1).len(), usize::from(leaves), "{ahead}");
        assert_eq!(sent(&world.woken(&mut tab)).len(), usize::from(leaves), "{ahead}");
        assert_eq!(world.device.storage.contains_key("assent.outbox"), leaves, "{ahead}");

        let mut world = World::new();
        world.now = START.plus(ahead);
        let (mut tab, _) = world.begun(YES);
        world.heard(&mut tab, &cart("sh-1"));
        world.answered(&mut tab, ACCEPTED);
        world.now = world.now.plus(1);
        world.signalled(&mut tab, NO);
        world.answered(&mut tab, Lost);
        world.now = START;
        let (_, plan) = world.begun(NO);
        assert!(sends(&plan)[0].1.get("withdraw").is_some(), "{ahead}");
    }
}

/// Nobody asks for more than an hour: what seems to is of before the clock was set back.
#[test]
fn silence_that_a_wrong_clock_has_made_longer_keeps_no_withdrawal_back() {
    let mut world = World::new();
    let (mut tab, _) = world.begun(YES);
    let visitor = sent(&world.heard(&mut tab, &cart("sh-1")))[0]["user"]["external_id"].clone();
    world.answered(&mut tab, Later(Some(3600)));
    world.now = world.now.plus(-2 * HOUR);
    assert_eq!(named(&world.signalled(&mut tab, NO)), [visitor]);
}

#[test]
fn a_withdrawal_for_an_unknown_shop_is_tried_once_a_day_and_for_thirteen_months() {
    let mut world = World::new();
    let (mut tab, visitor) = refused(&mut world);
    let since = world.now;
    for day in 0..=396 {
        let is_last = day == 396;
        nothing_but_waking(&world.answered_so(&mut tab, Refused(404)));
        assert_eq!(kept(&world), !is_last, "day {day}");
        if is_last {
            break;
        }
        world.now = since.plus(day * DAY + DAY - 1);
        assert!(named(&world.begun(NO).1).is_empty(), "day {day}");
        assert!(named(&world.woken(&mut tab)).is_empty(), "day {day}");
        world.now = since.plus((day + 1) * DAY);
        let (later, plan) = world.begun(NO);
        assert_eq!(named(&plan), std::slice::from_ref(&visitor), "day {day}");
        tab = later;
    }
}

/// A day is the longest wait: what seems to be put off for longer is of before the clock was set.
#[test]
fn a_clock_that_was_set_back_puts_no_withdrawal_off_for_longer_than_a_day() {
    let mut world = World::new();
    let (mut tab, visitor) = refused(&mut world);
    world.answered_so(&mut tab, Refused(404));
    world.now = world.now.plus(-30 * DAY);
    assert_eq!(named(&world.begun(NO).1), [visitor]);
}

#[test]
fn no_withdrawal_makes_room_for_another_and_where_none_can_be_kept_nothing_is_granted() {
    let mut world = World::new();
    let mut visitors = Vec::new();
    for visit in 0..limits::WITHDRAWALS {
        world.now = world.now.plus(HOUR);
        let (mut tab, _) = world.begun(YES);
        let events = sent(&world.heard(&mut tab, &cart(&format!("sh-{visit}"))));
        visitors.push(events[0]["user"]["external_id"].clone());
        world.now = world.now.plus(1);
        world.signalled(&mut tab, NO);
    }
    assert_eq!(world.device.storage["assent.withdrawn"].lines().count(), limits::WITHDRAWALS);
    for visitor in &visitors {
        let visitor = visitor.as_str().unwrap();
        assert!(world.device.storage["assent.withdrawn"].contains(visitor));
    }

    world.now = world.now.plus(HOUR);
    let (mut tab, plan) = world.begun(YES);
    let mut told = named(&plan);
    let plan = world.heard(&mut tab, &cart("sh-new"));
    assert!(sent(&plan).is_empty() && tracked(&plan).is_empty());
    assert!(sent(&world.signalled(&mut tab, YES)).is_empty(), "nor by a fresh signal");
    assert!(world.device.cookies.is_empty());
    while !tab.under_way.is_empty() {
        told.extend(named(&world.answered(&mut tab, ACCEPTED)));
    }
    assert_eq!(told, visitors, "each was told, oldest first");
    assert!(!kept(&world));
    assert_eq!(sent(&world.signalled(&mut tab, YES)).len(), 1, "what was held waits for nothing");
}

#[test]
fn a_clock_that_is_set_while_a_withdrawal_waits_never_makes_it_younger_than_its_message() {
    for by in [-HOUR, -30 * DAY, -1, 0, 1, HOUR, 30 * DAY] {
        let mut world = World::new();
        let (mut tab, _) = refused(&mut world);
        let said_at = world.now;
        world.answered(&mut tab, Lost);
        world.now = world.now.plus(by);
        let (_, plan) = world.begun(NO);
        let (_, body) = sends(&plan).remove(0);
        assert_eq!(body["withdraw"]["at"], said_at.0, "{by}: the device's clock when it was said");
        let sent_at = body["sent_at"].as_i64().unwrap();
        // received - max(0, sent_at - at): never in the future, and as long ago as it was.
        assert_eq!(sent_at - said_at.0, by.max(0), "{by}");
    }
}

// The endpoint knows of a no that this device does not: 403 `withdrawn`.

#[test]
fn a_visitor_who_has_withdrawn_elsewhere_is_forgotten_and_the_next_grant_is_anothers() {
    let mut world = World::new();
    let (mut tab, _) = world.begun(YES);
    let first = sent(&world.heard(&mut tab, &cart("sh-1")))[0]["user"]["external_id"].clone();
    world.heard(&mut tab, &cart("sh-2"));
    let plan = world.answered(&mut tab, RefusedAsWithdrawn);
    assert!(words(&plan).contains(&"revoke".to_owned()), "TikTok's script is told to stop");
    assert!(sends(&plan).is_empty(), "nobody has said no here: nothing is withdrawn");
    assert!(world.device.cookies.is_empty() && world.device.storage.is_empty());

    nothing_but_waking(&world.answered(&mut tab, Lost)); // the other beacon
    world.now = world.now.plus(60);
    nothing(&world.woken(&mut tab));
    nothing(&world.heard(&mut tab, &cart("sh-3")));
    assert!(
        world.device.cookies.is_empty() && world.device.storage.is_empty(),
        "until somebody says so"
    );
    let events = sent(&world.signalled(&mut tab, YES));
    assert_eq!(events.len(), 1, "what was heard since");
    assert_ne!(events[0]["user"]["external_id"], first);

    let (mut later, _) = world.begun(YES);
    let events = sent(&world.heard(&mut later, &cart("sh-1")));
    assert_ne!(events[0]["user"]["external_id"], first);
    assert_eq!(
        events[0]["browser"], "fired",
        "a later grant counts again, and TikTok hears it once"
    );
}

#[test]
fn a_visitor_of_whom_the_cookie_cannot_be_written_is_another_one_after_that_too() {
    let mut world = World::new();
    world.device.cookies_forbidden = true;
    let (mut tab, _) = world.begun(YES);
    let first = sent(&world.heard(&mut tab, &cart("sh-1")))[0]["user"]["external_id"].clone();
    world.answered(&mut tab, RefusedAsWithdrawn);
    nothing(&world.heard(&mut tab, &cart("sh-2")));
    let events = sent(&world.signalled(&mut tab, YES));
    assert_ne!(events[0]["user"]["external_id"], first);
}

#[test]
fn what_an_earlier_visitor_left_to_be_sent_ends_no_later_grant() {
    let mut world = World::new();
    let (mut old, _) = world.begun(YES);
    world.heard(&mut old, &cart("sh-old"));
    let left = world.device.storage["assent.outbox"].clone();
    world.now = world.now.plus(1);
    world.begun(NO);
    world.now = world.now.plus(1);
    world.device.storage.insert("assent.outbox", left); // by a tab that had read it before
    let (mut tab, plan) = world.begun(YES);
    assert_eq!(sent(&plan).len(), 1);
    world.answered(&mut tab, RefusedAsWithdrawn);
    assert!(!world.device.storage.contains_key("assent.outbox"));
    assert!(!world.device.cookies.is_empty(), "the later grant stands");
    assert_eq!(sent(&world.heard(&mut tab, &cart("sh-new"))).len(), 1);
}

// After a no the device takes a new visitor, and nothing of the old one is left but the no.

type Says = fn(&mut World, &mut Tab);

/// Every way in which a grant of this device ends by a no.
const WAYS: [(&str, Says); 8] = [
    ("Shopify's banner", |world, tab| drop(world.signalled(tab, NO))),
    ("the bridge", |world, tab| drop(world.published(tab, NO))),
    ("another page", |world, _| drop(world.begun(NO))),
    ("GPC on another page", |world, _| {
        world.gpc = Some(true);
        world.begun(YES);
        world.gpc = None;
    }),
    ("a record on the device", |world, tab| {
        world.device.put_cookie("usprivacy", "1YYN");
        world.heard(tab, &cart("sh-record"));
        world.device.cookies.remove("usprivacy");
    }),
    ("the device, seen by nobody until the page looks", |world, tab| {
        world.device.put_cookie("usprivacy", "1YYN");
        for _ in 0..2 {
            world.now = world.now.plus(60);
            tab.look = Some(1);
            world.glanced(tab);
        }
        world.device.cookies.remove("usprivacy");
    }),
    ("the endpoint", |world, tab| {
        world.heard(tab, &cart("sh-refused"));
        world.answered(tab, RefusedAsWithdrawn);
    }),
    ("a device that could not be read", |world, tab| {
        world.device.cookies_unreadable = true;
        world.signalled(tab, NO);
        world.device.cookies_unreadable = false;
    }),
];

#[test]
fn after_every_kind_of_no_the_visitor_is_another_one_and_nothing_of_the_first_is_left_but_the_no() {
    for (way, say) in WAYS {
        for (cookies_forbidden, storage_forbidden) in
            [(false, false), (true, false), (false, true), (true, true)]
        {
            // Without a cookie no other page knows of the grant, and no look ends one.
            if cookies_forbidden && (way.contains("another page") || way.contains("looks")) {
                continue;
            }
            ends(way, say, cookies_forbidden, storage_forbidden);
        }
    }
}

fn ends(way: &str, say: Says, cookies_forbidden: bool, storage_forbidden: bool) {
    let why = format!("{way}, cookies forbidden {cookies_forbidden}, storage {storage_forbidden}");
    let mut world = World::new();
    (world.device.cookies_forbidden, world.device.storage_forbidden) =
        (cookies_forbidden, storage_forbidden);
    let (mut tab, first) = told(&mut world, "sh-1");
    world.heard(&mut tab, &cart("sh-2")); // under way while somebody says no
    let (waiting, _) = tab.under_way[0].clone();
    world.now = world.now.plus(60);
    say(&mut world, &mut tab);
    world.now = world.now.plus(1);

    let hash = first.as_str().unwrap();
    let is_left = |world: &World| {
        world
            .device
            .storage
            .iter()
            .any(|(key, text)| *key != "assent.withdrawn" && text.contains(hash))
    };
    assert!(!is_left(&world) && world.device.cookies.is_empty(), "{why}");
    // What was under way has no answer: it must not come back.
    tab.under_way.retain(|(key, _)| *key == waiting);
    while !tab.under_way.is_empty() {
        world.answered(&mut tab, Lost);
    }
    world.now = world.now.plus(600);
    let mut events = sent(&world.woken(&mut tab));
    events.extend(sent(&world.published(&mut tab, YES))); // the bridge takes its no back
    events.extend(sent(&world.signalled(&mut tab, YES)));
    events.extend(sent(&world.heard(&mut tab, &cart("sh-3"))));
    assert!(!events.is_empty(), "{why}");
    for event in &events {
        assert_ne!(event["user"]["external_id"], first, "{why}");
        assert_ne!(event["user"]["external_id"], json!(null), "{why}");
    }
    assert!(!is_left(&world), "{why}");
    let (mut later, _) = world.begun(YES);
    let events = sent(&world.heard(&mut later, &cart("sh-4")));
    assert!(events.iter().all(|event| event["user"]["external_id"] != first), "{why}");
}
