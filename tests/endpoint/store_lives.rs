//! The four lives of rows, with time in the test's hand.

use std::sync::Arc;

use assent_endpoint::calendar::Days;
use assent_endpoint::rules::addresses::Doubt;
use assent_endpoint::rules::answer::{Answer, Reply};
use assent_endpoint::rules::debt::End;
use assent_endpoint::rules::order::Topic;
use assent_endpoint::rules::refused::Refused;
use assent_endpoint::store::read::Reader;
use assent_endpoint::store::{Outcome, Taken, Whom};
use assent_gate::time::Timestamp;
use serde_json::Value;

use crate::bench::{Bench, DAY, DELIVERED, HOUR, START, fired};
use crate::support::beacon::{add_to_cart, anchor, hash, purchase};

#[tokio::test]
async fn what_waits_expires_exactly_at_its_horizon() {
    for (event, life) in [(fired(add_to_cart("sh-1")), 47 * HOUR), (add_to_cart("sh-1"), 7 * DAY)] {
        let bench = Bench::new("");
        bench.accept(&event, START).await;
        bench.sweep(START.plus(life - 1)).await;
        assert_eq!(bench.state(&event), "due");
        bench.sweep(START.plus(life)).await;
        assert_eq!(bench.state(&event), "expired");
        assert_eq!(
            bench.count("event WHERE payload IS NOT NULL"),
            0,
            "the personal part outlived its end"
        );
    }
}

/// What is counted for the operator: 24 hours, and 90 days.
#[tokio::test]
async fn counts_of_addresses_and_refusals_have_their_own_lives() {
    let bench = Bench::new("");
    let read = || Reader::open(bench.place()).expect("a store");
    // The bench's events all have one address.
    for n in 0..19 {
        bench.accept(&add_to_cart(&format!("sh-{n}")), START).await;
    }
    let doubts = |now: Timestamp| read().address_doubts(now).expect("it can be read");
    assert_eq!(doubts(START), []);
    bench.accept(&add_to_cart("sh-19"), START.plus(HOUR)).await;
    bench.accept(&add_to_cart("sh-19"), START.plus(HOUR)).await; // a duplicate
    let doubt = doubts(START.plus(HOUR)).pop().expect("a doubt");
    assert_eq!((doubt.cause, doubt.events, doubt.of_them), (Doubt::One, 20, 20));
    assert_eq!(doubts(START.plus(23 * HOUR)).len(), 1);
    assert_eq!(doubts(START.plus(24 * HOUR)), [], "too few of the last 24 hours");
    bench.sweep(START.plus(27 * HOUR)).await;
    assert_eq!(bench.count("address_share"), 0);

    let refused = vec![(bench.shop.settings.shop.clone(), Refused::WrongSignature, 3)];
    for now in [START, START.plus(1), START.plus(DAY)] {
        bench.store.note_refusals(refused.clone(), now).await.expect("it is counted");
    }
    let days = || read().refusals(Days::ALL).expect("it can be read");
    let counts: Vec<_> = days().iter().map(|day| (day.n, day.last_at)).collect();
    assert_eq!(counts, [(6, START.0 + 1), (3, START.0 + DAY)]);
    // A clock that is set back makes none the last that was not.
    bench.store.note_refusals(refused.clone(), START.plus(-60)).await.expect("it is counted");
    let counts: Vec<_> = days().iter().map(|day| (day.n, day.last_at)).collect();
    assert_eq!(counts, [(9, START.0 + 1), (3, START.0 + DAY)]);
    bench.sweep(START.plus(91 * DAY)).await;
    assert_eq!(days().len(), 1);
}

#[tokio::test]
async fn nothing_is_claimed_past_its_horizon_even_if_nobody_swept() {
    let bench = Bench::new("");
    let event = fired(add_to_cart("sh-1"));
    bench.accept(&event, START).await;
    assert_eq!(bench.deliver(&DELIVERED, START.plus(47 * HOUR)).await, 0);
    assert_eq!(bench.state(&event), "expired");
}

