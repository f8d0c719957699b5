use crate::beacon::Withdrawal;
use crate::hex::{Anchor, Digest};
use crate::time::Timestamp;

/// Whom a withdrawal concerns: what this page told of.
#[derive(Debug, Default)]
#[cfg_attr(test, derive(Clone, Hash))]
pub(super) struct Concerned {
    checkouts: Vec<Anchor>,
    carts: Vec<Anchor>,
    /// Visitors whose grant ended elsewhere. The one of a grant that stands is in its marker.
    visitors: Vec<Digest>,
}

impl Concerned {
    pub(super) fn add(&mut self, checkout: Option<Anchor>, cart: Option<Anchor>) {
        for (known, anchor) in [(&mut self.checkouts, checkout), (&mut self.carts, cart)] {
            if let Some(anchor) = anchor.filter(|anchor| !known.contains(anchor)) {
                known.push(anchor);
            }
        }
    }

    pub(super) fn add_visitor(&mut self, visitor: Option<Digest>) {
        self.visitors.extend(visitor);
    }

    pub(super) fn has_visitors(&self) -> bool {
        !self.visitors.is_empty()
    }

    /// Hands over the next withdrawal, until nobody is left to name. A message holds one visitor: the first takes the
    /// checkouts and carts along.
    pub(super) fn take_withdrawal(&mut self, at: Timestamp) -> Option<Withdrawal> {
        let external_id = self.visitors.pop();
        if external_id.is_none() && self.checkouts.is_empty() && self.carts.is_empty() {
            return None;
        }
        let (checkouts, carts) = (std::mem::take(&mut self.checkouts), std::mem::take(&mut self.carts));
        Some(Withdrawal { at, checkouts, carts, external_id })
    }

    /// The visitor whose grant is withdrawn is named first.
    pub(super) fn add_last_visitor(&mut self, visitor: Option<Digest>) {
        let visitors = &mut self.visitors;
        let new = visitor.filter(|visitor| !visitors.contains(visitor));
        visitors.extend(new);
    }
}
