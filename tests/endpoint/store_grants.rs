//! What waits in the store rests on a grant: a no, a later yes and an erasure reach it, with time
//! in the test's hand.

use assent_endpoint::rules::answer::{Answer, Reply};
use assent_endpoint::store::{Erased, Taken, Whom};
use assent_gate::beacon::WireEvent;
use serde_json::{Value, json};

use crate::bench::{Bench, DAY, DELIVERED, HOUR, START, fired, shop};
use crate::support::beacon::{add_to_cart, anchor, hash, purchase};

/// The same event, as another visitor's browser tells it.
fn by(event: &Value, visitor: &str) -> Value {
    let mut event = event.clone();
    event["user"]["external_id"] = hash(visitor).into();
    event
}

#[tokio::test]
async fn what_was_claimed_before_a_withdrawal_gets_no_leave_after_it() {
    let bench = Bench::new("");
    let (first, second) = (add_to_cart("sh-1"), add_to_cart("sh-2"));
    bench.accept(&first, START).await;
    let claim = bench.store.claim(&bench.shop, 50, START).await.expect("a claim");
    assert_eq!(bench.renew(&claim.ids(), START).await, 1);
    bench.withdraw(START).await;
    assert_eq!(bench.renew(&claim.ids(), START).await, 0);
    assert_eq!(bench.state(&first), "withdrawn");
    // Nor after its horizon.
    let bench = Bench::new("");
    bench.accept(&fired(second.clone()), START).await;
    let claim = bench.store.claim(&bench.shop, 50, START).await.expect("a claim");
    assert_eq!(bench.renew(&claim.ids(), START.plus(47 * HOUR)).await, 0);
    assert_eq!(bench.state(&second), "expired");
}

#[tokio::test]
async fn a_duplicate_under_a_later_grant_brings_an_emptied_row_back() {
    for crash in [false, true] {
        let mut bench = Bench::new("");
        let event = add_to_cart("sh-1");
        bench.accept(&event, START).await;
        let claim = bench.store.claim(&bench.shop, 50, START).await.expect("a claim");
        bench.withdraw(START.plus(10)).await;
        assert_eq!(bench.count("event WHERE payload IS NULL"), 1);
        // The same evidence again does not, whoever brings it.
        assert_eq!(bench.accept(&event, START.plus(11)).await, Taken::Withdrawn);
        let duplicate = Taken::Stored { accepted: 0, duplicate: 1 };
        let again = by(&event, "visitor after the no");
        assert_eq!(bench.accept_on(&again, START.plus(11), None, START.plus(11)).await, duplicate);
        if crash {
            bench = bench.reopened(START.plus(20));
        } else {
            assert_eq!(bench.renew(&claim.ids(), START.plus(20)).await, 1, "and so does a split");
            let lost = Reply { answer: Answer::Unreached, request_id: None };
            bench
                .store
                .settle(&bench.shop.settings.shop, &claim.ids(), &lost, START.plus(20))
                .await
                .expect("it is settled");
        }
        let claim = bench.store.claim(&bench.shop, 50, START.plus(HOUR)).await.expect("a claim");
        let owed =
            bench.store.renew(&bench.shop, claim.ids(), START.plus(HOUR)).await.expect("an answer");
        assert_eq!(owed.len(), 1, "crash: {crash}");
        assert_eq!(owed[0].event.event_time, START, "the first accepted time stands");
        bench
            .store
            .settle(&bench.shop.settings.shop, &claim.ids(), &DELIVERED, START.plus(HOUR))
            .await
            .expect("it is settled");
        assert_eq!(bench.state(&event), "delivered");
    }
}

