//! How often one may come: the generic cell rate algorithm (ITU-T I.371, annex A), which needs one
//! number for each who comes. The `governor` crate does the same over a map that grows with the
//! addresses and is swept now and then; here a stranger chooses the addresses, so what is remembered
//! has a fixed size.

use std::hash::{BuildHasher as _, Hash, RandomState};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

/// The limit holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::http) struct TooOften;

/// One each `every`, and `burst` at once.
#[derive(Debug, Clone, Copy)]
pub(super) struct Rate {
    pub(super) every: Duration,
    pub(super) burst: u32,
}

impl Rate {
    pub(super) fn a_second(n: u32, burst: u32) -> Self {
        Self { every: Duration::from_secs(1) / n, burst }
    }

    /// The same, with half as many at once: what another takes beyond it is never this one's.
    pub(super) fn half(self) -> Self {
        Self { burst: (self.burst / 2).max(1), ..self }
    }

    /// When the next one will be due after one more, given when it is now. `Err`: that is too far
    /// ahead.
    fn after(self, due: Duration, now: Duration) -> Result<Duration, TooOften> {
        let next = due.max(now) + self.every;
        if next - now > self.every * self.burst { Err(TooOften) } else { Ok(next) }
    }
}

/// Of one who is always remembered.
#[derive(Debug, Default)]
pub(super) struct Meter {
    due: Mutex<Duration>,
}

impl Meter {
    pub(super) fn take(&self, rate: Rate, now: Duration) -> Result<(), TooOften> {
        let mut due = self.due.lock().unwrap_or_else(PoisonError::into_inner);
        *due = rate.after(*due, now)?;
        Ok(())
    }

    /// Whether one more could be taken.
    pub(super) fn look(&self, rate: Rate, now: Duration) -> Result<(), TooOften> {
        let due = self.due.lock().unwrap_or_else(PoisonError::into_inner);
        rate.after(*due, now).map(|_| ())
    }
}

const SETS: usize = 4096;
const WAYS: usize = 8;

/// Of any number of strangers, in 1 MiB: 32,768 of them are remembered. Of those who share a set the
/// one with the least to its account is forgotten, which lets it begin anew: whoever has so many
/// addresses is not held by a limit on each, but by the shop's.
#[derive(Debug)]
pub(super) struct Rates {
    /// Keyed, so that nobody can choose who shares a set with whom.
    hashes: RandomState,
    sets: Vec<Mutex<[Account; WAYS]>>,
}

#[derive(Debug, Clone, Copy, Default)]
struct Account {
    whose: u64,
    due: Duration,
}

impl Default for Rates {
    fn default() -> Self {
        let sets = (0..SETS).map(|_| Mutex::default()).collect();
        Self { hashes: RandomState::new(), sets }
    }
}

impl Rates {
    pub(super) fn take(&self, who: &impl Hash, rate: Rate, now: Duration) -> Result<(), TooOften> {
        self.with(who, |account| {
            account.due = rate.after(account.due, now)?;
            Ok(())
        })
    }

    /// Whether one more could be taken.
    pub(super) fn look(&self, who: &impl Hash, rate: Rate, now: Duration) -> Result<(), TooOften> {
        self.with(who, |account| rate.after(account.due, now).map(|_| ()))
    }

    fn with<T>(&self, who: &impl Hash, ask: impl FnOnce(&mut Account) -> T) -> T {
        let whose = self.hashes.hash_one(who);
        let set = usize::try_from(whose).unwrap_or(usize::MAX) % SETS;
        let mut set = self.sets[set].lock().unwrap_or_else(PoisonError::into_inner);
        let known = (0..WAYS).find(|at| set[*at].whose == whose);
        let at = known.unwrap_or_else(|| {
            let least = (0..WAYS).min_by_key(|at| set[*at].due).expect("a set has ways");
            set[least] = Account { whose, due: Duration::ZERO };
            least
        });
        ask(&mut set[at])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: Duration = Duration::from_secs(1);

    #[test]
    fn a_burst_is_taken_at_once_and_then_one_each_time() {
        let (rates, rate) = (Rates::default(), Rate::a_second(2, 6));
        let took =
            |now: Duration| (0..100).take_while(|_| rates.take(&"a", rate, now).is_ok()).count();
        let begun = SECOND * 1000;
        assert_eq!(took(begun), 6);
        assert_eq!(took(begun + SECOND), 2);
        assert_eq!(took(begun + SECOND * 2 - Duration::from_millis(501)), 0);
        assert_eq!(took(begun + SECOND * 100), 6);
        assert_eq!(rates.take(&"b", rate, begun), Ok(()), "another is not held");
    }

    /// Whoever may take half of it leaves the other half, even where it never stops.
    #[test]
    fn a_half_is_left_to_others() {
        let (meter, rate) = (Meter::default(), Rate::a_second(2, 20));
        let begun = SECOND * 1000;
        let took = |rate: Rate, now| (0..100).take_while(|_| meter.take(rate, now).is_ok()).count();
        assert_eq!(took(rate.half(), begun), 10);
        assert_eq!(took(rate.half(), begun + SECOND), 2);
        assert_eq!(meter.look(rate.half(), begun + SECOND), Err(TooOften));
        assert_eq!(meter.look(rate, begun + SECOND), Ok(()));
        assert_eq!(took(rate, begun + SECOND), 10);
        assert_eq!(Rate::a_second(1, 1).half().burst, 1, "never none at all");
    }

    #[test]
    fn looking_takes_nothing() {
        let (rates, rate) = (Rates::default(), Rate { every: SECOND, burst: 1 });
        assert!((0..10).all(|_| rates.look(&"a", rate, SECOND).is_ok()));
        assert_eq!(rates.take(&"a", rate, SECOND), Ok(()));
        assert_eq!(rates.look(&"a", rate, SECOND), Err(TooOften));
    }

    /// A million addresses take no more memory than one, and do not make the endpoint forget one that
    /// is far over its limit.
    #[test]
    fn any_number_of_strangers_fits_and_the_worst_is_still_known() {
        let (rates, rate) = (Rates::default(), Rate::a_second(1, 50));
        while rates.take(&"worst", rate, SECOND).is_ok() {}
        for stranger in 0..1_000_000_u32 {
            assert_eq!(rates.take(&stranger, rate, SECOND), Ok(()));
        }
        assert_eq!(rates.take(&"worst", rate, SECOND), Err(TooOften));
        let size = rates.sets.len() * size_of::<Mutex<[Account; WAYS]>>();
        assert!(size <= 1_300_000, "{size}");
    }
}