#[tokio::test]
async fn a_duplicate_that_says_fired_tightens_the_horizon() {
    let bench = Bench::new("");
    let event = add_to_cart("sh-1");
    assert_eq!(bench.accept(&event, START).await, Taken::Stored { accepted: 1, duplicate: 0 });
    assert_eq!(
        bench.accept(&fired(event.clone()), START).await,
        Taken::Stored { accepted: 0, duplicate: 1 }
    );
    bench.sweep(START.plus(47 * HOUR)).await;
    assert_eq!(bench.state(&event), "expired");
}

/// A Purchase made from its order has the order's time: TikTok's hours run from the browser's.
#[tokio::test]
async fn a_browser_that_fired_before_its_order_was_made_tightens_the_horizon_from_then() {
    let bench = Bench::new("");
    let event = purchase("t1");
    bench.leave(&event, START).await;
    let made = START.plus(10 * HOUR);
    assert_eq!(bench.order(&event, made).await, Outcome::Recovered);
    bench.accept(&fired(event.clone()), made).await;
    bench.sweep(START.plus(47 * HOUR - 1)).await;
    assert_eq!(bench.state(&event), "due");
    bench.sweep(START.plus(47 * HOUR)).await;
    assert_eq!(bench.state(&event), "expired");
}

#[tokio::test]
async fn a_failed_attempt_tightens_the_horizon_and_a_throttled_one_does_not() {
    for (answer, state) in [
        (Answer::Failed { code: 50000 }, "expired"),
        (Answer::Unreadable { status: 502, retry_after: None }, "expired"),
        (Answer::Misconfigured { code: None, status: 404 }, "expired"),
        (Answer::Misconfigured { code: None, status: 0 }, "due"),
        (Answer::Misconfigured { code: Some(40105), status: 200 }, "due"),
        (Answer::Throttled { code: 40100, retry_after: None }, "due"),
        (Answer::Unreached, "due"),
    ] {
        let bench = Bench::new("");
        let event = add_to_cart("sh-1");
        bench.accept(&event, START).await;
        assert_eq!(bench.deliver(&Reply { answer, request_id: None }, START).await, 1);
        bench.sweep(START.plus(47 * HOUR)).await;
        assert_eq!(bench.state(&event), state, "{answer:?}");
    }
}

#[tokio::test]
async fn a_held_purchase_is_released_or_parked_when_its_hold_ends() {
    for (unconfirmed, sent, state) in [("send", 1, "delivered"), ("drop", 0, "held")] {
        let bench = Bench::new(&format!("hold_seconds = 240\nunconfirmed = \"{unconfirmed}\""));
        let event = purchase("t1");
        bench.accept(&event, START).await;
        assert_eq!(bench.deliver(&DELIVERED, START.plus(239)).await, 0);
        assert_eq!(bench.state(&event), "held");
        assert_eq!(bench.deliver(&DELIVERED, START.plus(240)).await, sent);
        assert_eq!(bench.state(&event), state);
        bench.sweep(START.plus(7 * DAY)).await;
        let end = if unconfirmed == "drop" { "unconfirmed" } else { "delivered" };
        assert_eq!(bench.state(&event), end);
    }
}

/// The order comes when the clock has been set back: it releases the Purchase at once, and what TikTok
/// gets is never later than now, and the same at every attempt.
#[tokio::test]
async fn an_event_is_never_sent_as_of_later_than_now() {
    let bench = Bench::new("hold_seconds = 240");
    let event = purchase("t1");
    bench.accept(&event, START).await;
    let earlier = START.plus(-HOUR);
    bench.order(&event, earlier).await;
    let claim = bench.store.claim(&bench.shop, 50, earlier).await.expect("a claim");
    for now in [earlier, earlier.plus(1), START.plus(1)] {
        let owed = bench.store.renew(&bench.shop, claim.ids(), now).await.expect("an answer");
        let times: Vec<_> = owed.iter().map(|owed| owed.event.event_time).collect();
        assert_eq!(times, [earlier], "at {now:?}");
    }
    assert_eq!(bench.count(&format!("event WHERE event_time = {}", earlier.0)), 1);
}

#[tokio::test]
async fn the_hold_of_a_late_beacon_counts_from_the_time_of_the_event() {
    let bench = Bench::new("hold_seconds = 240");
    bench.accept(&purchase("t1"), START.plus(HOUR)).await;
    assert_eq!(bench.deliver(&DELIVERED, START.plus(HOUR)).await, 1);
}

