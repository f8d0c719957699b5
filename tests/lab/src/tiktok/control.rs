//! The stand-in over JSON, for tests that are not written in Rust. Mounted on the control port
//! only.

use axum::extract::{Query, State};
use axum::http::StatusCode;
use axum::routing::{get, post};
use axum::{Json, Router};
use serde::Deserialize;
use serde_json::{Value, json};

use super::fault::Timed;
use super::state::Tiktok;

pub fn router(tiktok: &Tiktok) -> Router {
    Router::new()
        .route("/lab/tiktok/received", get(received))
        .route("/lab/tiktok/counted", get(counted))
        .route("/lab/tiktok/violations", get(violations))
        .route("/lab/tiktok/faults", post(fault).delete(clear_faults))
        .route("/lab/tiktok/clock", post(clock))
        .route("/lab/tiktok/revoke", post(revoke))
        .route("/lab/tiktok/restore", post(restore))
        .route("/lab/tiktok/reset", post(reset))
        .with_state(tiktok.clone())
}

#[derive(Deserialize)]
struct Since {
    #[serde(default)]
    since: usize,
}

#[derive(Deserialize)]
struct Offset {
    offset_seconds: i64,
}

#[derive(Deserialize)]
struct Token {
    token: String,
}

async fn received(State(tiktok): State<Tiktok>, Query(since): Query<Since>) -> Json<Value> {
    Json(json!({ "received": tiktok.received_since(since.since) }))
}

async fn counted(State(tiktok): State<Tiktok>) -> Json<Value> {
    Json(json!({ "counted": tiktok.counted() }))
}

async fn violations(State(tiktok): State<Tiktok>) -> Json<Value> {
    Json(json!({ "violations": tiktok.violations() }))
}

async fn fault(State(tiktok): State<Tiktok>, Json(fault): Json<Timed>) -> StatusCode {
    tiktok.fault(fault);
    StatusCode::NO_CONTENT
}

async fn clear_faults(State(tiktok): State<Tiktok>) -> StatusCode {
    tiktok.clear_faults();
    StatusCode::NO_CONTENT
}

async fn clock(State(tiktok): State<Tiktok>, Json(offset): Json<Offset>) -> StatusCode {
    tiktok.set_clock_offset(offset.offset_seconds);
    StatusCode::NO_CONTENT
}

async fn revoke(State(tiktok): State<Tiktok>, Json(token): Json<Token>) -> StatusCode {
    tiktok.revoke(&token.token);
    StatusCode::NO_CONTENT
}

async fn restore(State(tiktok): State<Tiktok>, Json(token): Json<Token>) -> StatusCode {
    tiktok.restore(&token.token);
    StatusCode::NO_CONTENT
}

async fn reset(State(tiktok): State<Tiktok>) -> StatusCode {
    tiktok.reset();
    StatusCode::NO_CONTENT
}
