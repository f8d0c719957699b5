//! Is the process alive, and can it take a beacon?

use axum::extract::State;
use axum::http::StatusCode;

use super::app::App;

pub(super) async fn alive() -> &'static str {
    "alive\n"
}

pub(super) async fn ready(State(app): State<App>) -> (StatusCode, String) {
    match app.store.ping().await {
        Ok(()) => (StatusCode::OK, format!("ready, {} waiting to be written\n", app.store.depth())),
        Err(error) => (StatusCode::SERVICE_UNAVAILABLE, format!("not ready: {error}\n")),
    }
}
