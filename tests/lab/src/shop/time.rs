//! Times as Shopify writes them.

use ::time::{Duration, OffsetDateTime, UtcOffset, format_description::well_known::Rfc3339};

/// In the shop's own zone and to the second, for example `2026-11-27T06:08:53+01:00`. The lab's
/// shop keeps winter time.
pub(super) fn of_the_shop(ms: i64) -> String {
    let berlin = UtcOffset::from_hms(1, 0, 0).expect("an hour is an offset");
    written((OffsetDateTime::UNIX_EPOCH + Duration::seconds(ms.div_euclid(1000))).to_offset(berlin))
}

/// In UTC with fractions, for example `2026-11-27T05:08:53.123Z`.
pub(super) fn utc(ms: i64) -> String {
    written(OffsetDateTime::UNIX_EPOCH + Duration::milliseconds(ms))
}

fn written(time: OffsetDateTime) -> String {
    time.format(&Rfc3339).expect("this side of the year 9999")
}
