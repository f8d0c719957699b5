//! Is the process alive, and can it store what it is sent? docs/operating.md#readyz has each line.

use axum::extract::State;
use axum::http::StatusCode;

use super::app::App;

/// For whoever opens the address in a browser.
pub(super) async fn here() -> &'static str {
    "Assent is here: a shop's pixel and Shopify's webhooks send to this address. There is nothing to see.\n"
}

/// A no means that only a new start helps.
pub(super) async fn alive(State(app): State<App>) -> (StatusCode, &'static str) {
    if app.monitor.readiness.is_alive() {
        (StatusCode::OK, "alive\n")
    } else {
        (StatusCode::SERVICE_UNAVAILABLE, "not alive: the store's writer has broken off\n")
    }
}

pub(super) async fn ready(State(app): State<App>) -> (StatusCode, String) {
    if let Err(no) = app.monitor.readiness.check().await {
        return (StatusCode::SERVICE_UNAVAILABLE, format!("not ready: {no}\n"));
    }
    let tight = app.monitor.tight(app.clock.now()).await;
    let lines = tight.iter().fold("ready\n".to_owned(), |text, line| text + line + "\n");
    (StatusCode::OK, lines)
}

#[cfg(test)]
mod tests;
