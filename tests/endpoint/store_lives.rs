//! The four lives of rows, with time in the test's hand.

use std::net::IpAddr;
use std::path::Path;
use std::sync::Arc;

use assent_endpoint::config::{Config, Secrets, Shop};
use assent_endpoint::delivery::answer::{Answer, Reply};
use assent_endpoint::secret::ClientIp;
use assent_endpoint::store::read::{Day, Story, days, stories};
use assent_endpoint::store::{Arrived, Erased, Lives, Store, Swept, Taken, Whom};
use assent_gate::beacon::WireEvent;
use assent_gate::hex::{Anchor, Digest};
use assent_gate::time::Timestamp;
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::support::beacon::{add_to_cart, anchor, beacon, hash, purchase, withdrawal};
use crate::support::server::{PIXEL, SHOP};

const HOUR: i64 = 3600;
const DAY: i64 = 24 * HOUR;
const START: Timestamp = Timestamp(1_772_442_000);
const LIVES: Lives = Lives { receipts_months: 36 };
const DELIVERED: Reply = Reply { answer: Answer::Accepted { code: 0 }, request_id: None };

struct Bench {
    dir: TempDir,
    shop: Arc<Shop>,
    store: Store,
}

fn shop(purchase: &str, cmp: &str) -> Arc<Shop> {
    let text = format!(
        "public_url = \"https://events.example.com\"\n[[shops]]\ndomain = \"{SHOP}\"\npixel_code = \"{PIXEL}\"\n\
         access_token_env = \"T\"\nwebhook_secret_envs = [\"W\"]\nconsent.cmp = \"{cmp}\"\n[shops.purchase]\n{purchase}"
    );
    let config = Config::parse(&text, Path::new(""), Secrets::Needed, &|_| Some("x".to_owned())).expect("no fault");
    config.shops[0].clone()
}

impl Bench {
    fn new(purchase: &str) -> Self {
        let dir = TempDir::new().expect("a directory");
        let shop = shop(purchase, "shopify");
        let store = Store::open(&dir.path().join("assent.db"), [&shop.settings.shop], START).expect("a store");
        Self { dir, shop, store }
    }

    /// The process ends without a farewell, and a new one opens the store.
    fn reopened(self, now: Timestamp) -> Self {
        let Self { dir, shop, store } = self;
        store.close();
        let store = Store::open(&dir.path().join("assent.db"), [&shop.settings.shop], now).expect("a store");
        Self { dir, shop, store }
    }

    async fn accept(&self, event: &Value, now: Timestamp) -> Taken {
        self.accept_on(event, START, None, now).await
    }

    /// As [`Self::accept`], of that time and on evidence read at it.
    async fn accept_on(&self, event: &Value, evaluated_at: Timestamp, cart: Option<&str>, now: Timestamp) -> Taken {
        let checkout = event["checkout"].as_str().and_then(Anchor::parse);
        let mut evidence = beacon(None, &[])["consent"].clone();
        evidence["evaluated_at"] = evaluated_at.0.into();
        let mut event: WireEvent = serde_json::from_value(event.clone()).expect("an event");
        event.event_time = evaluated_at;
        let arrived = Arrived {
            shop: self.shop.clone(),
            pixel: None,
            evidence: serde_json::from_value(evidence).expect("evidence"),
            anchors: checkout.iter().cloned().collect(),
            visitors: event.user.external_id.iter().cloned().collect(),
            checkout,
            cart: cart.and_then(Anchor::parse),
            events: vec![event],
            user: None,
            page: None,
            ip: Some(ClientIp::from(IpAddr::from([203, 0, 113, 7]))),
            received_at: now,
        };
        self.store.accept(arrived).await.expect("it is stored")
    }

    async fn sweep(&self, now: Timestamp) -> Swept {
        self.store.sweep(LIVES, now).await.expect("it is swept")
    }

    /// Claims everything due now and settles it; how many there were.
    async fn deliver(&self, reply: &Reply, now: Timestamp) -> usize {
        let claim = self.store.claim(&self.shop, 50, now).await.expect("a claim");
        self.store.settle(&claim.ids, reply, now).await.expect("it is settled");
        claim.ids.len()
    }

