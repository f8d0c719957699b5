//! The shop host's addresses.

use axum::extract::{Request, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post, put};
use axum::{Json, Router};
use serde_json::{Value, json};

use super::page::{self, Page};
use super::{Settings, Shop, frame, till, worker};

pub fn router(shop: &Shop) -> Router {
    let mut router = Router::new()
        .route("/lab/page.js", get(script))
        .route("/lab/page.css", get(style))
        .route("/lab/selfcheck", get(selfcheck))
        .route("/lab/orders", post(till::place));
    if shop.options().panel {
        router = router
            .route("/lab/state", get(state))
            .route("/lab/settings", put(settings))
            .route("/lab/webhooks", post(till::by_hand))
            .route("/lab/start-over", post(start_over));
    }
    router.fallback(any_page).with_state(shop.clone())
}

const HTML: [(header::HeaderName, &str); 2] =
    [(header::CONTENT_TYPE, "text/html; charset=utf-8"), (header::CACHE_CONTROL, "no-store")];

const SCRIPT: [(header::HeaderName, &str); 2] = [
    (header::CONTENT_TYPE, "application/javascript; charset=utf-8"),
    (header::CACHE_CONTROL, "no-cache"),
];

async fn script() -> impl IntoResponse {
    (SCRIPT, page::script())
}

async fn style() -> impl IntoResponse {
    (
        [(header::CONTENT_TYPE, "text/css; charset=utf-8"), (header::CACHE_CONTROL, "no-cache")],
        page::style(),
    )
}

async fn selfcheck(State(shop): State<Shop>, headers: HeaderMap) -> Response {
    told(page::html(&shop, gpc(&headers), Page::Selfcheck).map(|html| (HTML, html)))
}

async fn any_page(State(shop): State<Shop>, headers: HeaderMap, request: Request) -> Response {
    let path = request.uri().path();
    if let Some(pixel) =
        path.strip_prefix(worker::PIXEL_PATH).and_then(|rest| rest.strip_suffix(".js"))
    {
        return told(worker::pixel(&shop, pixel).map(|script| (SCRIPT, script)));
    }
    if let Some(rest) = path.strip_prefix("/web-pixels@") {
        if let Some(pixel) = worker::pixel_in(rest) {
            return (SCRIPT, worker::environment(&shop, pixel)).into_response();
        }
        // The one policy seen on a live frame.
        let policy = [(header::CONTENT_SECURITY_POLICY, "frame-ancestors 'self'")];
        return told(frame::html(&shop, rest, gpc(&headers)).map(|html| (HTML, policy, html)));
    }
    if path.starts_with("/cdn/") || path.starts_with("/lab/") {
        return StatusCode::NOT_FOUND.into_response();
    }
    let page = if path.starts_with("/checkouts/") || path.contains("/orders/") {
        Page::Checkout
    } else {
        Page::Store
    };
    told(page::html(&shop, gpc(&headers), page).map(|html| (HTML, html)))
}

/// Why there is no answer stands in the lab's own output too: a frame shows it to nobody.
fn told(answer: Result<impl IntoResponse, String>) -> Response {
    match answer {
        Ok(answer) => answer.into_response(),
        Err(why) => {
            eprintln!("assent-lab: {why}");
            (StatusCode::INTERNAL_SERVER_ERROR, why).into_response()
        }
    }
}

/// The panel's switch for browsers that do not send Global Privacy Control by themselves.
fn gpc(headers: &HeaderMap) -> bool {
    let cookies =
        headers.get(header::COOKIE).and_then(|cookies| cookies.to_str().ok()).unwrap_or_default();
    cookies.split("; ").any(|pair| pair == "lab_gpc=1")
}

/// What the panel draws.
async fn state(State(shop): State<Shop>) -> Json<Value> {
    let received: Vec<Value> = shop
        .tiktok()
        .received()
        .iter()
        .map(|request| {
            json!({ "seq": request.seq, "at_ms": request.at_ms, "leg": request.leg, "status": request.status,
            "code": request.code, "events": request.events, "body": request.body })
        })
        .collect();
    let orders: Vec<Value> = shop.orders().iter().map(|order| order.rest["name"].clone()).collect();
    let counted = shop.tiktok().counted().len();
    Json(
        json!({ "received": received, "counted": counted, "orders": orders, "webhooks": till::told(&shop) }),
    )
}

/// The panel's switches: all of the settings, as the page was given them.
async fn settings(State(shop): State<Shop>, Json(settings): Json<Settings>) -> StatusCode {
    *shop.settings() = settings;
    StatusCode::NO_CONTENT
}

async fn start_over(State(shop): State<Shop>) -> StatusCode {
    shop.tiktok().reset();
    shop.forget();
    StatusCode::NO_CONTENT
}
