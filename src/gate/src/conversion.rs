//! An event in TikTok's words: its name in both legs, its id, its hashed person, its cleaned page.
//! A conversion alone cannot leave: the browser's call and the beacon's event are made from it with a
//! [`Grant`].

use std::fmt;

use crate::beacon::{BrowserLeg, WireEvent, WirePage};
use crate::consent::Grant;
use crate::event::{Event, Person};
use crate::hex::{Anchor, Digest, EventId, Hex};
use crate::settings::{Legs, Settings};
use crate::text::{Text, holds};
use crate::tiktok::person::Fold;
use crate::tiktok::{self, EventName, Properties, TrackCall, TrackOptions, User, person};
use crate::time::Timestamp;
use crate::{ids, limits, page};

#[derive(Debug, Clone, PartialEq)]
pub struct Conversion {
    pub name: EventName,
    pub legs: Legs,
    pub event_id: EventId,
    pub checkout: Option<Anchor>,
    /// The page's own path holds what must not be told ([`page::is_secret`]).
    pub secret_page: bool,
    pub page: WirePage,
    pub user: User,
    pub properties: Properties,
    time: Timestamp,
    shopify_id: Option<Text>,
}

/// What a conversion needs that is not in the event.
pub struct Surroundings<'a> {
    pub fold: Fold<'a>,
    /// The customer who is logged in, for events without contacts of their own.
    pub customer: Option<&'a Person>,
    /// The hashed visitor id.
    pub external_id: Option<Digest>,
    pub ttclid: Option<Text>,
    pub ttp: Option<Text>,
}

impl Default for Surroundings<'_> {
    fn default() -> Self {
        Self {
            fold: &person::native_fold,
            customer: None,
            external_id: None,
            ttclid: None,
            ttp: None,
        }
    }
}

impl fmt::Debug for Surroundings<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Surroundings(…)")
    }
}

impl Conversion {
    /// `None` where the shop's routes have no use for this event, or where an id would need
    /// randomness and there are no `dice`.
    pub fn new(
        event: &Event,
        settings: &Settings,
        around: Surroundings<'_>,
        dice: Option<[u8; 16]>,
    ) -> Option<Self> {
        let (name, legs) = settings.route(&event.kind)?;
        let checkout =
            event.checkout.as_ref().map(|token| ids::checkout_anchor(&settings.shop, &token.0));
        let event_id = match checkout.as_ref().map(Anchor::as_str).or(event.shopify_id.as_deref()) {
            Some(anchor) => ids::event_id(&settings.shop, name.as_str(), anchor),
            None => {
                let random: EventId = Hex::of_bytes(&dice?)?;
                ids::event_id(&settings.shop, name.as_str(), random.as_str())
            }
        };
        Some(Self {
            name,
            legs,
            event_id,
            secret_page: page::is_secret(&event.page.url, settings),
            page: page_of(event, settings),
            user: user(event, around),
            properties: tiktok::properties(&event.goods, settings),
            time: event.time,
            shopify_id: event.shopify_id.clone(),
            checkout,
        })
    }

    /// The browser's call, `ttq.track(name, params, options)` (for a Pageview `ttq.page()`).
    pub fn call(&self, _proof: &Grant) -> TrackCall {
        TrackCall {
            name: self.name,
            params: self.properties.clone(),
            options: TrackOptions { event_id: self.event_id.clone() },
        }
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

/// TikTok requires a page URL; where the page's own cannot be told, the shop's front page stands
/// for it.
pub fn page_of(event: &Event, settings: &Settings) -> WirePage {
    // The token must not be told, wherever it stands.
    let silent = |url: &Text| {
        url.len() <= limits::URL
            && event.checkout.as_ref().is_none_or(|token| !holds(url, &token.0))
    };
    WirePage {
        url: page::clean(&event.page.url, settings)
            .filter(silent)
            .unwrap_or_else(|| front(settings)),
        referrer: page::clean_referrer(&event.page.referrer, settings).filter(silent),
    }
}

fn front(settings: &Settings) -> Text {
    let host = settings.storefronts.first().map_or(settings.shop.as_str(), Text::as_str);
    ["https://", host, "/"].concat().into()
}

/// Where nothing is known of a page.
pub(crate) fn front_page(settings: &Settings) -> WirePage {
    WirePage { url: front(settings), referrer: None }
}

/// The event's own contacts, or else the account's: two people's are never mixed. A place alone
/// (its country may be the market's) is nobody's contact, and stays.
fn user(event: &Event, around: Surroundings<'_>) -> User {
    let mut user = person::hashed(&event.person, around.fold);
    let names_nobody = [&user.email, &user.phone, &user.first_name, &user.last_name]
        .into_iter()
        .all(Option::is_none);
    if let (true, Some(customer)) = (names_nobody, around.customer) {
        let account = person::hashed(customer, around.fold);
        user.email = account.email;
        user.phone = account.phone;
        user.first_name = account.first_name;
        user.last_name = account.last_name;
    }
    user.external_id = around.external_id;
    user.ttclid = limits::kept(around.ttclid, limits::CLICK_ID);
    user.ttp = limits::kept(around.ttp, limits::TTP);
    user.locale = limits::kept(event.locale.clone(), limits::LOCALE);
    user.user_agent = limits::kept(event.user_agent.clone(), limits::USER_AGENT);
    user
}
