//! What a no on record stops, however it came there: judged by what truly happened, whatever the
//! devices' clocks say.

use std::net::IpAddr;

use assent_endpoint::secret::ClientIp;
use assent_endpoint::store::{Arrived, No, Outcome, Taken};
use assent_gate::beacon::Withdrawal;
use assent_gate::time::Timestamp;
use serde_json::{Value, json};

use crate::bench::{Bench, DAY, DELIVERED, HOUR, START};
use crate::support::beacon::{anchor, beacon, hash, purchase};
use crate::support::rows::Field;

/// A receipt alone of this visitor at this checkout, as it came in.
struct Visit<'a> {
    visitor: &'a str,
    token: &'a str,
    /// The record that the tool wrote on this page; another on the next.
    record: &'a str,
    address: [u8; 4],
    evaluated_at: Timestamp,
    sent_at: Timestamp,
    received_at: Timestamp,
}

impl Default for Visit<'_> {
    fn default() -> Self {
        Self {
            visitor: "ann",
            token: "t1",
            record: "record",
            address: [203, 0, 113, 7],
            evaluated_at: START,
            sent_at: START,
            received_at: START,
        }
    }
}

impl Visit<'_> {
    async fn to(&self, bench: &Bench) -> Taken {
        let mut evidence = beacon(None, &[])["consent"].clone();
        evidence["evaluated_at"] = self.evaluated_at.0.into();
        evidence["records"] = json!([{
            "source": "shopify", "key": "visitorConsentCollected", "decision": "granted", "deciding": false,
            "opt_out": false, "decided_at": null, "id": null, "value": hash(self.record), "version": null,
        }]);
        let visitor = hash(self.visitor);
        let read = |value: Value| serde_json::from_value(value).expect("it is of the contract");
        let arrived = Arrived {
            shop: bench.shop.clone(),
            pixel: None,
            evidence: serde_json::from_value(evidence).expect("evidence"),
            checkout: anchor(self.token).parse().ok(),
            cart: None,
            anchors: anchor(self.token).parse().into_iter().collect(),
            visitors: visitor.parse().into_iter().collect(),
            events: Vec::new(),
            user: Some(read(
                json!({"external_id": visitor, "ttclid": format!("E.C.P.{}", self.visitor)}),
            )),
            page: serde_json::from_value(json!({"url": "https://shop.acme.example/cart"})).ok(),
            ip: Some(ClientIp::from(IpAddr::from(self.address))),
            sent_at: self.sent_at,
            received_at: self.received_at,
        };
        bench.store.accept(arrived).await.expect("it is stored")
    }
}

async fn says_no(bench: &Bench, visitor: Option<&str>, checkouts: &[String], at: Timestamp) {
    let said = json!({"at": at.0, "checkouts": checkouts, "external_id": visitor.map(hash)});
    let said: Withdrawal = serde_json::from_value(said).expect("a withdrawal");
    let shop = bench.shop.settings.shop.clone();
    let no = No { shop, said, sent_at: at, received_at: at };
    bench.store.withdraw(no).await.expect("it is stored");
}

/// A tool with a new record on every page makes a new receipt on every page.
#[tokio::test]
async fn however_many_receipts_another_made_a_no_of_somebody_at_the_checkout_is_found() {
    for receipts in [5, 30, 300] {
        let bench = Bench::new("");
        Visit { visitor: "bea", ..Visit::default() }.to(&bench).await;
        for n in 0..receipts {
            let (record, at) = (format!("record {n}"), START.plus(1 + n));
            let visit = Visit {
                record: &record,
                evaluated_at: at,
                sent_at: at,
                received_at: at,
                ..Visit::default()
            };
            assert_eq!(visit.to(&bench).await, Taken::Stored { accepted: 0, duplicate: 0 });
        }
        let later = START.plus(1000);
        says_no(&bench, Some("bea"), &[], later).await;
        let outcome = bench.order(&purchase("t1"), later.plus(1)).await;
        assert!(matches!(outcome, Outcome::Ended(_)), "{receipts}: {outcome:?}");
        assert_eq!(bench.count("event"), 0, "nothing is made of it");
    }
}

/// More than can be looked through is no grant.
#[tokio::test]
async fn where_there_are_too_many_receipts_nothing_is_sent() {
    let bench = Bench::new("");
    Visit::default().to(&bench).await;
    let columns =
        "shop, checkout, first_at, last_at, evaluated_at, granted_at, evidence, id, digest";
    let columns: Vec<&str> = columns.split(", ").collect();
    let [own] = <[Vec<Field>; 1]>::try_from(
        bench.rows().all("SELECT shop, checkout, first_at, last_at, 0, 0, evidence FROM receipt"),
    )
    .expect("one");
    let others = (101_i64..2601).map(|id| {
        let digest = id.to_be_bytes().to_vec();
        own.iter().cloned().chain([id.into(), digest.into()]).collect::<Vec<_>>()
    });
    bench.rows().insert("receipt", &columns, &others.collect::<Vec<_>>());
    bench.damage("INSERT INTO link SELECT shop, checkout, 2, id FROM receipt WHERE id > 100");
    let outcome = bench.order(&purchase("t1"), START.plus(9)).await;
    assert!(matches!(outcome, Outcome::Ended(_)), "{outcome:?}");
    let story = bench.story(&purchase("t1")).expect("the order is known");
    assert!(story.reason.contains("more consents are on record"), "{}", story.reason);
}

