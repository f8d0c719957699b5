//! The two numbers: of the orders that Shopify told us of, how many are accounted for, and how many
//! were reported; and whether it still tells of them.

use assent_endpoint::calendar::{Day, Days};
use assent_endpoint::rules::account::Place;
use assent_endpoint::rules::answer::{Answer, Reply};
use assent_endpoint::rules::order::Topic;
use assent_endpoint::rules::silence::{Heard, Silence, Webhooks, silence};
use assent_endpoint::store::read::{Account, Asked, Reader, Sum};
use assent_endpoint::store::{Lives, UnreadNotice};
use assent_endpoint::zone::{Zone, Zones};
use assent_gate::time::Timestamp;

use crate::bench::{ALL, Bench, DAY, DELIVERED, HOUR, START};
use crate::support::beacon::purchase;
use crate::support::server::SHOP;

const MINUTE: i64 = 60;

fn reader(bench: &Bench) -> Reader {
    Reader::open(bench.place()).expect("a store")
}

fn account(bench: &Bench, now: Timestamp) -> Account {
    let all = Asked { now, ..ALL };
    let account = reader(bench).account(&all).expect("it can be read");
    let of_shop = reader(bench).account(&Asked { shop: Some(SHOP), ..all });
    assert_eq!(of_shop.expect("it can be read"), account, "there is one shop");
    let other = reader(bench).account(&Asked { shop: Some("other.myshopify.com"), ..all });
    assert_eq!(other.expect("it can be read"), Account::default());
    account
}

/// How many are in which place; told and accounted for are what they add up to.
fn places(account: &Account) -> Vec<(Place, i64)> {
    let all = Place::ALL.map(|place| (place, account.of(place).n));
    let sum = |of: &dyn Fn(Place) -> bool| {
        all.iter().filter(|(place, _)| of(*place)).map(|(_, n)| n).sum::<i64>()
    };
    assert_eq!(account.told.n, sum(&|_| true));
    assert_eq!(account.accounted_for().n, sum(&Place::is_accounted_for));
    all.into_iter().filter(|(_, n)| *n > 0).collect()
}

fn euros(sum: &Sum) -> f64 {
    match sum.money.one_currency() {
        Some(("EUR", value)) => (value * 100.0).round() / 100.0,
        other => panic!("{other:?}"),
    }
}

/// A browser tells of a Purchase, and Shopify of its order (EUR 70.10) a second later.
async fn buy(bench: &Bench, token: &str, at: Timestamp) {
    bench.accept_on(&purchase(token), at, None, at).await;
    bench.sold(Topic::Created, token, at, at.plus(1)).await;
}

#[tokio::test]
async fn every_order_is_in_one_place_and_has_its_money_there() {
    let bench = Bench::new("");
    let at = START.plus(HOUR);
    buy(&bench, "one", at).await;
    buy(&bench, "two", at).await;
    bench.deliver(&DELIVERED, at.plus(1)).await;
    buy(&bench, "three", at).await;
    let no = Reply { answer: Answer::Refused { code: 40002 }, request_id: None };
    bench.deliver(&no, at.plus(1)).await;
    // Of these no browser told.
    bench.sold(Topic::Created, "four", at, at.plus(2)).await;
    bench.sold(Topic::Cancelled, "five", at, at.plus(2)).await;
    // This one paid while its consent was there; the shopper withdraws before it is sent.
    buy(&bench, "six", at).await;
    bench.withdraw(at.plus(3)).await;
    // And this one afterwards: consent was on record, and ended.
    bench.sold(Topic::Created, "one-more", at, at.plus(4)).await;
    let account = account(&bench, at.plus(5));
    let expected = [
        (Place::Reported, 2),
        (Place::NoConsent, 2),
        (Place::ConsentEnded, 1),
        (Place::Lost, 1),
        (Place::NotForReport, 1),
    ];
    assert_eq!(places(&account), expected, "{account:#?}");
    assert_eq!((account.told.n, euros(&account.told)), (7, 490.7));
    assert_eq!((euros(&account.reported()), euros(&account.of(Place::Lost))), (140.2, 70.1));
    assert_eq!(account.ends(Place::Lost), [("refused_by_tiktok", 1)].into());
    assert_eq!(account.recovered.n, 0);
}

