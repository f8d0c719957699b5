//! One request to TikTok's Events API (docs/facts/tiktok.md#the-request) and its answer.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use assent_gate::tiktok::events_api::{Element, Request};
use reqwest::header::{CONTENT_TYPE, HeaderValue};
use reqwest::redirect::Policy;
use tokio::sync::{Semaphore, SemaphorePermit, watch};

use super::retry_after::retry_after;
use super::way::{Change, Leave, Way};
use crate::clock::{Clock, dice};
use crate::config::{AccessToken, Shop};
use crate::open_files;
use crate::rules::answer::{Answer, Reply, read};
use crate::rules::mode::Mode;
use crate::secret::ClientIp;
use crate::store::Owed;

/// About one in twenty of TikTok's answers comes late or never (docs/facts/tiktok.md#answers): do
/// not wait long, the retry is harmless.
const PATIENCE: Duration = Duration::from_secs(10);
/// Requests under way at one time, over all shops.
const AT_ONCE: usize = 128;
/// An answer of TikTok's is a few hundred bytes.
const LONGEST_ANSWER: usize = 64 * 1024;
/// Where events go.
pub(crate) const TRACK: &str = "/open_api/v1.3/event/track/";

#[derive(Debug)]
pub struct Tiktok {
    client: reqwest::Client,
    url: String,
    clock: Clock,
    room: Semaphore,
    way: Mutex<Way>,
    /// Marked as changed whenever the way has become free.
    freed: watch::Sender<()>,
}

/// A place among the requests under way. It comes before the question about consent, never after:
/// whoever waits for one with the permission in hand could send after a withdrawal.
#[derive(Debug)]
pub struct Place<'a> {
    _permit: SemaphorePermit<'a>,
}

impl Tiktok {
    pub fn new(api_base: &str, clock: Clock) -> Result<Self, reqwest::Error> {
        let client = reqwest::Client::builder()
            .timeout(PATIENCE)
            .connect_timeout(PATIENCE / 2)
            .redirect(Policy::none())
            .user_agent(concat!("assent/", env!("CARGO_PKG_VERSION")))
            .build()?;
        Ok(Self {
            client,
            url: format!("{api_base}{TRACK}"),
            clock,
            room: Semaphore::new(AT_ONCE),
            way: Mutex::default(),
            freed: watch::Sender::default(),
        })
    }

    /// Waits for a place.
    pub async fn place(&self) -> Place<'_> {
        Place { _permit: self.room.acquire().await.expect("nobody closes it") }
    }

    /// Whether a shop may send now.
    pub fn leave(&self) -> Leave {
        self.way().leave(self.clock.now())
    }

    /// It was a scout, and had nothing to send.
    pub fn scout_stays(&self) {
        self.way().scout_stays();
    }

    /// What a request has found out of the way.
    pub fn told(&self, answer: Answer) -> Option<Change> {
        let change = self.way().told(answer, self.clock.now(), dice());
        if change == Some(Change::Free) {
            self.freed.send_replace(());
        }
        change
    }

    /// Who waits for the way is woken by this.
    pub fn freed(&self) -> watch::Receiver<()> {
        self.freed.subscribe()
    }

    fn way(&self) -> MutexGuard<'_, Way> {
        self.way.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Sends these events of one shop, all of this mode, in one request.
    pub async fn send(&self, _place: Place<'_>, shop: &Shop, mode: Mode, parcel: &[Owed]) -> Reply {
        let token = match shop.token.as_ref().map(AccessToken::read).transpose() {
            Ok(token) => token.flatten(),
            // Nothing is wrong with the token, and its shop must not stand still.
            Err(error) if open_files::are_out(&error) => {
                tracing::error!("nothing is sent to TikTok now: {}", open_files::ARE_OUT);
                return without_id(Answer::Unreached);
            }
            Err(_) => None,
        };
        let Some(mut token) = token.and_then(|token| HeaderValue::from_str(token.expose()).ok())
        else {
            return without_id(Answer::Misconfigured { code: None, status: 0 });
        };
        token.set_sensitive(true);
        // Without its code a test would count.
        let Some(body) = body(shop, mode, parcel) else {
            return without_id(Answer::Misconfigured { code: None, status: 0 });
        };
        let post = self
            .client
            .post(&self.url)
            .header("Access-Token", token)
            .header(CONTENT_TYPE, "application/json");
        match post.body(body).send().await {
            Ok(response) => reply(response, &self.clock).await,
            Err(error) if error.is_connect() => {
                if open_files::are_out_behind(&error) {
                    tracing::error!("TikTok cannot be reached: {}", open_files::ARE_OUT);
                }
                without_id(Answer::Unreached)
            }
            Err(_) => without_id(Answer::Unreadable { status: 0, retry_after: None }),
        }
    }
}

/// These events of one shop, all of this mode, in one request. `None`: of tests, and the shop has no
/// code for them.
pub fn body(shop: &Shop, mode: Mode, parcel: &[Owed]) -> Option<Vec<u8>> {
    let code = match mode {
        Mode::Live => None,
        Mode::Test => Some(shop.test_event_code.as_deref()?),
    };
    let elements = parcel
        .iter()
        .map(|owed| Element::new(&owed.grant, &owed.event, owed.ip.as_ref().map(ClientIp::as_str)))
        .collect();
    let request = Request::new(&shop.settings.pixel_code, code, elements);
    Some(serde_json::to_vec(&request).expect("our own types have no maps with odd keys"))
}

async fn reply(mut response: reqwest::Response, clock: &Clock) -> Reply {
    let status = response.status().as_u16();
    let retry_after = retry_after(response.headers(), clock.now());
    let mut body = Vec::new();
    loop {
        match response.chunk().await {
            Ok(Some(chunk)) if body.len() + chunk.len() <= LONGEST_ANSWER => {
                body.extend_from_slice(&chunk);
            }
            Ok(None) => return read(status, retry_after, &body),
            Ok(Some(_)) | Err(_) => return without_id(Answer::Unreadable { status, retry_after }),
        }
    }
}

fn without_id(answer: Answer) -> Reply {
    Reply { answer, request_id: None }
}
