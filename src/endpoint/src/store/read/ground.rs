//! On what ground something was reported, in a few words: of a receipt's evidence.

use crate::store::stored_evidence::StoredEvidence;

/// What a grant rested on. Nobody is named.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ground {
    /// `consent` or `permission`.
    pub basis: String,
    /// The record that decided; Shopify where none did.
    pub source: String,
    /// The receipt's number.
    pub receipt: i64,
}

impl Ground {
    /// `None`: there is no receipt, or its evidence cannot be read.
    pub(in crate::store) fn of(evidence: Option<&[u8]>, receipt: Option<i64>) -> Option<Self> {
        let proof: StoredEvidence = serde_json::from_slice(evidence?).ok()?;
        let deciding = proof.records.into_iter().find(|record| record.deciding);
        let source = deciding.map_or_else(|| "shopify".to_owned(), |record| record.source);
        Some(Self { basis: proof.basis, source, receipt: receipt? })
    }
}