/// What is kept of a receipt says that there was consent; without it, nobody can know.
#[tokio::test]
async fn consent_that_ended_is_told_from_consent_that_never_was() {
    let bench = Bench::new("");
    bench.leave(&purchase("left"), START).await;
    bench.withdraw(START.plus(60)).await;
    bench.sold(Topic::Created, "left", START.plus(90), START.plus(91)).await;
    bench.sold(Topic::Created, "never", START.plus(90), START.plus(91)).await;
    let expected = [(Place::NoConsent, 1), (Place::ConsentEnded, 1)];
    assert_eq!(places(&account(&bench, START.plus(100))), expected);
    // And when their rows are a count.
    let late = START.plus(9 * DAY);
    bench.run_for_a_week(late).await;
    assert_eq!(bench.count("order_fact"), 0);
    assert_eq!(places(&account(&bench, late)), expected);
}

#[tokio::test]
async fn a_purchase_made_from_its_order_is_recovered() {
    let bench = Bench::new("");
    bench.leave(&purchase("left"), START).await;
    bench.sold(Topic::Created, "left", START.plus(90), START.plus(91)).await;
    bench.deliver(&DELIVERED, START.plus(91)).await;
    let account = account(&bench, START.plus(100));
    assert_eq!(places(&account), [(Place::Reported, 1)]);
    assert_eq!((account.recovered.n, euros(&account.recovered)), (1, 70.1));
}

#[tokio::test]
async fn a_test_is_never_reported_also_when_its_row_is_a_count() {
    let bench = Bench::new("").testing();
    buy(&bench, "one", START).await;
    bench.deliver(&DELIVERED, START.plus(1)).await;
    let found = places(&account(&bench, START.plus(2)));
    assert_eq!(found, [(Place::Test, 1)]);
    let late = START.plus(9 * DAY);
    bench.run_for_a_week(late).await;
    assert_eq!((bench.count("order_fact"), bench.count("event")), (0, 0));
    assert_eq!(places(&account(&bench, late)), [(Place::Test, 1)]);
}

/// The token is revoked: everything is kept, and nothing is well.
#[tokio::test]
async fn what_waits_longer_than_usual_is_not_accounted_for() {
    let bench = Bench::new("");
    buy(&bench, "one", START).await;
    assert_eq!(places(&account(&bench, START.plus(15 * MINUTE))), [(Place::Waiting, 1)]);
    let now = START.plus(15 * MINUTE + 2);
    let stuck = account(&bench, now);
    assert_eq!(places(&stuck), [(Place::Stuck, 1)]);
    assert_eq!((stuck.told.n, stuck.accounted_for().n), (1, 0));
}

#[tokio::test]
async fn an_unpaid_order_waits_a_week_and_is_then_none_to_report() {
    let bench = Bench::new("confirm_on = \"paid\"\nunconfirmed = \"drop\"");
    bench.sold(Topic::Created, "alone", START, START.plus(1)).await;
    assert_eq!(places(&account(&bench, START.plus(6 * DAY))), [(Place::Waiting, 1)]);
    let late = START.plus(9 * DAY);
    bench.run_for_a_week(late).await;
    assert_eq!(places(&account(&bench, late)), [(Place::NotForReport, 1)]);
}

/// Something came, and nothing but the order's number is known: that is not fine.
#[tokio::test]
async fn an_order_that_could_not_be_read_is_not_accounted_for() {
    let bench = Bench::new("");
    let unread = UnreadNotice {
        shop: bench.shop.settings.shop.clone(),
        webhook: None,
        order: "7".into(),
        topic: Topic::Created,
        received_at: START,
    };
    bench.store.unread_order(unread).await.expect("it is noted");
    assert_eq!(places(&account(&bench, START.plus(1))), [(Place::Unread, 1)]);
    let late = START.plus(9 * DAY);
    bench.run_for_a_week(late).await;
    let counted = account(&bench, late);
    assert_eq!(places(&counted), [(Place::Unread, 1)]);
    assert_eq!((counted.told.n, counted.accounted_for().n), (1, 0));
}

