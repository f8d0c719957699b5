//! What the browser sends to the endpoint: the contract's beacon and withdrawal, one description
//! for both sides. Unknown fields are ignored; each release accepts every `v` of the last 24
//! months.

use crate::text::Text;
use std::fmt;

use serde::{Deserialize, Serialize};

use crate::consent::{Evidence, Grant};
use crate::hex::{Anchor, Digest, EventId};
use crate::tiktok::{EventName, Properties, User};
use crate::time::Timestamp;

pub const VERSION: u32 = 1;

/// Only a [`Grant`] makes one for sending ([`Beacon::new`]); the endpoint reads them with serde.
/// `E` is [`WireEvent`] once read; the endpoint first reads raw JSON in its place, so that one bad
/// event refuses only itself.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Beacon<E = WireEvent> {
    pub v: u32,
    pub shop: Text,
    /// Stamped anew at every attempt, so a beacon at rest has none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sent_at: Option<Timestamp>,
    pub client: Client,
    pub consent: Evidence,
    #[serde(default)]
    pub checkout: Option<Anchor>,
    #[serde(default)]
    pub cart: Option<Anchor>,
    pub events: Vec<E>,
    /// With `page`, only in a receipt alone (`events` empty): what the context will need.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub user: Option<User>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub page: Option<WirePage>,
}

impl Beacon {
    pub fn new(
        proof: &Grant,
        shop: &str,
        client: Client,
        checkout: Option<Anchor>,
        cart: Option<Anchor>,
    ) -> Self {
        Self {
            v: VERSION,
            shop: shop.into(),
            sent_at: None,
            client,
            consent: proof.evidence().clone(),
            checkout,
            cart,
            events: Vec::new(),
            user: None,
            page: None,
        }
    }
}

/// Without the events: as raw JSON they would print whatever is in them.
impl<E> fmt::Debug for Beacon<E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Beacon")
            .field("shop", &self.shop)
            .field("events", &self.events.len())
            .finish_non_exhaustive()
    }
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(Hash))]
pub struct Client {
    #[serde(default)]
    pub version: Text,
    /// `custom`, `app` or `npm`.
    #[serde(default)]
    pub kind: Text,
    #[serde(default)]
    pub settings: Option<Digest>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct WireEvent {
    pub name: EventName,
    pub event_id: EventId,
    /// The device's clock.
    pub event_time: Timestamp,
    #[serde(default)]
    pub shopify_event_id: Option<Text>,
    #[serde(default)]
    pub checkout: Option<Anchor>,
    pub browser: BrowserLeg,
    pub page: WirePage,
    #[serde(default)]
    pub user: User,
    #[serde(default)]
    pub properties: Properties,
}

/// What became of the browser's copy. `Fired` means handed to ttq's queue, not proof of delivery.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum BrowserLeg {
    Fired,
    Skipped,
}

/// Cleaned URLs of the shop's page ([`crate::page`]).
#[derive(Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct WirePage {
    pub url: Text,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub referrer: Option<Text>,
}

/// Cleaned, they still hold the click id.
impl fmt::Debug for WirePage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("WirePage(…)")
    }
}

/// A "no", and nothing else: which checkouts, carts and visitor it concerns, all hashed. The one
/// message that may leave after a grant has ended, so it needs no [`Grant`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct WithdrawalMessage {
    pub v: u32,
    pub shop: Text,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sent_at: Option<Timestamp>,
    pub client: Client,
    pub withdraw: Withdrawal,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Withdrawal {
    pub at: Timestamp,
    #[serde(default)]
    pub checkouts: Vec<Anchor>,
    #[serde(default)]
    pub carts: Vec<Anchor>,
    #[serde(default)]
    pub external_id: Option<Digest>,
}
