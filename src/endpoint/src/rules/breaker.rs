//! While TikTok throttles, fails or cannot be reached, a queue waits as a whole: one request at a
//! time finds out whether it goes on, after pauses that grow, and no event pays for it.

use assent_gate::time::Timestamp;

use super::answer::Answer;

/// Whether sends go. Not kept over a restart: the first answer says it again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Breaker {
    /// All go; so many answers in a row were failures.
    Closed { failures: u32 },
    /// None goes before this moment, then one: the probe. `failed` probes so far.
    Open { probe_at: Timestamp, failed: u32 },
    /// A probe was answered: so many may be under way at one time, twice as many after each good
    /// answer, so that what has just come back is not overrun.
    Recovering { width: usize },
}

/// What an answer says of the way it came, whatever becomes of its events.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Signal {
    GetsThrough,
    /// It may be this event's, or one of the few that come late on a good day.
    Fails,
    /// Nothing gets through now; for so many seconds, where it says so.
    Wait {
        asked: Option<u32>,
    },
    Nothing,
}

/// About one answer in twenty comes late or never (docs/facts/tiktok.md#answers): so many in a row
/// are no accident, one in three million.
const FAILURES: u32 = 5;
/// `Retry-After` is believed for an hour.
const LONGEST_RETRY_AFTER: i64 = 3600;
/// Of a pause without it, in seconds; a Purchase that comes meanwhile waits no longer.
const LONGEST_PAUSE: u32 = 60;
/// Sends of one queue: with so many under way it has recovered.
const WHOLE: usize = 16;

impl Default for Breaker {
    fn default() -> Self {
        Self::Closed { failures: 0 }
    }
}

impl Breaker {
    /// May this many sends start now?
    pub fn admits(self, now: Timestamp, room: usize, under_way: usize) -> usize {
        match self {
            Self::Closed { .. } => room,
            Self::Open { .. } => usize::from(self.opens_in(now) == 0 && under_way == 0),
            Self::Recovering { width } => width.saturating_sub(under_way).min(room),
        }
    }

    /// Seconds until a probe may go; 0: now.
    pub fn opens_in(self, now: Timestamp) -> i64 {
        match self {
            Self::Closed { .. } | Self::Recovering { .. } => 0,
            // A clock that was set back must not make an hour a year.
            Self::Open { probe_at, .. } => match probe_at.since(now) {
                wait if wait > LONGEST_RETRY_AFTER => 0,
                wait => wait.max(0),
            },
        }
    }

    pub fn is_open(self) -> bool {
        match self {
            Self::Open { .. } => true,
            Self::Closed { .. } | Self::Recovering { .. } => false,
        }
    }

    #[must_use]
    pub fn after(self, signal: Signal, now: Timestamp, dice: u64) -> Self {
        match (self, signal) {
            (_, Signal::Nothing) => self,
            // Of sends that started before: they are the same failure, and say nothing of now. What
            // TikTok asks for is obeyed all the same.
            (Self::Open { probe_at, failed }, signal) if self.opens_in(now) > 0 => {
                let asked = now.plus(signal.asked());
                Self::Open { probe_at: probe_at.max(asked), failed }
            }
            (Self::Open { .. }, Signal::GetsThrough) => Self::Recovering { width: 1 },
            (Self::Recovering { width }, Signal::GetsThrough) if width * 2 < WHOLE => {
                Self::Recovering { width: width * 2 }
            }
            (Self::Closed { .. } | Self::Recovering { .. }, Signal::GetsThrough) => Self::default(),
            (Self::Closed { failures }, Signal::Fails) if failures + 1 < FAILURES => {
                Self::Closed { failures: failures + 1 }
            }
            (
                Self::Closed { .. } | Self::Recovering { .. },
                Signal::Fails | Signal::Wait { .. },
            ) => open(0, signal, now, dice),
            (Self::Open { failed, .. }, Signal::Fails | Signal::Wait { .. }) => {
                open(failed.saturating_add(1), signal, now, dice)
            }
        }
    }
}

