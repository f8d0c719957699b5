//! The shop's till: takes what the checkout posts, and tells the app of it, by itself or by hand.

use axum::extract::{Extension, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::{Json, http::HeaderName};
use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::messages::{self, Topic};
use super::orders::{self, Order, Placed, Visitor};
use super::webhooks::{Delivery, Message, Tries, uuid};
use super::{Shop, Webhooks};
use crate::clock::Clock;
use crate::listener::Peer;

/// The order is there, and on its way to the app, before this is answered: what becomes of the page
/// does not matter.
pub(super) async fn place(
    State(shop): State<Shop>,
    Extension(Peer(peer)): Extension<Peer>,
    headers: HeaderMap,
    Json(placed): Json<Placed>,
) -> Response {
    let text = |name: HeaderName| {
        headers.get(name).and_then(|value| value.to_str().ok()).map(str::to_owned)
    };
    let visitor = Visitor {
        ip: peer.ip().to_string(),
        user_agent: text(header::USER_AGENT),
        accept_language: text(header::ACCEPT_LANGUAGE),
    };
    let order = Order::new(shop.domain(), &placed, &visitor, Clock::default().now_ms());
    let rest = order.rest.clone();
    {
        let mut orders = shop.orders();
        if orders.iter().any(|known| known.token == order.token) {
            return (StatusCode::CONFLICT, "this checkout is paid already").into_response();
        }
        orders.push(order.clone());
    }
    tell(&shop, &order);
    (StatusCode::CREATED, Json(rest)).into_response()
}

/// As Shopify does when an order is made and paid in one. One after the other: a test sees the same
/// each time.
fn tell(shop: &Shop, order: &Order) {
    let webhooks = shop.settings().webhooks;
    let (Webhooks::AtOnce, Some(sender)) = (webhooks, shop.options().webhooks.clone()) else {
        return;
    };
    let event_id = uuid();
    let message = |topic: Topic| {
        Message::new(topic, &order.shop, topic.about(order, Clock::default().now_ms()), &event_id)
    };
    let messages = [Topic::OrdersCreate, Topic::OrdersPaid].map(message);
    let shop = shop.clone();
    tokio::spawn(async move {
        tokio::time::sleep(sender.delay()).await;
        for message in messages {
            shop.log().deliver(&sender, &message, Tries::UntilArrived).await;
        }
    });
}

/// What a merchant does to an order, or a test to the app. Only the topic is required.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ByHand {
    topic: Topic,
    /// Else the last order. As the pixels have it, a text, or as Shopify's API has it, a number.
    #[serde(default)]
    order_id: Value,
    /// Put over those of the body.
    #[serde(default)]
    fields: Map<String, Value>,
    /// That of an earlier delivery: Shopify sends some twice.
    webhook_id: Option<String>,
    event_id: Option<String>,
    triggered_at: Option<String>,
    /// Else the order's, or the present one.
    shop: Option<String>,
    /// Signs in the place of the app's.
    secret: Option<String>,
}

/// Sends it once, and gives its delivery when the app has answered.
pub(super) async fn by_hand(State(shop): State<Shop>, Json(asked): Json<ByHand>) -> Response {
    let Some(sender) = shop.options().webhooks.clone() else {
        return (StatusCode::CONFLICT, "the lab was started without --webhook-url").into_response();
    };
    let message = match written(&shop, asked) {
        Ok(message) => message,
        Err(why) => return (StatusCode::NOT_FOUND, why).into_response(),
    };
    let delivery: Delivery = shop.log().deliver(&sender, &message, Tries::Once).await;
    Json(delivery).into_response()
}

fn written(shop: &Shop, asked: ByHand) -> Result<Message, &'static str> {
    let now_ms = Clock::default().now_ms();
    let order = order(shop, &asked, now_ms);
    let (domain, mut body) = match &order {
        Some(order) => (order.shop.clone(), asked.topic.about(order, now_ms)),
        None if asked.topic.needs_an_order() => return Err("there is no such order"),
        None => (shop.domain(), messages::about_shop(&shop.domain())),
    };
    orders::merge(&mut body, Value::Object(asked.fields));
    let mut message = Message::new(
        asked.topic,
        &asked.shop.unwrap_or(domain),
        body,
        &asked.event_id.unwrap_or_else(uuid),
    );
    message.secret = asked.secret;
    message.webhook_id = asked.webhook_id.unwrap_or(message.webhook_id);
    message.triggered_at = asked.triggered_at.unwrap_or(message.triggered_at);
    Ok(message)
}

/// The order that is meant, as it is after what the topic says has been done to it.
fn order(shop: &Shop, asked: &ByHand, now_ms: i64) -> Option<Order> {
    let mut orders = shop.orders();
    let id = asked.order_id.as_u64().or_else(|| asked.order_id.as_str()?.parse().ok());
    let meant = |order: &&mut Order| asked.order_id.is_null() || Some(order.id) == id;
    let order = orders.iter_mut().rev().find(meant)?;
    if asked.topic == Topic::OrdersCancelled {
        order.cancel(now_ms);
    }
    Some(order.clone())
}

pub(super) async fn deliveries(State(shop): State<Shop>) -> Json<Value> {
    Json(json!({ "deliveries": shop.log().deliveries() }))
}

pub(super) async fn placed(State(shop): State<Shop>) -> Json<Value> {
    let orders: Vec<Value> = shop.orders().iter().map(|order| order.rest.clone()).collect();
    Json(json!({ "orders": orders }))
}

/// For the panel: what was said, not of whom.
pub(super) fn told(shop: &Shop) -> Vec<Value> {
    let told = |delivery: Delivery| {
        let order = delivery.body.get("name").cloned().unwrap_or_default();
        json!({ "seq": delivery.seq, "at_ms": delivery.at_ms, "topic": delivery.topic, "order": order,
            "status": delivery.status, "attempts": delivery.attempts, "over": delivery.over })
    };
    shop.log().deliveries().into_iter().map(told).collect()
}