    /// How many of these may be sent now.
    async fn renew(&self, ids: &[i64], now: Timestamp) -> usize {
        self.store.renew(&self.shop, ids.to_vec(), now).await.expect("they are asked for").len()
    }

    /// The visitor of every beacon here says no.
    async fn withdraw(&self, at: Timestamp) {
        let no = withdrawal(at.0, &[], Some(&hash("visitor")))["withdraw"].clone();
        let no = serde_json::from_value(no).expect("a withdrawal");
        self.store.withdraw(&self.shop.settings.shop, no, at).await.expect("it is stored");
    }

    async fn erase(&self, whom: Whom, now: Timestamp) -> Erased {
        let done = self.store.erase(&self.shop.settings.shop, whom, now).await.expect("an answer");
        done.expect("the shop is known").erased
    }

    fn damage(&self, sql: &str) {
        let connection = rusqlite::Connection::open(self.dir.path().join("assent.db")).expect("a store");
        connection.execute_batch(sql).expect("it is damaged");
    }

    fn story(&self, event: &Value) -> Option<Story> {
        let connection = Store::read_only(&self.dir.path().join("assent.db")).expect("a store");
        stories(&connection, event["event_id"].as_str().expect("an id")).expect("it can be read").pop()
    }

    fn state(&self, event: &Value) -> String {
        self.story(event).map_or_else(|| "gone".to_owned(), |story| story.state)
    }

    fn days(&self) -> Vec<Day> {
        let connection = Store::read_only(&self.dir.path().join("assent.db")).expect("a store");
        days(&connection, "0000-00-00", "9999-99-99").expect("it can be read")
    }

    fn pragma(&self, name: &str) -> i64 {
        let connection = Store::read_only(&self.dir.path().join("assent.db")).expect("a store");
        connection.pragma_query_value(None, name, |row| row.get(0)).expect("it can be read")
    }

    fn count(&self, of: &str) -> i64 {
        let connection = Store::read_only(&self.dir.path().join("assent.db")).expect("a store");
        connection.query_row(&format!("SELECT count(*) FROM {of}"), [], |row| row.get(0)).expect("it can be read")
    }
}

fn fired(mut event: Value) -> Value {
    event["browser"] = "fired".into();
    event
}

