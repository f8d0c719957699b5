//! What waits for the writer, in two lanes: what somebody waits for (beacons, webhooks, the operator), and
//! what the endpoint does by itself (delivery, the sweep). A transaction takes from the first whatever is
//! there, and from the second for as long as the first has taken. So neither starves, and a beacon waits for
//! little else than beacons.

use std::collections::VecDeque;
use std::sync::Arc;
use std::task::{Context, Poll, Wake, Waker};
use std::thread::{self, Thread};
use std::time::Duration;

use tokio::sync::mpsc::Receiver;

/// Work of the first lane in one transaction. Enough to share an fsync, few enough to keep it short.
const GROUP: usize = 128;
/// So many are looked at to ask for all their shops' turns at once: each is a lock of the database's, which has room
/// for some thousands in all.
const AT_ONCE: usize = 32;
/// And no longer than this: on a database that others share each piece takes longer, and others wait for the
/// same shop's turn.
const LONG: Duration = Duration::from_millis(200);
/// For the second lane, where the first has hardly anything; and where it has nothing at all.
const LITTLE: Duration = Duration::from_millis(2);
const ALONE: Duration = Duration::from_millis(8);

/// While so much waits for shops whose turn another endpoint has, nothing is taken up that could have to wait too:
/// it stays in its lane, which has an end.
const MOST_ASIDE: usize = 1024;

/// Who waits for a piece of work.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Lane {
    Somebody,
    Nobody,
}

#[derive(Debug)]
pub(super) struct Lanes<T> {
    somebody: Receiver<T>,
    nobody: Receiver<T>,
    /// What could not be done in its turn, and goes first in the next.
    aside: VecDeque<(Lane, T)>,
    /// How much of it has been tried again since the transaction began.
    again: usize,
    /// Of the first lane, what has been looked at already.
    seen: VecDeque<T>,
}

impl<T> Lanes<T> {
    pub(super) fn of(somebody: Receiver<T>, nobody: Receiver<T>) -> Self {
        let (aside, seen) = (VecDeque::new(), VecDeque::new());
        Self { somebody, nobody, aside, again: 0, seen }
    }

    /// In the sequence in which it came, for the next transaction.
    pub(super) fn put_aside(&mut self, work: Vec<(Lane, T)>) {
        self.aside.extend(work);
    }

    /// Some of what waits, to see whose it is before a transaction does it.
    pub(super) fn look(&mut self) -> impl Iterator<Item = &T> {
        while self.seen.len() < AT_ONCE {
            let Ok(more) = self.somebody.try_recv() else { break };
            self.seen.push_back(more);
        }
        self.aside.iter().map(|(_, work)| work).take(AT_ONCE).chain(&self.seen)
    }

    /// Waits for work. `None`: there will be none any more.
    pub(super) fn wait(&mut self) -> Option<(Lane, T)> {
        self.again = 0;
        if let Some(first) = self.known() {
            return Some(first);
        }
        let waker = Waker::from(Arc::new(Unpark(thread::current())));
        let mut context = Context::from_waker(&waker);
        loop {
            match self.poll(&mut context) {
                Poll::Ready(work) => return work,
                Poll::Pending => thread::park(),
            }
        }
    }

    fn known(&mut self) -> Option<(Lane, T)> {
        let seen = || self.seen.pop_front().map(|work| (Lane::Somebody, work));
        self.aside.pop_front().or_else(seen)
    }

    fn poll(&mut self, context: &mut Context<'_>) -> Poll<Option<(Lane, T)>> {
        let mut ended = true;
        for (lane, queue) in
            [(Lane::Somebody, &mut self.somebody), (Lane::Nobody, &mut self.nobody)]
        {
            match queue.poll_recv(context) {
                Poll::Ready(Some(work)) => return Poll::Ready(Some((lane, work))),
                Poll::Ready(None) => {}
                Poll::Pending => ended = false,
            }
        }
        if ended { Poll::Ready(None) } else { Poll::Pending }
    }