/// Two visitors at one checkout: what one left stays theirs, and goes with their no.
#[tokio::test]
async fn what_a_visitor_left_goes_with_their_no_whoever_came_after_them() {
    let bench = Bench::new("");
    let (ann, bea) = ([203, 0, 113, 7], [198, 51, 100, 9]);
    Visit { address: ann, ..Visit::default() }.to(&bench).await;
    let at = START.plus(600);
    let other = Visit {
        visitor: "bea",
        address: bea,
        evaluated_at: at,
        sent_at: at,
        received_at: at,
        ..Visit::default()
    };
    other.to(&bench).await;
    // An older page of Ann's, which comes late.
    Visit { address: ann, received_at: at.plus(5), sent_at: at.plus(5), ..Visit::default() }
        .to(&bench)
        .await;
    says_no(&bench, Some("ann"), &[], at.plus(10)).await;
    let left = bench.rows().column::<String>("SELECT payload FROM context").concat();
    assert!(left.contains("198.51.100.9") && left.contains("E.C.P.bea"), "{left}");
    assert!(!left.contains("203.0.113.7") && !left.contains("E.C.P.ann"), "{left}");
}

/// The device's clock was an hour ahead when it said yes, and was right when it said no: by its own
/// times the yes is the later.
#[tokio::test]
async fn a_clock_set_back_between_yes_and_no_does_not_turn_them_round() {
    for by_visitor in [true, false] {
        let bench = Bench::new("");
        let ahead = START.plus(HOUR);
        Visit { evaluated_at: ahead, sent_at: ahead, ..Visit::default() }.to(&bench).await;
        let visitor = by_visitor.then_some("ann");
        says_no(&bench, visitor, &[anchor("t1")], START.plus(60)).await;
        assert_eq!(bench.count("context"), 0, "by visitor: {by_visitor}");
        let outcome = bench.order(&purchase("t1"), START.plus(90)).await;
        assert!(matches!(outcome, Outcome::Ended(_)), "by visitor: {by_visitor}: {outcome:?}");
    }
}

/// A stranger names any number of anchors: the first 32 count, and what no beacon has named is
/// forgotten after 8 days.
#[tokio::test]
async fn a_strangers_no_is_short_and_soon_forgotten() {
    let bench = Bench::new("");
    let named: Vec<String> = (0..960).map(|n| anchor(&format!("t{n}"))).collect();
    Visit::default().to(&bench).await; // t1
    says_no(&bench, Some("ann"), &named, START.plus(60)).await;
    assert_eq!(bench.count("withdrawal"), 32 + 1);
    bench.sweep(START.plus(8 * DAY + 61)).await;
    assert_eq!(bench.count("withdrawal"), 2, "of t1 and of Ann, whom a beacon has named");
    // A no that came before its beacon is no stranger's once the beacon has come.
    says_no(&bench, Some("bea"), &[], START.plus(9 * DAY)).await;
    let late = START.plus(9 * DAY);
    let visit = Visit {
        visitor: "bea",
        token: "t9999",
        sent_at: late,
        received_at: late,
        ..Visit::default()
    };
    assert_eq!(visit.to(&bench).await, Taken::Withdrawn);
    bench.run_for_a_week(START.plus(30 * DAY)).await;
    assert_eq!(bench.count("withdrawal"), 3);
    bench.run_for_a_week(START.plus(40 * 31 * DAY)).await;
    assert_eq!(bench.count("withdrawal"), 0, "as long as receipts");
}

/// What TikTok took of a batch in part goes again by itself; and an outage does not make stories
/// grow without end.
#[tokio::test]
async fn a_story_does_not_grow_with_every_attempt() {
    use assent_endpoint::rules::answer::{Answer, Reply};
    let bench = Bench::new("");
    let event = crate::support::beacon::add_to_cart("sh-1");
    bench.accept(&event, START).await;
    let mut now = START;
    for code in [50000, 51000] {
        let failed = Reply { answer: Answer::Failed { code }, request_id: None };
        for _ in 0..40 {
            assert_eq!(bench.deliver(&failed, now).await, 1);
            now = now.plus(HOUR / 2);
        }
    }
    let told = bench.story(&event).expect("known").history.len();
    assert!((10..20).contains(&told), "{told} lines of 80 attempts");
    assert_eq!(bench.deliver(&DELIVERED, now).await, 1);
    let story = bench.story(&event).expect("known");
    assert_eq!((story.state.as_str(), story.history.len()), ("delivered", told + 1));
}
