//! What every page can reach, and what stands around each.

use std::sync::Arc;

use axum::http::{HeaderMap, HeaderName, StatusCode};
use axum::response::{Html, IntoResponse, Response};
use maud::Markup;

use super::asked::Asked;
use super::counts::Counts;
use super::gallery::Gallery;
use super::kept::Kept;
use super::reading::{Reading, Unread};
use super::session::{Sessions, SignedIn};
use crate::config::Shop;
use crate::dashboard::{Band, Frame, missing};
use crate::http::app::App;
use crate::secret::Secret;
use crate::store::StoreError;
use crate::store::read::Reader;
use crate::zone::Zone;

/// Of shops that stand still, so many have a band of their own: those of which something is lost first.
const PAUSED: usize = 3;

#[derive(Debug, Clone)]
pub(super) struct Desk {
    pub(super) app: App,
    pub(super) token: Secret,
    pub(super) sessions: Arc<Sessions>,
    pub(super) reading: Reading,
    pub(super) gallery: Gallery,
    /// By shop; `None`: of all together.
    pub(super) counted: Kept<Option<String>, Counts>,
}

impl Desk {
    pub(super) fn new(app: &App, token: Secret) -> Self {
        let reading = Reading::of(app.config.store.clone());
        let (sessions, gallery) = (Arc::default(), Gallery::default());
        Self { app: app.clone(), token, sessions, reading, gallery, counted: Kept::default() }
    }

    /// What stands around a page: this session's, and what the monitor has seen of late.
    pub(super) async fn frame(&self, session: &SignedIn, asked: &Asked) -> Frame {
        let configured = &self.app.config.shops;
        let shops: Vec<_> =
            configured.iter().map(|shop| shop.settings.shop.as_str().to_owned()).collect();
        let shop = asked.value("shop").filter(|shop| shops.iter().any(|known| known == shop));
        let frame = Frame {
            now: self.app.clock.now(),
            shop: shop.map(str::to_owned),
            bands: Vec::new(),
            zone: Zone::UTC,
            form_token: session.form_token.clone(),
            shops,
        };
        let (bands, zone) = (self.bands(&frame).await, self.zone(frame.shop.as_deref()));
        Frame { bands, zone, ..frame }
    }

    /// The configured shops that are looked at.
    pub(super) fn shops<'a>(&'a self, frame: &'a Frame) -> impl Iterator<Item = &'a Arc<Shop>> {
        self.shops_of(frame.shop.as_deref())
    }

    fn shops_of<'a>(&'a self, only: Option<&'a str>) -> impl Iterator<Item = &'a Arc<Shop>> {
        let is_looked_at = move |shop: &&Arc<Shop>| {
            only.is_none_or(|chosen| chosen == shop.settings.shop.as_str())
        };
        self.app.config.shops.iter().filter(is_looked_at)
    }

    /// That of the shops that are looked at, if it is one.
    pub(super) fn zone(&self, only: Option<&str>) -> Zone {
        let mut zones = self.shops_of(only).map(|shop| &shop.zone);
        let first = zones.next().filter(|first| zones.all(|other| other == *first));
        first.cloned().unwrap_or(Zone::UTC)
    }

    async fn bands(&self, frame: &Frame) -> Vec<Band> {
        let looked_at = frame.looked_at();
        let tests = self.app.config.shops.iter().filter(|shop| shop.mode.is_test());
        let tests = tests.map(|shop| shop.settings.shop.as_str().to_owned());
        let tests: Vec<_> = tests.filter(|shop| looked_at.contains(shop)).collect();
        let of = looked_at.len();
        let mut bands = Vec::new();
        if !tests.is_empty() {
            bands.push(Band::Test { shops: tests, of });
        }
        match &*self.app.monitor.look(frame.now).await {
            Ok(seen) => {
                let paused = seen.paused.iter().filter(|(shop, _)| looked_at.contains(shop));
                let mut paused: Vec<_> = paused
                    .map(|(shop, why)| {
                        (seen.queues.get(shop).copied().unwrap_or_default(), shop, why)
                    })
                    .collect();
                paused.sort_by_key(|(queue, ..)| queue.first_lost.map_or(i64::MAX, |at| at.0));
                let more = paused.split_off(paused.len().min(PAUSED)).len();
                bands.extend(paused.into_iter().map(|(queue, shop, why)| {
                    let (waiting, first_lost) = (queue.due, queue.first_lost);
                    Band::Paused { shop: shop.clone(), why: why.clone(), waiting, first_lost }
                }));
                if more > 0 {
                    bands.push(Band::MorePaused(more));
                }
            }
            Err(_) => bands.push(Band::Unreadable),
        }
        bands
    }

    /// A page in its place where the store is not read.
    pub(super) async fn read<T: Send + 'static>(
        &self,
        frame: &Frame,
        read: impl FnOnce(&Reader) -> Result<T, StoreError> + Send + 'static,
    ) -> Result<T, Response> {
        self.reading.read(read).await.map_err(|Unread| self.unread(frame))
    }

    pub(super) fn unread(&self, frame: &Frame) -> Response {
        (StatusCode::SERVICE_UNAVAILABLE, written(missing::unread(frame))).into_response()
    }

    /// Whether the browser reaches us by https: then a cookie is never sent without.
    pub(super) fn is_https(&self, headers: &HeaderMap) -> bool {
        let config = &self.app.config;
        let is_public = config.admin_listen.is_none() && config.public_url.starts_with("https://");
        is_public || config.admin_address().1.is_some() || came_by_https(headers)
    }
}

/// Said by a proxy before us. Believed from anybody: it can only make a cookie stricter.
fn came_by_https(headers: &HeaderMap) -> bool {
    let said = headers.get(HeaderName::from_static("x-forwarded-proto"));
    said.is_some_and(|said| said.as_bytes().eq_ignore_ascii_case(b"https"))
}

pub(super) fn written(page: Markup) -> Html<String> {
    Html(page.into_string())
}
