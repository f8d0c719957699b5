//! What one writer gives for free on SQLite: the deeds of one shop are done one after the other, on all
//! endpoints together. A lock of PostgreSQL's that ends with the transaction.

use sha2::{Digest as _, Sha256};

use crate::store::engine::whose::Whose;

/// 64 bits of a hash: two shops with the same one would only wait for each other.
pub(super) fn key(of: &Whose) -> i64 {
    let hash = match of {
        Whose::Shop(domain) => Sha256::digest(format!("assent/1/lock/shop/{domain}")),
        Whose::Nobodys => Sha256::digest("assent/1/lock/nobody"),
    };
    let (first, _) = hash.split_first_chunk().expect("SHA-256 has 32 bytes");
    i64::from_be_bytes(*first)
}

/// In one sequence everywhere, so that two who want several cannot each have what the other waits for.
pub(super) fn keys(of: &[Whose]) -> Vec<i64> {
    let mut keys: Vec<i64> = of.iter().map(key).collect();
    keys.sort_unstable();
    keys.dedup();
    keys
}
