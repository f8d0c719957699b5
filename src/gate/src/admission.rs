//! The endpoint's own decision about a beacon: the same rules again, over what is reported, plus
//! what only a server can check. Nothing here trusts the browser; what cannot be detected (a forged
//! grant) is said in the docs.

use crate::beacon::{Beacon, VERSION, WireEvent, WirePage};
use crate::consent::{Evidence, Grant, Policy, Rule};
use crate::contact::holds_contact;
use crate::hex::{Anchor, Digest, EventId};
use crate::refusal::Refusal;
use crate::settings::Settings;
use crate::text::Text;
use crate::tiktok::{EventName, Properties, User, currency, may_be_told, person};
use crate::time::{DAY, MINUTE, Timestamp};
use crate::{ids, limits, page};

/// Clocks that differ by no more than this are left alone.
pub const CLOCK_SLACK: i64 = MINUTE;
/// An event older than this is not taken.
pub const OLDEST: i64 = 7 * DAY;

/// What the endpoint knows of a request beyond its body.
#[derive(Debug, Clone, Copy)]
pub struct Arrival {
    pub received_at: Timestamp,
    /// The request carried `Sec-GPC: 1`.
    pub sec_gpc: bool,
}

/// A beacon whose evidence grants.
#[derive(Debug)]
pub struct Admitted {
    pub grant: Grant,
    pub sent_at: Timestamp,
    received_at: Timestamp,
}

/// Decides about a beacon as a whole. The caller has found `settings` by the beacon's shop.
pub fn admit<E>(
    beacon: &Beacon<E>,
    settings: &Settings,
    arrival: Arrival,
) -> Result<Admitted, Refusal> {
    if beacon.v != VERSION {
        return Err(Refusal::UnknownVersion);
    }
    let sent_at = beacon.sent_at.ok_or(Refusal::Unreadable)?;
    if !is_of_real_size(&beacon.consent) {
        return Err(Refusal::Unreadable);
    }
    if arrival.sec_gpc {
        return Err(Refusal::GpcHeader);
    }
    let evidence = &beacon.consent;
    if evidence.evaluated_at.since(sent_at) > CLOCK_SLACK {
        return Err(Refusal::InTheFuture);
    }
    let grant = evidence.reconsider(Policy::from(settings)).ok_or(Refusal::NoGrant)?;
    Ok(Admitted { grant, sent_at, received_at: arrival.received_at })
}

/// Evidence becomes a receipt and stays for years, so a stranger must not fill the disk with it.
fn is_of_real_size(evidence: &Evidence) -> bool {
    let records = &evidence.records;
    records.len() <= limits::RECORDS
        && records.iter().all(|record| {
            within(Some(&record.key), limits::RECORD_KEY)
                && within(record.version.as_ref(), limits::RECORD_VERSION)
        })
}

/// One beacon speaks of one visitor and at most one checkout, as the browser's does: each further
/// one would be a receipt of its own, with the whole evidence in it.
pub fn speaks_of_one<E>(beacon: &Beacon<E>, events: &[WireEvent]) -> Result<(), Refusal> {
    let checkouts =
        beacon.checkout.iter().chain(events.iter().filter_map(|event| event.checkout.as_ref()));
    if are_one(checkouts) && are_one(visitors(beacon, events)) {
        Ok(())
    } else {
        Err(Refusal::Unreadable)
    }
}

fn are_one<'a>(hashes: impl IntoIterator<Item = &'a Digest>) -> bool {
    let mut hashes = hashes.into_iter();
    hashes.next().is_none_or(|first| hashes.all(|other| other == first))
}

/// Asked again just before each send: does the evidence on record still grant? (Whether a no has come
/// since is the endpoint's to ask.)
pub fn still_granted(evidence: &Evidence, settings: &Settings) -> Option<Grant> {
    evidence.reconsider(Policy::from(settings))
}

