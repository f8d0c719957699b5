use serde::{Deserialize, Serialize};

use super::records::{Record, banner};
use super::rule::Rule;
use super::signals::Signals;
use crate::time::Timestamp;

/// What a grant rests on: the beacon's `consent` block, and later the receipt.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Evidence {
    pub decision: Granted,
    pub rule: Rule,
    pub basis: Basis,
    pub evaluated_at: Timestamp,
    pub gpc: Option<bool>,
    pub shopify: ShopifySignal,
    #[serde(default)]
    pub records: Vec<Record>,
}

/// Evidence exists for grants only; any other word in its place does not parse.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Granted {
    Granted,
}

/// Whether the shopper decided (a tool's record says yes, or Shopify's banner was answered so), or
/// Shopify permits, as it also does where no law asks. Never believed of a report: whoever decides
/// derives it anew.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Basis {
    Consent,
    Permission,
}

/// Shopify's four booleans as they travel.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct ShopifySignal {
    pub marketing: Option<bool>,
    pub sale_of_data: Option<bool>,
    pub analytics: Option<bool>,
    pub preferences: Option<bool>,
}

impl Evidence {
    pub(super) fn new(signals: Signals, rule: Rule, evaluated_at: Timestamp) -> Self {
        let Signals { shopify, gpc, mut records, said_yes_at, .. } = signals;
        // The banner only where Shopify's word is all that is asked for: beside a tool's record it
        // says nothing of whom that asked.
        let is_consent = rule == Rule::AllYes
            || rule == Rule::ShopifyOnly
                && said_yes_at.is_some_and(|at| banner::tell_yes(&mut records, &at, evaluated_at));
        Self {
            decision: Granted::Granted,
            rule,
            basis: if is_consent { Basis::Consent } else { Basis::Permission },
            evaluated_at,
            gpc,
            shopify: ShopifySignal {
                marketing: shopify.marketing,
                sale_of_data: shopify.sale_of_data,
                analytics: shopify.analytics,
                preferences: shopify.preferences,
            },
            records,
        }
    }

    /// With the ground that a report's records show: there the banner's answer is one of them.
    pub(super) fn on_record(self) -> Self {
        let is_yes = |record: &Record| banner::is_yes(record, self.evaluated_at);
        let is_answered = self.rule == Rule::ShopifyOnly && self.records.iter().any(is_yes);
        Self { basis: if is_answered { Basis::Consent } else { self.basis }, ..self }
    }
}
