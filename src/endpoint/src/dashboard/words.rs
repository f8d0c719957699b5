//! States, times and sums as people read them. A tone never stands alone: each has a sign and words.

use assent_gate::time::{DAY, HOUR, MINUTE, Timestamp};
use maud::{Markup, html};

use crate::calendar::moment;
use crate::rules::way::Way;
use crate::zone::Zone;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Tone {
    Good,
    Waits,
    /// As it has to be: no fault, and nothing to do.
    Calm,
    Bad,
}

impl Tone {
    fn class(self) -> &'static str {
        match self {
            Self::Good => "state good",
            Self::Waits => "state waits",
            Self::Calm => "state calm",
            Self::Bad => "state bad",
        }
    }

    pub(crate) fn sign(self) -> &'static str {
        match self {
            Self::Good => "✓",
            Self::Waits => "…",
            Self::Calm => "–",
            Self::Bad => "✗",
        }
    }
}

/// What became of it, as its sign and a few words.
pub(super) fn way(way: Way) -> Markup {
    told(tone(way), way.advice().short)
}

pub(super) fn told(tone: Tone, words: &str) -> Markup {
    html! {
        span class=(tone.class()) { span aria-hidden="true" { (tone.sign()) " " } (words) }
    }
}

pub(super) fn tone(way: Way) -> Tone {
    match way {
        Way::Delivered => Tone::Good,
        Way::OnItsWay
        | Way::WaitsForOrder
        | Way::WaitsForPayment
        | Way::WaitsUnconfirmed
        | Way::Retried
        | Way::DeliveredAsTest => Tone::Waits,
        Way::TokenRefused
        | Way::PixelRefused
        | Way::ScopeMissing
        | Way::TokenUnusable
        | Way::AddressWrong
        | Way::Stopped
        | Way::Expired
        | Way::CameTooLate
        | Way::RefusedByTiktok
        | Way::ErasedUnreadable
        | Way::NoContext
        | Way::OrderUnreadable
        | Way::UnknownEnd => Tone::Bad,
        Way::TestWithoutCode
        | Way::Withdrawn
        | Way::GrantsNoLonger
        | Way::Erased
        | Way::ErasedByRestore
        | Way::Unconfirmed
        | Way::Cancelled
        | Way::NoCheckout
        | Way::NoConsent
        | Way::ConsentEnded
        | Way::NoConsentBySettings
        | Way::TooManyConsents
        | Way::KindNotReported
        | Way::ServerLegOff
        | Way::NeverArrived => Tone::Calm,
    }
}

/// How long ago a moment is, and beside it the moment itself.
pub(super) fn when(zone: &Zone, now: Timestamp, at: i64) -> Markup {
    html! { time datetime=(moment(at)) title=(instant(zone, at)) { (ago(now, at)) } }
}

/// A moment to the second, in the zone that the page is in.
pub(super) fn exactly(zone: &Zone, at: i64) -> Markup {
    let there = zone.civil(at);
    let text = there.map_or_else(|| at.to_string(), |(day, time, _)| format!("{day} {time}"));
    html! { time datetime=(moment(at)) { (text) } }
}

/// `2026-11-12 10:31:05 CET`.
pub(super) fn instant(zone: &Zone, at: i64) -> String {
    let there = zone.civil(at);
    there.map_or_else(|| at.to_string(), |(day, time, name)| format!("{day} {time} {name}"))
}

/// `4 min ago`; of what is to come `in 4 min`.
pub(super) fn ago(now: Timestamp, at: i64) -> String {
    let passed = now.0.saturating_sub(at);
    let span = span(passed.saturating_abs());
    if passed < 0 { format!("in {span}") } else { format!("{span} ago") }
}

fn span(seconds: i64) -> String {
    if seconds < 2 * MINUTE {
        format!("{seconds} s")
    } else if seconds < 2 * HOUR {
        format!("{} min", seconds / MINUTE)
    } else if seconds < 2 * DAY {
        format!("{} h", seconds / HOUR)
    } else {
        format!("{} days", seconds / DAY)
    }
}

/// `20.15 EUR`; nothing where there is no sum.
pub(super) fn money(value: Option<f64>, currency: Option<&str>) -> String {
    match (value, currency) {
        (Some(value), Some(currency)) => format!("{value:.2} {currency}"),
        (Some(value), None) => format!("{value:.2}"),
        (None, _) => String::new(),
    }
}

/// `1 event`, `2 events`.
pub(super) fn count(n: i64, one: &str, many: &str) -> String {
    format!("{} {}", grouped(n), if n == 1 { one } else { many })
}

/// With thin gaps between thousands, so that six digits are read at a glance.
pub(super) fn grouped(n: i64) -> String {
    let digits = n.unsigned_abs().to_string();
    let mut text = if n < 0 { "−".to_owned() } else { String::new() };
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push('\u{202f}');
        }
        text.push(digit);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_sums_and_counts_read_as_people_say_them() {
        let now = Timestamp(1_772_442_000);
        for (passed, said) in [
            (0, "0 s ago"),
            (119, "119 s ago"),
            (120, "2 min ago"),
            (7200, "2 h ago"),
            (3 * DAY, "3 days ago"),
            (-240, "in 4 min"),
        ] {
            assert_eq!(ago(now, now.0 - passed), said);
        }
        let berlin: Zone = "Europe/Berlin".parse().expect("a zone");
        let shown =
            [Zone::UTC, berlin.clone()].map(|zone| exactly(&zone, 1_772_406_000).into_string());
        assert_eq!(
            shown,
            [
                "<time datetime=\"2026-03-01T23:00:00Z\">2026-03-01 23:00:00</time>",
                "<time datetime=\"2026-03-01T23:00:00Z\">2026-03-02 00:00:00</time>",
            ]
        );
        assert_eq!(instant(&berlin, 1_772_406_000), "2026-03-02 00:00:00 CET");
        assert_eq!(money(Some(20.15), Some("EUR")), "20.15 EUR");
        assert_eq!(money(None, Some("EUR")), "");
        let numbers = [0, 999, 1000, 1_234_567].map(grouped);
        assert_eq!(numbers, ["0", "999", "1\u{202f}000", "1\u{202f}234\u{202f}567"]);
    }

    /// Where only a lapsed consent is known, nobody is said to have declined.
    #[test]
    fn every_way_has_words_and_none_says_that_a_shopper_said_no() {
        for of in Way::ALL {
            let words = way(*of).into_string();
            for no in ["said no", "declined", "denied", "withdrew"] {
                assert!(!words.contains(no), "{words}");
            }
        }
        for of in [Way::Withdrawn, Way::ConsentEnded] {
            assert!(way(of).into_string().contains("consent ended"), "{of:?}");
        }
    }
}
