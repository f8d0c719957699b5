//! What `report` says beside its figures.

use serde::Serialize;

use crate::store::read::{AddressDoubt, DemandOnRecord, PixelSeen};

/// What the shop should know beside its figures.
#[derive(Serialize)]
pub(super) struct Note {
    pub(super) shop: String,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) pixels: Vec<PixelSeen>,
    /// What Shopify demanded and is not done yet.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) demand: Option<DemandOnRecord>,
    /// What most of its events have in place of their shoppers' addresses.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) addresses: Option<AddressDoubt>,
    pub(super) note: String,
}

impl Note {
    pub(super) fn of(shop: &str, note: String) -> Self {
        Self { shop: shop.to_owned(), pixels: Vec::new(), demand: None, addresses: None, note }
    }
}
