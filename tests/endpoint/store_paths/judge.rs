//! One event's life, what the test itself knows of it, and what must hold.

use std::collections::BTreeSet;
use std::sync::Arc;

use assent_endpoint::config::Shop;
use assent_endpoint::rules::answer::Answer;
use assent_endpoint::rules::debt::End;
use assent_endpoint::store::Taken;
use assent_gate::time::Timestamp;
use rusqlite::{OptionalExtension as _, Row};

use super::bench::{Bench, START};
use super::{Op, When};

/// Longer than any wait before a retry, so that what waits for one is due at the next operation.
const TICK: i64 = 1000;
const LONG_WAIT: i64 = 8 * 24 * 3600;

/// What the courier is about.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Courier {
    Idle,
    Claimed(Vec<i64>),
    /// Leave was given: it is on its way.
    Sent(Vec<i64>),
}

impl Courier {
    pub(super) fn may(&self, op: Op) -> bool {
        match op {
            Op::Claim => *self == Self::Idle,
            Op::Renew | Op::Interrupted => *self != Self::Idle,
            Op::Settle(_) => matches!(self, Self::Sent(_)),
            Op::Beacon(_)
            | Op::Fired
            | Op::Withdrawal(_)
            | Op::Crash
            | Op::Erase
            | Op::Sweep
            | Op::LongWait => true,
        }
    }

    /// What it has in hand, and from now on has no more.
    fn lays_down(&mut self) -> Vec<i64> {
        match std::mem::replace(self, Self::Idle) {
            Self::Idle => Vec::new(),
            Self::Claimed(ids) | Self::Sent(ids) => ids,
        }
    }
}

/// What the store's row says.
#[derive(Debug, Clone, PartialEq)]
struct Event {
    id: i64,
    state: String,
    ended: bool,
    sending: bool,
    first_copy: bool,
    evaluated_at: i64,
    personal: bool,
    linked: bool,
}

pub(super) struct Life {
    shop: Arc<Shop>,
    trail: Vec<Op>,
    now: Timestamp,
    courier: Courier,
    /// The latest evidence taken, and the latest no.
    grant: Option<i64>,
    no: i64,
    /// A customer's erasure reached the row that is there.
    erased: bool,
    event: Option<Event>,
}

impl Life {
    /// Lives through these operations, and is judged after each.
    pub(super) fn of(bench: &mut Bench, trail: &[Op]) -> Self {
        let mut life = Self {
            shop: bench.shop(),
            trail: trail.to_vec(),
            now: START,
            courier: Courier::Idle,
            grant: None,
            no: 0,
            erased: false,
            event: None,
        };
        for op in trail {
            life.step(bench, *op);
        }
        life
    }

    pub(super) fn courier(&self) -> Courier {
        self.courier.clone()
    }

    fn step(&mut self, bench: &mut Bench, op: Op) {
        self.now = self.now.plus(TICK);
        let (now, shop) = (self.now, self.shop.clone());
        match op {
            Op::Beacon(when) => self.beacon(bench, when, false),
            Op::Fired => self.beacon(bench, When::Now, true),
            Op::Withdrawal(when) => {
                // The late one was written in the second of the first evidence.
                let at = if when == When::Now { now } else { START };
                bench.withdraw(&shop, at, now);
                self.no = self.no.max(at.0);
            }
            Op::Claim => {
                let ids = bench.claim(&shop, now);
                if !ids.is_empty() {
                    self.courier = Courier::Claimed(ids);
                }
            }
            Op::Renew => {
                let owed = bench.renew(&shop, &self.courier.lays_down(), now);
                if !owed.is_empty() {
                    self.judge_leave();
                    self.courier = Courier::Sent(owed);
                }
            }
            Op::Settle(answer) => bench.settle(&self.courier.lays_down(), answer, now),
            Op::Interrupted => bench.interrupted(&self.courier.lays_down(), now),
            Op::Crash => {
                bench.crash(now);
                self.courier = Courier::Idle;
            }
            Op::Erase => {
                bench.erase(&shop, now);
                self.erased = self.event.is_some();
            }
            Op::Sweep => bench.sweep(now),
            Op::LongWait => self.now = now.plus(LONG_WAIT),
        }
        self.judge(bench, op);
    }

