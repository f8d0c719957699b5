//! A history as it is told: what became of an event or an order, line by line.

use serde::Serialize;

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Line {
    /// Unix seconds.
    pub at: i64,
    pub what: String,
}

/// What [`crate::store::rows::event::line`] wrote.
pub(in crate::store) fn lines(history: &str) -> Vec<Line> {
    history.lines().filter_map(line).collect()
}

fn line(text: &str) -> Option<Line> {
    let (at, what) = text.split_once('\t')?;
    Some(Line { at: at.parse().ok()?, what: what.to_owned() })
}

/// Two histories as one, in the sequence of time.
pub(in crate::store) fn merged(mut one: Vec<Line>, other: Vec<Line>) -> Vec<Line> {
    for line in other {
        if !one.contains(&line) {
            one.push(line);
        }
    }
    one.sort_by_key(|line| line.at);
    one
}
