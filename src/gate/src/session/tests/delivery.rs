//! Once, whatever happens; and nothing secret: seen from the device, the endpoint and TikTok's
//! pixel.

use serde_json::{Value, json};

use super::world::{
    ACCEPTED, CHECKOUT, NO, START, World, YES, at_checkout, cart, checkout, nothing,
    nothing_but_waking, sends, sent, tracked, wakes, words,
};
use crate::plan::{Act, Plan};
use crate::session::{Cleanable, EndpointAnswer};
use crate::time::{DAY, HOUR, Timestamp};

// One conversion, once.

#[test]
fn a_reload_a_replay_and_a_second_tab_do_not_fire_twice() {
    let mut world = World::new();
    let (mut tab, _) = world.begun(YES);
    assert_eq!(tracked(&world.heard(&mut tab, &checkout())).len(), 1);
    nothing(&world.heard(&mut tab, &checkout()));
    for _ in 0..2 {
        let (mut again, _) = world.begun(YES);
        let plan = world.heard(&mut again, &checkout());
        assert!(tracked(&plan).is_empty());
        assert!(
            sent(&plan).iter().all(|event| event["browser"] == "fired"),
            "reported as what it is"
        );
    }
    world.now = START.plus(7 * DAY + 1);
    let (mut late, _) = world.begun(YES);
    assert_eq!(
        tracked(&world.heard(&mut late, &checkout())).len(),
        1,
        "seven days later it is forgotten"
    );
}

#[test]
fn where_storage_is_forbidden_the_memory_of_the_page_still_counts_once() {
    let mut world = World::new();
    world.device.storage_forbidden = true;
    let (mut tab, _) = world.begun(YES);
    assert_eq!(tracked(&world.heard(&mut tab, &checkout())).len(), 1);
    assert_eq!(sent(&world.heard(&mut tab, &checkout())).len(), 0);
    world.answered(&mut tab, EndpointAnswer::Lost);
    world.now = world.now.plus(20);
    assert_eq!(sent(&world.woken(&mut tab)).len(), 1, "tried again from memory");
}

// Until it has a final answer.

#[test]
fn a_lost_beacon_is_sent_again_by_a_later_page_under_the_same_id_and_time() {
    let mut world = World::new();
    let (mut tab, _) = world.begun(YES);
    let first = sent(&world.heard(&mut tab, &checkout()));
    nothing_but_waking(&world.answered(&mut tab, EndpointAnswer::Lost));
    world.now = START.plus(48 * HOUR - 1);
    let (mut later, plan) = world.begun(YES);
    assert_eq!(sent(&plan), first);
    assert_eq!(sends(&plan)[0].1["sent_at"], START.0 + 48 * HOUR - 1, "stamped anew");
    world.answered(&mut later, ACCEPTED);
    assert!(!world.device.storage.contains_key("assent.outbox"));
    assert!(sent(&world.begun(YES).1).is_empty());
}

#[test]
fn after_forty_eight_hours_a_beacon_is_dropped() {
    let mut world = World::new();
    let (mut tab, _) = world.begun(YES);
    world.heard(&mut tab, &checkout());
    world.now = START.plus(48 * HOUR + 1);
    assert!(sent(&world.begun(YES).1).is_empty());
    assert!(!world.device.storage.contains_key("assent.outbox"));
}

#[test]
fn a_page_that_stays_open_drops_its_own_beacons_after_forty_eight_hours_too() {
    let mut world = World::new();
    let (mut tab, _) = world.begun(YES);
    world.heard(&mut tab, &checkout());
    world.answered(&mut tab, EndpointAnswer::Lost);
    world.now = START.plus(48 * HOUR);
    assert_eq!(sent(&world.woken(&mut tab)).len(), 1);
    world.answered(&mut tab, EndpointAnswer::Lost);
    world.now = START.plus(48 * HOUR + 1);
    assert!(sent(&world.woken(&mut tab)).is_empty());
    assert!(!world.device.storage.contains_key("assent.outbox"), "nor is it written back");
}

