//! Shopify's events into our nouns (docs/facts/shopify.md#events). Payloads are read as they really
//! come: ids as numeric strings or GIDs, orders without an id, checkouts without a token, unknown
//! extra fields.

pub mod compliance;
mod goods;
mod number;
mod order;
mod person;

use self::number::whole;
use crate::consent::Shopify;
use crate::consent::records::Published;
use crate::event::{Event, EventKind, PageAddress, Person, Token};
use crate::node::Node;
use crate::text::Text;
use crate::time::Timestamp;

pub use order::{id as order_id, order, refunded};

/// Why an event could not be read. Nothing of its content is in here.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Malformed {
    NoName,
    NoTimestamp,
}

impl Malformed {
    pub fn reason(self) -> &'static str {
        match self {
            Self::NoName => "the event has no name",
            Self::NoTimestamp => "the event has no readable timestamp",
        }
    }
}

/// Reads one event. `Ok(None)` for the events of Shopify that Assent has no use for.
pub fn event<N: Node>(node: &N) -> Result<Option<Event>, Malformed> {
    let name = node.text_at("name").ok_or(Malformed::NoName)?;
    let custom = node.text_at("type").is_some_and(|kind| kind == "custom")
        || node.get("customData").is_some();
    let Some(kind) = kind(&name, custom) else { return Ok(None) };
    let time = node
        .text_at("timestamp")
        .and_then(|text| text.parse().ok())
        .ok_or(Malformed::NoTimestamp)?;
    let goods = goods::read(node, &kind);
    let checkout = node.at("data.checkout");
    Ok(Some(Event {
        kind,
        shopify_id: node.text_at("id"),
        time,
        page: page(node),
        user_agent: node.text_at("context.navigator.userAgent"),
        locale: node.text_at("context.navigator.language"),
        checkout: checkout.as_ref().and_then(|checkout| checkout.text_at("token")).map(Token),
        person: checkout.as_ref().map(person::of_checkout).unwrap_or_default(),
        goods,
    }))
}

fn kind(name: &str, custom: bool) -> Option<EventKind> {
    if custom {
        return Some(EventKind::Custom(name.into()));
    }
    EventKind::OF_SHOPIFY.into_iter().find(|kind| kind.as_str() == name)
}

fn page<N: Node>(node: &N) -> PageAddress {
    let url = node
        .text_at("context.document.location.href")
        .or_else(|| node.text_at("context.window.location.href"));
    PageAddress {
        url: url.unwrap_or_default(),
        referrer: node.text_at("context.document.referrer").unwrap_or_default(),
    }
}

/// What Shopify says at page start (`init`).
#[derive(Debug, Clone, PartialEq)]
pub struct PageStart {
    /// `init.data.shop.myshopifyDomain`.
    pub shop: Option<Text>,
    pub privacy: Shopify,
    pub page: PageAddress,
    pub cart: Option<Token>,
    /// The customer who is logged in.
    pub customer: Person,
}

pub fn start<N: Node>(init: &N) -> PageStart {
    PageStart {
        shop: init.text_at("data.shop.myshopifyDomain"),
        privacy: privacy(init, false),
        page: page(init),
        cart: init.text_at("data.cart.id").map(Token),
        customer: init.at("data.customer").as_ref().map(person::of_customer).unwrap_or_default(),
    }
}

/// Shopify's signal, nested under `customerPrivacy` both at start and in `visitorConsentCollected`.
/// Only there is it `answered`. The four names by themselves (as a merchant writes them down) are
/// read too.
pub fn privacy<N: Node>(node: &N, answered: bool) -> Shopify {
    let nested = node.get("customerPrivacy");
    let flag = |name| nested.as_ref().unwrap_or(node).flag_at(name);
    Shopify {
        marketing: flag("marketingAllowed"),
        sale_of_data: flag("saleOfDataAllowed"),
        analytics: flag("analyticsProcessingAllowed"),
        preferences: flag("preferencesProcessingAllowed"),
        answered,
    }
}

/// The bridge's custom event `assent:consent`: `{marketing: true|false|null, source, at, id}`. Only
/// a real boolean decides.
pub fn published<N: Node>(event: &N) -> Published {
    let at = event.at("customData.at").and_then(|at| at.number()).and_then(|at| whole(at.trunc()));
    let at = at.and_then(|at| i64::try_from(at).ok()).map(Timestamp);
    Published::new(
        event.flag_at("customData.marketing"),
        event.text_at("customData.source"),
        at,
        event.text_at("customData.id"),
    )
}

#[cfg(test)]
mod tests;
