//! `/admin/api/…`: for whoever runs the endpoint, by bearer token. It is there only where
//! `admin_token_env` is set. No CORS: no web page of another origin may call it.

use assent_gate::settings::ShopDomain;
use axum::Json;
use axum::Router;
use axum::body::Bytes;
use axum::extract::{Request, State};
use axum::http::header::{
    AUTHORIZATION, CACHE_CONTROL, CONTENT_ENCODING, CONTENT_TYPE, RETRY_AFTER, WWW_AUTHENTICATE,
};
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use super::token::{Knock, NoEntry};
use crate::delivery::bell::Ring;
use crate::http::app::App;
use crate::http::body::{self, Unread};
use crate::http::problem::{self, ProblemText};
use crate::secret::Secret;
use crate::store::read::{DemandOnRecord, Preview, Reader};
use crate::store::{Erasure, Halt, Whom};

/// The `reason` of a no that `assent forget` tells from an API that is not there.
pub(crate) const UNKNOWN_SHOP: &str = "unknown_shop";
/// A request names one shop and one customer.
const LARGEST_REQUEST: usize = 4 * 1024;

/// `POST /admin/api/forget`. `whom` is `{"order": …}`, `{"contact": …}`, `{"checkout": …}` or
/// `{"visitor": …}`.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct ForgetRequest {
    pub(crate) shop: String,
    pub(crate) whom: Whom,
}

/// `POST /admin/api/resume`.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct ResumeRequest {
    pub(crate) shop: String,
}

#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Resumed {
    /// Whether a demand of Shopify's had stopped it.
    pub(crate) resumed: bool,
    /// Whether TikTok refuses its token or pixel, and is asked again now.
    pub(crate) tried: bool,
}

/// Under `/admin/api`, every path of it behind the token.
pub(super) fn routes(app: &App, token: Secret) -> Router<App> {
    let guard = from_fn_with_state((app.clone(), token), guard);
    let api = Router::new()
        .route("/forget", post(forget).fallback(async || AdminRefusal::WrongMethod))
        .route("/forget/preview", post(preview).fallback(async || AdminRefusal::WrongMethod))
        .route("/resume", post(resume).fallback(async || AdminRefusal::WrongMethod))
        .route("/demands", get(demands).fallback(async || AdminRefusal::WrongMethod))
        .fallback(async || AdminRefusal::UnknownPath)
        .layer(guard)
        .with_state(app.clone());
    Router::new().nest_service("/admin/api", api)
}

/// Lets only those through who have the token.
pub(in crate::http) async fn guard(
    State((app, token)): State<(App, Secret)>,
    request: Request,
    next: Next,
) -> Response {
    let mut response = match admit(&app, &token, &request) {
        Ok(()) => next.run(request).await,
        // Refused before the body is read, so that a stranger costs nothing.
        Err(no) => no.into_response(),
    };
    response.headers_mut().insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}

fn admit(app: &App, token: &Secret, request: &Request) -> Result<(), AdminRefusal> {
    let knock = Knock::of(app, request);
    let admitted = knock.is_heard(app).and_then(|()| {
        let given = bearer(request.headers()).unwrap_or_default();
        knock.shows(app, given, token)
    });
    admitted.map_err(|no| match no {
        NoEntry::TooOften => AdminRefusal::TooOften,
        NoEntry::WrongToken => AdminRefusal::Unauthorized,
    })
}

fn bearer(headers: &HeaderMap) -> Option<&[u8]> {
    let (scheme, given) = headers.get(AUTHORIZATION)?.as_bytes().split_at_checked(7)?;
    scheme.eq_ignore_ascii_case(b"bearer ").then_some(given)
}

async fn forget(State(app): State<App>, request: Request) -> Result<Json<Erasure>, AdminRefusal> {
    let ForgetRequest { shop, whom } = read(&app, request).await?;
    let shop = shop.parse::<ShopDomain>().map_err(|_| AdminRefusal::UnknownShop)?;
    let erasure = app.store.erase(&shop, whom, app.clock.now()).await.map_err(|error| {
        tracing::error!(shop = shop.as_str(), %error, "an erasure could not be done");
        AdminRefusal::Busy
    })?;
    let erasure = erasure.ok_or(AdminRefusal::UnknownShop)?;
    tracing::info!(shop = shop.as_str(), done = ?erasure, "an erasure");
    Ok(Json(erasure))
}

/// `POST /admin/api/forget/preview`: what `forget` would do with the same request. A path of its own, so
/// that a server which does not know it erases nothing.
async fn preview(State(app): State<App>, request: Request) -> Result<Json<Preview>, AdminRefusal> {
    let ForgetRequest { shop, whom } = read(&app, request).await?;
    let shop = shop.parse::<ShopDomain>().map_err(|_| AdminRefusal::UnknownShop)?;
    let now = app.clock.now();
    let preview = move || Reader::open(&app.config.store)?.erasure(&shop, &whom, now);
    let unread = |error: &dyn std::fmt::Display| {
        tracing::error!(%error, "what an erasure would do could not be read");
        AdminRefusal::Unread
    };
    let preview = tokio::task::spawn_blocking(preview).await.map_err(|error| unread(&error))?;
    preview.map_err(|error| unread(&error))?.map(Json).ok_or(AdminRefusal::UnknownShop)
}

