//! What Shopify and the bridge tell a page.

use serde_json::{Value, json};

use crate::hex::Digest;
use crate::time::{DAY, HOUR, MINUTE, Timestamp};

pub(super) const PAGE: &str = "https://shop.acme.example/cart";
pub(super) const CHECKOUT: &str =
    "https://shop.acme.example/checkouts/cn/3f9a1c0b7d2e4f60a1b2c3d4e5f60718/information";

/// What Shopify says, at the start of a page and in `visitorConsentCollected`.
pub(super) fn told(marketing: Option<bool>, sale_of_data: Option<bool>) -> Value {
    json!({"customerPrivacy": {"marketingAllowed": marketing, "saleOfDataAllowed": sale_of_data}})
}

/// What the bridge publishes.
pub(super) fn said(marketing: Option<bool>, at: Option<Timestamp>) -> Value {
    json!({"name": "assent:consent", "type": "custom", "customData":
        {"marketing": marketing, "source": "gtag", "at": at.map(|at| at.0), "id": "bridge-raw-id"}})
}

pub(super) fn event(name: &str, id: &str) -> Value {
    json!({"name": name, "id": id, "type": "standard", "timestamp": "2025-11-22T08:26:40.000Z",
        "context": {"document": {"location": {"href": PAGE}, "referrer": ""}, "navigator": {"userAgent": "UA", "language": "en"}},
        "data": {"cartLine": {"cost": {"totalAmount": {"amount": 30.5, "currencyCode": "EUR"}}, "quantity": 2,
            "merchandise": {"id": "1", "price": {"amount": 15.25}, "product": {"id": "2", "title": "Mug"}}}}})
}

pub(super) fn at_checkout(name: &str, token: &str) -> Value {
    let id = Digest::of([name, token].concat().as_bytes());
    let mut event = event(name, id.as_str());
    event["data"] = json!({"checkout": {"token": token, "email": "Jane@Example.com",
        "totalPrice": {"amount": 81.91, "currencyCode": "EUR"},
        "lineItems": [{"title": "Mug", "quantity": 2, "variant": {"id": "1", "price": {"amount": 15.25}}}]}});
    event["context"]["document"]["location"]["href"] = json!(CHECKOUT);
    event
}

pub(super) fn cart(id: &str) -> Value {
    event("product_added_to_cart", id)
}

pub(super) fn checkout() -> Value {
    at_checkout("checkout_started", "token")
}

/// The event as it happens at this moment.
pub(super) fn happening(mut event: Value, now: Timestamp) -> Value {
    event["timestamp"] = json!(rfc_3339(now));
    event
}

/// Howard Hinnant's `civil_from_days`.
fn rfc_3339(Timestamp(seconds): Timestamp) -> String {
    let (days, second) = (seconds.div_euclid(DAY) + 719_468, seconds.rem_euclid(DAY));
    let era = days.div_euclid(146_097);
    let day_of_era = days.rem_euclid(146_097);
    let year = (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year + year / 4 - year / 100);
    let month = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * month + 2) / 5 + 1;
    let month = if month < 10 { month + 3 } else { month - 9 };
    let year = era * 400 + year + i64::from(month <= 2);
    let (hour, minute) = (second / HOUR, second / MINUTE % 60);
    format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{:02}.000Z", second % 60)
}
