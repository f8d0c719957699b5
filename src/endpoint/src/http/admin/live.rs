//! What happens now, sent to an open page as it happens (server-sent events). Each page asks the store once
//! a second by a connection that only reads, so however many look on, the writer waits for nobody.

use std::convert::Infallible;
use std::time::Duration;

use axum::extract::{Extension, State};
use axum::http::header::CACHE_CONTROL;
use axum::http::{HeaderName, StatusCode, Uri};
use axum::response::sse::{Event, KeepAlive, Sse};
use axum::response::{IntoResponse, Response};
use futures_util::stream::{Stream, unfold};
use tokio::time::{Instant, sleep};

use super::asked::Asked;
use super::desk::{Desk, written};
use super::gallery::Seat;
use super::session::SignedIn;
use crate::dashboard::{Frame, live};
use crate::store::read::{Cursor, Reader, Watched};

const BETWEEN: Duration = Duration::from_secs(1);
/// A connection is closed sometime ([`crate::http::listen`]): better by us, between two lines. The browser
/// opens another by itself.
const LONGEST: Duration = Duration::from_secs(240);

pub(super) async fn page(
    State(desk): State<Desk>,
    session: Extension<SignedIn>,
    uri: Uri,
) -> Result<Response, Response> {
    let asked = Asked::of(&uri);
    let (frame, watched) = (desk.frame(&session, &asked).await, watched(&asked));
    let (asking, now) = (watched.clone(), frame.now);
    let newest =
        move |store: &Reader| store.newest(&asking, &mut Cursor::default(), live::ROWS, now);
    let lines = desk.read(&frame, newest).await?;
    Ok(written(live::page(&frame, &watched, &lines)).into_response())
}

pub(super) async fn stream(
    State(desk): State<Desk>,
    session: Extension<SignedIn>,
    uri: Uri,
) -> Response {
    let Some(seat) = desk.gallery.seat() else {
        return StatusCode::SERVICE_UNAVAILABLE.into_response();
    };
    let asked = Asked::of(&uri);
    let frame = desk.frame(&session, &asked).await;
    let onlooker = Onlooker {
        desk,
        frame,
        watched: watched(&asked),
        cursor: Cursor::default(),
        until: Instant::now() + LONGEST,
        is_first: true,
        _seat: seat,
    };
    // nginx would collect the lines until it has a page full of them.
    let headers =
        [(HeaderName::from_static("x-accel-buffering"), "no"), (CACHE_CONTROL, "no-store")];
    (headers, Sse::new(lines(onlooker)).keep_alive(KeepAlive::default())).into_response()
}

struct Onlooker {
    desk: Desk,
    frame: Frame,
    watched: Watched,
    cursor: Cursor,
    until: Instant,
    is_first: bool,
    _seat: Seat,
}

fn lines(onlooker: Onlooker) -> impl Stream<Item = Result<Event, Infallible>> {
    unfold(onlooker, |mut onlooker| async move {
        loop {
            if !std::mem::take(&mut onlooker.is_first) {
                sleep(BETWEEN).await;
            }
            let is_over = Instant::now() >= onlooker.until;
            if is_over || onlooker.desk.app.monitor.readiness.is_stopping() {
                return None;
            }
            // It is in the log; the next look may go better.
            let rows = onlooker.look().await.unwrap_or_default();
            if !rows.is_empty() {
                let event = Event::default().event("lines").data(rows.replace('\r', " "));
                return Some((Ok(event), onlooker));
            }
        }
    })
}

impl Onlooker {
    /// What has happened since the last look, as rows.
    async fn look(&mut self) -> Option<String> {
        let (watched, mut cursor) = (self.watched.clone(), std::mem::take(&mut self.cursor));
        let now = self.desk.app.clock.now();
        let read = self.desk.reading.read(move |store| {
            let lines = store.newest(&watched, &mut cursor, live::ROWS, now)?;
            Ok((cursor, lines))
        });
        let (cursor, lines) = read.await.ok()?;
        self.cursor = cursor;
        Some(live::rows(&self.frame, &lines))
    }
}

fn watched(asked: &Asked) -> Watched {
    Watched {
        shop: asked.value("shop").and_then(|shop| shop.parse().ok()),
        event: asked.value("event").map(str::to_owned),
        state: asked.value("state").map(str::to_owned),
    }
}
