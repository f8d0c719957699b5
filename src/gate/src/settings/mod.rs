//! What the gate must know of a shop. Made from `assent.toml` by the endpoint, printed on top of the snippet, and read
//! again in the browser: one type, so the three cannot disagree. The field names are those of the extension's settings.

mod read;
mod table;

use std::fmt;
use std::str::FromStr;

use serde::Serialize;

pub use table::Table;

use crate::consent::Source;
use crate::event::Kind;
use crate::expected::expected;
use crate::hex::Digest;
use crate::tiktok::Name;

#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Settings {
    pub shop: ShopDomain,
    pub pixel_code: String,
    /// The endpoint's public URL, without a path.
    pub endpoint: String,
    /// Where TikTok's `events.js` is, without a query.
    pub pixel_script: String,
    pub cmp: Cmp,
    pub undecided: Undecided,
    /// The CMP's own ids for marketing, where they are not the usual ones.
    pub categories: Vec<String>,
    /// Public hosts of the shop, lower case.
    pub storefronts: Vec<String>,
    pub content_id: ContentId,
    /// Marketing parameters to keep in URLs, besides `ttclid` and `utm_*`.
    pub url_parameters: Vec<String>,
    pub secret_paths: SecretPaths,
    /// Routes that differ from the default, by TikTok event name. An empty list switches the event off.
    pub events: Table<Name, Vec<Leg>>,
    /// Custom events of the shop, by their Shopify name.
    pub custom_events: Table<String, CustomEvent>,
    /// Allows `?assent_debug=1`.
    pub debug: bool,
}

impl Settings {
    /// A shop with the defaults of DESIGN.md; the addresses and the pixel code are still empty.
    pub fn new(shop: ShopDomain, cmp: Cmp) -> Self {
        Self {
            shop,
            pixel_code: String::new(),
            endpoint: String::new(),
            pixel_script: String::new(),
            cmp,
            undecided: Undecided::default(),
            categories: Vec::new(),
            storefronts: Vec::new(),
            content_id: ContentId::default(),
            url_parameters: Vec::new(),
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

    /// The TikTok event and the legs for a Shopify event; `None` where the shop has no use for it. No leg where the event is
    /// switched off, but names the cart or checkout by which an order, reported by the server, must find consent.
    pub fn route(&self, kind: &Kind) -> Option<(Name, Legs)> {
        let (name, legs) = match kind {
            Kind::Custom(own) => {
                let custom = self.custom_events.get(own)?;
                // A Purchase has one source only: the checkout. Configuration refuses this earlier, with a reason.
                if custom.event == Name::Purchase {
                    return None;
                }
                (custom.event, Legs::of(&custom.to))
            }
            Kind::PageViewed => self.standard(Name::Pageview),
            Kind::ProductViewed => self.standard(Name::ViewContent),
            Kind::SearchSubmitted => self.standard(Name::Search),
            Kind::AddedToCart => self.standard(Name::AddToCart),
            Kind::CheckoutStarted => self.standard(Name::InitiateCheckout),
            Kind::PaymentInfoSubmitted => self.standard(Name::AddPaymentInfo),
            Kind::CheckoutCompleted => self.standard(Name::Purchase),
        };
        let precedes_order = match kind {
            Kind::AddedToCart | Kind::CheckoutStarted | Kind::PaymentInfoSubmitted => true,
            Kind::PageViewed
            | Kind::ProductViewed
            | Kind::SearchSubmitted
            | Kind::CheckoutCompleted
            | Kind::Custom(_) => false,
        };
        let witness = precedes_order && self.standard(Name::Purchase).1.server;
        (legs.any() || witness).then_some((name, legs))
    }

    fn standard(&self, name: Name) -> (Name, Legs) {
        let legs = self.events.get(&name).map_or_else(|| name.default_legs(), |to| Legs::of(to));
        (name, legs)
    }

    /// Whether nothing of this shop sends `name` by the server. An older snippet may still; these settings prevail.
    pub fn server_leg_is_off(&self, name: Name) -> bool {
        let custom = self.custom_events.values().any(|custom| custom.event == name && custom.to.contains(&Leg::Server));
        !self.standard(name).1.server && !custom
    }
}

/// A shop's permanent name, `<name>.myshopify.com`, lower case.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
#[serde(into = "String")]
pub struct ShopDomain(String);

impl ShopDomain {
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Upper case and surrounding space are forgiven; anything but a `*.myshopify.com` name is not.
impl FromStr for ShopDomain {
    type Err = ShopDomainExpected;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let domain = text.trim().to_ascii_lowercase();
        let name = domain.strip_suffix(".myshopify.com").ok_or(ShopDomainExpected)?;
        let plain = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-';
        let fits = !name.is_empty() && name.len() <= 63 && !name.starts_with('-') && name.bytes().all(plain);
        if fits { Ok(Self(domain)) } else { Err(ShopDomainExpected) }
    }
}

expected! {
    pub ShopDomainExpected: "the shop's permanent name is expected, such as acme.myshopify.com";
}

impl From<ShopDomain> for String {
    fn from(shop: ShopDomain) -> Self {
        shop.0
    }
}

/// Where the shop collects consent. There is no default: only the merchant knows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(into = "String")]
pub enum Cmp {
    /// Shopify's own banner: its signal is enough.
    Shopify,
    /// Whatever record is found; at least one, and every one must say yes.
    Auto,
    /// That source's record must exist and say yes.
    Named(Source),
}

/// `shopify`, `auto`, `bridge` or a CMP's slug.
impl FromStr for Cmp {
    type Err = CmpExpected;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text {
            "shopify" => Ok(Self::Shopify),
            "auto" => Ok(Self::Auto),
            slug => Source::cmp(slug).map(Self::Named).ok_or(CmpExpected),
        }
    }
}

/// A text is none of the words that the setting `cmp` takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CmpExpected;

impl fmt::Display for CmpExpected {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("one of these is expected: shopify, auto")?;
        Source::CMPS.iter().try_for_each(|slug| write!(f, ", {slug}"))
    }
}

