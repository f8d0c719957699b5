//! Orders as Shopify's webhooks tell them, and signed as Shopify signs.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit as _, Mac as _};
use serde_json::{Value, json};
use sha2::Sha256;

use super::beacon::now;
use super::http::{Answer, request};
use super::server::{SHOP, Server};

pub(crate) const SECRET: &str = "shpss-5ecret";
const PATH: &str = "/v1/webhooks/shopify";

/// The order of the checkout with this token: 70.10 EUR, two lines, bought by Jane's billing
/// address.
pub(crate) fn order(id: u64, token: &str) -> Value {
    let money = |amount: &str| json!({"shop_money": {"amount": amount, "currency_code": "EUR"}, "presentment_money": {"amount": amount, "currency_code": "EUR"}});
    json!({
        "id": id, "name": format!("#{id}"), "created_at": rfc3339(now()), "checkout_token": token, "cart_token": null,
        "test": false, "source_name": "web", "currency": "EUR", "presentment_currency": "EUR",
        "total_price": "70.10", "total_price_set": money("70.10"), "email": "Jane@Example.com",
        "landing_site": "/?ttclid=E.C.P.landing", "browser_ip": "198.51.100.9",
        "client_details": {"user_agent": "Shopify's copy of it"},
        "billing_address": {"first_name": "Jane", "last_name": "Doe", "phone": "(213) 373-4253", "zip": "94105-1234",
                            "city": "San Francisco", "province_code": "CA", "country_code": "US"},
        "line_items": [
            {"product_id": 1, "variant_id": 43_729_076, "sku": "R", "title": "Ribbon", "quantity": 2, "price": "30.00", "price_set": money("30.00")},
            {"product_id": 2, "variant_id": 43_729_077, "sku": "B", "title": "Box", "quantity": 1, "price": "5.00", "price_set": money("5.00")},
        ],
    })
}

/// Howard Hinnant's `civil_from_days`, so that the test's time is not the gate's own reading of it.
pub(crate) fn rfc3339(at: i64) -> String {
    let (days, seconds) = (at.div_euclid(86400), at.rem_euclid(86400));
    let shifted = days + 719_468;
    let era = shifted.div_euclid(146_097);
    let of_era = shifted.rem_euclid(146_097);
    let year_of_era = (of_era - of_era / 1460 + of_era / 36524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let month = (5 * of_year + 2) / 153;
    let day = of_year - (153 * month + 2) / 5 + 1;
    let (month, year) = if month < 10 {
        (month + 3, year_of_era + era * 400)
    } else {
        (month - 9, year_of_era + era * 400 + 1)
    };
    format!(
        "{year:04}-{month:02}-{day:02}T{:02}:{:02}:{:02}Z",
        seconds / 3600,
        seconds / 60 % 60,
        seconds % 60
    )
}

pub(crate) fn signature(secret: &str, body: &[u8]) -> String {
    let mut mac = Hmac::<Sha256>::new_from_slice(secret.as_bytes()).expect("a key");
    mac.update(body);
    STANDARD.encode(mac.finalize().into_bytes())
}

impl Server {
    pub(crate) fn webhook_with(&self, headers: &[(&str, &str)], body: &[u8]) -> Answer {
        request(&self.address, "POST", PATH, headers, body).expect("an answer")
    }

    /// A delivery under a number of its own; the outcome.
    pub(crate) fn webhook(&self, topic: &str, id: &str, order: &Value) -> String {
        let body = order.to_string();
        let signed = signature(SECRET, body.as_bytes());
        let headers = [
            ("Content-Type", "application/json"),
            ("X-Shopify-Topic", topic),
            ("X-Shopify-Shop-Domain", SHOP),
            ("X-Shopify-Webhook-Id", id),
            ("X-Shopify-Hmac-Sha256", &signed),
        ];
        let answer = self.webhook_with(&headers, body.as_bytes());
        assert_eq!(answer.status, 200, "{answer:?}");
        answer.json()["outcome"].as_str().expect("an outcome").to_owned()
    }
}
