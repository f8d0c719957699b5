//! What a webhook says: its topic, and the body of each (docs/facts/shopify.md#order-fields and
//! docs/facts/shopify.md#compliance-topics).

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::orders::{self, Order};
use super::page::SHOP_ID;
use super::time;

/// As Shopify writes it in `X-Shopify-Topic`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Topic {
    #[serde(rename = "orders/create")]
    OrdersCreate,
    #[serde(rename = "orders/paid")]
    OrdersPaid,
    #[serde(rename = "orders/updated")]
    OrdersUpdated,
    #[serde(rename = "orders/cancelled")]
    OrdersCancelled,
    #[serde(rename = "refunds/create")]
    RefundsCreate,
    #[serde(rename = "customers/data_request")]
    CustomersDataRequest,
    #[serde(rename = "customers/redact")]
    CustomersRedact,
    #[serde(rename = "shop/redact")]
    ShopRedact,
}

impl Topic {
    pub fn name(self) -> &'static str {
        match self {
            Self::OrdersCreate => "orders/create",
            Self::OrdersPaid => "orders/paid",
            Self::OrdersUpdated => "orders/updated",
            Self::OrdersCancelled => "orders/cancelled",
            Self::RefundsCreate => "refunds/create",
            Self::CustomersDataRequest => "customers/data_request",
            Self::CustomersRedact => "customers/redact",
            Self::ShopRedact => "shop/redact",
        }
    }

    /// Whether there must have been an order to speak of.
    pub(super) fn needs_an_order(self) -> bool {
        match self {
            Self::ShopRedact => false,
            Self::OrdersCreate
            | Self::OrdersPaid
            | Self::OrdersUpdated
            | Self::OrdersCancelled
            | Self::RefundsCreate
            | Self::CustomersDataRequest
            | Self::CustomersRedact => true,
        }
    }

    /// What Shopify says of this order under this topic.
    pub(super) fn about(self, order: &Order, now_ms: i64) -> Value {
        match self {
            Self::OrdersCreate | Self::OrdersPaid | Self::OrdersUpdated | Self::OrdersCancelled => {
                order.rest.clone()
            }
            Self::RefundsCreate => refund(order, now_ms),
            Self::CustomersDataRequest => about_customer(
                order,
                json!({ "orders_requested": [order.id], "data_request": { "id": order.id } }),
            ),
            Self::CustomersRedact => {
                about_customer(order, json!({ "orders_to_redact": [order.id] }))
            }
            Self::ShopRedact => about_shop(&order.shop),
        }
    }
}

/// All of it is given back.
fn refund(order: &Order, now_ms: i64) -> Value {
    let rest = &order.rest;
    let lines: Vec<Value> =
        rest["line_items"].as_array().into_iter().flatten().map(refunded).collect();
    json!({
        "id": order.id + 1, "order_id": order.id, "created_at": time::of_the_shop(now_ms), "note": null,
        "refund_line_items": lines,
        "transactions": [{ "id": order.id + 2, "order_id": order.id, "kind": "refund", "status": "success",
            "gateway": "shopify_payments", "amount": rest["total_price"], "currency": rest["currency"] }],
    })
}

fn refunded(line: &Value) -> Value {
    json!({ "id": line["id"], "line_item_id": line["id"], "quantity": line["quantity"], "restock_type": "return",
        "line_item": line })
}

fn about_customer(order: &Order, more: Value) -> Value {
    let mut body = about_shop(&order.shop);
    body["customer"] = json!({ "id": order.rest["customer"]["id"], "email": order.rest["email"],
        "phone": order.rest["phone"] });
    orders::merge(&mut body, more);
    body
}

pub(super) fn about_shop(shop: &str) -> Value {
    json!({ "shop_id": SHOP_ID, "shop_domain": shop })
}
