//! The stand-in's addresses: the Events API, and the browser pixel with its script.

use axum::Router;
use axum::body::Bytes;
use axum::extract::{DefaultBodyLimit, Extension, State};
use axum::http::{HeaderMap, HeaderValue, header};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use serde_json::Value;

use super::event::{Event, Leg};
use super::exchange::{Exchange, Said};
use super::rules::{self, Refusal};
use super::state::Tiktok;
use crate::listener::Hangup;

/// 1000 large events fit; TikTok's own limit is not known.
const BODY_LIMIT: usize = 32 * 1024 * 1024;
const EVENTS_JS: &str = include_str!("../../web/events.js");

/// Rules 1 and 2 are axum's: 405 for another method, 404 for another path.
pub fn events_api_router(tiktok: &Tiktok) -> Router {
    Router::new()
        .route("/open_api/v1.3/event/track/", post(track))
        .layer(DefaultBodyLimit::max(BODY_LIMIT))
        .with_state(tiktok.clone())
}

/// What the shopper's browser talks to.
pub fn pixel_router(tiktok: &Tiktok) -> Router {
    Router::new()
        .route("/i18n/pixel/events.js", get(events_js))
        .route("/api/v2/pixel", post(pixel))
        .layer(DefaultBodyLimit::max(BODY_LIMIT))
        .with_state(tiktok.clone())
}

async fn events_js() -> impl IntoResponse {
    // As TikTok's: any page may load it. In Shopify's frame it is never cached, whatever it says
    // here.
    let headers = [
        (header::CONTENT_TYPE, "application/javascript; charset=utf-8"),
        (header::CACHE_CONTROL, "public, max-age=600"),
        (header::ACCESS_CONTROL_ALLOW_ORIGIN, "*"),
    ];
    (headers, EVENTS_JS)
}

async fn track(
    State(tiktok): State<Tiktok>,
    Extension(hangup): Extension<Hangup>,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let token = headers.get("access-token").and_then(|token| token.to_str().ok());
    let exchange = Exchange { tiktok: &tiktok, leg: Leg::EventsApi, token, headers: &headers };
    exchange
        .answer(&hangup, &String::from_utf8_lossy(&body), |body| events(&tiktok, token, body))
        .await
}

async fn pixel(
    State(tiktok): State<Tiktok>,
    Extension(hangup): Extension<Hangup>,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let exchange = Exchange { tiktok: &tiktok, leg: Leg::Browser, token: None, headers: &headers };
    let judge = |body: &str| browser_event(&tiktok, body).map(|event| vec![event]);
    let mut response = exchange.answer(&hangup, &String::from_utf8_lossy(&body), judge).await;
    response
        .headers_mut()
        .insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, HeaderValue::from_static("*"));
    response
}

/// Both legs without a connection, for tests that try thousands of sequences: the same rules,
/// faults, dedup and record. `None`: no answer came.
impl Tiktok {
    pub fn track(&self, token: &str, body: &str) -> Option<Said> {
        let (leg, token) = (Leg::EventsApi, Some(token));
        let exchange = Exchange { tiktok: self, leg, token, headers: &HeaderMap::new() };
        exchange.say(body, |body| events(self, token, body))
    }

    pub fn pixel(&self, body: &str) -> Option<Said> {
        let exchange =
            Exchange { tiktok: self, leg: Leg::Browser, token: None, headers: &HeaderMap::new() };
        exchange.say(body, |body| browser_event(self, body).map(|event| vec![event]))
    }
}

fn events(tiktok: &Tiktok, token: Option<&str>, body: &str) -> Result<Vec<Event>, Refusal> {
    let owns = tiktok.permit(token)?;
    rules::read(body.as_bytes(), owns, tiktok.now_ms() / 1000)
}

/// The captured body of the browser pixel (docs/facts/tiktok.md#what-the-pixel-posts), in the
/// Events API's words.
fn browser_event(tiktok: &Tiktok, body: &str) -> Result<Event, Refusal> {
    let body: Value = serde_json::from_str(body)
        .map_err(|error| Refusal::new(40000, format!("not JSON: {error}")))?;
    let text = |pointer: &str| body.pointer(pointer).and_then(Value::as_str).map(str::to_owned);
    let object = |pointer: &str| {
        body.pointer(pointer).and_then(Value::as_object).cloned().unwrap_or_default()
    };
    let pixel = text("/context/pixel/code").unwrap_or_default();
    if !tiktok.knows_pixel(&pixel) {
        return Err(Refusal::new(40001, format!("unknown pixel code: {pixel}.")));
    }
    for label in object("/signal_diagnostic_labels").keys() {
        tiktok.violation(format!("the pixel was given a contact in the clear: {label}"));
    }
    let name = text("/event").filter(|name| !name.is_empty());
    let mut user = object("/context/user");
    if let Some(phone) = user.remove("phone_number") {
        user.insert("phone".to_owned(), phone);
    }
    Ok(Event {
        pixel,
        name: name.ok_or_else(|| Refusal::new(40002, "event: Missing data for required field."))?,
        event_id: text("/event_id").filter(|id| !id.is_empty()),
        event_time: None,
        page_url: text("/context/page/url"),
        page_referrer: text("/context/page/referrer"),
        user,
        properties: object("/properties"),
        test: false,
        warnings: Vec::new(),
    })
}
