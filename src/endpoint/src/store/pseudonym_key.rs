//! Hashed visitors and customers are found by an HMAC under the shop's own key, so that rows of two
//! shops cannot be joined, and a shop's rows cannot be joined to anything once its key is gone.

use std::fmt;

use assent_gate::hex::Digest;
use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::Sha256;

#[derive(Clone)]
pub(super) struct PseudonymKey([u8; 32]);

/// What the store finds a person or a row by: an HMAC, 32 bytes.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct KeyedHash(Vec<u8>);

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
    pub(super) fn of_hash(&self, hash: &Digest) -> KeyedHash {
        self.of(hash.as_str().as_bytes())
    }

    pub(super) fn of(&self, bytes: &[u8]) -> KeyedHash {
        let mut mac =
            Hmac::<Sha256>::new_from_slice(&self.0).expect("HMAC takes keys of any length");
        mac.update(bytes);
        KeyedHash(mac.finalize().into_bytes().to_vec())
    }
}

impl fmt::Debug for PseudonymKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PseudonymKey(…)")
    }
}

impl KeyedHash {
    pub(super) fn new(bytes: Vec<u8>) -> Self {
        Self(bytes)
    }

    pub(super) fn bytes(&self) -> &[u8] {
        &self.0
    }

    /// As text, for a list of them in one column, and for people.
    pub(super) fn to_hex(&self) -> String {
        Digest::of_bytes(&self.0).map_or_else(String::new, String::from)
    }

    /// What [`KeyedHash::to_hex`] wrote.
    pub(super) fn of_hex(text: &str) -> Option<Self> {
        let text: Digest = text.parse().ok()?;
        let byte = |at: usize| u8::from_str_radix(text.as_str().get(at..at + 2)?, 16).ok();
        (0..text.as_str().len()).step_by(2).map(byte).collect::<Option<_>>().map(Self)
    }
}

impl fmt::Debug for KeyedHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("KeyedHash(…)")
    }
}
