//! Hashed visitors and customers are found by an HMAC under the shop's own key, so that rows of two
//! shops cannot be joined, and a shop's rows cannot be joined to anything once its key is gone.

use std::fmt;

use assent_gate::hex::Digest;
use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::Sha256;

use super::links::Link;

#[derive(Clone)]
pub(super) struct PseudonymKey([u8; 32]);

impl PseudonymKey {
    pub(super) fn new(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// A new shop's.
    pub(super) fn random() -> Result<Self, getrandom::Error> {
        let mut bytes = [0; 32];
        getrandom::fill(&mut bytes).map(|()| Self(bytes))
    }

    pub(super) fn bytes(&self) -> &[u8] {
        &self.0
    }

    /// For a hashed visitor, e-mail address or phone number.
    pub(super) fn of_hash(&self, hash: &Digest) -> Link {
        self.of(hash.as_str().as_bytes())
    }

    /// For an order's number. Shopify writes it bare in one place and as `gid://shopify/Order/…` in
    /// another.
    pub(super) fn of_order(&self, order_id: &str) -> Link {
        let number = order_id.rsplit('/').next().unwrap_or(order_id);
        self.of(format!("order {number}").as_bytes())
    }

    /// For what a merchant calls an order: `#1001`, `1001` and `# 1001 ` are one.
    pub(super) fn of_order_name(&self, name: &str) -> Link {
        let name = name.trim().trim_start_matches('#').trim().to_lowercase();
        self.of(format!("order name {name}").as_bytes())
    }

    /// HMAC-SHA256, its first half (RFC 2104, section 5).
    pub(super) fn of(&self, bytes: &[u8]) -> Link {
        let mut mac =
            Hmac::<Sha256>::new_from_slice(&self.0).expect("HMAC takes keys of any length");
        mac.update(bytes);
        let whole = mac.finalize().into_bytes();
        let half = whole.first_chunk::<{ Link::BYTES }>().expect("SHA-256 has 32 bytes");
        Link::new(*half)
    }
}

impl fmt::Debug for PseudonymKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PseudonymKey(…)")
    }
}
