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
        // Stops at the end of the range. (As a saturating product it would take 128 bits.)
        let add = |n: i64, b: u8| {
            let next =
                if n < i64::MAX / 10 { n * 10 + i64::from(b.wrapping_sub(b'0')) } else { i64::MAX };
            b.is_ascii_digit().then_some(next)
        };
        let n = digits.bytes().try_fold(0, add).filter(|_| !digits.is_empty())?;
        Some(Self(if digits.len() < text.len() { -n } else { n }))
    }

    fn of_rfc_3339(text: &str) -> Option<Self> {
        let (time, rest) = text.as_bytes().split_at_checked(19)?;
        let [year, month, day, hour, minute, second] = fields(time, b"0000-11-22T33:44:55")?;
        let months = (year + 400) * 12 + month - 3;
        let first = days_before(months);
        let is_real = (1..=12).contains(&month)
            && (1..=days_before(months + 1) - first).contains(&day)
            && hour < 24
            && minute < 60
            && second <= 60; // RFC 3339 allows a leap second; it counts as the next minute's first
        let offset = offset_seconds(skip_fraction(rest)?).filter(|_| is_real)?;
        Some(Self((first + day - 1) * DAY + hour * HOUR + minute * MINUTE + second - offset))
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
    let (sign, time) = zone.split_first()?;
    let sign = match sign {
        b'Z' | b'z' => return time.is_empty().then_some(0),
        b'+' => 1,
        b'-' => -1,
        _ => return None,
    };
    let [hours, minutes, ..] = fields(time, b"00:11").or_else(|| fields(time, b"0011"))?;
    (hours < 24 && minutes < 60).then_some(sign * (hours * HOUR + minutes * MINUTE))
}

/// The numbers in a text of this form: a digit of it stands for one of the number that it counts.
fn fields(text: &[u8], form: &[u8]) -> Option<[i64; 6]> {
    let mut fields = [0; 6];
    for (byte, place) in text.iter().zip(form) {
        match fields.get_mut(usize::from(place.wrapping_sub(b'0'))) {
            Some(field) if byte.is_ascii_digit() => *field = *field * 10 + i64::from(byte - b'0'),
            None if byte == place || (*place == b'T' && matches!(byte, b't' | b' ')) => {}
            _ => return None,
        }
    }
    (text.len() == form.len()).then_some(fields)
}

/// Days from 1970-01-01 to the first of a month, in the proleptic Gregorian calendar. Months are
/// counted from March of the year -400: a leap day is then the last of its year, and nothing is
/// negative. (After Howard Hinnant, "chrono-compatible date algorithms".)
fn days_before(months: i64) -> i64 {
    let year = months / 12;
    let days_of_year = (153 * (months % 12) + 2) / 5;
    year * 365 + year / 4 - year / 100 + year / 400 + days_of_year - 719_468 - 146_097
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
