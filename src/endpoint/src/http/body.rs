//! A request's body, within bounds of size, of time, and of the memory that all of them may take.

use std::hash::Hash;
use std::pin::Pin;
use std::time::Duration;

use axum::body::{Body, Bytes};
use axum::extract::Request;
use hyper::body::Body as _;

use super::crowd::Place;
use super::standing::Standing;

/// A message is one packet or two; whoever needs longer is not one of ours.
pub(super) const PATIENCE: Duration = Duration::from_secs(10);
/// Memory is taken in steps of this size at least.
const STEP: usize = 4 * 1024;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Unread {
    TooLarge,
    /// It broke off, or came too slowly.
    Incomplete,
    /// It was given up, so that others can be read.
    NoRoom,
}

/// Of `largest` bytes at most. What is announced decides only whether it is read at all.
pub(super) async fn whole<K: Hash + Eq + Clone>(
    request: Request,
    largest: usize,
    place: &mut Place<'_, K>,
) -> Result<Bytes, Unread> {
    let standing = request.extensions().get::<Standing>().cloned();
    let body = request.into_body();
    if body.size_hint().lower() > u64::try_from(largest).unwrap_or(u64::MAX) {
        return Err(Unread::TooLarge);
    }
    // It is the other side's turn: where connections are short, this one may have to go.
    let _waiting = standing.as_ref().map(Standing::wait);
    let read = tokio::time::timeout(PATIENCE, read(body, largest, place)).await;
    read.unwrap_or(Err(Unread::Incomplete))
}

async fn read<K: Hash + Eq + Clone>(
    mut body: Body,
    largest: usize,
    place: &mut Place<'_, K>,
) -> Result<Bytes, Unread> {
    let mut whole = Vec::new();
    loop {
        let next = std::future::poll_fn(|context| Pin::new(&mut body).poll_frame(context));
        let frame = tokio::select! {
            frame = next => frame,
            () = place.lost() => return Err(Unread::NoRoom),
        };
        let Some(frame) = frame else { return Ok(Bytes::from(whole)) };
        // Trailers say nothing to us.
        let Ok(data) = frame.map_err(|_| Unread::Incomplete)?.into_data() else { continue };
        let length = whole.len() + data.len();
        if length > largest {
            return Err(Unread::TooLarge);
        }
        if length > whole.capacity() {
            let size = length.max(whole.capacity() * 3 / 2).max(STEP).min(largest.max(length));
            place.pay(size - whole.capacity()).await.map_err(|_| Unread::NoRoom)?;
            whole.reserve_exact(size - whole.len());
        }
        // Copied: a piece of one byte would keep the connection's whole buffer.
        whole.extend_from_slice(&data);
    }
}
