//! What is counted, for a line of the log.

use std::collections::BTreeMap;

/// Counts of live events, of tests, and of what was refused, since the process began or of an hour.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Counts {
    pub accepted: u64,
    pub recovered: u64,
    pub delivered: u64,
    /// Ended otherwise.
    pub ended: u64,
    /// Accepted as tests.
    pub tests: u64,
    /// By reason.
    pub refused: BTreeMap<String, u64>,
}

impl Counts {
    pub(super) fn since(&self, before: &Self) -> Self {
        let refused = self.refused.iter().map(|(reason, n)| {
            (reason.clone(), n.saturating_sub(before.refused.get(reason).copied().unwrap_or(0)))
        });
        Self {
            accepted: self.accepted.saturating_sub(before.accepted),
            recovered: self.recovered.saturating_sub(before.recovered),
            delivered: self.delivered.saturating_sub(before.delivered),
            ended: self.ended.saturating_sub(before.ended),
            tests: self.tests.saturating_sub(before.tests),
            refused: refused.filter(|(_, n)| *n > 0).collect(),
        }
    }

    /// `3 id_mismatch, 1 unreadable`
    pub(super) fn refusals(&self) -> String {
        let each = self.refused.iter().map(|(reason, n)| format!("{n} {reason}"));
        let all: Vec<_> = each.collect();
        if all.is_empty() { "nothing".to_owned() } else { all.join(", ") }
    }
}
