//! Time as an argument: Unix seconds, and the one text form Shopify writes.

use std::str::FromStr;

use serde::{Deserialize, Serialize, Serializer};

use crate::expected::expected;
use crate::text::decimal;

pub const MINUTE: i64 = 60;
pub const HOUR: i64 = 60 * MINUTE;
pub const DAY: i64 = 24 * HOUR;

/// Unix seconds. All times in messages have this unit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Deserialize)]
#[serde(transparent)]
pub struct Timestamp(pub i64);

impl Serialize for Timestamp {
    /// Times that any device can have fit 32 bits until 2106.
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_u32(u32::try_from(self.0.max(0)).unwrap_or(u32::MAX))
    }
}

impl Timestamp {
    /// This time moved by `seconds`; stops at the ends of the range, since the number may come from
    /// a stranger.
    #[must_use]
    pub fn plus(self, seconds: i64) -> Self {
        Self(self.0.saturating_add(seconds))
    }

    /// Seconds from `earlier` to this time.
    pub fn since(self, earlier: Self) -> i64 {
        self.0.saturating_sub(earlier.0)
    }

    /// Decimal digits.
    pub fn text(self) -> String {
        let digits = decimal(self.0.unsigned_abs());
        if self.0 < 0 { ["-", &digits].concat() } else { digits }
    }

    /// What [`Timestamp::text`] wrote.
    pub fn of_text(text: &str) -> Option<Self> {
        let digits = text.strip_prefix('-').unwrap_or(text);
        let add = |n: i64, b: u8| {
            b.is_ascii_digit().then(|| n.saturating_mul(10).saturating_add(i64::from(b - b'0')))
        };
        let n = digits.bytes().try_fold(0, add).filter(|_| !digits.is_empty())?;
        Some(Self(if digits.len() < text.len() { -n } else { n }))
    }

    fn of_rfc_3339(text: &str) -> Option<Self> {
        let bytes = text.as_bytes();
        let field = |from: usize, to: usize| -> Option<i64> {
            let part = bytes.get(from..to)?;
            part.iter()
                .try_fold(0_i64, |n, b| b.is_ascii_digit().then(|| n * 10 + i64::from(b - b'0')))
        };
        let is = |at: usize, allowed: &[u8]| bytes.get(at).is_some_and(|b| allowed.contains(b));
        let (year, month, day) = (field(0, 4)?, field(5, 7)?, field(8, 10)?);
        let (hour, minute, second) = (field(11, 13)?, field(14, 16)?, field(17, 19)?);
        let punctuated =
            is(4, b"-") && is(7, b"-") && is(10, b"Tt ") && is(13, b":") && is(16, b":");
        let real = (1..=12).contains(&month)
            && (1..=days_in_month(year, month)).contains(&day)
            && hour < 24
            && minute < 60
            && second <= 60; // RFC 3339 allows a leap second; it counts as the next minute's first
        if !punctuated || !real {
            return None;
        }
        let offset = offset_seconds(skip_fraction(bytes.get(19..)?)?)?;
        Some(Self(
            days_from_epoch(year, month, day) * DAY + hour * HOUR + minute * MINUTE + second
                - offset,
        ))
    }
}

/// Reads RFC 3339 (`2026-03-02T09:00:00.000Z`, `…+01:00`), and `…+0100`; fractions of a second are dropped. An
/// error for anything else, dates that do not exist included.
impl FromStr for Timestamp {
    type Err = TimeExpected;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::of_rfc_3339(text).ok_or(TimeExpected)
    }
}

expected! {
    pub TimeExpected: "a time such as 2026-03-02T09:00:00Z is expected";
}

fn skip_fraction(rest: &[u8]) -> Option<&[u8]> {
    let Some((b'.', digits)) = rest.split_first().map(|(first, tail)| (*first, tail)) else {
        return Some(rest);
    };
    let count = digits.iter().take_while(|b| b.is_ascii_digit()).count();
    if count == 0 { None } else { digits.get(count..) }
}

fn offset_seconds(zone: &[u8]) -> Option<i64> {
    let two = |tens: u8, ones: u8| -> Option<i64> {
        (tens.is_ascii_digit() && ones.is_ascii_digit())
            .then(|| i64::from((tens - b'0') * 10 + (ones - b'0')))
    };
    match *zone {
        [b'Z' | b'z'] => Some(0),
        [sign @ (b'+' | b'-'), h1, h2, b':', m1, m2] | [sign @ (b'+' | b'-'), h1, h2, m1, m2] => {
            let (hours, minutes) = (two(h1, h2)?, two(m1, m2)?);
            let seconds = hours * HOUR + minutes * MINUTE;
            (hours < 24 && minutes < 60).then_some(if sign == b'-' { -seconds } else { seconds })
        }
        _ => None,
    }
}

fn days_in_month(year: i64, month: i64) -> i64 {
    let leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    match month {
        2 if leap => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

/// Days from 1970-01-01 in the proleptic Gregorian calendar (Howard Hinnant, "chrono-compatible
/// date algorithms").
fn days_from_epoch(year: i64, month: i64, day: i64) -> i64 {
    // The year begins in March, so the leap day is its last.
    let shifted = if month <= 2 { year - 1 } else { year };
    let era = shifted.div_euclid(400);
    let year_of_era = shifted.rem_euclid(400);
    let day_of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    let day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    era * 146_097 + day_of_era - 719_468
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_what_shopify_and_rfc_3339_write_and_zones_without_a_colon() {
        // Expected values: `date -u -d … +%s`.
        for (text, seconds) in [
            ("1970-01-01T00:00:00Z", 0),
            ("2026-03-02T09:00:00.000Z", 1_772_442_000),
            ("2026-03-02T10:00:00+01:00", 1_772_442_000),
            ("2025-11-22T08:26:40Z", 1_763_800_000),
            ("2024-02-29T23:59:59.999999-05:30", 1_709_270_999),
            ("2000-02-29T00:00:00Z", 951_782_400),
            ("2026-03-02T10:00:00+0100", 1_772_442_000),
            ("2026-03-02T09:00:00.000+0000", 1_772_442_000),
            ("2026-03-02T04:00:00-0500", 1_772_442_000),
            ("1969-12-31T23:59:59Z", -1),
        ] {
            assert_eq!(text.parse(), Ok(Timestamp(seconds)), "{text}");
        }
    }

    #[test]
    fn refuses_dates_that_do_not_exist_and_other_forms() {
        for text in [
            "",
            "now",
            "2026-03-02",
            "2026-03-02T09:00:00",
            "2026-13-02T09:00:00Z",
            "2025-02-29T09:00:00Z",
            "2026-03-02T24:00:00Z",
            "2026-03-02T09:00:00.Z",
            "2026-03-02T09:00:00+01",
            "2026-03-02T09:00:00+2400",
            "2026-03-02T09:00:00+01000",
            "1772442000",
            "2026-03-02T09:00:00Zx",
            "+026-03-02T09:00:00Z",
            "２０２６-03-02T09:00:00Z",
        ] {
            assert_eq!(text.parse::<Timestamp>(), Err(TimeExpected), "{text}");
        }
    }
}
