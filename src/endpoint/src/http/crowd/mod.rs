//! What keeps a crowd at the doors within bounds: memory for bodies ([`room`]), how often one may
//! come ([`rates`]), how much of one shop waits for the store ([`shares`]), and how often a wrong
//! token may be tried. Each has a bound of its own over any number of strangers, shops and addresses.

mod known_addresses;
mod network;
mod rates;
mod room;
mod shares;

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use assent_gate::settings::ShopDomain;
use assent_gate::time::{MINUTE, Timestamp};
use tokio::sync::{Semaphore, SemaphorePermit};

use self::known_addresses::KnownAddresses;
pub(super) use self::network::Network;
pub(super) use self::rates::TooOften;
use self::rates::{Meter, Rate, Rates};
pub(super) use self::room::{Place, Room};
pub(super) use self::shares::Share;
use self::shares::Shares;
use super::line::{Line, Lines};
use crate::config::{Config, Limits};

/// For beacons that are still coming in.
const BEACONS: usize = 32 * 1024 * 1024;
/// For webhooks that are still coming in: anybody may send one, and only when it is whole does its
/// signature tell.
const WEBHOOKS: usize = 64 * 1024 * 1024;
/// For requests of whoever has the admin token.
const OPERATORS: usize = 1024 * 1024;
/// Webhooks of one shop that are read and written at one time: three commits of the store, so that
/// one fills while another is written. Its others wait, and another shop's do not wait for them.
const WEBHOOKS_AT_ONCE: usize = 384;
/// Wrong tokens of one address: so many at once, and then one each [`WRONG_TOKEN`].
const WRONG_TOKENS: u32 = 20;
const WRONG_TOKEN: Duration = Duration::from_secs(3);
/// Between two lines about the same shop's proxy.
const HOUR: i64 = 60 * MINUTE;

#[derive(Debug)]
pub struct Crowd {
    /// Of beacons, by their sender.
    pub(super) beacons: Room<Option<Network>>,
    pub(super) webhooks: Room<ShopDomain>,
    pub(super) operators: Room<()>,
    shares: Shares,
    shops: HashMap<ShopDomain, OfShop>,
    of_shop: Rate,
    of_address: Rate,
    addresses: Rates,
    wrong_tokens: Rates,
    proxies: Lines,
    tokens: Mutex<Line>,
}

#[derive(Debug)]
struct OfShop {
    beacons: Meter,
    webhooks: Semaphore,
    addresses: KnownAddresses,
}

/// Who comes, and when.
#[derive(Debug, Clone, Copy)]
pub(super) struct Visitor {
    pub(super) from: Option<Network>,
    /// [`crate::clock::Clock::passed`].
    pub(super) passed: Duration,
    pub(super) now: Timestamp,
}

impl Crowd {
    pub fn of(config: &Config) -> Self {
        let Limits { beacons_per_shop, beacons_per_address, .. } = config.limits;
        let shop = || OfShop {
            beacons: Meter::default(),
            webhooks: Semaphore::new(WEBHOOKS_AT_ONCE),
            addresses: KnownAddresses::default(),
        };
        let shops = config.shops.iter().map(|known| (known.settings.shop.clone(), shop()));
        Self {
            beacons: Room::new("beacons", BEACONS),
            webhooks: Room::new("webhooks", WEBHOOKS),
            operators: Room::new("the operator's requests", OPERATORS),
            shares: Shares::default(),
            shops: shops.collect(),
            of_shop: Rate::a_second(beacons_per_shop, beacons_per_shop * Limits::BURST),
            of_address: Rate::a_second(beacons_per_address, beacons_per_address * Limits::BURST),
            addresses: Rates::default(),
            wrong_tokens: Rates::default(),
            proxies: Lines::every(HOUR),
            tokens: Mutex::default(),
        }
    }

    /// Before a beacon for a known shop is read any further.
    pub(super) fn admit_beacon(&self, shop: &ShopDomain, who: Visitor) -> Result<(), TooOften> {
        self.admit_withdrawal(shop, who)?;
        let Some(of_shop) = self.shops.get(shop) else { return Ok(()) };
        of_shop.beacons.take(self.of_shop, who.passed)
    }

    /// A withdrawal is no part of what a shop may have, so that no flood of beacons can hold one up.
    pub(super) fn admit_withdrawal(&self, shop: &ShopDomain, who: Visitor) -> Result<(), TooOften> {
        let (Some(from), Some(of_shop)) = (who.from, self.shops.get(shop)) else { return Ok(()) };
        let taken = self.addresses.take(&(shop, from), self.of_address, who.passed);
        if taken.is_err() && !of_shop.addresses.are_many(who.now) {
            if let Some(n) = self.proxies.due(shop, who.now) {
                tracing::warn!(
                    shop = shop.as_str(),
                    n,
                    "more beacons come from one address than limits.beacons_per_address allows, and \
                     none is refused: with so few addresses it could be a proxy's, for all shoppers. \
                     Is one missing in trusted_proxies? docs/proxies.md"
                );
            }
            return Ok(());
        }
        taken
    }

    /// A beacon was accepted from there.
    pub(super) fn accepted(&self, shop: &ShopDomain, who: Visitor) {
        if let (Some(from), Some(of_shop)) = (who.from, self.shops.get(shop)) {
            of_shop.addresses.note(from, who.now);
        }
    }

    /// The right to wait for the store with a beacon. `None`: too many of this shop do.
    pub(super) fn beacon_share(&self, shop: &ShopDomain) -> Option<Share<'_>> {
        self.shares.take((shop.clone(), shares::Kind::Beacon))
    }

    /// As [`Self::beacon_share`]; a flood of beacons takes nothing of it.
    pub(super) fn withdrawal_share(&self, shop: &ShopDomain) -> Option<Share<'_>> {
        self.shares.take((shop.clone(), shares::Kind::Withdrawal))
    }

    /// A signed webhook's turn to be written; the caller bounds the wait. `None`: no such shop.
    pub(super) async fn webhook_turn(&self, shop: &ShopDomain) -> Option<SemaphorePermit<'_>> {
        self.shops.get(shop)?.webhooks.acquire().await.ok()
    }

    /// Before a token is looked at. An address that tried many wrong ones is not listened to for a
    /// while; from others the right one goes on working.
    pub(super) fn admit_token(&self, from: Network, passed: Duration) -> Result<(), TooOften> {
        self.wrong_tokens.look(&from, Self::wrong_tokens(), passed)
    }

    pub(super) fn wrong_token(&self, from: Network, passed: Duration) {
        // Whether it was the last one is asked before the next.
        let _ = self.wrong_tokens.take(&from, Self::wrong_tokens(), passed);
    }

    /// Nobody else would say so: whoever guesses long enough must be seen.
    pub(super) fn tell_of_tokens(&self, now: Timestamp) {
        let mut line = self.tokens.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(n) = line.due(now) {
            tracing::warn!(
                n,
                "requests for /admin came without the admin token and were refused. If they are not \
                 yours, keep strangers away from it with admin_listen"
            );
        }
    }

    fn wrong_tokens() -> Rate {
        Rate { every: WRONG_TOKEN, burst: WRONG_TOKENS }
    }
}