    fn beacon(&mut self, bench: &Bench, when: When, fired: bool) {
        let evaluated_at = if when == When::Now { self.now } else { START };
        let taken = bench.accept(&self.shop, fired, evaluated_at, self.now);
        let old = evaluated_at.0 <= self.no;
        assert_eq!(taken == Taken::Withdrawn, old, "{:?}", self.trail);
        if !old && !self.erased {
            self.grant = self.grant.max(Some(evaluated_at.0));
        }
    }

    /// Nothing gets leave without a grant newer than the last no, nor after its end.
    fn judge_leave(&self) {
        assert!(
            self.grant.is_some_and(|grant| grant > self.no),
            "leave without a grant: {:?}",
            self.trail
        );
        assert!(!self.erased, "leave after an erasure: {:?}", self.trail);
        assert!(
            self.event.as_ref().is_some_and(|event| !event.ended),
            "leave after its end: {:?}",
            self.trail
        );
    }

    fn judge(&mut self, bench: &Bench, op: Op) {
        let before = self.event.take();
        self.event = self.read(bench);
        let trail = &self.trail;
        let Some(event) = &self.event else {
            let swept = before.is_none_or(|event| event.ended && op == Op::Sweep);
            assert!(swept, "an event is gone: {trail:?}");
            (self.erased, self.grant) = (false, None);
            return;
        };
        let ends: Vec<&str> = End::ALL.iter().map(|end| end.name()).collect();
        assert_eq!(ends.contains(&event.state.as_str()), event.ended, "{event:?} {trail:?}");
        // Only a later yes brings a withdrawn one back. Any other end is the end.
        if let Some(before) = before.filter(|before| before.ended) {
            let again = before.state == "withdrawn" && matches!(op, Op::Beacon(_) | Op::Fired);
            assert!(
                again || before.state == event.state,
                "{} and then {}: {trail:?}",
                before.state,
                event.state
            );
        }
        assert!(!(event.ended && event.personal), "personal after its end: {trail:?}");
        assert!(!(event.ended && event.sending), "on its way after its end: {trail:?}");
        if self.grant.is_some_and(|grant| grant > self.no) {
            assert!(
                event.state != "withdrawn" || self.erased,
                "withdrawn under a later grant: {trail:?}"
            );
        } else {
            assert!(!event.personal, "personal after a no: {trail:?}");
            assert!(event.ended || self.courier != Courier::Idle, "it waits after a no: {trail:?}");
        }
        if self.erased {
            let count = |of: &str| -> i64 {
                let sql = format!("SELECT count(*) FROM {of}");
                bench
                    .rows
                    .query_row(&sql, [self.shop.settings.shop.as_str()], |row| row.get(0))
                    .expect("a count")
            };
            assert!(
                event.ended && !event.linked && !event.personal,
                "left after an erasure: {event:?} {trail:?}"
            );
            for of in [
                "context WHERE shop = ?1",
                "customer WHERE shop = ?1",
                "receipt WHERE shop = ?1 AND (checkout IS NOT NULL OR cart IS NOT NULL OR visitor IS NOT NULL)",
            ] {
                assert_eq!(count(of), 0, "{of} after an erasure: {trail:?}");
            }
        }
    }