#[tokio::test]
async fn a_send_that_a_crash_interrupted_is_due_again_and_may_have_a_copy() {
    let bench = Bench::new("");
    let event = add_to_cart("sh-1");
    bench.accept(&event, START).await;
    let claim = bench.store.claim(&bench.shop, 50, START).await.expect("a claim");
    assert_eq!(claim.ids().len(), 1);
    assert_eq!(
        bench.deliver(&DELIVERED, START).await,
        0,
        "what is on its way is not claimed again"
    );
    drop(claim);
    let bench = bench.reopened(START.plus(60));
    assert_eq!(bench.state(&event), "due");
    assert_eq!(
        bench.deliver(&Reply { answer: Answer::Unreached, request_id: None }, START.plus(60)).await,
        1
    );
    bench.sweep(START.plus(47 * HOUR)).await;
    assert_eq!(bench.state(&event), "expired", "the interrupted send may have arrived");
}

/// As after a crash, but while the server runs on: it must not wait for a restart.
#[tokio::test]
async fn a_send_that_breaks_off_is_due_again_after_a_wait() {
    let bench = Bench::new("");
    let (event, settled) = (add_to_cart("sh-1"), add_to_cart("sh-2"));
    bench.accept(&settled, START).await;
    let before = bench.store.claim(&bench.shop, 50, START).await.expect("a claim");
    bench
        .store
        .settle(&bench.shop.settings.shop, &before.ids(), &DELIVERED, START)
        .await
        .expect("it is settled");
    bench.accept(&event, START).await;
    let claim = bench.store.claim(&bench.shop, 50, START).await.expect("a claim");
    let ids = [before.ids(), claim.ids()].concat();
    bench.store.interrupted(&bench.shop.settings.shop, ids, START).await.expect("it is written");
    assert_eq!(
        (bench.state(&settled).as_str(), bench.state(&event).as_str()),
        ("delivered", "due")
    );
    assert_eq!(
        bench.deliver(&DELIVERED, START).await,
        0,
        "not at once: what broke it off may be of the event"
    );
    assert_eq!(
        bench.deliver(&Reply { answer: Answer::Unreached, request_id: None }, START.plus(60)).await,
        1
    );
    bench.sweep(START.plus(47 * HOUR)).await;
    assert_eq!(bench.state(&event), "expired", "the send may have arrived");
}

/// However long a claimed event waits for its turn: the last question before it leaves is about
/// consent. What was under way when the shopper said no, and was said yes to again before the
/// answer came. A later yes brings it back, but not the time in which a second copy could be told
/// from the first. A withdrawal between two grants ends what rests on the first only. The same
/// checkout on another device, or after a no and another yes: what leaves is of the visitor whose
/// grant it rests on, and nothing of the other's is left in it for a no to miss.
#[tokio::test]
async fn a_purchase_that_ends_as_it_arrives_takes_its_context_along() {
    let (cart, bench) = ("c".repeat(64), Bench::new(""));
    bench.accept_on(&add_to_cart("sh-1"), START, Some(&cart), START).await;
    assert_eq!(bench.count("context"), 1);
    let mut event = purchase("t1");
    event["checkout"] = Value::Null;
    event["event_id"] = crate::support::beacon::id("Purchase", "sh-t1").into();
    bench.accept_on(&event, START, Some(&cart), START).await;
    assert_eq!((bench.state(&event).as_str(), bench.count("context")), ("no_checkout_anchor", 0));
}

#[tokio::test]
async fn a_row_that_cannot_be_read_ends_alone() {
    for (damage, end) in [
        ("UPDATE receipt SET evidence = '{\"decision\":\"jane@example.com\"}'", "withdrawn"),
        ("UPDATE event SET receipt = -1", "withdrawn"),
        ("UPDATE event SET payload = '{}'", "erased"),
        ("UPDATE event SET state = 'due?'", "erased"),
        ("UPDATE event SET visitor = x'00'", "erased"),
        ("UPDATE event SET customer = x'00'", "erased"),
        ("UPDATE event SET event_time = -9e18, attempts = -1", "erased"),
    ] {
        let bench = Bench::new("");
        let (damaged, whole) = (add_to_cart("sh-1"), purchase("t1"));
        bench.accept(&damaged, START).await;
        bench.damage(damage);
        bench.accept(&whole, START).await;
        assert_eq!(bench.deliver(&DELIVERED, START.plus(HOUR)).await, 1, "{damage}");
        assert_eq!(
            (bench.state(&damaged).as_str(), bench.state(&whole).as_str()),
            (end, "delivered"),
            "{damage}"
        );
        let story = serde_json::to_string(&bench.story(&damaged)).expect("JSON");
        assert!(!story.contains("jane@example.com"), "{story}");
    }
    // Between the claim and the send, too.
    let bench = Bench::new("");
    let event = add_to_cart("sh-1");
    bench.accept(&event, START).await;
    let claim = bench.store.claim(&bench.shop, 50, START).await.expect("a claim");
    bench.damage("UPDATE receipt SET evidence = '[]'");
    assert_eq!(bench.renew(&claim.ids(), START).await, 0);
    assert_eq!(bench.state(&event), "withdrawn");
}

