//! From how many addresses do a shop's shoppers come? A proxy that nobody named in `trusted_proxies`
//! makes all of them one; no limit per address may hold there.

use std::hash::{BuildHasher as _, RandomState};
use std::sync::{Mutex, PoisonError};

use assent_gate::time::{DAY, Timestamp};

use super::network::Network;

/// The contract's number: so many in [`DAY`] are no proxies.
const MANY: usize = 20;

/// The last [`MANY`] addresses that accepted beacons came from, each as a hash under a key of this
/// process, with when that was last.
#[derive(Debug, Default)]
pub(super) struct KnownAddresses {
    hashes: RandomState,
    last: Mutex<Vec<(u64, Timestamp)>>,
}

impl KnownAddresses {
    pub(super) fn note(&self, from: Network, now: Timestamp) {
        let hash = self.hashes.hash_one(from);
        let mut last = self.last.lock().unwrap_or_else(PoisonError::into_inner);
        let known = last.iter().position(|(other, _)| *other == hash);
        let oldest = || (0..last.len()).min_by_key(|at| last[*at].1).filter(|_| last.len() == MANY);
        match known.or_else(oldest) {
            Some(at) => last[at] = (hash, now),
            None => last.push((hash, now)),
        }
    }

    pub(super) fn are_many(&self, now: Timestamp) -> bool {
        let last = self.last.lock().unwrap_or_else(PoisonError::into_inner);
        last.iter().filter(|(_, at)| now.since(*at) < DAY).count() >= MANY
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn twenty_addresses_of_one_day_are_many() {
        let known = KnownAddresses::default();
        for n in 0..19 {
            known.note(Network::V4(n), Timestamp(1_000));
            known.note(Network::V4(0), Timestamp(1_000));
        }
        assert!(!known.are_many(Timestamp(1_000)));
        known.note(Network::V6(7), Timestamp(2_000));
        assert!(known.are_many(Timestamp(2_000)));
        assert!(known.are_many(Timestamp(1_000 + DAY - 1)));
        assert!(!known.are_many(Timestamp(1_000 + DAY)));
        // The newest twenty count, whatever came before.
        for n in 100..119 {
            known.note(Network::V4(n), Timestamp(3_000 + DAY));
        }
        assert!(!known.are_many(Timestamp(3_000 + DAY)));
        known.note(Network::V4(119), Timestamp(3_000 + DAY));
        assert!(known.are_many(Timestamp(3_000 + DAY)));
    }
}
