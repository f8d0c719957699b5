//! One sequence: what is done to the store, and what the courier does.

use std::collections::BTreeSet;

use assent_endpoint::rules::answer::Reply;
use assent_endpoint::rules::order::Topic;
use assent_endpoint::store::Taken;
use assent_gate::time::Timestamp;

use super::bench::{BOUGHT, Bench};
use super::oracle::Oracle;
use super::standin::{Standin, elements};
use super::{Case, Courier, Fault, Op, Read, Told, Way};
use crate::support::rows::{Field, OfField as _, hex, literals};

/// Longer than any wait before a retry, so that what waits for one is due at the next operation;
/// and so short that no number of operations is a hold.
const TICK: i64 = 20;
const HOLD_OVER: i64 = 300;
pub(super) const HOUR: i64 = 3600;
pub(super) const DAY: i64 = 24 * HOUR;

/// What the courier has in hand.
#[derive(Debug, Clone)]
enum Hand {
    Empty,
    Claimed(Vec<i64>),
    /// TikTok has answered, and the answer is not written down.
    Sent(Vec<i64>, Reply),
}

#[derive(Clone)]
pub(super) struct Life {
    left: Vec<Op>,
    courier: Courier,
    now: Timestamp,
    hand: Hand,
    fault: Option<Fault>,
    /// At the next send.
    dies: bool,
    standin: Standin,
    oracle: Oracle,
}

impl Life {
    pub(super) fn new(case: &Case<'_>) -> Self {
        let mut standin = Standin::default();
        for way in case.fired {
            standin.fires(
                way.checkout.expect("one who buys"),
                way.visitor.expect("someone"),
                BOUGHT,
            );
        }
        Self {
            left: case.ops.clone(),
            courier: case.courier,
            now: BOUGHT,
            hand: Hand::Empty,
            fault: None,
            dies: false,
            standin,
            oracle: Oracle::of(case),
        }
    }

    /// What may happen next.
    pub(super) fn choices(&self) -> Vec<Op> {
        let steps = match (self.courier, &self.hand) {
            (Courier::Eager, _) => None,
            (Courier::ByStep, Hand::Empty) => Some(Op::Claim),
            (Courier::ByStep, Hand::Claimed(_)) => Some(Op::Send),
            (Courier::ByStep, Hand::Sent(..)) => Some(Op::Settle),
        };
        self.left.iter().copied().chain(steps).collect()
    }

    /// Everything has happened.
    pub(super) fn is_whole(&self) -> bool {
        self.left.is_empty()
    }

    pub(super) fn step(&mut self, bench: &mut Bench, op: Op) {
        self.oracle.trail.push(op);
        if let Some(place) = self.left.iter().position(|other| *other == op) {
            self.left.remove(place);
            self.now = self.now.plus(TICK);
        }
        self.happens(bench, op);
        if self.courier == Courier::Eager {
            self.pays(bench);
        }
        self.oracle.judge(bench, &self.standin, self.now);
        // What is counted of orders rests on it (store/read/orders.rs).
        let strayed = bench.orders_without_their_purchases_end();
        assert_eq!(strayed, [""; 0], "after {:?}", self.oracle.trail);
    }

    fn happens(&mut self, bench: &mut Bench, op: Op) {
        match op {
            Op::Beacon(told, read, way) => self.beacon(bench, told, read, way),
            Op::Created(way) => self.order(bench, Topic::Created, way),
            Op::Paid(way) => self.order(bench, Topic::Paid, way),
            Op::Withdrawal(way) => {
                bench.withdraw(way, self.now);
                self.oracle.no(way, self.now);
            }
            Op::Fault(fault) => self.fault = Some(fault),
            Op::Crash => match self.courier {
                Courier::Eager => self.dies = true,
                Courier::ByStep => self.crash(bench),
            },
            Op::HoldOver => self.now = self.now.plus(HOLD_OVER),
            Op::TwoDays => self.now = self.now.plus(2 * DAY + HOUR),
            Op::Claim => self.claim(bench),
            Op::Send => self.send(bench),
            Op::Settle => self.settle(bench),
        }
    }

