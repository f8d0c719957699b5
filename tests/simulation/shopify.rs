//! Shopify's side: orders, and webhooks that come late, out of order and again until they are
//! answered 200, and after.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit as _, Mac as _};
use serde_json::{Value, json};
use sha2::Sha256;

use crate::dice::Dice;
use crate::names;
use crate::shops;
use crate::support::orders::rfc3339;
use crate::visit::Visit;

#[derive(Debug, Clone)]
pub(crate) struct Order {
    pub(crate) id: u64,
    pub(crate) shop: usize,
    pub(crate) visit: usize,
    pub(crate) buyer: usize,
    pub(crate) created_at: i64,
    /// The step in which it was made.
    pub(crate) made: usize,
}

#[derive(Debug, Clone)]
pub(crate) struct Webhook {
    pub(crate) shop: usize,
    pub(crate) topic: &'static str,
    id: String,
    body: Value,
    /// Which order it tells of; a demand's: whom it names.
    pub(crate) about: About,
    pub(crate) answered: bool,
}

#[derive(Debug, Clone)]
pub(crate) enum About {
    Order(usize),
    Customer { person: Option<usize>, orders: Vec<u64> },
    Shop,
}

impl Order {
    /// All that Shopify will tell of it.
    pub(crate) fn webhooks(&self, number: usize, visit: &Visit, dice: &mut Dice) -> Vec<Webhook> {
        let mut topics = vec!["orders/create", "orders/paid"];
        if dice.percent(12) {
            topics.push("orders/cancelled");
        }
        if dice.percent(12) {
            topics.push("refunds/create");
        }
        let webhook = |topic| Webhook {
            shop: self.shop,
            topic,
            id: format!("{topic} of {}", self.id),
            body: if topic == "refunds/create" {
                json!({"id": self.id + 1_000_000, "order_id": self.id})
            } else {
                self.body(visit)
            },
            about: About::Order(number),
            answered: false,
        };
        topics.into_iter().map(webhook).collect()
    }

    fn body(&self, visit: &Visit) -> Value {
        let money = |amount: &str| json!({"shop_money": {"amount": amount, "currency_code": "EUR"}, "presentment_money": {"amount": amount, "currency_code": "EUR"}});
        json!({
            "id": self.id, "name": format!("#{}", self.id), "created_at": rfc3339(self.created_at),
            "checkout_token": visit.checkout_token, "cart_token": visit.cart_token, "test": false,
            "source_name": "web", "currency": "EUR", "presentment_currency": "EUR",
            "total_price": "70.10", "total_price_set": money("70.10"),
            "email": names::email(self.buyer), "landing_site": "/?ttclid=E.C.P.landing",
            "browser_ip": "198.51.100.9", "client_details": {"user_agent": "pl4nt3d agent"},
            "billing_address": {
                "first_name": "Pl4nt3d", "last_name": "Pl4nt3dson", "phone": names::phone(self.buyer),
                "zip": "94105-1234", "city": "San Francisco", "province_code": "CA",
                "country_code": "US",
            },
            "line_items": [{
                "product_id": 1, "variant_id": 43_729_076, "sku": "R", "title": "Ribbon",
                "quantity": 2, "price": "35.05", "price_set": money("35.05"),
            }],
        })
    }
}

impl Webhook {
    pub(crate) fn redact(
        number: u64,
        shop: usize,
        person: Option<usize>,
        orders: Vec<u64>,
    ) -> Self {
        let customer = person
            .map(|person| json!({"email": names::email(person), "phone": names::phone(person)}));
        Self {
            shop,
            topic: "customers/redact",
            id: format!("redact {number}"),
            body: json!({
                "shop_domain": shops::domain(shop), "customer": customer,
                "orders_to_redact": orders,
            }),
            about: About::Customer { person, orders },
            answered: false,
        }
    }

    pub(crate) fn shop_redact(number: u64, shop: usize) -> Self {
        Self {
            shop,
            topic: "shop/redact",
            id: format!("shop redact {number}"),
            body: json!({"shop_domain": shops::domain(shop)}),
            about: About::Shop,
            answered: false,
        }
    }

    /// Signed as Shopify signs.
    pub(crate) fn request(&self) -> (Vec<(&'static str, String)>, String) {
        let body = self.body.to_string();
        let mut mac = Hmac::<Sha256>::new_from_slice(shops::SECRET.as_bytes()).expect("a key");
        mac.update(body.as_bytes());
        let headers = vec![
            ("Content-Type", "application/json".to_owned()),
            ("X-Shopify-Topic", self.topic.to_owned()),
            ("X-Shopify-Shop-Domain", shops::domain(self.shop)),
            ("X-Shopify-Webhook-Id", self.id.clone()),
            ("X-Shopify-Hmac-Sha256", STANDARD.encode(mac.finalize().into_bytes())),
        ];
        (headers, body)
    }
}
