//! The browser's door, Shopify's ([`webhooks`]) and the operator's ([`admin`]). [`message`] reads,
//! [`events`] decides by asking the gate, [`problem`] says no, [`refusals`] tells the operator of it,
//! [`health`] and [`metrics`] how the endpoint is, [`module`] serves a hosted snippet's code. [`listen`]
//! keeps connections within bounds, [`body`] what they send, [`crowd`] how much all of them may take.

pub(crate) mod admin;
mod app;
mod body;
mod client_ip;
mod crowd;
mod events;
mod health;
mod line;
pub mod listen;
mod message;
mod metrics;
mod module;
mod problem;
mod refusals;
mod standing;
pub(crate) mod webhooks;

use axum::Router;
use axum::http::StatusCode;
use axum::routing::get;

pub use self::app::{App, Peer};
pub use self::crowd::Crowd;
pub use self::refusals::Refusals;
use crate::config::Config;

/// For everybody. The operator's paths are here too, unless they have an address of their own.
pub fn router(app: App) -> Router {
    let operators = match app.config.admin_listen {
        Some(_) => Router::new(),
        None => operators(&app),
    };
    Router::new()
        .route("/", get(health::here))
        .route("/v1/events", events::door())
        .route(webhooks::PATH, webhooks::door())
        .route("/v1/{file}", get(module::module))
        .merge(health())
        .merge(operators)
        .fallback(async || StatusCode::NOT_FOUND)
        .with_state(app)
}

/// What answers at `admin_listen`.
pub fn operators_router(app: App) -> Router {
    let operators = operators(&app);
    health().merge(operators).fallback(async || StatusCode::NOT_FOUND).with_state(app)
}

/// Who runs the endpoint asks these.
fn operators(app: &App) -> Router<App> {
    let Config { admin, admin_listen, .. } = &*app.config;
    match (admin.as_ref().and_then(|admin| admin.token.clone()), admin_listen) {
        (Some(token), _) => {
            admin::routes(app, token.clone()).merge(metrics::routes(app, Some(token)))
        }
        // Whoever reaches that address is the operator.
        (None, Some(_)) => metrics::routes(app, None),
        (None, None) => Router::new(),
    }
}

fn health() -> Router<App> {
    Router::new().route("/healthz", get(health::alive)).route("/readyz", get(health::ready))
}
