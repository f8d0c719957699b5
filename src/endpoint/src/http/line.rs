//! Lines of the log about what anybody can cause: seldom, and with how often it was.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use assent_gate::settings::ShopDomain;
use assent_gate::time::{MINUTE, Timestamp};

/// A line of the log that is written once a minute at most.
#[derive(Debug, Default)]
pub(super) struct Line {
    written_at: Option<Timestamp>,
    /// Since then.
    n: u64,
}

impl Line {
    /// How many the line that is due now is about.
    pub(super) fn due(&mut self, now: Timestamp) -> Option<u64> {
        self.due_every(MINUTE, now)
    }

    fn due_every(&mut self, seconds: i64, now: Timestamp) -> Option<u64> {
        self.n += 1;
        // A clock that was set back starts anew.
        let is_early = |at: Timestamp| (0..seconds).contains(&now.since(at));
        if self.written_at.is_some_and(is_early) {
            return None;
        }
        self.written_at = Some(now);
        Some(std::mem::take(&mut self.n))
    }
}

/// A line for each configured shop.
#[derive(Debug)]
pub(super) struct Lines {
    seconds: i64,
    of: Mutex<HashMap<ShopDomain, Line>>,
}

impl Lines {
    pub(super) fn every(seconds: i64) -> Self {
        Self { seconds, of: Mutex::default() }
    }

    pub(super) fn due(&self, shop: &ShopDomain, now: Timestamp) -> Option<u64> {
        let mut of = self.of.lock().unwrap_or_else(PoisonError::into_inner);
        of.entry(shop.clone()).or_default().due_every(self.seconds, now)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_due_once_a_minute_and_tells_of_all_since_the_last() {
        let mut line = Line::default();
        let due: Vec<_> = [0, 1, 59, 60, 61, 180, 120, 121]
            .into_iter()
            .map(|second| line.due(Timestamp(1_000 + second)))
            .collect();
        // The clock was set back at the end.
        assert_eq!(due, [Some(1), None, None, Some(3), None, Some(2), Some(1), None]);
    }
}