    /// What else belongs into a transaction that has this behind it.
    pub(super) fn next(&mut self, so_far: &Turn) -> Option<(Lane, T)> {
        if let Some(first) = self.aside.pop_front() {
            self.again += 1;
            return Some(first);
        }
        if self.again >= MOST_ASIDE {
            return None;
        }
        let next = || self.seen.pop_front().or_else(|| self.somebody.try_recv().ok());
        let somebody = so_far.has_room_for_somebody().then(next);
        if let Some(work) = somebody.flatten() {
            return Some((Lane::Somebody, work));
        }
        let nobody = so_far.has_time_for_nobody().then(|| self.nobody.try_recv().ok());
        nobody.flatten().map(|work| (Lane::Nobody, work))
    }
}

struct Unpark(Thread);

impl Wake for Unpark {
    fn wake(self: Arc<Self>) {
        self.0.unpark();
    }
}

/// What one transaction has done so far.
#[derive(Debug, Default)]
pub(super) struct Turn {
    somebody: (usize, Duration),
    nobody: (usize, Duration),
}

impl Turn {
    pub(super) fn did(&mut self, lane: Lane, took: Duration) {
        let (n, time) = match lane {
            Lane::Somebody => &mut self.somebody,
            Lane::Nobody => &mut self.nobody,
        };
        *n += 1;
        *time += took;
    }

    fn has_room_for_somebody(&self) -> bool {
        self.somebody.0 < GROUP && self.somebody.1 < LONG
    }

    fn has_time_for_nobody(&self) -> bool {
        let (of_somebody, time) = self.somebody;
        let most = if of_somebody == 0 { ALONE } else { time.max(LITTLE) };
        self.nobody.0 == 0 || self.nobody.1 < most
    }
}

#[cfg(test)]
mod tests {
    use tokio::sync::mpsc::channel;

    use super::*;

    /// A transaction's work, each piece of which takes a millisecond.
    fn transaction(lanes: &mut Lanes<u32>) -> (usize, usize) {
        let (mut turn, mut n) = (Turn::default(), [0, 0]);
        let mut next = lanes.wait();
        while let Some((lane, _)) = next {
            n[usize::from(lane == Lane::Nobody)] += 1;
            turn.did(lane, Duration::from_millis(1));
            next = lanes.next(&turn);
        }
        n.into()
    }

    #[test]
    fn somebody_goes_first_and_nobody_has_as_much_time() {
        let (first, somebody) = channel(500);
        let (second, nobody) = channel(500);
        let mut lanes = Lanes::of(somebody, nobody);
        let fill = |a: u32, b: u32| {
            (0..a).for_each(|n| first.try_send(n).expect("there is room"));
            (0..b).for_each(|n| second.try_send(n).expect("there is room"));
        };
        fill(0, 20);
        assert_eq!(transaction(&mut lanes), (0, 8), "what nobody waits for is alone");
        fill(1, 0);
        assert_eq!(transaction(&mut lanes), (1, 2), "one beacon is done soon");
        fill(5, 0);
        assert_eq!(transaction(&mut lanes), (5, 5));
        fill(300, 300);
        assert_eq!(transaction(&mut lanes), (128, 128), "a crowd does not keep deliveries away");
    }

    #[test]
    fn no_more_is_put_aside_than_there_is_room_for() {
        let (first, somebody) = channel(5000);
        let (_second, nobody) = channel(1);
        let mut lanes = Lanes::of(somebody, nobody);
        (0..5000).for_each(|n| first.try_send(n).expect("there is room"));
        for _ in 0..50 {
            let (mut turn, mut aside) = (Turn::default(), Vec::new());
            let mut next = lanes.wait();
            while let Some((lane, work)) = next {
                aside.push((lane, work));
                turn.did(lane, Duration::ZERO);
                next = lanes.next(&turn);
            }
            assert!(aside.len() <= MOST_ASIDE + GROUP, "{}", aside.len());
            assert!(aside.is_sorted_by_key(|(_, n)| *n), "each goes in its turn");
            lanes.put_aside(aside);
        }
    }

    #[test]
    fn it_ends_when_both_have_ended_and_are_empty() {
        let (first, somebody) = channel(1);
        let (second, nobody) = channel(1);
        second.try_send(7).expect("there is room");
        let mut lanes = Lanes::of(somebody, nobody);
        drop(first);
        let late = thread::spawn(move || {
            assert_eq!(lanes.wait(), Some((Lane::Nobody, 7)));
            lanes.wait()
        });
        drop(second);
        assert_eq!(late.join().expect("no panic"), None);
    }
}