#[test]
fn answers_are_final_or_obeyed() {
    for (answer, earliest) in [
        (EndpointAnswer::Later(Some(90)), Some(90)),
        (EndpointAnswer::Later(None), Some(30)),
        (EndpointAnswer::Later(Some(-5)), Some(1)),
        (EndpointAnswer::Later(Some(1_000_000)), Some(3600)),
        (EndpointAnswer::Lost, Some(0)),
        (EndpointAnswer::Withdrawn, Some(0)),
        (EndpointAnswer::Refused(400), None),
        (EndpointAnswer::Refused(403), None),
        (EndpointAnswer::Refused(404), None),
        (EndpointAnswer::Refused(413), None),
        (EndpointAnswer::Refused(415), None),
        (EndpointAnswer::Refused(422), None),
    ] {
        let mut world = World::new();
        let (mut tab, _) = world.begun(YES);
        world.heard(&mut tab, &checkout());
        let plan = world.answered(&mut tab, answer);
        assert!(sent(&plan).is_empty(), "never at once: {answer:?}");
        let kept = world.device.storage.contains_key("assent.outbox");
        assert_eq!(kept, earliest.is_some(), "{answer:?}");
        assert_eq!(wakes(&plan).len(), usize::from(kept), "{answer:?}");
        let Some(seconds) = earliest else { continue };
        assert!(wakes(&plan)[0] >= seconds, "{answer:?}");
        if seconds > 0 {
            world.now = START.plus(seconds - 1);
            assert!(sent(&world.woken(&mut tab)).is_empty(), "{answer:?}");
        }
        world.now = START.plus(seconds);
        let woken = world.woken(&mut tab);
        let on_a_later_page = sent(&world.begun(YES).1);
        assert!(sent(&woken).len() == 1 || on_a_later_page.len() == 1, "{answer:?}");
    }
}

#[test]
fn sixty_thousand_bytes_are_under_way_and_the_rest_follows_the_answers() {
    let mut world = World::new();
    let (mut tab, _) = world.begun(NO);
    for n in 0..4 {
        let mut big = at_checkout("checkout_started", &format!("token-{n}"));
        let line = big["data"]["checkout"]["lineItems"][0].clone();
        big["data"]["checkout"]["lineItems"] = Value::Array(vec![line; 250]);
        world.heard(&mut tab, &big);
    }
    let mut events = sent(&world.signalled(&mut tab, YES));
    assert!(!events.is_empty() && events.len() < 4, "{} at once", events.len());
    while !tab.under_way.is_empty() {
        events.extend(sent(&world.answered(&mut tab, ACCEPTED)));
    }
    assert_eq!(events.len(), 4);
    for event in &events {
        assert_eq!(event["properties"]["num_items"], 500, "the order's, whatever was cut");
        assert_eq!(event["properties"]["value"], 81.91);
    }
}

#[test]
fn two_tabs_of_one_checkout_lose_none_of_its_events() {
    let mut world = World::new();
    let (mut held, _) = world.begun(NO);
    world.heard(&mut held, &checkout());
    world.heard(&mut held, &at_checkout("payment_info_submitted", "token"));
    let (mut other, _) = world.begun(YES);
    world.heard(&mut other, &checkout());
    world.answered(&mut other, EndpointAnswer::Lost);
    let plan = world.signalled(&mut held, YES);
    let names: Vec<Value> = sent(&plan).iter().map(|event| event["name"].clone()).collect();
    assert!(names.contains(&json!("AddPaymentInfo")), "{names:?}");
}

// TikTok's script.

#[test]
fn the_script_of_tiktok_is_loaded_once_after_a_clean_address_and_only_for_a_browser_leg() {
    let mut world = World::new();
    world.settings["events"] = json!({"AddToCart": ["server"]});
    let (mut tab, plan) = world.begun(YES);
    assert!(!words(&plan).contains(&"load".to_owned()), "a grant alone loads nothing");
    assert!(
        !words(&world.heard(&mut tab, &cart("sh-1"))).contains(&"load".to_owned()),
        "nor does a server leg"
    );
    let first = words(&world.heard(&mut tab, &checkout()));
    let at = |word: &str| first.iter().position(|own| own == word).unwrap();
    assert!(at("clean") < at("send") && at("send") < at("load") && at("load") < at("track"));
    let second = words(&world.heard(&mut tab, &at_checkout("payment_info_submitted", "token")));
    assert!(second.contains(&"track".to_owned()) && !second.contains(&"load".to_owned()));
}

/// The frame's address, and nothing else, before anything is told of the event.
#[test]
fn the_address_is_cleaned_once_before_the_first_event_that_the_browser_tells_of() {
    let mut world = World::new();
    world.settings["events"] = json!({"AddToCart": ["server"]});
    let (mut tab, plan) = world.begun(YES);
    assert!(!words(&plan).contains(&"clean".to_owned()), "a grant alone asks for nothing");
    let plan = world.heard(&mut tab, &cart("sh-1"));
    assert!(!words(&plan).contains(&"clean".to_owned()), "nor does a server leg");

    let mut event = checkout();
    event["context"]["document"]["referrer"] = json!("https://search.example/?q=mug");
    let event = crate::shopify::event(&event).unwrap().unwrap();
    let jar = world.jar_of(&tab);
    let plan =
        tab.session.turn(&jar, world.now, |session, turn| session.heard(event, i64::MAX, turn));
    let address = "https://shop.acme.example/checkouts/cn/information".to_owned();
    let clean = Act::Clean { url: address.into(), referrer: "https://search.example/".into() };
    assert_eq!(plan.acts, [clean]);
    let plan =
        tab.session.turn(&jar, world.now, |session, turn| session.cleaned(Cleanable::Path, turn));
    assert_eq!((sent(&plan).len(), tracked(&plan).len()), (1, 1));
    let plan = world.heard(&mut tab, &at_checkout("payment_info_submitted", "token"));
    assert!(!words(&plan).contains(&"clean".to_owned()), "once a page");
    assert_eq!(tracked(&plan).len(), 1);
}

