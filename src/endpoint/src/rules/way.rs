//! Which way an event or an order went, or why it does not move: read from what is stored of it. What
//! each means, and what to do about it, is the table in [`super::advice`].

use serde::Serialize;

use super::answer;
use super::debt::{End, Stage};
use super::sentences;

macro_rules! ways {
    ($($way:ident = $name:expr),+ $(,)?) => {
        /// The closed list. An order that is missing at TikTok went one of these ways.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Way { $($way),+ }

        impl Way {
            pub const ALL: &[Self] = &[$(Self::$way),+];

            /// For programs. An end's is the contract's word, followed by what kind of it.
            pub fn name(self) -> &'static str {
                match self { $(Self::$way => $name),+ }
            }
        }
    };
}

ways! {
    // It has not ended.
    OnItsWay = Stage::Due.name(),
    WaitsForOrder = Stage::Held.name(),
    WaitsForPayment = "held_unpaid",
    WaitsUnconfirmed = "held_unconfirmed",
    Retried = "due_retried",
    TokenRefused = "paused_token",
    PixelRefused = "paused_pixel",
    ScopeMissing = "paused_scope",
    TokenUnusable = "paused_no_token",
    AddressWrong = "paused_address",
    Stopped = "stopped_by_demand",
    // Only the configuration shows it: it is told by whoever knows that.
    TestWithoutCode = "due_test",
    // It has.
    Delivered = End::Delivered.name(),
    DeliveredAsTest = "delivered_as_test",
    Expired = End::Expired.name(),
    CameTooLate = "expired_on_arrival",
    RefusedByTiktok = End::RefusedByTiktok.name(),
    Withdrawn = End::Withdrawn.name(),
    GrantsNoLonger = "withdrawn_by_settings",
    Erased = End::Erased.name(),
    ErasedByRestore = "erased_by_restore",
    ErasedUnreadable = "erased_unreadable",
    Unconfirmed = End::Unconfirmed.name(),
    Cancelled = End::Cancelled.name(),
    NoCheckout = End::NoCheckoutAnchor.name(),
    NoConsent = End::NoConsentOnRecord.name(),
    ConsentEnded = "no_consent_ended",
    NoConsentBySettings = "no_consent_by_settings",
    TooManyConsents = "no_consent_too_many",
    NoContext = End::NoContext.name(),
    KindNotReported = End::NotReported.name(),
    ServerLegOff = "not_reported_server_off",
    // Nothing can be told of it.
    OrderUnreadable = "unreadable_order",
    NeverArrived = "never_arrived",
    UnknownEnd = "unknown",
}

/// An event or an order as it stands.
#[derive(Debug, Clone, Copy)]
pub struct Standing<'a> {
    /// `None`: a word that this release does not know.
    pub stage: Option<Stage>,
    /// As it is stored: a sentence of [`sentences`].
    pub reason: &'a str,
    /// Why the shop's queue stands still, if it does and this waits in it.
    pub paused: Option<&'a str>,
    pub is_test: bool,
    /// Sends so far.
    pub attempts: i64,
}

impl Way {
    pub fn of(standing: Standing<'_>) -> Self {
        let Standing { stage, reason, paused, is_test, attempts } = standing;
        match stage {
            Some(Stage::Held) if sentences::is_unread(reason) => Self::OrderUnreadable,
            Some(Stage::Held) if reason == sentences::UNPAID => Self::WaitsForPayment,
            Some(Stage::Held) => Self::WaitsForOrder,
            Some(Stage::Parked) => Self::WaitsUnconfirmed,
            Some(Stage::Due) => match paused {
                Some(why) => Self::of_pause(why),
                None if attempts > 0 => Self::Retried,
                None => Self::OnItsWay,
            },
            Some(Stage::Ended(end)) => Self::of_end(end, reason, is_test),
            None => Self::UnknownEnd,
        }
    }

    /// Of a test whose shop has no code any more. One that was tried before waits for the code as well.
    pub fn without_test_code(self) -> Self {
        let waits_for_code = matches!(self, Self::OnItsWay | Self::Retried);
        if waits_for_code { Self::TestWithoutCode } else { self }
    }

    /// Why a shop's queue stands still.
    pub fn of_pause(why: &str) -> Self {
        if why == sentences::STOPPED_BY_DEMAND {
            return Self::Stopped;
        }
        if !sentences::is_paused(why) {
            return Self::Retried;
        }
        match sentences::code_of(why) {
            Some(code) if answer::is_of_scope(code) => Self::ScopeMissing,
            Some(code) if answer::is_of_token(code) => Self::TokenRefused,
            Some(_) => Self::PixelRefused,
            None if why.contains("HTTP") => Self::AddressWrong,
            None => Self::TokenUnusable,
        }
    }

