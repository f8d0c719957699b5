//! The way to TikTok's address, which all shops share. Where nobody answers there, one event of one
//! shop finds out for all whether that is still so. As steps, without a clock: [`super::courier`]
//! carries them out.

use assent_gate::time::Timestamp;

use crate::rules::answer::Answer;
use crate::rules::breaker::{Breaker, Signal};

/// A scout that nobody has heard of for so many seconds is lost: longer than TikTok is waited for.
const SCOUTS_LIFE: i64 = 20;
/// Who finds a scout gone asks again after so many: it may have stayed, for want of events.
const ASK_AGAIN: i64 = 2;

#[derive(Debug, Default)]
pub struct Way {
    breaker: Breaker,
    /// Until when a scout is waited for.
    scout: Option<Timestamp>,
}

/// Whether a courier may go.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Leave {
    Given,
    /// With one event, to find out.
    AsScout,
    /// Not for so many seconds.
    NotFor(i64),
}

/// What has become of the way.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Change {
    Blocked,
    Free,
}

impl Way {
    pub fn leave(&mut self, now: Timestamp) -> Leave {
        if !self.breaker.is_open() {
            return Leave::Given;
        }
        let is_out = self.scout.is_some_and(|until| (1..=SCOUTS_LIFE).contains(&until.since(now)));
        let out = if is_out { ASK_AGAIN } else { 0 };
        match self.breaker.opens_in(now).max(out) {
            0 => {
                self.scout = Some(now.plus(SCOUTS_LIFE));
                Leave::AsScout
            }
            wait => Leave::NotFor(wait),
        }
    }

    /// A scout had nothing to send: the next may go at once.
    pub fn scout_stays(&mut self) {
        self.scout = None;
    }

    /// A request was answered, or found nobody.
    pub fn told(&mut self, answer: Answer, now: Timestamp, dice: u64) -> Option<Change> {
        let before = self.breaker;
        let after = before.after(Signal::of_the_way(answer), now, dice);
        // Whoever is reached by one is reached by all.
        self.breaker = if after.is_open() { after } else { Breaker::default() };
        if after != before {
            self.scout = None;
        }
        match (before.is_open(), after.is_open()) {
            (false, true) => Some(Change::Blocked),
            (true, false) => Some(Change::Free),
            (true, true) | (false, false) => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Timestamp = Timestamp(1_772_442_000);
    const GOOD: Answer = Answer::Accepted { code: 0 };

    #[test]
    fn one_scout_goes_for_all_and_who_finds_somebody_frees_the_way() {
        let mut way = Way::default();
        assert_eq!((way.leave(NOW), way.told(GOOD, NOW, 0)), (Leave::Given, None));
        assert_eq!(way.told(Answer::Unreached, NOW, 0), Some(Change::Blocked));
        assert_eq!(way.told(Answer::Unreached, NOW, 0), None);
        assert_eq!(way.leave(NOW), Leave::NotFor(1));
        let then = NOW.plus(1);
        assert_eq!((way.leave(then), way.leave(then)), (Leave::AsScout, Leave::NotFor(2)));
        // It had nothing to send, and another's goes.
        way.scout_stays();
        assert_eq!(way.leave(then), Leave::AsScout);
        assert_eq!(way.told(Answer::Unreached, then, 0), None);
        assert_eq!(way.leave(then), Leave::NotFor(2));
        let then = then.plus(2);
        assert_eq!(way.leave(then), Leave::AsScout);
        // An answer is an answer, whatever it says.
        let failed = Answer::Failed { code: 50000 };
        assert_eq!(way.told(failed, then, 0), Some(Change::Free));
        assert_eq!(way.leave(then), Leave::Given);
    }

    #[test]
    fn a_scout_that_is_lost_is_not_waited_for_without_end() {
        let mut way = Way::default();
        way.told(Answer::Unreached, NOW, 0);
        assert_eq!(way.leave(NOW.plus(1)), Leave::AsScout);
        assert_eq!(way.leave(NOW.plus(20)), Leave::NotFor(2));
        assert_eq!(way.leave(NOW.plus(21)), Leave::AsScout);
    }
}