#[tokio::test]
async fn what_was_acknowledged_is_never_claimed_again() {
    let bench = Bench::new("");
    let event = add_to_cart("sh-1");
    bench.accept(&event, START).await;
    assert_eq!(bench.deliver(&DELIVERED, START).await, 1);
    let bench = bench.reopened(START.plus(60));
    assert_eq!(bench.deliver(&DELIVERED, START.plus(HOUR)).await, 0);
    assert_eq!(
        bench.accept(&event, START.plus(6 * DAY)).await,
        Taken::Stored { accepted: 0, duplicate: 1 }
    );
    assert_eq!(bench.deliver(&DELIVERED, START.plus(6 * DAY)).await, 0);
}

#[tokio::test]
async fn a_context_lives_until_its_purchase_settles_and_48_hours_at_most() {
    let bench = Bench::new("confirm = \"beacon\"");
    let mut started = purchase("t1");
    started["name"] = "InitiateCheckout".into();
    started["event_id"] = crate::support::beacon::id("InitiateCheckout", &anchor("t1")).into();
    bench.accept(&started, START).await;
    assert_eq!(bench.deliver(&DELIVERED, START).await, 1);
    assert_eq!(bench.count("context"), 1, "an order may still follow");
    bench.sweep(START.plus(48 * HOUR)).await;
    assert_eq!(bench.count("context"), 1);
    bench.sweep(START.plus(48 * HOUR + 1)).await;
    assert_eq!(bench.count("context"), 0);

    let bench = Bench::new("confirm = \"beacon\"");
    bench.accept(&started, START).await;
    bench.accept(&purchase("t1"), START).await;
    assert_eq!(bench.count("context"), 1);
    assert_eq!(bench.deliver(&DELIVERED, START).await, 2);
    assert_eq!(bench.count("context"), 0, "its Purchase has settled");
    bench.accept(&purchase("t1"), START).await;
    assert_eq!(bench.count("context"), 0, "a duplicate brings it back");
}

/// Damage, or a release that knows another end: it must keep nothing of anybody else's alive.
#[tokio::test]
async fn a_row_with_a_word_that_this_release_does_not_know_is_swept_and_counted_like_the_others() {
    let bench = Bench::new("");
    let (odd, whole) = (purchase("t1"), add_to_cart("sh-1"));
    bench.accept(&odd, START).await;
    bench.accept(&whole, START).await;
    bench.deliver(&DELIVERED, START.plus(HOUR)).await;
    assert_eq!(bench.order(&odd, START.plus(HOUR)).await, Outcome::Noted);
    bench.damage("UPDATE event SET state = 'bounced' WHERE name = 'Purchase'");
    bench.damage("UPDATE order_fact SET state = 'bounced'");
    assert_eq!(bench.order(&odd, START.plus(HOUR)).await, Outcome::Noted);
    assert_eq!(
        bench.accept(&odd, START.plus(HOUR)).await,
        Taken::Stored { accepted: 0, duplicate: 1 }
    );
    bench.sweep(START.plus(40 * DAY)).await;
    assert_eq!(
        (bench.count("event"), bench.count("order_fact"), bench.count("context")),
        (0, 0, 0)
    );
    let counted = serde_json::to_string(&bench.days()).expect("JSON");
    assert!(counted.contains("\"bounced\":1") && counted.contains("\"delivered\":1"), "{counted}");
}

