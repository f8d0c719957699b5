//! What the shopper and the shop want, told from the world and not from the gate:
//! docs/consent.md#the-rules in a few lines.

use super::super::cmp::OneTrust;
use super::super::world::{NO, YES};

/// What a shop asks for, and what can happen there.
#[derive(Debug, Clone, Copy)]
pub(super) struct Shop {
    pub(super) cmp: &'static str,
    pub(super) undecided: &'static str,
    pub(super) missing: &'static str,
    /// What OneTrust may leave on the device.
    pub(super) records: &'static [OneTrust],
    pub(super) bridge: bool,
    /// The device's clock is set, back and forth.
    pub(super) clocks: bool,
}

/// All that counts on one page at one moment.
#[derive(Debug, Clone, Copy, Hash)]
pub(super) struct Truth {
    pub(super) gpc: bool,
    /// Shopify's last word on this page, and whether the shopper was asked for it.
    pub(super) shopify: Option<bool>,
    pub(super) answered: bool,
    pub(super) onetrust: OneTrust,
    /// What this page's bridge has said last, if anything.
    pub(super) published: Option<Option<bool>>,
    /// An earlier yes of the bridge that nobody has taken back.
    pub(super) kept: bool,
    /// This page's grant ended elsewhere, and it has had no fresh signal since.
    pub(super) ended: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Says {
    Yes,
    No,
    /// Nobody has decided.
    Open,
}

/// Who tells a page something.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Word {
    Shopify,
    Bridge,
}

impl Truth {
    pub(super) fn says(self, shop: Shop) -> Says {
        let bridge = self.published.or(self.kept.then_some(YES));
        if self.device_says_no() || self.says_no(Word::Shopify) || self.says_no(Word::Bridge) {
            return Says::No;
        }
        // One word for each record that is there.
        let onetrust = match self.onetrust {
            OneTrust::Absent if shop.missing == "shopify" => Some(Says::Yes),
            OneTrust::Absent => None,
            OneTrust::Yes => Some(Says::Yes),
            OneTrust::Undecided | OneTrust::AwaitingReconsent if shop.undecided == "shopify" => {
                Some(Says::Yes)
            }
            OneTrust::Undecided
            | OneTrust::AwaitingReconsent
            | OneTrust::Garbage
            | OneTrust::No => Some(Says::Open),
        };
        let bridge = bridge.map(|said| {
            if said == YES || shop.undecided == "shopify" { Says::Yes } else { Says::Open }
        });
        let asked = match shop.cmp {
            "shopify" => Some(Says::Yes),
            "onetrust" => onetrust,
            "bridge" => bridge,
            _ => [onetrust, bridge]
                .into_iter()
                .flatten()
                .reduce(|a, b| if a == Says::Yes { b } else { a }),
        };
        if self.shopify == YES && asked == Some(Says::Yes) && !self.ended {
            Says::Yes
        } else {
            Says::Open
        }
    }

    /// A no that counts for every page of the device, whenever it was said.
    pub(super) fn device_says_no(self) -> bool {
        self.gpc || self.onetrust == OneTrust::No
    }

    /// Whether this word is fresh enough to grant after the shopper's no elsewhere: the banner was
    /// asked, or the tool that the shop asks has said yes.
    pub(super) fn opens_again(self, word: Word, shop: Shop) -> bool {
        match word {
            Word::Shopify => true,
            Word::Bridge => self.published == Some(YES) && ["bridge", "auto"].contains(&shop.cmp),
        }
    }

    /// A no that this page was told. It may be older than another page's yes.
    pub(super) fn says_no(self, word: Word) -> bool {
        match word {
            Word::Shopify => self.answered && self.shopify == NO,
            Word::Bridge => self.published == Some(NO),
        }
    }
}