impl Signal {
    /// To a shop's queue.
    pub fn of_tiktok(answer: Answer) -> Self {
        match answer {
            // It has looked at an event, or at the shop's token.
            Answer::Accepted { .. }
            | Answer::Partial { .. }
            | Answer::Duplicate { .. }
            | Answer::Refused { .. }
            | Answer::TooMany { .. }
            | Answer::Misconfigured { code: Some(_), .. } => Self::GetsThrough,
            Answer::Throttled { retry_after, .. } => Self::Wait { asked: retry_after },
            Answer::Unreadable { retry_after, .. } if answer.holds_up_the_rest() => {
                Self::Wait { asked: retry_after }
            }
            Answer::Failed { .. } | Answer::Unreadable { .. } => Self::Fails,
            // The shop's pause is for it, and the way's breaker.
            Answer::Misconfigured { code: None, .. } | Answer::Unreached => Self::Nothing,
        }
    }

    /// To the way to TikTok's address, which all shops share.
    pub fn of_the_way(answer: Answer) -> Self {
        match answer {
            Answer::Unreached => Self::Wait { asked: None },
            // Nothing was sent.
            Answer::Misconfigured { code: None, status: 0 } => Self::Nothing,
            Answer::Accepted { .. }
            | Answer::Partial { .. }
            | Answer::Duplicate { .. }
            | Answer::Refused { .. }
            | Answer::TooMany { .. }
            | Answer::Misconfigured { .. }
            | Answer::Throttled { .. }
            | Answer::Failed { .. }
            | Answer::Unreadable { .. } => Self::GetsThrough,
        }
    }

    /// Seconds, as far as they are believed.
    fn asked(self) -> i64 {
        match self {
            Self::Wait { asked } => i64::from(asked.unwrap_or(0)).min(LONGEST_RETRY_AFTER),
            Self::GetsThrough | Self::Fails | Self::Nothing => 0,
        }
    }
}

