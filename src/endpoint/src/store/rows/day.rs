//! The day of a moment, in SQL.

/// From 0000-01-01 to 1970-01-01.
const DAYS_BEFORE_1970: i64 = 719_528;

/// The day (UTC) of Unix seconds as an integer, counted from 1970-01-01. SQL's division rounds
/// towards zero, so it is done on seconds since the year 0, none of which is negative.
pub(in crate::store) fn number_of(seconds: &str) -> String {
    let seconds_before_1970 = DAYS_BEFORE_1970 * 86_400;
    format!("(({seconds} + {seconds_before_1970}) / 86400 - {DAYS_BEFORE_1970})")
}

#[cfg(test)]
mod tests {
    use rusqlite::Connection;

    use super::*;

    #[test]
    fn a_day_begins_at_midnight_before_1970_too() {
        let store = Connection::open_in_memory().expect("memory");
        for (seconds, day) in
            [(0, 0), (86_399, 0), (86_400, 1), (-1, -1), (-86_400, -1), (-86_401, -2)]
        {
            let sql = format!("SELECT {}", number_of("?1"));
            let number: i64 = store.query_row(&sql, [seconds], |row| row.get(0)).expect("a number");
            assert_eq!(number, day, "{seconds}");
        }
    }
}
