//! The story of an event or an order: lines of text in one column, each with its time.

use assent_gate::time::Timestamp;
use serde::Serialize;

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Line {
    /// Unix seconds.
    pub at: i64,
    pub what: String,
}

/// One line, to be added to the column.
pub(super) fn line(at: Timestamp, what: &str) -> String {
    format!("{}\t{what}\n", at.0)
}

/// The column's text as lines.
pub(in crate::store) fn lines(history: &str) -> Vec<Line> {
    let line = |text: &str| {
        let (at, what) = text.split_once('\t')?;
        Some(Line { at: at.parse().ok()?, what: what.to_owned() })
    };
    history.lines().filter_map(line).collect()
}
