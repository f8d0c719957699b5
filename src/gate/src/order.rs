//! An order, and the Purchase it proves. What Shopify's webhooks tell is true (they are signed) and
//! says nothing of consent: so an order alone gives [`Facts`], in which nobody is named, and only
//! with a [`Grant`] does it become, or complete, something that leaves.

use crate::text::Text;
use std::fmt;

use serde::{Deserialize, Serialize};

use crate::beacon::{BrowserLeg, WireEvent, WirePage};
use crate::consent::Grant;
use crate::conversion;
use crate::event::{Goods, Person, Token};
use crate::hex::{Anchor, Digest, EventId};
use crate::settings::Settings;
use crate::tiktok::{self, EventName, Properties, User, person};
use crate::time::Timestamp;
use crate::{ids, limits, page};

/// One order as Shopify told it. Holds raw personal data: it lives in memory only.
#[derive(Clone, PartialEq)]
pub struct Order {
    /// Digits.
    pub id: Text,
    /// What the merchant reads in the admin, such as `#1001`, and the number in it.
    pub name: Option<Text>,
    pub number: Option<Text>,
    pub checkout: Option<Token>,
    pub cart: Option<Token>,
    pub created_at: Timestamp,
    pub sold: Sold,
    pub person: Person,
    /// In the currency that was asked for; its value is the order's total at its creation.
    pub goods: Goods,
    /// Path and query of the page on which the session began.
    pub landing: Option<Text>,
}

/// Which of the order's two currencies is told. The browser always tells presentment money.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Money {
    /// What the shopper saw and paid in.
    Presentment,
    /// The shop's own currency.
    Shop,
}

/// Where an order was made. By default only those of a checkout are reported.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sold {
    Checkout,
    Test,
    PointOfSale,
    Draft,
    Renewal,
}

/// What may be kept of an order without consent: nothing in it names or finds a person outside the
/// shop.
#[derive(Debug, Clone, PartialEq)]
pub struct Facts {
    pub order_id: Text,
    /// As [`Order`] has them.
    pub name: Option<Text>,
    pub number: Option<Text>,
    /// Its Purchase's. `None` where no checkout made the order.
    pub event_id: Option<EventId>,
    pub checkout: Option<Anchor>,
    pub cart: Option<Anchor>,
    pub created_at: Timestamp,
    pub sold: Sold,
    pub figures: Figures,
}

/// What the order says a Purchase is worth, in TikTok's words.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Figures {
    pub properties: Properties,
    /// ISO 3166-1 alpha-2, lower case.
    pub country: Option<Text>,
}

/// Contacts as hashes, and the click id of the landing page. Of use only with a [`Grant`]; never
/// stored by themselves.
#[derive(Clone)]
pub struct Contacts(User);

impl Contacts {
    /// The customer's e-mail address and phone number, hashed.
    pub fn hashes(&self) -> impl Iterator<Item = &Digest> {
        self.0.email.iter().chain(&self.0.phone)
    }
}

impl fmt::Debug for Contacts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Contacts(…)")
    }
}

/// What a browser left under a grant, for an order whose Purchase it may never tell of.
#[derive(Clone)]
pub struct BrowserContext {
    pub user: User,
    pub page: Option<WirePage>,
}

impl fmt::Debug for BrowserContext {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("BrowserContext(…)")
    }
}

impl fmt::Debug for Order {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Order(…)")
    }
}

impl Facts {
    /// By what a merchant asks for the order, besides its id.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        [&self.name, &self.number].into_iter().flatten().map(Text::as_str)
    }
}

impl Order {
    pub fn facts(&self, settings: &Settings) -> Facts {
        let checkout =
            self.checkout.as_ref().map(|token| ids::checkout_anchor(&settings.shop, &token.0));
        let name = EventName::Purchase.as_str();
        Facts {
            order_id: self.id.clone(),
            name: self.name.clone(),
            number: self.number.clone(),
            event_id: checkout
                .as_ref()
                .map(|anchor| ids::event_id(&settings.shop, name, anchor.as_str())),
            cart: self.cart.as_ref().and_then(|token| ids::cart_anchor(&settings.shop, &token.0)),
            checkout,
            created_at: self.created_at,
            sold: self.sold,
            figures: Figures {
                properties: tiktok::properties(&self.goods, settings),
                country: self.person.country.as_deref().and_then(person::country),
            },
        }
    }

    pub fn contacts(&self, settings: &Settings) -> Contacts {
        let landing = self.landing.as_deref().and_then(|site| landed(site, settings));
        let clicked = landing.and_then(|url| page::click_id(&url));
        Contacts(User {
            ttclid: limits::kept(clicked, limits::CLICK_ID),
            ..person::hashed(&self.person, &person::native_fold)
        })
    }
}

/// The landing page as an address: Shopify tells path and query, or all of it. Another host's page
/// is not taken for one.
fn landed(site: &str, settings: &Settings) -> Option<Text> {
    let is_path = site.starts_with('/') && !site.starts_with("//");
    let url =
        if is_path { ["https://", settings.shop.as_str(), site].concat() } else { site.to_owned() };
    page::host(&url).is_some_and(|host| settings.is_storefront(&host)).then_some(url.into())
}

impl Figures {
    /// A Purchase at Shopify's figures: what the browser made of them goes.
    pub fn price(&self, event: WireEvent) -> WireEvent {
        let mut user = event.user;
        user.country = self.country.clone().or(user.country);
        WireEvent { properties: self.properties.clone(), user, ..event }
    }
}

/// A Purchase of the browser's, at Shopify's figures and with the order's contacts. Who it was and
/// by which click stays the browser's word.
pub fn completed(
    _proof: &Grant,
    event: WireEvent,
    figures: &Figures,
    contacts: &Contacts,
) -> WireEvent {
    let priced = figures.price(event);
    WireEvent { user: joined(priced.user, contacts), ..priced }
}

/// The Purchase that the browser never told of, from what it left before. `None` where no checkout
/// made the order.
pub fn recovered(
    _proof: &Grant,
    facts: &Facts,
    contacts: &Contacts,
    context: BrowserContext,
    settings: &Settings,
) -> Option<WireEvent> {
    let event = WireEvent {
        name: EventName::Purchase,
        event_id: facts.event_id.clone()?,
        event_time: facts.created_at,
        shopify_event_id: None,
        checkout: facts.checkout.clone(),
        browser: BrowserLeg::Skipped,
        page: context.page.unwrap_or_else(|| conversion::front_page(settings)),
        user: joined(context.user, contacts),
        properties: Properties::default(),
    };
    Some(facts.figures.price(event))
}

/// The order's contacts go before the browser's: the order's are those of whoever bought. The
/// device's ids are the browser's alone, but for a click id that it did not see.
fn joined(browser: User, Contacts(order): &Contacts) -> User {
    let order = order.clone();
    User {
        email: order.email.or(browser.email),
        phone: order.phone.or(browser.phone),
        first_name: order.first_name.or(browser.first_name),
        last_name: order.last_name.or(browser.last_name),
        zip_code: order.zip_code.or(browser.zip_code),
        city: order.city.or(browser.city),
        state: order.state.or(browser.state),
        country: order.country.or(browser.country),
        external_id: browser.external_id,
        ttclid: browser.ttclid.filter(|id| page::is_click_id(id)).or(order.ttclid),
        ttp: browser.ttp,
        locale: browser.locale,
        user_agent: browser.user_agent,
    }
}
