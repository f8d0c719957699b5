//! Moments as `why` and `tail` print them: in a shop's own time zone, and named by it.

use crate::zone::Zone;

/// `2026-11-12 10:31:05 CET`.
pub(super) fn at(zone: &Zone, moment: i64) -> String {
    match zone.civil(moment) {
        Some((day, time, name)) => format!("{day} {time} {name}"),
        None => moment.to_string(),
    }
}

/// To the minute: for what is long ago.
pub(super) fn to_the_minute(zone: &Zone, moment: i64) -> String {
    match zone.civil(moment) {
        Some((day, time, name)) => format!("{day} {} {name}", time.get(..5).unwrap_or(&time)),
        None => moment.to_string(),
    }
}

/// `2026-11-12 CET`, and the time of day.
pub(super) fn day_and_time(zone: &Zone, moment: i64) -> (String, String) {
    match zone.civil(moment) {
        Some((day, time, name)) => (format!("{day} {name}"), time),
        None => (String::new(), moment.to_string()),
    }
}
