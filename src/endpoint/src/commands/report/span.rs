//! Which days a report is of.

use std::str::FromStr;

use assent_gate::time::{DAY, Timestamp};

use crate::calendar::{Day, Days};
use crate::zone::Zone;

/// `7d`: that many days up to today.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Last(i64);

/// Longer than any store lives; more would be no day of a calendar.
const MOST: i64 = 36_500;

impl FromStr for Last {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let days = text.strip_suffix('d').and_then(|days| days.parse().ok());
        let days = days.filter(|days| (1..=MOST).contains(days));
        days.map(Self).ok_or("a number of days is expected, such as 7d")
    }
}

impl Last {
    /// Today is one of them.
    pub(super) fn days(self, zone: &Zone, now: Timestamp) -> Days {
        Days::between(zone.day(now.0 - (self.0 - 1) * DAY), zone.day(now.0))
    }
}

/// What was asked for, in the words of the two ends. `None`: as early, or late, as there are days.
#[derive(Debug, Clone, Copy)]
pub(super) struct Span {
    pub(super) from: Option<Day>,
    pub(super) to: Option<Day>,
}

impl Span {
    pub(super) fn of(
        last: Option<Last>,
        from: Option<Day>,
        to: Option<Day>,
        today: (&Zone, Timestamp),
    ) -> Self {
        match last {
            Some(last) => {
                let days = last.days(today.0, today.1);
                Self { from: Some(days.first()), to: Some(days.last()) }
            }
            None => Self { from, to },
        }
    }

    pub(super) fn days(self) -> Days {
        Days::between(self.from, self.to)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// 2026-03-02T09:00:00Z; in Auckland it is 22:00, in Honolulu 23:00 of the day before.
    const NOW: Timestamp = Timestamp(1_772_442_000);

    #[test]
    fn the_last_days_end_with_the_shops_today() {
        let days = |last: &str, zone: &str| {
            let zone: Zone = zone.parse().expect("a zone");
            let days = last.parse::<Last>().expect("days").days(&zone, NOW);
            (days.first().to_string(), days.last().to_string())
        };
        assert_eq!(days("7d", "UTC"), ("2026-02-24".into(), "2026-03-02".into()));
        assert_eq!(days("1d", "Pacific/Auckland"), ("2026-03-02".into(), "2026-03-02".into()));
        assert_eq!(days("1d", "Pacific/Honolulu"), ("2026-03-01".into(), "2026-03-01".into()));
        for wrong in ["7", "0d", "-1d", "7days", "d", "36501d", "7h"] {
            assert!(wrong.parse::<Last>().is_err(), "{wrong}");
        }
    }
}
