//! `Retry-After` (RFC 9110, 10.2.3): how many seconds, or until when.

use assent_gate::time::Timestamp;
use reqwest::header::{DATE, HeaderMap, HeaderName, RETRY_AFTER};

use crate::calendar::http_date;

/// Seconds to wait, as the answer says. A date is measured by the answer's own `Date`, so that the
/// two clocks need not agree; where it has none, by `now`. One that is past is 0. How much of it is
/// obeyed says [`crate::rules::debt`].
pub(super) fn retry_after(headers: &HeaderMap, now: Timestamp) -> Option<u32> {
    headers.get_all(RETRY_AFTER).iter().find_map(|told| {
        let told = told.to_str().ok()?.trim();
        if !told.is_empty() && told.bytes().all(|b| b.is_ascii_digit()) {
            return Some(told.parse().unwrap_or(u32::MAX));
        }
        let from = date(headers, &DATE, now).unwrap_or(now);
        let seconds = http_date(told, now)?.since(from).max(0);
        Some(u32::try_from(seconds).unwrap_or(u32::MAX))
    })
}

fn date(headers: &HeaderMap, name: &HeaderName, now: Timestamp) -> Option<Timestamp> {
    http_date(headers.get(name)?.to_str().ok()?, now)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_and_a_date_say_the_same() {
        let now = Timestamp(784_111_777); // Sun, 06 Nov 1994 08:49:37 GMT
        const DATE: &str = "Sun, 06 Nov 1994 10:00:00 GMT"; // TikTok's clock, 70 minutes ahead of ours
        for (told, date, seconds) in [
            ("11", None, Some(11)),
            (" 11 ", None, Some(11)),
            ("0", None, Some(0)),
            ("99999999999999999999", None, Some(u32::MAX)),
            ("-1", None, None),
            ("1.5", None, None),
            ("", None, None),
            ("soon", None, None),
            ("Sun, 06 Nov 1994 08:49:48 GMT", None, Some(11)),
            ("Sunday, 06-Nov-94 08:49:48 GMT", None, Some(11)),
            ("Sun Nov  6 08:49:48 1994", None, Some(11)),
            ("Sun, 06 Nov 1994 08:49:36 GMT", None, Some(0)),
            ("Fri, 31 Dec 9999 23:59:59 GMT", None, Some(u32::MAX)),
            ("Sun, 06 Nov 1994 10:00:11 GMT", Some(DATE), Some(11)),
            ("Sun, 06 Nov 1994 09:00:00 GMT", Some(DATE), Some(0)),
            ("Sun, 06 Nov 1994 08:49:48 GMT", Some("now"), Some(11)),
            ("11", Some(DATE), Some(11)),
        ] {
            let mut headers = HeaderMap::new();
            headers.insert(RETRY_AFTER, told.parse().expect("a header"));
            if let Some(date) = date {
                headers.insert(super::DATE, date.parse().expect("a header"));
            }
            assert_eq!(retry_after(&headers, now), seconds, "{told} {date:?}");
        }
        assert_eq!(retry_after(&HeaderMap::new(), now), None);
    }
}