#[tokio::test]
async fn what_waits_expires_exactly_at_its_horizon() {
    for (event, life) in [(fired(add_to_cart("sh-1")), 47 * HOUR), (add_to_cart("sh-1"), 7 * DAY)] {
        let bench = Bench::new("");
        bench.accept(&event, START).await;
        bench.sweep(START.plus(life - 1)).await;
        assert_eq!(bench.state(&event), "due");
        bench.sweep(START.plus(life)).await;
        assert_eq!(bench.state(&event), "expired");
        assert_eq!(bench.count("event WHERE payload IS NOT NULL"), 0, "the personal part outlived its end");
    }
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
    assert_eq!(bench.accept(&fired(event.clone()), START).await, Taken::Stored { accepted: 0, duplicate: 1 });
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

#[tokio::test]
async fn a_late_beacon_s_hold_counts_from_the_event_s_own_time() {
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
    assert_eq!(claim.ids.len(), 1);
    assert_eq!(bench.deliver(&DELIVERED, START).await, 0, "what is on its way is not claimed again");
    drop(claim);
    let bench = bench.reopened(START.plus(60));
    assert_eq!(bench.state(&event), "due");
    assert_eq!(bench.deliver(&Reply { answer: Answer::Unreached, request_id: None }, START.plus(60)).await, 1);
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
    bench.store.settle(&before.ids, &DELIVERED, START).await.expect("it is settled");
    bench.accept(&event, START).await;
    let claim = bench.store.claim(&bench.shop, 50, START).await.expect("a claim");
    let ids = [before.ids, claim.ids].concat();
    bench.store.interrupted(ids, START).await.expect("it is written");
    assert_eq!((bench.state(&settled).as_str(), bench.state(&event).as_str()), ("delivered", "due"));
    assert_eq!(bench.deliver(&DELIVERED, START).await, 0, "not at once: what broke it off may be of the event");
    assert_eq!(bench.deliver(&Reply { answer: Answer::Unreached, request_id: None }, START.plus(60)).await, 1);
    bench.sweep(START.plus(47 * HOUR)).await;
    assert_eq!(bench.state(&event), "expired", "the send may have arrived");
}

/// However long a claimed event waits for its turn: the last question before it leaves is about consent.
#[tokio::test]
async fn what_was_claimed_before_a_withdrawal_gets_no_leave_after_it() {
    let bench = Bench::new("");
    let (first, second) = (add_to_cart("sh-1"), add_to_cart("sh-2"));
    bench.accept(&first, START).await;
    let claim = bench.store.claim(&bench.shop, 50, START).await.expect("a claim");
    assert_eq!(bench.renew(&claim.ids, START).await, 1);
    bench.withdraw(START).await;
    assert_eq!(bench.renew(&claim.ids, START).await, 0);
    assert_eq!(bench.state(&first), "withdrawn");
    // Nor after its horizon.
    let bench = Bench::new("");
    bench.accept(&fired(second.clone()), START).await;
    let claim = bench.store.claim(&bench.shop, 50, START).await.expect("a claim");
    assert_eq!(bench.renew(&claim.ids, START.plus(47 * HOUR)).await, 0);
    assert_eq!(bench.state(&second), "expired");
}

/// What was under way when the shopper said no, and was said yes to again before the answer came.
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
        assert_eq!(bench.accept_on(&event, START.plus(11), None, START.plus(11)).await, duplicate);
        if crash {
            bench = bench.reopened(START.plus(20));
        } else {
            assert_eq!(bench.renew(&claim.ids, START.plus(20)).await, 1, "and so does a split");
            let lost = Reply { answer: Answer::Unreached, request_id: None };
            bench.store.settle(&claim.ids, &lost, START.plus(20)).await.expect("it is settled");
        }
        let claim = bench.store.claim(&bench.shop, 50, START.plus(HOUR)).await.expect("a claim");
        let owed = bench.store.renew(&bench.shop, claim.ids.clone(), START.plus(HOUR)).await.expect("an answer");
        assert_eq!(owed.len(), 1, "crash: {crash}");
        assert_eq!(owed[0].event.event_time, START, "the first accepted time stands");
        bench.store.settle(&claim.ids, &DELIVERED, START.plus(HOUR)).await.expect("it is settled");
        assert_eq!(bench.state(&event), "delivered");
    }
}

/// A later yes brings it back, but not the time in which a second copy could be told from the first.
#[tokio::test]
async fn a_withdrawn_send_that_a_crash_interrupted_may_have_a_copy() {
    let bench = Bench::new("");
    let event = add_to_cart("sh-1");
    bench.accept(&event, START).await;
    bench.store.claim(&bench.shop, 50, START).await.expect("a claim");
    bench.withdraw(START.plus(10)).await;
    let bench = bench.reopened(START.plus(20));
    assert_eq!(bench.state(&event), "withdrawn");
    bench.accept_on(&event, START.plus(30), None, START.plus(30)).await;
    assert_eq!(bench.state(&event), "due");
    bench.sweep(START.plus(47 * HOUR)).await;
    assert_eq!(bench.state(&event), "expired", "the interrupted send may have arrived");
}

/// A withdrawal between two grants ends what rests on the first only.
#[tokio::test]
async fn what_waits_rests_on_its_latest_grant() {
    let bench = Bench::new("");
    let event = purchase("t1");
    bench.accept(&event, START).await;
    bench.accept_on(&event, START.plus(30), None, START.plus(30)).await;
    bench.withdraw(START.plus(10)).await; // arrives late
    assert_eq!(bench.state(&event), "held");
    bench.withdraw(START.plus(30)).await;
    assert_eq!(bench.state(&event), "withdrawn");
}

