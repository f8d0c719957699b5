//! `GET /v1/module-<hash>.wasm`: the module that a hosted snippet loads.
//!
//! The pasted text names it by the hash of its bytes and runs no other. So an address has one
//! answer for ever, and after an upgrade a snippet goes on only because old modules are served too.
//! The endpoint's own is embedded; those that it has been before are in the store.

use axum::extract::{Path, State};
use axum::http::header::{
    ACCEPT_ENCODING, ACCESS_CONTROL_ALLOW_ORIGIN, CACHE_CONTROL, CONTENT_ENCODING, CONTENT_TYPE,
    ETAG, IF_NONE_MATCH, VARY,
};
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use tokio::sync::Semaphore;

use super::app::App;
use super::refusals::Failed;
use crate::dist;
use crate::module::{Module, ModuleHash};
use crate::store::read::Reader;

const FOR_EVER: &str = "public, max-age=31536000, immutable";
const NEVER: &str = "no-store";

/// Reads of the store at one time: anyone may ask for any hash, and each read opens the file.
static READS: Semaphore = Semaphore::const_new(4);
/// Who waits for one. More would only keep places from others.
static WAITING: Semaphore = Semaphore::const_new(64);

pub(super) async fn module(
    State(app): State<App>,
    Path(file): Path<String>,
    headers: HeaderMap,
) -> Response {
    if !file.starts_with("module-") {
        return StatusCode::NOT_FOUND.into_response();
    }
    let found = match ModuleHash::of_file_name(&file) {
        Some(hash) => find(&app, hash).await,
        None => Err(NoModule::Unknown),
    };
    let mut response = match found {
        Ok(module) => whole(&module, &headers),
        Err(no) => no.into_response(),
    };
    // The sandbox's origin is `null`.
    response.headers_mut().insert(ACCESS_CONTROL_ALLOW_ORIGIN, HeaderValue::from_static("*"));
    response
}

async fn find(app: &App, hash: ModuleHash) -> Result<Module, NoModule> {
    if let Some(own) = dist::MODULE.as_ref().filter(|own| own.hash() == hash) {
        return Ok(own.clone());
    }
    let unread = |error: &dyn std::fmt::Display| {
        app.refusals.failed(Failed::Module, error, app.clock.now());
        NoModule::Unread
    };
    let Ok(_waiting) = WAITING.try_acquire() else { return Err(NoModule::Unread) };
    let _permit = READS.acquire().await.map_err(|error| unread(&error))?;
    let place = app.config.store.clone();
    let read = tokio::task::spawn_blocking(move || Reader::open(&place)?.module(hash));
    let read = read.await.map_err(|error| unread(&error))?;
    let kept = read.map_err(|error| unread(&error))?;
    kept.ok_or(if dist::MODULE.is_some() { NoModule::Unknown } else { NoModule::NotBuilt })
}

fn whole(module: &Module, headers: &HeaderMap) -> Response {
    // Weak (RFC 9110, 8.8.1): compressed or not, it is the same module.
    let tag = format!("W/\"{}\"", module.hash().file_name());
    let known = headers.get(IF_NONE_MATCH).is_some_and(|tags| tags.as_bytes() == tag.as_bytes());
    let said = [(CACHE_CONTROL, FOR_EVER), (ETAG, &tag), (VARY, "Accept-Encoding")];
    if known {
        return (StatusCode::NOT_MODIFIED, said).into_response();
    }
    let kind = [(CONTENT_TYPE, "application/wasm")];
    match module.brotli().filter(|_| reads_brotli(headers)) {
        Some(small) => (said, kind, [(CONTENT_ENCODING, "br")], small.clone()).into_response(),
        None => (said, kind, module.bytes().clone()).into_response(),
    }
}

/// Every no of this door.
#[derive(Debug, Clone, Copy)]
enum NoModule {
    Unknown,
    NotBuilt,
    Unread,
}

impl IntoResponse for NoModule {
    fn into_response(self) -> Response {
        let (status, what) = match self {
            Self::Unknown => (
                StatusCode::NOT_FOUND,
                "This endpoint has no module of this name. Print the code with the binary that \
                 runs here (`assent snippet --hosted`) and paste it.",
            ),
            // What could be printed by this binary would not name a module either.
            Self::NotBuilt => (StatusCode::SERVICE_UNAVAILABLE, dist::NOT_BUILT),
            Self::Unread => {
                (StatusCode::SERVICE_UNAVAILABLE, "The store could not be read. Try again.")
            }
        };
        (status, [(CACHE_CONTROL, NEVER)], format!("{what}\n")).into_response()
    }
}

/// `Accept-Encoding` (RFC 9110, 12.5.3) names `br`, and does not refuse it with a weight of 0.
fn reads_brotli(headers: &HeaderMap) -> bool {
    let lines = headers.get_all(ACCEPT_ENCODING).iter().filter_map(|line| line.to_str().ok());
    lines.flat_map(|line| line.split(',')).any(|offer| {
        let mut parts = offer.split(';').map(str::trim);
        let is_brotli = parts.next().is_some_and(|coding| coding.eq_ignore_ascii_case("br"));
        is_brotli
            && parts
                .filter_map(|part| part.strip_prefix("q="))
                .all(|weight| weight.parse() != Ok(0.0))
    })
}
