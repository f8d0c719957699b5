//! What became of an order that Shopify told us of, in the few places that a person asks for. Each order
//! is in exactly one.
//!
//! An order is *accounted for* if it can be said what became of it: its Purchase was delivered or was a
//! test, or it ended for a reason of the closed list; or it waits as long as orders usually do. Not
//! accounted for is what waits longer ([`Place::Stuck`]), and what nothing but a number is known of
//! ([`Place::Unread`]). It says nothing of orders that Shopify never told us of: [`super::silence`] does.

use assent_gate::time::{HOUR, Timestamp};

use super::debt::{End, Stage};
use super::order::{Mark, Marks};
use super::sentences;

/// A send is made within seconds. Where TikTok cannot be reached for an hour, or an untouched one
/// lies for a quarter of it (a shop that is paused, a courier that is not there), it is no usual wait.
const USUAL_WAIT: i64 = HOUR;
const UNTOUCHED: i64 = 15 * 60;
/// One failed attempt happens every day.
const USUAL_ATTEMPTS: i64 = 1;

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Place {
    /// TikTok has its Purchase, and counts it.
    Reported,
    /// Its Purchase was a test: shown under Test events, never counted.
    Test,
    /// No consent is on record for it.
    NoConsent,
    /// Consent was on record, and ended: withdrawn, lapsed on the device, or no grant any more under
    /// the shop's present settings.
    ConsentEnded,
    /// It should have been reported and was not.
    Lost,
    /// The shop does not report it: its kind, its cancellation, a payment that never came, no checkout,
    /// a customer's erasure.
    NotForReport,
    /// It waits: for its payment, or to be sent.
    Waiting,
    /// It waits longer than usual.
    Stuck,
    /// What Shopify sent of it cannot be read.
    Unread,
}

impl Place {
    pub const ALL: [Self; 9] = [
        Self::Reported,
        Self::Test,
        Self::NoConsent,
        Self::ConsentEnded,
        Self::Lost,
        Self::NotForReport,
        Self::Waiting,
        Self::Stuck,
        Self::Unread,
    ];

    pub fn is_accounted_for(self) -> bool {
        match self {
            Self::Reported
            | Self::Test
            | Self::NoConsent
            | Self::ConsentEnded
            | Self::Lost
            | Self::NotForReport
            | Self::Waiting => true,
            Self::Stuck | Self::Unread => false,
        }
    }

    /// Whether it is told by which ends its orders came there: they are of several kinds.
    pub fn is_told_by_end(self) -> bool {
        match self {
            Self::Lost | Self::NotForReport => true,
            Self::Reported
            | Self::Test
            | Self::NoConsent
            | Self::ConsentEnded
            | Self::Waiting
            | Self::Stuck
            | Self::Unread => false,
        }
    }

    /// What the orders in it are, after their number: for the report, the check and the dashboard.
    pub fn words(self) -> &'static str {
        match self {
            Self::Reported => "reported",
            Self::Waiting => "on their way or waiting as usual",
            Self::Stuck => "waiting longer than usual",
            Self::NoConsent => "without consent on record",
            Self::ConsentEnded => "whose consent ended",
            Self::Lost => "lost",
            Self::NotForReport => "not for report",
            Self::Test => "tests, which never count",
            Self::Unread => "unreadable",
        }
    }
}

/// How long an order, or its Purchase, has waited.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Wait {
    /// When the later of the two came; for an order alone, when that did.
    pub since: Timestamp,
    /// When its Purchase is released or tried next. `None`: there is none.
    pub next: Option<Timestamp>,
    pub attempts: i64,
}

impl Wait {
    /// It has ended: nothing is waited for.
    pub fn over(now: Timestamp) -> Self {
        Self { since: now, next: None, attempts: 0 }
    }
}

/// Where an order stands. `stage`: its Purchase's where there is one, `None` for a word that this
/// release does not know.
pub fn place(stage: Option<Stage>, marks: Marks, wait: Wait, now: Timestamp) -> Place {
    let place = match stage {
        None => Place::Unread,
        Some(Stage::Held | Stage::Parked | Stage::Due) if is_too_long(stage, wait, now) => {
            Place::Stuck
        }
        Some(Stage::Held | Stage::Parked | Stage::Due) => Place::Waiting,
        Some(Stage::Ended(end)) => of_end(end, marks),
    };
    // A test that waits too long is worth knowing, too.
    let has_ended = matches!(stage, Some(Stage::Ended(_)));
    if has_ended && marks.has(Mark::Test) { Place::Test } else { place }
}

fn of_end(end: End, marks: Marks) -> Place {
    match end {
        End::Delivered => Place::Reported,
        End::Expired | End::RefusedByTiktok | End::NoContext => Place::Lost,
        End::Withdrawn => Place::ConsentEnded,
        End::NoConsentOnRecord if marks.has(Mark::ConsentEnded) => Place::ConsentEnded,
        End::NoConsentOnRecord => Place::NoConsent,
        End::Erased
        | End::Unconfirmed
        | End::Cancelled
        | End::NoCheckoutAnchor
        | End::NotReported => Place::NotForReport,
    }
}

