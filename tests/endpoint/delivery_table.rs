//! Delivery as a table: no network, no clock, no sleep.

use assent_endpoint::rules::answer::{Answer, read};
use assent_endpoint::rules::breaker::{Breaker, Signal};
use assent_endpoint::rules::debt::{Debt, End, FirstCopy, Sent, State, after, wait};
use assent_endpoint::rules::pause::Pause;
use assent_gate::time::Timestamp;
use proptest::prelude::*;

const HOUR: i64 = 3600;
const START: i64 = 1_772_442_000;
/// Since the first moment.
const COPY: FirstCopy = FirstCopy::Since(Timestamp(START));
/// One event in one request, as most go.
const SINGLE: Sent = Sent { since: Timestamp(START), in_batch: false };

/// Every code of docs/facts/tiktok.md#answers, and what it must lead to.
#[test]
fn every_code_of_tiktok_leads_where_it_must() {
    let fresh = Debt {
        state: State::Due { at: Timestamp(START) },
        event_time: Timestamp(START),
        first_copy: FirstCopy::None,
        attempts: 0,
        alone: false,
    };
    let delivered = |debt: Debt| debt.state == State::Ended(End::Delivered);
    let dropped = |debt: Debt| debt.state == State::Ended(End::RefusedByTiktok);
    let retried = |debt: Debt| matches!(debt.state, State::Due { at } if at.0 > START);
    let kept = |debt: Debt| debt.state == State::Due { at: Timestamp(START) };
    type Is = fn(Debt) -> bool;
    let table: [(&[i64], Is, FirstCopy); 6] = [
        (&[0, 20001, 40050], delivered, FirstCopy::None),
        (&[40000, 40002, 40006, 40051, 40007, 40008, 40061, 40062], dropped, FirstCopy::None),
        // The queue waits, not the event.
        (&[40100, 40132], kept, FirstCopy::None),
        (
            &[40001, 40063, 40102, 40104, 40105, 40113, 40117, 40118, 40125, 40130],
            kept,
            FirstCopy::None,
        ),
        (&[50000, 50002, 51000, 51010, 51012, 52000, 60001, 61000], retried, COPY),
        (&[1, -1, 99999, 20000], retried, COPY),
    ];
    for (codes, is, first_copy) in table {
        for code in codes {
            let body = format!(r#"{{"code":{code},"message":"m","request_id":"r-1","data":{{}}}}"#);
            let reply = read(200, None, body.as_bytes());
            assert_eq!(reply.request_id.as_deref(), Some("r-1"));
            let debt = after(fresh, reply.answer, SINGLE, Timestamp(START), u64::MAX / 3);
            assert!(is(debt), "{code}: {debt:?}");
            assert_eq!(debt.first_copy, first_copy, "{code}");
        }
    }
}

#[test]
fn http_without_a_readable_code_is_never_success() {
    for (status, body, expected) in [
        (200, "", Answer::Unreadable { status: 200, retry_after: None }),
        (200, "<html>", Answer::Unreadable { status: 200, retry_after: None }),
        (200, r#"{"message":"OK"}"#, Answer::Unreadable { status: 200, retry_after: None }),
        (200, r#"{"code":"0"}"#, Answer::Unreadable { status: 200, retry_after: None }),
        (502, r#"{"code":0}"#, Answer::Unreadable { status: 502, retry_after: None }),
        (502, "<html>", Answer::Unreadable { status: 502, retry_after: None }),
        (429, "", Answer::Unreadable { status: 429, retry_after: None }),
        (413, "", Answer::TooMany { code: None }),
        (302, "", Answer::Misconfigured { code: None, status: 302 }),
        (404, "<html>", Answer::Misconfigured { code: None, status: 404 }),
        // JSON of something between.
        (403, r#"{"code":403}"#, Answer::Misconfigured { code: None, status: 403 }),
        (404, r#"{"code":0}"#, Answer::Misconfigured { code: None, status: 404 }),
        (200, r#"{"code":200}"#, Answer::Unreadable { status: 200, retry_after: None }),
        (429, r#"{"code":429}"#, Answer::Unreadable { status: 429, retry_after: None }),
    ] {
        assert_eq!(read(status, None, body.as_bytes()).answer, expected, "{status} {body}");
    }
}

/// The horizon is 47 hours wherever an attempt was answered unreadably; only a code 4xxxx shows
/// that no copy exists.
#[test]
fn an_answer_without_a_code_leaves_room_for_a_copy() {
    let fresh = Debt {
        state: State::Due { at: Timestamp(START) },
        event_time: Timestamp(START),
        first_copy: FirstCopy::None,
        attempts: 0,
        alone: false,
    };
    for (status, body, first_copy) in [
        (302, "", COPY),
        (404, "<html>", COPY),
        (429, "", COPY),
        (502, "<html>", COPY),
        (401, r#"{"code":40105}"#, FirstCopy::None),
    ] {
        let answer = read(status, None, body.as_bytes()).answer;
        let debt = after(fresh, answer, SINGLE, Timestamp(START), 0);
        assert_eq!(debt.first_copy, first_copy, "{status} {body}");
        let late = after(fresh, answer, SINGLE, Timestamp(START + 47 * HOUR), 0);
        assert_eq!(late.state == State::Ended(End::Expired), first_copy == COPY, "{status} {body}");
    }
    // The token could not be read: nothing was sent.
    let unsent =
        after(fresh, Answer::Misconfigured { code: None, status: 0 }, SINGLE, Timestamp(START), 0);
    assert_eq!(unsent.first_copy, FirstCopy::None);
}

#[test]
fn a_request_id_that_is_not_one_is_not_kept() {
    for id in ["jane@example.com", "a b", "", &"x".repeat(65), "a\\nb"] {
        let body = format!(r#"{{"code":0,"request_id":"{id}"}}"#);
        assert_eq!(read(200, None, body.as_bytes()).request_id, None, "{id}");
    }
}

#[test]
fn a_paused_queue_tries_one_event_at_a_time_and_moves_on_at_the_first_success() {
    let refused = Answer::Misconfigured { code: Some(40105), status: 200 };
    let now = Timestamp(START);
    let Pause::Paused { probe_at, .. } = Pause::Running.after(refused, now, 0) else {
        panic!("not paused")
    };
    let paused = Pause::Running.after(refused, now, 0);
    assert!(probe_at.since(now) >= 60, "nobody repairs a token faster");
    assert_eq!(paused.admits(now, 16, 0), 0);
    assert_eq!(paused.admits(probe_at, 16, 0), 1);
    assert_eq!(paused.admits(probe_at, 16, 1), 0, "while one is on its way");
    // Sends that started before the pause come back with the same answer: no new failure.
    assert_eq!(paused.after(refused, now, u64::MAX), paused);
    for good in [
        Answer::Accepted { code: 0 },
        Answer::Duplicate { code: 40050 },
        Answer::Refused { code: 40002 },
    ] {
        assert_eq!(paused.after(good, probe_at, 0), Pause::Running);
    }
    let mut longest = paused;
    for _ in 0..100 {
        let Pause::Paused { probe_at, .. } = longest else { panic!("not paused") };
        longest = longest.after(refused, probe_at, u64::MAX);
        let Pause::Paused { probe_at: next, .. } = longest else { panic!("not paused") };
        assert!((1..=15 * 60).contains(&next.since(probe_at)));
    }
}

fn answers() -> impl Strategy<Value = Answer> {
    let seconds = prop::option::of(any::<u32>());
    prop_oneof![
        Just(Answer::Accepted { code: 0 }),
        Just(Answer::Partial { code: 20001 }),
        Just(Answer::Duplicate { code: 40050 }),
        Just(Answer::Refused { code: 40002 }),
        Just(Answer::TooMany { code: None }),
        Just(Answer::Misconfigured { code: Some(40105), status: 200 }),
        Just(Answer::Misconfigured { code: None, status: 404 }),
        Just(Answer::Misconfigured { code: None, status: 0 }),
        seconds.clone().prop_map(|retry_after| Answer::Throttled { code: 40100, retry_after }),
        Just(Answer::Failed { code: 50000 }),
        seconds.prop_map(|retry_after| Answer::Unreadable { status: 502, retry_after }),
        Just(Answer::Unreached),
    ]
}

/// The answers after which an event goes on waiting.
fn setbacks() -> impl Strategy<Value = Answer> {
    answers().prop_filter("a setback", |answer| match answer {
        Answer::Throttled { .. }
        | Answer::Failed { .. }
        | Answer::Unreadable { .. }
        | Answer::Unreached => true,
        Answer::Accepted { .. }
        | Answer::Partial { .. }
        | Answer::Duplicate { .. }
        | Answer::Refused { .. }
        | Answer::TooMany { .. }
        | Answer::Misconfigured { .. } => false,
    })
}

fn debts() -> impl Strategy<Value = Debt> {
    let first_copy = prop_oneof![Just(FirstCopy::None), Just(COPY)];
    (first_copy, 0..40_u32).prop_map(|(first_copy, attempts)| Debt {
        state: State::Due { at: Timestamp(START) },
        event_time: Timestamp(START),
        first_copy,
        attempts,
        alone: false,
    })
}

proptest! {
    #[test]
    fn no_sequence_of_answers_breaks_the_rules(
        debt in debts(),
        steps in prop::collection::vec((answers(), any::<bool>(), any::<u64>(), 0..20_000_i64), 1..60),
    ) {
        let mut debt = debt;
        let mut now = Timestamp(START);
        for (answer, in_batch, dice, pause) in steps {
            now = now.plus(pause);
            let before = debt.at(now);
            let next = after(before, answer, Sent { since: now, in_batch }, now, dice);
            prop_assert_eq!(next.event_time, debt.event_time);
            let is_its_own = next.attempts == before.attempts + 1;
            let same = [before.attempts, before.attempts.max(1)].contains(&next.attempts);
            let is_the_queues = answer.holds_up_the_rest() && same;
            prop_assert!(is_its_own || is_the_queues, "{} after {}", next.attempts, before.attempts);
            prop_assert!(next.horizon() <= before.horizon(), "the horizon widened");
            match (before.state, next.state) {
                (State::Ended(was), State::Ended(is)) => prop_assert_eq!(was, is, "an end is final"),
                (State::Ended(_), _) => prop_assert!(false, "an end was undone"),
                (_, State::Due { at }) => {
                    prop_assert!(at < next.horizon(), "due past its horizon");
                    prop_assert!(at >= now && at.since(now) <= HOUR / 4, "a wait of {}", at.since(now));
                }
                (_, State::Ended(End::Expired)) => prop_assert!(now.plus(HOUR / 4) >= next.horizon(), "given up too early"),
                (_, State::Ended(end)) => {
                    let delivered = matches!(
                        answer,
                        Answer::Accepted { .. } | Answer::Partial { .. } | Answer::Duplicate { .. }
                    );
                    let partly = matches!(answer, Answer::Partial { .. }) && in_batch;
                    prop_assert!(!partly, "a part of a batch says nothing of one event");
                    prop_assert_eq!(end, if delivered { End::Delivered } else { End::RefusedByTiktok });
                }
                (_, State::Held { .. } | State::Parked) => prop_assert!(false, "held again"),
            }
            debt = next;
        }
    }

    #[test]
    fn whatever_goes_wrong_an_event_ends_by_its_horizon(
        debt in debts(),
        steps in prop::collection::vec((setbacks(), any::<u64>()), 1..50),
    ) {
        let mut debt = debt;
        let mut breaker = Breaker::default();
        let mut sends = 0;
        let mut now = Timestamp(START);
        for (answer, dice) in steps.iter().cycle() {
            let State::Due { at } = debt.state else { break };
            prop_assert!(at < debt.horizon());
            sends += 1;
            prop_assert!(sends < 700_000, "it goes on for ever");
            // It is sent when both the event and its queue are ready; the way's breaker is the same rule.
            now = now.max(at);
            now = now.plus(breaker.opens_in(now));
            debt = after(debt.at(now), *answer, Sent { since: now, in_batch: false }, now, *dice);
            let is_unreached = *answer == Answer::Unreached;
            let read = if is_unreached { Signal::of_the_way } else { Signal::of_tiktok };
            let signal = read(*answer);
            breaker = breaker.after(signal, now, *dice);
        }
        prop_assert_eq!(debt.state, State::Ended(End::Expired));
    }

    #[test]
    fn a_wait_is_between_a_second_and_a_quarter_of_an_hour(attempts in any::<u32>(), dice in any::<u64>()) {
        let longest = 1_i64.checked_shl(attempts.min(20)).map_or(900, |n| n.min(900));
        prop_assert!((1..=longest.max(1)).contains(&wait(attempts, dice)));
    }
}

#[test]
fn a_fired_event_is_never_due_after_47_hours_and_one_alone_not_after_7_days() {
    for (first_copy, life) in [(COPY, 47 * HOUR), (FirstCopy::None, 7 * 24 * HOUR)] {
        let due = State::Due { at: Timestamp(START) };
        let debt = Debt {
            state: due,
            event_time: Timestamp(START),
            first_copy,
            attempts: 3,
            alone: false,
        };
        assert_eq!(debt.at(Timestamp(START + life - 1)).state, due);
        assert_eq!(debt.at(Timestamp(START + life)).state, State::Ended(End::Expired));
        let parked = Debt { state: State::Parked, ..debt };
        assert_eq!(parked.at(Timestamp(START + life)).state, State::Ended(End::Unconfirmed));
    }
}

/// It says that some were taken, not which: each goes again by itself, and TikTok may have it.
#[test]
fn a_part_of_a_batch_is_sent_again_one_by_one_and_of_a_single_event_it_is_delivered() {
    let fresh = Debt {
        state: State::Due { at: Timestamp(START) },
        event_time: Timestamp(START - HOUR),
        first_copy: FirstCopy::None,
        attempts: 0,
        alone: false,
    };
    let answer = read(200, None, br#"{"code":20001,"message":"partial"}"#).answer;
    let in_batch = Sent { in_batch: true, ..SINGLE };
    let debt = after(fresh, answer, in_batch, Timestamp(START + 5), 0);
    assert_eq!(debt.state, State::Due { at: Timestamp(START + 5) }, "at once");
    assert_eq!((debt.alone, debt.first_copy), (true, COPY));
    let debt = after(debt, answer, SINGLE, Timestamp(START + 6), 0);
    assert_eq!(debt.state, State::Ended(End::Delivered));
}

/// Where only attempts of ours can have left a copy, TikTok's 48 hours began with the first of them.
#[test]
fn a_copy_of_ours_counts_from_our_first_attempt_and_one_of_the_browsers_from_the_event() {
    let event_time = Timestamp(START - 24 * HOUR);
    let fresh = Debt {
        state: State::Due { at: Timestamp(START) },
        event_time,
        first_copy: FirstCopy::None,
        attempts: 0,
        alone: false,
    };
    let failed = Answer::Failed { code: 50000 };
    let once = after(fresh, failed, SINGLE, Timestamp(START + 10), 0);
    let twice = after(
        once,
        failed,
        Sent { since: Timestamp(START + HOUR), in_batch: false },
        Timestamp(START + HOUR),
        0,
    );
    assert_eq!(once.horizon(), Timestamp(START + 47 * HOUR));
    assert_eq!(twice.horizon(), once.horizon(), "the first counts");
    assert_eq!(twice.fired().horizon(), event_time.plus(47 * HOUR), "the browser was before us");
    let old = Debt { event_time: Timestamp(START - 6 * 24 * HOUR), ..once };
    assert_eq!(old.horizon(), old.event_time.plus(7 * 24 * HOUR), "no longer than it counts");
}
