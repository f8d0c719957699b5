//! Hashed visitors and customers are found by an HMAC under the shop's own key, so that rows of two shops cannot be
//! joined, and a shop's rows cannot be joined to anything once its key is gone.

use std::collections::HashMap;
use std::fmt;

use assent_gate::hex::Digest;
use assent_gate::settings::ShopDomain;
use hmac::{Hmac, KeyInit as _, Mac as _};
use rusqlite::{Connection, OptionalExtension as _, params};
use sha2::Sha256;

use crate::store::StoreError;

#[derive(Clone)]
pub struct IndexKey([u8; 32]);

/// One person's or row's place in an index.
pub(in crate::store) type Who = Vec<u8>;

/// As text, for a list of them in one column.
pub(in crate::store) fn to_hex(who: &Who) -> String {
    Digest::of_bytes(who).map_or_else(String::new, String::from)
}

/// What [`to_hex`] wrote.
pub(in crate::store) fn of_hex(text: &str) -> Option<Who> {
    let text: Digest = text.parse().ok()?;
    (0..text.as_str().len()).step_by(2).map(|at| u8::from_str_radix(text.as_str().get(at..at + 2)?, 16).ok()).collect()
}

impl IndexKey {
    pub(in crate::store) fn who(&self, hash: &Digest) -> Who {
        self.of(hash.as_str().as_bytes())
    }

    pub(in crate::store) fn of(&self, bytes: &[u8]) -> Who {
        let mut mac = Hmac::<Sha256>::new_from_slice(&self.0).expect("HMAC takes keys of any length");
        mac.update(bytes);
        mac.finalize().into_bytes().to_vec()
    }
}

impl fmt::Debug for IndexKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("IndexKey(…)")
    }
}

/// The key of every configured shop; a new shop gets a new one.
pub(in crate::store) fn keys<'a>(
    connection: &Connection,
    shops: impl IntoIterator<Item = &'a ShopDomain>,
) -> Result<HashMap<ShopDomain, IndexKey>, StoreError> {
    shops.into_iter().map(|shop| Ok((shop.clone(), key(connection, shop)?))).collect()
}

/// The key of a shop that this store knows, configured or not.
pub(in crate::store) fn find(connection: &Connection, shop: &ShopDomain) -> rusqlite::Result<Option<IndexKey>> {
    of_shop(connection, shop.as_str())
}

pub(in crate::store) fn of_shop(connection: &Connection, shop: &str) -> rusqlite::Result<Option<IndexKey>> {
    connection
        .prepare_cached("SELECT index_key FROM shop WHERE domain = ?1")?
        .query_row([shop], |row| row.get(0).map(IndexKey))
        .optional()
}

fn key(connection: &Connection, shop: &ShopDomain) -> Result<IndexKey, StoreError> {
    if let Some(kept) = find(connection, shop)? {
        return Ok(kept);
    }
    let mut fresh = [0; 32];
    getrandom::fill(&mut fresh)
        .map_err(|e| StoreError::File { path: "getrandom".into(), source: std::io::Error::other(e.to_string()) })?;
    connection.execute("INSERT INTO shop (domain, index_key) VALUES (?1, ?2)", params![shop.as_str(), fresh])?;
    Ok(IndexKey(fresh))
}
