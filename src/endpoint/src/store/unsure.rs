//! Shops of which a claim's answer was lost: a database may have made it, and its connection broken before it said so.

use std::collections::HashSet;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use assent_gate::settings::ShopDomain;

#[derive(Debug, Clone, Default)]
pub(super) struct Unsure(Arc<Mutex<HashSet<ShopDomain>>>);

impl Unsure {
    pub(super) fn add(&self, shop: &ShopDomain) {
        self.shops().insert(shop.clone());
    }

    pub(super) fn remove(&self, shop: &ShopDomain) {
        self.shops().remove(shop);
    }

    pub(super) fn has(&self, shop: &ShopDomain) -> bool {
        self.shops().contains(shop)
    }

    fn shops(&self) -> MutexGuard<'_, HashSet<ShopDomain>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