#[tokio::test]
async fn a_withdrawn_send_that_a_crash_interrupted_may_have_a_copy() {
    let bench = Bench::new("");
    let event = add_to_cart("sh-1");
    bench.accept(&event, START).await;
    bench.store.claim(&bench.shop, 50, START).await.expect("a claim");
    bench.withdraw(START.plus(10)).await;
    let bench = bench.reopened(START.plus(20));
    assert_eq!(bench.state(&event), "withdrawn");
    let again = by(&event, "visitor after the no");
    bench.accept_on(&again, START.plus(30), None, START.plus(30)).await;
    assert_eq!(bench.state(&event), "due");
    bench.sweep(START.plus(47 * HOUR)).await;
    assert_eq!(bench.state(&event), "expired", "the interrupted send may have arrived");
}

#[tokio::test]
async fn what_waits_rests_on_its_latest_grant() {
    let bench = Bench::new("");
    let event = purchase("t1");
    bench.accept(&event, START).await;
    let again = by(&event, "another");
    bench.accept_on(&again, START.plus(30), None, START.plus(30)).await;
    bench.withdraw(START.plus(10)).await; // arrives late, and is not of whom it rests on
    assert_eq!(bench.state(&event), "held");
    bench.withdraw_as("another", START.plus(30)).await;
    assert_eq!(bench.state(&event), "withdrawn");
}

/// After a no the device is another visitor: nothing of the old one can be a later yes, whatever its
/// clock says and whenever the no arrives.
#[tokio::test]
async fn a_visitors_no_covers_all_of_that_visitor_whatever_any_clock_says() {
    for (read, said) in [(0, -HOUR), (0, HOUR), (HOUR, -DAY)] {
        let bench = Bench::new("");
        let event = purchase("t1");
        bench.accept_on(&event, START.plus(read.min(0)), None, START).await;
        // The clock was set between the yes and the no.
        bench.withdraw(START.plus(said)).await;
        assert_eq!(bench.state(&event), "withdrawn", "{read} {said}");
        assert_eq!(bench.count("context"), 0);
        let later = START.plus(2 * DAY);
        assert_eq!(bench.accept_on(&event, later, None, later).await, Taken::Withdrawn);
    }
}

#[tokio::test]
async fn what_waits_holds_nothing_of_the_visitor_of_an_earlier_grant() {
    let bench = Bench::new("");
    let event = purchase("t1");
    let mut others = event.clone();
    others["user"] = json!({"external_id": hash("another"), "email": hash("john@example.com")});
    bench.accept(&event, START).await;
    bench.accept_on(&others, START.plus(50), None, START.plus(50)).await;
    bench.withdraw(START.plus(20)).await; // the first visitor's no, under way since before the other's yes

    let claim = bench.store.claim(&bench.shop, 50, START.plus(HOUR)).await.expect("a claim");
    let owed = bench.store.renew(&bench.shop, claim.ids(), START.plus(HOUR)).await.expect("leave");
    let [owed] = owed.as_slice() else { panic!("the other's grant gives leave: {}", owed.len()) };
    let WireEvent { user, event_time, .. } = &owed.event;
    assert_eq!(user.external_id, hash("another").parse().ok());
    assert_eq!(user.email, hash("john@example.com").parse().ok());
    assert_eq!((&user.phone, &user.ttclid), (&None, &None));
    assert_eq!(*event_time, START, "the first accepted time stands");

    // It is one order of both: whoever of them is to be forgotten, it is not sent again.
    let phone = Whom::Contact(hash("+12133734253").parse().expect("a hash"));
    assert_eq!(bench.erase(phone, START.plus(HOUR)).await.undelivered, 1);
}

#[tokio::test]
async fn consent_is_asked_again_before_each_send() {
    let mut bench = Bench::new("");
    let event = add_to_cart("sh-1");
    bench.accept(&event, START).await;
    // The shop now asks for a record that this evidence does not have.
    bench.shop = shop("", "bridge");
    assert_eq!(bench.deliver(&DELIVERED, START).await, 0);
    let story = bench.story(&event).expect("it is known");
    assert_eq!(story.state, "withdrawn");
    assert!(story.reason.contains("settings"), "{}", story.reason);
}

