//! What Shopify and the bridge tell a page.

use serde_json::{Value, json};

use crate::time::Timestamp;

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
    let mut event = event(name, "sh-1");
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