/// START is 09:00 UTC: 22:00 of that day in Auckland, which is 13 hours ahead in March.
#[tokio::test]
async fn a_day_is_the_shops_own_also_when_its_rows_are_a_count() {
    let bench = Bench::new("");
    let auckland: Zone = "Pacific/Auckland".parse().expect("a zone");
    let zones = Zones::of([(SHOP.to_owned(), auckland)]);
    buy(&bench, "evening", START).await;
    buy(&bench, "night", START.plus(2 * HOUR)).await;
    bench.deliver(&DELIVERED, START.plus(3 * HOUR)).await;
    let days = |zones: &Zones| {
        let asked = Asked { zones, ..ALL };
        let orders = reader(&bench).order_days(&asked).expect("it can be read");
        let events = reader(&bench).event_days(&asked).expect("it can be read");
        let events: Vec<_> = events.iter().map(|day| (day.day.to_string(), day.accepted)).collect();
        let orders: Vec<_> = orders.iter().map(|day| (day.day.to_string(), day.orders)).collect();
        assert_eq!(orders, events, "orders and their Purchases");
        orders
    };
    let (second, third) = ("2026-03-02".to_owned(), "2026-03-03".to_owned());
    assert_eq!(days(&Zones::UTC), [(second.clone(), 2)]);
    let expected = [(second.clone(), 1), (third.clone(), 1)];
    assert_eq!(days(&zones), expected);
    let day: Option<Day> = third.parse().ok();
    let asked = Asked { days: Days::between(day, day), zones: &zones, ..ALL };
    assert_eq!(reader(&bench).account(&asked).expect("it can be read").told.n, 1);
    let late = START.plus(9 * DAY);
    for hours in (0..=8 * 24).rev().step_by(2) {
        let lives = Lives { receipts_months: 36, zones: zones.clone() };
        bench.store.sweep(lives, late.plus(-hours * HOUR)).await.expect("it is swept");
    }
    assert_eq!((bench.count("order_fact"), bench.count("event")), (0, 0));
    assert_eq!(days(&Zones::UTC), expected, "as they were counted");
}

fn heard(bench: &Bench, now: Timestamp) -> (Heard, Silence) {
    let heard = reader(bench).heard(SHOP, now).expect("it can be read");
    (heard, silence(heard, Webhooks::Expected, now))
}

#[tokio::test]
async fn purchases_without_orders_are_alarming_after_an_hour() {
    let bench = Bench::new("");
    assert_eq!(heard(&bench, START), (Heard::default(), Silence::None));
    for n in 0..3 {
        buy(&bench, &format!("bought{n}"), START.plus(n * MINUTE)).await;
    }
    // The third's order came a second after it. The webhook is then deleted at Shopify.
    let last = START.plus(2 * MINUTE);
    let (known, calm) = heard(&bench, last.plus(6 * HOUR));
    assert_eq!(calm, Silence::None, "nobody has bought anything since");
    assert_eq!(known.last_order, Some(last.plus(1)));
    assert_eq!((known.usual_gap, known.last_purchase), (Some(MINUTE), Some(last)));
    let since = last.plus(6 * HOUR);
    bench.accept_on(&purchase("unheard"), since, None, since).await;
    bench.accept_on(&purchase("too"), since.plus(60), None, since.plus(60)).await;
    let (known, calm) = heard(&bench, since.plus(HOUR));
    assert_eq!(calm, Silence::None, "an order may still come");
    assert_eq!(known.unanswered_since, Some(since));
    let (_, alarm) = heard(&bench, since.plus(HOUR + 1));
    assert_eq!(alarm, Silence::Alarming { since });
    // It comes back.
    bench.sold(Topic::Created, "new", since.plus(HOUR), since.plus(HOUR + 2)).await;
    assert_eq!(heard(&bench, since.plus(HOUR + 3)).1, Silence::None);
}

/// A Purchase's beacon often comes after its order's webhook: it is no Purchase without an order.
#[tokio::test]
async fn a_purchase_after_its_order_lacks_nothing() {
    let bench = Bench::new("");
    bench.sold(Topic::Created, "one", START, START).await;
    bench.accept_on(&purchase("one"), START.plus(1), None, START.plus(5)).await;
    let (known, calm) = heard(&bench, START.plus(2 * DAY));
    assert_eq!(known.unanswered_since, None);
    assert_eq!((known.last_order, known.last_purchase), (Some(START), Some(START.plus(5))));
    assert_eq!((known.usual_gap, calm), (None, Silence::None));
}