fn is_too_long(stage: Option<Stage>, wait: Wait, now: Timestamp) -> bool {
    let Some(next) = wait.next else {
        // For its payment: it ends when its week is over.
        return false;
    };
    let is_untouched = now.since(next) > UNTOUCHED;
    match stage {
        Some(Stage::Held) => is_untouched,
        Some(Stage::Due) => {
            let is_old = now.since(wait.since) > USUAL_WAIT;
            is_untouched || (is_old && wait.attempts > USUAL_ATTEMPTS)
        }
        // For its payment, too.
        Some(Stage::Parked | Stage::Ended(_)) | None => false,
    }
}

/// What is marked on an order that ended without a Purchase, for this reason.
pub fn marks_of(reason: &str) -> Marks {
    let ended = [sentences::CONSENT_WITHDRAWN, sentences::CONSENT_NO_LONGER];
    if ended.contains(&reason) { Marks::NONE.with(Mark::ConsentEnded) } else { Marks::NONE }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Timestamp = Timestamp(1_772_442_000);
    const MINUTE: i64 = 60;

    fn waits(since: i64, next: i64, attempts: i64) -> Wait {
        Wait { since: NOW.plus(-since), next: Some(NOW.plus(-next)), attempts }
    }

    fn of(stage: Stage, wait: Wait) -> Place {
        place(Some(stage), Marks::NONE, wait, NOW)
    }

    #[test]
    fn an_order_waits_as_usual_or_too_long() {
        let alone = Wait { since: NOW.plus(-6 * 24 * HOUR), next: None, attempts: 0 };
        assert_eq!(of(Stage::Held, alone), Place::Waiting, "for its payment");
        for (stage, wait, expected) in [
            (Stage::Held, waits(240, 0, 0), Place::Waiting),
            (Stage::Held, waits(2 * HOUR, 15 * MINUTE + 1, 0), Place::Stuck),
            (Stage::Parked, waits(24 * HOUR, 23 * HOUR, 0), Place::Waiting),
            (Stage::Due, waits(5, 5, 0), Place::Waiting),
            // Made three days ago, paid now.
            (Stage::Due, waits(72 * HOUR, 0, 0), Place::Waiting),
            (Stage::Due, waits(72 * HOUR, -MINUTE, 1), Place::Waiting),
            // A pause: nobody touches it.
            (Stage::Due, waits(15 * MINUTE + 1, 15 * MINUTE + 1, 0), Place::Stuck),
            // TikTok cannot be reached: it is tried again and again.
            (Stage::Due, waits(HOUR, -MINUTE, 20), Place::Waiting),
            (Stage::Due, waits(HOUR + 1, -MINUTE, 20), Place::Stuck),
        ] {
            assert_eq!(of(stage, wait), expected, "{stage:?} {wait:?}");
            assert_eq!(expected.is_accounted_for(), expected == Place::Waiting);
        }
    }

    #[test]
    fn every_end_has_its_place() {
        let long_ago = waits(72 * HOUR, 72 * HOUR, 9);
        for (end, expected) in [
            (End::Delivered, Place::Reported),
            (End::Expired, Place::Lost),
            (End::RefusedByTiktok, Place::Lost),
            (End::NoContext, Place::Lost),
            (End::Withdrawn, Place::ConsentEnded),
            (End::NoConsentOnRecord, Place::NoConsent),
            (End::Erased, Place::NotForReport),
            (End::Unconfirmed, Place::NotForReport),
            (End::Cancelled, Place::NotForReport),
            (End::NoCheckoutAnchor, Place::NotForReport),
            (End::NotReported, Place::NotForReport),
        ] {
            assert_eq!(of(Stage::Ended(end), long_ago), expected, "{end:?}");
            assert!(expected.is_accounted_for());
            let test = place(Some(Stage::Ended(end)), Marks::NONE.with(Mark::Test), long_ago, NOW);
            assert_eq!(test, Place::Test, "{end:?}");
        }
    }

    #[test]
    fn consent_that_ended_is_no_consent_that_never_was() {
        let of = |why| {
            place(Some(Stage::Ended(End::NoConsentOnRecord)), marks_of(why), waits(1, 1, 0), NOW)
        };
        assert_eq!(of(sentences::NO_CONSENT), Place::NoConsent);
        assert_eq!(of(sentences::TOO_MANY_RECEIPTS), Place::NoConsent);
        assert_eq!(of(sentences::CONSENT_WITHDRAWN), Place::ConsentEnded);
        assert_eq!(of(sentences::CONSENT_NO_LONGER), Place::ConsentEnded);
    }

    #[test]
    fn what_cannot_be_read_is_not_accounted_for() {
        let place = place(None, Marks::NONE, waits(0, 0, 0), NOW);
        assert!(!place.is_accounted_for(), "{place:?}");
    }
}