/// Between half of 2, 4, 8 … seconds and the whole of it, a minute at most; or as long as was asked
/// for.
fn open(failed: u32, signal: Signal, now: Timestamp, dice: u64) -> Breaker {
    let longest = (2 << failed.min(10)).min(LONGEST_PAUSE);
    let half = longest / 2;
    // The product keeps the high bits: even spread over 0..=half.
    let spread = (u128::from(dice) * u128::from(half + 1)) >> 64;
    let pause = i64::from(half) + i64::try_from(spread).unwrap_or(0);
    Breaker::Open { probe_at: now.plus(pause.max(signal.asked())), failed }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Timestamp = Timestamp(1_772_442_000);
    const WAIT: Signal = Signal::Wait { asked: None };

    fn throttled(asked: Option<u32>) -> Breaker {
        Breaker::default().after(Signal::Wait { asked }, NOW, 0)
    }

    #[test]
    fn one_word_opens_it_and_failures_only_in_a_row() {
        assert_eq!(throttled(None), Breaker::Open { probe_at: NOW.plus(1), failed: 0 });
        let mut breaker = Breaker::default();
        let mut says = |signals: &[Signal]| {
            signals.iter().for_each(|signal| breaker = breaker.after(*signal, NOW, 0));
            breaker.is_open()
        };
        assert!(!says(&[Signal::Fails; 4]));
        assert!(!says(&[Signal::GetsThrough, Signal::Fails, Signal::Fails, Signal::Fails]));
        assert!(!says(&[Signal::Fails, Signal::Nothing]));
        assert!(says(&[Signal::Fails]));
    }

    #[test]
    fn an_open_one_lets_one_through_when_its_time_has_come_and_nothing_is_under_way() {
        let open = throttled(Some(30));
        assert_eq!((open.admits(NOW.plus(29), 16, 0), open.opens_in(NOW)), (0, 30));
        assert_eq!((open.admits(NOW.plus(30), 16, 0), open.admits(NOW.plus(30), 16, 1)), (1, 0));
        // The clock was set back by a day.
        assert_eq!(open.admits(NOW.plus(-86_400), 16, 0), 1);
    }

    /// Sends that had started before come back with the same answer, or a good one: of then.
    #[test]
    fn what_started_before_changes_nothing_but_for_a_longer_wait() {
        let open = throttled(Some(30));
        for signal in [Signal::GetsThrough, Signal::Fails, WAIT, Signal::Wait { asked: Some(5) }] {
            assert_eq!(open.after(signal, NOW.plus(1), u64::MAX), open, "{signal:?}");
        }
        let longer = open.after(Signal::Wait { asked: Some(60) }, NOW, 0);
        assert_eq!(longer, Breaker::Open { probe_at: NOW.plus(60), failed: 0 });
    }

    #[test]
    fn pauses_grow_to_a_minute_and_are_spread_over_their_second_half() {
        for (dice, expected) in
            [(0, [1, 2, 4, 8, 16, 30, 30, 30]), (u64::MAX, [2, 4, 8, 16, 32, 60, 60, 60])]
        {
            let (mut breaker, mut now, mut pauses) = (Breaker::default(), NOW, Vec::new());
            for _ in 0..8 {
                breaker = breaker.after(WAIT, now, dice);
                pauses.push(breaker.opens_in(now));
                now = now.plus(breaker.opens_in(now));
            }
            assert_eq!(pauses, expected);
        }
        let longest = Breaker::Open { probe_at: NOW, failed: u32::MAX };
        assert_eq!(longest.after(WAIT, NOW, u64::MAX).opens_in(NOW), 60);
    }

    #[test]
    fn retry_after_is_obeyed_for_an_hour_at_most() {
        for (asked, seconds) in [(0, 1), (1, 1), (90, 90), (3600, 3600), (u32::MAX, 3600)] {
            assert_eq!(throttled(Some(asked)).opens_in(NOW), seconds, "{asked}");
        }
    }

    #[test]
    fn an_answered_probe_lets_twice_as_many_go_after_each_good_answer() {
        let (mut breaker, later) = (throttled(None), NOW.plus(60));
        let mut widths = Vec::new();
        for _ in 0..5 {
            breaker = breaker.after(Signal::GetsThrough, later, 0);
            widths.push(breaker.admits(later, 16, 0));
        }
        assert_eq!((widths, breaker), (vec![1, 2, 4, 8, 16], Breaker::default()));
        let recovering = Breaker::Recovering { width: 4 };
        assert_eq!((recovering.admits(NOW, 13, 3), recovering.admits(NOW, 16, 4)), (1, 0));
        assert_eq!(recovering.after(WAIT, NOW, 0), throttled(None));
    }

    #[test]
    fn every_answer_says_something_of_its_queue_or_of_the_way() {
        let (yes, no, fails) = (Signal::GetsThrough, Signal::Nothing, Signal::Fails);
        let unreadable = |status, retry_after| Answer::Unreadable { status, retry_after };
        for (answer, queue, way) in [
            (Answer::Accepted { code: 0 }, yes, yes),
            (Answer::Partial { code: 20001 }, yes, yes),
            (Answer::Duplicate { code: 40050 }, yes, yes),
            (Answer::Refused { code: 40002 }, yes, yes),
            (Answer::TooMany { code: None }, yes, yes),
            (Answer::Misconfigured { code: Some(40105), status: 200 }, yes, yes),
            (Answer::Misconfigured { code: None, status: 404 }, no, yes),
            (Answer::Misconfigured { code: None, status: 0 }, no, no),
            (
                Answer::Throttled { code: 40100, retry_after: Some(7) },
                Signal::Wait { asked: Some(7) },
                yes,
            ),
            (Answer::Throttled { code: 40132, retry_after: None }, WAIT, yes),
            (Answer::Failed { code: 50000 }, fails, yes),
            (unreadable(0, None), fails, yes),
            (unreadable(502, None), fails, yes),
            (unreadable(502, Some(7)), Signal::Wait { asked: Some(7) }, yes),
            (unreadable(429, None), WAIT, yes),
            (unreadable(503, None), WAIT, yes),
            (Answer::Unreached, no, WAIT),
        ] {
            assert_eq!(
                (Signal::of_tiktok(answer), Signal::of_the_way(answer)),
                (queue, way),
                "{answer:?}"
            );
        }
    }
}
