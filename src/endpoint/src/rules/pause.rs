//! A shop whose token or pixel TikTok refuses: its queue stands still and is kept, and one event at
//! a time finds out whether the fault has been repaired.

use assent_gate::time::Timestamp;

use super::answer::Answer;
use super::debt::wait;

/// The queue of one shop. Not kept over a restart: a restart is when tokens are repaired.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Pause {
    #[default]
    Running,
    Paused {
        probe_at: Timestamp,
        failures: u32,
    },
}

/// Probes begin a minute apart, not a second: nobody repairs a token faster.
const MINUTES_NOT_SECONDS: i64 = 30;
const LONGEST_PAUSE: i64 = 15 * 60;

impl Pause {
    /// May this many sends start now?
    pub fn admits(self, now: Timestamp, room: usize, in_flight: usize) -> usize {
        match self {
            Self::Running => room,
            Self::Paused { probe_at, .. } => usize::from(now >= probe_at && in_flight == 0),
        }
    }

    pub fn after(self, answer: Answer, now: Timestamp, dice: u64) -> Self {
        match answer {
            Answer::Misconfigured { .. } => self.longer(now, dice),
            // TikTok looked at an event of this shop: token and pixel are good.
            Answer::Accepted { .. }
            | Answer::Partial { .. }
            | Answer::Duplicate { .. }
            | Answer::Refused { .. } => Self::Running,
            // These say nothing about the token.
            Answer::TooMany { .. }
            | Answer::Throttled { .. }
            | Answer::Failed { .. }
            | Answer::Unreadable { .. }
            | Answer::Unreached => match self {
                Self::Running => Self::Running,
                Self::Paused { .. } => self.longer(now, dice),
            },
        }
    }

    /// Somebody says that the fault is mended: the next probe is now.
    pub fn mended(self, now: Timestamp) -> Self {
        match self {
            Self::Running => Self::Running,
            Self::Paused { failures, .. } => Self::Paused { probe_at: now, failures },
        }
    }

    fn longer(self, now: Timestamp, dice: u64) -> Self {
        let failures = match self {
            Self::Running => 0,
            // Answers of sends that started before the pause are the same failure, not another.
            Self::Paused { probe_at, failures } if now < probe_at => {
                return Self::Paused { probe_at, failures };
            }
            Self::Paused { failures, .. } => failures + 1,
        };
        let rest = (MINUTES_NOT_SECONDS + wait(failures + 1, dice) * MINUTES_NOT_SECONDS)
            .min(LONGEST_PAUSE);
        Self::Paused { probe_at: Timestamp(now.0 + rest), failures }
    }
}
