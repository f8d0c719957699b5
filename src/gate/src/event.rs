//! Our nouns. Past the parser nothing knows a Shopify field name.

use crate::text::Text;
use std::fmt;

use crate::time::Timestamp;

/// One thing a shopper did, as Shopify told it. Holds raw personal data: it lives in memory only.
#[derive(Debug, Clone, PartialEq)]
pub struct Event {
    pub kind: EventKind,
    /// Shopify's `event.id`: the same for every pixel on the page.
    pub shopify_id: Option<Text>,
    pub time: Timestamp,
    pub page: PageAddress,
    pub user_agent: Option<Text>,
    /// BCP 47.
    pub locale: Option<Text>,
    pub checkout: Option<Token>,
    pub person: Person,
    pub goods: Goods,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum EventKind {
    PageViewed,
    ProductViewed,
    SearchSubmitted,
    AddedToCart,
    CheckoutStarted,
    PaymentInfoSubmitted,
    CheckoutCompleted,
    /// A custom event, by the name the shop's code publishes it under.
    Custom(Text),
}

impl EventKind {
    pub const OF_SHOPIFY: [Self; 7] = [
        Self::PageViewed,
        Self::ProductViewed,
        Self::SearchSubmitted,
        Self::AddedToCart,
        Self::CheckoutStarted,
        Self::PaymentInfoSubmitted,
        Self::CheckoutCompleted,
    ];

    /// Shopify's name for it.
    pub fn as_str(&self) -> &str {
        match self {
            Self::PageViewed => "page_viewed",
            Self::ProductViewed => "product_viewed",
            Self::SearchSubmitted => "search_submitted",
            Self::AddedToCart => "product_added_to_cart",
            Self::CheckoutStarted => "checkout_started",
            Self::PaymentInfoSubmitted => "payment_info_submitted",
            Self::CheckoutCompleted => "checkout_completed",
            Self::Custom(name) => name,
        }
    }
}

/// The shop's page, as it stands in the address bar: it may hold secrets until [`crate::page`] has
/// cleaned it.
#[derive(Clone, PartialEq, Eq, Default)]
pub struct PageAddress {
    pub url: Text,
    pub referrer: Text,
}

impl fmt::Debug for PageAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PageAddress(…)")
    }
}

/// A checkout or cart token. Whoever knows it can open the checkout.
#[derive(Clone, PartialEq, Eq)]
pub struct Token(pub Text);

impl fmt::Debug for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Token(…)")
    }
}

/// Contacts as the shopper typed them.
#[derive(Clone, PartialEq, Eq, Default)]
pub struct Person {
    pub email: Option<Text>,
    pub phone: Option<Text>,
    /// ISO country of the address the phone stands in: it decides how a national number is read.
    pub phone_country: Option<Text>,
    pub first_name: Option<Text>,
    pub last_name: Option<Text>,
    pub zip_code: Option<Text>,
    pub city: Option<Text>,
    pub state: Option<Text>,
    /// ISO 3166-1 alpha-2.
    pub country: Option<Text>,
}

impl fmt::Debug for Person {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Person(…)")
    }
}

/// What it is about and what it is worth.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Goods {
    /// ISO 4217, as Shopify wrote it.
    pub currency: Option<Text>,
    /// In units of `currency`.
    pub value: Option<f64>,
    /// Of a checkout or an order Shopify's own, without shipping and tips; else as `value`.
    pub subtotal: Option<f64>,
    /// A custom event tells a `value` that is no amount, or could be two.
    pub is_unreadable: bool,
    pub items: Vec<Item>,
    pub order_id: Option<Text>,
    pub search: Option<Text>,
    pub description: Option<Text>,
}

#[derive(Debug, Clone, PartialEq, Default)]
pub struct Item {
    pub variant: Option<Text>,
    pub product: Option<Text>,
    pub sku: Option<Text>,
    pub name: Option<Text>,
    pub quantity: u32,
    /// Of one piece.
    pub price: Option<f64>,
}