    fn beacon(&mut self, bench: &Bench, told: Told, read: Read, way: Way) {
        let evaluated_at = match read {
            Read::Before(seconds) => BOUGHT.plus(-seconds),
            Read::Now => self.now,
        };
        let taken = bench.accept(told, way, evaluated_at, self.now);
        self.oracle.beacon(told, way, evaluated_at, taken == Taken::Withdrawn);
    }

    fn order(&mut self, bench: &Bench, topic: Topic, way: Way) {
        let outcome = bench.order(topic, way, self.now);
        self.oracle.order(topic, way, outcome, bench.shop.purchase);
    }

    fn claim(&mut self, bench: &Bench) {
        let ids = bench.claim(self.now);
        for id in &ids {
            self.oracle.claimed(&event_id(bench, *id));
        }
        self.hand = if ids.is_empty() { Hand::Empty } else { Hand::Claimed(ids) };
    }

    /// Asks for leave, and what gets it is at TikTok in the same moment.
    fn send(&mut self, bench: &Bench) {
        let Hand::Claimed(ids) = &self.hand else { return };
        let owed = bench.renew(ids.clone(), self.now);
        if owed.is_empty() {
            self.hand = Hand::Empty;
            return;
        }
        for (element, owed) in elements(&owed).iter().zip(&owed) {
            let read_at = owed.grant.evidence().evaluated_at;
            self.oracle.leaves(element, read_at, bench.shop.purchase, self.now);
        }
        let reply = self.standin.track(&owed, self.fault.take(), self.now);
        self.hand = Hand::Sent(owed.iter().map(|owed| owed.id).collect(), reply);
    }

    fn settle(&mut self, bench: &Bench) {
        if let Hand::Sent(ids, reply) = std::mem::replace(&mut self.hand, Hand::Empty) {
            bench.settle(&ids, &reply, self.now);
        }
    }

    fn crash(&mut self, bench: &mut Bench) {
        bench.crash(self.now);
        self.hand = Hand::Empty;
    }

    /// Whatever is due is sent and answered.
    fn pays(&mut self, bench: &mut Bench) {
        loop {
            if matches!(self.hand, Hand::Empty) {
                self.claim(bench);
            }
            if matches!(self.hand, Hand::Empty) {
                return;
            }
            self.send(bench);
            if self.dies && matches!(self.hand, Hand::Sent(..)) {
                self.dies = false;
                self.crash(bench);
            }
            self.settle(bench);
        }
    }

    /// Whatever of the rest never comes: each row has its end, and what was granted has been
    /// delivered.
    pub(super) fn ends(mut self, bench: &mut Bench) {
        for _ in 0..2 {
            self.passes(bench, self.now.plus(1000));
        }
        self.oracle.judge_delivery(bench, &self.standin);
        // Past TikTok's memory of any first copy: what is sent now counts twice.
        self.passes(bench, self.now.max(BOUGHT.plus(2 * DAY + 3 * HOUR)));
        // Past every horizon, and within an order's week.
        let week = BOUGHT.plus(7 * DAY + TICK / 2);
        bench.sweep(week);
        self.passes(bench, week);
        self.oracle.judge_ends(bench);
        if self.is_whole() {
            bench.sweep(week.plus(9 * DAY));
            self.oracle.judge_silence(bench);
        }
    }

    fn passes(&mut self, bench: &mut Bench, now: Timestamp) {
        self.now = now;
        self.pays(bench);
        self.oracle.judge(bench, &self.standin, now);
    }

