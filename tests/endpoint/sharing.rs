//! Several endpoints beside one PostgreSQL: what meets at the same instant, and who sends what. Two stores in this
//! process are two endpoints, each with its own run and connections.

use std::path::Path;
use std::sync::Arc;

use assent_endpoint::config::Shop;
use assent_endpoint::rules::answer::{Answer, Reply};
use assent_endpoint::rules::order::Topic;
use assent_endpoint::store::read::Reader;
use assent_endpoint::store::{Arrived, No, Notice, Store, StoreError, Taken};
use assent_endpoint::store_place::StorePlace;
use assent_gate::order::Order;
use serde_json::Value;

use crate::bench::{DELIVERED, START, arrived_at, notice, order, shop};
use crate::support::beacon::{add_to_cart, hash, purchase, withdrawal};
use crate::support::place::Place;

/// Each meeting is tried so often.
const ROUNDS: usize = 30;

struct Two {
    place: Place,
    shop: Arc<Shop>,
    one: Store,
    other: Store,
}

impl Two {
    fn with(purchase: &str) -> Self {
        let (place, shop) = (Place::postgres(), shop(purchase, "shopify"));
        let at = place.in_folder(Path::new(""));
        let open = || Store::open(&at, [&shop.settings.shop], START).expect("a store");
        let (one, other) = (open(), open());
        Self { place, shop, one, other }
    }

    fn at(&self) -> StorePlace {
        self.place.in_folder(Path::new(""))
    }

    fn arrived(&self, event: &Value) -> Arrived {
        arrived_at(&self.shop, event, START, None, START)
    }

    /// Of the order that the checkout with this token became.
    fn notice(&self, token: &str) -> Notice {
        let order = Order { id: token.into(), ..order(token, START) };
        notice(&self.shop, Topic::Created, &order, START)
    }

    fn no(&self, visitor: &str) -> No {
        let no = withdrawal(START.0, &[], Some(&hash(visitor)))["withdraw"].clone();
        let said = serde_json::from_value(no).expect("a withdrawal");
        let shop = self.shop.settings.shop.clone();
        No { shop, said, sent_at: START, received_at: START }
    }

    /// Accepted at one, and claimed there.
    async fn claimed(&self, event: &Value) -> Vec<i64> {
        self.one.accept(self.arrived(event)).await.expect("it is stored");
        self.one.claim(&self.shop, 10, START).await.expect("a claim").ids()
    }

    fn state(&self, event: &Value) -> String {
        let reader = Reader::open(self.at()).expect("a store");
        let id = event["event_id"].as_str().expect("an id");
        let mut stories = reader.stories(id).expect("it can be read");
        assert_eq!(stories.len(), 1, "{id}");
        stories.remove(0).state
    }

    fn number(&self, sql: &str) -> i64 {
        self.place.rows(Path::new("")).number(sql)
    }

    fn close(self) {
        self.one.close();
        self.other.close();
    }
}

fn accepted(taken: &Taken) -> usize {
    match taken {
        Taken::Stored { accepted, .. } => *accepted,
        Taken::Withdrawn => panic!("nobody has said no"),
    }
}

/// Of another shopper in each round.
fn named(mut event: Value, visitor: &str) -> Value {
    event["user"]["external_id"] = hash(visitor).into();
    event
}

