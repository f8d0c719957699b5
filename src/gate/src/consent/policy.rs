//! What a shop asks for before anything may leave.

use std::fmt;
use std::str::FromStr;

use serde::Serialize;

use super::source::Source;
use crate::expected::expected;

/// What the shop asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Policy {
    pub cmp: Cmp,
    /// What counts while its record holds no decision.
    pub undecided: Meanwhile,
    /// What counts where its record is not there, though this page could read it.
    pub missing: Meanwhile,
}

impl Policy {
    /// Whether the shop may leave it to Shopify where there is no record: only with a tool that
    /// the shop has named, and only if it leaves an undecided record to Shopify as well. (A bridge
    /// that has said nothing may only not have loaded yet, and never speaks in the checkout.)
    pub fn is_sound(self) -> bool {
        let is_tool = matches!(self.cmp, Cmp::Named(source) if source != Source::BRIDGE);
        self.missing == Meanwhile::Hold || (is_tool && self.undecided == Meanwhile::Shopify)
    }
}

/// Where the shop collects consent. There is no default: only the merchant knows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(into = "String")]
#[cfg_attr(test, derive(Hash))]
pub enum Cmp {
    /// Shopify's own banner: its signal is enough.
    Shopify,
    /// Whatever record is found; at least one, and every one must say yes.
    Auto,
    /// That source's record must exist and say yes.
    Named(Source),
}

/// `shopify`, `auto`, `bridge` or a CMP's slug.
impl FromStr for Cmp {
    type Err = CmpExpected;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text {
            "shopify" => Ok(Self::Shopify),
            "auto" => Ok(Self::Auto),
            slug => Source::cmp(slug).map(Self::Named).ok_or(CmpExpected),
        }
    }
}

/// A text is none of the words that the setting `cmp` takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CmpExpected;

impl fmt::Display for CmpExpected {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("one of these is expected: shopify, auto")?;
        Source::CMPS.iter().try_for_each(|slug| write!(f, ", {slug}"))
    }
}

impl std::error::Error for CmpExpected {}

impl From<Cmp> for String {
    fn from(cmp: Cmp) -> Self {
        match cmp {
            Cmp::Shopify => "shopify".to_owned(),
            Cmp::Auto => "auto".to_owned(),
            Cmp::Named(source) => source.as_str().to_owned(),
        }
    }
}

/// What counts while the record asked for gives no answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Meanwhile {
    /// Wait for the shopper.
    #[default]
    Hold,
    /// Shopify's region-aware signal decides meanwhile.
    Shopify,
}

impl Meanwhile {
    /// The contract's words; the first is the default.
    pub const WORDS: [(&str, Self); 2] = [("hold", Self::Hold), ("shopify", Self::Shopify)];
}

impl FromStr for Meanwhile {
    type Err = MeanwhileExpected;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let found = Self::WORDS.into_iter().find(|(word, _)| *word == text);
        found.map(|(_, undecided)| undecided).ok_or(MeanwhileExpected)
    }
}

expected! {
    pub MeanwhileExpected: "hold or shopify is expected";
}
