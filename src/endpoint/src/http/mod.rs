//! The browser's door, Shopify's ([`webhooks`]) and the operator's ([`admin`]). [`message`] reads,
//! [`events`] decides by asking the gate, [`problem`] says no, [`refusals`] tells the operator of it, [`health`] and [`metrics`] how the endpoint is, [`module`] serves a hosted snippet's
//! code, [`listen`] keeps connections within bounds.

pub(crate) mod admin;
mod app;
mod body;
mod client_ip;
mod events;
mod health;
pub mod listen;
mod message;
mod metrics;
mod module;
mod problem;
mod refusals;
pub(crate) mod webhooks;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::http::StatusCode;
use axum::routing::get;

pub use self::app::{App, Peer};
pub use self::refusals::Refusals;

/// The contract's limit for a beacon.
const LARGEST_BEACON: usize = 64 * 1024;

pub fn router(app: App) -> Router {
    let admin = app.config.admin.as_ref().and_then(|admin| admin.token.clone());
    let admin = admin.map_or_else(Router::new, |token| {
        admin::routes(&app, token.clone()).merge(metrics::routes(&app, Some(token)))
    });
    Router::new()
        .route("/v1/events", events::door())
        .route(webhooks::PATH, webhooks::door())
        .route("/v1/{file}", get(module::module))
        .route("/healthz", get(health::alive))
        .route("/readyz", get(health::ready))
        .merge(admin)
        .fallback(async || StatusCode::NOT_FOUND)
        .layer(DefaultBodyLimit::max(LARGEST_BEACON))
        .with_state(app)
}