    fn of_end(end: End, reason: &str, is_test: bool) -> Self {
        match end {
            End::Delivered if is_test => Self::DeliveredAsTest,
            End::Delivered => Self::Delivered,
            End::Expired if reason == sentences::TOO_OLD => Self::CameTooLate,
            End::Expired => Self::Expired,
            End::RefusedByTiktok => Self::RefusedByTiktok,
            End::Withdrawn if reason == sentences::GRANTS_NO_LONGER => Self::GrantsNoLonger,
            End::Withdrawn => Self::Withdrawn,
            End::Erased => match reason {
                sentences::RESTORED => Self::ErasedByRestore,
                sentences::UNREADABLE => Self::ErasedUnreadable,
                _ => Self::Erased,
            },
            End::Unconfirmed => Self::Unconfirmed,
            End::Cancelled => Self::Cancelled,
            End::NoCheckoutAnchor => Self::NoCheckout,
            End::NoConsentOnRecord => match reason {
                sentences::CONSENT_WITHDRAWN => Self::ConsentEnded,
                sentences::CONSENT_NO_LONGER => Self::NoConsentBySettings,
                sentences::TOO_MANY_RECEIPTS => Self::TooManyConsents,
                _ => Self::NoConsent,
            },
            End::NoContext => Self::NoContext,
            End::NotReported if reason == sentences::SERVER_LEG_OFF => Self::ServerLegOff,
            End::NotReported => Self::KindNotReported,
        }
    }
}

/// What a way comes to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Fate {
    Delivered,
    Waits,
    NotSent,
}

impl Way {
    pub fn fate(self) -> Fate {
        match self {
            Self::Delivered | Self::DeliveredAsTest => Fate::Delivered,
            Self::OnItsWay
            | Self::WaitsForOrder
            | Self::WaitsForPayment
            | Self::WaitsUnconfirmed
            | Self::Retried
            | Self::TokenRefused
            | Self::PixelRefused
            | Self::ScopeMissing
            | Self::TokenUnusable
            | Self::AddressWrong
            | Self::Stopped
            | Self::TestWithoutCode => Fate::Waits,
            Self::Expired
            | Self::CameTooLate
            | Self::RefusedByTiktok
            | Self::Withdrawn
            | Self::GrantsNoLonger
            | Self::Erased
            | Self::ErasedByRestore
            | Self::ErasedUnreadable
            | Self::Unconfirmed
            | Self::Cancelled
            | Self::NoCheckout
            | Self::NoConsent
            | Self::ConsentEnded
            | Self::NoConsentBySettings
            | Self::TooManyConsents
            | Self::NoContext
            | Self::KindNotReported
            | Self::ServerLegOff
            | Self::OrderUnreadable
            | Self::NeverArrived
            | Self::UnknownEnd => Fate::NotSent,
        }
    }

    /// What became of both copies, in a few words. `fired`: the browser says that it fired its own.
    pub fn of_both_copies(self, fired: bool) -> String {
        let browser = if fired { "browser fired + " } else { "" };
        let short = self.advice().short;
        match self.fate() {
            Fate::Delivered | Fate::Waits => format!("{browser}server {short}"),
            Fate::NotSent => format!("{browser}server not sent: {short}"),
        }
    }

    /// The same of an order that has no Purchase here.
    pub fn of_order(self) -> String {
        let short = self.advice().short;
        match self.fate() {
            Fate::Delivered | Fate::Waits => short.to_owned(),
            Fate::NotSent => format!("not sent: {short}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::answer::Answer;

    /// Codes by TikTok's table of return codes (docs/facts/tiktok.md#answers).
    #[test]
    fn a_pause_is_read_as_it_was_written() {
        let code = |code| Answer::Misconfigured { code: Some(code), status: 200 };
        for (answer, way) in [
            (code(40105), Way::TokenRefused),
            (code(40102), Way::TokenRefused),
            (code(40001), Way::PixelRefused),
            (code(40002), Way::PixelRefused),
            (code(40113), Way::ScopeMissing),
            (Answer::Misconfigured { code: None, status: 404 }, Way::AddressWrong),
            (Answer::Misconfigured { code: None, status: 0 }, Way::TokenUnusable),
        ] {
            assert_eq!(Way::of_pause(&sentences::paused(answer)), way, "{answer:?}");
        }
        assert_eq!(Way::of_pause(sentences::STOPPED_BY_DEMAND), Way::Stopped);
    }

    /// Each end is one of our ways even where its reason is another release's.
    #[test]
    fn every_end_goes_some_way_by_its_word_alone() {
        for end in End::ALL {
            let stage = Some(Stage::Ended(*end));
            let (reason, paused, is_test, attempts) = ("of another release", None, false, 1);
            let way = Way::of(Standing { stage, reason, paused, is_test, attempts });
            assert_eq!(way.name(), end.name());
        }
    }
}
