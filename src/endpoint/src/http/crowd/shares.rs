//! How much of one shop may wait for the store at one time. Each may have twice as much as is still
//! free (the dynamic thresholds of shared-memory switches: Choudhury and Hahne, IEEE/ACM Transactions
//! on Networking 6/2, 1998): one shop alone has two thirds of all, several that flood share alike, and
//! a quiet one always finds a place, without waiting behind more than two commits.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use assent_gate::settings::ShopDomain;

/// Three commits of the store's writer. More would be written no sooner, only wait longer.
const ALL: usize = 384;

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(in crate::http) enum Kind {
    Beacon,
    Withdrawal,
}

pub(super) type Whose = (ShopDomain, Kind);

#[derive(Debug, Default)]
pub(super) struct Shares {
    taken: Mutex<Taken>,
}

#[derive(Debug, Default)]
struct Taken {
    all: usize,
    of: HashMap<Whose, usize>,
}

/// Given back when it is dropped.
#[derive(Debug)]
pub(in crate::http) struct Share<'a> {
    shares: &'a Shares,
    whose: Whose,
}

impl Shares {
    /// `None`: whoever this is has its share.
    pub(super) fn take(&self, whose: Whose) -> Option<Share<'_>> {
        let mut taken = self.taken.lock().unwrap_or_else(PoisonError::into_inner);
        let own = taken.of.get(&whose).copied().unwrap_or_default();
        // One place is always there, however many others flood.
        if own > 0 && own >= 2 * ALL.saturating_sub(taken.all) {
            return None;
        }
        taken.all += 1;
        taken.of.insert(whose.clone(), own + 1);
        Some(Share { shares: self, whose })
    }
}

impl Drop for Share<'_> {
    fn drop(&mut self) {
        let mut taken = self.shares.taken.lock().unwrap_or_else(PoisonError::into_inner);
        taken.all -= 1;
        if let Some(own) = taken.of.get_mut(&self.whose) {
            *own -= 1;
            if *own == 0 {
                taken.of.remove(&self.whose);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn flood<'a>(shares: &'a Shares, whose: &Whose) -> Vec<Share<'a>> {
        std::iter::from_fn(|| shares.take(whose.clone())).collect()
    }

    #[test]
    fn floods_share_alike_and_a_quiet_shop_always_finds_a_place() {
        let of = |name: &str, kind| -> Whose {
            (format!("{name}.myshopify.com").parse().expect("a shop"), kind)
        };
        let (a, b) = (of("a", Kind::Beacon), of("b", Kind::Beacon));
        let shares = Shares::default();
        let mut of_a = flood(&shares, &a);
        assert_eq!(of_a.len(), 256);
        let of_b = flood(&shares, &b);
        assert!(of_b.len() >= 64, "{}", of_b.len());
        // What A gives back it does not get again before B has as much.
        of_a.truncate(150);
        let of_b: Vec<_> = of_b.into_iter().chain(flood(&shares, &b)).collect();
        assert!(of_b.len() >= 128, "{}", of_b.len());
        assert!(flood(&shares, &a).len() < 10);
        for quiet in [of("c", Kind::Beacon), of("a", Kind::Withdrawal)] {
            assert!(shares.take(quiet).is_some());
        }
        drop((of_a, of_b));
        assert_eq!(flood(&shares, &b).len(), 256);
    }

    #[test]
    fn a_hundred_floods_leave_a_place_for_another() {
        let shop = |n: usize| format!("shop-{n}.myshopify.com").parse().expect("a shop");
        let shares = Shares::default();
        let floods: Vec<_> =
            (0..100).flat_map(|n| flood(&shares, &(shop(n), Kind::Beacon))).collect();
        assert!(shares.take((shop(100), Kind::Beacon)).is_some(), "{}", floods.len());
    }
}
