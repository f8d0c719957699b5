//! How many may wait for the store: as many as are done soon, whatever disk and processor there are. A
//! bound by length alone is seconds on a slow machine and nothing on a fast one; so this one goes by
//! time, as CoDel does for routers (Nichols and Jacobson, ACM Queue 10/5, 2012) and adaptive limits of
//! concurrency do for servers: each that took too long lowers it, each that did not raises it.

use std::time::Duration;

/// Never fewer: they share one commit. One shop may have two thirds of it, 64.
const LEAST: f64 = 96.0;
/// Who met fewer than so many had the store for itself.
const ALONE: usize = 4;
/// What takes longer than twice as long as alone took too long; and nothing below the first of these
/// did, anything above the second.
const SOON: f64 = 0.02;
const LATE: f64 = 0.25;
/// In a round of all that wait the bound falls by a fifth, or grows by a tenth.
const FALL: f64 = 0.2;
const RISE: f64 = 0.1;
/// Under a load that leaves nobody alone, what alone took is forgotten by and by: the disk may have
/// become slower.
const FORGETS: f64 = 1.00001;

#[derive(Debug)]
pub(super) struct Pace {
    most: f64,
    bound: f64,
    /// Seconds that one alone takes, on the average; 0: none was alone yet.
    alone: f64,
}

impl Pace {
    pub(super) fn of(most: usize) -> Self {
        let most = f64::from(u32::try_from(most).unwrap_or(u32::MAX));
        Self { most, bound: most, alone: 0.0 }
    }

    pub(super) fn bound(&self) -> usize {
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "between 0 and `most`"
        )]
        let bound = self.bound as usize;
        bound
    }

    #[cfg(test)]
    pub(super) fn knows_alone(&self) -> bool {
        self.alone > 0.0
    }

    /// One is done that met so many others: those before it, and those who came while it waited. (A commit ends
    /// for all that share it, so the first of the next one finds nobody before it under any load.)
    pub(super) fn done(&mut self, met: usize, took: Duration) {
        let took = took.as_secs_f64();
        if met >= ALONE {
            self.alone *= FORGETS;
        } else if self.alone == 0.0 {
            self.alone = took;
        } else {
            self.alone += (took - self.alone) / 20.0;
        }
        let is_late = took > (2.0 * self.alone).clamp(SOON, LATE);
        let step = if is_late { -FALL } else { RISE };
        self.bound = (self.bound + step).clamp(LEAST.min(self.most), self.most);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn after(pace: &mut Pace, n: usize, met: usize, milliseconds: u64) -> String {
        for _ in 0..n {
            pace.done(met, Duration::from_millis(milliseconds));
        }
        format!("{:.0}", pace.bound)
    }

    #[test]
    fn what_takes_too_long_lowers_it_and_what_does_not_raises_it() {
        let mut pace = Pace::of(384);
        assert_eq!(after(&mut pace, 100, 0, 8), "384");
        // Twice as long as alone, and not long for anybody.
        assert_eq!(after(&mut pace, 100, 60, 19), "384");
        assert_eq!(after(&mut pace, 500, 200, 100), "284");
        assert_eq!(after(&mut pace, 5000, 200, 100), "96", "one commit's worth stays");
        assert_eq!(after(&mut pace, 500, 30, 15), "146");
        assert_eq!(after(&mut pace, 5000, 30, 15), "384");
    }

    /// On a disk where one alone takes 90 ms, 170 are not late.
    #[test]
    fn a_slow_disk_is_no_crowd() {
        let mut pace = Pace::of(384);
        assert_eq!(after(&mut pace, 200, 0, 90), "384");
        assert_eq!(after(&mut pace, 1000, 300, 170), "384");
        assert_eq!(after(&mut pace, 500, 300, 190), "284");
        // A quarter of a second is late anywhere.
        let mut pace = Pace::of(384);
        assert_eq!(after(&mut pace, 500, 0, 300), "284");
    }

    /// It has become slower, and nobody has been alone since.
    #[test]
    fn a_disk_that_becomes_slow_under_load_is_known_as_slow_after_a_while() {
        let mut pace = Pace::of(384);
        after(&mut pace, 100, 0, 20);
        assert_eq!(after(&mut pace, 10_000, 100, 60), "96");
        assert_eq!(after(&mut pace, 60_000, 100, 60), "384");
    }
}
