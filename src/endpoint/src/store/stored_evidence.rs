//! The evidence of a receipt, as it is stored.

use serde::{Deserialize, Serialize};

/// The evidence as it is stored: the gate's words, taken as they stand. An auditor sees what was
/// written, even where a later release has other words.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct StoredEvidence {
    pub decision: String,
    pub rule: String,
    pub basis: String,
    pub gpc: Option<bool>,
    pub shopify: ShopifySignals,
    pub records: Vec<ConsentRecord>,
}

/// Shopify's four signals.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
pub struct ShopifySignals {
    pub marketing: Option<bool>,
    pub sale_of_data: Option<bool>,
    pub analytics: Option<bool>,
    pub preferences: Option<bool>,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct ConsentRecord {
    pub source: String,
    pub key: String,
    pub decision: String,
    pub deciding: bool,
    pub opt_out: bool,
    pub decided_at: Option<i64>,
    pub id: Option<String>,
    /// SHA-256 of the raw value; `null` after an erasure.
    pub value: Option<String>,
    pub version: Option<String>,
}

impl StoredEvidence {
    /// Without what could lead to a person: the CMP's number of the consent, and the hash of a
    /// value that only one browser has.
    pub(super) fn bare(self) -> Self {
        let bare = |record| ConsentRecord { id: None, value: None, ..record };
        Self { records: self.records.into_iter().map(bare).collect(), ..self }
    }
}
