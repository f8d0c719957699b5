//! The quarter of an hour of a moment, in SQL: the days of every time zone are made of them, so rows
//! are counted by it, and `calendar` puts the counts into the days of a shop's own.

pub(in crate::store) const QUARTER: i64 = 900;
/// From 0000-01-01 to 1970-01-01.
const SECONDS_BEFORE_1970: i64 = 719_528 * 86_400;

/// Unix seconds in whole quarters since 1970-01-01. SQL's division rounds towards zero, so it is
/// done on seconds since the year 0, none of which is negative.
pub(in crate::store) fn quarter_of(seconds: &str) -> String {
    let before = SECONDS_BEFORE_1970 / QUARTER;
    format!("(({seconds} + {SECONDS_BEFORE_1970}) / {QUARTER} - {before})")
}

#[cfg(test)]
mod tests {
    use crate::store::engine::params;
    use crate::store::file;

    use super::*;

    #[test]
    fn a_quarter_begins_where_it_should_before_1970_too() {
        let store = file::in_memory();
        for (seconds, quarter) in [(0, 0), (899, 0), (900, 1), (-1, -1), (-900, -1), (-901, -2)] {
            let sql = format!("SELECT {}", quarter_of("?1"));
            let number: i64 =
                store.query_row(&sql, params![seconds], |row| row.get(0)).expect("a number");
            assert_eq!(number, quarter, "{seconds}");
        }
    }
}
