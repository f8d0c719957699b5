//! One shop's queue as steps, without a clock: how much may start now, in how many sends, and when
//! to look again. [`super::courier`] carries it out.

use assent_gate::time::Timestamp;

use crate::rules::answer::Answer;
use crate::rules::breaker::{Breaker, Signal};
use crate::rules::mode::Mode;
use crate::rules::pause::Pause;
use crate::store::Claimed;

/// Requests of one shop under way at one time.
pub const FLIGHTS: usize = 16;
/// TikTok recommends single sends (docs/facts/tiktok.md#the-request); a backlog goes out in groups
/// of at most this many.
const LARGEST_GROUP: usize = 50;
/// Events claimed in one transaction: few enough that the browser's beacons need not wait for it.
const LARGEST_CLAIM: usize = 200;
/// The longest sleep, in seconds, so that a clock that is set forward is noticed.
const LONGEST_SLEEP: i64 = 15;

/// Whether the queue moves.
#[derive(Debug, Clone, Copy, Default)]
pub struct Queue {
    pause: Pause,
    breaker: Breaker,
}

/// What may start now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Room {
    /// Sends.
    flights: usize,
    /// Events, over all of them. 0: nothing is to be claimed.
    pub events: usize,
    pub errand: Errand,
}

/// What a send is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Errand {
    Delivery,
    /// To find out whether the shop's queue can go on.
    Probe,
    /// To find out whether TikTok can be reached, for all shops.
    Scout,
}

/// What goes in one send: of one mode.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Parcel {
    pub mode: Mode,
    pub errand: Errand,
    /// Each in a request of its own, one after the other.
    pub alone: bool,
    pub ids: Vec<i64>,
}

/// An answer turned the queue.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Turn {
    /// It stands still, because of this answer, until someone repairs what is wrong.
    Stopped(Answer),
    Moves,
    /// It waits, because of this answer, until TikTok takes events again.
    Waits(Answer),
    GoesOn,
}

impl Queue {
    pub fn room(&self, now: Timestamp, under_way: usize) -> Room {
        let room = FLIGHTS.saturating_sub(under_way);
        let room = self.pause.admits(now, room, under_way);
        let flights = self.breaker.admits(now, room, under_way);
        let (events, errand) = if self.stands_still() {
            (flights, Errand::Probe)
        } else {
            ((flights * LARGEST_GROUP).min(LARGEST_CLAIM), Errand::Delivery)
        };
        Room { flights, events, errand }
    }

    fn stands_still(&self) -> bool {
        let is_paused = match self.pause {
            Pause::Running => false,
            Pause::Paused { .. } => true,
        };
        is_paused || self.breaker.is_open()
    }

    /// Seconds until there may be something to do where there was no room. A landing comes before.
    pub fn rest(&self, now: Timestamp, under_way: usize) -> u64 {
        if under_way > 0 || !self.stands_still() {
            return longest();
        }
        let paused = match self.pause {
            Pause::Running => 0,
            Pause::Paused { probe_at, .. } => until(now, probe_at),
        };
        paused.max(seconds(self.breaker.opens_in(now)))
    }

    /// Seconds until there may be something to do after a claim, which says when the next event
    /// falls due.
    pub fn rest_after(&self, now: Timestamp, claimed: usize, next: Option<Timestamp>) -> u64 {
        // Whatever else is due waits for the probe's answer. A claim that found nothing to send looks
        // again at once, while there is anything due.
        if claimed > 0 && self.stands_still() {
            return longest();
        }
        next.map_or(longest(), |at| until(now, at))
    }

    /// Somebody says so: where it stands still, the next probe is now.
    pub fn mended(&mut self, now: Timestamp) {
        self.pause = self.pause.mended(now);
    }

    /// A send has landed with this answer.
    pub fn landed(&mut self, answer: Answer, now: Timestamp, dice: u64) -> Option<Turn> {
        let before = *self;
        self.pause = before.pause.after(answer, now, dice);
        self.breaker = before.breaker.after(Signal::of_tiktok(answer), now, dice);
        match (before.pause, self.pause) {
            (Pause::Running, Pause::Paused { .. }) => return Some(Turn::Stopped(answer)),
            (Pause::Paused { .. }, Pause::Running) => return Some(Turn::Moves),
            (Pause::Running, Pause::Running) | (Pause::Paused { .. }, Pause::Paused { .. }) => {}
        }
        // A queue that recovers and is throttled again has not gone on yet.
        match (before.breaker, self.breaker) {
            (Breaker::Closed { .. }, Breaker::Open { .. }) => Some(Turn::Waits(answer)),
            (Breaker::Open { .. } | Breaker::Recovering { .. }, Breaker::Closed { .. }) => {
                Some(Turn::GoesOn)
            }
            (Breaker::Closed { .. }, Breaker::Closed { .. } | Breaker::Recovering { .. })
            | (
                Breaker::Open { .. } | Breaker::Recovering { .. },
                Breaker::Open { .. } | Breaker::Recovering { .. },
            ) => None,
        }
    }
}

impl Room {
    /// The same, for one event that finds out for all shops whether TikTok can be reached.
    #[must_use]
    pub fn for_a_scout(self) -> Self {
        Self { flights: 1, events: 1, errand: Errand::Scout }
    }

