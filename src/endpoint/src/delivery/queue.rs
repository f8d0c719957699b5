//! One shop's queue as steps, without a clock: how much may start now, in how many sends, and when
//! to look again. [`super::courier`] carries it out.

use assent_gate::time::Timestamp;

use crate::rules::answer::Answer;
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
#[derive(Debug, Clone, Copy)]
pub struct Queue {
    pause: Pause,
}

/// What may start now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Room {
    /// Sends.
    flights: usize,
    /// Events, over all of them. 0: nothing is to be claimed.
    pub events: usize,
}

/// What goes in one send: of one mode.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Parcel {
    pub mode: Mode,
    /// Each in a request of its own, one after the other.
    pub alone: bool,
    pub ids: Vec<i64>,
}

/// An answer turned the queue.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Turn {
    /// It stands still, because of this answer.
    Stopped(Answer),
    Moves,
}

impl Default for Queue {
    fn default() -> Self {
        Self { pause: Pause::Running }
    }
}

impl Queue {
    pub fn room(&self, now: Timestamp, under_way: usize) -> Room {
        let flights = self.pause.admits(now, FLIGHTS.saturating_sub(under_way), under_way);
        let events = match self.pause {
            Pause::Running => (flights * LARGEST_GROUP).min(LARGEST_CLAIM),
            Pause::Paused { .. } => flights,
        };
        Room { flights, events }
    }

    /// Seconds until there may be something to do where there was no room. A landing comes before.
    pub fn rest(&self, now: Timestamp, under_way: usize) -> u64 {
        match self.pause {
            Pause::Paused { probe_at, .. } if under_way == 0 => until(now, probe_at),
            Pause::Paused { .. } | Pause::Running => longest(),
        }
    }

    /// Seconds until there may be something to do after a claim, which says when the next event
    /// falls due.
    pub fn rest_after(&self, now: Timestamp, claimed: usize, next: Option<Timestamp>) -> u64 {
        match self.pause {
            // Whatever else is due waits for the probe's answer. A claim that found nothing to send
            // looks again at once, while there is anything due.
            Pause::Paused { .. } if claimed > 0 => longest(),
            Pause::Paused { .. } | Pause::Running => next.map_or(longest(), |at| until(now, at)),
        }
    }

    /// Somebody says so: where it stands still, the next probe is now.
    pub fn mended(&mut self, now: Timestamp) {
        self.pause = self.pause.mended(now);
    }

    /// A send has landed with this answer.
    pub fn landed(&mut self, answer: Answer, now: Timestamp, dice: u64) -> Option<Turn> {
        let before = self.pause;
        self.pause = before.after(answer, now, dice);
        match (before, self.pause) {
            (Pause::Running, Pause::Paused { .. }) => Some(Turn::Stopped(answer)),
            (Pause::Paused { .. }, Pause::Running) => Some(Turn::Moves),
            (Pause::Running, Pause::Running) | (Pause::Paused { .. }, Pause::Paused { .. }) => None,
        }
    }
}

impl Room {
    /// What was claimed: single sends where there is room for them, else groups; alone what must go
    /// alone.
    pub fn parcels(self, claimed: &[Claimed]) -> Vec<Parcel> {
        let size = claimed.len().div_ceil(self.flights.max(1)).clamp(1, LARGEST_GROUP);
        let mut parcels = Vec::new();
        for mode in [Mode::Live, Mode::Test] {
            for alone in [true, false] {
                let of = claimed.iter().filter(|one| (one.mode, one.alone) == (mode, alone));
                let ids: Vec<i64> = of.map(|one| one.id).collect();
                let parcel = |ids: &[i64]| Parcel { mode, alone, ids: ids.to_vec() };
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
    then.since(now).clamp(0, LONGEST_SLEEP).unsigned_abs()
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
        let room = Room { flights: 1, events: LARGEST_CLAIM };
        let all = [
            claimed([1, 2], Mode::Live, false),
            claimed([3, 4], Mode::Test, false),
            claimed([5, 6], Mode::Live, true),
        ];
        let of = |mode, alone, ids: &[i64]| Parcel { mode, alone, ids: ids.to_vec() };
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
}
