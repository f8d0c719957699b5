//! TikTok throttles, fails or is not there: the queue waits as a whole, and knocks once in a while.

use assent_endpoint::delivery::queue::Turn;
use assent_gate::time::Timestamp;
use assent_lab::tiktok::{Answer, Fault, Leg, Timed};
use serde_json::Value;

use crate::bench::{Bench, DAY, HOUR, START};
use crate::dispatch::{Dispatch, Far};
use crate::support::beacon::{add_to_cart, purchase};

/// Waiting at first, and coming every second.
const WAITING: usize = 300;
const COMING: usize = 3;

async fn waiting() -> Bench {
    let bench = Bench::new("confirm = \"beacon\"");
    for n in 0..WAITING {
        bench.accept(&add_to_cart(&format!("sh-{n}")), START).await;
    }
    bench
}

/// A minute with this fault, while more come; how many requests were tried.
async fn a_minute(bench: &Bench, dispatch: &mut Dispatch) -> usize {
    for second in 0..60 {
        let now = START.plus(second);
        for n in 0..COMING {
            bench.accept(&add_to_cart(&format!("sh-{second}-{n}")), now).await;
        }
        dispatch.second(bench, now).await;
    }
    dispatch.tries
}

/// When each event knocked for itself (600 that waited, 10 a second that came) it was 1011 requests of
/// the first, 1009 of the third, 696 of the fourth.
#[tokio::test]
async fn in_a_minute_of_throttling_a_handful_of_requests_knock_for_all() {
    let forever = |fault: Fault| -> Timed { fault.forever() };
    for (fault, at_most) in [
        // What was under way, and a probe after 1 to 2, 2 to 4, 4 to 8, 8 to 16, 16 to 32 seconds.
        (forever(Fault::Answer(Answer::of(40100))), 16 + 6),
        (forever(Fault::Answer(Answer::of(40132))), 16 + 6),
        (forever(Fault::BadGateway), 16 + 6),
        (forever(Fault::TooMany { retry_after_seconds: 25 }), 16 + 2),
    ] {
        let (bench, mut dispatch) = (waiting().await, Dispatch::new());
        dispatch.tiktok.fault(fault.clone());
        let tries = a_minute(&bench, &mut dispatch).await;
        assert!((16 + 2..=at_most).contains(&tries), "{fault:?}: {tries} requests");
        assert_eq!(dispatch.turns.len(), 1, "one line, not one for each: {:?}", dispatch.turns);
        assert_eq!(bench.count("event WHERE sending > 0"), 0, "claimed, and nobody's");
    }
    let (bench, mut dispatch) = (waiting().await, Dispatch::new());
    dispatch.far = Far::Nobody;
    let tries = a_minute(&bench, &mut dispatch).await;
    assert!((16 + 2..=16 + 6).contains(&tries), "nobody is there: {tries} requests");
    assert_eq!(dispatch.changes.len(), 1, "{:?}", dispatch.changes);
}

/// Everything goes on with the first answer, and what is fresh before what has waited.
#[tokio::test]
async fn with_the_first_answer_all_goes_on_and_a_fresh_purchase_first() {
    let (bench, mut dispatch) = (waiting().await, Dispatch::new());
    dispatch.tiktok.fault(Fault::Answer(Answer::of(40100)).forever());
    a_minute(&bench, &mut dispatch).await;
    let now = START.plus(60);
    let fresh = purchase("t1");
    bench.accept_on(&fresh, now, None, now).await;
    dispatch.tiktok.clear_faults();
    let mut then = now;
    while dispatch.tiktok.counted().is_empty() {
        then = then.plus(1);
        dispatch.second(&bench, then).await;
    }
    assert!(then.since(now) <= 60, "the longest pause, and it was {}", then.since(now));
    assert_eq!(bench.count("event WHERE ended = 0"), 0, "all in the same second");
    assert_eq!(dispatch.turns.last(), Some(&Turn::GoesOn));
    let position = dispatch.position_of(&fresh);
    assert!(position <= 1, "after the probe, and it was {position}");
}

/// No event pays for it: neither with attempts (after which its own waits would be long) nor with lines
/// of its story.
#[tokio::test]
async fn hours_of_throttling_cost_an_event_nothing_and_its_horizon_holds() {
    for far in [Far::Strict, Far::Nobody] {
        let (bench, mut dispatch) = (Bench::new(""), Dispatch::new());
        dispatch.far = far;
        dispatch.tiktok.fault(Fault::Answer(Answer::of(40100)).forever());
        let events: Vec<Value> = (0..3).map(|n| add_to_cart(&format!("sh-{n}"))).collect();
        for event in &events {
            bench.accept(event, START).await;
        }
        let until = |seconds: i64| -> Timestamp { START.plus(seconds) };
        for second in (0..6 * HOUR).step_by(20) {
            dispatch.second(&bench, until(second)).await;
        }
        assert!((300..800).contains(&dispatch.tries), "{} in six hours", dispatch.tries);
        assert_eq!(bench.count("event WHERE attempts > 0"), 0);
        for event in &events {
            let told = bench.story(event).expect("known").history;
            assert_eq!(told.len(), 2, "accepted, and why it waits: {told:?}");
        }
        bench.sweep(until(7 * DAY - 1)).await;
        assert_eq!(bench.state(&events[0]), "due");
        bench.sweep(until(7 * DAY)).await;
        assert_eq!(bench.state(&events[0]), "expired");
    }
}

/// What was asked for is obeyed to the second, by everything that waits.
#[tokio::test]
async fn nothing_comes_before_its_time() {
    let (bench, mut dispatch) = (waiting().await, Dispatch::new());
    dispatch.tiktok.fault(Fault::TooMany { retry_after_seconds: 1800 }.times(16));
    for second in 0..HOUR {
        dispatch.second(&bench, START.plus(second)).await;
        if second == 1799 {
            assert_eq!(dispatch.tries, 16);
        }
    }
    assert_eq!(bench.count("event WHERE ended = 0"), 0);
    let all = dispatch.tiktok.received().into_iter().filter(|one| one.leg == Leg::EventsApi);
    assert!(all.skip(16).all(|one| one.at_ms / 1000 == START.0 + 1800));
}