    /// What was claimed: single sends where there is room for them, else groups; alone what must go
    /// alone.
    pub fn parcels(self, claimed: &[Claimed]) -> Vec<Parcel> {
        let size = claimed.len().div_ceil(self.flights.max(1)).clamp(1, LARGEST_GROUP);
        let mut parcels = Vec::new();
        for mode in [Mode::Live, Mode::Test] {
            for alone in [true, false] {
                let of = claimed.iter().filter(|one| (one.mode, one.alone) == (mode, alone));
                let ids: Vec<i64> = of.map(|one| one.id).collect();
                let parcel =
                    |ids: &[i64]| Parcel { mode, errand: self.errand, alone, ids: ids.to_vec() };
                parcels.extend(ids.chunks(size).map(parcel));
            }
        }
        parcels
    }
}

fn longest() -> u64 {
    LONGEST_SLEEP.unsigned_abs()
}

fn until(now: Timestamp, then: Timestamp) -> u64 {
    seconds(then.since(now))
}

/// So many, as far as is slept at one time.
pub(super) fn seconds(wait: i64) -> u64 {
    wait.clamp(0, LONGEST_SLEEP).unsigned_abs()
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Timestamp = Timestamp(1_772_442_000);

    fn claimed(ids: impl IntoIterator<Item = i64>, mode: Mode, alone: bool) -> Vec<Claimed> {
        ids.into_iter().map(|id| Claimed { id, mode, alone }).collect()
    }

    #[test]
    fn a_backlog_is_spread_over_all_sends_and_single_events_go_alone() {
        let room = Queue::default().room(NOW, 0);
        assert_eq!(room.events, LARGEST_CLAIM);
        let largest = |n: i64| {
            let parcels = room.parcels(&claimed(0..n, Mode::Live, false)).into_iter();
            parcels.map(|parcel| parcel.ids.len()).max()
        };
        assert_eq!([0, 1, 16, 200].map(largest), [None, Some(1), Some(1), Some(13)]);
        assert_eq!(Queue::default().room(NOW, FLIGHTS).events, 0);
    }

    #[test]
    fn tests_never_share_a_request_with_what_counts_nor_anything_with_what_goes_alone() {
        let errand = Errand::Delivery;
        let room = Room { flights: 1, events: LARGEST_CLAIM, errand };
        let all = [
            claimed([1, 2], Mode::Live, false),
            claimed([3, 4], Mode::Test, false),
            claimed([5, 6], Mode::Live, true),
        ];
        let of = |mode, alone, ids: &[i64]| Parcel { mode, errand, alone, ids: ids.to_vec() };
        let expected = [
            of(Mode::Live, true, &[5, 6]),
            of(Mode::Live, false, &[1, 2]),
            of(Mode::Test, false, &[3, 4]),
        ];
        assert_eq!(room.parcels(&all.concat()), expected);
    }

    #[test]
    fn a_paused_queue_sends_one_probe_when_its_time_has_come() {
        let mut queue = Queue::default();
        let wrong = Answer::Misconfigured { code: Some(40105), status: 200 };
        assert_eq!(queue.landed(wrong, NOW, 0), Some(Turn::Stopped(wrong)));
        assert_eq!((queue.room(NOW, 0).events, queue.rest(NOW, 0)), (0, 15));
        queue.mended(NOW);
        assert_eq!(queue.room(NOW, 0).events, 1, "the operator's word is tried at once");
        assert_eq!(queue.landed(wrong, NOW, 0), None);
        assert_eq!(queue.room(NOW, 0).events, 0, "and once");
        let later = NOW.plus(3600);
        assert_eq!((queue.room(later, 0).events, queue.room(later, 1).events), (1, 0));
        assert_eq!(
            (queue.rest_after(later, 1, Some(later)), queue.rest_after(later, 0, Some(later))),
            (15, 0)
        );
        assert_eq!(queue.landed(Answer::Accepted { code: 0 }, later, 0), Some(Turn::Moves));
        assert_eq!(queue.room(later, 0).events, LARGEST_CLAIM);
    }

    #[test]
    fn a_throttled_queue_waits_as_a_whole_and_comes_back_step_by_step() {
        let mut queue = Queue::default();
        let throttled = Answer::Throttled { code: 40100, retry_after: Some(20) };
        assert_eq!(queue.landed(throttled, NOW, 0), Some(Turn::Waits(throttled)));
        // Of those that were under way with it.
        assert_eq!(queue.landed(throttled, NOW, 0), None);
        assert_eq!(queue.landed(Answer::Accepted { code: 0 }, NOW, 0), None);
        assert_eq!((queue.room(NOW, 0).events, queue.rest(NOW, 0)), (0, 15));
        let later = NOW.plus(20);
        assert_eq!((queue.rest(NOW.plus(12), 0), queue.rest(later, 0)), (8, 0));
        let probe = Room { flights: 1, events: 1, errand: Errand::Probe };
        assert_eq!((queue.room(later, 0), queue.room(later, 1).events), (probe, 0));
        let good = Answer::Accepted { code: 0 };
        assert_eq!(queue.landed(good, later, 0), None);
        let back = Room { flights: 1, events: LARGEST_GROUP, errand: Errand::Delivery };
        assert_eq!(queue.room(later, 0), back);
        let turns: Vec<_> = (0..4).map(|_| queue.landed(good, later, 0)).collect();
        assert_eq!(turns, [None, None, None, Some(Turn::GoesOn)]);
        assert_eq!(queue.room(later, 0), Queue::default().room(later, 0));
    }
}
