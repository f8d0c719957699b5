//! Is the process alive, and can it store what it is sent? docs/operating.md#readyz has each line.

use axum::extract::State;
use axum::http::header::CACHE_CONTROL;
use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse as _, Response};

use super::app::App;
use crate::run_number;

/// For whoever opens the address in a browser.
pub(super) async fn here() -> &'static str {
    "Assent is here: a shop's pixel and Shopify's webhooks send to this address. There is nothing to see.\n"
}

/// A no means that only a new start helps.
pub(super) async fn alive(State(app): State<App>) -> Response {
    let mut response = if app.monitor.readiness.is_alive() {
        (StatusCode::OK, "alive\n").into_response()
    } else {
        let no = "not alive: the store's writer has broken off\n";
        (StatusCode::SERVICE_UNAVAILABLE, no).into_response()
    };
    // Whose answer this is, for `assent check`: no cache's.
    let headers = response.headers_mut();
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    let run = HeaderValue::from_str(&app.monitor.run().to_string()).expect("digits");
    headers.insert(run_number::HEADER, run);
    response
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
