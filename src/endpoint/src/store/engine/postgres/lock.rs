//! What one writer gives for free on SQLite: the deeds of one shop are done one after the other, on all
//! endpoints together. A lock of PostgreSQL's that ends with the transaction.

use sha2::{Digest as _, Sha256};

/// Whose deeds are done one after the other.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(in crate::store) enum Lane {
    /// By its domain.
    Shop(String),
    /// What is of no shop.
    Nobody,
}

impl Lane {
    /// 64 bits of a hash: two shops with the same one would only wait for each other.
    pub(super) fn key(&self) -> i64 {
        let of = match self {
            Self::Shop(domain) => Sha256::digest(format!("assent/1/lock/shop/{domain}")),
            Self::Nobody => Sha256::digest("assent/1/lock/nobody"),
        };
        let (first, _) = of.split_first_chunk().expect("SHA-256 has 32 bytes");
        i64::from_be_bytes(*first)
    }
}
