//! Days as a shop counts them: in its own time zone, `time_zone` of the configuration.

use std::collections::BTreeMap;
use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

use jiff::Timestamp as Instant;
use jiff::civil::Date;
use jiff::tz::TimeZone;

use crate::calendar::{Day, Days};

const EPOCH: Date = Date::constant(1970, 1, 1);

/// A time zone by its name in the IANA database, such as `Europe/Berlin`.
#[derive(Clone, PartialEq, Eq)]
pub struct Zone(TimeZone);

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ZoneExpected;

impl fmt::Display for ZoneExpected {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a name of the IANA time zone database is expected, such as Europe/Berlin")
    }
}

impl std::error::Error for ZoneExpected {}

impl FromStr for Zone {
    type Err = ZoneExpected;

    fn from_str(name: &str) -> Result<Self, Self::Err> {
        TimeZone::get(name).map(Self).map_err(|_| ZoneExpected)
    }
}

impl fmt::Display for Zone {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0.iana_name().unwrap_or("UTC"))
    }
}

impl fmt::Debug for Zone {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Zone({self})")
    }
}

impl Zone {
    pub const UTC: Self = Self(TimeZone::UTC);

    /// The day on which this moment is there. `None` outside the years 0 to 9999.
    pub fn day(&self, at: i64) -> Option<Day> {
        let date = self.0.to_datetime(Instant::from_second(at).ok()?).date();
        Day::of_number(date.duration_since(EPOCH).as_hours() / 24)
    }

    /// The day, the time of day, and what that zone is called then, such as `2026-11-12`,
    /// `10:31:05` and `CET`. `None` outside the years -9999 to 9999.
    pub(crate) fn civil(&self, at: i64) -> Option<(String, String, String)> {
        let instant = Instant::from_second(at).ok()?;
        let there = self.0.to_datetime(instant);
        let name = self.0.to_offset_info(instant).abbreviation().to_owned();
        Some((there.date().to_string(), there.time().to_string(), name))
    }

    /// Seconds between which all of these days lie, and a day more at either end: no zone is further
    /// than that from UTC. What is found is sorted by [`Self::day`].
    pub(crate) fn around(days: Days) -> (i64, i64) {
        let ((first, last), day) = (days.seconds(), assent_gate::time::DAY);
        (first - day, last + day)
    }
}

/// Each shop's zone; UTC where it says none.
#[derive(Debug, Clone, Default)]
pub struct Zones(Option<Arc<BTreeMap<String, Zone>>>);

impl Zones {
    /// Every shop's is UTC.
    pub const UTC: Self = Self(None);

    pub fn of(zones: impl IntoIterator<Item = (String, Zone)>) -> Self {
        Self(Some(Arc::new(zones.into_iter().collect())))
    }

    pub fn are_utc(&self) -> bool {
        self.0.as_ref().is_none_or(|zones| zones.values().all(|zone| *zone == Zone::UTC))
    }

    pub fn of_shop(&self, shop: &str) -> &Zone {
        static UTC: Zone = Zone::UTC;
        self.0.as_ref().and_then(|zones| zones.get(shop)).unwrap_or(&UTC)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(zone: &str, at: i64) -> String {
        let zone: Zone = zone.parse().expect("a zone");
        zone.day(at).expect("a day").to_string()
    }

    /// By `TZ=… date -d @… +%F` of GNU coreutils.
    #[test]
    fn a_day_begins_at_midnight_of_its_zone() {
        for (zone, at, expected) in [
            ("UTC", 1_772_409_599, "2026-03-01"),
            ("UTC", 1_772_409_600, "2026-03-02"),
            // An hour ahead of UTC in winter, two in summer.
            ("Europe/Berlin", 1_772_405_999, "2026-03-01"),
            ("Europe/Berlin", 1_772_406_000, "2026-03-02"),
            ("Europe/Berlin", 1_782_856_799, "2026-06-30"),
            ("Europe/Berlin", 1_782_856_800, "2026-07-01"),
            // Quarters of an hour are the finest there are: 5:45.
            ("Asia/Kathmandu", 1_772_388_899, "2026-03-01"),
            ("Asia/Kathmandu", 1_772_388_900, "2026-03-02"),
            ("America/New_York", 1_772_427_599, "2026-03-01"),
            ("America/New_York", 1_772_427_600, "2026-03-02"),
            ("UTC", -1, "1969-12-31"),
        ] {
            assert_eq!(day(zone, at), expected, "{zone} {at}");
        }
    }

    /// By `TZ=Europe/Berlin date -d @… '+%F %T %Z'` of GNU coreutils.
    #[test]
    fn a_moment_is_told_with_the_name_that_its_zone_has_then() {
        for (zone, at, expected) in [
            ("Europe/Berlin", 1_772_406_000, ("2026-03-02", "00:00:00", "CET")),
            ("Europe/Berlin", 1_782_856_801, ("2026-07-01", "00:00:01", "CEST")),
            ("UTC", 1_772_409_600, ("2026-03-02", "00:00:00", "UTC")),
        ] {
            let zone: Zone = zone.parse().expect("a zone");
            let (day, time, name) = zone.civil(at).expect("a moment");
            assert_eq!((day.as_str(), time.as_str(), name.as_str()), expected);
        }
    }

    #[test]
    fn a_name_that_no_zone_has_is_none() {
        for name in ["Europe/Berlim", "", "+01:00", "CEST"] {
            assert_eq!(name.parse::<Zone>(), Err(ZoneExpected), "{name}");
        }
        assert_eq!(
            "Europe/Berlin".parse::<Zone>().map(|zone| zone.to_string()),
            Ok("Europe/Berlin".into())
        );
    }

    #[test]
    fn a_shop_without_a_zone_has_utc() {
        let berlin: Zone = "Europe/Berlin".parse().expect("a zone");
        let zones = Zones::of([("acme".to_owned(), berlin.clone())]);
        assert_eq!((zones.of_shop("acme"), zones.of_shop("other")), (&berlin, &Zone::UTC));
        assert_eq!(Zones::UTC.of_shop("acme"), &Zone::UTC);
    }
}
