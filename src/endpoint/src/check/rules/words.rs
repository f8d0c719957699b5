//! Lengths of time and sizes, as people say them.

use assent_gate::time::{DAY, HOUR};

const MINUTE: i64 = 60;

/// `40 s`, `3 min`, `26 h`, `5 days`.
pub(crate) fn span(seconds: i64) -> String {
    match seconds.max(0) {
        seconds if seconds < 2 * MINUTE => format!("{seconds} s"),
        seconds if seconds < 2 * HOUR => format!("{} min", seconds / MINUTE),
        seconds if seconds < 3 * DAY => format!("{} h", seconds / HOUR),
        seconds => format!("{} days", seconds / DAY),
    }
}

/// `41 MB`, in powers of ten, as disks are sold.
pub(crate) fn size(bytes: u64) -> String {
    const UNITS: [(&str, u64); 3] = [("GB", 1_000_000_000), ("MB", 1_000_000), ("kB", 1000)];
    let unit = UNITS.iter().find(|(_, unit)| bytes >= *unit);
    unit.map_or_else(|| format!("{bytes} bytes"), |(name, unit)| format!("{} {name}", bytes / unit))
}

/// `64 %`; of nothing it is none.
pub(crate) fn share(part: i64, whole: i64) -> String {
    if whole <= 0 {
        return "none".to_owned();
    }
    // A few are not none.
    let percent = if part > 0 { (part * 100 / whole).max(1) } else { 0 };
    format!("{} %", percent.min(100))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_length_of_time_has_one_unit() {
        for (seconds, said) in [
            (-3, "0 s"),
            (119, "119 s"),
            (120, "2 min"),
            (7199, "119 min"),
            (7200, "2 h"),
            (47 * 3600, "47 h"),
            (3 * 86_400, "3 days"),
        ] {
            assert_eq!(span(seconds), said);
        }
    }

    #[test]
    fn a_share_says_few_where_there_are_few_and_never_more_than_all() {
        let said = [share(0, 200), share(1, 200), share(200, 200), share(3, 2), share(0, 0)];
        assert_eq!(said, ["0 %", "1 %", "100 %", "100 %", "none"]);
    }

    #[test]
    fn a_size_is_rounded_down() {
        let said = [size(999), size(1000), size(41_999_999), size(71_000_000_000)];
        assert_eq!(said, ["999 bytes", "1 kB", "41 MB", "71 GB"]);
    }
}
