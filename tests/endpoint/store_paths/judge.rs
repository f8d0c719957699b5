//! One event's life, what the test itself knows of it, and what must hold.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use assent_endpoint::config::Shop;
use assent_endpoint::rules::answer::Answer;
use assent_endpoint::rules::debt::End;
use assent_endpoint::store::Taken;
use assent_gate::time::Timestamp;

use super::bench::{Bench, Read, START};
use super::{Op, When};
use crate::support::rows::{Field, OfField as _};

/// Longer than any wait before a retry, so that what waits for one is due at the next operation.
const TICK: i64 = 1000;
/// By which somebody sets a clock.
const CLOCK: i64 = 3600;
const LONG_WAIT: i64 = 8 * 24 * 3600;
const STRANGERS_NO: i64 = 8 * 24 * 3600;

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
            | Op::ClockForth
            | Op::ClockBack
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
    personal: bool,
    linked: bool,
}

pub(super) struct Life {
    shop: Arc<Shop>,
    trail: Vec<Op>,
    now: Timestamp,
    courier: Courier,
    /// How far the device's clock is ahead.
    ahead: i64,
    /// Whom the device is now.
    visitor: usize,
    /// Who of it said no, when that came, and whether a beacon has ever named them: if not, the no
    /// is forgotten after 8 days.
    no: BTreeMap<usize, (i64, bool)>,
    named: BTreeSet<usize>,
    /// When the latest evidence that was taken was truly read, and whose it is.
    grant: Option<(i64, usize)>,
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
            ahead: 0,
            visitor: 0,
            no: BTreeMap::new(),
            named: BTreeSet::new(),
            grant: None,
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
            Op::Withdrawal(when) => self.says_no(bench, when),
            Op::ClockForth => self.ahead += CLOCK,
            Op::ClockBack => self.ahead -= CLOCK,
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
            Op::Settle(answer) => bench.settle(&shop, &self.courier.lays_down(), answer, now),
            Op::Interrupted => bench.interrupted(&shop, &self.courier.lays_down(), now),
            Op::Crash => {
                bench.crash(now);
                self.courier = Courier::Idle;
            }
            Op::Erase => {
                (0..=self.visitor).for_each(|visitor| bench.erase(&shop, visitor, now));
                self.erased = self.event.is_some();
            }
            Op::Sweep => {
                bench.sweep(now);
                self.no.retain(|_, (at, known)| *known || now.0 - *at <= STRANGERS_NO);
            }
            Op::LongWait => self.now = now.plus(LONG_WAIT),
        }
        self.judge(bench, op);
    }

    /// Now by the device's clock.
    fn device(&self) -> Timestamp {
        self.now.plus(self.ahead)
    }

    /// The first is told late: the device said it when it was its first visitor.
    fn says_no(&mut self, bench: &Bench, when: When) {
        let sent_at = self.device();
        let (visitor, at) = match when {
            When::Now => (self.visitor, sent_at),
            When::First => (0, START),
        };
        bench.withdraw(&self.shop, visitor, (at, sent_at), self.now);
        let known = self.named.contains(&visitor);
        let (at, was_known) = self.no.entry(visitor).or_default();
        (*at, *was_known) = (self.now.0, *was_known || known);
        if visitor == self.visitor {
            self.visitor += 1;
        }
    }

    fn beacon(&mut self, bench: &Bench, when: When, fired: bool) {
        let sent_at = self.device();
        let (visitor, evaluated_at, truly) = match when {
            When::Now => (self.visitor, sent_at, self.now.0),
            When::First => (0, START, START.0),
        };
        if evaluated_at.since(sent_at) > 60 {
            return; // dated ahead: refused at the door
        }
        let read = Read { visitor, evaluated_at, sent_at };
        let taken = bench.accept(&self.shop, read, fired, self.now);
        let withdrawn = self.no.contains_key(&visitor);
        self.named.insert(visitor);
        if let Some((_, known)) = self.no.get_mut(&visitor) {
            *known = true;
        }
        assert_eq!(taken == Taken::Withdrawn, withdrawn, "{:?}", self.trail);
        if !withdrawn && !self.erased {
            self.grant = self.grant.max(Some((truly, visitor)));
        }
    }

    /// Whether what it rests on is no part of what was withdrawn.
    fn is_granted(&self) -> bool {
        self.grant.is_some_and(|(_, visitor)| !self.no.contains_key(&visitor))
    }

    /// Nothing gets leave without a grant that stands, nor after its end.
    fn judge_leave(&self) {
        assert!(self.is_granted(), "leave without a grant: {:?}", self.trail);
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
        if self.is_granted() {
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
                let shop = self.shop.settings.shop.as_str();
                bench.rows.number(
                    &format!("SELECT count(*) FROM {of}").replace("?1", &format!("'{shop}'")),
                )
            };
            assert!(
                event.ended && !event.linked && !event.personal,
                "left after an erasure: {event:?} {trail:?}"
            );
            for of in [
                "context WHERE shop = ?1",
                "link WHERE shop = ?1",
                "receipt WHERE shop = ?1 AND (checkout IS NOT NULL OR cart IS NOT NULL OR visitor IS NOT NULL
                     OR customer IS NOT NULL)",
            ] {
                assert_eq!(count(of), 0, "{of} after an erasure: {trail:?}");
            }
        }
    }

    fn read(&self, bench: &Bench) -> Option<Event> {
        let shop = self.shop.settings.shop.as_str();
        let rows = bench.rows.all(&format!(
            "SELECT id, state, ended, sending > 0, copy_since IS NOT NULL, payload IS NOT NULL,
                 coalesce(checkout, cart, visitor, customer) IS NOT NULL OR order_id IS NOT NULL
             FROM event WHERE shop = '{shop}'",
        ));
        assert!(rows.len() < 2, "one row or none: {rows:?}");
        let [id, state, ended, sending, first_copy, personal, linked]: [Field; 7] =
            rows.into_iter().next()?.try_into().expect("seven");
        Some(Event {
            id: i64::of(id),
            state: String::of(state),
            ended: bool::of(ended),
            sending: bool::of(sending),
            first_copy: bool::of(first_copy),
            personal: bool::of(personal),
            linked: bool::of(linked),
        })
    }

    /// What makes a state another one. Not the row's number. Of times, which is before which, and
    /// what a long wait has passed: whatever else differs (the moment of a retry) is past by the
    /// next operation, and no deadline is.
    pub(super) fn fingerprint(&self, bench: &Bench) -> String {
        let Self { shop, trail: _, now, courier, ahead, visitor, no, named, grant, erased, event } =
            self;
        let courier = match courier {
            Courier::Idle => "idle",
            Courier::Claimed(_) => "claimed",
            Courier::Sent(_) => "sent",
        };
        let own = format!("'{}'", shop.settings.shop.as_str());
        let all = |sql: &str| -> Vec<Vec<i64>> {
            let rows = bench.rows.all(&sql.replace("?1", &own)).into_iter();
            rows.map(|row| row.into_iter().map(i64::of).collect()).collect()
        };
        // Two times that are compared with each other, one that only grows old, and a fact.
        let tables = [
            all("SELECT granted_at, event_time, at, ended + 2 * alone FROM event WHERE shop = ?1"),
            all(
                "SELECT granted_at, granted_at, last_at, visitor IS NULL FROM receipt WHERE shop = ?1 ORDER BY id",
            ),
            all(
                "SELECT granted_at, granted_at, last_at, 0 FROM context WHERE shop = ?1 ORDER BY id",
            ),
            all("SELECT at, at, received_at, named FROM withdrawal WHERE shop = ?1 ORDER BY who"),
        ];
        let compared = tables.iter().flatten().flat_map(|row| [row[0], row[1]]);
        let own = [START.0].into_iter().chain(grant.map(|(at, _)| at));
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
        let event = event.clone().map(|event| Event { id: 0, ..event });
        let grant = grant.map(|(at, visitor)| (rank(at), visitor));
        let no: Vec<_> = no.iter().map(|(who, (at, known))| (who, is_old(*at), known)).collect();
        format!(
            "{courier} {ahead} {visitor} {no:?} {named:?} {grant:?} {erased} {event:?} {rows:?}"
        )
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
        let granted = self.is_granted();
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