#[test]
fn an_address_that_nobody_has_said_to_be_clean_is_not_and_no_event_waits_for_it_for_ever() {
    let mut world = World::new();
    let (mut tab, _) = world.begun(YES);
    for event in [cart("sh-1"), cart("sh-2")] {
        let event = crate::shopify::event(&event).unwrap().unwrap();
        let jar = world.jar_of(&tab);
        let plan =
            tab.session.turn(&jar, world.now, |session, turn| session.heard(event, i64::MAX, turn));
        if plan.acts.len() > 1 {
            assert_eq!((sent(&plan).len(), tracked(&plan).len()), (2, 0));
            return;
        }
    }
    panic!("both events wait");
}

#[test]
fn where_the_address_cannot_be_cleaned_the_server_copy_carries_the_event() {
    let secret = CHECKOUT.to_owned();
    let plain = "https://shop.acme.example/cart".to_owned();
    let money = "https://shop.acme.example/gift_cards/1/3f9a1c0b".to_owned();
    let named = "https://shop.acme.example/pages/jane@example.com".to_owned();
    let own = "https://shop.acme.example/apps/quiz/2/?x=1".to_owned();
    for (cleanable, address, paths, fires) in [
        (Cleanable::Path, &secret, "server", true),
        (Cleanable::Path, &plain, "server", true),
        (Cleanable::Path, &money, "server", true),
        (Cleanable::Query, &money, "server", false),
        (Cleanable::Query, &money, "fire", true),
        (Cleanable::Query, &named, "server", false),
        (Cleanable::Query, &own, "server", true),
        (Cleanable::Query, &secret, "server", false),
        (Cleanable::Query, &secret, "fire", true),
        (Cleanable::Query, &plain, "server", true),
        (Cleanable::Nothing, &secret, "fire", false),
        (Cleanable::Nothing, &plain, "fire", false),
    ] {
        let mut world = World::new();
        world.cleanable = cleanable;
        world.settings["secretPaths"] = json!(paths);
        world.settings["urlPaths"] = json!(["apps/quiz"]);
        world.page.0.clone_from(address);
        let (mut tab, _) = world.begun(YES);
        let mut event = cart("sh-1");
        event["context"]["document"]["location"]["href"] = json!(address);
        let plan = world.heard(&mut tab, &event);
        let expected = if fires { "fired" } else { "skipped" };
        assert_eq!(sent(&plan)[0]["browser"], expected, "{cleanable:?} {address} {paths}");
        assert_eq!(tracked(&plan).len(), usize::from(fires));
        assert_eq!(words(&plan).contains(&"load".to_owned()), fires);
    }
}

#[test]
fn no_act_tells_tiktok_a_secret_path() {
    let mut world = World::new();
    world.page = (CHECKOUT.to_owned(), CHECKOUT.to_owned());
    let (mut tab, _) = world.begun(YES);
    let plan =
        world.heard(&mut tab, &at_checkout("checkout_started", "3f9a1c0b7d2e4f60a1b2c3d4e5f60718"));
    let all = serde_json::to_string(&plan).unwrap();
    assert!(!all.contains("3f9a1c0b7d2e4f60a1b2c3d4e5f60718") && !all.contains("Jane"), "{all}");
}

// Receipts alone.

#[test]
fn a_receipt_alone_is_sent_once_per_anchor() {
    let mut world = World::new();
    world.settings["events"] =
        json!({"InitiateCheckout": ["browser"], "AddPaymentInfo": ["browser"]});
    let (mut tab, _) = world.begun(YES);
    let plan = world.heard(&mut tab, &checkout());
    let [(_, receipt)] = sends(&plan).try_into().expect("one message");
    assert_eq!(receipt["events"], json!([]));
    assert!(receipt["checkout"].is_string() && receipt["page"]["url"].is_string());
    let user: Vec<&String> = receipt["user"].as_object().unwrap().keys().collect();
    assert_eq!(user, ["external_id", "locale", "user_agent"], "no contact in a receipt alone");
    assert!(
        sends(&world.heard(&mut tab, &at_checkout("payment_info_submitted", "token"))).is_empty()
    );
    assert_eq!(
        sends(&world.heard(&mut tab, &at_checkout("payment_info_submitted", "another"))).len(),
        1
    );
}

