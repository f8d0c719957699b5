//! What keeps a crowd at the doors within bounds: memory for bodies ([`room`]), how often one may
//! come ([`rates`]), how much of one shop waits for the store ([`shares`]), and how often a wrong
//! token may be tried. Each has a bound of its own over any number of strangers, shops and addresses.

mod known_addresses;
mod network;
mod pace;
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
use self::shares::Shares;
pub(super) use self::shares::{Kind, Share};
use super::line::{Line, Lines};
use crate::config::{Config, Limits};
use crate::store::Withdrawn;

/// For beacons that are still coming in.
const BEACONS: usize = 32 * 1024 * 1024;
/// For webhooks that are still coming in: anybody may send one, and only when it is whole does its
/// signature tell.
const WEBHOOKS: usize = 64 * 1024 * 1024;
/// For requests of whoever has the admin token.
const OPERATORS: usize = 1024 * 1024;
/// Beacons and withdrawals that wait for the store: three commits of its writer, fewer where these take
/// long ([`pace`]). More would be written no sooner, only wait longer.
const MESSAGES_AT_ONCE: usize = 384;
/// Webhooks that are read and written at one time, of all shops: with the beacons fewer than the
/// writer's queue has places, so that none of theirs is turned away. Others wait.
const WEBHOOKS_AT_ONCE: usize = 512;
/// Of one shop's, those that may wait for that. Behind them it is a queue, and no crowd.
const WEBHOOKS_OF_ONE: usize = 384;
/// So many beacons for one withdrawal: shoppers who change their minds are fewer than pages.
const NOES: u32 = 10;
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
    messages: Shares<(ShopDomain, Kind)>,
    signed: Shares<ShopDomain>,
    shops: HashMap<ShopDomain, OfShop>,
    of_shop: Rate,
    of_address: Rate,
    addresses: Rates,
    noes_of_shop: Rate,
    wrong_tokens: Rates,
    proxies: Lines,
    tokens: Mutex<Line>,
}

#[derive(Debug)]
struct OfShop {
    beacons: Meter,
    withdrawals: Meter,
    noes: Mutex<Noes>,
    webhooks: Semaphore,
    addresses: KnownAddresses,
}

/// Of withdrawals since their last line in the log.
#[derive(Debug, Default)]
struct Noes {
    line: Line,
    /// Events and contexts.
    reached: (usize, usize),
}

/// What a message will take of what its shop may have.
#[derive(Debug)]
pub(super) struct Fare<'a> {
    of: Option<(&'a Meter, Rate, Duration)>,
}

impl Fare<'_> {
    pub(super) fn pay(self) -> Result<(), TooOften> {
        self.of.map_or(Ok(()), |(meter, rate, now)| meter.take(rate, now))
    }
}

/// Who comes, and when.
#[derive(Debug, Clone, Copy)]
pub(super) struct Visitor {
    pub(super) from: Option<Network>,
    /// Of a network that passes requests on for others: it may be many shoppers' address.
    pub(super) is_data_centre: bool,
    /// [`crate::clock::Clock::passed`].
    pub(super) passed: Duration,
    pub(super) now: Timestamp,
}

impl Crowd {
    pub fn of(config: &Config) -> Self {
        let Limits { beacons_per_shop, beacons_per_address, .. } = config.limits;
        let shop = || OfShop {
            beacons: Meter::default(),
            withdrawals: Meter::default(),
            noes: Mutex::default(),
            webhooks: Semaphore::new(WEBHOOKS_OF_ONE),
            addresses: KnownAddresses::default(),
        };
        let shops = config.shops.iter().map(|known| (known.settings.shop.clone(), shop()));
        Self {
            beacons: Room::new("beacons", BEACONS),
            webhooks: Room::new("webhooks", WEBHOOKS),
            operators: Room::new("the operator's requests", OPERATORS),
            messages: Shares::paced(MESSAGES_AT_ONCE),
            signed: Shares::of(WEBHOOKS_AT_ONCE),
            shops: shops.collect(),
            of_shop: Rate::a_second(beacons_per_shop, beacons_per_shop * Limits::BURST),
            noes_of_shop: Rate {
                every: Duration::from_secs(1) * NOES / beacons_per_shop,
                burst: (beacons_per_shop * Limits::BURST / NOES).max(1),
            },
            of_address: Rate::a_second(beacons_per_address, beacons_per_address * Limits::BURST),
            addresses: Rates::default(),
            wrong_tokens: Rates::default(),
            proxies: Lines::every(HOUR),
            tokens: Mutex::default(),
        }
    }

