//! What the browser sends to the endpoint: the contract's beacon and withdrawal, one description for both sides.
//! Unknown fields are ignored; each release accepts every `v` of the last 24 months.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::consent::{Evidence, Grant};
use crate::hex::{Anchor, Digest, EventId};
use crate::tiktok::Name;
use crate::time::Timestamp;

pub const VERSION: u32 = 1;

/// Bytes of texts that come from outside. What is longer is no real one: it is left out whole in the browser, never cut,
/// and refused by the endpoint. A click id exceeds 256 characters, 2 KB is kept (reference/tiktok-events.md §9.6).
pub mod limit {
    pub const CLICK_ID: usize = 2048;
    pub const TTP: usize = 256;
    pub const LOCALE: usize = 64;
    pub const USER_AGENT: usize = 1024;
    pub const SHOPIFY_ID: usize = 128;
    pub const URL: usize = 4096;
    pub const WORDS: usize = 512;
    /// Shopify's are about 13 digits.
    pub const ORDER_ID: usize = 64;
    /// Records of consent, not bytes: twice as many as there are sources.
    pub const RECORDS: usize = 64;
    pub const RECORD_KEY: usize = 128;
    pub const RECORD_VERSION: usize = 64;
}

/// A shopper may search for an e-mail address, or for the number of a phone or an order; such words are not told.
pub(crate) fn may_be_told(words: &str) -> bool {
    let mut digits = 0;
    for byte in words.bytes() {
        match byte {
            b'0'..=b'9' => digits += 1,
            b' ' | b'-' | b'.' | b'(' | b')' | b'+' | b'/' => {}
            b'@' => return false,
            _ => digits = 0,
        }
        if digits == 7 {
            return false; // as short as a telephone number can be
        }
    }
    words.len() <= limit::WORDS
}

/// Only a [`Grant`] makes one for sending ([`Beacon::new`]); the endpoint reads them with serde. `E` is [`WireEvent`]
/// once read; the endpoint first reads raw JSON in its place, so that one bad event refuses only itself.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Beacon<E = WireEvent> {
    pub v: u32,
    pub shop: String,
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
    pub fn new(proof: &Grant, shop: &str, client: Client, checkout: Option<Anchor>, cart: Option<Anchor>) -> Self {
        Self {
            v: VERSION,
            shop: shop.to_owned(),
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
        f.debug_struct("Beacon").field("shop", &self.shop).field("events", &self.events.len()).finish_non_exhaustive()
    }
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(Hash))]
pub struct Client {
    #[serde(default)]
    pub version: String,
    /// `custom`, `app` or `npm`.
    #[serde(default)]
    pub kind: String,
    #[serde(default)]
    pub settings: Option<Digest>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct WireEvent {
    pub name: Name,
    pub event_id: EventId,
    /// The device's clock.
    pub event_time: Timestamp,
    #[serde(default)]
    pub shopify_event_id: Option<String>,
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
    pub url: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub referrer: Option<String>,
}

/// Cleaned, they still hold the click id.
impl fmt::Debug for WirePage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("WirePage(…)")
    }
}

/// Who: contacts as hashes, place in plain normalised text, ids raw as TikTok wants them. Absent is absent, never empty.
#[derive(Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct User {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub email: Option<Digest>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub phone: Option<Digest>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub external_id: Option<Digest>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub first_name: Option<Digest>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub last_name: Option<Digest>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub zip_code: Option<Digest>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub city: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub state: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub country: Option<String>,
    /// TikTok's click id, byte for byte.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ttclid: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ttp: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub locale: Option<String>,
    /// Never hashed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub user_agent: Option<String>,
}

impl fmt::Debug for User {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("User(…)")
    }
}

#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Properties {
    /// One of TikTok's list, else absent together with `value`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub currency: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub value: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub content_type: Option<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub contents: Vec<Content>,
    /// The sum of quantities.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub num_items: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub order_id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub search_string: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Content {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub content_id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub content_name: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub quantity: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub price: Option<f64>,
}

/// A "no", and nothing else: which checkouts, carts and visitor it concerns, all hashed. The one message that may leave
/// after a grant has ended, so it needs no [`Grant`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct WithdrawalMessage {
    pub v: u32,
    pub shop: String,
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
