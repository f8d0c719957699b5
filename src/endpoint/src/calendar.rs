//! Unix seconds as people read them: moments in UTC, days, and the dates of HTTP. But for [`crate::zone`]
//! nothing else in the endpoint knows a calendar; the store knows seconds and day numbers.

use std::fmt;
use std::str::FromStr;

use assent_gate::time::{DAY, Timestamp};
use jiff::SignedDuration;
use jiff::civil::DateTime;
use serde::{Serialize, Serializer};

const EPOCH: DateTime = DateTime::constant(1970, 1, 1, 0, 0, 0, 0);

/// RFC 3339, such as `2026-11-22T08:26:40Z`. `None` outside the years 0 to 9999: RFC 3339 has no
/// other.
pub fn rfc_3339(at: i64) -> Option<String> {
    Some(format!("{}Z", civil(at)?))
}

/// A moment as people read it; as its bare number where RFC 3339 has no text for it.
pub fn moment(at: i64) -> String {
    rfc_3339(at).unwrap_or_else(|| at.to_string())
}

fn civil(at: i64) -> Option<DateTime> {
    let moment = EPOCH.checked_add(SignedDuration::from_secs(at)).ok()?;
    (moment.year() >= 0).then_some(moment)
}

/// An HTTP-date in any of its three forms (RFC 9110, 5.6.7). `now` says which century a year of two
/// digits is of.
pub(crate) fn http_date(text: &str, now: Timestamp) -> Option<Timestamp> {
    let words = text.split([' ', '\t', ',', '-']).filter(|word| !word.is_empty());
    // The day's name tells nothing that the date does not.
    let is_name = |word: &&str| word.bytes().all(|b| b.is_ascii_alphabetic());
    let mut words: Vec<&str> = words.collect();
    if words.first().is_some_and(is_name) {
        words.remove(0);
    }
    let (day, month, year, time) = match *words.as_slice() {
        [day, month, year, time, zone] if ["GMT", "UTC"].contains(&&*zone.to_uppercase()) => {
            (day, month, year, time)
        }
        [month, day, time, year] => (day, month, year, time),
        _ => return None,
    };
    const MONTHS: [&str; 12] =
        ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];
    let month = MONTHS.iter().position(|name| month.eq_ignore_ascii_case(name))? + 1;
    let is_number = |text: &str| text.bytes().all(|b| b.is_ascii_digit());
    let year = match year.len() {
        4 if is_number(year) => year.parse().ok()?,
        2 if is_number(year) => nearest_year(year.parse().ok()?, civil(now.0)?.year()),
        _ => return None,
    };
    format!("{year:04}-{month:02}-{day:0>2}T{time}Z").parse().ok()
}

/// The year that ends with these two digits: none of more than 50 years ahead.
fn nearest_year(digits: i16, now: i16) -> i16 {
    let year = now - now % 100 + digits;
    if year > now + 50 {
        year - 100
    } else if year <= now - 50 {
        year + 100
    } else {
        year
    }
}

/// A day of the years 0 to 9999, in whatever zone, as its number counted from 1970-01-01. Its text is
/// `YYYY-MM-DD`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Day(i64);

impl Day {
    /// 0000-01-01 and 9999-12-31.
    const FIRST: Self = Self(-719_528);
    const LAST: Self = Self(2_932_896);

    /// `None` outside the years 0 to 9999.
    pub(crate) fn of_number(number: i64) -> Option<Self> {
        (Self::FIRST.0..=Self::LAST.0).contains(&number).then_some(Self(number))
    }

    pub(crate) fn number(self) -> i64 {
        self.0
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DayExpected;

impl fmt::Display for DayExpected {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a day such as 2026-11-22 is expected")
    }
}

impl std::error::Error for DayExpected {}

impl FromStr for Day {
    type Err = DayExpected;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        // `2026-11-22` and nothing behind it.
        let midnight =
            if text.len() == 10 { format!("{text}T00:00:00Z").parse().ok() } else { None };
        let Timestamp(midnight) = midnight.ok_or(DayExpected)?;
        Ok(Self(midnight.div_euclid(DAY)))
    }
}

impl fmt::Display for Day {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let date = civil(self.0 * DAY).expect("both ends of the range have a text").date();
        f.pad(&date.to_string())
    }
}

impl Serialize for Day {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

/// Some days in a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Days {
    first: Day,
    last: Day,
}

impl Days {
    pub const ALL: Self = Self { first: Day::FIRST, last: Day::LAST };

    /// Both included; `None` is as early, or as late, as there are days.
    pub fn between(from: Option<Day>, to: Option<Day>) -> Self {
        Self { first: from.unwrap_or(Day::FIRST), last: to.unwrap_or(Day::LAST) }
    }

    pub(crate) fn first(self) -> Day {
        self.first
    }

    pub(crate) fn last(self) -> Day {
        self.last
    }

