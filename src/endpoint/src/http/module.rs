//! `GET /v1/module-<hash>.js`: the module that a hosted snippet imports.
//!
//! A loader is pasted once and outlives many releases, so a hash that is not ours is answered too,
//! with the module that is here: an upgrade, a downgrade or two endpoints side by side must not
//! silence a shop. Only under its own name may a browser use what it has kept without asking.

use axum::extract::Path;
use axum::http::header::{
    ACCEPT_ENCODING, ACCESS_CONTROL_ALLOW_ORIGIN, CACHE_CONTROL, CONTENT_ENCODING, CONTENT_TYPE,
    ETAG, IF_NONE_MATCH, VARY,
};
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::response::{IntoResponse as _, Response};

use crate::dist;

const FOR_EVER: &str = "public, max-age=31536000, immutable";
/// It may be kept, and is asked about before every use.
const UNTIL_ASKED: &str = "no-cache";
const NEVER: &str = "no-store";
const NO_SUCH_MODULE: &str =
    "No module has such a name. Print the code again (`assent snippet --hosted`) and paste it.\n";

pub(super) async fn module(Path(file): Path<String>, headers: HeaderMap) -> Response {
    if !file.starts_with("module-") {
        return StatusCode::NOT_FOUND.into_response();
    }
    let mut response = if is_module(&file) {
        current(&file, &headers)
    } else {
        (StatusCode::NOT_FOUND, [(CACHE_CONTROL, NEVER)], NO_SUCH_MODULE).into_response()
    };
    // The sandbox's origin is `null`.
    response.headers_mut().insert(ACCESS_CONTROL_ALLOW_ORIGIN, HeaderValue::from_static("*"));
    response
}

/// `module-<hash>.js`, whatever release wrote it.
fn is_module(file: &str) -> bool {
    let hash = file.strip_prefix("module-").and_then(|rest| rest.strip_suffix(".js"));
    hash.is_some_and(|hash| {
        (16..=64).contains(&hash.len())
            && hash.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'))
    })
}

fn current(asked: &str, headers: &HeaderMap) -> Response {
    let (Some(module), Some(own)) = (dist::MODULE, dist::MODULE_FILE.as_deref()) else {
        return (
            StatusCode::SERVICE_UNAVAILABLE,
            [(CACHE_CONTROL, NEVER)],
            format!("{}\n", dist::NOT_BUILT),
        )
            .into_response();
    };
    let keep = if asked == own { FOR_EVER } else { UNTIL_ASKED };
    // Weak (RFC 9110, 8.8.1): compressed or not, it is the same module.
    let tag = format!("W/\"{own}\"");
    let known = headers.get(IF_NONE_MATCH).is_some_and(|tags| tags.as_bytes() == tag.as_bytes());
    let said = [(CACHE_CONTROL, keep), (ETAG, &tag), (VARY, "Accept-Encoding")];
    if known {
        return (StatusCode::NOT_MODIFIED, said).into_response();
    }
    let script = [(CONTENT_TYPE, "text/javascript")];
    match dist::MODULE_BROTLI.filter(|_| reads_brotli(headers)) {
        Some(compressed) => (said, script, [(CONTENT_ENCODING, "br")], compressed).into_response(),
        None => (said, script, module).into_response(),
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
