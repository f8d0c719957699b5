//! One request to the addresses of `[alerts]`. Who knows such an address may write to it, so it is
//! printed nowhere, not even in an error.

use std::fmt;
use std::time::Duration;

use reqwest::header::CONTENT_TYPE;
use reqwest::redirect::Policy;

use crate::secret::Secret;

const PATIENCE: Duration = Duration::from_secs(10);

#[derive(Clone)]
pub struct Post {
    client: reqwest::Client,
    url: Option<Secret>,
    ping_url: Option<Secret>,
}

/// Why it was not taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(super) enum NotTaken {
    #[error("the answer was HTTP {0}")]
    Status(u16),
    #[error("no connection could be made")]
    Unreached,
    #[error("no answer came in 10 seconds, or none that is HTTP")]
    NoAnswer,
}

impl Post {
    pub fn new(url: Option<Secret>, ping_url: Option<Secret>) -> Result<Self, reqwest::Error> {
        let client = reqwest::Client::builder()
            .timeout(PATIENCE)
            .redirect(Policy::none())
            .user_agent(concat!("assent/", env!("CARGO_PKG_VERSION")))
            .build()?;
        Ok(Self { client, url, ping_url })
    }

    pub(super) fn pings(&self) -> bool {
        self.ping_url.is_some()
    }

    /// Nothing to send it to is no failure.
    pub(super) async fn send(&self, body: &[u8]) -> Result<(), NotTaken> {
        let Some(url) = &self.url else { return Ok(()) };
        let post = self.client.post(url.expose()).header(CONTENT_TYPE, "application/json");
        taken(post.body(body.to_vec())).await
    }

    pub(super) async fn ping(&self) -> Result<(), NotTaken> {
        let Some(url) = &self.ping_url else { return Ok(()) };
        taken(self.client.get(url.expose())).await
    }
}

async fn taken(request: reqwest::RequestBuilder) -> Result<(), NotTaken> {
    match request.send().await {
        Ok(response) if response.status().is_success() => Ok(()),
        Ok(response) => Err(NotTaken::Status(response.status().as_u16())),
        Err(error) if error.is_connect() => Err(NotTaken::Unreached),
        Err(_) => Err(NotTaken::NoAnswer),
    }
}

impl fmt::Debug for Post {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Post")
    }
}
