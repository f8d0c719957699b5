//! The shop's settings, orders and webhooks over JSON. Mounted on the control port only.

use axum::extract::State;
use axum::routing::get;
use axum::{Json, Router};

use super::{Settings, Shop, till};

pub fn router(shop: &Shop) -> Router {
    Router::new()
        .route("/lab/shop/settings", get(read).put(write))
        .route("/lab/shop/orders", get(till::placed).post(till::place))
        .route("/lab/shop/webhooks", get(till::deliveries).post(till::by_hand))
        .with_state(shop.clone())
}

async fn read(State(shop): State<Shop>) -> Json<Settings> {
    Json(shop.settings().clone())
}

/// The whole of it: what is left out takes its default.
async fn write(State(shop): State<Shop>, Json(settings): Json<Settings>) -> Json<Settings> {
    shop.settings().clone_from(&settings);
    Json(settings)
}