    /// What makes a state another one. Not a row's number or story. Of the device's times, which is
    /// before which: the clock itself stands where what is left puts it. Of a retry's moment,
    /// whether it has come: if not, it will have at the next operation.
    pub(super) fn fingerprint(&self, bench: &Bench) -> String {
        let Self { left, now, hand, fault, dies, standin, oracle, .. } = self;
        let hand = match hand {
            Hand::Empty => "empty".to_owned(),
            Hand::Claimed(ids) => format!("claimed {}", ids.len()),
            Hand::Sent(ids, reply) => format!("sent {} {:?}", ids.len(), reply.answer),
        };
        let times = bench.column(
            "SELECT granted_at FROM event UNION SELECT granted_at FROM receipt
             UNION SELECT granted_at FROM context UNION SELECT at FROM withdrawal",
        );
        let constants = [BOUGHT.0, BOUGHT.0 - 600, BOUGHT.0 - 500];
        let order: BTreeSet<i64> =
            times.into_iter().chain(constants).chain(oracle.times()).collect();
        let rank = |at: i64| order.range(..at).count();
        let rows = state_of_rows(bench, *now, &rank);
        let counted: Vec<_> = standin
            .counted
            .iter()
            .map(|one| {
                (
                    &one.event_id,
                    one.copies
                        .iter()
                        .map(|copy| (copy.leg, (now.0 * 1000 - copy.at_ms) / (HOUR * 1000)))
                        .collect::<Vec<_>>(),
                )
            })
            .collect();
        format!(
            "{left:?} {hand} {fault:?} {dies} {counted:?} {} {rows:?}",
            oracle.fingerprint(&rank)
        )
    }
}

fn event_id(bench: &Bench, id: i64) -> String {
    let found = bench.column::<Vec<u8>>(&format!("SELECT event_id FROM event WHERE id = {id}"));
    hex(found.first().expect("a claimed row"))
}

/// The rows, without what is only told.
fn state_of_rows(bench: &Bench, now: Timestamp, rank: &impl Fn(i64) -> usize) -> Vec<String> {
    // A time to be ranked, a moment, and all else.
    let events = format!(
        "SELECT granted_at,
             CASE state WHEN 'due' THEN CASE WHEN at <= {} THEN 1 ELSE 0 END WHEN 'held' THEN at ELSE 0 END,
             event_id, visitor, event_time, state, sending > 0, copy_since, alone,
             CASE WHEN attempts > 0 THEN 1 ELSE 0 END, marks, value, payload
         FROM event ORDER BY event_id",
        now.0
    );
    let queries = [
        &*events,
        "SELECT granted_at, 0, checkout, cart, visitor, customer FROM receipt
         ORDER BY checkout, cart, visitor",
        "SELECT granted_at, last_at, checkout, cart, visitor, payload FROM context
         ORDER BY checkout, cart, visitor",
        "SELECT 0, 0, order_id, created, paid, state, marks FROM order_fact ORDER BY order_id",
        "SELECT 0, 0, webhook_id FROM webhook ORDER BY webhook_id",
        "SELECT at, 0, who, named FROM withdrawal ORDER BY who",
    ];
    let mut all = Vec::new();
    for (n, sql) in queries.into_iter().enumerate() {
        let rows: Vec<_> = bench.rows.all(sql).into_iter().map(parted).collect();
        // Which context is the latest is all that its moment says within the hours of a sequence.
        let latest: BTreeSet<i64> = rows.iter().map(|row| row.1).collect();
        let moment = |at: i64| {
            if n == 2 {
                format!("{} {}", latest.range(..at).count(), now.0 - at > DAY)
            } else {
                at.to_string()
            }
        };
        all.extend(
            rows.iter().map(|(at, then, rest)| format!("{} {} {rest}", rank(*at), moment(*then))),
        );
    }
    all
}

/// Its first two times, and the rest as a text.
fn parted(row: Vec<Field>) -> (i64, i64, String) {
    let mut fields = row.into_iter();
    let mut time = || i64::of(fields.next().expect("a time"));
    let (at, then) = (time(), time());
    (at, then, literals(fields.as_slice()))
}