#[tokio::test]
async fn what_was_claimed_before_an_erasure_gets_no_leave_and_stays_erased() {
    let bench = Bench::new("");
    let event = add_to_cart("sh-1");
    bench.accept(&event, START).await;
    let claim = bench.store.claim(&bench.shop, 50, START).await.expect("a claim");
    let visitor = || Whom::Visitor(hash("visitor").parse().expect("a hash"));
    assert_eq!(bench.erase(visitor(), START).await.undelivered, 1);
    assert_eq!(bench.renew(&claim.ids(), START).await, 0);
    bench
        .store
        .settle(&bench.shop.settings.shop, &claim.ids(), &DELIVERED, START)
        .await
        .expect("it is settled");
    assert_eq!(bench.state(&event), "erased");
    let duplicate = Taken::Stored { accepted: 0, duplicate: 1 };
    assert_eq!(bench.accept_on(&event, START.plus(9), None, START.plus(9)).await, duplicate);
    assert_eq!((bench.count("receipt WHERE visitor IS NOT NULL"), bench.count("receipt")), (0, 1));
    let bench = bench.reopened(START.plus(60));
    assert_eq!(bench.deliver(&DELIVERED, START.plus(HOUR)).await, 0);
    assert_eq!(bench.erase(visitor(), START.plus(HOUR)).await, Erased::default());
    assert_eq!(bench.state(&event), "erased");
}

#[tokio::test]
async fn an_erasure_reaches_all_that_was_done_with_the_browsers_of_the_customer_and_no_further() {
    let bench = Bench::new("");
    let by = |token: &str, visitor: &str| {
        let mut event = purchase(token);
        event["user"]["external_id"] = hash(visitor).into();
        event["properties"]["order_id"] = format!("order of {token}").into();
        event
    };
    // The order's browser has another checkout, and that one was finished on a telephone, which has
    // one of its own.
    let mine = [by("t1", "laptop"), by("t2", "laptop")];
    let mut finished = add_to_cart("sh-1");
    finished["checkout"] = anchor("t2").into();
    finished["user"]["external_id"] = hash("telephone").into();
    let others = [by("t3", "telephone"), by("t4", "somebody else's")];
    for event in mine.iter().chain([&finished]).chain(&others) {
        bench.accept(event, START).await;
    }
    assert_eq!(bench.count("context"), 5, "each visitor's own");
    bench.erase(Whom::Order("order of t1".to_owned()), START).await;
    for event in mine.iter().chain([&finished]) {
        assert_eq!(bench.state(event), "erased");
    }
    for event in &others {
        assert_eq!(bench.state(event), "held");
    }
    assert_eq!(bench.count("context"), 2);
    assert_eq!(
        bench.count(
            "event WHERE checkout IS NOT NULL OR visitor IS NOT NULL OR order_id IS NOT NULL"
        ),
        2
    );
    // Named itself, it is reached.
    bench.erase(Whom::Checkout(anchor("t3").parse().expect("an anchor")), START).await;
    assert_eq!(
        (bench.state(&others[0]).as_str(), bench.state(&others[1]).as_str()),
        ("erased", "held")
    );
}

#[tokio::test]
async fn a_receipt_that_others_rest_on_stays_whole() {
    let bench = Bench::new("");
    let of = |shopify_id: &str, email: &str| {
        let mut event = add_to_cart(shopify_id);
        event["user"] = serde_json::json!({"email": hash(email)});
        event
    };
    let (jane, john) = (of("sh-1", "jane@example.com"), of("sh-2", "john@example.com"));
    bench.accept(&jane, START).await;
    bench.accept(&john, START).await;
    assert_eq!(bench.count("receipt"), 1);
    let contact = Whom::Contact(hash("jane@example.com").parse().expect("a hash"));
    let expected = Erased { undelivered: 1, ended: 0, contexts: 0, receipts: 0, orders: 0 };
    assert_eq!(bench.erase(contact, START).await, expected);
    assert_eq!(bench.deliver(&DELIVERED, START).await, 1);
    assert_eq!((bench.state(&jane).as_str(), bench.state(&john).as_str()), ("erased", "delivered"));
}
