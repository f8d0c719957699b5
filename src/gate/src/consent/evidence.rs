use serde::{Deserialize, Serialize};

use super::records::Record;
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

/// Whether the shopper decided, or Shopify permits where no law asks.
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
        let Signals { shopify, gpc, records, .. } = signals;
        Self {
            decision: Granted::Granted,
            rule,
            // Shopify's signal alone is a permission, even where its banner asked; a record is a
            // decision.
            basis: if rule == Rule::AllYes { Basis::Consent } else { Basis::Permission },
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
}
