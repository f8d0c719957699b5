//! What is configured, once it has been read without a fault.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::path::PathBuf;
use std::sync::Arc;

use assent_gate::settings::{Settings, ShopDomain};
use axum::http::HeaderName;

use super::access_token::AccessToken;
use crate::cidr::Cidr;
use crate::rules::mode::Mode;
use crate::rules::policy::PurchasePolicy;
use crate::rules::silence::Webhooks;
use crate::secret::Secret;
use crate::store_place::StorePlace;
use crate::zone::{Zone, Zones};

#[derive(Debug, Clone)]
pub struct Config {
    pub listen: SocketAddr,
    pub public_url: String,
    pub store: StorePlace,
    pub trusted_proxies: Vec<Cidr>,
    /// Where they name the shopper's address.
    pub client_ip_header: HeaderName,
    pub limits: Limits,
    pub tls: Option<Tls>,
    /// `None`: no admin API.
    pub admin: Option<Admin>,
    /// Where `/admin` answers, and nowhere else. `None`: beside the rest.
    pub admin_listen: Option<SocketAddr>,
    pub alerts: Alerts,
    /// TikTok's Events API, without a path.
    pub api_base: String,
    pub receipts_months: u32,
    pub shops: Vec<Arc<Shop>>,
}

/// What one machine is to bear. Rates are a second's, and for a moment [`Limits::BURST`] times as
/// many.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Open at one time.
    pub connections: usize,
    /// Beacons of one shop.
    pub beacons_per_shop: u32,
    /// Beacons and withdrawals of one address (of IPv6 a /64) to one shop.
    pub beacons_per_address: u32,
}

impl Limits {
    /// Seconds' worth that may come at once: a sale begins in one moment.
    pub const BURST: u32 = 10;
}

impl Default for Limits {
    /// A thousand shoppers a minute who all buy are some 70 beacons a second. Behind one address of a
    /// mobile network there may be hundreds of them.
    fn default() -> Self {
        Self { connections: 8192, beacons_per_shop: 200, beacons_per_address: 20 }
    }
}

#[derive(Debug, Clone)]
pub struct Tls {
    pub cert: PathBuf,
    pub key: PathBuf,
}

#[derive(Debug, Clone)]
pub struct Admin {
    /// The environment variable that holds the token.
    pub variable: String,
    /// `None` only where a command does without secrets and the variable is not set.
    pub token: Option<Secret>,
}

/// Where to tell that something needs a person. Who knows such an address may write to it, so it is
/// kept as a secret.
#[derive(Debug, Clone, Default)]
pub struct Alerts {
    pub url: Option<Secret>,
    /// Asked for while all is well.
    pub ping_url: Option<Secret>,
}

#[derive(Debug, Clone)]
pub struct Shop {
    /// What the gate must know; the snippet carries the same.
    pub settings: Settings,
    /// `None` only where a command does without secrets.
    pub token: Option<AccessToken>,
    pub webhook_secrets: Vec<Secret>,
    /// Whether its orders are to come.
    pub webhooks: Webhooks,
    pub test_event_code: Option<String>,
    /// What is accepted now counts, or is a test: `assent serve --test-events`.
    pub mode: Mode,
    pub purchase: PurchasePolicy,
    /// Of the report's days.
    pub zone: Zone,
}

impl Config {
    pub fn shop(&self, domain: &ShopDomain) -> Option<&Arc<Shop>> {
        self.shops.iter().find(|shop| shop.settings.shop == *domain)
    }

    /// Each shop's time zone.
    pub fn zones(&self) -> Zones {
        Zones::of(
            self.shops
                .iter()
                .map(|shop| (shop.settings.shop.as_str().to_owned(), shop.zone.clone())),
        )
    }

    /// Where the operator's paths answer, and with which certificate: what stays on this machine needs
    /// none.
    pub fn admin_address(&self) -> (SocketAddr, Option<&Tls>) {
        match self.admin_listen {
            Some(own) => {
                (own, self.tls.as_ref().filter(|_| !own.ip().to_canonical().is_loopback()))
            }
            None => (self.listen, self.tls.as_ref()),
        }
    }

    /// Whether what this shop's webhook secrets sign can be of no other shop of this file.
    pub fn shares_no_secret(&self, domain: &ShopDomain) -> bool {
        let secrets = |shop: &Arc<Shop>| -> Vec<String> {
            shop.webhook_secrets.iter().map(|secret| secret.expose().to_owned()).collect()
        };
        let own = self.shop(domain).map(secrets).unwrap_or_default();
        self.shops
            .iter()
            .filter(|shop| shop.settings.shop != *domain)
            .all(|other| secrets(other).iter().all(|secret| !own.contains(secret)))
    }
}

/// Where this machine reaches what listens there: what listens on every address is reached on the loopback.
pub fn reachable(listen: SocketAddr) -> SocketAddr {
    let ip = match listen.ip() {
        ip if !ip.is_unspecified() => ip,
        IpAddr::V4(_) => IpAddr::V4(Ipv4Addr::LOCALHOST),
        IpAddr::V6(_) => IpAddr::V6(Ipv6Addr::LOCALHOST),
    };
    SocketAddr::new(ip, listen.port())
}

/// Does this command need tokens and secrets? Only a server does; `snippet` on a laptop does
/// without.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Secrets {
    Needed,
    NotNeeded,
}