#[tokio::test]
async fn a_bare_row_lives_seven_days_and_is_counted_for_ever_after() {
    let bench = Bench::new("");
    let event = add_to_cart("sh-1");
    bench.accept(&event, START).await;
    bench.deliver(&DELIVERED, START).await;
    let before = serde_json::to_value(bench.days()).expect("JSON");
    assert_eq!((&before[0]["day"], &before[0]["delivered"]), (&"2026-03-02".into(), &1.into()));
    bench.sweep(START.plus(7 * DAY)).await;
    assert_eq!(bench.state(&event), "delivered");
    bench.sweep(START.plus(7 * DAY + 1)).await;
    assert_eq!((bench.state(&event).as_str(), bench.count("link WHERE kind = 1")), ("gone", 0));
    assert_eq!(serde_json::to_value(bench.days()).expect("JSON"), before);
}

#[tokio::test]
async fn what_was_told_of_an_order_lives_seven_days_and_is_counted_for_ever_after() {
    let bench = Bench::new("");
    assert_eq!(bench.order(&purchase("t1"), START).await, Outcome::Ended(End::NoConsentOnRecord));
    let before = serde_json::to_value(bench.orders()).expect("JSON");
    assert_eq!(
        (&before[0]["orders"], &before[0]["ended"]["no_consent_on_record"]),
        (&1.into(), &1.into())
    );
    bench.sweep(START.plus(7 * DAY)).await;
    assert_eq!(bench.count("order_fact"), 1);
    bench.sweep(START.plus(7 * DAY + 1)).await;
    assert_eq!(bench.count("order_fact"), 0);
    assert_eq!(serde_json::to_value(bench.orders()).expect("JSON"), before);
    // Paid at last, or cancelled: it has been counted.
    for topic in [Topic::Paid, Topic::Cancelled] {
        let late = START.plus(8 * DAY);
        assert_eq!(bench.told(topic, &purchase("t1"), START, late).await, Outcome::Noted);
    }
    assert_eq!(serde_json::to_value(bench.orders()).expect("JSON"), before);
}

#[tokio::test]
async fn an_order_that_nobody_paid_does_not_wait_for_ever() {
    let bench = Bench::new("confirm_on = \"paid\"");
    assert_eq!(bench.order(&purchase("t1"), START).await, Outcome::Waits);
    bench.sweep(START.plus(7 * DAY + 1)).await;
    let after = serde_json::to_value(bench.orders()).expect("JSON");
    assert_eq!((&after[0]["waiting"], &after[0]["ended"]["unconfirmed"]), (&0.into(), &1.into()));
}

/// The Purchase's row goes seven days after its end, which may be before its order's.
#[tokio::test]
async fn an_order_knows_what_became_of_its_purchase_when_that_is_gone() {
    let bench = Bench::new("hold_seconds = 0");
    let event = purchase("t1");
    bench.accept(&event, START).await;
    assert_eq!(bench.deliver(&DELIVERED, START).await, 1);
    assert_eq!(bench.order(&event, START.plus(HOUR)).await, Outcome::Noted);
    let before = serde_json::to_value(bench.orders()).expect("JSON");
    assert_eq!((&before[0]["delivered"], &before[0]["late"]), (&1.into(), &1.into()));
    for age in [7 * DAY + 1, 7 * DAY + HOUR + 1] {
        bench.sweep(START.plus(age)).await;
        assert_eq!(
            (bench.state(&event).as_str(), bench.count("event")),
            (if age < 7 * DAY + HOUR { "delivered" } else { "gone" }, 0),
        );
        let cancelled =
            bench.told(Topic::Cancelled, &event, START.plus(HOUR), START.plus(age + 1)).await;
        assert!(
            matches!(cancelled, Outcome::Ended(End::Cancelled) | Outcome::Noted),
            "{cancelled:?}"
        );
        assert_eq!(serde_json::to_value(bench.orders()).expect("JSON"), before);
    }
}

#[tokio::test]
async fn a_receipt_lives_as_long_as_the_shop_says() {
    let bench = Bench::new("");
    bench.accept(&add_to_cart("sh-1"), START).await;
    bench.run_for_a_week(START.plus(35 * 31 * DAY)).await;
    assert_eq!(bench.count("receipt"), 1);
    bench.run_for_a_week(START.plus(37 * 31 * DAY)).await;
    assert_eq!(bench.count("receipt"), 0);
}

