//! A request's body, within bounds of size (the route's limit) and of time.

use std::time::Duration;

use axum::RequestExt as _;
use axum::body::Bytes;
use axum::extract::{FromRequest as _, Request};
use axum::http::StatusCode;

/// A message is one packet or two; whoever needs longer is not one of ours.
const PATIENCE: Duration = Duration::from_secs(10);

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Unread {
    TooLarge,
    /// It broke off, or came too slowly.
    Incomplete,
}

pub(super) async fn whole(request: Request) -> Result<Bytes, Unread> {
    let whole =
        tokio::time::timeout(PATIENCE, Bytes::from_request(request.with_limited_body(), &())).await;
    match whole {
        Ok(Ok(bytes)) => Ok(bytes),
        Ok(Err(rejection)) if rejection.status() == StatusCode::PAYLOAD_TOO_LARGE => {
            Err(Unread::TooLarge)
        }
        Ok(Err(_)) | Err(_) => Err(Unread::Incomplete),
    }
}
