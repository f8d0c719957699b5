//! What rows hang on, and by what a withdrawal or an erasure finds them.

use assent_gate::hex::{Anchor, Digest};

use super::pseudonym_key::{KeyedHash, PseudonymKey};

/// What a receipt, a context or an event hangs on.
#[derive(Clone, Default, PartialEq)]
pub(super) struct Links {
    pub(super) checkout: Option<Anchor>,
    pub(super) cart: Option<Anchor>,
    pub(super) visitor: Option<KeyedHash>,
}

/// One of them.
#[derive(Clone, Copy)]
pub(super) enum Link<'a> {
    Checkout(&'a str),
    Cart(&'a str),
    Visitor(&'a KeyedHash),
}

/// A row, by its key in its table, and what it hangs on. Checkouts and carts share no anchor, so
/// their anchors can stand together.
pub(super) struct Linked<Key> {
    pub(super) key: Key,
    pub(super) anchors: Vec<String>,
    pub(super) visitor: Option<KeyedHash>,
}

/// Whom a withdrawal names: a checkout's or cart's anchor, or a visitor's keyed hash.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct WithdrawalSubject(Vec<u8>);

impl WithdrawalSubject {
    pub(super) fn anchor(anchor: &str) -> Self {
        Self(anchor.as_bytes().to_vec())
    }

    pub(super) fn visitor(visitor: &KeyedHash) -> Self {
        Self(visitor.bytes().to_vec())
    }

    pub(super) fn bytes(&self) -> &[u8] {
        &self.0
    }

    /// All that could be named of a row with these links.
    pub(super) fn all(
        checkout: Option<&str>,
        cart: Option<&str>,
        visitor: Option<&KeyedHash>,
    ) -> Vec<Self> {
        let anchors = checkout.into_iter().chain(cart).map(Self::anchor);
        anchors.chain(visitor.map(Self::visitor)).collect()
    }

    /// All that could be named of a beacon with these anchors and hashed visitors.
    pub(super) fn of_beacon(
        anchors: &[Anchor],
        visitors: &[Digest],
        key: &PseudonymKey,
    ) -> Vec<Self> {
        let visitors = visitors.iter().map(|visitor| Self::visitor(&key.of_hash(visitor)));
        anchors.iter().map(|anchor| Self::anchor(anchor.as_str())).chain(visitors).collect()
    }
}