/// The same checkout on another device, or after a no and another yes: what leaves is of the visitor whose grant it rests on,
/// and nothing of the other's is left in it for a no to miss.
#[tokio::test]
async fn what_waits_holds_nothing_of_an_earlier_grant_s_visitor() {
    let bench = Bench::new("");
    let event = purchase("t1");
    let mut others = event.clone();
    others["user"] = json!({"external_id": hash("another"), "email": hash("john@example.com")});
    bench.accept(&event, START).await;
    bench.accept_on(&others, START.plus(50), None, START.plus(50)).await;
    bench.withdraw(START.plus(20)).await; // the first visitor's no, under way since before the other's yes

    let claim = bench.store.claim(&bench.shop, 50, START.plus(HOUR)).await.expect("a claim");
    let owed = bench.store.renew(&bench.shop, claim.ids, START.plus(HOUR)).await.expect("leave");
    let [owed] = owed.as_slice() else { panic!("the other's grant gives leave: {}", owed.len()) };
    let WireEvent { user, event_time, .. } = &owed.event;
    assert_eq!(user.external_id, Digest::parse(&hash("another")));
    assert_eq!(user.email, Digest::parse(&hash("john@example.com")));
    assert_eq!((&user.phone, &user.ttclid), (&None, &None));
    assert_eq!(*event_time, START, "the first accepted time stands");

    // It is one order of both: whoever of them is to be forgotten, it is not sent again.
    let phone = Whom::Contact(Digest::parse(&hash("+12133734253")).expect("a hash"));
    assert_eq!(bench.erase(phone, START.plus(HOUR)).await.undelivered, 1);
}

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
    ] {
        let bench = Bench::new("");
        let (damaged, whole) = (add_to_cart("sh-1"), purchase("t1"));
        bench.accept(&damaged, START).await;
        bench.damage(damage);
        bench.accept(&whole, START).await;
        assert_eq!(bench.deliver(&DELIVERED, START.plus(HOUR)).await, 1, "{damage}");
        assert_eq!((bench.state(&damaged).as_str(), bench.state(&whole).as_str()), (end, "delivered"), "{damage}");
        let story = serde_json::to_string(&bench.story(&damaged)).expect("JSON");
        assert!(!story.contains("jane@example.com"), "{story}");
    }
    // Between the claim and the send, too.
    let bench = Bench::new("");
    let event = add_to_cart("sh-1");
    bench.accept(&event, START).await;
    let claim = bench.store.claim(&bench.shop, 50, START).await.expect("a claim");
    bench.damage("UPDATE receipt SET evidence = '[]'");
    assert_eq!(bench.renew(&claim.ids, START).await, 0);
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
    assert_eq!(bench.accept(&event, START.plus(6 * DAY)).await, Taken::Stored { accepted: 0, duplicate: 1 });
    assert_eq!(bench.deliver(&DELIVERED, START.plus(6 * DAY)).await, 0);
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
    assert_eq!((bench.state(&event).as_str(), bench.count("customer")), ("gone", 0));
    assert_eq!(serde_json::to_value(bench.days()).expect("JSON"), before);
}

#[tokio::test]
async fn a_receipt_lives_as_long_as_the_shop_says() {
    let bench = Bench::new("");
    bench.accept(&add_to_cart("sh-1"), START).await;
    bench.sweep(START.plus(35 * 31 * DAY)).await;
    assert_eq!(bench.count("receipt"), 1);
    while bench.sweep(START.plus(37 * 31 * DAY)).await != Swept::default() {}
    assert_eq!(bench.count("receipt"), 0);
}