/// Ten years, as by a broken battery. Nothing would bring back what is kept for years.
#[tokio::test]
async fn a_clock_that_jumps_ahead_ends_no_receipt_and_no_withdrawal() {
    let bench = Bench::new("");
    bench.accept(&add_to_cart("sh-1"), START).await;
    bench.withdraw(START.plus(1)).await;
    let kept = || (bench.count("receipt"), bench.count("withdrawal"));
    bench.sweep(START.plus(HOUR)).await;
    let before = kept();
    assert!(before.0 > 0 && before.1 > 0);
    let far = START.plus(3650 * DAY);
    for hours in 0..6 * 24 {
        bench.sweep(far.plus(hours * HOUR)).await;
    }
    assert_eq!(kept(), before, "it has not lasted");
    // Set right, and wrong again: what lasted before does not count.
    bench.sweep(START.plus(7 * DAY)).await;
    for hours in 0..6 * 24 {
        bench.sweep(far.plus(hours * HOUR)).await;
    }
    assert_eq!(kept(), before);
    // Also over a new start.
    let bench = bench.reopened(far.plus(6 * DAY));
    bench.sweep(far.plus(6 * DAY)).await;
    assert_eq!(bench.count("receipt"), before.0);
    bench.run_for_a_week(far.plus(14 * DAY)).await;
    assert_eq!((bench.count("receipt"), bench.count("withdrawal")), (0, 0), "it was right");
}

/// However far a send has come when the customer asks: it is the last, and nothing brings the event
/// back. Without visitor, checkout and cart, equal evidence of several people is one receipt.
#[tokio::test]
async fn what_has_gone_gives_its_place_back_to_the_disk() {
    only_sqlite!();
    let bench = Bench::new("");
    let pragma = |name: &str| bench.rows().number(&format!("PRAGMA {name}"));
    bench.damage(
        "WITH RECURSIVE n(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM n WHERE n < 400)
         INSERT INTO context (shop, granted_at, last_at, payload)
         SELECT 'acme.myshopify.com', 0, 0, hex(zeroblob(1500)) FROM n", // most of a page each
    );
    let pages = pragma("page_count");
    bench.sweep(START).await;
    let (left, free) = (pragma("page_count"), pragma("freelist_count"));
    assert!(
        free > 100,
        "the test's own assumption: hundreds of pages have become free, not {free}"
    );
    assert!(left <= pages - 64, "{left} pages, {pages} before");
}

#[tokio::test]
async fn many_at_once_share_a_commit_and_each_is_answered() {
    let bench = Arc::new(Bench::new(""));
    let mut tasks = tokio::task::JoinSet::new();
    for n in 0..200 {
        let bench = bench.clone();
        tasks.spawn(
            async move { bench.accept(&add_to_cart(&format!("sh-{}", n % 100)), START).await },
        );
    }
    let (mut accepted, mut duplicate) = (0, 0);
    while let Some(done) = tasks.join_next().await {
        match done.expect("no panic") {
            Taken::Stored { accepted: a, duplicate: d } => {
                (accepted, duplicate) = (accepted + a, duplicate + d);
            }
            Taken::Withdrawn => panic!("nobody withdrew"),
        }
    }
    assert_eq!((accepted, duplicate), (100, 100));
    assert_eq!((bench.count("event"), bench.count("receipt")), (100, 1));
}

/// A page that is still open after the customer was forgotten brings nothing of theirs back.
#[tokio::test]
async fn no_context_comes_back_to_a_checkout_whose_purchase_was_erased() {
    let cart = "c".repeat(64);
    for with_cart in [None, Some(cart.as_str())] {
        let bench = Bench::new("");
        bench.accept_on(&purchase("t1"), START, with_cart, START).await;
        bench.erase(Whom::Visitor(hash("visitor").parse().expect("a hash")), START).await;
        let mut later = purchase("t1");
        later["name"] = "InitiateCheckout".into();
        later["event_id"] = crate::support::beacon::id("InitiateCheckout", &anchor("t1")).into();
        bench.accept_on(&later, START.plus(5), with_cart, START.plus(5)).await;
        bench.leave(&purchase("t1"), START.plus(6)).await;
        assert_eq!(bench.count("context"), 0, "of its checkout");
    }
}
