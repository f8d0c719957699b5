//! The shop's own side of an order. What the checkout posts when it is paid becomes an order as
//! Shopify's webhooks show it (docs/facts/shopify.md#order-fields), whether or not the tab lives to
//! see it.

use serde::Deserialize;
use serde_json::{Value, json};

use super::time;

/// What the checkout posts. Ids are numbers here, as in Shopify's REST API; the pixels have the
/// same as texts.
#[derive(Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Placed {
    order_id: u64,
    /// The checkout's, 32 hexadecimal digits.
    token: String,
    cart_token: String,
    form: Form,
    lines: Vec<Line>,
    shipping: f64,
    currency: String,
    /// Path and query of the visit's first page.
    #[serde(default)]
    landing_site: Option<String>,
    #[serde(default)]
    referring_site: Option<String>,
}

/// As typed.
#[derive(Clone, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Form {
    email: String,
    phone: String,
    first_name: String,
    last_name: String,
    address1: String,
    zip: String,
    city: String,
    /// Two letters.
    country: String,
}

#[derive(Clone, Deserialize)]
#[serde(deny_unknown_fields)]
struct Line {
    product_id: u64,
    variant_id: u64,
    sku: String,
    title: String,
    quantity: u32,
    price: f64,
}

/// Who paid, as the shop's server sees them.
#[derive(Clone, Debug, Default)]
pub(super) struct Visitor {
    pub(super) ip: String,
    pub(super) user_agent: Option<String>,
    pub(super) accept_language: Option<String>,
}

/// An order of one shop; `rest` is the whole of it in Shopify's words.
#[derive(Clone, Debug)]
pub(super) struct Order {
    pub(super) shop: String,
    pub(super) id: u64,
    pub(super) token: String,
    pub(super) rest: Value,
}

impl Order {
    pub(super) fn new(shop: String, placed: &Placed, visitor: &Visitor, now_ms: i64) -> Self {
        Self {
            shop,
            id: placed.order_id,
            token: placed.token.clone(),
            rest: rest(placed, visitor, now_ms),
        }
    }

    pub(super) fn cancel(&mut self, now_ms: i64) {
        self.rest["cancelled_at"] = json!(time::of_the_shop(now_ms));
        self.rest["cancel_reason"] = json!("customer");
    }
}

/// Always the same one: the pixels' payloads name it too.
const CUSTOMER_ID: u64 = 7_412_300_000_123;
/// The lab sells in Germany; its prices include the tax.
const TAX_RATE: f64 = 0.19;

fn rest(placed: &Placed, visitor: &Visitor, now_ms: i64) -> Value {
    let goods: i64 =
        placed.lines.iter().map(|line| cents(line.price) * i64::from(line.quantity)).sum();
    let total = goods + cents(placed.shipping);
    let tax = total - cents(price(total) / (1.0 + TAX_RATE));
    let money = |cents: i64| set(cents, &placed.currency);
    let at = time::of_the_shop(now_ms);
    let email = placed.form.email.trim();
    let address = address(&placed.form);
    // Shopify counts a shop's orders from #1001.
    let number = 1001 + placed.order_id % 1000;
    let mut order = json!({
        "id": placed.order_id, "admin_graphql_api_id": format!("gid://shopify/Order/{}", placed.order_id),
        "name": format!("#{number}"), "order_number": number, "created_at": at, "processed_at": at, "updated_at": at,
        "checkout_token": placed.token, "cart_token": placed.cart_token,
        "email": email, "contact_email": email, "phone": placed.form.phone,
        "billing_address": address, "shipping_address": address,
        "line_items": placed.lines.iter().zip(1..).map(|(line, n)| line_item(placed, line, n)).collect::<Vec<_>>(),
        "landing_site": placed.landing_site, "referring_site": placed.referring_site, "note_attributes": [],
        "browser_ip": visitor.ip,
        "client_details": { "browser_ip": visitor.ip, "user_agent": visitor.user_agent,
            "accept_language": visitor.accept_language },
    });
    let more = json!({
        "customer": { "id": CUSTOMER_ID, "email": email, "phone": null, "first_name": placed.form.first_name,
            "last_name": placed.form.last_name, "default_address": address },
        "total_price": text(total), "total_price_set": money(total),
        "current_total_price": text(total), "current_total_price_set": money(total),
        "subtotal_price": text(goods), "subtotal_price_set": money(goods),
        "total_line_items_price": text(goods), "total_tax": text(tax), "total_tax_set": money(tax),
        "total_discounts": text(0), "total_discounts_set": money(0), "total_tip_received": text(0),
        "total_shipping_price_set": money(cents(placed.shipping)),
        "currency": placed.currency, "presentment_currency": placed.currency,
        "source_name": "web", "test": false, "financial_status": "paid", "fulfillment_status": null,
        "cancelled_at": null, "cancel_reason": null, "buyer_accepts_marketing": false,
    });
    merge(&mut order, more);
    order
}

/// Puts the fields of `more` over those of `body`, as they are.
pub(super) fn merge(body: &mut Value, more: Value) {
    if let (Some(body), Value::Object(more)) = (body.as_object_mut(), more) {
        body.extend(more);
    }
}

fn address(form: &Form) -> Value {
    // What a form's two letters are called in full, where Shopify would say so; the lab ships
    // within Germany.
    let country = if form.country == "DE" { "Germany" } else { &form.country };
    json!({
        "first_name": form.first_name, "last_name": form.last_name, "name": format!("{} {}", form.first_name, form.last_name),
        "address1": form.address1, "address2": null, "zip": form.zip, "city": form.city,
        "province": null, "province_code": null, "country": country, "country_code": form.country,
        "phone": form.phone, "company": null,
    })
}

fn line_item(placed: &Placed, line: &Line, n: u64) -> Value {
    let price = cents(line.price);
    json!({
        "id": placed.order_id * 100 + n, "product_id": line.product_id, "variant_id": line.variant_id, "sku": line.sku,
        "title": line.title, "name": line.title, "variant_title": null, "quantity": line.quantity,
        "price": text(price), "price_set": set(price, &placed.currency), "total_discount": text(0),
    })
}

fn set(cents: i64, currency: &str) -> Value {
    let money = json!({ "amount": text(cents), "currency_code": currency });
    json!({ "shop_money": money, "presentment_money": money })
}

/// A price of a lab: far from where this would lose one.
fn cents(price: f64) -> i64 {
    (price * 100.0).round() as i64
}

fn price(cents: i64) -> f64 {
    cents as f64 / 100.0
}

fn text(cents: i64) -> String {
    format!("{}.{:02}", cents / 100, cents % 100)
}