/// However far a send has come when the customer asks: it is the last, and nothing brings the event back.
#[tokio::test]
async fn what_was_claimed_before_an_erasure_gets_no_leave_and_stays_erased() {
    let bench = Bench::new("");
    let event = add_to_cart("sh-1");
    bench.accept(&event, START).await;
    let claim = bench.store.claim(&bench.shop, 50, START).await.expect("a claim");
    let visitor = || Whom::Visitor(Digest::parse(&hash("visitor")).expect("a hash"));
    assert_eq!(bench.erase(visitor(), START).await.undelivered, 1);
    assert_eq!(bench.renew(&claim.ids, START).await, 0);
    bench.store.settle(&claim.ids, &DELIVERED, START).await.expect("it is settled");
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
async fn an_erasure_reaches_all_that_was_done_with_the_customer_s_browsers_and_no_further() {
    let bench = Bench::new("");
    let by = |token: &str, visitor: &str| {
        let mut event = purchase(token);
        event["user"]["external_id"] = hash(visitor).into();
        event["properties"]["order_id"] = format!("order of {token}").into();
        event
    };
    // The order's browser has another checkout, and that one was finished on a telephone, which has one of its own.
    let mine = [by("t1", "laptop"), by("t2", "laptop")];
    let mut finished = add_to_cart("sh-1");
    finished["checkout"] = anchor("t2").into();
    finished["user"]["external_id"] = hash("telephone").into();
    let others = [by("t3", "telephone"), by("t4", "somebody else's")];
    for event in mine.iter().chain([&finished]).chain(&others) {
        bench.accept(event, START).await;
    }
    assert_eq!(bench.count("context"), 4);
    bench.erase(Whom::Order("order of t1".to_owned()), START).await;
    for event in mine.iter().chain([&finished]) {
        assert_eq!(bench.state(event), "erased");
    }
    for event in &others {
        assert_eq!(bench.state(event), "held");
    }
    assert_eq!(bench.count("context"), 2);
    assert_eq!(bench.count("event WHERE checkout IS NOT NULL OR visitor IS NOT NULL OR order_id IS NOT NULL"), 2);
    // Named itself, it is reached.
    bench.erase(Whom::Checkout(Anchor::parse(&anchor("t3")).expect("an anchor")), START).await;
    assert_eq!((bench.state(&others[0]).as_str(), bench.state(&others[1]).as_str()), ("erased", "held"));
}

/// Without visitor, checkout and cart, equal evidence of several people is one receipt.
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
    let contact = Whom::Contact(Digest::parse(&hash("jane@example.com")).expect("a hash"));
    let expected = Erased { undelivered: 1, ended: 0, contexts: 0, receipts: 0 };
    assert_eq!(bench.erase(contact, START).await, expected);
    assert_eq!(bench.deliver(&DELIVERED, START).await, 1);
    assert_eq!((bench.state(&jane).as_str(), bench.state(&john).as_str()), ("erased", "delivered"));
}

#[tokio::test]
async fn what_has_gone_gives_its_place_back_to_the_disk() {
    let bench = Bench::new("");
    bench.damage(
        "WITH RECURSIVE n(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM n WHERE n < 400)
         INSERT INTO context (shop, anchor, evaluated_at, last_at, payload)
         SELECT 'acme.myshopify.com', n, 0, 0, hex(zeroblob(1500)) FROM n", // most of a page each
    );
    let pages = bench.pragma("page_count");
    bench.sweep(START).await;
    let (left, free) = (bench.pragma("page_count"), bench.pragma("freelist_count"));
    assert!(free > 100, "the test's own assumption: hundreds of pages have become free, not {free}");
    assert!(left <= pages - 64, "{left} pages, {pages} before");
}

#[tokio::test]
async fn many_at_once_share_a_commit_and_each_is_answered() {
    let bench = Arc::new(Bench::new(""));
    let mut tasks = tokio::task::JoinSet::new();
    for n in 0..200 {
        let bench = bench.clone();
        tasks.spawn(async move { bench.accept(&add_to_cart(&format!("sh-{}", n % 100)), START).await });
    }
    let (mut accepted, mut duplicate) = (0, 0);
    while let Some(done) = tasks.join_next().await {
        match done.expect("no panic") {
            Taken::Stored { accepted: a, duplicate: d } => (accepted, duplicate) = (accepted + a, duplicate + d),
            Taken::Withdrawn => panic!("nobody withdrew"),
        }
    }
    assert_eq!((accepted, duplicate), (100, 100));
    assert_eq!((bench.count("event"), bench.count("receipt")), (100, 1));
}