#[tokio::test(flavor = "multi_thread")]
async fn one_checkouts_beacon_that_comes_to_both_at_once_is_one_event() {
    let two = Two::with("confirm = \"beacon\"");
    for n in 0..ROUNDS {
        let event = purchase(&format!("token{n}"));
        let (one, other) = tokio::join!(
            two.one.accept(two.arrived(&event)),
            two.other.accept(two.arrived(&event))
        );
        let taken = [one, other].map(|taken| accepted(&taken.expect("it is stored")));
        assert_eq!(taken[0] + taken[1], 1, "round {n}: {taken:?}");
    }
    let rounds = i64::try_from(ROUNDS).expect("few");
    assert_eq!(two.number("SELECT count(*) FROM event"), rounds);
    two.close();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_beacon_and_its_order_find_each_other_whichever_endpoint_had_which() {
    let two = Two::with("confirm = \"webhook\"\nhold_seconds = 240");
    for n in 0..ROUNDS {
        let token = format!("token{n}");
        let event = purchase(&token);
        let (taken, outcome) =
            tokio::join!(two.one.accept(two.arrived(&event)), two.other.order(two.notice(&token)));
        assert_eq!(accepted(&taken.expect("it is stored")), 1);
        let outcome = outcome.expect("it is stored");
        assert_eq!(
            two.state(&event),
            "due",
            "round {n}: it waits for nothing any more ({outcome:?})"
        );
    }
    two.close();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_no_at_one_endpoint_stops_what_the_other_has_claimed() {
    let two = Two::with("confirm = \"beacon\"");
    for n in 0..ROUNDS {
        let visitor = format!("visitor {n}");
        let event = named(add_to_cart(&format!("id{n}")), &visitor);
        two.one.accept(two.arrived(&event)).await.expect("it is stored");
        let send = async {
            let claim = two.one.claim(&two.shop, 10, START).await.expect("a claim");
            two.one.renew(&two.shop, claim.ids(), START).await.expect("an answer");
            claim.ids()
        };
        let (ids, no) = tokio::join!(send, two.other.withdraw(two.no(&visitor)));
        no.expect("it is stored");
        let owed = two.one.renew(&two.shop, ids.clone(), START).await.expect("an answer");
        assert!(owed.is_empty(), "round {n}: after the no it may not be sent");
        two.one.settle(&two.shop.settings.shop, &ids, &unreached(), START).await.expect("settled");
        assert_eq!(two.state(&event), "withdrawn", "round {n}");
    }
    two.close();
}

fn unreached() -> Reply {
    Reply { answer: Answer::Unreached, request_id: None }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_one_endpoint_has_claimed_no_other_sends() {
    let two = Two::with("confirm = \"beacon\"");
    for n in 0..ROUNDS {
        let event = add_to_cart(&format!("id{n}"));
        two.one.accept(two.arrived(&event)).await.expect("it is stored");
    }
    let (one, other) = tokio::join!(
        two.one.claim(&two.shop, ROUNDS, START),
        two.other.claim(&two.shop, ROUNDS, START)
    );
    let (one, other) = (one.expect("a claim").ids(), other.expect("a claim").ids());
    assert_eq!(one.len() + other.len(), ROUNDS);
    assert!(one.iter().all(|id| !other.contains(id)), "{one:?} {other:?}");
    let others = i64::try_from(other.len()).expect("few");
    let all = [one.clone(), other.clone()].concat();
    // Both ask for all, and each gets its own.
    for (store, own) in [(&two.one, one), (&two.other, other)] {
        let owed = store.renew(&two.shop, all.clone(), START).await.expect("an answer");
        let owed: Vec<i64> = owed.iter().map(|owed| owed.id).collect();
        assert!(
            owed.len() == own.len() && owed.iter().all(|id| own.contains(id)),
            "{owed:?} {own:?}"
        );
    }
    let sending = "SELECT count(*) FROM event WHERE sending > 0";
    let shop = &two.shop.settings.shop;
    two.one.give_back(shop, all.clone(), START).await.expect("it is done");
    assert_eq!(two.number(sending), others, "each gives back its own");
    two.other.give_back(shop, all, START).await.expect("it is done");
    assert_eq!(two.number(sending), 0);
    two.close();
}

/// The endpoint of run 1 was killed, and is not heard of any more.
#[tokio::test(flavor = "multi_thread")]
async fn a_dead_endpoints_sends_are_taken_over_and_its_late_answer_counts_only_as_a_delivery() {
    let two = Two::with("confirm = \"beacon\"");
    let shop = two.shop.settings.shop.clone();
    for name in ["late", "lost"] {
        two.one.accept(two.arrived(&add_to_cart(name))).await.expect("it is stored");
    }
    let ids = two.one.claim(&two.shop, 10, START).await.expect("a claim").ids();
    two.other.take_over(START).await.expect("it looks");
    let sending = "SELECT count(*) FROM event WHERE sending > 0";
    assert_eq!(two.number(sending), 2, "who is heard of keeps what it has claimed");
    let rows = two.place.rows(Path::new(""));
    rows.run("UPDATE event SET sender = 1 WHERE sending > 0");
    let dead = "INSERT INTO endpoint VALUES (1, extract(epoch FROM now())::bigint - 31)";
    rows.run(dead);
    two.other.take_over(START.plus(1)).await.expect("it looks");
    assert_eq!(two.number(sending), 0);
    assert_eq!(two.number("SELECT count(*) FROM endpoint"), 2, "the dead one is forgotten");
    let again = two.other.claim(&two.shop, 10, START.plus(1)).await.expect("a claim").ids();
    assert_eq!(again.len(), 2);
    // The first endpoint was only slow, and hears from TikTok after all.
    two.one.settle(&shop, &ids[..1], &unreached(), START.plus(2)).await.expect("an answer");
    assert_eq!(two.number(sending), 2, "that is the other's send now");
    two.one.settle(&shop, &ids[..1], &DELIVERED, START.plus(2)).await.expect("an answer");
    assert_eq!(two.number("SELECT count(*) FROM event WHERE state = 'delivered'"), 1);
    let owed = two.other.renew(&two.shop, again.clone(), START.plus(3)).await.expect("an answer");
    assert_eq!(owed.len(), 1, "what was delivered is not sent again");
    two.close();
}

/// Whoever ends in good order is not waited for.
#[tokio::test(flavor = "multi_thread")]
async fn an_endpoint_that_ends_in_good_order_leaves_its_sends_at_once() {
    let two = Two::with("confirm = \"beacon\"");
    two.one.accept(two.arrived(&add_to_cart("a"))).await.expect("it is stored");
    let Two { place, shop, one, other } = two;
    assert_eq!(one.claim(&shop, 10, START).await.expect("a claim").ids().len(), 1);
    tokio::task::spawn_blocking(move || one.close()).await.expect("it ends");
    other.take_over(START).await.expect("it looks");
    assert_eq!(other.claim(&shop, 10, START).await.expect("a claim").ids().len(), 1);
    assert_eq!(place.rows(Path::new("")).number("SELECT count(*) FROM endpoint"), 1);
    tokio::task::spawn_blocking(move || other.close()).await.expect("it ends");
}

/// Its connection that says so is broken; the others are not.
#[tokio::test(flavor = "multi_thread")]
async fn an_endpoint_that_is_not_heard_of_sends_nothing_and_claims_nothing() {
    let two = Two::with("confirm = \"beacon\"");
    let event = add_to_cart("a");
    let claimed = two.claimed(&event).await;
    two.one.accept(two.arrived(&add_to_cart("b"))).await.expect("it is stored");
    two.place.rows(Path::new("")).run(
        "CREATE FUNCTION deaf() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END';
         UPDATE endpoint SET seen_at = seen_at - 11;
         CREATE TRIGGER deaf BEFORE UPDATE ON endpoint FOR EACH ROW EXECUTE FUNCTION deaf()",
    );
    let owed = two.one.renew(&two.shop, claimed, START).await;
    assert!(matches!(owed, Err(StoreError::Unheard)), "{owed:?}");
    let more = two.one.claim(&two.shop, 10, START).await.expect("an answer").ids();
    assert!(more.is_empty(), "nobody would take it over from here: {more:?}");
    two.close();
}

/// Longer than a leave holds (for_couriers.rs): meanwhile another endpoint may have told a shopper that nothing more
/// is sent.
#[tokio::test(flavor = "multi_thread")]
async fn a_leave_that_was_long_on_its_way_is_none_and_is_asked_for_again() {
    let two = Two::with("confirm = \"beacon\"");
    let event = add_to_cart("a");
    let claimed = two.claimed(&event).await;
    let rows = two.place.rows(Path::new(""));
    // Consent is looked up by a database that has become slow.
    rows.run(
        "ALTER TABLE receipt RENAME TO quick;
         CREATE VIEW receipt AS SELECT * FROM quick WHERE pg_sleep(5.2) IS NOT NULL",
    );
    let late = two.one.renew(&two.shop, claimed.clone(), START).await;
    assert!(matches!(late, Err(StoreError::LateLeave)), "{late:?}");
    rows.run("DROP VIEW receipt; ALTER TABLE quick RENAME TO receipt");
    two.other.withdraw(two.no("visitor")).await.expect("it is stored");
    let owed = two.one.renew(&two.shop, claimed, START).await.expect("an answer");
    assert!(owed.is_empty(), "asked again, it hears of the no: {owed:?}");
    assert_eq!(two.state(&event), "withdrawn");
    two.close();
}

/// What goes along with a later question can fail as well as that question: whoever is told that his deed is stored
/// has it stored, and only he.
#[tokio::test(flavor = "multi_thread")]
async fn a_deed_that_failed_beside_others_is_told_so_and_undoes_none_of_them() {
    let two = Two::with("confirm = \"beacon\"");
    // Without webhooks the links are the last that a beacon's deed writes.
    let shop = Arc::new(Shop { webhook_secrets: Vec::new(), ..(*two.shop).clone() });
    two.place.rows(Path::new("")).run(
        "CREATE FUNCTION full_disk() RETURNS trigger LANGUAGE plpgsql AS
             'BEGIN IF NEW.\"row\" % 3 = 1 THEN RAISE ''no room'' USING ERRCODE = ''53100''; END IF; RETURN NEW; END';
         CREATE TRIGGER full_disk BEFORE INSERT ON link FOR EACH ROW WHEN (NEW.kind = 1)
             EXECUTE FUNCTION full_disk()",
    );
    let events: Vec<_> = (0..40).map(|n| add_to_cart(&format!("sh-{n}"))).collect();
    let told = events.iter().map(|event| {
        let (store, arrived) = (two.one.clone(), arrived_at(&shop, event, START, None, START));
        tokio::spawn(async move { store.accept(arrived).await })
    });
    let told: Vec<_> = told.collect();
    let (mut stored, mut refused) = (Vec::new(), 0);
    for (event, told) in events.iter().zip(told) {
        match told.await.expect("no panic") {
            Ok(taken) => stored.extend((accepted(&taken) == 1).then_some(event)),
            Err(_) => refused += 1,
        }
    }
    assert!(refused > 0 && !stored.is_empty(), "{refused} refused of {}", events.len());
    let rows = two.number("SELECT count(*) FROM event");
    assert_eq!(rows, i64::try_from(stored.len()).expect("few"), "{refused} refused");
    stored.iter().for_each(|event| assert_eq!(two.state(event), "due"));
    two.close();
}