    /// Before a message for a known shop is read any further. What it costs its shop is taken once all
    /// of it could be read ([`Fare::pay`]): what is no message takes nothing from a shopper's.
    pub(super) fn admit(
        &self,
        shop: &ShopDomain,
        kind: Kind,
        who: Visitor,
    ) -> Result<Fare<'_>, TooOften> {
        let Some(of_shop) = self.shops.get(shop) else { return Ok(Fare { of: None }) };
        // Apart, so that no flood of beacons can hold a withdrawal up.
        let (meter, rate) = match kind {
            Kind::Beacon => (&of_shop.beacons, self.of_shop),
            Kind::Withdrawal => (&of_shop.withdrawals, self.noes_of_shop),
        };
        let is_excused = self.of_address(shop, of_shop, who)?;
        let rate = if is_excused { rate.half() } else { rate };
        meter.look(rate, who.passed)?;
        Ok(Fare { of: Some((meter, rate, who.passed)) })
    }

    /// Whether it comes more often than an address may and is not refused for it, for the address may
    /// stand for many shoppers. Then half of what its shop may have at once is out of its reach.
    fn of_address(
        &self,
        shop: &ShopDomain,
        of_shop: &OfShop,
        who: Visitor,
    ) -> Result<bool, TooOften> {
        let Some(from) = who.from else { return Ok(false) };
        let Err(too_often) = self.addresses.take(&(shop, from), self.of_address, who.passed) else {
            return Ok(false);
        };
        if of_shop.addresses.are_many(who.now) && !who.is_data_centre {
            return Err(too_often);
        }
        if let Some(n) = self.proxies.due(shop, who.now) {
            tracing::warn!(
                shop = shop.as_str(),
                n,
                "more beacons come from one address than limits.beacons_per_address allows, and \
                 none is refused for it: with so few addresses, or one of a content network, it could \
                 be a proxy's, for all shoppers. Is one missing in trusted_proxies? docs/proxies.md"
            );
        }
        Ok(true)
    }

    /// A beacon was accepted from there. A content network's address is no shopper's, however many
    /// there are.
    pub(super) fn accepted(&self, shop: &ShopDomain, who: Visitor) {
        let from = who.from.filter(|_| !who.is_data_centre);
        if let (Some(from), Some(of_shop)) = (from, self.shops.get(shop)) {
            of_shop.addresses.note(from, who.now);
        }
    }

    /// A withdrawal is on record, and this is what it reached.
    pub(super) fn tell_of_withdrawal(&self, shop: &ShopDomain, reached: Withdrawn, now: Timestamp) {
        let Some(of_shop) = self.shops.get(shop) else { return };
        let mut noes = of_shop.noes.lock().unwrap_or_else(PoisonError::into_inner);
        noes.reached.0 += reached.events;
        noes.reached.1 += reached.contexts;
        if let Some(n) = noes.line.due(now) {
            let (events, contexts) = std::mem::take(&mut noes.reached);
            tracing::info!(shop = shop.as_str(), n, events, contexts, "withdrawals");
        }
    }

    /// The right to wait for the store; a flood of beacons takes nothing of a withdrawal's. `None`: too
    /// many of this shop do.
    pub(super) fn share(
        &self,
        shop: &ShopDomain,
        kind: Kind,
    ) -> Option<Share<'_, (ShopDomain, Kind)>> {
        self.messages.take((shop.clone(), kind))
    }

    /// Whether there is such a place now: asked before a message is read any further.
    pub(super) fn has_share(&self, shop: &ShopDomain, kind: Kind) -> bool {
        self.messages.has_one(&(shop.clone(), kind))
    }

    /// A signed webhook's turn to be written; the caller bounds the wait. `None`: no such shop.
    pub(super) async fn webhook_turn(
        &self,
        shop: &ShopDomain,
    ) -> Option<(SemaphorePermit<'_>, Share<'_, ShopDomain>)> {
        let permit = self.shops.get(shop)?.webhooks.acquire().await.ok()?;
        Some((permit, self.signed.wait(shop.clone()).await))
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