/// Whether the grant can hold for this page: where a record was missing, the page must have been one
/// that could have read it.
pub fn is_within_reach(grant: &Grant, page: Option<&str>, settings: &Settings) -> bool {
    grant.evidence().rule != Rule::MissingShopify
        || page.and_then(page::host).is_some_and(|host| settings.is_storefront(&host))
}

/// Every checkout and cart a beacon and its events name.
pub fn anchors<'a, E>(
    beacon: &'a Beacon<E>,
    events: impl IntoIterator<Item = &'a WireEvent>,
) -> Vec<&'a Anchor> {
    let own = beacon.checkout.iter().chain(&beacon.cart);
    own.chain(events.into_iter().filter_map(|event| event.checkout.as_ref())).collect()
}

/// Every hashed visitor a beacon and its events name.
pub fn visitors<'a, E>(
    beacon: &'a Beacon<E>,
    events: impl IntoIterator<Item = &'a WireEvent>,
) -> Vec<&'a Digest> {
    let own = beacon.user.iter().filter_map(|user| user.external_id.as_ref());
    own.chain(events.into_iter().filter_map(|event| event.user.external_id.as_ref())).collect()
}

/// Decides about one event of an admitted beacon and returns it as it will be stored: its time
/// corrected by the clocks' difference, its URLs and words cleaned again: an older module knew fewer
/// rules.
pub fn event(
    mut event: WireEvent,
    settings: &Settings,
    admitted: &Admitted,
) -> Result<WireEvent, Refusal> {
    event.event_time = corrected(event.event_time, admitted)?;
    if event.event_id != expected_id(&event, settings)? {
        return Err(Refusal::IdMismatch);
    }
    if settings.server_leg_is_off(event.name) || !is_well_formed(&event) {
        return Err(Refusal::BadEvent);
    }
    event.page = cleaned(&event.page, settings)?;
    if !is_within_reach(&admitted.grant, Some(&event.page.url), settings) {
        return Err(Refusal::NoGrant);
    }
    event.user = clicked(event.user);
    let Properties { description, contents, .. } = &mut event.properties;
    let names = contents.iter_mut().map(|content| &mut content.content_name);
    for words in names.chain([description]) {
        words.take_if(|words| holds_contact(words));
    }
    drop_nameless(&mut event.properties);
    Ok(event)
}

/// An older snippet tells lines without an id as well: they are no contents and count as none.
fn drop_nameless(goods: &mut Properties) {
    let (all, mut dropped) = (goods.contents.len(), 0_u32);
    goods.contents.retain(|content| {
        let named = content.content_id.as_ref().is_some_and(|id| !id.is_empty());
        dropped = dropped.saturating_add(if named { 0 } else { content.quantity.unwrap_or(1) });
        named
    });
    if goods.contents.len() < all {
        let rest = goods.num_items.map(|all| all.saturating_sub(dropped));
        goods.num_items = rest.filter(|_| !goods.contents.is_empty());
        goods.content_type = goods.content_type.take().filter(|_| !goods.contents.is_empty());
    }
}

/// What a receipt alone carries in place of an event, as it will be stored: the context keeps it
/// for an order, so it is held to what an event is held to.
pub fn receipt(
    user: Option<User>,
    page: Option<&WirePage>,
    settings: &Settings,
    admitted: &Admitted,
) -> Result<(User, Option<WirePage>), Refusal> {
    let user = user.unwrap_or_default();
    if !is_person(&user) {
        return Err(Refusal::BadEvent);
    }
    let page = page.map(|page| cleaned(page, settings)).transpose()?;
    let url = page.as_ref().map(|page| page.url.as_str());
    if !is_within_reach(&admitted.grant, url, settings) {
        return Err(Refusal::NoGrant);
    }
    Ok((clicked(user), page))
}

/// Without a click id that is none.
fn clicked(user: User) -> User {
    User { ttclid: user.ttclid.filter(|id| page::is_click_id(id)), ..user }
}

