//! How much of one shop may wait for the store at one time. Each may have twice as much as is still
//! free (the dynamic thresholds of shared-memory switches: Choudhury and Hahne, IEEE/ACM Transactions
//! on Networking 6/2, 1998): one shop alone has two thirds of all, several that flood share alike, and
//! a quiet one always finds a place, without waiting behind more than two commits.

use std::collections::HashMap;
use std::hash::Hash;
use std::sync::{Mutex, PoisonError};
use std::time::Instant;

use tokio::sync::Notify;

use super::pace::Pace;

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(in crate::http) enum Kind {
    Beacon,
    Withdrawal,
}

#[derive(Debug)]
pub(super) struct Shares<K> {
    all: usize,
    taken: Mutex<Taken<K>>,
    freed: Notify,
}

#[derive(Debug)]
struct Taken<K> {
    all: usize,
    /// How many have been taken since the start.
    ever: usize,
    of: HashMap<K, usize>,
    /// Where the bound is not always `all`.
    pace: Option<Pace>,
}

/// Given back when it is dropped.
#[derive(Debug)]
pub(in crate::http) struct Share<'a, K: Hash + Eq> {
    shares: &'a Shares<K>,
    whose: K,
    since: Instant,
    /// How many there were before it, and how many had been taken ever.
    found: usize,
    number: usize,
}

impl<K: Hash + Eq + Clone> Shares<K> {
    pub(super) fn of(all: usize) -> Self {
        Self::paced_by(all, None)
    }

    /// So many at most, and as many as are done soon.
    pub(super) fn paced(all: usize) -> Self {
        Self::paced_by(all, Some(Pace::of(all)))
    }

    fn paced_by(all: usize, pace: Option<Pace>) -> Self {
        let taken = Mutex::new(Taken { all: 0, ever: 0, of: HashMap::new(), pace });
        Self { all, taken, freed: Notify::new() }
    }

    /// Waits until there is one. The caller bounds the wait.
    pub(super) async fn wait(&self, whose: K) -> Share<'_, K> {
        loop {
            let mut freed = std::pin::pin!(self.freed.notified());
            // From here on it hears of what is freed.
            freed.as_mut().enable();
            if let Some(share) = self.take(whose.clone()) {
                return share;
            }
            freed.await;
        }
    }

    /// `None`: whoever this is has its share.
    pub(super) fn take(&self, whose: K) -> Option<Share<'_, K>> {
        let mut taken = self.taken.lock().unwrap_or_else(PoisonError::into_inner);
        let own = self.own(&taken, &whose)?;
        let found = taken.all;
        taken.all += 1;
        taken.ever += 1;
        let number = taken.ever;
        taken.of.insert(whose.clone(), own + 1);
        Some(Share { shares: self, whose, since: Instant::now(), found, number })
    }

    /// Whether [`Self::take`] would give one now.
    pub(super) fn has_one(&self, whose: &K) -> bool {
        let taken = self.taken.lock().unwrap_or_else(PoisonError::into_inner);
        self.own(&taken, whose).is_some()
    }

    /// How many it has, unless that is its share. One place is always there, however many others flood.
    fn own(&self, taken: &Taken<K>, whose: &K) -> Option<usize> {
        let own = taken.of.get(whose).copied().unwrap_or_default();
        let all = taken.pace.as_ref().map_or(self.all, Pace::bound);
        (own == 0 || own < 2 * all.saturating_sub(taken.all)).then_some(own)
    }
}

impl<K: Hash + Eq> Drop for Share<'_, K> {
    fn drop(&mut self) {
        let mut taken = self.shares.taken.lock().unwrap_or_else(PoisonError::into_inner);
        taken.all -= 1;
        let met = self.found + (taken.ever - self.number);
        if let Some(pace) = &mut taken.pace {
            pace.done(met, self.since.elapsed());
        }
        if let Some(own) = taken.of.get_mut(&self.whose) {
            *own -= 1;
            if *own == 0 {
                taken.of.remove(&self.whose);
            }
        }
        drop(taken);
        self.shares.freed.notify_waiters();
    }
}

#[cfg(test)]
mod tests {
    use std::pin::pin;
    use std::task::{Context, Waker};

    use super::*;

    fn flood<'a, K: Hash + Eq + Clone>(shares: &'a Shares<K>, whose: &K) -> Vec<Share<'a, K>> {
        std::iter::from_fn(|| shares.take(whose.clone())).collect()
    }

    #[test]
    fn floods_share_alike_and_a_quiet_shop_always_finds_a_place() {
        let of = |name: &str, kind| (format!("{name}.myshopify.com"), kind);
        let (a, b) = (of("a", Kind::Beacon), of("b", Kind::Beacon));
        let shares = Shares::of(384);
        let mut of_a = flood(&shares, &a);
        assert_eq!(of_a.len(), 256);
        let of_b = flood(&shares, &b);
        assert!(of_b.len() >= 64, "{}", of_b.len());
        // What A gives back it does not get again before B has as much.
        of_a.truncate(150);
        let of_b: Vec<_> = of_b.into_iter().chain(flood(&shares, &b)).collect();
        assert!(of_b.len() >= 128, "{}", of_b.len());
        assert!(flood(&shares, &a).len() < 10);
        for quiet in [of("c", Kind::Beacon), of("a", Kind::Withdrawal)] {
            assert!(shares.take(quiet).is_some());
        }
        drop((of_a, of_b));
        assert_eq!(flood(&shares, &b).len(), 256);
    }

    #[test]
    fn who_waits_is_next_when_a_place_is_free() {
        let shares = Shares::of(6);
        let mut flood = flood(&shares, &"a");
        assert_eq!(flood.len(), 4);
        let mut context = Context::from_waker(Waker::noop());
        let mut waits = pin!(shares.wait("a"));
        assert!(waits.as_mut().poll(&mut context).is_pending());
        flood.pop();
        assert!(waits.as_mut().poll(&mut context).is_ready());
    }

    /// A commit ends for all that share it, so under any load somebody finds the place empty.
    #[test]
    fn who_came_first_in_a_crowd_was_not_alone() {
        let is_known = |shares: &Shares<&str>| {
            let taken = shares.taken.lock().expect("no panic");
            taken.pace.as_ref().expect("it has one").knows_alone()
        };
        let shares = Shares::paced(384);
        let first = shares.take("a").expect("a place");
        let crowd: Vec<_> = (0..10).filter_map(|_| shares.take("a")).collect();
        drop(crowd);
        drop(first);
        assert!(!is_known(&shares));
        drop(shares.take("a"));
        assert!(is_known(&shares));
    }

    #[test]
    fn a_hundred_floods_leave_a_place_for_another() {
        let shop = |n: usize| format!("shop-{n}.myshopify.com");
        let shares = Shares::of(384);
        let floods: Vec<_> =
            (0..100).flat_map(|n| flood(&shares, &(shop(n), Kind::Beacon))).collect();
        assert!(shares.take((shop(100), Kind::Beacon)).is_some(), "{}", floods.len());
    }
}
