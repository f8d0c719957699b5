//! A line of the log about what fails, and may fail a thousand times a second.

use std::cell::Cell;
use std::time::{Duration, Instant};

/// Between two lines.
const MINUTE: Duration = Duration::from_secs(60);

/// A line of the log that is written once a minute at most.
#[derive(Debug, Default)]
pub(super) struct Seldom {
    written_at: Cell<Option<Instant>>,
    n: Cell<u64>,
}

impl Seldom {
    /// How many the line that is due now is about.
    pub(super) fn due(&self, now: Instant) -> Option<u64> {
        self.n.set(self.n.get() + 1);
        if self.written_at.get().is_some_and(|at| now.duration_since(at) < MINUTE) {
            return None;
        }
        self.written_at.set(Some(now));
        Some(self.n.take())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_failure_has_a_line_a_minute_with_how_many_there_were() {
        let (seldom, begun) = (Seldom::default(), Instant::now());
        let due = [0, 1, 59, 60, 61].map(|second| seldom.due(begun + Duration::from_secs(second)));
        assert_eq!(due, [Some(1), None, None, Some(3), None]);
    }
}