/// The page's addresses, cleaned again.
fn cleaned(page: &WirePage, settings: &Settings) -> Result<WirePage, Refusal> {
    let WirePage { url, referrer } = page;
    if !within(Some(url), limits::URL) || !within(referrer.as_ref(), limits::URL) {
        return Err(Refusal::BadEvent);
    }
    Ok(WirePage {
        url: page::clean(url, settings).ok_or(Refusal::BadEvent)?,
        referrer: referrer.as_deref().and_then(|url| page::clean_referrer(url, settings)),
    })
}

/// The event's time by the endpoint's clock. `received − sent_at` tells how far the device's clock
/// is off. Nothing that is taken is later than now.
fn corrected(event_time: Timestamp, admitted: &Admitted) -> Result<Timestamp, Refusal> {
    let Admitted { sent_at, received_at, .. } = *admitted;
    let off = received_at.since(sent_at);
    let moved = if (-CLOCK_SLACK..=CLOCK_SLACK).contains(&off) {
        event_time
    } else {
        event_time.plus(off).min(event_time.max(received_at))
    };
    if moved.since(received_at) > CLOCK_SLACK {
        return Err(Refusal::InTheFuture);
    }
    if received_at.since(moved) > OLDEST {
        return Err(Refusal::TooOld);
    }
    Ok(moved.min(received_at))
}

/// The id this event must have. A random one has no anchor to check, and is taken for anything but
/// a Purchase.
fn expected_id(event: &WireEvent, settings: &Settings) -> Result<EventId, Refusal> {
    let anchor = event.checkout.as_ref().map(Anchor::as_str).or(event.shopify_event_id.as_deref());
    match anchor {
        Some(anchor) if !anchor.is_empty() => {
            Ok(ids::event_id(&settings.shop, event.name.as_str(), anchor))
        }
        Some(_) | None if event.name == EventName::Purchase => Err(Refusal::IdMismatch),
        Some(_) | None => Ok(event.event_id.clone()),
    }
}

/// Checks what the types do not guarantee already.
fn is_well_formed(event: &WireEvent) -> bool {
    let shopify_id = short(event.shopify_event_id.as_ref(), limits::SHOPIFY_ID);
    shopify_id && is_person(&event.user) && are_goods(&event.properties)
}

/// Plain text that is really normalised (a raw e-mail in `city` would otherwise be stored), and ids
/// of a real one's length.
fn is_person(user: &User) -> bool {
    let User { city, state, country, ttclid, ttp, locale, user_agent, .. } = user;
    let place = [city, state].into_iter().flatten().all(|text| {
        person::place(text).as_deref() == Some(&**text) && text.to_lowercase() == **text
    });
    let country = country.iter().all(|text| person::country(text).as_deref() == Some(&**text));
    let ids = short(ttclid.as_ref(), limits::CLICK_ID) && short(ttp.as_ref(), limits::TTP);
    let device =
        short(locale.as_ref(), limits::LOCALE) && short(user_agent.as_ref(), limits::USER_AGENT);
    place && country && ids && device
}

/// Amounts, the currency list, and words that may be told.
fn are_goods(goods: &Properties) -> bool {
    let amount = |value: Option<f64>| value.is_none_or(|value| value.is_finite() && value >= 0.0);
    let prices = goods.contents.iter().all(|content| amount(content.price));
    let money = amount(goods.value)
        && goods.currency.iter().all(|code| currency::listed(code).as_ref() == Some(code));
    let words = goods.search_string.iter().all(|words| may_be_told(words))
        && within(goods.description.as_ref(), limits::WORDS)
        && within(goods.order_id.as_ref(), limits::ORDER_ID);
    prices && money && words
}

/// A text that is missing must be absent, not empty.
fn short(text: Option<&Text>, most: usize) -> bool {
    text.is_none_or(|text| !text.is_empty()) && within(text, most)
}

/// Longer than the limit, it cannot be a real one.
fn within(text: Option<&Text>, most: usize) -> bool {
    text.is_none_or(|text| text.len() <= most)
}

#[cfg(test)]
mod tests;