    /// With a day more at either end: as far as a day in UTC can be from a shop's own.
    pub(crate) fn wider(self) -> Self {
        let day = |number: i64| Day(number.clamp(Day::FIRST.0, Day::LAST.0));
        Self { first: day(self.first.0 - 1), last: day(self.last.0 + 1) }
    }

    pub(crate) fn contain(self, day: Day) -> bool {
        (self.first..=self.last).contains(&day)
    }

    /// The first and the last second.
    pub(crate) fn seconds(self) -> (i64, i64) {
        (self.first.0 * DAY, self.last.0 * DAY + DAY - 1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// By `date -u -d @… +%FT%TZ` of GNU coreutils.
    #[test]
    fn seconds_are_told_as_date_tells_them() {
        for (at, text) in [
            (0, "1970-01-01T00:00:00Z"),
            (1_795_335_999, "2026-11-22T08:26:39Z"),
            (951_782_400, "2000-02-29T00:00:00Z"),
            (-1, "1969-12-31T23:59:59Z"),
            (-62_167_219_200, "0000-01-01T00:00:00Z"),
            (253_402_300_799, "9999-12-31T23:59:59Z"),
        ] {
            assert_eq!(rfc_3339(at).as_deref(), Some(text));
            assert_eq!(text.parse(), Ok(Timestamp(at)), "as the gate reads it");
        }
    }

    /// RFC 9110's own example, in all three forms; the others by `date -u -d … +%s`.
    #[test]
    fn a_date_of_http_is_read_in_its_three_forms() {
        let now = Timestamp(1_795_335_999); // 2026-11-22
        for (text, at) in [
            ("Sun, 06 Nov 1994 08:49:37 GMT", Some(784_111_777)),
            ("Sunday, 06-Nov-94 08:49:37 GMT", Some(784_111_777)),
            ("Sun Nov  6 08:49:37 1994", Some(784_111_777)),
            ("sun, 6 nov 1994 08:49:37 gmt", Some(784_111_777)),
            ("06 Nov 1994 08:49:37 UTC", Some(784_111_777)),
            ("Sunday, 22-Nov-26 08:26:40 GMT", Some(1_795_336_000)),
            ("Monday, 23-Nov-76 08:26:40 GMT", Some(3_373_345_600)),
            ("Tuesday, 23-Nov-77 08:26:40 GMT", Some(249_121_600)),
            ("Thu, 31 Dec 2026 23:59:60 GMT", Some(1_798_761_600)),
            ("Fri, 31 Dec 9999 23:59:59 GMT", Some(253_402_300_799)),
            ("Sun, 30 Feb 2026 08:49:37 GMT", None),
            ("Sun, 06 Nov 1994 24:49:37 GMT", None),
            ("Sun, 06 Nov 1994 08:49:37", None),
            ("Sun, 06 Nov 1994 08:49:37 PST", None),
            ("Sun, 06 November 1994 08:49:37 GMT", None),
            ("Sun, 06 Nov +994 08:49:37 GMT", None),
            ("Sun, 06 Nov 1994 8:49 GMT", None),
            ("1994-11-06T08:49:37Z", None),
            ("tomorrow", None),
            ("", None),
        ] {
            assert_eq!(http_date(text, now), at.map(Timestamp), "{text}");
        }
    }

    #[test]
    fn a_moment_that_no_calendar_has_is_told_as_its_number() {
        for at in [-62_167_219_201, 253_402_300_800, i64::MIN, i64::MAX] {
            assert_eq!(rfc_3339(at), None);
            assert_eq!(moment(at), at.to_string());
        }
    }

    #[test]
    fn a_day_is_read_as_it_is_written() {
        for text in ["0000-01-01", "1969-12-31", "1970-01-01", "2024-02-29", "9999-12-31"] {
            assert_eq!(text.parse::<Day>().map(|day| day.to_string()).as_deref(), Ok(text));
        }
        for text in [
            "",
            "2026-02-29",
            "2026-11-22 ",
            "2026-1-22",
            "20261122",
            "2026-11-22T00:00:00Z",
            "0000-00-00",
        ] {
            assert_eq!(text.parse::<Day>(), Err(DayExpected), "{text}");
        }
    }

    #[test]
    fn the_first_and_the_last_day_are_those_of_years_with_four_digits() {
        assert_eq!(
            (Day::FIRST.to_string(), Day::LAST.to_string()),
            ("0000-01-01".into(), "9999-12-31".into())
        );
        assert_eq!(
            (Day::of_number(Day::FIRST.0 - 1), Day::of_number(Day::LAST.0 + 1)),
            (None, None)
        );
        assert_eq!("1970-01-02".parse(), Ok(Day(1)));
    }

    #[test]
    fn days_reach_from_midnight_to_the_last_second() {
        let day: Option<Day> = "1970-01-02".parse().ok();
        assert_eq!(Days::between(day, day).seconds(), (86_400, 172_799));
        assert_eq!(Days::between(None, None), Days::ALL);
    }
}
