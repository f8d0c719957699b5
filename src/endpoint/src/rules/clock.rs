//! How far the server's clock is believed where rows of years hang on it. A clock that jumps ahead (a
//! broken battery, a wrong time server, a slip of a hand) would end receipts and withdrawals at once, and
//! nothing brings them back. So a jump is believed only once it has lasted, while somebody can see it
//! in the log. Meanwhile the time goes on that the server itself has run, so that nothing is kept for
//! ever by a machine that is often off.

use assent_gate::time::{DAY, HOUR, Timestamp};

/// Further ahead than this, since it was last looked at, is a jump. Also where the server only stood
/// still meanwhile: it cannot know. A machine that is off over a long weekend (Friday evening to Tuesday
/// morning) is none; what a clock that is wrong by less ends too early it ends days early, of 36 months.
const JUMP: i64 = 4 * DAY;
/// A jump is believed when the server has run for so long since.
const LASTS: i64 = 7 * DAY;
/// Between two looks of a server that runs; it looks every 30 seconds and notes it every hour.
const RUNS: i64 = 2 * HOUR;
const NOTED: i64 = HOUR;

/// What is kept of the clock.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ClockSeen {
    /// What it said when it was last believed.
    pub believed: Timestamp,
    /// What it said last.
    pub seen: Timestamp,
    /// For how long it has gone on after a jump, as far as the server was running.
    pub lasted: i64,
}

/// A look at the clock.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Look {
    /// The time by which rows of years are swept.
    pub believed: Timestamp,
    /// To be kept in the place of what was.
    pub note: Option<ClockSeen>,
    pub is_doubted: bool,
}

pub fn look(kept: Option<ClockSeen>, now: Timestamp) -> Look {
    let anew = ClockSeen { believed: now, seen: now, lasted: 0 };
    let Some(kept) = kept else { return believed(now, Some(anew)) };
    if !is_jump(kept.believed, now) {
        let is_news = now.since(kept.seen).abs() >= NOTED || kept.lasted > 0;
        return believed(now, is_news.then_some(anew));
    }
    let step = now.since(kept.seen);
    let ran = if (0..=RUNS).contains(&step) { step } else { 0 };
    let has_just_jumped = !is_jump(kept.believed, kept.seen) || step.abs() > JUMP;
    let lasted = if has_just_jumped { 0 } else { kept.lasted + ran };
    if lasted >= LASTS {
        return believed(now, Some(anew));
    }
    let going_on = ClockSeen { believed: kept.believed.plus(ran), seen: now, lasted };
    let note = (step.abs() >= NOTED).then_some(going_on);
    Look { believed: going_on.believed, note, is_doubted: true }
}

fn believed(now: Timestamp, note: Option<ClockSeen>) -> Look {
    Look { believed: now, note, is_doubted: false }
}

fn is_jump(believed: Timestamp, now: Timestamp) -> bool {
    now.since(believed) > JUMP
}

#[cfg(test)]
mod tests {
    use super::*;

    const START: Timestamp = Timestamp(1_772_442_000);

    /// Looks every half minute until `until`, from `now` on; the last look.
    fn run(kept: &mut Option<ClockSeen>, now: Timestamp, until: Timestamp) -> Look {
        let (mut now, mut last) = (now, look(*kept, now));
        while now < until {
            last = look(*kept, now);
            *kept = last.note.or(*kept);
            now = now.plus(30);
        }
        last
    }

    #[test]
    fn a_clock_that_goes_on_is_believed() {
        let mut kept = None;
        let last = run(&mut kept, START, START.plus(30 * DAY));
        assert!(!last.is_doubted);
        assert_eq!(last.believed, START.plus(30 * DAY - 30));
    }

    #[test]
    fn a_jump_ahead_is_believed_only_after_it_has_lasted_a_week() {
        let mut kept = None;
        run(&mut kept, START, START.plus(HOUR));
        let far = START.plus(3650 * DAY);
        let last = run(&mut kept, far, far.plus(7 * DAY - 2 * HOUR));
        // Time that the server has run is none that the clock has made up.
        assert!(last.is_doubted && last.believed <= START.plus(7 * DAY));
        let last = run(&mut kept, far.plus(7 * DAY - 2 * HOUR), far.plus(7 * DAY + 2 * HOUR));
        assert!(!last.is_doubted && last.believed > far);
    }

    #[test]
    fn a_clock_that_is_set_right_is_believed_at_once_and_the_next_jump_begins_anew() {
        let mut kept = None;
        run(&mut kept, START, START.plus(HOUR));
        let far = START.plus(3650 * DAY);
        run(&mut kept, far, far.plus(6 * DAY));
        let last = run(&mut kept, START.plus(2 * HOUR), START.plus(3 * HOUR));
        assert!(!last.is_doubted && last.believed > START.plus(2 * HOUR));
        assert!(run(&mut kept, far, far.plus(2 * DAY)).is_doubted);
    }

    #[test]
    fn a_second_jump_does_not_lean_on_the_first() {
        let mut kept = None;
        run(&mut kept, START, START.plus(HOUR));
        let far = START.plus(365 * DAY);
        run(&mut kept, far, far.plus(6 * DAY));
        let further = START.plus(3650 * DAY);
        assert!(run(&mut kept, further, further.plus(6 * DAY)).is_doubted);
    }

    /// `days` on, then off over a pause; how far behind the clock it ends, and in how many of its
    /// last looks it was doubted.
    fn works(weeks: i64, on: i64, off: i64) -> (i64, i64) {
        let (mut kept, mut now, mut doubts) = (None, START, 0);
        for _ in 0..weeks {
            doubts += i64::from(run(&mut kept, now, now.plus(on)).is_doubted);
            now = now.plus(on + off);
        }
        (now.since(look(kept, now).believed), doubts)
    }

    #[test]
    fn a_machine_that_is_off_every_weekend_is_believed() {
        assert_eq!(works(52, 106 * HOUR, 62 * HOUR), (0, 0), "from Friday 18:00 to Monday 8:00");
        assert_eq!(works(52, 82 * HOUR, 86 * HOUR), (0, 0), "until Tuesday");
    }

    #[test]
    fn a_machine_that_is_mostly_off_keeps_nothing_for_ever() {
        // On for two days, off for nine: always doubted, and yet the time goes on as it has run, up to
        // the last hour that was noted.
        let (behind, doubts) = works(100, 2 * DAY, 9 * DAY);
        assert!(doubts >= 90, "{doubts}");
        assert!(behind <= 100 * (9 * DAY + HOUR), "{} days", behind / DAY);
    }

    #[test]
    fn a_server_that_stood_still_for_weeks_catches_up() {
        let mut kept = None;
        run(&mut kept, START, START.plus(HOUR));
        let mut now = START.plus(21 * DAY);
        // It runs by day only.
        for _ in 0..17 {
            run(&mut kept, now, now.plus(12 * HOUR));
            now = now.plus(DAY);
        }
        assert!(!look(kept, now).is_doubted);
    }
}