#[test]
fn an_event_that_is_switched_off_still_leaves_the_consent_that_an_order_must_find() {
    let off = |purchase: Value| json!({"AddToCart": [], "InitiateCheckout": [], "AddPaymentInfo": [], "Purchase": purchase});
    let heard = [cart("sh-1"), checkout(), at_checkout("payment_info_submitted", "token")];
    let mut world = World::new();
    world.settings["events"] = off(json!(["server"]));
    let (mut tab, _) = world.begun(YES);
    let plans: Vec<Plan> = heard.iter().map(|event| world.heard(&mut tab, event)).collect();
    let receipts: Vec<Value> = plans.iter().flat_map(sends).map(|(_, body)| body).collect();
    assert_eq!(receipts.len(), 2, "one for the cart, one for the checkout");
    assert!(
        receipts
            .iter()
            .all(|receipt| receipt["events"] == json!([]) && receipt["cart"].is_string())
    );
    assert!(receipts[0]["checkout"].is_null() && receipts[1]["checkout"].is_string());
    assert!(
        plans.iter().all(|plan| !words(plan).contains(&"load".to_owned())),
        "nothing for TikTok's pixel"
    );
    // Nor for what the browser fires.
    let mut world = World::new();
    world.settings["events"] = json!({"AddToCart": ["browser"], "InitiateCheckout": ["browser"],
        "AddPaymentInfo": ["browser"], "Purchase": ["browser"]});
    let (mut tab, _) = world.begun(YES);
    assert!(heard.iter().all(|event| sends(&world.heard(&mut tab, event)).is_empty()));
    for nobody_asks in [json!(["browser"]), json!([])] {
        let mut world = World::new();
        world.settings["events"] = off(nobody_asks);
        let (mut tab, _) = world.begun(YES);
        heard.iter().for_each(|event| nothing(&world.heard(&mut tab, event)));
    }
}

#[test]
fn the_outbox_holds_twenty_beacons() {
    let mut world = World::new();
    let (mut tab, _) = world.begun(YES);
    for n in 0..25 {
        world.now = Timestamp(START.0 + n);
        world.heard(&mut tab, &cart(&format!("sh-{n}")));
    }
    assert_eq!(world.device.storage["assent.outbox"].lines().count(), 20);
    let (mut later, plan) = world.begun(YES);
    let mut events = sent(&plan);
    while !later.under_way.is_empty() {
        events.extend(sent(&world.answered(&mut later, ACCEPTED)));
    }
    assert_eq!(events.len(), 20);
    assert_eq!(events[0]["shopify_event_id"], "sh-5", "the oldest made room");
}

#[test]
fn the_outbox_holds_a_quarter_of_a_megabyte() {
    let mut world = World::new();
    let (mut tab, _) = world.begun(YES);
    for n in 0..15 {
        let mut big = at_checkout("checkout_started", &format!("token-{n}"));
        let line = big["data"]["checkout"]["lineItems"][0].clone();
        big["data"]["checkout"]["lineItems"] = Value::Array(vec![line; 300]);
        world.heard(&mut tab, &big);
    }
    let bodies: Vec<&str> = world.device.storage["assent.outbox"]
        .lines()
        .map(|line| line.splitn(4, ' ').nth(3).unwrap())
        .collect();
    let bytes: usize = bodies.iter().map(|body| body.len()).sum();
    assert!(bytes <= 256 * 1024 && bytes > 200 * 1024, "{bytes} bytes in {} beacons", bodies.len());
    let last: Value = serde_json::from_str(bodies[bodies.len() - 1]).unwrap();
    let newest = crate::ids::checkout_anchor(&"acme.myshopify.com".parse().unwrap(), "token-14");
    assert_eq!(last["checkout"], newest.as_str(), "the oldest made room");
}

#[test]
fn what_the_endpoint_refuses_for_good_is_told_to_the_debug_console() {
    let told = |answer| {
        let mut world = World::new();
        let (mut tab, _) = world.begun(YES);
        world.heard(&mut tab, &checkout());
        let plan = world.answered(&mut tab, answer);
        plan.said.iter().map(|line| [&line.event, ": ", line.done].concat()).collect::<Vec<_>>()
    };
    for status in [403, 404, 413] {
        assert_eq!(
            told(EndpointAnswer::Refused(status)),
            [format!("HTTP {status}: refused by the endpoint, and not sent again")]
        );
    }
    for answer in [ACCEPTED, EndpointAnswer::Later(None), EndpointAnswer::Lost] {
        assert!(told(answer).is_empty(), "{answer:?}");
    }
}
