//! What the gate must know of a shop. Made from `assent.toml` by the endpoint, printed on top of
//! the snippet, and read again in the browser: one type, so the three cannot disagree. The field
//! names are those of the extension's settings.

mod legs;
mod read;
mod routes;
mod shop_domain;
mod table;

use crate::text::Text;
use serde::Serialize;

pub use legs::{Leg, Legs};
pub use shop_domain::{ShopDomain, ShopDomainExpected};
pub use table::Table;

use crate::consent::{Cmp, Meanwhile, Policy};
use crate::hex::Digest;
use crate::tiktok::EventName;

#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Settings {
    pub shop: ShopDomain,
    pub pixel_code: Text,
    /// The endpoint's public URL, without a path.
    pub endpoint: Text,
    /// Where TikTok's `events.js` is, without a query.
    pub pixel_script: Text,
    pub cmp: Cmp,
    #[serde(skip_serializing_if = "is_default")]
    pub undecided: Meanwhile,
    #[serde(skip_serializing_if = "is_default")]
    pub missing: Meanwhile,
    #[serde(skip_serializing_if = "is_default")]
    pub held: Held,
    /// The CMP's own ids for marketing, where they are not the usual ones.
    #[serde(skip_serializing_if = "is_default")]
    pub categories: Vec<Text>,
    /// Public hosts of the shop, lower case.
    #[serde(skip_serializing_if = "is_default")]
    pub storefronts: Vec<Text>,
    #[serde(skip_serializing_if = "is_default")]
    pub content_id: ContentId,
    #[serde(skip_serializing_if = "is_default")]
    pub value: CheckoutValue,
    /// Marketing parameters to keep in URLs, besides `ttclid` and the six utm names.
    #[serde(skip_serializing_if = "is_default")]
    pub url_parameters: Vec<Text>,
    /// Paths of the shop's own that are public with all that is below them, without a slash at
    /// either end.
    #[serde(skip_serializing_if = "is_default")]
    pub url_paths: Vec<Text>,
    #[serde(skip_serializing_if = "is_default")]
    pub secret_paths: SecretPaths,
    /// Routes that differ from the default, by TikTok event name. An empty list switches the event
    /// off.
    #[serde(skip_serializing_if = "is_default")]
    pub events: Table<EventName, Vec<Leg>>,
    /// Custom events of the shop, by their Shopify name.
    #[serde(skip_serializing_if = "is_default")]
    pub custom_events: Table<Text, CustomEvent>,
    /// Allows `?assent_debug=1`.
    #[serde(skip_serializing_if = "is_default")]
    pub debug: bool,
}

/// What is as it is without a word is not printed: it would travel with every page view.
fn is_default<T: Default + PartialEq>(value: &T) -> bool {
    *value == T::default()
}

impl Settings {
    /// A shop with the defaults of docs/contract.md#configuration; the addresses and the pixel code
    /// are still empty.
    pub fn new(shop: ShopDomain, cmp: Cmp) -> Self {
        Self {
            shop,
            pixel_code: Text::default(),
            endpoint: Text::default(),
            pixel_script: Text::default(),
            cmp,
            undecided: Meanwhile::default(),
            missing: Meanwhile::default(),
            held: Held::default(),
            categories: Vec::new(),
            storefronts: Vec::new(),
            content_id: ContentId::default(),
            value: CheckoutValue::default(),
            url_parameters: Vec::new(),
            url_paths: Vec::new(),
            secret_paths: SecretPaths::default(),
            events: Table::default(),
            custom_events: Table::default(),
            debug: false,
        }
    }

    /// The beacon's `client.settings`: which settings a browser ran with.
    /// `json` is the JSON the snippet carries.
    pub fn hash(json: &str) -> Digest {
        Digest::of(json.as_bytes())
    }

    /// Whether `host` is one of the shop's own; a CMP's record can be expected only there.
    pub fn is_storefront(&self, host: &str) -> bool {
        host.eq_ignore_ascii_case(self.shop.as_str())
            || self.storefronts.iter().any(|own| own.eq_ignore_ascii_case(host))
    }
}

impl From<&Settings> for Policy {
    fn from(settings: &Settings) -> Self {
        let Settings { cmp, undecided, missing, .. } = *settings;
        Self { cmp, undecided, missing }
    }
}

/// What becomes of events that happened before the shopper's yes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(test, derive(Hash))]
pub enum Held {
    /// They are held, and reported with it.
    #[default]
    Release,
    /// They are never reported.
    Forget,
}

impl Held {
    /// The contract's words; the first is the default.
    pub const WORDS: [(&str, Self); 2] = [("release", Self::Release), ("forget", Self::Forget)];
}

/// Which of Shopify's ids the shop's TikTok catalogue uses.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum ContentId {
    #[default]
    Variant,
    Product,
    Sku,
}

impl ContentId {
    /// The contract's words; the first is the default.
    pub const WORDS: [(&str, Self); 3] =
        [("variant", Self::Variant), ("product", Self::Product), ("sku", Self::Sku)];
}

/// Which of Shopify's sums a checkout or an order is worth.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum CheckoutValue {
    /// What is to be paid.
    #[default]
    Total,
    /// What the goods cost after discounts, without shipping and tips.
    Subtotal,
}

impl CheckoutValue {
    /// The contract's words; the first is the default.
    pub const WORDS: [(&str, Self); 2] = [("total", Self::Total), ("subtotal", Self::Subtotal)];
}

/// What happens to the browser leg where the frame's path holds a secret and cannot be cleaned
/// (WebKit).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum SecretPaths {
    /// The server copy alone carries the event.
    #[default]
    Server,
    /// The shop accepts that TikTok's script sees the path.
    Fire,
}

impl SecretPaths {
    /// The contract's words; the first is the default.
    pub const WORDS: [(&str, Self); 2] = [("server", Self::Server), ("fire", Self::Fire)];
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct CustomEvent {
    pub event: EventName,
    pub to: Vec<Leg>,
}
