//! The browser's door, Shopify's ([`webhooks`]) and the operator's ([`admin`]). [`envelope`] reads, [`events`] decides by asking the gate,
//! [`problem`] says no, [`module`] serves a hosted snippet's code, [`listen`] keeps connections within bounds.

pub(crate) mod admin;
mod body;
mod client_ip;
mod envelope;
mod events;
mod health;
pub mod listen;
mod module;
mod problem;
pub(crate) mod webhooks;

use std::collections::HashMap;
use std::net::SocketAddr;
use std::sync::Arc;

use assent_gate::settings::ShopDomain;
use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::http::StatusCode;
use axum::routing::get;
use tokio::sync::Notify;

use crate::clock::Clock;
use crate::config::Config;
use crate::store::Store;

/// The contract's limit for a beacon.
const LARGEST_BEACON: usize = 64 * 1024;

/// What a request can reach.
#[derive(Debug, Clone)]
pub struct App {
    pub config: Arc<Config>,
    pub store: Store,
    pub clock: Clock,
    /// A courier's bell for each shop.
    pub bells: Arc<HashMap<ShopDomain, Arc<Notify>>>,
    /// The clerk's bell ([`crate::compliance`]).
    pub demands: Arc<Notify>,
}

/// The connection's other end, put into each request by [`listen`].
#[derive(Debug, Clone, Copy)]
pub struct Peer(pub SocketAddr);

pub fn router(app: App) -> Router {
    let admin = app.config.admin.as_ref().and_then(|admin| admin.token.clone());
    let admin = admin.map_or_else(Router::new, |token| admin::routes(&app, token));
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