async fn resume(State(app): State<App>, request: Request) -> Result<Json<Resumed>, AdminRefusal> {
    let ResumeRequest { shop } = read(&app, request).await?;
    let shop = shop.parse::<ShopDomain>().map_err(|_| AdminRefusal::UnknownShop)?;
    let resumed = app.store.resume(&shop).await.map_err(|error| {
        tracing::error!(shop = shop.as_str(), %error, "the shop could not be resumed");
        AdminRefusal::Busy
    })?;
    let halt = resumed.ok_or(AdminRefusal::UnknownShop)?;
    tracing::info!(shop = shop.as_str(), "the shop goes on by its operator's word");
    if let Some(bell) = app.bells.get(&shop) {
        bell.ring(Ring::Mended);
    }
    Ok(Json(Resumed { resumed: halt == Halt::Demand, tried: halt == Halt::Tiktok }))
}

/// `GET /admin/api/demands`: what Shopify's compliance topics asked, the open ones first.
async fn demands(State(app): State<App>) -> Result<Json<Vec<DemandOnRecord>>, AdminRefusal> {
    let read = move || Reader::open(&app.config.store)?.demands();
    let unread = |error: &dyn std::fmt::Display| {
        tracing::error!(%error, "the demands could not be read");
        AdminRefusal::Unread
    };
    let read = tokio::task::spawn_blocking(read).await.map_err(|error| unread(&error))?;
    read.map(Json).map_err(|error| unread(&error))
}

async fn read<T: DeserializeOwned>(app: &App, request: Request) -> Result<T, AdminRefusal> {
    let kind = request.headers().get(CONTENT_TYPE).map(HeaderValue::as_bytes).unwrap_or_default();
    let is_json = kind.trim_ascii().eq_ignore_ascii_case(b"application/json");
    if !is_json || request.headers().contains_key(CONTENT_ENCODING) {
        return Err(AdminRefusal::WrongMedia);
    }
    let mut place = app.crowd.operators.enter(());
    let bytes = body::whole(request, LARGEST_REQUEST, &mut place).await;
    drop(place);
    let bytes: Bytes = bytes.map_err(|unread| match unread {
        Unread::TooLarge => AdminRefusal::TooLarge,
        Unread::Incomplete => AdminRefusal::Unreadable,
        Unread::NoRoom => AdminRefusal::Busy,
    })?;
    serde_json::from_slice(&bytes).map_err(|_| AdminRefusal::Unreadable)
}

/// Every no of this door.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum AdminRefusal {
    Unauthorized,
    TooOften,
    UnknownPath,
    UnknownShop,
    WrongMethod,
    WrongMedia,
    TooLarge,
    Unreadable,
    Busy,
    Unread,
}

/// Status, reason, title, detail.
fn row(no: AdminRefusal) -> (StatusCode, &'static str, &'static str, &'static str) {
    match no {
        AdminRefusal::Unauthorized => (
            StatusCode::UNAUTHORIZED,
            "unauthorized",
            "Unauthorized",
            "Authorization: Bearer with the token in admin_token_env's variable is expected.",
        ),
        AdminRefusal::TooOften => (
            StatusCode::TOO_MANY_REQUESTS,
            "rate_limited",
            "Too many wrong tokens",
            "Too many wrong tokens came from this address. None is looked at for a while.",
        ),
        AdminRefusal::UnknownPath => (
            StatusCode::NOT_FOUND,
            "unknown_path",
            "Unknown path",
            "The admin API has no such path.",
        ),
        AdminRefusal::UnknownShop => (
            StatusCode::NOT_FOUND,
            UNKNOWN_SHOP,
            "Unknown shop",
            "This store has never known such a shop.",
        ),
        AdminRefusal::WrongMethod => (
            StatusCode::METHOD_NOT_ALLOWED,
            "wrong_method",
            "Wrong method",
            "This path takes another method.",
        ),
        AdminRefusal::WrongMedia => (
            StatusCode::UNSUPPORTED_MEDIA_TYPE,
            "wrong_media",
            "Wrong media type",
            "application/json is expected.",
        ),
        AdminRefusal::TooLarge => (
            StatusCode::PAYLOAD_TOO_LARGE,
            "too_large",
            "Too large",
            "A demand has at most 4096 bytes.",
        ),
        AdminRefusal::Unreadable => (
            StatusCode::BAD_REQUEST,
            "unreadable",
            "Unreadable",
            "Expected: {\"shop\": …, \"whom\": {…}} with one of order, contact, checkout and \
             visitor, the last three as hashes.",
        ),
        AdminRefusal::Busy => (
            StatusCode::SERVICE_UNAVAILABLE,
            "busy",
            "Busy",
            "The store could not write; nothing was erased. Try again.",
        ),
        AdminRefusal::Unread => (
            StatusCode::SERVICE_UNAVAILABLE,
            "unread",
            "Unread",
            "The store could not be read. Try again.",
        ),
    }
}

impl IntoResponse for AdminRefusal {
    fn into_response(self) -> Response {
        let (status, reason, title, detail) = row(self);
        let mut response = problem::response(&ProblemText {
            of: "admin",
            status,
            reason,
            title,
            detail,
            refused: &[],
        });
        if self == Self::Unauthorized {
            response.headers_mut().insert(WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
        }
        if self == Self::TooOften {
            response.headers_mut().insert(RETRY_AFTER, HeaderValue::from_static("30"));
        }
        response
    }
}