    fn read(&self, bench: &Bench) -> Option<Event> {
        let read = |row: &Row<'_>| {
            Ok(Event {
                id: row.get(0)?,
                state: row.get(1)?,
                ended: row.get(2)?,
                sending: row.get(3)?,
                first_copy: row.get(4)?,
                evaluated_at: row.get(5)?,
                personal: row.get(6)?,
                linked: row.get(7)?,
            })
        };
        bench
            .rows
            .prepare_cached(
                "SELECT id, state, ended, sending, first_copy, evaluated_at, payload IS NOT NULL,
                     checkout IS NOT NULL OR cart IS NOT NULL OR visitor IS NOT NULL OR order_id IS NOT NULL
                 FROM event WHERE shop = ?1",
            )
            .expect("a query")
            .query_row([self.shop.settings.shop.as_str()], read)
            .optional()
            .expect("one row or none")
    }

    /// What makes a state another one. Not the row's number. Of times, which is before which, and
    /// what a long wait has passed: whatever else differs (the moment of a retry) is past by the
    /// next operation, and no deadline is.
    pub(super) fn fingerprint(&self, bench: &Bench) -> String {
        let Self { shop, trail: _, now, courier, grant, no, erased, event } = self;
        let courier = match courier {
            Courier::Idle => "idle",
            Courier::Claimed(_) => "claimed",
            Courier::Sent(_) => "sent",
        };
        let all = |sql: &str| -> Vec<Vec<i64>> {
            let mut find = bench.rows.prepare_cached(sql).expect("a query");
            let read = |row: &Row<'_>| (0..4).map(|n| row.get(n)).collect();
            let rows = find.query_map([shop.settings.shop.as_str()], read).expect("rows");
            rows.map(|row| row.expect("a row")).collect()
        };
        // Two times that are compared with each other, one that only grows old, and a fact.
        let tables = [
            all("SELECT evaluated_at, event_time, at, ended FROM event WHERE shop = ?1"),
            all(
                "SELECT evaluated_at, evaluated_at, last_at, visitor IS NULL FROM receipt WHERE shop = ?1 ORDER BY id",
            ),
            all("SELECT evaluated_at, evaluated_at, last_at, 0 FROM context WHERE shop = ?1"),
            all("SELECT at, at, received_at, 0 FROM withdrawal WHERE shop = ?1"),
        ];
        let compared = tables.iter().flatten().flat_map(|row| [row[0], row[1]]);
        let own = [START.0, *no].into_iter().chain(*grant);
        let order: BTreeSet<i64> = compared.chain(own).collect();
        let rank = |at: i64| order.range(..at).count();
        let is_old = |at: i64| now.0 - at > LONG_WAIT;
        let rows: Vec<_> = tables
            .iter()
            .map(|rows| {
                rows.iter()
                    .map(|row| (rank(row[0]), rank(row[1]), is_old(row[1]), is_old(row[2]), row[3]))
            })
            .map(Iterator::collect::<Vec<_>>)
            .collect();
        let event = event.clone().map(|event| Event { id: 0, evaluated_at: 0, ..event });
        format!("{courier} {:?} {} {erased} {event:?} {rows:?}", grant.map(rank), rank(*no))
    }

    /// Whatever else happens: in the end there is an end, and one only.
    pub(super) fn ends(mut self, bench: &mut Bench) {
        self.lands(bench);
        for op in [Op::LongWait, Op::Sweep] {
            self.step(bench, op);
        }
        let event = self.event.as_ref();
        assert!(event.is_none_or(|event| event.ended), "no end: {event:?} {:?}", self.trail);
    }

    /// What may still leave does, once TikTok answers.
    pub(super) fn delivers(mut self, bench: &mut Bench) {
        self.lands(bench);
        let Some(event) =
            self.event.clone().filter(|event| !event.ended && event.state != "parked")
        else {
            return;
        };
        for op in [Op::Claim, Op::Renew, Op::Settle(Answer::Accepted { code: 0 })] {
            self.step(bench, op);
        }
        let after = self.event.as_ref().expect("it was there just now");
        let late = ["expired", "parked", "unconfirmed"].contains(&after.state.as_str());
        let granted = self.grant.is_some_and(|grant| grant > self.no);
        assert_eq!(
            after.state == "delivered" || late,
            granted,
            "{event:?}, then {after:?}: {:?}",
            self.trail
        );
        assert!(
            !late || self.trail.contains(&Op::LongWait) || after.state == "parked",
            "{after:?}: {:?}",
            self.trail
        );
    }

    /// The courier's send comes to nothing.
    fn lands(&mut self, bench: &mut Bench) {
        if self.courier != Courier::Idle {
            self.step(bench, Op::Interrupted);
        }
    }
}
