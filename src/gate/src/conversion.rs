//! An event in TikTok's words: its name in both legs, its id, its hashed person, its cleaned page. A draft cannot leave:
//! the browser's call and the beacon's event are made from it with a [`Grant`].

use std::fmt;

use serde::Serialize;

use crate::beacon::{BrowserLeg, Content, Properties, User, WireEvent, WirePage, limit, may_be_told};
use crate::consent::Grant;
use crate::event::{Event, Goods, Item, Person};
use crate::hex::{Anchor, Digest, EventId, Hex};
use crate::settings::{ContentId, Legs, Settings};
use crate::text::holds;
use crate::tiktok::person::Lower;
use crate::tiktok::{Name, currency, person};
use crate::time::Timestamp;
use crate::{ids, page};

#[derive(Debug, Clone, PartialEq)]
pub struct Draft {
    pub name: Name,
    pub legs: Legs,
    pub event_id: EventId,
    pub checkout: Option<Anchor>,
    /// The page's own path holds what must not be told ([`page::is_secret`]).
    pub secret_page: bool,
    pub page: WirePage,
    pub user: User,
    pub properties: Properties,
    time: Timestamp,
    shopify_id: Option<String>,
}

/// What a draft needs that is not in the event.
pub struct Surroundings<'a> {
    pub lower: Lower<'a>,
    /// The customer who is logged in, for events without contacts of their own.
    pub customer: Option<&'a Person>,
    /// The hashed visitor id.
    pub external_id: Option<Digest>,
    pub ttclid: Option<String>,
    pub ttp: Option<String>,
}

impl Default for Surroundings<'_> {
    fn default() -> Self {
        Self { lower: &person::native_lower, customer: None, external_id: None, ttclid: None, ttp: None }
    }
}

impl fmt::Debug for Surroundings<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Surroundings(…)")
    }
}

impl Draft {
    /// `None` where the shop's routes have no use for this event, or where an id would need randomness and `dice`
    /// (16 bytes) has none.
    pub fn new(
        event: &Event,
        settings: &Settings,
        around: Surroundings<'_>,
        dice: impl FnOnce() -> Option<[u8; 16]>,
    ) -> Option<Self> {
        let (name, legs) = settings.route(&event.kind)?;
        let checkout = event.checkout.as_ref().map(|token| ids::checkout_anchor(&settings.shop, &token.0));
        let event_id = match checkout.as_ref().map(Anchor::as_str).or(event.shopify_id.as_deref()) {
            Some(anchor) => ids::event_id(&settings.shop, name.as_str(), anchor),
            None => {
                let random: EventId = Hex::of_bytes(&dice()?)?;
                ids::event_id(&settings.shop, name.as_str(), random.as_str())
            }
        };
        Some(Self {
            name,
            legs,
            event_id,
            secret_page: page::is_secret(&event.page.url),
            page: cleaned(event, settings),
            user: user(event, around),
            properties: properties(&event.goods, settings.content_id),
            time: event.time,
            shopify_id: event.shopify_id.clone(),
            checkout,
        })
    }

    /// The browser's call, `ttq.track(name, params, options)` (for a Pageview `ttq.page()`).
    pub fn call(&self, _proof: &Grant) -> Call {
        Call { name: self.name, params: self.properties.clone(), options: Options { event_id: self.event_id.clone() } }
    }

    /// The beacon's event.
    pub fn wire(self, _proof: &Grant, browser: BrowserLeg) -> WireEvent {
        WireEvent {
            name: self.name,
            event_id: self.event_id,
            event_time: self.time,
            shopify_event_id: self.shopify_id,
            checkout: self.checkout,
            browser,
            page: self.page,
            user: self.user,
            properties: self.properties,
        }
    }
}

/// What is handed to TikTok's pixel.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Call {
    pub name: Name,
    pub params: Properties,
    pub options: Options,
}

#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Options {
    pub event_id: EventId,
}

/// TikTok requires a page URL; where the page's own cannot be told, the shop's front page stands for it.
fn cleaned(event: &Event, settings: &Settings) -> WirePage {
    // The token must not be told, wherever it stands.
    let silent =
        |url: &String| url.len() <= limit::URL && event.checkout.as_ref().is_none_or(|token| !holds(url, &token.0));
    WirePage {
        url: page::clean(&event.page.url, settings).filter(silent).unwrap_or_else(|| front(settings)),
        referrer: page::clean_referrer(&event.page.referrer, settings).filter(silent),
    }
}

fn front(settings: &Settings) -> String {
    let host = settings.storefronts.first().map_or(settings.shop.as_str(), String::as_str);
    ["https://", host, "/"].concat()
}

/// Where nothing is known of a page.
pub(crate) fn front_page(settings: &Settings) -> WirePage {
    WirePage { url: front(settings), referrer: None }
}

/// The event's own contacts, or else the account's: two people's are never mixed. A place alone (its country may be the
/// market's) is nobody's contact, and stays.
fn user(event: &Event, around: Surroundings<'_>) -> User {
    let mut user = person::hashed(&event.person, around.lower);
    let names_nobody = [&user.email, &user.phone, &user.first_name, &user.last_name].into_iter().all(Option::is_none);
    if let (true, Some(customer)) = (names_nobody, around.customer) {
        let account = person::hashed(customer, around.lower);
        user.email = account.email;
        user.phone = account.phone;
        user.first_name = account.first_name;
        user.last_name = account.last_name;
    }
    user.external_id = around.external_id;
    user.ttclid = around.ttclid.filter(|text| text.len() <= limit::CLICK_ID);
    user.ttp = around.ttp.filter(|text| text.len() <= limit::TTP);
    user.locale = event.locale.clone().filter(|text| text.len() <= limit::LOCALE);
    user.user_agent = event.user_agent.clone().filter(|text| text.len() <= limit::USER_AGENT);
    user
}

pub(crate) fn properties(goods: &Goods, content_id: ContentId) -> Properties {
    let currency = goods.currency.as_deref().and_then(currency::listed);
    // An amount without its currency would be read as another one's.
    let value = goods.value.filter(|_| currency.is_some());
    let contents: Vec<Content> = goods.items.iter().map(|item| content(item, content_id, currency.is_some())).collect();
    let quantities = goods.items.iter().fold(0_u32, |sum, item| sum.saturating_add(item.quantity));
    Properties {
        currency: currency.filter(|_| value.is_some()),
        value,
        content_type: (!contents.is_empty()).then(|| content_type(content_id).to_owned()),
        num_items: (!contents.is_empty()).then_some(quantities),
        contents,
        order_id: goods.order_id.clone().filter(|id| id.len() <= limit::ORDER_ID),
        search_string: goods.search.clone().filter(|words| may_be_told(words)),
        description: goods.description.clone().filter(|words| words.len() <= limit::WORDS),
    }
}

/// A variant or a SKU is one thing to buy; a product with its variants is a group.
fn content_type(content_id: ContentId) -> &'static str {
    match content_id {
        ContentId::Variant | ContentId::Sku => "product",
        ContentId::Product => "product_group",
    }
}

fn content(item: &Item, content_id: ContentId, priced: bool) -> Content {
    Content {
        content_id: match content_id {
            ContentId::Variant => item.variant.clone(),
            ContentId::Product => item.product.clone(),
            ContentId::Sku => item.sku.clone(),
        },
        content_name: item.name.clone(),
        quantity: Some(item.quantity),
        price: item.price.filter(|_| priced),
    }
}
