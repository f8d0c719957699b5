//! A witness on the other host: it remembers with which headers a request came, and hands out one
//! of each kind of file a frame may load. Only the replica's own check uses it.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};

use axum::extract::{Path, Request, State};
use axum::http::{HeaderName, header};
use axum::response::{IntoResponse, Response};
use axum::routing::{any, get};
use axum::{Json, Router};
use serde::Serialize;

/// One request as it came.
#[derive(Clone, Debug, Serialize)]
struct Came {
    method: String,
    what: String,
    origin: Option<String>,
    referer: Option<String>,
    content_type: Option<String>,
}

type Log = Arc<Mutex<HashMap<String, Vec<Came>>>>;

/// `/lab/echo/ID/WHAT` takes anything; `/lab/echoed/ID` tells what came under that id.
pub fn router() -> Router {
    Router::new()
        .route("/lab/echo/{id}/{what}", any(echo))
        .route("/lab/echoed/{id}", get(echoed))
        .with_state(Log::default())
}

const CORS: [(HeaderName, &str); 2] = [
    (header::ACCESS_CONTROL_ALLOW_ORIGIN, "*"),
    (header::ACCESS_CONTROL_ALLOW_HEADERS, "content-type"),
];

async fn echo(
    State(log): State<Log>,
    Path((id, what)): Path<(String, String)>,
    request: Request,
) -> Response {
    let header = |name: HeaderName| {
        request
            .headers()
            .get(name)
            .map(|value| String::from_utf8_lossy(value.as_bytes()).into_owned())
    };
    let came = Came {
        method: request.method().to_string(),
        what: what.clone(),
        origin: header(header::ORIGIN),
        referer: header(header::REFERER),
        content_type: header(header::CONTENT_TYPE),
    };
    log.lock().expect("no holder of this lock panics").entry(id).or_default().push(came);
    let (kind, body): (&str, &[u8]) = match what.as_str() {
        "module.js" => ("application/javascript", b"export const answer = 42;"),
        "script.js" => ("application/javascript", b"self.labScript = 42;"),
        "image.gif" => (
            "image/gif",
            b"GIF89a\x01\0\x01\0\x80\0\0\0\0\0\0\0\0!\xf9\x04\x01\0\0\0\0,\0\0\0\0\x01\0\x01\0\0\x02\x02D\x01\0;",
        ),
        // The smallest module there is: magic and version.
        "empty.wasm" => ("application/wasm", b"\0asm\x01\0\0\0"),
        _ => ("text/plain", b"ok"),
    };
    (CORS, [(header::CONTENT_TYPE, kind)], body).into_response()
}

async fn echoed(State(log): State<Log>, Path(id): Path<String>) -> impl IntoResponse {
    let came =
        log.lock().expect("no holder of this lock panics").get(&id).cloned().unwrap_or_default();
    (CORS, Json(came))
}
