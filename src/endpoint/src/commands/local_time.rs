//! Moments as `why` and `tail` print them.

use crate::calendar::moment;

/// `2026-11-12 10:31:05 UTC`.
pub(super) fn at(moment_of: i64) -> String {
    let (day, time) = parts(moment_of);
    format!("{day} {time} UTC").trim_start().to_owned()
}

/// To the minute: for what is long ago.
pub(super) fn to_the_minute(moment_of: i64) -> String {
    let (day, time) = parts(moment_of);
    format!("{day} {} UTC", time.get(..5).unwrap_or(&time)).trim_start().to_owned()
}

/// The day and the time of day. Without a day where RFC 3339 has no text for it.
pub(super) fn parts(moment_of: i64) -> (String, String) {
    let text = moment(moment_of);
    match text.trim_end_matches('Z').split_once('T') {
        Some((day, time)) => (day.to_owned(), time.to_owned()),
        None => (String::new(), text),
    }
}
