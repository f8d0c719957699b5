//! `GET /metrics`: what is counted and measured, as Prometheus reads it.

use axum::Router;
use axum::extract::State;
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE};
use axum::middleware::from_fn_with_state;
use axum::response::IntoResponse;
use axum::routing::get;

use super::admin;
use super::app::App;
use crate::secret::Secret;

/// Prometheus' text format.
const TEXT: &str = "text/plain; version=0.0.4; charset=utf-8";

/// The route, behind this token. Without one it is for whoever reaches the listener: only where that
/// is an address of the operator's own.
pub(super) fn routes(app: &App, token: Option<Secret>) -> Router<App> {
    let metrics = Router::new().route("/metrics", get(metrics)).with_state(app.clone());
    match token {
        Some(token) => metrics.layer(from_fn_with_state((app.clone(), token), admin::guard)),
        None => metrics,
    }
}

async fn metrics(State(app): State<App>) -> impl IntoResponse {
    let text = app.monitor.text(app.clock.now()).await;
    ([(CONTENT_TYPE, TEXT), (CACHE_CONTROL, "no-store")], text)
}