impl std::error::Error for CmpExpected {}

impl From<Cmp> for String {
    fn from(cmp: Cmp) -> Self {
        match cmp {
            Cmp::Shopify => "shopify".to_owned(),
            Cmp::Auto => "auto".to_owned(),
            Cmp::Named(source) => source.as_str().to_owned(),
        }
    }
}

/// What an undecided record means.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Undecided {
    /// Wait for the shopper.
    #[default]
    Hold,
    /// Shopify's region-aware signal decides meanwhile.
    Shopify,
}

impl FromStr for Undecided {
    type Err = UndecidedExpected;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text {
            "hold" => Ok(Self::Hold),
            "shopify" => Ok(Self::Shopify),
            _ => Err(UndecidedExpected),
        }
    }
}

expected! {
    pub UndecidedExpected: "hold or shopify is expected";
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

/// What happens to the browser leg where the frame's path holds a secret and cannot be cleaned (WebKit).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum SecretPaths {
    /// The server copy alone carries the event.
    #[default]
    Server,
    /// The shop accepts that TikTok's script sees the path.
    Fire,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct CustomEvent {
    pub event: Name,
    pub to: Vec<Leg>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Leg {
    Browser,
    Server,
}

/// Which of the two copies an event has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Legs {
    pub browser: bool,
    pub server: bool,
}

impl Legs {
    fn of(to: &[Leg]) -> Self {
        Self { browser: to.contains(&Leg::Browser), server: to.contains(&Leg::Server) }
    }

    pub fn any(self) -> bool {
        self.browser || self.server
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// DESIGN.md: "The server's settings prevail over an older snippet's."
    #[test]
    fn what_the_shop_s_settings_do_not_send_by_the_server_is_off() {
        let mut shop = Settings::new("acme.myshopify.com".parse().unwrap(), Cmp::Shopify);
        let on =
            |shop: &Settings| Name::ALL.into_iter().filter(|name| !shop.server_leg_is_off(*name)).collect::<Vec<_>>();
        use Name::{AddPaymentInfo, AddToCart, InitiateCheckout, Purchase, Subscribe, ViewContent};
        assert_eq!(on(&shop), [AddPaymentInfo, AddToCart, InitiateCheckout, Purchase]);
        let custom = CustomEvent { event: Subscribe, to: vec![Leg::Server] };
        shop.custom_events = [("joined".to_owned(), custom)].into_iter().collect();
        shop.events = [(ViewContent, vec![Leg::Server]), (AddToCart, vec![Leg::Browser])].into_iter().collect();
        assert_eq!(on(&shop), [AddPaymentInfo, InitiateCheckout, Purchase, Subscribe, ViewContent]);
    }
}
